import Foundation

/// Criteria that weigh how well a model fits against how many parameters it takes; lower is better, and only
/// differences between models of the same data mean anything.
public struct InformationCriteria: Sendable, Hashable {
    /// Akaike's criterion with its correction for few data (Hurvich & Tsai, Biometrika 76 (1989) 297).
    public var aicc: Double
    /// Schwarz's criterion (Ann. Statist. 6 (1978) 461).
    public var bic: Double
    /// Whether they rest on variances known beforehand.
    public var hasKnownVariance: Bool
}

extension PeakFit {
    /// The information criteria of the fit.
    ///
    /// With weights that are reciprocal variances, -2 ln L = chi squared up to a constant: AICc = chi2 + 2p +
    /// 2p(p+1)/(n-p-1), BIC = chi2 + p ln n. Without weights the variance is one more parameter, and n ln(chi2/n)
    /// takes the place of chi2. The two forms must not be compared with each other.
    public var informationCriteria: InformationCriteria {
        let n = Double(statistics.points)
        let isKnown = workings?.fitter.isWeighted ?? true
        let p = Double(statistics.freeParameters) + (isKnown ? 0 : 1)
        let misfit = isKnown ? statistics.chi2 : n * log(max(statistics.chi2 / n, .leastNormalMagnitude))
        let correction = n > p + 1 ? 2 * p * (p + 1) / (n - p - 1) : .infinity
        return InformationCriteria(
            aicc: misfit + 2 * p + correction, bic: misfit + p * log(n), hasKnownVariance: isKnown)
    }
}
