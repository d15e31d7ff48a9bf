import Foundation
import Photoemission
import Spectra

/// A quantification as tables for people: elements, species, the factors, the method.
public struct QuantificationTable: Sendable {
    /// The result.
    public var result: Quantification

    /// The ratios that its amounts are tied to, with what was measured before.
    public var ties: [StoichiometricBalance]

    /// Tables of `result`.
    public init(_ result: Quantification, ties: [StoichiometricBalance] = []) {
        self.result = result
        self.ties = ties
    }

    /// The tables as text for a terminal.
    public var text: String {
        var lines = elementTable.lines
        lines += [""] + speciesTable.lines
        lines += [""] + factorTable.lines
        if !ties.isEmpty { lines += [""] + tieTable.lines }
        lines +=
            [""]
            + facts.flatMap { fact in
                TerminalWidth.wrapped(fact.value, width: 100).enumerated().map { index, line in
                    (index == 0 ? fact.name : "").padding(toLength: 14, withPad: " ", startingAt: 0) + line
                }
            }
        if !result.findings.isEmpty {
            lines += ["", "Findings"]
            for finding in result.findings.sorted(by: { $0.severity > $1.severity }) {
                lines += TerminalWidth.wrapped(
                    "\(finding.severity.rawValue): \(Printable.text(finding.message)) [\(finding.rule)]", width: 100
                ).map { "  \($0)" }
            }
        }
        return lines.map { $0.trimmingTrailingSpaces() }.joined(separator: "\n") + "\n"
    }

    private var elementTable: AlignedTable {
        let elements = result.elements
        return AlignedTable(columns: [
            .init(title: "Element", cells: elements.map(\.element), isNumeric: false),
            .init(title: "Level", cells: elements.map(\.level.description), isNumeric: false),
            .init(title: "at.%", cells: elements.map { TableText.quantity($0.atomicPercent) }, isNumeric: true),
            .init(
                title: "u (counting)", cells: elements.map { Self.uncertainty($0.statisticalUncertainty) },
                isNumeric: true),
            .init(
                title: "By other levels",
                cells: elements.map { element in
                    element.otherLevels.map { "\($0.level): \(TableText.quantity($0.atomicPercent))" }
                        .joined(separator: ", ")
                }, isNumeric: false),
        ])
    }

    private var speciesTable: AlignedTable {
        let species = result.species
        return AlignedTable(columns: [
            .init(title: "Species", cells: species.map { Printable.text($0.line.name) }, isNumeric: false),
            .init(
                title: "Level", cells: species.map { $0.line.covered + ($0.counts ? "" : " (not counted)") },
                isNumeric: false),
            .init(title: "at.%", cells: species.map { TableText.quantity($0.atomicPercent) }, isNumeric: true),
            .init(
                title: "u (counting)", cells: species.map { Self.uncertainty($0.statisticalUncertainty) },
                isNumeric: true),
            .init(
                title: "% of element", cells: species.map { TableText.percent($0.shareOfElement) }, isNumeric: true),
        ])
    }

    private var factorTable: AlignedTable {
        let lines = result.species.map(\.line)
        func numbers(_ title: String, _ value: (QuantifiedLine) -> Double) -> AlignedTable.Column {
            .init(title: title, cells: lines.map { TableText.number(value($0), digits: 5) }, isNumeric: true)
        }
        return AlignedTable(columns: [
            .init(title: "Species", cells: lines.map { Printable.text($0.name) }, isNumeric: false),
            .init(title: "Area", cells: lines.map { TableText.quantity($0.area) }, isNumeric: true),
            numbers("Time (s)", \.time), numbers("KE (eV)", \.kineticEnergy), numbers("RSF", \.sensitivity),
            numbers("T", \.transmission), numbers("L", \.escapeDepth),
        ])
    }

    private var tieTable: AlignedTable {
        AlignedTable(columns: [
            .init(title: "Tied ratio", cells: ties.map { Printable.text($0.name) }, isNumeric: false),
            .init(title: "Measured", cells: ties.map { TableText.quantity($0.measured) }, isNumeric: true),
            .init(title: "Tied to", cells: ties.map { TableText.number($0.link.ratio) }, isNumeric: true),
            .init(
                title: "Tolerance (%)", cells: ties.map { TableText.number(100 * $0.link.tolerance, digits: 3) },
                isNumeric: true),
            .init(
                title: "p", cells: ties.map { $0.probability.map { TableText.number($0, digits: 2) } ?? "unknown" },
                isNumeric: true),
        ])
    }

    /// The tables for papers: elements and species in atomic per cent, and the factors behind them.
    public var resultTables: ResultTables { ResultTables([elements, species, factors]) }

    private var elements: ResultTable {
        let elements = result.elements
        return ResultTable(
            "Elements",
            [
                .init(title: "Element", isNumeric: false, cells: elements.map { .text($0.element) }),
                .init(title: "Level", isNumeric: false, cells: elements.map { .text($0.level.description) }),
                .init(title: "at.%", isNumeric: true, cells: elements.map { .quantity($0.atomicPercent) }),
                .init(
                    title: "u (counting)", isNumeric: true,
                    cells: elements.map { .number(Self.uncertainty($0.statisticalUncertainty)) }),
            ], notes: ["Standard uncertainties of the last digits in parentheses."])
    }

    private var species: ResultTable {
        let species = result.species
        return ResultTable(
            "Species",
            [
                .init(title: "Species", isNumeric: false, cells: species.map { .name($0.line.name) }),
                .init(
                    title: "Level", isNumeric: false,
                    cells: species.map { .text($0.line.covered + ($0.counts ? "" : " (not counted)")) }),
                .init(title: "at.%", isNumeric: true, cells: species.map { .quantity($0.atomicPercent) }),
                .init(
                    title: "% of element", isNumeric: true,
                    cells: species.map { .quantity($0.shareOfElement.scaled(by: 100)) }),
            ])
    }

    private var factors: ResultTable {
        let lines = result.species.map(\.line)
        func numbers(_ title: String, _ value: (QuantifiedLine) -> Double) -> ResultTable.Column {
            .init(title: title, isNumeric: true, cells: lines.map { .number(TableText.number(value($0), digits: 5)) })
        }
        return ResultTable(
            "Areas and factors",
            [
                .init(title: "Species", isNumeric: false, cells: lines.map { .name($0.name) }),
                .init(title: "Area", isNumeric: true, cells: lines.map { .quantity($0.area) }),
                numbers("Time (s)", \.time), numbers("Kinetic energy (eV)", \.kineticEnergy),
                numbers("Sensitivity", \.sensitivity), numbers("Transmission", \.transmission),
                numbers("Escape depth", \.escapeDepth),
            ], notes: facts.map { "\($0.name): \($0.value)." })
    }

    private static func uncertainty(_ value: Double?) -> String {
        value.map { TableText.number($0, digits: 2) } ?? "unknown"
    }

    /// How the numbers were found, in words.
    var facts: [(name: String, value: String)] {
        [
            ("Method", "atoms = area / (time x RSF x T x L); per cent of all elements in the table"),
            ("Sensitivity", Self.description(of: result.sensitivities)),
            ("Transmission", Self.description(of: result.transmission)),
            ("Escape depth", Self.description(of: result.escapeDepth)),
            ("Holds for", "a sample that is homogeneous over the depth from which electrons come"),
        ]
    }

    static func description(of set: SensitivitySet) -> String {
        "\(Printable.text(set.name)) (\(Printable.text(set.source)))" + stated(set.relativeUncertainty)
    }

    static func description(of correction: TransmissionCorrection) -> String {
        let what =
            switch correction.kind {
            case .none: "none"
            case .file: "as the files give it"
            case .exponent(let exponent): "kinetic energy to the power of \(exponent)"
            case .table(let table): "table \(Printable.text(table.name))"
            }
        return what + stated(correction.relativeUncertainty)
    }

    static func description(of correction: EscapeDepthCorrection) -> String {
        switch correction.kind {
        case .none: return "none" + stated(correction.relativeUncertainty)
        case .exponent(let exponent):
            let value = Measured(exponent, standardUncertainty: correction.exponentUncertainty)
            return "kinetic energy to the power of \(value)" + stated(correction.relativeUncertainty)
        case .tpp2m(let material):
            return "TPP-2M in nm for \(Printable.text(material.name)): \(material.density) g/cm3, "
                + "\(material.valenceElectrons) valence electrons in \(material.molarMass) g/mol, band gap "
                + "\(material.bandGap) eV" + stated(correction.relativeUncertainty)
        }
    }

    private static func stated(_ uncertainty: Double?) -> String {
        uncertainty.map { ", relative standard uncertainty \(TableText.number(100 * $0, digits: 3)) %" } ?? ""
    }

    /// The species as comma-separated values, all digits; then, after an empty line, the elements.
    public var csv: String {
        var lines = [
            "species,element,level,spectrum,at_percent,u_at_percent,u_counting,share_of_element,u_share_of_element,area,"
                + "u_area,time_s,kinetic_energy_eV,sensitivity,transmission,escape_depth,counted"
        ]
        for amount in result.species {
            let line = amount.line
            let texts = [line.name, line.level.element, line.covered, line.spectrumName].map(TableText.csvCell)
            let numbers = [
                amount.atomicPercent.value, amount.atomicPercent.standardUncertainty, amount.statisticalUncertainty,
                amount.shareOfElement.value, amount.shareOfElement.standardUncertainty, line.area.value,
                line.area.standardUncertainty, line.time, line.kineticEnergy, line.sensitivity, line.transmission,
                line.escapeDepth,
            ].map(TableText.exact)
            lines.append((texts + numbers + [amount.counts ? "true" : "false"]).joined(separator: ","))
        }
        lines += ["", "element,level,at_percent,u_at_percent,u_counting"]
        for element in result.elements {
            let numbers = [
                element.atomicPercent.value, element.atomicPercent.standardUncertainty, element.statisticalUncertainty,
            ].map(TableText.exact)
            lines.append(([element.element, element.level.description] + numbers).joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// Writes `csv` to the file at `path`. Throws `WriteError`.
    public func writeCSV(to path: String) throws {
        try AtomicFile.write(csv, to: path)
    }
}

extension Quantification: CustomStringConvertible {
    /// The tables as text.
    public var description: String { QuantificationTable(self).text.trimmingCharacters(in: .newlines) }
}
