import CSpectralKernels

/// When the separable solver stops.
public struct SeparableOptions: Sendable, Hashable {
    /// The fit has converged when the next step is predicted to lower chi squared by less than this fraction of
    /// chi squared per degree of freedom; its square root is the distance from the minimum in standard deviations.
    public var tolerance: Double
    /// The most evaluations of the model in one fit.
    public var maximumEvaluations: Int

    /// Options; the default tolerance leaves parameters within 3e-4 of a standard deviation of the minimum.
    public init(tolerance: Double = 1e-7, maximumEvaluations: Int = 200) {
        self.tolerance = tolerance
        self.maximumEvaluations = maximumEvaluations
    }
}

/// How a minimisation ended; the parameters stay with the solver.
public struct SeparableEnd: Sendable, Hashable {
    /// Weighted sum of squared residuals.
    public var chi2: Double
    /// Why the solver ended.
    public var outcome: SeparableOutcome
    /// How often the model was evaluated.
    public var evaluations: Int

    /// An end of a minimisation.
    public init(chi2: Double, outcome: SeparableOutcome, evaluations: Int) {
        self.chi2 = chi2
        self.outcome = outcome
        self.evaluations = evaluations
    }
}

/// Bounded separable least squares: Levenberg-Marquardt on the nonlinear parameters, the linear ones solved exactly
/// at every step.
///
/// What GSL's solvers lack and peak fits need: bounds on every parameter and the linear/nonlinear split. Steps come
/// from the normal equations of all parameters, damped in the nonlinear ones only, which is Kaufman's variable
/// projection. A step that would leave the box is re-solved with the offending parameters held at their bounds.
/// The workspace is laid out once: fitting many spectra with one model through `run` allocates nothing.
public struct SeparableLeastSquares: ~Copyable {
    /// A point with its normal equations.
    private struct Point {
        let theta: UnsafeMutablePointer<Double>
        let coefficients: UnsafeMutablePointer<Double>
        let matrix: UnsafeMutablePointer<Double>
        let gradient: UnsafeMutablePointer<Double>
        let linearHeld: UnsafeMutablePointer<Bool>

        init(nonlinear p: Int, linear l: Int) {
            theta = SeparableLeastSquares.zeros(p)
            coefficients = SeparableLeastSquares.zeros(l)
            matrix = SeparableLeastSquares.zeros((p + l) * (p + l))
            gradient = SeparableLeastSquares.zeros(p + l)
            linearHeld = .allocate(capacity: l + 1)
            linearHeld.initialize(repeating: false, count: l + 1)
        }

        func deallocate() {
            theta.deallocate()
            coefficients.deallocate()
            matrix.deallocate()
            gradient.deallocate()
            linearHeld.deallocate()
        }
    }

    private let nonlinearCount: Int
    private let linearCount: Int
    private let linearSolver: BoundedLinearSolver
    private let order: UnsafeMutablePointer<Int>
    /// Memory that both kinds of bounds share.
    private let lower: UnsafeMutablePointer<Double>
    private let upper: UnsafeMutablePointer<Double>
    private let linearMatrix: UnsafeMutablePointer<Double>
    private let linearVector: UnsafeMutablePointer<Double>
    private var current: Point
    private var trial: Point
    private let step: UnsafeMutablePointer<Double>
    private let factor: UnsafeMutablePointer<Double>
    private let rhs: UnsafeMutablePointer<Double>
    /// The reciprocal roots of the diagonal of the normal equations.
    private let scale: UnsafeMutablePointer<Double>
    private let held: UnsafeMutablePointer<Bool>
    private var history: StepHistory

    /// A workspace for problems with these bounds.
    public init(nonlinearBounds: [ClosedRange<Double>], linearBounds: [ClosedRange<Double>]) {
        let p = nonlinearBounds.count, l = linearBounds.count, n = p + l
        nonlinearCount = p
        linearCount = l
        linearSolver = BoundedLinearSolver(bounds: linearBounds)
        let bounds = Self.zeros(2 * p)
        lower = bounds
        upper = bounds + p
        for j in 0..<p {
            lower[j] = nonlinearBounds[j].lowerBound
            upper[j] = nonlinearBounds[j].upperBound
        }
        linearMatrix = Self.zeros(l * l)
        linearVector = Self.zeros(l)
        current = Point(nonlinear: p, linear: l)
        trial = Point(nonlinear: p, linear: l)
        step = Self.zeros(n)
        history = StepHistory(count: p)
        factor = Self.zeros(n * n)
        rhs = Self.zeros(n)
        scale = Self.zeros(n)
        held = .allocate(capacity: n + 1)
        held.initialize(repeating: false, count: n + 1)
        order = .allocate(capacity: n + 1)
        order.initialize(repeating: 0, count: n + 1)
    }

    private static func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: count + 1)
        memory.initialize(repeating: 0, count: count + 1)
        return memory
    }

    deinit {
        lower.deallocate()
        linearMatrix.deallocate()
        linearVector.deallocate()
        current.deallocate()
        trial.deallocate()
        step.deallocate()
        factor.deallocate()
        rhs.deallocate()
        scale.deallocate()
        held.deallocate()
        order.deallocate()
    }

    // MARK: - The solution

    /// The nonlinear parameters where the last minimisation ended.
    public var nonlinear: UnsafeBufferPointer<Double> { .init(start: current.theta, count: nonlinearCount) }

    /// The linear coefficients where it ended.
    public var linear: UnsafeBufferPointer<Double> { .init(start: current.coefficients, count: linearCount) }

    /// Whether parameter `index` (nonlinear first) is held by a bound there, or has no influence on the model.
    public func isHeld(_ index: Int) -> Bool {
        let p = nonlinearCount, n = p + linearCount
        precondition(index >= 0 && index < n, "no such parameter")
        guard index < p else { return current.linearHeld[index - p] }
        let room = 1e-9 * min(upper[index] - lower[index], 1)
        let isAtBound = current.theta[index] - lower[index] <= room || upper[index] - current.theta[index] <= room
        return isAtBound || !(current.matrix[index * n + index] > 0)
    }

    /// Half the second derivative of chi squared by linear coefficient `index`, all else held: one over the variance that the
    /// coefficient would have if nothing else were fitted.
    public func information(ofLinear index: Int) -> Double {
        precondition(index >= 0 && index < linearCount, "no such coefficient")
        let n = nonlinearCount + linearCount
        return current.matrix[(nonlinearCount + index) * (n + 1)]
    }

    /// Fills `covariance`, row-major, with what `SeparableSolution.covariance` returns; `false` where that is nil.
    public mutating func covariance(into covariance: UnsafeMutableBufferPointer<Double>) -> Bool {
        let n = nonlinearCount + linearCount
        precondition(covariance.count == n * n, "a row and a column for each parameter")
        covariance.update(repeating: 0)
        var count = 0
        for index in 0..<n where !isHeld(index) {
            order[count] = index
            count += 1
        }
        for i in 0..<count {
            scale[i] = 1 / current.matrix[order[i] * (n + 1)].squareRoot()
            guard scale[i].isFinite else { return false }
            for j in 0...i { factor[i * n + j] = current.matrix[order[i] * n + order[j]] * scale[i] * scale[j] }
        }
        guard sk_cholesky(factor, count, n, SmallSymmetric.dependenceTolerance) == count else { return false }
        sk_cholesky_inverse(factor, count, n)
        for i in 0..<count {
            for j in 0...i {
                let value = factor[i * n + j] * (scale[i] * scale[j])
                covariance[order[i] * n + order[j]] = value
                covariance[order[j] * n + order[i]] = value
            }
        }
        return true
    }

    /// Where it ended, as a value.
    public func solution(_ end: SeparableEnd) -> SeparableSolution {
        let p = nonlinearCount, n = p + linearCount
        var full = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<n { full[i * n + j] = element(i, j) }
        }
        return SeparableSolution(
            nonlinear: Array(nonlinear), linear: Array(linear), isHeld: (0..<n).map { isHeld($0) }, chi2: end.chi2,
            normalMatrix: full, outcome: end.outcome, evaluations: end.evaluations)
    }

    // MARK: - Minimisation

    /// Minimises chi squared from `start` (moved into the bounds where it lies outside).
    ///
    /// Throws what the problem throws. A problem that cannot be evaluated at a trial point (not finite) is treated as
    /// a step that went too far; at the start it ends the fit as stalled.
    public mutating func minimize<Problem: SeparableProblem & ~Copyable>(
        _ problem: inout Problem, start: [Double], options: SeparableOptions = SeparableOptions()
    ) throws -> SeparableSolution {
        let end = try start.withUnsafeBufferPointer { try run(&problem, start: $0, options: options) }
        return solution(end)
    }

    /// The same, leaving the parameters in `nonlinear` and `linear`.
    public mutating func run<Problem: SeparableProblem & ~Copyable>(
        _ problem: inout Problem, start: UnsafeBufferPointer<Double>, options: SeparableOptions = SeparableOptions()
    ) throws -> SeparableEnd {
        precondition(start.count == nonlinearCount, "one start value for each nonlinear parameter")
        for j in 0..<nonlinearCount { current.theta[j] = min(max(start[j], lower[j]), upper[j]) }
        current.coefficients.update(repeating: 0, count: linearCount)
        current.linearHeld.update(repeating: false, count: linearCount)
        var chi2 = try evaluate(&problem, current)
        var evaluations = 1
        guard chi2.isFinite else { return SeparableEnd(chi2: chi2, outcome: .stalled, evaluations: evaluations) }

        let degrees = Double(max(1, problem.dataCount - nonlinearCount - linearCount))
        // Rounding of the gradient, in terms of the decrease that it feigns: the weighted sum of squares of the data,
        // which for data without noise is all there is to measure against, times the square of the machine precision.
        let floor = 2000 * Double.ulpOfOne * Double.ulpOfOne * sumOfSquares(chi2)
        var outcome = SeparableOutcome.evaluationLimit
        var damping = 1e-4
        var growth = 2.0
        var mayMix = true
        history.forget()
        prepareSteps()
        while evaluations < options.maximumEvaluations {
            let predicted = proposeStep(damping: damping)
            guard predicted.isFinite else {
                damping = max(damping * growth, 1e-8)
                growth *= 2
                if damping > 1e15 {
                    outcome = .stalled
                    break
                }
                continue
            }
            // A heavily damped step predicts little without being near the minimum, so only lightly damped ones count.
            if predicted <= options.tolerance * chi2 / degrees + floor, damping <= 1e-2 || predicted <= floor {
                outcome = .converged
                break
            }
            let mixing =
                mayMix && damping <= 1e-3
                ? history.mixing(step, predicted, current.gradient, held, deviation: chi2 / degrees) : nil
            for j in 0..<nonlinearCount {
                let change = mixing.map { step[j] - $0 * history.difference(step, j) } ?? step[j]
                trial.theta[j] = min(max(current.theta[j] + change, lower[j]), upper[j])
            }
            trial.coefficients.update(from: current.coefficients, count: linearCount)
            trial.linearHeld.update(from: current.linearHeld, count: linearCount)
            let trialChi2 = try evaluate(&problem, trial)
            evaluations += 1
            if trialChi2.isFinite, trialChi2 < chi2 {
                let ratio = (chi2 - trialChi2) / predicted
                let factor = 2 * ratio - 1
                damping *= max(1.0 / 3, 1 - factor * factor * factor)
                damping = max(damping, 1e-14)
                if ratio > 0.9 && ratio < 1.1 { damping *= 0.1 }
                growth = 2
                chi2 = trialChi2
                history.remember(step, predicted, held, from: current.theta, to: trial.theta)
                mayMix = true
                swap(&current, &trial)
                prepareSteps()
            } else if trialChi2.isFinite, trialChi2 - chi2 <= 1e-12 * chi2, predicted <= 1e-9 * chi2 {
                // Rounding in chi squared hides the remaining decrease.
                outcome = .converged
                break
            } else if mixing != nil {
                // The step itself may still do.
                mayMix = false
            } else {
                damping *= growth
                growth *= 2
                if damping > 1e15 {
                    outcome = predicted <= 1e4 * floor ? .converged : .stalled
                    break
                }
            }
        }
        return SeparableEnd(chi2: chi2, outcome: outcome, evaluations: evaluations)
    }

    /// The weighted sum of squares of the data at the current point: what the linear part explains and what remains.
    private func sumOfSquares(_ chi2: Double) -> Double {
        var sum = chi2
        for k in 0..<linearCount { sum += abs(linearVector[k] * current.coefficients[k]) }
        return sum
    }

    private func evaluate<Problem: SeparableProblem & ~Copyable>(_ problem: inout Problem, _ point: Point) throws
        -> Double
    {
        let l = linearCount, n = nonlinearCount + l
        let matrix = UnsafeMutableBufferPointer(start: linearMatrix, count: l * l)
        let vector = UnsafeMutableBufferPointer(start: linearVector, count: l)
        try problem.linearEquations(
            at: UnsafeBufferPointer(start: point.theta, count: nonlinearCount), matrix: matrix, vector: vector)
        if l > 0 {
            linearSolver.solve(
                matrix: matrix, vector: vector,
                solution: UnsafeMutableBufferPointer(start: point.coefficients, count: l),
                isHeld: UnsafeMutableBufferPointer(start: point.linearHeld, count: l))
        }
        return problem.normalEquations(
            coefficients: UnsafeBufferPointer(start: point.coefficients, count: l),
            matrix: UnsafeMutableBufferPointer(start: point.matrix, count: n * n),
            gradient: UnsafeMutableBufferPointer(start: point.gradient, count: n))
    }

    // MARK: - Steps

    /// Computes what the steps from the current point have in common, whatever their damping.
    private func prepareSteps() {
        let n = nonlinearCount + linearCount
        for i in 0..<n { scale[i] = 1 / current.matrix[i * (n + 1)].squareRoot() }
    }

    /// Whether nonlinear parameter `j` must stay: it has no influence, or sits on a bound that the descent direction
    /// would cross.
    private func isHeldAtStart(_ j: Int) -> Bool {
        let n = nonlinearCount + linearCount
        let value = current.theta[j], slope = current.gradient[j]
        return !(current.matrix[j * (n + 1)] > 0) || (value <= lower[j] && slope <= 0)
            || (value >= upper[j] && slope >= 0)
    }

    /// Fills `step` with the damped step within the box; returns the decrease of chi squared that the linearised model
    /// predicts for it, NaN where the normal equations cannot be solved with this damping.
    private func proposeStep(damping: Double) -> Double {
        let p = nonlinearCount, n = p + linearCount
        step.update(repeating: 0, count: n)
        for j in 0..<p { held[j] = isHeldAtStart(j) }
        for k in 0..<linearCount { held[p + k] = current.linearHeld[k] }
        // Every pass but the last holds at least one more parameter.
        for _ in 0...p {
            guard solveStep(damping: damping) else { return .nan }
            var crossed = false
            for j in 0..<p where !held[j] {
                let target = current.theta[j] + step[j]
                if target < lower[j] {
                    step[j] = lower[j] - current.theta[j]
                } else if target > upper[j] {
                    step[j] = upper[j] - current.theta[j]
                } else {
                    continue
                }
                held[j] = true
                crossed = true
            }
            if !crossed { break }
        }
        var predicted = 0.0
        for i in 0..<n where step[i] != 0 {
            let row = current.matrix + i * n
            var product = row[i] * step[i]
            for j in 0..<i { product += 2 * row[j] * step[j] }
            predicted += step[i] * (2 * current.gradient[i] - product)
        }
        return predicted
    }

    /// Solves the damped normal equations for the parameters that are not held, given the steps of those that are.
    /// Linear coefficients come first so that collinear columns show up as such and are left alone.
    private func solveStep(damping: Double) -> Bool {
        let p = nonlinearCount, n = p + linearCount
        while true {
            var count = 0
            for k in p..<n where !held[k] {
                order[count] = k
                count += 1
            }
            let linearFree = count
            for j in 0..<p where !held[j] {
                order[count] = j
                count += 1
            }
            for i in 0..<count {
                let row = order[i]
                let out = factor + i * n
                for j in 0...i {
                    let column = order[j]
                    out[j] = element(row, column) * scale[row] * scale[column]
                }
                if i >= linearFree { out[i] += damping }
                var value = current.gradient[row]
                for k in 0..<n where held[k] && step[k] != 0 { value -= element(row, k) * step[k] }
                rhs[i] = value * scale[row]
            }
            let done = sk_cholesky(factor, count, n, SmallSymmetric.dependenceTolerance)
            guard done == count else {
                if done < linearFree {
                    held[order[done]] = true
                    step[order[done]] = 0
                    continue
                }
                return false
            }
            sk_cholesky_solve(factor, count, n, rhs)
            for i in 0..<count { step[order[i]] = rhs[i] * scale[order[i]] }
            return true
        }
    }

    private func element(_ i: Int, _ j: Int) -> Double {
        let n = nonlinearCount + linearCount
        return i >= j ? current.matrix[i * n + j] : current.matrix[j * n + i]
    }
}
