import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

@Suite struct ReferenceCommandTests {
    @Test func tableOfLevelsHasEveryLevelAndEverySource() {
        let text = LevelsTable.text(of: ReferenceLibrary.coreLevels)
        for reference in ReferenceLibrary.coreLevels {
            #expect(text.contains("\n\(reference.level) "))
            for key in reference.sources { #expect(text.contains("\n  \(key): ")) }
        }
    }

    @Test func tableOfSpeciesHasEverySpeciesOfTheLevel() throws {
        let species = ReferenceLibrary.species.filter { $0.line(of: .s2p) != nil }
        let text = SpeciesTableText.text(of: species, level: .s2p, near: nil)
        for entry in species { #expect(text.contains("\n\(entry.name) ")) }
        #expect(!text.contains("P 2p3/2"))
        let details = SpeciesTableText.details(of: try #require(ReferenceLibrary.species(named: "Li3PO4")), level: .p2p)
        #expect(details.contains("133.6") && details.contains("Morgan") && details.contains("P2Sx"))
    }

    @Test func jsonHasTheDocumentedKeys() throws {
        let level = try #require(CoreLevel.s2p.reference)
        let levels = try json(LevelsReport([level]))
        #expect(levels["schema"] as? String == "interphase.levels/1")
        let entry = try #require((levels["levels"] as? [[String: Any]])?.first)
        #expect(
            Set(entry.keys).isSuperset(of: [
                "level", "line", "binding_energy", "window_eV", "splitting", "area_ratio", "sensitivity", "width_eV",
                "natural_width_eV",
            ]))
        #expect((entry["splitting"] as? [String: Any])?["default_eV"] as? Double == level.splitting?.default)
        let ps4 = try #require(ReferenceLibrary.species(named: "PS4 3-"))
        let species = try json(SpeciesReport([ps4], level: .s2p))
        #expect(species["schema"] as? String == "interphase.species/1")
        let lines = try #require((species["species"] as? [[String: Any]])?.first?["lines"] as? [[String: Any]])
        #expect(lines.count == 1)
        #expect(lines.first?["position_eV"] as? Double == 161.6)
        #expect((species["sources"] as? [String: Any])?["walther-2021"] != nil)
    }

    /// The tables in docs/reference-data.md are what the commands print today.
    @Test func documentationIsUpToDate() throws {
        let url = SharedData.projectRoot.appendingPathComponent("docs/reference-data.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        func table(_ output: String) -> String { output.components(separatedBy: "\n\n").first ?? "" }
        #expect(text.contains("```text\n" + table(LevelsTable.text(of: ReferenceLibrary.coreLevels)) + "\n```"))
        for level in [CoreLevel.s2p, .p2p, .ge3d, .li1s, .b1s, .c1s, .o1s, .f1s] {
            let species = ReferenceLibrary.species.filter { $0.line(of: level) != nil }
            let expected = table(SpeciesTableText.text(of: species, level: level, near: nil))
            #expect(text.contains("```text\n" + expected + "\n```"), "run interphase species --level \"\(level)\"")
        }
    }

    /// Words that make no sense end with exit code 2, and say what would.
    @Test(arguments: ["Zz 9p", "H 1s", ""])
    func unknownLevelsAreUsageErrors(label: String) throws {
        let error = try #require(throws: CommandFailure.self) { try ReferenceSelection.level(label) }
        #expect(error.status == .usage)
    }

    private func json(_ value: some Encodable) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any])
    }
}
