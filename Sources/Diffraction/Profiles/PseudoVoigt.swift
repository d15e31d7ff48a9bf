import Foundation

/// A sum of a Lorentzian and a Gaussian of the same full width H, which stands for their convolution:
/// eta 2/(pi H) / (1 + 4 x^2/H^2) + (1 - eta) (2/H) sqrt(ln 2/pi) exp(-4 ln 2 x^2/H^2)
/// (G. K. Wertheim et al., Rev. Sci. Instrum. 45 (1974) 1369).
public struct PseudoVoigt: ReflectionProfile, Hashable, Codable {
    /// The full width at half maximum H in degrees.
    public let fullWidth: Double
    /// The share eta of the Lorentzian in the area, 0 to 1.
    public let mixing: Double

    /// A line; `nil` unless the width is positive and the share from 0 to 1.
    public init?(fullWidth: Double, mixing: Double) {
        guard fullWidth > 0, fullWidth.isFinite, (0...1).contains(mixing) else { return nil }
        self.init(width: fullWidth, share: mixing)
    }

    init(width: Double, share: Double) {
        fullWidth = width
        mixing = share
    }

    static let gaussianExponent = 4 * log(2.0)
    static let gaussianHeight = 2 * (log(2.0) / .pi).squareRoot()
    static let lorentzianHeight = 2 / Double.pi

    /// The density in 1/degree.
    public func density(_ x: Double) -> Double {
        let t2 = (x / fullWidth) * (x / fullWidth)
        let lorentzian = Self.lorentzianHeight / (1 + 4 * t2)
        let gaussian = Self.gaussianHeight * exp(-Self.gaussianExponent * t2)
        return (mixing * lorentzian + (1 - mixing) * gaussian) / fullWidth
    }

    /// The share of the area below `x`.
    public func cumulative(_ x: Double) -> Double {
        let t = x / fullWidth
        let gaussian = 0.5 * erfc(-t * Self.gaussianExponent.squareRoot())
        // atan2 keeps the far lower tail, where 1/2 + atan would cancel.
        let lorentzian = atan2(1, -2 * t) / .pi
        return mixing * lorentzian + (1 - mixing) * gaussian
    }

    /// The density and its derivatives by x, by the full width and by the share of the Lorentzian.
    public func densityWithDerivatives(
        _ x: Double
    ) -> (density: Double, byPosition: Double, byWidth: Double, byMixing: Double) {
        let t = x / fullWidth
        let denominator = 1 / (1 + 4 * t * t)
        let lorentzian = Self.lorentzianHeight * denominator
        let gaussian = Self.gaussianHeight * exp(-Self.gaussianExponent * t * t)
        let lorentzianSlope = -8 * t * denominator * lorentzian
        let gaussianSlope = -2 * Self.gaussianExponent * t * gaussian
        let value = mixing * lorentzian + (1 - mixing) * gaussian
        let slope = mixing * lorentzianSlope + (1 - mixing) * gaussianSlope
        let inverse = 1 / fullWidth
        return (
            value * inverse, slope * inverse * inverse, -(value + t * slope) * inverse * inverse,
            (lorentzian - gaussian) * inverse
        )
    }
}

/// A pseudo-Voigt line with a width and a mixing of its own on either side, and one height where they meet.
public struct SplitPseudoVoigt: ReflectionProfile, Hashable, Codable {
    /// The line whose lower half is the side of small angles; its full width is twice the half width there.
    public let lower: PseudoVoigt
    /// The line whose upper half is the side of large angles.
    public let upper: PseudoVoigt

    /// A line of two halves.
    public init(lower: PseudoVoigt, upper: PseudoVoigt) {
        self.lower = lower
        self.upper = upper
    }

    /// The density in 1/degree at the position, where the halves meet.
    private var height: Double { 2 / (1 / lower.density(0) + 1 / upper.density(0)) }

    /// The share of the area on the side of small angles.
    public var lowerArea: Double { height / (2 * lower.density(0)) }

    /// The full width at half maximum: half of the sum of both.
    public var fullWidth: Double { (lower.fullWidth + upper.fullWidth) / 2 }

    /// The density in 1/degree.
    public func density(_ x: Double) -> Double {
        let side = x < 0 ? lower : upper
        return height / side.density(0) * side.density(x)
    }

    /// The share of the area below `x`.
    public func cumulative(_ x: Double) -> Double {
        x < 0 ? 2 * lowerArea * lower.cumulative(x) : 1 - 2 * (1 - lowerArea) * upper.cumulative(-x)
    }
}
