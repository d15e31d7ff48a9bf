import Foundation
import Spectra

/// What one line of a phase, or several that cannot be told apart, says about the phase's being there.
public struct LineEvidence: Sendable, Hashable {
    /// What a line can say.
    public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// It stands alone and is there.
        case confirming
        /// It stands alone, should be seen, and is not there.
        case contradicting
        /// A line of another phase, known or not, is so near and strong that it proves nothing.
        case shared
        /// It stands alone but is too weak in these data to be missed or seen.
        case faint
    }

    /// The reflections, strongest first.
    public var indices: [MillerIndex]
    /// Where it is expected with the refined cell and displacement, degrees.
    public var twoTheta: Double
    /// The spacing of its strongest reflection in the refined cell, Angstrom.
    public var spacing: Double
    /// The area that the phase's scale gives it, intensity x degree.
    public var expected: Double
    /// The area that is there beside all other phases, with its uncertainty.
    public var found: Measured
    /// What it says.
    public var role: Role
}

extension LineEvidence {
    /// A line counts as hidden where others are above this share of its height.
    static let hidingShare = 0.5
    /// A line is absent where it is weaker than this share of what it should be: texture may halve a line.
    static let leastShare = 0.35
    /// Where more than this multiple of what it should be is there, something else is there.
    static let greatestShare = 4.0

    /// The lines of a phase by rising angle.
    ///
    /// - Parameters:
    ///   - scale: what its intensities are multiplied with.
    ///   - others: the summed curves of all other phases.
    ///   - signal: what is there beside them, with weights that know how well the others' curves are trusted.
    static func lines(
        of phase: PhaseLines, strains: [Double], displacement: Double, scale: Double, others: [Double],
        signal: PatternSignal, pattern: ObservedPattern
    ) -> [LineEvidence] {
        struct Cluster {
            var lines: [PhaseLines.PlacedLine]
        }
        let width = pattern.lineWidth
        let profile = PseudoVoigt(width: width, share: 0.5)
        var clusters: [Cluster] = []
        for line in phase.placed(strains: strains, displacement: displacement, in: pattern) {
            if let last = clusters.last?.lines.last, abs(line.twoTheta - last.twoTheta) < 0.8 * width {
                clusters[clusters.count - 1].lines.append(line)
            } else {
                clusters.append(Cluster(lines: [line]))
            }
        }
        return clusters.compactMap { cluster in
            let area = cluster.lines.reduce(0) { $0 + $1.intensity }
            guard area > 0 else { return nil }
            let center = cluster.lines.reduce(0) { $0 + $1.intensity * $1.twoTheta } / area
            let spread =
                (cluster.lines.map(\.twoTheta).max() ?? center) - (cluster.lines.map(\.twoTheta).min() ?? center)
            // Several lines together are as one, wider and so less tall.
            let here = signal.at(center)
            guard here.power > 0 else { return nil }
            let found = here.signal / here.power, deviation = 1 / here.power.squareRoot()
            let expected = scale * area
            let height = expected * profile.density(0) * width / (width + spread)
            let low = max(0, Int((center - width - pattern.twoTheta[0]) / pattern.step))
            let high = min(pattern.count - 1, Int((center + width - pattern.twoTheta[0]) / pattern.step) + 1)
            let hiding = low <= high ? others[low...high].max() ?? 0 : 0
            let role: Role =
                if hiding > hidingShare * height || found - 3 * deviation > greatestShare * expected {
                    .shared
                } else if found > 3 * deviation, found > leastShare * expected {
                    .confirming
                } else if expected > 3 * deviation, found + 2 * deviation < leastShare * expected {
                    .contradicting
                } else {
                    .faint
                }
            let ordered = cluster.lines.sorted { $0.intensity > $1.intensity }
            return LineEvidence(
                indices: ordered.map(\.index), twoTheta: center, spacing: ordered[0].spacing, expected: expected,
                found: Measured(found, standardUncertainty: deviation), role: role)
        }
    }
}

extension [LineEvidence] {
    /// The share of the expected intensity that lines with this role have, 0 to 1.
    public func share(_ role: LineEvidence.Role) -> Double {
        let all = reduce(0) { $0 + $1.expected }
        return all > 0 ? reduce(0) { $0 + ($1.role == role ? $1.expected : 0) } / all : 0
    }
}

extension PhaseLines {
    /// A line where a pattern shows it.
    struct PlacedLine {
        var index: MillerIndex
        var twoTheta: Double
        var spacing: Double
        var intensity: Double
    }

    /// The lines that fall into a pattern with these strains and this displacement.
    func placed(strains: [Double], displacement: Double, in pattern: ObservedPattern) -> [PlacedLine] {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { slopes in
            strains.withUnsafeBufferPointer { strains in
                lines.compactMap { line in
                    let spacing = spacing(line, strains: strains, slopes: slopes)
                    guard
                        let bragg = PowderPattern.twoTheta(
                            spacing: spacing, wavelength: pattern.emission[0].wavelength)
                    else { return nil }
                    let angle = bragg + displacement * cos(bragg * .pi / 360)
                    guard pattern.range.contains(angle) else { return nil }
                    return PlacedLine(index: line.index, twoTheta: angle, spacing: spacing, intensity: line.intensity)
                }
            }
        }
    }
}
