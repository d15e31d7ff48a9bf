import Foundation
import Spectra
import Testing

@testable import Photoemission

/// Mistakes found in other programs' backgrounds, each with the test that shows its absence here.
@Suite("Mistakes about backgrounds that others make")
struct KnownMistakesTests {
    static let energies = SimulatedSpectrum.grid(150...200, step: 0.1)

    /// One Gaussian line of area 1000 at 160 eV, on `background` with its nonlinear parameters as stated.
    private func curve(_ background: Background, _ parameters: [String: Double] = [:], energies: [Double] = energies)
        throws -> [Double]
    {
        let model = PeakModel(
            background: background, shape: .gaussian,
            components: [
                Component(name: "a", isDoublet: false, position: .fixed(160), width: .fixed(1.5), area: .fixed(1000))
            ])
        let resolved = try model.resolved(calibration: .none)
        let theta = try resolved.nonlinear.map { try #require(parameters[$0.name]) }
        var problem = PeakProblem(model: resolved, energies: energies)
        problem.evaluate(theta: theta, coefficients: resolved.linear.map { $0.name == "a.area" ? 1000 : 0 })
        return problem.curves().background
    }

    @Test("a fitted Shirley step rises at its peak, not at the peak's mirror image in the window")
    func shirleyIsNotMirrored() throws {
        let step = try curve(.shirley, ["background.shirley_per_eV": 0.05])
        #expect(abs(step[0]) < 1e-9 && abs((step.last ?? 0) - 50) < 1e-3)
        let half = try #require(step.firstIndex { $0 >= 25 })
        #expect(abs(Self.energies[half] - 160) <= 0.1)
    }

    @Test("a fitted Shirley step integrates the peaks, neither the data's noise nor their constant")
    func shirleyIntegratesPeaksOnly() throws {
        let simulated = SimulatedSpectrum(
            energies: Self.energies, lines: [.init(energy: 160, width: 1.5, area: 1000)], constant: 5000, shirley: 0.05)
        let model = PeakModel(components: [
            Component(
                name: "a", isDoublet: false, position: .within(0.3, of: 160.1), width: .free(start: 1.2, min: 1, max: 2)
            )
        ])
        let fit = try model.fit(simulated.exact)
        let strength = try #require(fit.background.parameters.first { $0.name == "shirley_per_eV" })
        #expect(abs(strength.quantity.value - 0.05) < 1e-6)
        #expect(abs(fit.components[0].area.value - 1000) < 1e-3)
    }

    @Test("every parameter of a Tougaard cross-section changes the curve, in whatever order it is asked for")
    func noStaleCache() throws {
        func section(_ c: Double, _ cPrime: Double, _ d: Double) -> Background {
            Background(
                .tougaardU4,
                loss: .fourParameters(
                    b: .fixed(500), c: .free(start: c, min: 50, max: 3000),
                    cPrime: .free(start: cPrime, min: -2, max: 2), d: .free(start: d, min: 1, max: 2000)))
        }
        let names = ["background.tougaard_c_eV2", "background.tougaard_c_prime", "background.tougaard_d_eV2"]
        let model = PeakModel(
            background: section(500, 1, 100), shape: .gaussian,
            components: [
                Component(name: "a", isDoublet: false, position: .fixed(160), width: .fixed(1.5), area: .fixed(1000))
            ])
        let resolved = try model.resolved(calibration: .none)
        #expect(resolved.nonlinear.map(\.name) == names)
        // One problem for all evaluations, as a fit has it; and a fresh one for each.
        var problem = PeakProblem(model: resolved, energies: Self.energies)
        for theta in [[500, 1, 100], [400, 1, 100], [500, 0.5, 100], [500, 1, 300], [500, 1, 100]] {
            problem.evaluate(theta: theta, coefficients: [0, 1000])
            let values = problem.curves().background
            let fresh = try curve(
                section(500, 1, 100), Dictionary(uniqueKeysWithValues: zip(names, theta)))
            #expect(values == fresh)
            let at = theta.map { $0 }
            let last = values.indices.last ?? 0
            // Far from the narrow peak the tail is the cross-section itself.
            let loss = Self.energies[last] - 160
            let q = at[0] + at[1] * loss * loss
            let expected = 1000 * 500 * loss / (q * q + at[2] * loss * loss)
            #expect(abs(values[last] - expected) < 2e-3 * expected)
        }
    }

    @Test("the same cross-section on other energies is drawn anew")
    func energiesAreNotCached() throws {
        let section = Background(.tougaardU2, loss: .twoParameters(b: .fixed(2866), c: .fixed(1643)))
        let fine = try curve(section, energies: SimulatedSpectrum.grid(150...200, step: 0.05))
        let coarse = try curve(section)
        for i in coarse.indices { #expect(abs(coarse[i] - fine[2 * i]) < 1e-3 * (coarse.last ?? 0)) }
    }

    @Test("no energy below the threshold is lost")
    func thresholdCounts() throws {
        func section(_ threshold: Double) -> Background {
            Background(
                .tougaardU3,
                loss: .threeParameters(b: .fixed(396), c: .fixed(551), d: .fixed(436), threshold: threshold))
        }
        let without = try curve(section(0))
        let with = try curve(section(10))
        for (energy, pair) in zip(Self.energies, zip(without, with)) {
            if energy < 166 { #expect(abs(pair.1) < 1e-6) }
            if energy > 162 && energy < 166 { #expect(pair.0 > 1e-2) }
            if energy > 175 { #expect(abs(pair.0 - pair.1) < 1e-9 * pair.0 + 1e-9) }
        }
        // Moving the threshold by less than a step moves the tail by less than a step's worth.
        let shifted = try curve(section(10.03))
        let jump = zip(with, shifted).map { abs($0 - $1) }.max() ?? 0
        #expect(jump > 0 && jump < 0.05 * (with.max() ?? 0))
    }

    @Test("the level at the low binding energy end is subtracted before integrating", arguments: [0.0, 100, 2000])
    func endLevelIsSubtracted(level: Double) throws {
        let simulated = SimulatedSpectrum(
            energies: SimulatedSpectrum.grid(150...170, step: 0.1),
            lines: [.init(energy: 160, width: 1.5, area: 1277, shape: .gaussian)], constant: level, shirley: 0.03)
        let data = simulated.expected
        for kind in [Background.Kind.shirley, .smart] {
            let drawn = try Background(kind, isFitted: false, endPoints: 1, rule: .trapezium).drawn(
                under: simulated.exact)
            let area = zip(data, drawn.values).reduce(0) { $0 + ($1.0 - $1.1) * 0.1 }
            #expect(abs(area - 1277) < 1e-3 * 1277, "\(kind)")
        }
        let tail = try Background(.tougaardU2, isFitted: false, endPoints: 1).drawn(under: simulated.exact)
        let bare = SimulatedSpectrum(energies: simulated.energies, lines: simulated.lines, shirley: 0.03)
        let without = try Background(.tougaardU2, isFitted: false, endPoints: 1).drawn(under: bare.exact)
        for (a, b) in zip(tail.values, without.values) { #expect(abs(a - level - b) < 1e-6 * (1 + level)) }
    }

    @Test("the universal cross-section has C = 1643 eV^2, not its square, no D, and its maximum at sqrt(C / 3)")
    func universalConstants() {
        let unit = LossCrossSection.universal.startingUnit
        #expect(unit == .init(c: 1643, cPrime: 1, d: 0, threshold: 0))
        let losses = (1...1000).map { 0.1 * Double($0) }
        let top = losses.max { unit.term(.value, at: $0) < unit.term(.value, at: $1) } ?? 0
        #expect(abs(top - (1643.0 / 3).squareRoot()) < 0.06)
    }

    @Test("end offsets are per cent of the intensity, and none is applied unless asked for")
    func offsetsArePerCent() throws {
        #expect(Background(.shirley, isFitted: false).endOffsets == .init(low: 0, high: 0))
        #expect(EndIntensity.mean(of: [100, 200, 300], around: 1, points: 3, offset: 10) == 180)
    }

    @Test("convergence does not depend on the scale of the counts", arguments: [1e-3, 1, 1e6])
    func smallCountsConverge(scale: Double) throws {
        let simulated = SimulatedSpectrum(
            energies: SimulatedSpectrum.grid(150...170, step: 0.1), lines: [.init(energy: 160, width: 1.5, area: 1277)],
            constant: 100, shirley: 0.05)
        let data = simulated.expected
        func drawn(_ factor: Double) throws -> [Double] {
            try ShirleyBackground(low: factor * data[0], high: factor * data[data.count - 1]).curve(
                bindingEnergies: simulated.energies, intensities: data.map { factor * $0 })
        }
        for (a, b) in zip(try drawn(scale), try drawn(1)) { #expect(abs(a - scale * b) < 1e-8 * scale * b) }
    }
}
