import Foundation

/// How much of a phase could hide in a pattern in which it was not found.
public struct DetectionLimit: Sendable, Hashable {
    /// The name of the candidate.
    public var name: String
    /// Its formula.
    public var formula: String
    /// The share of the crystalline mass that is found with a probability of 95 %; `nil` where any share up to a half
    /// could hide under the lines of the other phases.
    public var weightFraction: Double?
}

extension PhaseSearch {
    /// How much of candidate `index` would be found beside the accepted phases.
    ///
    /// Its computed lines are added to what was measured, more and more of them, until the search would accept it: by its
    /// amplitude, by the shifts that chance allows, by the share of its lines that are there and by lines of its own.
    /// The noise of the amplitude, and how well its own relative intensities are known, are added to reach 95 %.
    mutating func detectionLimit(of index: Int) throws -> DetectionLimit {
        let candidate = candidates[index]
        let model = modelledPeaks(), residual = residual(beside: model), weights = weights(for: model)
        let curve = try unitCurve(of: candidate)
        let base = PatternSignal(pattern, residual: residual, weights: weights)
        let added = PatternSignal(pattern, residual: curve, weights: weights)
        var power = 0.0
        for i in curve.indices { power += weights[i] * curve[i] * curve[i] }
        var limit = DetectionLimit(name: candidate.name, formula: candidate.formula, weightFraction: nil)
        guard power > 0 else { return limit }
        let deviation = 1 / power.squareRoot()
        let others = zip(set.scales, set.accepted).reduce(0) { $0 + $1.0 * $1.1.lines.density }
        func scale(share: Double) -> Double {
            // Alone in the pattern, its share says nothing; its significance does.
            others > 0 ? share / (1 - share) * others / candidate.density : share * 1e3 * deviation
        }
        func share(scale: Double) -> Double {
            others > 0 ? scale * candidate.density / (others + scale * candidate.density) : 1
        }
        func isFound(_ scale: Double) throws -> Bool {
            var seen = residual
            for i in seen.indices { seen[i] += scale * curve[i] }
            filter.setResidual(seen, weights: weights)
            let signal = base.adding(added, times: scale)
            let search = StrainSearch(candidate, signal: signal, wavelength: pattern.emission[0].wavelength)
            let place = search.best(
                strains: candidate.axisGroups.map { _ in 0 }, displacement: set.parameters.displacement, isHeld: true)
            guard
                let score = try filter.score(candidate, index: index, displacement: set.parameters.displacement),
                passes(score)
            else { return false }
            var trial = Accepted(
                lines: candidate, parameters: .init(strains: place.strains, size: 0, microstrain: 0), score: score,
                coverage: 0, gain: place.significance * place.significance)
            trial.coverage = coverage(
                candidate, strains: place.strains, displacement: set.parameters.displacement, seen, weights)
            trial.evidence = evidence(trial, scale: place.amplitude, others: model, signal)
            return trial.gain > leastSignificance * leastSignificance && isBelievable(trial)
        }
        var high = 0.5, low = Self.leastShare
        guard try isFound(scale(share: high)) else { return limit }
        if try isFound(scale(share: low)) {
            high = low
        } else {
            while high / low > 1.03 {
                let middle = (high * low).squareRoot()
                if try isFound(scale(share: middle)) { high = middle } else { low = middle }
            }
        }
        let median = scale(share: high)
        let own = Self.ownUncertainty * median
        let spread = (deviation * deviation + own * own).squareRoot()
        limit.weightFraction = share(scale: median + 1.645 * spread)
        return limit
    }

    /// How far the amplitude that is needed scatters between specimens, by texture and widths of the phase and its host:
    /// measured on simulated mixtures, see docs/identification.md.
    private static let ownUncertainty = 0.5

    /// The curve of a candidate at unit scale, its cell as it is and its lines as wide as those of the pattern.
    private func unitCurve(of candidate: PhaseLines) throws -> [Double] {
        var own = set.parameters
        own.phases = [
            .init(strains: candidate.axisGroups.map { _ in 0 }, size: 0.3 * pattern.lineWidth, microstrain: 0)
        ]
        var problem = PowderProblem(
            pattern, phases: [candidate], parameters: own, weights: pattern.variances.map { 1 / $0 }, freedom: [[]],
            knots: knots)
        _ = try Self.fit(&problem, limit: 1)
        return problem.curve(0)
    }
}
