import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@Suite("Real text files", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct TextFilesTests {
    static func files(_ folder: String, except: Set<String> = []) -> [URL] {
        guard SharedData.isPresent else { return [] }
        return SharedData.files(in: folder, suffix: ".expected.json")
            .map { $0.deletingPathExtension().deletingPathExtension() }
            .filter { !except.contains($0.lastPathComponent) }
    }

    static let casaXPS = files("xps/casaxps-export")
    static let columns =
        files("xps/text", except: ["omicron_spectra.dat"]) + files("xps/series-o1s-gan")
        + files("xps/scienta").filter { $0.lastPathComponent == "win.txt" }

    @Test("CasaXPS exports agree with an independent reading", arguments: casaXPS)
    func casaXPSExports(url: URL) throws {
        let expected = try ExpectedReading(beside: url)
        let file = try SpectrumFile(contentsOf: url.path)
        #expect(file.format == "CasaXPS text export")
        #expect(file.spectra.count == 1)
        let spectrum = try #require(file.spectra.first)
        let wanted = try #require(expected.spectra.first)
        #expect(spectrum.axis.count == wanted.nPoints)
        #expect(agrees(spectrum.axis.values.first, wanted.firstEnergy))
        #expect(agrees(spectrum.axis.values.last, wanted.lastEnergy))
        #expect(agrees(spectrum.axis.bindingEnergies?.first, wanted.firstBe))
        #expect(agrees(spectrum.axis.bindingEnergies?.last, wanted.lastBe))
        #expect(agrees(spectrum.intensities.reduce(0, +), wanted.sum))
        #expect(agrees(spectrum.intensities.min(), wanted.min))
        #expect(agrees(spectrum.intensities.max(), wanted.max))
        #expect(agrees(spectrum.axis.photonEnergy, expected.photonEnergy))
        #expect(agrees(spectrum.acquisition.acquisitionTime, expected.acquisitionTimeS))
        let sums = try #require(wanted.columnSums)
        for column in spectrum.columns {
            #expect(sums.contains { agrees(column.values.reduce(0, +), $0) }, "\(column.name)")
        }
    }

    @Test("plain columns agree with an independent reading", arguments: columns)
    func plainColumns(url: URL) throws {
        let wanted = try #require(ExpectedReading(beside: url).spectra.first)
        let file = try SpectrumFile(contentsOf: url.path)
        #expect(file.format == "plain columns")
        #expect(file.spectra.count == 1)
        let spectrum = try #require(file.spectra.first)
        #expect(spectrum.axis.count == wanted.nPoints)
        // The reading prints energies with six decimals.
        let ends = [spectrum.axis.values.first, spectrum.axis.values.last].compactMap { $0 }
        let wantedEnds = [wanted.firstEnergy, wanted.lastEnergy].compactMap { $0 }
        #expect(ends.count == 2 && wantedEnds.count == 2)
        #expect(zip(ends, wantedEnds).allSatisfy { abs($0 - $1) <= 5e-7 })
        #expect(agrees(spectrum.intensities.reduce(0, +), wanted.sum))
        #expect(agrees(spectrum.intensities.min(), wanted.min))
        #expect(agrees(spectrum.intensities.max(), wanted.max))
        if let count = wanted.nColumns { #expect(spectrum.columns.count == count - 2) }
    }
}
