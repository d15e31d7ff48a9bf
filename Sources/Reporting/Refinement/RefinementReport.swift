import Diffraction
import Foundation
import Spectra

/// A refinement as one HTML page that needs nothing else: pattern with phases and difference, phases, cells, how it was
/// refined, correlations, findings, inputs.
public struct RefinementReport: Sendable {
    /// What was refined.
    public var table: RefinementTable
    /// The pattern's file.
    public var file: String
    /// The SHA-256 of that file; `nil` where it was not computed.
    public var sha256: String?
    /// The unit of the intensities.
    public var unit: IntensityUnit
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the report again.
    public var command: String?

    /// A report of `table`.
    public init(
        _ table: RefinementTable, file: String, sha256: String? = nil, unit: IntensityUnit = .arbitrary,
        softwareVersion: String? = nil, command: String? = nil
    ) {
        self.table = table
        self.file = file
        self.sha256 = sha256
        self.unit = unit
        self.softwareVersion = softwareVersion
        self.command = command
    }

    /// The page. The same refinement gives the same text, byte for byte.
    public var html: String {
        HTML.page(
            title: title, software: software,
            sections: [
                heading, figure, ReportSection.section("Phases", table.phaseTable.html(hidesCaption: true)),
                ReportSection.section("Cells", table.cellTable.html(hidesCaption: true)), remarkSection,
                ReportSection.section(
                    "How it was refined", HTML.definitions([("Model", table.statisticsLines.joined(separator: "; "))])),
                ReportSection.findings(table.refinement.findings), correlationSection,
                ReportSection.repetition(
                    software: software, sources: [FitSource(file: file, spectrum: "", sha256: sha256)],
                    command: command),
            ])
    }

    /// Writes the page to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws { try AtomicFile.write(html, to: path) }

    private var title: String { "Refinement of \(URL(fileURLWithPath: file).lastPathComponent)" }
    private var software: String { "Interphase" + (softwareVersion.map { " \($0)" } ?? "") }

    private var heading: String {
        let refinement = table.refinement
        return ReportSection.heading(
            title, sources: [file],
            state: refinement.converged
                ? "Converged: R wp \(TableText.number(100 * refinement.statistics.weightedProfileR, digits: 3)) %, "
                    + "goodness of fit \(TableText.number(refinement.statistics.goodnessOfFit, digits: 3))"
                : "Not converged. The numbers below are not a result.", isGood: refinement.converged)
    }

    private var figure: String {
        let plot = RefinementPlot(table.refinement, unit: unit).sized(FigureSize(width: 175, height: 110)).themed(.page)
        return HTML.figure(
            plot.svg,
            caption: "Intensities, model and background, marks at the reflections of each phase, and the difference in "
                + "standard deviations.")
    }

    /// Layered oxides, the amorphous rest, microabsorption.
    private var remarkSection: String {
        var sentences = table.refinement.layeredOxides.map(RefinementTable.sentence)
        if let amorphous = table.amorphous { sentences.append(RefinementTable.sentence(amorphous)) }
        var body = sentences.map { "<p>\(HTML.text($0))</p>" }.joined(separator: "\n")
        if let correction = table.microabsorption {
            let lines = RefinementTable.lines(correction).joined(separator: "\n")
            body += "\n" + HTML.preformatted(lines, label: "Microabsorption")
        }
        return ReportSection.section("What follows from it", body)
    }

    private var correlationSection: String {
        let correlations = table.refinement.correlations
        return ReportSection.section(
            "Correlations",
            CorrelationTable(names: correlations.names) { row, column in
                guard correlations.matrix.indices.contains(row), correlations.matrix[row].indices.contains(column)
                else { return nil }
                let value = correlations.matrix[row][column]
                return value.isFinite ? value : nil
            }.html)
    }
}
