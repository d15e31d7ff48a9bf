import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Diffraction

/// Patterns of known truth for refinement, drawn by `PowderProfile` and `AxialDivergence`, which refinement does not use.
struct RefinementSimulation {
    struct Phase {
        var name: String
        /// Share of the mass.
        var share: Double
        var strain = 0.0
        var size = 0.04
        var microstrain = 0.05
        var overallB = 0.0
        var texture: MarchDollase?
    }

    var phases: [Phase]
    var range = 20.0...80.0
    var step = 0.03
    var top = 10_000.0
    var displacement = 0.05
    var widths = LineWidths(u: 0.002, v: -0.001, w: 0.004)
    var axial = 0.03
    var hump = 0.0
    var emission = EmissionSpectrum.copper
    /// Structures for names that the library lacks.
    var structures: [String: CrystalStructure] = [:]

    func structure(_ name: String) throws -> CrystalStructure {
        try #require(structures[name] ?? PhaseLibrary.phase(name))
    }

    /// The cell of a phase as it is in the pattern.
    func cell(_ phase: Phase) throws -> UnitCell {
        let cell = try structure(phase.name).cell
        let factor = 1 + phase.strain
        return try #require(
            UnitCell(
                a: cell.a * factor, b: cell.b * factor, c: cell.c * factor, alpha: cell.alpha, beta: cell.beta,
                gamma: cell.gamma))
    }

    var angles: [Double] {
        (0...Int((range.upperBound - range.lowerBound) / step)).map { range.lowerBound + Double($0) * step }
    }

    /// The expected counts.
    func expected() throws -> [Double] {
        let angles = angles
        var lines = [Double](repeating: 0, count: angles.count)
        for phase in phases {
            let structure = try structure(phase.name).withCell(cell(phase))
            let pattern = try PowderPattern(
                structure,
                settings: .init(
                    emission: emission, twoTheta: max(range.lowerBound - 2, 1)...(range.upperBound + 2)))
            let density = try #require(pattern.density)
            var own = widths
            own.x = phase.size
            own.y = phase.microstrain
            let divergence = AxialDivergence(specimen: axial, detector: axial)
            for reflection in pattern.reflections {
                let s2 = 1 / (4 * reflection.spacing * reflection.spacing)
                let texture =
                    phase.texture?.factor(reflection.index, cell: structure.cell, group: structure.spaceGroup) ?? 1
                let area =
                    phase.share / density * reflection.intensityPerVolume * texture * exp(-2 * phase.overallB * s2)
                for line in emission.lines {
                    let sine = line.wavelength / (2 * reflection.spacing)
                    guard sine < 0.999 else { continue }
                    let theta = asin(sine)
                    let angle = 2 * theta * 180 / .pi
                    let single = PowderProfile(
                        widths: own, divergence: divergence,
                        emission: try #require(EmissionSpectrum(wavelength: line.wavelength)))
                    let optics = LorentzPolarization()
                    let ratio = optics(twoTheta: angle) / optics(twoTheta: reflection.twoTheta)
                    // The instrument moves what the specimen diffracts.
                    let moved = angles.map { $0 - displacement * cos(theta) }
                    single.add(
                        area: area * line.intensity * ratio, twoTheta: angle, to: &lines, over: moved, reach: 150)
                }
            }
        }
        let highest = lines.max() ?? 1
        return angles.indices.map { i in
            let bump = hump * exp(-pow((angles[i] - 26) / 4, 2))
            return top * lines[i] / highest + 60 + 400 * exp(-angles[i] / 20) + bump
        }
    }

    /// Counts with Poisson's noise.
    func curve(_ expected: [Double], seed: UInt32) throws -> PatternCurve {
        var random = RandomNumbers(seed: seed, stream: 11)
        return try PatternCurve(twoTheta: angles, intensities: expected.map { try random.poisson(mean: $0) })
    }

    /// The phases as a person would give them: the library's cells, not those of the pattern.
    func requests() throws -> [RefinementPhase] {
        try phases.map { RefinementPhase(name: $0.name, structure: try structure($0.name)) }
    }
}
