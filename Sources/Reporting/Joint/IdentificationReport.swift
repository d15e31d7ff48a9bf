import Diffraction
import Foundation
import Spectra

/// The phases of a pattern, and the surface of the same specimen where that is known, as one HTML page that needs nothing
/// else.
public struct IdentificationReport: Sendable {
    /// What was found.
    public var identification: PhaseIdentification
    /// The pattern's file.
    public var file: String
    /// The unit of the intensities.
    public var unit: IntensityUnit
    /// The surface as XPS quantified it; `nil` where that is not known.
    public var surface: SurfaceComposition?
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the report again.
    public var command: String?
    /// The SHA-256 of the pattern's file; `nil` where it was not computed.
    public var sha256: String?

    /// A report of `identification`.
    public init(
        _ identification: PhaseIdentification, file: String, unit: IntensityUnit = .arbitrary,
        surface: SurfaceComposition? = nil, softwareVersion: String? = nil, command: String? = nil,
        sha256: String? = nil
    ) {
        self.sha256 = sha256
        self.identification = identification
        self.file = file
        self.unit = unit
        self.surface = surface
        self.softwareVersion = softwareVersion
        self.command = command
    }

    /// The page. The same identification gives the same text, byte for byte.
    public var html: String {
        HTML.page(
            title: "Phases of \(shortName)", software: software,
            sections: [heading, figure, phaseSection, evidenceSection, surfaceSection, peakSection, repeatSection])
    }

    /// Writes the page to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws { try AtomicFile.write(html, to: path) }

    private var shortName: String { URL(fileURLWithPath: file).lastPathComponent }

    private var heading: String {
        let found = identification
        return ReportSection.heading(
            "Phases of \(shortName)", sources: [file],
            state: found.phases.isEmpty ? "No confident match among \(found.candidateCount) candidates." : summary,
            isGood: !found.phases.isEmpty)
    }

    /// "LiCoO2 97.9(4) wt%, Co3O4 2.1(4) wt%".
    private var summary: String {
        identification.phases.map { phase in
            let share = Measured(
                100 * phase.weightFraction.value,
                standardUncertainty: phase.weightFraction.standardUncertainty.map { 100 * $0 })
            return "\(phase.name) \(TableText.quantity(share)) wt%"
        }.joined(separator: ", ")
    }

    private var figure: String {
        let plot = RefinementPlot(identification, unit: unit).sized(FigureSize(width: 175, height: 110)).themed(.page)
        return HTML.figure(
            plot.svg,
            caption: "Intensities, model and background, marks at the lines of each phase, and the difference.")
    }

    private var phaseSection: String {
        let phases = identification.phases
        guard !phases.isEmpty else { return "" }
        let rows = phases.map { phase -> [HTML.Cell] in
            let cell = phase.cell
            let lengths = [cell.a, cell.b, cell.c].map { String(format: "%.4f", $0) }.joined(separator: ", ")
            return [
                .heading(HTML.text(phase.name)), .text(phase.formula),
                .quantity(
                    Measured(
                        100 * phase.weightFraction.value,
                        standardUncertainty: phase.weightFraction.standardUncertainty.map { 100 * $0 })),
                .number(String(format: "%.2f", min(phase.probability, 0.99))), .text(lengths),
                .text(phase.alternativeText),
            ]
        }
        let table = HTML.table(
            caption: "Crystalline phases",
            titles: ["Phase", "Formula", "Mass (%)", "Probability", "a, b, c (\u{C5})", "Nearly as good"], rows: rows)
        return """
            <section>
            <h2>Crystalline phases</h2>
            \(table)
            <p class="note">Shares are those of the crystalline phases found; uncertainties in parentheses are standard \
            uncertainties of the last digits. Weighted profile R \
            \(String(format: "%.1f", 100 * identification.weightedProfileR)) %, \
            \(identification.candidateCount) candidates.</p>
            </section>
            """
    }

    private var evidenceSection: String {
        let sentences = PhaseTable(identification).sentences
        guard !sentences.isEmpty else { return "" }
        let items = sentences.map { "<li>\(HTML.text($0))</li>" }.joined(separator: "\n")
        return "<section>\n<h2>What proves it, and what does not</h2>\n<ul>\n\(items)\n</ul>\n</section>"
    }

    private var surfaceSection: String {
        guard let surface else { return "" }
        let comparison = SurfaceAndBulk(surface: surface, phases: identification.phases)
        let rows = comparison.elements.map { element -> [HTML.Cell] in
            [
                .heading(HTML.text(element.symbol)), .number(SurfaceAndBulk.surfaceCell(element)),
                .number(SurfaceAndBulk.bulkCell(element)), .text(element.phases.joined(separator: ", ")),
            ]
        }
        let table = HTML.table(
            caption: "Elements at the surface and in the crystalline phases",
            titles: ["Element", "Surface, XPS (at.%)", "Crystalline, XRD (at.%)", "In"], rows: rows)
        let remarks = comparison.remarks.map { "<p>\(HTML.text($0)).</p>" }.joined(separator: "\n")
        return """
            <section>
            <h2>Surface and bulk</h2>
            \(table)
            \(remarks)
            <p class="note">XPS sees some nanometres, amorphous films included, and no hydrogen; XRD sees micrometres, and \
            crystals alone.</p>
            </section>
            """
    }

    private var peakSection: String {
        let peaks = identification.peaks
        guard !peaks.isEmpty else { return "" }
        let rows = peaks.map { peak -> [HTML.Cell] in
            let first = peak.assignments.first
            return [
                .number(String(format: "%.3f", peak.twoTheta)), .number(String(format: "%.4f", peak.spacing)),

                .number(TableText.number(peak.height)),
                .text(first?.phase ?? (peak.isUnexplained ? "unexplained" : "flank of a line")),
                .text(first?.index.description ?? ""),
                .number(first.map { String(format: "%.3f", $0.calculated) } ?? ""),
                .number(first.map { String(format: "%+.3f", peak.twoTheta - $0.calculated) } ?? ""),
            ]
        }
        let table = HTML.table(
            caption: "Peaks of the pattern with the lines that explain them",
            titles: [
                "2\u{3B8} (\u{B0})", "d (\u{C5})", "Height", "Phase", "hkl", "Calculated (\u{B0})",
                "Difference (\u{B0})",
            ],
            rows: rows)
        return "<section>\n<h2>Peaks</h2>\n\(table)\n</section>"
    }

    private var repeatSection: String {
        ReportSection.repetition(
            software: software, sources: [FitSource(file: file, spectrum: "", sha256: sha256)], command: command)
    }

    private var software: String { "Interphase" + (softwareVersion.map { " \($0)" } ?? "") }
}
