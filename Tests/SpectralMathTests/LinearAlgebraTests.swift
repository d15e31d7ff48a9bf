import Foundation
import Testing

@testable import SpectralMath

@Suite("Dense linear algebra")
struct LinearAlgebraTests {
    /// A random matrix of the given shape.
    static func random(_ rows: Int, _ columns: Int, _ generator: inout SplitMix64) throws -> Matrix {
        try Matrix(rows: rows, columns: columns, elements: generator.vector(rows * columns))
    }

    /// A random symmetric positive definite matrix whose diagonal spans `decades` powers of ten.
    static func randomPositive(_ count: Int, decades: Double, _ generator: inout SplitMix64) throws -> Matrix {
        let square = try random(count, count, &generator)
        var matrix = try square * square.transposed
        let scales = (0..<count).map { _ in pow(10, generator.uniform(-decades / 2...decades / 2)) }
        for row in 0..<count {
            matrix[row, row] += 0.5
            for column in 0..<count where column != row { matrix[row, column] *= scales[row] * scales[column] }
            matrix[row, row] *= scales[row] * scales[row]
        }
        return matrix
    }

    @Test("Cholesky solves, inverts and takes the determinant of a matrix known by hand")
    func choleskyByHand() throws {
        // The Hilbert matrix of order 3: determinant 1/2160, inverse of integers.
        let hilbert = try Matrix(
            rows: 3, columns: 3, elements: [1, 1 / 2.0, 1 / 3.0, 1 / 2.0, 1 / 3.0, 1 / 4.0, 1 / 3.0, 1 / 4.0, 1 / 5.0])
        let cholesky = try CholeskyDecomposition(hilbert)
        #expect(abs(cholesky.logDeterminant + log(2160)) < 1e-12)
        let inverse: [Double] = [9, -36, 30, -36, 192, -180, 30, -180, 180]
        #expect(largestDifference(try cholesky.inverse().elements, inverse) < 1e-10)
        #expect(largestDifference(try cholesky.solve([1, 2, 3]), [27, -192, 210]) < 1e-10)
    }

    @Test("Cholesky of random matrices with diagonals over 24 decades: A x = b and A A^-1 = 1")
    func choleskyProperties() throws {
        var generator = SplitMix64(seed: 1)
        for count in [1, 2, 3, 5, 8, 13, 40] {
            let matrix = try Self.randomPositive(count, decades: 24, &generator)
            let cholesky = try CholeskyDecomposition(matrix)
            let truth = generator.vector(count)
            // Row by row relative to the size of its terms, since the rows differ by many decades.
            let product = try matrix * cholesky.solve(matrix * truth)
            let expected = try matrix * truth
            for row in 0..<count {
                let size = (0..<count).reduce(0.0) { $0 + abs(matrix[row, $1] * truth[$1]) }
                #expect(abs(product[row] - expected[row]) <= 1e-12 * size)
            }
            let unit = try matrix * cholesky.inverse()
            for index in 0..<count { #expect(abs(unit[index, index] - 1) < 1e-10) }
            let eigenvalues = try SymmetricEigenDecomposition(
                Self.scaledToUnitDiagonal(matrix)
            ).values
            let logDeterminant =
                eigenvalues.reduce(0) { $0 + log($1) } + matrix.diagonal.reduce(0) { $0 + log($1) }
            #expect(abs(cholesky.logDeterminant - logDeterminant) < 1e-9)
        }
    }

    static func scaledToUnitDiagonal(_ matrix: Matrix) -> Matrix {
        var scaled = matrix
        for row in 0..<matrix.rows {
            for column in 0..<matrix.columns {
                scaled[row, column] /= (matrix[row, row] * matrix[column, column]).squareRoot()
            }
        }
        return scaled
    }

    @Test("Cholesky refuses indefinite, singular, asymmetric, rectangular, empty and not finite matrices")
    func choleskyRefusals() throws {
        let refused = NumericalError.notPositiveDefinite(operation: "Cholesky decomposition")
        #expect(throws: refused) {
            try CholeskyDecomposition(Matrix(rows: 2, columns: 2, elements: [1, 2, 2, 1]))
        }
        #expect(throws: refused) {
            try CholeskyDecomposition(Matrix(rows: 2, columns: 2, elements: [1, 1, 1, 1]))
        }
        #expect(throws: refused) { try CholeskyDecomposition(Matrix(diagonal: [1, 0])) }
        #expect(throws: refused) { try CholeskyDecomposition(Matrix(diagonal: [1, -1])) }
        #expect(throws: NumericalError.self) {
            try CholeskyDecomposition(Matrix(rows: 2, columns: 2, elements: [2, 1, 0, 2]))
        }
        #expect(throws: NumericalError.self) { try CholeskyDecomposition(Matrix(zeros: 2, 3)) }
        #expect(throws: NumericalError.self) { try CholeskyDecomposition(Matrix(zeros: 0, 0)) }
        #expect(throws: NumericalError.self) { try CholeskyDecomposition(Matrix(diagonal: [1, .nan])) }
        let cholesky = try CholeskyDecomposition(Matrix(identity: 2))
        #expect(throws: NumericalError.self) { try cholesky.solve([1]) }
        #expect(throws: NumericalError.self) { try cholesky.solve([1, .infinity]) }
    }

    @Test("Eigenvalues of the second-difference matrix are 2 - 2 cos(k pi / (n + 1))")
    func eigenvaluesKnown() throws {
        let count = 12
        var matrix = Matrix(zeros: count, count)
        for index in 0..<count {
            matrix[index, index] = 2
            if index > 0 {
                matrix[index, index - 1] = -1
                matrix[index - 1, index] = -1
            }
        }
        let expected = (1...count).map { 2 - 2 * cos(Double($0) * .pi / Double(count + 1)) }
        let decomposition = try SymmetricEigenDecomposition(matrix)
        #expect(largestDifference(decomposition.values, expected) < 1e-14)
    }

    @Test("Eigenvectors of random symmetric matrices are orthonormal and rebuild the matrix")
    func eigenProperties() throws {
        var generator = SplitMix64(seed: 2)
        for count in [1, 2, 5, 20] {
            let square = try Self.random(count, count, &generator)
            var matrix = square
            for row in 0..<count {
                for column in 0..<count { matrix[row, column] = square[row, column] + square[column, row] }
            }
            let decomposition = try SymmetricEigenDecomposition(matrix)
            #expect(decomposition.values == decomposition.values.sorted())
            let vectors = decomposition.vectors
            let gram = try vectors.transposed * vectors
            #expect(largestDifference(gram.elements, Matrix(identity: count).elements) < 1e-13)
            let rebuilt = try vectors * Matrix(diagonal: decomposition.values) * vectors.transposed
            #expect(largestDifference(rebuilt.elements, matrix.elements) < 1e-13 * Double(count))
        }
    }

    @Test("Singular values of tall, wide and square matrices rebuild them and agree with the eigenvalues of A^T A")
    func singularValueProperties() throws {
        var generator = SplitMix64(seed: 3)
        for (rows, columns) in [(1, 1), (7, 3), (3, 7), (10, 10), (1, 5)] {
            let matrix = try Self.random(rows, columns, &generator)
            let decomposition = try SingularValueDecomposition(matrix)
            #expect(decomposition.values.count == min(rows, columns))
            #expect(decomposition.values == decomposition.values.sorted(by: >))
            let rebuilt =
                try decomposition.left * Matrix(diagonal: decomposition.values) * decomposition.right.transposed
            #expect(largestDifference(rebuilt.elements, matrix.elements) < 1e-14 * 10)
            let eigenvalues = try SymmetricEigenDecomposition(matrix * matrix.transposed).values.reversed()
            for (singular, eigen) in zip(decomposition.values, eigenvalues) {
                #expect(abs(singular * singular - eigen) < 1e-13 * 10)
            }
        }
    }

    @Test("Singular values over 200 decades and a matrix of zeros do no harm")
    func singularValueExtremes() throws {
        let diagonal = try SingularValueDecomposition(Matrix(diagonal: [1e-190, 3e-300, 2e-250]))
        #expect(agreeingDigits(diagonal.values[0], 1e-190) > 14)
        #expect(try SingularValueDecomposition(Matrix(diagonal: [1e300, 1e299])).values[0] == 1e300)
        let zero = try SingularValueDecomposition(Matrix(zeros: 3, 2))
        #expect(zero.rank() == 0 && zero.conditionNumber == .infinity)
        #expect(zero.pseudoInverse() == Matrix(zeros: 2, 3))
    }

    @Test("The pseudo-inverse fulfils the four conditions of Penrose, at full and at deficient rank")
    func penrose() throws {
        var generator = SplitMix64(seed: 4)
        for (rows, columns, rank) in [(6, 4, 4), (4, 6, 4), (6, 4, 2), (5, 5, 3)] {
            let matrix = try Self.random(rows, rank, &generator) * Self.random(rank, columns, &generator)
            let inverse = try matrix.pseudoInverse()
            #expect(try SingularValueDecomposition(matrix).rank() == rank)
            let left = try matrix * inverse
            let right = try inverse * matrix
            #expect(largestDifference(try (left * matrix).elements, matrix.elements) < 1e-12)
            #expect(largestDifference(try (right * inverse).elements, inverse.elements) < 1e-11)
            #expect(largestDifference(left.elements, left.transposed.elements) < 1e-12)
            #expect(largestDifference(right.elements, right.transposed.elements) < 1e-12)
        }
    }

    @Test("Least squares leaves residuals orthogonal to the columns, whatever their scale")
    func leastSquares() throws {
        var generator = SplitMix64(seed: 5)
        for (rows, columns) in [(1, 1), (5, 5), (30, 4)] {
            var matrix = try Self.random(rows, columns, &generator)
            let scales = (0..<columns).map { pow(10, Double($0 * 12 - 12)) }
            for row in 0..<rows {
                for column in 0..<columns { matrix[row, column] *= scales[column] }
            }
            let truth = zip(generator.vector(columns), scales).map { $0 / $1 }
            let exact = try LinearLeastSquares(matrix, matrix * truth)
            for (solution, truth) in zip(exact.solution, truth) { #expect(agreeingDigits(solution, truth) > 11) }
            let noisy = try LinearLeastSquares(matrix, generator.vector(rows))
            for column in 0..<columns {
                let slope = (0..<rows).reduce(0.0) { $0 + matrix[$1, column] * noisy.residuals[$1] }
                #expect(abs(slope) < 1e-13 * scales[column] * Double(rows))
            }
        }
    }

    @Test("Dependent columns are refused by QR and solved with the shortest solution by singular values")
    func rankDeficient() throws {
        let matrix = try Matrix(rows: 3, columns: 2, elements: [1, 2, 2, 4, 3, 6])
        #expect(throws: NumericalError.rankDeficient(operation: "linear least squares", rank: 1, columns: 2)) {
            try LinearLeastSquares(matrix, [1, 2, 3])
        }
        let shortest = try SingularValueDecomposition(matrix).solve([1, 2, 3])
        #expect(largestDifference(shortest, [0.2, 0.4]) < 1e-15)
        #expect(throws: NumericalError.self) { try LinearLeastSquares(Matrix(zeros: 1, 2), [1]) }
    }

    @Test("A status of GSL becomes an error with the operation's name and GSL's words")
    func statusBecomesError() throws {
        let error = GSL.error(1, "some operation")
        #expect(error == .library(operation: "some operation", status: 1, reason: "input domain error"))
        #expect(error.description == "some operation: input domain error (GSL status 1)")
        #expect(throws: error) { try GSL.check("some operation") { 1 } }
        #expect(throws: Never.self) { try GSL.check("some operation") { 0 } }
        #expect(GSL.error(8, "some operation") == .outOfMemory(operation: "some operation"))
    }

    @Test("A matrix demands as many elements as rows times columns")
    func matrixSize() {
        #expect(throws: NumericalError.self) { try Matrix(rows: 2, columns: 2, elements: [1, 2, 3]) }
        #expect(throws: NumericalError.self) { try Matrix(rows: -1, columns: -1, elements: [1]) }
        #expect(throws: NumericalError.self) { try Matrix(rows: .max, columns: 2, elements: []) }
        #expect(throws: NumericalError.self) { try Matrix(zeros: 2, 2) * Matrix(zeros: 3, 2) }
        #expect(throws: NumericalError.self) { try Matrix(zeros: 2, 2) * [1, 2, 3] }
    }
}
