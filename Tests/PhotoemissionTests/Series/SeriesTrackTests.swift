import Foundation
import Spectra
import Testing

@testable import Photoemission

@Suite("Quantities along a series")
struct SeriesTrackTests {
    @Test("shares, decomposition and mean position follow from areas and positions")
    func values() throws {
        let series = SimulatedSeries.series(SimulatedSeries.stages, shifts: [0, 0.4, -0.3], seed: nil)
        let fit = try SimulatedSeries.model.fit(series, options: FitOptions(tolerance: 1e-14))
        let decomposed = try fit.track(.decomposition(of: ["S 2-", "PS4 3-"], in: fit))
        let pair = try fit.track(.share(["polysulfide"], among: ["PS4 3-", "polysulfide"]))
        let mean = try fit.track(.meanPosition([]))
        let shift = try fit.track(.shift)
        for (index, areas) in SimulatedSeries.stages.enumerated() {
            let total = areas.reduce(0, +)
            #expect(abs(decomposed.values[index].value - (areas[2] + areas[3]) / total) < 1e-5)
            #expect(abs(pair.values[index].value - areas[3] / (areas[1] + areas[3])) < 1e-5)
            let centre = zip(areas, SimulatedSeries.positions).reduce(0) { $0 + $1.0 * $1.1 } / total
            #expect(abs(mean.values[index].value - centre) < 1e-4)
            #expect(abs(shift.values[index].value - [0, 0.4, -0.3][index]) < 1e-5)
        }
        #expect(throws: FitError.self) { try fit.track(.share(["no such"], among: [])) }
    }

    @Test("a change that is there is found, with its size; one that is not is not")
    func changes() throws {
        var found = 0
        var probabilities: [Double] = []
        for seed in 0..<30 {
            let stages = [SimulatedSeries.stages[0], SimulatedSeries.stages[0], SimulatedSeries.stages[2]]
            let fit = try SimulatedSeries.model.fit(SimulatedSeries.series(stages, seed: UInt64(300 + seed)))
            let track = try fit.track(.quantity(.fraction("polysulfide")))
            let none = try #require(track.change(from: 0, to: 1))
            let real = try #require(track.change(from: 0, to: 2))
            probabilities.append(try #require(none.probability))
            let truth = 1200.0 / 6600 - 150.0 / 6350
            if abs(real.difference.value - truth) < 2 * (real.difference.standardUncertainty ?? 0) { found += 1 }
            #expect(try #require(real.probability) < 1e-4)
            let constant = try #require(try track.constancy())
            #expect(constant.degreesOfFreedom == 2)
            #expect(constant.probability < 1e-3)
        }
        #expect(found >= 25)
        // Probabilities of changes that are not there spread evenly over 0 ... 1.
        #expect((0.3...0.7).contains(probabilities.reduce(0, +) / 30))
        #expect(probabilities.filter { $0 < 0.05 }.count <= 5)
    }

    @Test("a difference within a joint fit knows what both values share")
    func sharedPart() throws {
        let stages = Array(repeating: SimulatedSeries.stages[2], count: 3)
        let fit = try SimulatedSeries.model.fit(SimulatedSeries.series(stages, seed: 12))
        let track = try fit.track(.quantity(.fraction("polysulfide")))
        let change = try #require(track.change(from: 0, to: 1))
        let (a, b) = (track.values[0].standardUncertainty ?? 0, track.values[1].standardUncertainty ?? 0)
        #expect(track.covariance[1] > 0)
        #expect((change.difference.standardUncertainty ?? 1) < 0.9 * (a * a + b * b).squareRoot())
        #expect(track.change(from: 0, to: 7) == nil)
    }
}
