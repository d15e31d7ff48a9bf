import Spectra

/// A chemical species that photoelectron lines are assigned to: PS4(3-), Li2CO3, C-O.
public struct Species: Sendable, Hashable {
    /// Where a species is met.
    public enum Group: String, Sendable, Hashable, CaseIterable {
        /// A solid or polymer electrolyte, or a salt.
        case electrolyte
        /// A product of decomposition, on either electrode.
        case interphase
        /// An active material.
        case cathode
        /// A coating.
        case coating
        /// A binder, a conductive additive, an element, an energy reference.
        case reference
    }

    /// The key of the entry, `ps4`.
    public let id: String
    /// The name as recipes and plots write it, "PS4 3-".
    public let name: String
    /// Other names for it.
    public let aliases: [String]
    /// The formula, with the charge in brackets: "PS4(3-)".
    public let formula: String?
    /// Where it is met.
    public let group: Group
    /// The keys of species that a spectrum alone does not tell apart from this one. Mutual: each names the other.
    public let ambiguousWith: [String]
    /// What to know about the assignment.
    public let note: String?
    /// Its lines, one for each level.
    public let lines: [SpeciesLine]

    /// Its line of `level`; `nil` where the library knows none.
    public func line(of level: CoreLevel) -> SpeciesLine? { lines.first { $0.level == level } }
}

/// Where a species has its line j = l + 1/2 of one core level.
public struct SpeciesLine: Sendable, Hashable {
    /// The core level.
    public let level: CoreLevel
    /// The binding energy in eV.
    public let position: Double
    /// The lowest and the highest value known to the library, eV.
    public let range: ClosedRange<Double>
    /// How many papers give a value.
    public let records: Int
    /// The standard deviation between papers in eV, where there are three or more.
    public let standardDeviation: Double?
    /// The values behind it.
    public let values: [SpeciesValue]
    /// What to know about the line.
    public let note: String?

    /// The keys of the sources, each once, in the order of the values.
    public var sources: [String] {
        var seen: Set<String> = []
        return values.map(\.source).filter { seen.insert($0).inserted }
    }

    /// How far `energy` (eV) lies outside the range of known values; zero within, infinite where `energy` is no number.
    public func distance(to energy: Double) -> Double {
        energy.isNaN ? .infinity : max(0, range.lowerBound - energy, energy - range.upperBound)
    }
}

/// A published binding energy.
public struct SpeciesValue: Sendable, Hashable {
    /// The binding energy in eV.
    public let position: Double
    /// The key of the source.
    public let source: String
    /// The paper behind a value of a database.
    public let paper: String?
    /// What the energy scale was referenced to, where that is stated.
    public let reference: String?
    /// What to know about the value.
    public let note: String?
}

/// A species that may explain a line, with the evidence for it.
public struct SpeciesCandidate: Sendable, Hashable {
    /// The species.
    public let species: Species
    /// Its line of the level asked for.
    public let line: SpeciesLine
    /// The energy asked for minus the position of the line, eV.
    public let offset: Double
}
