import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

/// A folder that is removed with its content when it is no longer used.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Reads text as the file of that name.
func read(_ text: String, as name: String = "test.vms", options: ReadOptions = ReadOptions()) throws -> SpectrumFile {
    let content = FileContent(path: name, data: Data(text.utf8))
    return try FormatRegistry.format(of: content).read(content, options: options)
}

@Suite("Writing spectra")
struct WritingTests {
    /// A spectrum with everything in it, numbers drawn from `seed`.
    static func sample(seed: UInt64, uneven: Bool = false, unit: IntensityUnit = .counts) -> Spectrum {
        var random = SplitMix(state: seed)
        let points = 5 + Int(random.next() % 40)
        let start = Double(Int(random.next() % 12000)) / 10
        let step = [0.05, 0.1, 0.125, -0.1, 0.025, 1][Int(random.next() % 6)]
        let values = (0..<points).map { start + Double($0) * step * (uneven && $0 > 2 ? 1.5 : 1) }
        let scale: EnergyScale = random.next() % 2 == 0 ? .kinetic : .binding
        func column() -> [Double] { (0..<points).map { _ in Double(random.next() % 1_000_000) / 7 } }
        var spectrum = Spectrum(
            name: "S 2p", sample: "NMC \(seed)", level: .s2p, kind: .coreLevel,
            axis: EnergyAxis(values, scale: scale, photonEnergy: 1486.69),
            intensities: unit == .counts ? column().map { $0.rounded() } : column(), unit: unit)
        spectrum.transmission = column()
        spectrum.acquisition = Acquisition(
            sweeps: 7, dwellTime: 0.1, passEnergy: 20, source: "Al", instrument: "Simulated",
            date: "2026-11-21T08:15:00", further: ["technique": "XPS", "analyser mode": "FAT", "Etch Time": "12.5 s"])
        spectrum.comments = ["a comment", "", "  another, with blanks  "]
        spectrum.columns = [NamedColumn(name: "Background", values: column())]
        return spectrum
    }

    @Test("what is written as VAMAS is read back identically", arguments: 0..<20 as Range<UInt64>)
    func vamasRoundTrip(seed: UInt64) throws {
        let units: [IntensityUnit] = [.counts, .countsPerSecond, .arbitrary]
        let spectra = (0..<3).map {
            Self.sample(seed: seed * 3 + UInt64($0), uneven: seed % 3 == 1, unit: units[$0])
        }
        let original = SpectrumFile(path: "a.vms", format: "", spectra: spectra, comments: ["first", "second"])
        let file = try read(original.text(as: .vamas))
        #expect(file.comments == original.comments)
        #expect(file.notes.isEmpty || spectra.contains { $0.unit == .arbitrary })
        #expect(file.spectra.count == spectra.count)
        for (read, written) in zip(file.spectra, spectra) {
            #expect(read == written)
        }
    }

    @Test("regular axes are written with the fewest digits that give them back")
    func regularAxis() throws {
        for (start, step) in [(1186.69, 0.1), (291.7, -0.05), (0, 0.125), (1076.57, 1.0 / 3)] {
            let values = (0..<500).map { start + Double($0) * step }
            let axis = try #require(VAMASExperiment.regularAxis(values))
            #expect(axis.start == start)
            #expect((0..<500).allSatisfy { abs(axis.start + Double($0) * axis.increment - values[$0]) < 1e-9 })
        }
        #expect(VAMASExperiment.regularAxis((0..<500).map { 1186.69 + Double($0) * 0.1 })?.increment == 0.1)
        #expect(VAMASExperiment.regularAxis([1, 2, 4]) == nil)
        #expect(VAMASExperiment.regularAxis([]) == nil)
    }

    @Test("line ends within texts cannot shift what follows")
    func lineEndsInTexts() throws {
        var spectrum = Self.sample(seed: 4)
        spectrum.name = "S\n2p"
        spectrum.comments = ["one\r\ntwo", "three\rfour"]
        let file = try read(SpectrumFile(path: "", format: "", spectra: [spectrum]).text(as: .vamas))
        #expect(file.spectra[0].name == "S 2p")
        #expect(file.spectra[0].comments == ["one two", "three four"])
        #expect(file.spectra[0].intensities == spectrum.intensities)
    }

    @Test("what is written as CSV or XY is read back with the same numbers", arguments: 0..<10 as Range<UInt64>)
    func columnsRoundTrip(seed: UInt64) throws {
        let spectra = (0..<2).map { Self.sample(seed: seed * 2 + UInt64($0), uneven: seed % 2 == 1) }
        let original = SpectrumFile(path: "a", format: "", spectra: spectra)
        for format in [SpectrumOutputFormat.csv, .xy] {
            let file = try read(original.text(as: format), as: "a.csv")
            #expect(file.spectra.count == 2)
            for (read, written) in zip(file.spectra, spectra) {
                #expect(read.name == written.name)
                #expect(read.sample == written.sample)
                #expect(read.level == written.level)
                #expect(read.axis == written.axis)
                #expect(read.intensities == written.intensities)
                #expect(read.unit == written.unit)
                #expect(read.rawCounts == written.rawCounts)
                let time = try #require(written.acquisition.timePerChannel)
                #expect(read.acquisition.timePerChannel == time)
                if format == .csv {
                    #expect(read.transmission == written.transmission)
                    #expect(read.columns == written.columns)
                }
            }
        }
    }

    @Test("an atomic write replaces a file whole, keeps its permissions and leaves no temporary file")
    func atomicWrite() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("out.csv")
        try AtomicFile.write("first", to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        try AtomicFile.write("second", to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.csv"])
    }

    @Test("an atomic write follows a symbolic link")
    func atomicWriteThroughLink() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("old", to: folder.path("real"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: folder.path("real"))
        try AtomicFile.write("new", to: folder.path("link"))
        #expect(try String(contentsOfFile: folder.path("real"), encoding: .utf8) == "new")
    }

    @Test("writing where nothing can be written is an error that names the file")
    func atomicWriteFailure() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path("none/out.csv"), folder.url.path, "/dev/null/out.csv"] {
            #expect {
                try AtomicFile.write("text", to: path)
            } throws: { error in
                "\(error)".hasPrefix("\(path): cannot be written")
            }
        }
    }
}

@Suite("Rewriting real VAMAS files", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct RewritingTests {
    @Test("a file read and written again holds the same spectra and fields", arguments: VAMASFilesTests.files)
    func rewrite(url: URL) throws {
        let original = try VAMASExperiment(contentsOf: url.path)
        let content = FileContent(path: url.path, data: Data(original.text.utf8))
        let again = try VAMASParser.parse(content)
        #expect(again.notes.isEmpty)
        #expect(Self.comparable(again.experiment) == Self.comparable(original))
        let first = try SpectrumFile(contentsOf: url.path)
        let second = try VAMASFormat.read(content, options: ReadOptions())
        #expect(first.spectra == second.spectra)
        #expect(first.comments == second.comments)
    }

    /// Without what is corrected in writing: extremes, empty dates, the charge of electrons.
    static func comparable(_ experiment: VAMASExperiment) -> VAMASExperiment {
        var copy = experiment
        for index in copy.blocks.indices {
            copy.blocks[index].date = copy.blocks[index].date.map { $0.isEmpty ? "0" : $0 }
            copy.blocks[index].particleCharge = copy.blocks[index].particleCharge ?? -1
            for column in copy.blocks[index].variables.indices {
                copy.blocks[index].variables[column].minimum = nil
                copy.blocks[index].variables[column].maximum = nil
            }
        }
        return copy
    }

    @Test("spectra made into a new VAMAS file are read back with the same numbers", arguments: VAMASFilesTests.files)
    func remake(url: URL) throws {
        let original = try SpectrumFile(contentsOf: url.path)
        let again = try read(original.text(as: .vamas))
        #expect(again.spectra.count == original.spectra.count)
        for (read, written) in zip(again.spectra, original.spectra) {
            #expect(read.name == written.name && read.sample == written.sample)
            // Energies listed one by one become a start and an increment where that gives them back.
            #expect(read.axis.scale == written.axis.scale && read.axis.photonEnergy == written.axis.photonEnergy)
            #expect(read.axis.count == written.axis.count)
            #expect(zip(read.axis.values, written.axis.values).allSatisfy { abs($0 - $1) < 1e-6 })
            #expect(read.intensities == written.intensities)
            #expect(read.unit == written.unit)
            #expect(read.transmission == written.transmission)
            #expect(read.acquisition.sweeps == written.acquisition.sweeps)
            #expect(read.acquisition.dwellTime == written.acquisition.dwellTime)
            #expect(read.acquisition.passEnergy == written.acquisition.passEnergy)
            #expect(read.acquisition.date == written.acquisition.date)
            #expect(read.comments == written.comments)
            #expect(read.level == written.level && read.kind == written.kind)
        }
    }
}

/// The splitmix64 generator: the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
