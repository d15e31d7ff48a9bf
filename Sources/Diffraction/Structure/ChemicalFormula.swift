import Foundation
import ReferenceSpectra

/// How many atoms of each element something has.
public struct ChemicalFormula: Sendable, Hashable {
    /// The numbers by element symbol; not necessarily whole.
    public var counts: [String: Double]

    /// A formula from numbers of atoms.
    public init(counts: [String: Double]) { self.counts = counts.filter { $0.value > 0 } }

    /// A formula as CIFs write it, `C12 H36 K4 O4`, `'Na2 (Pr O3)'` with parentheses nested a few deep, or in one word;
    /// `nil` where it is none.
    public init?(text: String) {
        var parser = Parser(characters: Array(text.prefix(2000)))
        guard let counts = parser.group(depth: 0), parser.index == parser.characters.count, !counts.isEmpty else {
            return nil
        }
        self.init(counts: counts)
    }

    /// The mass of the formula in g/mol; `nil` where an element has no atomic weight here.
    public var molarMass: Double? {
        var mass = 0.0
        for (element, count) in counts.sorted(by: { $0.key < $1.key }) {
            guard let weight = ElementTable.weight[element] else { return nil }
            mass += count * weight
        }
        return mass
    }

    /// The formula divided by `divisor`.
    public func divided(by divisor: Double) -> ChemicalFormula {
        ChemicalFormula(counts: counts.mapValues { $0 / divisor })
    }

    private struct Parser {
        let characters: [Character]
        var index = 0

        mutating func group(depth: Int) -> [String: Double]? {
            guard depth < 8 else { return nil }
            var counts: [String: Double] = [:]
            while index < characters.count {
                let character = characters[index]
                if character.isWhitespace || character == "," || character == "'" {
                    index += 1
                } else if character == "(" || character == "[" {
                    index += 1
                    guard let inner = group(depth: depth + 1), index < characters.count else { return nil }
                    index += 1
                    let factor = number() ?? 1
                    for (element, count) in inner { counts[element, default: 0] += count * factor }
                } else if character == ")" || character == "]" {
                    return depth > 0 ? counts : nil
                } else if character.isUppercase {
                    let start = index
                    index += 1
                    while index < characters.count, characters[index].isLowercase { index += 1 }
                    guard let species = ChemicalSpecies(symbol: String(characters[start..<index])) else { return nil }
                    counts[species.element, default: 0] += number() ?? 1
                } else {
                    return nil
                }
            }
            return depth == 0 ? counts : nil
        }

        mutating func number() -> Double? {
            let start = index
            while index < characters.count, characters[index].isASCII,
                characters[index].isNumber || characters[index] == "."
            {
                index += 1
            }
            return start == index ? nil : Double(String(characters[start..<index]))
        }
    }
}

extension ChemicalFormula: CustomStringConvertible {
    /// The elements from the least to the most electronegative, as inorganic formulae are mostly written: `LiCoO2`,
    /// `Li1.2Mn0.8O2`, without blanks; carbon compounds with hydrogen in Hill's order, `C12H36K4O4Si4`.
    public var description: String {
        let isOrganic = counts["C"] != nil && counts["H"] != nil
        func rank(_ element: String) -> (Double, String) {
            if isOrganic { return (element == "C" ? 0 : element == "H" ? 1 : 2, element) }
            return (ElementTable.electronegativity[element] ?? 0, element)
        }
        return counts.sorted { rank($0.key) < rank($1.key) }.map { element, count in
            let rounded = (count * 1000).rounded() / 1000
            return rounded == 1 ? element : element + String(format: "%g", rounded)
        }.joined()
    }
}

/// Atomic weights and electronegativities.
enum ElementTable {
    static let weight: [String: Double] = column(1)
    static let electronegativity: [String: Double] = column(2)

    private static func column(_ index: Int) -> [String: Double] {
        var result: [String: Double] = [:]
        for line in DiffractionTable.elements.lines {
            let fields = line.split(separator: " ")
            if fields.count == 3, let value = Double(fields[index]) { result[String(fields[0])] = value }
        }
        return result
    }
}
