import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite struct KratosTests {
    static let dump = """
        Dataset filename          = t.dset
        Object name               = position/1
        3087 Stage Position Name       = cathode, washed
        Object name               = hy160/2
           1 Technique                 = F_XPS
           2 Scan type                 = F_SPECTRUM
           3 Spectrum scan start       = 1250 eV
           4 Spectrum scan step size   = 0.5 eV
           5 Abscissa label            = Kinetic Energy
           7 Dwell time                = 0.25 seconds
           9 Ordinate units            = Counts
          12 Ordinate values           = {10, 11,
        12, 13.5}
          42 Pass energy               = 160 eV
          99 # Sweeps completed        = 3
         151 Date Acquired             = 98/07/07 19:11:35
        3046 Analyser Scan Mode        = F_FAT
        3080 Xray Reference Energy     = F_REFER_TO_XRAY_MONO_AL
        3113 Chemical symbol or formula = Mo
        3114 Transition or charge state = 3d
        5587 Transmission Function Object (ke,t) = {
            5615 Transmission Function Kinetic Energy = {1249, 1251, 1253}
            5616 Transmission Function Value = {1.0, 0.5, 0.25}
        }

        """

    /// The same as the instrument stores it; every object also has a field that is not known to the reader.
    static func dataSet(ordinates: [Double] = [10, 11, 12, 13.5]) -> Data {
        var words: [[UInt32]] = []
        func double(_ value: Double) -> [UInt32] {
            [UInt32(value.bitPattern >> 32), UInt32(truncatingIfNeeded: value.bitPattern)]
        }
        func text(_ number: UInt32, _ text: String) -> [UInt32] {
            [number, UInt32(text.unicodeScalars.count + 1)] + text.unicodeScalars.map(\.value) + [0]
        }
        words.append([1, 0, 0] + text(3087, "cathode, washed") + [0, 0])
        var spectrum: [UInt32] = [2, 0, 0, 1, 3, 2, 0, 3] + double(1250) + [4] + double(0.5)
        spectrum += text(5, "Kinetic Energy") + [7] + double(0.25) + text(9, "Counts")
        spectrum += [12, UInt32(ordinates.count)] + ordinates.map { Float($0).bitPattern }
        spectrum += text(37, "hy160") + text(40, "not known") + [42] + double(160) + [99, 3]
        spectrum += text(151, "98/07/07 19:11:35") + [3046, 0, 3080, 8] + text(3113, "Mo") + text(3114, "3d")
        spectrum += [5587, 0, 0, 0, 5615, 3] + [1249, 1251, 1253].flatMap(double)
        spectrum += [5616, 3] + [1, 0.5, 0.25].flatMap(double) + [0, 0, 0, 0]
        words.append(spectrum)
        var data = Data(count: 0xB10)
        func put(_ word: UInt32, at offset: Int) {
            withUnsafeBytes(of: word.bigEndian) { data.replaceSubrange(offset..<(offset + 4), with: $0) }
        }
        put(0xDE01, at: 0)
        put(2, at: 4)
        put(UInt32(words.count), at: 20)
        for object in words {
            for word in [UInt32(object.count * 4)] + object {
                withUnsafeBytes(of: word.bigEndian) { data.append(contentsOf: $0) }
            }
        }
        return data
    }

    private func check(_ file: SpectrumFile) throws {
        let spectrum = try #require(file.spectra.first)
        #expect(file.spectra.count == 1)
        #expect(spectrum.name == "Mo 3d" && spectrum.level?.description == "Mo 3d")
        #expect(spectrum.sample == "cathode, washed")
        #expect(spectrum.axis.values == [1250, 1250.5, 1251, 1251.5] && spectrum.axis.scale == .kinetic)
        #expect(spectrum.axis.photonEnergy == 1486.69)
        #expect(spectrum.intensities == [10, 11, 12, 13.5] && spectrum.unit == .counts)
        #expect(spectrum.transmission == [0.75, 0.625, 0.5, 0.4375])
        #expect(spectrum.acquisition.sweeps == 3 && spectrum.acquisition.dwellTime == 0.25)
        #expect(spectrum.acquisition.passEnergy == 160 && spectrum.acquisition.date == "1998-07-07T19:11:35")
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func aDumpIsRead(lineEnd: String) throws {
        let file = try SpectrumFilesTests.read(Self.dump.replacing("\n", with: lineEnd), as: "t.kal")
        #expect(file.format == KratosDumpFormat.name)
        try check(file)
    }

    @Test func aDumpWithoutFieldNumbersIsRead() throws {
        try check(SpectrumFilesTests.read(Self.dump.replacing(/(?m)^ *\d+ (?=[A-Z#])/, with: ""), as: "t.kal"))
    }

    @Test func theInstrumentsOwnFileGivesTheSameSpectrum() throws {
        let content = FileContent(path: "t.dset", data: Self.dataSet())
        #expect(try FormatRegistry.format(of: content) == KratosBinaryFormat.self)
        let file = try KratosBinaryFormat.read(content, options: ReadOptions())
        try check(file)
        #expect(file.notes.allSatisfy { !$0.contains("not understood") })
        #expect(try file.spectra == SpectrumFilesTests.read(Self.dump, as: "t.kal").spectra)
    }

    @Test func withoutAnAnodeNoPhotonEnergyIsMadeUp() throws {
        let file = try SpectrumFilesTests.read(Self.dump.replacing("MONO_AL", with: "NONE"), as: "t.kal")
        #expect(file.spectra[0].axis.photonEnergy == nil && file.spectra[0].transmission != nil)
    }

    @Test func truncationAndDamage() throws {
        try Damage.expectNoSilentTruncation(of: Self.dataSet(), format: KratosBinaryFormat.self)
        Damage.expectNoCrash(of: Self.dataSet(), count: 3_000, seed: 51, format: KratosBinaryFormat.self)
        let dump = Data(Self.dump.utf8)
        try Damage.expectNoSilentTruncation(of: dump, mayEndEarly: true, format: KratosDumpFormat.self)
        Damage.expectNoCrash(of: dump, count: 3_000, seed: 52, format: KratosDumpFormat.self)
    }
}
