import Foundation
import SpectralMath
import Spectra

/// Finds the phases of a pattern among candidates, one after another in what the others leave unexplained.
struct PhaseSearch: ~Copyable {
    /// An accepted phase.
    struct Accepted: Sendable {
        var lines: PhaseLines
        var parameters: PowderParameters.Phase
        var score: MatchedFilter.Score
        var coverage: Double
        /// What each of its lines says beside the other phases.
        var evidence: [LineEvidence] = []
        /// The decrease of chi squared, weighted with the model error, when it was added.
        var gain: Double
        /// Other candidates for the same lines.
        var alternatives: [PhaseAlternative] = []
        /// The probability that it is right.
        var probability = 0.0
    }

    let pattern: ObservedPattern
    let candidates: [PhaseLines]
    let options: IdentificationOptions
    /// The phases accepted so far.
    var set: PhaseSet
    var filter: MatchedFilter
    var screen: LineScreen
    let screenLines: [LineScreen.Lines]
    let knots: Int
    /// How many misfits a pattern can show: one for each of its peaks.
    let independentCount: Double

    /// As many candidates as go from one stage to the next: from the screen by line lists to the matched filter, to the
    /// search for strains, to the fit of the whole pattern.
    static let filtered = 48
    static let shortlisted = 12
    static let fitted = 4

    /// - Parameter peakCount: how many peaks the pattern shows.
    init(_ pattern: ObservedPattern, candidates: [PhaseLines], peakCount: Int, options: IdentificationOptions) throws {
        self.pattern = pattern
        independentCount = Double(max(10, peakCount))
        self.options = options
        self.candidates = candidates
        let axis = LogarithmicAxis(pattern, limit: 8192, margin: MatchedFilter.margin)
        filter = try MatchedFilter(pattern, axis: axis)
        screen = LineScreen(axis)
        let wavelength = pattern.emission[0].wavelength
        screenLines = candidates.map { LineScreen.lines($0, on: axis, wavelength: wavelength) }
        set = PhaseSet(background: [Double](repeating: 0, count: pattern.count))
        let span = pattern.range.upperBound - pattern.range.lowerBound
        knots = min(max(Int(span / 6) + 1, 6), 24)
        set.parameters.gaussianWidth = 0.75 * pattern.lineWidth
    }

    var leastSignificance: Double { options.significance ?? (options.elements == nil ? 6 : 4) }

    /// Looks for phases until none is left that is seen.
    mutating func run() throws {
        try findSet()
        guard !set.accepted.isEmpty else { return }
        try polish(limit: 30, isCoarse: false)
        try prune(isCoarse: false)
        try compareAlternatives()
        try setAsideImprobable()
    }

    /// Takes out phases that are more probably wrong than right, the least probable first, and remembers them.
    private mutating func setAsideImprobable() throws {
        while true {
            let misfit = weightedProfileR(set)
            for p in set.accepted.indices {
                set.accepted[p].probability =
                    MatchProbability(
                        set.accepted[p], weightedProfileR: misfit, knowsElements: options.elements != nil
                    ).value
            }
            let worst = set.accepted.indices.min { set.accepted[$0].probability < set.accepted[$1].probability }
            guard let worst, set.accepted[worst].probability < MatchProbability.least else { return }
            let phase = set.accepted[worst]
            set.remove(worst)
            set.possible.append(
                PossiblePhase(name: phase.lines.name, formula: phase.lines.formula, probability: phase.probability))
            try polish(limit: 12, isCoarse: false)
            try prune(isCoarse: false)
        }
    }

    /// The weighted profile R factor of a set, 0 to 1.
    func weightedProfileR(_ set: PhaseSet) -> Double {
        let peaks = Self.peaks(of: set, count: pattern.count)
        var misfit = 0.0, all = 0.0
        for i in peaks.indices {
            let weight = 1 / pattern.variances[i]
            let residual = pattern.intensities[i] - pattern.background[i] - set.background[i] - peaks[i]
            misfit += weight * residual * residual
            all += weight * pattern.intensities[i] * pattern.intensities[i]
        }
        return all > 0 ? (misfit / all).squareRoot() : 0
    }

    // MARK: - What is unexplained

    func modelledPeaks() -> [Double] { Self.peaks(of: set, count: pattern.count) }

    private static func peaks(of set: PhaseSet, count: Int) -> [Double] {
        var sum = [Double](repeating: 0, count: count)
        for (scale, curve) in zip(set.scales, set.curves) { for i in sum.indices { sum[i] += scale * curve[i] } }
        return sum
    }

    /// Weights: counting statistics, and what the accepted phases' curves are trusted to.
    ///
    /// A misfit of intensity, width or position concerns all points of a line alike. Points are weighted as if they were
    /// independent, so its variance counts as often as there are points in a line's width; and it reaches as far to either
    /// side as flanks do.
    func weights(for peaks: [Double]) -> [Double] {
        let points = max(1, pattern.lineWidth / pattern.step)
        let reach = Int((0.6 * points).rounded())
        let highest = Self.highest(peaks, reach)
        return pattern.variances.indices.map { i in
            let error = options.modelError * highest[i]
            return 1 / (pattern.variances[i] + error * error * points)
        }
    }

    /// The highest value within `reach` points of each.
    private static func highest(_ values: [Double], _ reach: Int) -> [Double] {
        guard reach > 0 else { return values }
        return values.indices.map { i in
            var top = 0.0
            for j in max(0, i - reach)...min(values.count - 1, i + reach) where values[j] > top { top = values[j] }
            return top
        }
    }

    func residual(beside peaks: [Double]) -> [Double] {
        peaks.indices.map { pattern.intensities[$0] - pattern.background[$0] - set.background[$0] - peaks[$0] }
    }

    // MARK: - Limits

    /// The share of the model error that counts where all phases are fitted together and their widths are free: what is
    /// left is mostly texture. Chosen by judgement, not measured.
    static let jointShare = 0.4
    /// The least share of its lines, by intensity, that a phase must show.
    static let leastCoverage = 0.6
    /// The least share of the mass: what is less is below what such patterns can tell.
    static let leastShare = 0.003
    /// The least share of the lines, by intensity, that confirm a phase.
    static let leastConfirmed = 0.05
    /// The strain up to which a cell is as one expects: of compounds, not of solid solutions.
    static let usualStrain = 0.006
    /// The largest strain that is believed.
    static let believableStrain = 0.0155
}
