import Foundation
import Spectra
import SpectralMath

/// What a fit leaves behind so that it can be repeated: on other data, with a quantity held, with another model.
struct FitWorkings: Sendable {
    var spectrum: Spectrum
    /// The variances that came with the spectrum, in its order.
    var givenVariances: [Double]?
    var options: FitOptions
    var fitter: PeakFitter
    var solution: SeparableSolution
    var weights: [Double]
}

/// A fit repeated many times: columns and solver are laid out once, and every refit starts from a known solution.
struct Refitter: ~Copyable {
    /// Where a refit starts.
    struct Start: Sendable {
        var nonlinear: [Double]
        /// The variances of the points.
        var variances: [Double]
    }

    /// Where a refit ended.
    struct Result: Sendable {
        var solution: SeparableSolution
        /// The model at the solution, any subtracted background included.
        var expected: [Double]
        var variances: [Double]
        /// Minus twice the logarithm of the likelihood, up to a constant.
        var statistic: Double
        var hasConverged: Bool

        var start: Start { Start(nonlinear: solution.nonlinear, variances: variances) }
    }

    let fitter: PeakFitter
    let model: ResolvedModel
    private var problem: PulledProblem
    private var solver: SeparableLeastSquares
    private let tolerance: Double
    private var variances: [Double] = []
    private var theta: [Double]
    private var end = SeparableEnd(chi2: .nan, outcome: .stalled, evaluations: 0)

    /// - Parameters:
    ///   - fitter: the data and options of the fit to repeat.
    ///   - model: takes the place of the fitter's model, over the same parameters, for example with other bounds.
    ///   - tolerance: see `SeparableOptions`.
    init(fitter: PeakFitter, model: ResolvedModel? = nil, tolerance: Double = 1e-7) {
        self.fitter = fitter
        self.model = model ?? fitter.model
        self.tolerance = tolerance
        theta = [Double](repeating: 0, count: self.model.nonlinear.count)
        problem = PulledProblem(model: self.model, energies: fitter.energies, regions: fitter.regions)
        solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
    }

    /// The parameters where the last refit ended.
    var parameters: (nonlinear: [Double], linear: [Double]) { (Array(solver.nonlinear), Array(solver.linear)) }

    /// Fits `intensities` (in the window) from `start`, with `subtracted` as the background that is subtracted first.
    ///
    /// Weights are those of the options; where they come from the fit they are iterated, unless `keepsWeights`.
    mutating func refit(
        _ intensities: [Double], subtracted: [Double]? = nil, from start: Start, pull: Pull? = nil,
        keepsWeights: Bool = false
    ) throws -> Result {
        let subtracted = subtracted ?? fitter.subtracted
        let hasConverged = try solve(
            intensities, subtracted: subtracted, from: start, pull: pull, keepsWeights: keepsWeights)
        let solution = solver.solution(end)
        if solution.evaluations > 1 {
            // The solver may have looked at worse points after the best one.
            _ = problem.base.expected(theta: solution.nonlinear, coefficients: solution.linear)
        }
        let expected = expected(subtracted)
        return Result(
            solution: solution, expected: expected, variances: variances,
            statistic: statistic(intensities, expected, variances: variances, keepsWeights: keepsWeights)
                + priorChi2(solution),
            hasConverged: hasConverged)
    }

    /// The same without a result: tells whether the refit converged and leaves its parameters in `parameters`.
    mutating func solve(
        _ intensities: [Double], subtracted: [Double], from start: Start, pull: Pull? = nil, keepsWeights: Bool
    ) throws -> Bool {
        let data = problem.base.data, weights = problem.base.columns.pointWeights
        let gain = fitter.data.gain
        problem.pull = pull
        variances = start.variances
        let areMeasured = fitter.variances == nil && fitter.options.weighting == .dataCounts
        for i in intensities.indices {
            data[i] = intensities[i] - subtracted[i]
            if areMeasured { variances[i] = max(intensities[i], gain) * gain }
            weights[i] = 1 / variances[i]
        }
        let options = SeparableOptions(tolerance: tolerance, maximumEvaluations: fitter.options.maximumEvaluations)
        for (j, value) in start.nonlinear.enumerated() { theta[j] = value }
        end = try theta.withUnsafeBufferPointer { try solver.run(&problem, start: $0, options: options) }
        guard fitter.iteratesWeights, !keepsWeights else { return end.outcome == .converged }
        for round in 0..<60 {
            let residuals = problem.base.columns.lastResiduals
            for i in intensities.indices {
                let expected = data[i] - residuals[i] + subtracted[i]
                let next = max(expected, PeakFitter.fewestCounts * gain) * gain
                // A model far from the data can make weights swing to and fro; half steps still them.
                variances[i] = round < 6 ? next : (variances[i] * next).squareRoot()
                weights[i] = 1 / variances[i]
            }
            for j in theta.indices { theta[j] = solver.nonlinear[j] }
            end = try theta.withUnsafeBufferPointer { try solver.run(&problem, start: $0, options: options) }
            if end.evaluations == 1 || end.outcome != .converged { return end.outcome == .converged }
        }
        return false
    }

    private func expected(_ subtracted: [Double]) -> [Double] {
        var expected = problem.base.expected()
        for i in expected.indices { expected[i] += subtracted[i] }
        return expected
    }

    private func priorChi2(_ solution: SeparableSolution) -> Double {
        model.priors.reduce(0) { sum, prior in
            let factor = prior.linearIndex.map { solution.linear[$0] } ?? 1
            let deviation = (prior.mean - prior.expression.value(solution.nonlinear) * factor) / prior.sigma
            return sum + deviation * deviation
        }
    }

    /// Poisson's deviance where weights come from the fit, which then is that of maximum likelihood; else chi squared.
    private func statistic(
        _ intensities: [Double], _ expected: [Double], variances: [Double], keepsWeights: Bool
    ) -> Double {
        guard fitter.iteratesWeights, !keepsWeights else {
            var sum = 0.0
            for i in intensities.indices {
                let residual = intensities[i] - expected[i]
                sum += residual * residual / variances[i]
            }
            return sum
        }
        let gain = fitter.data.gain
        var sum = 0.0
        for i in intensities.indices {
            let counts = intensities[i] / gain, mean = expected[i] / gain
            if mean < PeakFitter.fewestCounts {
                // Continued with the curvature that the weights have there.
                sum += (counts - mean) * (counts - mean) / PeakFitter.fewestCounts
            } else {
                sum += 2 * (mean - counts + (counts > 0 ? counts * log(counts / mean) : 0))
            }
        }
        return sum
    }
}
