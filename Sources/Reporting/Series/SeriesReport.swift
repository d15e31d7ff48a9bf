import Foundation
import Photoemission
import Spectra

/// A series as one HTML page that needs nothing else: quantities against the variable, all spectra above each other, each
/// fit with its residuals, changes with their tests, findings, recipe, inputs.
public struct SeriesReport: Sendable {
    /// The series with the quantities to show.
    public var table: SeriesTable
    /// The files of the spectra, in order.
    public var sources: [FitSource]
    /// The recipe with every default written out.
    public var effectiveRecipe: String?
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the report again.
    public var command: String?

    /// The most fits that are shown one by one, so that a page stays below a megabyte.
    static let mostFits = 12

    /// A report of `table`.
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

    /// The page. The same series gives the same text, byte for byte.
    public var html: String {
        HTML.page(
            title: title, software: software,
            sections: [
                heading, trackFigure, trackSection, changeSection, stackSection, fitSection, sharedSection,
                ReportSection.section("How it was fitted", HTML.definitions(table.facts)),
                ReportSection.findings(findings), ReportSection.recipe(effectiveRecipe),
                ReportSection.repetition(software: software, sources: sources, command: command),
            ])
    }

    /// Writes the page to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws { try AtomicFile.write(html, to: path) }

    private var fit: SeriesFit { table.fit }
    private var title: String { "\(Printable.text(fit.name)) against \(Printable.text(fit.variable.name))" }
    private var software: String { "Interphase" + (softwareVersion.map { " \($0)" } ?? "") }
    private var colours: SpeciesColours { SpeciesColours(for: fit.componentNames) }

    private var heading: String {
        let converged = fit.convergence.converged
        let reason = Printable.text(fit.convergence.reason)
        let kind = fit.isJoint ? "fitted as one problem" : "fitted one by one"
        return ReportSection.heading(
            title, sources: [],
            state: "\(fit.fits.count) spectra, \(kind): " + (converged ? "converged" : "\(reason); not a result"),
            isGood: converged)
    }

    private var trackFigure: String {
        guard fit.fits.count > 1 else { return "" }
        var plot = SeriesPlot(table).sized(FigureSize(width: 175, height: 95)).themed(.page)
        plot.colours = colours
        return HTML.figure(
            plot.svg,
            caption: "\(plot.content.quantity) against \(fit.variable.name), bars of one standard uncertainty.")
    }

    private var trackSection: String {
        ReportSection.section("Values", table.trackTable.html(hidesCaption: true))
    }

    private var changeSection: String {
        let items = table.changeSentences.map { "<li>\(HTML.text($0))</li>" }
        return ReportSection.section("Changes", items.isEmpty ? "" : "<ul>\n\(items.joined(separator: "\n"))\n</ul>")
    }

    private var stackSection: String {
        guard (2...40).contains(fit.fits.count) else { return "" }
        var plot = StackPlot(fit).sized(FigureSize(width: 175, height: 120)).themed(.page)
        plot.colours = colours
        return ReportSection.section(
            "Spectra",
            HTML.figure(plot.svg, caption: "All spectra with their fits, each scaled to its own maximum."))
    }

    /// The places along the series that are shown one by one, evenly spread with the first and the last among them.
    static func shownPlaces(of count: Int) -> [Int] {
        guard count > mostFits else { return Array(0..<count) }
        return (0..<mostFits).map { $0 * (count - 1) / (mostFits - 1) }
    }

    private var fitSection: String {
        let shown = Self.shownPlaces(of: fit.fits.count)
        guard !shown.isEmpty else { return "" }
        let note =
            shown.count < fit.fits.count
            ? "<p class=\"note\">\(shown.count) of \(fit.fits.count) fits, evenly spread over the series.</p>\n" : ""
        let blocks = shown.map { place in
            let single = fit.fits[place]
            let name =
                "\(place + 1). \(fit.variable.name) \(TableText.number(fit.values[place])): \(single.spectrumName)"
            return """
                <details>
                <summary>\(HTML.text(name))</summary>
                \(FitReport.figure(of: single, colours: colours))
                \(FitReport.componentTable(of: single, colours: colours, caption: "Components, \(name)"))
                </details>
                """
        }
        return ReportSection.section("Single fits", note + blocks.joined(separator: "\n"))
    }

    private var sharedSection: String {
        let names = fit.shared.names
        guard !names.isEmpty else { return "" }
        let rows = names.indices.map { index -> [HTML.Cell] in
            let variance = fit.shared.covariance[index * names.count + index]
            let state = fit.shared.atBound.contains(names[index]) ? "on a bound" : "fitted"
            return [
                .heading(HTML.text(names[index])),
                .quantity(
                    Measured(
                        fit.shared.values[index], standardUncertainty: variance > 0 ? variance.squareRoot() : nil)),
                .text(state),
            ]
        }
        return ReportSection.section(
            "Shared parameters",
            HTML.table(
                caption: "Parameters with one value in all spectra", titles: ["Parameter", "Value", "State"], rows: rows
            ))
    }

    /// The findings on the series, and those on single spectra once each with the places where they apply.
    private var findings: [Finding] {
        fit.findings
            + table.notable.map { place, finding in
                var placed = finding
                placed.message = place + finding.message
                return placed
            }
    }
}
