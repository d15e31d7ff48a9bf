import Foundation
import ReferenceSpectra
import Spectra

/// Whether there is a background, and one that was fitted.
struct BackgroundRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        let kinds = subject.backgrounds.map(\.kind)
        var found: [Finding] = []
        if kinds.allSatisfy({ $0 == .none }) {
            found.append(
                Finding(
                    rule: "missing-background", severity: .error, message: "the model has no background",
                    expected: "inelastically scattered electrons under and behind every line: Shirley, Tougaard, or a "
                        + "straight line where there is no step"))
        } else if kinds.allSatisfy({ $0 == .none || $0 == .constant }) {
            found.append(
                Finding(
                    rule: "missing-background", severity: .warning,
                    message: "the background is a constant, which has no step below the lines",
                    expected: "Shirley, Tougaard, or a straight line where there is no step"))
        }
        if subject.backgrounds.contains(where: { $0.kind != .none && !$0.isFitted }) {
            found.append(
                Finding(
                    rule: "background-not-fitted", severity: .note,
                    message: "the background was subtracted before the fit, so its uncertainty is missing from every "
                        + "number here; fit it with the peaks for honest uncertainties"))
        }
        return found
    }
}

/// Whether the window shows background on both sides of the lines.
struct WindowRule: ReviewRule {
    /// Widths between the last line and the end of the window that a background needs.
    static let enough = 1.2
    /// With less the end stands on the line itself.
    static let least = 0.6

    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let window = subject.window else { return [] }
        var found: [Finding] = []
        for (end, side) in [(window.lowerBound, "low"), (window.upperBound, "high")] {
            var nearest: (name: String, energy: Double, widths: Double)?
            for component in subject.components {
                let width = component.width.value ?? component.level?.reference?.width.start ?? 1.2
                for energy in component.lineEnergies where window.contains(energy) {
                    let widths = abs(energy - end) / max(width, 0.1)
                    if widths < nearest?.widths ?? .infinity { nearest = (component.name, energy, widths) }
                }
            }
            guard let nearest, nearest.widths < Self.enough else { continue }
            found.append(
                Finding(
                    rule: "window-too-narrow", severity: nearest.widths < Self.least ? .error : .warning,
                    message: String(
                        format: "the window ends at %.2f eV, %.1f widths from the line of %@ at %.2f eV: there is no "
                            + "background on the side of %@ binding energy", end, nearest.widths, nearest.name,
                        nearest.energy, side), subject: nearest.name,
                    expected: String(
                        format: "at least %.2g widths, so that the ends show background alone", Self.enough)))
        }
        return found + outside(subject, window)
    }

    private func outside(_ subject: ReviewSubject, _ window: ClosedRange<Double>) -> [Finding] {
        subject.components.compactMap { component in
            let energies = component.lineEnergies
            guard !energies.isEmpty, !energies.contains(where: window.contains) else { return nil }
            switch component.shape {
            case .group, .measured: return nil
            default: break
            }
            return Finding(
                rule: "component-outside-window", severity: .warning,
                message: String(
                    format: "%@ at %.2f eV lies outside the window %.2f to %.2f eV: the data cannot tell its area",
                    component.name, energies[0], window.lowerBound, window.upperBound), subject: component.name,
                expected: "a window that holds every line")
        }
    }
}

/// Whether the energy scale is referenced.
struct ReferenceRule: ReviewRule {
    /// What is missing from a source that cannot say whether it is.
    static let unknown = "the energy reference"

    func findings(in subject: ReviewSubject) -> [Finding] {
        guard subject.reference == nil, !subject.missingItems.contains(Self.unknown) else { return [] }
        return [
            Finding(
                rule: "energy-not-referenced", severity: .warning,
                message: "the energy scale is taken as it was measured: no charge reference is stated",
                expected: "a line at a stated energy, a measured shift, or a shift of 0 for a conductor in contact")
        ]
    }
}

/// Whether the line that the energy scale rests on is strong enough not to be taken for another one.
struct ReferenceLineRule: ReviewRule {
    /// The share of the area of its level below which a line is a poor reference.
    static let least = 0.15

    func findings(in subject: ReviewSubject) -> [Finding] {
        guard subject.statistics != nil, let name = subject.referenceLine,
            let line = subject.components.first(where: { $0.name == name }), let area = line.area.value
        else { return [] }
        let all = subject.components.filter { $0.level == line.level }.reduce(0) { $0 + ($1.area.value ?? 0) }
        guard all > 0, area < Self.least * all else { return [] }
        return [
            Finding(
                rule: "reference-line-weak", severity: .warning,
                message: String(
                    format: "the energy scale rests on %@, which has %.1f %% of the area: it may have been taken for "
                        + "another line, and all energies would be off by their distance", name, 100 * area / all),
                subject: name, expected: String(format: "at least %.0f %% of the area", 100 * Self.least))
        ]
    }
}

/// Whether the points are weighted by what counting them leaves uncertain.
struct WeightRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        guard !subject.hasGivenVariances, let weighting = subject.weighting else { return [] }
        if weighting == .unweighted {
            return [
                Finding(
                    rule: "uniform-weights", severity: subject.origin == .casaXPS ? .note : .warning,
                    message: "every point is weighted alike, although the variance of a count is its mean",
                    expected:
                        "weights from the expected counts; uncertainties and chi squared mean nothing without them"
                )
            ]
        }
        guard subject.hasCountingStatistics == false else { return [] }
        return [
            Finding(
                rule: "weights-without-counts", severity: .warning,
                message: "the intensities are no counts (\(subject.unit?.rawValue ?? "unknown unit"), time per channel "
                    + "unknown), so counting statistics do not give their weights",
                expected: "raw counts, or counts per second with the time per channel")
        ]
    }
}

/// Whether data can tell the components apart.
struct CrowdingRule: ReviewRule {
    /// Two free lines nearer than this share of their width are one line to the data.
    static let resolvable = 0.4
    /// The mean distance of free components, in widths, below which there are too many of them.
    static let meanDistance = 0.6

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.levels.flatMap { level -> [Finding] in
            let species = subject.species(of: level).filter { component in
                switch component.shape {
                case .group, .measured: false
                default: component.position.value != nil
                }
            }.sorted { ($0.position.value ?? 0) < ($1.position.value ?? 0) }
            let pairs = SpinOrbitPairs(
                subject, level: level, splitting: level.reference?.splitting?.default ?? 1e9
            ).pairs
            let minors = Set(pairs.map(\.minor.name))
            let lines = species.filter { !minors.contains($0.name) }
            return tooClose(lines) + tooMany(lines, level)
        } + tooFewPoints(subject)
    }

    private func width(_ component: ReviewedComponent) -> Double {
        component.width.value ?? component.level?.reference?.width.start ?? 1.2
    }

    private func tooClose(_ lines: [ReviewedComponent]) -> [Finding] {
        zip(lines, lines.dropFirst()).compactMap { low, high in
            guard let a = low.position.value, let b = high.position.value, low.area.isFree, high.area.isFree,
                low.position.isFree, high.position.isFree
            else { return nil }
            let distance = (b - a) / min(width(low), width(high))
            guard distance < Self.resolvable else { return nil }
            return Finding(
                rule: "components-too-close", severity: .warning,
                message: String(
                    format: "%@ and %@ are both free and stand %.2f eV apart, %.1f of their width", low.name, high.name,
                    b - a, distance), subject: "\(low.name), \(high.name)",
                expected: String(
                    format: "at least %.1f widths between components whose positions and areas are free",
                    Self.resolvable))
        }
    }

    private func tooMany(_ lines: [ReviewedComponent], _ level: CoreLevel) -> [Finding] {
        let free = lines.filter { $0.area.isFree }
        guard free.count >= 4, let first = free.first?.position.value, let last = free.last?.position.value else {
            return []
        }
        let mean = free.reduce(0) { $0 + width($1) } / Double(free.count)
        let distance = (last - first) / Double(free.count - 1) / max(mean, 1e-3)
        guard distance < Self.meanDistance else { return [] }
        return [
            Finding(
                rule: "too-many-components", severity: .warning,
                message: String(
                    format: "%d components of free area stand within %.1f eV, on average %.2f widths apart", free.count,
                    last - first, distance),
                expected: String(
                    format: "at least %.1f widths on average: more than that a spectrum of %@ does not resolve",
                    Self.meanDistance, level.description))
        ]
    }

    private func tooFewPoints(_ subject: ReviewSubject) -> [Finding] {
        guard let parameters = subject.freeParameters else { return [] }
        let energies = subject.energies ?? []
        let points =
            subject.statistics?.points
            ?? (subject.energies == nil
                ? nil : energies.filter { energy in subject.window?.contains(energy) ?? true }.count)
        guard let points, points < 5 * parameters else { return [] }
        return [
            Finding(
                rule: "too-many-components", severity: points <= parameters ? .error : .warning,
                message: "\(points) points are to determine \(parameters) free parameters",
                expected: "five points for each free parameter, better ten")
        ]
    }
}

/// Whether what ISO 19830 asks to be reported is there.
struct ReportingRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        guard !subject.missingItems.isEmpty else { return [] }
        return [
            Finding(
                rule: "reporting-items", severity: .note,
                message: "not stated: " + subject.missingItems.joined(separator: "; "),
                expected:
                    "background range, averaging and type, line shapes, constraints, energy reference, quality of "
                    + "the fit")
        ]
    }
}
