import Foundation
import Spectra

/// A reflection of a powder pattern.
public struct Reflection: Sendable, Hashable {
    /// The indices of one of the equivalent reflections.
    public var index: MillerIndex
    /// The spacing of the lattice planes in Angstrom.
    public var spacing: Double
    /// The diffraction angle of the primary line in degrees.
    public var twoTheta: Double
    /// How many equivalent reflections add up in it, Friedel mates included.
    public var multiplicity: Int
    /// |F|^2 per cell in square electrons, the mean over Friedel mates.
    public var structureFactorSquared: Double
    /// The integrated intensity relative to the strongest reflection, which has 100.
    public var intensity: Double
    /// m |F|^2 LP / V^2, which is the integrated intensity per volume of the phase on a scale common to all phases
    /// computed with the same settings, in 1/A^6.
    public var intensityPerVolume: Double
}

/// The reflections of a structure as a powder diffractometer shows them: kinematical, without texture and absorption.
///
/// Integrated intensity I = m <|F|^2> LP with f = f0 + f' + i f'' (`FormFactor`, `AnomalousScattering`), T = exp(-B s^2),
/// and `LorentzPolarization`.
public struct PowderPattern: Sendable {
    /// How a pattern is computed.
    public struct Settings: Sendable, Hashable {
        /// The lines of the source; positions and |F|^2 refer to the first.
        public var emission: EmissionSpectrum
        /// The range of diffraction angles in degrees, within 0 and 180.
        public var twoTheta: ClosedRange<Double>
        /// The Lorentz and polarisation factors.
        public var optics: LorentzPolarization
        /// Whether f' and f'' count. Leaving them out is for comparison only: it shifts weight fractions by up to a third.
        public var usesDispersion: Bool
        /// Whether atoms with a stated charge scatter as ions; otherwise all are neutral.
        public var isIonic: Bool
        /// B in square Angstrom of atoms whose source states no displacement.
        public var defaultB: Double

        /// Settings: unless stated otherwise, Cu K-alpha, 0 to 120 degrees, no monochromator, dispersion, neutral atoms.
        public init(
            emission: EmissionSpectrum = .copper, twoTheta: ClosedRange<Double> = 0...120,
            optics: LorentzPolarization = LorentzPolarization(), usesDispersion: Bool = true, isIonic: Bool = false,
            defaultB: Double = 0.5
        ) {
            self.emission = emission
            self.twoTheta = twoTheta
            self.optics = optics
            self.usesDispersion = usesDispersion
            self.isIonic = isIonic
            self.defaultB = defaultB
        }
    }

    /// Why a pattern cannot be computed.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// No form factor is tabulated for the element of a site.
        case noFormFactor(site: String, element: String)
        /// There is no f' and f''.
        case noDispersion(AnomalousScattering.Failure)
        /// So many reflections or atoms that the cell or the wavelength must be wrong.
        case tooLarge(reflections: Double, atoms: Int)

        /// A sentence for a person.
        public var description: String {
            switch self {
            case .noFormFactor(let site, let element): "no scattering factor is tabulated for \(element) (site \(site))"
            case .noDispersion(let failure): failure.description
            case .tooLarge(let reflections, let atoms):
                "some \(String(format: "%.1g", reflections)) lattice points and \(atoms) atoms per cell are too many: "
                    + "are cell, wavelength and angles right?"
            }
        }
    }

    /// The settings.
    public let settings: Settings
    /// The reflections by growing angle; those that symmetry forbids are not there.
    public let reflections: [Reflection]
    /// What each kind of atom scatters as, `Co` or `Co3+`.
    public let scatterers: [String]
    /// The density of the phase in g/cm^3; `nil` where an element has no atomic weight here.
    public let density: Double?
    /// What had to be assumed.
    public let findings: [Finding]

    /// Spacing, multiplicity and intensity per volume of each reflection at each line of the radiation; lines beyond the
    /// primary may show reflections that it does not.
    private let lineIntensities: [[(spacing: Double, index: MillerIndex, intensity: Double)]]

    /// The pattern of `structure`.
    ///
    /// - Throws: `Failure` where a table has no value or the task is absurdly large.
    public init(_ structure: CrystalStructure, settings: Settings = Settings()) throws(Failure) {
        let setup = try PatternSetup(structure, settings)
        let list = try setup.reflectionList()
        let factors = StructureFactors(
            structure: structure, reflections: list, scatterers: setup.scatterers,
            displacements: { _ in settings.defaultB })
        let volume = structure.cell.volume
        var perLine: [[(spacing: Double, index: MillerIndex, intensity: Double)]] = []
        var primary: [Reflection] = []
        var squares: [Double: [Double]] = [:]
        for (number, line) in settings.emission.lines.enumerated() {
            let reference = setup.dispersionWavelength(of: line)
            let squared: [Double]
            if let known = squares[reference] {
                squared = known
            } else {
                squared = factors.squared(dispersion: try setup.dispersion(factors.scatterers, at: reference))
                squares[reference] = squared
            }
            var sticks: [(spacing: Double, index: MillerIndex, intensity: Double)] = []
            for (entry, square) in zip(list, squared) {
                let spacing = 1 / entry.inverseSquare.squareRoot()
                guard let angle = Self.twoTheta(spacing: spacing, wavelength: line.wavelength),
                    settings.twoTheta.contains(angle)
                else { continue }
                let perVolume =
                    Double(entry.multiplicity) * square * settings.optics(twoTheta: angle) / (volume * volume)
                sticks.append((spacing, entry.index, perVolume * line.intensity))
                guard number == 0 else { continue }
                primary.append(
                    Reflection(
                        index: entry.index, spacing: spacing, twoTheta: angle, multiplicity: entry.multiplicity,
                        structureFactorSquared: square, intensity: 0, intensityPerVolume: perVolume))
            }
            perLine.append(sticks)
        }
        let strongest = primary.map(\.intensityPerVolume).max() ?? 0
        if strongest > 0 {
            for i in primary.indices { primary[i].intensity = 100 * primary[i].intensityPerVolume / strongest }
        }
        self.settings = settings
        reflections = primary
        scatterers = factors.scatterers.map(\.formFactor.species)
        lineIntensities = perLine
        density = structure.density
        findings = setup.findings
    }

    /// 2 theta in degrees of planes `spacing` apart; `nil` where they are too close for the wavelength.
    public static func twoTheta(spacing: Double, wavelength: Double) -> Double? {
        let sine = wavelength / (2 * spacing)
        return sine < 1 ? 2 * asin(sine) * 180 / .pi : nil
    }
}

// MARK: - Lines

/// A line of a pattern: reflections that no diffractometer separates, or one emission line's share of them.
public struct PatternLine: Sendable, Hashable {
    /// The position in degrees: the intensity-weighted mean of what adds up.
    public var twoTheta: Double
    /// The spacing of the strongest reflection in Angstrom.
    public var spacing: Double
    /// The intensity relative to the strongest line of the primary radiation, which has 100.
    public var intensity: Double
    /// The sum of the intensities per volume.
    public var intensityPerVolume: Double
    /// The reflections that add up, the strongest first.
    public var indices: [MillerIndex]
}

extension PowderPattern {
    /// The reflections at the primary wavelength, those closer than `separation` degrees added up, by growing angle.
    ///
    /// Reflections that are not equivalent coincide by necessity, 333 and 511 of a cubic lattice for example.
    public func lines(separation: Double = 0.002) -> [PatternLine] {
        let sticks = reflections.map { ($0.twoTheta, $0.spacing, $0.index, $0.intensityPerVolume) }
        return Self.merged(sticks, separation: separation, strongest: nil)
    }

    /// All lines of all emission lines, by growing angle, relative to the strongest line of the primary radiation.
    public func emissionLines(separation: Double = 0.002) -> [PatternLine] {
        let strongest = lines(separation: separation).map(\.intensityPerVolume).max()
        let all = zip(settings.emission.lines, lineIntensities).flatMap { line, sticks in
            let list = sticks.compactMap { stick in
                Self.twoTheta(spacing: stick.spacing, wavelength: line.wavelength).map {
                    ($0, stick.spacing, stick.index, stick.intensity)
                }
            }
            return Self.merged(list, separation: separation, strongest: strongest)
        }
        return all.sorted { $0.twoTheta < $1.twoTheta }
    }

    private static func merged(
        _ sticks: [(twoTheta: Double, spacing: Double, index: MillerIndex, intensity: Double)], separation: Double,
        strongest: Double?
    ) -> [PatternLine] {
        var lines: [PatternLine] = []
        var start = 0
        while start < sticks.count {
            var end = start + 1
            while end < sticks.count, sticks[end].twoTheta - sticks[start].twoTheta <= separation { end += 1 }
            let members = sticks[start..<end].sorted { $0.intensity > $1.intensity }
            let sum = members.reduce(0) { $0 + $1.intensity }
            let mean = members.reduce(0) { $0 + $1.intensity * $1.twoTheta }
            lines.append(
                PatternLine(
                    twoTheta: sum > 0 ? mean / sum : members[0].twoTheta, spacing: members[0].spacing, intensity: 0,
                    intensityPerVolume: sum, indices: members.map(\.index)))
            start = end
        }
        let scale = strongest ?? lines.map(\.intensityPerVolume).max() ?? 0
        if scale > 0 {
            for i in lines.indices { lines[i].intensity = 100 * lines[i].intensityPerVolume / scale }
        }
        return lines
    }
}
