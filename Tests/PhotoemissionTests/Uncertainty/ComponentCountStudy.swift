import Foundation
import Spectra
import SpectralMath

@testable import Photoemission

/// How often the automatic search finds a second doublet, and how often it finds one that is not there.
struct ComponentCountStudy {
    /// The true distance of the two doublets, eV.
    var separation: Double
    /// The share of the second doublet; 0 for none.
    var share: Double
    /// Expected counts in the highest channel.
    var counts: Double
    /// Spectra simulated.
    var spectra: Int

    /// How many spectra came out with 0 ..., 6 components by the bootstrap test, and by Schwarz's and Akaike's
    /// criteria.
    struct Outcome {
        var bootstrap = [Int](repeating: 0, count: 8)
        var bic = [Int](repeating: 0, count: 8)
        var aicc = [Int](repeating: 0, count: 8)

        static func percentAbove(_ count: Int, _ histogram: [Int]) -> Double {
            100 * Double(histogram.dropFirst(count + 1).reduce(0, +)) / Double(max(1, histogram.reduce(0, +)))
        }
    }

    func spectrum(_ number: Int) throws -> Spectrum {
        let total = 1.25 * counts
        var components = [
            Doublet(
                "first", position: .fixed(161.6), width: .fixed(1.1), area: .fixed(total * (1 - share)),
                splitting: .fixed(1.18)
            ).component
        ]
        if share > 0 {
            components.append(
                Doublet(
                    "second", position: .fixed(161.6 + separation), width: .fixed(1.1), area: .fixed(total * share),
                    splitting: .fixed(1.18)
                ).component)
        }
        var numbers = RandomNumbers(seed: 20_250_401, stream: UInt32(number))
        return try PeakModel(level: .s2p, components: components).simulatedSpectrum(
            at: (0...200).map { 158 + 0.05 * Double($0) },
            background: SimulatedBackground(constant: 0.3 * counts, shirley: 0.05), numbers: &numbers)
    }

    func run() throws -> Outcome {
        var outcome = Outcome()
        for number in 0..<spectra {
            let spectrum = try spectrum(number)
            let found = try PeakModel.explore(
                spectrum, maximumComponents: 3, counting: ComponentCountOptions(seed: UInt32(number + 1)))
            outcome.bootstrap[found.components.count] += 1
            // The same search with the criteria in place of the test.
            let all = try PeakModel.explore(
                spectrum, maximumComponents: 1, counting: ComponentCountOptions(seed: 1))
            let position = all.components[0].position.value
            let two = try ComponentSearch.best(of: all) { energy in
                PeakModel(
                    level: .s2p,
                    components: [position, energy].sorted().enumerated().map { index, start in
                        Component(
                            name: "component \(index + 1)", position: .within(0.8, of: start),
                            width: index == 0 ? nil : .sameAs("component 1"))
                    })
            }
            let one = all.informationCriteria
            let other = two?.informationCriteria
            outcome.bic[(other?.bic ?? .infinity) < one.bic ? 2 : 1] += 1
            outcome.aicc[(other?.aicc ?? .infinity) < one.aicc ? 2 : 1] += 1
        }
        return outcome
    }

    /// A line of a Markdown table: counts, separation, share, then per cent of spectra with a second component by the
    /// test, by BIC and by AICc.
    func row(_ outcome: Outcome) -> String {
        let found = [outcome.bootstrap, outcome.bic, outcome.aicc].map {
            String(format: "%.1f", Outcome.percentAbove(1, $0))
        }
        return "| \(Int(counts)) | \(share == 0 ? "none" : String(format: "%.1f", separation)) | "
            + "\(Int((share * 100).rounded())) % | " + found.joined(separator: " | ") + " |"
    }
}
