/// Where a fit of several problems with shared parameters ended.
public struct BorderedSolution: Sendable {
    /// The solution of each problem. Its normal matrix is the information on its own and the shared parameters that all
    /// problems together hold, so that its inverse is the covariance of these parameters in the joint fit.
    public var problems: [SeparableSolution]
    /// The nonlinear parameters that are shared, by index, ascending.
    public var shared: [Int]
    /// The covariance of the shared parameters, row-major; zero for those on a bound. `nil` where it is singular.
    public var sharedCovariance: [Double]?
    /// For each problem A^-1 B: how its own parameters follow the shared ones. Row-major, one row for each parameter of
    /// the problem (zero for shared and held ones), one column for each shared parameter.
    public var elimination: [[Double]]
    /// Weighted sum of squared residuals over all problems.
    public var chi2: Double
    /// Why the solver ended.
    public var outcome: SeparableOutcome
    /// How often all models were evaluated.
    public var evaluations: Int

    /// The derivative of a quantity of problem `index` by the shared parameters, its own parameters following, from its
    /// derivatives by the parameters of the problem. The covariance of quantities of two problems is h1' C h2 with the
    /// covariance C of the shared parameters.
    public func totalDerivative(_ gradient: [Double], of index: Int) -> [Double] {
        let s = shared.count
        let matrix = elimination[index]
        return (0..<s).map { column in
            gradient.indices.reduce(gradient[shared[column]]) { $0 - gradient[$1] * matrix[$1 * s + column] }
        }
    }
}
