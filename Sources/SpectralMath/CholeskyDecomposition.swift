internal import CGSL
import Foundation

/// The Cholesky decomposition of a symmetric positive definite matrix after scaling its diagonal to 1.
///
/// With the diagonal matrix S, S_ii = 1 / sqrt(A_ii), the lower triangle L satisfies S A S = L L^T. The scaling keeps
/// parameters of very different units (counts and electronvolts, say) from spoiling the accuracy.
public struct CholeskyDecomposition: Sendable, Hashable {
    private var factor: Matrix
    private let scale: [Double]

    /// Decomposes `matrix`, of which the lower triangle is used.
    ///
    /// Throws `NumericalError.notPositiveDefinite` where a pivot is not positive, which includes matrices that are
    /// singular to working precision, and other cases of `NumericalError` where `matrix` is not square, not symmetric
    /// or not finite. Takes about n^3 / 3 operations.
    public init(_ matrix: Matrix) throws {
        let operation = "Cholesky decomposition"
        try matrix.requireSymmetric(in: operation)
        guard matrix.diagonal.allSatisfy({ $0 > 0 }) else {
            throw NumericalError.notPositiveDefinite(operation: operation)
        }
        var factor = matrix
        var scale = [Double](repeating: 1, count: matrix.rows)
        do {
            try factor.withMutableGSLMatrix { factor in
                try scale.withMutableGSLVector { scale in
                    try GSL.check(operation) { gsl_linalg_cholesky_decomp2(factor, scale) }
                }
            }
        } catch NumericalError.library(_, let status, _) where status == Int(GSL_EDOM) {
            throw NumericalError.notPositiveDefinite(operation: operation)
        }
        // GSL only notices negative pivots; a scaled pivot at rounding level is a zero that rounding has moved.
        let threshold = Double(matrix.rows) * Double.ulpOfOne
        guard factor.diagonal.allSatisfy({ $0 * $0 > threshold }) else {
            throw NumericalError.notPositiveDefinite(operation: operation)
        }
        self.factor = factor
        self.scale = scale
    }

    /// The number of rows of the matrix.
    public var count: Int { factor.rows }

    /// The solution x of A x = `rightHandSide`.
    public func solve(_ rightHandSide: [Double]) throws -> [Double] {
        let operation = "solution by Cholesky decomposition"
        try factor.requireRightHandSide(rightHandSide, in: operation)
        var solution = [Double](repeating: 0, count: count)
        try factor.withGSLMatrix { factor in
            try scale.withGSLVector { scale in
                try rightHandSide.withGSLVector { rightHandSide in
                    try solution.withMutableGSLVector { solution in
                        try GSL.check(operation) { gsl_linalg_cholesky_solve2(factor, scale, rightHandSide, solution) }
                    }
                }
            }
        }
        try NumericalError.requireFinite(solution, "solution", in: operation)
        return solution
    }

    /// The inverse of the matrix.
    public func inverse() throws -> Matrix {
        let operation = "inverse by Cholesky decomposition"
        var inverse = factor
        try inverse.withMutableGSLMatrix { inverse in
            try GSL.check(operation) { gsl_linalg_cholesky_invert(inverse) }
        }
        for row in 0..<count {
            for column in 0..<count { inverse[row, column] *= scale[row] * scale[column] }
        }
        try NumericalError.requireFinite(inverse.elements, "elements", in: operation)
        return inverse
    }

    /// The natural logarithm of the determinant, free of the overflow of the determinant itself.
    public var logDeterminant: Double {
        var sum = 0.0
        for index in 0..<count { sum += 2 * (log(factor[index, index]) - log(scale[index])) }
        return sum
    }
}
