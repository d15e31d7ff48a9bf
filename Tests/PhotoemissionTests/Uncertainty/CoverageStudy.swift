import Foundation
import Spectra
import SpectralMath

@testable import Photoemission

/// How often intervals cover the truth: S 2p of a sulfide with a minor species, 0.05 eV steps, a Shirley step and a
/// constant background, Poisson counts. The width is shared and fitted, both positions are free within 0.3 eV.
struct CoverageStudy {
    /// Hits and cases of an interval.
    struct Tally {
        var hits = 0
        var cases = 0
        var percent: Double { 100 * Double(hits) / Double(max(1, cases)) }
    }

    /// Expected counts in the highest channel.
    var counts: Double
    /// The true share of the minor species.
    var share: Double
    /// Spectra simulated.
    var spectra: Int
    /// Spectra simulated around each fit by the Monte Carlo method; 0 leaves that method out.
    var trials: Int
    var methods: [UncertaintyMethod] { UncertaintyMethod.allCases.filter { $0 != .monteCarlo || trials > 0 } }

    static let quantities: [FitQuantity] = [
        .component("minor", .area), .fraction("minor"), .component("minor", .position), .component("major", .area),
        .component("major", .position), .component("major", .width),
    ]
    static let energies = (0...200).map { 158 + 0.05 * Double($0) }
    static let model = PeakModel(.s2p) {
        Doublet("major", near: 161.6, splitting: .fixed(1.18))
        Doublet("minor", near: 160.2, width: .sameAs("major"), splitting: .fixed(1.18))
    }

    var totalArea: Double { 1.25 * counts }
    var truth: [Double] {
        [totalArea * share, share, 160.2, totalArea * (1 - share), 161.6, 1.1]
    }

    func spectrum(_ number: Int) throws -> Spectrum {
        let truth = PeakModel(.s2p) {
            Doublet(
                "major", position: .fixed(161.6), width: .fixed(1.1), area: .fixed(totalArea * (1 - share)),
                splitting: .fixed(1.18))
            Doublet(
                "minor", position: .fixed(160.2), width: .fixed(1.1), area: .fixed(totalArea * share),
                splitting: .fixed(1.18))
        }
        var numbers = RandomNumbers(seed: 20_250_301, stream: UInt32(number))
        return try truth.simulatedSpectrum(
            at: Self.energies, background: SimulatedBackground(constant: 0.3 * counts, shirley: 0.05),
            numbers: &numbers)
    }

    /// Runs the study; tallies by method, then quantity, then level (68.3 %, 95 %).
    func run() throws -> [UncertaintyMethod: [[Tally]]] {
        var tallies: [UncertaintyMethod: [[Tally]]] = [:]
        for method in methods { tallies[method] = Self.quantities.map { _ in [Tally(), Tally()] } }
        for number in 0..<spectra {
            let fit = try Self.model.fit(spectrum(number))
            for method in methods {
                let uncertainty = try fit.uncertainty(method, trials: max(2, trials), seed: UInt32(number + 1))
                for interval in uncertainty.intervals {
                    guard let k = Self.quantities.firstIndex(of: interval.quantity) else { continue }
                    let column = interval.level < 0.8 ? 0 : 1
                    let isHit = interval.low <= truth[k] && truth[k] <= interval.high
                    tallies[method]?[k][column].cases += 1
                    tallies[method]?[k][column].hits += isHit ? 1 : 0
                }
            }
        }
        return tallies
    }

    /// Lines of a Markdown table: counts, share, method, then covered per cent at both levels for every quantity.
    func table(_ tallies: [UncertaintyMethod: [[Tally]]]) -> String {
        methods.map { method in
            let cells = (tallies[method] ?? []).map { pair in
                String(format: "%.1f / %.1f", pair[0].percent, pair[1].percent)
            }
            return "| \(Int(counts)) | \(Int((share * 100).rounded())) % | \(method.rawValue) | "
                + cells.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}
