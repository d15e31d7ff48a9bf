import Foundation
import Spectra
import SpectralMath

/// A powder pattern of known truth: a mixture of phases on a Bragg-Brentano diffractometer with flat background.
///
/// The integrated intensity of a reflection is that of a flat specimen without texture, extinction and microabsorption:
/// proportional to the volume of the phase, mass / density, times m |F|^2 LP / V^2 (`Reflection.intensityPerVolume`).
public struct SimulatedPattern: Sendable {
    /// A phase of the mixture.
    public struct Phase: Sendable {
        /// The name.
        public var name: String
        /// The structure.
        public var structure: CrystalStructure
        /// The mass; only ratios count.
        public var mass: Double
        /// The mean thickness of its crystallites in nm, which widens its lines by Scherrer's formula with K = 0.94.
        public var crystallites: Double

        /// A phase of the mixture.
        public init(name: String, structure: CrystalStructure, mass: Double, crystallites: Double = 100) {
            self.name = name
            self.structure = structure
            self.mass = mass
            self.crystallites = crystallites
        }
    }

    /// Why a mixture cannot be simulated.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// There is no phase, or none with a mass.
        case empty
        /// A mass or size that is no positive number.
        case invalid(phase: String)
        /// The density is unknown.
        case noDensity(phase: String)
        /// No phase has a line in the range.
        case noLine
        /// The pattern of a phase cannot be computed.
        case pattern(phase: String, PowderPattern.Failure)

        /// A sentence for a person.
        public var description: String {
            switch self {
            case .empty: "a mixture needs a phase"
            case .invalid(let phase): "\(phase): mass and size of crystallites must be positive numbers"
            case .noDensity(let phase): "\(phase): the density is unknown, so that a mass gives no volume"
            case .noLine: "no phase has a line in this range of angles"
            case .pattern(let phase, let failure): "\(phase): \(failure)"
            }
        }
    }

    /// The phases.
    public var phases: [Phase]
    /// The widths of the instrument; those of the crystallites come on top.
    public var widths: LineWidths
    /// The radiation.
    public var emission: EmissionSpectrum
    /// The height of the highest point above the background, in counts.
    public var top: Double
    /// The background in counts.
    public var background: Double

    /// A mixture; the widths of a usual laboratory instrument unless stated otherwise.
    public init(
        _ phases: [Phase], emission: EmissionSpectrum = .copper,
        widths: LineWidths = LineWidths(u: 0.002, v: -0.001, w: 0.004), top: Double = 20_000, background: Double = 300
    ) {
        self.phases = phases
        self.widths = widths
        self.emission = emission
        self.top = top
        self.background = background
    }

    /// The expected counts at ascending angles 2 theta in degrees.
    ///
    /// - Throws: `Failure`.
    public func expected(at angles: [Double]) throws(Failure) -> [Double] {
        guard !phases.isEmpty, let first = angles.first, let last = angles.last else { throw .empty }
        var lines = [Double](repeating: 0, count: angles.count)
        for phase in phases {
            guard phase.mass > 0, phase.mass.isFinite, phase.crystallites > 0, phase.crystallites.isFinite else {
                throw .invalid(phase: phase.name)
            }
            let pattern: PowderPattern
            do {
                // Lines beyond the ends reach into the range.
                pattern = try PowderPattern(
                    phase.structure,
                    settings: .init(emission: emission, twoTheta: max(first - 2, 0.1)...min(last + 2, 179)))
            } catch { throw .pattern(phase: phase.name, error) }
            guard let density = pattern.density, density > 0 else { throw .noDensity(phase: phase.name) }
            var own = widths
            own.x += 0.94 * emission.primary.wavelength / (10 * phase.crystallites) * 180 / .pi
            let profile = PowderProfile(widths: own, emission: emission)
            for reflection in pattern.reflections {
                profile.add(
                    area: phase.mass / density * reflection.intensityPerVolume, twoTheta: reflection.twoTheta,
                    to: &lines, over: angles, reach: 100)
            }
        }
        guard let highest = lines.max(), highest > 0 else { throw .noLine }
        return lines.map { top * $0 / highest + background }
    }

    /// The pattern with Poisson's noise at ascending angles; its sample says that it is simulated, and from what.
    ///
    /// - Throws: `Failure`, and what `RandomNumbers.poisson` throws.
    public func pattern(at angles: [Double], numbers: inout RandomNumbers) throws -> DiffractionPattern {
        let counts = try expected(at: angles).map { try numbers.poisson(mean: $0) }
        let total = phases.reduce(0) { $0 + $1.mass }
        let mixture = phases.map { String(format: "%@ %.4g wt%%", $0.name, 100 * $0.mass / total) }
        let anode = emission.lines.count > 1 ? String(emission.name.prefix(2)) : nil
        let radiation =
            anode.map {
                Radiation(
                    anode: $0, kAlpha1: emission.lines[0].wavelength, kAlpha2: emission.lines[1].wavelength,
                    kAlpha2Ratio: emission.lines[1].intensity, origin: .file)
            } ?? Radiation(monochromatic: emission.primary.wavelength, origin: .file)
        return DiffractionPattern(
            name: "simulated", sample: "SIMULATED, no measurement: \(mixture.joined(separator: ", "))",
            axis: DiffractionAxis(angles, kind: .twoTheta), intensities: counts, unit: .counts, radiation: radiation)
    }
}
