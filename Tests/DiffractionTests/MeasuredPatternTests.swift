import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@testable import Diffraction

/// Peaks and cells of measured patterns of standards and of the phases that a mixture is known to hold.
@Suite(.enabled(if: SharedData.isPresent, "shared data folder absent"))
struct MeasuredPatternTests {
    private func peaks(_ path: String, _ emission: EmissionSpectrum) throws -> PatternPeaks {
        let pattern = try DiffractionPattern(contentsOf: SharedData.file(path).path)
        return try PeakFitting()(try PatternCurve(pattern, range: 1...179), emission: emission)
    }

    private static let standard = SharedData.file("xrd/patterns/standards/nist_srm660c_100a.cif")

    /// SRM 660c (LaB6), a data set of its certification (NIST, mds2-2315): Cu K-alpha, R = 217.5 mm, at 20.85 degrees Celsius,
    /// for which its file gives a = 4.156780 A and a displacement of 0.0788 mm.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: standard.path), "file of the standard absent"))
    func theCellOfTheStandardIsTheCertifiedOne() throws {
        let result = try peaks("xrd/patterns/standards/nist_srm660c_100a.cif", .copper)
        let structure = try #require(PhaseLibrary.phase("LaB6"))
        let pattern = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 15...150))
        let lines = UnitCellRefinement.assign(result.peaks, to: pattern, tolerance: 0.25)
        #expect(lines.count >= 20)
        let refined = try UnitCellRefinement(
            lines, start: structure.cell, group: structure.spaceGroup, wavelength: 1.5405929,
            correcting: [.displacement, .axialDivergence])
        #expect(abs(refined.cell.a / 4.156780 - 1) < 50e-6, "\(refined.cell) \(refined.standardUncertainties)")
        #expect(abs(refined.cell.a - 4.156780) < 4 * refined.standardUncertainties[0])
        #expect(abs(try #require(refined.displacement(radius: 217.5)).value - 0.0788) < 0.02)
    }

    /// Pure phases of the IUCr round robin on quantitative analysis, Cu K-alpha, graphite monochromator. The angles of that
    /// diffractometer were not calibrated: cells come out too small by some 200 ppm alike along all axes, so that the
    /// axial ratio is what can be compared: corundum as certified for SRM 676a (NIST), zincite by E. H. Kisi & M. M. Elcombe,
    /// Acta Cryst. C45 (1989) 1867.
    @Test(arguments: [
        ("corundum", "Al2O3-corundum", 4.759355, 12.99231), ("fluorite", "CaF2", 5.46305, 5.46305),
        ("zincite", "ZnO", 3.2501, 5.2071),
    ]) func axialRatiosOfPurePhasesAreThoseOfStandards(file: String, phase: String, a: Double, c: Double) throws {
        let result = try peaks("xrd/patterns/cpd/\(file).prn", .copper)
        let structure = try #require(PhaseLibrary.phase(phase))
        let pattern = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 10...148))
        let lines = UnitCellRefinement.assign(result.peaks, to: pattern, tolerance: 0.2)
        #expect(lines.count >= 12, "\(lines.count)")
        let refined = try UnitCellRefinement(
            lines, start: structure.cell, group: structure.spaceGroup, wavelength: 1.5405929,
            correcting: [.displacement, .axialDivergence])
        let ratio = 1e6 * (refined.cell.c / refined.cell.a / (c / a) - 1)
        #expect(abs(ratio) < 100, "\(ratio) ppm")
        #expect(abs(refined.cell.a / a - 1) < 400e-6 && abs(refined.cell.c / c - 1) < 400e-6, "\(refined.cell)")
        #expect(abs(try #require(refined.displacement(radius: 173)).value) < 0.3)
    }
}
