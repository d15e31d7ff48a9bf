import Spectra

// A result is made by fitting. Programs that draw or compare what an earlier run wrote put it together again from the
// document; such a result prints and plots like any other, but cannot be repeated.

extension PeakFit {
    /// A result that was stored, from its parts. It lacks the spectrum it was fitted to, so that uncertainties by
    /// refitting throw `FitError.uncertainty`.
    public init(
        named spectrumName: String, level: CoreLevel?, unit: IntensityUnit, effectiveModel: PeakModel,
        window: ClosedRange<Double>, calibration: AppliedCalibration, background: FittedBackground,
        components: [FittedComponent], parameters: FittedParameters, statistics: FitStatistics,
        convergence: Convergence, findings: [Finding], curves: FitCurves
    ) {
        self.spectrumName = spectrumName
        self.level = level
        self.unit = unit
        self.effectiveModel = effectiveModel
        self.window = window
        self.calibration = calibration
        self.background = background
        self.components = components
        self.parameters = parameters
        self.statistics = statistics
        self.convergence = convergence
        self.findings = findings
        self.curves = curves
        workings = nil
    }
}

extension AppliedCalibration {
    /// A shift (eV, added to measured energies) with what it rests on.
    public init(appliedShift shift: Measured, reference: String) {
        self.shift = shift
        self.reference = reference
    }
}

extension FittedBackground {
    /// The background of `kind` with its parameters under their names in results.
    public init(storedKind kind: String, isFitted: Bool, parameters: [NamedMeasurement]) {
        self.kind = kind
        self.isFitted = isFitted
        self.parameters = parameters
    }
}

extension NamedMeasurement {
    /// `quantity` under `name`.
    public init(_ name: String, _ quantity: Measured) {
        self.name = name
        self.quantity = quantity
    }
}

extension FittedComponent {
    /// A component with the quantities that every line has; those of doublets and of shapes are set afterwards.
    public init(
        named name: String, level: CoreLevel?, line: String, shape: String, position: Measured, fwhm: Measured,
        trueFWHM: Measured, area: Measured, fraction: Measured
    ) {
        self.name = name
        self.level = level
        self.line = line
        self.shape = shape
        self.position = position
        self.fwhm = fwhm
        self.trueFWHM = trueFWHM
        self.area = area
        self.fraction = fraction
    }
}

extension FitCurves {
    /// The data in the window and the curves of a fit, binding energies (eV) ascending, all columns of one length.
    public init(
        storedEnergies bindingEnergies: [Double], intensities: [Double], standardDeviations: [Double],
        background: [Double], envelope: [Double], components: [NamedColumn]
    ) {
        self.bindingEnergies = bindingEnergies
        self.intensities = intensities
        self.standardDeviations = standardDeviations
        self.background = background
        self.envelope = envelope
        self.components = components
    }
}
