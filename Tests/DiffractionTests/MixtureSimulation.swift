import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Diffraction

/// Patterns of mixtures of known truth for studies of identification, with what real specimens do to a pattern: every line
/// off by texture and imperfect structures, preferred orientation, strained cells, lines of other widths and shapes than
/// the search assumes, a displaced specimen, and counting noise.
struct MixtureSimulation {
    struct Phase {
        var structure: CrystalStructure
        /// The share of the mass.
        var share: Double
        /// The full width of the lines at low angles, degrees.
        var width: Double
    }

    var phases: [Phase]
    /// The counts of the highest point above the background.
    var top = 20_000.0
    /// The scatter of each line's intensity, and of the cells, relative.
    var scatter = 0.12
    var strain = 0.0015
    /// Whether half of the phases have a preferred orientation.
    var hasTexture = false
    /// A preferred orientation of all phases; `nil` for none.
    var texture: MarchDollase?
    var range = 15.0...80.0
    var step = 0.02

    /// A pattern by seed.
    func curve(seed: UInt32) throws -> PatternCurve {
        var random = RandomNumbers(seed: seed, stream: 17)
        let angles = (0...Int((range.upperBound - range.lowerBound) / step)).map {
            range.lowerBound + Double($0) * step
        }
        let displacement = 0.05 * random.gaussian()
        var lines = [Double](repeating: 0, count: angles.count)
        for phase in phases where phase.share > 0 {
            let pattern = try PowderPattern(phase.structure, settings: .init(twoTheta: 5...130))
            let density = try #require(pattern.density)
            let strain = strain * random.gaussian()
            let mixing = 0.3 + 0.4 * random.uniform()
            let width = phase.width * exp(0.15 * random.gaussian())
            let isTextured = hasTexture && random.uniform() < 0.5
            let texture =
                isTextured
                ? MarchDollase(direction: MillerIndex(0, 0, 1), r: exp(-0.7 * random.uniform())) : self.texture
            var factors: [MillerIndex: Double] = [:]
            for line in pattern.emissionLines() {
                let index = line.indices[0]
                let factor =
                    factors[index]
                    ?? exp(scatter * random.gaussian())
                    * (texture?.factor(index, cell: phase.structure.cell, group: phase.structure.spaceGroup) ?? 1)
                factors[index] = factor
                let sine = sin(line.twoTheta * .pi / 360) / (1 + strain)
                guard sine < 1 else { continue }
                let theta = asin(sine)
                let center = 2 * theta * 180 / .pi + displacement * cos(theta)
                let profile = try #require(PseudoVoigt(fullWidth: width / cos(theta), mixing: mixing))
                let area = phase.share / density * factor * line.intensityPerVolume
                let first = max(0, Int((center - 5 - range.lowerBound) / step))
                let last = min(angles.count - 1, Int((center + 5 - range.lowerBound) / step))
                guard first <= last else { continue }
                for i in first...last { lines[i] += area * profile.density(angles[i] - center) }
            }
        }
        let highest = lines.max() ?? 0
        let counts = try angles.indices.map { i in
            try random.poisson(mean: (highest > 0 ? top * lines[i] / highest : 0) + 200 * exp(-angles[i] / 40) + 60)
        }
        return try PatternCurve(twoTheta: angles, intensities: counts)
    }
}
