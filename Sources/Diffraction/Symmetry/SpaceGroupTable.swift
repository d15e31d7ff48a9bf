import ReferenceSpectra

/// One setting of a space-group type, as tables list them.
public struct SpaceGroupSetting: Sendable, Hashable {
    /// The number of the type in International Tables A, 1 to 230.
    public var number: Int
    /// Origin choice (`1`, `2`), axes (`H`, `R`), or unique axis and cell choice (`b1`); empty where there is no choice.
    public var qualifier: String
    /// The Hermann-Mauguin symbol of the setting with blanks between its parts, `F d -3 m`.
    public var hermannMauguin: String
    /// The Hall symbol, which says the setting in full.
    public var hall: String

    /// The Hermann-Mauguin symbol with the qualifier that programs write after a colon, `F d -3 m :2`.
    public var symbol: String {
        ["1", "2", "H", "R"].contains(qualifier) ? "\(hermannMauguin) :\(qualifier)" : hermannMauguin
    }

    /// The operations, generated from the Hall symbol.
    public var group: SpaceGroup { HallSymbol.spaceGroup(hall) ?? .p1 }
}

/// The settings of the 230 space-group types: the 530 of International Tables B (table A1.4.2.7) and some more in use.
public enum SpaceGroupTable {
    /// All settings in the order of the table.
    public static let settings: [SpaceGroupSetting] = DiffractionTable.spaceGroups.lines.compactMap { line in
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 4, let number = Int(fields[0]) else { return nil }
        return SpaceGroupSetting(
            number: number, qualifier: String(fields[1]), hermannMauguin: String(fields[2]), hall: String(fields[3]))
    }

    /// The setting that International Tables A describes first for a number from 1 to 230, with origin choice 2 and
    /// hexagonal axes where there is a choice, as databases prefer them.
    public static func setting(number: Int) -> SpaceGroupSetting? {
        let candidates = settings.filter { $0.number == number }
        return candidates.first { $0.qualifier == "2" } ?? candidates.first
    }

    /// The setting that has exactly these operations.
    public static func setting(of group: SpaceGroup) -> SpaceGroupSetting? {
        let key = fingerprint(group)
        return fingerprints[key].map { settings[$0] }
    }

    /// The setting that a Hall symbol means, whether or not it is spelled as the table has it.
    public static func setting(hall: String) -> SpaceGroupSetting? {
        let words = hall.replacing("_", with: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if let index = hallIndex[words] { return settings[index] }
        return HallSymbol.spaceGroup(hall).flatMap(setting(of:))
    }

    private static let hallIndex: [String: Int] = Dictionary(
        settings.enumerated().map { ($0.element.hall, $0.offset) }, uniquingKeysWith: { first, _ in first })

    private static func fingerprint(_ group: SpaceGroup) -> [SymmetryOperation] { group.operations.sorted() }

    private static let fingerprints: [[SymmetryOperation]: Int] = {
        var result: [[SymmetryOperation]: Int] = [:]
        for (index, setting) in settings.enumerated() where result[fingerprint(setting.group)] == nil {
            result[fingerprint(setting.group)] = index
        }
        return result
    }()

    /// The settings that a Hermann-Mauguin symbol may mean, as people and programs write it: with or without blanks,
    /// underscores and parentheses (`P2_1/c`, `P 2(1)/c`), short or full (`P 1 21/c 1`, `F 4/m -3 2/m`), with the
    /// cubic symbols of before 1935 (`F m 3 m`), the letter e of 1992 (`C m c e`), and `:1`, `:2`, `:H`, `:R` or the
    /// S, Z, H, R of the ICSD for the choice of origin or axes.
    ///
    /// More than one where the symbol leaves the choice open; none where it is not known.
    public static func settings(named symbol: String) -> [SpaceGroupSetting] {
        let parsed = HermannMauguinSymbol(symbol)
        for key in parsed.keys {
            guard let indices = symbolIndex[key] else { continue }
            let found = indices.map { settings[$0] }
            guard let qualifier = parsed.qualifier else { return found }
            let chosen = found.filter { $0.qualifier.lowercased() == qualifier }
            if !chosen.isEmpty { return chosen }
            // `P m -3 m S`: a qualifier on a group that leaves no choice says nothing.
            if found.allSatisfy({ !["1", "2", "H", "R"].contains($0.qualifier) }) { return found }
        }
        return []
    }

    private static let symbolIndex: [String: [Int]] = {
        var result: [String: [Int]] = [:]
        for (index, setting) in settings.enumerated() {
            for key in HermannMauguinSymbol.aliases(of: setting) where result[key]?.contains(index) != true {
                result[key, default: []].append(index)
            }
        }
        return result
    }()
}
