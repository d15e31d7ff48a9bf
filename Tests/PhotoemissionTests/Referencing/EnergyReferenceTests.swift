import Foundation
import Spectra
import Testing

@testable import Photoemission

@Suite("Referencing of energies")
struct EnergyReferenceTests {
    /// A spectrum of one line measured at `energy`.
    static func spectrum(
        _ level: CoreLevel, at energy: Double, area: Double = 8000, seed: UInt64? = nil, sample: String = "cathode"
    ) -> Spectrum {
        let splitting = level.reference?.splitting?.default
        let lines =
            splitting.map { SimulatedSpectrum.doublet(energy, width: 1.1, area: area, splitting: $0) }
            ?? [.init(energy: energy, width: 1.1, area: area)]
        let simulated = SimulatedSpectrum(
            energies: SimulatedSpectrum.grid((energy - 6)...(energy + 7), step: 0.1), lines: lines, constant: 300)
        var numbers = SimulationNumbers(seed: seed ?? 0)
        var result = seed == nil ? simulated.exact : simulated.spectrum(noise: &numbers)
        (result.name, result.level, result.sample) = (level.description, level, sample)
        return result
    }

    static func model(_ level: CoreLevel, near energy: Double) -> PeakModel {
        PeakModel(level: level, components: [Component(name: "line", position: .within(2, of: energy))])
    }

    @Test("a carbon line references another spectrum, and its uncertainty reaches every position")
    func carbon() throws {
        let charging = 1.37
        let carbon = try Self.model(.c1s, near: 285.5).fit(Self.spectrum(.c1s, at: 284.8 + charging, seed: 1))
        let reference = try EnergyReference("line", of: carbon, at: Measured(284.8, standardUncertainty: 0.1))
        let uncertainty = try #require(reference.shift.standardUncertainty)
        #expect(abs(reference.shift.value + charging) < 4 * uncertainty)
        let own = try #require(carbon.components[0].position.standardUncertainty)
        #expect(abs(uncertainty - (0.01 + own * own).squareRoot()) < 1e-12)
        let fit = try Self.model(.s2p, near: 161.6)
            .fit(Self.spectrum(.s2p, at: 161.6 + charging, seed: 2), referencedTo: reference)
        let position = fit.components[0].position
        #expect(abs(position.value - 161.6) < 0.02)
        #expect((position.standardUncertainty ?? 0) > 0.1)
        #expect((position.standardUncertainty ?? 1) < 0.11)
        #expect(fit.calibration.reference.contains("line of C 1s at 284.8"))
        #expect(fit.findings.map(\.rule).contains("reference-adventitious-carbon"))
    }

    @Test("what a fit was referenced to before makes no difference to the reference it gives")
    func ownCalibration() throws {
        let data = Self.spectrum(.s2p, at: 162.1, seed: 3)
        let model = Self.model(.s2p, near: 161.6)
        let energy = Measured(161.6, standardUncertainty: 0.05)
        let plain = try EnergyReference("line", of: model.fit(data), at: energy)
        let shifted = try EnergyReference(
            "line", of: model.fit(data.calibrated(.shift(Measured(-0.3, standardUncertainty: 0.2)))), at: energy)
        let line = try EnergyReference(
            "line", of: model.fit(data.calibrated(.line("line", at: 161.2))), at: energy)
        for other in [shifted, line] {
            #expect(abs(other.shift.value - plain.shift.value) < 1e-4)
            let (u, v) = (other.shift.standardUncertainty ?? 0, plain.shift.standardUncertainty ?? 1)
            #expect(abs(u / v - 1) < 1e-3)
        }
    }

    @Test("a chain, reference sample to carbon and cathode to the electrolyte's line, adds its uncertainties")
    func chain() throws {
        let carbon = try Self.model(.c1s, near: 285).fit(Self.spectrum(.c1s, at: 285.2, seed: 4, sample: "Li6PS5Cl"))
        let sulfur = try Self.model(.s2p, near: 162).fit(Self.spectrum(.s2p, at: 162.0, seed: 5, sample: "Li6PS5Cl"))
        let first = try EnergyReference("line", of: carbon, at: Measured(284.8, standardUncertainty: 0.1))
        let anchor = try first.energy(of: "line", in: sulfur)
        #expect(abs(anchor.value - 161.6) < 0.02)
        let cathode = try Self.model(.s2p, near: 161).fit(Self.spectrum(.s2p, at: 160.9, seed: 6))
        let second = try EnergyReference("line", of: cathode, at: anchor).following(first)
        #expect(abs(second.shift.value - 0.7) < 0.02)
        #expect((second.shift.standardUncertainty ?? 0) > 0.1)
        #expect(second.description.contains("that energy from line of C 1s"))
        #expect(second.findings.map(\.rule).contains("reference-adventitious-carbon"))
    }

    @Test("differences of levels need no reference, and do not carry its uncertainty")
    func differences() throws {
        let shift = Calibration.shift(Measured(-1, standardUncertainty: 0.3))
        let sulfur = try Self.model(.s2p, near: 161.6).fit(Self.spectrum(.s2p, at: 162.6, seed: 7).calibrated(shift))
        let phosphorus = try Self.model(.p2p, near: 131.9)
            .fit(Self.spectrum(.p2p, at: 132.9, seed: 8).calibrated(shift))
        let distance = try sulfur.distance(of: "line", from: "line", in: phosphorus)
        let uncertainty = try #require(distance.standardUncertainty)
        #expect(abs(distance.value - 29.7) < 4 * uncertainty)
        #expect(uncertainty < 0.02)
        // An Auger line at 600 eV of kinetic energy in the same state of charge, read on the binding scale.
        let auger = try Self.model(.s2p, near: 886.6).fit(Self.spectrum(.s2p, at: 1486.6 - 600, seed: 9))
        let parameter = try sulfur.augerParameter(of: "line", auger: "line", in: auger)
        #expect(abs(parameter.value - (600 + 162.6)) < 0.05)
    }

    @Test("a distance within one fit uses the covariance of the positions")
    func distanceWithinFit() throws {
        let areas = SimulatedSeries.stages[2]
        var numbers = SimulationNumbers(seed: 10)
        let fit = try SimulatedSeries.model.fit(SimulatedSeries.simulated(areas, shift: 0.4).spectrum(noise: &numbers))
        let distance = try fit.distance(of: "bridging", from: "PS4 3-")
        #expect(abs(distance.value - 1.4) < 4 * (distance.standardUncertainty ?? 0))
        // PS4(3-) stands at its reference, so the distance is as uncertain as the other position.
        let own = fit.components[2].position.standardUncertainty ?? 0
        #expect(abs((distance.standardUncertainty ?? 0) / own - 1) < 1e-9)
    }

    @Test("references that cannot be trusted say so")
    func warnings() throws {
        let carbon = try Self.model(.c1s, near: 285).fit(Self.spectrum(.c1s, at: 285.2, seed: 11))
        let bare = try EnergyReference("line", of: carbon, at: Measured(284.8))
        #expect(bare.findings.map(\.rule).contains("reference-without-uncertainty"))
        let far = try EnergyReference("line", of: carbon, at: Measured(300, standardUncertainty: 0.1))
        #expect(far.findings.map(\.rule) == ["reference-large-shift"])
        let other = try Self.model(.s2p, near: 161.6)
            .fit(Self.spectrum(.s2p, at: 162, sample: "foil"), referencedTo: bare)
        #expect(other.findings.map(\.rule).contains("reference-of-other-sample"))
        #expect(throws: FitError.self) { try EnergyReference("no such", of: carbon, at: Measured(284.8)) }
        var failed = carbon
        failed.convergence.converged = false
        #expect(throws: FitError.self) { try EnergyReference("line", of: failed, at: Measured(284.8)) }
    }
}
