import Foundation

/// Finds the strains of a candidate's cell, and the displacement, at which its lines explain most of a signal.
///
/// Works on lines, not on curves, so that hundreds of cells are tried in the time of one whole-pattern evaluation.
struct StrainSearch {
    /// Where the best place was found.
    struct Result: Sendable {
        var strains: [Double]
        var displacement: Double
        /// The amplitude there, the area of a line of unit intensity.
        var amplitude: Double
        /// The amplitude in its standard deviations.
        var significance: Double
    }

    private let signal: PatternSignal
    private let wavelength: Double
    private let phase: PhaseLines
    /// The strongest lines of the candidate.
    private let lines: [PhaseLines.Line]

    /// As many lines as are looked at.
    private static let lineCount = 60

    init(_ phase: PhaseLines, signal: PatternSignal, wavelength: Double) {
        self.phase = phase
        self.signal = signal
        self.wavelength = wavelength
        lines = Array(phase.lines.sorted { $0.intensity > $1.intensity }.prefix(Self.lineCount))
    }

    /// The best place near `strains` and `displacement`, the latter held where `isHeld`.
    func best(strains: [Double], displacement: Double, isHeld: Bool) -> Result {
        var point = strains + [displacement]
        let free = isHeld ? strains.count : strains.count + 1
        var value = merit(point)
        // A step of the strain moves a line at 60 degrees by as much as one of the displacement.
        var size = 0.002
        while size > 1e-4 {
            var moved = false
            for j in 0..<free {
                for sign in [1.0, -1] {
                    var trial = point
                    trial[j] += sign * size * (j < strains.count ? 1 : 60)
                    guard abs(trial[j]) < (j < strains.count ? MatchedFilter.greatestStrain : 0.3) else { continue }
                    let found = merit(trial)
                    if found > value {
                        (point, value, moved) = (trial, found, true)
                        break
                    }
                }
            }
            if !moved { size /= 2 }
        }
        let found = overlap(point)
        return Result(
            strains: Array(point.dropLast()), displacement: point[point.count - 1],
            amplitude: found.power > 0 ? found.signal / found.power : 0, significance: significance(point))
    }

    /// Large strains are less likely than small ones.
    private func merit(_ point: [Double]) -> Double {
        significance(point) * exp(-(point.dropLast().map(abs).max() ?? 0) / 0.02)
    }

    private func significance(_ point: [Double]) -> Double {
        let (signal, power) = overlap(point)
        return power > 0 && signal > 0 ? signal / power.squareRoot() : 0
    }

    private func overlap(_ point: [Double]) -> (signal: Double, power: Double) {
        var sum = 0.0, power = 0.0
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { slopes in
            point.withUnsafeBufferPointer { strains in
                for line in lines {
                    let spacing = phase.spacing(line, strains: strains, slopes: slopes)
                    let sine = wavelength / (2 * spacing)
                    guard sine < 1 else { continue }
                    let theta = asin(sine)
                    let here = signal.at(
                        2 * theta * 180 / .pi + point[point.count - 1] * (1 - sine * sine).squareRoot())
                    sum += line.intensity * here.signal
                    power += line.intensity * line.intensity * here.power
                }
            }
        }
        return (sum, power)
    }
}
