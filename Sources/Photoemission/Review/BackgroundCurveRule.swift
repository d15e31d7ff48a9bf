import Foundation
import Spectra

/// Whether the curve of the background suits the data.
struct BackgroundCurveRule: ReviewRule {
    /// The shortest window, in eV, that lets the parameters of a cross-section show: its maximum lies near 20 eV, and
    /// the background has to be followed beyond it (Tougaard, Surf. Interface Anal. 11 (1988) 453 asks for 30 to 50 eV
    /// below the peaks).
    static let shortestLossWindow = 30.0

    func findings(in subject: ReviewSubject) -> [Finding] {
        guard let curves = subject.curves else { return [] }
        return BackgroundOnData(curves: curves, backgrounds: subject.backgrounds).findings()
    }
}

/// Data, background and its parts.
private struct BackgroundOnData {
    let curves: FitCurves
    let backgrounds: [Background]

    func findings() -> [Finding] { fallingData() + aboveData() + shortLossWindows() }

    private var parts: [(part: Background, region: Range<Int>)] {
        let energies = curves.bindingEnergies
        return backgrounds.map { part in
            guard let window = part.window else { return (part, energies.indices) }
            let first = energies.firstIndex { $0 >= window.lowerBound - 1e-6 } ?? 0
            let last = energies.lastIndex { $0 <= window.upperBound + 1e-6 } ?? first
            return (part, first..<(max(first, last) + 1))
        }
    }

    /// A step upwards in binding energy is assumed, but the data end lower than they begin.
    private func fallingData() -> [Finding] {
        parts.compactMap { part, region in
            guard part.kind == .shirley || part.kind == .smart || part.kind.isTougaard, region.count >= 6 else {
                return nil
            }
            let ends = max(3, min(region.count / 10, 15))
            let low = mean(Array(region.prefix(ends))), high = mean(Array(region.suffix(ends)))
            let noise = (low.variance + high.variance).squareRoot()
            guard high.value < low.value - 3 * noise else { return nil }
            let what = String(
                format:
                    "the intensity falls from %.6g at the low to %.6g at the high binding energy end of the window, "
                    + "but a %@ background can only rise: ", low.value, high.value, part.kind.rawValue)
            let advice =
                part.isFitted
                ? "add slope: true, or use a linear one"
                : "it is drawn upside down under the peaks; use a linear one, or a fitted one with a slope"
            return Finding(rule: "background-falls", severity: .warning, message: what + advice)
        }
    }

    private func mean(_ indices: [Int]) -> (value: Double, variance: Double) {
        let count = Double(indices.count)
        let value = indices.reduce(0) { $0 + curves.intensities[$1] } / count
        let variance = indices.reduce(0) { $0 + pow(curves.standardDeviations[$1], 2) } / (count * count)
        return (value, variance)
    }

    /// A run of points that lie below the background by more than their noise.
    private func aboveData() -> [Finding] {
        let width = 5
        var lowest: (energy: Double, deviation: Double)?
        var sum = 0.0, variance = 0.0
        for last in curves.intensities.indices {
            sum += curves.intensities[last] - curves.background[last]
            variance += curves.standardDeviations[last] * curves.standardDeviations[last]
            if last >= width {
                sum -= curves.intensities[last - width] - curves.background[last - width]
                variance -= curves.standardDeviations[last - width] * curves.standardDeviations[last - width]
            }
            guard last >= width - 1, sum < 0, variance > 0 else { continue }
            let deviation = sum / variance.squareRoot()
            guard deviation < (lowest?.deviation ?? -5) else { continue }
            lowest = (curves.bindingEnergies[last - width / 2], deviation)
        }
        guard let lowest else { return [] }
        return [
            Finding(
                rule: "background-above-data", severity: .warning,
                message: String(
                    format:
                        "the background lies above the data near %.2f eV, by %.0f standard deviations of the mean of "
                        + "%d points: its kind or its window does not suit this spectrum", lowest.energy,
                    -lowest.deviation, width))
        ]
    }

    /// A window that ends before the loss function has passed its maximum says little about it.
    private func shortLossWindows() -> [Finding] {
        parts.compactMap { part, region in
            guard part.kind.isTougaard, part.isFitted, let first = region.first, let last = region.last else {
                return nil
            }
            let span = curves.bindingEnergies[last] - curves.bindingEnergies[first]
            guard span < BackgroundCurveRule.shortestLossWindow else { return nil }
            let loss = part.loss ?? .universal
            let isOpen = [loss.c, loss.cPrime, loss.d].contains { constraint in
                if case .fixed = constraint { false } else { true }
            }
            guard isOpen else { return nil }
            return Finding(
                rule: "tougaard-window-short", severity: .warning,
                message: String(
                    format:
                        "the window spans %.1f eV, too little to determine the shape of an energy-loss cross-section "
                        + "(%.0f eV at least): fix C and D, or widen the window", span,
                    BackgroundCurveRule.shortestLossWindow))
        }
    }
}
