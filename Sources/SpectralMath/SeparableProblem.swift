/// A least-squares problem that is linear in some of its parameters: y ~ sum_k c_k phi_k(theta), box bounds on both.
///
/// The problem owns the data and the columns; the solver sees small matrices only. Parameters are ordered theta first,
/// then c. All matrices are row-major, and only their lower triangles are read.
///
/// For each theta the solver calls `linearEquations`, solves for c under its bounds, and then calls
/// `normalEquations` with that c (Golub & Pereyra, SIAM J. Numer. Anal. 10 (1973) 413; Kaufman, BIT 15 (1975) 49).
public protocol SeparableProblem: ~Copyable {
    /// The bounds of the nonlinear parameters theta; infinite where there are none.
    var nonlinearBounds: [ClosedRange<Double>] { get }
    /// The bounds of the linear coefficients c; infinite where there are none.
    var linearBounds: [ClosedRange<Double>] { get }
    /// The number of data (prior terms included), for the degrees of freedom.
    var dataCount: Int { get }

    /// Computes everything that depends on theta alone, and the normal equations of c: `matrix` = Phi' W Phi and
    /// `vector` = Phi' W y.
    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>) throws

    /// Computes the normal equations of all parameters at the theta of the last call and `coefficients`: `matrix` =
    /// J' W J, `gradient` = J' W (y - model), with J = d(model) / d(theta, c). Returns chi squared.
    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double
}

/// Why the separable solver ended.
public enum SeparableOutcome: String, Sendable, Hashable {
    /// The predicted decrease of chi squared fell below the tolerance.
    case converged = "converged"
    /// No step decreases chi squared any more, though the tolerance was not met.
    case stalled = "no step decreases chi squared any more"
    /// The limit of evaluations was reached first.
    case evaluationLimit = "the limit of evaluations was reached"
}

/// Where a separable fit ended.
public struct SeparableSolution: Sendable {
    /// The nonlinear parameters theta.
    public var nonlinear: [Double]
    /// The linear coefficients c.
    public var linear: [Double]
    /// Whether each parameter (theta first, then c) is held by a bound, or has no influence on the model.
    public var isHeld: [Bool]
    /// Weighted sum of squared residuals.
    public var chi2: Double
    /// J' W J of all parameters, row-major and symmetric.
    public var normalMatrix: [Double]
    /// Why the solver ended.
    public var outcome: SeparableOutcome
    /// How often the model was evaluated.
    public var evaluations: Int

    /// The covariance of all parameters, row-major, for weights that are reciprocal variances: the inverse of the
    /// normal matrix over the parameters that are not held, zero elsewhere. `nil` where that matrix is singular, that
    /// is, where the data do not determine the parameters.
    public func covariance() -> [Double]? {
        let count = isHeld.count
        let free = (0..<count).filter { !isHeld[$0] }
        guard let inverse = SmallSymmetric.inverse(of: normalMatrix, count: count, over: free) else { return nil }
        var result = [Double](repeating: 0, count: count * count)
        for (i, row) in free.enumerated() {
            for (j, column) in free.enumerated() {
                result[row * count + column] = inverse[i * free.count + j]
            }
        }
        return result
    }
}
