import Foundation
import SpectralMath

/// The first, coarse look at all candidates: their strongest lines against what is unexplained, for every strain.
struct LineScreen: ~Copyable {
    /// The lines of a candidate on the axis, near ones taken together.
    struct Lines: Sendable {
        var places: [Int32]
        var intensities: [Float]
    }

    /// What a candidate scored.
    struct Score: Sendable {
        /// The amplitude of the lines in standard deviations of the noise, at the best strain and displacement.
        var significance: Double
        /// The share of the lines, by intensity, that are there or hidden.
        var coverage: Double
        var strain: Double
        var displacement: Double
    }

    /// As many lines of a candidate as are looked at.
    private static let lineCount = 48

    private let axis: LogarithmicAxis
    private let reach: Int
    private var correlations: [(displacement: Double, signal: [Float], weights: [Float])] = []

    init(_ axis: LogarithmicAxis) {
        self.axis = axis
        reach = max(1, Int(MatchedFilter.greatestStrain / axis.step))
    }

    /// The lines of a candidate as the screen takes them: those that lie on the axis, the strongest of them.
    static func lines(_ phase: PhaseLines, on axis: LogarithmicAxis, wavelength: Double) -> Lines {
        var merged: [(place: Double, intensity: Double)] = []
        for line in phase.lines {
            let sine = wavelength / (2 * line.spacing)
            guard sine < 1 else { continue }
            let place = axis.place(sine: sine)
            guard place >= 0, place <= Double(axis.count - 1) else { continue }
            // Lines come by rising angle.
            if let last = merged.last, place - last.place < 1.2 {
                let sum = last.intensity + line.intensity
                merged[merged.count - 1] = ((last.place * last.intensity + place * line.intensity) / sum, sum)
            } else {
                merged.append((place, line.intensity))
            }
        }
        if merged.count > lineCount {
            merged.sort { $0.intensity > $1.intensity }
            merged.removeLast(merged.count - lineCount)
        }
        let strongest = merged.reduce(0) { max($0, $1.intensity) }
        return Lines(
            places: merged.map { Int32($0.place.rounded()) },
            intensities: merged.map { Float($0.intensity / max(strongest, .leastNonzeroMagnitude)) })
    }

    /// Sets what is unexplained, moved back by each of `displacements`.
    mutating func setSignal(_ signal: PatternSignal, displacements: [Double]) {
        correlations = displacements.map { displacement in
            var values = [Float](repeating: 0, count: axis.count), weights = values
            for (g, angle) in axis.angles.enumerated() {
                let here = signal.at(angle + displacement * cos(angle * .pi / 360))
                values[g] = Float(here.signal)
                weights[g] = Float(here.power)
            }
            return (displacement, values, weights)
        }
    }

    /// The scores of all candidates; `nil` for those without a line on the axis.
    func scores(_ candidates: [Lines]) -> [Score?] {
        var best = [Score?](repeating: nil, count: candidates.count)
        for data in correlations {
            var correlation = LineCorrelation(signal: data.signal, weights: data.weights, reach: reach)
            for (c, lines) in candidates.enumerated() where !lines.places.isEmpty {
                let top = lines.places.withUnsafeBufferPointer { places in
                    lines.intensities.withUnsafeBufferPointer { intensities in
                        correlation.correlate(places: places, intensities: intensities) { Self.best($0, $1) }
                    }
                }
                guard let top, top.value > Float(best[c]?.significance ?? 0) else { continue }
                let lag = top.lag - reach
                // A shift towards larger x is a shorter spacing.
                best[c] = Score(
                    significance: Double(top.value), coverage: coverage(lines, lag, data.signal, data.weights),
                    strain: -Double(lag) * axis.step, displacement: data.displacement)
            }
        }
        return best
    }

    private static func best(
        _ correlation: UnsafeBufferPointer<Float>, _ norm: UnsafeBufferPointer<Float>
    ) -> (value: Float, lag: Int)? {
        var most: Float = 0
        for value in norm where value > most { most = value }
        guard most > 0 else { return nil }
        var best: (value: Float, lag: Int)?
        var top: Float = 0
        for lag in correlation.indices where norm[lag] > 1e-3 * most && correlation[lag] > 0 {
            let square = correlation[lag] * correlation[lag] / norm[lag]
            if square > top {
                top = square
                best = (square.squareRoot(), lag)
            }
        }
        return best
    }

    private func coverage(_ lines: Lines, _ lag: Int, _ signal: [Float], _ weights: [Float]) -> Double {
        var sum: Float = 0, power: Float = 0
        for (place, intensity) in zip(lines.places, lines.intensities) {
            let k = Int(place) + lag
            guard signal.indices.contains(k) else { continue }
            sum += intensity * signal[k]
            power += intensity * intensity * weights[k]
        }
        guard power > 0, sum > 0 else { return 0 }
        let amplitude = sum / power
        var there: Float = 0, all: Float = 0
        for (place, intensity) in zip(lines.places, lines.intensities) {
            let k = Int(place) + lag
            guard signal.indices.contains(k), weights[k] > 0 else { continue }
            all += intensity
            let area = signal[k] / weights[k], deviation = 1 / weights[k].squareRoot()
            if area + 2 * deviation > Float(LineEvidence.leastShare) * amplitude * intensity { there += intensity }
        }
        return all > 0 ? Double(there / all) : 0
    }
}
