import Foundation
import SpectralMath

/// All accepted phases together: fitted, and each held against the others.
extension PhaseSearch {
    /// Fits displacement, widths and strains of all accepted phases together.
    mutating func polish(limit: Int, isCoarse: Bool) throws {
        guard !set.accepted.isEmpty else {
            set.background = [Double](repeating: 0, count: pattern.count)
            (set.scales, set.curves, set.scaleCovariance, set.chi2) = ([], [], nil, .infinity)
            return
        }
        if set.accepted.count == 1 { set.parameters.displacement = set.accepted[0].score.displacement }
        // Weights by the measured heights, not by the model's: a model that gave itself less weight where it stands would
        // run away.
        let weights = pattern.variances.indices.map { i in
            let height = max(0, pattern.intensities[i] - pattern.background[i])
            let error = Self.jointShare * options.modelError * height
            return 1 / (pattern.variances[i] + error * error)
        }
        var problem = PowderProblem(
            pattern, phases: set.accepted.map(\.lines), parameters: set.parameters, weights: weights,
            freedom: set.accepted.map { _ in [.size, .strains, .microstrain] }, shared: [.displacement, .instrument],
            knots: knots, isCoarse: isCoarse)
        let solution = try Self.fit(&problem, limit: limit)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        set.parameters = problem.parameters
        // The curves belong to the last point that was accepted.
        var final = PowderProblem(
            pattern, phases: set.accepted.map(\.lines), parameters: set.parameters, weights: weights,
            freedom: set.accepted.map { _ in [] }, knots: knots, isCoarse: isCoarse)
        let last = try Self.fit(&final, limit: 1)
        set.chi2 = last.chi2
        set.background = final.splineBackground(last.linear)
        set.curves = set.accepted.indices.map { final.curve($0) }
        set.scales = set.accepted.indices.map { last.linear[knots + $0] }
        takeOverCovariance(of: solution)
        for p in set.accepted.indices { set.accepted[p].parameters = set.parameters.phases[p] }
    }

    /// The covariance of the scales, raised where the model does not describe the data to their noise.
    private mutating func takeOverCovariance(of solution: SeparableSolution) {
        let first = solution.nonlinear.count + knots, count = set.accepted.count
        let all = solution.nonlinear.count + solution.linear.count
        let degrees = Double(max(1, pattern.count - all))
        let factor = max(1, solution.chi2 / degrees)
        set.scaleCovariance = solution.covariance().map { covariance in
            (0..<count).map { p in (0..<count).map { factor * covariance[(first + p) * all + first + $0] } }
        }
    }

    /// Takes out phases that the others have made needless, the weakest first: what was the best guess once may be
    /// nothing beside a phase that was found later.
    mutating func prune(isCoarse: Bool) throws {
        while !set.accepted.isEmpty {
            var weakest: (index: Int, gain: Double)?
            let masses = zip(set.scales, set.accepted).map { $0 * $1.lines.density }
            let total = masses.reduce(0, +)
            for p in set.accepted.indices {
                let evidence = try evidence(of: p)
                set.accepted[p].coverage = evidence.coverage
                set.accepted[p].evidence = evidence.lines
                set.accepted[p].gain = evidence.gain
                let isNeeded =
                    evidence.gain > leastSignificance * leastSignificance && isBelievable(set.accepted[p])
                    && masses[p] > Self.leastShare * total
                if !isNeeded, evidence.gain < weakest?.gain ?? .infinity { weakest = (p, evidence.gain) }
            }
            guard let weakest else { return }
            set.rejected.insert(set.accepted[weakest.index].lines.name)
            set.remove(weakest.index)
            try polish(limit: 8, isCoarse: isCoarse)
        }
    }

    /// What phase `p` explains that all others cannot, weighted with what they are trusted to.
    private func evidence(of p: Int) throws -> (gain: Double, coverage: Double, lines: [LineEvidence]) {
        var others = [Double](repeating: 0, count: pattern.count)
        for q in set.accepted.indices where q != p {
            for i in others.indices { others[i] += set.scales[q] * set.curves[q][i] }
        }
        let weights = weights(for: others)
        let rest = set.accepted.indices.filter { $0 != p }.map { set.curves[$0] }
        func chi2(_ fixed: [[Double]]) throws -> (chi2: Double, linear: [Double], background: [Double]) {
            var problem = PowderProblem(
                pattern, phases: [], parameters: PowderParameters(), weights: weights, fixed: fixed, freedom: [],
                knots: knots)
            let solution = try Self.fit(&problem, limit: 1)
            return (solution.chi2, solution.linear, problem.splineBackground(solution.linear))
        }
        let with = try chi2(rest + [set.curves[p]]), without = try chi2(rest)
        var residual = zip(pattern.intensities, pattern.background).map { $0 - $1 }
        for i in residual.indices { residual[i] -= with.background[i] }
        for (k, curve) in rest.enumerated() {
            let scale = with.linear[knots + k]
            for i in residual.indices { residual[i] -= scale * curve[i] }
        }
        let presence = coverage(
            set.accepted[p].lines, strains: set.accepted[p].parameters.strains,
            displacement: set.parameters.displacement, residual,
            weights)
        let lines = LineEvidence.lines(
            of: set.accepted[p].lines, strains: set.accepted[p].parameters.strains,
            displacement: set.parameters.displacement,
            scale: with.linear.last ?? 0, others: others,
            signal: PatternSignal(pattern, residual: residual, weights: weights), pattern: pattern)
        return (without.chi2 - with.chi2, presence, lines)
    }
}
