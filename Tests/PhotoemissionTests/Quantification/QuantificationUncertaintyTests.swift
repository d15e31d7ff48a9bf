import Foundation
import Spectra
import Testing

@testable import Photoemission

@Suite("Uncertainty of atomic per cent")
struct QuantificationUncertaintyTests {
    private static func spread(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }

    @Test("wrong factors scatter the result by what the propagation says")
    func factors() throws {
        let fits = try SimulatedSample.fits(SimulatedSample.argyrodite, exponent: 0.6, scale: 50_000, seed: nil)
        let reported = try Quantification(
            fits, sensitivities: .scofield.withRelativeUncertainty(0.03),
            transmission: .none.withRelativeUncertainty(0.02), escapeDepth: .exponent(0.6, uncertainty: 0.15))
        var numbers = SimulationNumbers(seed: 3)
        var drawn: [[Double]] = []
        for _ in 0..<1000 {
            var set = SensitivitySet.scofield
            for level in [CoreLevel.li1s, .p2p, .s2p, .cl2p] {
                let factor = try #require(set.factors[level])
                // A relative error of the transmission acts as one of the factor does.
                let error = (1 + 0.03 * numbers.normal()) * (1 + 0.02 * numbers.normal())
                set.factors[level]?.total = factor.total * error
            }
            let law = EscapeDepthCorrection.exponent(0.6 + 0.15 * numbers.normal())
            drawn.append(
                try Quantification(fits, sensitivities: set, transmission: .none, escapeDepth: law)
                    .species.map(\.atomicPercent.value))
        }
        for (index, species) in reported.species.enumerated() {
            let own = try #require(species.atomicPercent.standardUncertainty)
            // The spread of 1000 draws is known to 2.2 %; counting statistics add less than 1 % here.
            #expect(abs(Self.spread(drawn.map { $0[index] }) / own - 1) < 0.08)
        }
    }

    @Test("noise scatters the result by what the covariance of overlapping species says")
    func noise() throws {
        // Two species half a width apart: their areas are strongly anticorrelated, so variances alone would be far off.
        let parts = [
            SimulatedSample.Part(level: .p2p, window: 128...137, species: [("P", 131.9, 1)], seconds: 10),
            SimulatedSample.Part(
                level: .s2p, window: 157...168, species: [("a", 161.6, 3), ("b", 162.4, 1)], seconds: 10),
        ]
        var drawn: [[Double]] = []
        var reported: [[Double]] = []
        for seed in 0..<150 {
            let fits = try SimulatedSample.fits(parts, exponent: 0.6, scale: 150, seed: UInt64(seed + 1))
            let result = try Quantification(fits, transmission: .none)
            drawn.append(result.elements.map(\.atomicPercent.value) + result.species.map(\.atomicPercent.value))
            reported.append(
                (result.elements.map(\.atomicPercent) + result.species.map(\.atomicPercent)).map {
                    $0.standardUncertainty ?? 0
                })
        }
        for index in drawn[0].indices {
            let claimed = reported.map { $0[index] }.sorted()[reported.count / 2]
            // The spread of 150 draws is known to 5.8 %.
            #expect(abs(Self.spread(drawn.map { $0[index] }) / claimed - 1) < 0.2)
        }
        // What the two lose to each other cancels in the element.
        let element = reported.map { $0[1] }.sorted()[75]
        let species = reported.map { $0[3] }.sorted()[75]
        #expect(element < 0.7 * species)
    }
}
