import Foundation
import SpectralMath

/// All accepted phases together: fitted, and each held against the others.
extension PhaseSearch {
    /// Fits displacement, widths and strains of all accepted phases together.
    mutating func polish(limit: Int, isCoarse: Bool) throws {
        guard !accepted.isEmpty else {
            background = [Double](repeating: 0, count: pattern.count)
            (scales, curves, scaleCovariance) = ([], [], nil)
            return
        }
        if accepted.count == 1 { parameters.displacement = accepted[0].score.displacement }
        // Weights by the measured heights, not by the model's: a model that gave itself less weight where it stands would
        // run away.
        let weights = pattern.variances.indices.map { i in
            let height = max(0, pattern.intensities[i] - pattern.background[i])
            let error = Self.jointShare * options.modelError * height
            return 1 / (pattern.variances[i] + error * error)
        }
        var problem = PowderProblem(
            pattern, phases: accepted.map(\.lines), parameters: parameters, weights: weights,
            freedom: accepted.map { _ in [.size, .strains, .microstrain] }, shared: [.displacement, .instrument],
            knots: knots, isCoarse: isCoarse)
        let solution = try Self.fit(&problem, limit: limit)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        parameters = problem.parameters
        // The curves belong to the last point that was accepted.
        var final = PowderProblem(
            pattern, phases: accepted.map(\.lines), parameters: parameters, weights: weights,
            freedom: accepted.map { _ in [] }, knots: knots, isCoarse: isCoarse)
        let last = try Self.fit(&final, limit: 1)
        background = final.splineBackground(last.linear)
        curves = accepted.indices.map { final.curve($0) }
        scales = accepted.indices.map { last.linear[knots + $0] }
        takeOverCovariance(of: solution)
        for p in accepted.indices { accepted[p].parameters = parameters.phases[p] }
    }

    /// The covariance of the scales, raised where the model does not describe the data to their noise.
    private mutating func takeOverCovariance(of solution: SeparableSolution) {
        let first = solution.nonlinear.count + knots, count = accepted.count
        let all = solution.nonlinear.count + solution.linear.count
        let degrees = Double(max(1, pattern.count - all))
        let factor = max(1, solution.chi2 / degrees)
        scaleCovariance = solution.covariance().map { covariance in
            (0..<count).map { p in (0..<count).map { factor * covariance[(first + p) * all + first + $0] } }
        }
    }

    /// Takes out phases that the others have made needless, the weakest first: what was the best guess once may be
    /// nothing beside a phase that was found later.
    mutating func prune(isCoarse: Bool) throws {
        while !accepted.isEmpty {
            var weakest: (index: Int, gain: Double)?
            let masses = zip(scales, accepted).map { $0 * $1.lines.density }
            let total = masses.reduce(0, +)
            for p in accepted.indices {
                let evidence = try evidence(of: p)
                accepted[p].coverage = evidence.coverage
                accepted[p].evidence = evidence.lines
                accepted[p].gain = evidence.gain
                let isNeeded =
                    evidence.gain > leastSignificance * leastSignificance && isBelievable(accepted[p])
                    && masses[p] > Self.leastShare * total
                if !isNeeded, evidence.gain < weakest?.gain ?? .infinity { weakest = (p, evidence.gain) }
            }
            guard let weakest else { return }
            rejected.insert(accepted[weakest.index].lines.name)
            accepted.remove(at: weakest.index)
            parameters.phases.remove(at: weakest.index)
            try polish(limit: 8, isCoarse: isCoarse)
        }
    }

    /// What phase `p` explains that all others cannot, weighted with what they are trusted to.
    private func evidence(of p: Int) throws -> (gain: Double, coverage: Double, lines: [LineEvidence]) {
        var others = [Double](repeating: 0, count: pattern.count)
        for q in accepted.indices where q != p { for i in others.indices { others[i] += scales[q] * curves[q][i] } }
        let weights = weights(for: others)
        let rest = accepted.indices.filter { $0 != p }.map { curves[$0] }
        func chi2(_ fixed: [[Double]]) throws -> (chi2: Double, linear: [Double], background: [Double]) {
            var problem = PowderProblem(
                pattern, phases: [], parameters: PowderParameters(), weights: weights, fixed: fixed, freedom: [],
                knots: knots)
            let solution = try Self.fit(&problem, limit: 1)
            return (solution.chi2, solution.linear, problem.splineBackground(solution.linear))
        }
        let with = try chi2(rest + [curves[p]]), without = try chi2(rest)
        var residual = zip(pattern.intensities, pattern.background).map { $0 - $1 }
        for i in residual.indices { residual[i] -= with.background[i] }
        for (k, curve) in rest.enumerated() {
            let scale = with.linear[knots + k]
            for i in residual.indices { residual[i] -= scale * curve[i] }
        }
        let presence = coverage(
            accepted[p].lines, strains: accepted[p].parameters.strains, displacement: parameters.displacement, residual,
            weights)
        let lines = LineEvidence.lines(
            of: accepted[p].lines, strains: accepted[p].parameters.strains, displacement: parameters.displacement,
            scale: with.linear.last ?? 0, others: others,
            signal: PatternSignal(pattern, residual: residual, weights: weights), pattern: pattern)
        return (without.chi2 - with.chi2, presence, lines)
    }
}
