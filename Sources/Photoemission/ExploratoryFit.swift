import Foundation
import ReferenceSpectra
import Spectra

extension PeakModel {
    /// A first look at a spectrum for which nobody has written a recipe: components are added where the residuals are
    /// largest, as long as noise alone would hardly improve the fit as much.
    ///
    /// All components share one width; doublets of p, d and f levels are locked to their reference splitting and area
    /// ratio. Components are numbered, not named: what they are is for a person to say, and the findings list species
    /// whose published positions lie near.
    ///
    /// - Parameters:
    ///   - spectrum: the spectrum; without a level, single lines are fitted.
    ///   - window: binding energies in eV; the whole spectrum without it.
    ///   - background: fitted with the components.
    ///   - maximumComponents: where to stop at the latest.
    ///   - counting: how many false components to allow; see docs/component-count.md for what that finds and misses.
    /// - Returns: the fit with the most components that passed the test.
    /// - Throws: `FitError`.
    public static func explore(
        _ spectrum: Spectrum, window: ClosedRange<Double>? = nil, background: Background = .shirley,
        maximumComponents: Int = 6, counting: ComponentCountOptions = ComponentCountOptions()
    ) throws -> PeakFit {
        let level = spectrum.level
        let isDoublet = level?.isDoublet == true && level?.reference?.splitting != nil
        let data = try FitData(spectrum)
        var shift = 0.0
        if case .shift(let given) = spectrum.calibration { shift = given.value }
        @Sendable func model(_ starts: [Double]) -> PeakModel {
            let components = starts.sorted().enumerated().map { index, start in
                Component(
                    name: "component \(index + 1)", isDoublet: isDoublet, position: .within(Self.wandering, of: start),
                    width: index == 0 ? nil : .sameAs("component 1"))
            }
            return PeakModel(level: level, window: window, background: background, components: components)
        }
        guard maximumComponents >= 1 else { throw FitError.invalidModel("no component was asked for") }
        var fit = try model([try firstGuess(data, window: window, shift: shift)]).fit(spectrum)
        while fit.components.count < maximumComponents, fit.convergence.converged {
            let positions = fit.components.map(\.position.value)
            let search = ComponentSearch(smaller: fit, options: counting) { model(positions + [$0]) }
            // A component too many for the number of points ends the search, it does not spoil what was found.
            guard let larger = try ComponentSearch.best(of: fit, extend: search.extend) else { break }
            let test = try search.test(larger: larger)
            guard test.isAccepted else { return fit.withCandidates().with(test) }
            // What the search found is polished with all further starts.
            let polished = try larger.effectiveModel.fit(spectrum)
            fit = polished.convergence.converged ? polished : larger
        }
        return fit.withCandidates()
    }

    /// How far, in eV, a component found by its residuals may move.
    private static let wandering = 0.8

    /// Where the intensity stands highest above the straight line between the ends.
    private static func firstGuess(_ data: FitData, window: ClosedRange<Double>?, shift: Double) throws -> Double {
        guard let low = data.energies.first, let high = data.energies.last else {
            throw FitError.invalidSpectrum("the spectrum has no point")
        }
        let wanted = window.map { ($0.lowerBound - shift)...($0.upperBound - shift) } ?? low...high
        let range = data.range(wanted)
        guard range.count > 2 else {
            throw FitError.windowMissesData(
                window: window ?? low...high, data: (low + shift)...(high + shift), points: range.count)
        }
        let first = data.intensities[range.lowerBound], last = data.intensities[range.upperBound - 1]
        let best = range.max { a, b in
            func height(_ i: Int) -> Double {
                let fraction = Double(i - range.lowerBound) / Double(range.count - 1)
                return data.intensities[i] - (first + (last - first) * fraction)
            }
            return height(a) < height(b)
        }
        return data.energies[best ?? range.lowerBound] + shift
    }
}

extension PeakFit {
    /// The same result with the reason why no further component was accepted among the findings.
    fileprivate func with(_ test: ComponentTest) -> PeakFit {
        var copy = self
        let probability = test.pValue.map { String(format: "with probability %.2g", $0) } ?? "easily"
        copy.findings.append(
            Referee.completed(
                Finding(
                    rule: "component-count", severity: .note,
                    message: "a component more would lower chi squared by \(String(format: "%.1f", test.improvement)), "
                        + "which noise alone does \(probability): \(components.count) component"
                        + "\(components.count == 1 ? "" : "s") describe the data")))
        return copy
    }

    /// The same result with the species whose published positions lie near each component among the findings.
    fileprivate func withCandidates() -> PeakFit {
        var copy = self
        guard let level else { return copy }
        for component in components {
            let near = ReferenceLibrary.candidates(for: level, near: component.position.value, within: 0.4)
            guard !near.isEmpty else { continue }
            let names = near.prefix(4).map { "\($0.species.name) (\(String(format: "%.1f", $0.line.position)))" }
            let undecided =
                near.count > 1 ? ": \(level) alone does not tell which of the \(near.count) it is" : ""
            copy.findings.append(
                Referee.completed(
                    Finding(
                        rule: "candidate-species", severity: .note,
                        message:
                            "\(component.name) at \(String(format: "%.2f", component.position.value)) eV lies near "
                            + "published positions of " + names.joined(separator: ", ") + undecided,
                        subject: component.name)))
        }
        return copy
    }
}
