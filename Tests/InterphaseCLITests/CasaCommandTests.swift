import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase casa`, and fits written for CasaXPS.
@Suite("interphase casa", .serialized)
struct CasaCommandTests {
    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    private func inTemporaryFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    private func json(_ path: String) throws -> [String: Any] {
        try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
    }

    /// The components of the only stored fit.
    private func components(_ path: String) throws -> [[String: Any]] {
        let fits = try #require(try json(path)["spectra"] as? [[String: Any]])
        #expect(fits.count == 1)
        return try #require(fits.first?["components"] as? [[String: Any]])
    }

    @Test("a fit written for CasaXPS is drawn, fitted anew and written back by interphase casa")
    func roundTrip() async throws {
        try await inTemporaryFolder { folder in
            let stored = "\(folder)/stored.vms"
            let refitted = "\(folder)/refitted.vms"
            #expect(
                await run(
                    "fit", FitCommandTests.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--casa", stored)
                    == 0)
            #expect(await run("casa", stored, "--quiet", "--json", "\(folder)/a.json") == 0)
            let first = try components("\(folder)/a.json")
            #expect(first.count == 8)
            #expect(
                await run("casa", stored, "--refit", "--write", refitted, "--quiet", "--json", "\(folder)/b.json") == 0)
            #expect(await run("casa", refitted, "--quiet", "--json", "\(folder)/c.json") == 0)
            let refit = try components("\(folder)/c.json")
            #expect(refit.count == 8)
            // The spectrum itself stays as it was.
            let before = try SpectrumFile(contentsOf: FitCommandTests.bundled).spectra[0]
            let after = try SpectrumFile(contentsOf: refitted).spectra[0]
            #expect(before.intensities == after.intensities && before.axis == after.axis)
            #expect(await run("casa", stored, "--write", stored, "--quiet") == 2)
            #expect(
                await run(
                    "fit", FitCommandTests.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--casa",
                    FitCommandTests.bundled) == 2)
        }
    }

    @Test("what CasaXPS cannot draw ends with an error and leaves no file")
    func refused() async throws {
        try await inTemporaryFolder { folder in
            let path = "\(folder)/out.vms"
            let code = await run(
                "fit", FitCommandTests.bundled, "--recipe", "s2p-argyrodite-cathode", "--background",
                "slope-background", "--quiet", "--casa", path)
            #expect(code == 65)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("a file without stored fits says so")
    func nothingStored() async throws {
        #expect(await run("casa", FitCommandTests.bundled, "--quiet") == 0)
    }

    @Test("a recipe takes a reference sample's curve from a file beside it")
    func referenceCurve() async throws {
        try await inTemporaryFolder { folder in
            func recipe(_ oxide: String, _ hydroxide: String) -> String {
                """
                interphase: 1
                level: Ni 2p
                components:
                  - {name: oxide, doublet: false, \(oxide), lines: [{at: 853.8, area: 15, width: 1}, {at: 855.5, area: 45, width: 3.1}, {at: 861, area: 40, width: 4}]}
                  - {name: hydroxide, doublet: false, \(hydroxide), lines: [{at: 855, area: 60, width: 2.2}, {at: 861.6, area: 40, width: 4.6}]}
                """
            }
            let truths = [
                ("mixture", recipe("area: 3.0e5, position: 853.9", "area: 1.0e5, position: 855.1")),
                ("oxide", recipe("area: 3.0e7, position: 853.8", "area: 0, position: 855")),
                ("hydroxide", recipe("area: 0, position: 853.8", "area: 3.0e7, position: 855")),
            ]
            for (name, text) in truths {
                try text.write(toFile: "\(folder)/\(name).yaml", atomically: true, encoding: .utf8)
                let code = await run(
                    "simulate", "\(folder)/\(name).yaml", "-o", "\(folder)/\(name).vms", "--constant", "900",
                    "--shirley", "0.01", "--step", "0.1", "--quiet")
                #expect(code == 0)
            }
            let model = """
                interphase: 1
                level: Ni 2p
                components:
                  - {name: oxide, curve: {file: oxide.vms}}
                  - {name: hydroxide, curve: {file: hydroxide.vms, spectrum: "#1", background: {kind: shirley, fitted: false}}}
                """
            try model.write(toFile: "\(folder)/fit.yaml", atomically: true, encoding: .utf8)
            let fit = [
                "fit", "\(folder)/mixture.vms", "--recipe", "\(folder)/fit.yaml", "--quiet", "--json",
                "\(folder)/fit.json",
            ]
            #expect(await CommandSupport.run(InterphaseCommand.self, arguments: fit) == 0)
            let parts = try #require(try json("\(folder)/fit.json")["components"] as? [[String: Any]])
            let fraction = try #require((parts[0]["fraction"] as? [String: Double])?["value"])
            #expect(abs(fraction - 0.75) < 0.01, "\(fraction)")
            // The effective recipe holds the curves themselves, so that it needs no other file.
            let effective = try #require(try json("\(folder)/fit.json")["effective_recipe"] as? String)
            #expect(effective.contains("curve:") && !effective.contains("file:"))
            try model.replacingOccurrences(of: "oxide.vms", with: "absent.vms")
                .write(toFile: "\(folder)/fit.yaml", atomically: true, encoding: .utf8)
            #expect(await CommandSupport.run(InterphaseCommand.self, arguments: fit) == 65)
        }
    }
}
