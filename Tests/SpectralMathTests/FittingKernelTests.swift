import CSpectralKernels
import Foundation
import Testing

@testable import SpectralMath

/// Kernels that fits of many spectra rest on, against plain loops.
@Suite("Kernels of the fit")
struct FittingKernelTests {
    static let levels = SpectralColumnsTests.levels
    static let abscissa = SpectralColumnsTests.abscissa

    @Test("integrals that are added at once are those of the trapezium rule", arguments: levels, 1...7)
    func addedIntegrals(level: SIMDLevel, count: Int) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 2 * count, level: level)
        func value(_ k: Int, _ i: Int) -> Double { cos(0.07 * Double(i * (k + 1))) + 0.3 * Double(k) }
        for keeps in [true, false] {
            for k in 0..<count {
                for i in Self.abscissa.indices {
                    columns.column(k)[i] = value(k, i)
                    columns.column(count + k)[i] = .nan
                }
            }
            columns.addIntegrals(0.7, from: 0, count: count, keepingIn: keeps ? count : nil)
            for k in 0..<count {
                var integral = 0.0
                for i in Self.abscissa.indices {
                    if i > 0 {
                        let step = Self.abscissa[i] - Self.abscissa[i - 1]
                        integral += step * (value(k, i) + value(k, i - 1)) / 2
                    }
                    #expect(abs(columns.column(k)[i] - value(k, i) - 0.7 * integral) < 1e-12)
                    if keeps {
                        #expect(abs(columns.column(count + k)[i] - integral) < 1e-12)
                    } else {
                        #expect(columns.column(count + k)[i].isNaN)
                    }
                }
            }
        }
    }

    @Test("combinations of any number of columns, in any order", arguments: levels, 1...11)
    func combinations(level: SIMDLevel, count: Int) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: count + 1, level: level)
        for k in 0..<count {
            for i in Self.abscissa.indices { columns.column(k)[i] = sin(Double(i + 10 * k)) }
        }
        let addresses: [UnsafePointer<Double>?] = (0..<count).reversed().map { columns.address($0) }
        let factors = (0..<count).map { 0.5 + Double($0) }
        columns.combine(addresses, factors, count: count, into: count)
        for i in Self.abscissa.indices {
            let expected = (0..<count).reduce(0.0) { $0 + factors[$1] * sin(Double(i + 10 * (count - 1 - $1))) }
            #expect(abs(columns.column(count)[i] - expected) < 1e-12 * Double(count * count))
        }
    }

    @Test("a line far narrower than the window is drawn where it reaches, and nothing is left out", arguments: levels)
    func narrowLines(level: SIMDLevel) {
        let shape = SpectralColumns.GaussLorentz(gauss: 1.94, lorentz: 1.2, share: 0, isSum: false)
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 3, level: level)
        for center in [150.0, 158, 160.3, 164.8, 169.79, 175] {
            for k in 0..<3 { columns.column(k).update(repeating: .nan) }
            let first = SpectralColumns.Line(center: center, width: 0.2, height: 3, widthSlope: 1)
            let second = SpectralColumns.Line(center: center + 1.2, width: 0.3, height: 2, widthSlope: 1)
            columns.fill(value: 0, byCenter: 1, byWidth: 2, lines: first, second, shape: shape)
            for (i, x) in Self.abscissa.enumerated() {
                let t = (x - first.center) / first.width
                let u = (x - second.center) / second.width
                let expected =
                    3 * exp(-1.94 * t * t) / (1 + 1.2 * t * t) + 2 * exp(-1.94 * u * u) / (1 + 1.2 * u * u)
                #expect(abs(columns.column(0)[i] - expected) < 1e-14)
                #expect(columns.column(1)[i].isFinite && columns.column(2)[i].isFinite)
            }
        }
    }

    @Test("a line at no number is none, not a line of zeros", arguments: levels)
    func linesThatAreNoNumbers(level: SIMDLevel) {
        let shape = SpectralColumns.GaussLorentz(gauss: 1.94, lorentz: 1.2, share: 0, isSum: false)
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 3, level: level)
        let good = SpectralColumns.Line(center: 160, width: 1, height: 1, widthSlope: 1)
        for (center, width) in [(Double.nan, 1.0), (160, .nan)] {
            let bad = SpectralColumns.Line(center: center, width: width, height: 1, widthSlope: 1)
            columns.fill(value: 0, byCenter: 1, byWidth: 2, lines: bad, good, shape: shape)
            let pair = columns.column(0).filter(\.isNaN).count
            columns.fill(value: 0, byCenter: 1, byWidth: 2, lines: bad, shape: shape)
            let single = columns.column(0).filter(\.isNaN).count
            #expect(pair == Self.abscissa.count && single == Self.abscissa.count)
        }
    }

    @Test("Cholesky factor, solution and inverse undo the matrix", arguments: 1...13)
    func cholesky(n: Int) {
        // A Gram matrix of n vectors, well conditioned, in rows that are longer than it.
        let row = n + 2
        var matrix = [Double](repeating: .nan, count: n * row)
        for i in 0..<n {
            for j in 0..<n { matrix[i * row + j] = (i == j ? 2 : 0) + 1 / Double(1 + i + j) }
        }
        var factor = matrix
        #expect(sk_cholesky(&factor, n, row, 1e-13) == n)
        let right = (0..<n).map { sin(Double($0) + 1) }
        var solution = right
        sk_cholesky_solve(factor, n, row, &solution)
        for i in 0..<n {
            let product = (0..<n).reduce(0.0) { $0 + matrix[i * row + $1] * solution[$1] }
            #expect(abs(product - right[i]) < 1e-13)
        }
        sk_cholesky_inverse(&factor, n, row)
        for i in 0..<n {
            for j in 0..<n {
                let product = (0..<n).reduce(0.0) { sum, k in
                    sum + matrix[i * row + k] * (k >= j ? factor[k * row + j] : factor[j * row + k])
                }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-13)
            }
        }
    }

    @Test("a matrix that is not positive definite is factorised as far as it is")
    func indefinite() {
        var matrix = [4.0, 0, 0, 2, 1, 0, 1, 1, 5]
        #expect(sk_cholesky(&matrix, 3, 3, 1e-13) == 1)
    }

    @Test("the solver's covariance is that of its solution, and its memory is fit for the next problem")
    func solverKeepsItsSolution() throws {
        var first = TwoLines(offset: 0)
        var second = TwoLines(offset: 0.4)
        var solver = SeparableLeastSquares(nonlinearBounds: first.nonlinearBounds, linearBounds: first.linearBounds)
        let alone = try solver.minimize(&second, start: [0.3])
        _ = try solver.minimize(&first, start: [0.9])
        let again = try solver.minimize(&second, start: [0.3])
        #expect(again.nonlinear == alone.nonlinear && again.linear == alone.linear && again.chi2 == alone.chi2)
        #expect(Array(solver.nonlinear) == again.nonlinear && Array(solver.linear) == again.linear)
        var covariance = [Double](repeating: .nan, count: 9)
        let isDetermined = covariance.withUnsafeMutableBufferPointer { solver.covariance(into: $0) }
        #expect(isDetermined)
        let expected = try #require(again.covariance())
        #expect(covariance == expected)
    }

    /// y ~ c0 exp(-theta x) + c1 of data with `offset`.
    private struct TwoLines: SeparableProblem {
        let nonlinearBounds = [0.01...5.0]
        let linearBounds = [0...Double.infinity, 0...Double.infinity]
        var dataCount: Int { 30 }
        let offset: Double
        private var rate = 0.0

        init(offset: Double) { self.offset = offset }

        private func data(_ i: Int) -> Double { 3 * exp(-0.11 * Double(i)) + offset + 0.05 * sin(Double(i * i)) }

        mutating func linearEquations(
            at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
            vector: UnsafeMutableBufferPointer<Double>
        ) throws {
            rate = nonlinear[0]
            for k in 0..<4 { matrix[k] = 0 }
            for k in 0..<2 { vector[k] = 0 }
            for i in 0..<30 {
                let row = [exp(-rate * Double(i) / 10), 1]
                for a in 0..<2 {
                    vector[a] += row[a] * data(i)
                    for b in 0..<2 { matrix[2 * a + b] += row[a] * row[b] }
                }
            }
        }

        mutating func normalEquations(
            coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
            gradient: UnsafeMutableBufferPointer<Double>
        ) -> Double {
            for k in 0..<9 { matrix[k] = 0 }
            for k in 0..<3 { gradient[k] = 0 }
            var chi2 = 0.0
            for i in 0..<30 {
                let x = Double(i) / 10
                let decay = exp(-rate * x)
                let row = [-coefficients[0] * x * decay, decay, 1]
                let residual = data(i) - coefficients[0] * decay - coefficients[1]
                chi2 += residual * residual
                for a in 0..<3 {
                    gradient[a] += row[a] * residual
                    for b in 0..<3 { matrix[3 * a + b] += row[a] * row[b] }
                }
            }
            return chi2
        }
    }
}
