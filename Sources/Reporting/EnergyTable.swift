import Photoemission
import Spectra

/// Positions of lines, distances between them and Auger parameters, for people and for machines.
public struct EnergyTable: Sendable {
    /// Where a line stands.
    public struct Line: Sendable {
        /// The component.
        public var name: String
        /// The line whose position it is, "S 2p3/2".
        public var line: String
        /// Binding energy as measured, with the uncertainty of the fit alone, eV.
        public var measured: Measured
        /// Binding energy after referencing, eV.
        public var referenced: Measured
        /// What the scale rests on.
        public var reference: String
    }

    /// A number that needs no reference.
    public struct Difference: Sendable {
        /// As it was asked for, "PS4 3- (S 2p) - PS4 3- (P 2p)".
        public var name: String
        /// "distance" or "Auger parameter".
        public var kind: String
        /// The value, eV.
        public var value: Measured

        /// A difference.
        public init(name: String, kind: String, value: Measured) {
            self.name = name
            self.kind = kind
            self.value = value
        }
    }

    /// The lines.
    public var lines: [Line]
    /// The differences.
    public var differences: [Difference]

    /// A table.
    public init(_ lines: [Line], differences: [Difference]) {
        self.lines = lines
        self.differences = differences
    }

    /// The lines of a fit. Throws `FitError` for a fit that carries no data.
    public static func lines(of fit: PeakFit) throws -> [Line] {
        try fit.components.map { component in
            Line(
                name: component.name, line: component.line, measured: try fit.measuredPosition(of: component.name),
                referenced: component.position, reference: fit.calibration.reference)
        }
    }

    /// The tables as text for a terminal.
    public var text: String {
        var rows = AlignedTable(columns: [
            .init(title: "Species", cells: lines.map { Printable.text($0.name) }, isNumeric: false),
            .init(title: "Line", cells: lines.map(\.line), isNumeric: false),
            .init(title: "Measured (eV)", cells: lines.map { TableText.quantity($0.measured) }, isNumeric: true),
            .init(title: "Referenced (eV)", cells: lines.map { TableText.quantity($0.referenced) }, isNumeric: true),
            .init(title: "Reference", cells: lines.map { Printable.text($0.reference) }, isNumeric: false),
        ]).lines
        if !differences.isEmpty {
            rows += [""]
            rows +=
                AlignedTable(columns: [
                    .init(
                        title: "Without reference", cells: differences.map { Printable.text($0.name) }, isNumeric: false
                    ),
                    .init(title: "", cells: differences.map(\.kind), isNumeric: false),
                    .init(title: "eV", cells: differences.map { TableText.quantity($0.value) }, isNumeric: true),
                ]).lines
        }
        return rows.map { $0.trimmingTrailingSpaces() }.joined(separator: "\n") + "\n"
    }

    /// The schema `interphase.energies/1`.
    public func json(software: String, command: String) -> String {
        JSONText.object([
            ("schema", .string("interphase.energies/1")),
            ("software", .object([("name", .string("interphase")), ("version", .string(software))])),
            (
                "lines",
                .array(
                    lines.map {
                        .object([
                            ("name", .string($0.name)), ("line", .string($0.line)),
                            ("measured_eV", .quantity($0.measured)), ("referenced_eV", .quantity($0.referenced)),
                            ("reference", .string($0.reference)),
                        ])
                    })
            ),
            (
                "differences",
                .array(
                    differences.map {
                        .object([
                            ("name", .string($0.name)), ("kind", .string($0.kind)), ("value_eV", .quantity($0.value)),
                        ])
                    })
            ),
            ("command", .string(command)),
        ]).document
    }
}
