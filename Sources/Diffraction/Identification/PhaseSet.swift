import Foundation

extension PhaseSearch {
    /// Phases that explain a pattern together, as fitted: a state of the search, of which a beam follows several.
    struct PhaseSet: Sendable {
        var accepted: [Accepted] = []
        var parameters = PowderParameters()
        /// The splines that the background is mended with, and the curves of the phases with their scales.
        var background: [Double]
        var scales: [Double] = []
        var curves: [[Double]] = []
        /// The covariance of the scales; `nil` where the data do not determine them.
        var scaleCovariance: [[Double]]?
        /// Chi squared of the whole, weighted by the measured heights: the same weights for every set.
        var chi2 = Double.infinity
        /// Candidates that were accepted once and then taken out.
        var rejected: Set<String> = []
        /// Candidates that were more probably wrong than right.
        var possible: [PossiblePhase] = []

        /// What it consists of, whatever the order in which it was found.
        var names: Set<String> { Set(accepted.map(\.lines.name)) }

        /// Takes out phase `p`; what is left is not fitted anew.
        mutating func remove(_ p: Int) {
            accepted.remove(at: p)
            parameters.phases.remove(at: p)
            scales.remove(at: p)
            curves.remove(at: p)
            scaleCovariance = nil
        }

        mutating func append(_ phase: Accepted) {
            accepted.append(phase)
            parameters.phases.append(phase.parameters)
        }
    }

    /// As many sets as are followed side by side.
    static let beamWidth = 3
    /// Candidates whose curves are alike within this range want the same lines for different phases: below it both find
    /// their place, above it they cannot be told apart and the better one stands for both.
    static let rivalOverlap = 0.3...0.97
    /// The share of the winner's merit from which a rival is looked into.
    static let rivalMerit = 0.5

    /// Follows the best sets side by side, each with what explains most of what it leaves and with the rivals of that, to
    /// the set that explains the pattern best.
    mutating func findSet() throws {
        var beams = [set], complete: [PhaseSet] = []
        while !beams.isEmpty {
            var next: [PhaseSet] = []
            for beam in beams {
                set = beam
                let winners =
                    beam.accepted.count < options.maximumPhases ? try bestCandidates(most: Self.beamWidth) : []
                if winners.isEmpty { complete.append(beam) }
                for winner in winners {
                    set = beam
                    set.append(winner)
                    try polish(limit: 8, isCoarse: true)
                    try prune(isCoarse: true)
                    let names = set.names
                    if !next.contains(where: { $0.names == names }) { next.append(set) }
                }
            }
            beams = Array(next.sorted { cost($0) < cost($1) }.prefix(Self.beamWidth))
        }
        if let best = complete.min(by: { cost($0) < cost($1) }) { set = best }
    }

    /// What speaks against a set: n ln(chi squared), its parameters and the improbability of its phases, twice the negative
    /// logarithm of its evidence up to a constant.
    ///
    /// The noise is not known where texture and imperfect models rule, so chi squared stands in a logarithm, and n is the
    /// number of peaks, not of points: misfits concern whole lines. As of Schwarz, Ann. Stat. 6, 461 (1978), with the
    /// calibrated probability of each phase and the usual size of strains as its priors.
    func cost(_ set: PhaseSet) -> Double {
        guard !set.accepted.isEmpty else { return .infinity }
        let misfit = weightedProfileR(set)
        return independentCount * log(max(set.chi2, .leastNormalMagnitude))
            + set.accepted.reduce(0) { $0 + cost(of: $1, weightedProfileR: misfit) }
            + elementCost(set.accepted.reduce(into: Set()) { $0.formUnion($1.lines.elements) })
    }

    /// The phases of a specimen share elements: what needs more of them is less likely. Nothing where they are given.
    func elementCost(_ elements: Set<String>) -> Double {
        options.elements == nil ? 2 * log(Self.oddsPerElement) * Double(elements.count) : 0
    }

    /// How much less likely each further element makes a set, and the usual size of a strain between a specimen and the
    /// entry of its phase: both by judgement.
    static let oddsPerElement = 3.0
    static let expectedStrain = 0.003

    /// What one phase adds to the cost of its set.
    func cost(of phase: Accepted, weightedProfileR: Double) -> Double {
        let probability = MatchProbability(
            phase, weightedProfileR: weightedProfileR, knowsElements: options.elements != nil
        ).value
        // Scale, size and microstrain, and its strains.
        let parameters = Double(3 + phase.parameters.strains.count)
        let strain = phase.parameters.strains.map(abs).max() ?? 0
        return parameters * log(independentCount) - 2 * log(max(probability, 1e-12)) + 2 * strain / Self.expectedStrain
    }
}
