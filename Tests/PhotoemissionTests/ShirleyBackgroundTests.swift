import Foundation
import Testing

@testable import Photoemission

@Suite("Shirley backgrounds computed from the data")
struct ShirleyBackgroundTests {
    static let energies = SimulatedSpectrum.grid(158...170, step: 0.05)

    private func step(slope: Double = 0.05) -> SimulatedSpectrum {
        SimulatedSpectrum(
            energies: Self.energies, lines: SimulatedSpectrum.doublet(163, width: 1.1, area: 4000, shape: .gaussian),
            constant: 800, shirley: slope)
    }

    @Test("the trapezium rule gives back the step that the peaks were drawn with")
    func recoversTheDrawnStep() throws {
        let simulated = step()
        let data = simulated.expected
        let peaks = simulated.peaks
        let background = try ShirleyBackground(low: data[0], high: data[data.count - 1], rule: .trapezium)
            .curve(bindingEnergies: Self.energies, intensities: data)
        for i in data.indices { #expect(abs(background[i] + peaks[i] - data[i]) < 1e-6 * 4000) }
    }

    @Test("the curve follows counts scale and energy shift", arguments: Background.Rule.allCases)
    func scalesWithTheData(rule: Background.Rule) throws {
        let data = step().expected
        let base = try ShirleyBackground(low: data[0], high: data[data.count - 1], rule: rule)
            .curve(bindingEnergies: Self.energies, intensities: data)
        let scaled = try ShirleyBackground(low: 7 * data[0], high: 7 * data[data.count - 1], rule: rule)
            .curve(bindingEnergies: Self.energies.map { $0 + 100 }, intensities: data.map { 7 * $0 })
        for i in data.indices { #expect(abs(scaled[i] - 7 * base[i]) < 1e-9 * scaled[i]) }
    }

    /// CasaXPS's rule written out as its definition: for each point the sum over the points at higher kinetic energy,
    /// iterated to its fixed point.
    @Test("CasaXPS's rule satisfies its defining equation")
    func casaXPSDefinition() throws {
        var numbers = SimulationNumbers(seed: 3)
        let data = step().spectrum(noise: &numbers).intensities
        let low = data[0]
        let high = data[data.count - 1]
        let background = try ShirleyBackground(low: low, high: high).curve(
            bindingEnergies: Self.energies, intensities: data)
        let differences = zip(data, background).map { abs($0 - $1) }
        let total = differences.reduce(0, +)
        for i in data.indices {
            let below = differences[..<i].reduce(0, +)
            #expect(abs(background[i] - (low + (high - low) * below / total)) < 1e-6 * abs(high - low))
        }
    }

    @Test("unequal steps are integrated with their true length")
    func unequalSteps() throws {
        let energies = Self.energies.enumerated().filter { $0.offset % 3 != 1 || $0.offset > 150 }.map(\.element)
        var simulated = step()
        simulated.energies = energies
        let data = simulated.expected
        let peaks = simulated.peaks
        let background = try ShirleyBackground(low: data[0], high: data[data.count - 1], rule: .trapezium)
            .curve(bindingEnergies: energies, intensities: data)
        for i in data.indices { #expect(abs(background[i] + peaks[i] - data[i]) < 1e-6 * 4000) }
    }

    @Test("equal ends give a constant, and ends without a peak an error")
    func degenerateCases() throws {
        let flat = Self.energies.map { _ in 5.0 }
        let background = try ShirleyBackground(low: 5, high: 5).curve(bindingEnergies: Self.energies, intensities: flat)
        #expect(background == flat)
        #expect(throws: FitError.self) {
            try ShirleyBackground(low: 5, high: 9, rule: .trapezium).curve(bindingEnergies: [1], intensities: [5])
        }
    }

    @Test("an iteration that does not settle is an error, not a curve")
    func failsLoudly() {
        let data = step().expected
        var shirley = ShirleyBackground(low: data[0], high: data[240])
        shirley.maximumIterations = 2
        #expect(throws: FitError.self) { try shirley.curve(bindingEnergies: Self.energies, intensities: data) }
    }
}
