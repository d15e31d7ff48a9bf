import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// The program as it is called: what comes out, and with which exit code.
@Suite("interphase fit", .serialized)
struct FitCommandTests {
    static let bundled = SharedData.projectRoot
        .appendingPathComponent("reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms").path

    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    private func inTemporaryFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    @Test("the bundled spectrum gives plot, report and JSON with the documented keys, near its truth")
    func bundledSpectrum() async throws {
        try await inTemporaryFolder { folder in
            let code = await run(
                "fit", Self.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--curves", "--json",
                "\(folder)/fit.json", "--plot", "\(folder)/fit.svg", "--report", "\(folder)/fit.html",
                "--curves-csv", "\(folder)/fit.csv")
            #expect(code == 0)
            for name in ["fit.svg", "fit.html", "fit.csv"] {
                let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
                #expect((size ?? 0) > 1000)
            }
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/fit.json"))
            let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            let wanted: Set = [
                "schema", "source", "window_eV", "calibration", "background", "components", "statistics", "findings",
                "curves", "effective_recipe",
            ]
            #expect(wanted.isSubset(of: Set(json.keys)))
            #expect(json["schema"] as? String == "interphase.fit/1")
            let source = try #require(json["source"] as? [String: Any])
            #expect((source["sha256"] as? String)?.count == 64)
            let components = try #require(json["components"] as? [[String: Any]])
            // The truth of the simulation, reference-spectra/spectra/s2p-argyrodite-cathode-truth.yaml.
            for (component, truth) in zip(components, [1100.0, 6600, 2200, 1400]) {
                let area = try #require(component["area"] as? [String: Double])
                let value = try #require(area["value"])
                let uncertainty = try #require(area["u"])
                #expect(abs(value - truth) < 3.5 * uncertainty)
            }
            let calibration = try #require(json["calibration"] as? [String: Any])
            let shift = try #require(calibration["shift_eV"] as? [String: Double])
            #expect(abs((shift["value"] ?? 0) + 0.42) < 4 * (shift["u"] ?? 0))
        }
    }

    @Test("the effective recipe of a result runs again to the same numbers")
    func effectiveRecipe() async throws {
        try await inTemporaryFolder { folder in
            func components(_ arguments: String...) async throws -> [[String: Any]] {
                let path = "\(folder)/\(UUID().uuidString).json"
                let code = await CommandSupport.run(
                    InterphaseCommand.self, arguments: ["fit", Self.bundled, "--quiet", "--json", path] + arguments)
                #expect(code == 0)
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
                if let text = json["effective_recipe"] as? String {
                    try text.write(toFile: "\(folder)/effective.yaml", atomically: true, encoding: .utf8)
                }
                return try #require(json["components"] as? [[String: Any]])
            }
            let first = try await components("--recipe", "s2p-argyrodite-cathode")
            let second = try await components("--recipe", "\(folder)/effective.yaml")
            for (a, b) in zip(first, second) {
                let x = try #require((a["area"] as? [String: Double])?["value"])
                let y = try #require((b["area"] as? [String: Double])?["value"])
                #expect(abs(x - y) < 1e-4 * x)
            }
        }
    }

    @Test("intervals, limits and systematic spread come out in JSON by every method")
    func uncertainties() async throws {
        try await inTemporaryFolder { folder in
            let path = "\(folder)/fit.json"
            for method in UncertaintyMethod.allCases {
                let code = await run(
                    "fit", Self.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--json", path,
                    "--uncertainty", method.rawValue, "--trials", "50", "--seed", "7", "--upper-limit", "Li2S",
                    "--systematic")
                #expect(code == 0)
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
                let uncertainty = try #require(json["uncertainty"] as? [String: Any])
                #expect(uncertainty["method"] as? String == method.rawValue)
                #expect(uncertainty["trials"] as? Int == (method == .monteCarlo ? 50 : nil))
                #expect(uncertainty["seed"] as? Int == (method == .monteCarlo ? 7 : nil))
                let intervals = try #require(uncertainty["intervals"] as? [[String: Any]])
                let components = try #require(json["components"] as? [[String: Any]])
                for component in components {
                    let area = try #require((component["area"] as? [String: Double])?["value"])
                    let own = intervals.filter {
                        $0["component"] as? String == component["name"] as? String
                            && $0["quantity"] as? String == "area"
                    }
                    #expect(own.count == 2)
                    for interval in own {
                        let low = try #require(interval["low"] as? Double)
                        let high = try #require(interval["high"] as? Double)
                        #expect(low < area && area < high)
                    }
                }
                let limit = try #require((json["upper_limits"] as? [[String: Any]])?.first)
                #expect(((limit["fraction"] as? Double) ?? 1) < 0.1)
                let systematic = try #require(json["systematic"] as? [String: Any])
                #expect((systematic["components"] as? [[String: Any]])?.count == components.count)
            }
            #expect(await run("fit", Self.bundled, "--recipe", "s2p-lgps", "--uncertainty", "bootstrap") == 2)
            #expect(await run("fit", Self.bundled, "--recipe", "s2p-lgps", "--trials", "1") == 2)
            let unknown = await run(
                "fit", Self.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--upper-limit", "unobtainium")
            #expect(unknown == 2)
        }
    }

    @Test("files that are absent, broken or empty end with the documented exit codes")
    func exitCodes() async throws {
        try await inTemporaryFolder { folder in
            #expect(await run("fit", "\(folder)/absent.vms", "--recipe", "s2p-lgps") == 66)
            #expect(await run("fit", Self.bundled, "--recipe", "\(folder)/absent.yaml") == 66)
            #expect(await run("fit", Self.bundled, "--recipe", "s2p-argyrodite-cathod") == 66)
            try Data().write(to: URL(fileURLWithPath: "\(folder)/empty.vms"))
            #expect(await run("fit", "\(folder)/empty.vms", "--recipe", "s2p-lgps") == 65)
            try Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 97) }).write(
                to: URL(fileURLWithPath: "\(folder)/noise.bin"))
            #expect(await run("fit", "\(folder)/noise.bin", "--recipe", "s2p-lgps") == 65)
            let whole = try String(contentsOfFile: Self.bundled, encoding: .isoLatin1)
            try String(whole.prefix(whole.count / 2)).write(
                toFile: "\(folder)/half.vms", atomically: true, encoding: .isoLatin1)
            #expect(await run("fit", "\(folder)/half.vms", "--recipe", "s2p-lgps") == 65)
            try "interphase: 1\ncomponents:\n  - {nam: a, position: 161}\n".write(
                toFile: "\(folder)/typo.yaml", atomically: true, encoding: .utf8)
            #expect(await run("fit", Self.bundled, "--recipe", "\(folder)/typo.yaml") == 65)
            #expect(await run("fit", Self.bundled, "--recipe", "p2p-thiophosphate", "--quiet") == 65)
            #expect(await run("fit", Self.bundled, "--recipe", "s2p-lgps", "--window", "280,290") == 65)
            let unwritable = await run(
                "fit", Self.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--plot", "\(folder)/no/x.svg")
            #expect(unwritable == 73)
            #expect(await run("fit", Self.bundled) == 2)
            #expect(await run("fit") == 2)
            #expect(await run("fit", Self.bundled, "--recipe", "s2p-lgps", "--window", "a,b") == 2)
            #expect(await run("fit", Self.bundled, "--level", "S 2q", "--species", "x") == 2)
            #expect(await run("fit", Self.bundled, "--level", "S 2p", "--species", "no such thing") == 2)
            #expect(await run("fit", Self.bundled, "--recipe", "s2p-lgps", "--spectrum", "#9") == 65)
            #expect(await run("nonsense") == 2)
        }
    }

    @Test("a fit that cannot converge is a result with exit code 1")
    func notConverged() async throws {
        try await inTemporaryFolder { folder in
            // Two components that are the same: nothing tells their areas apart.
            try """
            interphase: 1
            level: S 2p
            components:
              - {name: a, position: 161.6, width: 1.0}
              - {name: b, position: 161.6, width: 1.0}
            """.write(toFile: "\(folder)/twins.yaml", atomically: true, encoding: .utf8)
            let code = await run("fit", Self.bundled, "--recipe", "\(folder)/twins.yaml", "--quiet")
            #expect(code == 0 || code == 1)
            try """
            interphase: 1
            level: S 2p
            components:
              - {name: a, position: {start: 161.6, within: 0.5}, area: {min: 1e9, max: 2e9}}
            """.write(toFile: "\(folder)/absurd.yaml", atomically: true, encoding: .utf8)
            let absurd = await run("fit", Self.bundled, "--recipe", "\(folder)/absurd.yaml", "--quiet")
            #expect(absurd == 0 || absurd == 1)
        }
    }

    @Test("species of the library, and a look without a recipe, find the main line")
    func withoutRecipe() async throws {
        try await inTemporaryFolder { folder in
            for (name, model) in [
                ("species", ["--level", "S 2p", "--species", "S 2-, PS4 3-, S ox,1, S ox,2"]),
                ("explore", ["--explore"]),
            ] {
                let path = "\(folder)/\(name).json"
                let code = await CommandSupport.run(
                    InterphaseCommand.self,
                    arguments: ["fit", Self.bundled, "--quiet", "--json", path, "--shift=-0.42"] + model)
                #expect(code == 0)
                let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
                let components = try #require((json as? [String: Any])?["components"] as? [[String: Any]])
                let positions = components.compactMap { ($0["position_eV"] as? [String: Any])?["value"] as? Double }
                #expect(positions.contains { abs($0 - 161.6) < 0.12 }, "\(name): \(positions)")
            }
        }
    }
}
