import Diffraction
import Foundation
import Spectra

extension RefinementTable {
    /// The phases as comma-separated values, every quantity with its standard uncertainty in the column after it.
    public var csv: String {
        var header = ["phase", "formula"]
        for name in [
            "weight_fraction", "a_A", "b_A", "c_A", "alpha_deg", "beta_deg", "gamma_deg", "volume_A3", "density_g_cm3",
            "scale", "x_deg", "y_deg", "size_A", "microstrain", "texture_r", "overall_B_A2",
        ] { header += [name, "u_\(name)"] }
        header += ["texture_direction", "weight_fraction_by_reference_ratio", "reference_intensity_ratio", "r_bragg"]
        var lines = [header.joined(separator: ",")]
        for phase in refinement.phases {
            let cell = phase.cell, u = phase.cellUncertainties
            var cells = [TableText.csvCell(phase.name), TableText.csvCell(phase.formula)]
            func add(_ quantity: Measured?) {
                cells += [TableText.exact(quantity?.value), TableText.exact(quantity?.standardUncertainty)]
            }
            add(phase.weightFraction)
            for (k, value) in [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma].enumerated() {
                add(Measured(value, standardUncertainty: u.flatMap { $0[k] > 0 ? $0[k] : nil }))
            }
            for quantity in [
                phase.volume, phase.density, phase.scale, phase.sizeWidth, phase.strainWidth, phase.size,
                phase.microstrain, phase.texture, phase.overallB,
            ] { add(quantity) }
            cells += [
                phase.textureDirection?.description ?? "", TableText.exact(phase.referenceRatioFraction),
                TableText.exact(phase.referenceIntensityRatio), TableText.exact(phase.braggR),
            ]
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Data, model, background and the curve of each phase at each point.
    public var curvesCSV: String {
        let curve = refinement.curve
        let names = refinement.phases.map { TableText.csvCell($0.name) }
        var lines = [
            (["two_theta_deg", "intensity", "u_intensity", "calculated", "background", "residual_sigma"] + names)
                .joined(separator: ",")
        ]
        for (i, residual) in refinement.normalizedResiduals.enumerated() {
            let values =
                [
                    curve.twoTheta[i], curve.intensities[i], refinement.variances[i].squareRoot(),
                    refinement.calculated[i], refinement.background[i], residual,
                ] + refinement.phases.map { $0.curve[i] }
            lines.append(values.map(TableText.exact).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// All reflections with observed and calculated intensities.
    public var reflectionsCSV: String {
        var lines = ["phase,h,k,l,d_A,two_theta_deg,observed,u_observed,calculated"]
        for phase in refinement.phases {
            for reflection in phase.reflections {
                let index = reflection.index
                let numbers = [
                    reflection.spacing, reflection.twoTheta, reflection.observed.value,
                    reflection.observed.standardUncertainty, reflection.calculated,
                ]
                lines.append(
                    ([TableText.csvCell(phase.name), "\(index.h)", "\(index.k)", "\(index.l)"]
                        + numbers.map { TableText.exact($0) }).joined(separator: ","))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A refinement as a JSON document of the schema `interphase.refine/1`.
public struct RefinementDocument: Sendable {
    /// The name and version of the schema.
    public static let schema = "interphase.refine/1"

    /// What is written.
    public var table: RefinementTable
    /// The file of the pattern.
    public var file: String
    /// Whether data and curves are in it.
    public var includesCurves: Bool
    /// The unit of the intensities.
    public var unit: IntensityUnit
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the document again.
    public var command: String?

    /// A document of `table`.
    public init(
        _ table: RefinementTable, file: String, includesCurves: Bool = false, unit: IntensityUnit = .arbitrary,
        softwareVersion: String? = nil, command: String? = nil
    ) {
        self.unit = unit
        self.table = table
        self.file = file
        self.includesCurves = includesCurves
        self.softwareVersion = softwareVersion
        self.command = command
    }

    /// The document as text.
    public var json: String {
        var members: [(String, JSONText)] = [
            ("schema", .string(Self.schema)),
            ("software", .object([("name", .string("interphase")), ("version", .optional(softwareVersion))])),
            ("pattern", pattern),
        ]
        members += Self.members(table)
        if includesCurves { members.append(("curves", curves)) }
        members.append(("command", .optional(command)))
        return JSONText.object(members).document
    }

    private var pattern: JSONText {
        let refinement = table.refinement
        return .object([
            ("file", .string(file)), ("wavelength_A", .number(refinement.emission.primary.wavelength)),
            ("radiation", .string(refinement.emission.name)), ("points", .integer(refinement.curve.count)),
            ("noise", .string(refinement.curve.noise.rawValue)),
        ])
    }

    private var curves: JSONText {
        let refinement = table.refinement
        return .object([
            ("unit", .string(unit.rawValue)), ("two_theta_deg", .numbers(refinement.curve.twoTheta)),
            ("intensity", .numbers(refinement.curve.intensities)), ("calculated", .numbers(refinement.calculated)),
            ("background", .numbers(refinement.background)),
            ("residual_sigma", .numbers(refinement.normalizedResiduals)),
            ("phases", .uniquelyNamed(refinement.phases.map { ($0.name, .numbers($0.curve)) })),
        ])
    }

    /// What is said of one refinement, alone or within a series.
    static func members(_ table: RefinementTable) -> [(String, JSONText)] {
        let refinement = table.refinement
        let statistics = refinement.statistics
        var members: [(String, JSONText)] = [
            ("intensities", .string(refinement.options.intensities.rawValue)),
            ("phases", .array(refinement.phases.map(phase))),
            (
                "instrument",
                .object(
                    refinement.corrections.map { ("\($0.kind.rawValue)_deg", .quantity($0.value)) } + [
                        ("axial_divergence", .quantity(refinement.axialDivergence)),
                        ("u_deg2", .number(refinement.widths.u)), ("v_deg2", .number(refinement.widths.v)),
                        ("w_deg2", .number(refinement.widths.w)),
                        ("widths_held", .boolean(refinement.options.instrument != nil)),
                    ])
            ),
            (
                "statistics",
                .object([
                    ("Rwp", .number(statistics.weightedProfileR)), ("Rexp", .number(statistics.expectedR)),
                    ("Rp", .number(statistics.profileR)),
                    ("Rwp_without_background", .number(statistics.weightedProfileRWithoutBackground)),
                    ("gof", .number(statistics.goodnessOfFit)), ("chi2", .number(statistics.chi2)),
                    ("reduced_chi2", .number(statistics.reducedChi2)), ("points", .integer(statistics.points)),
                    ("free_parameters", .integer(statistics.parameters)),
                    ("serial_correlation_factor", .number(statistics.correlation.factor)),
                    ("durbin_watson", .number(statistics.correlation.durbinWatson)),
                ])
            ),
        ]
        members += extras(table)
        let names = refinement.correlations.names
        members.append(
            (
                "correlations",
                .object([
                    ("names", .array(names.map(JSONText.string))),
                    ("matrix", .array(refinement.correlations.matrix.map(JSONText.numbers))),
                ])
            ))
        members.append(
            (
                "convergence",
                .object([
                    ("converged", .boolean(refinement.converged)), ("evaluations", .integer(refinement.evaluations)),
                ])
            ))
        members.append(("findings", .findings(refinement.findings)))
        return members
    }

    private static func extras(_ table: RefinementTable) -> [(String, JSONText)] {
        let reports = table.refinement.layeredOxides
        var members: [(String, JSONText)] = []
        if !reports.isEmpty { members.append(("layered_oxides", .array(reports.map(layered)))) }
        if let amorphous = table.amorphous {
            func list(_ fractions: [(name: String, fraction: Measured)]) -> JSONText {
                .uniquelyNamed(fractions.map { ($0.name, .quantity($0.fraction)) })
            }
            members.append(
                (
                    "internal_standard",
                    .object([
                        ("standard", .string(amorphous.standard)),
                        ("fraction", .quantity(amorphous.standardFraction)),
                        ("in_specimen", list(amorphous.inSpecimen)),
                        ("amorphous_in_specimen", .quantity(amorphous.amorphousInSpecimen)),
                        ("in_sample", list(amorphous.inSample)),
                        ("amorphous_in_sample", .quantity(amorphous.amorphousInSample)),
                    ])
                ))
        }
        if let correction = table.microabsorption {
            members.append(
                (
                    "microabsorption",
                    .object([
                        ("valid", .boolean(correction.isValid)),
                        ("mean_absorption_per_cm", .number(correction.meanAbsorption)),
                        (
                            "phases",
                            .array(
                                correction.phases.map {
                                    .object([
                                        ("name", .string($0.name)), ("absorption_per_cm", .number($0.absorption)),
                                        ("diameter_um", .number($0.diameter)), ("mu_D", .number($0.coarseness)),
                                        ("contrast", .number($0.contrast)), ("tau", .number($0.absorptionFactor)),
                                        ("weight_fraction", .quantity($0.weightFraction)),
                                    ])
                                })
                        ),
                    ])
                ))
        }
        return members
    }

    static func layered(_ report: LayeredOxideReport) -> JSONText {
        .object([
            ("name", .string(report.name)), ("c_over_a", .quantity(report.axialRatio)),
            ("I003_over_I104", .quantity(report.intensityRatio)),
            ("splitting_006_012_deg", .quantity(report.splitting006)),
            ("splitting_018_110_deg", .quantity(report.splitting108)),
        ])
    }

    private static func phase(_ phase: RefinedPhase) -> JSONText {
        let cell = phase.cell
        func parameter(_ value: Double, _ k: Int) -> JSONText {
            .quantity(Measured(value, standardUncertainty: phase.cellUncertainties.flatMap { $0[k] > 0 ? $0[k] : nil }))
        }
        return .object([
            ("name", .string(phase.name)), ("formula", .string(phase.formula)),
            ("weight_fraction", .quantity(phase.weightFraction)),
            (
                "cell",
                .object([
                    ("a", parameter(cell.a, 0)), ("b", parameter(cell.b, 1)), ("c", parameter(cell.c, 2)),
                    ("alpha", parameter(cell.alpha, 3)), ("beta", parameter(cell.beta, 4)),
                    ("gamma", parameter(cell.gamma, 5)), ("volume", .quantity(phase.volume)),
                ])
            ), ("density_g_cm3", .quantity(phase.density)), ("scale", .quantity(phase.scale)),
            ("x_deg", .quantity(phase.sizeWidth)), ("y_deg", .quantity(phase.strainWidth)),
            ("size_A", .quantity(phase.size)), ("microstrain", .quantity(phase.microstrain)),
            ("texture_r", .quantity(phase.texture)),
            ("texture_direction", .optional(phase.textureDirection?.description)),
            ("overall_B_A2", .quantity(phase.overallB)), ("R_Bragg", .number(phase.braggR)),
            ("reference_intensity_ratio", phase.referenceIntensityRatio.map(JSONText.number) ?? .null),
            ("weight_fraction_by_reference_ratio", phase.referenceRatioFraction.map(JSONText.number) ?? .null),
            (
                "reflections",
                .array(
                    phase.reflections.map {
                        .object([
                            ("hkl", .array([.integer($0.index.h), .integer($0.index.k), .integer($0.index.l)])),
                            ("d_A", .number($0.spacing)), ("two_theta_deg", .number($0.twoTheta)),
                            ("observed", .quantity($0.observed)), ("calculated", .number($0.calculated)),
                        ])
                    })
            ),
        ])
    }
}
