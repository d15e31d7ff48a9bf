import Foundation
import SpectralMath

/// Where the noise of simulated trials comes from.
public enum TrialNoise: String, Sendable, Hashable {
    /// Poisson counts about the fitted envelope.
    case poisson
    /// Normal deviates of the variances that were given with the data.
    case givenVariances = "given-variances"
    /// The residuals of the fit, drawn with replacement, in blocks where neighbours are correlated.
    case residuals
}

/// The results of fitting many simulated copies of a spectrum.
public struct MonteCarloResult: Sendable, Hashable {
    /// The quantities followed.
    public var quantities: [FitQuantity]
    /// Their values in the fit that was simulated; areas may be negative here.
    public var values: [Double]
    /// For every quantity its values in the trials that converged, in the order of the trials.
    public var samples: [[Double]]
    /// The number of trials asked for.
    public var trials: Int
    /// The number of trials whose fit did not converge; they are left out.
    public var failedTrials: Int
    /// The seed.
    public var seed: UInt32
    /// Where the noise came from.
    public var noise: TrialNoise
    /// The length of the blocks in which residuals were drawn, in points; 1 without blocks.
    public var blockLength: Int

    /// The samples of a quantity; `nil` where it was not followed.
    public func samples(of quantity: FitQuantity) -> [Double]? {
        quantities.firstIndex(of: quantity).map { samples[$0] }
    }

    /// The mean of a quantity over the trials; `nil` where it was not followed.
    public func mean(of quantity: FitQuantity) -> Double? {
        samples(of: quantity).flatMap { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
    }

    /// The standard deviation of a quantity over the trials; `nil` where it was not followed.
    public func standardDeviation(of quantity: FitQuantity) -> Double? {
        covariance(quantity, quantity).map { $0.squareRoot() }
    }

    /// The correlation coefficient of two quantities over the trials; `nil` where one was not followed or never varied.
    public func correlation(_ first: FitQuantity, _ second: FitQuantity) -> Double? {
        guard let both = covariance(first, second), let a = standardDeviation(of: first),
            let b = standardDeviation(of: second), a > 0, b > 0
        else { return nil }
        return both / a / b
    }

    private func covariance(_ first: FitQuantity, _ second: FitQuantity) -> Double? {
        guard let x = samples(of: first), let y = samples(of: second), x.count > 1, let a = mean(of: first),
            let b = mean(of: second)
        else { return nil }
        return zip(x, y).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) } / Double(x.count - 1)
    }

    /// The value below which the share `probability` of the trials lies, interpolated between neighbours.
    public func percentile(_ probability: Double, of quantity: FitQuantity) -> Double? {
        samples(of: quantity).flatMap { Self.percentile(probability, ofSorted: $0.sorted()) }
    }

    private static func percentile(_ probability: Double, ofSorted sorted: [Double]) -> Double? {
        guard let first = sorted.first, let last = sorted.last else { return nil }
        // Of n + 1 gaps between samples, a further one falls into each with the same probability.
        let place = probability * Double(sorted.count + 1) - 1
        guard place > 0 else { return first }
        let below = Int(place.rounded(.down))
        guard below + 1 < sorted.count else { return last }
        let share = place - Double(below)
        return sorted[below] * (1 - share) + sorted[below + 1] * share
    }

    /// The interval between percentiles of a quantity that hold `level`, corrected for the bias of the trials (Efron,
    /// Can. J. Stat. 9 (1981) 139); for areas and fractions near zero those that Feldman and Cousins' rule picks.
    /// `nil` where the quantity was not followed. Throws `NumericalError` for a level outside 0 ... 1.
    public func interval(of quantity: FitQuantity, level: Double) throws -> ConfidenceInterval? {
        guard let index = quantities.firstIndex(of: quantity) else { return nil }
        let sorted = samples[index].sorted()
        guard sorted.count > 1 else { return nil }
        let normal = NormalDistribution.standard
        func deviate(of value: Double) throws -> Double {
            let below = Double(sorted.firstIndex { $0 > value } ?? sorted.count)
            return try normal.quantile((below + 0.5) / (Double(sorted.count) + 1))
        }
        // Where areas scatter about something else than the value they were simulated with, that value lies off the
        // truth by as much. Quantities that pile up on a bound of the model cannot be corrected that way.
        let bias = quantity.isNonNegative ? try deviate(of: values[index]) : 0
        var distance: Double?
        if quantity.isNonNegative, let lowest = sorted.first, lowest <= 0 {
            distance = 2 * bias - (try deviate(of: 0))
        }
        let ends = try StandardisedEnds(level: level, distance: distance, degrees: nil)
        guard let low = Self.percentile(normal.cumulative(2 * bias + ends.low), ofSorted: sorted),
            let high = Self.percentile(normal.cumulative(2 * bias + ends.high), ofSorted: sorted)
        else { return nil }
        return ConfidenceInterval(
            quantity: quantity, level: level, value: values[index], low: ends.lowIsBound ? 0 : low,
            high: quantity.isNonNegative ? max(0, high) : high, lowIsBound: ends.lowIsBound)
    }
}

extension PeakFit {
    /// Simulates the spectrum `trials` times around the fitted envelope and fits every copy with the same model,
    /// weights and options, its background anew.
    ///
    /// Areas may become negative in the trials, so that their distribution is not cut off at zero. The result depends
    /// on the seed alone, not on the number of processors.
    ///
    /// - Parameters:
    ///   - trials: the number of copies.
    ///   - seed: the seed of the random numbers; trial k uses stream k of that seed.
    ///   - noise: `nil` chooses Poisson counts where the data are counts, normal deviates where variances were given,
    ///     and the residuals otherwise.
    ///   - quantities: `nil` for area, fraction, position and width of all components.
    /// - Throws: `FitError.uncertainty`, `FitError.noSuchQuantity`.
    public func monteCarlo(
        trials: Int = 1000, seed: UInt32 = 1, noise: TrialNoise? = nil, quantities: [FitQuantity]? = nil
    ) throws -> MonteCarloResult {
        let base = try RefitBase(self)
        return try TrialSeries(base: base, noise: noise, seed: seed).run(
            trials: trials, quantities: quantities ?? base.usualQuantities())
    }
}
