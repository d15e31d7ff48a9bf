import Foundation

/// An energy-loss cross-section K(T) of Tougaard's family: the probability per eV and path that an electron loses the
/// energy T, times the escape length.
///
/// K(T) = B T / ((C + C' T^2)^2 + D T^2) for losses T above a threshold T0 and zero below, with C' = 1 and D = 0 for
/// the universal form (Tougaard, Solid State Commun. 61 (1987) 547; Surf. Interface Anal. 11 (1988) 453), C' = -1 for
/// the three-parameter form (Tougaard, Surf. Interface Anal. 25 (1997) 137) and C' free for the four-parameter form
/// (Hesse & Denecke, Surf. Interface Anal. 43 (2011) 1514).
public struct LossCrossSection: Sendable, Hashable {
    /// Which parameters the cross-section has.
    public enum Form: Sendable, Hashable {
        /// B and C.
        case twoParameters
        /// B, C, D and a threshold.
        case threeParameters
        /// B, C, C' and D.
        case fourParameters

        init?(_ kind: Background.Kind) {
            switch kind {
            case .tougaardU2: self = .twoParameters
            case .tougaardU3: self = .threeParameters
            case .tougaardU4: self = .fourParameters
            default: return nil
            }
        }
    }

    /// Which parameters it has.
    public var form: Form
    /// B in eV^2. `nil`: a fitted background has it free; one that is subtracted takes the value with which it meets
    /// the intensity at the high binding energy end.
    public var b: Constraint?
    /// C in eV^2; C > 0.
    public var c: Constraint
    /// C', a number; used by the four-parameter form.
    public var cPrime: Constraint
    /// D in eV^2; used by the three- and four-parameter forms, where it must be positive if C' is negative.
    public var d: Constraint
    /// T0 in eV: no smaller loss occurs, as in a material with a band gap.
    public var threshold: Double

    /// B T / (C + T^2)^2.
    public static func twoParameters(b: Constraint? = nil, c: Constraint) -> LossCrossSection {
        .init(form: .twoParameters, b: b, c: c, cPrime: .fixed(1), d: .fixed(0), threshold: 0)
    }

    /// B T / ((C - T^2)^2 + D T^2) for T of at least `threshold`, eV.
    public static func threeParameters(
        b: Constraint? = nil, c: Constraint, d: Constraint, threshold: Double = 0
    ) -> LossCrossSection {
        .init(form: .threeParameters, b: b, c: c, cPrime: .fixed(-1), d: d, threshold: threshold)
    }

    /// B T / ((C + C' T^2)^2 + D T^2).
    public static func fourParameters(
        b: Constraint? = nil, c: Constraint, cPrime: Constraint, d: Constraint, threshold: Double = 0
    ) -> LossCrossSection {
        .init(form: .fourParameters, b: b, c: c, cPrime: cPrime, d: d, threshold: threshold)
    }
}

extension LossCrossSection {
    /// The universal cross-section of transition metals and their oxides, C = 1643 eV^2 and B about 2866 eV^2.
    public static let universal = Material.universal.crossSection

    /// Materials whose cross-section is known.
    ///
    /// Only sets that more than one source agrees on are here; any other can be given by its numbers.
    public enum Material: String, Sendable, Hashable, CaseIterable {
        /// B = 2866 eV^2, C = 1643 eV^2 (Tougaard, Surf. Interface Anal. 11 (1988) 453). Its integral is 0.872.
        case universal
        /// B = 396 eV^2, C = 551 eV^2, D = 436 eV^2, T0 = 3 eV (Tougaard, Surf. Interface Anal. 25 (1997) 137;
        /// CasaXPS's stored and exported backgrounds use the same numbers). Its integral is 1.001.
        case polymer
        /// B = 16.5 eV^2, C = 230 eV^2, D = 4.5 eV^2 (Tougaard, Surf. Interface Anal. 25 (1997) 137): plasmon losses
        /// of a free-electron metal.
        case aluminium

        /// The kind of background that it goes with.
        public var kind: Background.Kind { self == .universal ? .tougaardU2 : .tougaardU3 }

        /// The cross-section with C, D and T0 held and B left open.
        public var crossSection: LossCrossSection {
            switch self {
            case .universal: .twoParameters(c: .fixed(1643))
            case .polymer: .threeParameters(c: .fixed(551), d: .fixed(436), threshold: 3)
            case .aluminium: .threeParameters(c: .fixed(230), d: .fixed(4.5))
            }
        }

        /// The published B in eV^2, for an infinitely thick, homogeneous sample.
        public var amplitude: Double {
            switch self {
            case .universal: 2866
            case .polymer: 396
            case .aluminium: 16.5
            }
        }
    }
}

extension LossCrossSection {
    /// The cross-section with numbers for C, C' and D, for B = 1 eV^2.
    struct Unit: Sendable, Hashable {
        var c: Double
        var cPrime: Double
        var d: Double
        var threshold: Double

        /// What is taken of the cross-section.
        enum Term: Sendable, Hashable, CaseIterable {
            case value, byC, byCPrime, byD
        }

        /// K(T) / B, or its derivative by a parameter; T in eV. The threshold is not looked at.
        func term(_ term: Term, at loss: Double) -> Double {
            let square = loss * loss
            let root = c + cPrime * square
            let denominator = root * root + d * square
            switch term {
            case .value: return loss / denominator
            case .byC: return -2 * root * loss / (denominator * denominator)
            case .byCPrime: return -2 * root * square * loss / (denominator * denominator)
            case .byD: return -square * loss / (denominator * denominator)
            }
        }

        /// The B with which losses up to 1000 eV sum to one: a start where nothing better is known.
        var normalisingAmplitude: Double {
            let step = 0.25
            let sum = (0..<4000).reduce(0.0) { sum, i in
                let loss = (Double(i) + 0.5) * step
                return loss < threshold ? sum : sum + step * term(.value, at: loss)
            }
            return sum > 0 && sum.isFinite ? 1 / sum : 1
        }
    }

    /// Throws `FitError.invalidModel` where numbers make no cross-section.
    func validate(isFitted: Bool) throws {
        func check(_ isRight: Bool, _ message: String) throws {
            guard isRight else { throw FitError.invalidModel("Tougaard background: " + message) }
        }
        let (c, cPrime, d) = try (lowest(self.c, "C"), lowest(self.cPrime, "C'"), lowest(self.d, "D"))
        try check(c > 0, "C must be positive, not \(c)")
        try check(d >= 0, "D must not be negative, but \(d)")
        try check(cPrime > 0 || d > 0, "D must be positive where C' may be negative, or K(T) has a pole")
        try check(threshold.isFinite && threshold >= 0, "T0 must not be negative")
        guard !isFitted else { return }
        for (constraint, name) in [(self.c, "C"), (self.cPrime, "C'"), (self.d, "D")] {
            guard case .fixed = constraint else {
                throw FitError.invalidModel(
                    "Tougaard background: \(name) must be a number where the background is subtracted first")
            }
        }
        switch b {
        case nil, .fixed: break
        default:
            throw FitError.invalidModel(
                "Tougaard background: B must be a number, or left out, where the background is subtracted first")
        }
    }

    /// The lowest value that a constraint allows; links are not allowed.
    private func lowest(_ constraint: Constraint, _ name: String) throws -> Double {
        switch constraint {
        case .fixed(let value) where value.isFinite: return value
        case .free(_, let min, _), .prior(_, _, _, let min, _): return min
        default: throw FitError.invalidModel("Tougaard background: \(name) must be a number or have bounds")
        }
    }

    /// The cross-section where C, C' and D are numbers or have starts.
    var startingUnit: Unit {
        func start(_ constraint: Constraint) -> Double {
            switch constraint {
            case .fixed(let value): value
            case .free(let start, let min, let max), .prior(let start, _, _, let min, let max):
                start ?? (max.isFinite ? (min + max) / 2 : min + 1)
            default: 0
            }
        }
        return Unit(c: start(c), cPrime: start(cPrime), d: start(d), threshold: threshold)
    }
}
