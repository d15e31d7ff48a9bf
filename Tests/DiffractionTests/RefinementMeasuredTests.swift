import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@testable import Diffraction

/// Refinement of measured patterns whose truth is known.
@Suite("Refinement of measured patterns", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct RefinementMeasuredTests {
    private static let standard = SharedData.file("xrd/patterns/standards/nist_srm660c_100a.cif")

    private func curve(_ path: String) throws -> PatternCurve {
        try PatternCurve(try DiffractionPattern(contentsOf: SharedData.file(path).path), range: 1...179)
    }

    private func phases(_ names: [String]) throws -> [RefinementPhase] {
        try names.map { RefinementPhase(name: $0, structure: try #require(PhaseLibrary.phase($0))) }
    }

    /// A data set of the certification of SRM 660c (NIST, mds2-2315): Cu K-alpha, R = 217.5 mm, at 20.85 degrees Celsius,
    /// for which its file gives a = 4.156780 A and a displacement of 0.0788 mm.
    @Test(
        "the cell of a standard is the certified one within 50 ppm, with and without its structure",
        .enabled(if: FileManager.default.fileExists(atPath: standard.path), "file of the standard absent"),
        arguments: RefinementOptions.Intensities.allCases)
    func standardCell(kind: RefinementOptions.Intensities) throws {
        let result = try PatternRefinement(
            try curve("xrd/patterns/standards/nist_srm660c_100a.cif"), phases: try phases(["LaB6"]), emission: .copper,
            options: RefinementOptions(intensities: kind))
        #expect(abs(result.phases[0].cell.a / 4.156780 - 1) < 50e-6, "\(result.phases[0].cell)")
        #expect(abs(try #require(result.displacement(radius: 217.5)).value - 0.0788) < 0.01)
    }

    /// The IUCr round robin on quantitative analysis (I. C. Madsen et al., J. Appl. Cryst. 34 (2001) 409): Cu K-alpha,
    /// graphite monochromator, weighed corundum, zincite and fluorite.
    @Test(
        "weighed mixtures come out within 1.3 of 100, phases of one part in a hundred too",
        arguments: [
            ("cpd-1a", [1.15, 4.04, 94.81]), ("cpd-1d", [13.53, 32.89, 53.58]), ("cpd-1g", [31.37, 34.21, 34.42]),
        ]) func roundRobin(file: String, weighed: [Double]) throws
    {
        let result = try PatternRefinement(
            try curve("xrd/patterns/cpd/\(file).prn"), phases: try phases(["Al2O3-corundum", "ZnO", "CaF2"]),
            emission: .copper, optics: LorentzPolarization(monochromator: .mosaic(twoTheta: 26.6)))
        for (phase, truth) in zip(result.phases, weighed) {
            let fraction = 100 * (try #require(phase.weightFraction).value)
            #expect(abs(fraction - truth) < 1.3, "\(phase.name) \(fraction)")
            let byRatio = 100 * (try #require(phase.referenceRatioFraction))
            #expect(abs(byRatio - truth) < 3, "\(phase.name) by I/Ic \(byRatio)")
        }
        #expect(result.statistics.goodnessOfFit < 1.25)
        #expect(result.statistics.weightedProfileR < 0.15)
    }

    @Test("patterns without counts, of other instruments and of low symmetry refine") func weighedPowders() throws {
        // Weighed 70.1 % V2O5 and 30.0 % MnCO3; V2O5 is platy.
        let name = "V2O5_0p7006-MnCO3_0p3001--8min.xrdml"
        let pattern = try DiffractionPattern(contentsOf: SharedData.file("xrd/patterns/dara/\(name)").path)
        let result = try PatternRefinement(
            try PatternCurve(pattern, range: 1...179), phases: try phases(["V2O5", "MnCO3"]),
            emission: try #require(EmissionSpectrum(pattern.radiation)))
        #expect(abs(100 * (try #require(result.phases[0].weightFraction).value) - 70.06) < 5)
        #expect(result.statistics.goodnessOfFit < 1.6)
        #expect(try #require(result.phases[0].texture).value < 0.95)
    }
}
