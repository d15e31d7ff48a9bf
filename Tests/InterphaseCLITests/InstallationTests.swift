import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

@Suite("interphase doctor and interphase phases", .serialized) struct InstallationTests {
    @Test("this installation works, and every check says what it found")
    func works() {
        let installation = Installation()
        #expect(installation.works)
        #expect(installation.checks.count >= 9 && installation.checks.allSatisfy { !$0.found.isEmpty })
        #expect(Set(installation.checks.map(\.name)).count == installation.checks.count)
    }

    @Test("the doctor's JSON has the documented keys")
    func json() throws {
        let data = try JSONEncoder().encode(DoctorReport(Installation()))
        let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(report["schema"] as? String == "interphase.doctor/1")
        #expect(report["version"] as? String == InterphaseCommand.version)
        let checks = try #require(report["checks"] as? [[String: Any]])
        #expect(checks.allSatisfy { $0["outcome"] as? String != "failed" })
    }

    @Test("the table of phases has every phase with its formula and source")
    func phases() {
        let text = PhasesTable.text(of: CandidatePhase.library)
        for phase in CandidatePhase.library {
            #expect(text.contains("\n\(phase.name) ") && text.contains(" \(phase.structure.formula) "))
        }
        for phase in CandidatePhase.library { #expect(phase.structure.source?.isEmpty == false, "\(phase.name)") }
    }

    @Test(
        "phases are found by name and by elements; what is not there is a usage error",
        arguments: [
            (["phases", "--elements", "Li,Co,O"], 0), (["phases", "co3o4"], 0), (["phases", "LiCoO2", "--cif"], 0),
            (["phases", "unobtainium"], 2), (["phases", "--elements", "Xx"], 2), (["phases", "--cif"], 2),
            (["phases", "Co3O4", "--elements", "Co"], 2), (["doctor", "--quiet"], 0),
        ])
    func calls(arguments: [String], code: Int) async {
        #expect(
            await CommandSupport.run(
                InterphaseCommand.self, arguments: arguments + ["--quiet"].filter { !arguments.contains($0) })
                == Int32(code))
    }

    @Test("a species of one's own is fitted under its name, and is looked up before the library's")
    func ownSpecies() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let library = folder.appendingPathComponent("own.yaml").path
        let json = folder.appendingPathComponent("f.json").path
        try """
        interphase-species: 1
        sources: {lab: {title: "Reference samples", author: "A. Author", year: 2026}}
        species:
          - id: ours
            name: "ours, oxidised"
            group: interphase
            lines: [{level: S 2p, values: [{position: 163.3, source: lab}]}]
        """.write(toFile: library, atomically: true, encoding: .utf8)
        let fit = ["fit", FitCommandTests.bundled, "--level", "S 2p", "--species-library", library, "--quiet"]
        let code = await CommandSupport.run(
            InterphaseCommand.self, arguments: fit + ["--species", "PS4 3-, S 2-, ours, oxidised", "--json", json])
        #expect(code == 0 || code == 1)
        let result = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: json))) as? [String: Any])
        let names = (result["components"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["PS4 3-", "S 2-", "ours, oxidised"])
        let without = await CommandSupport.run(InterphaseCommand.self, arguments: fit)
        #expect(without == 2)
        let missing = await CommandSupport.run(
            InterphaseCommand.self,
            arguments: [
                "fit", FitCommandTests.bundled, "--level", "S 2p", "--species", "PS4 3-", "--quiet",
                "--species-library", "\(folder.path)/none.yaml",
            ])
        #expect(missing == 65)
    }
}
