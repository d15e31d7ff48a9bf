import Photoemission
import Spectra

/// A quantification as one HTML page that needs nothing else: elements, species, areas and factors, every fit with its
/// residuals, method, findings, recipes, inputs.
public struct QuantificationReport: Sendable {
    /// The result.
    public var table: QuantificationTable
    /// The fits behind it with where their spectra came from.
    public var fits: [(fit: PeakFit, provenance: FitProvenance)]
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the report again.
    public var command: String?

    /// A report of `table`.
    public init(
        _ table: QuantificationTable, fits: [(fit: PeakFit, provenance: FitProvenance)] = [],
        softwareVersion: String? = nil, command: String? = nil
    ) {
        self.table = table
        self.fits = fits
        self.softwareVersion = softwareVersion
        self.command = command
    }

    /// The page. The same result gives the same text, byte for byte.
    public var html: String {
        // What stands below the tables for papers has a section of its own here.
        let tables = table.resultTables.tables.map { table in
            var bare = table
            bare.notes = table.notes.count > 1 ? [] : table.notes
            return bare
        }
        return HTML.page(
            title: "Quantification", software: software,
            sections: [heading] + tables.map { ReportSection.section($0.caption, $0.html(hidesCaption: true)) } + [
                ReportSection.section("Method", HTML.definitions(table.facts)), fitSection,
                ReportSection.findings(findings), recipeSection,
                ReportSection.repetition(
                    software: software, sources: fits.compactMap(\.provenance.source), command: command),
            ])
    }

    /// Writes the page to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws { try AtomicFile.write(html, to: path) }

    private var software: String { "Interphase" + (softwareVersion.map { " \($0)" } ?? "") }

    private var heading: String {
        let failed = fits.filter { !$0.fit.convergence.converged }.map(\.fit.spectrumName)
        let amounts = table.result.elements.map { "\($0.element) \(TableText.quantity($0.atomicPercent))" }
        return ReportSection.heading(
            "Quantification", sources: [],
            state: failed.isEmpty
                ? "at.%: " + amounts.joined(separator: ", ")
                : "Not converged: \(failed.joined(separator: ", ")). The numbers below are not a result.",
            isGood: failed.isEmpty)
    }

    private var fitSection: String {
        let blocks = fits.enumerated().map { place, one in
            """
            <details\(place == 0 ? " open=\"open\"" : "")>
            <summary>\(HTML.text("\(place + 1). \(FitTable(one.fit).heading)"))</summary>
            \(FitReport.figure(of: one.fit))
            \(FitReport.componentTable(of: one.fit, caption: "Components of fit \(place + 1)"))
            </details>
            """
        }
        return ReportSection.section("Fits", blocks.joined(separator: "\n"))
    }

    private var findings: [Finding] {
        table.result.findings
            + fits.flatMap { one in
                one.fit.findings.map { finding in
                    var placed = finding
                    placed.message = "\(one.fit.spectrumName): \(finding.message)"
                    return placed
                }
            }
    }

    private var recipeSection: String {
        fits.enumerated().map { place, one in
            ReportSection.recipe(
                one.provenance.effectiveRecipe, title: "Effective recipe \(place + 1), \(one.fit.spectrumName)")
        }.joined(separator: "\n")
    }
}
