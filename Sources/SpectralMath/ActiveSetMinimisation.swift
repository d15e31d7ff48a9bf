/// Least squares within a box: decides which parameters GSL varies, when a parameter is held at a wall or released,
/// and when the minimum is reached.
struct ActiveSetMinimisation {
    private let objective: LeastSquaresObjective
    private let tolerance: Double
    private var isHeld: [Bool]
    /// How often each parameter was released before the others had converged, which is only allowed a few times.
    private var earlyReleases: [Int]
    /// The parameter whose release, the others having converged, began this phase.
    private var justReleased: Int?
    /// Parameters that ran straight back into the wall after such a release, which only rounding can cause; they stay
    /// until the sum of squares falls.
    private var isStuck: [Bool]
    private var steps = 0
    private let method: StepMethod
    private var rotatedColumn: [Double]

    /// A minimisation that has not moved yet.
    init(_ objective: LeastSquaresObjective, _ method: StepMethod, tolerance: Double) {
        self.objective = objective
        self.tolerance = tolerance
        self.method = method
        isHeld = objective.isFixed
        earlyReleases = [Int](repeating: 0, count: objective.parameterCount)
        isStuck = [Bool](repeating: false, count: objective.parameterCount)
        rotatedColumn = [Double](repeating: 0, count: objective.residualCount)
    }

    /// How many times a parameter may be released before the others have converged.
    private static let earlyReleaseLimit = 3

    /// What one run of GSL with fixed roles of the parameters ended with.
    private enum Phase {
        case finished(LeastSquaresFit.Termination)
        case rolesChanged
    }

    /// Minimises and says what ended it. The objective stands at the result.
    mutating func run() throws -> LeastSquaresFit.Termination {
        var phases = 0
        while true {
            objective.free = (0..<objective.parameterCount).filter { !isHeld[$0] }
            let phase = objective.free.isEmpty ? try phaseWithoutFreeParameters() : try phaseWithFreeParameters()
            if case .finished(let termination) = phase { return termination }
            // Every change of roles but a few costs an evaluation, which is counted; this ends the rest.
            phases += 1
            if phases > 1000 + 100 * objective.parameterCount { return .noProgress }
        }
    }

    private mutating func phaseWithoutFreeParameters() throws -> Phase {
        try objective.updateJacobian()
        guard objective.chi2 > 0 else { return .finished(.exactFit) }
        if try release(nil, predicted: 0, isConverged: true) { return .rolesChanged }
        return .finished(.predictedDecreaseBelowTolerance)
    }

    private mutating func phaseWithFreeParameters() throws -> Phase {
        let solver = try TrustRegion(objective, method)
        var space = TangentSpace(rows: objective.residualCount, columns: objective.free.count)
        var stepsInPhase = 0
        while true {
            guard objective.chi2 > 0 else { return .finished(.exactFit) }
            try solver.withJacobian { try space.decompose($0) }
            try solver.withResiduals { try space.project($0) }
            let predicted = space.explained
            let isConverged = predicted <= tolerance * objective.chi2
            if try release(space, predicted: predicted, isConverged: isConverged) { return .rolesChanged }
            if isConverged {
                try polish(&space)
                return .finished(.predictedDecreaseBelowTolerance)
            }
            let before = objective.chi2
            let outcome = try solver.iterate()
            let hasFallen = objective.chi2 < before * (1 - tolerance)
            if hasFallen { forgetStuck() }
            switch outcome {
            case .step:
                steps += 1
                stepsInPhase += 1
            case .interrupted:
                guard case .walls(let parameters) = objective.interruption else {
                    return .finished(.evaluationLimit)
                }
                for parameter in parameters {
                    isHeld[parameter] = true
                    isStuck[parameter] = !hasFallen && stepsInPhase == 0 && parameter == justReleased
                }
                return .rolesChanged
            case .noProgress:
                // The damping grows with every rejection and is only reset by a new start, which helps once.
                if stepsInPhase > 0 { return .rolesChanged }
                return .finished(try judgeStandstill(&space, predicted: predicted))
            }
        }
    }

    private mutating func forgetStuck() {
        for index in isStuck.indices { isStuck[index] = false }
    }

    /// Releases the held parameter that promises the largest decrease, if it is worth it now.
    private mutating func release(_ space: TangentSpace?, predicted: Double, isConverged: Bool) throws -> Bool {
        guard let candidate = try releaseCandidate(space) else { return false }
        let parameter = candidate.parameter
        guard candidate.gain > tolerance * objective.chi2 else { return false }
        if !isConverged {
            // Long before convergence only where the wall costs more than all the rest still promises.
            guard candidate.gain > predicted, earlyReleases[parameter] < Self.earlyReleaseLimit else { return false }
            earlyReleases[parameter] += 1
        }
        justReleased = isConverged ? parameter : nil
        isHeld[parameter] = false
        return true
    }

    /// The parameter on a wall that would lower the sum of squares most by leaving it, and by how much, while the free
    /// parameters adapt (to first order).
    private mutating func releaseCandidate(_ space: TangentSpace?) throws -> (parameter: Int, gain: Double)? {
        var best: (parameter: Int, gain: Double)?
        for parameter in 0..<objective.parameterCount
        where isHeld[parameter] && !objective.isFixed[parameter] && !isStuck[parameter] {
            var length = 0.0
            for row in 0..<objective.residualCount {
                rotatedColumn[row] = objective.jacobian[row * objective.parameterCount + parameter]
                length += rotatedColumn[row] * rotatedColumn[row]
            }
            var orthogonal = 0.0
            var slope = 0.0
            if let space { try space.rotate(&rotatedColumn) }
            for row in (space?.rank ?? 0)..<objective.residualCount {
                orthogonal += rotatedColumn[row] * rotatedColumn[row]
                slope += rotatedColumn[row] * (space?.projected[row] ?? objective.weighted[row])
            }
            let isAtLowerBound = objective.accepted[parameter] <= objective.lower[parameter]
            guard isAtLowerBound ? slope < 0 : slope > 0, orthogonal > 1e-20 * length else { continue }
            let gain = slope * slope / orthogonal
            if gain > best?.gain ?? 0 { best = (parameter, gain) }
        }
        return best
    }

    /// Undamped Gauss-Newton steps close to the minimum, kept as long as each
    /// shortens the gradient by a tenth. They gain the digits
    /// that the sum of squares cannot show, as its changes there drown in rounding.
    private mutating func polish(_ space: inout TangentSpace) throws {
        var predicted = space.explained
        for _ in 0..<60 where predicted > 0 && space.rank == space.columns {
            let state = objective.state
            guard try objective.advance(by: space.coordinates().map { -$0 }) else { return }
            var next = space
            try next.decompose(FreeColumns(objective))
            try next.project(objective.weighted)
            guard next.explained <= 0.81 * predicted, objective.chi2 <= state.chi2Limit else {
                objective.restore(state)
                return
            }
            steps += 1
            space = next
            predicted = next.explained
        }
    }

    /// Decides whether a standstill is the end of double precision or a failure.
    private mutating func judgeStandstill(
        _ space: inout TangentSpace, predicted: Double
    ) throws -> LeastSquaresFit.Termination {
        let step = space.coordinates()
        let isSmallStep = zip(step, objective.free).allSatisfy { step, parameter in
            abs(step) <= 1e-7 * abs(objective.accepted[parameter])
        }
        // Where columns become parallel (two equal decay rates, say) the linearised problem promises a decrease along a
        // direction that it knows nothing about; the residuals are orthogonal to every single column all the same.
        let isStationary = objective.free.indices.allSatisfy { index in
            let slope = abs(objective.slope(objective.free[index]))
            return slope <= 1e-7 * space.lengths[index] * objective.chi2.squareRoot()
        }
        if predicted <= 1e-9 * objective.chi2 || isSmallStep || isStationary {
            try polish(&space)
            return .limitOfPrecision
        }
        return objective.undefinedTrials > 0 ? .undefinedResiduals : .noProgress
    }
}

/// The columns of the free parameters in the Jacobian of an objective, as one row-major collection.
private struct FreeColumns: RandomAccessCollection {
    private let jacobian: [Double]
    private let free: [Int]
    private let parameterCount: Int
    let endIndex: Int

    init(_ objective: LeastSquaresObjective) {
        jacobian = objective.jacobian
        free = objective.free
        parameterCount = objective.parameterCount
        endIndex = objective.residualCount * objective.free.count
    }

    var startIndex: Int { 0 }

    subscript(index: Int) -> Double {
        let (row, column) = index.quotientAndRemainder(dividingBy: free.count)
        return jacobian[row * parameterCount + free[column]]
    }
}

// MARK: - The result

extension ActiveSetMinimisation {
    /// The result at the point where the objective stands.
    func fit(_ termination: LeastSquaresFit.Termination) throws -> LeastSquaresFit {
        let count = objective.parameterCount
        let positions = (0..<count).map { parameter -> LeastSquaresFit.Position in
            if objective.isFixed[parameter] { return .fixed }
            if !isHeld[parameter] { return .free }
            return objective.accepted[parameter] <= objective.lower[parameter] ? .atLowerBound : .atUpperBound
        }
        let (covariance, undetermined) = try covariance()
        let gradient = (0..<count).map { objective.isFixed[$0] ? 0 : objective.slope($0) }
        return LeastSquaresFit(
            parameters: objective.accepted, positions: positions, residuals: objective.acceptedResiduals,
            chi2: objective.chi2, degreesOfFreedom: objective.weightedResidualCount - objective.free.count,
            covariance: covariance, undetermined: undetermined, gradient: gradient, termination: termination,
            residualEvaluations: objective.residualEvaluations, jacobianEvaluations: objective.jacobianEvaluations,
            steps: steps)
    }

    /// The inverse of J^T J of the free parameters, through the singular values of the triangle of J, so that the
    /// condition of J is not squared; and the free parameters that the data leave open.
    private func covariance() throws -> (Matrix, undetermined: [Int]) {
        let count = objective.parameterCount
        let free = objective.free
        var covariance = Matrix(zeros: count, count)
        guard !free.isEmpty else { return (covariance, []) }
        var space = TangentSpace(rows: objective.residualCount, columns: free.count)
        try space.decompose(FreeColumns(objective))
        let decomposition = try SingularValueDecomposition(space.triangle)
        let rounding = Double(objective.residualCount) * Double.ulpOfOne
        let rank = decomposition.rank(relativeTolerance: objective.usesDifferences ? max(1e-10, rounding) : rounding)
        let isOpen = (0..<free.count).map { index in
            (rank..<free.count).contains { abs(decomposition.right[index, $0]) > 1e-6 }
        }
        for (row, first) in free.enumerated() where !isOpen[row] {
            for (column, second) in free.enumerated() where !isOpen[column] {
                var sum = 0.0
                for index in 0..<rank {
                    let value = decomposition.values[index]
                    sum += decomposition.right[row, index] * decomposition.right[column, index] / (value * value)
                }
                covariance[first, second] = sum / (space.lengths[row] * space.lengths[column])
            }
        }
        return (covariance, free.indices.filter { isOpen[$0] }.map { free[$0] })
    }
}
