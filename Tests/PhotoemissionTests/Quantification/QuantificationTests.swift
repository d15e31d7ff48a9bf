import Foundation
import Spectra
import Testing

@testable import Photoemission

/// Spectra of several levels of one sample, with areas that follow from amounts by the test's own arithmetic.
enum SimulatedSample {
    struct Part {
        var level: CoreLevel
        var window: ClosedRange<Double>
        /// Name, binding energy, atoms.
        var species: [(name: String, energy: Double, atoms: Double)]
        var seconds = 10.0
    }

    static let photonEnergy = 1486.6

    /// Counts times eV of `atoms`: sensitivity x (KE / 1000)^exponent x transmission x seconds.
    static func area(
        _ atoms: Double, _ level: CoreLevel, energy: Double, seconds: Double, exponent: Double, scale: Double
    ) throws -> Double {
        let reference = try #require(level.reference)
        let splitting = reference.splitting?.default ?? 0
        let ratio = level.statisticalAreaRatio ?? 0
        let mean = energy + splitting * ratio / (1 + ratio)
        return atoms * scale * seconds * reference.sensitivity.total * pow((photonEnergy - mean) / 1000, exponent)
    }

    static func spectrum(_ part: Part, exponent: Double, scale: Double) throws -> (SimulatedSpectrum, PeakModel) {
        let reference = try #require(part.level.reference)
        var lines: [SimulatedSpectrum.Line] = []
        var components: [Component] = []
        for (name, energy, atoms) in part.species {
            let area = try area(
                atoms, part.level, energy: energy, seconds: part.seconds, exponent: exponent, scale: scale)
            if let splitting = reference.splitting?.default, let ratio = part.level.statisticalAreaRatio {
                lines += SimulatedSpectrum.doublet(energy, width: 1.1, area: area, splitting: splitting, ratio: ratio)
            } else {
                lines.append(.init(energy: energy, width: 1.1, area: area))
            }
            components.append(Component(name: name, position: .within(0.2, of: energy)))
        }
        for index in components.indices.dropFirst() { components[index].width = .sameAs(components[0].name) }
        let simulated = SimulatedSpectrum(
            energies: SimulatedSpectrum.grid(part.window, step: 0.05), lines: lines, constant: 40 * part.seconds,
            shirley: 0.03)
        return (simulated, PeakModel(level: part.level, components: components))
    }

    static func labelled(_ spectrum: Spectrum, _ part: Part) -> Spectrum {
        var copy = spectrum
        copy.name = part.level.description
        copy.level = part.level
        copy.acquisition = Acquisition(sweeps: 10, dwellTime: part.seconds / 10)
        return copy
    }

    static func fits(_ parts: [Part], exponent: Double, scale: Double, seed: UInt64?) throws -> [PeakFit] {
        var numbers = SimulationNumbers(seed: seed ?? 0)
        return try parts.map { part in
            let (simulated, model) = try spectrum(part, exponent: exponent, scale: scale)
            let data = seed == nil ? simulated.exact : simulated.spectrum(noise: &numbers)
            return try model.fit(labelled(data, part))
        }
    }

    /// Li6PS5Cl: four of its sulfur atoms in PS4(3-), one free.
    static let argyrodite = [
        Part(level: .li1s, window: 50...62, species: [("Li+", 55.6, 6)], seconds: 60),
        Part(level: .p2p, window: 127...138, species: [("PS4 3-", 131.9, 1)], seconds: 20),
        Part(level: .s2p, window: 156...168, species: [("S 2-", 160.2, 1), ("PS4 3-", 161.6, 4)], seconds: 10),
        Part(level: .cl2p, window: 194...206, species: [("Cl-", 198.5, 1)], seconds: 30),
    ]
}

@Suite("Atomic per cent")
struct QuantificationTests {
    /// docs/quantification.md does this sum by hand.
    @Test("areas of round numbers give the per cent of the hand calculation")
    func handCalculation() throws {
        let levels: [(level: CoreLevel, energy: Double, splitting: Double, area: Double, seconds: Double)] = [
            (.li1s, 55.6, 0, 2_200, 60), (.p2p, 131.9, 0.87, 2_500, 20), (.s2p, 161.6, 1.18, 8_800, 10),
            (.cl2p, 198.5, 1.60, 7_000, 30),
        ]
        let fits = try levels.map { level, energy, splitting, area, seconds in
            let lines =
                splitting == 0
                ? [SimulatedSpectrum.Line(energy: energy, width: 1.1, area: area)]
                : SimulatedSpectrum.doublet(energy, width: 1.1, area: area, splitting: splitting)
            var spectrum = SimulatedSpectrum(
                energies: SimulatedSpectrum.grid((energy - 5)...(energy + 7), step: 0.05), lines: lines, constant: 500
            ).exact
            (spectrum.name, spectrum.level) = (level.description, level)
            spectrum.acquisition = Acquisition(sweeps: Int(seconds), dwellTime: 1)
            var component = Component(name: "Li6PS5Cl", position: .within(0.3, of: energy))
            if splitting > 0 { component.splitting = .fixed(splitting) }
            return try PeakModel(level: level, window: (energy - 5)...(energy + 7), components: [component])
                .fit(spectrum, options: FitOptions(tolerance: 1e-13))
        }
        let result = try Quantification(
            fits, sensitivities: .scofield, transmission: .none, escapeDepth: .exponent(0.6))
        for (element, percent) in zip(result.elements, [45.70634, 7.67398, 38.91657, 7.70311]) {
            #expect(abs(element.atomicPercent.value - percent) < 1e-4)
        }
        let ratio = try result.ratio(["S"], to: ["P"])
        #expect(abs(ratio.value - 5.07124) < 5e-5)
    }

    @Test("simulated Li6PS5Cl comes out stoichiometric within 1 %")
    func argyrodite() throws {
        let fits = try SimulatedSample.fits(SimulatedSample.argyrodite, exponent: 0.6, scale: 20_000, seed: 5)
        let result = try Quantification(fits, transmission: .none)
        for (element, atoms) in zip(result.elements, [6.0, 1, 5, 1]) {
            let truth = 100 * atoms / 13
            #expect(abs(element.atomicPercent.value - truth) < 0.01 * truth)
            let uncertainty = try #require(element.atomicPercent.standardUncertainty)
            #expect(abs(element.atomicPercent.value - truth) < 3.5 * uncertainty)
        }
        let balance = try result.ratio(["PS4 3- (S 2p)"], to: ["PS4 3- (P 2p)"])
        #expect(abs(balance.value - 4) < 3.5 * (balance.standardUncertainty ?? 0))
    }

    @Test("per cent add up to 100, and their covariance to nothing")
    func sums() throws {
        let fits = try SimulatedSample.fits(SimulatedSample.argyrodite, exponent: 0.6, scale: 500, seed: 6)
        let result = try Quantification(
            fits, sensitivities: .scofield.withRelativeUncertainty(0.05), transmission: .none,
            escapeDepth: .exponent(0.6, uncertainty: 0.1))
        #expect(abs(result.elements.reduce(0) { $0 + $1.atomicPercent.value } - 100) < 1e-9)
        #expect(abs(result.species.reduce(0) { $0 + $1.atomicPercent.value } - 100) < 1e-9)
        let count = result.elements.count
        for row in 0..<count {
            let sum = (0..<count).reduce(0.0) { $0 + result.elementCovariance[row * count + $1] }
            #expect(abs(sum) < 1e-9 * result.elementCovariance[row * count + row] + 1e-12)
            let uncertainty = result.elements[row].atomicPercent.standardUncertainty ?? 0
            #expect(abs(uncertainty * uncertainty / result.elementCovariance[row * count + row] - 1) < 1e-9)
        }
        // Two species of one level share their sensitivity factor, so their share of the element does not feel it.
        let shares = result.species.filter { $0.line.level == .s2p }
        let plain = try Quantification(fits, transmission: .none, escapeDepth: .none).species.filter {
            $0.line.level == .s2p
        }
        for (a, b) in zip(shares, plain) {
            let (u, v) = (a.shareOfElement.standardUncertainty ?? 0, b.shareOfElement.standardUncertainty ?? 1)
            #expect(abs(u / v - 1) < 1e-3)
        }
    }

    @Test("scales of sensitivity factors, transmission and counting time drop out")
    func scaleInvariance() throws {
        let fits = try SimulatedSample.fits(SimulatedSample.argyrodite, exponent: 0.6, scale: 500, seed: 7)
        let base = try Quantification(fits, transmission: .none)
        var scaled = SensitivitySet.scofield
        scaled.factors = scaled.factors.mapValues {
            .init(total: 7 * $0.total, major: $0.major.map { 7 * $0 }, minor: $0.minor.map { 7 * $0 })
        }
        let flat = try TransmissionTable(name: "flat", kineticEnergies: [100, 1500], values: [40, 40])
        let other = try Quantification(fits, sensitivities: scaled, transmission: .table(flat))
        // The same data in counts per second.
        let rates = try zip(SimulatedSample.argyrodite, fits).map { part, fit in
            var spectrum = try #require(fit.workings?.spectrum)
            spectrum.intensities = try #require(spectrum.countsPerSecond)
            spectrum.unit = .countsPerSecond
            return try SimulatedSample.spectrum(part, exponent: 0.6, scale: 500).1.fit(spectrum)
        }
        let perSecond = try Quantification(rates, transmission: .none)
        for index in base.species.indices {
            let (a, b, c) = (base.species[index], other.species[index], perSecond.species[index])
            #expect(abs(b.atomicPercent.value / a.atomicPercent.value - 1) < 1e-12)
            #expect(abs(c.atomicPercent.value / a.atomicPercent.value - 1) < 1e-5)
            let uncertainty = try #require(a.atomicPercent.standardUncertainty)
            #expect(abs((b.atomicPercent.standardUncertainty ?? 0) / uncertainty - 1) < 1e-9)
            #expect(abs((c.atomicPercent.standardUncertainty ?? 0) / uncertainty - 1) < 1e-3)
        }
    }

    @Test("transmission of the file, a table of it and a power law of the same curve agree")
    func transmission() throws {
        let parts = SimulatedSample.argyrodite
        let plain = try SimulatedSample.fits(parts, exponent: 0.6, scale: 2000, seed: nil)
        let withCurve = try zip(parts, plain).map { part, fit in
            var spectrum = try #require(fit.workings?.spectrum)
            spectrum.transmission = try #require(spectrum.axis.kineticEnergies).map { pow($0 / 1000, -0.4) }
            return try SimulatedSample.spectrum(part, exponent: 0.6, scale: 2000).1.fit(spectrum)
        }
        let grid = stride(from: 1200.0, through: 1500, by: 1).map { $0 }
        let table = try TransmissionTable(
            name: "curve", kineticEnergies: grid, values: grid.map { pow($0 / 1000, -0.4) })
        let results = [
            try Quantification(withCurve, transmission: .fromFile),
            try Quantification(plain, transmission: .exponent(-0.4)),
            try Quantification(plain, transmission: .table(table)),
            // A sample of constant composition seen through T = KE^-0.4 with L = KE^0.6, or through KE^0.2 alone.
            try Quantification(plain, transmission: .none, escapeDepth: .exponent(0.2)),
        ]
        for other in results.dropFirst() {
            for (a, b) in zip(results[0].elements, other.elements) {
                #expect(abs(a.atomicPercent.value / b.atomicPercent.value - 1) < 1e-5)
            }
        }
        let short = try TransmissionTable(name: "short", kineticEnergies: [1000, 1300], values: [1, 2])
        #expect(throws: QuantificationError.self) { try Quantification(plain, transmission: .table(short)) }
        // One file with, the others without: no comparison.
        #expect(throws: QuantificationError.self) {
            try Quantification([withCurve[0], plain[1]], transmission: .fromFile)
        }
    }

    @Test("one line of a level in the window is divided by the factor of that line")
    func singleLine() throws {
        let reference = try #require(CoreLevel.co2p.reference?.sensitivity.lines)
        var cobalt = SimulatedSpectrum(
            energies: SimulatedSpectrum.grid(774...788, step: 0.1),
            lines: [.init(energy: 780, width: 2, area: 9000)], constant: 300
        ).exact
        (cobalt.name, cobalt.level) = ("Co 2p", .co2p)
        cobalt.acquisition = Acquisition(sweeps: 1, dwellTime: 1)
        let fit = try PeakModel(.co2p) { Singlet("Co", near: 780) }.fit(cobalt)
        let line = try Quantification([fit]).species[0].line
        #expect(line.covered == "Co 2p3/2")
        #expect(line.sensitivity == reference.major)
    }

    @Test("fits that do not belong together are refused")
    func refusals() throws {
        let fits = try SimulatedSample.fits(SimulatedSample.argyrodite, exponent: 0.6, scale: 500, seed: nil)
        #expect(throws: QuantificationError.self) { try Quantification([]) }
        #expect(throws: QuantificationError.self) { try Quantification([fits[1], fits[1]]) }
        #expect(throws: QuantificationError.self) { try Quantification(fits, excluding: ["no such"]) }
        #expect(throws: QuantificationError.self) {
            try Quantification(fits).ratio(["PS4 3-"], to: ["S"])  // in two levels
        }
        var other = SensitivitySet.scofield
        other.photonEnergy = 1253.6
        #expect(throws: QuantificationError.self) { try Quantification(fits, sensitivities: other) }
        var untimed = fits[2]
        untimed.workings?.spectrum.acquisition = Acquisition()
        #expect(throws: QuantificationError.self) { try Quantification([fits[1], untimed]) }
        var unconverged = fits[1]
        unconverged.convergence.converged = false
        #expect(throws: QuantificationError.self) { try Quantification([unconverged]) }
        let excluded = try Quantification(fits, excluding: ["Li+"])
        #expect(excluded.elements.map(\.element) == ["P", "S", "Cl"])
    }
}
