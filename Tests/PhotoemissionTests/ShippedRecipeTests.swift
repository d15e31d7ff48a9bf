import ReferenceSpectra
import Spectra
import Testing

@testable import Photoemission

/// Each recipe that comes with the library, on spectra that are what it describes.
@Suite("Shipped recipes")
struct ShippedRecipeTests {
    static let areas = [2500.0, 7000, 2000, 1500, 2500, 4000]

    /// A spectrum with one line or doublet for each component, 0.04 eV off the recipe's start, a little wider than the
    /// recipe's start, over a Shirley step.
    static func spectrum(of recipe: Recipe) throws -> SimulatedSpectrum {
        let level = try #require(recipe.model.level)
        let reference = try #require(level.reference)
        let window = try #require(recipe.model.window)
        var simulated = SimulatedSpectrum(energies: SimulatedSpectrum.grid(window, step: 0.1), lines: [])
        var starts: [String: Double] = [:]
        for (component, area) in zip(recipe.model.components, areas) {
            let start: Double
            switch component.position {
            case .free(let value, _, _): start = try #require(value)
            case .offset(let other, .fixed(let distance)): start = try #require(starts[other]) + distance
            default: throw FitError.invalidModel(component.name)
            }
            starts[component.name] = start
            let width = component.name == "satellite" ? 4.8 : reference.width.start + 0.1
            if let splitting = reference.splitting, let ratio = reference.statisticalAreaRatio {
                simulated.lines += SimulatedSpectrum.doublet(
                    start + 0.04, width: width, area: area, splitting: splitting.default, ratio: ratio)
            } else {
                simulated.lines.append(.init(energy: start + 0.04, width: width, area: area))
            }
        }
        simulated.constant = 1500
        simulated.shirley = 0.02
        return simulated
    }

    @Test("exact spectra give back their areas", arguments: ReferenceLibrary.recipes)
    func exactSpectra(embedded: EmbeddedRecipe) throws {
        let recipe = try Recipe(yaml: embedded.text, file: embedded.name)
        let fit = try recipe.model.fit(try Self.spectrum(of: recipe).exact)
        #expect(fit.convergence.converged)
        for (component, area) in zip(fit.components, Self.areas) {
            #expect(abs(component.area.value - area) < 0.003 * area, "\(component.name): \(component.area)")
        }
        #expect(fit.findings.allSatisfy { $0.severity < .error })
    }

    @Test("noisy spectra give their areas within the stated uncertainty", arguments: ReferenceLibrary.recipes)
    func noisySpectra(embedded: EmbeddedRecipe) throws {
        let recipe = try Recipe(yaml: embedded.text, file: embedded.name)
        let simulated = try Self.spectrum(of: recipe)
        var numbers = SimulationNumbers(seed: 11)
        let count = 8
        var pulls = Array(repeating: 0.0, count: recipe.model.components.count)
        for _ in 0..<count {
            let fit = try recipe.model.fit(simulated.spectrum(noise: &numbers))
            #expect(fit.convergence.converged)
            for (index, component) in fit.components.enumerated() {
                let uncertainty = try #require(component.area.standardUncertainty)
                // Determined at all: better than half its area at a few thousand counts.
                #expect(uncertainty < Self.areas[index] / 2, "\(component.name): \(component.area)")
                pulls[index] += (component.area.value - Self.areas[index]) / uncertainty / Double(count)
            }
        }
        // The mean of eight pulls has a standard deviation of 0.35.
        #expect(pulls.allSatisfy { abs($0) < 1.4 }, "\(pulls)")
    }
}
