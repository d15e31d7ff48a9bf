import Foundation
import Spectra

/// Whether the fit ended at a minimum.
struct ConvergenceRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let convergence = subject.convergence, !convergence.converged else { return [] }
        return [
            Finding(
                rule: "not-converged", severity: .error,
                message: "the fit did not converge: \(convergence.reason). Do not use these numbers; fix or link "
                    + "parameters, or give better starts")
        ]
    }
}

/// Whether the data, not bounds, decide the parameters.
struct BoundRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let parameters = subject.parameters else { return [] }
        return parameters.atBound.filter { !$0.hasSuffix(".area") }.map { name in
            let index = parameters.names.firstIndex(of: name)
            let value = index.map { String(format: "%.6g", parameters.values[$0]) } ?? "?"
            return Finding(
                rule: "parameter-at-bound", severity: .warning,
                message: "\(name) ended on its bound \(value): the bound, not the data, decides it, and uncertainties "
                    + "that depend on it are too small", subject: name)
        }
    }
}

/// Whether every component is there.
struct SignificanceRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        guard subject.statistics != nil else { return [] }
        return subject.components.compactMap { component in
            if component.area.value == 0 {
                return Finding(
                    rule: "component-absent", severity: .note,
                    message: "\(component.name) was fitted with no area: the spectrum does not show it",
                    subject: component.name)
            }
            guard let area = component.area.value, let uncertainty = component.area.uncertainty, area < 3 * uncertainty
            else { return nil }
            return Finding(
                rule: "component-insignificant", severity: .warning,
                message: "\(component.name): its area \(Measured(area, standardUncertainty: uncertainty)) lies within "
                    + "three standard uncertainties of zero", subject: component.name)
        }
    }
}

/// Whether chi squared and the order of the residuals are those of noise.
struct ResidualRule: ReviewRule {
    /// Standard deviations of chi squared, and of Abbe's criterion, that chance is granted.
    static let allowance = 5.0

    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let statistics = subject.statistics else { return [] }
        let degrees = Double(max(1, statistics.points - statistics.freeParameters))
        let spread = (2 / degrees).squareRoot()
        var found: [Finding] = []
        let hasScale =
            subject.hasGivenVariances
            || statistics.weighting != "unweighted" && !statistics.weighting.hasSuffix("estimated from the scatter")
        if hasScale, statistics.reducedChi2 > 1 + Self.allowance * spread {
            found.append(
                Finding(
                    rule: "poor-fit", severity: .warning,
                    message: String(
                        format: "reduced chi squared is %.2f where counting statistics allow 1 +- %.2f: the model does "
                            + "not describe the data within noise, so the uncertainties are too small",
                        statistics.reducedChi2, spread)))
        }
        if hasScale, statistics.reducedChi2 < 1 - Self.allowance * spread {
            found.append(
                Finding(
                    rule: "too-good-fit", severity: .warning,
                    message: String(
                        format: "reduced chi squared is %.3f where counting statistics demand 1 +- %.2f: these are not "
                            + "raw counts (smoothed, scaled or averaged data), so the uncertainties are wrong",
                        statistics.reducedChi2, spread)))
        }
        // Von Neumann's ratio: mean 1, variance (n - 2) / (n^2 - 1) for random residuals.
        let n = Double(max(3, statistics.points))
        let abbeSpread = ((n - 2) / (n * n - 1)).squareRoot()
        if statistics.abbe < 1 - Self.allowance * abbeSpread {
            found.append(
                Finding(
                    rule: "structured-residuals", severity: .warning,
                    message: String(
                        format: "Abbe's criterion is %.2f where random residuals give 1 +- %.2f: neighbouring "
                            + "residuals agree in sign, something in the spectrum is not in the model",
                        statistics.abbe, abbeSpread)))
        }
        return found
    }
}

/// Whether the data determine each parameter, not only combinations of them.
struct CorrelationRule: ReviewRule {
    /// From this coefficient on, the uncertainty is more than three times what it would be if the other were known.
    static let highest = 0.95

    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let parameters = subject.parameters else { return [] }
        let count = parameters.names.count
        guard parameters.covariance.count == count * count else { return [] }
        var found: [Finding] = []
        for first in parameters.names.indices {
            for second in parameters.names.indices.dropFirst(first + 1) {
                guard let value = parameters.correlation(first, second), abs(value) > Self.highest else { continue }
                let names = (parameters.names[first], parameters.names[second])
                // Background terms always share their sum; that does not touch the peaks.
                if names.0.hasPrefix("background.") && names.1.hasPrefix("background.") { continue }
                found.append(
                    Finding(
                        rule: "correlated-parameters", severity: .warning,
                        message: String(
                            format: "%@ and %@ are correlated by %.3f: the data determine a combination of them "
                                + "rather than each", names.0, names.1, value), subject: "\(names.0), \(names.1)"))
            }
        }
        return found
    }
}

/// Whether the data can be raw counts.
struct DataRule: ReviewRule {
    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let lowest = subject.curves?.intensities.min(), lowest < 0 else { return [] }
        return [
            Finding(
                rule: "negative-intensity", severity: .warning,
                message: String(
                    format: "the lowest intensity is %g: a background or dark level has been subtracted from these "
                        + "data, so counting statistics do not hold", lowest))
        ]
    }
}
