import Foundation
import Testing

@testable import SpectralMath

/// y ~ c0 + c1 exp(-theta x): one nonlinear parameter, two linear ones, weights.
private struct ExponentialDecay: SeparableProblem {
    var nonlinearBounds: [ClosedRange<Double>]
    var linearBounds: [ClosedRange<Double>]
    var dataCount: Int { x.count }
    let x: [Double], y: [Double], w: [Double]
    private var rate = 0.0

    init(_ x: [Double], _ y: [Double], rates: ClosedRange<Double>, linear: [ClosedRange<Double>]) {
        (self.x, self.y, w) = (x, y, x.map { _ in 1 })
        nonlinearBounds = [rates]
        linearBounds = linear
    }

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        rate = nonlinear[0]
        (matrix[0], matrix[1], matrix[2], matrix[3], vector[0], vector[1]) = (0, 0, 0, 0, 0, 0)
        for i in x.indices {
            let e = exp(-rate * x[i])
            matrix[0] += w[i]
            matrix[2] += w[i] * e
            matrix[3] += w[i] * e * e
            vector[0] += w[i] * y[i]
            vector[1] += w[i] * e * y[i]
        }
    }

    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        for i in 0..<9 { matrix[i] = 0 }
        for i in 0..<3 { gradient[i] = 0 }
        var chi2 = 0.0
        for i in x.indices {
            let e = exp(-rate * x[i])
            let row = [-coefficients[1] * x[i] * e, 1, e]
            let r = y[i] - coefficients[0] - coefficients[1] * e
            chi2 += w[i] * r * r
            for a in 0..<3 {
                gradient[a] += w[i] * row[a] * r
                for b in 0...a { matrix[a * 3 + b] += w[i] * row[a] * row[b] }
            }
        }
        return chi2
    }
}

@Suite("Separable least squares")
struct SeparableLeastSquaresTests {
    static let x = (0..<40).map { Double($0) * 0.1 }
    static let free = [-Double.infinity...Double.infinity, -Double.infinity...Double.infinity]

    private func solve(_ problem: ExponentialDecay, start: Double) throws -> SeparableSolution {
        var problem = problem
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        return try solver.minimize(&problem, start: [start], options: .init(tolerance: 1e-14))
    }

    @Test("data without noise give their parameters back from near and far", arguments: [0.05, 0.5, 1.2, 8.0])
    func recoversExactData(start: Double) throws {
        let y = Self.x.map { 2 + 5 * exp(-1.3 * $0) }
        let solution = try solve(.init(Self.x, y, rates: 0.01...20, linear: Self.free), start: start)
        #expect(solution.outcome == .converged)
        #expect(abs(solution.nonlinear[0] - 1.3) < 1e-8)
        #expect(abs(solution.linear[0] - 2) < 1e-8)
        #expect(abs(solution.linear[1] - 5) < 1e-8)
    }

    @Test("the gradient vanishes at the minimum of noisy data")
    func gradientVanishes() throws {
        let y = Self.x.enumerated().map { 2 + 5 * exp(-1.3 * $1) + 0.3 * sin(Double($0 * $0)) }
        let problem = ExponentialDecay(Self.x, y, rates: 0.01...20, linear: Self.free)
        let solution = try solve(problem, start: 0.7)
        func chi2(_ rate: Double, _ a: Double, _ b: Double) -> Double {
            zip(Self.x, y).reduce(0) { $0 + pow($1.1 - a - b * exp(-rate * $1.0), 2) }
        }
        let (rate, a, b) = (solution.nonlinear[0], solution.linear[0], solution.linear[1])
        #expect(abs(chi2(rate, a, b) - solution.chi2) < 1e-12)
        for (dr, da, db) in [(1e-4, 0.0, 0.0), (-1e-4, 0, 0), (0, 1e-4, 0), (0, -1e-4, 0), (0, 0, 1e-4), (0, 0, -1e-4)]
        {
            #expect(chi2(rate + dr, a + da, b + db) > solution.chi2)
        }
    }

    @Test("a bound that cuts off the minimum holds the parameter, and the rest is optimal there")
    func boundHolds() throws {
        let y = Self.x.map { 2 + 5 * exp(-1.3 * $0) }
        let solution = try solve(.init(Self.x, y, rates: 0.01...0.9, linear: Self.free), start: 0.3)
        #expect(solution.outcome == .converged)
        #expect(solution.nonlinear[0] == 0.9)
        #expect(solution.isHeld == [true, false, false])
        let covariance = try #require(solution.covariance())
        #expect(covariance[0] == 0 && covariance[4] > 0 && covariance[8] > 0)
    }

    @Test("a linear coefficient stays at its bound where the data pull it beyond")
    func linearBoundHolds() throws {
        let y = Self.x.map { 2 - 5 * exp(-1.3 * $0) }
        let bounds = [-Double.infinity...Double.infinity, 0...Double.infinity]
        let solution = try solve(.init(Self.x, y, rates: 0.01...20, linear: bounds), start: 1)
        #expect(solution.linear[1] == 0)
        #expect(solution.isHeld[2])
        // Nothing is left of the exponential, so the constant is the mean.
        #expect(abs(solution.linear[0] - y.reduce(0, +) / Double(y.count)) < 1e-12)
    }

    @Test("the covariance is the inverse of the curvature")
    func covarianceIsInverse() throws {
        let y = Self.x.map { 2 + 5 * exp(-1.3 * $0) }
        let solution = try solve(.init(Self.x, y, rates: 0.01...20, linear: Self.free), start: 1)
        let covariance = try #require(solution.covariance())
        for i in 0..<3 {
            for j in 0..<3 {
                let product = (0..<3).reduce(0.0) {
                    $0 + solution.normalMatrix[i * 3 + $1] * covariance[$1 * 3 + j]
                }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-9)
            }
        }
    }

    @Test("bounded linear solutions satisfy the Kuhn-Tucker conditions", arguments: 0..<200)
    func boundedLinearIsOptimal(seed: Int) {
        let n = 2 + seed % 6
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 12345
        func random(_ k: Int) -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 30) - 1
        }
        let rows = 9
        let design = (0..<rows).map { r in (0..<n).map { random(r * n + $0) } }
        let y = (0..<rows).map { random(1000 + $0) }
        let matrix = UnsafeMutableBufferPointer<Double>.allocate(capacity: n * n)
        let vector = UnsafeMutableBufferPointer<Double>.allocate(capacity: n)
        let solution = UnsafeMutableBufferPointer<Double>.allocate(capacity: n)
        let held = UnsafeMutableBufferPointer<Bool>.allocate(capacity: n)
        defer {
            matrix.deallocate()
            vector.deallocate()
            solution.deallocate()
            held.deallocate()
        }
        for a in 0..<n {
            vector.initializeElement(at: a, to: (0..<rows).reduce(0) { $0 + design[$1][a] * y[$1] })
            solution.initializeElement(at: a, to: 0)
            held.initializeElement(at: a, to: false)
            for b in 0..<n {
                matrix.initializeElement(at: a * n + b, to: (0..<rows).reduce(0) { $0 + design[$1][a] * design[$1][b] })
            }
        }
        let bounds = (0..<n).map { $0 % 2 == 0 ? 0...Double.infinity : -0.2...0.3 }
        let solver = BoundedLinearSolver(bounds: bounds)
        solver.solve(matrix: matrix, vector: vector, solution: solution, isHeld: held)
        for k in 0..<n {
            let slope = vector[k] - (0..<n).reduce(0) { $0 + matrix[k * n + $1] * solution[$1] }
            #expect(bounds[k].contains(solution[k]))
            switch solution[k] {
            case bounds[k].lowerBound: #expect(slope <= 1e-9)
            case bounds[k].upperBound: #expect(slope >= -1e-9)
            default: #expect(abs(slope) < 1e-9)
            }
        }
    }
}
