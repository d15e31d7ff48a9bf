import Foundation
import ReferenceSpectra

/// The elastic scattering factor of a free atom or ion, f0(s) = c + sum_i a_i exp(-b_i s^2) in electrons, with
/// s = sin(theta)/lambda from 0 to 6 1/Angstrom (D. Waasmaier & A. Kirfel, Acta Cryst. A51 (1995) 416).
public struct FormFactor: Sendable, Hashable {
    /// The species of the table, `Co` or `Co3+`.
    public let species: String
    private let a: [Double]
    private let b: [Double]
    private let c: Double

    /// The factor of a species of the table; `nil` where it has none of that name.
    public init?(species: String) {
        guard let numbers = Self.table[species], numbers.count == 11 else { return nil }
        self.species = species
        a = Array(numbers[0..<5])
        c = numbers[5]
        b = Array(numbers[6..<11])
    }

    /// The factor of a neutral atom, or of the ion that `species` is where `isIonic`; `nil` where the table has neither.
    ///
    /// An ion that the table lacks is taken as the neutral atom; `species` of the result tells.
    public init?(_ species: ChemicalSpecies, isIonic: Bool) {
        if isIonic, species.charge != nil, let ion = FormFactor(species: species.description) {
            self = ion
        } else if let atom = FormFactor(species: species.element) {
            self = atom
        } else {
            return nil
        }
    }

    /// f0 in electrons at `inverseSquare` = s^2 = (sin(theta)/lambda)^2 in 1/square Angstrom.
    public func callAsFunction(_ inverseSquare: Double) -> Double {
        var sum = c
        for i in 0..<5 { sum += a[i] * exp(-b[i] * inverseSquare) }
        return sum
    }

    /// The names of all species of the table.
    public static var tabulatedSpecies: [String] { table.keys.sorted() }

    private static let table: [String: [Double]] = {
        var result: [String: [Double]] = [:]
        for line in DiffractionTable.waasmaierKirfel.lines {
            let fields = line.split(separator: " ")
            result[String(fields[0])] = fields.dropFirst().compactMap { Double($0) }
        }
        return result
    }()
}
