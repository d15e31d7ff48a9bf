/// What is known beforehand of the steps of one parameter from problem to problem: a random walk along a chain.
///
/// Each step x_(k+1) - x_k counts as a datum of value zero with a standard deviation of its own, so that it takes part
/// in chi squared, the normal equations and the covariance as measured data do. The matrix of these terms is
/// tridiagonal, and so is that of the parameter after everything else of a problem has been eliminated.
public struct ChainPenalty: Sendable, Hashable {
    /// The index of the nonlinear parameter.
    public var parameter: Int
    /// The problems along the chain, each once.
    public var order: [Int]
    /// The standard deviation of each step, one fewer than problems.
    public var standardDeviations: [Double]

    /// A chain over `parameter`; `order` holds each problem once, and there is one standard deviation for each step.
    public init(parameter: Int, order: [Int], standardDeviations: [Double]) {
        precondition(standardDeviations.count == max(0, order.count - 1), "one standard deviation for each step")
        precondition(standardDeviations.allSatisfy { $0 > 0 }, "steps have positive standard deviations")
        self.parameter = parameter
        self.order = order
        self.standardDeviations = standardDeviations
    }

    /// The sum of squares of the steps in units of their standard deviations. `values` are those of the parameter, by
    /// problem.
    public func chi2(_ values: [Double]) -> Double {
        zip(zip(order, order.dropFirst()), standardDeviations).reduce(0) { sum, step in
            let deviation = (values[step.0.1] - values[step.0.0]) / step.1
            return sum + deviation * deviation
        }
    }

    /// The right-hand side that the steps add to the normal equations, by problem.
    func gradient(_ values: [Double]) -> [Double] {
        var gradient = [Double](repeating: 0, count: order.count)
        for ((a, b), sigma) in zip(zip(order, order.dropFirst()), standardDeviations) {
            let pull = (values[b] - values[a]) / (sigma * sigma)
            gradient[a] += pull
            gradient[b] -= pull
        }
        return gradient
    }

    /// What the steps add to the diagonal of the normal equations, by problem.
    func diagonal() -> [Double] {
        var diagonal = [Double](repeating: 0, count: order.count)
        for ((a, b), sigma) in zip(zip(order, order.dropFirst()), standardDeviations) {
            diagonal[a] += 1 / (sigma * sigma)
            diagonal[b] += 1 / (sigma * sigma)
        }
        return diagonal
    }

    /// The elements beside the diagonal, along the chain.
    var besideDiagonal: [Double] { standardDeviations.map { -1 / ($0 * $0) } }
}

/// The tridiagonal system that is left for the parameter of a chain, with a border of shared parameters.
struct ChainSystem: Sendable {
    private let order: [Int]
    /// Whether the parameter of each problem stays where it is, along the chain.
    private let isHeld: [Bool]
    private let beside: [Double]
    private let factors: TridiagonalCholesky

    /// - Parameters:
    ///   - diagonal: for each problem what its data say of its parameter; `nil` for those that are held.
    init?(_ penalty: ChainPenalty, diagonal: [Double?]) {
        let own = penalty.diagonal()
        order = penalty.order
        isHeld = order.map { diagonal[$0] == nil }
        let (held, elements) = (isHeld, penalty.besideDiagonal)
        beside = elements
        let coupled = elements.indices.map { held[$0] || held[$0 + 1] ? 0 : elements[$0] }
        // Parameters that are held leave the system: a one on the diagonal, and nothing beside it.
        guard
            let factors = TridiagonalCholesky(
                diagonal: order.map { index in diagonal[index].map { $0 + own[index] } ?? 1 }, below: coupled)
        else { return nil }
        self.factors = factors
    }

    /// Solves for one column, by problem; elements of held parameters are taken as zero and stay so.
    func solve(_ column: [Double]) -> [Double] {
        let solution = factors.solve(order.indices.map { isHeld[$0] ? 0 : column[order[$0]] })
        return byProblem(solution)
    }

    /// The diagonal of the inverse by problem, zero for held parameters.
    func inverseDiagonal() -> [Double] {
        byProblem(zip(factors.inverseDiagonal(), isHeld).map { $1 ? 0 : $0 })
    }

    /// The right-hand side that steps of held parameters leave for their neighbours, by problem.
    func rest(of steps: [Double]) -> [Double] {
        var rest = [Double](repeating: 0, count: order.count)
        for (place, beside) in beside.enumerated() {
            let (a, b) = (order[place], order[place + 1])
            if isHeld[place] { rest[b] -= beside * steps[a] }
            if isHeld[place + 1] { rest[a] -= beside * steps[b] }
        }
        return rest
    }

    private func byProblem(_ values: [Double]) -> [Double] {
        var result = values
        for (place, index) in order.enumerated() { result[index] = values[place] }
        return result
    }
}
