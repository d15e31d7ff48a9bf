internal import CGSL

// GSL's vectors and matrices as windows onto Swift arrays: no copy, and nothing to free.

extension [Double] {
    /// Lends the array to GSL as a vector that is only read.
    func withGSLVector<Result>(_ body: (UnsafePointer<gsl_vector>) throws -> Result) rethrows -> Result {
        try withUnsafeBufferPointer { buffer in
            var vector = gsl_vector(
                size: buffer.count, stride: 1, data: UnsafeMutablePointer(mutating: buffer.baseAddress), block: nil,
                owner: 0)
            return try body(&vector)
        }
    }

    /// Lends the array to GSL as a vector that is written.
    mutating func withMutableGSLVector<Result>(
        _ body: (UnsafeMutablePointer<gsl_vector>) throws -> Result
    ) rethrows -> Result {
        try withUnsafeMutableBufferPointer { buffer in
            var vector = gsl_vector(
                size: buffer.count, stride: 1, data: buffer.baseAddress, block: nil, owner: 0)
            return try body(&vector)
        }
    }
}

extension Matrix {
    /// Lends the elements to GSL as a matrix that is only read.
    func withGSLMatrix<Result>(_ body: (UnsafePointer<gsl_matrix>) throws -> Result) rethrows -> Result {
        try elements.withUnsafeBufferPointer { buffer in
            var matrix = gsl_matrix(
                size1: rows, size2: columns, tda: columns, data: UnsafeMutablePointer(mutating: buffer.baseAddress),
                block: nil, owner: 0)
            return try body(&matrix)
        }
    }

    /// Lends the elements to GSL as a matrix that is written.
    mutating func withMutableGSLMatrix<Result>(
        _ body: (UnsafeMutablePointer<gsl_matrix>) throws -> Result
    ) rethrows -> Result {
        let (rows, columns) = (rows, columns)
        return try elements.withUnsafeMutableBufferPointer { buffer in
            var matrix = gsl_matrix(
                size1: rows, size2: columns, tda: columns, data: buffer.baseAddress, block: nil, owner: 0)
            return try body(&matrix)
        }
    }
}
