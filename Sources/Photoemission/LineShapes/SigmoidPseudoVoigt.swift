import Foundation
import SpectralMath

/// SGL(m) whose width follows a sigmoid of the energy (Stancik & Brauns, Vib. Spectrosc. 47 (2008) 66): with
/// t = (E - E0) / F, the curve of unit height is (1-m) exp(-4 ln2 r^2) + m / (1 + 4 r^2), r = t (1 + exp(-a t)) / 2.
///
/// Its width parameter is F. Value and derivatives are closed; area and its derivatives come from Gauss-Legendre panels.
struct SigmoidPseudoVoigt: LineProfile {
    private let width: Double
    private let share: Double
    private let asymmetry: Double
    private let area: Double
    /// d ln(area) by the mixing in per cent and by the asymmetry.
    private let mixSlope: Double
    private let asymmetrySlope: Double

    private static let gauss = 4 * 0.6931471805599453

    init(width: Double, mix: Double, asymmetry: Double, rule: GaussLegendreRule) {
        self.width = width
        self.asymmetry = asymmetry
        share = mix / 100
        // The Gaussian part's area and its derivative, and the same of the Lorentzian part.
        var sums = SIMD4<Double>.zero
        func add(_ low: Double, _ high: Double) {
            let middle = (low + high) / 2, half = (high - low) / 2
            for (point, weight) in zip(rule.points, rule.weights) {
                for t in [middle + half * point, -(middle + half * point)] {
                    let parts = Self.parts(at: t, asymmetry)
                    sums +=
                        half * weight
                        * SIMD4(
                            parts.gaussian, parts.gaussianByRadius * parts.radiusByAsymmetry, parts.lorentzian,
                            parts.lorentzianByRadius * parts.radiusByAsymmetry)
                }
            }
        }
        var start = 0.125 / max(1, abs(asymmetry))
        add(0, start)
        while start < 1e12 {
            add(start, 1.5 * start)
            add(1.5 * start, 2 * start)
            start *= 2
        }
        area = (1 - share) * sums[0] + share * sums[2]
        mixSlope = (sums[2] - sums[0]) / 100 / area
        asymmetrySlope = ((1 - share) * sums[1] + share * sums[3]) / area
    }

    /// Gaussian and Lorentzian at t, with their derivatives by r, and r's by t and by a.
    private struct Parts {
        var gaussian: Double
        var gaussianByRadius: Double
        var lorentzian: Double
        var lorentzianByRadius: Double
        var radiusByDistance: Double
        var radiusByAsymmetry: Double
    }

    private static func parts(at t: Double, _ asymmetry: Double) -> Parts {
        // Beyond exp(300) both parts are zero.
        let growth = exp(min(-asymmetry * t, 300))
        let r = t * (1 + growth) / 2
        let gaussian = exp(-gauss * r * r), lorentzian = 1 / (1 + 4 * r * r)
        return Parts(
            gaussian: gaussian, gaussianByRadius: gaussian == 0 ? 0 : -2 * gauss * r * gaussian,
            lorentzian: lorentzian, lorentzianByRadius: -8 * r * lorentzian * lorentzian,
            radiusByDistance: (1 + growth - asymmetry * t * growth) / 2, radiusByAsymmetry: -t * t * growth / 2)
    }

    func sample(at distance: Double) -> LineSample {
        let t = distance / width
        let parts = Self.parts(at: t, asymmetry)
        let height = 1 / (area * width)
        let value = (1 - share) * parts.gaussian + share * parts.lorentzian
        let byRadius = (1 - share) * parts.gaussianByRadius + share * parts.lorentzianByRadius
        let slope = byRadius * parts.radiusByDistance
        var sample = LineSample(value: height * value, byDistance: height * slope / width)
        sample.byParameter[0] = -height * (value + t * slope) / width
        sample.byParameter[1] = height * ((parts.lorentzian - parts.gaussian) / 100 - value * mixSlope)
        sample.byParameter[2] = height * (byRadius * parts.radiusByAsymmetry - value * asymmetrySlope)
        return sample
    }
}
