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

/// Bounded separable least squares: Levenberg-Marquardt on the nonlinear parameters, the linear ones solved exactly
/// at every step.
///
/// What GSL's solvers lack and peak fits need: bounds on every parameter and the linear/nonlinear split. Steps come
/// from the normal equations of all parameters, damped in the nonlinear ones only, which is Kaufman's variable
/// projection. A step that would leave the box is re-solved with the offending parameters held at their bounds.
/// The workspace is laid out once, so that fitting many spectra with one model allocates nothing per iteration.
public struct SeparableLeastSquares: ~Copyable {
    private let nonlinearCount: Int
    private let linearCount: Int
    private let lower: [Double]
    private let upper: [Double]
    private var linearSolver: BoundedLinearSolver

    private let linearMatrix: UnsafeMutableBufferPointer<Double>
    private let linearVector: UnsafeMutableBufferPointer<Double>
    private let matrix: UnsafeMutableBufferPointer<Double>
    private let gradient: UnsafeMutableBufferPointer<Double>
    private let theta: UnsafeMutableBufferPointer<Double>
    private let coefficients: UnsafeMutableBufferPointer<Double>
    private let linearHeld: UnsafeMutableBufferPointer<Bool>
    private let trialTheta: UnsafeMutableBufferPointer<Double>
    private let trialCoefficients: UnsafeMutableBufferPointer<Double>
    private let trialLinearHeld: UnsafeMutableBufferPointer<Bool>
    private let trialMatrix: UnsafeMutableBufferPointer<Double>
    private let trialGradient: UnsafeMutableBufferPointer<Double>
    private let step: UnsafeMutableBufferPointer<Double>
    private let factor: UnsafeMutableBufferPointer<Double>
    private let order: UnsafeMutableBufferPointer<Int>
    private let held: UnsafeMutableBufferPointer<Bool>
    private let rhs: UnsafeMutableBufferPointer<Double>

    /// A workspace for problems with these bounds.
    public init(nonlinearBounds: [ClosedRange<Double>], linearBounds: [ClosedRange<Double>]) {
        nonlinearCount = nonlinearBounds.count
        linearCount = linearBounds.count
        lower = nonlinearBounds.map(\.lowerBound)
        upper = nonlinearBounds.map(\.upperBound)
        linearSolver = BoundedLinearSolver(bounds: linearBounds)
        let p = nonlinearCount, l = linearCount, n = p + l
        linearMatrix = Self.zeros(l * l)
        linearVector = Self.zeros(l)
        matrix = Self.zeros(n * n)
        gradient = Self.zeros(n)
        theta = Self.zeros(p)
        coefficients = Self.zeros(l)
        linearHeld = Self.flags(l)
        trialTheta = Self.zeros(p)
        trialCoefficients = Self.zeros(l)
        trialLinearHeld = Self.flags(l)
        trialMatrix = Self.zeros(n * n)
        trialGradient = Self.zeros(n)
        step = Self.zeros(n)
        factor = Self.zeros(n * n)
        order = .allocate(capacity: max(1, n))
        order.initialize(repeating: 0)
        held = Self.flags(n)
        rhs = Self.zeros(n)
    }

    deinit {
        for buffer in [
            linearMatrix, linearVector, matrix, gradient, theta, coefficients, trialTheta, trialCoefficients,
            trialMatrix, trialGradient, step, factor, rhs,
        ] { buffer.deallocate() }
        for buffer in [linearHeld, trialLinearHeld, held] { buffer.deallocate() }
        order.deallocate()
    }

    private static func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Double> {
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(1, count))
        buffer.initialize(repeating: 0)
        return buffer
    }

    private static func flags(_ count: Int) -> UnsafeMutableBufferPointer<Bool> {
        let buffer = UnsafeMutableBufferPointer<Bool>.allocate(capacity: max(1, count))
        buffer.initialize(repeating: false)
        return buffer
    }

    /// Minimises chi squared from `start` (moved into the bounds where it lies outside).
    ///
    /// Throws what the problem throws. A problem that cannot be evaluated at a trial point (not finite) is treated as
    /// a step that went too far; at the start it ends the fit as stalled.
    public mutating func minimize<Problem: SeparableProblem & ~Copyable>(
        _ problem: inout Problem, start: [Double], options: SeparableOptions = SeparableOptions()
    ) throws -> SeparableSolution {
        precondition(start.count == nonlinearCount, "one start value for each nonlinear parameter")
        for j in 0..<nonlinearCount { theta[j] = min(max(start[j], lower[j]), upper[j]) }
        coefficients.update(repeating: 0)
        linearHeld.update(repeating: false)
        var chi2 = try evaluate(&problem, theta, coefficients, linearHeld, matrix, gradient)
        var evaluations = 1
        var outcome = SeparableOutcome.evaluationLimit
        guard chi2.isFinite else { return solution(chi2: chi2, outcome: .stalled, evaluations: evaluations) }

        let degrees = Double(max(1, problem.dataCount - nonlinearCount - linearCount))
        // Rounding of the gradient, in terms of the decrease that it feigns: the weighted sum of squares of the data,
        // which for data without noise is all there is to measure against, times the square of the machine precision.
        let floor = 2000 * Double.ulpOfOne * Double.ulpOfOne * sumOfSquares(chi2)
        var damping = 1e-4
        var growth = 2.0
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
            for j in 0..<nonlinearCount { trialTheta[j] = min(max(theta[j] + step[j], lower[j]), upper[j]) }
            for k in 0..<linearCount {
                trialCoefficients[k] = coefficients[k]
                trialLinearHeld[k] = linearHeld[k]
            }
            let trial = try evaluate(
                &problem, trialTheta, trialCoefficients, trialLinearHeld, trialMatrix, trialGradient)
            evaluations += 1
            if trial.isFinite, trial < chi2 {
                let ratio = (chi2 - trial) / predicted
                let factor = 2 * ratio - 1
                damping *= max(1.0 / 3, 1 - factor * factor * factor)
                damping = max(damping, 1e-14)
                if ratio > 0.9 && ratio < 1.1 { damping *= 0.1 }
                growth = 2
                chi2 = trial
                acceptTrial()
            } else if trial.isFinite, trial - chi2 <= 1e-12 * chi2, predicted <= 1e-9 * chi2 {
                // Rounding in chi squared hides the remaining decrease.
                outcome = .converged
                break
            } else {
                damping *= growth
                growth *= 2
                if damping > 1e15 {
                    outcome = predicted <= 1e4 * floor ? .converged : .stalled
                    break
                }
            }
        }
        return solution(chi2: chi2, outcome: outcome, evaluations: evaluations)
    }

    /// The weighted sum of squares of the data at the current point: what the linear part explains and what remains.
    private func sumOfSquares(_ chi2: Double) -> Double {
        (0..<linearCount).reduce(chi2) { $0 + abs(linearVector[$1] * coefficients[$1]) }
    }

    private mutating func evaluate<Problem: SeparableProblem & ~Copyable>(
        _ problem: inout Problem, _ theta: UnsafeMutableBufferPointer<Double>,
        _ coefficients: UnsafeMutableBufferPointer<Double>, _ linearHeld: UnsafeMutableBufferPointer<Bool>,
        _ matrix: UnsafeMutableBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>
    ) throws -> Double {
        try problem.linearEquations(
            at: UnsafeBufferPointer(rebasing: theta[0..<nonlinearCount]), matrix: linearMatrix, vector: linearVector)
        if linearCount > 0 {
            linearSolver.solve(
                matrix: linearMatrix, vector: linearVector, solution: coefficients, isHeld: linearHeld)
        }
        return problem.normalEquations(
            coefficients: UnsafeBufferPointer(rebasing: coefficients[0..<linearCount]), matrix: matrix,
            gradient: gradient)
    }

    private mutating func acceptTrial() {
        let p = nonlinearCount, l = linearCount, n = p + l
        for j in 0..<p { theta[j] = trialTheta[j] }
        for k in 0..<l {
            coefficients[k] = trialCoefficients[k]
            linearHeld[k] = trialLinearHeld[k]
        }
        for i in 0..<n {
            gradient[i] = trialGradient[i]
            for j in 0...i { matrix[i * n + j] = trialMatrix[i * n + j] }
        }
    }

    /// Whether nonlinear parameter `j` must stay: it has no influence, or sits on a bound that the descent direction
    /// would cross.
    private func isHeldAtStart(_ j: Int) -> Bool {
        let n = nonlinearCount + linearCount
        return !(matrix[j * n + j] > 0) || (theta[j] <= lower[j] && gradient[j] <= 0)
            || (theta[j] >= upper[j] && gradient[j] >= 0)
    }

    /// Fills `step` with the damped step within the box; returns the decrease of chi squared that the linearised model
    /// predicts for it, NaN where the normal equations cannot be solved with this damping.
    private mutating func proposeStep(damping: Double) -> Double {
        let p = nonlinearCount, n = p + linearCount
        step.update(repeating: 0)
        for j in 0..<p { held[j] = isHeldAtStart(j) }
        for k in 0..<linearCount { held[p + k] = linearHeld[k] }
        // Every pass but the last holds at least one more parameter.
        for _ in 0...p {
            guard solveStep(damping: damping) else { return .nan }
            var crossed = false
            for j in 0..<p where !held[j] {
                let target = theta[j] + step[j]
                if target < lower[j] {
                    step[j] = lower[j] - theta[j]
                } else if target > upper[j] {
                    step[j] = upper[j] - theta[j]
                } else {
                    continue
                }
                held[j] = true
                crossed = true
            }
            if !crossed { break }
        }
        var predicted = 0.0
        for i in 0..<n {
            var product = matrix[i * n + i] * step[i]
            for j in 0..<i { product += 2 * matrix[i * n + j] * step[j] }
            predicted += step[i] * (2 * gradient[i] - product)
        }
        return predicted
    }

    /// Solves the damped normal equations for the parameters that are not held, given the steps of those that are.
    /// Linear coefficients come first so that collinear columns show up as such and are left alone.
    private mutating func solveStep(damping: Double) -> Bool {
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
                let rowScale = 1 / element(row, row).squareRoot()
                for j in 0...i {
                    let column = order[j]
                    factor[i * n + j] = element(row, column) * rowScale / element(column, column).squareRoot()
                }
                if i >= linearFree { factor[i * n + i] += damping }
                var value = gradient[row]
                for k in 0..<n where held[k] && step[k] != 0 { value -= element(row, k) * step[k] }
                rhs[i] = value * rowScale
            }
            let done = sk_cholesky(factor.baseAddress, count, n, SmallSymmetric.dependenceTolerance)
            guard done == count else {
                if done < linearFree {
                    held[order[done]] = true
                    step[order[done]] = 0
                    continue
                }
                return false
            }
            sk_cholesky_solve(factor.baseAddress, count, n, rhs.baseAddress)
            for i in 0..<count { step[order[i]] = rhs[i] / element(order[i], order[i]).squareRoot() }
            return true
        }
    }

    private func element(_ i: Int, _ j: Int) -> Double {
        let n = nonlinearCount + linearCount
        return i >= j ? matrix[i * n + j] : matrix[j * n + i]
    }

    private func solution(chi2: Double, outcome: SeparableOutcome, evaluations: Int) -> SeparableSolution {
        let p = nonlinearCount, n = p + linearCount
        var full = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<n { full[i * n + j] = element(i, j) }
        }
        return SeparableSolution(
            nonlinear: Array(theta[0..<p]), linear: Array(coefficients[0..<linearCount]),
            isHeld: (0..<p).map { isAtBound($0) || !(matrix[$0 * n + $0] > 0) } + linearHeld[0..<linearCount],
            chi2: chi2, normalMatrix: full, outcome: outcome, evaluations: evaluations)
    }

    private func isAtBound(_ j: Int) -> Bool {
        let room = 1e-9 * min(upper[j] - lower[j], 1)
        return theta[j] - lower[j] <= room || upper[j] - theta[j] <= room
    }
}
