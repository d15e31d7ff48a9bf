import Foundation

extension LineShape {
    /// Reads a shape as recipes and CasaXPS spell it; `nil` for anything else.
    ///
    /// ```
    /// G  L  GL(30)  SGL(30)  PV(40)  APV(40,0.2)  Voigt  LA(50)  LA(1.53,243)  LA(1.2,4.8,5)  LF(0.54,10,80,100,6)
    /// DS(0.1)  A(0.4,0.5,20)GL(30)  GL(30)T(1.5)  SGL(30)T(1.5)
    /// ```
    public init?(name: String) {
        let text = name.filter { !$0.isWhitespace }.uppercased()
        guard let shape = Self.reading(text), (try? shape.validate()) != nil else { return nil }
        self = shape
    }

    private static func reading(_ text: String) -> LineShape? {
        switch text {
        case "G", "GAUSSIAN", "GL(0)", "SGL(0)": return .gaussian
        case "L", "LORENTZIAN", "GL(100)", "SGL(100)": return .lorentzian
        case "VOIGT": return .voigt
        default: break
        }
        guard let calls = calls(in: text) else { return nil }
        let arguments = calls.map(\.arguments)
        switch (calls.map(\.name), arguments.map(\.count)) {
        case (["GL"], [1]): return .glProduct(mix: arguments[0][0])
        case (["SGL"], [1]): return .glSum(mix: arguments[0][0])
        case (["PV"], [1]): return .pseudoVoigt(mix: arguments[0][0])
        case (["APV"], [2]): return .asymmetricPseudoVoigt(mix: arguments[0][0], asymmetry: arguments[0][1])
        case (["DS"], [1]): return .doniachSunjic(asymmetry: arguments[0][0])
        case (["GL", "T"], [1, 1]), (["SGL", "T"], [1, 1]):
            return .exponentialTail(
                ExponentialTail(isSum: calls[0].name == "SGL", mix: arguments[0][0], decay: arguments[1][0]))
        case (["A", "GL"], [3, 1]):
            return .gelius(
                GeliusTail(
                    length: arguments[0][0], height: arguments[0][1], steps: arguments[0][2], mix: arguments[1][0]))
        case (["LA"], [1]): return .lorentzianVoigt(mix: arguments[0][0])
        case (["LA"], [2]), (["LA"], [3]), (["LF"], [4]), (["LF"], [5]):
            return .lorentzianPowers(powers(arguments[0]))
        default: return nil
        }
    }

    /// The shape of LA(a,n), LA(a,b,n), LF(a,b,w,n) or LF(a,b,w,n,k).
    private static func powers(_ numbers: [Double]) -> LorentzianPowers {
        switch numbers.count {
        case 2: LorentzianPowers(high: numbers[0], low: numbers[0], steps: numbers[1])
        case 3: LorentzianPowers(high: numbers[0], low: numbers[1], steps: numbers[2])
        default:
            LorentzianPowers(
                high: numbers[0], low: numbers[1], ramp: numbers[2], steps: numbers[3],
                convolutions: numbers.count > 4 ? numbers[4] : 1)
        }
    }

    /// `NAME(1,2)NAME(3)` as names with their numbers.
    private static func calls(in text: String) -> [(name: String, arguments: [Double])]? {
        var calls: [(String, [Double])] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let open = rest.firstIndex(of: "("), let close = rest.firstIndex(of: ")"), open < close else {
                return nil
            }
            let words = rest[rest.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
            let numbers = words.compactMap { Double($0) }
            guard numbers.count == words.count, numbers.allSatisfy(\.isFinite) else { return nil }
            calls.append((String(rest[..<open]), numbers))
            rest = rest[rest.index(after: close)...]
        }
        return calls.isEmpty ? nil : calls
    }

    /// Throws `FitError.invalidModel` where a number of the shape is out of range.
    func validate() throws {
        switch self {
        case .gaussian, .lorentzian, .voigt: break
        case .glProduct(let mix), .glSum(let mix), .pseudoVoigt(let mix), .lorentzianVoigt(let mix):
            try require(0...100, mix, "the mixing")
        case .asymmetricPseudoVoigt(let mix, let asymmetry):
            try require(0...100, mix, "the mixing")
            try require(Self.sigmoidRange, asymmetry, "the asymmetry")
        case .doniachSunjic(let asymmetry): try require(Self.metalRange, asymmetry, "the asymmetry")
        case .lorentzianPowers(let powers): try powers.validate(description)
        case .gelius(let tail): try tail.validate(description)
        case .exponentialTail(let tail): try tail.validate(description)
        case .group(let group): try group.validate()
        case .measured: break
        }
    }

    private func require(_ range: ClosedRange<Double>, _ value: Double, _ what: String) throws {
        guard range.contains(value) else {
            throw FitError.invalidModel(
                "\(self): \(what) must lie from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Asymmetries beyond these no longer give a line with one maximum.
    private static let sigmoidRange = -2.0...2.0
    private static let metalRange = 0.0...0.9

    /// The values that the asymmetry of this shape may have; `nil` where it has none.
    var asymmetryRange: ClosedRange<Double>? {
        switch self {
        case .asymmetricPseudoVoigt: Self.sigmoidRange
        case .doniachSunjic: Self.metalRange
        default: nil
        }
    }
}

extension LineShape: CustomStringConvertible {
    /// The name as CasaXPS spells it, which `init(name:)` reads back: `GL(30)`, `LA(1.53,243)`; `G` and `L` for the pure
    /// shapes. Groups of lines and measured lines have no such name: theirs only tells them from others.
    public var description: String {
        switch self {
        case .glProduct(let mix): "GL(\(Self.text(mix)))"
        case .glSum(let mix): "SGL(\(Self.text(mix)))"
        case .gaussian: "G"
        case .lorentzian: "L"
        case .pseudoVoigt(let mix): "PV(\(Self.text(mix)))"
        case .asymmetricPseudoVoigt(let mix, let asymmetry): "APV(\(Self.text(mix, asymmetry)))"
        case .voigt: "Voigt"
        case .lorentzianVoigt(let mix): "LA(\(Self.text(mix)))"
        case .lorentzianPowers(let powers): Self.text(powers)
        case .doniachSunjic(let asymmetry): "DS(\(Self.text(asymmetry)))"
        case .gelius(let tail):
            "A(\(Self.text(tail.length, tail.height, tail.steps)))GL(\(Self.text(tail.mix)))"
        case .exponentialTail(let tail):
            "\(tail.isSum ? "SGL" : "GL")(\(Self.text(tail.mix)))T(\(Self.text(tail.decay)))"
        case .group(let group): Self.text(group)
        case .measured: "measured"
        }
    }

    /// "5 lines GL(30)", with every shape that occurs.
    private static func text(_ group: LineGroup) -> String {
        var shapes: [String] = []
        for line in group.lines where !shapes.contains(line.shape.description) {
            shapes.append(line.shape.description)
        }
        return "\(group.lines.count) lines \(shapes.joined(separator: ", "))"
    }

    private static func text(_ powers: LorentzianPowers) -> String {
        guard let ramp = powers.ramp else {
            return powers.high == powers.low
                ? "LA(\(text(powers.high, powers.steps)))" : "LA(\(text(powers.high, powers.low, powers.steps)))"
        }
        let numbers = text(powers.high, powers.low, ramp, powers.steps)
        return powers.convolutions == 1 ? "LF(\(numbers))" : "LF(\(numbers),\(text(powers.convolutions)))"
    }

    /// Numbers without needless digits, exactly, separated by commas.
    private static func text(_ numbers: Double...) -> String {
        numbers.map { number in
            let short = String(format: "%g", number)
            return Double(short) == number ? short : "\(number)"
        }.joined(separator: ",")
    }
}
