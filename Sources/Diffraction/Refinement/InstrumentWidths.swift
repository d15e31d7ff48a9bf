import Foundation

/// The square of the Gaussian width over s = (tan theta - t0) / (t1 - t0), t0 and t1 at the ends of the pattern, as a
/// polynomial of Bernstein: g0^2 (1-s)^2 + 2 k g0 g1 s (1-s) + g1^2 s^2. It is that of Caglioti in parameters that are
/// widths, do not correlate strongly, and give no negative square for k > -1.
struct InstrumentWidths: Sendable {
    let low: Double
    let high: Double

    init(twoTheta range: ClosedRange<Double>) {
        low = tan(range.lowerBound * .pi / 360)
        high = max(tan(min(range.upperBound, 178) * .pi / 360), low + 1e-6)
    }

    /// s at a tangent of theta, that of the nearest end beyond the pattern.
    func place(_ tangent: Double) -> Double { min(max((tangent - low) / (high - low), 0), 1) }

    /// The width, and its derivatives by g0, g1 and k.
    func width(_ values: RefinementValues, place s: Double) -> (g: Double, byLow: Double, byHigh: Double, byBend: Double) {
        let (g0, g1, k) = (values.gaussianLow, values.gaussianHigh, values.gaussianBend)
        let (a, b, c) = ((1 - s) * (1 - s), 2 * s * (1 - s), s * s)
        let g = max(g0 * g0 * a + k * g0 * g1 * b + g1 * g1 * c, 1e-12).squareRoot()
        return (g, (g0 * a + k * g1 * b / 2) / g, (g1 * c + k * g0 * b / 2) / g, g0 * g1 * b / (2 * g))
    }

    /// Takes over an instrument's U, V, W and P; X and Y stay with the caller.
    func set(_ widths: LineWidths, _ values: inout RefinementValues) {
        let (u, v, w) = (widths.u + widths.p, widths.v, widths.w + widths.p)
        let c0 = max(u * low * low + v * low + w, 1e-10), c2 = max(u * high * high + v * high + w, 1e-10)
        let c1 = c0 + (high - low) * (2 * u * low + v) / 2
        values.gaussianLow = c0.squareRoot()
        values.gaussianHigh = c2.squareRoot()
        values.gaussianBend = c1 / (c0 * c2).squareRoot()
    }

    /// U, V and W.
    func caglioti(_ values: RefinementValues) -> LineWidths {
        let c0 = values.gaussianLow * values.gaussianLow, c2 = values.gaussianHigh * values.gaussianHigh
        let c1 = values.gaussianBend * values.gaussianLow * values.gaussianHigh
        let span = high - low
        // c0 (1-s)^2 + 2 c1 s (1-s) + c2 s^2 = c0 + 2 (c1 - c0) s + (c0 - 2 c1 + c2) s^2.
        let u = (c0 - 2 * c1 + c2) / (span * span)
        let linear = 2 * (c1 - c0) / span
        return LineWidths(u: u, v: linear - 2 * u * low, w: c0 - linear * low + u * low * low)
    }
}
