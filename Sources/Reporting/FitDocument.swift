import Photoemission
import Spectra

/// A fit as a JSON document of the schema `interphase.fit/1`.
///
/// Quantities with uncertainties are `{"value": x, "u": y}`; `u` is `null` where no uncertainty is known. A number that
/// does not exist or is not finite is `null`. Keys are never renamed and always come in the same order; programs should
/// ignore keys they do not know. Binding energies are in eV after calibration, areas in the unit of the intensities
/// times eV, fractions 0 ... 1.
public struct FitDocument: Sendable {
    /// The name and version of the schema.
    public static let schema = "interphase.fit/1"

    /// The fit.
    public var fit: PeakFit
    /// Where the data came from and how the fit is repeated.
    public var provenance: FitProvenance
    /// Whether data and curves are part of the document.
    public var includesCurves: Bool
    /// What was computed beyond the fit.
    public var supplement: FitSupplement

    /// A document of `fit`.
    public init(
        _ fit: PeakFit, provenance: FitProvenance = FitProvenance(), includesCurves: Bool = false,
        supplement: FitSupplement = FitSupplement()
    ) {
        self.fit = fit
        self.provenance = provenance
        self.includesCurves = includesCurves
        self.supplement = supplement
    }

    /// The document as text.
    public var json: String { value.document }

    /// Writes the document to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws {
        try AtomicFile.write(json, to: path)
    }

    var value: JSONText {
        var members: [(String, JSONText)] = [
            ("schema", .string(Self.schema)),
            ("software", software),
            ("source", source),
            ("level", .optional(fit.level?.description)),
            ("unit", .string(fit.unit.rawValue)),
            ("window_eV", .numbers([fit.window.lowerBound, fit.window.upperBound])),
            (
                "calibration",
                .object([
                    ("shift_eV", .quantity(fit.calibration.shift)), ("reference", .string(fit.calibration.reference)),
                ])
            ),
            ("convergence", convergence),
            ("background", background),
            ("components", .array(fit.components.map(component))),
            ("statistics", statistics),
            ("parameters", parameters),
            ("findings", .findings(fit.findings)),
            ("effective_recipe", .optional(provenance.effectiveRecipe)),
            ("command", .optional(provenance.command)),
        ]
        members += supplement.members
        if includesCurves { members.append(("curves", curves)) }
        return .object(members)
    }

    private var software: JSONText {
        .object([("name", .string("interphase")), ("version", .optional(provenance.softwareVersion))])
    }

    private var source: JSONText {
        .object([
            ("file", .optional(provenance.source?.file)),
            ("spectrum", .string(provenance.source?.spectrum ?? fit.spectrumName)),
            ("sha256", .optional(provenance.source?.sha256)),
            ("photon_energy_eV", fit.photonEnergy.map(JSONText.number) ?? .null),
            ("seconds_per_channel", fit.secondsPerChannel.map(JSONText.number) ?? .null),
        ])
    }

    private var convergence: JSONText {
        .object([
            ("converged", .boolean(fit.convergence.converged)), ("reason", .string(fit.convergence.reason)),
            ("evaluations", .integer(fit.convergence.evaluations)), ("starts", .integer(fit.convergence.starts)),
        ])
    }

    private var background: JSONText {
        .object([
            ("kind", .string(fit.background.kind)), ("fitted", .boolean(fit.background.isFitted)),
            (
                "parameters",
                .uniquelyNamed(fit.background.parameters.map { ($0.name, .quantity($0.quantity)) })
            ),
        ])
    }

    private func component(_ component: FittedComponent) -> JSONText {
        .object([
            ("name", .string(component.name)), ("level", .optional(component.level?.description)),
            ("line", .string(component.line)), ("shape", .string(component.shape)),
            ("position_eV", .quantity(component.position)), ("fwhm_eV", .quantity(component.fwhm)),
            ("fwhm_true_eV", .quantity(component.trueFWHM)), ("area", .quantity(component.area)),
            ("fraction", .quantity(component.fraction)), ("splitting_eV", .quantity(component.splitting)),
            ("area_ratio", .quantity(component.areaRatio)), ("width_ratio", .quantity(component.widthRatio)),
            (
                "shape_parameters",
                .uniquelyNamed(component.shapeParameters.map { ($0.name, .quantity($0.quantity)) })
            ),
        ])
    }

    private var statistics: JSONText {
        let statistics = fit.statistics
        return .object([
            ("points", .integer(statistics.points)), ("free_parameters", .integer(statistics.freeParameters)),
            ("chi2", .number(statistics.chi2)), ("reduced_chi2", .number(statistics.reducedChi2)),
            ("abbe", .number(statistics.abbe)), ("residual_std", .number(statistics.residualStandardDeviation)),
            ("weighting", .string(statistics.weighting)),
        ])
    }

    private var parameters: JSONText {
        let parameters = fit.parameters
        let matrix = ParameterMatrix(parameters)
        let rows = parameters.names.indices
        return .object([
            ("names", .array(parameters.names.map(JSONText.string))), ("values", .numbers(parameters.values)),
            (
                "covariance",
                .array(rows.map { row in .numbers(rows.map { matrix.covariance(row, $0) ?? .nan }) })
            ),
            (
                "correlation",
                .array(rows.map { row in .numbers(rows.map { matrix.correlation(row, $0) ?? .nan }) })
            ),
            ("at_bound", .array(parameters.atBound.map(JSONText.string))),
        ])
    }

    private var curves: JSONText {
        let curves = fit.curves
        return .object([
            ("binding_energy_eV", .numbers(curves.bindingEnergies)), ("counts", .numbers(curves.intensities)),
            ("standard_deviation", .numbers(curves.standardDeviations)),
            ("background", .numbers(curves.background)), ("envelope", .numbers(curves.envelope)),
            ("components", .uniquelyNamed(curves.components.map { ($0.name, .numbers($0.values)) })),
            ("residual", .numbers(curves.residuals)),
        ])
    }
}

/// The covariance of the parameters of a fit by index, safe for a matrix that lacks rows.
struct ParameterMatrix {
    let parameters: FittedParameters

    init(_ parameters: FittedParameters) { self.parameters = parameters }

    func covariance(_ row: Int, _ column: Int) -> Double? {
        let index = row * parameters.names.count + column
        return parameters.covariance.indices.contains(index) ? parameters.covariance[index] : nil
    }

    /// The correlation coefficient; `nil` where one of the two has no variance.
    func correlation(_ row: Int, _ column: Int) -> Double? {
        guard let first = covariance(row, row), let second = covariance(column, column), first > 0, second > 0,
            let both = covariance(row, column)
        else { return nil }
        // Roots first: the product of two small variances may underflow.
        let coefficient = both / first.squareRoot() / second.squareRoot()
        return coefficient.isFinite ? min(max(coefficient, -1), 1) : nil
    }

    /// The standard uncertainty of a parameter; `nil` where it has none.
    func uncertainty(_ row: Int) -> Double? {
        covariance(row, row).flatMap { $0 > 0 ? $0.squareRoot() : nil }
    }
}
