import Foundation
import Spectra
import Testing

@testable import Photoemission

@Suite("Backgrounds computed from the data")
struct SubtractedBackgroundTests {
    static let energies = SimulatedSpectrum.grid(150...230, step: 0.1)
    /// Every third point left out above 180 eV: steps of 0.1 and 0.2 eV.
    static let uneven = energies.enumerated().filter { $0.element < 180 || $0.offset % 3 != 1 }.map(\.element)

    static func gaussian(_ distance: Double, fwhm: Double) -> Double {
        (4 * log(2) / .pi).squareRoot() / fwhm * exp(-4 * log(2) * distance * distance / (fwhm * fwhm))
    }

    static func peak(_ energy: Double) -> Double {
        3000 * Self.gaussian(energy - 160, fwhm: 1.5)
    }

    /// Losses of `peak` by Simpson's rule on a grid much finer than the data's, from the cross-section's formula.
    static func loss(_ energy: Double, threshold: Double = 0, _ section: (Double) -> Double) -> Double {
        let low = 155.0
        let high = min(165, energy - threshold)
        guard high > low else { return 0 }
        let count = 4000
        let h = (high - low) / Double(count)
        return (0...count).reduce(0.0) { sum, i in
            let at = low + h * Double(i)
            let weight = i == 0 || i == count ? 1.0 : i % 2 == 1 ? 4 : 2
            return sum + weight * h / 3 * section(energy - at) * peak(at)
        }
    }

    static let sections: [(LossCrossSection, Background.Kind, Double, @Sendable (Double) -> Double)] = [
        (.twoParameters(b: .fixed(2866), c: .fixed(1643)), .tougaardU2, 0, { 2866 * $0 / pow(1643 + $0 * $0, 2) }),
        (
            .threeParameters(b: .fixed(396), c: .fixed(551), d: .fixed(436), threshold: 3), .tougaardU3, 3,
            { 396 * $0 / (pow(551 - $0 * $0, 2) + 436 * $0 * $0) }
        ),
        (
            .fourParameters(b: .fixed(370), c: .fixed(180), cPrime: .fixed(-0.4), d: .fixed(1090)), .tougaardU4, 0,
            { 370 * $0 / (pow(180 - 0.4 * $0 * $0, 2) + 1090 * $0 * $0) }
        ),
    ]

    @Test("an active loss tail is the integral of its cross-section, on equal and unequal steps", arguments: [0, 1, 2])
    func activeTailIsTheIntegral(index: Int) throws {
        let (section, kind, threshold, formula) = Self.sections[index]
        for energies in [Self.energies, Self.uneven] {
            let quadrature = LossQuadrature(energies: energies)
            #expect(quadrature.isUniform == (energies.count == Self.energies.count))
            let model = PeakModel(
                background: Background(kind, loss: section), shape: .gaussian,
                components: [
                    Component(
                        name: "a", isDoublet: false, position: .fixed(160), width: .fixed(1.5), area: .fixed(3000))
                ])
            let resolved = try model.resolved(calibration: .none)
            var problem = PeakProblem(model: resolved, energies: energies)
            problem.evaluate(theta: [], coefficients: [0, 3000])
            let background = problem.curves().background
            let expected = energies.map { Self.loss($0, threshold: threshold, formula) }
            let range = (expected.max() ?? 0) - (expected.min() ?? 0)
            let worst = zip(background, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 1e-3 * range, "\(worst / range)")
        }
    }

    @Test("a subtracted Tougaard background gives back the tail that the data were drawn with", arguments: [0, 1, 2])
    func recoversTheDrawnTail(index: Int) throws {
        let (section, kind, threshold, formula) = Self.sections[index]
        for energies in [Self.energies, Self.uneven] {
            let tail = energies.map { Self.loss($0, threshold: threshold, formula) }
            // The loss integral of the subtracted kind acts on the whole spectrum, so what it finds in peak + tail is
            // compared with the same integral written out.
            let data = zip(energies, tail).map { 500 + Self.peak($0) + $1 }
            var open = section
            open.b = nil
            let free = TougaardBackground(
                low: data[0], high: data[data.count - 1], crossSection: open, rule: .trapezium)
            let drawn = try free.curve(bindingEnergies: energies, intensities: data)
            #expect(abs(drawn.values[data.count - 1] - data[data.count - 1]) < 1e-9 * data[data.count - 1])
            let middle = energies.count / 2
            var sum = 0.0
            for j in 0..<middle {
                let ends = (j, j + 1)
                let values = [ends.0, ends.1].map { point -> Double in
                    let loss = energies[middle] - energies[point]
                    return loss < threshold ? 0 : formula(loss) * (data[point] - data[0])
                }
                sum += (energies[ends.1] - energies[ends.0]) * (values[0] + values[1]) / 2
            }
            guard case .fixed(let b)? = section.b else { return }
            let expected = data[0] + drawn.b / b * sum
            #expect(abs(drawn.values[middle] - expected) < 2e-3 * (expected - data[0]) + 1e-6, "\(kind)")
        }
    }

    @Test("an amplitude that is given is used as it is")
    func givenAmplitude() throws {
        let data = Self.energies.map { 500 + Self.peak($0) }
        let section = LossCrossSection.twoParameters(b: .fixed(2866), c: .fixed(1643))
        let drawn = try TougaardBackground(low: 500, high: 1e9, crossSection: section, rule: .trapezium)
            .curve(bindingEnergies: Self.energies, intensities: data)
        #expect(drawn.b == 2866)
        let expected = Self.loss(230) { 2866 * $0 / pow(1643 + $0 * $0, 2) }
        #expect(abs(drawn.values[800] - 500 - expected) < 1e-4 * expected)
    }

    @Test("curves follow the scale of the counts", arguments: Background.Rule.allCases)
    func scales(rule: Background.Rule) throws {
        let data = Self.energies.map { 500 + Self.peak($0) + ($0 > 160 ? 40 : 0) }
        for section in [LossCrossSection.universal, LossCrossSection.Material.polymer.crossSection] {
            let one = try TougaardBackground(low: data[0], high: data[800], crossSection: section, rule: rule)
                .curve(bindingEnergies: Self.energies, intensities: data)
            let seven = try TougaardBackground(low: 7 * data[0], high: 7 * data[800], crossSection: section, rule: rule)
                .curve(bindingEnergies: Self.energies.map { $0 + 50 }, intensities: data.map { 7 * $0 })
            for i in data.indices { #expect(abs(seven.values[i] - 7 * one.values[i]) < 1e-6 * one.values[i]) }
            #expect(abs(seven.b - one.b) < 1e-6 * one.b)
        }
    }

    @Test("published sets have the integrals that they are published with")
    func integralsOfMaterials() {
        func integral(_ material: LossCrossSection.Material) -> Double {
            let unit = material.crossSection.startingUnit
            return material.amplitude
                * (0..<400_000).reduce(0.0) { sum, i in sum + 0.005 * unit.term(.value, at: 0.005 * (Double(i) + 0.5)) }
        }
        #expect(abs(integral(.universal) - 2866 / (2 * 1643)) < 1e-3)
        #expect(abs(integral(.polymer) - 1.001) < 1e-3)
    }

    @Test("Smart equals Shirley where that lies below the data, and the data where it would not")
    func smartStaysBelow() throws {
        let energies = SimulatedSpectrum.grid(150...175, step: 0.1)
        let calm = energies.map { 100 + 0.3 * Self.peak($0) + ($0 > 160 ? 60 : 0) }
        let low = calm[0]
        let high = calm[calm.count - 1]
        let shirley = try ShirleyBackground(low: low, high: high).curve(bindingEnergies: energies, intensities: calm)
        let smart = try SmartBackground(low: low, high: high).curve(bindingEnergies: energies, intensities: calm)
        let isBelow = zip(shirley, calm).allSatisfy { $0 <= $1 + 1e-9 }
        if isBelow { for i in calm.indices { #expect(abs(smart[i] - shirley[i]) < 1e-6) } }
        // A dip before the peak, deeper than the step.
        let dipped = zip(energies, calm).map { $0 > 163 && $0 < 165 ? $1 - 80 : $1 }
        let plain = try ShirleyBackground(low: low, high: high).curve(bindingEnergies: energies, intensities: dipped)
        #expect(zip(plain, dipped).contains { $0 > $1 + 1 })
        let clamped = try SmartBackground(low: low, high: high).curve(bindingEnergies: energies, intensities: dipped)
        #expect(zip(clamped, dipped).allSatisfy { $0 <= $1 })
        #expect(zip(clamped, dipped).contains { $0 == $1 })
    }

    @Test("a polynomial through its ends gives a polynomial back", arguments: 0...6)
    func polynomial(degree: Int) throws {
        let energies = SimulatedSpectrum.grid(150...175, step: 0.1)
        let truth = energies.map { energy in
            (0...degree).reduce(1000.0) { $0 + Double($1 + 1) * pow((energy - 160) / 8, Double($1)) }
        }
        let data = zip(energies, truth).map { $1 + ($0 > 156 && $0 < 170 ? Self.peak($0) : 0) }
        let spectrum = Spectrum(
            name: "x", level: nil, kind: .coreLevel, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
            intensities: data, unit: .counts)
        let drawn = try Background(.polynomial, isFitted: false, degree: degree, endPoints: 41).drawn(under: spectrum)
        for (value, expected) in zip(drawn.values, truth) { #expect(abs(value - expected) < 1e-6 * expected) }
        #expect(throws: FitError.self) {
            try Background(.polynomial, isFitted: false, degree: 2, endPoints: 1).drawn(under: spectrum)
        }
    }

    @Test("each window has its own background, and overlapping subtracted ones are refused")
    func severalWindows() throws {
        let energies = SimulatedSpectrum.grid(150...200, step: 0.1)
        let data = energies.map {
            100 + Self.peak($0) + ($0 > 160 ? 20 : 0) + 2000 * Self.gaussian($0 - 185, fwhm: 2)
        }
        let spectrum = Spectrum(
            name: "x", level: nil, kind: .coreLevel, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
            intensities: data, unit: .counts)
        func part(_ kind: Background.Kind, _ window: ClosedRange<Double>) -> Background {
            Background(kind, isFitted: false, window: window)
        }
        let both = try (part(.shirley, 152...168) + part(.linear, 178...192)).drawn(under: spectrum)
        let first = try part(.shirley, 152...168).drawn(under: spectrum)
        let second = try part(.linear, 178...192).drawn(under: spectrum)
        #expect(both.bindingEnergies == first.bindingEnergies + second.bindingEnergies)
        #expect(both.values == first.values + second.values)
        #expect(both.parameters.map(\.name) == ["1.low_end", "1.high_end", "2.low_end", "2.high_end"])
        #expect(throws: FitError.self) {
            try (part(.shirley, 152...168) + part(.linear, 165...192)).drawn(under: spectrum)
        }
        #expect(throws: FitError.self) { try part(.linear, 300...310).drawn(under: spectrum) }
    }

    @Test("offsets lower the ends by their per cent")
    func offsets() throws {
        let spectrum = Spectrum(
            name: "x", level: nil, kind: .coreLevel,
            axis: EnergyAxis(Self.energies, scale: .binding, photonEnergy: 1486.6),
            intensities: Self.energies.map { 100 + $0 }, unit: .counts)
        let drawn = try Background(.linear, isFitted: false, endPoints: 1, endOffsets: .init(low: 10, high: -2)).drawn(
            under: spectrum)
        #expect(abs(drawn.values[0] - 250 * 0.9) < 1e-9)
        #expect(abs((drawn.values.last ?? 0) - 330 * 1.02) < 1e-9)
    }
}
