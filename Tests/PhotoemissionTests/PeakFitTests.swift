import Foundation
import Spectra
import Testing

@testable import Photoemission

@Suite("Fitting a model to a spectrum")
struct PeakFitTests {
    static let energies = SimulatedSpectrum.grid(158...170, step: 0.05)

    static let cathode = SimulatedSpectrum(
        energies: energies,
        lines: SimulatedSpectrum.doublet(160.2, width: 1.0, area: 1400)
            + SimulatedSpectrum.doublet(161.6, width: 1.0, area: 7000)
            + SimulatedSpectrum.doublet(163.0, width: 1.2, area: 2000)
            + SimulatedSpectrum.doublet(163.8, width: 1.2, area: 1600), constant: 1500, shirley: 0.06)

    static let model = PeakModel(.s2p) {
        Doublet("S 2-", near: 160.15)
        Doublet("PS4 3-", near: 161.65, width: .sameAs("S 2-"))
        Doublet("S ox,1", near: 163.05)
        Doublet("S ox,2", near: 163.7, width: .sameAs("S ox,1"))
    }

    private func areas(_ fit: PeakFit) -> [Double] { fit.components.map(\.area.value) }

    @Test("a spectrum without noise gives its parameters back")
    func recoversExactSpectrum() throws {
        let fit = try Self.model.fit(Self.cathode.exact, options: FitOptions(tolerance: 1e-14))
        #expect(fit.convergence.converged)
        for (value, truth) in zip(areas(fit), [1400.0, 7000, 2000, 1600]) { #expect(abs(value - truth) < 1e-5 * 7000) }
        for (component, truth) in zip(fit.components, [160.2, 161.6, 163.0, 163.8]) {
            #expect(abs(component.position.value - truth) < 1e-6)
        }
        #expect(abs(fit.components[0].fwhm.value - 1.0) < 1e-6)
        #expect(abs(fit.components[3].fwhm.value - 1.2) < 1e-6)
        let background = Dictionary(
            uniqueKeysWithValues: fit.background.parameters.map { ($0.name, $0.quantity.value) })
        #expect(abs((background["constant"] ?? 0) - 1500) < 1e-3)
        #expect(abs((background["shirley_per_eV"] ?? 0) - 0.06) < 1e-7)
        #expect(abs(fit.components.reduce(0) { $0 + $1.fraction.value } - 1) < 1e-12)
    }

    @Test("the background and components drawn add up to the envelope, and the truth")
    func curvesAddUp() throws {
        let fit = try Self.model.fit(Self.cathode.exact, options: FitOptions(tolerance: 1e-14))
        for i in fit.curves.envelope.indices {
            let sum = fit.curves.background[i] + fit.curves.components.reduce(0) { $0 + $1.values[i] }
            #expect(abs(sum - fit.curves.envelope[i]) < 1e-9 * sum)
            #expect(abs(sum - Self.cathode.expected[i]) < 1e-5 * sum)
        }
    }

    @Test("results do not depend on the order of the points or the energy scale they are stored on")
    func orderAndScaleDoNotMatter() throws {
        var numbers = SimulationNumbers(seed: 11)
        let spectrum = Self.cathode.spectrum(noise: &numbers)
        let base = try Self.model.fit(spectrum)
        var reversed = spectrum
        reversed.axis = EnergyAxis(spectrum.axis.values.reversed(), scale: .binding, photonEnergy: 1486.6)
        reversed.intensities.reverse()
        var kinetic = spectrum
        kinetic.axis = EnergyAxis(spectrum.axis.values.map { 1486.6 - $0 }, scale: .kinetic, photonEnergy: 1486.6)
        #expect(try areas(Self.model.fit(reversed)) == areas(base))
        for (a, b) in zip(try areas(Self.model.fit(kinetic)), areas(base)) { #expect(abs(a - b) < 1e-5 * b) }
    }

    @Test("shifting energies shifts positions and nothing else")
    func areasAreInvariantUnderEnergyShift() throws {
        var numbers = SimulationNumbers(seed: 12)
        let spectrum = Self.cathode.spectrum(noise: &numbers)
        let base = try Self.model.fit(spectrum)
        var moved = spectrum
        moved.axis = EnergyAxis(spectrum.axis.values.map { $0 - 0.75 }, scale: .binding, photonEnergy: 1486.6)
        let fit = try Self.model.fit(moved.calibrated(.shift(Measured(0.75, standardUncertainty: 0.05))))
        for (a, b) in zip(fit.components, base.components) {
            #expect(abs(a.area.value - b.area.value) < 1e-6 * 7000)
            #expect(abs(a.position.value - b.position.value) < 1e-6)
            let own = try #require(b.position.standardUncertainty)
            #expect(abs((a.position.standardUncertainty ?? 0) - (own * own + 0.0025).squareRoot()) < 1e-6)
        }
        #expect(fit.calibration.reference == "given")
    }

    @Test("a calibration line far away is found, set to its energy, and the shift has an uncertainty")
    func calibratesToALine() throws {
        var numbers = SimulationNumbers(seed: 13)
        for shift in [-4.3, 0.0, 2.75, 6.0] {
            var simulated = Self.cathode
            simulated.lines = simulated.lines.map { line in
                var line = line
                line.energy -= shift
                return line
            }
            simulated.energies = SimulatedSpectrum.grid((158 - shift)...(170 - shift), step: 0.05)
            var model = Self.model
            model.calibration = .line("PS4 3-", at: 161.6)
            model.window = 158...170
            let fit = try model.fit(simulated.spectrum(noise: &numbers))
            let uncertainty = try #require(fit.calibration.shift.standardUncertainty)
            #expect(abs(fit.calibration.shift.value - shift) < 4 * uncertainty, "shift \(shift)")
            #expect(fit.components[1].position.value == 161.6)
            #expect(fit.components[1].position.standardUncertainty == nil)
            #expect(abs(fit.components[0].position.value - 160.2) < 0.05)
            model.background = .subtractedShirley
            let options = FitOptions(weighting: .unweighted)
            let subtracted = try model.fit(simulated.spectrum(noise: &numbers), options: options)
            #expect(abs(subtracted.calibration.shift.value - shift) < 0.05, "subtracted, shift \(shift)")
        }
    }

    @Test("counts per second with a known time give the same fractions and uncertainties as counts")
    func countsPerSecondEqualCounts() throws {
        var numbers = SimulationNumbers(seed: 14)
        let counts = Self.cathode.spectrum(noise: &numbers)
        var rates = counts
        rates.acquisition = Acquisition(sweeps: 20, dwellTime: 0.1)
        rates.unit = .countsPerSecond
        rates.intensities = counts.intensities.map { $0 / 2 }
        let a = try Self.model.fit(counts)
        let b = try Self.model.fit(rates)
        for (x, y) in zip(a.components, b.components) {
            #expect(abs(x.area.value - 2 * y.area.value) < 1e-6 * 7000)
            #expect(abs((x.fraction.standardUncertainty ?? 0) - (y.fraction.standardUncertainty ?? 1)) < 1e-8)
        }
        #expect(abs(a.statistics.chi2 - b.statistics.chi2) < 1e-6 * a.statistics.chi2)
    }

    @Test("without a known time, the scale of the noise is estimated and said to be")
    func estimatesTheGain() throws {
        var numbers = SimulationNumbers(seed: 15)
        var spectrum = Self.cathode.spectrum(noise: &numbers)
        spectrum.intensities = spectrum.intensities.map { $0 * 0.013 }
        spectrum.unit = .arbitrary
        let fit = try Self.model.fit(spectrum)
        #expect(fit.statistics.weighting.contains("estimated"))
        #expect((0.75...1.35).contains(fit.statistics.reducedChi2))
    }

    @Test("a component that is not there gets no area, and says so")
    func absentComponent() throws {
        var model = Self.model
        model.components.append(Doublet("sulfate", near: 168.6, width: .fixed(1.3)).component)
        let fit = try model.fit(Self.cathode.exact)
        #expect(abs(fit.components[4].area.value) < 1)
        #expect(fit.findings.contains { $0.rule.hasPrefix("component-") })
        #expect(fit.convergence.converged)
    }

    @Test("a parameter pressed against its bound is reported with its bound")
    func boundIsReported() throws {
        var model = Self.model
        model.components[1].position = .free(start: 161.3, min: 161.2, max: 161.4)
        let fit = try model.fit(Self.cathode.exact)
        #expect(fit.parameters.atBound.contains("PS4 3-.position"))
        #expect(fit.findings.contains { $0.rule == "parameter-at-bound" && $0.message.contains("161.4") })
        #expect(fit.components[1].position.standardUncertainty == nil)
    }

    @Test("a poor start is rescued by further ones")
    func furtherStarts() throws {
        let simulated = SimulatedSpectrum(
            energies: Self.energies,
            lines: SimulatedSpectrum.doublet(161.6, width: 0.7, area: 5000)
                + SimulatedSpectrum.doublet(166.4, width: 0.7, area: 2500), constant: 400, shirley: 0.03)
        // Both start on the same side, far from the second line.
        let model = PeakModel(.s2p) {
            Doublet("first", position: .free(start: 159.2, min: 159, max: 164.5))
            Doublet("second", position: .free(start: 163.2, min: 163, max: 168))
        }
        var numbers = SimulationNumbers(seed: 16)
        let fit = try model.fit(simulated.spectrum(noise: &numbers))
        #expect(abs(fit.components[0].position.value - 161.6) < 0.02)
        #expect(abs(fit.components[1].position.value - 166.4) < 0.03)
        #expect(abs(fit.components[1].area.value / 2500 - 1) < 0.05)
    }

    @Test("linked positions, ratios and priors keep what they promise")
    func linksHold() throws {
        var numbers = SimulationNumbers(seed: 17)
        let model = PeakModel(.s2p) {
            Doublet("a", near: 160.2)
            Doublet("b", position: .offset(from: "a", by: .fixed(1.4)), width: .ratio(of: "a", by: .fixed(1.1)))
            Doublet("c", near: 163.4, width: .prior(start: 1.3, mean: 1.7, sigma: 0.001, min: 0.5, max: 3))
        }
        let fit = try model.fit(Self.cathode.spectrum(noise: &numbers))
        #expect(abs(fit.components[1].position.value - fit.components[0].position.value - 1.4) < 1e-12)
        #expect(abs(fit.components[1].fwhm.value - 1.1 * fit.components[0].fwhm.value) < 1e-12)
        #expect(abs(fit.components[2].fwhm.value - 1.7) < 0.005)
        // A prior on what a link adds is knowledge too.
        var linked = model
        linked.components[1].position = .offset(
            from: "a", by: .prior(start: 1.4, mean: 1.33, sigma: 1e-4, min: 1.2, max: 1.6))
        let other = try linked.fit(Self.cathode.spectrum(noise: &numbers))
        #expect(abs(other.components[1].position.value - other.components[0].position.value - 1.33) < 0.002)
        #expect(fit.parameters.names.filter { $0.hasSuffix(".width") } == ["a.width", "c.width"])
    }

    @Test("subtracted backgrounds are subtracted, and the result says what that costs")
    func subtractedBackground() throws {
        var model = Self.model
        for (background, kind) in [
            (Background.subtractedShirley, "shirley"), (Background(.linear, isFitted: false), "linear"),
        ] {
            model.background = background
            let fit = try model.fit(Self.cathode.exact)
            #expect(fit.background.kind == kind && !fit.background.isFitted)
            #expect(fit.findings.contains { $0.rule == "background-not-fitted" })
        }
        model.background = .subtractedShirley
        #expect(abs(try areas(model.fit(Self.cathode.exact))[1] / 7000 - 1) < 0.03)
    }

    // MARK: - What goes wrong

    @Test("models that contradict themselves are refused with the reason")
    func invalidModels() {
        func message(_ model: PeakModel) -> String {
            do {
                _ = try model.fit(Self.cathode.exact)
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(message(PeakModel(level: .s2p, components: [])).contains("no component"))
        #expect(
            message(
                PeakModel(.s2p) {
                    Doublet("a", near: 161)
                    Doublet("a", near: 162)
                }
            ).contains("two components"))
        #expect(
            message(PeakModel(.s2p) { Doublet("a", near: 161, width: .sameAs("b")) }).contains(
                "\"b\", which is no component"))
        let circle = message(
            PeakModel(.s2p) {
                Doublet("a", near: 161, width: .sameAs("b"))
                Doublet("b", near: 162, width: .ratio(of: "c", by: .fixed(1)))
                Doublet("c", near: 163, width: .sameAs("a"))
            })
        #expect(circle.contains("a.width -> b.width -> c.width -> a.width"))
        #expect(message(PeakModel(.s2p) { Doublet("a", near: 175) }).contains("outside the window"))
        #expect(message(PeakModel(.s2p, window: 280...290) { Doublet("a", near: 285) }).contains("holds no point"))
        #expect(
            message(PeakModel(.s2p) { Doublet("a", position: .free(start: 165, min: 160, max: 162)) }).contains("start")
        )
        #expect(message(PeakModel(level: nil, components: [Doublet("a", near: 161).component])).contains("splitting"))
        #expect(
            message(PeakModel(.s2p, calibration: .line("x", at: 161)) { Doublet("a", near: 161) }).contains("\"x\""))
        #expect(
            message(PeakModel(.s2p) { Doublet("a", near: 161, area: .offset(from: "a", by: .fixed(1))) }).contains(
                "area"))
    }

    @Test("spectra that cannot be fitted are refused with the reason")
    func invalidSpectra() {
        func message(_ change: (inout Spectrum) -> Void) -> String {
            var spectrum = Self.cathode.exact
            change(&spectrum)
            do {
                _ = try Self.model.fit(spectrum)
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(message { $0.intensities[7] = .nan }.contains("point 8"))
        #expect(message { $0.intensities[7] = .infinity }.contains("point 8"))
        #expect(
            message { $0.axis = EnergyAxis($0.axis.values, scale: .kinetic, photonEnergy: nil) }.contains(
                "photon energy"))
        #expect(
            message {
                $0.axis = EnergyAxis([161], scale: .binding, photonEnergy: nil)
                $0.intensities = [5]
            }.contains("1 point"))
        #expect(
            message {
                $0.axis = EnergyAxis(Array($0.axis.values.prefix(8)), scale: .binding, photonEnergy: nil)
                $0.intensities = Array($0.intensities.prefix(8))
            }.contains("parameters"))
    }

    @Test("flat, empty and single-spike spectra end in an answer, not in a crash or a hang", arguments: 0..<6)
    func degenerateSpectra(kind: Int) throws {
        var spectrum = Self.cathode.exact
        for i in spectrum.intensities.indices {
            spectrum.intensities[i] = [0, 100, i == 120 ? 1e9 : 0, 1e15 * Double(i), -5, 1e-300][kind]
        }
        let fit = try Self.model.fit(spectrum)
        #expect(fit.statistics.chi2.isFinite)
        #expect(fit.components.allSatisfy { $0.area.value.isFinite && $0.position.value.isFinite })
    }
}
