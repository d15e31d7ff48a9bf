import Foundation
import Spectra
import SpectralMath

/// Whether data ask for one more component.
public struct ComponentTest: Sendable, Hashable {
    /// By how much the further component lowers chi squared.
    public var improvement: Double
    /// The probability that noise alone improves the fit as much; `nil` where the improvement is so small or so large
    /// that no simulation was needed.
    public var pValue: Double?
    /// The number of simulated spectra behind it.
    public var trials: Int
    /// Whether the further component is accepted.
    public var isAccepted: Bool
}

/// How components are counted.
public struct ComponentCountOptions: Sendable, Hashable {
    /// A further component is accepted where noise alone would do as well with at most this probability.
    public var threshold: Double
    /// The most spectra simulated for each decision.
    public var trials: Int
    /// The seed of the simulation.
    public var seed: UInt32

    /// The usual options: three false components in a hundred spectra; see docs/component-count.md for what was
    /// measured.
    public init(threshold: Double = 0.03, trials: Int = 300, seed: UInt32 = 1) {
        self.threshold = threshold
        self.trials = trials
        self.seed = seed
    }
}

/// Tests one more component by simulating spectra that lack it.
///
/// The usual distributions of the improvement do not hold: without the component its position means nothing, so an
/// F test or a difference of chi squared gives wrong probabilities. Each simulated spectrum of the smaller model is
/// therefore searched for a further component exactly as the measured one was (parametric bootstrap of the likelihood
/// ratio, McLachlan, Appl. Statist. 36 (1987) 318).
struct ComponentSearch {
    let smaller: PeakFit
    let options: ComponentCountOptions
    /// The model with one more component, added where `energy` says.
    let extend: @Sendable (_ energy: Double) -> PeakModel

    /// Below this improvement no further component is plausible, above the other none can be noise: a single normal
    /// deviate of 1.5 and of 7 standard deviations.
    private static let plausible = 2.25...49.0

    func test(larger: PeakFit) throws -> ComponentTest {
        let improvement = smaller.statistics.chi2 - larger.statistics.chi2
        let scale = smaller.workings?.fitter.isWeighted == false ? larger.statistics.reducedChi2 : 1
        let observed = improvement / scale
        guard Self.plausible.contains(observed) else {
            return ComponentTest(
                improvement: improvement, pValue: nil, trials: 0, isAccepted: observed > Self.plausible.upperBound)
        }
        let (exceeded, trials) = try exceedances(of: observed)
        let pValue = Double(exceeded + 1) / Double(trials + 1)
        return ComponentTest(
            improvement: improvement, pValue: pValue, trials: trials, isAccepted: pValue <= options.threshold)
    }

    /// How many simulated spectra improve by at least `observed`. Stops in batches as soon as the threshold cannot be
    /// met any more.
    private func exceedances(of observed: Double) throws -> (exceeded: Int, trials: Int) {
        let base = try RefitBase(smaller)
        let simulator = try TrialSimulator(base: base, noise: nil)
        let allowed = Int(options.threshold * Double(options.trials + 1)) - 1
        var exceeded = 0, done = 0
        while done < options.trials {
            let batch = done..<min(done + 25, options.trials)
            let rows = try Parallel.rows(count: batch.count, width: 1) { range, output in
                for k in range {
                    var numbers = RandomNumbers(
                        seed: options.seed, stream: UInt32(truncatingIfNeeded: batch.lowerBound + k))
                    let copy = try simulator.spectrum(&numbers)
                    output[k] = try improvement(of: copy.intensities)
                }
            }
            exceeded += rows.filter { $0 >= observed }.count
            done = batch.upperBound
            if exceeded > allowed { break }
        }
        return (exceeded, done)
    }

    /// The improvement that a further component brings to a simulated spectrum.
    private func improvement(of intensities: [Double]) throws -> Double {
        guard let workings = smaller.workings else { return 0 }
        let spectrum = workings.spectrum(with: intensities)
        let first = try smaller.effectiveModel.fit(spectrum, options: Self.fitOptions(workings.options))
        guard let second = try Self.best(of: first, extend: extend) else { return 0 }
        let scale = workings.fitter.isWeighted ? 1 : second.statistics.reducedChi2
        return (first.statistics.chi2 - second.statistics.chi2) / scale
    }

    /// Measured and simulated spectra are searched alike, from the misfits alone.
    private static func fitOptions(_ options: FitOptions) -> FitOptions {
        var options = options
        options.furtherStarts = 0
        return options
    }

    /// The best fit with one more component, which is tried at the highest misfits; `nil` where none converged.
    static func best(of smaller: PeakFit, extend: (_ energy: Double) -> PeakModel) throws -> PeakFit? {
        guard let workings = smaller.workings else { return nil }
        let options = fitOptions(workings.options)
        var best: PeakFit?
        for energy in smaller.misfits(count: 3) {
            guard let fit = try? extend(energy).fit(workings.spectrum, options: options), fit.convergence.converged
            else { continue }
            if best.map({ fit.statistics.chi2 < $0.statistics.chi2 }) ?? true { best = fit }
        }
        return best
    }
}

extension FitWorkings {
    /// The window of the spectrum with other intensities (in order of rising binding energy).
    func spectrum(with intensities: [Double]) -> Spectrum {
        var copy = spectrum
        // The fitter's energies contain a shift that was given; the fit of the copy will add it again.
        var shift = 0.0
        if case .shift(let given) = fitter.model.effective.calibration { shift = given.value }
        copy.axis = EnergyAxis(
            fitter.energies.map { $0 - shift }, scale: .binding, photonEnergy: spectrum.axis.photonEnergy)
        copy.intensities = intensities
        return copy
    }
}

extension PeakFit {
    /// The energies at which the data stand highest above the envelope, residuals averaged over one line width, best
    /// first and at least half a width apart.
    func misfits(count: Int) -> [Double] {
        let energies = curves.bindingEnergies
        let reach = max((components.first?.fwhm.value ?? 1) / 2, 1e-6)
        let normalised = zip(curves.residuals, curves.standardDeviations).map { $0 / $1 }
        var scores: [(energy: Double, score: Double)] = []
        var low = 0, high = 0, sum = 0.0
        for energy in energies {
            while high < energies.count, energies[high] <= energy + reach {
                sum += normalised[high]
                high += 1
            }
            while energies[low] < energy - reach {
                sum -= normalised[low]
                low += 1
            }
            scores.append((energy, sum / Double(high - low).squareRoot()))
        }
        var found: [Double] = []
        for candidate in scores.sorted(by: { $0.score > $1.score }) where found.count < count {
            if found.allSatisfy({ abs($0 - candidate.energy) >= reach }) { found.append(candidate.energy) }
        }
        return found
    }
}
