import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// The simulated reference spectra that come along.
@Suite("Reference spectra", .serialized)
struct ReferenceSpectraTests {
    static let folder = SharedData.projectRoot.appendingPathComponent("reference-spectra/spectra/species").path

    private static func path(_ id: String) -> String { "\(folder)/\(id).vms" }

    @Test("every species has a file that says it is simulated, with a spectrum for each of its levels")
    func complete() throws {
        for species in ReferenceLibrary.species {
            let file = try SpectrumFile(contentsOf: Self.path(species.id))
            #expect(file.comments.contains { $0.contains("SIMULATED") }, "\(species.id)")
            let levels = species.lines.map(\.level).filter { $0.reference != nil }
            #expect(file.spectra.compactMap(\.level) == levels, "\(species.id)")
            for spectrum in file.spectra {
                #expect(spectrum.comments.contains { $0.hasPrefix("SIMULATED") })
                #expect(spectrum.comments.contains { $0.hasPrefix("position ") })
            }
        }
    }

    @Test("the species stand where the library has them", arguments: ["ps4", "linbo3", "li2co3", "tio2"])
    func positions(_ id: String) throws {
        let species = try #require(ReferenceLibrary.species(named: id))
        for spectrum in try SpectrumFile(contentsOf: Self.path(id)).spectra {
            let level = try #require(spectrum.level)
            let line = try #require(species.line(of: level))
            let model = PeakModel(
                level: level,
                components: [
                    Component(name: species.name, position: .within(0.3, of: line.position))
                ])
            let fit = try model.fit(spectrum)
            let position = fit.components[0].position
            #expect(abs(position.value - line.position) < 4 * (position.standardUncertainty ?? 0))
            #expect(fit.statistics.reducedChi2 < 1.5)
        }
    }

    @Test("a file comes out of its species and its seed, byte for byte", arguments: ["linbo3", "sulfate"])
    func repeatable(_ id: String) async throws {
        let seed = ["linbo3": "4236137525", "sulfate": "1912079751"][id] ?? ""
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).vms").path
        defer { try? FileManager.default.removeItem(atPath: output) }
        let code = await CommandSupport.run(
            InterphaseCommand.self,
            arguments: [
                "simulate", "--species", id, "-o", output, "--seed", seed, "--area", "300000", "--constant", "5000",
                "--shirley", "0.02", "--step", "0.1", "--sweeps", "100", "--dwell", "0.1", "--quiet",
            ])
        #expect(code == 0)
        #expect(FileManager.default.contents(atPath: output) == FileManager.default.contents(atPath: Self.path(id)))
    }

    @Test("a reference spectrum serves as the shape of a component")
    func curve() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let recipe = """
            interphase: 1
            level: Nb 3d
            window: [203, 214]
            calibration: {shift: 0, u: 0.1}
            components:
              - {name: "LiNbO3", curve: {file: "\(Self.path("linbo3"))", spectrum: "Nb 3d"}}
            """
        try recipe.write(to: folder.appendingPathComponent("r.yaml"), atomically: true, encoding: .utf8)
        let output = folder.appendingPathComponent("nb.vms").path
        #expect(
            await CommandSupport.run(
                InterphaseCommand.self,
                arguments: ["simulate", "--species", "LiNbO3", "-o", output, "--seed", "5", "--quiet"]) == 0)
        let fit = try Recipe(contentsOf: folder.appendingPathComponent("r.yaml").path).model.fit(
            #require(SpectrumFile(contentsOf: output).spectra.first { $0.level == .nb3d }))
        let area = fit.components[0].area
        #expect(abs(area.value - 20_000) < 5 * (area.standardUncertainty ?? 0) + 200)
    }
}
