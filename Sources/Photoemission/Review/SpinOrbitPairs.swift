import Foundation
import ReferenceSpectra
import Spectra

/// Two single lines of a split level that are meant as one doublet.
struct SpinOrbitPair {
    /// What says that they belong together.
    enum Evidence {
        case areaLink
        case names
        case positions
    }

    var major: ReviewedComponent
    var minor: ReviewedComponent
    var evidence: Evidence

    var splitting: Double? { minor.position.value.flatMap { high in major.position.value.map { high - $0 } } }
    var areaRatio: Double? { Self.ratio(minor.area, major.area) }
    var widthRatio: Double? { Self.ratio(minor.width, major.width) }

    private static func ratio(_ above: ReviewedValue, _ below: ReviewedValue) -> Double? {
        guard let above = above.value, let below = below.value, below > 0 else { return nil }
        return above / below
    }
}

/// Finds out which single lines of a split level belong together: by a link between their areas, by their names
/// ("2p3/2", "2p1/2"), or by standing where the splitting puts them.
struct SpinOrbitPairs {
    /// The pairs.
    private(set) var pairs: [SpinOrbitPair] = []
    /// Single lines without a partner.
    private(set) var lonely: [ReviewedComponent] = []

    private let splitting: Double

    init(_ subject: ReviewSubject, level: CoreLevel, splitting: Double) {
        self.splitting = splitting
        lonely = subject.species(of: level).filter { component in
            guard !component.isDoublet, component.position.value != nil else { return false }
            switch component.shape {
            case .group, .measured: return false
            default: return true
            }
        }.sorted { ($0.position.value ?? 0) < ($1.position.value ?? 0) }
        pairByLinks()
        pairByNames(level)
        pairByPositions()
    }

    private mutating func pair(
        _ first: ReviewedComponent, _ second: ReviewedComponent, _ evidence: SpinOrbitPair.Evidence
    ) {
        lonely.removeAll { $0.name == first.name || $0.name == second.name }
        let ordered = [first, second].sorted { ($0.position.value ?? 0) < ($1.position.value ?? 0) }
        pairs.append(SpinOrbitPair(major: ordered[0], minor: ordered[1], evidence: evidence))
    }

    /// An area that follows another one at a distance that a wrong splitting may have, but no chemical shift of several.
    private mutating func pairByLinks() {
        for follower in lonely {
            guard let leader = lonely.first(where: { $0.name == follower.area.leader }), leader.name != follower.name,
                lonely.contains(follower), let a = follower.position.value, let b = leader.position.value,
                (0.4 * splitting...2.2 * splitting).contains(abs(a - b))
            else { continue }
            pair(leader, follower, .areaLink)
        }
    }

    private mutating func pairByNames(_ level: CoreLevel) {
        let top = 2 * level.orbital.angularMomentum + 1
        for candidate in lonely {
            let parts = LineLabel(candidate.name)
            guard parts.twiceJ == top else { continue }
            let partner = lonely.first { other in
                let label = LineLabel(other.name)
                return label.twiceJ == top - 2 && label.species == parts.species
            }
            if let partner { pair(candidate, partner, .names) }
        }
    }

    private mutating func pairByPositions() {
        let reach = max(0.1, 0.15 * splitting)
        var index = 0
        while index < lonely.count {
            let first = lonely[index]
            let partner = lonely.dropFirst(index + 1).filter { other in
                guard let a = first.position.value, let b = other.position.value else { return false }
                return abs(b - a - splitting) <= reach && Self.areasFit(first, other)
            }.min { left, right in
                abs((left.position.value ?? 0) - (first.position.value ?? 0) - splitting)
                    < abs((right.position.value ?? 0) - (first.position.value ?? 0) - splitting)
            }
            if let partner { pair(first, partner, .positions) } else { index += 1 }
        }
    }

    /// Two lines of which the one at higher energy is far too strong or too weak are two species that happen to stand
    /// one splitting apart.
    private static func areasFit(_ low: ReviewedComponent, _ high: ReviewedComponent) -> Bool {
        guard let a = low.area.value, let b = high.area.value, a > 0 else { return true }
        return (0.25...1.2).contains(b / a)
    }
}

/// The parts of a component's name: "PS4 3- 2p3/2" is the line j = 3/2 of "PS4 3-".
struct LineLabel: Hashable {
    /// The name without the label of the line and the number that tells equal names apart.
    var species: String
    /// Twice j; `nil` where the name has no label of a line.
    var twiceJ: Int?

    init(_ name: String) {
        guard name.utf8.contains(UInt8(ascii: "/")) else {
            species = name
            return
        }
        var words = name.split(separator: " ").map(String.init)
        for index in words.indices.reversed() {
            let word = words[index].trimmingCharacters(in: CharacterSet(charactersIn: "(),;"))
            guard word.hasSuffix("/2"), let digit = word.dropLast(2).last?.wholeNumberValue, digit % 2 == 1 else {
                continue
            }
            twiceJ = digit
            words.remove(at: index)
            // "S 2p3/2": the element before the shell belongs to the label.
            let shell = word.dropLast(3)
            if shell.count == 2, index > 0, CoreLevel(label: "\(words[index - 1]) \(shell)") != nil {
                words.remove(at: index - 1)
            }
            break
        }
        species = words.joined(separator: " ")
    }
}
