import Photoemission
import Spectra

/// The comparison of CasaXPS fits stored in a file with curves drawn from their numbers, as a table and as a JSON document
/// of the schema `interphase.casa/1`.
///
/// Areas are in counts/s times eV, widths in CasaXPS's convention and positions (binding energy after calibration) in
/// eV. `recomputed` are numbers measured on the drawn curves, `refit` those of a fit under CasaXPS's objective. What does
/// not exist is `null`, with the reason in `problem`. Keys are added, never renamed.
public struct CasaXPSDocument: Sendable {
    /// The name and version of the schema.
    public static let schema = "interphase.casa/1"

    /// The stored fits of one spectrum.
    public struct Entry: Sendable {
        /// The number of the spectrum in its file, from 1.
        public var number: Int
        /// The name of the spectrum.
        public var name: String
        /// The name of the sample.
        public var sample: String
        /// Its stored fits, one for each region.
        public var comparisons: [CasaXPSComparison]
        /// Why none of them could be looked at.
        public var problem: String?

        /// The stored fits of spectrum `number`.
        public init(
            number: Int, name: String, sample: String, comparisons: [CasaXPSComparison], problem: String? = nil
        ) {
            self.number = number
            self.name = name
            self.sample = sample
            self.comparisons = comparisons
            self.problem = problem
        }
    }

    /// Where the fits were stored.
    public var source: FitSource
    /// The spectra with stored fits.
    public var entries: [Entry]
    /// The version of the program that compared.
    public var softwareVersion: String?

    /// A document of `entries`.
    public init(source: FitSource, entries: [Entry], softwareVersion: String? = nil) {
        self.source = source
        self.entries = entries
        self.softwareVersion = softwareVersion
    }

    /// The document as text.
    public var json: String {
        JSONText.object([
            ("schema", .string(Self.schema)),
            (
                "software",
                .object([("name", .string("interphase")), ("version", .optional(softwareVersion))])
            ),
            ("source", .object([("file", .optional(source.file)), ("sha256", .optional(source.sha256))])),
            ("spectra", .array(entries.flatMap(spectra))),
        ]).document
    }

    /// One object for each region with components.
    private func spectra(_ entry: Entry) -> [JSONText] {
        let head: [(String, JSONText)] = [
            ("number", .integer(entry.number)), ("name", .string(entry.name)), ("sample", .string(entry.sample)),
        ]
        guard entry.problem == nil else {
            return [
                .object(
                    head + [
                        ("components", .array([])), ("envelope_rms", .null), ("envelope_rms_relative", .null),
                        ("problem", .optional(entry.problem)),
                    ])
            ]
        }
        return entry.comparisons.map { comparison in
            .object(
                head + [
                    ("region", .string(comparison.region)), ("background", .string(comparison.background)),
                    ("window_eV", .numbers([comparison.window.lowerBound, comparison.window.upperBound])),
                    ("components", .array(comparison.components.map(component))),
                    ("envelope_rms", comparison.envelopeRMS.map(JSONText.number) ?? .null),
                    ("envelope_rms_relative", comparison.relativeEnvelopeRMS.map(JSONText.number) ?? .null),
                    ("refit", refit(comparison.refit)), ("problem", .optional(comparison.problem)),
                ])
        }
    }

    private func component(_ component: CasaXPSComparison.Component) -> JSONText {
        .object([
            ("name", .string(component.name)), ("shape", .string(component.shape)),
            ("stored", .object(members(component.stored))),
            (
                "recomputed",
                component.recomputed.map { drawn in
                    .object(
                        members(drawn.quantities) + [
                            ("fwhm_true", .number(drawn.trueFWHM)), ("maximum", .number(drawn.maximum)),
                            ("height", .number(drawn.height)),
                        ])
                } ?? .null
            ),
            (
                "refit",
                component.refit.map { fitted in
                    .object([
                        ("area", .quantity(fitted.area)), ("fwhm", .quantity(fitted.fwhm)),
                        ("position", .quantity(fitted.position)), ("fwhm_true", .quantity(fitted.trueFWHM)),
                    ])
                } ?? .null
            ),
        ])
    }

    private func members(_ quantities: CasaXPSComparison.Quantities) -> [(String, JSONText)] {
        [
            ("area", .number(quantities.area)), ("fwhm", .number(quantities.fwhm)),
            ("position", .number(quantities.position)),
        ]
    }

    private func refit(_ fit: PeakFit?) -> JSONText {
        guard let fit else { return .null }
        return .object([
            ("converged", .boolean(fit.convergence.converged)), ("reason", .string(fit.convergence.reason)),
            ("sum_of_squares", .number(fit.statistics.chi2)),
            ("at_bound", .array(fit.parameters.atBound.map(JSONText.string))),
        ])
    }
}

extension CasaXPSDocument {
    /// The comparison as tables for a terminal, one for each region.
    public var text: String {
        guard !entries.isEmpty else { return "No fits by CasaXPS in this file.\n" }
        return entries.map(text).joined(separator: "\n")
    }

    private func text(_ entry: Entry) -> String {
        let sample = entry.sample.isEmpty ? "" : " (\(Printable.text(entry.sample)))"
        let title = "#\(entry.number) \(Printable.text(entry.name))\(sample)"
        if let problem = entry.problem { return "\(title)\n  \(Printable.text(problem))\n" }
        return entry.comparisons.map { text($0, title: title) }.joined(separator: "\n")
    }

    private func text(_ comparison: CasaXPSComparison, title: String) -> String {
        let window = [comparison.window.lowerBound, comparison.window.upperBound].map { TableText.number($0) }
        var lines = [
            "\(title): region \(Printable.text(comparison.region)), \(window[0]) to \(window[1]) eV, "
                + "background \(Printable.text(comparison.background))"
        ]
        lines += AlignedTable(columns: columns(comparison)).lines.map { "  " + $0.trimmingTrailingSpaces() }
        if let rms = comparison.envelopeRMS {
            let share =
                comparison.relativeEnvelopeRMS.map { " = " + TableText.number(100 * $0, digits: 3) + " %" } ?? ""
            lines.append(
                "  data minus stored envelope: rms \(TableText.number(rms, digits: 4)) counts/s\(share) of its height")
        }
        if let refit = comparison.refit, !refit.convergence.converged {
            lines.append("  the new fit did not converge: \(Printable.text(refit.convergence.reason))")
        }
        if let problem = comparison.problem { lines.append("  \(Printable.text(problem))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func columns(_ comparison: CasaXPSComparison) -> [AlignedTable.Column] {
        let components = comparison.components
        func column(
            _ title: String, _ value: (CasaXPSComparison.Component) -> Double?, digits: Int = 6
        ) -> AlignedTable.Column {
            let cells = components.map { value($0).map { TableText.number($0, digits: digits) } ?? "" }
            return .init(title: title, cells: cells, isNumeric: true)
        }
        var columns: [AlignedTable.Column] = [
            .init(title: "Component", cells: components.map { Printable.text($0.name) }, isNumeric: false),
            .init(title: "Shape", cells: components.map { Printable.text($0.shape) }, isNumeric: false),
            column("Position (eV)", { $0.stored.position }, digits: 7), column("FWHM (eV)", { $0.stored.fwhm }),
            column("true FWHM", { $0.recomputed?.trueFWHM }), column("Area (counts/s eV)", { $0.stored.area }),
            column("redrawn", { $0.recomputed?.quantities.area }),
        ]
        if comparison.refit != nil {
            columns += [
                column("refit: position", { $0.refit?.position.value }, digits: 7),
                column("FWHM", { $0.refit?.fwhm.value }), column("area", { $0.refit?.area.value }),
            ]
        }
        return columns
    }
}
