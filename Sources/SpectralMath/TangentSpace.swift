internal import CGSL
import Foundation

/// The space spanned by the columns of a matrix, from a QR decomposition with column pivoting.
///
/// The columns are scaled to length 1 first, so that the numerical rank does not depend on the parameters' units.
/// All memory is taken once, at the start, and used again by every decomposition.
struct TangentSpace {
    let rows: Int
    let columns: Int
    /// The number of columns that are linearly independent in double precision.
    private(set) var rank = 0
    /// The lengths of the columns before scaling; 1 for columns of zeros.
    private(set) var lengths: [Double]
    /// The vector last projected, in the coordinates of Q: its first `rank` elements lie in the space.
    private(set) var projected: [Double]
    private var factors: Matrix
    private var reflectors: [Double]
    private var permutation: [Int]
    private var norms: [Double]

    /// A space without content, for matrices of `rows` rows and `columns` columns, rows >= columns >= 1.
    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        lengths = [Double](repeating: 1, count: columns)
        projected = [Double](repeating: 0, count: rows)
        factors = Matrix(zeros: rows, columns)
        reflectors = [Double](repeating: 0, count: columns)
        permutation = Array(0..<columns)
        norms = [Double](repeating: 0, count: columns)
    }

    /// Decomposes a matrix given by its elements in row-major order.
    mutating func decompose(_ elements: some RandomAccessCollection<Double>) throws {
        precondition(elements.count == rows * columns)
        var index = 0
        for element in elements {
            factors.elements[index] = element
            index += 1
        }
        scaleColumns()
        var sign: Int32 = 0
        try factors.withMutableGSLMatrix { factors in
            try reflectors.withMutableGSLVector { reflectors in
                try norms.withMutableGSLVector { norms in
                    try permutation.withUnsafeMutableBufferPointer { indices in
                        var permutation = gsl_permutation(size: indices.count, data: indices.baseAddress)
                        try GSL.check("QR decomposition") {
                            gsl_linalg_QRPT_decomp(factors, reflectors, &permutation, &sign, norms)
                        }
                    }
                }
            }
        }
        let threshold = Double(max(rows, columns)) * Double.ulpOfOne * abs(factors[0, 0])
        rank = (0..<columns).count { abs(factors[$0, $0]) > threshold }
    }

    private mutating func scaleColumns() {
        for column in 0..<columns {
            var largest = 0.0
            for row in 0..<rows { largest = max(largest, abs(factors.elements[row * columns + column])) }
            var length = 1.0
            if largest > 0 {
                var sum = 0.0
                for row in 0..<rows {
                    let ratio = factors.elements[row * columns + column] / largest
                    sum += ratio * ratio
                }
                length = largest * sum.squareRoot()
            }
            lengths[column] = length
            for row in 0..<rows { factors.elements[row * columns + column] /= length }
        }
    }

    /// Turns `vector` into the coordinates of Q, kept in `projected`.
    mutating func project(_ vector: some RandomAccessCollection<Double>) throws {
        precondition(vector.count == rows)
        var index = 0
        for element in vector {
            projected[index] = element
            index += 1
        }
        try rotate(&projected)
    }

    /// Turns `vector` into the coordinates of Q.
    func rotate(_ vector: inout [Double]) throws {
        try factors.withGSLMatrix { factors in
            try reflectors.withGSLVector { reflectors in
                try vector.withMutableGSLVector { vector in
                    try GSL.check("projection by QR decomposition") {
                        gsl_linalg_QR_QTvec(factors, reflectors, vector)
                    }
                }
            }
        }
    }

    /// The squared length of that part of the projected vector that lies in the space.
    var explained: Double { projected[..<rank].reduce(0) { $0 + $1 * $1 } }

    /// The squared length of that part of the projected vector that is orthogonal to the space.
    var unexplained: Double { projected[rank...].reduce(0) { $0 + $1 * $1 } }

    /// The combination of the (unscaled) columns nearest to the projected vector; columns beyond the rank get 0.
    func coordinates() -> [Double] {
        var solution = [Double](repeating: 0, count: columns)
        for row in stride(from: rank - 1, through: 0, by: -1) {
            var sum = projected[row]
            for column in (row + 1)..<max(rank, row + 1) {
                sum -= factors[row, column] * solution[permutation[column]]
            }
            solution[permutation[row]] = sum / factors[row, row]
        }
        for column in 0..<columns { solution[column] /= lengths[column] }
        return solution
    }

    /// The upper triangle R of the scaled columns, with its columns put back into the order of the matrix:
    /// scaled matrix = Q R.
    var triangle: Matrix {
        var result = Matrix(zeros: columns, columns)
        for row in 0..<columns {
            for column in row..<columns { result[row, permutation[column]] = factors[row, column] }
        }
        return result
    }
}
