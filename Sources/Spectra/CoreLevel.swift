/// The orbital angular momentum of a core level, in the spectroscopic letters.
public enum Orbital: String, Sendable, Hashable, Codable, CaseIterable {
    /// l = 0: one line.
    case s
    /// l = 1: j = 3/2 and 1/2.
    case p
    /// l = 2: j = 5/2 and 3/2.
    case d
    /// l = 3: j = 7/2 and 5/2.
    case f

    /// The quantum number l: 0, 1, 2, 3.
    public var angularMomentum: Int {
        switch self {
        case .s: 0
        case .p: 1
        case .d: 2
        case .f: 3
        }
    }
}

/// A core level of an element, such as S 2p: what an XPS region is named after.
///
/// Only the identity lives here; splitting, area ratio and sensitivity are reference data (module `ReferenceSpectra`).
public struct CoreLevel: Sendable, Hashable {
    /// The symbol of the element, "S".
    public let element: String
    /// The principal quantum number, 2 for S 2p.
    public let principal: Int
    /// The orbital, p for S 2p.
    public let orbital: Orbital

    /// The level `principal` `orbital` of `element`.
    public init(_ element: String, _ principal: Int, _ orbital: Orbital) {
        self.element = element
        self.principal = principal
        self.orbital = orbital
    }

    /// Reads a level from a label as instruments and people write it: `S 2p`, `S2p`, `s2p`, `S 2p3/2`, `Co2p 3`,
    /// `S2p Scan`, `C1s/7`.
    ///
    /// Returns `nil` where the text does not start with an element symbol followed by a shell that exists.
    public init?(label: String) {
        // No level takes more than eight characters; the rest of a long text is not looked at.
        let characters = Array(label.drop { !$0.isLetter }.prefix(8))
        guard let first = characters.first, first.isLetter else { return nil }
        for symbolLength in [2, 1] where characters.count > symbolLength {
            let letters = characters[0..<symbolLength]
            guard letters.allSatisfy(\.isLetter) else { continue }
            let symbol = letters.enumerated().map { $0 == 0 ? $1.uppercased() : $1.lowercased() }.joined()
            guard let atomicNumber = Element.atomicNumber(of: symbol) else { continue }
            var rest = characters[symbolLength...]
            while let next = rest.first, next == " " || next == "_" || next == "-" { rest = rest.dropFirst() }
            guard let digit = rest.first.flatMap({ $0.wholeNumberValue }), (1...6).contains(digit),
                let letter = rest.dropFirst().first, let orbital = Orbital(rawValue: letter.lowercased()),
                orbital.angularMomentum < digit
            else { continue }
            if let after = rest.dropFirst(2).first, after.isLetter { continue }
            guard Element.hasShell(principal: digit, orbital: orbital, atomicNumber: atomicNumber) else { continue }
            self.init(symbol, digit, orbital)
            return
        }
        return nil
    }

    /// Finds a level anywhere in a text, at the start of a word: `test spectrum Ag3d`, `Pr:O1s`, `PET_C1s.csv`.
    ///
    /// Away from the beginning the symbol needs its capital, so that `scan in 3d` is not indium. The first level counts.
    /// Returns `nil` where the first thousand characters have none.
    public init?(within text: String) {
        let text = String(text.prefix(1000))
        if let level = CoreLevel(label: text) {
            self = level
            return
        }
        var previous: Character = " "
        for index in text.indices {
            defer { previous = text[index] }
            guard text[index].isUppercase, !previous.isLetter,
                let level = CoreLevel(label: String(text[index...].prefix(16)))
            else { continue }
            self = level
            return
        }
        return nil
    }

    /// Whether the level is split by spin-orbit coupling into j = l + 1/2 and j = l - 1/2.
    public var isDoublet: Bool { orbital != .s }

    /// The ratio of the areas (j = l - 1/2) : (j = l + 1/2) that the number of electrons gives, l / (l + 1):
    /// 1/2 for p, 2/3 for d, 3/4 for f. `nil` for s levels.
    public var statisticalAreaRatio: Double? {
        guard isDoublet else { return nil }
        let l = Double(orbital.angularMomentum)
        return l / (l + 1)
    }

    /// The label of the line j = l + 1/2, "S 2p3/2"; that of the level itself for s levels.
    public var majorLine: String {
        isDoublet ? "\(self)\(2 * orbital.angularMomentum + 1)/2" : description
    }

    /// The label of the line j = l - 1/2, "S 2p1/2"; that of the level itself for s levels.
    public var minorLine: String {
        isDoublet ? "\(self)\(2 * orbital.angularMomentum - 1)/2" : description
    }
}

extension CoreLevel: CustomStringConvertible {
    /// The usual notation, "S 2p".
    public var description: String { "\(element) \(principal)\(orbital.rawValue)" }
}

extension CoreLevel: Codable {
    /// Decodes the usual notation, "S 2p".
    public init(from decoder: Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let level = CoreLevel(label: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\"\(text)\" is not a core level like S 2p"))
        }
        self = level
    }

    /// Encodes the usual notation, "S 2p".
    public func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension CoreLevel {
    /// Li 1s.
    public static let li1s = CoreLevel("Li", 1, .s)
    /// B 1s.
    public static let b1s = CoreLevel("B", 1, .s)
    /// C 1s.
    public static let c1s = CoreLevel("C", 1, .s)
    /// N 1s.
    public static let n1s = CoreLevel("N", 1, .s)
    /// O 1s.
    public static let o1s = CoreLevel("O", 1, .s)
    /// F 1s.
    public static let f1s = CoreLevel("F", 1, .s)
    /// Na 1s.
    public static let na1s = CoreLevel("Na", 1, .s)
    /// Si 2p.
    public static let si2p = CoreLevel("Si", 2, .p)
    /// P 2p.
    public static let p2p = CoreLevel("P", 2, .p)
    /// S 2p.
    public static let s2p = CoreLevel("S", 2, .p)
    /// Cl 2p.
    public static let cl2p = CoreLevel("Cl", 2, .p)
    /// Ti 2p.
    public static let ti2p = CoreLevel("Ti", 2, .p)
    /// Mn 2p.
    public static let mn2p = CoreLevel("Mn", 2, .p)
    /// Fe 2p.
    public static let fe2p = CoreLevel("Fe", 2, .p)
    /// Co 2p.
    public static let co2p = CoreLevel("Co", 2, .p)
    /// Ni 2p.
    public static let ni2p = CoreLevel("Ni", 2, .p)
    /// Ge 3d.
    public static let ge3d = CoreLevel("Ge", 3, .d)
    /// Nb 3d.
    public static let nb3d = CoreLevel("Nb", 3, .d)
    /// Ba 3d.
    public static let ba3d = CoreLevel("Ba", 3, .d)
    /// Ba 4d.
    public static let ba4d = CoreLevel("Ba", 4, .d)
    /// Au 4f.
    public static let au4f = CoreLevel("Au", 4, .f)
}
