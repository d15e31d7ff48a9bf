import Foundation
import SpectralMath

/// The Pearson VII line h / (1 + 4 (2^(1/m) - 1) x^2/H^2)^m: a Lorentzian for m = 1, a Gaussian for m to infinity
/// (M. M. Hall et al., J. Appl. Cryst. 10 (1977) 66).
public struct PearsonVII: ReflectionProfile, Hashable {
    /// The full width at half maximum H in degrees.
    public let fullWidth: Double
    /// The exponent m, above 1/2, where the area becomes infinite.
    public let exponent: Double
    private let height: Double
    private let steepness: Double
    private let student: StudentDistribution

    /// A line; `nil` unless the width is positive and the exponent between 1/2, excluded, and 1e6.
    public init?(fullWidth: Double, exponent: Double) {
        guard fullWidth > 0, fullWidth.isFinite, exponent > 0.5, exponent <= 1e6,
            let student = try? StudentDistribution(degreesOfFreedom: 2 * exponent - 1)
        else { return nil }
        self.fullWidth = fullWidth
        self.exponent = exponent
        self.student = student
        // 2^(1/m) - 1 without cancellation for large m.
        steepness = 4 * expm1(log(2) / exponent)
        let gammas = exp(lgamma(exponent) - lgamma(exponent - 0.5))
        height = gammas * (steepness / .pi).squareRoot() / fullWidth
    }

    /// The density in 1/degree.
    public func density(_ x: Double) -> Double {
        let t = x / fullWidth
        return height * exp(-exponent * log1p(steepness * t * t))
    }

    /// The share of the area below `x`: the line is Student's t distribution with 2 m - 1 degrees of freedom.
    public func cumulative(_ x: Double) -> Double {
        student.cumulative(x / fullWidth * (steepness * (2 * exponent - 1)).squareRoot())
    }
}
