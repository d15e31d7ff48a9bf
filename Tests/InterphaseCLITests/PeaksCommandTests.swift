import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase peaks` as it is called.
@Suite("interphase peaks", .serialized)
struct PeaksCommandTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("peaks-\(UUID().uuidString)")
    private static let truth: [(twoTheta: Double, area: Double)] = [(31.2, 60), (36.8, 200), (44.8, 45), (59.4, 70)]

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Counts of a simulated pattern of four lines as two columns, broadened by `size` Angstrom.
    private func pattern(_ name: String, size: Double? = nil) throws -> String {
        let broadening = size.map { 0.94 * 1.5405929 / $0 * 180 / .pi } ?? 0
        let profile = PowderProfile(
            widths: LineWidths(u: 0.002, v: -0.002, w: 0.004, x: 0.02 + broadening, y: 0.02), emission: .copper)
        let grid = (0...3000).map { 20 + 0.02 * Double($0) }
        var expected = grid.map { 60 + 1000 / $0 }
        for line in Self.truth {
            profile.add(area: 20 * line.area, twoTheta: line.twoTheta, to: &expected, over: grid)
        }
        var random = RandomNumbers(seed: 8)
        let rows = try zip(grid, expected).map { "\(String(format: "%.2f", $0)) \(Int(try random.poisson(mean: $1)))" }
        try rows.joined(separator: "\n").write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: ["peaks"] + arguments + ["--quiet"])
    }

    private func object(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path(name)))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func value(_ entry: [String: Any], _ key: String) throws -> (Double, Double) {
        let quantity = try #require(entry[key] as? [String: Any])
        return (try #require(quantity["value"] as? Double), try #require(quantity["u"] as? Double))
    }

    @Test("peaks are found with their positions and areas; JSON, CSV, curves and plot are written")
    func everything() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try pattern("scan.xy")
        let code = await run(
            file, "--wavelength", "CuKa", "--json", path("p.json"), "--csv", path("p.csv"), "--plot", path("p.svg"),
            "--curves-csv", path("c.csv"), "--stripped", path("s.csv"), "--curves")
        #expect(code == 0)
        let result = try object("p.json")
        #expect(result["schema"] as? String == "interphase.peaks/1")
        #expect(result["wavelength_A"] as? Double == 1.5405929)
        #expect(result["wavelength_origin"] as? String == "user")
        #expect((result["emission"] as? [[String: Any]])?.count == 2)
        let peaks = try #require(result["peaks"] as? [[String: Any]])
        #expect(peaks.count == Self.truth.count)
        for (peak, line) in zip(peaks, Self.truth) {
            let (position, uncertainty) = try value(peak, "two_theta_deg")
            #expect(abs(position - line.twoTheta) < max(4 * uncertainty, 0.004))
            let (area, areaUncertainty) = try value(peak, "area")
            // Both lines of the doublet.
            #expect(abs(area - 30 * line.area) < 4 * areaUncertainty + 0.03 * area)
            let (spacing, _) = try value(peak, "d_A")
            #expect(abs(spacing - 1.5405929 / (2 * sin(position * .pi / 360))) < 1e-9)
        }
        let curves = try #require(result["curves"] as? [String: Any])
        #expect((curves["model"] as? [Double])?.count == 3001)
        let table = try String(contentsOfFile: path("p.csv"), encoding: .utf8).split(separator: "\n")
        #expect(table.count == 5 && table[0].hasPrefix("two_theta_deg,u_two_theta_deg,d_A"))
        #expect(try String(contentsOfFile: path("c.csv"), encoding: .utf8).split(separator: "\n").count == 3002)
        #expect(try String(contentsOfFile: path("s.csv"), encoding: .utf8).split(separator: "\n").count == 3002)
        let svg = try String(contentsOfFile: path("p.svg"), encoding: .utf8)
        #expect(svg.contains("36.80") && svg.hasSuffix("</svg>\n"))
    }

    @Test("a wavelength is never assumed")
    func noWavelength() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try pattern("scan.xy")
        #expect(await run(file) == 65)
        #expect(await run(file, "--wavelength", "CuKa1", "--json", path("one.json")) == 0)
        #expect((try object("one.json")["emission"] as? [[String: Any]])?.count == 1)
    }

    @Test("sizes come out with a standard or with widths")
    func sizes() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let standard = try pattern("standard.xy")
        let broad = try pattern("broad.xy", size: 200)
        #expect(
            await run(
                broad, "--wavelength", "CuKa", "--instrument", "0.002,-0.002,0.004,0.02,0.02", "--json", path("i.json"))
                == 0)
        let peaks = try #require(try object("i.json")["peaks"] as? [[String: Any]])
        let (size, uncertainty) = try value(try #require(peaks.dropFirst().first), "size_A")
        #expect(abs(size - 200) < 4 * uncertainty && uncertainty < 30, "\(size) \(uncertainty)")
        #expect(await run(broad, "--wavelength", "CuKa", "--standard", standard, "--json", path("s.json")) == 0)
        let others = try #require(try object("s.json")["peaks"] as? [[String: Any]])
        #expect(abs(try value(try #require(others.dropFirst().first), "size_A").0 - 200) < 60)
    }

    @Test("errors have the documented exit codes")
    func exitCodes() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try pattern("scan.xy")
        #expect(await run("/nowhere/x.xy", "--wavelength", "CuKa") == 66)
        #expect(await run(file, "--wavelength", "Kryptonite") == 2)
        #expect(await run(file, "--wavelength", "CuKa", "--range", "90:10") == 2)
        #expect(await run(file, "--wavelength", "CuKa", "--background", "wavelet") == 2)
        #expect(await run(file, "--wavelength", "CuKa", "--false-peaks", "0") == 2)
        #expect(await run(file, "--wavelength", "CuKa", "--instrument", "1,2") == 2)
        #expect(await run(file, "--wavelength", "CuKa", "--alpha2-ratio", "2") == 2)
        #expect(await run(file, "--wavelength", "CuKa", "--scan", "7") == 65)
        #expect(await run(file, "--wavelength", "CuKa", "--range", "100:120") == 65)
        #expect(await run(file, "--wavelength", "CuKa", "--csv", "/nowhere/p.csv") == 73)
    }
}
