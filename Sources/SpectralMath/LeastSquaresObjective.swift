/// The residuals of a bounded least-squares problem as the minimiser sees them: weighted, counted, remembered at the
/// accepted point, and cut at the walls of the box.
///
/// A class because GSL's callbacks reach it through a pointer. It lives for one minimisation and is not shared.
final class LeastSquaresObjective {
    /// What the minimiser has to do about a trial step that GSL must not judge.
    enum Interruption {
        /// The step ended on walls: `accepted` lies there, and these parameters have to be held.
        case walls([Int])
        /// The permitted number of evaluations is used up.
        case evaluationLimit
        /// A closure of the caller has thrown, or numbers came out unusable.
        case failure(any Error)
    }

    /// What an evaluation on behalf of GSL leads to.
    enum Trial {
        /// The weighted residuals are in `trialWeighted`.
        case residuals
        /// The step must be rejected.
        case rejected
        /// The iteration must end; the reason is in `interruption`.
        case interrupted
    }

    let residualCount: Int
    let parameterCount: Int
    let lower: [Double]
    let upper: [Double]
    /// Parameters with equal bounds.
    let isFixed: [Bool]
    let usesDifferences: Bool

    /// The accepted point, always within the bounds, its raw residuals and the weighted sum of their squares.
    private(set) var accepted: [Double]
    private(set) var acceptedResiduals: [Double]
    private(set) var chi2 = 0.0
    /// The weighted residuals at the accepted point.
    private(set) var weighted: [Double]
    /// The weighted residuals of the last trial.
    private(set) var trialWeighted: [Double]
    /// The weighted Jacobian of all parameters at the accepted point, row by row.
    private(set) var jacobian: [Double]

    /// The parameters that GSL varies at present.
    var free: [Int] = []
    var interruption: Interruption?
    /// All evaluations of the residuals, and those of trial steps, to which `evaluationLimit` applies.
    private(set) var residualEvaluations = 0
    private(set) var trialEvaluations = 0
    var evaluationLimit = 0
    private(set) var jacobianEvaluations = 0
    /// The trial steps in a row that were rejected because the residuals were not finite.
    private(set) var undefinedTrials = 0

    private let rootWeights: [Double]?
    private let scales: [Double]?
    private let computeResiduals: NonlinearLeastSquares.Residuals
    private let computeJacobian: NonlinearLeastSquares.Jacobian?
    private var trial: [Double]
    private var trialResiduals: [Double]
    private var trialChi2 = 0.0
    private var stencilPoint: [Double]
    private var stencilResiduals: [Double]

    init(
        _ problem: LeastSquaresProblem, residuals: @escaping NonlinearLeastSquares.Residuals,
        jacobian: NonlinearLeastSquares.Jacobian?
    ) throws {
        try problem.validate()
        let count = problem.start.count
        residualCount = problem.residualCount
        parameterCount = count
        lower = problem.bounds?.map(\.lowerBound) ?? [Double](repeating: -.infinity, count: count)
        upper = problem.bounds?.map(\.upperBound) ?? [Double](repeating: .infinity, count: count)
        isFixed = zip(lower, upper).map { $0 == $1 }
        scales = problem.scales
        rootWeights = problem.weights?.map { $0.squareRoot() }
        computeResiduals = residuals
        computeJacobian = jacobian
        usesDifferences = jacobian == nil
        accepted = problem.start
        trial = problem.start
        stencilPoint = problem.start
        let zeros = [Double](repeating: 0, count: residualCount)
        acceptedResiduals = zeros
        trialResiduals = zeros
        stencilResiduals = zeros
        weighted = zeros
        trialWeighted = zeros
        self.jacobian = [Double](repeating: 0, count: residualCount * count)
        try evaluateStart()
    }

    /// The number of residuals that count.
    var weightedResidualCount: Int { rootWeights?.count { $0 > 0 } ?? residualCount }

    private func evaluateStart() throws {
        let operation = "residuals at the start values"
        try evaluate(&acceptedResiduals, at: accepted)
        try NumericalError.requireFinite(acceptedResiduals, "residuals", in: operation)
        chi2 = weigh(acceptedResiduals, into: &weighted)
        guard chi2.isFinite else {
            throw NumericalError.notFinite(operation: operation, found: "a sum of squares of \(chi2)")
        }
    }

    private func evaluate(_ residuals: inout [Double], at point: [Double]) throws {
        residualEvaluations += 1
        try computeResiduals(point, &residuals)
        guard residuals.count == residualCount else {
            throw NumericalError.wrongSize(
                operation: "residuals", expected: "\(residualCount)", found: residuals.count)
        }
    }

    /// Multiplies by the square roots of the weights and returns the sum of squares.
    private func weigh(_ residuals: [Double], into result: inout [Double]) -> Double {
        var sum = 0.0
        for index in 0..<residualCount {
            let value = (rootWeights?[index] ?? 1) * residuals[index]
            result[index] = value
            sum += value * value
        }
        return sum
    }

    // MARK: - Trial steps

    /// Evaluates a step of the free parameters on behalf of GSL.
    func evaluateTrial(_ freeParameters: UnsafeBufferPointer<Double>) -> Trial {
        for index in 0..<parameterCount { trial[index] = accepted[index] }
        for (index, parameter) in free.enumerated() { trial[parameter] = freeParameters[index] }
        let walls = cutAtWalls()
        if trial == accepted {
            if walls.isEmpty {
                trialResiduals = acceptedResiduals
                trialWeighted = weighted
                trialChi2 = chi2
                return .residuals
            }
            return interrupt(.walls(walls))
        }
        guard trial.allSatisfy(\.isFinite) else { return .rejected }
        guard trialEvaluations < evaluationLimit else { return interrupt(.evaluationLimit) }
        trialEvaluations += 1
        do {
            try evaluate(&trialResiduals, at: trial)
        } catch {
            return interrupt(.failure(error))
        }
        trialChi2 = weigh(trialResiduals, into: &trialWeighted)
        guard trialChi2.isFinite else {
            undefinedTrials += 1
            return .rejected
        }
        undefinedTrials = 0
        if walls.isEmpty { return .residuals }
        // On the wall the sum of squares may stand still within rounding; a rejection would then come back here for
        // ever shorter steps.
        guard trialChi2 <= chi2 * (1 + 1e-14) else { return .rejected }
        acceptTrial()
        return interrupt(.walls(walls))
    }

    private func interrupt(_ reason: Interruption) -> Trial {
        interruption = reason
        return .interrupted
    }

    /// Shortens the step to `trial` so that it ends on the first wall in its way; returns the parameters on that wall.
    private func cutAtWalls() -> [Int] {
        var fraction = 1.0
        for parameter in free where trial[parameter] < lower[parameter] || trial[parameter] > upper[parameter] {
            fraction = min(fraction, fractionToWall(parameter))
        }
        guard fraction < 1 else { return [] }
        var walls: [Int] = []
        for parameter in free {
            let leaves = trial[parameter] < lower[parameter] || trial[parameter] > upper[parameter]
            if leaves && fractionToWall(parameter) <= fraction {
                trial[parameter] = wall(parameter)
                walls.append(parameter)
            } else {
                let step = fraction * (trial[parameter] - accepted[parameter])
                trial[parameter] = min(max(accepted[parameter] + step, lower[parameter]), upper[parameter])
            }
        }
        return walls
    }

    private func wall(_ parameter: Int) -> Double {
        trial[parameter] < lower[parameter] ? lower[parameter] : upper[parameter]
    }

    /// The part of the step of a parameter that fits between the accepted point and the wall.
    private func fractionToWall(_ parameter: Int) -> Double {
        let fraction = (wall(parameter) - accepted[parameter]) / (trial[parameter] - accepted[parameter])
        return fraction.isFinite ? min(max(fraction, 0), 1 - Double.ulpOfOne) : 0
    }

    /// Makes the last trial the accepted point.
    func acceptTrial() {
        swap(&accepted, &trial)
        swap(&acceptedResiduals, &trialResiduals)
        swap(&weighted, &trialWeighted)
        chi2 = trialChi2
    }

    // MARK: - A step without GSL

    /// Everything that belongs to the accepted point.
    struct State {
        fileprivate let point: [Double]
        fileprivate let residuals: [Double]
        fileprivate let weighted: [Double]
        fileprivate let chi2: Double
        fileprivate let jacobian: [Double]

        /// The largest sum of squares that a step from here may lead to, with room for rounding.
        var chi2Limit: Double { chi2 * (1 + 1e-10) }
    }

    /// The accepted point, to come back to.
    var state: State {
        State(
            point: accepted, residuals: acceptedResiduals, weighted: weighted, chi2: chi2, jacobian: jacobian)
    }

    /// Goes back to an earlier accepted point.
    func restore(_ state: State) {
        accepted = state.point
        acceptedResiduals = state.residuals
        chi2 = state.chi2
        weighted = state.weighted
        jacobian = state.jacobian
    }

    /// Takes a step of the free parameters, with residuals and Jacobian, whether or not it lowers the sum of squares;
    /// returns `false` and stays where it would leave the box, meet residuals that are not finite, or exceed the limit.
    func advance(by step: [Double]) throws -> Bool {
        guard trialEvaluations < evaluationLimit else { return false }
        for index in 0..<parameterCount { trial[index] = accepted[index] }
        for (index, parameter) in free.enumerated() {
            trial[parameter] += step[index]
            guard trial[parameter] >= lower[parameter], trial[parameter] <= upper[parameter] else { return false }
        }
        trialEvaluations += 1
        try evaluate(&trialResiduals, at: trial)
        trialChi2 = weigh(trialResiduals, into: &trialWeighted)
        guard trialChi2.isFinite else { return false }
        acceptTrial()
        try updateJacobian()
        return true
    }

    // MARK: - Derivatives

    /// Computes `jacobian` at the accepted point.
    func updateJacobian() throws {
        jacobianEvaluations += 1
        if let computeJacobian {
            try computeJacobian(accepted, &jacobian)
            guard jacobian.count == residualCount * parameterCount else {
                throw NumericalError.wrongSize(
                    operation: "Jacobian", expected: "\(residualCount) x \(parameterCount)", found: jacobian.count)
            }
        } else {
            for parameter in 0..<parameterCount where !isFixed[parameter] { try differentiate(parameter) }
        }
        for row in 0..<residualCount {
            let weight = rootWeights?[row] ?? 1
            for column in 0..<parameterCount where !isFixed[column] {
                let index = row * parameterCount + column
                jacobian[index] *= weight
                guard jacobian[index].isFinite else {
                    throw NumericalError.notFinite(
                        operation: "Jacobian", found: "\(jacobian[index]) for residual \(row) and parameter \(column)")
                }
            }
        }
    }

    /// Half the derivative of the sum of squares with respect to a parameter, at the accepted point.
    func slope(_ parameter: Int) -> Double {
        var sum = 0.0
        for row in 0..<residualCount { sum += jacobian[row * parameterCount + parameter] * weighted[row] }
        return sum
    }

    private func differentiate(_ parameter: Int) throws {
        let value = accepted[parameter]
        var scale = scales?[parameter] ?? abs(value)
        if scale == 0 { scale = min(1, upper[parameter] - lower[parameter]) }
        let stencils = DifferenceStencil.all(at: value, scale: scale, in: lower[parameter]...upper[parameter])
        for stencil in stencils where try apply(stencil, parameter) { return }
        throw NumericalError.notFinite(
            operation: "difference quotient", found: "undefined residuals around \(value) of parameter \(parameter)")
    }

    /// Fills a column of the Jacobian; returns `false` where residuals on the stencil are not finite.
    private func apply(_ stencil: DifferenceStencil, _ parameter: Int) throws -> Bool {
        for row in 0..<residualCount {
            jacobian[row * parameterCount + parameter] = 0
        }
        for index in 0..<parameterCount { stencilPoint[index] = accepted[index] }
        for (offset, weight) in stencil.points {
            stencilPoint[parameter] = min(max(accepted[parameter] + offset, lower[parameter]), upper[parameter])
            try evaluate(&stencilResiduals, at: stencilPoint)
            for row in 0..<residualCount {
                // The weights add up to zero, so the centre may be subtracted from every value. A parameter without
                // influence then gets a column of exact zeros, not one of rounding errors.
                let difference = stencilResiduals[row] - acceptedResiduals[row]
                jacobian[row * parameterCount + parameter] += weight * difference
            }
        }
        return (0..<residualCount).allSatisfy { jacobian[$0 * parameterCount + parameter].isFinite }
    }
}
