import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase review` as it is called: on recipes, results and files with stored fits.
@Suite("interphase review", .serialized)
struct ReviewCommandTests {
    static let corpus = SharedData.projectRoot.appendingPathComponent("Tests/Fixtures/review").path

    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    private func inTemporaryFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    /// The rules that found something, with their severities, for each model of a review.
    private func rules(_ path: String) throws -> [[String: String]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let document = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(document["schema"] as? String == "interphase.review/1")
        let reviews = try #require(document["reviews"] as? [[String: Any]])
        return try reviews.map { review in
            let findings = try #require(review["findings"] as? [[String: Any]])
            return Dictionary(
                findings.compactMap { finding in
                    guard let rule = finding["rule"] as? String else { return nil }
                    return (rule, finding["severity"] as? String ?? "")
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    @Test("recipes: exit code 1 for errors, 0 for warnings, and 1 for those too with --strict")
    func recipes() async throws {
        try await inTemporaryFolder { folder in
            let wrong = "\(Self.corpus)/flawed/p2p-doublet-too-wide.yaml"
            let warned = "\(Self.corpus)/flawed/s2p-uniform-weights.yaml"
            #expect(await run("review", wrong, "--quiet", "--json", "\(folder)/r.json") == 1)
            let found = try rules("\(folder)/r.json")
            #expect(found.first?["spin-orbit-splitting"] == "error")
            #expect(await run("review", warned, "--quiet") == 0)
            #expect(await run("review", warned, "--quiet", "--strict") == 1)
            #expect(await run("review", "s2p-argyrodite-cathode", "--quiet", "--strict") == 0)
            #expect(await run("review", "no-such-recipe", "--quiet") == 66)
            #expect(await run("review", "--quiet") == 2)
            #expect(await run("review", "--rules") == 0)
        }
    }

    @Test("a result says what its fit said, and results of two levels are held against each other")
    func results() async throws {
        try await inTemporaryFolder { folder in
            func recipe(_ level: String, _ window: String, _ energy: Double, _ area: Double) -> String {
                """
                interphase: 1
                level: \(level)
                window: [\(window)]
                calibration: {shift: 0, u: 0.05}
                components:
                  - {name: "PS4 3-", position: {start: \(energy), within: 0.3}, width: {start: 1.1, min: 0.5, max: 2}, area: {start: \(area), min: 0}}
                """
            }
            // Twenty atoms of S for each P, by Scofield's factors.
            for (name, text) in [
                ("s", recipe("S 2p", "156, 168", 161.6, 24000)), ("p", recipe("P 2p", "126, 138", 131.9, 900)),
            ] {
                try text.write(toFile: "\(folder)/\(name).yaml", atomically: true, encoding: .utf8)
                #expect(await run("simulate", "\(folder)/\(name).yaml", "-o", "\(folder)/\(name).vms", "--quiet") == 0)
                #expect(
                    await run(
                        "fit", "\(folder)/\(name).vms", "--recipe", "\(folder)/\(name).yaml", "--quiet", "--report",
                        "\(folder)/\(name).html", "--json", "\(folder)/\(name).json") == 0)
            }
            #expect(await run("review", "\(folder)/s.json", "--quiet", "--json", "\(folder)/one.json") == 0)
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/s.json"))
            let fit = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            let own = try #require(fit["findings"] as? [[String: Any]]).compactMap { $0["rule"] as? String }
            let again = try rules("\(folder)/one.json")
            #expect(Set(again.first?.keys ?? [:].keys) == Set(own))
            let both = await run(
                "review", "\(folder)/s.json", "\(folder)/p.json", "--quiet", "--json", "\(folder)/both.json")
            #expect(both == 1)
            let together = try rules("\(folder)/both.json")
            #expect(together.last?["levels-do-not-balance"] == "error")
            let page = try String(contentsOfFile: "\(folder)/p.html", encoding: .utf8)
            #expect(page.contains("<dt>Expected</dt>"))
            let quantified = await run(
                "quantify", "\(folder)/s.vms:\(folder)/s.yaml", "\(folder)/p.vms:\(folder)/p.yaml", "--quiet", "--json",
                "\(folder)/q.json")
            #expect(quantified == 1)
            let amounts = try String(contentsOfFile: "\(folder)/q.json", encoding: .utf8)
            #expect(amounts.contains("levels-do-not-balance"))
        }
    }

    @Test("a recipe is held against the spectrum that it is meant for")
    func data() async throws {
        try await inTemporaryFolder { folder in
            let recipe = "\(Self.corpus)/sound/s2p-two-species.yaml"
            let path = "\(folder)/few.csv"
            let rows = (0..<20).map { "\(157.5 + 0.5 * Double($0)),\(1000 + $0)" }
            try ("binding energy (eV),counts\n" + rows.joined(separator: "\n")).write(
                toFile: path, atomically: true, encoding: .utf8)
            #expect(await run("review", recipe, "--data", path, "--quiet", "--json", "\(folder)/r.json") == 0)
            let found = try rules("\(folder)/r.json")
            #expect(found.first?["too-many-components"] == "warning")
        }
    }

    @Test(
        "broken results are refused with code 65 and named",
        arguments: [
            "{\"schema\": \"interphase.fit/1\"}", "{\"schema\": \"interphase.fit/1\", \"source\": 3}",
            "{\"schema\": \"interphase.fit/1\", ",
        ])
    func broken(_ text: String) async throws {
        try await inTemporaryFolder { folder in
            try text.write(toFile: "\(folder)/fit.json", atomically: true, encoding: .utf8)
            #expect(await run("review", "\(folder)/fit.json", "--quiet") == 65)
        }
    }

    @Test("a file without stored fits is refused, one with them reviewed", .enabled(if: SharedData.isPresent))
    func storedFits() async throws {
        try await inTemporaryFolder { folder in
            #expect(await run("review", SharedData.file("xps/vamas/mjr9_59c.vms").path, "--quiet") == 65)
            let code = await run(
                "review", SharedData.file("xps/vamas/assigned_open.vms").path, "--quiet", "--json",
                "\(folder)/r.json")
            #expect(code == 1)
            let found = try rules("\(folder)/r.json")
            #expect(found.count > 5)
        }
    }
}
