import Foundation
import Photoemission
import Spectra
import Testing

@testable import Reporting

@Suite("Results read back for the referee")
struct FitResultFileTests {
    private static func document() throws -> (fit: PeakFit, json: String) {
        var numbers = SystemRandomNumberGenerator()
        let energies = (0...110).map { 157 + 0.1 * Double($0) }
        let model = PeakModel(.s2p, calibration: .line("PS4 3-", at: 161.6)) {
            Doublet("PS4 3-", near: 161.6)
            Doublet("S8", near: 164.0, width: .sameAs("PS4 3-"))
        }
        let counts = energies.map { energy in
            let line = 2000 * exp(-pow((energy - 161.7) / 0.6, 2)) + 900 * exp(-pow((energy - 164.0) / 0.6, 2))
            return (800 + line + Double.random(in: -30...30, using: &numbers)).rounded()
        }
        let fit = try model.fit(
            Spectrum(
                name: "S 2p", level: .s2p, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
                intensities: counts, unit: .counts, acquisition: Acquisition(sweeps: 4, dwellTime: 0.5)))
        let recipe = Recipe(model: fit.effectiveModel).yaml
        let provenance = FitProvenance(
            source: FitSource(file: "a.vms", spectrum: "S 2p", sha256: String(repeating: "0", count: 64)),
            effectiveRecipe: recipe, softwareVersion: "1")
        return (fit, FitDocument(fit, provenance: provenance).json)
    }

    @Test("the referee says of the document what it said of the fit")
    func sameFindings() throws {
        let (fit, json) = try Self.document()
        let subject = try FitResultFile(Data(json.utf8), path: "fit.json").subject()
        let again = Referee().findings(in: subject)
        #expect(Set(again.map(\.rule)) == Set(fit.findings.map(\.rule)))
        for (component, fitted) in zip(subject.components, fit.components) {
            #expect(component.position.value == fitted.position.value)
            #expect(component.area.uncertainty == fitted.area.standardUncertainty)
        }
        #expect(subject.photonEnergy == 1486.6)
        #expect(subject.secondsPerChannel == 2)
        #expect(subject.missingItems.isEmpty)
    }

    @Test("damaged documents are errors or readable, never a crash")
    func damage() throws {
        let bytes = Array(try Self.document().json.utf8)
        var state: UInt64 = 42
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0...next(4) { damaged[next(damaged.count)] = UInt8(next(128)) }
            if next(5) == 0 { damaged.removeLast(next(damaged.count)) }
            guard let subject = try? FitResultFile(Data(damaged), path: "fit.json").subject() else { continue }
            _ = Referee().findings(in: subject)
            _ = LevelBalance().findings(for: [subject, subject])
        }
        for number in ["9223372036854775807", "-9223372036854775808", "1e308"] {
            let text = String(decoding: bytes, as: UTF8.self)
            let points = text.replacing(/"points": \d+/, with: "\"points\": \(number)")
            #expect(throws: ReadError.self) { try FitResultFile(Data(points.utf8), path: "fit.json").subject() }
        }
    }
}
