import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase identify` as it is called.
@Suite("interphase identify", .serialized)
struct IdentifyCommandTests {
    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    /// A pattern of silicon with Gaussian lines, written as columns.
    private func write(_ path: String) throws {
        let structure = try #require(PhaseLibrary.phase("Si"))
        let lines = try PowderPattern(structure, settings: .init(twoTheta: 5...130)).emissionLines()
        var rows = ""
        for step in 0...3000 {
            let angle = 20 + 0.02 * Double(step)
            let peaks = lines.reduce(0.0) { sum, line in
                let x = (angle - line.twoTheta) / 0.06
                return abs(x) < 8 ? sum + 20 * line.intensity * exp(-x * x / 2) : sum
            }
            // A fixed scatter of about one standard deviation of the counts.
            let expected = 100 + peaks
            let counts = expected + expected.squareRoot() * 1.4 * sin(Double(step) * 12.9898)
            rows += "\(angle) \(Int(counts.rounded()))\n"
        }
        try rows.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test("the phases come out as JSON and CSV; without a wavelength nothing is assumed")
    func identifies() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("si.xy").path
        try write(file)
        let json = folder.appendingPathComponent("si.json")
        let csv = folder.appendingPathComponent("si.csv")
        let code = await run(
            "identify", file, "--wavelength", "CuKa", "--elements", "Si,O", "--quiet", "--json", json.path, "--csv",
            csv.path, "--curves")
        #expect(code == 0)
        let document = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
        #expect(document["schema"] as? String == "interphase.identify/1")
        let phases = try #require(document["phases"] as? [[String: Any]])
        #expect(phases.map { $0["name"] as? String } == ["Si"])
        let cell = try #require(phases.first?["cell"] as? [String: Double])
        #expect(abs((cell["a_A"] ?? 0) - 5.431) < 0.003)
        let curves = try #require(document["curves"] as? [String: Any])
        #expect((curves["two_theta_deg"] as? [Double])?.count == 3001)
        #expect(try String(contentsOf: csv, encoding: .utf8).split(separator: "\n").count == 2)
        let lines = try #require(phases.first?["lines"] as? [[String: Any]])
        #expect(lines.contains { $0["role"] as? String == "confirming" })
        #expect((phases.first?["probability"] as? Double ?? 0) > 0.9)
        #expect(await run("identify", file, "--quiet") == 65)
        #expect(await run("identify", file, "--wavelength", "nonsense") == 2)
        #expect(await run("identify", file, "--wavelength", "CuKa", "--elements", "Si,Xx") == 2)
        #expect(await run("identify", file, "--wavelength", "CuKa", "--phases", "\(folder.path)/absent") == 66)
        #expect(await run("identify", "\(folder.path)/absent.xy") == 66)
    }

    @Test("elements come from a quantification, questions get limits, the figure shows phase and reflections")
    func questions() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("si.xy").path
        try write(file)
        let quantified = folder.appendingPathComponent("survey.json").path
        try
            (#"{"schema": "interphase.quantify/1", "elements": [{"element": "Si", "at_percent": {"value": 60, "u": 1}},"#
            + #"{"element": "C", "at_percent": {"value": 40}}]}"#)
            .write(toFile: quantified, atomically: true, encoding: .utf8)
        let json = folder.appendingPathComponent("si.json")
        let plot = folder.appendingPathComponent("si.svg").path
        let report = folder.appendingPathComponent("si.html").path
        #expect(
            await run(
                "identify", file, "--wavelength", "CuKa", "--elements-from", quantified, "--ask", "C_graphite,NiO",
                "--quiet",
                "--json", json.path, "--plot", plot, "--report", report) == 0)
        let document = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
        // Of silicon, carbon, hydrogen and lithium: few.
        let candidates = try #require(document["candidates"] as? Int)
        #expect(candidates >= 2 && candidates < 12)
        let peaks = try #require(document["peaks"] as? [[String: Any]])
        #expect(peaks.contains { abs(($0["two_theta_deg"] as? Double ?? 0) - 28.44) < 0.05 })
        let picture = try String(contentsOfFile: plot, encoding: .utf8)
        #expect(picture.contains("reflections") && picture.contains("Si"))
        // The surface stands beside the crystals.
        let surface = try #require((document["surface"] as? [String: Any])?["elements"] as? [[String: Any]])
        let silicon = try #require(surface.first { $0["element"] as? String == "Si" })
        #expect(silicon["crystalline_at_percent"] as? Double == 100)
        #expect(try String(contentsOfFile: report, encoding: .utf8).contains("Surface and bulk"))
        // To compare is not to restrict the elements.
        #expect(
            await run(
                "identify", file, "--wavelength", "CuKa", "--surface", quantified, "--quiet", "--json", json.path) == 0)
        let compared = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
        #expect(compared["surface"] != nil)
        #expect((compared["candidates"] as? Int ?? 0) > 60)
        // What was found is refined without naming it again, in the cell that was found.
        let refined = folder.appendingPathComponent("refined.json")
        #expect(
            await run(
                "refine", file, "--wavelength", "CuKa", "--from-identification", json.path, "--quiet", "--json",
                refined.path) == 0)
        let refinement = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: refined)) as? [String: Any])
        let phases = try #require(refinement["phases"] as? [[String: Any]])
        #expect(phases.map { $0["name"] as? String } == ["Si"])
        #expect(
            await run("refine", file, "--wavelength", "CuKa", "--from-identification", quantified, "--quiet") == 65)
        #expect(await run("refine", file, "--from-identification", "\(folder.path)/absent.json", "--quiet") == 66)
        // What is no quantification is refused.
        try "{}".write(toFile: quantified, atomically: true, encoding: .utf8)
        #expect(await run("identify", file, "--wavelength", "CuKa", "--elements-from", quantified, "--quiet") == 65)
    }
}
