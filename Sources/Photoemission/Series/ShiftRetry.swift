import Foundation
import Spectra
import SpectralMath

// Where counts are few, the search for the shift of a spectrum may take one line for another. Its shift then differs from
// its neighbours' by about the distance of the lines. Charging may differ that much too, so that a suspicion is not
// enough: the fit from the neighbours' shift has to describe all data better.

extension JointSeriesFitter {
    /// A spectrum fitted on its own from another shift, with the shared parameters held.
    private struct Retrial {
        var index: Int
        var member: PreparedFit
        /// By how much chi squared grows, against the best fit from where the spectrum was, in the same window.
        var increase: Double
    }

    /// How often spectra are retried at most; the second pass sees shared parameters that the first one has mended.
    private static let passes = 3
    /// Retrials that look worse than the present fit by no more than this may still win, once the shared parameters
    /// follow them; there are tried at most `fewRetrials` of them.
    private static let hopefulIncrease = 12.0
    private static let fewRetrials = 4

    /// Retries spectra whose shift differs from their neighbours' and keeps what describes all data better.
    mutating func mendShifts(_ solved: inout Solved) throws {
        guard let shift = members.first?.model.shiftIndex, members.count > 1 else { return }
        for _ in 0..<Self.passes {
            let retrials = self.retrials(solved, shift)
            let better = retrials.filter { $0.increase < 0 }
            let hopeful = retrials.filter { $0.increase >= 0 && $0.increase < Self.hopefulIncrease }
                .sorted { $0.increase < $1.increase }.prefix(Self.fewRetrials)
            var attempts = hopeful.map { [$0] }
            if !better.isEmpty { attempts.insert(better, at: 0) }
            guard try attempts.contains(where: { try improve(&solved, with: $0) }) else { return }
        }
    }

    /// Fits all spectra with `retrials` in the place of the present fits; keeps the result where it is better.
    private mutating func improve(_ solved: inout Solved, with retrials: [Retrial]) throws -> Bool {
        let kept = members
        // Windows move with the shift, so that the present fit has to be judged over the points of the new one.
        for retrial in retrials {
            let present = solved.solution.problems[retrial.index].nonlinear
            members[retrial.index] = try refit(retrial.index, retrial.member.fitter, from: present)
        }
        var starts = solved.solution.problems.map(\.nonlinear)
        let before = try solve(from: starts)
        for retrial in retrials {
            members[retrial.index] = retrial.member
            starts[retrial.index] = retrial.member.outcome?.solution.nonlinear ?? starts[retrial.index]
        }
        let after = try solve(from: starts)
        guard after.solution.outcome == .converged, objective(after) < objective(before) - 1e-3 else {
            members = kept
            return false
        }
        for retrial in retrials {
            // What the spectrum would be without sharing, over its new points.
            let theta = after.solution.problems[retrial.index].nonlinear
            let alone = try? members[retrial.index].fitter.run(from: theta)
            independent[retrial.index] = alone?.solution.chi2 ?? after.solution.problems[retrial.index].chi2
        }
        let evaluations = solved.evaluations + before.evaluations + after.evaluations
        solved = after
        solved.evaluations = evaluations
        return true
    }

    // MARK: - Candidates

    /// The best other fit of each spectrum whose shift stands apart from its neighbours'.
    private func retrials(_ solved: Solved, _ shift: Int) -> [Retrial] {
        let problems = solved.solution.problems
        let shifts = problems.map { $0.nonlinear[shift] }
        let neighbours = neighbours()
        return members.indices.compactMap { index in
            let near = neighbours[index].map { shifts[$0] }.sorted()
            let candidates = candidates(index, problems[index].nonlinear, shifts[index], near)
            var best: Retrial?
            for candidate in candidates {
                var theta = problems[index].nonlinear
                theta[shift] = candidate
                // The window belongs to the shift that is found, not to where the search for it began.
                guard let probe = try? refit(index, fitter(index, at: candidate), from: theta),
                    let found = probe.outcome?.solution.nonlinear,
                    let fitter = try? fitter(index, at: found[shift])
                else { continue }
                guard let present = try? refit(index, fitter, from: problems[index].nonlinear),
                    let other = try? refit(index, fitter, from: found),
                    let old = present.outcome, let new = other.outcome,
                    abs(new.solution.nonlinear[shift] - old.solution.nonlinear[shift]) > Self.sameShift
                else { continue }
                var increase = objective(index, other.fitter, new) - objective(index, present.fitter, old)
                if let penalty = walk?.penalty {
                    var moved = shifts
                    moved[index] = old.solution.nonlinear[shift]
                    increase -= penalty.chi2(moved)
                    moved[index] = new.solution.nonlinear[shift]
                    increase += penalty.chi2(moved)
                }
                if increase < best?.increase ?? .infinity {
                    best = Retrial(index: index, member: other, increase: increase)
                }
            }
            return best
        }
    }

    /// Shifts closer than this in eV are the same result.
    private static let sameShift = 0.1

    /// Other shifts that the spectrum may have: those of its neighbours, and those that put another line where the
    /// reference line was found, where that brings it nearer to its neighbours.
    private func candidates(_ index: Int, _ theta: [Double], _ own: Double, _ near: [Double]) -> [Double] {
        let model = members[index].model
        guard case .line(let reference, _) = model.effective.calibration,
            let part = model.parts.first(where: { $0.name == reference }), !near.isEmpty
        else { return [] }
        let middle = (near[(near.count - 1) / 2] + near[near.count / 2]) / 2
        // Half a line width away a fit finds its way back by itself.
        let reach = max(0.3, ComponentWidths(part, theta: theta).full.value / 2)
        let exchanged = model.parts.flatMap { other in
            let distance = other.position.value(theta) - part.position.value(theta)
            return [own + distance, own - distance]
        }.filter { abs($0 - middle) < abs(own - middle) - reach }
        var chosen: [Double] = []
        for candidate in [middle] + near + exchanged
        where abs(candidate - own) > reach && chosen.allSatisfy({ abs($0 - candidate) > reach }) {
            chosen.append(candidate)
        }
        return chosen
    }

    /// For each spectrum those next to it along the variable, two on each side.
    private func neighbours() -> [[Int]] {
        let values = series.values
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var result = [[Int]](repeating: [], count: order.count)
        for (place, index) in order.enumerated() {
            result[index] = (max(0, place - 2)...min(order.count - 1, place + 2)).map { order[$0] }
                .filter { $0 != index }
        }
        return result
    }

    // MARK: - Fits of one spectrum

    private func fitter(_ index: Int, at shift: Double) throws -> PeakFitter {
        try PeakFitter(
            model: members[index].model, data: members[index].fitter.data, options: options, startShift: shift)
    }

    /// Fits one spectrum in the window of `fitter`, shared parameters held.
    private func refit(_ index: Int, _ fitter: PeakFitter, from theta: [Double]) throws -> PreparedFit {
        let model = problemModel(index)
        var bounds = model.nonlinear.map(\.bounds)
        for j in shared { bounds[j] = theta[j]...theta[j] }
        var problem = PeakProblem(model: model, energies: fitter.energies, regions: fitter.regions)
        var solver = SeparableLeastSquares(nonlinearBounds: bounds, linearBounds: problem.linearBounds)
        let separable = SeparableOptions(
            tolerance: options.tolerance, maximumEvaluations: options.maximumEvaluations)
        let isPoisson = options.weighting == .poisson
        let measured = isPoisson ? PeakFitter.smoothed(fitter.intensities) : fitter.intensities
        var weights = measured.map { 1 / (max($0, fitter.data.gain) * fitter.data.gain) }
        problem.setData(fitter.net, weights: weights)
        var solution = try solver.minimize(&problem, start: theta, options: separable)
        if isPoisson {
            for _ in 0..<4 {
                let expected = problem.expected(theta: solution.nonlinear, coefficients: solution.linear)
                weights = fitter.poissonVariances(expected: zip(expected, fitter.subtracted).map { $0 + $1 })
                    .map { 1 / $0 }
                problem.setData(fitter.net, weights: weights)
                solution = try solver.minimize(&problem, start: solution.nonlinear, options: separable)
            }
        }
        var member = members[index]
        member.fitter = fitter
        member.outcome = PeakFitter.Outcome(
            solution: solution, weights: weights, evaluations: solution.evaluations, starts: 1, background: [],
            components: [], weightsConverged: true)
        return member
    }

    // MARK: - Objective

    /// What all data and the steps of the shift say against a result.
    private func objective(_ solved: Solved) -> Double {
        var total = 0.0
        for (index, own) in solved.solution.problems.enumerated() {
            total += objective(index, members[index].fitter, own, solved.weights[index])
        }
        guard let penalty = walk?.penalty else { return total }
        return total + penalty.chi2(solved.solution.problems.map { $0.nonlinear[penalty.parameter] })
    }

    private func objective(_ index: Int, _ fitter: PeakFitter, _ outcome: PeakFitter.Outcome) -> Double {
        objective(index, fitter, outcome.solution, outcome.weights)
    }

    /// Chi squared of one spectrum; with Poisson weights the deviance in its place, which does not gain from a curve
    /// that runs high where it is wrong and so earns large variances. What is known beforehand is part of both.
    private func objective(
        _ index: Int, _ fitter: PeakFitter, _ solution: SeparableSolution, _ weights: [Double]
    ) -> Double {
        guard options.weighting == .poisson else { return solution.chi2 }
        var problem = PeakProblem(model: problemModel(index), energies: fitter.energies, regions: fitter.regions)
        problem.setData(fitter.net, weights: weights)
        let expected = problem.expected(theta: solution.nonlinear, coefficients: solution.linear)
        let gain = fitter.data.gain
        var deviance = 0.0, residuals = 0.0
        for (i, net) in fitter.net.enumerated() {
            let residual = net - expected[i]
            residuals += weights[i] * residual * residual
            let mean = max(expected[i] + fitter.subtracted[i], PeakFitter.fewestCounts * gain)
            let counts = max(0, fitter.intensities[i])
            deviance += 2 * (mean - counts + (counts > 0 ? counts * log(counts / mean) : 0)) / gain
        }
        return deviance + max(0, solution.chi2 - residuals)
    }
}

extension PeakFitter {
    /// The intensities without what is subtracted beforehand.
    var net: [Double] { zip(intensities, subtracted).map { $0 - $1 } }
}
