/// The factors L D L' of a symmetric positive definite tridiagonal matrix; time and memory grow linearly with its size.
struct TridiagonalCholesky: Sendable {
    /// The diagonal of D.
    private let pivots: [Double]
    /// Below the diagonal of L, whose own diagonal is one.
    private let factors: [Double]

    /// The factors of a matrix with `diagonal` and `below` it (one element fewer); `nil` where it is not positive
    /// definite.
    init?(diagonal: [Double], below: [Double]) {
        var pivots = diagonal
        var factors = below
        for k in diagonal.indices {
            if k > 0 {
                factors[k - 1] = below[k - 1] / pivots[k - 1]
                pivots[k] -= factors[k - 1] * below[k - 1]
            }
            guard pivots[k].isFinite, pivots[k] > 0, pivots[k] > SmallSymmetric.dependenceTolerance * diagonal[k]
            else { return nil }
        }
        self.pivots = pivots
        self.factors = factors
    }

    /// The solution of the linear system with this right-hand side.
    func solve(_ rightHandSide: [Double]) -> [Double] {
        var x = rightHandSide
        for k in x.indices.dropFirst() { x[k] -= factors[k - 1] * x[k - 1] }
        for k in x.indices { x[k] /= pivots[k] }
        for k in x.indices.dropLast().reversed() { x[k] -= factors[k] * x[k + 1] }
        return x
    }

    /// The diagonal of the inverse, from its last element upwards (Takahashi, Fagan & Chin, 8th PICA Conference (1973)).
    func inverseDiagonal() -> [Double] {
        var inverse = pivots.map { 1 / $0 }
        for k in inverse.indices.dropLast().reversed() { inverse[k] += factors[k] * factors[k] * inverse[k + 1] }
        return inverse
    }
}
