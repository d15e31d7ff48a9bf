import Foundation
import ReferenceSpectra
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

/// Mistakes that programs for peak fitting have been shown to make beside those about line shapes and backgrounds. Each
/// test fails where the mistake is made.
@Suite("Mistakes in fitting and interchange that others make")
struct KnownFittingMistakesTests {
    static let metal = PeakModel(.ge3d, background: .constant, shape: .doniachSunjic(asymmetry: 0.2)) {
        Doublet("metal", near: 29.3, gaussianWidth: .fixed(0.5), lorentzianWidth: .fixed(0.3), asymmetry: .fixed(0.2))
    }

    private static func metalSpectrum() throws -> Spectrum {
        var truth = metal
        truth.components[0].position = .fixed(29.3)
        truth.components[0].area = .fixed(50_000)
        var numbers = RandomNumbers(seed: 11, stream: 0)
        return try truth.simulatedSpectrum(
            at: SimulatedSpectrum.grid(25...42, step: 0.05), background: .init(constant: 300), photonEnergy: 1486.6,
            numbers: &numbers)
    }

    @Test("a metal's tail lies at high binding energy, on whichever energy axis the file has its data")
    func tailOnEitherAxis() throws {
        let binding = try Self.metalSpectrum()
        let energies = try #require(binding.axis.bindingEnergies)
        var kinetic = binding
        kinetic.axis = EnergyAxis(
            energies.map { 1486.6 - $0 }.reversed(), scale: .kinetic, photonEnergy: 1486.6)
        kinetic.intensities.reverse()
        let fits = try [binding, kinetic].map { try Self.metal.fit($0) }
        for fit in fits { #expect(abs(fit.statistics.reducedChi2 - 1) < 0.35, "\(fit.statistics.reducedChi2)") }
        #expect(abs(fits[0].components[0].area.value - fits[1].components[0].area.value) < 1e-6 * 50_000)
        // The mirrored line does not describe the data.
        let mirrored = try PeakModel(
            .ge3d, background: .constant, shape: .lorentzianPowers(.init(high: 3, low: 1.2, steps: 20))
        ) {
            Doublet("metal", near: 29.3)
        }.fit(binding)
        #expect(mirrored.statistics.reducedChi2 > 2)
    }

    @Test("a Tougaard background is a loss of the peaks: none below them, and that of two peaks is the sum of both")
    func tougaardIsAConvolution() throws {
        let energies = SimulatedSpectrum.grid(150...230, step: 0.2)
        func losses(_ areas: [Double]) throws -> [Double] {
            let model = PeakModel(
                background: Background(
                    .tougaardU3,
                    loss: .threeParameters(b: .fixed(396), c: .fixed(551), d: .fixed(436), threshold: 0)),
                components: zip([160.0, 171], areas).enumerated().map { index, line in
                    Component(
                        name: "\(index)", isDoublet: false, position: .fixed(line.0), width: .fixed(1),
                        area: .fixed(line.1))
                })
            let spectrum = Spectrum(
                name: "", axis: EnergyAxis(energies, scale: .binding, photonEnergy: nil),
                intensities: energies.map { _ in 1 },
                unit: .counts)
            let fit = try model.fit(spectrum, options: FitOptions(weighting: .unweighted))
            let constant = fit.background.parameters.first { $0.name == "constant" }?.quantity.value ?? 0
            return fit.curves.background.map { $0 - constant }
        }
        let first = try losses([1000, 0])
        let second = try losses([0, 500])
        let both = try losses([1000, 500])
        let top = try #require(both.max())
        for i in energies.indices {
            #expect(abs(first[i] + second[i] - both[i]) < 1e-9 * top)
            if energies[i] < 150 + 3 { #expect(abs(both[i]) < 1e-3 * top) }
        }
        // The loss of one line has its maximum where the cross-section has, far above the line itself.
        let peak = try #require(first.indices.max { first[$0] < first[$1] })
        #expect(energies[peak] > 175 && energies[peak] < 185)
    }

    @Test("weights are those of the counts measured, background included: no bias, and errors that are true")
    func weightsOfCounts() throws {
        let truth = PeakModel(.c1s) { Singlet("a", near: 285, width: .fixed(1.2), area: .fixed(600)) }
        let model = PeakModel(.c1s, background: .linear) { Singlet("a", near: 285) }
        let energies = SimulatedSpectrum.grid(280...290, step: 0.1)
        var pulls: [Double] = []
        var deviations: [Double] = []
        for trial in 0..<200 {
            var numbers = RandomNumbers(seed: 77, stream: UInt32(trial))
            let spectrum = try truth.simulatedSpectrum(
                at: energies, background: .init(constant: 400), numbers: &numbers)
            let area = try model.fit(spectrum).components[0].area
            let uncertainty = try #require(area.standardUncertainty)
            pulls.append((area.value - 600) / uncertainty)
            deviations.append(area.value / 600 - 1)
        }
        let mean = pulls.reduce(0, +) / 200
        let scatter = (pulls.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199).squareRoot()
        #expect(abs(mean) < 0.25, "\(mean)")
        #expect(abs(scatter - 1) < 0.17, "\(scatter)")
        #expect(abs(deviations.reduce(0, +) / 200) < 0.02)
    }

    @Test("links of a stored doublet keep its splitting, and its calibration counts")
    func importKeepsSplittingAndCalibration() throws {
        let comments = [
            "Casa Info Follows", "1", "Calib M = 283.9 A = 284.8 BE ADD", "0", "1",
            "CASA region (*S 2p*) (*Shirley*) 1316 1329 1.68 2 0 0 0 0 0 0 (*S 2p*) 32 0 1.68", "2",
            "CASA comp (*S 2p*) (*GL(30)*) Area 900 1e-020 1e7 -1 1 MFWHM 1.1 0.5 2 -1 1 Position 1325 1324 1326 -1 1"
                + " RSF 1 MASS 32 INDEX -1 (*S 2p*) CONST (**) UNCORRECTEDRSF 1",
            "CASA comp (*S 2p*) (*GL(30)*) Area 450 1e-020 1e7 0 0.5 MFWHM 1.1 0.5 2 0 1 Position 1323.82 0 0 0 -1.18"
                + " RSF 1 MASS 32 INDEX -1 (*S 2p*) CONST (**) UNCORRECTEDRSF 1",
        ]
        let spectrum = Spectrum(
            name: "S 2p",
            axis: EnergyAxis(SimulatedSpectrum.grid(156...172, step: 0.1), scale: .binding, photonEnergy: 1486.6),
            intensities: Array(repeating: 10, count: 161), unit: .countsPerSecond, comments: comments)
        let fit = try #require(spectrum.casaXPSFits().first)
        #expect(fit.model.components[1].position == .offset(from: "S 2p (1)", by: .fixed(1.18)))
        #expect(abs(fit.positions[0] - 161.6) < 1e-9 && abs(fit.positions[1] - 162.78) < 1e-9)
        guard case .shift(let shift) = fit.model.calibration else { throw FitError.invalidModel("no calibration") }
        #expect(abs(shift.value - 0.9) < 1e-9)
    }

    @Test("all sensitivities are on one scale, that of C 1s = 1, and those of a doublet add up to the level's")
    func oneScale() throws {
        // Scofield, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 129, 1486.6 eV: F 1s 4.43, S 2p 1.68, Co 2p 19.2.
        let known: [(CoreLevel, Double)] = [(.c1s, 1), (.f1s, 4.43), (.o1s, 2.93), (.s2p, 1.68), (.ni2p, 22.2)]
        for (level, value) in known {
            let total = try #require(level.reference?.sensitivity.total)
            #expect(abs(total - value) < 0.01 * value, "\(level)")
        }
        for entry in ReferenceLibrary.coreLevels {
            guard let lines = entry.sensitivity.lines else { continue }
            #expect(abs(lines.major + lines.minor - entry.sensitivity.total) < 0.006 * entry.sensitivity.total)
        }
    }
}
