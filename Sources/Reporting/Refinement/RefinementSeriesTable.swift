import Diffraction
import Foundation
import Spectra

/// A series of refinements as tables: cells, weight fractions and what else is asked for, against the variable.
public struct RefinementSeriesTable: Sendable {
    /// The series.
    public let series: RefinementSeries

    /// A table of `series`.
    public init(_ series: RefinementSeries) { self.series = series }

    /// A quantity along the series.
    struct Track: Sendable {
        /// The phase.
        var phase: String
        /// What it is, with its unit.
        var title: String
        /// The key in comma-separated values and JSON.
        var key: String
        /// One for each pattern; `nil` where it is not known.
        var values: [Measured?]
    }

    private var names: [String] { series.refinements.first?.phases.map(\.name) ?? [] }

    /// The tracks of all phases; edges that symmetry makes equal to others are left out.
    var tracks: [Track] {
        var result: [Track] = []
        for (p, name) in names.enumerated() {
            func add(_ title: String, _ key: String, _ value: (RefinedPhase) -> Measured?) {
                let values = series.refinements.map { value($0.phases[p]) }
                guard values.contains(where: { $0 != nil }) else { return }
                result.append(Track(phase: name, title: title, key: key, values: values))
            }
            add("mass (%)", "mass_percent") { phase in
                phase.weightFraction.map {
                    Measured(100 * $0.value, standardUncertainty: $0.standardUncertainty.map { 100 * $0 })
                }
            }
            for (title, key, k) in Self.freeParameters(series.refinements[0].phases[p].crystalSystem) {
                add(title, key) { phase in
                    let cell = phase.cell
                    let value = [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma][k]
                    let u = phase.cellUncertainties?[k] ?? 0
                    return Measured(value, standardUncertainty: u > 0 ? u : nil)
                }
            }
            add("V (A^3)", "volume_A3") { $0.volume }
        }
        let reports = series.refinements.map(\.layeredOxides)
        for name in names where reports.contains(where: { $0.contains { $0.name == name } }) {
            func add(_ title: String, _ key: String, _ value: (LayeredOxideReport) -> Measured?) {
                let values = reports.map { $0.first { $0.name == name }.flatMap(value) }
                result.append(Track(phase: name, title: title, key: key, values: values))
            }
            add("c/a", "c_over_a") { $0.axialRatio }
            add("I(003)/I(104)", "I003_over_I104") { $0.intensityRatio }
            add("(006)/(012) (deg)", "splitting_006_012_deg") { $0.splitting006 }
            add("(018)/(110) (deg)", "splitting_018_110_deg") { $0.splitting108 }
        }
        return result
    }

    private static func freeParameters(_ system: CrystalSystem) -> [(title: String, key: String, index: Int)] {
        let all = [
            ("a (A)", "a_A", 0), ("b (A)", "b_A", 1), ("c (A)", "c_A", 2), ("alpha", "alpha_deg", 3),
            ("beta", "beta_deg", 4), ("gamma", "gamma_deg", 5),
        ]
        switch system {
        case .cubic: return [all[0]]
        case .tetragonal, .hexagonal, .trigonal: return [all[0], all[2]]
        case .orthorhombic: return Array(all.prefix(3))
        case .monoclinic, .triclinic: return all
        }
    }

    // MARK: - Text

    /// The tables for a terminal: one for each phase, and how well each pattern agrees.
    public var text: String {
        let variable = series.variable.description
        let places = series.values.map { TableText.number($0) }
        var lines: [String] = []
        let tracks = tracks
        for name in names {
            var columns = [AlignedTable.Column(title: variable, cells: places, isNumeric: true)]
            for track in tracks where track.phase == name {
                columns.append(
                    AlignedTable.Column(
                        title: track.title, cells: track.values.map { $0.map(TableText.quantity) ?? "-" },
                        isNumeric: true))
            }
            lines += [name] + AlignedTable(columns: columns).lines + [""]
        }
        lines +=
            AlignedTable(columns: [
                .init(title: variable, cells: places, isNumeric: true),
                .init(title: "Pattern", cells: series.names, isNumeric: false),
                .init(
                    title: "R_wp (%)",
                    cells: series.refinements.map { String(format: "%.2f", 100 * $0.statistics.weightedProfileR) },
                    isNumeric: true),
                .init(
                    title: "Goodness of fit",
                    cells: series.refinements.map { String(format: "%.3f", $0.statistics.goodnessOfFit) },
                    isNumeric: true),
            ]).lines
        return lines.joined(separator: "\n")
    }

    /// One row for each pattern and phase, every quantity with its standard uncertainty in the column after it.
    public var csv: String {
        var keys: [String] = []
        let tracks = tracks
        for track in tracks where !keys.contains(track.key) { keys.append(track.key) }
        var header = ["pattern", TableText.csvCell(series.variable.description), "phase"]
        header += keys.flatMap { [$0, "u_\($0)"] } + ["Rwp", "gof"]
        var lines = [header.joined(separator: ",")]
        for (i, refinement) in series.refinements.enumerated() {
            for name in names {
                var cells = [
                    TableText.csvCell(series.names[i]), TableText.exact(series.values[i]), TableText.csvCell(name),
                ]
                for key in keys {
                    let value = tracks.first { $0.phase == name && $0.key == key }?.values[i]
                    cells += [TableText.exact(value?.value), TableText.exact(value?.standardUncertainty)]
                }
                cells += [
                    TableText.exact(refinement.statistics.weightedProfileR),
                    TableText.exact(refinement.statistics.goodnessOfFit),
                ]
                lines.append(cells.joined(separator: ","))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The name and version of the JSON schema of a series.
    public static let schema = "interphase.refine-series/1"

    /// The series as a JSON document.
    public func json(softwareVersion: String? = nil, command: String? = nil) -> String {
        JSONText.object([
            ("schema", .string(Self.schema)),
            ("software", .object([("name", .string("interphase")), ("version", .optional(softwareVersion))])),
            (
                "variable",
                .object([("name", .string(series.variable.name)), ("unit", .string(series.variable.unit))])
            ),
            ("values", .numbers(series.values)),
            (
                "tracks",
                .array(
                    tracks.map {
                        .object([
                            ("phase", .string($0.phase)), ("quantity", .string($0.key)),
                            ("values", .array($0.values.map { .quantity($0) })),
                        ])
                    })
            ),
            (
                "patterns",
                .array(
                    series.refinements.indices.map { i in
                        .object(
                            [("file", .string(series.names[i])), ("at", .number(series.values[i]))]
                                + RefinementDocument.members(RefinementTable(series.refinements[i])))
                    })
            ), ("command", .optional(command)),
        ]).document
    }
}
