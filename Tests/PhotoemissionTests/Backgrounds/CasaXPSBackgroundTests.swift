import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@testable import Photoemission

/// Backgrounds that CasaXPS exported, and amplitudes that it stored, against those drawn here.
@Suite("CasaXPS's backgrounds", .enabled(if: SharedData.isPresent, "the folder of shared data is absent"))
struct CasaXPSBackgroundTests {
    /// Agreement asked for, as a fraction of the background's range.
    static let tolerance = 5e-4

    /// Half a unit of the last of the six significant digits that exports print, once for the curve and once for the
    /// intensities that it is drawn from.
    private func printed(_ values: [Double]) -> Double {
        pow(10, floor(log10(values.map(abs).max() ?? 1)) - 5)
    }

    static let exports = CasaXPSAgreementTests.exports.filter {
        let type = $0.golden.background?.type ?? ""
        return type == "Linear" || type == "Shirley" || type.hasPrefix("U 2 Tougaard")
    }

    @Test("exports of all three kinds are there")
    func exportsAreFound() {
        for kind in ["Linear", "Shirley", "U 2 Tougaard"] {
            #expect(Self.exports.contains { $0.golden.background?.type.hasPrefix(kind) ?? false }, "\(kind)")
        }
    }

    @Test("identified backgrounds of exports are drawn within 5e-4 of their range", arguments: exports)
    func exported(export: CasaXPSAgreementTests.Export) throws {
        let spectrum = try #require(SpectrumFile(contentsOf: export.file.path).spectra.first)
        let golden = try #require(export.golden.background)
        let region = try #require(export.golden.region)
        let energies = try #require(spectrum.axis.bindingEnergies)
        let theirs = try #require(spectrum.columns.first { $0.name.hasPrefix("Background") }?.values)
        let kind: Background.Kind =
            golden.type == "Linear" ? .linear : golden.type == "Shirley" ? .shirley : .tougaardU2
        let background = Background(
            kind, isFitted: false, loss: kind.isTougaard ? .twoParameters(c: .fixed(650)) : nil,
            endPoints: golden.pointsAveragedAtEachEnd ?? 3)
        var bare = spectrum
        bare.calibration = .none
        let drawn = try background.drawn(
            under: bare, window: energies[region.lastChannel]...energies[region.firstChannel])
        let exported = Array(theirs[region.firstChannel...region.lastChannel].reversed())
        #expect(drawn.values.count == exported.count)
        let range = try #require(exported.max()) - (try #require(exported.min()))
        let worst = zip(drawn.values, exported).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < Self.tolerance * range + printed(exported), "\(worst / range) of the range")
    }

    @Test("the exported U 3 background of FeO is drawn from the stored region to 1e-6 of its range")
    func feO() throws {
        let stored = try #require(
            SpectrumFile(contentsOf: SharedData.file("xps/vamas/FeO_analyzed.vms").path).spectra.first {
                !CasaXPSAnnotations(comments: $0.comments).regions.isEmpty
            })
        let region = try #require(try stored.casaXPSBackgrounds().first)
        #expect(region.background.kind == .tougaardU3)
        let export = SharedData.file("xps/casaxps-export/FeO_analyzed_lineshapes_cols.txt").path
        let spectrum = try #require(SpectrumFile(contentsOf: export).spectra.first)
        let theirs = try #require(spectrum.columns.first { $0.name.hasPrefix("Background") }?.values)
        let drawn = try region.background.drawn(under: stored)
        let counts = try #require(stored.axis.bindingEnergies)
        let order = counts.indices.sorted { counts[$0] < counts[$1] }
        // The export has the points of the stored spectrum in their order; both rise or fall together.
        #expect(theirs.count == counts.count)
        let first = try #require(order.firstIndex { counts[$0] >= drawn.bindingEnergies[0] - 1e-6 })
        let exported = order[first..<(first + drawn.values.count)].map { theirs[$0] }
        let range = (exported.max() ?? 0) - (exported.min() ?? 0)
        let worst = zip(drawn.values, exported).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-6 * range, "\(worst / range) of the range")
    }

    @Test("most stored amplitudes can be compared")
    func amplitudesAreFound() {
        #expect(Self.amplitudes(in: "xps/vamas/assigned_open.vms").count >= 8)
    }

    struct Amplitude: Sendable, CustomTestStringConvertible {
        var spectrum: Spectrum
        var stored: CasaXPSBackground
        var testDescription: String { "\(spectrum.sample) \(spectrum.name) \(stored.region.name)" }
    }

    static func amplitudes(in file: String) -> [Amplitude] {
        let spectra = (try? SpectrumFile(contentsOf: SharedData.file(file).path).spectra) ?? []
        return spectra.flatMap { spectrum in
            ((try? spectrum.casaXPSBackgrounds()) ?? []).filter { $0.background.kind.isTougaard }.map {
                Amplitude(spectrum: spectrum, stored: $0)
            }
        }
    }

    @Test(
        "the amplitude that meets the end is the one that CasaXPS stored",
        arguments: ["assigned_open.vms", "FeO_analyzed.vms"].flatMap { amplitudes(in: "xps/vamas/" + $0) })
    func storedAmplitudes(entry: Amplitude) throws {
        var spectrum = entry.spectrum
        spectrum.calibration = entry.stored.calibration
        let drawn = try entry.stored.background.drawn(under: spectrum)
        let b = try #require(drawn.parameters.first { $0.name == "tougaard_b_eV2" }?.quantity.value)
        let stored = entry.stored.region.backgroundParameters[0]
        // Where the intensity falls no positive amplitude meets the end, and CasaXPS keeps the one it had.
        let ends = try ["low_end", "high_end"].map { name in
            try #require(drawn.parameters.first { $0.name == name }?.quantity.value)
        }
        guard ends[1] > ends[0] else { return #expect(b < 0) }
        #expect(abs(b - stored) < 1e-6 * stored, "\(b) for \(stored)")
    }
}
