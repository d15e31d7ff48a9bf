import Foundation
import Spectra
import Testing

@testable import Photoemission
@testable import Reporting

@Suite struct FitReportTests {
    private static let provenance = FitProvenance(
        source: FitSource(file: "cathode.vms", spectrum: "S2p Scan", sha256: String(repeating: "0f", count: 32)),
        effectiveRecipe: "interphase: 1\nlevel: S 2p\n", softwareVersion: "0.1.0",
        command: "interphase fit cathode.vms --report s2p.html")

    @Test func thePageIsWellFormedSelfContainedAndRepeatable() throws {
        let report = FitReport(SimulatedFit.sulfur.fit, provenance: Self.provenance)
        let html = report.html
        let reader = XMLReader(html)
        #expect(reader.error == nil)
        #expect(html == report.html)
        #expect(html.hasPrefix("<!DOCTYPE html>"))
        // Nothing is loaded, and nothing runs but the script of the page.
        try PageScripts.check(html)
        let forbidden: Set = ["img", "link", "iframe", "object", "embed", "image", "use", "base", "form"]
        #expect(reader.elements.allSatisfy { !forbidden.contains($0.name) })
        for element in reader.elements {
            for (name, value) in element.attributes {
                #expect(!name.lowercased().hasPrefix("on") && !["href", "src", "xlink:href"].contains(name))
                #expect(name == "xmlns" || !value.contains("://"))
            }
        }
        #expect(!html.contains("url(") && !html.contains("@import"))
        #expect(html.contains("default-src 'none'") && html.contains("script-src 'sha256-\(ReportScript.digest)'"))
        #expect(html.utf8.count < 200_000)
    }

    @Test func thePageHoldsWhatARefereeAsksFor() {
        var simulated = SimulatedFit.sulfur
        simulated.findings = [
            Finding(rule: "parameter-at-bound", severity: .error, message: "the width ended on a bound")
        ]
        let html = FitReport(simulated.fit, provenance: Self.provenance).html
        for word in [
            "<svg", "Components", "161.600(6)", "PS<sub>4</sub><sup>3\u{2212}</sup>", "Background range (5.2)",
            "158 eV to 170 eV binding energy", "shirley, fitted with the peaks", "GL(30) for all components",
            "Reporting items of ISO 19830", "Effective recipe", "interphase fit cathode.vms", "Interphase 0.1.0",
            String(repeating: "0f", count: 32), "parameter-at-bound", "Correlation coefficients", "\u{2212}0.97",
            "reduced chi2",
        ] { #expect(html.contains(word), "\(word)") }
        let sections = XMLReader(html).elements.filter { $0.name == "h2" }.map(\.text)
        #expect(Set(sections).count == sections.count && sections.count == 7)
    }

    @Test func figureAndPageTakeTheirColoursFromOnePlace() {
        let html = FitReport(SimulatedFit.sulfur.fit).html
        // Each custom property used is declared for light and for dark.
        for name in Set(html.matches(of: /var\(--([a-z0-9-]+)\)/).map { String($0.1) }) {
            #expect(html.matches(of: try! Regex("--\(name): ")).count == 2, "\(name)")
        }
        #expect(html.contains("prefers-color-scheme: dark") && html.contains("@media print"))
    }

    @Test func tablesAndFigureCanBeReadWithoutSeeing() {
        let elements = XMLReader(FitReport(SimulatedFit.sulfur.fit).html).elements
        #expect(elements.first { $0.name == "html" }?.attributes["lang"] == "en")
        let svg = elements.first { $0.name == "svg" }
        #expect(svg?.attributes["role"] == "img" && svg?.attributes["aria-label"]?.isEmpty == false)
        #expect(elements.contains { $0.name == "desc" && $0.text.contains("PS4 3- at 161.600(6) eV") })
        #expect(elements.filter { $0.name == "table" }.count == elements.filter { $0.name == "caption" }.count)
        #expect(elements.filter { $0.name == "th" }.allSatisfy { $0.attributes["scope"] != nil })
        #expect(elements.filter { $0.name == "h1" }.count == 1)
    }

    @Test func aFitThatDidNotConvergeSaysSoAtTheTop() throws {
        var simulated = SimulatedFit.sulfur
        simulated.converged = false
        let html = FitReport(simulated.fit).html
        let warning = try #require(html.range(of: "Not converged: too many iterations"))
        let figure = try #require(html.range(of: "<figure"))
        #expect(warning.lowerBound < figure.lowerBound)
    }

    @Test(arguments: HostileNames.all) func textFromFilesStaysText(name: String) throws {
        var simulated = SimulatedFit.sulfur
        simulated.points = 31
        simulated.name = name
        simulated.lines[0].name = name
        simulated.findings = [Finding(rule: name, severity: .warning, message: name)]
        var fit = simulated.fit
        fit.convergence.reason = name
        fit.calibration.reference = name
        fit.background.kind = name
        fit.background.parameters[0].name = name
        fit.components[0].shape = name
        fit.components[0].line = name
        fit.statistics.weighting = name
        fit.parameters.names[0] = name
        fit.parameters.atBound = [name]
        let provenance = FitProvenance(
            source: FitSource(file: name, spectrum: name, sha256: name), effectiveRecipe: name, softwareVersion: name,
            command: name)
        var plot = fit.plot
        plot.title = name
        let usual = XMLReader(FitReport(SimulatedFit.sulfur.fit, provenance: Self.provenance).html)
        let allowed = Set(usual.elements.map(\.name)).union(["ul", "li", "strong", "code", "sub", "sup"])
        for text in [FitReport(fit, provenance: provenance).html, plot.svg.text, FitReport(fit).html] {
            let reader = XMLReader(text)
            #expect(reader.error == nil)
            // A name adds no element and no attribute of its own.
            #expect(Set(reader.elements.map(\.name)).isSubset(of: allowed))
            #expect(reader.elements.allSatisfy { $0.attributes.keys.allSatisfy { !$0.lowercased().hasPrefix("on") } })
            if text.contains("<html") { try PageScripts.check(text) } else { #expect(!text.contains("<script")) }
            #expect(!text.contains("<img"))
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && !"\n\r\t".unicodeScalars.contains($0) })
            #expect(!text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) })
        }
    }

    @Test func escapingKeepsWhatCanBeShown() {
        #expect(Markup.escaped("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;")
        #expect(Markup.escaped("🔋 e\u{301} 漢") == "🔋 e\u{301} 漢")
        #expect(Printable.text("\u{1B}[31m") == "\u{FFFD}[31m")
        #expect(Printable.text("a\nb\tc") == "a b c")
        #expect(Printable.text("👩‍🔬") == "👩‍🔬")
    }

    @Test func subtractedBackgroundsStateTheirAveraging() {
        var fit = SimulatedFit.sulfur.fit
        fit.background.isFitted = false
        fit.effectiveModel.background = Background(.shirley, isFitted: false, endPoints: 5)
        let html = FitReport(fit).html
        #expect(html.contains("arithmetic mean of 5 points at each end"))
        #expect(html.contains("shirley, computed from the data and subtracted first"))
        fit.background = FittedBackground(kind: "none", isFitted: false, parameters: [])
        #expect(FitReport(fit).html.contains("none: there is no background"))
    }

    @Test func anEmptyFitStillMakesAPage() {
        var fit = SimulatedFit.sulfur.fit
        fit.components = []
        fit.parameters = FittedParameters(names: [], values: [], covariance: [], atBound: [])
        fit.curves = FitCurves(
            bindingEnergies: [], intensities: [], standardDeviations: [], background: [], envelope: [], components: [])
        #expect(XMLReader(FitReport(fit).html).error == nil)
        #expect(XMLReader(FitReport(fit).html).elements.contains { $0.name == "svg" })
    }
}
