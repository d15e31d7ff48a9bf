import Photoemission
import Spectra

/// A fit as one HTML page that needs nothing else: figure, tables, correlations, recipe, findings, and what ISO 19830
/// asks to be reported. The page loads nothing, runs no scripts (and forbids them by its content security policy),
/// follows the reader's choice of light or dark, and prints on white.
public struct FitReport: Sendable {
    /// The fit.
    public var fit: PeakFit
    /// Where the data came from and how the fit is repeated.
    public var provenance: FitProvenance

    /// A report of `fit`.
    public init(_ fit: PeakFit, provenance: FitProvenance = FitProvenance()) {
        self.fit = fit
        self.provenance = provenance
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
            heading, figure, componentSection, factSection, findingSection, parameterSection, reportingSection,
            recipeSection, repeatSection,
        ]
    }

    // MARK: Sections

    private var heading: String {
        let source = provenance.source.map { source in
            "<p class=\"source\">\(HTML.text(source.file)), spectrum \(HTML.text(source.spectrum))</p>\n"
        }
        let words = FitTable.state(of: fit)
        let sentence = HTML.text(words.prefix(1).uppercased() + words.dropFirst())
        let state =
            fit.convergence.converged
            ? "<p class=\"state good\">\(sentence)</p>"
            : "<p class=\"state bad\" role=\"alert\">\(sentence). The numbers below are not a result.</p>"
        return "<header>\n<h1>\(HTML.text(title))</h1>\n\(source ?? "")\(state)\n</header>"
    }

    private var figure: String {
        let svg = fit.plot.sized(FigureSize(width: 175, height: 110)).themed(.page).svg.element
        return """
            <figure>
            \(svg)
            <figcaption>Data, fit, background and components on the background; below, the residuals in units of their \
            standard deviation (shaded: two standard deviations either way). Binding energy increases to the left.\
            </figcaption>
            </figure>
            """
    }

    private var componentSection: String {
        let unit = FitTable.areaUnit(of: fit)
        let titles = [
            "Species", "Line", "Shape", "Binding energy (eV)", "FWHM (eV)", "True FWHM (eV)", "Area (\(unit))",
            "Fraction (%)", "Splitting (eV)", "Area ratio", "Width ratio",
        ]
        let colours = SpeciesColours(for: fit.components.map(\.name))
        let rows = fit.components.map { component -> [HTML.Cell] in
            let swatch = "<span class=\"swatch s\(colours.style(of: component.name).slot)\"></span>"
            return [
                .heading(swatch + HTML.rich(ChemicalText.typeset(component.name))), .text(component.line),
                .text(component.shape), .quantity(component.position), .quantity(component.fwhm),
                .quantity(component.trueFWHM), .quantity(component.area),
                .number(TableText.percent(component.fraction)), .quantity(component.splitting),
                .quantity(component.areaRatio), .quantity(component.widthRatio),
            ]
        }
        let note = FitTable.note(for: fit).map { "<p class=\"note\">\(HTML.text($0))</p>\n" } ?? ""
        return """
            <section>
            <h2>Components</h2>
            \(HTML.table(caption: "Components of the fit", titles: titles, rows: rows))
            \(note)<p class="note">Uncertainties in parentheses are standard uncertainties (one standard deviation) of \
            the last digits, from the covariance of all fitted parameters. One row is a whole doublet; its energy is \
            that of the line named; splitting and ratios are those of its two lines.</p>
            </section>
            """
    }

    private var factSection: String {
        "<section>\n<h2>Background, quality, calibration</h2>\n\(HTML.definitions(FitTable(fit).facts))\n</section>"
    }

    private var findingSection: String {
        let findings = FitTable.sortedFindings(of: fit)
        guard !findings.isEmpty else { return "<section>\n<h2>Findings</h2>\n<p>None.</p>\n</section>" }
        return """
            <section>
            <h2>Findings</h2>
            \(FindingText(findings: findings, width: 100).html)
            </section>
            """
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

    private var recipeSection: String {
        guard let recipe = provenance.effectiveRecipe, !recipe.isEmpty else { return "" }
        return """
            <section>
            <h2>Effective recipe</h2>
            <p class="note">The recipe of this fit with every default written out.</p>
            <pre tabindex="0" aria-label="Effective recipe">\(Markup.escaped(recipe))</pre>
            </section>
            """
    }

    private var repeatSection: String {
        var facts: [(name: String, value: String)] = [("Program", software)]
        if let source = provenance.source {
            facts.append(("File", source.file))
            facts.append(("Spectrum", source.spectrum))
            facts.append(("SHA-256", source.sha256 ?? "not computed"))
        }
        let command = provenance.command.map {
            "\n<pre tabindex=\"0\" aria-label=\"Command\">\(Markup.escaped($0))</pre>"
        }
        return "<section>\n<h2>How to repeat this fit</h2>\n\(HTML.definitions(facts))\(command ?? "")\n</section>"
    }
}
