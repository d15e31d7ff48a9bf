import Foundation
import Spectra
import Testing

@testable import Photoemission

/// When other starts are tried although the first one ended at a minimum.
@Suite("Further starts")
struct FurtherStartsTests {
    /// Spectra of the first three species of W1 only.
    private func spectrum(seed: UInt64) -> Spectrum {
        var numbers = SimulationNumbers(seed: seed)
        let truth = WorkloadW1Tests.truth(0.4, &numbers)
        return SimulatedSpectrum(
            energies: PreparedPeakModelTests.grid,
            lines: (0..<3).flatMap {
                SimulatedSpectrum.doublet(truth.positions[$0], width: truth.widths[$0 / 2], area: truth.areas[$0])
            }, constant: truth.constant, shirley: truth.shirley
        ).spectrum(noise: &numbers)
    }

    @Test("a component of which next to nothing is left is looked for elsewhere, and nothing gets worse by it")
    func vanishingComponents() throws {
        var vanishing = 0
        for seed in 0..<24 as Range<UInt64> {
            let spectrum = spectrum(seed: 9_000 + seed)
            let once = try WorkloadW1Tests.model.fit(
                spectrum, options: FitOptions(weighting: .dataCounts, furtherStarts: 0))
            let often = try WorkloadW1Tests.model.fit(spectrum, options: FitOptions(weighting: .dataCounts))
            #expect(often.statistics.chi2 <= once.statistics.chi2 * (1 + 1e-9))
            let last = try #require(once.components.last)
            // Areas of neighbours are correlated: what this is of the whole uncertainty is less than the noise alone.
            guard last.area.value < 0.1 * (last.area.standardUncertainty ?? .infinity) else { continue }
            vanishing += 1
            #expect(often.convergence.starts > 1)
        }
        #expect(vanishing > 0)
    }
}
