/// A small dense matrix of doubles, stored row by row.
public struct Matrix: Sendable, Hashable, Codable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The elements in row-major order: `elements[row * columns + column]`.
    public internal(set) var elements: [Double]

    /// A matrix from its elements in row-major order. Throws `NumericalError.wrongSize` where `elements` does not hold
    /// `rows * columns` numbers.
    public init(rows: Int, columns: Int, elements: [Double]) throws {
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard rows >= 0, columns >= 0, !overflow, elements.count == count else {
            throw NumericalError.wrongSize(
                operation: "matrix", expected: "\(rows) x \(columns)", found: elements.count)
        }
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// A matrix of zeros; `rows` and `columns` are not negative.
    public init(zeros rows: Int, _ columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative number of rows or columns")
        self.rows = rows
        self.columns = columns
        elements = [Double](repeating: 0, count: rows * columns)
    }

    /// The unit matrix of `count` rows and columns.
    public init(identity count: Int) {
        self.init(zeros: count, count)
        for index in 0..<count { self[index, index] = 1 }
    }

    /// A square matrix with `diagonal` on its diagonal and zeros elsewhere.
    public init(diagonal: [Double]) {
        self.init(zeros: diagonal.count, diagonal.count)
        for (index, value) in diagonal.enumerated() { self[index, index] = value }
    }

    /// The element in `row` and `column`, both counted from 0.
    public subscript(row: Int, column: Int) -> Double {
        get {
            precondition(column >= 0 && column < columns, "column \(column) of a matrix of \(columns) columns")
            return elements[row * columns + column]
        }
        set {
            precondition(column >= 0 && column < columns, "column \(column) of a matrix of \(columns) columns")
            elements[row * columns + column] = newValue
        }
    }

    /// Whether there are as many rows as columns.
    public var isSquare: Bool { rows == columns }

    /// The elements on the diagonal.
    public var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }

    /// The matrix with rows and columns exchanged.
    public var transposed: Matrix {
        var result = Matrix(zeros: columns, rows)
        for row in 0..<rows {
            for column in 0..<columns { result[column, row] = self[row, column] }
        }
        return result
    }

    /// The matrix product. Throws `NumericalError.wrongSize` where the inner sizes differ.
    public static func * (left: Matrix, right: Matrix) throws -> Matrix {
        guard left.columns == right.rows else {
            throw NumericalError.wrongSize(
                operation: "matrix product", expected: "\(left.columns) rows of", found: right.rows)
        }
        var result = Matrix(zeros: left.rows, right.columns)
        for row in 0..<left.rows {
            for inner in 0..<left.columns {
                let factor = left[row, inner]
                for column in 0..<right.columns { result[row, column] += factor * right[inner, column] }
            }
        }
        return result
    }

    /// The product with a column vector. Throws `NumericalError.wrongSize` where the sizes differ.
    public static func * (left: Matrix, right: [Double]) throws -> [Double] {
        guard left.columns == right.count else {
            throw NumericalError.wrongSize(
                operation: "product of a matrix and a vector", expected: "\(left.columns)", found: right.count)
        }
        return (0..<left.rows).map { row in
            var sum = 0.0
            for column in 0..<left.columns { sum += left[row, column] * right[column] }
            return sum
        }
    }

    /// Every element multiplied by `factor`.
    public func scaled(by factor: Double) -> Matrix {
        var result = self
        for index in result.elements.indices { result.elements[index] *= factor }
        return result
    }
}

extension Matrix {
    /// Refuses a matrix without elements or with elements that are not finite.
    func requireUsable(in operation: String) throws {
        guard rows > 0, columns > 0 else {
            throw NumericalError.wrongSize(operation: operation, expected: "1 or more", found: 0)
        }
        try NumericalError.requireFinite(elements, "elements", in: operation)
    }

    /// Refuses a matrix that is not square, or not symmetric to within rounding of its larger diagonal elements.
    func requireSymmetric(in operation: String) throws {
        try requireUsable(in: operation)
        guard isSquare else {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "a square matrix", found: "\(rows) x \(columns)")
        }
        let largest = elements.reduce(0) { max($0, abs($1)) }
        for row in 0..<rows {
            for column in 0..<row {
                let scale = max((abs(self[row, row]) * abs(self[column, column])).squareRoot(), 1e-8 * largest)
                guard abs(self[row, column] - self[column, row]) <= 1e-8 * max(scale, abs(self[row, column])) else {
                    throw NumericalError.invalidArgument(
                        operation: operation, expected: "a symmetric matrix",
                        found: "\(self[row, column]) and \(self[column, row]) at \(row), \(column)")
                }
            }
        }
    }

    /// Refuses a right-hand side of the wrong length or with elements that are not finite.
    func requireRightHandSide(_ vector: [Double], in operation: String) throws {
        guard vector.count == rows else {
            throw NumericalError.wrongSize(operation: operation, expected: "\(rows)", found: vector.count)
        }
        try NumericalError.requireFinite(vector, "right-hand side", in: operation)
    }
}
