import Foundation
import TestSupport
import Testing

@testable import SpectralMath

@Suite("Lines of powder patterns")
struct PowderLineTests {
    private static let levels = SIMDLevel.allCases.filter { $0 <= .best }

    /// The pseudo-Voigt as it is defined, and its derivatives by difference quotients.
    private static func value(_ x: Double, _ p: [Double]) -> Double {
        let (center, width, mixing) = (p[0], p[1], p[2])
        let t = (x - center) / width
        let lorentzian = 2 / (.pi * width) / (1 + 4 * t * t)
        let gaussian = 2 / width * (log(2) / .pi).squareRoot() * exp(-4 * log(2) * t * t)
        return mixing * lorentzian + (1 - mixing) * gaussian
    }

    @Test("a line and its derivatives are those of the formula, at every SIMD level", arguments: levels)
    func pseudoVoigt(level: SIMDLevel) {
        let abscissa = (0..<203).map { 10 + 0.01 * Double($0) }
        let columns = SpectralColumns(abscissa: abscissa, columnCount: 5, level: level)
        let p = [10.8123, 0.09, 0.35]
        let area = 7.0
        let byMixing = 0.2
        let line = SpectralColumns.PowderLine(
            center: p[0], width: p[1], mixing: p[2], area: area, areaByMixing: byMixing)
        // Columns: value, then one that mixes all derivatives, then each alone.
        columns.add(
            line, points: 30...150, value: 0, derivatives: 1, byCenter: [2, 1, 0, 0], byWidth: [3, 0, 1, 0],
            byMixing: [-1, 0, 0, 1])
        for i in 30...150 {
            let x = abscissa[i]
            func quotient(_ k: Int) -> Double {
                var above = p
                var below = p
                above[k] += 1e-6
                below[k] -= 1e-6
                return (Self.value(x, above) - Self.value(x, below)) / 2e-6
            }
            let value = Self.value(x, p)
            let expected = [area * quotient(0), area * quotient(1), area * (quotient(2) + byMixing * value)]
            #expect(abs(columns.column(0)[i] - area * value) < 1e-12 * area / p[1])
            for k in 0..<3 { #expect(abs(columns.column(2 + k)[i] - expected[k]) < 1e-4, "\(k) at \(x)") }
            let mixed = 2 * expected[0] + 3 * expected[1] - expected[2]
            #expect(abs(columns.column(1)[i] - mixed) < 1e-3)
        }
        // Whole vectors are filled, nothing beyond them.
        #expect(columns.column(0)[20] == 0 && columns.column(0)[165] == 0)
    }

    @Test("correlations of lines are the sums that they stand for, at every SIMD level", arguments: levels)
    func correlation(level: SIMDLevel) {
        var random = RandomNumbers(seed: 5, stream: 1)
        let count = 400
        let reach = 37
        let signal = (0..<count).map { _ in Float(random.gaussian()) }
        let weights = (0..<count).map { _ in Float(1 + random.gaussian() * 0.1) }
        let places: [Int32] = [0, 3, 120, 250, 399]
        let intensities: [Float] = [1, 0.5, 0.25, 0.8, 0.1]
        var correlation = LineCorrelation(signal: signal, weights: weights, reach: reach, level: level)
        places.withUnsafeBufferPointer { places in
            intensities.withUnsafeBufferPointer { intensities in
                correlation.correlate(places: places, intensities: intensities) { sums, norms in
                    #expect(sums.count == 2 * reach + 1)
                    for lag in -reach...reach {
                        var sum = 0.0
                        var norm = 0.0
                        for (place, intensity) in zip(places, intensities) {
                            let k = Int(place) + lag
                            guard signal.indices.contains(k) else { continue }
                            sum += Double(intensity * signal[k])
                            norm += Double(intensity * intensity * weights[k])
                        }
                        #expect(abs(Double(sums[lag + reach]) - sum) < 1e-5)
                        #expect(abs(Double(norms[lag + reach]) - norm) < 1e-5)
                    }
                }
            }
        }
    }
}
