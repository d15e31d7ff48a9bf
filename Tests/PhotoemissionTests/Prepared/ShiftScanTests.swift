import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

/// The scan for the shift of a calibration line against one that draws every line anew and solves with the whole solver.
@Suite("Scan for the shift")
struct ShiftScanTests {
    static let model: PeakModel = {
        var model = WorkloadW1Tests.model
        model.calibration = .line("PS4 3-", at: 161.6)
        return model
    }()

    /// The model with the background of the scan.
    private func scanned(_ model: PeakModel) throws -> ResolvedModel {
        var scanned = model
        scanned.background = .shirley
        return try scanned.resolved(calibration: model.calibration)
    }

    private struct NoScan: Error {}

    private func scan(_ model: PeakModel, _ energies: [Double]) throws -> ShiftScan {
        guard let scan = try ShiftScan(model.resolved(calibration: model.calibration), energies: energies) else {
            throw NoScan()
        }
        return scan
    }

    /// Chi squared at each shift.
    private func reference(_ model: PeakModel, _ data: FitData) throws -> [(shift: Double, chi2: Double)] {
        var energies = data.energies
        var intensities = data.intensities
        let reach = PeakModel.calibrationReach
        if let window = model.window {
            let range = data.range((window.lowerBound - reach)...(window.upperBound + reach))
            energies = Array(energies[range])
            intensities = Array(intensities[range])
        }
        let resolved = try scanned(model)
        var problem = PeakProblem(model: resolved, energies: energies)
        problem.setData(
            intensities, weights: PeakFitter.smoothed(intensities).map { 1 / (max($0, data.gain) * data.gain) })
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        var theta = resolved.nonlinear.map { $0.start ?? 0 }
        for index in resolved.background.stepParameters {
            theta[index] = FitWorkspace.shirleyStrength(energies, intensities)
        }
        let shiftIndex = try #require(resolved.shiftIndex)
        return try stride(from: -reach, through: reach, by: ShiftScan.step).map { shift in
            theta[shiftIndex] = shift
            return (shift, try solver.minimize(&problem, start: theta, options: .init(maximumEvaluations: 1)).chi2)
        }
    }

    private static func shifted(_ spectrum: Spectrum, by shift: Double) -> Spectrum {
        var spectrum = spectrum
        spectrum.axis = EnergyAxis(
            spectrum.axis.values.map { $0 + shift }, scale: .binding, photonEnergy: 1486.6)
        return spectrum
    }

    private static let unequal: [Double] = (0...200).map { index in
        let number = Double(index)
        return 157 + 0.06 * number + 0.00005 * number * number
    }

    /// Steps of which two, one, or no whole number make one of the scan, and unequal ones.
    static let axes: [[Double]] = [
        SimulatedSpectrum.grid(157...171, step: 0.05), SimulatedSpectrum.grid(157...171, step: 0.1),
        SimulatedSpectrum.grid(157...171, step: 0.07),
        unequal,
    ]

    @Test("finds the shift that drawing every line anew finds", arguments: axes.indices, [0, 2.31, -6.6])
    func shifts(axis: Int, charging: Double) throws {
        let spectra = PreparedPeakModelTests.spectra(4, energies: Self.axes[axis])
            .map { Self.shifted($0, by: charging) }
        for window in [nil, 158.0...169.0] {
            var model = Self.model
            model.window = window
            var scan = try scan(model, try #require(spectra[0].axis.bindingEnergies))
            for spectrum in spectra {
                let data = try FitData(spectrum)
                let found = try scan.bestShift(data)
                let all = try reference(model, data)
                let best = try #require(all.min { $0.chi2 < $1.chi2 })
                let own = try #require(all.first { $0.shift == found })
                // Shifts may be as good as each other; none may be better.
                #expect(own.chi2 <= best.chi2 * (1 + 1e-9))
                #expect(abs(found + charging) < 0.3)
            }
        }
    }

    @Test("areas with prior knowledge and links count as in a fit")
    func priors() throws {
        var model = Self.model
        model.components[0].area = .ratio(of: WorkloadW1Tests.names[1], by: .free(start: 0.3, min: 0.1, max: 1))
        model.components[3].area = .prior(start: nil, mean: 900, sigma: 50, min: 0, max: .infinity)
        let spectrum = PreparedPeakModelTests.spectra(1, energies: Self.axes[0])[0]
        let data = try FitData(spectrum)
        var scan = try scan(model, data.energies)
        let all = try reference(model, data)
        let found = try scan.bestShift(data)
        let best = try #require(all.min { $0.chi2 < $1.chi2 })
        #expect(found == best.shift)
    }

    @Test("shapes that no kernel draws are scanned as well")
    func otherShapes() throws {
        var model = Self.model
        model.shape = .lorentzianPowers(.init(high: 1.2, low: 2.8, steps: 30))
        let spectrum = Self.shifted(PreparedPeakModelTests.spectra(1, energies: Self.axes[1])[0], by: 1.4)
        let data = try FitData(spectrum)
        var scan = try scan(model, data.energies)
        #expect(abs(try scan.bestShift(data) + 1.4) < 0.2)
    }

    @Test("too few points tell no shift")
    func fewPoints() throws {
        #expect(throws: NoScan.self) { _ = try scan(Self.model, [160, 161]) }
    }
}
