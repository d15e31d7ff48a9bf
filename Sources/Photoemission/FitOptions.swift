/// How the points of a spectrum are weighted.
public enum Weighting: String, Sendable, Hashable, CaseIterable {
    /// Reciprocal variances from the counts that the model expects, iterated until they agree with the fit. The result
    /// is that of maximum likelihood for Poisson statistics: free of the bias that weights from the data have.
    case poisson
    /// Reciprocal variances from the measured counts, 1 / max(N, 1) (Neyman). Biased low where counts are few.
    case dataCounts = "data-counts"
    /// Every point alike, as CasaXPS fits.
    case unweighted
}

/// How a fit is carried out.
public struct FitOptions: Sendable, Hashable {
    /// The weights of the points.
    public var weighting: Weighting
    /// The most further starting points tried where the first one leads to a poor fit.
    public var furtherStarts: Int
    /// The fit has converged when the next step would lower chi squared by less than this fraction of chi squared per
    /// degree of freedom.
    public var tolerance: Double
    /// The most evaluations of the model from one start.
    public var maximumEvaluations: Int

    /// Options for a fit; the defaults suit measured spectra.
    public init(
        weighting: Weighting = .poisson, furtherStarts: Int = 12, tolerance: Double = 1e-7,
        maximumEvaluations: Int = 300
    ) {
        self.weighting = weighting
        self.furtherStarts = furtherStarts
        self.tolerance = tolerance
        self.maximumEvaluations = maximumEvaluations
    }
}
