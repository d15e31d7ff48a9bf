import Foundation
import Spectra

extension StructureReader {
    /// A space group with the symbol to show for it.
    struct Symmetry {
        var group: SpaceGroup
        var symbol: String?
    }

    private static let operationTags = [
        "_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz", "_space_group_symop_magn_operation_xyz",
        "_symmetry_equiv_as_xyz",
    ]
    private static let hallTags = ["_space_group_name_hall", "_symmetry_space_group_name_hall"]
    private static let symbolTags = [
        "_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_name_h-m_ref",
        "_space_group_name_h-m_full", "_space_group_name_h-m", "_parent_space_group_name_h-m_alt",
    ]
    private static let numberTags = ["_space_group_it_number", "_symmetry_int_tables_number"]

    /// The space group: from the operations where the file lists them, else from the Hall symbol, the Hermann-Mauguin
    /// symbol or the number.
    mutating func readSymmetry(cell: UnitCell, atoms: ListedAtoms) throws(ReadError) -> Symmetry {
        if block.has("_cell_modulation_dimension") || cellBlock.hasTag(startingWith: "_space_group_ssg_") {
            note(
                "modulated", .warning,
                "the structure is modulated: its average is used, satellite reflections are missing")
        }
        if let listed = try listedGroup() {
            let declared = declaredSettings(cell: cell, byNumber: false)
            if let match = declared.first(where: { $0.group == listed }) {
                return Symmetry(group: listed, symbol: match.symbol)
            }
            let setting = SpaceGroupTable.setting(of: listed)
            let agrees = declared.isEmpty || declared.contains { $0.group.differsOnlyInOrigin(from: listed) }
            if agrees { return Symmetry(group: listed, symbol: setting?.symbol ?? declaredSymbol) }
            return reconciled(listed, setting, declared, cell: cell, atoms: atoms)
        }
        if let value = Self.hallTags.lazy.compactMap(given).first, let group = HallSymbol.spaceGroup(value.text) {
            return Symmetry(group: group, symbol: SpaceGroupTable.setting(of: group)?.symbol ?? declaredSymbol)
        }
        let declared = declaredSettings(cell: cell, byNumber: true)
        guard let chosen = choose(among: declared, cell: cell, atoms: atoms) else { throw missingSymmetry() }
        return Symmetry(group: chosen.group, symbol: chosen.symbol)
    }

    private func given(_ tag: String) -> CIFValue? {
        guard let value = cellBlock.value(tag) ?? block.value(tag), !value.isMissing else { return nil }
        return value
    }

    private var declaredSymbol: String? { Self.symbolTags.lazy.compactMap(given).first?.text }

    private func missingSymmetry() -> ReadError {
        let symbols = (Self.hallTags + Self.symbolTags + Self.numberTags).compactMap(given)
        guard let value = symbols.first else {
            return malformed(
                cellBlock.line, expected: "symmetry: operations, a space-group symbol or its number",
                found: cellBlock.hasTag(startingWith: "_space_group_ssg_")
                    ? "only the superspace group of a modulated structure" : "a data block without any of them")
        }
        return malformed(value.line, expected: "a space group of the International Tables", found: "'\(value.text)'")
    }

    // MARK: - Listed operations

    private mutating func listedGroup() throws(ReadError) -> SpaceGroup? {
        guard let tag = Self.operationTags.first(where: { given($0) != nil }),
            let values = cellBlock.values([tag]) ?? block.values([tag])
        else { return nil }
        if let loop = cellBlock.loop(tag), loop.leftOver > 0 && loop.tags.count > 1 {
            throw malformed(
                loop.line, expected: "rows of \(loop.tags.count) values in the loop of symmetry operations",
                found: "\(loop.values.count + loop.leftOver) values")
        }
        var operations: [SymmetryOperation] = []
        for (text, line) in Self.triplets(values) {
            guard let operation = SymmetryOperation(text) else {
                throw malformed(line, expected: "a symmetry operation such as '-x,y+1/2,-z'", found: "'\(text)'")
            }
            operations.append(operation)
        }
        for (text, line) in Self.triplets(cellBlock.values(["_space_group_symop_magn_centering_xyz"]) ?? []) {
            guard let operation = SymmetryOperation(text) else {
                throw malformed(line, expected: "a centring operation such as 'x+1/2,y+1/2,z'", found: "'\(text)'")
            }
            operations.append(operation)
        }
        guard !operations.isEmpty else { return nil }
        let group: SpaceGroup
        do { group = try SpaceGroup(generatedBy: operations) } catch {
            let line = values.first?.line ?? cellBlock.line
            throw malformed(
                line, expected: "the operations of a space group", found: "operations that form no finite group")
        }
        let listed = Set(operations).union([.identity]).count
        if group.operations.count != listed {
            note(
                "operations-incomplete", .warning,
                "the \(listed) listed symmetry operations generate \(group.operations.count), which are used")
        }
        return group
    }

    /// The coordinate triplets of a column. Where a triplet has blanks and no quotes its parts are separate values, and
    /// where its number has no column of its own it stands between them.
    private static func triplets(_ values: [CIFValue]) -> [(String, Int)] {
        var result: [(String, Int)] = []
        var pending = ""
        for value in values where !value.isMissing {
            if pending.isEmpty && Int(value.text) != nil { continue }
            pending += value.text
            let isOpen = value.form == .bare && pending.filter { $0 == "," }.count < 2 || pending.hasSuffix(",")
            if isOpen && pending.utf8.count < 200 { continue }
            result.append((pending, value.line))
            pending = ""
        }
        if !pending.isEmpty { result.append((pending, values.last?.line ?? 1)) }
        return result
    }

    // MARK: - Symbols

    /// The settings that the symbols, and where asked the number, allow for this cell.
    private func declaredSettings(cell: UnitCell, byNumber: Bool) -> [SpaceGroupSetting] {
        var candidates: [SpaceGroupSetting] = []
        for tag in Self.hallTags where candidates.isEmpty {
            if let value = given(tag), let setting = SpaceGroupTable.setting(hall: value.text) {
                candidates = [setting]
            }
        }
        for tag in Self.symbolTags where candidates.isEmpty {
            if let value = given(tag) { candidates = SpaceGroupTable.settings(named: value.text) }
        }
        for tag in Self.numberTags where candidates.isEmpty && byNumber {
            if let number = given(tag)?.number?.value, (1...230).contains(number) {
                let all = SpaceGroupTable.settings.filter { $0.number == Int(number) }
                let symbols = Set(all.prefix(1).map(\.hermannMauguin))
                candidates = all.filter { symbols.contains($0.hermannMauguin) }
            }
        }
        let fitting = candidates.filter { cell.symmetrized(by: $0.group).change < 0.02 }
        return fitting.isEmpty ? candidates : fitting
    }

    /// The setting whose cell holds what the file declares; where that does not decide, the one that keeps atoms apart,
    /// and then origin choice 2 or hexagonal axes.
    private mutating func choose(
        among candidates: [SpaceGroupSetting], cell: UnitCell, atoms: ListedAtoms
    ) -> SpaceGroupSetting? {
        guard candidates.count > 1 else { return candidates.first }
        let ranked = candidates.map { setting -> (SpaceGroupSetting, Double) in
            let structure = CrystalStructure(
                name: "", cell: cell, spaceGroup: setting.group, sites: atoms.sites, tolerances: atoms.tolerances,
                spaceGroupSymbol: "")
            let mismatch = min(disagreement(of: structure.cellContents) ?? 0, 1)
            let closeness = 1.2 - (structure.closestPair(below: 1.2)?.distance ?? 1.2)
            let preference =
                setting.qualifier == "2" || setting.qualifier == "H" || setting.qualifier == "b1" ? 0 : 1e-3
            return (setting, mismatch + closeness + preference)
        }
        guard let best = ranked.min(by: { $0.1 < $1.1 })?.0 else { return nil }
        note(
            "setting-assumed", .warning,
            "'\(declaredSymbol ?? "number \(best.number)")' leaves the setting open and no operations are listed: "
                + "\(best.symbol) is used")
        return best
    }

    /// Operations that contradict the symbol: the operations count, unless the declared content says otherwise.
    private mutating func reconciled(
        _ listed: SpaceGroup, _ setting: SpaceGroupSetting?, _ declared: [SpaceGroupSetting], cell: UnitCell,
        atoms: ListedAtoms
    ) -> Symmetry {
        func mismatch(_ group: SpaceGroup) -> Double? {
            disagreement(
                of: CrystalStructure(
                    name: "", cell: cell, spaceGroup: group, sites: atoms.sites, tolerances: atoms.tolerances,
                    spaceGroupSymbol: ""
                ).cellContents)
        }
        let name = setting?.symbol ?? "another group"
        if let withListed = mismatch(listed), withListed > 0.1, declaredUnits != nil,
            let better = declared.first(where: { (mismatch($0.group) ?? 1) < 0.02 })
        {
            note(
                "symmetry-conflict", .warning,
                "the listed operations are those of \(name), which contradicts the declared content; "
                    + "\(better.symbol) agrees with it and is used")
            return Symmetry(group: better.group, symbol: better.symbol)
        }
        note(
            "symmetry-conflict", .warning,
            "the listed operations are those of \(name), not of '\(declaredSymbol ?? declared.first?.symbol ?? "")'; "
                + "the operations are used")
        return Symmetry(group: listed, symbol: setting?.symbol)
    }
}
