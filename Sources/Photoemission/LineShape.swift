import Foundation
import SpectralMath

/// The shape of one photoelectron line.
///
/// Lines are drawn with unit area over all energies, and their width is the true full width at half maximum, as
/// CasaXPS stores it.
public enum LineShape: Sendable, Hashable {
    /// CasaXPS's GL(m), the product form `exp(-4 ln2 (1-m) t^2) / (1 + 4 m t^2)` with `mix` = m in per cent, 0 ... 100.
    ///
    /// The width F in t = (E - E0) / F is not the full width at half maximum: for GL(30) it is 1.0402 times as large
    /// (verified on CasaXPS exports).
    case glProduct(mix: Double)
    /// CasaXPS's SGL(m), the sum form `(1-m) exp(-4 ln2 t^2) + m / (1 + 4 t^2)`: Gaussian and Lorentzian of equal
    /// height and width, `mix` = m in per cent, 0 ... 100.
    case glSum(mix: Double)
    /// A Gaussian.
    case gaussian
    /// A Lorentzian.
    case lorentzian

    /// Reads `GL(30)`, `SGL(30)`, `G` or `L`, as CasaXPS and recipes spell them; `nil` for anything else.
    public init?(name: String) {
        let text = name.trimmingCharacters(in: .whitespaces).uppercased()
        switch text {
        case "G", "GAUSSIAN", "GL(0)", "SGL(0)": self = .gaussian
        case "L", "LORENTZIAN", "GL(100)", "SGL(100)": self = .lorentzian
        default:
            for (prefix, isSum) in [("SGL(", true), ("GL(", false)] where text.hasPrefix(prefix) && text.hasSuffix(")")
            {
                guard let mix = Double(text.dropFirst(prefix.count).dropLast()), (0...100).contains(mix) else {
                    return nil
                }
                self = isSum ? .glSum(mix: mix) : .glProduct(mix: mix)
                return
            }
            return nil
        }
    }

    /// The mixing in per cent, where the shape has one that can be fitted.
    public var mix: Double? {
        switch self {
        case .glProduct(let mix), .glSum(let mix): mix
        case .gaussian, .lorentzian: nil
        }
    }

    /// The same shape with another mixing in per cent.
    func with(mix: Double) -> LineShape {
        switch self {
        case .glProduct: .glProduct(mix: mix)
        case .glSum: .glSum(mix: mix)
        case .gaussian, .lorentzian: self
        }
    }
}

extension LineShape: CustomStringConvertible {
    /// The name as CasaXPS spells it: `GL(30)`, `SGL(30)`; `G` and `L` for the pure shapes.
    public var description: String {
        switch self {
        case .glProduct(let mix): String(format: "GL(%g)", mix)
        case .glSum(let mix): String(format: "SGL(%g)", mix)
        case .gaussian: "G"
        case .lorentzian: "L"
        }
    }
}

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
    }

    private static let ln2 = 0.6931471805599453

    /// The constants of this shape.
    var constants: Constants {
        switch self {
        case .gaussian: Self.product(0)
        case .lorentzian: Self.product(1)
        case .glProduct(let mix): Self.product(mix / 100)
        case .glSum(let mix):
            Constants(
                gauss: 4 * Self.ln2, lorentz: 4, share: mix / 100, isSum: true,
                area: (1 - mix / 100) * (Double.pi / (4 * Self.ln2)).squareRoot() + mix / 100 * Double.pi / 2,
                widthFactor: 1)
        }
    }

    /// Area of the product form: pi / (2 sqrt m) erfcx(sqrt(ln2 (1-m) / m)) H F, by Gradshteyn & Ryzhik 3.466.1.
    private static func product(_ m: Double) -> Constants {
        let gauss = 4 * ln2 * (1 - m), lorentz = 4 * m
        let area =
            m > 0
            ? Double.pi / (2 * m.squareRoot()) * scaledComplementaryErrorFunction((ln2 * (1 - m) / m).squareRoot())
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

    /// exp(x^2) erfc(x) for x >= 0.
    private static func scaledComplementaryErrorFunction(_ x: Double) -> Double {
        if x < 5 { return exp(x * x) * erfc(x) }
        // Continued fraction of Laplace, converged to rounding for x >= 5 after 60 terms.
        var fraction = 0.0
        for k in stride(from: 60, to: 0, by: -1) { fraction = Double(k) / 2 / (x + fraction) }
        return 1 / (Double.pi.squareRoot() * (x + fraction))
    }
}

extension LineShape {
    /// The line of unit area with true full width at half maximum `fwhm` at `energy`, at the distance `energy` (same
    /// unit) from its centre. For drawing and tests; fits use the vectorised kernels.
    public func value(at energy: Double, fwhm: Double) -> Double {
        let c = constants
        let width = c.widthFactor * fwhm
        let s = (energy / width) * (energy / width)
        let height = 1 / (c.area * width)
        if c.isSum {
            return height * ((1 - c.share) * exp(-c.gauss * s) + c.share / (1 + c.lorentz * s))
        }
        return height * exp(-c.gauss * s) / (1 + c.lorentz * s)
    }
}
