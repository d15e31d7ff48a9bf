import Foundation

/// How far neighbouring residuals go together, and what that does to uncertainties.
public struct SerialCorrelation: Sendable, Hashable {
    /// The factor by which standard uncertainties of counting statistics are raised, at least 1.
    ///
    /// After J. F. Berar & P. Lelann, J. Appl. Cryst. 24 (1991) 1: residuals of the same sign in a row count as one, so
    /// that the sum over runs of (sum of residual/sigma)^2 stands for chi squared. Independent normal residuals give
    /// 1 + 4/pi times chi squared for that, which is divided out: the factor is the root of
    /// sum / ((1 + 4/pi) (points - parameters)), and 1 for a model without faults.
    public let factor: Double
    /// Durbin and Watson's d: 2 for independent residuals, less for those that go together.
    public let durbinWatson: Double

    /// Of residuals in standard deviations, in the order of the points.
    public init(_ residuals: [Double], parameters: Int) {
        var (total, run, squares, steps) = (0.0, 0.0, 0.0, 0.0)
        for (index, residual) in residuals.enumerated() {
            if run * residual < 0 {
                total += run * run
                run = 0
            }
            run += residual
            squares += residual * residual
            if index > 0 { steps += (residual - residuals[index - 1]) * (residual - residuals[index - 1]) }
        }
        total += run * run
        let degrees = Double(max(1, residuals.count - parameters))
        factor = max(1, (total / ((1 + 4 / Double.pi) * degrees)).squareRoot())
        durbinWatson = squares > 0 ? steps / squares : 2
    }
}
