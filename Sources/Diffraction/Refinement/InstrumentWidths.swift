import Foundation

/// The square of the Gaussian width of the instrument over s = (tan theta - t0) / (t1 - t0), t0 and t1 at the ends of the
/// pattern, as a polynomial of Bernstein: c0 (1-s)^2 + 2 c1 s (1-s) + c2 s^2. It is Caglioti's in other parameters:
/// the widths at both ends, c0 = g0^2 and c2 = g1^2, and m with c1 = m^2 - 0.95 g0 g1. As c1 > -g0 g1, no values of these
/// give a negative square anywhere, which those of U, V and W do easily.
struct InstrumentWidths: Sendable {
    let low: Double
    let high: Double
    private static let dip = 0.95

    init(twoTheta range: ClosedRange<Double>) {
        low = tan(range.lowerBound * .pi / 360)
        high = max(tan(min(range.upperBound, 178) * .pi / 360), low + 1e-6)
    }

    /// The width at a tangent of theta, that of the nearest end beyond the pattern, and its derivatives by g0, g1 and m.
    func width(
        _ values: RefinementValues, tangent: Double
    ) -> (g: Double, byLow: Double, byHigh: Double, byMiddle: Double) {
        let s = min(max((tangent - low) / (high - low), 0), 1)
        let (g0, g1, m) = (values.gaussianLow, values.gaussianHigh, values.gaussianMiddle)
        let (a, b, c) = ((1 - s) * (1 - s), 2 * s * (1 - s), s * s)
        let square = g0 * g0 * a + (m * m - Self.dip * g0 * g1) * b + g1 * g1 * c
        let g = max(square, 1e-12).squareRoot()
        return (
            g, (g0 * a - Self.dip * g1 * b / 2) / g, (g1 * c - Self.dip * g0 * b / 2) / g, m * b / g
        )
    }

    /// Takes over an instrument's U, V, W and P; X and Y stay with the caller.
    func set(_ widths: LineWidths, _ values: inout RefinementValues) {
        // P / cos^2 = P + P tan^2.
        let (u, v, w) = (widths.u + widths.p, widths.v, widths.w + widths.p)
        let c0 = max(u * low * low + v * low + w, 1e-10), c2 = max(u * high * high + v * high + w, 1e-10)
        let c1 = c0 + (high - low) * (2 * u * low + v) / 2
        values.gaussianLow = c0.squareRoot()
        values.gaussianHigh = c2.squareRoot()
        values.gaussianMiddle = max(c1 + Self.dip * (c0 * c2).squareRoot(), 0).squareRoot()
    }

    /// U, V and W.
    func caglioti(_ values: RefinementValues) -> LineWidths {
        let (g0, g1, m) = (values.gaussianLow, values.gaussianHigh, values.gaussianMiddle)
        let (c0, c1, c2) = (g0 * g0, m * m - Self.dip * g0 * g1, g1 * g1)
        let span = high - low
        // c0 (1-s)^2 + 2 c1 s (1-s) + c2 s^2 = c0 + 2 (c1 - c0) s + (c0 - 2 c1 + c2) s^2.
        let u = (c0 - 2 * c1 + c2) / (span * span)
        let linear = 2 * (c1 - c0) / span
        return LineWidths(u: u, v: linear - 2 * u * low, w: c0 - linear * low + u * low * low)
    }
}
