import Spectra
import SpectralMath

/// The result of fitting one model to a series of spectra.
public struct SeriesFit: Sendable {
    /// The name that the spectra share.
    public var name: String
    /// What changes from spectrum to spectrum.
    public var variable: SeriesVariable
    /// The values of the variable, one for each spectrum.
    public var values: [Double]
    /// The fits, one for each spectrum. In a joint fit their uncertainties are those of the joint fit.
    public var fits: [PeakFit]
    /// Whether the spectra were fitted as one least-squares problem with shared parameters.
    public var isJoint: Bool
    /// The parameters that the spectra share, with their covariance; none in independent fits.
    public var shared: FittedParameters
    /// How well the model describes all data.
    public var statistics: SeriesStatistics
    /// Whether the fit converged; for independent fits whether all did.
    public var convergence: Convergence
    /// What was known beforehand of the steps of the shift, and how they came out; `nil` for free shifts.
    public var shiftSteps: ShiftSteps?
    /// Whether the spectra agree on what they share; `nil` for independent fits.
    public var agreement: SharingTest?
    /// What a person should know about the series; the fits have findings of their own.
    public var findings: [Finding]
    /// How the parameters of single spectra hang together through the shared ones.
    var coupling: BorderedSolution?
}

/// How well a model describes the spectra of a series.
public struct SeriesStatistics: Sendable, Hashable {
    /// The number of points of all spectra.
    public var points: Int
    /// The number of parameters estimated from the data; shared ones count once.
    public var freeParameters: Int
    /// The weighted sum of squared residuals; steps of a smooth shift are part of it.
    public var chi2: Double
    /// `chi2` per degree of freedom; steps of a smooth shift count as points.
    public var reducedChi2: Double
}

/// The steps of a shift that is known to change little from spectrum to spectrum.
public struct ShiftSteps: Sendable, Hashable {
    /// The standard deviation in eV of a step over the usual distance between neighbours.
    public var standardDeviation: Double
    /// The usual distance between neighbours: the median, in the unit of the variable.
    public var distance: Double
    /// The number of steps.
    public var count: Int
    /// The sum of squares of the fitted steps in units of their standard deviations; no larger than `count`, give or
    /// take chance, where the statement holds.
    public var chi2: Double
}

/// Whether spectra agree on the parameters that they share: by how much chi squared grows when they must.
public struct SharingTest: Sendable, Hashable {
    /// Chi squared of the joint fit minus that of independent fits.
    public var increase: Double
    /// How many parameters fewer the joint fit has, steps of a smooth shift included: what the increase is on average where the spectra agree.
    public var degreesOfFreedom: Int
    /// The probability of such an increase or a larger one where they agree.
    public var probability: Double
}

extension SeriesFit {
    /// The components of the model, in its order.
    public var componentNames: [String] { fits.first?.components.map(\.name) ?? [] }

    /// A quantity against the variable, with the covariance between spectra.
    ///
    /// Throws `FitError.noSuchQuantity` for a component that the model does not have.
    public func track(_ quantity: SeriesQuantity) throws -> SeriesTrack {
        let count = fits.count
        var values = [Double](repeating: 0, count: count)
        var covariance = [Double](repeating: 0, count: count * count)
        var gradients: [[Double]] = []
        for (index, fit) in fits.enumerated() {
            guard let workings = fit.workings else {
                throw FitError.uncertainty("the fit of \"\(fit.spectrumName)\" carries no covariance")
            }
            let form = try QuantityForm(quantity, in: workings.fitter.model)
            let solution = workings.solution
            values[index] = form.value(solution.nonlinear, solution.linear)
            let gradient = form.gradient(solution.nonlinear, solution.linear)
            if let own = workings.covariance() { covariance[index * count + index] = propagated([gradient], own)[0] }
            if quantity.isEnergy, case .shift(let given) = fit.effectiveModel.calibration {
                let uncertainty = given.standardUncertainty ?? 0
                covariance[index * count + index] += uncertainty * uncertainty
            }
            gradients.append(gradient)
        }
        if let between = coupling?.covariances(betweenQuantitiesWith: gradients) {
            for index in covariance.indices { covariance[index] += between[index] }
        }
        return SeriesTrack(
            quantity: quantity, variable: variable, points: self.values, rawValues: values, covariance: covariance)
    }
}
