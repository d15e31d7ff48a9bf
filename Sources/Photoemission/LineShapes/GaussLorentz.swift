import Foundation
import SpectralMath

/// Gaussian, Lorentzian, GL(m), SGL(m) and the pseudo-Voigt function: products or sums of a Gaussian and a Lorentzian of
/// t = (E - E0) / F, which the vectorised kernels of `SpectralColumns` draw.
///
/// Their true width is F times a constant of the shape, and area = constant x height x F.
extension LineShape {
    /// The constants of a shape of unit height as a function of t = (E - E0) / F.
    struct Constants: Sendable, Hashable {
        /// Coefficient of t^2 in the exponent, 1 / F^2 units.
        var gauss: Double
        /// Coefficient of t^2 in the denominator.
        var lorentz: Double
        /// The Lorentzian's share of the height, for the sum form.
        var share: Double
        /// Whether Gaussian and Lorentzian are added (or multiplied).
        var isSum: Bool
        /// Area of the shape divided by (height F).
        var area: Double
        /// F divided by the full width at half maximum.
        var widthFactor: Double
        /// d(share) / d(mix in per cent), for the sum form.
        var shareSlope: Double = 0
    }

    private static let ln2 = 0.6931471805599453
    /// Areas of Gaussian and Lorentzian divided by (height F).
    private static let gaussianArea = (Double.pi / (4 * ln2)).squareRoot()
    private static let lorentzianArea = Double.pi / 2

    /// The constants of this shape; `nil` for shapes of another family.
    var constants: Constants? { gaussLorentz.map { $0(mix ?? 0) } }

    /// The constants of this shape as a function of the mixing in per cent, which those without one ignore; `nil` for
    /// shapes of another family.
    var gaussLorentz: (@Sendable (Double) -> Constants)? {
        switch self {
        case .gaussian: { _ in Self.product(0) }
        case .lorentzian: { _ in Self.product(1) }
        case .glProduct: { Self.product($0 / 100) }
        case .glSum: { Self.sum(share: $0 / 100, slope: 0.01) }
        case .pseudoVoigt: { Self.areaMixed($0 / 100) }
        default: nil
        }
    }

    private static func sum(share: Double, slope: Double) -> Constants {
        Constants(
            gauss: 4 * ln2, lorentz: 4, share: share, isSum: true,
            area: (1 - share) * gaussianArea + share * lorentzianArea, widthFactor: 1, shareSlope: slope)
    }

    /// The Lorentzian's share m of the area as its share of the height.
    private static func areaMixed(_ m: Double) -> Constants {
        let gaussian = (1 - m) / gaussianArea, lorentzian = m / lorentzianArea
        let both = gaussian + lorentzian
        let slope = 1 / (gaussianArea * lorentzianArea * both * both)
        return sum(share: lorentzian / both, slope: slope / 100)
    }

    /// Area of the product form: pi / (2 sqrt m) erfcx(sqrt(ln2 (1-m) / m)) H F, by Gradshteyn & Ryzhik 3.466.1.
    private static func product(_ m: Double) -> Constants {
        let gauss = 4 * ln2 * (1 - m), lorentz = 4 * m
        let area =
            m > 0
            ? Double.pi / (2 * m.squareRoot()) * erfcx((ln2 * (1 - m) / m).squareRoot())
            : (Double.pi / gauss).squareRoot()
        return Constants(
            gauss: gauss, lorentz: lorentz, share: 0, isSum: false, area: area,
            widthFactor: 1 / (2 * halfWidth(gauss: gauss, lorentz: lorentz)))
    }

    /// The t > 0 at which exp(-g t^2) / (1 + l t^2) = 1/2, by Newton's method on the logarithm.
    private static func halfWidth(gauss: Double, lorentz: Double) -> Double {
        var s = 0.25
        for _ in 0..<50 {
            let step = (gauss * s + log1p(lorentz * s) - ln2) / (gauss + lorentz / (1 + lorentz * s))
            s -= step
            if abs(step) < 1e-17 { break }
        }
        return s.squareRoot()
    }
}

extension LineShape.Constants {
    /// The shape of unit height at t, and its derivative by t.
    func unitHeight(at t: Double) -> (value: Double, slope: Double) {
        let s = t * t
        let gaussian = exp(-gauss * s), lorentzian = 1 / (1 + lorentz * s)
        if isSum {
            return (
                (1 - share) * gaussian + share * lorentzian,
                -2 * t * ((1 - share) * gauss * gaussian + share * lorentz * lorentzian * lorentzian)
            )
        }
        let value = gaussian * lorentzian
        return (value, -2 * t * value * (gauss + lorentz * lorentzian))
    }
}

/// A line of the Gauss-Lorentz family of a true width; its mixing is held. For drawing: fits use the kernels.
struct GaussLorentzProfile: LineProfile {
    let constants: LineShape.Constants
    let width: Double

    func sample(at distance: Double) -> LineSample {
        let formulaWidth = constants.widthFactor * width
        let t = distance / formulaWidth
        let (value, slope) = constants.unitHeight(at: t)
        let height = 1 / (constants.area * formulaWidth)
        var sample = LineSample(value: height * value, byDistance: height * slope / formulaWidth)
        sample.byParameter[0] = -height * (value + t * slope) / width
        return sample
    }
}
