import Spectra

/// The result of fitting a `PeakModel` to one spectrum: a value that can be printed, encoded, stored and compared.
public struct PeakFit: Sendable {
    /// The name of the spectrum in its file.
    public var spectrumName: String
    /// The level that the model describes, where it describes one.
    public var level: CoreLevel?
    /// The unit of intensities and, times eV, of areas.
    public var unit: IntensityUnit
    /// The model with every default and every start value written out.
    public var effectiveModel: PeakModel
    /// The window that was fitted, binding energy in eV after calibration.
    public var window: ClosedRange<Double>
    /// How the binding energies were referenced.
    public var calibration: AppliedCalibration
    /// The background with its fitted or computed parameters.
    public var background: FittedBackground
    /// The components in the order of the model.
    public var components: [FittedComponent]
    /// The free parameters of the fit with their covariance.
    public var parameters: FittedParameters
    /// How well the model describes the data.
    public var statistics: FitStatistics
    /// Whether the fit converged, and why not where it did not.
    public var convergence: Convergence
    /// What a person should know about this result.
    public var findings: [Finding]
    /// The data and the curves of the fit.
    public var curves: FitCurves
    /// What it takes to repeat the fit; uncertainties by refitting need it.
    var workings: FitWorkings?

    /// The photon energy in eV; `nil` where it is not known.
    public var photonEnergy: Double? { workings?.spectrum.axis.photonEnergy }
    /// The seconds spent on one channel over all sweeps; `nil` where they are not known.
    public var secondsPerChannel: Double? { workings?.spectrum.acquisition.timePerChannel }
}

/// How the binding energies of a fit were referenced: referenced = measured + shift.
public struct AppliedCalibration: Sendable, Hashable {
    /// The shift in eV.
    public var shift: Measured
    /// What it rests on: "none", "given", or "PS4 3- at 161.6 eV".
    public var reference: String
}

/// The background of a fit.
public struct FittedBackground: Sendable, Hashable {
    /// The name of the kind as recipes spell it, "shirley".
    public var kind: String
    /// Whether it was fitted together with the peaks; otherwise it was computed from the data and subtracted first.
    public var isFitted: Bool
    /// Its parameters with their units in their names, such as `constant`, `slope_per_eV`, `shirley_per_eV`.
    public var parameters: [NamedMeasurement]
}

/// A quantity with its name.
public struct NamedMeasurement: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value with its standard uncertainty.
    public var quantity: Measured
}

/// A component of a fit: one line, or one doublet taken as a whole.
public struct FittedComponent: Sendable, Hashable {
    /// The name in the model.
    public var name: String
    /// The core level.
    public var level: CoreLevel?
    /// The line whose position is given, j = l + 1/2 for a doublet: "S 2p3/2".
    public var line: String
    /// The line shape as recipes spell it, "GL(30)".
    public var shape: String
    /// The position of that line: binding energy in eV after calibration.
    public var position: Measured
    /// The full width at half maximum in eV in the convention of the shape (what CasaXPS stores).
    public var fwhm: Measured
    /// The true full width at half maximum in eV of the drawn line.
    public var trueFWHM: Measured
    /// The area over all energies, both lines of a doublet, in intensity unit times eV; for shapes whose area over all
    /// energies is infinite, the area within `LineShape.areaReach` of each line's position.
    public var area: Measured
    /// The share of this component in the summed areas of all components, 0 ... 1.
    public var fraction: Measured
    /// The distance in eV from the line j = l + 1/2 to the line j = l - 1/2; `nil` for a single line.
    public var splitting: Measured?
    /// The area of the line j = l - 1/2 divided by that of j = l + 1/2; `nil` for a single line.
    public var areaRatio: Measured?
    /// The width of the line j = l - 1/2 divided by that of j = l + 1/2 (of the Lorentzian, for shapes with two widths);
    /// `nil` for a single line.
    public var widthRatio: Measured?
    /// Further parameters of the line shape under their names in recipes, such as `gaussian_width` (eV), `mixing` (per
    /// cent) and `asymmetry`; those that are held have no uncertainty.
    public var shapeParameters: [NamedMeasurement] = []
}

/// The free parameters of a fit: names, values, and the covariance of all of them, the background's included.
public struct FittedParameters: Sendable, Hashable {
    /// The names, "PS4 3-.position" or "background.constant".
    public var names: [String]
    /// The values, in the units of the quantities (eV, intensity, intensity times eV).
    public var values: [Double]
    /// Row-major covariance of the parameters. Rows and columns of parameters that ended on a bound are zero: the
    /// data do not determine their uncertainty.
    public var covariance: [Double]
    /// The names of those parameters that ended on a bound.
    public var atBound: [String]

    /// The parameters of a fit.
    public init(names: [String], values: [Double], covariance: [Double], atBound: [String]) {
        self.names = names
        self.values = values
        self.covariance = covariance
        self.atBound = atBound
    }

    /// The correlation coefficient of parameters `first` and `second` by index; `nil` where one has no variance.
    public func correlation(_ first: Int, _ second: Int) -> Double? {
        let count = names.count
        let variances = covariance[first * count + first] * covariance[second * count + second]
        guard variances > 0 else { return nil }
        return covariance[first * count + second] / variances.squareRoot()
    }
}

/// How well a model describes the data.
public struct FitStatistics: Sendable, Hashable {
    /// The number of points in the window.
    public var points: Int
    /// The number of parameters estimated from the data, background included.
    public var freeParameters: Int
    /// The weighted sum of squared residuals.
    public var chi2: Double
    /// `chi2` per degree of freedom, 1 for a perfect model and Poisson statistics.
    public var reducedChi2: Double
    /// Abbe's criterion: 1 for random residuals, towards 0 for structured ones (Hesse et al., Surf. Interface Anal. 36
    /// (2004)).
    public var abbe: Double
    /// The standard deviation of the residuals, in the unit of the intensities.
    public var residualStandardDeviation: Double
    /// The weights: "Poisson, expected counts", "unweighted" ...
    public var weighting: String

    /// The statistics of a fit.
    public init(
        points: Int, freeParameters: Int, chi2: Double, reducedChi2: Double, abbe: Double,
        residualStandardDeviation: Double, weighting: String
    ) {
        self.points = points
        self.freeParameters = freeParameters
        self.chi2 = chi2
        self.reducedChi2 = reducedChi2
        self.abbe = abbe
        self.residualStandardDeviation = residualStandardDeviation
        self.weighting = weighting
    }
}

/// Whether a fit converged.
public struct Convergence: Sendable, Hashable {
    /// Whether the fit ended at a minimum.
    public var converged: Bool
    /// In words what ended it.
    public var reason: String
    /// Evaluations of the model over all starts.
    public var evaluations: Int
    /// The number of starting points tried.
    public var starts: Int

    /// How a fit ended.
    public init(converged: Bool, reason: String, evaluations: Int, starts: Int) {
        self.converged = converged
        self.reason = reason
        self.evaluations = evaluations
        self.starts = starts
    }
}

/// The data in the window and the curves of the fit, in order of rising binding energy.
public struct FitCurves: Sendable, Hashable {
    /// Binding energies in eV after calibration, ascending.
    public var bindingEnergies: [Double]
    /// The measured intensities.
    public var intensities: [Double]
    /// The standard deviation of each intensity that the weights assume.
    public var standardDeviations: [Double]
    /// The background.
    public var background: [Double]
    /// Background plus all components.
    public var envelope: [Double]
    /// Each component alone, without the background, in the order of the model.
    public var components: [NamedColumn]

    /// Measured minus envelope.
    public var residuals: [Double] { zip(intensities, envelope).map { $0 - $1 } }
}
