import Photoemission
import Spectra

/// A fit as one HTML page that needs nothing else: figure, tables, correlations, recipe, findings, and what ISO 19830
/// asks to be reported.
///
/// The page loads nothing, follows the reader's choice of light or dark, and prints on white. Its own script lets the
/// reader zoom, read values off, hide curves, sort and copy tables; it is whole without it.
public struct FitReport: Sendable {
    /// The fit.
    public var fit: PeakFit
    /// Where the data came from and how the fit is repeated.
    public var provenance: FitProvenance
    /// What was computed beyond the fit.
    public var supplement: FitSupplement

    /// A report of `fit`.
    public init(
        _ fit: PeakFit, provenance: FitProvenance = FitProvenance(), supplement: FitSupplement = FitSupplement()
    ) {
        self.fit = fit
        self.provenance = provenance
        self.supplement = supplement
    }

    /// The page. It is well-formed XML too. The same fit gives the same text, byte for byte.
    public var html: String { HTML.page(title: title, software: software, sections: sections) }

    /// Writes the page to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws {
        try AtomicFile.write(html, to: path)
    }

    private var title: String { FitTable(fit).heading }

    var software: String { "Interphase" + (provenance.softwareVersion.map { " \($0)" } ?? "") }

    private var sections: [String] {
        [
            heading, Self.figure(of: fit), componentSection, supplement.html, factSection,
            ReportSection.findings(fit.findings), parameterSection, reportingSection,
            ReportSection.recipe(provenance.effectiveRecipe),
            ReportSection.repetition(
                software: software, sources: provenance.source.map { [$0] } ?? [], command: provenance.command),
        ]
    }

    // MARK: Sections

    private var heading: String {
        let words = FitTable.state(of: fit)
        let sentence = words.prefix(1).uppercased() + words.dropFirst()
        let converged = fit.convergence.converged
        return ReportSection.heading(
            title, sources: provenance.source.map { ["\($0.file), spectrum \($0.spectrum)"] } ?? [],
            state: converged ? sentence : "\(sentence). The numbers below are not a result.", isGood: converged)
    }

    /// The figure of a fit as reports show it.
    static func figure(of fit: PeakFit, colours: SpeciesColours? = nil) -> String {
        var plot = fit.plot.sized(FigureSize(width: 175, height: 110)).themed(.page)
        if let colours { plot.colours = colours }
        return HTML.figure(
            plot.svg,
            caption: "Data, fit, background and components on the background; below, the residuals in units of their "
                + "standard deviation (shaded: two standard deviations either way). Binding energy increases to the left."
        )
    }

    private var componentSection: String {
        """
        <section>
        <h2>Components</h2>
        \(Self.componentTable(of: fit))
        \(FitTable.note(for: fit).map { "<p class=\"note\">\(HTML.text($0))</p>\n" } ?? "")<p class="note">Uncertainties \
        in parentheses are standard uncertainties (one standard deviation) of the last digits, from the covariance of all \
        fitted parameters. One row is a whole doublet; its energy is that of the line named; splitting and ratios are \
        those of its two lines.</p>
        </section>
        """
    }

    /// The components of a fit as a table of a page.
    static func componentTable(
        of fit: PeakFit, colours: SpeciesColours? = nil, caption: String = "Components of the fit"
    ) -> String {
        let unit = FitTable.areaUnit(of: fit)
        let titles = [
            "Species", "Line", "Shape", "Binding energy (eV)", "FWHM (eV)", "True FWHM (eV)", "Area (\(unit))",
            "Fraction (%)", "Splitting (eV)", "Area ratio", "Width ratio",
        ]
        let colours = colours ?? SpeciesColours(for: fit.components.map(\.name))
        let rows = fit.components.map { component -> [HTML.Cell] in
            let swatch = "<span class=\"swatch s\(colours.style(of: component.name).slot)\"></span>"
            return [
                .heading(swatch + HTML.rich(ChemicalText.typeset(component.name))),
                .rich(ChemicalText.line(component.line)),
                .text(component.shape), .quantity(component.position), .quantity(component.fwhm),
                .quantity(component.trueFWHM), .quantity(component.area),
                .number(TableText.percent(component.fraction)), .quantity(component.splitting),
                .quantity(component.areaRatio), .quantity(component.widthRatio),
            ]
        }
        return HTML.table(caption: caption, titles: titles, rows: rows)
    }

    private var factSection: String {
        ReportSection.section("Background, quality, calibration", HTML.definitions(FitTable(fit).facts))
    }

    private var parameterSection: String {
        let names = fit.parameters.names
        guard !names.isEmpty else { return "" }
        let matrix = ParameterMatrix(fit.parameters)
        let rows = names.indices.map { index -> [HTML.Cell] in
            let value = fit.parameters.values.indices.contains(index) ? fit.parameters.values[index] : .nan
            let state = fit.parameters.atBound.contains(names[index]) ? "on a bound" : "fitted"
            return [
                .number("\(index + 1)"), .heading(HTML.text(names[index])),
                .quantity(Measured(value, standardUncertainty: matrix.uncertainty(index))), .text(state),
            ]
        }
        let table = HTML.table(
            caption: "Parameters estimated from the data", titles: ["No.", "Parameter", "Value", "State"], rows: rows)
        return """
            <section>
            <h2>Parameters and their correlations</h2>
            \(table)
            \(CorrelationTable(parameters: fit.parameters).html)
            </section>
            """
    }

    private var reportingSection: String {
        let items = ReportingItems(fit: fit, provenance: provenance).items
        return """
            <section>
            <h2>Reporting items of ISO 19830</h2>
            <p class="note">What ISO 19830:2015 asks to be stated with peak fits of single spectra, as far as this \
            result knows it.</p>
            \(HTML.definitions(items))
            </section>
            """
    }
}
