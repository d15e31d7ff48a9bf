import Foundation
import Spectra

/// What every fit says about itself: convergence, bounds, residuals, correlations, missing components.
struct FitFindings {
    let fit: PeakFit
    let model: ResolvedModel
    /// Whether chi squared can be judged against its expectation.
    let hasScale: Bool

    /// The findings, most serious first.
    func all() -> [Finding] {
        let found =
            convergence() + bounds() + absent() + quality() + correlations() + backgroundNotFitted() + negativeCounts()
            + BackgroundFindings(fit: fit, model: model).all()
        return found.enumerated().sorted {
            ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
        }.map(\.element)
    }

    private func convergence() -> [Finding] {
        guard !fit.convergence.converged else { return [] }
        return [
            Finding(
                rule: "not-converged", severity: .error,
                message: "the fit did not converge: \(fit.convergence.reason). Do not use these numbers; fix or link "
                    + "parameters, or give better starts")
        ]
    }

    private func bounds() -> [Finding] {
        fit.parameters.atBound.filter { !$0.hasSuffix(".area") }.map { name in
            let index = fit.parameters.names.firstIndex(of: name)
            let value = index.map { String(format: "%.6g", fit.parameters.values[$0]) } ?? "?"
            return Finding(
                rule: "parameter-at-bound", severity: .warning,
                message: "\(name) ended on its bound \(value): the bound, not the data, decides it, and uncertainties "
                    + "that depend on it are too small")
        }
    }

    private func absent() -> [Finding] {
        fit.components.compactMap { component in
            if component.area.value == 0 {
                return Finding(
                    rule: "component-absent", severity: .note,
                    message: "\(component.name) was fitted with no area: the spectrum does not show it")
            }
            guard let uncertainty = component.area.standardUncertainty, component.area.value < 3 * uncertainty else {
                return nil
            }
            return Finding(
                rule: "component-insignificant", severity: .warning,
                message: "\(component.name): its area \(component.area) lies within three standard uncertainties of "
                    + "zero")
        }
    }

    private func quality() -> [Finding] {
        var found: [Finding] = []
        let statistics = fit.statistics
        let degrees = Double(max(1, statistics.points - statistics.freeParameters))
        let spread = (2 / degrees).squareRoot()
        if hasScale, statistics.reducedChi2 > 1 + 5 * spread {
            found.append(
                Finding(
                    rule: "poor-fit", severity: .warning,
                    message: String(
                        format: "reduced chi squared is %.2f where counting statistics allow 1 +- %.2f: the model does "
                            + "not describe the data within noise, so the uncertainties are too small",
                        statistics.reducedChi2, spread)))
        }
        if hasScale, statistics.reducedChi2 < 1 - 5 * spread {
            found.append(
                Finding(
                    rule: "too-good-fit", severity: .warning,
                    message: String(
                        format: "reduced chi squared is %.3f where counting statistics demand 1 +- %.2f: these are not "
                            + "raw counts (smoothed, scaled or averaged data), so the uncertainties are wrong",
                        statistics.reducedChi2, spread)))
        }
        // Von Neumann's ratio: mean 1, variance (n - 2) / (n^2 - 1) for random residuals.
        let n = Double(statistics.points)
        let abbeSpread = ((n - 2) / (n * n - 1)).squareRoot()
        if statistics.abbe < 1 - 5 * abbeSpread {
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

    private func correlations() -> [Finding] {
        let parameters = fit.parameters
        var found: [Finding] = []
        for first in parameters.names.indices {
            for second in parameters.names.indices.dropFirst(first + 1) {
                guard let value = parameters.correlation(first, second), abs(value) > 0.95 else { continue }
                let names = (parameters.names[first], parameters.names[second])
                // Background terms always share their sum; that does not touch the peaks.
                if names.0.hasPrefix("background.") && names.1.hasPrefix("background.") { continue }
                found.append(
                    Finding(
                        rule: "correlated-parameters", severity: .warning,
                        message: String(
                            format: "%@ and %@ are correlated by %.3f: the data determine a combination of them "
                                + "rather than each", names.0, names.1, value)))
            }
        }
        return found
    }

    private func backgroundNotFitted() -> [Finding] {
        guard model.effective.background.hasSubtractedPart else { return [] }
        return [
            Finding(
                rule: "background-not-fitted", severity: .note,
                message: "the background was subtracted before the fit, so its uncertainty is missing from every "
                    + "number here; fit it with the peaks for honest uncertainties")
        ]
    }

    private func negativeCounts() -> [Finding] {
        guard let lowest = fit.curves.intensities.min(), lowest < 0 else { return [] }
        return [
            Finding(
                rule: "negative-intensity", severity: .warning,
                message: String(
                    format: "the lowest intensity is %g: a background or dark level has been subtracted from these "
                        + "data, so counting statistics do not hold", lowest))
        ]
    }
}
