import Foundation
import Spectra
import TestSupport
import Testing

@testable import Diffraction

@Suite("Folders of phases and their index")
struct PhaseFolderTests {
    /// A rock salt of metal and oxygen, written by hand.
    private static func rockSalt(_ metal: String, a: Double) -> String {
        """
        data_\(metal)O
        _cell_length_a \(a)
        _cell_length_b \(a)
        _cell_length_c \(a)
        _cell_angle_alpha 90
        _cell_angle_beta 90
        _cell_angle_gamma 90
        _space_group_name_H-M_alt 'F m -3 m'
        loop_
        _atom_site_label
        _atom_site_type_symbol
        _atom_site_fract_x
        _atom_site_fract_y
        _atom_site_fract_z
        M \(metal) 0 0 0
        O O 0.5 0.5 0.5

        """
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("phases-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func lines(_ folder: PhaseFolder) -> [[String]] {
        folder.phases.lines.map { phase in
            [phase.name, phase.formula, "\(phase.density)", "\(phase.cell)", "\(phase.axisGroups)"]
                + phase.lines.map { "\($0.index) \($0.intensity) \($0.spacing) \($0.parts)" }
        }
    }

    @Test("an index gives what computing gives, and follows files that change, come and go")
    func index() throws {
        try inFolder { folder in
            let cifs = folder.appendingPathComponent("cifs")
            let cache = folder.appendingPathComponent("cache")
            try FileManager.default.createDirectory(at: cifs, withIntermediateDirectories: true)
            func write(_ metal: String, _ a: Double) throws {
                try Data(Self.rockSalt(metal, a: a).utf8).write(to: cifs.appendingPathComponent("\(metal)O.cif"))
            }
            try write("Ni", 4.177)
            try write("Mn", 4.4457)
            try Data("data_broken\n_cell_length_a what\n".utf8).write(to: cifs.appendingPathComponent("broken.cif"))
            func read() throws -> PhaseFolder { try PhaseFolder(cifs.path, emission: .copper, cache: cache) }
            let first = try read()
            #expect(first.indexedCount == 0 && first.indexProblem == nil)
            #expect(first.phases.lines.map(\.name) == ["MnO", "NiO"])
            #expect(first.phases.leftOut.count == 1 && first.phases.leftOut[0].contains("broken.cif"))
            let second = try read()
            #expect(second.indexedCount == 3)
            #expect(lines(second) == lines(first) && second.phases.leftOut == first.phases.leftOut)
            #expect(lines(try PhaseFolder(cifs.path, emission: .copper, cache: nil)) == lines(first))
            // Another radiation has an index of its own.
            #expect(
                try PhaseFolder(cifs.path, emission: #require(EmissionSpectrum("CoKa")), cache: cache).indexedCount == 0
            )

            try write("Ni", 4.19)
            try write("Co", 4.26)
            try FileManager.default.removeItem(at: cifs.appendingPathComponent("MnO.cif"))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: 60)],
                ofItemAtPath: cifs.appendingPathComponent("NiO.cif").path)
            let third = try read()
            #expect(third.phases.lines.map(\.name) == ["CoO", "NiO"] && third.indexedCount == 1)
            #expect(third.phases.lines[1].cell.a == 4.19)
            #expect(try read().indexedCount == 3)
        }
    }

    @Test("a damaged index, cut or changed anywhere, is not believed")
    func damage() throws {
        let prepared = PreparedPhases(Array(CandidatePhase.library.prefix(3)), emission: .copper)
        let entries = Dictionary(
            uniqueKeysWithValues: prepared.lines.map {
                ("\($0.name).cif", PhaseIndex.Entry(stamp: .init(size: 5, changed: 7.5), result: .success($0)))
            })
        let data = PhaseIndex(wavelength: 1.5406, entries: entries).encoded
        let whole = try #require(PhaseIndex(decoding: data))
        #expect(whole.entries.count == 3 && whole.wavelength == 1.5406)
        for cut in stride(from: 0, to: data.count, by: max(1, data.count / 97)) {
            #expect(PhaseIndex(decoding: data.prefix(cut)) == nil)
            var changed = data
            changed[cut] ^= 0x40
            #expect(PhaseIndex(decoding: changed) == nil)
        }
    }

    @Test("a folder that is not there is an error, not an empty list")
    func absent() {
        #expect(throws: ReadError.self) { try PhaseFolder("/nowhere/at/all", emission: .copper, cache: nil) }
    }

    @Test("lines computed for another wavelength are refused")
    func wavelength() throws {
        let prepared = PreparedPhases([], emission: try #require(EmissionSpectrum("CoKa")))
        let curve = try IdentificationTests.pattern([("Si", 1)])
        #expect(throws: PatternError.self) {
            try PhaseIdentification(curve, emission: .copper, prepared: prepared)
        }
    }
}
