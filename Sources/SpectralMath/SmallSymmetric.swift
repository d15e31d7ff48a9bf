import CSpectralKernels

/// Symmetric positive definite matrices of a handful of parameters, in the inner loop of a fit. GSL's Cholesky costs
/// three times as much at this size; larger or indefinite problems go to GSL.
enum SmallSymmetric {
    /// A pivot that loses all but this fraction of its diagonal element says that a column depends on the others.
    static let dependenceTolerance = 1e-13

    /// The inverse of the submatrix `over` the rows and columns listed, row-major; `nil` where it is singular.
    static func inverse(of matrix: [Double], count: Int, over rows: [Int]) -> [Double]? {
        let n = rows.count
        guard n > 0 else { return [] }
        // Scaling to unit diagonal takes the units out of the condition number.
        let scale = rows.map { 1 / matrix[$0 * count + $0].squareRoot() }
        guard scale.allSatisfy(\.isFinite) else { return nil }
        var factor = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i { factor[i * n + j] = matrix[rows[i] * count + rows[j]] * scale[i] * scale[j] }
        }
        let isComplete = factor.withUnsafeMutableBufferPointer { factor in
            guard sk_cholesky(factor.baseAddress, n, n, dependenceTolerance) == n else { return false }
            sk_cholesky_inverse(factor.baseAddress, n, n)
            return true
        }
        guard isComplete else { return nil }
        for i in 0..<n {
            for j in 0...i {
                factor[i * n + j] *= scale[i] * scale[j]
                factor[j * n + i] = factor[i * n + j]
            }
        }
        return factor
    }
}
