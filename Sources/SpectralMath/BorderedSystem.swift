import CSpectralKernels

/// The normal equations of one problem of several that share parameters.
struct BorderedBlock: Sendable {
    var theta: [Double]
    var coefficients: [Double]
    var linearHeld: [Bool]
    /// Row-major, lower triangle.
    var matrix: [Double]
    var gradient: [Double]
    var chi2 = Double.infinity

    init(theta: [Double], linearCount: Int) {
        self.theta = theta
        coefficients = [Double](repeating: 0, count: linearCount)
        linearHeld = [Bool](repeating: false, count: linearCount)
        let count = theta.count + linearCount
        matrix = [Double](repeating: 0, count: count * count)
        gradient = [Double](repeating: 0, count: count)
    }

    var count: Int { gradient.count }

    func element(_ i: Int, _ j: Int) -> Double { i >= j ? matrix[i * count + j] : matrix[j * count + i] }
}

/// A block with its own parameters eliminated: what it asks of the shared ones, and how its own follow from those.
struct EliminatedBlock: Sendable {
    /// Its own parameters that move.
    var own: [Int]
    /// A^-1 B: row-major, one row for each of `own`, one column for each shared parameter that moves.
    var elimination: [Double]
    /// A^-1 g.
    var particular: [Double]
    /// C - B' A^-1 B, row-major and full.
    var complement: [Double]
    /// What remains of the gradient of the shared parameters.
    var remainder: [Double]

    /// Eliminates the parameters of `block` that are not in `shared` and not held.
    ///
    /// `held` flags parameters that do not move beyond `step`; dependent linear columns are added to it. The diagonal
    /// of nonlinear parameters grows by `damping`. `nil` where the block is singular in a nonlinear parameter.
    init?(
        _ block: BorderedBlock, shared: [Int], isShared: [Bool], held: inout [Bool], step: [Double], damping: Double
    ) {
        let n = block.count, p = isShared.count
        var own: [Int] = []
        var factor: [Double] = []
        var scale: [Double] = []
        while true {
            // Linear coefficients come first so that collinear columns show up as such.
            own = (p..<n).filter { !held[$0] }
            let linearFree = own.count
            own += (0..<p).filter { !isShared[$0] && !held[$0] }
            let m = own.count
            scale = own.map { 1 / block.element($0, $0).squareRoot() }
            guard scale.allSatisfy(\.isFinite) else { return nil }
            factor = [Double](repeating: 0, count: max(1, m * m))
            for i in 0..<m {
                for j in 0...i { factor[i * m + j] = block.element(own[i], own[j]) * scale[i] * scale[j] }
                if i >= linearFree { factor[i * m + i] += damping }
            }
            let done = factor.withUnsafeMutableBufferPointer {
                Int(sk_cholesky($0.baseAddress, m, m, SmallSymmetric.dependenceTolerance))
            }
            if done == m { break }
            guard done < linearFree else { return nil }
            held[own[done]] = true
        }
        let m = own.count, s = shared.count
        func residual(_ row: Int) -> Double {
            var value = block.gradient[row]
            for k in 0..<n where held[k] && step[k] != 0 { value -= block.element(row, k) * step[k] }
            return value
        }
        var vector = [Double](repeating: 0, count: max(1, m))
        func solve(_ rightHandSide: (Int) -> Double) {
            for i in 0..<m { vector[i] = rightHandSide(i) * scale[i] }
            factor.withUnsafeBufferPointer { l in
                vector.withUnsafeMutableBufferPointer { sk_cholesky_solve(l.baseAddress, m, m, $0.baseAddress) }
            }
            for i in 0..<m { vector[i] *= scale[i] }
        }
        solve { residual(own[$0]) }
        let particular = Array(vector.prefix(m))
        var elimination = [Double](repeating: 0, count: m * s)
        for column in 0..<s {
            solve { block.element(own[$0], shared[column]) }
            for i in 0..<m { elimination[i * s + column] = vector[i] }
        }
        var complement = [Double](repeating: 0, count: s * s)
        var remainder = [Double](repeating: 0, count: s)
        for a in 0..<s {
            remainder[a] = residual(shared[a])
            for i in 0..<m { remainder[a] -= block.element(own[i], shared[a]) * particular[i] }
            for b in 0..<s {
                var value = block.element(shared[a], shared[b])
                for i in 0..<m { value -= block.element(own[i], shared[a]) * elimination[i * s + b] }
                complement[a * s + b] = value
            }
        }
        self.own = own
        self.elimination = elimination
        self.particular = particular
        self.complement = complement
        self.remainder = remainder
    }

    /// The steps of its own parameters that belong to steps of the shared ones, in the order of `own`.
    func steps(for shared: [Double]) -> [Double] {
        let s = shared.count
        return own.indices.map { i in
            (0..<s).reduce(particular[i]) { $0 - elimination[i * s + $1] * shared[$1] }
        }
    }
}
