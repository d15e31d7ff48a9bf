import Foundation
import SpectralMath

/// CasaXPS's A(a,b,n)GL(m), after Gelius: a tail that does not end on the side of high binding energy of GL(m).
///
/// With v = 2 sqrt(ln2) |E - E0| / F and G = exp(-v^2), b (0.7 + 0.3 / (a + 0.01)) (exp(-(v / (1 + a v))^2) - G) is added
/// to GL(m) on that side, and the whole is convolved with a Gaussian of (ln2/100) n F. Published formula, not verified on
/// a CasaXPS export.
public struct GeliusTail: Sendable, Hashable {
    /// The length of the tail, a.
    public var length: Double
    /// The height of the tail, b.
    public var height: Double
    /// The width of the Gaussian in CasaXPS's steps of ln2/100 widths F.
    public var steps: Double
    /// The mixing of the product form under the tail, per cent.
    public var mix: Double

    /// A shape of the stated parameters.
    public init(length: Double, height: Double, steps: Double, mix: Double) {
        self.length = length
        self.height = height
        self.steps = steps
        self.mix = mix
    }

    func validate(_ name: String) throws {
        guard (0...100).contains(length), (0...10).contains(height), (0...10_000).contains(steps),
            (0...100).contains(mix)
        else { throw FitError.invalidModel("\(name): numbers of the shape are out of range") }
    }

    /// The parts of the tail at v >= 0: its value divided by its factor, and the derivative by v.
    private func tail(_ v: Double) -> (value: Double, slope: Double) {
        let near = exp(-v * v)
        let reduced = v / (1 + length * v)
        let wide = exp(-reduced * reduced)
        let reducedSlope = 1 / ((1 + length * v) * (1 + length * v))
        return (wide - near, -2 * reduced * reducedSlope * wide + 2 * v * near)
    }

    private var factor: Double { height * (0.7 + 0.3 / (length + 0.01)) }
    private static let scale = 2 * 0.6931471805599453.squareRoot()
}

extension GeliusTail: ConvolvedBase {
    /// The product form of unit height and its derivative.
    private func core(_ u: Double) -> (value: Double, slope: Double) {
        let m = mix / 100
        let gauss = 4 * 0.6931471805599453 * (1 - m), lorentz = 4 * m
        let denominator = 1 + lorentz * u * u
        let value = exp(-gauss * u * u) / denominator
        return (value, -2 * u * value * (gauss + lorentz / denominator))
    }

    var gaussianWidth: Double { LorentzianPowers.gaussianWidth(steps: steps) }

    func value(at u: Double) -> Double {
        let core = core(u).value
        return u > 0 ? core + factor * tail(Self.scale * u).value : core
    }

    func slope(at u: Double) -> Double {
        let core = core(u).slope
        return u > 0 ? core + factor * Self.scale * tail(Self.scale * u).slope : core
    }

    var finest: Double { 0.125 }

    var extent: Double { 1e6 }

    func area(_ rule: GaussLegendreRule) -> Double? { nil }
}
