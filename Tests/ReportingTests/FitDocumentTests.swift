import Foundation
import Spectra
import Testing

@testable import Photoemission
@testable import Reporting

@Suite struct FitDocumentTests {
    private static let provenance = FitProvenance(
        source: FitSource(file: "cathode.vms", spectrum: "S2p Scan", sha256: String(repeating: "0f", count: 32)),
        effectiveRecipe: "interphase: 1\nlevel: S 2p\n", softwareVersion: "0.1.0", command: "interphase fit cathode.vms"
    )

    /// The document as Foundation's decoder reads it (`JSONSerialization` rounds some numbers in the last digit).
    private static func decoded(_ document: FitDocument) throws -> DecodedJSON {
        #expect(try JSONSerialization.jsonObject(with: Data(document.json.utf8)) is [String: Any])
        return try JSONDecoder().decode(DecodedJSON.self, from: Data(document.json.utf8))
    }

    @Test func theKeysThatOthersRelyOnAreThere() throws {
        var simulated = SimulatedFit.sulfur
        simulated.findings = [Finding(rule: "r", severity: .warning, message: "m")]
        let fit = simulated.fit
        let root = try Self.decoded(FitDocument(fit, provenance: Self.provenance, includesCurves: true))
        #expect(root["schema"]?.text == "interphase.fit/1")
        #expect(root["source"]?["file"]?.text == "cathode.vms" && root["source"]?["spectrum"]?.text == "S2p Scan")
        #expect(root["source"]?["sha256"]?.text == String(repeating: "0f", count: 32))
        #expect(root["window_eV"]?.numbers == [158, 170])
        #expect(root["calibration"]?["shift_eV"]?["value"]?.number == 0.1234)
        #expect(root["calibration"]?["shift_eV"]?["u"]?.number == 0.0211)
        #expect(root["calibration"]?["reference"]?.text == "PS4 3- at 161.6 eV")
        #expect(root["background"]?["kind"]?.text == "shirley")
        #expect(root["background"]?["parameters"]?["constant"]?["value"]?.number == 200)
        #expect(root["background"]?["parameters"]?["constant"]?["u"]?.number == 2.3)
        let statistics = try #require(root["statistics"])
        #expect(statistics["points"]?.number == 241 && statistics["free_parameters"]?.number == 14)
        #expect(statistics["chi2"]?.number == fit.statistics.chi2)
        #expect(statistics["reduced_chi2"]?.number == fit.statistics.reducedChi2)
        #expect(statistics["abbe"]?.number == 0.98 && statistics["residual_std"]?.number == 12.5)
        let finding = root["findings"]?[0]
        #expect(finding?["rule"]?.text == "r" && finding?["severity"]?.text == "warning")
        #expect(finding?["message"]?.text == "m")
        #expect(root["convergence"]?["converged"] == .boolean(true))
        #expect(root["effective_recipe"]?.text == Self.provenance.effectiveRecipe)
        #expect(root["software"]?["version"]?.text == "0.1.0")
    }

    @Test func componentsCarryTheirQuantitiesWithUncertainties() throws {
        let fit = SimulatedFit.sulfur.fit
        let components = try #require(try Self.decoded(FitDocument(fit))["components"]).items
        #expect(components.count == fit.components.count)
        for (component, fitted) in zip(components, fit.components) {
            #expect(component["name"]?.text == fitted.name && component["shape"]?.text == "GL(30)")
            #expect(component["level"]?.text == "S 2p" && component["line"]?.text == "S 2p3/2")
            let quantities = [
                ("position_eV", fitted.position), ("fwhm_eV", fitted.fwhm), ("fwhm_true_eV", fitted.trueFWHM),
                ("area", fitted.area), ("fraction", fitted.fraction),
            ]
            for (key, quantity) in quantities {
                #expect(component[key]?["value"]?.number == quantity.value)
                #expect(component[key]?["u"]?.number == quantity.standardUncertainty)
            }
            #expect(component["splitting_eV"]?["value"]?.number == 1.18)
            #expect(component["splitting_eV"]?["u"] == .null)
            #expect(component["area_ratio"]?["value"]?.number == 0.5)
        }
        let single = SimulatedFit(lines: [.init(name: "Li2O", position: 162, area: 100)]).fit
        let line = try Self.decoded(FitDocument(single))["components"]?[0]
        #expect(line?["splitting_eV"] == .null && line?["area_ratio"] == .null)
    }

    @Test func curvesAreThereWhenAskedForAndReadBackExactly() throws {
        let fit = SimulatedFit.sulfur.fit
        #expect(try Self.decoded(FitDocument(fit))["curves"] == nil)
        let curves = try #require(try Self.decoded(FitDocument(fit, includesCurves: true))["curves"])
        #expect(curves["binding_energy_eV"]?.numbers == fit.curves.bindingEnergies)
        #expect(curves["counts"]?.numbers == fit.curves.intensities)
        #expect(curves["background"]?.numbers == fit.curves.background)
        #expect(curves["envelope"]?.numbers == fit.curves.envelope)
        #expect(curves["residual"]?.numbers == fit.curves.residuals)
        #expect(curves["components"]?.keys == fit.components.map(\.name).sorted())
        for column in fit.curves.components { #expect(curves["components"]?[column.name]?.numbers == column.values) }
    }

    @Test func covarianceAndCorrelationAgree() throws {
        var fit = SimulatedFit.sulfur.fit
        let count = fit.parameters.names.count
        // A parameter on a bound has no variance.
        for index in 0..<count {
            fit.parameters.covariance[index] = 0
            fit.parameters.covariance[index * count] = 0
        }
        fit.parameters.atBound = [fit.parameters.names[0]]
        let parameters = try #require(try Self.decoded(FitDocument(fit))["parameters"])
        #expect(parameters["names"]?.items.compactMap(\.text) == fit.parameters.names)
        #expect(parameters["values"]?.numbers == fit.parameters.values)
        #expect(parameters["at_bound"]?.items == [.string(fit.parameters.names[0])])
        let covariance = try #require(parameters["covariance"]).items.compactMap(\.numbers)
        #expect(covariance.count == count && covariance.allSatisfy { $0.count == count })
        #expect(Array(covariance.joined()) == fit.parameters.covariance)
        let correlation = try #require(parameters["correlation"])
        #expect(correlation[0]?.items == [DecodedJSON](repeating: .null, count: count))
        for row in 1..<count {
            for column in 1..<count {
                let expected = pow(-0.97, Double(abs(row - column)))
                #expect(abs((correlation[row]?[column]?.number ?? .nan) - expected) < 1e-12)
            }
        }
    }

    @Test func numbersThatDoNotExistAreNull() throws {
        var fit = SimulatedFit.sulfur.fit
        fit.components[0].area = Measured(.nan, standardUncertainty: .infinity)
        fit.statistics.reducedChi2 = .infinity
        fit.curves.standardDeviations[0] = .nan
        fit.parameters.covariance = []
        let root = try Self.decoded(FitDocument(fit, includesCurves: true))
        #expect(root["components"]?[0]?["area"]?["value"] == .null && root["components"]?[0]?["area"]?["u"] == .null)
        #expect(root["statistics"]?["reduced_chi2"] == .null)
        #expect(root["curves"]?["standard_deviation"]?[0] == .null)
        #expect(root["parameters"]?["covariance"]?[1]?[1] == .null)
    }

    @Test func keysKeepTheOrderOfTheSchemaAndTextIsRepeatable() {
        let fit = SimulatedFit.sulfur.fit
        let json = FitDocument(fit, provenance: Self.provenance).json
        #expect(json == FitDocument(fit, provenance: Self.provenance).json)
        let top = json.split(separator: "\n").filter { $0.hasPrefix("  \"") }.compactMap {
            $0.split(separator: "\"").dropFirst().first
        }
        #expect(
            top == [
                "schema", "software", "source", "level", "unit", "window_eV", "calibration", "convergence",
                "background",
                "components", "statistics", "parameters", "findings", "effective_recipe", "command",
            ])
    }

    @Test func unknownProvenanceIsNull() throws {
        let root = try Self.decoded(FitDocument(SimulatedFit.sulfur.fit))
        #expect(root["source"]?["file"] == .null && root["source"]?["sha256"] == .null)
        #expect(root["source"]?["spectrum"]?.text == "S2p Scan")
        #expect(root["effective_recipe"] == .null && root["command"] == .null)
    }

    @Test(arguments: HostileNames.all) func namesSurviveTheRoundTrip(name: String) throws {
        var simulated = SimulatedFit.sulfur
        simulated.points = 31
        simulated.name = name
        simulated.lines[2].name = name
        let root = try Self.decoded(FitDocument(simulated.fit, includesCurves: true))
        #expect(root["source"]?["spectrum"]?.text == name)
        #expect(root["components"]?[2]?["name"]?.text == name)
        #expect(root["curves"]?["components"]?[name]?.numbers == simulated.fit.curves.components[2].values)
    }

    @Test func repeatedNamesLoseNoCurve() throws {
        var simulated = SimulatedFit.sulfur
        simulated.lines[1].name = simulated.lines[0].name
        let root = try Self.decoded(FitDocument(simulated.fit, includesCurves: true))
        #expect(root["curves"]?["components"]?.keys == ["S 2-", "S 2- (2)", "S ox,1", "polysulfide"])
    }

    @Test func doublesAreWrittenShortestAndExactly() throws {
        let values = [
            0.1, 1.0 / 3, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 123_456_789_012_345_680,
            163.02,
        ]
        let text = JSONText.numbers(values).document
        #expect(try JSONDecoder().decode([Double].self, from: Data(text.utf8)) == values)
        #expect(text.hasPrefix("[0.1, 0.3333333333333333, 1e-300, 5e-324, "))
    }
}
