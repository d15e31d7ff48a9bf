import Foundation
import Spectra

/// A pattern made ready for identification: intensities over a first background, with their noise and radiation.
struct ObservedPattern: Sendable {
    let twoTheta: [Double]
    /// Intensities as measured.
    let intensities: [Double]
    /// The background that the lines stand on, found by clipping.
    let background: [Double]
    /// The variance of each intensity by counting statistics.
    let variances: [Double]
    /// Wavelength and relative intensity of the lines of the radiation; the first has 1.
    let emission: [(wavelength: Double, intensity: Double)]
    /// The usual full width at half maximum of the lines, degrees.
    let lineWidth: Double

    var count: Int { twoTheta.count }
    var step: Double { (twoTheta[count - 1] - twoTheta[0]) / Double(count - 1) }
    var range: ClosedRange<Double> { twoTheta[0]...twoTheta[count - 1] }

    init(_ curve: PatternCurve, emission spectrum: EmissionSpectrum) throws {
        twoTheta = curve.twoTheta
        intensities = curve.intensities
        let width = try Self.lineWidth(curve)
        lineWidth = width
        // Lines twice as wide as usual, and doublets, must not be clipped away.
        background = try SNIPBackground(halfWindow: max(1.5, 8 * width), simulations: 8)(curve).values
        let reach = max(1, Int(0.5 * width / curve.step))
        variances = curve.variances(expected: SNIPBackground.averaged(curve.intensities, min(reach, 3)))
        let primary = spectrum.primary.intensity
        emission = spectrum.lines.map { ($0.wavelength, $0.intensity / primary) }
    }

    /// The median full width of the strongest maxima above a first background.
    private static func lineWidth(_ curve: PatternCurve) throws -> Double {
        let background = try SNIPBackground(halfWindow: 2, simulations: 0)(curve).values
        let net = SNIPBackground.averaged(zip(curve.intensities, background).map { $0 - $1 }, 1)
        let candidates = net.indices.dropFirst().dropLast().filter {
            net[$0] >= net[$0 - 1] && net[$0] > net[$0 + 1] && curve.twoTheta[$0] < 90
        }.sorted { net[$0] > net[$1] }
        var widths: [Double] = []
        var used: [Int] = []
        let apart = Int(max(1, 0.7 / curve.step))
        for top in candidates {
            guard used.allSatisfy({ abs($0 - top) > apart }) else { continue }
            used.append(top)
            guard net[top] > 6 * curve.variances[top].squareRoot() else { break }
            let half = net[top] / 2
            guard let low = (0..<top).reversed().first(where: { net[$0] <= half }),
                let high = ((top + 1)..<net.count).first(where: { net[$0] <= half })
            else { continue }
            let left = curve.twoTheta[low] + (half - net[low]) / (net[low + 1] - net[low]) * curve.step
            let right = curve.twoTheta[high - 1] + (net[high - 1] - half) / (net[high - 1] - net[high]) * curve.step
            // The lower half of a doublet is the narrow one: alpha-1.
            widths.append(right - left)
            if widths.count == 8 { break }
        }
        widths.sort()
        guard !widths.isEmpty else { return max(4 * curve.step, 0.1) }
        return min(max(widths[widths.count / 2], 2 * curve.step), 2)
    }
}
