internal import CGSL

/// The singular value decomposition A = U diag(s) V^T of a matrix of any shape, by one-sided Jacobi rotations, which
/// find small singular values to high relative accuracy (Demmel & Veselic, SIAM J. Matrix Anal. Appl. 13 (1992) 1204).
public struct SingularValueDecomposition: Sendable, Hashable {
    /// The singular values in descending order; there are as many as the smaller side of the matrix.
    public let values: [Double]
    /// The left singular vectors as columns.
    public let left: Matrix
    /// The right singular vectors as columns.
    public let right: Matrix

    /// Decomposes `matrix`. Throws `NumericalError` where it is empty or not finite.
    public init(_ matrix: Matrix) throws {
        let operation = "singular value decomposition"
        try matrix.requireUsable(in: operation)
        // GSL wants at least as many rows as columns.
        let isWide = matrix.rows < matrix.columns
        var tall = isWide ? matrix.transposed : matrix
        // One scale for all elements, a power of two and so exact, keeps squares from overflowing or vanishing.
        let largest = tall.elements.reduce(0) { max($0, abs($1)) }
        let scale = largest > 0 ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
        for index in tall.elements.indices { tall.elements[index] /= scale }
        let count = tall.columns
        var values = [Double](repeating: 0, count: count)
        var vectors = Matrix(zeros: count, count)
        try tall.withMutableGSLMatrix { tall in
            try vectors.withMutableGSLMatrix { vectors in
                try values.withMutableGSLVector { values in
                    try GSL.check(operation) { gsl_linalg_SV_decomp_jacobi(tall, vectors, values) }
                }
            }
        }
        values = values.map { $0 * scale }
        try NumericalError.requireFinite(values, "singular values", in: operation)
        self.values = values
        left = isWide ? vectors : tall
        right = isWide ? tall : vectors
    }

    /// The singular value below which a direction counts as lost: `relativeTolerance` times the largest one; by default
    /// the larger side of the matrix times the distance from 1 to the next double.
    private func threshold(_ relativeTolerance: Double?) -> Double {
        let side = Double(max(left.rows, right.rows))
        return (relativeTolerance ?? side * Double.ulpOfOne) * (values.first ?? 0)
    }

    /// The number of singular values above `relativeTolerance` times the largest one.
    public func rank(relativeTolerance: Double? = nil) -> Int {
        let threshold = threshold(relativeTolerance)
        return values.count { $0 > threshold }
    }

    /// The ratio of the largest to the smallest singular value; infinite for a singular matrix.
    public var conditionNumber: Double {
        guard let first = values.first, let last = values.last, last > 0 else { return .infinity }
        return first / last
    }

    /// The Moore-Penrose pseudo-inverse; singular values not above `relativeTolerance` times the largest count as zero.
    public func pseudoInverse(relativeTolerance: Double? = nil) -> Matrix {
        var inverse = Matrix(zeros: right.rows, left.rows)
        for index in 0..<rank(relativeTolerance: relativeTolerance) {
            for row in 0..<right.rows {
                let factor = right[row, index] / values[index]
                for column in 0..<left.rows { inverse[row, column] += factor * left[column, index] }
            }
        }
        return inverse
    }

    /// The x of smallest length among those that minimise |A x - `rightHandSide`|.
    public func solve(_ rightHandSide: [Double], relativeTolerance: Double? = nil) throws -> [Double] {
        try left.requireRightHandSide(rightHandSide, in: "solution by singular value decomposition")
        var solution = [Double](repeating: 0, count: right.rows)
        for index in 0..<rank(relativeTolerance: relativeTolerance) {
            var projection = 0.0
            for row in 0..<left.rows { projection += left[row, index] * rightHandSide[row] }
            for row in 0..<right.rows { solution[row] += right[row, index] * projection / values[index] }
        }
        return solution
    }
}

extension Matrix {
    /// The Moore-Penrose pseudo-inverse; singular values not above `relativeTolerance` times the largest count as zero.
    public func pseudoInverse(relativeTolerance: Double? = nil) throws -> Matrix {
        try SingularValueDecomposition(self).pseudoInverse(relativeTolerance: relativeTolerance)
    }
}
