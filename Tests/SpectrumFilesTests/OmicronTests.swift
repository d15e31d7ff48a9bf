import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

@Suite struct OmicronTests {
    static let layers = """
        Region\tEnabled\tDataFlag\tStart\tEnd\tStep\tSweeps\tDwell\tMode\tCAE/CRR\tMag\tNotes\tFunction\tSweeps-Acquired
        1\ttrue\tOriginal\t296.0\t295.0\t-0.5\t30\t0.200\tCAE\t23.50\tHigh\tC1s\t7 Channel\t12
        Layer\tEnabled\tDataFlag\tNotes\tFormula
        1\tTrue\t\t\tCh(1)+Ch(2)
        Energy\tCounts
        296.0\t1788
        295.5\t1671
        295.0\t1608
        Layer\tEnabled\tDataFlag\tNotes\tFormula
        2\tTrue\t\t\tCh(3)
        Energy\tCounts
        296.0\t0
        295.5\t0
        295.0\t0

        """.replacing("\n", with: "\r\n")

    static let spectra = """
        Fischer7
           100.00610   104.03442     1.00708     5.00000     0.10000     5    46.1  1253.60
        C1s
        30304
        29699
        29573
        28966
        28538
            13.00000    12.80000    -0.10000    40.00000     0.20000     3    50.0

        49
        -3
        10

        """

    func read(_ text: String, as format: any SpectrumFormat.Type) throws -> SpectrumFile {
        let content = FileContent(path: "x.txt", data: Data(text.utf8))
        #expect(try FormatRegistry.format(of: content) == format)
        return try format.read(content, options: ReadOptions())
    }

    @Test func eachLayerOfARegionIsASpectrum() throws {
        let file = try read(Self.layers, as: OmicronLayersFormat.self)
        #expect(file.spectra.map(\.name) == ["C1s", "C1s"])
        let spectrum = file.spectra[0]
        #expect(spectrum.axis.values == [296, 295.5, 295] && spectrum.axis.scale == .binding)
        #expect(spectrum.intensities == [1788, 1671, 1608] && spectrum.unit == .counts && spectrum.level == .c1s)
        #expect(spectrum.acquisition.sweeps == 12 && spectrum.acquisition.dwellTime == 0.2)
        #expect(spectrum.acquisition.passEnergy == 23.5)
        #expect(file.series.first?.values == [1, 2])
    }

    @Test func spectraWithAndWithoutPhotonEnergyAreRead() throws {
        let file = try read(Self.spectra, as: OmicronSpectraFormat.self)
        #expect(file.spectra.map(\.intensities) == [[30304, 29699, 29573, 28966, 28538], [49, -3, 10]])
        let first = file.spectra[0]
        #expect(first.axis.scale == .kinetic && first.axis.photonEnergy == 1253.6 && first.level == .c1s)
        #expect(first.axis.values.first == 100.0061 && first.axis.values.last == 104.03442)
        #expect(first.sample == "Fischer7" && first.acquisition.sweeps == 5 && first.acquisition.passEnergy == 46.1)
        #expect(file.spectra[1].axis.scale == .binding && file.spectra[1].axis.values.last == 12.8)
    }

    @Test(arguments: [0, 1]) func everyTruncationIsNoticed(index: Int) throws {
        try Damage.expectNoSilentTruncation(
            of: Data([Self.layers, Self.spectra][index].utf8), lastMayDiffer: true, mayEndEarly: true,
            format: index == 0 ? OmicronLayersFormat.self : OmicronSpectraFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReaders() {
        Damage.expectNoCrash(of: Data(Self.layers.utf8), count: 10_000, seed: 41, format: OmicronLayersFormat.self)
        Damage.expectNoCrash(of: Data(Self.spectra.utf8), count: 10_000, seed: 42, format: OmicronSpectraFormat.self)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: ["xps/scienta/contains_layer_zeros.txt", "xps/text/omicron_spectra.dat"])
    func realFilesAgreeWithAnIndependentReader(path: String) throws {
        let url = SharedData.file(path)
        let file = try SpectrumFile(contentsOf: url.path)
        let expected = try ExpectedReading(beside: url)
        #expect(file.spectra.count == expected.spectra.count)
        for (spectrum, item) in zip(file.spectra, expected.spectra) {
            expectAgreement(spectrum, item, energies: spectrum.axis.values)
        }
    }
}
