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

    /// - Parameters:
    ///   - fitter: the data and options of the fit to repeat.
    ///   - model: takes the place of the fitter's model, over the same parameters, for example with other bounds.
    ///   - tolerance: see `SeparableOptions`.
    init(fitter: PeakFitter, model: ResolvedModel? = nil, tolerance: Double = 1e-7) {
        self.fitter = fitter
        self.model = model ?? fitter.model
        self.tolerance = tolerance
        problem = PulledProblem(model: self.model, energies: fitter.energies, regions: fitter.regions)
        solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
    }

    /// Fits `intensities` (in the window) from `start`, with `subtracted` as the background that is subtracted first.
    ///
    /// Weights are those of the options; where they come from the fit they are iterated, unless `keepsWeights`.
    mutating func refit(
        _ intensities: [Double], subtracted: [Double]? = nil, from start: Start, pull: Pull? = nil,
        keepsWeights: Bool = false
    ) throws -> Result {
        let subtracted = subtracted ?? fitter.subtracted
        var net = intensities
        for i in net.indices { net[i] -= subtracted[i] }
        problem.pull = pull
        var variances = start.variances
        if fitter.variances == nil, fitter.options.weighting == .dataCounts {
            let gain = fitter.data.gain
            variances = intensities.map { max($0, gain) * gain }
        }
        problem.base.setData(net, weights: variances.map { 1 / $0 })
        let options = SeparableOptions(tolerance: tolerance, maximumEvaluations: fitter.options.maximumEvaluations)
        var solution = try solver.minimize(&problem, start: start.nonlinear, options: options)
        var hasConverged = solution.outcome == .converged
        if fitter.iteratesWeights, !keepsWeights {
            hasConverged = false
            for round in 0..<60 {
                let next = fitter.poissonVariances(expected: expected(subtracted))
                // A model far from the data can make weights swing to and fro; half steps still them.
                variances = round < 6 ? next : zip(variances, next).map { ($0 * $1).squareRoot() }
                problem.base.setData(net, weights: variances.map { 1 / $0 })
                solution = try solver.minimize(&problem, start: solution.nonlinear, options: options)
                if solution.evaluations == 1 || solution.outcome != .converged {
                    hasConverged = solution.outcome == .converged
                    break
                }
            }
        }
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
