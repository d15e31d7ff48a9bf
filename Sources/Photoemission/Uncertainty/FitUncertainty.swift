import SpectralMath

/// How intervals are computed.
public enum UncertaintyMethod: String, Sendable, Hashable, CaseIterable {
    /// From the curvature of chi squared at its minimum: fast, symmetric, right for enough counts.
    case covariance
    /// From fits of simulated spectra.
    case monteCarlo = "monte-carlo"
    /// From the rise of chi squared as the quantity is held away from its best value.
    case profile
}

/// The intervals of the quantities of a fit by one method.
public struct FitUncertainty: Sendable, Hashable {
    /// The method.
    public var method: UncertaintyMethod
    /// The intervals, component by component.
    public var intervals: [ConfidenceInterval]
    /// The distributions behind them, for Monte Carlo.
    public var monteCarlo: MonteCarloResult?
    /// The curves that the intervals were read off, for profiles: quantity by quantity.
    public var profiles: [ProfileLikelihood] = []
}

extension PeakFit {
    /// Intervals of area, fraction, position and width of every component, as far as the model leaves them free and
    /// no bound holds them.
    ///
    /// - Parameters:
    ///   - method: how.
    ///   - trials: the number of simulated spectra, for Monte Carlo.
    ///   - seed: the seed of the simulation.
    ///   - levels: the probabilities.
    /// - Throws: `FitError.uncertainty`, for a fit that did not converge.
    public func uncertainty(
        _ method: UncertaintyMethod, trials: Int = 1000, seed: UInt32 = 1,
        levels: [Double] = ConfidenceInterval.usualLevels
    ) throws -> FitUncertainty {
        let base = try RefitBase(self, searchesPlacements: method == .profile)
        let quantities = base.usualQuantities()
        switch method {
        case .covariance:
            return FitUncertainty(
                method: method, intervals: try quantities.flatMap { try covarianceIntervals($0, levels, base) })
        case .profile:
            let profiles = try quantities.compactMap { quantity -> ProfileLikelihood? in
                let form = try QuantityForm(quantity, in: base.model)
                guard base.linearised(form, releasing: true).uncertainty != nil else { return nil }
                return try ProfileTracer.profile(
                    quantity, levels: levels, base: base, value: value(of: quantity))
            }
            return FitUncertainty(method: method, intervals: profiles.flatMap(\.intervals), profiles: profiles)
        case .monteCarlo:
            let result = try TrialSeries(base: base, noise: nil, seed: seed).run(
                trials: trials, quantities: quantities)
            let intervals = try quantities.flatMap { quantity in
                try levels.compactMap { level -> ConfidenceInterval? in
                    var interval = try result.interval(of: quantity, level: level)
                    interval?.value = try value(of: quantity)
                    return interval
                }
            }
            return FitUncertainty(method: method, intervals: intervals, monteCarlo: result)
        }
    }

    private func covarianceIntervals(
        _ quantity: FitQuantity, _ levels: [Double], _ base: RefitBase
    ) throws -> [ConfidenceInterval] {
        let (centre, uncertainty, _) = base.linearised(try QuantityForm(quantity, in: base.model))
        guard let uncertainty else { return [] }
        return try levels.map { level in
            let ends = try StandardisedEnds(
                level: level, distance: quantity.isNonNegative ? centre / uncertainty : nil,
                degrees: base.estimatedDegrees)
            let low = ends.lowIsBound ? 0 : centre + ends.low * uncertainty
            return ConfidenceInterval(
                quantity: quantity, level: level, value: try value(of: quantity), low: low,
                high: centre + ends.high * uncertainty, lowIsBound: ends.lowIsBound)
        }
    }

    /// The correlation coefficients of the free parameters, in the order of `parameters.names`; `nil` for parameters
    /// that a bound holds.
    public var correlationMatrix: [[Double?]] {
        parameters.names.indices.map { row in
            parameters.names.indices.map { parameters.correlation(row, $0) }
        }
    }
}
