/// Hall symbols (S. R. Hall, Acta Cryst. A37 (1981) 517; International Tables B, section 1.4, appendix 1.4.2):
/// a lattice letter, up to four generators `N A T`, and a change of basis, such as `-F 4vw 2vw 3` or
/// `-P 2ybc (x-z,y,z)`.
public enum HallSymbol {
    /// The space group of a Hall symbol; `nil` where the text is none.
    public static func spaceGroup(_ symbol: String) -> SpaceGroup? {
        guard symbol.utf8.count <= 120 else { return nil }
        let normalized = symbol.replacing("_", with: " ").replacing("\u{2033}", with: "\"")
        let parts = normalized.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
        var words = parts[0].split(whereSeparator: \.isWhitespace).map(String.init)
        guard let lattice = words.first, let centring = latticeGenerators(lattice) else { return nil }
        words.removeFirst()
        guard words.count <= 4, !words.isEmpty, let rotations = rotationGenerators(words) else { return nil }
        guard let group = try? SpaceGroup(generatedBy: rotations + centring) else { return nil }
        guard parts.count == 2 else { return group }
        guard parts[1].last(where: { !$0.isWhitespace }) == ")",
            let change = changeOfBasis(parts[1].prefix { $0 != ")" })
        else { return nil }
        // A failed `try?` and a singular change of basis both mean that the symbol is none.
        return (try? group.transformed(by: change)) ?? nil
    }

    private static let unit = SymmetryOperation.denominator

    private static func translation(_ vector: [Int], per denominator: Int) -> SymmetryOperation {
        SymmetryOperation(
            rotation: SymmetryOperation.identity.rotation, translation: vector.map { $0 * (unit / denominator) })
    }

    /// The centring translations, and the inversion at the origin for a leading minus.
    private static func latticeGenerators(_ word: String) -> [SymmetryOperation]? {
        let inversion = SymmetryOperation(rotation: [-1, 0, 0, 0, -1, 0, 0, 0, -1], translation: [0, 0, 0])
        let vectors: [SymmetryOperation]
        switch word.drop(while: { $0 == "-" }).uppercased() {
        case "P": vectors = []
        case "A": vectors = [translation([0, 1, 1], per: 2)]
        case "B": vectors = [translation([1, 0, 1], per: 2)]
        case "C": vectors = [translation([1, 1, 0], per: 2)]
        case "I": vectors = [translation([1, 1, 1], per: 2)]
        case "F": vectors = [translation([0, 1, 1], per: 2), translation([1, 0, 1], per: 2)]
        case "R": vectors = [translation([2, 1, 1], per: 3)]
        case "S": vectors = [translation([1, 1, 2], per: 3)]
        case "T": vectors = [translation([1, 2, 1], per: 3)]
        case "H": vectors = [translation([2, 1, 0], per: 3)]
        default: return nil
        }
        return word.hasPrefix("-") ? [inversion] + vectors : vectors
    }

    private enum Axis {
        case x
        case y
        case z
        case difference  // ' : a - b where z precedes
        case sum  // " : a + b
        case diagonal  // * : a + b + c
    }

    private static func rotationGenerators(_ words: [String]) -> [SymmetryOperation]? {
        var generators: [SymmetryOperation] = []
        var previous: (order: Int, axis: Axis) = (0, .z)
        for (position, word) in words.enumerated() {
            var characters = Array(word)[...]
            let isImproper = characters.first == "-"
            if isImproper { characters.removeFirst() }
            guard let order = characters.popFirst()?.wholeNumberValue, [1, 2, 3, 4, 6].contains(order) else {
                return nil
            }
            var axis: Axis?
            var shift = [0, 0, 0]
            var screw = 0
            while let character = characters.popFirst() {
                switch character {
                case "x": axis = .x
                case "y": axis = .y
                case "z": axis = .z
                case "'": axis = .difference
                case "\"": axis = .sum
                case "*": axis = .diagonal
                case "1", "2", "3", "4", "5":
                    screw = character.wholeNumberValue ?? 0
                    guard screw < order else { return nil }
                default:
                    guard let vector = translationSymbols[character] else { return nil }
                    for i in 0..<3 { shift[i] += vector[i] * (unit / 4) }
                }
            }
            let effective = axis ?? defaultAxis(order: order, position: position, previous: previous.order)
            guard let rotation = matrix(order: order, axis: effective, preceding: previous.axis) else { return nil }
            if screw > 0 {
                guard let along = [Axis.x: 0, .y: 1, .z: 2][effective] else { return nil }
                shift[along] += screw * unit / order
            }
            generators.append(
                SymmetryOperation(rotation: isImproper ? rotation.map { -$0 } : rotation, translation: shift))
            if position == 0 { previous = (order, effective) }
        }
        return generators
    }

    /// The letters of translations, in quarters of the cell edges.
    private static let translationSymbols: [Character: [Int]] = [
        "a": [2, 0, 0], "b": [0, 2, 0], "c": [0, 0, 2], "n": [2, 2, 2],
        "u": [1, 0, 0], "v": [0, 1, 0], "w": [0, 0, 1], "d": [1, 1, 1],
    ]

    /// The axis a generator without an axis symbol turns about.
    private static func defaultAxis(order: Int, position: Int, previous: Int) -> Axis {
        switch (position, order) {
        case (0, _): .z
        case (1, 2) where previous == 3 || previous == 6: .difference
        case (1, 2): .x
        case (_, 3): .diagonal
        default: .z
        }
    }

    /// The matrix of a rotation; for the face diagonals the axis of the first generator says which face.
    private static func matrix(order: Int, axis: Axis, preceding: Axis) -> [Int]? {
        if order == 1 { return SymmetryOperation.identity.rotation }
        switch axis {
        case .z: return aboutZ(order)
        case .x: return aboutZ(order).map { cycled($0, times: 1) }
        case .y: return aboutZ(order).map { cycled($0, times: 2) }
        case .diagonal: return order == 3 ? [0, 0, 1, 1, 0, 0, 0, 1, 0] : nil
        case .difference, .sum:
            guard order == 2 else { return nil }
            let sign = axis == .sum ? 1 : -1
            let inZ = [0, sign, 0, sign, 0, 0, 0, 0, -1]
            switch preceding {
            case .x: return cycled(inZ, times: 1)
            case .y: return cycled(inZ, times: 2)
            default: return inZ
            }
        }
    }

    private static func aboutZ(_ order: Int) -> [Int]? {
        switch order {
        case 2: [-1, 0, 0, 0, -1, 0, 0, 0, 1]
        case 3: [0, -1, 0, 1, -1, 0, 0, 0, 1]
        case 4: [0, -1, 0, 1, 0, 0, 0, 0, 1]
        case 6: [1, -1, 0, 1, 0, 0, 0, 0, 1]
        default: nil
        }
    }

    /// The matrix with the axes renamed z -> x -> y -> z, `times` times.
    private static func cycled(_ matrix: [Int], times: Int) -> [Int] {
        var result = matrix
        for _ in 0..<times {
            let m = result
            for row in 0..<3 {
                for column in 0..<3 { result[3 * ((row + 1) % 3) + (column + 1) % 3] = m[3 * row + column] }
            }
        }
        return result
    }

    /// What stands in the parentheses: a shift in twelfths, `0 0 1`, or the new coordinates, `x-z,y,z+1/4`.
    private static func changeOfBasis(_ text: Substring) -> SymmetryOperation? {
        if text.contains(",") { return SymmetryOperation(String(text)) }
        let shift = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard shift.count == 3, shift.allSatisfy({ abs($0) <= 12 }) else { return nil }
        return translation(shift, per: 12)
    }
}
