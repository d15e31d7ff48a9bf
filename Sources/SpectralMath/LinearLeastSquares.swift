internal import CGSL

/// The solution of a linear least-squares problem: the x that minimises |A x - b|.
public struct LinearLeastSquares: Sendable, Hashable {
    /// The solution x.
    public let solution: [Double]
    /// The residuals b - A x.
    public let residuals: [Double]

    /// Solves the problem by a QR decomposition with column pivoting, of the columns scaled to length 1.
    ///
    /// Throws `NumericalError.rankDeficient` where columns are linearly dependent (then `SingularValueDecomposition`
    /// gives the shortest solution), and other cases where there are fewer rows than columns or numbers are not finite.
    public init(_ matrix: Matrix, _ rightHandSide: [Double]) throws {
        let operation = "linear least squares"
        try matrix.requireUsable(in: operation)
        try matrix.requireRightHandSide(rightHandSide, in: operation)
        guard matrix.rows >= matrix.columns else {
            throw NumericalError.rankDeficient(operation: operation, rank: matrix.rows, columns: matrix.columns)
        }
        var tangent = TangentSpace(rows: matrix.rows, columns: matrix.columns)
        try tangent.decompose(matrix.elements)
        guard tangent.rank == matrix.columns else {
            throw NumericalError.rankDeficient(operation: operation, rank: tangent.rank, columns: matrix.columns)
        }
        try tangent.project(rightHandSide)
        let solution = tangent.coordinates()
        try NumericalError.requireFinite(solution, "solution", in: operation)
        self.solution = solution
        residuals = zip(rightHandSide, try matrix * solution).map { $0 - $1 }
    }
}
