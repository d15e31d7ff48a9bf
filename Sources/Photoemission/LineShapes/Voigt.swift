import Foundation
import SpectralMath

/// The Voigt function: a Gaussian of full width f_G convolved with a Lorentzian of full width f_L, of unit area.
///
/// V(x) = Re w(z) / (sigma sqrt(2 pi)) with z = (x + i f_L/2) / (sigma sqrt 2) and sigma = f_G / (2 sqrt(2 ln2)), w the
/// Faddeeva function; derivatives follow from w'(z) = 2i / sqrt(pi) - 2 z w(z) (NIST Digital Library of Mathematical
/// Functions, 7.19 and 7.10).
struct VoigtProfile: LineProfile {
    private let sigma: Double
    private let gamma: Double
    /// A Gaussian narrower than this fraction of the Lorentzian cannot be seen in double precision.
    private let isLorentzian: Bool

    /// Parameters: full widths of Gaussian and Lorentzian, eV; one of the two may be 0.
    init(gaussianWidth: Double, lorentzianWidth: Double) {
        sigma = gaussianWidth / Self.widthOfSigma
        gamma = lorentzianWidth / 2
        isLorentzian = gaussianWidth < 1e-8 * lorentzianWidth
    }

    /// Full width at half maximum of a Gaussian of unit standard deviation.
    static let widthOfSigma = 2 * (2 * 0.6931471805599453).squareRoot()

    func sample(at distance: Double) -> LineSample {
        guard !isLorentzian else { return lorentzian(distance) }
        let scale = 1 / (sigma * 2.0.squareRoot())
        let z = ComplexNumber(distance * scale, gamma * scale)
        let (w, slope) = Self.function(z)
        let height = scale / Double.pi.squareRoot()
        let value = height * w
        var sample = LineSample(value: value, byDistance: height * scale * slope.real)
        // d/d(f_G), where dz/d(sigma) = -z / sigma; and d/d(f_L), where dz/d(gamma) = i scale.
        let turned = slope * z
        sample.byParameter[0] = -(value + height * turned.real) / (sigma * Self.widthOfSigma)
        sample.byParameter[1] = -height * scale * slope.imaginary / 2
        return sample
    }

    func fill(_ columns: LineColumns, energies: UnsafeBufferPointer<Double>, center: Double, factor: Double) {
        guard !isLorentzian, let byGaussian = columns.byParameter.first, let byLorentzian = columns.byParameter.last
        else {
            return fillPointByPoint(columns, energies: energies, center: center, factor: factor)
        }
        LineKernels.voigt(
            energies, center: center, gaussianWidth: sigma * Self.widthOfSigma, lorentzianWidth: 2 * gamma,
            factor: factor, value: columns.value, byCenter: columns.byCenter, byGaussian: byGaussian,
            byLorentzian: byLorentzian)
    }

    private func lorentzian(_ x: Double) -> LineSample {
        let square = x * x + gamma * gamma
        let value = gamma / (.pi * square)
        var sample = LineSample(value: value, byDistance: -2 * x * value / square)
        sample.byParameter[1] = (x * x - gamma * gamma) / (.pi * square * square) / 2
        return sample
    }

    /// Re w(z) and w'(z). Far from the origin w' is the small difference of large numbers, so its asymptotic series
    /// takes over (DLMF 7.9.3, differentiated).
    private static func function(_ z: ComplexNumber) -> (Double, ComplexNumber) {
        let w = faddeeva(z)
        let root = 1 / Double.pi.squareRoot()
        if z.squaredModulus < 900 {
            let product = z * w
            return (w.real, ComplexNumber(-2 * product.real, 2 * root - 2 * product.imaginary))
        }
        let inverse = 1 / z.squaredModulus * z.conjugate
        let square = inverse * inverse
        // -i / sqrt(pi) (1/z^2 + 3/(2 z^4) + 15/(4 z^6) + 105/(8 z^8) + ...)
        var term = square
        var sum = square
        for k in 1...8 {
            term = (Double(2 * k + 1) / 2) * (term * square)
            sum = sum + term
        }
        return (w.real, ComplexNumber(root * sum.imaginary, -root * sum.real))
    }
}

/// A Voigt function with a fixed ratio of its widths, as a function of its true full width at half maximum.
struct FixedRatioVoigt: LineProfile {
    /// What the ratio of the widths determines.
    struct Ratio: Sendable {
        /// Full width of the Gaussian divided by that of the whole.
        var gaussian: Double
        /// Full width of the Lorentzian divided by that of the whole.
        var lorentzian: Double

        /// The ratio of LA(m), `mix` = m in per cent, 0 ... 100: LA(1, 1, 1401 - 14.01 m) (CasaXPS Cookbook, as quoted
        /// by others; an export of LA(50) shows a ratio of the widths 0.3 % larger).
        init(mix: Double) {
            let ratio = LorentzianPowers.gaussianWidth(steps: 1401 - 14.01 * mix)
            let whole = LineWidths(of: VoigtProfile(gaussianWidth: ratio, lorentzianWidth: 1), scale: max(1, ratio))
                .full
            gaussian = ratio / whole
            lorentzian = 1 / whole
        }
    }

    private let voigt: VoigtProfile
    private let width: Double

    init(ratio: Ratio, width: Double) {
        voigt = VoigtProfile(gaussianWidth: ratio.gaussian * width, lorentzianWidth: ratio.lorentzian * width)
        self.width = width
    }

    func fill(_ columns: LineColumns, energies: UnsafeBufferPointer<Double>, center: Double, factor: Double) {
        voigt.fill(columns, energies: energies, center: center, factor: factor)
        for byWidth in columns.byParameter {
            for i in energies.indices {
                byWidth[i] = ((energies[i] - center) * columns.byCenter[i] - columns.value[i]) / width
            }
        }
    }

    func sample(at distance: Double) -> LineSample {
        var sample = voigt.sample(at: distance)
        sample.byParameter = .zero
        sample.byParameter[0] = -(sample.value + distance * sample.byDistance) / width
        return sample
    }
}
