import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

@Suite("interphase info and convert")
struct InfoConvertTests {
    /// A folder of its own for each test, with a file `s2p.csv` in it.
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("BE/eV,Counts\n170,5\n169.9,6\n169.8,7\n", to: "s2p.csv")
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    private func json(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("info gives every documented key, null where the file does not say")
    func infoKeys() async throws {
        #expect(await run("info", path("s2p.csv"), "--json", path("out.json"), "--quiet") == 0)
        let root = try json("out.json")
        #expect(root["schema"] as? String == "interphase.info/1")
        let file = try #require((root["files"] as? [[String: Any]])?.first)
        #expect(file["file"] as? String == path("s2p.csv"))
        #expect(file["format"] as? String == "plain columns")
        let spectrum = try #require((file["spectra"] as? [[String: Any]])?.first)
        #expect(spectrum["name"] as? String == "s2p")
        #expect(spectrum["level"] as? String == "S 2p")
        #expect(spectrum["kind"] as? String == "core level")
        #expect(spectrum["axis"] as? String == "binding")
        #expect(spectrum["points"] as? Int == 3)
        #expect(spectrum["first"] as? Double == 170)
        #expect(spectrum["last"] as? Double == 169.8)
        #expect(abs((spectrum["step"] as? Double ?? 0) + 0.1) < 1e-9)
        #expect(spectrum["unit"] as? String == "counts")
        #expect(spectrum["intensity_sum"] as? Double == 18)
        for key in ["photon_energy_eV", "sweeps", "dwell_s"] { #expect(spectrum[key] is NSNull) }
    }

    @Test("a fit in the comments of a VAMAS block is listed, and becomes the same fit in NeXus")
    func storedFits() async throws {
        let stored = path("stored.vms")
        let nexus = path("stored.nxs")
        let fit = ["fit", FitCommandTests.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--casa", stored]
        #expect(await CommandSupport.run(InterphaseCommand.self, arguments: fit) == 0)
        func listed(_ file: String) async throws -> [String: Any] {
            #expect(await run("info", file, "--json", path("out.json"), "--quiet") == 0)
            let files = try json("out.json")["files"] as? [[String: Any]]
            let spectra = try #require(files?.first?["spectra"] as? [[String: Any]])
            return try #require(spectra.compactMap { $0["stored_fits"] as? [String: Any] }.first)
        }
        let first = try await listed(stored)
        let peaks = try #require(first["peaks"] as? [[String: Any]])
        #expect(first["program"] as? String == "CasaXPS" && first["components"] as? Int == 8 && peaks.count == 8)
        // Sulfur 2p of sulfides and sulfates, on the scale of binding energies.
        #expect(peaks.allSatisfy { (158...172).contains($0["position_eV"] as? Double ?? 0) })
        #expect(peaks.allSatisfy { $0["shape"] is String && $0["fwhm_eV"] is Double && $0["area"] is Double })
        #expect(await run("convert", stored, "-o", nexus, "--quiet") == 0)
        let file = try SpectrumFile(contentsOf: nexus)
        let fits = try #require(file.spectra.first { !$0.fits.isEmpty }?.fits)
        let converted = fits.flatMap(\.peaks)
        for (peak, listed) in zip(converted, peaks) {
            #expect(abs((peak.position ?? 0) - (listed["position_eV"] as? Double ?? 1)) < 1e-9)
        }
        #expect(converted.map(\.area) == peaks.map { $0["area"] as? Double })
        // The curves of the components and the background add up to the envelope.
        let envelope = try #require(fits[0].envelope)
        let parts = fits[0].peaks.compactMap(\.curve) + fits[0].backgrounds.compactMap(\.curve)
        #expect(parts.count == 9)
        for index in envelope.indices {
            let sum = parts.reduce(0) { $0 + $1[index] }
            #expect(abs(sum - envelope[index]) < 1e-6 * max(1, abs(sum)))
        }
        #expect(try await listed(nexus)["components"] as? Int == 8)
    }

    @Test("a diffraction pattern is told from a spectrum by its label or by its user, shown and converted")
    func diffraction() async throws {
        let rows = (0..<600).map { "\(10 + 0.1 * Double($0)),\($0 % 7)" }.joined(separator: "\n") + "\n"
        try write("2theta,counts\n" + rows, to: "scan.csv")
        try write(rows, to: "bare.csv")
        for arguments in [[path("scan.csv")], [path("bare.csv"), "--technique", "xrd"]] {
            let info = ["info"] + arguments + ["--json", path("out.json"), "--quiet"]
            #expect(await CommandSupport.run(InterphaseCommand.self, arguments: info) == 0)
            let file = try #require((try json("out.json")["files"] as? [[String: Any]])?.first)
            let pattern = try #require((file["patterns"] as? [[String: Any]])?.first)
            #expect(pattern["axis"] as? String == "two theta" && pattern["points"] as? Int == 600)
            #expect(pattern["wavelength_A"] is NSNull)
        }
        #expect(await run("info", path("bare.csv"), "--json", path("out.json"), "--quiet") == 0)
        let bare = try #require((try json("out.json")["files"] as? [[String: Any]])?.first)
        #expect((bare["spectra"] as? [Any])?.count == 1)
        #expect((bare["notes"] as? [String])?.contains { $0.contains("--technique xrd") } == true)
        #expect(await run("convert", path("scan.csv"), "-o", path("scan.xye"), "--quiet") == 0)
        #expect(try DiffractionFile(contentsOf: path("scan.xye")).patterns[0].intensities.count == 600)
        #expect(await run("info", path("scan.xye"), "--json", path("out.json"), "--quiet") == 0)
        let angles = try #require((try json("out.json")["files"] as? [[String: Any]])?.first)
        #expect((angles["patterns"] as? [Any])?.count == 1)
        #expect(await run("convert", path("scan.csv"), "-o", path("scan.vms"), "--quiet") == 2)
        #expect(await run("info", path("scan.csv"), "--technique", "xps", "--quiet") == 65)
    }

    @Test("info states what the user states")
    func statedOptions() async throws {
        let code = await run(
            "info", path("s2p.csv"), "--axis", "kinetic", "--photon-energy", "1486.6", "--unit", "counts/s",
            "--json=\(path("out.json"))", "--quiet")
        #expect(code == 0)
        let spectrum = try #require(
            ((try json("out.json")["files"] as? [[String: Any]])?.first?["spectra"] as? [[String: Any]])?.first)
        #expect(spectrum["axis"] as? String == "kinetic")
        #expect(spectrum["photon_energy_eV"] as? Double == 1486.6)
        #expect(spectrum["unit"] as? String == "counts/s")
    }

    @Test("exit codes: 66 no such file, 65 bad data, 2 usage, 73 cannot write")
    func exitCodes() async throws {
        try write("no numbers here\n", to: "text.txt")
        #expect(await run("info", path("none.vms"), "--quiet") == 66)
        #expect(await run("info", path("text.txt"), "--quiet") == 65)
        #expect(await run("info", folder.path, "--quiet") == 65)
        #expect(await run("info") == 2)
        #expect(await run("info", path("s2p.csv"), "--nonsense") == 2)
        #expect(await run("info", path("s2p.csv"), "--axis", "sideways") == 2)
        #expect(await run("info", path("s2p.csv"), "--photon-energy", "-1") == 2)
        #expect(await run("info", path("s2p.csv"), "--quiet", "--json", path("none/out.json")) == 73)
        #expect(await run("convert", path("s2p.csv"), "-o", path("none/out.vms"), "--quiet") == 73)
        #expect(await run("convert", path("s2p.csv"), "-o", path("out.unknown"), "--quiet") == 2)
        #expect(await run("convert", path("none.csv"), "-o", path("out.vms"), "--quiet") == 66)
        #expect(await run("convert", path("s2p.csv"), "--spectrum", "O 1s", "-o", path("out.vms"), "--quiet") == 65)
    }

    @Test("the files that can be read are shown though one cannot, and the first failure is the exit code")
    func oneOfMany() async throws {
        let code = await run("info", path("none.vms"), path("s2p.csv"), "--json", path("out.json"), "--quiet")
        #expect(code == 66)
        let root = try json("out.json")
        #expect((root["files"] as? [Any])?.count == 1)
        let failure = try #require((root["errors"] as? [[String: Any]])?.first)
        #expect(failure["file"] as? String == path("none.vms"))
    }

    @Test("--json takes the next word only where it ends in .json")
    func jsonArgument() {
        #expect(CommandSupport.normalised(["info", "--json", "a.vms"]) == ["info", "--json", "a.vms"])
        #expect(CommandSupport.normalised(["info", "--json", "a.json"]) == ["info", "--json-file", "a.json"])
        #expect(CommandSupport.normalised(["--json=out", "--", "--json", "b.json"]).first == "--json-file=out")
        #expect(CommandSupport.normalised(["--", "--json", "b.json"]) == ["--", "--json", "b.json"])
    }

    @Test("convert writes files that hold the same spectrum", arguments: ["out.vms", "out.csv", "out.xy"])
    func convert(name: String) async throws {
        #expect(await run("convert", path("s2p.csv"), "-o", path(name), "--photon-energy", "1486.6", "--quiet") == 0)
        let spectrum = try #require(try SpectrumFile(contentsOf: path(name)).spectra.first)
        #expect(spectrum.level == .s2p)
        #expect(spectrum.axis.scale == .binding && spectrum.axis.photonEnergy == 1486.6)
        #expect(zip(spectrum.axis.values, [170, 169.9, 169.8]).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(spectrum.intensities == [5, 6, 7])
    }

    @Test("convert selects spectra by name and by number")
    func convertSelection() async throws {
        try write(
            "# spectrum: A\n# Binding energy, Counts\n3 1\n2 1\n1 1\n\n# spectrum: B\n3 2\n2 2\n1 2\n", to: "two.xy")
        #expect(await run("convert", path("two.xy"), "--spectrum", "B", "-o", path("b.csv"), "--quiet") == 0)
        #expect(try SpectrumFile(contentsOf: path("b.csv")).spectra.map(\.intensities) == [[2, 2, 2]])
        #expect(await run("convert", path("two.xy"), "--spectrum", "#1", "-o", path("a.csv"), "--quiet") == 0)
        #expect(try SpectrumFile(contentsOf: path("a.csv")).spectra.map(\.name) == ["A"])
        #expect(await run("convert", path("two.xy"), "--spectrum", "#3", "-o", path("c.csv"), "--quiet") == 65)
    }

    @Test("convert never writes over the file it reads")
    func convertOntoItself() async throws {
        let before = try String(contentsOfFile: path("s2p.csv"), encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: path("link.csv"), withDestinationPath: path("s2p.csv"))
        #expect(await run("convert", path("s2p.csv"), "-o", path("s2p.csv"), "--quiet") == 2)
        #expect(await run("convert", path("s2p.csv"), "-o", path("link.csv"), "--quiet") == 2)
        #expect(try String(contentsOfFile: path("s2p.csv"), encoding: .utf8) == before)
    }
}
