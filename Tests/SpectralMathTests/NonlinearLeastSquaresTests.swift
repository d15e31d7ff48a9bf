import Foundation
import Testing

@testable import SpectralMath

@Suite("Bounded nonlinear least squares")
struct NonlinearLeastSquaresTests {
    /// The minimum of |A x - b| in a box, by solving every combination of walls and taking the best that fits.
    static func bestOfAllWalls(_ matrix: Matrix, _ target: [Double], _ bounds: [ClosedRange<Double>]) throws -> Double {
        let count = matrix.columns
        var best = Double.infinity
        var combination = [Int](repeating: 0, count: count)
        for number in 0..<Int(pow(3, Double(count))) {
            var rest = number
            for index in 0..<count {
                combination[index] = rest % 3
                rest /= 3
            }
            let free = (0..<count).filter { combination[$0] == 0 }
            var point = (0..<count).map { combination[$0] == 1 ? bounds[$0].lowerBound : bounds[$0].upperBound }
            guard (0..<count).allSatisfy({ combination[$0] == 0 || point[$0].isFinite }) else { continue }
            for index in free { point[index] = 0 }
            let remaining = zip(target, try matrix * point).map { $0 - $1 }
            if !free.isEmpty {
                var part = Matrix(zeros: matrix.rows, free.count)
                for row in 0..<matrix.rows {
                    for (column, index) in free.enumerated() { part[row, column] = matrix[row, index] }
                }
                let solution = try LinearLeastSquares(part, remaining).solution
                for (column, index) in free.enumerated() { point[index] = solution[column] }
            }
            guard zip(point, bounds).allSatisfy({ $1.contains($0) }) else { continue }
            let residuals = zip(target, try matrix * point).map { $0 - $1 }
            best = min(best, residuals.reduce(0) { $0 + $1 * $1 })
        }
        return best
    }

    @Test("Random linear problems in random boxes reach the best of all combinations of walls", arguments: 0..<200)
    func linearInBoxes(_ seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let count = 1 + seed % 5
        let matrix = try Matrix(rows: 9, columns: count, elements: generator.vector(9 * count))
        let target = generator.vector(9)
        let bounds = (0..<count).map { _ -> ClosedRange<Double> in
            let middle = generator.uniform(-0.5...0.5)
            let width = generator.uniform(0...0.6)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: return -Double.infinity...Double.infinity
            case 1: return -Double.infinity...middle
            case 2: return middle...Double.infinity
            default: return middle...(middle + width)
            }
        }
        var problem = LeastSquaresProblem(
            start: bounds.map { range in
                // Inside, or on a wall.
                let low = max(range.lowerBound, -1)
                let high = max(low, min(range.upperBound, 1))
                return [low, high, (low + high) / 2][Int.random(in: 0..<3, using: &generator)]
            }, residualCount: 9)
        problem.bounds = bounds
        let fit = try NonlinearLeastSquares().minimize(problem) { point, residuals in
            for row in 0..<9 {
                residuals[row] = (0..<count).reduce(-target[row]) { $0 + matrix[row, $1] * point[$1] }
            }
        }
        let best = try Self.bestOfAllWalls(matrix, target, bounds)
        #expect(fit.converged)
        #expect(abs(fit.chi2 - best) <= 1e-12 * best + 1e-28)
    }

    /// Two exponentials with seeded noise; amplitudes not below zero.
    private static func decay(_ seed: UInt64, weights: Bool) -> (LeastSquaresProblem, NonlinearLeastSquares.Residuals) {
        var generator = SplitMix64(seed: seed)
        let times = (0..<40).map { Double($0) * 0.1 }
        let data = times.map { 3 * exp(-$0) + 2 * exp(-4 * $0) + 0.05 * generator.uniform() }
        var problem = LeastSquaresProblem(start: [1, 0.5, 1, 3], residualCount: times.count)
        problem.bounds = [0...100, 0...10, 0...100, 2...20]
        if weights { problem.weights = times.map { 1 + $0 } }
        return (
            problem,
            { point, residuals in
                for (index, time) in times.enumerated() {
                    let model = point[0] * exp(-point[1] * time) + point[2] * exp(-point[3] * time)
                    residuals[index] = model - data[index]
                }
            }
        )
    }

    @Test("Weights act like residuals multiplied by their square roots")
    func weights() throws {
        let (weighted, residuals) = Self.decay(1, weights: true)
        let fit = try NonlinearLeastSquares().minimize(weighted, residuals: residuals)
        let roots = try #require(weighted.weights).map { $0.squareRoot() }
        var plain = weighted
        plain.weights = nil
        let scaled = try NonlinearLeastSquares().minimize(plain) { point, values in
            try residuals(point, &values)
            for index in values.indices { values[index] *= roots[index] }
        }
        #expect(fit.converged && scaled.converged)
        #expect(agreeingDigits(fit.chi2, scaled.chi2) > 12)
        for index in 0..<4 {
            #expect(agreeingDigits(fit.parameters[index], scaled.parameters[index]) > 8)
            #expect(agreeingDigits(fit.covariance[index, index], scaled.covariance[index, index]) > 7)
        }
    }

    @Test("Residuals of weight zero take no part, whatever their value")
    func zeroWeights() throws {
        var problem = LeastSquaresProblem(start: [0], residualCount: 4)
        problem.weights = [1, 1, 0, 1]
        let fit = try NonlinearLeastSquares().minimize(problem) { point, residuals in
            for (index, value) in [1.0, 2.0, 1e9, 6.0].enumerated() { residuals[index] = point[0] - value }
        }
        #expect(abs(fit.parameters[0] - 3) < 1e-12)
        #expect(fit.degreesOfFreedom == 2)
        #expect(abs(fit.covariance[0, 0] - 1 / 3.0) < 1e-10)
    }

    @Test("Scaling parameters and residuals by powers of ten changes nothing but the units")
    func unitsDoNotMatter() throws {
        let (problem, residuals) = Self.decay(2, weights: false)
        let reference = try NonlinearLeastSquares().minimize(problem, residuals: residuals)
        let units = [1e9, 1e-7, 1e4, 1e-12]
        var scaled = problem
        scaled.start = zip(problem.start, units).map { $0 * $1 }
        scaled.bounds = zip(problem.bounds ?? [], units).map { ($0.lowerBound * $1)...($0.upperBound * $1) }
        let fit = try NonlinearLeastSquares().minimize(scaled) { point, values in
            try residuals(zip(point, units).map { $0 / $1 }, &values)
            for index in values.indices { values[index] *= 1e-8 }
        }
        #expect(fit.converged)
        for index in 0..<4 {
            #expect(agreeingDigits(fit.parameters[index] / units[index], reference.parameters[index]) > 7)
        }
    }

    @Test("A fixed parameter stays, has no uncertainty and leaves the others a problem of their own")
    func fixedParameter() throws {
        let (problem, residuals) = Self.decay(3, weights: false)
        var fixed = problem
        fixed.start[3] = 5
        fixed.bounds?[3] = 5...5
        let fit = try NonlinearLeastSquares().minimize(fixed, residuals: residuals)
        var smaller = LeastSquaresProblem(start: [1, 0.5, 1], residualCount: 40)
        smaller.bounds = Array((problem.bounds ?? [])[0..<3])
        let reference = try NonlinearLeastSquares().minimize(smaller) { point, values in
            try residuals(point + [5], &values)
        }
        #expect(fit.positions[3] == .fixed && fit.parameters[3] == 5)
        #expect(fit.standardUncertainty(of: 3, weights: .absolute) == nil)
        #expect(fit.degreesOfFreedom == 37)
        #expect(agreeingDigits(fit.chi2, reference.chi2) > 12)
    }

    @Test("A parameter without influence is reported as undetermined, and so are two that only act together")
    func undetermined() throws {
        let fit = try NonlinearLeastSquares().minimize(
            LeastSquaresProblem(start: [1, 1, 1, 1], residualCount: 6)
        ) { point, residuals in
            for index in 0..<6 {
                let x = Double(index)
                residuals[index] = point[0] * x + point[1] + point[2] - 3 * x - 1 + 0 * point[3] + 0.1 * sin(x)
            }
        }
        #expect(fit.converged)
        #expect(fit.undetermined == [1, 2, 3])
        #expect(fit.standardUncertainty(of: 0, weights: .relative) != nil)
        #expect(fit.standardUncertainty(of: 1, weights: .relative) == nil)
    }

    @Test("An exact fit ends with zero residuals, and a start at the minimum is recognised")
    func exactFit() throws {
        let problem = LeastSquaresProblem(start: [0, 0], residualCount: 3)
        let residuals: NonlinearLeastSquares.Residuals = { point, values in
            for index in 0..<3 { values[index] = point[0] + Double(index) * point[1] - 4 - 2 * Double(index) }
        }
        let fit = try NonlinearLeastSquares().minimize(problem, residuals: residuals)
        #expect(fit.converged && fit.chi2 < 1e-28)
        var atMinimum = problem
        atMinimum.start = [4, 2]
        let again = try NonlinearLeastSquares().minimize(atMinimum, residuals: residuals)
        #expect(again.termination == .exactFit && again.parameters == [4, 2])
    }

    @Test("Pulls of fitted parameters have unit variance when the weights are those of the noise")
    func pulls() throws {
        var squares = [0.0, 0.0]
        let trials = 400
        for seed in 0..<trials {
            var generator = SplitMix64(seed: UInt64(seed))
            let times = (0..<30).map { Double($0) * 0.1 }
            let data = times.map { time in
                // The sum of twelve uniform numbers less six: variance 1.
                let noise = (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform(0...1) }
                return 5 * exp(-0.7 * time) + 0.1 * noise
            }
            var problem = LeastSquaresProblem(start: [3, 0.3], residualCount: times.count)
            problem.weights = [Double](repeating: 100, count: times.count)
            let fit = try NonlinearLeastSquares().minimize(problem) { point, residuals in
                for (index, time) in times.enumerated() {
                    residuals[index] = point[0] * exp(-point[1] * time) - data[index]
                }
            }
            for (index, truth) in [5, 0.7].enumerated() {
                let uncertainty = try #require(fit.standardUncertainty(of: index, weights: .absolute))
                squares[index] += pow((fit.parameters[index] - truth) / uncertainty, 2)
            }
        }
        // The standard deviation of such a mean square is sqrt(2 / 400) = 0.07.
        for square in squares { #expect(abs(square / Double(trials) - 1) < 0.28) }
    }

    struct ModelFailure: Error, Equatable {}

    @Test("Errors thrown by the closures come through, at the start, in a step and in the Jacobian")
    func errorsComeThrough() throws {
        let problem = LeastSquaresProblem(start: [1], residualCount: 2)
        var calls = 0
        for failingCall in 1...6 {
            calls = 0
            #expect(throws: ModelFailure.self) {
                try NonlinearLeastSquares().minimize(problem) { point, residuals in
                    calls += 1
                    if calls == failingCall { throw ModelFailure() }
                    residuals = [exp(point[0]) - 5, point[0] - 3]
                }
            }
            #expect(calls == failingCall)
        }
        #expect(throws: ModelFailure.self) {
            try NonlinearLeastSquares().minimize(
                problem, residuals: { $1 = [$0[0], $0[0] - 3] }, jacobian: { _, _ in throw ModelFailure() })
        }
    }

    @Test("Numbers that are not finite: an error at the start and in the Jacobian, a rejected step elsewhere")
    func notFinite() throws {
        let problem = LeastSquaresProblem(start: [1], residualCount: 2)
        #expect(throws: NumericalError.self) {
            try NonlinearLeastSquares().minimize(problem) { _, residuals in residuals = [.nan, 1] }
        }
        #expect(throws: NumericalError.self) {
            try NonlinearLeastSquares().minimize(problem) { _, residuals in residuals = [1e200, 1e200] }
        }
        #expect(throws: NumericalError.self) {
            try NonlinearLeastSquares().minimize(
                problem, residuals: { $1 = [$0[0], $0[0] - 3] }, jacobian: { $1 = [.infinity, 1] })
        }
        // The first step from 0.05 leads below zero, where the logarithm is not defined.
        let fit = try NonlinearLeastSquares().minimize(
            LeastSquaresProblem(start: [0.05], residualCount: 2)
        ) { point, residuals in
            residuals = [log(point[0]) + 6, 0.1 * (point[0] - 1)]
        }
        #expect(fit.converged)
        #expect(abs(log(fit.parameters[0]) + 6) < 0.1)
        // Defined at the start alone: nothing to be done, and said so.
        let stuck = try NonlinearLeastSquares().minimize(
            problem, residuals: { $1 = $0[0] == 1 ? [1, 2] : [.nan, .nan] }, jacobian: { $1 = [1, 1] })
        #expect(!stuck.converged && stuck.termination == .undefinedResiduals)
    }

    @Test("A Jacobian of the wrong sign ends without progress and is not called converged")
    func wrongJacobian() throws {
        let fit = try NonlinearLeastSquares().minimize(
            LeastSquaresProblem(start: [1], residualCount: 2),
            residuals: { $1 = [$0[0] - 3, 2 * $0[0] - 5] }, jacobian: { $1 = [-1, -2] })
        #expect(!fit.converged && fit.termination == .noProgress)
        #expect(fit.parameters == [1])
    }

    @Test("The evaluation limit holds and is reported", arguments: [0, 1, 2, 5, 17])
    func evaluationLimit(_ limit: Int) throws {
        var solver = NonlinearLeastSquares()
        solver.maximumEvaluations = limit
        let set = try #require(NISTDataSet.all.first { $0.name == "MGH10" })
        let fit = try solver.minimize(
            LeastSquaresProblem(start: set.start(1), residualCount: set.response.count), residuals: set.residuals,
            jacobian: set.jacobian)
        #expect(!fit.converged && fit.termination == .evaluationLimit)
        #expect(fit.residualEvaluations <= limit + 1)
    }

    @Test("No closure is called outside the box, not even for difference quotients")
    func staysInTheBox() throws {
        let (problem, residuals) = Self.decay(4, weights: false)
        let bounds: [ClosedRange<Double>] = [2.5...3.2, 0.9...1, 0...1.5, 4.2...4.2000001]
        var narrow = problem
        narrow.start = [2.5, 1, 0, 4.2]
        narrow.bounds = bounds
        let fit = try NonlinearLeastSquares().minimize(narrow) { point, values in
            for (value, range) in zip(point, bounds) { #expect(range.contains(value)) }
            try residuals(point, &values)
        }
        #expect(fit.converged)
        #expect(fit.positions[2] == .atUpperBound)
    }

    @Test("Malformed problems are refused with a reason")
    func malformed() {
        func minimize(_ change: (inout LeastSquaresProblem) -> Void) throws -> LeastSquaresFit {
            var problem = LeastSquaresProblem(start: [1, 2], residualCount: 3)
            change(&problem)
            return try NonlinearLeastSquares().minimize(problem) { _, values in values[0] = 1 }
        }
        let changes: [(inout LeastSquaresProblem) -> Void] = [
            { $0.start = [] }, { $0.start = [1, .nan] }, { $0.residualCount = 1 }, { $0.residualCount = -1 },
            { $0.bounds = [0...1] }, { $0.bounds = [0...1, 0...1] }, { $0.weights = [1] },
            { $0.weights = [1, 1, -1] }, { $0.weights = [1, 1, .infinity] }, { $0.weights = [0, 0, 1] },
            { $0.scales = [1, 0] }, { $0.scales = [1] }, { $0.residualCount = .max },
        ]
        for change in changes { #expect(throws: NumericalError.self) { try minimize(change) } }
        #expect(throws: NumericalError.self) {
            try NonlinearLeastSquares().minimize(LeastSquaresProblem(start: [1], residualCount: 2)) { _, values in
                values = [1]
            }
        }
    }

    @Test("All parameters may be fixed or walled in")
    func nothingFree() throws {
        var problem = LeastSquaresProblem(start: [1], residualCount: 2)
        problem.bounds = [1...1]
        let residuals: NonlinearLeastSquares.Residuals = { $1 = [$0[0] - 3, $0[0]] }
        let fixed = try NonlinearLeastSquares().minimize(problem, residuals: residuals)
        #expect(fixed.converged && fixed.chi2 == 5 && fixed.degreesOfFreedom == 2)
        problem.bounds = [0...1]
        let wall = try NonlinearLeastSquares().minimize(problem, residuals: residuals)
        #expect(wall.converged && wall.positions == [.atUpperBound] && wall.parameters == [1])
        problem.start = [0]
        #expect(try NonlinearLeastSquares().minimize(problem, residuals: residuals).positions == [.atUpperBound])
    }
}
