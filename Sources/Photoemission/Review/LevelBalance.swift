import Foundation
import ReferenceSpectra
import Spectra

/// The number of atoms, on any one scale, that a component stands for.
public struct LevelAmount: Sendable, Hashable {
    /// The species.
    public var name: String
    /// The core level.
    public var level: CoreLevel
    /// Its atoms.
    public var atoms: Measured

    /// An amount.
    public init(name: String, level: CoreLevel, atoms: Measured) {
        self.name = name
        self.level = level
        self.atoms = atoms
    }
}

/// Whether the levels of a species agree with its formula: four S for each P of PS4(3-).
public struct LevelBalance: Sendable {
    /// What sensitivity factors, escape depths and transmission leave uncertain in a ratio of two levels, relative: in
    /// the key comparison CCQM K-67 institutes agree within 3 to 4 at.% with matched factors; 10 % for calculated ones.
    public var tolerance = 0.1

    /// A comparison with the usual tolerance.
    public init() {}

    /// The findings for the amounts of one sample.
    public func findings(_ amounts: [LevelAmount]) -> [Finding] {
        var found: [Finding] = []
        for (index, first) in amounts.enumerated() {
            for second in amounts.dropFirst(index + 1) where second.level.element != first.level.element {
                if let finding = finding(first, second, amounts) { found.append(finding) }
            }
        }
        return Referee.sorted(found).map(Referee.completed)
    }

    private func finding(_ first: LevelAmount, _ second: LevelAmount, _ all: [LevelAmount]) -> Finding? {
        guard let species = Self.species(first.name), species.id == Self.species(second.name)?.id,
            let formula = species.formula.flatMap(AtomFormula.init), let above = formula.atoms[first.level.element],
            let below = formula.atoms[second.level.element], second.atoms.value > 0, first.atoms.value > 0
        else { return nil }
        // A species whose own line of a level is nowhere in the fit of that level hides in it: the sulfur of GeS4(4-)
        // in the S 2p of PS4(3-).
        let expectedAbove = above * second.atoms.value / below + hidden(first.level, besides: species, all)
        let expectedBelow = below * first.atoms.value / above + hidden(second.level, besides: species, all)
        let plain = first.atoms.value / (above * second.atoms.value / below)
        // Either level may carry more than the species; the better explanation counts.
        let ratio =
            [
                plain, first.atoms.value / expectedAbove, expectedBelow / second.atoms.value,
            ].min { abs(log($0)) < abs(log($1)) } ?? plain
        let noise = relative(first.atoms) + relative(second.atoms)
        let uncertainty = (noise + tolerance * tolerance).squareRoot()
        let deviation = abs(log(ratio)) / uncertainty
        guard deviation > 3 else { return nil }
        return Finding(
            rule: "levels-do-not-balance", severity: abs(log(ratio)) > log(2) && deviation > 5 ? .error : .warning,
            message: String(
                format: "%@: %@ and %@ give %.2f %@ for each %@", species.name, first.level.description,
                second.level.description, first.atoms.value / second.atoms.value, first.level.element,
                second.level.element),
            subject: species.name,
            expected: String(
                format: "%.3g by its formula %@, within %.0f %%", expectedAbove / second.atoms.value,
                species.formula ?? "", 100 * uncertainty))
    }

    private func relative(_ atoms: Measured) -> Double {
        let share = (atoms.standardUncertainty ?? 0) / max(abs(atoms.value), 1e-300)
        return share * share
    }

    /// The atoms of `level`'s element in species that other levels show and the fit of `level` does not name.
    private func hidden(_ level: CoreLevel, besides species: Species, _ all: [LevelAmount]) -> Double {
        let named = Set(all.filter { $0.level == level }.compactMap { Self.species($0.name)?.id })
        var counted: Set<String> = []
        var sum = 0.0
        for amount in all where amount.level.element != level.element {
            guard let other = Self.species(amount.name), other.id != species.id, !named.contains(other.id),
                let formula = other.formula.flatMap(AtomFormula.init), let here = formula.atoms[level.element],
                let there = formula.atoms[amount.level.element], counted.insert(other.id).inserted
            else { continue }
            sum += here / there * amount.atoms.value
        }
        return sum
    }

    private static func species(_ name: String) -> Species? {
        ReferenceLibrary.species(named: name) ?? ReferenceLibrary.species(named: LineLabel(name).species)
    }
}

extension LevelBalance {
    /// The findings for subjects that are fits of levels of one sample; nothing where what is needed to compare them
    /// (areas of fits, photon energy, time per channel) is not known.
    public func findings(for subjects: [ReviewSubject]) -> [Finding] {
        findings(subjects.flatMap(Self.amounts))
    }

    /// Atoms = area / (time x Scofield's factor x (KE / 1000 eV)^0.6), as a quantification without stated choices.
    private static func amounts(_ subject: ReviewSubject) -> [LevelAmount] {
        guard subject.statistics != nil, let energy = subject.photonEnergy, abs(energy - 1486.6) < 2 else { return [] }
        let time: Double
        switch subject.unit {
        case .counts:
            guard let seconds = subject.secondsPerChannel, seconds > 0 else { return [] }
            time = seconds
        case .countsPerSecond: time = 1
        default: return []
        }
        return subject.components.compactMap { component in
            guard !component.isFeature, component.isDoublet || component.level?.isDoublet == false,
                let level = component.level, let reference = level.reference, let area = component.area.value,
                let position = component.position.value, energy > position
            else { return nil }
            let factor = 1 / (time * reference.sensitivity.total * pow((energy - position) / 1000, 0.6))
            return LevelAmount(
                name: component.name, level: level,
                atoms: Measured(area * factor, standardUncertainty: component.area.uncertainty.map { $0 * factor }))
        }
    }
}

extension Quantification {
    /// The amounts whose levels can be held against each other.
    public var levelAmounts: [LevelAmount] {
        species.map { LevelAmount(name: $0.line.name, level: $0.line.level, atoms: $0.atomicPercent) }
    }
}

/// The atoms of a formula such as "PS4(3-)", "Co(OH)2" or "Ni3(PO4)2".
struct AtomFormula {
    /// Atoms per formula unit by element.
    private(set) var atoms: [String: Double] = [:]

    /// Reads a formula; `nil` for one that is no plain formula. A charge in brackets at its end is left out.
    init?(_ text: String) {
        var characters = Array(text)
        // The charge: "(3-)".
        if characters.last == ")", let open = characters.lastIndex(of: "("),
            characters[open...].contains(where: { $0 == "-" || $0 == "+" })
        {
            characters = Array(characters[..<open])
        }
        var place = 0
        guard let atoms = Self.group(characters, &place, depth: 0), place == characters.count, !atoms.isEmpty else {
            return nil
        }
        self.atoms = atoms
    }

    private static func group(_ text: [Character], _ place: inout Int, depth: Int) -> [String: Double]? {
        guard depth < 8 else { return nil }
        var atoms: [String: Double] = [:]
        while place < text.count, text[place] != ")" {
            var part: [String: Double]
            if text[place] == "(" {
                place += 1
                guard let inner = group(text, &place, depth: depth + 1), place < text.count, text[place] == ")" else {
                    return nil
                }
                place += 1
                part = inner
            } else {
                guard text[place].isUppercase else { return nil }
                var symbol = String(text[place])
                place += 1
                if place < text.count, text[place].isLowercase {
                    symbol.append(text[place])
                    place += 1
                }
                guard Element.atomicNumber(of: symbol) != nil else { return nil }
                part = [symbol: 1]
            }
            var digits = ""
            while place < text.count, text[place].isNumber || text[place] == "." {
                digits.append(text[place])
                place += 1
            }
            guard let count = digits.isEmpty ? 1 : Double(digits), count > 0, count < 1e4 else { return nil }
            for (symbol, number) in part { atoms[symbol, default: 0] += number * count }
        }
        return atoms
    }
}
