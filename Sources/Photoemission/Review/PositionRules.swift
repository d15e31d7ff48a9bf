import Foundation
import ReferenceSpectra
import Spectra

/// Whether the level is stated, without which no rule of a level can be asked.
struct LevelRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        let unknown = subject.components.filter { $0.level == nil }
        guard !unknown.isEmpty else { return [] }
        return [
            Finding(
                rule: "level-not-stated", severity: .warning,
                message: "no core level is stated for " + unknown.prefix(4).map(\.name).joined(separator: ", ")
                    + (unknown.count > 4 ? " and others" : ""),
                expected: "a level such as S 2p, which splitting, area ratio, widths and positions are compared with")
        ]
    }
}

/// Whether components stand where their level, and the species that they are named after, are known to stand.
struct PositionRule: ReviewRule {
    /// How far energy scales of papers on one compound usually differ, eV: PS4(3-) stands at 161.0 to 161.6 eV in S 2p.
    static let scale = 0.6
    /// Further away than this, eV, no reference explains it.
    static let gross = 1.5

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.components.compactMap { component in
            guard let level = component.level, let position = component.position.value, !component.isFeature else {
                return nil
            }
            let name = LineLabel(component.name)
            // The line j = l - 1/2 of a pair is no position of the library.
            if let twiceJ = name.twiceJ, twiceJ == 2 * level.orbital.angularMomentum - 1 { return nil }
            if let species = species(component.name, name.species, level), let line = species.line(of: level) {
                return compare(component, position, species, line, subject)
            }
            return outsideLevel(component, position, level, subject)
        }
    }

    private func species(_ full: String, _ plain: String, _ level: CoreLevel) -> Species? {
        ReferenceLibrary.species(named: full, level: level)
            ?? (plain == full ? nil : ReferenceLibrary.species(named: plain, level: level))
    }

    private func compare(
        _ component: ReviewedComponent, _ position: Double, _ species: Species, _ line: SpeciesLine,
        _ subject: ReviewSubject
    ) -> Finding? {
        let distance = line.distance(to: position)
        guard distance > Self.scale + 2 * (component.position.uncertainty ?? 0) else { return nil }
        // Without a reference the whole scale may be shifted, by charging for example.
        let isGross = distance > Self.gross && subject.reference != nil || distance > 5
        let references = Set(line.values.compactMap(\.reference)).sorted().prefix(2)
        let scale = references.isEmpty ? "" : " (scale: \(references.joined(separator: "; ")))"
        let spread =
            line.range.lowerBound < line.range.upperBound
            ? String(format: "%.1f to %.1f eV", line.range.lowerBound, line.range.upperBound)
            : String(format: "%.1f eV", line.position)
        return Finding(
            rule: "position-of-species", severity: isGross ? .error : .warning,
            message: String(
                format: "%@ stands at %.2f eV, %.1f eV from all published values of %@%@", component.name, position,
                distance, species.name, subject.reference == nil ? " (the energy scale is not referenced)" : ""),
            subject: component.name, expected: "\(line.level) at \(spread)\(scale)",
            source: CoreLevelReference.citation(Array(line.sources.prefix(3))))
    }

    private func outsideLevel(
        _ component: ReviewedComponent, _ position: Double, _ level: CoreLevel, _ subject: ReviewSubject
    ) -> Finding? {
        guard let range = level.reference?.bindingEnergy.range else { return nil }
        let distance = max(range.lowerBound - position, position - range.upperBound, 0)
        // The lines j = l - 1/2 of single-line models belong to the level too.
        let splitting = component.isDoublet ? 0 : level.reference?.splitting?.default ?? 0
        guard distance > Self.scale, position - range.upperBound > splitting || position < range.lowerBound else {
            return nil
        }
        return Finding(
            rule: "position-of-level", severity: distance > 3 && subject.reference != nil ? .error : .warning,
            message: String(
                format: "%@ stands at %.2f eV, where no compound has %@", component.name, position, level.description),
            subject: component.name,
            expected: String(format: "%.1f to %.1f eV", range.lowerBound, range.upperBound),
            source: CoreLevelReference.citation(level.reference?.bindingEnergy.sources ?? []))
    }
}

/// Which assignments this level alone cannot decide.
struct AmbiguityRule: ReviewRule {
    /// How near a species must be known to stand to compete for a line, eV.
    static let reach = 0.4

    func findings(in subject: ReviewSubject) -> [Finding] {
        let ambiguous = subject.components.compactMap { component -> (name: String, others: [String])? in
            guard let level = component.level, let position = component.position.value,
                let species = ReferenceLibrary.species(named: LineLabel(component.name).species, level: level)
            else { return nil }
            let others = ReferenceLibrary.ambiguities(of: species, in: level).filter { other in
                (other.line(of: level)?.distance(to: position) ?? .infinity) <= Self.reach
            }
            return others.isEmpty ? nil : (component.name, others.map(\.name))
        }
        guard !ambiguous.isEmpty else { return [] }
        let list = ambiguous.map { "\($0.name) may be \($0.others.prefix(3).joined(separator: " or "))" }
        return [
            Finding(
                rule: "ambiguous-assignment", severity: .note,
                message: "this level alone does not decide: " + list.joined(separator: "; "),
                subject: ambiguous.map(\.name).joined(separator: ", "),
                expected: "names that other levels of the same sample bear out")
        ]
    }
}
