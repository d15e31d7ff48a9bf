import Foundation
import Spectra
import Testing

@testable import Photoemission

/// S 2p spectra along a series, of known truth: widths and distances are the same in all, areas and shift are not.
enum SimulatedSeries {
    static let names = ["S 2-", "PS4 3-", "bridging", "polysulfide"]
    static let positions = [160.2, 161.6, 163.0, 164.1]
    static let energies = SimulatedSpectrum.grid(157...169, step: 0.08)

    static let model = PeakModel(.s2p, window: 157.5...168.5, calibration: .line("PS4 3-", at: 161.6)) {
        Doublet("S 2-", near: 160.2, width: .sameAs("PS4 3-"))
        Doublet("PS4 3-", near: 161.6)
        Doublet("bridging", near: 163.0, within: 0.4)
        Doublet("polysulfide", near: 164.1, within: 0.4, width: .sameAs("bridging"))
    }

    /// A spectrum with these areas, measured `shift` eV too low.
    static func simulated(_ areas: [Double], shift: Double = 0) -> SimulatedSpectrum {
        var lines: [SimulatedSpectrum.Line] = []
        for (index, area) in areas.enumerated() {
            lines += SimulatedSpectrum.doublet(positions[index] - shift, width: index < 2 ? 1.05 : 1.3, area: area)
        }
        return SimulatedSpectrum(energies: energies, lines: lines, constant: 500, shirley: 0.04)
    }

    static func series(_ areas: [[Double]], shifts: [Double] = [], seed: UInt64?) -> SpectrumSeries {
        var numbers = SimulationNumbers(seed: seed ?? 0)
        let spectra = areas.enumerated().map { index, areas in
            let simulated = simulated(areas, shift: index < shifts.count ? shifts[index] : 0)
            return seed == nil ? simulated.exact : simulated.spectrum(noise: &numbers)
        }
        return SpectrumSeries(
            name: "S 2p", variable: .cycle, values: areas.indices.map(Double.init), spectra: spectra)
    }

    /// 0, 1 and 200 cycles.
    static let stages: [[Double]] = [[900, 5000, 300, 150], [800, 4500, 800, 400], [600, 3500, 1300, 1200]]
}
