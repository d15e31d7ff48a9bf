import Foundation

/// How deep electrons come from, as a function of their kinetic energy: a homogeneous sample sends out intensity in
/// proportion to it.
public struct EscapeDepthCorrection: Sendable, Hashable {
    /// The law.
    public enum Kind: Sendable, Hashable {
        /// The same at all energies; also right for sensitivity factors that contain the depth already.
        case none
        /// Kinetic energy to a power.
        case exponent(Double)
        /// Tanuma, Powell and Penn's formula for one material.
        case tpp2m(ElectronMaterial)
    }

    /// The law.
    public var kind: Kind
    /// The relative standard uncertainty of the depth at one level against another; `nil` where none is stated.
    public var relativeUncertainty: Double?
    /// The standard uncertainty of the exponent, which moves all levels together; `nil` where none is stated.
    public var exponentUncertainty: Double?

    /// A correction of the stated kind.
    public init(_ kind: Kind, relativeUncertainty: Double? = nil, exponentUncertainty: Double? = nil) {
        self.kind = kind
        self.relativeUncertainty = relativeUncertainty
        self.exponentUncertainty = exponentUncertainty
    }

    /// The same at all energies.
    public static let none = EscapeDepthCorrection(.none)
    /// Kinetic energy to the power of `exponent`, such as 0.6 (Avantage with Scofield's factors) or 0.75.
    public static func exponent(_ exponent: Double, uncertainty: Double? = nil) -> EscapeDepthCorrection {
        .init(.exponent(exponent), exponentUncertainty: uncertainty)
    }
    /// Tanuma, Powell and Penn's formula TPP-2M for `material`.
    public static func tpp2m(_ material: ElectronMaterial) -> EscapeDepthCorrection { .init(.tpp2m(material)) }

    /// The same correction with a relative standard uncertainty.
    public func withRelativeUncertainty(_ uncertainty: Double?) -> EscapeDepthCorrection {
        .init(kind, relativeUncertainty: uncertainty, exponentUncertainty: exponentUncertainty)
    }

    /// The depth at `energy` (kinetic, eV): in nm for TPP-2M, relative to that at 1000 eV otherwise.
    public func depth(at energy: Double) -> Double {
        switch kind {
        case .none: 1
        case .exponent(let exponent): pow(energy / 1000, exponent)
        case .tpp2m(let material): material.meanFreePath(at: energy)
        }
    }
}

/// What Tanuma, Powell and Penn's formula needs to know of a material.
public struct ElectronMaterial: Sendable, Hashable {
    /// The name that results carry.
    public let name: String
    /// The density, g/cm3.
    public let density: Double
    /// Valence electrons per formula unit.
    public let valenceElectrons: Double
    /// The mass of the formula unit, g/mol.
    public let molarMass: Double
    /// The band gap, eV; 0 for conductors.
    public let bandGap: Double

    /// A material; throws `QuantificationError.correction` for numbers that none can have.
    public init(name: String, density: Double, valenceElectrons: Double, molarMass: Double, bandGap: Double)
        throws(QuantificationError)
    {
        guard density > 0, density < 100, valenceElectrons > 0, valenceElectrons < 1e4, molarMass > 0,
            molarMass < 1e5, (0...20).contains(bandGap)
        else {
            throw .correction(
                "\(name): expected a density in g/cm3, valence electrons and molar mass (g/mol) of the formula unit "
                    + "above 0, and a band gap from 0 to 20 eV; found \(density), \(valenceElectrons), \(molarMass), "
                    + "\(bandGap)")
        }
        self.name = name
        self.density = density
        self.valenceElectrons = valenceElectrons
        self.molarMass = molarMass
        self.bandGap = bandGap
    }

    /// The mean matrix of the elements that Briggs and Grant's textbook takes for samples of unknown composition
    /// (4.684 valence electrons, 6.767 g/cm3, 137.51 g/mol, no gap).
    public static let averageMatrix = ElectronMaterial(unchecked: "average matrix", 6.767, 4.684, 137.51, 0)

    private init(
        unchecked name: String, _ density: Double, _ electrons: Double, _ mass: Double, _ gap: Double
    ) {
        (self.name, self.density, valenceElectrons, molarMass, bandGap) = (name, density, electrons, mass, gap)
    }

    /// The lowest kinetic energy in eV for which the formula was made.
    static let lowestEnergy = 50.0

    /// The inelastic mean free path in nm at `energy` (kinetic, eV; from 50 eV): TPP-2M, S. Tanuma, C. J. Powell,
    /// D. R. Penn, Surf. Interface Anal. 21 (1994) 165.
    public func meanFreePath(at energy: Double) -> Double {
        let u = valenceElectrons * density / molarMass
        let plasmonEnergy = 28.8 * u.squareRoot()
        let beta =
            -0.10 + 0.944 / (plasmonEnergy * plasmonEnergy + bandGap * bandGap).squareRoot() + 0.069 * pow(density, 0.1)
        let gamma = 0.191 / density.squareRoot()
        let c = 1.97 - 0.91 * u
        let d = 53.4 - 20.8 * u
        let stopping = beta * log(gamma * energy) - c / energy + d / (energy * energy)
        // The formula is in angstrom.
        return energy / (plasmonEnergy * plasmonEnergy * stopping) / 10
    }
}
