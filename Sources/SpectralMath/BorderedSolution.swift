/// Where a fit of several problems with shared parameters ended.
public struct BorderedSolution: Sendable {
    /// The solution of each problem. Its normal matrix is the information on its own and the shared parameters that all
    /// problems together hold, so that its inverse is the covariance of these parameters in the joint fit.
    public var problems: [SeparableSolution]
    /// The nonlinear parameters that are shared, by index, ascending.
    public var shared: [Int]
    /// How parameters of different problems hang together; `nil` where the data do not determine them.
    var coupling: ParameterCoupling?
    /// Weighted sum of squared residuals over all problems, those of a chain included.
    public var chi2: Double
    /// Why the solver ended.
    public var outcome: SeparableOutcome
    /// How often all models were evaluated.
    public var evaluations: Int

    /// The covariance of the shared parameters, row-major; zero for those on a bound. `nil` where it is singular.
    public var sharedCovariance: [Double]? { coupling?.sharedCovariance }

    /// The covariances between quantities of different problems, one quantity for each problem, from their derivatives
    /// by the parameters of the problem: row-major, the diagonal zero (it follows from the problem's own solution).
    /// `nil` where the covariance is singular.
    ///
    /// Cost: the square of the number of problems.
    public func covariances(betweenQuantitiesWith gradients: [[Double]]) -> [Double]? {
        coupling?.covariances(gradients)
    }
}

/// How parameters of problems that share some, or whose parameters form a chain, hang together.
struct ParameterCoupling: Sendable {
    /// The covariance of all shared parameters, row-major, zero for those on a bound.
    let sharedCovariance: [Double]
    private let shared: [Int]
    /// For each problem how its own parameters follow the shared ones, which may move the parameter of the chain too:
    /// row-major, one row for each parameter of the problem, one column for each shared parameter.
    private let following: [[Double]]
    /// For each problem how its parameters follow that of the chain, which follows itself; zero without a chain.
    private let followingChain: [[Double]]
    private let chain: ChainSystem?

    /// `nil` where the data do not determine the shared parameters.
    init?(_ border: BorderSystem, _ blocks: [EliminatedBlock], free: [Int], shared: [Int], size: Int, chain: Int?) {
        guard
            let inverse = SmallSymmetric.inverse(
                of: border.sharedInformation, count: free.count, over: Array(free.indices))
        else { return nil }
        let places = free.compactMap { shared.firstIndex(of: $0) }
        var covariance = [Double](repeating: 0, count: shared.count * shared.count)
        for (a, row) in places.enumerated() {
            for (b, column) in places.enumerated() {
                covariance[row * shared.count + column] = inverse[a * free.count + b]
            }
        }
        sharedCovariance = covariance
        self.shared = shared
        self.chain = border.chain
        followingChain = blocks.map { block in
            var column = [Double](repeating: 0, count: size)
            let m = block.remainder.count
            guard let chain, m > free.count else { return column }
            for (i, row) in block.own.enumerated() { column[row] = -block.elimination[i * m + m - 1] }
            column[chain] = 1
            return column
        }
        let byChain = followingChain
        following = blocks.enumerated().map { index, block in
            var matrix = [Double](repeating: 0, count: size * shared.count)
            let m = block.remainder.count
            for (a, place) in places.enumerated() {
                for (i, row) in block.own.enumerated() {
                    matrix[row * shared.count + place] = -block.elimination[i * m + a]
                }
                matrix[free[a] * shared.count + place] = 1
                guard m > free.count else { continue }
                for row in 0..<size {
                    matrix[row * shared.count + place] -= byChain[index][row] * border.chainElimination[index][a]
                }
            }
            return matrix
        }
    }

    func covariances(_ gradients: [[Double]]) -> [Double] {
        let count = gradients.count, s = shared.count
        let slopes = zip(gradients, following).map { gradient, matrix in
            (0..<s).map { column in
                gradient.indices.reduce(0.0) { $0 + gradient[$1] * matrix[$1 * s + column] }
            }
        }
        let own = zip(gradients, followingChain).map { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }
        var result = [Double](repeating: 0, count: count * count)
        for a in 0..<count {
            let product = (0..<s).map { row in
                (0..<s).reduce(0.0) { $0 + sharedCovariance[row * s + $1] * slopes[a][$1] }
            }
            var unit = [Double](repeating: 0, count: count)
            unit[a] = own[a]
            let walk = own[a] == 0 ? nil : chain?.solve(unit)
            for b in 0..<count where b != a {
                var value = zip(slopes[b], product).reduce(0) { $0 + $1.0 * $1.1 }
                if let walk { value += own[b] * walk[b] }
                result[a * count + b] = value
            }
        }
        return result
    }
}
