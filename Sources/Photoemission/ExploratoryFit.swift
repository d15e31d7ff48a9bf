import Foundation
import ReferenceSpectra
import Spectra

extension PeakModel {
    /// A first look at a spectrum for which nobody has written a recipe: components are added where the residuals are
    /// largest, as long as Schwarz's information criterion says that the data ask for them.
    ///
    /// All components share one width; doublets of p, d and f levels are locked to their reference splitting and area
    /// ratio. Components are numbered, not named: what they are is for a person to say, and the findings list species
    /// whose published positions lie near.
    ///
    /// - Parameters:
    ///   - spectrum: the spectrum; without a level, single lines are fitted.
    ///   - window: binding energies in eV; the whole spectrum without it.
    ///   - maximumComponents: where to stop at the latest.
    /// - Returns: the last fit that the criterion accepted.
    /// - Throws: `FitError`.
    public static func explore(
        _ spectrum: Spectrum, window: ClosedRange<Double>? = nil, background: Background = .shirley,
        maximumComponents: Int = 6
    ) throws -> PeakFit {
        let level = spectrum.level
        let isDoublet = level?.isDoublet == true && level?.reference?.splitting != nil
        var model = PeakModel(level: level, window: window, background: background, components: [])
        let data = try FitData(spectrum)
        var shift = 0.0
        if case .shift(let given) = spectrum.calibration { shift = given.value }
        var starts = [try firstGuess(data, window: window, shift: shift)]
        var best: PeakFit?
        while starts.count <= max(1, maximumComponents) {
            model.components = starts.sorted().enumerated().map { index, start in
                Component(
                    name: "component \(index + 1)", isDoublet: isDoublet, position: .within(Self.wandering, of: start),
                    width: index == 0 ? nil : .sameAs("component 1"))
            }
            let fit: PeakFit
            do {
                fit = try model.fit(spectrum)
            } catch let error as FitError {
                // A component too many for the number of points ends the search, it does not spoil what was found.
                guard let best else { throw error }
                return best.withCandidates()
            }
            if let best, !fit.convergence.converged || fit.informationCriterion > best.informationCriterion - 10 {
                return best.withCandidates()
            }
            best = fit
            starts = fit.components.map(\.position.value) + [fit.largestMisfit]
        }
        guard let best else { throw FitError.invalidModel("no component was asked for") }
        return best.withCandidates()
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
    /// Schwarz's criterion for known variances: chi squared + p ln n. With a scale estimated from the scatter, chi
    /// squared is in units of that scale.
    fileprivate var informationCriterion: Double {
        statistics.chi2 + Double(statistics.freeParameters) * log(Double(statistics.points))
    }

    /// The energy at which the data stand highest above the envelope, residuals averaged over one line width.
    fileprivate var largestMisfit: Double {
        let energies = curves.bindingEnergies
        let reach = max((components.first?.fwhm.value ?? 1) / 2, 1e-6)
        let normalised = zip(curves.residuals, curves.standardDeviations).map { $0 / $1 }
        var best = (energy: energies.first ?? 0, score: -Double.infinity)
        for (i, energy) in energies.enumerated() {
            var sum = 0.0, count = 0.0
            for j in energies.indices where abs(energies[j] - energy) <= reach {
                sum += normalised[j]
                count += 1
            }
            let score = sum / count.squareRoot()
            if score > best.score { best = (energies[i], score) }
        }
        return best.energy
    }

    /// The same result with the species whose published positions lie near each component among the findings.
    fileprivate func withCandidates() -> PeakFit {
        var copy = self
        guard let level else { return copy }
        for component in components {
            let near = ReferenceLibrary.candidates(for: level, near: component.position.value, within: 0.4)
            guard !near.isEmpty else { continue }
            let names = near.prefix(4).map { "\($0.species.name) (\(String(format: "%.1f", $0.line.position)))" }
            copy.findings.append(
                Finding(
                    rule: "candidate-species", severity: .note,
                    message: "\(component.name) at \(String(format: "%.2f", component.position.value)) eV lies near "
                        + "published positions of " + names.joined(separator: ", ")))
        }
        return copy
    }
}
