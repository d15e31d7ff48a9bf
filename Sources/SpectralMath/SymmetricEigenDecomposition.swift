internal import CGSL

/// Eigenvalues and orthonormal eigenvectors of a symmetric matrix.
public struct SymmetricEigenDecomposition: Sendable, Hashable {
    /// The eigenvalues in ascending order.
    public let values: [Double]
    /// The eigenvectors as columns, in the order of `values`, each of length 1.
    public let vectors: Matrix

    /// Decomposes `matrix`, of which the lower triangle is used. Throws `NumericalError` where it is not square, not
    /// symmetric or not finite.
    public init(_ matrix: Matrix) throws {
        let operation = "symmetric eigen-decomposition"
        try matrix.requireSymmetric(in: operation)
        let count = matrix.rows
        var working = matrix
        var values = [Double](repeating: 0, count: count)
        var vectors = Matrix(zeros: count, count)
        let workspace = try Owned(operation, gsl_eigen_symmv_alloc(count), freedBy: gsl_eigen_symmv_free)
        try working.withMutableGSLMatrix { working in
            try values.withMutableGSLVector { values in
                try vectors.withMutableGSLMatrix { vectors in
                    try GSL.check(operation) { gsl_eigen_symmv(working, values, vectors, workspace.pointer) }
                    try GSL.check(operation) { gsl_eigen_symmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_ASC) }
                }
            }
        }
        try NumericalError.requireFinite(values, "eigenvalues", in: operation)
        self.values = values
        self.vectors = vectors
    }
}
