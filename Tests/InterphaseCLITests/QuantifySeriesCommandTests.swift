import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase quantify` and `interphase series` as they are called, on files of known truth.
@Suite("interphase quantify and series", .serialized)
struct QuantifySeriesCommandTests {
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
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func recipe(_ level: String, _ window: String, _ components: [String]) -> String {
        """
        interphase: 1
        level: \(level)
        window: [\(window)]
        background: {kind: shirley}
        defaults: {width: {start: 1.1, min: 0.5, max: 2.0}}
        components:
        \(components.map { "  - {\($0)}" }.joined(separator: "\n"))

        """
    }

    @Test("two files and two recipes give atomic per cent, with either way of naming them")
    func quantify() async throws {
        try await inTemporaryFolder { folder in
            // Areas in the ratio of 4 S to 1 P by Scofield's factors and KE^0.6.
            try write(
                recipe(
                    "S 2p", "156, 168",
                    ["name: PS4 3-, position: {start: 161.6, within: 0.2}, area: {start: 24000, min: 0}"]),
                to: "\(folder)/s.yaml")
            try write(
                recipe(
                    "P 2p", "127, 138",
                    ["name: PS4 3-, position: {start: 131.9, within: 0.2}, area: {start: 4322.4, min: 0}"]),
                to: "\(folder)/p.yaml")
            for name in ["s", "p"] {
                #expect(await run("simulate", "\(folder)/\(name).yaml", "-o", "\(folder)/\(name).vms", "--quiet") == 0)
            }
            let code = await run(
                "quantify", "\(folder)/s.vms", "\(folder)/p.vms", "--recipe", "\(folder)/s.yaml", "--recipe",
                "\(folder)/p.yaml", "--u-sensitivities", "5", "--quiet", "--json", "\(folder)/q.json", "--csv",
                "\(folder)/q.csv")
            #expect(code == 0)
            let result = try json("\(folder)/q.json")
            #expect(result["schema"] as? String == "interphase.quantify/1")
            let elements = try #require(result["elements"] as? [[String: Any]])
            let sulfur = try #require(elements.first?["at_percent"] as? [String: Double])
            let (value, uncertainty) = (sulfur["value"] ?? 0, sulfur["u"] ?? 0)
            #expect(abs(value - 80) < 0.8)
            // 5 % on each of two factors: 100 x 0.8 x 0.2 x 0.05 x sqrt 2.
            #expect(abs(uncertainty - 1.13) < 0.05)
            let method = try #require(result["method"] as? [String: String])
            #expect(method["sensitivities"]?.contains("Scofield") == true)
            let table = try String(contentsOfFile: "\(folder)/q.csv", encoding: .utf8)
            #expect(table.hasPrefix("species,element,level"))
            let pairs = await run(
                "quantify", "\(folder)/s.vms:\(folder)/s.yaml", "\(folder)/p.vms:\(folder)/p.yaml", "--quiet",
                "--escape-depth", "tpp2m", "--material", "1.87,50,180.2,3.7", "--transmission", "none", "--json",
                "\(folder)/t.json")
            #expect(pairs == 0)
            #expect(try json("\(folder)/t.json")["schema"] as? String == "interphase.quantify/1")
        }
    }

    @Test("ties move amounts to the demanded ratio, and are refused where they mean nothing")
    func ties() async throws {
        try await inTemporaryFolder { folder in
            for (name, level, window, energy, area) in [
                ("s", "S 2p", "156, 168", 161.6, 24000), ("p", "P 2p", "127, 138", 131.9, 4600),
            ] {
                try write(
                    recipe(
                        level, window,
                        ["name: PS4 3-, position: {start: \(energy), within: 0.2}, area: {start: \(area), min: 0}"]),
                    to: "\(folder)/\(name).yaml")
                #expect(await run("simulate", "\(folder)/\(name).yaml", "-o", "\(folder)/\(name).vms", "--quiet") == 0)
            }
            let common = [
                "quantify", "\(folder)/s.vms:\(folder)/s.yaml", "\(folder)/p.vms:\(folder)/p.yaml", "--quiet",
                "--u-sensitivities", "5", "--json", "\(folder)/q.json",
            ]
            func tied(_ text: String) async -> Int32 {
                await CommandSupport.run(InterphaseCommand.self, arguments: common + ["--tie", text])
            }
            #expect(await tied("PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 0.1 %") == 0)
            let result = try json("\(folder)/q.json")
            let elements = try #require(result["elements"] as? [[String: Any]])
            let sulfur = try #require(elements.first?["at_percent"] as? [String: Double])
            #expect(abs((sulfur["value"] ?? 0) - 80) < 0.05)
            #expect((sulfur["u"] ?? 1) < 0.05)
            let ties = try #require(result["ties"] as? [[String: Any]])
            #expect(ties.first?["tolerance"] as? Double == 0.001)
            // The measured ratio is 6 % lower, less than one standard uncertainty.
            #expect((ties.first?["p"] as? Double ?? 0) > 0.1)
            // Ten times wrong is found out.
            #expect(await tied("S / P = 40 \u{B1} 1 %") == 0)
            let findings = try #require(try json("\(folder)/q.json")["findings"] as? [[String: Any]])
            #expect(findings.contains { $0["rule"] as? String == "tie-contradicts-data" })
            #expect(await tied("S / Ge = 4") == 65)
            for wrong in ["S/P=4", "S / P", "S / P = -1", "S / P = 4 +- 200 %", "/ P = 4", "S / P = nan"] {
                #expect(await tied(wrong) == 2, "\(wrong)")
            }
        }
    }

    @Test("distances of levels and Auger parameters do not depend on charging")
    func energies() async throws {
        try await inTemporaryFolder { folder in
            for (name, level, window, energy) in [
                ("s", "S 2p", "156, 168", 161.6), ("p", "P 2p", "127, 138", 131.9),
            ] {
                try write(
                    recipe(
                        level, window,
                        ["name: PS4 3-, position: {start: \(energy), within: 1.2}, area: {start: 24000, min: 0}"]),
                    to: "\(folder)/\(name).yaml")
                #expect(
                    await run(
                        "simulate", "\(folder)/\(name).yaml", "-o", "\(folder)/\(name).vms", "--charging", "0.8",
                        "--quiet") == 0)
            }
            // An Auger line at 988.6 eV of kinetic energy: 498 eV on the scale of binding energies.
            let auger =
                "interphase: 1\nwindow: [490, 506]\ncomponents:\n"
                + "  - {name: LMM, position: {start: 498, within: 1.5}, width: {start: 2, min: 1, max: 4}, "
                + "area: {start: 30000, min: 0}}\n"
            try write(auger, to: "\(folder)/lmm.yaml")
            #expect(
                await run(
                    "simulate", "\(folder)/lmm.yaml", "-o", "\(folder)/lmm.vms", "--charging", "0.8", "--quiet") == 0)
            let files = ["s", "p", "lmm"].map { "\(folder)/\($0).vms:\(folder)/\($0).yaml" }
            func energies(_ options: String...) async -> Int32 {
                await CommandSupport.run(
                    InterphaseCommand.self,
                    arguments: ["energies"] + files + ["--quiet", "--json", "\(folder)/e.json"] + options)
            }
            #expect(
                await energies(
                    "--distance", "PS4 3- (S 2p) - PS4 3- (P 2p)", "--auger", "PS4 3- (S 2p) + LMM") == 0)
            let result = try json("\(folder)/e.json")
            #expect(result["schema"] as? String == "interphase.energies/1")
            let differences = try #require(result["differences"] as? [[String: Any]])
            for (difference, truth) in zip(differences, [29.7, 161.6 + 988.6]) {
                let value = try #require(difference["value_eV"] as? [String: Double])
                #expect(abs((value["value"] ?? 0) - truth) < 4 * (value["u"] ?? 0))
                #expect((value["u"] ?? 1) < 0.03)
            }
            let lines = try #require(result["lines"] as? [[String: Any]])
            let measured = try #require(lines.first?["measured_eV"] as? [String: Double])
            #expect(abs((measured["value"] ?? 0) - 162.4) < 0.02)
            #expect(await energies("--distance", "PS4 3- - LMM") == 2)
            #expect(await energies("--distance", "PS4 3- (S 2p)") == 2)
            #expect(await energies("--auger", "LMM + LMM") == 2)
        }
    }

    @Test("quantify refuses what it cannot do, with the right exit code")
    func quantifyErrors() async throws {
        try await inTemporaryFolder { folder in
            let file = FitCommandTests.bundled
            #expect(await run("quantify", file, "--quiet") == 2)
            #expect(await run("quantify", file, "--recipe", "p2p-lgps", "--quiet") == 65)
            #expect(await run("quantify", "\(folder)/none.vms", "--recipe", "p2p-lgps", "--quiet") == 66)
            #expect(await run("quantify", file, "--recipe", "s2p-argyrodite-cathode", "--u-exponent", "9") == 2)
            try write("level,factor\nS 2p,zero\n", to: "\(folder)/bad.csv")
            #expect(
                await run(
                    "quantify", file, "--recipe", "s2p-argyrodite-cathode", "--sensitivities", "\(folder)/bad.csv")
                    == 65)
            #expect(
                await run("quantify", file, "--recipe", "s2p-argyrodite-cathode", "--escape-depth", "deep") == 2)
        }
    }

    @Test("a series of three files gives shares near their truth, table, plot and JSON")
    func series() async throws {
        try await inTemporaryFolder { folder in
            let stages = [[900.0, 5000, 300], [800, 4500, 900], [600, 3500, 2000]]
            for (index, areas) in stages.enumerated() {
                let names = ["S 2-", "PS4 3-", "bridging S"]
                let positions = [160.2, 161.6, 163.3]
                let components = zip(zip(names, positions), areas).map { pair, area in
                    "name: \(pair.0), position: {start: \(pair.1), within: 0.3}, area: {start: \(area), min: 0}"
                        + (pair.0 == "S 2-" ? ", width: {same_as: PS4 3-}" : "")
                }
                try write(recipe("S 2p", "157, 168", components), to: "\(folder)/\(index).yaml")
                #expect(
                    await run(
                        "simulate", "\(folder)/\(index).yaml", "-o", "\(folder)/\(index).vms", "--quiet", "--seed",
                        "\(index + 3)", "--charging", "0.\(index)") == 0)
            }
            let files = (0..<3).map { "\(folder)/\($0).vms" }
            let text = try String(contentsOfFile: "\(folder)/0.yaml", encoding: .utf8)
            try write(
                text.replacingOccurrences(
                    of: "background:", with: "calibration: {line: PS4 3-, at: 161.6}\nbackground:"),
                to: "\(folder)/fit.yaml")
            let common = [
                "--recipe", "\(folder)/fit.yaml", "--variable", "cycle=0,1,200", "--pristine", "S 2-; PS4 3-",
                "--mean-position", "--quiet",
            ]
            let code = await CommandSupport.run(
                InterphaseCommand.self,
                arguments: ["series"] + files + common + [
                    "--joint", "--json", "\(folder)/s.json", "--plot", "\(folder)/s.svg", "--csv", "\(folder)/s.csv",
                ])
            #expect(code == 0)
            let result = try json("\(folder)/s.json")
            #expect(result["schema"] as? String == "interphase.series/1")
            #expect(result["values"] as? [Double] == [0, 1, 200])
            let tracks = try #require(result["tracks"] as? [[String: Any]])
            #expect(tracks.count == 5)
            let decomposed = try #require(tracks[3]["values"] as? [[String: Double]])
            for (value, areas) in zip(decomposed, stages) {
                let truth = areas[2] / areas.reduce(0, +)
                #expect(abs((value["value"] ?? 0) - truth) < 4 * (value["u"] ?? 0))
            }
            let change = try #require(tracks[3]["change"] as? [String: Any])
            #expect((change["p"] as? Double ?? 1) < 1e-6)
            #expect(try String(contentsOfFile: "\(folder)/s.svg", encoding: .utf8).contains("</svg>"))
            let lines = try String(contentsOfFile: "\(folder)/s.csv", encoding: .utf8).split(separator: "\r\n")
            #expect(lines.count == 10)
            // One by one, and with the wrong number of values.
            let each = await CommandSupport.run(
                InterphaseCommand.self, arguments: ["series"] + files + common + ["--json", "\(folder)/i.json"])
            #expect(each == 0)
            #expect(try json("\(folder)/i.json")["joint"] as? Bool == false)
            let wrong = await CommandSupport.run(
                InterphaseCommand.self,
                arguments: ["series"] + files + ["--recipe", "\(folder)/fit.yaml", "--variable", "cycle=0,1"])
            #expect(wrong == 2)
            #expect(await run("series", files[0], "--recipe", "\(folder)/fit.yaml", "--quiet") == 65)
        }
    }

    @Test("a line of the same file references the energies of another level")
    func referencing() async throws {
        try await inTemporaryFolder { folder in
            try write(
                recipe(
                    "C 1s", "280, 290",
                    ["name: C-C, position: {start: 284.8, within: 1.5}, area: {start: 9000, min: 0}"]),
                to: "\(folder)/c.yaml")
            try write(
                recipe(
                    "S 2p", "156, 168",
                    ["name: PS4 3-, position: {start: 161.6, within: 0.4}, area: {start: 9000, min: 0}"]),
                to: "\(folder)/s.yaml")
            var spectra: [Spectrum] = []
            for name in ["c", "s"] {
                let path = "\(folder)/\(name).vms"
                #expect(
                    await run("simulate", "\(folder)/\(name).yaml", "-o", path, "--quiet", "--charging", "1.2") == 0)
                spectra += try SpectrumFile(contentsOf: path).spectra
            }
            try SpectrumFile(path: "both.vms", format: "vamas", spectra: spectra)
                .write(to: "\(folder)/both.vms", as: .vamas)
            let code = await run(
                "fit", "\(folder)/both.vms", "--recipe", "\(folder)/s.yaml", "--quiet", "--reference-recipe",
                "\(folder)/c.yaml", "--reference-line", "C-C", "--reference-energy", "284.8", "--reference-u", "0.1",
                "--json", "\(folder)/fit.json")
            #expect(code == 0)
            let result = try json("\(folder)/fit.json")
            let calibration = try #require(result["calibration"] as? [String: Any])
            #expect((calibration["reference"] as? String)?.contains("C-C of C 1s at 284.8") == true)
            let components = try #require(result["components"] as? [[String: Any]])
            let position = try #require(components.first?["position_eV"] as? [String: Double])
            #expect(abs((position["value"] ?? 0) - 161.6) < 0.05)
            #expect(abs((position["u"] ?? 0) - 0.1) < 0.005)
            #expect(
                await run(
                    "fit", "\(folder)/both.vms", "--recipe", "\(folder)/s.yaml", "--reference-line", "C-C") == 2)
        }
    }
}
