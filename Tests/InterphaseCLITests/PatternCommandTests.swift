import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase pattern` as it is called.
@Suite("interphase pattern", .serialized)
struct PatternCommandTests {
    private func phase(_ name: String) -> String {
        SharedData.projectRoot.appendingPathComponent("reference-spectra/phases/\(name).cif").path
    }

    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: ["pattern"] + arguments + ["--quiet"])
    }

    private func json(_ arguments: String...) async throws -> [String: Any] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("pattern-\(UUID().uuidString).json")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let code = await CommandSupport.run(
            InterphaseCommand.self, arguments: ["pattern"] + arguments + ["--quiet", "--json", path])
        #expect(code == 0)
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("JSON has the documented keys, and the strongest reflection has 100")
    func documentedKeys() async throws {
        let result = try await json(phase("Co3O4"), "--wavelength", "CuKa", "--two-theta", "10:90")
        #expect(result["schema"] as? String == "interphase.pattern/1")
        #expect(result["wavelength_A"] as? Double == 1.5405929)
        #expect(result["formula"] as? String == "Co3O4")
        let reflections = try #require(result["reflections"] as? [[String: Any]])
        #expect(reflections.compactMap { $0["intensity"] as? Double }.max() == 100)
        let strongest = try #require(reflections.first { $0["intensity"] as? Double == 100 })
        #expect([strongest["h"], strongest["k"], strongest["l"]].map { $0 as? Int } == [3, 1, 1])
        #expect(strongest["multiplicity"] as? Int == 24)
        let angle = try #require(strongest["two_theta_deg"] as? Double)
        let spacing = try #require(strongest["d_A"] as? Double)
        #expect(abs(spacing - 8.0837 / 11.0.squareRoot()) < 1e-9)
        #expect(abs(2 * asin(1.5405929 / (2 * spacing)) * 180 / .pi - angle) < 1e-9)
        // 333 and 511 are two reflections and one line.
        let lines = try #require(result["lines"] as? [[String: Any]])
        #expect(reflections.count > lines.count)
    }

    @Test("radiation, optics and charges change what they should")
    func settings() async throws {
        let copper = try await json(phase("LiCoO2"))
        let molybdenum = try await json(phase("LiCoO2"), "--wavelength", "MoKa")
        #expect(molybdenum["wavelength_A"] as? Double == 0.70931715)
        let without = try await json(phase("LiCoO2"), "--no-dispersion")
        #expect((without["method"] as? [String: Any])?["dispersion"] == nil)
        func ratio(_ result: [String: Any]) -> Double? { result["reference_intensity_ratio"] as? Double }
        #expect(try #require(ratio(without)) > 1.1 * #require(ratio(copper)))
        let synchrotron = try await json(phase("LiCoO2"), "--wavelength", "0.4")
        #expect((synchrotron["emission"] as? [[String: Any]])?.count == 1)
    }

    @Test("errors have the documented exit codes")
    func exitCodes() async throws {
        #expect(await run("/nowhere/x.cif") == 66)
        #expect(await run(phase("Si"), "--wavelength", "Kryptonite") == 2)
        #expect(await run(phase("Si"), "--two-theta", "90:10") == 2)
        #expect(await run(phase("Si"), "--monochromator", "-3") == 2)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).cif")
        defer { try? FileManager.default.removeItem(at: path) }
        try "data_x\n_pd_meas_counts_total 3\n".write(to: path, atomically: true, encoding: .utf8)
        #expect(await run(path.path) == 65)
    }
}
