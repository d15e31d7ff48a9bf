import Spectra
import Testing

@testable import Photoemission

/// Two doublets 1.6 eV apart, one of them weak: a search for the shift may take one for the other.
@Suite("Shifts that took one line for another")
struct ShiftRetryTests {
    static let model = PeakModel(
        level: .nb3d, window: 202.8...214.2, calibration: .line("LiNbO3", at: 207.3),
        components: [
            Component(name: "reduced Nb", position: .within(0.5, of: 205.7)),
            Component(name: "LiNbO3", position: .within(0.5, of: 207.3), width: .sameAs("reduced Nb")),
        ])

    static func series(shifts: [Double], reduced: Double, seed: UInt64) throws -> SpectrumSeries {
        let splitting = try #require(CoreLevel.nb3d.reference?.splitting?.default)
        let ratio = try #require(CoreLevel.nb3d.statisticalAreaRatio)
        var numbers = SimulationNumbers(seed: seed)
        let spectra = shifts.map { shift in
            let lines = [(205.7, reduced), (207.3, 1000)].flatMap { energy, area in
                SimulatedSpectrum.doublet(
                    energy - shift, width: 1.2, area: area, splitting: splitting, ratio: ratio)
            }
            var spectrum = SimulatedSpectrum(
                energies: SimulatedSpectrum.grid(200...217, step: 0.08), lines: lines, constant: 200, shirley: 0.04
            ).spectrum(noise: &numbers)
            spectrum.level = .nb3d
            return spectrum
        }
        return SpectrumSeries(
            name: "Nb 3d", variable: .cycle, values: shifts.indices.map(Double.init), spectra: spectra)
    }

    /// The fitter of a joint fit, the spectrum at `index` having been found `offset` eV from where it is.
    static func misled(_ series: SpectrumSeries, at index: Int, by offset: Double) throws -> JointSeriesFitter {
        let options = FitOptions()
        var members = try SeriesMembers(model: model, series: series, options: options)
        try members.fitEach()
        let shift = try #require(members.members[index].model.shiftIndex)
        let found = try #require(members.members[index].outcome).solution.nonlinear[shift]
        var member = members.members[index]
        member.fitter = try PeakFitter(
            model: member.model, data: member.fitter.data, options: options, startShift: found + offset)
        member.outcome = try member.fitter.run()
        #expect(try #require(member.outcome).solution.nonlinear[shift] - found < -1)
        members.members[index] = member
        return try JointSeriesFitter(members: members, sharing: nil)
    }

    @Test("a spectrum in which lines changed places is brought back", arguments: 0...2)
    func exchanged(_ index: Int) throws {
        let truth = [0, 0.35, -0.25]
        let series = try Self.series(shifts: truth, reduced: 150, seed: 4)
        var misled = try Self.misled(series, at: index, by: -1.6)
        let fit = try misled.run()
        #expect(fit.convergence.converged)
        for (single, shift) in zip(fit.fits, truth) {
            #expect(abs(single.calibration.shift.value - shift) < 0.15)
            // The window follows the shift.
            #expect(abs(single.window.lowerBound - 202.8) < 0.2)
        }
        let plain = try Self.model.fit(series)
        #expect(fit.statistics.chi2 < plain.statistics.chi2 * 1.02)
        // The test of agreement compares fits of the same points.
        let increase = try #require(fit.agreement).increase
        #expect(increase > -1 && increase < 25, "\(increase)")
    }

    @Test("charging that really differs by the distance of the lines stays")
    func charging() throws {
        let truth = [0, 1.6, 0.05, 0.02]
        let fit = try Self.model.fit(Self.series(shifts: truth, reduced: 250, seed: 9))
        for (single, shift) in zip(fit.fits, truth) {
            #expect(abs(single.calibration.shift.value - shift) < 0.1)
        }
    }
}
