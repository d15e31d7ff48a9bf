import Foundation
import Interphase
import Testing

@testable import InterphaseCLI

/// `interphase simulate --phases`: patterns of known truth.
@Suite("interphase simulate --phases", .serialized)
struct SimulatePatternTests {
    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    /// Refinement computes intensities and lines by code of its own.
    @Test("refinement gives the masses back that a pattern was simulated with")
    func masses() async throws {
        try await withFolder { folder in
            let file = "\(folder)/lco.csv"
            #expect(
                await run(
                    "simulate", "--phases", "LiCoO2=94, Co3O4=6", "-o", file, "--two-theta", "15:80", "--seed", "4",
                    "--quiet") == 0)
            #expect(
                try String(contentsOfFile: file, encoding: .utf8).contains("SIMULATED, no measurement: LiCoO2 94 wt%"))
            #expect(
                await run(
                    "refine", file, "--phases", "LiCoO2,Co3O4", "--texture", "none", "--quiet", "--json",
                    "\(folder)/r.json") == 0)
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/r.json"))
            let result = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            let phases = try #require(result["phases"] as? [[String: Any]])
            let spinel = try #require(phases.first { $0["name"] as? String == "Co3O4" })
            let share = try #require(spinel["weight_fraction"] as? [String: Any])
            let value = try #require(share["value"] as? Double)
            #expect(abs(value - 0.06) < 0.004, "\(value)")
        }
    }

    @Test("integrated intensities go by volume, and by the square of the cell's scattering")
    func intensities() throws {
        let angles = (0...8000).map { 20 + 0.005 * Double($0) }
        let salt = try #require(PhaseLibrary.phase("NaCl"))
        let silicon = try #require(PhaseLibrary.phase("Si"))
        let simulated = SimulatedPattern(
            [.init(name: "NaCl", structure: salt, mass: 1), .init(name: "Si", structure: silicon, mass: 3)],
            emission: try #require(EmissionSpectrum(wavelength: 1.5406)), background: 0)
        let counts = try simulated.expected(at: angles)
        func sum(_ range: ClosedRange<Double>) -> Double {
            zip(angles, counts).reduce(0) { range.contains($1.0) ? $0 + $1.1 : $0 }
        }
        func line(_ structure: CrystalStructure, near angle: Double) throws -> Double {
            let pattern = try PowderPattern(
                structure, settings: .init(emission: try #require(EmissionSpectrum(wavelength: 1.5406))))
            return try #require(pattern.reflections.min { abs($0.twoTheta - angle) < abs($1.twoTheta - angle) })
                .intensityPerVolume / (pattern.density ?? 0)
        }
        // NaCl 200 at 31.7 and Si 220 at 47.3 degrees stand alone.
        let expected = try 3 * line(silicon, near: 47.3) / line(salt, near: 31.7)
        #expect(abs(sum(45.8...48.8) / sum(30.2...33.2) / expected - 1) < 0.02)
    }

    @Test("what cannot be simulated is refused, with the right exit code")
    func refusals() async throws {
        try await withFolder { folder in
            let file = "\(folder)/x.csv"
            #expect(await run("simulate", "--phases", "LiCoO2", "-o", file, "--quiet") == 2)
            #expect(await run("simulate", "--phases", "LiCoO2=-1", "-o", file, "--quiet") == 2)
            #expect(await run("simulate", "--phases", "LiCoO5=1", "-o", file, "--quiet") == 66)
            #expect(await run("simulate", "--phases", "LiCoO2=1", "-o", "\(folder)/x.vms", "--quiet") == 2)
            #expect(await run("simulate", "--phases", "LiCoO2=1", "-o", file, "--two-theta", "80:10") == 2)
            #expect(await run("simulate", "--phases", "LiCoO2=1", "-o", file, "--step", "1e-9") == 2)
            #expect(await run("simulate", "--phases", "LiCoO2=1", "--species", "LiF", "-o", file) == 2)
            #expect(await run("simulate", "--phases", "LiCoO2=1", "-o", file, "--wavelength", "XyKa") == 2)
            #expect(await run("simulate", "--phases", "Si=1", "-o", file, "--two-theta", "5:8") == 65)
        }
    }
}
