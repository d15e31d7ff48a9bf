import Foundation
import SpectralMath

/// One round: which candidate explains most of what the accepted phases leave.
extension PhaseSearch {
    /// A trial with its curve as fitted beside what is there already.
    struct Fitted {
        var phase: Accepted
        var curve: [Double]
    }

    /// The candidates that explain most of what the accepted phases leave, best first: the one that wins this round, and
    /// those that compete with it for the same lines but are not the same, which a beam of sets looks into as well.
    mutating func bestCandidates(most: Int) throws -> [Accepted] {
        let round = Round(self)
        let fitted = try fitted(trials(try screened(round), round), round, most: Self.fitted)
        guard let winner = fitted.first else { return [] }
        let rivals = fitted.dropFirst().filter { other in
            let overlap = Self.overlap(winner.curve, other.curve, round.weights)
            return Self.rivalOverlap.contains(overlap) && merit(other.phase) > Self.rivalMerit * merit(winner.phase)
        }
        return ([winner] + rivals).prefix(most).map(\.phase)
    }

    /// What is unexplained at the beginning of a round.
    struct Round {
        let peaks: [Double]
        let residual: [Double]
        let weights: [Double]
        let signal: PatternSignal

        init(_ search: borrowing PhaseSearch) {
            peaks = search.modelledPeaks()
            residual = search.residual(beside: peaks)
            weights = search.weights(for: peaks)
            signal = PatternSignal(search.pattern, residual: residual, weights: weights)
        }
    }

    /// The screened candidates with the strains at which their lists of lines explain most, those without a line of their
    /// own left out, best first.
    mutating func trials(
        _ screened: [(index: Int, score: MatchedFilter.Score)], _ round: Round
    ) throws -> [Accepted] {
        guard !screened.isEmpty else { return [] }
        let without = try chi2(round.weights, phase: nil).chi2
        var trials: [Accepted] = []
        for entry in screened {
            let candidate = candidates[entry.index]
            let search = StrainSearch(candidate, signal: round.signal, wavelength: pattern.emission[0].wavelength)
            // Where lines are many, the best shift of all may be a wrong one: the cell as it is gets its chance too.
            let groups = candidate.axisGroups.count
            let places = (abs(entry.score.strain) > 0.002 ? [entry.score.strain, 0] : [entry.score.strain]).map {
                search.best(
                    strains: Array(repeating: $0, count: groups), displacement: entry.score.displacement,
                    isHeld: !set.accepted.isEmpty)
            }
            guard let place = places.max(by: { Self.merit($0) < Self.merit($1) }) else { continue }
            var score = entry.score
            score.displacement = place.displacement
            var trial = Accepted(
                lines: candidate,
                parameters: .init(strains: place.strains, size: 0.3 * pattern.lineWidth, microstrain: 0),
                score: score, coverage: 0, gain: 0)
            let with = try chi2(round.weights, phase: trial)
            trial.gain = without - with.chi2
            trial.coverage = coverage(
                candidate, strains: place.strains, displacement: place.displacement, round.residual, round.weights)
            trial.evidence = evidence(trial, scale: with.scale, round)
            guard with.scale > 0, trial.evidence.contains(where: { $0.role == .confirming }) else { continue }
            trials.append(trial)
        }
        return trials.sorted { merit($0) > merit($1) }
    }

    /// The first believable ones of the trials, fitted to the whole pattern, best first.
    mutating func fitted(_ trials: [Accepted], _ round: Round, most: Int) throws -> [Fitted] {
        guard !trials.isEmpty else { return [] }
        let without = try chi2(round.weights, phase: nil).chi2
        var fitted: [Fitted] = []
        for trial in trials where fitted.count < most {
            guard let fit = try refined(trial, round.weights, without: without) else { continue }
            var better = fit.phase
            better.coverage = coverage(
                better.lines, strains: better.parameters.strains, displacement: better.score.displacement,
                round.residual, round.weights)
            better.evidence = evidence(better, scale: fit.scale, round)
            guard better.gain > leastSignificance * leastSignificance, isBelievable(better) else { continue }
            fitted.append(Fitted(phase: better, curve: fit.curve))
        }
        return fitted.sorted { merit($0.phase) > merit($1.phase) }
    }

    /// How alike two curves are, 0 to 1: the cosine of the angle between them, weighted.
    static func overlap(_ first: [Double], _ second: [Double], _ weights: [Double]) -> Double {
        var product = 0.0, one = 0.0, two = 0.0
        for i in weights.indices {
            product += weights[i] * first[i] * second[i]
            one += weights[i] * first[i] * first[i]
            two += weights[i] * second[i] * second[i]
        }
        return one > 0 && two > 0 ? product / (one * two).squareRoot() : 0
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
    mutating func screened(_ round: Round) throws -> [(index: Int, score: MatchedFilter.Score)] {
        // The height of the specimen is known once the first phase is.
        let displacements =
            set.accepted.isEmpty
            ? stride(from: -0.18, through: 0.18, by: 0.06).map { $0 } : [set.parameters.displacement]
        screen.setSignal(round.signal, displacements: displacements)
        let taken = Set(set.accepted.map(\.lines.name)).union(set.rejected)
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
        filter.setResidual(round.residual, weights: round.weights)
        var found: [(index: Int, score: MatchedFilter.Score, merit: Double)] = []
        for entry in coarse.prefix(Self.filtered) {
            let candidate = candidates[entry.index]
            guard
                let score = try filter.score(
                    candidate, index: entry.index, displacement: entry.score.displacement),
                passes(score)
            else { continue }
            let presence = coverage(
                candidate, strain: score.strain, displacement: score.displacement, round.residual, round.weights)
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
    func chi2(_ weights: [Double], phase: Accepted?) throws -> (chi2: Double, scale: Double) {
        var parameters = set.parameters
        if let phase {
            parameters.displacement = phase.score.displacement
            parameters.phases = [phase.parameters]
        }
        var problem = PowderProblem(
            pattern, phases: phase.map { [$0.lines] } ?? [], parameters: parameters, weights: weights,
            fixed: set.curves,
            freedom: phase == nil ? [] : [[]], knots: knots, isCoarse: true)
        let solution = try Self.fit(&problem, limit: 1)
        return (solution.chi2, phase == nil ? 0 : solution.linear.last ?? 0)
    }

    /// The trial with its strains and width fitted beside what is there already, what it gains, its scale and its curve
    /// with that.
    func refined(_ trial: Accepted, _ weights: [Double], without: Double) throws
        -> (phase: Accepted, scale: Double, curve: [Double])?
    {
        var parameters = set.parameters
        parameters.displacement = trial.score.displacement
        parameters.phases = [trial.parameters]
        // The displacement of the first phase is found with it; later ones keep it.
        var problem = PowderProblem(
            pattern, phases: [trial.lines], parameters: parameters, weights: weights, fixed: set.curves,
            freedom: [[.size, .strains]], shared: set.accepted.isEmpty ? [.displacement] : [], knots: knots,
            isCoarse: true)
        let solution = try Self.fit(&problem, limit: 10)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        guard let scale = solution.linear.last, scale > 0 else { return nil }
        var found = trial
        found.score.displacement = problem.parameters.displacement
        found.parameters = problem.parameters.phases[0]
        found.gain = without - solution.chi2
        return (found, scale, problem.curve(0).map { scale * $0 })
    }

    /// What the lines of a trial say beside the phases that are accepted, whose curves sum up to those of the round.
    func evidence(_ trial: Accepted, scale: Double, _ round: Round) -> [LineEvidence] {
        evidence(trial, scale: scale, others: round.peaks, round.signal)
    }

    func evidence(_ trial: Accepted, scale: Double, others: [Double], _ signal: PatternSignal) -> [LineEvidence] {
        LineEvidence.lines(
            of: trial.lines, strains: trial.parameters.strains, displacement: trial.score.displacement, scale: scale,
            others: others, signal: signal, pattern: pattern)
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
