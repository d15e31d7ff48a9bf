import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase refine` as it is called.
@Suite("interphase refine", .serialized)
struct RefineCommandTests {
    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    /// Silicon with its edge stretched, as columns.
    private func write(_ path: String, strain: Double) throws {
        let structure = try #require(PhaseLibrary.phase("Si"))
        let lines = try PowderPattern(structure, settings: .init(twoTheta: 5...110)).emissionLines()
        var rows = ""
        for step in 0...2000 {
            let angle = 25 + 0.02 * Double(step)
            let peaks = lines.reduce(0.0) { sum, line in
                let center = 2 * asin(sin(line.twoTheta * .pi / 360) / (1 + strain)) * 180 / .pi
                let x = (angle - center) / 0.05
                return abs(x) < 8 ? sum + 20 * line.intensity * exp(-x * x / 2) : sum
            }
            let expected = 100 + peaks
            let counts = expected + expected.squareRoot() * 1.4 * sin(Double(step) * 12.9898)
            rows += "\(angle) \(Int(counts.rounded()))\n"
        }
        try rows.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func document(_ url: URL) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }

    @Test("cells come out as JSON, CSV and SVG") func refines() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("si.xy").path
            try write(file, strain: 0.001)
            func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
            let code = await run(
                "refine", file, "--phases", "si", "--wavelength", "CuKa", "--quiet", "--json", path("si.json"), "--csv",
                path("si.csv"), "--curves-csv", path("curves.csv"), "--reflections-csv", path("hkl.csv"), "--plot",
                path("si.svg"), "--curves", "--axial-divergence", "0")
            #expect(code == 0)
            let json = try document(folder.appendingPathComponent("si.json"))
            #expect(json["schema"] as? String == "interphase.refine/1")
            let phase = try #require((json["phases"] as? [[String: Any]])?.first)
            let cell = try #require(phase["cell"] as? [String: Any])
            let a = try #require((cell["a"] as? [String: Any])?["value"] as? Double)
            let expected = 1.001 * (try #require(PhaseLibrary.phase("Si")).cell.a)
            #expect(abs(a / expected - 1) < 1e-4, "\(a) \(expected)")
            #expect(((json["curves"] as? [String: Any])?["calculated"] as? [Double])?.count == 2001)
            #expect(try String(contentsOfFile: path("si.csv"), encoding: .utf8).split(separator: "\n").count == 2)
            #expect(
                try String(contentsOfFile: path("curves.csv"), encoding: .utf8).split(separator: "\n").count == 2002)
            #expect(try String(contentsOfFile: path("hkl.csv"), encoding: .utf8).hasPrefix("phase,h,k,l,"))
            let svg = try String(contentsOfFile: path("si.svg"), encoding: .utf8)
            #expect(svg.hasPrefix("<svg") || svg.contains("<svg"))
            #expect(svg.contains("calculated"))
        }
    }

    @Test("a cell alone refines by Le Bail; a series follows its variable") func cellsAndSeries() async throws {
        try await withFolder { folder in
            let files = try (0..<2).map { i -> String in
                let path = folder.appendingPathComponent("\(i).xy").path
                try write(path, strain: 0.001 * Double(i))
                return path
            }
            let json = folder.appendingPathComponent("s.json")
            let plot = folder.appendingPathComponent("s.svg")
            let code = await run(
                "refine", "--series", files[0], files[1], "--cell", "new:Fd-3m:5.431,5.431,5.431,90,90,90",
                "--intensities", "lebail", "--variable", "temperature=300,350", "--wavelength", "CuKa", "--quiet",
                "--json",
                json.path, "--plot", plot.path, "--axial-divergence", "0")
            #expect(code == 0)
            let result = try document(json)
            #expect(result["schema"] as? String == "interphase.refine-series/1")
            let tracks = try #require(result["tracks"] as? [[String: Any]])
            let edge = try #require(tracks.first { $0["quantity"] as? String == "a_A" })
            let values = try #require(edge["values"] as? [[String: Any]]).compactMap { $0["value"] as? Double }
            #expect(abs(values[1] / values[0] - 1.001) < 1e-4, "\(values)")
            #expect(FileManager.default.fileExists(atPath: plot.path))
        }
    }

    @Test("what makes no sense is refused with the right code") func refusals() async throws {
        try await withFolder { folder in
            let file = folder.appendingPathComponent("si.xy").path
            try write(file, strain: 0)
            #expect(await run("refine", file, "--quiet") == 2)
            #expect(await run("refine", file, "--phases", "Si", "--quiet") == 65)
            #expect(await run("refine", file, "--phases", "unobtainium", "--wavelength", "CuKa") == 66)
            #expect(await run("refine", "\(file).absent", "--phases", "Si", "--wavelength", "CuKa") == 66)
            #expect(await run("refine", file, file, "--phases", "Si", "--wavelength", "CuKa") == 2)
            #expect(await run("refine", file, "--phases", "Si", "--texture", "Si=0,0", "--wavelength", "CuKa") == 2)
            #expect(await run("refine", file, "--phases", "Si", "--standard", "Si=110%", "--wavelength", "CuKa") == 2)
            #expect(await run("refine", file, "--phases", "Si", "--background", "wavy", "--wavelength", "CuKa") == 2)
            #expect(await run("refine", file, "--cell", "x:Zz:1,2,3,90,90,90", "--wavelength", "CuKa") == 2)
            #expect(
                await run(
                    "refine", file, "--cell", "x:Fd-3m:5.43,5.43,5.43,90,90,90", "--wavelength", "CuKa", "--quiet")
                    == 65)
            #expect(
                await run(
                    "refine", file, "--phases", "Si", "--standard", "ZnO=10%", "--wavelength", "CuKa", "--quiet") == 65)
        }
    }
}
