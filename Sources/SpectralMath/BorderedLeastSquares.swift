/// Bounded separable least squares for many problems that share some of their nonlinear parameters.
///
/// The normal equations are block-diagonal with a border: each problem's own parameters meet only themselves and the
/// shared ones. They are eliminated problem by problem, which leaves a small system for the shared parameters (Schur
/// complement), so that time and memory grow linearly with the number of problems. The result is that of one
/// least-squares fit of all data. Damping, bounds and convergence are those of `SeparableLeastSquares`.
public struct BorderedLeastSquares: ~Copyable {
    private let nonlinearCount: Int
    private let linearCount: Int
    private let lower: [Double]
    private let upper: [Double]
    private let shared: [Int]
    private let isShared: [Bool]
    private var linearSolver: BoundedLinearSolver
    private var blocks: [BorderedBlock] = []
    private var trial: [BorderedBlock] = []
    private var steps: [[Double]] = []
    private var held: [[Bool]] = []

    /// A solver for problems that all have these bounds.
    ///
    /// - Parameter shared: the indices of the nonlinear parameters that all problems have in common.
    public init(nonlinearBounds: [ClosedRange<Double>], linearBounds: [ClosedRange<Double>], shared: [Int]) {
        nonlinearCount = nonlinearBounds.count
        linearCount = linearBounds.count
        lower = nonlinearBounds.map(\.lowerBound)
        upper = nonlinearBounds.map(\.upperBound)
        let chosen = Set(shared)
        isShared = nonlinearBounds.indices.map(chosen.contains)
        self.shared = nonlinearBounds.indices.filter(chosen.contains)
        linearSolver = BoundedLinearSolver(bounds: linearBounds)
    }

    /// Minimises chi squared summed over all problems.
    ///
    /// - Parameter starts: the nonlinear parameters of each problem; the shared ones are taken from the first.
    ///
    /// Throws what the problems throw.
    public mutating func minimize<Problem: SeparableProblem & ~Copyable>(
        _ problems: inout ProblemList<Problem>, starts: [[Double]], options: SeparableOptions = SeparableOptions()
    ) throws -> BorderedSolution {
        precondition(problems.count == starts.count && problems.count > 0, "one start for each problem")
        blocks = starts.map { start in
            var theta = start
            for j in shared { theta[j] = starts[0][j] }
            for j in theta.indices { theta[j] = min(max(theta[j], lower[j]), upper[j]) }
            return BorderedBlock(theta: theta, linearCount: linearCount)
        }
        var data = 0
        for index in 0..<problems.count { data += problems.with(index) { $0.dataCount } }
        var chi2 = 0.0
        for index in blocks.indices {
            var block = blocks[index]
            try problems.with(index) { try evaluate(&$0, &block) }
            blocks[index] = block
            chi2 += blocks[index].chi2
        }
        var evaluations = 1
        guard chi2.isFinite else { return solution(chi2, .stalled, evaluations) }
        let count = Double(blocks.count)
        let free = shared.count + blocks.count * (nonlinearCount - shared.count + linearCount)
        // Rounding is judged as for one problem; see `SeparableLeastSquares`.
        let floor = 2000 * Double.ulpOfOne * Double.ulpOfOne * sumOfSquares(chi2)
        let target = options.tolerance * count.squareRoot() * chi2 / Double(max(1, data - free)) + floor

        var outcome = SeparableOutcome.evaluationLimit
        var damping = 1e-4
        var growth = 2.0
        while evaluations < options.maximumEvaluations {
            let predicted = proposeStep(damping: damping)
            if predicted.isFinite {
                if predicted <= target, damping <= 1e-2 || predicted <= floor {
                    outcome = .converged
                    break
                }
                let next = try evaluateTrial(&problems)
                evaluations += 1
                if next.isFinite, next < chi2 {
                    let ratio = (chi2 - next) / predicted
                    let factor = 2 * ratio - 1
                    damping = max(damping * max(1.0 / 3, 1 - factor * factor * factor), 1e-14)
                    if ratio > 0.9 && ratio < 1.1 { damping *= 0.1 }
                    growth = 2
                    chi2 = next
                    swap(&blocks, &trial)
                    continue
                }
                if next.isFinite, next - chi2 <= 1e-12 * chi2, predicted <= 1e-9 * chi2 {
                    // Rounding in chi squared hides the remaining decrease.
                    outcome = .converged
                    break
                }
            }
            damping = max(damping * growth, 1e-8)
            growth *= 2
            if damping > 1e15 {
                outcome = predicted <= 1e4 * floor ? .converged : .stalled
                break
            }
        }
        return solution(chi2, outcome, evaluations)
    }

    // MARK: - Evaluation

    private func evaluate<Problem: SeparableProblem & ~Copyable>(
        _ problem: inout Problem, _ block: inout BorderedBlock
    ) throws {
        var matrix = [Double](repeating: 0, count: max(1, linearCount * linearCount))
        var vector = [Double](repeating: 0, count: max(1, linearCount))
        try matrix.withUnsafeMutableBufferPointer { matrix in
            try vector.withUnsafeMutableBufferPointer { vector in
                try block.theta.withUnsafeBufferPointer {
                    try problem.linearEquations(at: $0, matrix: matrix, vector: vector)
                }
                guard linearCount > 0 else { return }
                block.coefficients.withUnsafeMutableBufferPointer { coefficients in
                    block.linearHeld.withUnsafeMutableBufferPointer { held in
                        linearSolver.solve(matrix: matrix, vector: vector, solution: coefficients, isHeld: held)
                    }
                }
            }
        }
        block.chi2 = block.coefficients.withUnsafeBufferPointer { coefficients in
            block.matrix.withUnsafeMutableBufferPointer { matrix in
                block.gradient.withUnsafeMutableBufferPointer { gradient in
                    problem.normalEquations(coefficients: coefficients, matrix: matrix, gradient: gradient)
                }
            }
        }
    }

    private mutating func evaluateTrial<Problem: SeparableProblem & ~Copyable>(
        _ problems: inout ProblemList<Problem>
    ) throws -> Double {
        trial = blocks
        var chi2 = 0.0
        for index in trial.indices {
            var block = trial[index]
            for j in 0..<nonlinearCount {
                block.theta[j] = min(max(block.theta[j] + steps[index][j], lower[j]), upper[j])
            }
            try problems.with(index) { try evaluate(&$0, &block) }
            chi2 += block.chi2
            trial[index] = block
        }
        return chi2
    }

    /// The weighted sum of squares of the data: what the linear part explains, and what remains.
    private func sumOfSquares(_ chi2: Double) -> Double {
        blocks.reduce(chi2) { sum, block in
            var own = 0.0
            for k in 0..<linearCount {
                let row = nonlinearCount + k
                own += abs(block.coefficients[k] * block.coefficients[k] * block.element(row, row))
            }
            return sum + own
        }
    }

    // MARK: - Steps

    /// Whether a parameter must stay: it has no influence, or sits on a bound that the descent would cross.
    private func isHeld(_ j: Int, at theta: Double, influence: Double, gradient: Double) -> Bool {
        !(influence > 0) || (theta <= lower[j] && gradient <= 0) || (theta >= upper[j] && gradient >= 0)
    }

    /// Fills `steps`; returns the decrease of chi squared that the linearised model predicts, NaN where the normal
    /// equations cannot be solved with this damping.
    private mutating func proposeStep(damping: Double) -> Double {
        let n = nonlinearCount + linearCount
        steps = blocks.map { _ in [Double](repeating: 0, count: n) }
        held = blocks.map { block in
            (0..<n).map { j in
                guard j < nonlinearCount else { return block.linearHeld[j - nonlinearCount] }
                return !isShared[j]
                    && isHeld(j, at: block.theta[j], influence: block.element(j, j), gradient: block.gradient[j])
            }
        }
        for j in shared {
            let influence = blocks.reduce(0) { $0 + $1.element(j, j) }
            let gradient = blocks.reduce(0) { $0 + $1.gradient[j] }
            if isHeld(j, at: blocks[0].theta[j], influence: influence, gradient: gradient) {
                for index in blocks.indices { held[index][j] = true }
            }
        }
        // Each pass but the last holds at least one more parameter; in practice two or three passes do.
        for _ in 0..<20 {
            guard solveStep(damping: damping) else { return .nan }
            guard cutAtBounds() else { break }
        }
        var predicted = 0.0
        for (block, step) in zip(blocks, steps) {
            for i in 0..<n where step[i] != 0 {
                var product = block.matrix[i * n + i] * step[i]
                for j in 0..<i { product += 2 * block.matrix[i * n + j] * step[j] }
                predicted += step[i] * (2 * block.gradient[i] - product)
            }
        }
        return predicted
    }

    private mutating func solveStep(damping: Double) -> Bool {
        let free = shared.filter { !held[0][$0] }
        let s = free.count
        var system = [Double](repeating: 0, count: s * s)
        var rightHandSide = [Double](repeating: 0, count: s)
        var eliminated: [EliminatedBlock] = []
        eliminated.reserveCapacity(blocks.count)
        for index in blocks.indices {
            guard
                let block = EliminatedBlock(
                    blocks[index], shared: free, isShared: isShared, held: &held[index], step: steps[index],
                    damping: damping)
            else { return false }
            for k in 0..<(s * s) { system[k] += block.complement[k] }
            for a in 0..<s {
                rightHandSide[a] += block.remainder[a]
                let j = free[a]
                system[a * s + a] += damping * blocks[index].element(j, j)
            }
            eliminated.append(block)
        }
        guard let inverse = SmallSymmetric.inverse(of: system, count: s, over: Array(0..<s)) else { return false }
        let sharedSteps = (0..<s).map { a in
            (0..<s).reduce(0.0) { $0 + inverse[a * s + $1] * rightHandSide[$1] }
        }
        for index in blocks.indices {
            for (a, j) in free.enumerated() { steps[index][j] = sharedSteps[a] }
            for (j, step) in zip(eliminated[index].own, eliminated[index].steps(for: sharedSteps)) {
                steps[index][j] = step
            }
        }
        return true
    }

    /// Cuts steps that would leave the box and holds their parameters there; returns whether there were any.
    private mutating func cutAtBounds() -> Bool {
        var crossed = false
        for index in blocks.indices {
            for j in 0..<nonlinearCount where !held[index][j] {
                let theta = blocks[index].theta[j], target = theta + steps[index][j]
                guard target < lower[j] || target > upper[j] else { continue }
                let cut = (target < lower[j] ? lower[j] : upper[j]) - theta
                crossed = true
                guard isShared[j] else {
                    steps[index][j] = cut
                    held[index][j] = true
                    continue
                }
                for other in blocks.indices {
                    steps[other][j] = cut
                    held[other][j] = true
                }
            }
        }
        return crossed
    }

    // MARK: - Solution

    private func isAtBound(_ j: Int, _ theta: Double) -> Bool {
        let room = 1e-9 * min(upper[j] - lower[j], 1)
        return theta - lower[j] <= room || upper[j] - theta <= room
    }

    private func solution(_ chi2: Double, _ outcome: SeparableOutcome, _ evaluations: Int) -> BorderedSolution {
        let n = nonlinearCount + linearCount, s = shared.count
        var fixed = blocks.map { block in
            (0..<n).map { j in
                j < nonlinearCount
                    ? isAtBound(j, block.theta[j]) || (!isShared[j] && !(block.element(j, j) > 0))
                    : block.linearHeld[j - nonlinearCount]
            }
        }
        for j in shared where blocks.allSatisfy({ !($0.element(j, j) > 0) }) {
            for index in blocks.indices { fixed[index][j] = true }
        }
        let free = shared.filter { !fixed[0][$0] }
        let positions = free.compactMap { shared.firstIndex(of: $0) }
        var total = [Double](repeating: 0, count: free.count * free.count)
        let rest = [Double](repeating: 0, count: n)
        var eliminated: [EliminatedBlock?] = []
        for index in blocks.indices {
            let block = EliminatedBlock(
                blocks[index], shared: free, isShared: isShared, held: &fixed[index], step: rest, damping: 0)
            if let block { for k in total.indices { total[k] += block.complement[k] } }
            eliminated.append(block)
        }
        var covariance: [Double]?
        if eliminated.allSatisfy({ $0 != nil }),
            let inverse = SmallSymmetric.inverse(of: total, count: free.count, over: Array(free.indices))
        {
            var full = [Double](repeating: 0, count: s * s)
            for (a, row) in positions.enumerated() {
                for (b, column) in positions.enumerated() { full[row * s + column] = inverse[a * free.count + b] }
            }
            covariance = full
        }
        let problems = blocks.indices.map { index in
            problem(index, free: free, total: total, eliminated: eliminated[index], isHeld: fixed[index], outcome)
        }
        let elimination = blocks.indices.map { index in
            var matrix = [Double](repeating: 0, count: n * s)
            if let block = eliminated[index] {
                for (i, row) in block.own.enumerated() {
                    for (b, column) in positions.enumerated() {
                        matrix[row * s + column] = block.elimination[i * free.count + b]
                    }
                }
            }
            return matrix
        }
        return BorderedSolution(
            problems: problems, shared: shared, sharedCovariance: covariance, elimination: elimination, chi2: chi2,
            outcome: outcome, evaluations: evaluations)
    }

    /// The solution of one problem with what the others know of the shared parameters added to its information.
    private func problem(
        _ index: Int, free: [Int], total: [Double], eliminated: EliminatedBlock?, isHeld: [Bool],
        _ outcome: SeparableOutcome
    ) -> SeparableSolution {
        let block = blocks[index]
        let n = block.count
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<n { matrix[i * n + j] = block.element(i, j) }
        }
        if let eliminated {
            let s = free.count
            for a in 0..<s {
                for b in 0..<s { matrix[free[a] * n + free[b]] += total[a * s + b] - eliminated.complement[a * s + b] }
            }
        }
        return SeparableSolution(
            nonlinear: block.theta, linear: block.coefficients, isHeld: isHeld, chi2: block.chi2,
            normalMatrix: matrix, outcome: outcome, evaluations: 0)
    }
}
