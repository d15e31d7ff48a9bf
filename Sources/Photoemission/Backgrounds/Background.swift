/// The background under photoelectron lines.
///
/// A background that is fitted is a polynomial baseline plus, by kind, what the components of the model give rise to:
/// a step, a slope, an energy-loss tail. One that is subtracted is computed from the data first. `others` adds further
/// parts, each with a window of its own where it has one.
public struct Background: Sendable, Hashable {
    /// The kind of curve.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Zero.
        case none
        /// A constant.
        case constant
        /// A straight line.
        case linear
        /// A polynomial of the degree `degree`.
        case polynomial
        /// A step under each peak, proportional to the peak intensity at lower binding energy (Shirley, Phys. Rev. B 5
        /// (1972) 4709).
        case shirley
        /// Shirley's background computed from the data and never above them; only subtracted, see `SmartBackground`.
        case smart
        /// A slope in proportion to the peak intensity at lower binding energy, that is, the integral of a Shirley
        /// step; only fitted (Herrera-Gomez et al., J. Electron Spectrosc. Relat. Phenom. 189 (2013) 76).
        case slopeBackground = "slope-background"
        /// Energy losses by Tougaard's cross-section with two parameters, K(T) = B T / (C + T^2)^2.
        case tougaardU2 = "tougaard-u2"
        /// The same with three, K(T) = B T / ((C - T^2)^2 + D T^2) above the threshold T0.
        case tougaardU3 = "tougaard-u3"
        /// The same with four, K(T) = B T / ((C + C' T^2)^2 + D T^2).
        case tougaardU4 = "tougaard-u4"

        /// Whether it is an energy-loss tail.
        public var isTougaard: Bool { self == .tougaardU2 || self == .tougaardU3 || self == .tougaardU4 }
        /// Whether it can be fitted with the peaks.
        public var canBeFitted: Bool { self != .smart }
        /// Whether it can be computed from the data and subtracted.
        public var canBeSubtracted: Bool { self != .slopeBackground }
        /// Whether components give rise to it, each in proportion to its area.
        var isResponse: Bool { self == .shirley || self == .slopeBackground || isTougaard }
    }

    /// How a background that is subtracted first is computed from the data.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// CasaXPS's summation: absolute (Shirley) or positive (Tougaard) values, plain sums, equal steps.
        case casaXPS = "casaxps"
        /// The trapezium rule on the true steps (Proctor & Sherwood, Anal. Chem. 54 (1982) 13).
        case trapezium
    }

    /// The kind of curve.
    public var kind: Kind
    /// Whether it is fitted together with the peaks, the default; otherwise it is computed from the data and
    /// subtracted first, and its uncertainty is missing from every result.
    public var isFitted: Bool
    /// Whether a straight slope is fitted beside a fitted Shirley or Tougaard background.
    public var hasSlope: Bool
    /// The degree of a polynomial, 0 ... `highestDegree`.
    public var degree: Int
    /// Whether a fitted step, slope background or loss tail has a strength for each component ("SVSC" for a Shirley
    /// background: Castle & Salvi, J. Vac. Sci. Technol. A 19 (2001) 1170) instead of one for all.
    public var isPerComponent: Bool
    /// What is known of the strength of a fitted Shirley (1/eV) or slope background (1/eV^2); `nil` is free.
    public var strength: Constraint?
    /// The energy-loss cross-section of a Tougaard background; `nil` takes the universal one for `tougaardU2`.
    public var loss: LossCrossSection?
    /// The energies that this part covers, binding energy in eV after calibration; `nil` for the whole window. Where
    /// every part has a window, the points outside all of them are not fitted.
    public var window: ClosedRange<Double>?
    /// Further parts, added to this one. Their own `others` are not looked at.
    public var others: [Background]
    /// The number of points averaged at each end of the window for a background that is subtracted first; odd.
    public var endPoints: Int
    /// Per cent by which the averaged intensity is lowered at the low and at the high binding energy end, for a
    /// background that is subtracted first.
    public var endOffsets: EndOffsets
    /// The summation rule for a Shirley, Smart or Tougaard background that is subtracted first.
    public var rule: Rule

    /// The highest degree of a polynomial: beyond it powers of the energy can hardly be told apart.
    public static let highestDegree = 6

    /// Per cent by which the end intensities of a subtracted background are lowered (CasaXPS's St and End Offset).
    public struct EndOffsets: Sendable, Hashable {
        /// At the low binding energy end.
        public var low: Double
        /// At the high binding energy end.
        public var high: Double

        /// Offsets in per cent.
        public init(low: Double = 0, high: Double = 0) {
            self.low = low
            self.high = high
        }
    }

    /// A background of `kind`, fitted with the peaks unless stated or impossible.
    public init(
        _ kind: Kind, isFitted: Bool? = nil, hasSlope: Bool = false, degree: Int = 2, isPerComponent: Bool = false,
        strength: Constraint? = nil, loss: LossCrossSection? = nil, window: ClosedRange<Double>? = nil,
        endPoints: Int = 3, endOffsets: EndOffsets = EndOffsets(), rule: Rule = .casaXPS, others: [Background] = []
    ) {
        self.kind = kind
        self.isFitted = isFitted ?? kind.canBeFitted
        self.hasSlope = hasSlope
        self.degree = degree
        self.isPerComponent = isPerComponent
        self.strength = strength
        self.loss = loss
        self.window = window
        self.others = others
        self.endPoints = endPoints
        self.endOffsets = endOffsets
        self.rule = rule
    }

    /// No background.
    public static let none = Background(.none)
    /// A fitted constant.
    public static let constant = Background(.constant)
    /// A fitted straight line.
    public static let linear = Background(.linear)
    /// A Shirley background fitted together with the peaks: constant + k times the cumulative integral of the peaks.
    public static let shirley = Background(.shirley)
    /// CasaXPS's Shirley background, computed from the data and subtracted before the fit.
    public static let subtractedShirley = Background(.shirley, isFitted: false)

    /// The sum of two backgrounds.
    public static func + (left: Background, right: Background) -> Background {
        var sum = left
        sum.others = Array((left.parts + right.parts).dropFirst())
        return sum
    }
}

extension Background {
    /// This part alone, followed by the others.
    public var parts: [Background] {
        var first = self
        first.others = []
        return [first]
            + others.map { other in
                var part = other
                part.others = []
                return part
            }
    }

    /// Whether any part is computed from the data and subtracted before the fit.
    public var hasSubtractedPart: Bool { parts.contains { !$0.isFitted && $0.kind != .none } }

    /// The kinds of the parts as recipes spell them, "linear + shirley".
    public var kindDescription: String { parts.map(\.kind.rawValue).joined(separator: " + ") }

    /// The degree of the baseline of a fitted part; `nil` where it has none.
    var baselineDegree: Int? {
        guard isFitted else { return nil }
        switch kind {
        case .none, .smart: return nil
        case .constant: return 0
        case .linear: return 1
        case .polynomial: return degree
        case .shirley, .slopeBackground, .tougaardU2, .tougaardU3, .tougaardU4: return hasSlope ? 1 : 0
        }
    }

    /// The cross-section of a Tougaard part.
    ///
    /// Throws `FitError.invalidModel` where it has none, or one that does not go with its kind.
    func resolvedLoss() throws -> LossCrossSection {
        if let loss {
            guard loss.form == LossCrossSection.Form(kind) else {
                throw FitError.invalidModel("the background \(kind.rawValue) needs a cross-section of its own form")
            }
            return loss
        }
        guard kind == .tougaardU2 else {
            throw FitError.invalidModel(
                "the background \(kind.rawValue) needs the parameters of its cross-section, or the name of a material")
        }
        return .universal
    }

    /// Throws `FitError.invalidModel` where the settings of a part contradict each other.
    func validate() throws {
        for part in parts {
            let name = "the background \(part.kind.rawValue)"
            guard part.isFitted || part.kind.canBeSubtracted else {
                throw FitError.invalidModel("\(name) can only be fitted, not subtracted")
            }
            guard !part.isFitted || part.kind.canBeFitted else {
                throw FitError.invalidModel("\(name) can only be subtracted, not fitted")
            }
            guard (0...Self.highestDegree).contains(part.degree) else {
                throw FitError.invalidModel("\(name): a degree lies between 0 and \(Self.highestDegree)")
            }
            guard part.isFitted || (part.endPoints >= 1 && part.endPoints % 2 == 1) else {
                throw FitError.invalidModel(
                    "a subtracted background averages an odd number of points at each end, not \(part.endPoints)")
            }
            guard !part.isPerComponent || (part.isFitted && part.kind.isResponse) else {
                throw FitError.invalidModel("\(name) has no strength that components could each have their own of")
            }
            if part.kind.isTougaard { try part.resolvedLoss().validate(isFitted: part.isFitted) }
        }
    }
}
