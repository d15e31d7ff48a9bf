import Spectra
import SpectralMath

/// The numbers of a fit, and nothing that can be made from them: what fitting a hundred thousand spectra leaves behind.
///
/// Names, components with uncertainties and the table of parameters are computed when asked for. What else a `PeakFit`
/// has, curves, findings and all that refits, comes from `PreparedPeakModel.peakFit(_:variances:)`.
public struct CompactFit: Sendable {
    /// The model that was fitted.
    public let prepared: PreparedPeakModel
    /// The free parameters in the order of `PreparedPeakModel.parameterNames`.
    public let values: [Double]
    /// Row-major covariance of the free parameters as in `FittedParameters`; `nil` where the data do not determine it.
    public let covariance: [Double]?
    /// The indices of the free parameters that ended on a bound.
    public let atBound: [Int]
    /// The weighted sum of squared residuals.
    public let chi2: Double
    /// The number of points in the window.
    public let points: Int
    /// How the fit ended.
    let ending: Ending

    /// How a fit ended.
    struct Ending: Sendable, Hashable {
        var outcome: SeparableOutcome
        var weightsConverged: Bool
        var evaluations: Int
        var starts: Int

        /// Whether it converged, and in words what ended it.
        func convergence(isDetermined: Bool) -> Convergence {
            let reason: String
            if outcome != .converged {
                reason = outcome.rawValue
            } else if !weightsConverged {
                reason = "the weights did not settle"
            } else if !isDetermined {
                reason = "the data do not determine all parameters: some can be exchanged for others without a trace"
            } else {
                reason = "no step of the fit would lower chi squared noticeably"
            }
            return Convergence(
                converged: outcome == .converged && isDetermined && weightsConverged, reason: reason,
                evaluations: evaluations, starts: starts)
        }
    }

    /// The number of parameters estimated from the data, background included.
    public var freeParameters: Int { values.count }
    /// Points minus free parameters, at least 1.
    public var degreesOfFreedom: Int { max(1, points - values.count) }
    /// `chi2` per degree of freedom.
    public var reducedChi2: Double { chi2 / Double(degreesOfFreedom) }

    /// Whether the fit converged, and why not where it did not.
    public var convergence: Convergence { ending.convergence(isDetermined: covariance != nil) }

    /// The free parameters with names and covariance.
    public var parameters: FittedParameters {
        FittedParameters(
            names: prepared.parameterNames, values: values,
            covariance: covariance ?? [Double](repeating: 0, count: values.count * values.count),
            atBound: atBound.map { prepared.parameterNames[$0] })
    }

    /// The components in the order of the model, with their uncertainties.
    public var components: [FittedComponent] { solved.components() }

    private var solved: SolvedModel {
        let model = prepared.resolved
        let all = model.nonlinear + model.linear
        var complete = all.map(\.bounds.lowerBound)
        var isHeld = all.map { _ in true }
        for (place, index) in prepared.free.enumerated() {
            complete[index] = values[place]
            isHeld[index] = false
        }
        for place in atBound { isHeld[prepared.free[place]] = true }
        let full = covariance.map { own in
            var full = [Double](repeating: 0, count: all.count * all.count)
            for (i, row) in prepared.free.enumerated() {
                for (j, column) in prepared.free.enumerated() {
                    full[row * all.count + column] = own[i * prepared.free.count + j]
                }
            }
            return full
        }
        return SolvedModel(
            model: model, nonlinear: Array(complete.prefix(model.nonlinear.count)),
            linear: Array(complete.dropFirst(model.nonlinear.count)), isHeld: isHeld, covariance: full,
            calibration: prepared.requested)
    }
}
