import Diffraction
import Foundation
import Spectra

/// The phases found in a pattern as a table for people, as comma-separated values and as JSON.
public struct PhaseTable: Sendable {
    /// What was found.
    public let identification: PhaseIdentification

    /// The surface of the same specimen beside its phases; `nil` where that is not known.
    public var surface: SurfaceAndBulk?

    /// A table of `identification`, with the surface of the same specimen as XPS quantified it.
    public init(_ identification: PhaseIdentification, surface: SurfaceComposition? = nil) {
        self.identification = identification
        self.surface = surface.map { SurfaceAndBulk(surface: $0, phases: identification.phases) }
    }

    /// What is said besides the table: what proves each phase, what is possible, what was not found, what is unexplained.
    var sentences: [String] { evidenceLines + possibleLines + limitLines + unexplainedLines }

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
                        title: "Sigma", cells: found.phases.map { String(format: "%.0f", $0.significance) },
                        isNumeric: true),
                    .init(
                        title: "Lines there (%)", cells: found.phases.map { String(format: "%.0f", 100 * $0.coverage) },
                        isNumeric: true),
                    .init(
                        title: "Probability",
                        cells: found.phases.map { String(format: "%.2f", min($0.probability, 0.99)) }, isNumeric: true),
                    .init(
                        title: "Strain (%)",
                        cells: found.phases.map {
                            $0.strains.map { String(format: "%+.2f", 100 * $0) }.joined(separator: " ")
                        }, isNumeric: false),
                    .init(
                        title: "Nearly as good", cells: found.phases.map(\.alternativeText),
                        isNumeric: false),
                ]).lines
        }
        for block in [evidenceLines, possibleLines, limitLines, unexplainedLines] where !block.isEmpty {
            lines += [""] + block
        }
        if let surface { lines += ["", surface.text] }
        lines.append("")
        lines.append(
            "\(found.candidateCount) candidates; shares are those of the crystalline phases found; strains are relative to "
                + "the candidates' cells")
        lines.append(
            "R_wp \(TableText.number(100 * found.weightedProfileR, digits: 3)) %, displacement "
                + "\(String(format: "%.3f", found.displacement)) deg")
        return lines.joined(separator: "\n")
    }

    /// What the lines of each phase say.
    private var evidenceLines: [String] {
        identification.phases.map { phase in
            let confirming = phase.lines(.confirming), contradicting = phase.lines(.contradicting)
            let shared = phase.lines(.shared)
            var text = "\(phase.name): "
            text += confirming.isEmpty ? "no line of its own" : "confirmed by " + list(confirming)
            if !contradicting.isEmpty { text += "; missing: " + list(contradicting) }
            if !shared.isEmpty {
                let share = phase.evidence.share(.shared)
                text +=
                    "; \(shared.count) under lines of others (\(String(format: "%.0f", 100 * share)) % of its "
                    + "intensity), which prove nothing"
            }
            let others = phase.alternatives.filter { !$0.isSameCompound && $0.isUndecided }
            if !others.isEmpty {
                let names = others.prefix(3).map(\.name).joined(separator: ", ")
                text += "; its lines alone do not tell it from \(names)"
            }
            return text
        }
    }

    private var possibleLines: [String] {
        let possible = identification.possiblePhases
        guard !possible.isEmpty else { return [] }
        let names = possible.prefix(6).map { "\($0.name) (\(String(format: "%.2f", $0.probability)))" }
        return ["More probably wrong than right, and not counted: " + names.joined(separator: ", ")]
    }

    /// The strongest three lines, by rising angle, and how many more there are.
    private func list(_ lines: [LineEvidence]) -> String {
        let shown = lines.sorted { $0.expected > $1.expected }.prefix(3).sorted { $0.twoTheta < $1.twoTheta }
        let text = shown.map { "(\($0.indices[0].compact)) at \(String(format: "%.2f", $0.twoTheta)) deg" }
        return text.joined(separator: ", ") + (lines.count > 3 ? " and \(lines.count - 3) more" : "")
    }

    private var limitLines: [String] {
        let found = identification
        guard !found.detectionLimits.isEmpty || !found.unknownPhases.isEmpty else { return [] }
        return found.detectionLimits.map { limit in
            let name = limit.name == limit.formula ? limit.name : "\(limit.name) (\(limit.formula))"
            guard let share = limit.weightFraction else {
                return "\(name) not detected; its lines are so well hidden that any share could be there"
            }
            return "\(name) not detected, below \(TableText.number(100 * share, digits: 2)) wt% (95 %)"
        } + found.unknownPhases.map { "\($0): asked about, but not among the candidates" }
    }

    private var unexplainedLines: [String] {
        let strong = identification.peaks.filter(\.isTooStrong).compactMap { peak in
            peak.assignments.first.map {
                "(\($0.index.compact)) of \($0.phase) at \(String(format: "%.2f", peak.twoTheta)) deg"
            }
        }
        let tooStrong =
            strong.isEmpty
            ? []
            : [
                "More than three times as strong as computed: " + strong.prefix(6).joined(separator: ", ")
                    + (strong.count > 6 ? " and \(strong.count - 6) more" : "") + "; texture, or another phase under it"
            ]
        let peaks = identification.peaks.filter(\.isUnexplained).sorted { $0.excess > $1.excess }
        guard !peaks.isEmpty else { return tooStrong }
        let shown = peaks.prefix(8).map {
            String(format: "%.2f deg (d = %.4f A, %.0f sigma)", $0.twoTheta, $0.spacing, $0.excess)
        }
        let more = peaks.count > 8 ? " and \(peaks.count - 8) more" : ""
        return tooStrong + ["Unexplained: " + shown.joined(separator: ", ") + more]
    }

    /// Every peak of the pattern with what explains it, for a terminal.
    public var peakText: String {
        let peaks = identification.peaks
        func cells(_ text: (IndexedPeak) -> String) -> [String] { peaks.map(text) }
        return AlignedTable(columns: [
            .init(
                title: "2theta (deg)", cells: cells { String(format: "%.3f", $0.twoTheta) }, isNumeric: true),
            .init(title: "d (A)", cells: cells { String(format: "%.4f", $0.spacing) }, isNumeric: true),
            .init(title: "Height", cells: cells { TableText.number($0.height) }, isNumeric: true),
            .init(title: "Phase", cells: cells { $0.assignments.first?.phase ?? Self.word(for: $0) }, isNumeric: false),
            .init(
                title: "hkl", cells: cells { $0.assignments.first?.index.description ?? "" }, isNumeric: false),
            .init(
                title: "Calculated",
                cells: cells { $0.assignments.first.map { String(format: "%.3f", $0.calculated) } ?? "" },
                isNumeric: true),
            .init(
                title: "Difference",
                cells: cells { peak in
                    peak.assignments.first.map { String(format: "%+.3f", peak.twoTheta - $0.calculated) } ?? ""
                }, isNumeric: true),
            .init(
                title: "And",
                cells: cells {
                    $0.assignments.dropFirst().map { "\($0.phase) (\($0.index.compact))" }.joined(separator: ", ")
                },
                isNumeric: false),
        ]).lines.joined(separator: "\n")
    }

    private static func word(for peak: IndexedPeak) -> String { peak.isUnexplained ? "unexplained" : "flank of a line" }

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
                ] + numbers.map(TableText.exact) + [
                    TableText.csvCell(phase.alternatives.map(\.name).joined(separator: "; "))
                ]
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
    ///   - unit: the unit of the intensities.
    public func json(file: String, includesCurves: Bool, unit: IntensityUnit = .arbitrary) -> String {
        let found = identification
        var members: [(String, JSONText)] = [
            ("schema", .string(Self.schema)), ("file", .string(file)), ("candidates", .integer(found.candidateCount)),
            ("weighted_profile_r", .number(found.weightedProfileR)),
            ("displacement_deg", .number(found.displacement)),
            ("phases", .array(found.phases.map(phase))),
            ("peaks", .array(found.peaks.map(peak))),
            (
                "possible",
                .array(
                    found.possiblePhases.map {
                        .object([
                            ("name", .string($0.name)), ("formula", .string($0.formula)),
                            ("probability", .number($0.probability)),
                        ])
                    })
            ),
            (
                "not_detected",
                .array(
                    found.detectionLimits.map {
                        .object([
                            ("name", .string($0.name)), ("formula", .string($0.formula)),
                            ("weight_fraction_below", $0.weightFraction.map(JSONText.number) ?? .null),
                        ])
                    })
            ),
        ]
        if let surface { members.append(("surface", surface.json)) }
        if includesCurves {
            members.append(
                (
                    "curves",
                    .object([
                        ("unit", .string(unit.rawValue)), ("two_theta_deg", .numbers(found.twoTheta)),
                        ("intensity", .numbers(found.intensities)),
                        ("background", .numbers(found.background)), ("residual_sigma", .numbers(residuals)),
                        ("phases", .array(found.phases.map { .numbers($0.curve) })),
                    ])
                ))
        }
        return JSONText.object(members).document
    }

    /// Intensities less background and phases, in standard deviations.
    private var residuals: [Double] {
        let found = identification
        return found.background.indices.map { i in
            let calculated = found.phases.reduce(found.background[i]) { $0 + $1.curve[i] }
            return (found.intensities[i] - calculated) / found.variances[i].squareRoot()
        }
    }

    private func phase(_ phase: IdentifiedPhase) -> JSONText {
        .object([
            ("name", .string(phase.name)), ("formula", .string(phase.formula)),
            ("file", .optional(phase.file)),
            ("weight_fraction", .quantity(phase.weightFraction)), ("significance", .number(phase.significance)),
            ("coverage", .number(phase.coverage)), ("probability", .number(phase.probability)),
            ("strains", .numbers(phase.strains)),
            (
                "cell",
                .object([
                    ("a_A", .number(phase.cell.a)), ("b_A", .number(phase.cell.b)), ("c_A", .number(phase.cell.c)),
                    ("alpha_deg", .number(phase.cell.alpha)), ("beta_deg", .number(phase.cell.beta)),
                    ("gamma_deg", .number(phase.cell.gamma)),
                ])
            ), ("alternatives", .array(phase.alternatives.map(Self.alternative))),
            (
                "lines",
                .array(
                    phase.evidence.map { line in
                        .object([
                            ("hkl", .array(line.indices.map(Self.index))), ("two_theta_deg", .number(line.twoTheta)),
                            ("d_A", .number(line.spacing)), ("expected_area", .number(line.expected)),
                            ("found_area", .quantity(line.found)), ("role", .string(line.role.rawValue)),
                        ])
                    })
            ),
        ])
    }

    private static func alternative(_ other: PhaseAlternative) -> JSONText {
        .object([
            ("name", .string(other.name)), ("formula", .string(other.formula)),
            ("same_compound", .boolean(other.isSameCompound)), ("strain", .number(other.strain)),
            ("ln_odds_against", .number(other.logOdds)),
        ])
    }

    private func peak(_ peak: IndexedPeak) -> JSONText {
        .object([
            ("two_theta_deg", .number(peak.twoTheta)), ("d_A", .number(peak.spacing)),
            ("significance", .number(peak.significance)), ("height", .number(peak.height)),
            ("excess_sigma", .number(peak.excess)), ("unexplained", .boolean(peak.isUnexplained)),
            ("too_strong", .boolean(peak.isTooStrong)),
            (
                "assignments",
                .array(
                    peak.assignments.map {
                        .object([
                            ("phase", .string($0.phase)), ("hkl", Self.index($0.index)),
                            ("two_theta_calculated_deg", .number($0.calculated)), ("area", .number($0.area)),
                        ])
                    })
            ),
        ])
    }

    private static func index(_ index: MillerIndex) -> JSONText {
        .array([.integer(index.h), .integer(index.k), .integer(index.l)])
    }
}

extension IdentifiedPhase {
    /// The candidates that explain the same lines nearly as well, other substances first, for a table.
    var alternativeText: String {
        let ordered = alternatives.filter { !$0.isSameCompound } + alternatives.filter(\.isSameCompound)
        let texts = ordered.map {
            $0.isSameCompound ? $0.name : "\($0.name) (cell \(String(format: "%+.1f", 100 * $0.strain)) %)"
        }
        // Entries of one name from several folders are named once.
        return texts.indices.filter { texts.firstIndex(of: texts[$0]) == $0 }.map { texts[$0] }.joined(separator: ", ")
    }

    /// The lines that say this.
    public func lines(_ role: LineEvidence.Role) -> [LineEvidence] { evidence.filter { $0.role == role } }
}

extension MillerIndex {
    /// `104`, or `1 0 -4` where one of them has more than one digit or a sign.
    var compact: String {
        [h, k, l].allSatisfy { (0...9).contains($0) } ? "\(h)\(k)\(l)" : description
    }
}
