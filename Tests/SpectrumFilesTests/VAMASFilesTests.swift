import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@Suite("Real VAMAS files", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct VAMASFilesTests {
    static let files =
        SharedData.isPresent
        ? SharedData.files(in: "xps/vamas", suffix: ".vms").filter { $0.pathComponents.suffix(2).first == "vamas" } : []

    @Test("agree with an independent reader on every block", arguments: files)
    func agreeWithIndependentReader(url: URL) throws {
        let expected = try ExpectedReading(beside: url)
        let file = try SpectrumFile(contentsOf: url.path)
        #expect(file.format == "VAMAS (ISO 14976)")
        #expect(file.spectra.count == expected.spectra.count)
        if let lines = expected.nHeaderCommentLines { #expect(file.comments.count == lines) }
        for (spectrum, wanted) in zip(file.spectra, expected.spectra) {
            #expect(spectrum.name == wanted.name)
            #expect(spectrum.sample == wanted.sample)
            #expect(spectrum.axis.count == wanted.nPoints)
            #expect(spectrum.axis.scale == (wanted.abscissa?.lowercased() == "binding energy" ? .binding : .kinetic))
            #expect(agrees(spectrum.axis.values.first, wanted.firstEnergy))
            #expect(agrees(spectrum.axis.values.last, wanted.lastEnergy))
            #expect(agrees(spectrum.axis.bindingEnergies?.first, wanted.firstBe))
            #expect(agrees(spectrum.axis.bindingEnergies?.last, wanted.lastBe))
            #expect(agrees(spectrum.axis.photonEnergy ?? 0, wanted.hv))
            #expect(agrees(spectrum.intensities.reduce(0, +), wanted.sum))
            #expect(agrees(spectrum.intensities.min(), wanted.min))
            #expect(agrees(spectrum.intensities.max(), wanted.max))
            #expect(agrees(spectrum.intensities.first, wanted.firstValue))
            #expect(agrees(spectrum.intensities.last, wanted.lastValue))
            #expect(agrees(spectrum.acquisition.dwellTime, wanted.dwellS))
            #expect(agrees(spectrum.acquisition.sweeps.map(Double.init), wanted.nScans))
            #expect(spectrum.comments.count == wanted.nCommentLines)
            if let pass = wanted.passEnergy, pass < 1e36 { #expect(agrees(spectrum.acquisition.passEnergy, pass)) }
            if let sums = wanted.columnSums, sums.count > 1, let transmission = spectrum.transmission {
                #expect(sums.contains { agrees(transmission.reduce(0, +), $0) })
            }
        }
    }
}
