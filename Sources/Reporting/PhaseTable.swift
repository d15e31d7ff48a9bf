import Diffraction
import Foundation
import Spectra

/// The phases found in a pattern as a table for people, as comma-separated values and as JSON.
public struct PhaseTable: Sendable {
    /// What was found.
    public let identification: PhaseIdentification

    /// A table of `identification`.
    public init(_ identification: PhaseIdentification) { self.identification = identification }

    /// The table with what belongs to it, for a terminal.
    public var text: String {
        let found = identification
        var lines: [String] = []
        if found.phases.isEmpty {
            lines.append("No confident match among \(found.candidateCount) candidates.")
        } else {
            lines +=
                AlignedTable(columns: [
                    .init(title: "Phase", cells: found.phases.map(\.name), isNumeric: false),
                    .init(title: "Formula", cells: found.phases.map(\.formula), isNumeric: false),
                    .init(title: "Mass (%)", cells: found.phases.map { percent($0.weightFraction) }, isNumeric: true),
                    .init(
                        title: "Sigma", cells: found.phases.map { TableText.number($0.significance) }, isNumeric: true),
                    .init(
                        title: "Lines there (%)", cells: found.phases.map { String(format: "%.0f", 100 * $0.coverage) },
                        isNumeric: true),
                    .init(
                        title: "Strain (%)",
                        cells: found.phases.map {
                            $0.strains.map { String(format: "%+.2f", 100 * $0) }.joined(separator: " ")
                        }, isNumeric: false),
                    .init(
                        title: "Nearly as good", cells: found.phases.map { $0.alternatives.joined(separator: ", ") },
                        isNumeric: false),
                ]).lines
        }
        lines.append("")
        lines.append(
            "\(found.candidateCount) candidates; shares are those of the crystalline phases found; strains are relative to "
                + "the candidates' cells")
        lines.append(
            "R_wp \(TableText.number(100 * found.weightedProfileR, digits: 3)) %, displacement "
                + "\(String(format: "%.3f", found.displacement)) deg")
        return lines.joined(separator: "\n")
    }

    private func percent(_ share: Measured) -> String {
        TableText.quantity(
            Measured(100 * share.value, standardUncertainty: share.standardUncertainty.map { 100 * $0 }))
    }

    /// The phases as comma-separated values, one header line.
    public var csv: String {
        var lines = [
            "phase,formula,weight_fraction,u_weight_fraction,significance,coverage,a_A,b_A,c_A,alpha_deg,beta_deg,gamma_deg,"
                + "alternatives"
        ]
        for phase in identification.phases {
            let cell = phase.cell
            let numbers = [
                phase.significance, phase.coverage, cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma,
            ]
            let cells =
                [TableText.csvCell(phase.name), TableText.csvCell(phase.formula)]
                + [
                    TableText.exact(phase.weightFraction.value),
                    TableText.exact(phase.weightFraction.standardUncertainty),
                ] + numbers.map(TableText.exact) + [TableText.csvCell(phase.alternatives.joined(separator: "; "))]
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The name and version of the JSON format.
    public static let schema = "interphase.identify/1"

    /// The result as a JSON document.
    ///
    /// - Parameters:
    ///   - file: the pattern's file.
    ///   - includesCurves: whether data, background and the curves of the phases are in it.
    public func json(file: String, includesCurves: Bool) -> String {
        let found = identification
        var members: [(String, JSONText)] = [
            ("schema", .string(Self.schema)), ("file", .string(file)), ("candidates", .integer(found.candidateCount)),
            ("weighted_profile_r", .number(found.weightedProfileR)),
            ("displacement_deg", .number(found.displacement)),
            ("phases", .array(found.phases.map(phase))),
        ]
        if includesCurves {
            members.append(
                (
                    "curves",
                    .object([
                        ("two_theta_deg", .numbers(found.twoTheta)), ("intensity", .numbers(found.intensities)),
                        ("background", .numbers(found.background)),
                        ("phases", .array(found.phases.map { .numbers($0.curve) })),
                    ])
                ))
        }
        return JSONText.object(members).document
    }

    private func phase(_ phase: IdentifiedPhase) -> JSONText {
        .object([
            ("name", .string(phase.name)), ("formula", .string(phase.formula)),
            ("weight_fraction", .quantity(phase.weightFraction)), ("significance", .number(phase.significance)),
            ("coverage", .number(phase.coverage)), ("strains", .numbers(phase.strains)),
            (
                "cell",
                .object([
                    ("a_A", .number(phase.cell.a)), ("b_A", .number(phase.cell.b)), ("c_A", .number(phase.cell.c)),
                    ("alpha_deg", .number(phase.cell.alpha)), ("beta_deg", .number(phase.cell.beta)),
                    ("gamma_deg", .number(phase.cell.gamma)),
                ])
            ), ("alternatives", .array(phase.alternatives.map(JSONText.string))),
        ])
    }
}
