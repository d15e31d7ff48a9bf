import Foundation
import ReferenceSpectra
import Spectra
import SpectralMath
import TestSupport
import Testing

@testable import Photoemission

/// Recipes made for the referee: sound ones, and ones that carry one published kind of error each.
///
/// The comment lines of a flawed recipe say which rule has to find it (`# rule:`) and how serious that is
/// (`# severity:`). Where the error shows in data only, `NAME.truth.yaml` says what the simulated spectrum holds, and
/// `# data:` what was done to it.
struct ReviewCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let truth: String?

    var testDescription: String { name }

    static let folder = SharedData.projectRoot.appendingPathComponent("Tests/Fixtures/review")
    static let sound = cases("sound")
    static let flawed = cases("flawed")

    private static func cases(_ kind: String) -> [ReviewCase] {
        let place = folder.appendingPathComponent(kind)
        let files = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        func text(_ file: String) -> String? {
            try? String(contentsOf: place.appendingPathComponent(file), encoding: .utf8)
        }
        return files.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".truth.yaml") }.sorted().map { file in
            let name = String(file.dropLast(5))
            return ReviewCase(name: name, text: text(file) ?? "", truth: text("\(name).truth.yaml"))
        }
    }

    /// The value of a comment line `# key: value`.
    func header(_ key: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("# \(key): ") }.map { String($0.dropFirst(key.count + 4)) }
    }

    var recipe: Recipe {
        get throws { try Recipe(yaml: text, file: name) }
    }

    /// What the referee looks at: the recipe, or its fit to the spectrum of the case.
    var subject: ReviewSubject {
        get throws {
            let recipe = try recipe
            guard let truth else { return try ReviewSubject(recipe: recipe, name: name) }
            let spectrum = try Self.spectrum(of: Recipe(yaml: truth, file: name), data: header("data"))
            return ReviewSubject(try recipe.model.fit(spectrum, options: FitOptions(weighting: recipe.weighting)))
        }
    }

    /// A spectrum of `truth` with Poisson noise, treated as `data` says.
    static func spectrum(of truth: Recipe, data: String? = nil, seed: UInt32 = 2027) throws -> Spectrum {
        let window = try #require(truth.model.window)
        let step = data == "coarse" ? 0.3 : 0.1
        let count = Int(((window.upperBound - window.lowerBound) / step).rounded())
        var numbers = RandomNumbers(seed: seed)
        let background = SimulatedBackground(
            constant: 900, slope: data == "falling" ? -60 : 0, shirley: data == "falling" ? 0.001 : 0.03)
        var spectrum = try truth.model.simulatedSpectrum(
            at: (0...count).map { window.lowerBound + step * Double($0) }, background: background,
            acquisition: Acquisition(sweeps: 10, dwellTime: 0.1), numbers: &numbers)
        switch data {
        case "smoothed":
            let raw = spectrum.intensities
            spectrum.intensities = raw.indices.map { index in
                let near = raw[max(0, index - 3)...min(raw.count - 1, index + 3)]
                return near.reduce(0, +) / Double(near.count)
            }
        case "normalised":
            let most = spectrum.intensities.max() ?? 1
            spectrum.intensities = spectrum.intensities.map { $0 / most }
            spectrum.unit = .arbitrary
        case "subtracted":
            let least = spectrum.intensities.first ?? 0
            spectrum.intensities = spectrum.intensities.map { $0 - least }
        default: break
        }
        return spectrum
    }
}
