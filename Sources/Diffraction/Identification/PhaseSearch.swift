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
        var alternatives: [String]
        /// The probability that it is right.
        var probability = 0.0
    }

    let pattern: ObservedPattern
    let candidates: [PhaseLines]
    let options: IdentificationOptions
    var accepted: [Accepted] = []
    var parameters = PowderParameters()
    /// The splines that the background is mended with, and the curves of the phases with their scales.
    var background: [Double]
    var scales: [Double] = []
    var curves: [[Double]] = []
    /// The covariance of the scales; `nil` where the data do not determine them.
    var scaleCovariance: [[Double]]?
    /// Candidates that were more probably wrong than right.
    var possible: [PossiblePhase] = []
    /// Candidates that were accepted once and then taken out.
    var rejected: Set<String> = []
    var filter: MatchedFilter
    var screen: LineScreen
    let screenLines: [LineScreen.Lines]
    let knots: Int

    /// As many candidates as go from one stage to the next: from the screen by line lists to the matched filter, to the
    /// search for strains, to the fit of the whole pattern.
    static let filtered = 48
    static let shortlisted = 12
    static let fitted = 4

    init(_ pattern: ObservedPattern, candidates: [PhaseLines], options: IdentificationOptions) throws {
        self.pattern = pattern
        self.options = options
        self.candidates = candidates
        let axis = LogarithmicAxis(pattern, limit: 8192, margin: MatchedFilter.margin)
        filter = try MatchedFilter(pattern, axis: axis)
        screen = LineScreen(axis)
        let wavelength = pattern.emission[0].wavelength
        screenLines = candidates.map { LineScreen.lines($0, on: axis, wavelength: wavelength) }
        background = [Double](repeating: 0, count: pattern.count)
        let span = pattern.range.upperBound - pattern.range.lowerBound
        knots = min(max(Int(span / 6) + 1, 6), 24)
        parameters.gaussianWidth = 0.75 * pattern.lineWidth
    }

    var leastSignificance: Double { options.significance ?? (options.elements == nil ? 6 : 4) }

    /// Looks for phases until none is left that is seen.
    mutating func run() throws {
        while accepted.count < options.maximumPhases {
            guard let next = try bestCandidate() else { break }
            accepted.append(next)
            parameters.phases.append(next.parameters)
            try polish(limit: 8, isCoarse: true)
            try prune(isCoarse: true)
        }
        guard !accepted.isEmpty else { return }
        try polish(limit: 30, isCoarse: false)
        try prune(isCoarse: false)
        try setAsideImprobable()
    }

    /// Takes out phases that are more probably wrong than right, the least probable first, and remembers them.
    private mutating func setAsideImprobable() throws {
        while true {
            let misfit = weightedProfileR
            for p in accepted.indices {
                accepted[p].probability =
                    MatchProbability(
                        accepted[p], weightedProfileR: misfit, knowsElements: options.elements != nil
                    ).value
            }
            guard let worst = accepted.indices.min(by: { accepted[$0].probability < accepted[$1].probability }),
                accepted[worst].probability < MatchProbability.least
            else { return }
            let phase = accepted.remove(at: worst)
            parameters.phases.remove(at: worst)
            possible.append(
                PossiblePhase(name: phase.lines.name, formula: phase.lines.formula, probability: phase.probability))
            try polish(limit: 12, isCoarse: false)
            try prune(isCoarse: false)
        }
    }

    /// The weighted profile R factor of what is accepted, 0 to 1.
    var weightedProfileR: Double {
        let peaks = modelledPeaks(), residual = residual(beside: peaks)
        var misfit = 0.0, all = 0.0
        for i in residual.indices {
            let weight = 1 / pattern.variances[i]
            misfit += weight * residual[i] * residual[i]
            all += weight * pattern.intensities[i] * pattern.intensities[i]
        }
        return all > 0 ? (misfit / all).squareRoot() : 0
    }

    // MARK: - What is unexplained

    func modelledPeaks() -> [Double] {
        var sum = [Double](repeating: 0, count: pattern.count)
        for (scale, curve) in zip(scales, curves) { for i in sum.indices { sum[i] += scale * curve[i] } }
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
        peaks.indices.map { pattern.intensities[$0] - pattern.background[$0] - background[$0] - peaks[$0] }
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
