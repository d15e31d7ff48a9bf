/// The background under photoelectron lines.
public struct Background: Sendable, Hashable {
    /// The kind of curve.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Zero.
        case none
        /// A constant.
        case constant
        /// A straight line.
        case linear
        /// A step under each peak, proportional to the peak intensity at lower binding energy (Shirley, Phys. Rev. B 5
        /// (1972) 4709).
        case shirley
    }

    /// How a background that is subtracted first is computed from the data.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// CasaXPS's summation: absolute values, own point excluded, equal steps.
        case casaXPS = "casaxps"
        /// The trapezium rule on the true steps (Proctor & Sherwood, Anal. Chem. 54 (1982) 13).
        case trapezium
    }

    /// The kind of curve.
    public var kind: Kind
    /// Whether it is fitted together with the peaks, the default; otherwise it is computed from the data and
    /// subtracted first, and its uncertainty is missing from every result.
    public var isFitted: Bool
    /// Whether a straight slope is fitted beside a fitted Shirley background.
    public var hasSlope: Bool
    /// The number of points averaged at each end of the window for a background that is subtracted first; odd.
    public var endPoints: Int
    /// Per cent by which the averaged intensity is lowered at the low and at the high binding energy end, for a
    /// background that is subtracted first.
    public var endOffsets: EndOffsets
    /// The summation rule for a Shirley background that is subtracted first.
    public var rule: Rule

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

    /// A background of `kind`, fitted with the peaks unless stated.
    public init(
        _ kind: Kind, isFitted: Bool = true, hasSlope: Bool = false, endPoints: Int = 3,
        endOffsets: EndOffsets = EndOffsets(), rule: Rule = .casaXPS
    ) {
        self.kind = kind
        self.isFitted = isFitted
        self.hasSlope = hasSlope
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
}
