import Foundation
import Spectra

extension CrystalStructure {
    /// The linear absorption coefficient in 1/cm for a wavelength in Angstrom, by the optical theorem from the f'' that
    /// intensities are computed with: mu = 2 r_e lambda sum f'' / V. Photoelectric absorption alone: scattering adds 1 % for
    /// heavy elements, some 5 % for oxygen, and more for lighter ones.
    ///
    /// - Throws: `AnomalousScattering.Failure` where an element has no f'' at this wavelength.
    public func linearAbsorption(wavelength: Double) throws(AnomalousScattering.Failure) -> Double {
        // The classical electron radius (CODATA 2018), Angstrom.
        let electronRadius = 2.8179403262e-5
        var sum = 0.0
        for (element, count) in cellContents.counts {
            sum += count * (try AnomalousScattering(element: element, wavelength: wavelength)).imaginary
        }
        // 1/Angstrom to 1/cm.
        return 2 * electronRadius * wavelength * sum / cell.volume * 1e8
    }
}

/// The correction of weight fractions for microabsorption: coarse grains of a strongly absorbing phase weaken their own
/// reflections (G. W. Brindley, Philos. Mag. 36 (1945) 347).
public struct BrindleyCorrection: Sendable, Hashable {
    /// What it does to one phase.
    public struct Phase: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The linear absorption coefficient, 1/cm.
        public var absorption: Double
        /// The diameter of the particles, micrometre.
        public var diameter: Double
        /// mu D, which says how coarse the powder is: fine below 0.01, medium to 0.1, coarse to 1, very coarse beyond.
        public var coarseness: Double
        /// (mu - mean mu) R, R the radius.
        public var contrast: Double
        /// tau, by which the phase's intensities are changed.
        public var absorptionFactor: Double
        /// The corrected weight fraction.
        public var weightFraction: Measured
    }

    /// The phases, in the order of the refinement.
    public let phases: [Phase]
    /// The absorption coefficient of the mixture of solids, 1/cm.
    public let meanAbsorption: Double
    /// Whether all contrasts are within 0.1, where the correction holds.
    public var isValid: Bool { phases.allSatisfy { abs($0.contrast) <= 0.1 } }

    /// tau = 1 - 1.450 x + 1.426 x^2 with x = (mu - mean mu) R for spheres, a fit to Brindley's table from -0.1 to 0.5.
    public static func factor(_ x: Double) -> Double { 1 - 1.450 * x + 1.426 * x * x }

    /// The correction of a refinement.
    ///
    /// - Parameters:
    ///   - refinement: a refinement of phases with structures.
    ///   - diameters: of the particles of each phase by name, micrometre.
    /// - Throws: `PatternError` where a phase has no structure, no diameter, or a contrast beyond 0.5, where no correction
    ///   means anything.
    public init(_ refinement: PatternRefinement, diameters: [String: Double]) throws(PatternError) {
        let wavelength = refinement.emission.primary.wavelength
        var absorptions: [Double] = [], densities: [Double] = [], fractions: [Measured] = [], sizes: [Double] = []
        for phase in refinement.phases {
            guard let structure = phase.structure, let density = phase.density?.value, let w = phase.weightFraction
            else { throw .badParameter("\(phase.name): microabsorption needs structures and weight fractions") }
            guard let size = diameters[phase.name], size >= 0, size.isFinite else {
                throw .badParameter("\(phase.name): microabsorption needs the diameter of its particles")
            }
            do { absorptions.append(try structure.linearAbsorption(wavelength: wavelength)) } catch {
                throw .badParameter("\(phase.name): \(error)")
            }
            densities.append(density)
            fractions.append(w)
            sizes.append(size)
        }
        var corrected = fractions.map(\.value)
        var factors = fractions.map { _ in 1.0 }
        var mean = 0.0
        for _ in 0..<50 {
            let volumes = zip(corrected, densities).map(/)
            mean = zip(volumes, absorptions).reduce(0) { $0 + $1.0 * $1.1 } / volumes.reduce(0, +)
            // 1/cm times micrometre.
            factors = zip(absorptions, sizes).map { Self.factor(($0 - mean) * $1 / 2 * 1e-4) }
            let parts = zip(fractions, factors).map { $0.value / $1 }
            let total = parts.reduce(0, +)
            corrected = parts.map { $0 / total }
        }
        meanAbsorption = mean
        phases = refinement.phases.indices.map { p in
            let ratio = fractions[p].value > 0 ? corrected[p] / fractions[p].value : 1
            return Phase(
                name: refinement.phases[p].name, absorption: absorptions[p], diameter: sizes[p],
                coarseness: absorptions[p] * sizes[p] * 1e-4, contrast: (absorptions[p] - mean) * sizes[p] / 2 * 1e-4,
                absorptionFactor: factors[p],
                weightFraction: Measured(
                    corrected[p], standardUncertainty: fractions[p].standardUncertainty.map { $0 * ratio }))
        }
        if let far = phases.first(where: { abs($0.contrast) > 0.5 }) {
            throw .badParameter(
                String(
                    format: "%@: (mu - mean mu) R is %.2f: particles of %.3g um are too coarse for any correction",
                    far.name, far.contrast, far.diameter))
        }
    }
}
