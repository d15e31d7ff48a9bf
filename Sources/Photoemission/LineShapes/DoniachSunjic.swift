import Foundation
import SpectralMath

/// The Doniach-Sunjic line convolved with a Gaussian, with the area within a reach of its position set to one.
///
/// With eps = E - E0 in binding energy, gamma half the Lorentzian's full width, and nu = 1 - alpha, the bare line is
/// cos(pi alpha/2 - nu atan(eps/gamma)) / (eps^2 + gamma^2)^(nu/2) = Re exp(-i pi alpha/2) z^-nu, z = gamma - i eps. Its
/// convolution with a Gaussian S of standard deviation sigma is the mean of (z + iS)^-nu. That function of S has its only
/// singularity above the real axis, so the path of integration is moved to Im S = -2.5 sigma, where the trapezoidal rule
/// with steps of 0.6 sigma converges to 1e-11; far from the position a series in (sigma/z)^2 takes over. The tail is
/// exact everywhere, with no window and no padding, gamma = 0 included. The integral of z^-nu is (i/alpha) z^alpha, which
/// gives the area the same way.
struct DoniachSunjicProfile: LineProfile {
    private let sigma: Double
    private let gamma: Double
    private let alpha: Double
    private let phase: ComplexNumber
    private let area: Double
    /// d ln(area) by the full widths of Gaussian and Lorentzian and by alpha.
    private let areaSlopes: SIMD4<Double>

    init(gaussianWidth: Double, lorentzianWidth: Double, asymmetry: Double, areaReach: Double) {
        // Without any width at all the line would be infinite at its position.
        sigma = max(gaussianWidth, 1e-4) / VoigtProfile.widthOfSigma
        gamma = max(lorentzianWidth, 0) / 2
        alpha = asymmetry
        phase = ComplexNumber(cos(.pi * asymmetry / 2), -sin(.pi * asymmetry / 2))
        (area, areaSlopes) = Self.area(sigma, gamma, asymmetry, phase, areaReach)
    }

    func sample(at distance: Double) -> LineSample {
        let means = GaussianMeans(z: ComplexNumber(gamma, -distance), sigma: sigma, nu: 1 - alpha)
        let nu = 1 - alpha
        let value = (phase * means.power).real / area
        let first = phase * means.next
        var sample = LineSample(value: value, byDistance: -nu * first.imaginary / area)
        // d/d(sigma) = sigma d^2/d(eps)^2; the full widths are 2.3548 sigma and 2 gamma.
        let curvature = -nu * (nu + 1) * (phase * means.afterNext).real / area
        let byAlpha = (phase * (means.logarithm + ComplexNumber(0, -.pi / 2) * means.power)).real / area
        sample.byParameter = SIMD4(
            sigma * curvature / VoigtProfile.widthOfSigma, -nu * first.real / area / 2, byAlpha, 0)
        sample.byParameter -= value * areaSlopes
        return sample
    }

    /// The area within `reach`, and d ln(area) by the full widths of Gaussian and Lorentzian and by alpha.
    ///
    /// That of the bare line is Re exp(-i pi alpha/2) (i/alpha) z^alpha between the ends; the Gaussian adds
    /// sum_k (sigma^2/2)^k / k! times the (2k-1)th derivative of the bare line between the ends, which converges because
    /// the reach is many times sigma.
    private static func area(
        _ sigma: Double, _ gamma: Double, _ alpha: Double, _ phase: ComplexNumber, _ reach: Double
    ) -> (Double, SIMD4<Double>) {
        let nu = 1 - alpha
        let i = ComplexNumber(0, 1), phaseSlope = ComplexNumber(0, -.pi / 2)
        var area = 0.0, byGamma = 0.0, bySigma = 0.0, byAlpha = 0.0
        for (z, sign) in [(ComplexNumber(gamma, -reach), 1.0), (ComplexNumber(gamma, reach), -1.0)] {
            let log = complexLogarithm(z)
            let (ratio, slope) = exponentialQuotient(alpha * log)
            let primitive = i * (log * ratio)
            area += sign * (phase * primitive).real
            byAlpha += sign * (phase * (phaseSlope * primitive + i * (log * log * slope))).real
            let bare = exponential(-nu * log)
            byGamma += sign * (phase * (i * bare)).real
            // i^(2k-1) (nu)_(2k-1) z^(-nu-2k+1), from k = 1 on.
            let inverse = (1 / z.squaredModulus) * z.conjugate
            var term = nu * (i * (bare * inverse)), logSlope = -1 / nu
            var weight = sigma * sigma / 2
            for k in 1...8 {
                let at = nu + Double(2 * k - 1)
                area += sign * weight * (phase * term).real
                bySigma += sign * weight * Double(2 * k) / sigma * (phase * term).real
                byGamma -= sign * weight * at * (phase * (term * inverse)).real
                byAlpha += sign * weight * (phase * (term * (phaseSlope + log + ComplexNumber(logSlope, 0)))).real
                logSlope -= 1 / at + 1 / (at + 1)
                term = -at * (at + 1) * (term * (inverse * inverse))
                weight *= sigma * sigma / (2 * Double(k + 1))
            }
        }
        return (area, SIMD4(bySigma / VoigtProfile.widthOfSigma, byGamma / 2, byAlpha, 0) / area)
    }
}

/// ln z with the cut along the negative real axis.
private func complexLogarithm(_ z: ComplexNumber) -> ComplexNumber {
    ComplexNumber(log(z.squaredModulus) / 2, atan2(z.imaginary, z.real))
}

/// exp(w)
private func exponential(_ w: ComplexNumber) -> ComplexNumber {
    let size = exp(w.real)
    return ComplexNumber(size * cos(w.imaginary), size * sin(w.imaginary))
}

/// (exp(w) - 1) / w and its derivative by w, without cancellation near 0.
private func exponentialQuotient(_ w: ComplexNumber) -> (value: ComplexNumber, slope: ComplexNumber) {
    guard w.squaredModulus < 1 else {
        let inverse = (1 / w.squaredModulus) * w.conjugate
        let full = exponential(w)
        let value = (full - ComplexNumber(1, 0)) * inverse
        return (value, (full - value) * inverse)
    }
    // sum w^k / (k + 1)! and sum k w^(k-1) / (k + 1)!
    var power = ComplexNumber(1, 0), value = ComplexNumber(0, 0), slope = ComplexNumber(0, 0)
    var factorial = 1.0
    for k in 0..<20 {
        value = value + (1 / factorial) * power
        factorial *= Double(k + 2)
        slope = slope + (Double(k + 1) / factorial) * power
        power = power * w
    }
    return (value, slope)
}

/// Means over a Gaussian S of standard deviation sigma of functions of y = z + iS, for Re z >= 0.
private struct GaussianMeans {
    /// y^-nu
    private(set) var power = ComplexNumber(0, 0)
    /// y^-(nu + 1)
    private(set) var next = ComplexNumber(0, 0)
    /// y^-(nu + 2)
    private(set) var afterNext = ComplexNumber(0, 0)
    /// y^-nu ln y
    private(set) var logarithm = ComplexNumber(0, 0)

    /// Steps and depth of the path in standard deviations.
    private static let step = 0.6
    private static let depth = 2.5
    /// Positions t of the nodes, and the weights step exp(-(t - i depth)^2 / 2) / sqrt(2 pi) there.
    private static let rule: [(t: Double, weight: ComplexNumber)] = (-15...15).map { index in
        let t = Double(index) * step
        let size = step * exp((depth * depth - t * t) / 2) / (2 * Double.pi).squareRoot()
        return (t, ComplexNumber(size * cos(t * depth), size * sin(t * depth)))
    }

    init(z: ComplexNumber, sigma: Double, nu: Double) {
        let ratio = sigma * sigma / z.squaredModulus
        guard ratio > 1 / 400.0 else {
            expand(z, sigma: sigma, nu: nu)
            return
        }
        for (t, weight) in Self.rule {
            // S = sigma (t - i depth), so iS = sigma (depth + i t).
            let y = ComplexNumber(z.real + sigma * Self.depth, z.imaginary + sigma * t)
            let log = complexLogarithm(y)
            let inverse = (1 / y.squaredModulus) * y.conjugate
            let term = weight * exponential(-nu * log)
            power = power + term
            next = next + term * inverse
            afterNext = afterNext + term * (inverse * inverse)
            logarithm = logarithm + term * log
        }
    }

    /// The series z^-nu sum_k (-1)^k (nu)_(2k) / (k! 2^k) (sigma/z)^(2k), and its derivatives.
    private mutating func expand(_ z: ComplexNumber, sigma: Double, nu: Double) {
        let inverse = (1 / z.squaredModulus) * z.conjugate
        let log = complexLogarithm(z)
        let lead = exponential(-nu * log)
        let step = -(sigma * sigma / 2) * (inverse * inverse)
        func series(_ order: Double) -> ComplexNumber {
            var term = ComplexNumber(1, 0), sum = ComplexNumber(1, 0)
            for k in 1...10 {
                let at = Double(2 * k - 2) + order
                term = (at * (at + 1) / Double(k)) * (term * step)
                sum = sum + term
            }
            return sum
        }
        power = lead * series(nu)
        next = lead * inverse * series(nu + 1)
        afterNext = lead * inverse * inverse * series(nu + 2)
        // -d/d(nu) of the first series: the logarithm times the series, less the derivative of the Pochhammer symbols.
        var term = ComplexNumber(1, 0), slope = 0.0, slopes = ComplexNumber(0, 0)
        for k in 1...10 {
            let at = Double(2 * k - 2) + nu
            term = (at * (at + 1) / Double(k)) * (term * step)
            slope += 1 / at + 1 / (at + 1)
            slopes = slopes + slope * term
        }
        logarithm = log * power - lead * slopes
    }
}
