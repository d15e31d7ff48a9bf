import Foundation
import Spectra

/// A peak of the pattern with the reflections that explain it.
public struct IndexedPeak: Sendable, Hashable {
    /// A reflection that lies at the peak.
    public struct Assignment: Sendable, Hashable {
        /// The phase.
        public var phase: String
        /// Its strongest reflection there.
        public var index: MillerIndex
        /// Where it is calculated with the refined cell and displacement, degrees.
        public var calculated: Double
        /// The area that the phase has there, intensity x degree.
        public var area: Double
    }

    /// Where it was found, degrees.
    public var twoTheta: Double
    /// The spacing that belongs to it, the displacement taken out, Angstrom.
    public var spacing: Double
    /// Its height in standard deviations of the noise.
    public var significance: Double
    /// Its height above the background, in the unit of the intensities.
    public var height: Double
    /// The reflections within its width, the strongest first.
    public var assignments: [Assignment]
    /// What the phases leave unexplained here, in standard deviations that know how well computed curves are trusted.
    public var excess: Double

    /// No phase has a line here of a strength to explain it, and what is left over is more than the flank of another line.
    public var isUnexplained: Bool { assignments.isEmpty && excess > Self.leastExcess }

    /// Where the lines of the phases are, but far too weak: texture makes such lines, or another phase under them.
    public var isTooStrong: Bool {
        !assignments.isEmpty && excess > Self.leastExcess && area > Self.greatestRatio * explained
    }

    /// The area of the peak, intensity x degree.
    public var area: Double
    private var explained: Double { assignments.reduce(0) { $0 + $1.area } }

    static let leastExcess = 4.0
    static let greatestRatio = 3.0
    /// Within what part of a width a line explains a peak, and the least share of its area.
    static let tolerance = 0.7
    static let leastArea = 0.25
    /// One of the strong lines of a phase explains a peak of a larger area too: it has at least this share of the phase's
    /// strongest line, and of the peak.
    static let strongLine = 0.1
    static let leastAreaOfStrongLine = 0.03
}

extension PhaseSearch {
    /// The peaks of the pattern with what explains them.
    func indexed(_ peaks: [FoundPeak]) -> [IndexedPeak] {
        let model = modelledPeaks()
        let signal = PatternSignal(pattern, residual: residual(beside: model), weights: weights(for: model))
        let density = PseudoVoigt(width: 1, share: 0.5).density(0)
        return peaks.compactMap { peak in
            let bragg = peak.twoTheta - set.parameters.displacement * cos(peak.twoTheta * .pi / 360)
            let sine = sin(bragg * .pi / 360)
            guard sine > 0 else { return nil }
            let width = max(pattern.lineWidth, peak.fullWidth)
            let area = peak.height * width / density
            let assignments = set.accepted.flatMap { phase in
                let strongest = phase.evidence.reduce(0) { max($0, $1.expected) }
                return phase.evidence.filter {
                    let least =
                        $0.expected > IndexedPeak.strongLine * strongest
                        ? IndexedPeak.leastAreaOfStrongLine : IndexedPeak.leastArea
                    return abs($0.twoTheta - peak.twoTheta) < IndexedPeak.tolerance * width
                        && $0.expected > least * area
                }.map {
                    IndexedPeak.Assignment(
                        phase: phase.lines.name, index: $0.indices[0], calculated: $0.twoTheta, area: $0.expected)
                }
            }.sorted { $0.area > $1.area }
            let here = signal.at(peak.twoTheta)
            return IndexedPeak(
                twoTheta: peak.twoTheta, spacing: pattern.emission[0].wavelength / (2 * sine),
                significance: peak.significance, height: peak.height, assignments: assignments,
                excess: here.power > 0 ? here.signal / here.power.squareRoot() : 0, area: area)
        }
    }
}
