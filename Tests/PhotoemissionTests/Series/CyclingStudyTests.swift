import Foundation
import Spectra
import Testing

@testable import Photoemission

/// A study as papers on coated cathodes make it, with known truth: three levels, coated and bare, at 0, 1 and 200 cycles.
@Suite("A cycling study of known truth")
struct CyclingStudyTests {
    /// Counts of a spectrum worth publishing: the strongest line of P 2p is 7,000 counts high.
    static let scale = 8.0

    struct Line: Sendable {
        var name: String
        var energy: Double
        var width: Double
    }

    struct Level: Sendable, CustomTestStringConvertible {
        var level: CoreLevel
        var window: ClosedRange<Double>
        var reference: String
        var lines: [Line]
        /// Areas of the lines at each stage, coated and bare.
        var coated: [[Double]]
        var bare: [[Double]]
        var testDescription: String { level.description }
    }

    static let levels = [
        Level(
            level: .s2p, window: 157...169, reference: "PS4 3-",
            lines: [
                .init(name: "S 2-", energy: 160.2, width: 1.05), .init(name: "PS4 3-", energy: 161.6, width: 1.05),
                .init(name: "bridging", energy: 163.0, width: 1.3),
                .init(name: "polysulfide", energy: 164.1, width: 1.3),
            ],
            coated: [[900, 5000, 250, 120], [850, 4700, 500, 250], [800, 4300, 800, 500]],
            bare: [[900, 5000, 300, 150], [800, 4300, 900, 500], [600, 3300, 1400, 1300]]),
        Level(
            level: .p2p, window: 127...139, reference: "PS4 3-",
            lines: [
                .init(name: "PS4 3-", energy: 131.9, width: 1.1), .init(name: "phosphate", energy: 133.3, width: 1.4),
            ],
            coated: [[1500, 120], [1400, 250], [1250, 400]], bare: [[1500, 150], [1300, 400], [1000, 800]]),
        Level(
            level: .nb3d, window: 202...215, reference: "LiNbO3",
            lines: [
                .init(name: "reduced Nb", energy: 205.7, width: 1.3), .init(name: "LiNbO3", energy: 207.3, width: 1.2),
            ],
            coated: [[150, 3000], [250, 2900], [500, 2600]], bare: [[120, 1000], [150, 950], [250, 800]]),
    ]

    private static func series(_ level: Level, _ areas: [[Double]], _ numbers: inout SimulationNumbers) throws
        -> SpectrumSeries
    {
        let splitting = try #require(level.level.reference?.splitting?.default)
        let ratio = try #require(level.level.statisticalAreaRatio)
        var spectra: [Spectrum] = []
        for (areas, charging) in zip(areas, [0, 0.35, -0.25]) {
            var lines: [SimulatedSpectrum.Line] = []
            for (line, area) in zip(level.lines, areas) {
                lines += SimulatedSpectrum.doublet(
                    line.energy + charging, width: line.width, area: area * scale, splitting: splitting, ratio: ratio)
            }
            let simulated = SimulatedSpectrum(
                energies: SimulatedSpectrum.grid(level.window, step: 0.08), lines: lines, constant: 400 * scale,
                shirley: 0.04)
            var spectrum = simulated.spectrum(noise: &numbers)
            (spectrum.name, spectrum.level) = (level.level.description, level.level)
            spectra.append(spectrum)
        }
        return SpectrumSeries(name: level.level.description, variable: .cycle, values: [0, 1, 200], spectra: spectra)
    }

    private static func model(_ level: Level) throws -> PeakModel {
        let anchor = try #require(level.lines.first { $0.name == level.reference })
        let components = level.lines.map { line in
            let twin = level.lines.first { $0.width == line.width }?.name
            return Component(
                name: line.name, position: .within(0.5, of: line.energy),
                width: twin == line.name ? nil : twin.map(Constraint.sameAs))
        }
        let low = level.window.lowerBound + 0.8
        let high = level.window.upperBound - 0.8
        return PeakModel(
            level: level.level, window: low...high, calibration: .line(anchor.name, at: anchor.energy),
            components: components)
    }

    @Test("every share lies near its truth, as often as its uncertainty says", arguments: levels)
    func shares(_ level: Level) throws {
        let model = try Self.model(level)
        var pulls: [Double] = []
        for seed in 1...20 {
            var numbers = SimulationNumbers(seed: UInt64(7000 + seed))
            for areas in [level.coated, level.bare] {
                let fit = try model.fit(Self.series(level, areas, &numbers))
                #expect(fit.convergence.converged)
                for (stage, truth) in zip(fit.fits, areas) {
                    for (component, area) in zip(stage.components, truth).dropLast() {
                        let uncertainty = try #require(component.fraction.standardUncertainty)
                        pulls.append((component.fraction.value - area / truth.reduce(0, +)) / uncertainty)
                    }
                }
            }
        }
        // 40 fits, within which shares hang together: 68 % give or take three standard deviations.
        let within = Double(pulls.filter { abs($0) <= 1 }.count) / Double(pulls.count)
        #expect((0.46...0.90).contains(within), "\(within)")
        #expect(pulls.filter { abs($0) > 3 }.count <= 3)
    }
}
