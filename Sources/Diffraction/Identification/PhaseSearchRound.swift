import Foundation
import SpectralMath

/// One round: which candidate explains most of what the accepted phases leave.
extension PhaseSearch {
    mutating func bestCandidate() throws -> Accepted? {
        let peaks = modelledPeaks(), residual = residual(beside: peaks), weights = weights(for: peaks)
        let signal = PatternSignal(pattern, residual: residual, weights: weights)
        let screened = try screened(signal, residual, weights)
        guard !screened.isEmpty else { return nil }
        let without = try chi2(weights, phase: nil).chi2
        var trials: [Accepted] = []
        for entry in screened {
            let candidate = candidates[entry.index]
            let search = StrainSearch(candidate, signal: signal, wavelength: pattern.emission[0].wavelength)
            // Where lines are many, the best shift of all may be a wrong one: the cell as it is gets its chance too.
            let groups = candidate.axisGroups.count
            let places = (abs(entry.score.strain) > 0.002 ? [entry.score.strain, 0] : [entry.score.strain]).map {
                search.best(
                    strains: Array(repeating: $0, count: groups), displacement: entry.score.displacement,
                    isHeld: !accepted.isEmpty)
            }
            guard let place = places.max(by: { Self.merit($0) < Self.merit($1) }) else { continue }
            var score = entry.score
            score.displacement = place.displacement
            var trial = Accepted(
                lines: candidate,
                parameters: .init(strains: place.strains, size: 0.3 * pattern.lineWidth, microstrain: 0),
                score: score, coverage: 0, gain: 0, alternatives: [])
            let with = try chi2(weights, phase: trial)
            trial.gain = without - with.chi2
            trial.coverage = coverage(
                candidate, strains: place.strains, displacement: place.displacement, residual, weights)
            trial.evidence = evidence(trial, scale: with.scale, peaks, signal)
            guard with.scale > 0, trial.evidence.contains(where: { $0.role == .confirming }) else { continue }
            trials.append(trial)
        }
        trials.sort { merit($0) > merit($1) }
        var fitted: [Accepted] = []
        for trial in trials where fitted.count < Self.fitted {
            guard let (fit, scale) = try refined(trial, weights, without: without) else { continue }
            var better = fit
            better.coverage = coverage(
                better.lines, strains: better.parameters.strains, displacement: better.score.displacement, residual,
                weights)
            better.evidence = evidence(better, scale: scale, peaks, signal)
            guard better.gain > leastSignificance * leastSignificance, isBelievable(better) else { continue }
            fitted.append(better)
        }
        guard var winner = fitted.max(by: { merit($0) < merit($1) }) else { return nil }
        let best = merit(winner)
        let names = Set(fitted.map(\.lines.name))
        winner.alternatives = (fitted + trials.filter { !names.contains($0.lines.name) }).filter {
            $0.lines.name != winner.lines.name && merit($0) > 0.8 * best
        }.sorted { merit($0) > merit($1) }.map(\.lines.name)
        return winner
    }

    /// How much speaks for a trial: what it explains, less where lines are missing or its cell must be stretched.
    private func merit(_ trial: Accepted) -> Double {
        let strain = trial.parameters.strains.map(abs).max() ?? 0
        return trial.gain * trial.coverage * trial.coverage * exp(-strain / 0.01)
    }

    private static func merit(_ place: StrainSearch.Result) -> Double {
        place.significance * exp(-(place.strains.map(abs).max() ?? 0) / 0.02)
    }

    /// The candidates worth a closer look: screened by their line lists, then by the matched filter.
    private mutating func screened(
        _ signal: PatternSignal, _ residual: [Double], _ weights: [Double]
    ) throws -> [(index: Int, score: MatchedFilter.Score)] {
        // The height of the specimen is known once the first phase is.
        let displacements =
            accepted.isEmpty ? stride(from: -0.18, through: 0.18, by: 0.06).map { $0 } : [parameters.displacement]
        screen.setSignal(signal, displacements: displacements)
        let taken = Set(accepted.map(\.lines.name)).union(rejected)
        let coarse = screen.scores(screenLines).enumerated().compactMap { index, score in
            score.flatMap { score -> (index: Int, score: LineScreen.Score)? in
                // Single places lie up to half a step of the axis beside the lines.
                guard score.significance > 0.8 * leastSignificance, score.coverage > 0.5,
                    !taken.contains(candidates[index].name)
                else { return nil }
                return (index, score)
            }
        }.sorted {
            $0.score.significance * pow($0.score.coverage, 3) > $1.score.significance * pow($1.score.coverage, 3)
        }
        filter.setResidual(residual, weights: weights)
        var found: [(index: Int, score: MatchedFilter.Score, merit: Double)] = []
        for entry in coarse.prefix(Self.filtered) {
            let candidate = candidates[entry.index]
            guard
                let score = try filter.score(
                    candidate, index: entry.index, displacement: entry.score.displacement),
                passes(score)
            else { continue }
            let presence = coverage(
                candidate, strain: score.strain, displacement: score.displacement, residual, weights)
            guard presence > 0.55 else { continue }
            found.append((entry.index, score, score.significance * pow(presence, 3)))
        }
        return found.sorted { $0.merit > $1.merit }.prefix(Self.shortlisted).map { ($0.index, $0.score) }
    }

    /// Whether the matched filter says more than chance would.
    func passes(_ score: MatchedFilter.Score) -> Bool {
        score.significance > leastSignificance && score.prominence > 3 && score.chance < 0.01
    }

    /// Chi squared of what is accepted, with its scales and the background fitted, and of one more phase as it stands,
    /// with the scale of that.
    private func chi2(_ weights: [Double], phase: Accepted?) throws -> (chi2: Double, scale: Double) {
        var parameters = parameters
        if let phase {
            parameters.displacement = phase.score.displacement
            parameters.phases = [phase.parameters]
        }
        var problem = PowderProblem(
            pattern, phases: phase.map { [$0.lines] } ?? [], parameters: parameters, weights: weights, fixed: curves,
            freedom: phase == nil ? [] : [[]], knots: knots, isCoarse: true)
        let solution = try Self.fit(&problem, limit: 1)
        return (solution.chi2, phase == nil ? 0 : solution.linear.last ?? 0)
    }

    /// The trial with its strains and width fitted beside what is there already, and what it gains.
    private func refined(_ trial: Accepted, _ weights: [Double], without: Double) throws -> (Accepted, scale: Double)? {
        var parameters = parameters
        parameters.displacement = trial.score.displacement
        parameters.phases = [trial.parameters]
        // The displacement of the first phase is found with it; later ones keep it.
        var problem = PowderProblem(
            pattern, phases: [trial.lines], parameters: parameters, weights: weights, fixed: curves,
            freedom: [[.size, .strains]], shared: accepted.isEmpty ? [.displacement] : [], knots: knots,
            isCoarse: true)
        let solution = try Self.fit(&problem, limit: 10)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        guard let scale = solution.linear.last, scale > 0 else { return nil }
        var found = trial
        found.score.displacement = problem.parameters.displacement
        found.parameters = problem.parameters.phases[0]
        found.gain = without - solution.chi2
        return (found, scale)
    }

    /// What the lines of a trial say beside the phases that are accepted, whose curves sum up to `peaks`.
    func evidence(_ trial: Accepted, scale: Double, _ peaks: [Double], _ signal: PatternSignal)
        -> [LineEvidence]
    {
        LineEvidence.lines(
            of: trial.lines, strains: trial.parameters.strains, displacement: trial.score.displacement, scale: scale,
            others: peaks, signal: signal, pattern: pattern)
    }

    static func fit(_ problem: inout PowderProblem, limit: Int) throws -> SeparableSolution {
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        return try solver.minimize(
            &problem, start: problem.start, options: SeparableOptions(tolerance: 1e-3, maximumEvaluations: limit))
    }

    /// Whether its lines are there, and its cell is not stretched to find them.
    func isBelievable(_ phase: Accepted) -> Bool {
        phase.coverage > Self.leastCoverage && phase.parameters.strains.allSatisfy { abs($0) < Self.believableStrain }
            && isConfirmed(phase)
    }

    /// Whether lines that no other phase hides are there: one where the elements are known, two where any phase may be,
    /// one more where the cell must be stretched; and they outweigh those that are missing.
    func isConfirmed(_ phase: Accepted) -> Bool {
        let strain = phase.parameters.strains.map(abs).max() ?? 0
        let needed = (options.elements == nil ? 2 : 1) + (strain > Self.usualStrain ? 1 : 0)
        let confirming = phase.evidence.count { $0.role == .confirming }
        let share = phase.evidence.share(.confirming)
        return confirming >= min(needed, phase.evidence.count) && confirming > 0 && share > Self.leastConfirmed
            && share > phase.evidence.share(.contradicting)
    }
}
