import Foundation
import SpectralMath

/// CasaXPS's LA(a,b,n) and LF(a,b,w,n,k): powers of a Lorentzian on the two sides of the position, convolved with a
/// Gaussian.
///
/// With u = (E - E0) / F_L, E binding energy and F_L the width of the inner Lorentzian l = 1 / (1 + 4 u^2), the curve is
/// l^a on the side of high binding energy (u > 0) and l^b on the other. LF lets both exponents run to 3 far from the
/// position: e(u) = 3 - (3 - a) / (1 + 4 (u/w)^2), with w in units of F_L, and the same with b. The Gaussian has the full
/// width (ln2/100) n sqrt(k) F_L. Recovered from curves that CasaXPS exported, which these formulae follow to 1e-4 of
/// their height; the formula of the exponent after Major et al., Vac. Technol. Coat., April 2020. (That both exponents
/// run shows in LF(1,20,1,50) alone: 8e-5 of the height, against 7e-4 with b held.)
///
/// All widths scale together, so that one table serves every width.
public struct LorentzianPowers: Sendable, Hashable {
    /// The exponent on the side of high binding energy, a.
    public var high: Double
    /// The exponent on the side of low binding energy, b.
    public var low: Double
    /// The scale over which the exponents run to 3, in widths of the inner Lorentzian; `nil` for LA, whose exponents stay
    /// as they are.
    public var ramp: Double?
    /// The width of the Gaussian in CasaXPS's steps of ln2/100 widths of the inner Lorentzian.
    public var steps: Double
    /// How often the Gaussian is applied, k.
    public var convolutions: Double

    /// A shape of the stated parameters.
    public init(high: Double, low: Double, ramp: Double? = nil, steps: Double, convolutions: Double = 1) {
        self.high = high
        self.low = low
        self.ramp = ramp
        self.steps = steps
        self.convolutions = convolutions
    }

    /// The full width of CasaXPS's Gaussian of `steps`, in widths of the inner Lorentzian.
    static func gaussianWidth(steps: Double) -> Double { 0.6931471805599453 / 100 * steps }

    /// The full width of the Gaussian in widths of the inner Lorentzian.
    var gaussianWidth: Double { Self.gaussianWidth(steps: steps) * convolutions.squareRoot() }

    func validate(_ name: String) throws {
        let ramp = ramp ?? 1
        guard [high, low, ramp, steps, convolutions].allSatisfy(\.isFinite) else {
            throw FitError.invalidModel("\(name): every number of the shape must be finite")
        }
        // Below 1/2 the area is infinite; LF's exponent rises to 3 further out.
        let least = self.ramp == nil ? 0.5 : 0
        guard min(high, low) > least, max(high, low) <= 1000 else {
            throw FitError.invalidModel(
                "\(name): exponents must lie above \(least), or the area is infinite, and not above 1000")
        }
        guard ramp > 0, ramp <= 1e6, (0...10_000).contains(steps), convolutions > 0, convolutions <= 1000 else {
            throw FitError.invalidModel("\(name): widths of the shape are out of range")
        }
    }
}

extension LorentzianPowers: ConvolvedBase {
    func value(at u: Double) -> Double {
        let power = u > 0 ? high : low
        let logarithm = log1p(4 * u * u)
        guard let ramp else { return exp(-power * logarithm) }
        let v = u / ramp
        return exp(-(3 - (3 - power) / (1 + 4 * v * v)) * logarithm)
    }

    func slope(at u: Double) -> Double {
        let power = u > 0 ? high : low
        let l = 1 / (1 + 4 * u * u)
        guard let ramp else { return -8 * u * l * power * value(at: u) }
        let v = u / ramp
        let k = 1 / (1 + 4 * v * v)
        let exponent = 3 - (3 - power) * k
        let exponentSlope = (3 - power) * k * k * 8 * v / ramp
        return -(8 * u * l * exponent + exponentSlope * log1p(4 * u * u)) * value(at: u)
    }

    var finest: Double { min(0.25, (ramp ?? 1) / 4) / max(1, high, low).squareRoot() }

    var extent: Double { 1e4 * max(1, ramp ?? 1) }

    /// The two halves. For a constant exponent p the half is sqrt(pi)/4 Gamma(p - 1/2) / Gamma(p) (DLMF 5.12.3).
    func area(_ rule: GaussLegendreRule) -> Double? {
        func half(_ power: Double) -> Double {
            Double.pi.squareRoot() / 4 * exp(lgamma(power - 0.5) - lgamma(power))
        }
        guard ramp != nil else { return half(high) + half(low) }
        func both(_ u: Double) -> Double { value(at: u) + value(at: -u) }
        var sum = rule.integral(from: 0, to: finest, both)
        var start = finest
        // Panels that double in length until nothing is left: the exponents tend to 3, so u^-6 ends this soon.
        while start < 1e12 {
            sum += rule.integral(from: start, to: 1.5 * start, both)
            sum += rule.integral(from: 1.5 * start, to: 2 * start, both)
            start *= 2
        }
        return sum
    }
}
