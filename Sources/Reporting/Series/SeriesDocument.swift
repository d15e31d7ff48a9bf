import Photoemission
import Spectra

/// A series as a JSON document of the schema `interphase.series/1`: `{"value": x, "u": y}` for quantities, keys always
/// in the same order, never renamed.
public struct SeriesDocument: Sendable {
    /// The name and version of the schema.
    public static let schema = "interphase.series/1"

    /// The series with the quantities to write.
    public var table: SeriesTable
    /// The files of the spectra, in order.
    public var sources: [FitSource]
    /// The recipe with every default written out.
    public var effectiveRecipe: String?
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the document again.
    public var command: String?

    /// A document of `table`.
    public init(
        _ table: SeriesTable, sources: [FitSource] = [], effectiveRecipe: String? = nil,
        softwareVersion: String? = nil, command: String? = nil
    ) {
        self.table = table
        self.sources = sources
        self.effectiveRecipe = effectiveRecipe
        self.softwareVersion = softwareVersion
        self.command = command
    }

    private var fit: SeriesFit { table.fit }

    /// The document as text.
    public var json: String {
        JSONText.object([
            ("schema", .string(Self.schema)),
            ("software", .object([("name", .string("interphase")), ("version", .optional(softwareVersion))])),
            (
                "sources",
                .array(
                    sources.map {
                        .object([
                            ("file", .string($0.file)), ("spectrum", .string($0.spectrum)),
                            ("sha256", .optional($0.sha256)),
                        ])
                    })
            ),
            (
                "variable",
                .object([("name", .string(fit.variable.name)), ("unit", .string(fit.variable.unit))])
            ),
            ("values", .numbers(fit.values)), ("joint", .boolean(fit.isJoint)),
            ("tracks", .array(table.tracks.map(track))),
            ("spectra", .array(zip(fit.values, fit.fits).map(spectrum))), ("shared", shared),
            ("statistics", statistics),
            (
                "convergence",
                .object([
                    ("converged", .boolean(fit.convergence.converged)), ("reason", .string(fit.convergence.reason)),
                    ("evaluations", .integer(fit.convergence.evaluations)),
                ])
            ),
            ("findings", .findings(fit.findings)), ("effective_recipe", .optional(effectiveRecipe)),
            ("command", .optional(command)),
        ]).document
    }

    private func track(_ track: SeriesTrack) -> JSONText {
        let change = track.change(from: 0, to: track.values.count - 1)
        return .object([
            ("quantity", .string(track.quantity.description)), ("name", .string(SeriesTable.title(of: track, in: fit))),
            ("species", .optional(track.quantity.species)),
            (
                "kind", .optional(SeriesPlot.Shown.allCases.first { $0.includes(track.quantity) }?.rawValue)
            ),
            ("unit", .string(SeriesTable.unit(of: track.quantity, in: fit))),
            ("values", .array(track.values.map { .quantity($0) })),
            (
                "change",
                change.map {
                    .object([
                        ("from", .number($0.from)), ("to", .number($0.to)), ("difference", .quantity($0.difference)),
                        ("p", $0.probability.map(JSONText.number) ?? .null),
                    ])
                } ?? .null
            ),
        ])
    }

    private func spectrum(_ value: Double, _ fit: PeakFit) -> JSONText {
        .object([
            ("at", .number(value)), ("spectrum", .string(fit.spectrumName)),
            ("shift_eV", .quantity(fit.calibration.shift)),
            ("reduced_chi2", .number(fit.statistics.reducedChi2)), ("converged", .boolean(fit.convergence.converged)),
            (
                "components",
                .array(
                    fit.components.map {
                        .object([
                            ("name", .string($0.name)), ("position_eV", .quantity($0.position)),
                            ("fwhm_eV", .quantity($0.fwhm)), ("area", .quantity($0.area)),
                            ("fraction", .quantity($0.fraction)),
                        ])
                    })
            ),
            ("findings", .findings(fit.findings)),
        ])
    }

    private var shared: JSONText {
        let names = fit.shared.names
        return .object([
            ("names", .array(names.map(JSONText.string))), ("values", .numbers(fit.shared.values)),
            (
                "covariance",
                .array(
                    names.indices.map { row in
                        .numbers(Array(fit.shared.covariance[(row * names.count)..<((row + 1) * names.count)]))
                    })
            ),
            ("at_bound", .array(fit.shared.atBound.map(JSONText.string))),
            (
                "agreement",
                fit.agreement.map {
                    .object([
                        ("chi2_increase", .number($0.increase)), ("degrees_of_freedom", .integer($0.degreesOfFreedom)),
                        ("p", .number($0.probability)),
                    ])
                } ?? .null
            ),
        ])
    }

    private var statistics: JSONText {
        .object([
            ("points", .integer(fit.statistics.points)), ("free_parameters", .integer(fit.statistics.freeParameters)),
            ("chi2", .number(fit.statistics.chi2)), ("reduced_chi2", .number(fit.statistics.reducedChi2)),
            (
                "shift_steps",
                fit.shiftSteps.map {
                    .object([
                        ("standard_deviation_eV", .number($0.standardDeviation)), ("distance", .number($0.distance)),
                        ("count", .integer($0.count)),
                        ("chi2", .number($0.chi2)),
                    ])
                } ?? .null
            ),
        ])
    }
}
