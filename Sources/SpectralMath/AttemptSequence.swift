/// Several ways to the minimum, one after the other, until one arrives.
///
/// Nearly all problems end with the first. The others are for starts far off: of NIST's 54 nonlinear regression problems
/// five go on to them (long narrow valleys, plateaus on which a parameter has no influence).
struct AttemptSequence {
    let objective: LeastSquaresObjective
    let tolerance: Double
    let evaluationLimit: Int

    private struct Attempt {
        let method: StepMethod
        /// Whether to go on from the best point so far instead of from the start.
        let continues: Bool
        /// The part of the permitted evaluations that is used up when this attempt has to end.
        let share: Double
    }

    private static let attempts = [
        Attempt(
            method: StepMethod(path: .levenbergMarquardt, scaling: .longestColumn), continues: false, share: 0.05),
        Attempt(method: StepMethod(path: .dogleg, scaling: .longestColumn), continues: false, share: 0.4),
        Attempt(method: StepMethod(path: .levenbergMarquardt, scaling: .none), continues: false, share: 0.7),
        Attempt(method: StepMethod(path: .levenbergMarquardt, scaling: .longestColumn), continues: true, share: 1),
    ]

    /// The first result that has converged with all parameters determined and with the smallest sum of squares so far,
    /// or else the best result of all attempts.
    func run() throws -> LeastSquaresFit {
        let start = objective.state
        var best: (fit: LeastSquaresFit, end: LeastSquaresObjective.State)?
        var steps = 0
        for attempt in Self.attempts {
            if attempt.continues, best?.fit.converged == true { break }
            objective.restore(attempt.continues ? best?.end ?? start : start)
            // Short budgets are not worth dividing.
            let share = Int((Double(evaluationLimit) * attempt.share).rounded())
            objective.evaluationLimit = max(min(evaluationLimit, 200), share)
            var minimisation = ActiveSetMinimisation(objective, attempt.method, tolerance: tolerance)
            let termination = try minimisation.run()
            let fit = try minimisation.fit(termination)
            steps += fit.steps
            if let other = best?.fit, !isBetter(fit, than: other) { continue }
            best = (fit, objective.state)
            if fit.converged && fit.undetermined.isEmpty { break }
        }
        guard var fit = best?.fit else {
            throw NumericalError.invalidArgument(
                operation: "nonlinear least squares", expected: "an attempt", found: "none")
        }
        fit.residualEvaluations = objective.residualEvaluations
        fit.jacobianEvaluations = objective.jacobianEvaluations
        fit.steps = steps
        return fit
    }

    /// Whether the later result is to be preferred: clearly smaller sum of squares first, then convergence.
    private func isBetter(_ fit: LeastSquaresFit, than other: LeastSquaresFit) -> Bool {
        if fit.chi2 < other.chi2 * (1 - 1e-6) { return true }
        if fit.chi2 > other.chi2 * (1 + 1e-6) { return false }
        if fit.converged != other.converged { return fit.converged }
        return fit.undetermined.count < other.undetermined.count
    }
}
