/// Bounded separable least squares for many problems that share some of their nonlinear parameters.
///
/// The normal equations are block-diagonal with a border: each problem's own parameters meet only themselves and the
/// shared ones. They are eliminated problem by problem, which leaves a small system for the shared parameters (Schur
/// complement), so that time and memory grow linearly with the number of problems. The result is that of one
/// least-squares fit of all data. Damping, bounds and convergence are those of `SeparableLeastSquares`.
///
/// One parameter of the problems may be known to change little from problem to problem; see `ChainPenalty`. It is
/// eliminated after the other parameters of each problem, by a tridiagonal system, so that cost stays linear.
public struct BorderedLeastSquares: ~Copyable {
    private let nonlinearCount: Int
    private let linearCount: Int
    private let lower: [Double]
    private let upper: [Double]
    private let shared: [Int]
    private let isShared: [Bool]
    private let chain: ChainPenalty?
    /// The parameters that are not eliminated problem by problem: the shared ones and that of the chain.
    private let isOuter: [Bool]
    private var linearSolver: BoundedLinearSolver
    private var blocks: [BorderedBlock] = []
    private var trial: [BorderedBlock] = []
    private var steps: [[Double]] = []
    private var held: [[Bool]] = []

    /// A solver for problems that all have these bounds.
    ///
    /// - Parameters:
    ///   - nonlinearBounds: of the nonlinear parameters of each problem.
    ///   - linearBounds: of its linear ones.
    ///   - shared: the indices of the nonlinear parameters that all problems have in common.
    ///   - chain: what is known of the steps of one of the others from problem to problem.
    public init(
        nonlinearBounds: [ClosedRange<Double>], linearBounds: [ClosedRange<Double>], shared: [Int],
        chain: ChainPenalty? = nil
    ) {
        precondition(chain.map { !shared.contains($0.parameter) } ?? true, "a shared parameter has no steps")
        nonlinearCount = nonlinearBounds.count
        linearCount = linearBounds.count
        lower = nonlinearBounds.map(\.lowerBound)
        upper = nonlinearBounds.map(\.upperBound)
        let chosen = Set(shared)
        isShared = nonlinearBounds.indices.map(chosen.contains)
        self.chain = chain
        isOuter = nonlinearBounds.indices.map { chosen.contains($0) || $0 == chain?.parameter }
        self.shared = nonlinearBounds.indices.filter(chosen.contains)
        linearSolver = BoundedLinearSolver(bounds: linearBounds)
    }

    /// Minimises chi squared summed over all problems.
    ///
    /// - Parameters:
    ///   - problems: one or more.
    ///   - starts: the nonlinear parameters of each problem; the shared ones are taken from the first.
    ///   - options: when to stop.
    /// - Throws: what the problems throw.
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
        chi2 += chain?.chi2(chainValues(blocks)) ?? 0
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
        return chi2 + (chain?.chi2(chainValues(trial)) ?? 0)
    }

    /// The parameter of the chain in each problem.
    private func chainValues(_ blocks: [BorderedBlock]) -> [Double] {
        chain.map { chain in blocks.map { $0.theta[chain.parameter] } } ?? []
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
        holdAtBounds()
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
        if let chain {
            let own = steps.map { $0[chain.parameter] }
            for (step, slope) in zip(own, chain.gradient(chainValues(blocks))) { predicted += 2 * step * slope }
            predicted -= chain.chi2(own)
        }
        return predicted
    }

    private mutating func holdAtBounds() {
        let n = nonlinearCount + linearCount
        held = blocks.map { block in
            (0..<n).map { j in
                guard j < nonlinearCount else { return block.linearHeld[j - nonlinearCount] }
                return !isOuter[j]
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
        guard let chain else { return }
        let (diagonal, slopes) = (chain.diagonal(), chain.gradient(chainValues(blocks)))
        for (index, block) in blocks.enumerated() {
            let j = chain.parameter
            held[index][j] = isHeld(
                j, at: block.theta[j], influence: block.element(j, j) + diagonal[index],
                gradient: block.gradient[j] + slopes[index])
        }
    }

    /// The parameters of a block that are not eliminated with it and move.
    private func outer(_ free: [Int], _ held: [Bool]) -> [Int] {
        guard let chain, !held[chain.parameter] else { return free }
        return free + [chain.parameter]
    }

    private mutating func solveStep(damping: Double) -> Bool {
        let free = shared.filter { !held[0][$0] }
        var eliminated: [EliminatedBlock] = []
        eliminated.reserveCapacity(blocks.count)
        for index in blocks.indices {
            guard
                let block = EliminatedBlock(
                    blocks[index], shared: outer(free, held[index]), isShared: isOuter, held: &held[index],
                    step: steps[index], damping: damping)
            else { return false }
            eliminated.append(block)
        }
        let scales = blocks.map { block in
            free.map { damping * block.element($0, $0) }
                + (chain.map { [damping * block.element($0.parameter, $0.parameter)] } ?? [])
        }
        guard let border = BorderSystem(eliminated, sharedCount: free.count, chain: chain, damping: scales),
            let outer = border.steps(
                eliminated, chainSlopes: chain?.gradient(chainValues(blocks)) ?? [],
                heldSteps: chain.map { chain in steps.map { $0[chain.parameter] } } ?? [])
        else { return false }
        for index in blocks.indices {
            for (a, j) in free.enumerated() { steps[index][j] = outer.shared[a] }
            var moved = outer.shared
            if let chain, !held[index][chain.parameter] {
                steps[index][chain.parameter] = outer.chain[index]
                moved.append(outer.chain[index])
            }
            for (j, step) in zip(eliminated[index].own, eliminated[index].steps(for: moved)) {
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
        var fixed = fixedParameters()
        let free = shared.filter { !fixed[0][$0] }
        let rest = [Double](repeating: 0, count: nonlinearCount + linearCount)
        var eliminated: [EliminatedBlock] = []
        for index in blocks.indices {
            guard
                let block = EliminatedBlock(
                    blocks[index], shared: outer(free, fixed[index]), isShared: isOuter, held: &fixed[index],
                    step: rest, damping: 0)
            else { break }
            eliminated.append(block)
        }
        var border: BorderSystem?
        if eliminated.count == blocks.count {
            border = BorderSystem(eliminated, sharedCount: free.count, chain: chain, damping: [])
        }
        let problems = blocks.indices.map { index in
            let matrix = border.map { normalMatrix(index, free, eliminated[index], $0) } ?? normalMatrix(index)
            return SeparableSolution(
                nonlinear: blocks[index].theta, linear: blocks[index].coefficients, isHeld: fixed[index],
                chi2: blocks[index].chi2, normalMatrix: matrix, outcome: outcome, evaluations: 0)
        }
        return BorderedSolution(
            problems: problems, shared: shared,
            coupling: border.flatMap {
                ParameterCoupling(
                    $0, eliminated, free: free, shared: shared, size: rest.count, chain: chain?.parameter)
            },
            chi2: chi2, outcome: outcome, evaluations: evaluations)
    }

    /// For each block whether its parameters are on a bound, or have no influence.
    private func fixedParameters() -> [[Bool]] {
        let diagonal = chain?.diagonal()
        var fixed = blocks.enumerated().map { index, block in
            (0..<(nonlinearCount + linearCount)).map { j in
                guard j < nonlinearCount else { return block.linearHeld[j - nonlinearCount] }
                if isAtBound(j, block.theta[j]) { return true }
                let influence = block.element(j, j) + (j == chain?.parameter ? diagonal?[index] ?? 0 : 0)
                return !isShared[j] && !(influence > 0)
            }
        }
        for j in shared where blocks.allSatisfy({ !($0.element(j, j) > 0) }) {
            for index in blocks.indices { fixed[index][j] = true }
        }
        return fixed
    }

    private func normalMatrix(_ index: Int) -> [Double] {
        let block = blocks[index], n = block.count
        return (0..<(n * n)).map { block.element($0 / n, $0 % n) }
    }

    /// The normal matrix of one problem with what the others know of its shared parameters and of that of the chain.
    private func normalMatrix(
        _ index: Int, _ free: [Int], _ eliminated: EliminatedBlock, _ border: BorderSystem
    ) -> [Double] {
        let n = blocks[index].count
        var matrix = normalMatrix(index)
        let hasChain = eliminated.remainder.count > free.count
        let outer = hasChain ? free + (chain.map { [$0.parameter] } ?? []) : free
        let information = border.information(of: index, hasChain: hasChain)
        for (a, row) in outer.enumerated() {
            for (b, column) in outer.enumerated() {
                let place = a * outer.count + b
                matrix[row * n + column] += information[place] - eliminated.complement[place]
            }
        }
        return matrix
    }
}
