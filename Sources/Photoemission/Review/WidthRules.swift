import Foundation
import ReferenceSpectra
import Spectra

/// Whether lines are as wide as lifetime and instrument demand, and no wider than one species can be.
struct WidthLimitRule: ReviewRule {
    /// What monochromator and analyser add at least in a laboratory, full width at half maximum in eV: the line of a
    /// monochromated source alone is 0.16 to 0.21 eV wide, an analyser adds to it (xpslibrary.com/natural-fwhm).
    static let laboratoryResolution = 0.25
    /// The photon energies of laboratory sources with and without monochromator, eV.
    static let laboratorySources = [1253.6...1253.8, 1486.3...1486.9]

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.components.compactMap { component in
            guard !component.isFeature, let level = component.level, let reference = level.reference else { return nil }
            switch component.shape {
            case .group, .measured: return nil
            default: break
            }
            return tooNarrow(component, level, reference, subject) ?? tooWide(component, level, reference)
        }
    }

    private func tooNarrow(
        _ component: ReviewedComponent, _ level: CoreLevel, _ reference: CoreLevelReference, _ subject: ReviewSubject
    ) -> Finding? {
        guard let width = component.width.value else { return nil }
        let natural = reference.naturalWidth?.major ?? 0
        let isLaboratory =
            subject.photonEnergy.map { energy in
                Self.laboratorySources.contains { $0.contains(energy) }
            } ?? true
        let instrument = isLaboratory ? Self.laboratoryResolution : 0
        // Width of a Voigt function (Olivero & Longbothum, J. Quant. Spectrosc. Radiat. Transfer 17 (1977) 233).
        let least = 0.5346 * natural + (0.2166 * natural * natural + instrument * instrument).squareRoot()
        let reachable = width + 2 * (component.width.uncertainty ?? 0)
        guard reachable < least - 1e-9 else { return nil }
        return Finding(
            rule: "width-below-limit", severity: .error,
            message: String(format: "%@ is %.2f eV wide", component.name, width), subject: component.name,
            expected: String(
                format: "at least %.2f eV: lifetime of the %@ hole %.3g eV, source and analyser %.2g eV", least,
                level.description, natural, instrument),
            source: [
                CoreLevelReference.citation(reference.naturalWidth?.sources ?? []),
                RuleDescription.of("width-below-limit")?.source ?? "",
            ].filter { !$0.isEmpty }.joined(separator: "; "))
    }

    private func tooWide(
        _ component: ReviewedComponent, _ level: CoreLevel, _ reference: CoreLevelReference
    ) -> Finding? {
        guard let width = component.width.value else { return nil }
        // What a fit may reach counts for a recipe, what it reached for a fit.
        let most = max(reference.width.range.upperBound, reference.observedWidth?.spread.upperBound ?? 0)
        guard width - 2 * (component.width.uncertainty ?? 0) > most + 1e-9 else { return nil }
        let observed = reference.observedWidth.map {
            String(format: "; published widths: median %.2f eV", $0.median)
        }
        return Finding(
            rule: "width-above-limit", severity: .warning,
            message: String(format: "%@ is %.2f eV wide", component.name, width), subject: component.name,
            expected: String(format: "at most %.2f eV for one species in %@%@", most, level.description, observed ?? "")
        )
    }
}

/// Whether components of one level are about equally wide.
struct WidthComparisonRule: ReviewRule {
    /// Widths further apart than this factor need a cause.
    static let factor = 1.8

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.levels.compactMap { level in
            let widths = subject.species(of: level).compactMap {
                component -> (name: String, width: Double, u: Double)? in
                switch component.shape {
                case .group, .measured: return nil
                default: break
                }
                guard let width = component.width.value, width > 0 else { return nil }
                return (component.name, width, component.width.uncertainty ?? 0)
            }
            guard let narrow = widths.min(by: { $0.width < $1.width }),
                let wide = widths.max(by: { $0.width < $1.width }),
                wide.width - 2 * wide.u > Self.factor * (narrow.width + 2 * narrow.u)
            else { return nil }
            return Finding(
                rule: "unequal-widths", severity: .warning,
                message: String(
                    format: "%@ is %.2f eV wide and %@ %.2f eV, %.1f times as much", narrow.name, narrow.width,
                    wide.name, wide.width, wide.width / narrow.width),
                subject: wide.name,
                expected: String(
                    format:
                        "widths within a factor of %.1f: instrument and lifetime are the same for all components of "
                        + "%@", Self.factor, level.description))
        }
    }
}

/// Whether components of one level have about one line shape.
struct ShapeComparisonRule: ReviewRule {
    /// Mixings further apart than this, in per cent, need a cause.
    static let mixing = 40.0

    func findings(in subject: ReviewSubject) -> [Finding] {
        subject.levels.compactMap { level in
            let mixed = subject.species(of: level).compactMap { component in
                component.shape.mix.map { (name: component.name, mix: $0) }
            }
            guard let low = mixed.min(by: { $0.mix < $1.mix }), let high = mixed.max(by: { $0.mix < $1.mix }),
                high.mix - low.mix > Self.mixing
            else { return nil }
            return Finding(
                rule: "unequal-shapes", severity: .warning,
                message: String(
                    format: "%@ is %.0f %% Lorentzian and %@ %.0f %%", low.name, low.mix, high.name, high.mix),
                subject: high.name,
                expected:
                    "one shape for all components of \(level): the Lorentzian part is the lifetime of one core hole")
        }
    }
}
