import CSpectralKernels

/// Bounded linear least squares from normal equations: minimises c'Ac - 2 b'c with lower <= c <= upper.
///
/// The active-set method of Stark & Parker, Computational Statistics 10 (1995) 129 (Lawson & Hanson's NNLS with two
/// bounds). Memory is laid out once; solving allocates nothing.
package struct BoundedLinearSolver: ~Copyable {
    private let count: Int
    private let lower: UnsafeMutablePointer<Double>
    private let upper: UnsafeMutablePointer<Double>
    private let factor: UnsafeMutablePointer<Double>
    private let rhs: UnsafeMutablePointer<Double>
    private let scale: UnsafeMutablePointer<Double>
    private let free: UnsafeMutablePointer<Int>

    /// A workspace for coefficients with these bounds.
    package init(bounds: [ClosedRange<Double>]) {
        count = bounds.count
        lower = .allocate(capacity: max(1, count))
        upper = .allocate(capacity: max(1, count))
        for (k, bound) in bounds.enumerated() {
            (lower + k).initialize(to: bound.lowerBound)
            (upper + k).initialize(to: bound.upperBound)
        }
        factor = .allocate(capacity: max(1, count * count))
        rhs = .allocate(capacity: max(1, count))
        scale = .allocate(capacity: max(1, count))
        free = .allocate(capacity: max(1, count))
    }

    deinit {
        lower.deallocate()
        upper.deallocate()
        factor.deallocate()
        rhs.deallocate()
        scale.deallocate()
        free.deallocate()
    }

    /// Solves in place. `solution` holds a start, `isHeld` which coefficients start on a bound; both are updated.
    /// Coefficients whose column vanishes, or depends on the others, are held where they are.
    package func solve(
        matrix: UnsafeMutableBufferPointer<Double>, vector: UnsafeMutableBufferPointer<Double>,
        solution: UnsafeMutableBufferPointer<Double>, isHeld: UnsafeMutableBufferPointer<Bool>
    ) {
        for k in 0..<count {
            solution[k] = min(max(solution[k], lower[k]), upper[k])
            let onBound = solution[k] == lower[k] || solution[k] == upper[k]
            isHeld[k] = (isHeld[k] && onBound) || !(matrix[k * count + k] > 0)
        }
        // Each pass binds or releases one coefficient; the method needs few, the cap only guards against rounding.
        for _ in 0..<(4 * count + 4) {
            let freeCount = solveFree(matrix: matrix, vector: vector, solution: solution, isHeld: isHeld)
            if let blocking = moveTowardsFreeSolution(freeCount, solution: solution) {
                isHeld[blocking] = true
                continue
            }
            guard let released = mostViolated(matrix: matrix, vector: vector, solution: solution, isHeld: isHeld)
            else { return }
            isHeld[released] = false
        }
    }

    /// Fills `rhs` with the unbounded solution of the free coefficients, listed in `free`; returns how many there are.
    private func solveFree(
        matrix: UnsafeMutableBufferPointer<Double>, vector: UnsafeMutableBufferPointer<Double>,
        solution: UnsafeMutableBufferPointer<Double>, isHeld: UnsafeMutableBufferPointer<Bool>
    ) -> Int {
        while true {
            var n = 0
            for k in 0..<count where !isHeld[k] {
                free[n] = k
                scale[n] = 1 / matrix[k * count + k].squareRoot()
                n += 1
            }
            for i in 0..<n {
                let row = free[i]
                var sum = vector[row]
                for k in 0..<count where isHeld[k] { sum -= element(matrix, row, k) * solution[k] }
                rhs[i] = sum * scale[i]
                for j in 0...i { factor[i * count + j] = element(matrix, row, free[j]) * scale[i] * scale[j] }
            }
            let done = sk_cholesky(factor, n, count, SmallSymmetric.dependenceTolerance)
            if done == n {
                sk_cholesky_solve(factor, n, count, rhs)
                for i in 0..<n { rhs[i] *= scale[i] }
                return n
            }
            isHeld[free[done]] = true
        }
    }

    /// Moves to the free solution, or as far as the first bound on the way; returns the coefficient that hit it.
    private func moveTowardsFreeSolution(_ freeCount: Int, solution: UnsafeMutableBufferPointer<Double>) -> Int? {
        var fraction = 1.0
        var blocking: Int?
        for i in 0..<freeCount {
            let k = free[i], target = rhs[i], now = solution[k]
            let bound = target < lower[k] ? lower[k] : target > upper[k] ? upper[k] : target
            if bound != target {
                let reach = (bound - now) / (target - now)
                if reach < fraction || blocking == nil {
                    fraction = min(fraction, reach)
                    blocking = k
                }
            }
        }
        for i in 0..<freeCount {
            let k = free[i]
            solution[k] = blocking == nil ? rhs[i] : solution[k] + fraction * (rhs[i] - solution[k])
            solution[k] = min(max(solution[k], lower[k]), upper[k])
        }
        if let blocking {
            solution[blocking] =
                abs(solution[blocking] - lower[blocking]) < abs(solution[blocking] - upper[blocking])
                ? lower[blocking] : upper[blocking]
        }
        return blocking
    }

    /// The held coefficient whose release would lower the sum of squares most, if any.
    private func mostViolated(
        matrix: UnsafeMutableBufferPointer<Double>, vector: UnsafeMutableBufferPointer<Double>,
        solution: UnsafeMutableBufferPointer<Double>, isHeld: UnsafeMutableBufferPointer<Bool>
    ) -> Int? {
        var worst: Int?
        var gain = 0.0
        for k in 0..<count where isHeld[k] && lower[k] < upper[k] && matrix[k * count + k] > 0 {
            let onLower = solution[k] == lower[k], onUpper = solution[k] == upper[k]
            var slope = vector[k]
            var size = abs(slope)
            for j in 0..<count {
                let term = element(matrix, k, j) * solution[j]
                slope -= term
                size = max(size, abs(term))
            }
            // One held inside its bounds, because its column depended on others then free, moves either way.
            let allowed = onLower ? slope : onUpper ? -slope : abs(slope)
            guard allowed > 1e-12 * size else { continue }
            let decrease = slope * slope / matrix[k * count + k]
            if decrease > gain {
                gain = decrease
                worst = k
            }
        }
        return worst
    }

    private func element(_ matrix: UnsafeMutableBufferPointer<Double>, _ i: Int, _ j: Int) -> Double {
        i >= j ? matrix[i * count + j] : matrix[j * count + i]
    }
}
