import Foundation
import ReferenceSpectra
import Spectra

extension ReviewSubject {
    /// The split levels of the components with their reference data.
    fileprivate var splitLevels: [(level: CoreLevel, reference: CoreLevelReference, splitting: SplittingReference)] {
        levels.compactMap { level in
            guard let reference = level.reference, let splitting = reference.splitting else { return nil }
            return (level, reference, splitting)
        }
    }
}

extension CoreLevelReference {
    /// The citations behind the keys.
    static func citation(_ keys: [String]) -> String {
        keys.filter { $0 != "interphase" }.compactMap { ReferenceLibrary.source($0)?.citation }.joined(separator: "; ")
    }
}

/// Whether the two lines of doublets stand as far apart as spin-orbit coupling in the atom puts them.
struct SplittingRule: ReviewRule {
    /// Printed positions are rounded to 0.1 eV, so that a true splitting may look wrong by as much.
    static let rounding = 0.1
    /// Multiplets and Coster-Kronig decay move the apparent lines of wide doublets by a few per cent.
    static let relative = 0.03

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.splitLevels.flatMap { level, _, reference in
            let doublets = subject.components.filter { $0.level == level && $0.isDoublet }.compactMap { component in
                component.splitting.flatMap { finding(component.name, $0, level, reference) }
            }
            let pairs = SpinOrbitPairs(subject, level: level, splitting: reference.default).pairs
            return doublets
                + pairs.compactMap { pair in
                    finding(
                        "\(pair.major.name) and \(pair.minor.name)", ReviewedValue(pair.splitting), level, reference)
                }
        }
    }

    private func finding(
        _ name: String, _ splitting: ReviewedValue, _ level: CoreLevel, _ reference: SplittingReference
    ) -> Finding? {
        guard let value = splitting.value else { return nil }
        let range = reference.range
        let outside = max(range.lowerBound - value, value - range.upperBound, 0)
        let allowance = max(Self.rounding, Self.relative * reference.default)
        // Most fits give no finding, and texts take longer than the comparison.
        func finding(_ severity: Finding.Severity, _ message: String) -> Finding {
            Finding(
                rule: "spin-orbit-splitting", severity: severity, message: message, subject: name,
                expected: String(
                    format: "%.3g eV, %.3g to %.3g eV in all compounds: spin-orbit coupling is a property of the atom",
                    reference.default, range.lowerBound, range.upperBound),
                source: CoreLevelReference.citation(reference.sources))
        }
        if outside > 1e-9 {
            let isGross = outside > allowance + 2 * (splitting.uncertainty ?? 0) + 1e-9
            return finding(
                isGross ? .error : .warning,
                String(format: "%@: the lines of %@ stand %.2f eV apart", name, level.description, value))
        }
        guard let bounds = splitting.bounds,
            bounds.lowerBound < range.lowerBound - allowance || bounds.upperBound > range.upperBound + allowance
        else { return nil }
        return finding(
            .warning,
            String(
                format: "%@: the splitting of %@ is left free from %.2f to %.2f eV", name, level.description,
                bounds.lowerBound, bounds.upperBound))
    }
}

/// Whether the areas of the two lines of doublets have the ratio that the number of electrons gives.
struct AreaRatioRule: ReviewRule {
    /// Beyond this relative deviation a ratio needs a reason.
    static let doubtful = 0.1
    /// Beyond this one it contradicts the occupation of the level, whatever the reason.
    static let wrong = 0.25

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.splitLevels.flatMap { level, reference, splitting in
            guard let statistical = level.statisticalAreaRatio else { return [Finding]() }
            let known = [statistical, reference.scofieldAreaRatio ?? statistical]
            let doublets = subject.components.filter { $0.level == level && $0.isDoublet }.compactMap { component in
                component.areaRatio.flatMap { finding(component.name, $0, level, known) }
            }
            let pairs = SpinOrbitPairs(subject, level: level, splitting: splitting.default).pairs
            return doublets
                + pairs.compactMap { pair in
                    pair.areaRatio.flatMap {
                        finding("\(pair.major.name) and \(pair.minor.name)", ReviewedValue($0), level, known)
                    }
                }
        }
    }

    private func finding(_ name: String, _ ratio: ReviewedValue, _ level: CoreLevel, _ known: [Double]) -> Finding? {
        guard let value = ratio.value, let low = known.min(), let high = known.max(), low > 0 else { return nil }
        let noise = 2 * (ratio.uncertainty ?? 0)
        let below = (low - noise) / max(value, 1e-9)
        let above = (value - noise) / high
        let deviation = max(below - 1, above - 1, 0)
        func finding(_ severity: Finding.Severity, _ message: String) -> Finding {
            Finding(
                rule: "doublet-area-ratio", severity: severity, message: message, subject: name,
                expected: String(
                    format: "%.3f from the number of electrons, %.3f from cross-sections", known[0], known[1]))
        }
        if deviation > Self.doubtful {
            return finding(
                deviation > Self.wrong ? .error : .warning,
                String(
                    format: "%@: the areas of %@ and %@ have the ratio %.3f", name, level.minorLine, level.majorLine,
                    value))
        }
        guard let bounds = ratio.bounds, ratio.uncertainty == nil,
            bounds.lowerBound < low * (1 - Self.wrong) || bounds.upperBound > high * (1 + Self.wrong)
        else { return nil }
        return finding(
            .warning,
            String(
                format: "%@: the area ratio is left free from %.2f to %.2f", name, bounds.lowerBound, bounds.upperBound)
        )
    }
}

/// Whether every line of a split level has its partner.
struct PartnerRule: ReviewRule {
    /// Below this share of the line width the two lines are one bump, and one line describes it well enough.
    static let unresolved = 0.45
    /// From this share on a single line cannot take the place of two.
    static let resolved = 0.65

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.splitLevels.flatMap { level, reference, splitting in
            let lonely = SpinOrbitPairs(subject, level: level, splitting: splitting.default).lonely
            return lonely.compactMap { finding($0, level, reference, splitting, subject) }
        }
    }

    private func finding(
        _ component: ReviewedComponent, _ level: CoreLevel, _ reference: CoreLevelReference,
        _ splitting: SplittingReference, _ subject: ReviewSubject
    ) -> Finding? {
        guard let position = component.position.value else { return nil }
        let distance = splitting.default
        let partner = position + distance
        let window =
            subject.window
            ?? subject.energies.flatMap { energies in
                energies.first.flatMap { first in energies.last.map { first...max(first, $0) } }
            }
        // Only the line j = l + 1/2 was measured, or this line is the other one and its partner lies outside.
        if let window, !window.contains(partner) { return nil }
        let width = component.width.value ?? reference.width.start
        let share = distance / max(width, 1e-3)
        guard share > Self.unresolved else { return nil }
        let others = subject.species(of: level).filter { $0.name != component.name }.compactMap { other in
            other.position.value.map { (name: other.name, distance: $0 - position) }
        }
        let near = others.min { abs($0.distance - splitting.default) < abs($1.distance - splitting.default) }
        let instead = near.map { String(format: "; the nearest line, %@, is %.2f eV away", $0.name, $0.distance) } ?? ""
        // Multiplets of open shells are drawn with several single lines, of which not each has a partner of its own.
        let isMultiplet = reference.minorWidthRatio != nil
        return Finding(
            rule: "missing-spin-orbit-partner",
            severity: share < Self.resolved || isMultiplet ? .warning : .error,
            message: String(
                format: "%@ at %.2f eV is a single line of the split level %@ and has no partner near %.2f eV%@",
                component.name, position, level.description, partner, instead),
            subject: component.name,
            expected: String(
                format: "a doublet: %@ %.3g eV above %@, with %.3g of its area", level.minorLine, splitting.default,
                level.majorLine, level.statisticalAreaRatio ?? 0),
            source: CoreLevelReference.citation(splitting.sources))
    }
}

/// Whether the two lines of doublets are equally wide, but for levels where decay broadens one of them.
struct DoubletWidthRule: ReviewRule {
    /// Unequal by more than this share needs a reason.
    static let tolerance = 0.1

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.splitLevels.flatMap { level, reference, splitting in
            let range = reference.minorWidthRatio?.range ?? 1...1
            let doublets = subject.components.filter { $0.level == level && $0.isDoublet }.compactMap { component in
                component.widthRatio.flatMap { finding(component.name, $0.value, $0.uncertainty, level, range) }
            }
            let pairs = SpinOrbitPairs(subject, level: level, splitting: splitting.default).pairs
            return doublets
                + pairs.compactMap {
                    finding("\($0.major.name) and \($0.minor.name)", $0.widthRatio, nil, level, range)
                }
        }
    }

    private func finding(
        _ name: String, _ ratio: Double?, _ uncertainty: Double?, _ level: CoreLevel, _ range: ClosedRange<Double>
    ) -> Finding? {
        guard let ratio else { return nil }
        let noise = 2 * (uncertainty ?? 0) + 1e-9
        let low = range.lowerBound - Self.tolerance - noise, high = range.upperBound + Self.tolerance + noise
        guard ratio < low || ratio > high else { return nil }
        let expected =
            range.upperBound > range.lowerBound
            ? String(
                format: "%.2g to %.2g: Coster-Kronig decay broadens %@", range.lowerBound, range.upperBound,
                level.minorLine) : "1: both core holes of \(level) live equally long"
        return Finding(
            rule: "doublet-widths", severity: .warning,
            message: String(
                format: "%@: %@ is %.2f times as wide as %@", name, level.minorLine, ratio, level.majorLine),
            subject: name, expected: expected)
    }
}
