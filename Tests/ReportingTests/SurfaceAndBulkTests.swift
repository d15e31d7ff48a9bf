import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Diffraction
@testable import Reporting

/// XPS and XRD of one specimen in one report.
@Suite struct SurfaceAndBulkTests {
    private static func phase(_ name: String, _ formula: String, _ share: Double) throws -> IdentifiedPhase {
        IdentifiedPhase(
            name: name, formula: formula, weightFraction: Measured(share, standardUncertainty: 0.01),
            cell: try #require(UnitCell(a: 4, b: 4, c: 4, alpha: 90, beta: 90, gamma: 90)), strains: [0],
            significance: 50,
            coverage: 1, probability: 0.98, evidence: [], alternatives: [], curve: [])
    }

    private static let surface = SurfaceComposition(elements: [
        .init(element: "O", level: "O 1s", atomicPercent: Measured(50, standardUncertainty: 1)),
        .init(element: "C", level: "C 1s", atomicPercent: Measured(30, standardUncertainty: 1)),
        .init(element: "F", level: "F 1s", atomicPercent: Measured(15, standardUncertainty: 0.5)),
        .init(element: "Co", level: "Co 2p", atomicPercent: Measured(4.8, standardUncertainty: 0.3)),
        .init(element: "P", level: "P 2p", atomicPercent: Measured(0.2, standardUncertainty: 0.1)),
    ])

    @Test func atomicPerCentOfTheCrystalsIsThatOfTheirFormulas() throws {
        // 97.8714 g/mol of LiCoO2 and 240.797 g/mol of Co3O4: at 90 and 10 wt% 0.9 / 97.871 and 0.1 / 240.797 formula units.
        let phases = [try Self.phase("LiCoO2", "CoLiO2", 0.9), try Self.phase("Co3O4", "Co3O4", 0.1)]
        let comparison = SurfaceAndBulk(surface: Self.surface, phases: phases)
        let layered = 0.9 / 97.8714
        let spinel = 0.1 / 240.797
        let atoms = 4 * layered + 7 * spinel
        let bulk = Dictionary(uniqueKeysWithValues: comparison.elements.map { ($0.symbol, $0.bulk) })
        #expect(comparison.elements.map(\.symbol) == ["O", "C", "F", "Co", "P", "Li"])
        #expect(abs(try #require(bulk["Co"] ?? nil) - 100 * (layered + 3 * spinel) / atoms) < 0.01)
        #expect(abs(try #require(bulk["O"] ?? nil) - 100 * (2 * layered + 4 * spinel) / atoms) < 0.01)
        #expect(abs(try #require(bulk["Li"] ?? nil) - 100 * layered / atoms) < 0.01)
        #expect(bulk["F"] == .some(nil))
        #expect(abs(comparison.elements.compactMap(\.bulk).reduce(0, +) - 100) < 1e-9)
        #expect(comparison.elements.first { $0.symbol == "Co" }?.phases == ["LiCoO2", "Co3O4"])
    }

    @Test func filmsAndBuriedPhasesAreNamedAndTracesAreNot() throws {
        let phases = [try Self.phase("LiCoO2", "CoLiO2", 0.5), try Self.phase("Al", "Al", 0.5)]
        let comparison = SurfaceAndBulk(surface: Self.surface, phases: phases)
        // Fluorine has no phase; carbon and oxygen come with air; 0.2 at.% of phosphorus is not spoken of.
        #expect(comparison.remarks.count == 2)
        #expect(comparison.remarks[0].hasPrefix("F (15.0(5) at.%)"))
        #expect(comparison.buriedPhases == ["Al"])
        #expect(comparison.remarks[1].hasPrefix("Al:"))
        #expect(comparison.text.contains("not measured"))
        // What has nothing but lithium beside carbon and oxygen is not called buried: XPS hardly sees lithium.
        let carbonate = SurfaceAndBulk(surface: Self.surface, phases: [try Self.phase("Li2CO3", "CLi2O3", 1)])
        #expect(carbonate.buriedPhases.isEmpty)
    }

    @Test func aQuantificationIsReadBackAndAnythingElseIsRefused() throws {
        let json = """
            {"schema": "interphase.quantify/1", "elements": [
              {"element": "Co", "level": "Co 2p", "at_percent": {"value": 12.5, "u": 0.4}},
              {"element": "O", "at_percent": {"value": 87.5}}]}
            """
        let surface = try SurfaceComposition(quantification: Data(json.utf8))
        #expect(surface.elements.map(\.element) == ["Co", "O"])
        #expect(surface.elements[0].atomicPercent == Measured(12.5, standardUncertainty: 0.4))
        #expect(surface.elements[1].level == nil)
        for bad in [
            "", "[]", "{}", json.replacingOccurrences(of: "quantify/1", with: "fit/1"), String(json.dropLast(3)),
        ] {
            #expect(throws: SurfaceCompositionError.noQuantification) {
                try SurfaceComposition(quantification: Data(bad.utf8))
            }
        }
    }

    @Test func theReportIsOnePageThatLoadsNothing() throws {
        // Gaussian lines of silicon.
        let structure = try #require(PhaseLibrary.phase("Si"))
        let lines = try PowderPattern(structure, settings: .init(twoTheta: 5...130)).emissionLines()
        var random = RandomNumbers(seed: 3)
        let angles = (0...3000).map { 20 + 0.02 * Double($0) }
        let counts = try angles.map { angle in
            try random.poisson(
                mean: lines.reduce(100.0) { sum, line in
                    let x = (angle - line.twoTheta) / 0.06
                    return abs(x) < 8 ? sum + 20 * line.intensity * exp(-x * x / 2) : sum
                })
        }
        let found = try PhaseIdentification(
            PatternCurve(twoTheta: angles, intensities: counts), emission: .copper,
            options: IdentificationOptions(elements: ["Si", "O"], asked: ["SiO2-quartz"]))
        #expect(found.phases.map(\.name) == ["Si"])
        let report = IdentificationReport(
            found, file: "a <b> & \"c\".xy", unit: .counts, surface: Self.surface, softwareVersion: "0.1.0",
            command: "interphase identify 'a <b>'")
        let html = report.html
        let reader = XMLReader(html)
        #expect(reader.error == nil)
        #expect(html == report.html)
        try PageScripts.check(html)
        let forbidden: Set = ["img", "link", "iframe", "object", "embed", "base", "form"]
        #expect(reader.elements.allSatisfy { !forbidden.contains($0.name) })
        #expect(html.contains("default-src 'none'") && !html.contains("@import"))
        for word in ["<svg", "Crystalline phases", "Surface and bulk", "What proves it", "Peaks", "1 1 1", "15.0(5)"] {
            #expect(html.contains(word), "\(word)")
        }
        #expect(html.utf8.count < 300_000)
        // What was found and written is drawn again from the document.
        let written = Data(PhaseTable(found).json(file: "si.xy", includesCurves: true).utf8)
        guard case .pattern(let file) = try ResultFile(written, path: "si.json") else {
            Issue.record("an identification is read back as something else")
            return
        }
        #expect(try file.plot().svg.text == RefinementPlot(found).svg.text)
        // Without a surface and without a match there is still a page that says so.
        let noise = try (0...3000).map { _ in try random.poisson(mean: 100) }
        let empty = try PhaseIdentification(
            PatternCurve(twoTheta: angles, intensities: noise), emission: .copper,
            options: IdentificationOptions(elements: ["Si"]))
        let page = IdentificationReport(empty, file: "noise.xy").html
        #expect(
            XMLReader(page).error == nil && page.contains("No confident match") && !page.contains("Surface and bulk"))
    }
}
