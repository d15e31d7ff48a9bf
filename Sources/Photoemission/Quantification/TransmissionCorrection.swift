import Foundation
import ReferenceSpectra
import Spectra

/// How the share of electrons that the analyser lets through depends on their kinetic energy.
public struct TransmissionCorrection: Sendable, Hashable {
    /// Where the transmission comes from.
    public enum Kind: Sendable, Hashable {
        /// The same at all energies.
        case none
        /// What the file of each spectrum says (the second ordinate of VAMAS).
        case file
        /// A power of the kinetic energy.
        case exponent(Double)
        /// A measured or published curve.
        case table(TransmissionTable)
    }

    /// Where it comes from.
    public var kind: Kind
    /// The relative standard uncertainty of the transmission at one level against another; `nil` where none is stated.
    public var relativeUncertainty: Double?

    /// A correction of the stated kind.
    public init(_ kind: Kind, relativeUncertainty: Double? = nil) {
        self.kind = kind
        self.relativeUncertainty = relativeUncertainty
    }

    /// The same at all energies.
    public static let none = TransmissionCorrection(.none)
    /// What the file of each spectrum says.
    public static let fromFile = TransmissionCorrection(.file)
    /// Kinetic energy to the power of `exponent`.
    public static func exponent(_ exponent: Double) -> TransmissionCorrection { .init(.exponent(exponent)) }
    /// A measured or published curve.
    public static func table(_ table: TransmissionTable) -> TransmissionCorrection { .init(.table(table)) }

    /// The same correction with a relative standard uncertainty.
    public func withRelativeUncertainty(_ uncertainty: Double?) -> TransmissionCorrection {
        .init(kind, relativeUncertainty: uncertainty)
    }
}

/// The transmission of an analyser at some kinetic energies, on any scale.
public struct TransmissionTable: Sendable, Hashable {
    /// The name that results carry.
    public let name: String
    /// Kinetic energies in eV, ascending.
    public let kineticEnergies: [Double]
    /// The transmission at each of them, positive.
    public let values: [Double]

    /// A table; throws `QuantificationError.correction` unless there are two or more energies in ascending order, each
    /// with a positive transmission.
    public init(name: String, kineticEnergies: [Double], values: [Double]) throws(QuantificationError) {
        guard kineticEnergies.count == values.count, values.count >= 2 else {
            throw .correction("\(name): a transmission curve needs two or more energies with one value each")
        }
        guard zip(kineticEnergies, kineticEnergies.dropFirst()).allSatisfy({ $0 < $1 }),
            values.allSatisfy({ $0 > 0 && $0.isFinite }), kineticEnergies.allSatisfy(\.isFinite)
        else {
            throw .correction("\(name): kinetic energies must ascend, and the transmission must be positive")
        }
        (self.name, self.kineticEnergies, self.values) = (name, kineticEnergies, values)
    }

    /// Reads comma-separated values with the columns `kinetic_energy_eV` and `transmission`. Throws
    /// `ReferenceDataError` with the line.
    public init(csv text: String, file: String) throws(ReferenceDataError) {
        let table = try NumberTable(
            csv: text, file: file, name: nil, numbers: ["kinetic_energy_ev", "transmission"])
        let points = table.rows.map { ($0.numbers["kinetic_energy_ev"] ?? 0, $0.numbers["transmission"] ?? 0) }
            .sorted { $0.0 < $1.0 }
        do {
            try self.init(name: file, kineticEnergies: points.map(\.0), values: points.map(\.1))
        } catch {
            throw ReferenceDataError(file: file, expected: "a transmission curve", found: error.description)
        }
    }

    /// The transmission at `energy` (eV), between neighbours on a straight line; `nil` outside the table.
    public func value(at energy: Double) -> Double? {
        guard let first = kineticEnergies.first, let last = kineticEnergies.last, first <= energy, energy <= last,
            let upper = kineticEnergies.firstIndex(where: { $0 >= energy })
        else { return nil }
        guard upper > 0 else { return values[0] }
        let (a, b) = (kineticEnergies[upper - 1], kineticEnergies[upper])
        return values[upper - 1] + (values[upper] - values[upper - 1]) * (energy - a) / (b - a)
    }
}
