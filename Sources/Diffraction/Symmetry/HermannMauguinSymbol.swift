/// A Hermann-Mauguin symbol reduced to what tells settings apart.
struct HermannMauguinSymbol {
    /// Spellings to look up, the likeliest first.
    var keys: [String]
    /// `1`, `2`, `h`, `r`, or a cell choice such as `b1`, where the symbol ends in one.
    var qualifier: String?

    init(_ text: String) {
        // `P 4 21 2 (a-1/4,b+1/4,c)`: a setting that no table lists.
        guard !text.contains(",") else {
            keys = []
            return
        }
        var symbol = text.lowercased().filter { !Self.ignored.contains($0) }
        symbol = symbol.replacing("bar", with: "-").replacing("\u{2212}", with: "-").replacing("\t", with: " ")
        var words: [String]
        if let colon = symbol.firstIndex(of: ":") {
            qualifier = symbol[symbol.index(after: colon)...].filter { $0 != " " }
            words = symbol[..<colon].split(separator: " ").map(String.init)
        } else {
            words = symbol.split(separator: " ").map(String.init)
            if words.count > 1, let last = words.last, let choice = Self.trailingChoices[last] {
                // "R 3 R" has its choice at the end; in "P 21/c" the last word is part of the symbol.
                qualifier = choice
                words.removeLast()
            } else if words.count == 1, let last = words[0].last, words[0].count > 3,
                let choice = Self.trailingChoices[String(last)]
            {
                qualifier = choice
                words[0].removeLast()
            }
        }
        if let choice = qualifier { qualifier = Self.trailingChoices[choice] ?? choice }
        keys = [words.joined()]
        let short = Self.shortened(words).joined()
        if short != keys[0] { keys.append(short) }
    }

    /// What people write for the look of a symbol.
    private static let ignored = "_()'\"$\\{}"

    private static let trailingChoices = [
        "s": "1", "z": "2", "h": "h", "r": "r", "o1": "1", "o2": "2", "hr": "h", "rh": "r", "hex": "h",
    ]

    /// A full symbol cut to the short one: `P 21/n 21/m 21/a` to `P n m a`, `F 4/m -3 2/m` to `F m -3 m`.
    private static func shortened(_ words: [String]) -> [String] {
        guard words.count > 2 else { return words }
        func afterSlash(_ word: String) -> String { word.split(separator: "/").last.map(String.init) ?? word }
        let slashed = words.dropFirst().filter { $0.contains("/") }.count
        var result = words
        for index in 2..<words.count { result[index] = afterSlash(words[index]) }
        let isCubic = words[2] == "-3" || words[2] == "3"
        let isOrthorhombic = slashed == 3 && words[1].hasPrefix("2")
        if isCubic || isOrthorhombic { result[1] = afterSlash(words[1]) }
        return slashed > 1 || isCubic ? result : words
    }

    /// The spellings under which a setting can be found.
    static func aliases(of setting: SpaceGroupSetting) -> [String] {
        let symbol = setting.hermannMauguin.lowercased().filter { !ignored.contains($0) }
        let words = symbol.split(separator: " ").map(String.init)
        var result = [words.joined()]
        switch setting.number {
        case 3...15:
            result.append(words.filter { $0 != "1" }.joined())
        case 39, 41, 64, 67, 68:
            // The plane that glides along two axes stands at the place of the centred face.
            if words.count == 4, let place = ["a": 1, "b": 2, "c": 3][words[0]] {
                var renamed = words
                renamed[place] = "e"
                result.append(renamed.joined())
            }
        case 143...194 where words.count == 4 && words[3] == "1" && words[2] != "2":
            result.append(words.dropLast().joined())
        case 195...230:
            result.append(words.map { $0 == "-3" ? "3" : $0 }.joined())
        default: break
        }
        return result
    }
}
