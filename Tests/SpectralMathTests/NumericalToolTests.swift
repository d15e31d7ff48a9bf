import Foundation
import Testing

@testable import SpectralMath

@Suite("Random numbers")
struct RandomNumberTests {
    @Test("The ten-thousandth number of the seed 5489 is that of the C++ standard, 4123659995")
    func knownNumber() {
        var generator = RandomNumbers(seed: 5489)
        // Every call takes two numbers of 32 bits, the second in the upper half.
        for _ in 0..<4999 { _ = generator.next() }
        #expect(generator.next() >> 32 == 4_123_659_995)
    }

    @Test("A copy repeats the numbers of the original and does not disturb it")
    func values() throws {
        var first = RandomNumbers(seed: 42)
        _ = first.gaussian()
        var second = first
        let numbers = (0..<100).map { _ in second.uniform() }
        #expect((0..<100).map { _ in first.uniform() } == numbers)
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    }

    @Test("Streams of one seed and seeds of one stream differ")
    func streams() {
        var seen = Set<UInt64>()
        for stream in 0..<2000 {
            var generator = RandomNumbers(seed: 1, stream: UInt32(stream))
            seen.insert(generator.next())
            var other = RandomNumbers(seed: UInt32(stream + 2), stream: 0)
            seen.insert(other.next())
        }
        #expect(seen.count == 4000)
    }

    @Test("Gaussian numbers pass a chi-squared test against the normal distribution")
    func gaussian() throws {
        var generator = RandomNumbers(seed: 3)
        let edges = stride(from: -3.0, through: 3, by: 0.25).map { $0 }
        var counts = [Double](repeating: 0, count: edges.count + 1)
        let total = 100_000
        for _ in 0..<total {
            let value = generator.gaussian()
            counts[edges.firstIndex { value < $0 } ?? edges.count] += 1
        }
        let cumulative = [0] + edges.map { NormalDistribution.standard.cumulative($0) } + [1]
        var chi2 = 0.0
        for index in counts.indices {
            let expected = Double(total) * (cumulative[index + 1] - cumulative[index])
            chi2 += (counts[index] - expected) * (counts[index] - expected) / expected
        }
        let probability = try ChiSquaredDistribution(degreesOfFreedom: Double(counts.count - 1)).survival(chi2)
        #expect(probability > 1e-4 && probability < 1 - 1e-4)
    }

    @Test("Poisson counts have the mean and the variance they should", arguments: [0.3, 5, 80, 1e4, 1e8, 1e10, 1e13])
    func poisson(_ mean: Double) throws {
        var generator = RandomNumbers(seed: 4)
        let total = 20_000
        let counts = try (0..<total).map { _ in try generator.poisson(mean: mean) }
        #expect(counts.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
        let average = counts.reduce(0) { $0 + ($1 - mean) } / Double(total)
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(total)
        #expect(abs(average) < 5 * (mean / Double(total)).squareRoot())
        // The variance of a squared deviation is 2 mean^2 + mean.
        #expect(abs(variance - mean) < 5 * ((2 * mean * mean + mean) / Double(total)).squareRoot())
    }

    @Test("A mean below zero or not finite is refused, zero gives zero")
    func poissonDomain() throws {
        var generator = RandomNumbers(seed: 5)
        #expect(try generator.poisson(mean: 0) == 0)
        for mean in [-1, .nan, .infinity] {
            #expect(throws: NumericalError.self) { try generator.poisson(mean: mean) }
        }
    }
}

@Suite("Numerical integration")
struct IntegrationTests {
    @Test("Integrals known in closed form, finite, singular and infinite")
    func closedForms() throws {
        let infinity = Double.infinity
        let cases: [(ClosedRange<Double>, (Double) -> Double, Double)] = [
            (0...1, { $0 * $0 }, 1 / 3.0),
            (0...(.pi), { sin($0) }, 2),
            (0...1, { 1 / $0.squareRoot() }, 2),
            (0...1, { log($0) }, -1),
            (-infinity...infinity, { exp(-$0 * $0) }, Double.pi.squareRoot()),
            (1...infinity, { 1 / ($0 * $0) }, 1),
            (-infinity...0, { exp($0) }, 1),
        ]
        for (range, integrand, expected) in cases {
            let integral = try Integration().integrate(over: range, integrand)
            #expect(abs(integral.value - expected) < 2e-10)
            #expect(abs(integral.value - expected) <= integral.errorEstimate + 1e-15)
            #expect(integral.evaluations > 0)
        }
        #expect(try Integration().integrate(over: 2...2) { _ in .nan }.value == 0)
    }

    struct Failure: Error, Equatable {}

    @Test("Errors of the integrand come through, and it is not called again after one")
    func errors() throws {
        var calls = 0
        #expect(throws: Failure.self) {
            try Integration().integrate(over: 0...1) { x in
                calls += 1
                if calls == 7 { throw Failure() }
                return x
            }
        }
        #expect(calls == 7)
        #expect(throws: NumericalError.self) { try Integration().integrate(over: 0...1) { 1 / ($0 - $0) } }
    }

    @Test("A divergent integral and impossible settings are errors")
    func divergent() {
        #expect(throws: NumericalError.self) { try Integration().integrate(over: 0...1) { 1 / $0 } }
        var integration = Integration()
        integration.maximumSubintervals = 0
        #expect(throws: NumericalError.self) { try integration.integrate(over: 0...1) { $0 } }
        integration = Integration()
        integration.relativeTolerance = 0
        #expect(throws: NumericalError.self) { try integration.integrate(over: 0...1) { $0 } }
    }
}

@Suite("Interpolation")
struct InterpolationTests {
    static let abscissae = [0, 0.4, 1, 1.7, 2, 3.1, 4, 4.2, 5]

    @Test(
        "Every method passes through its points and is exact for straight lines",
        arguments: Interpolation.Method.allCases)
    func throughThePoints(_ method: Interpolation.Method) throws {
        let ordinates = Self.abscissae.map { sin(3 * $0) + $0 * $0 }
        let curve = try Interpolation(method, abscissae: Self.abscissae, ordinates: ordinates)
        #expect(largestDifference(try curve.values(at: Self.abscissae), ordinates) < 1e-13)
        let line = try Interpolation(method, abscissae: Self.abscissae, ordinates: Self.abscissae.map { 2 - 3 * $0 })
        for point in stride(from: 0.05, through: 5, by: 0.137) {
            #expect(abs(try line.value(at: point) - (2 - 3 * point)) < 1e-13)
            #expect(abs(try line.derivative(at: point) + 3) < 1e-12)
        }
        #expect(abs(try line.integral(over: 1...4) - (6 - 22.5)) < 1e-12)
    }

    @Test("A cubic spline converges to a smooth function with the fourth power of the step")
    func cubicConvergence() throws {
        func error(_ count: Int) throws -> Double {
            let abscissae = (0...count).map { Double($0) * .pi / Double(count) }
            // sin has no second derivative at 0 and pi, as the natural spline.
            let curve = try Interpolation(.cubicSpline, abscissae: abscissae, ordinates: abscissae.map { sin($0) })
            var largest = 0.0
            for step in 0...1000 {
                let point = min(Double(step) * .pi / 1000, .pi)
                largest = max(largest, abs(try curve.value(at: point) - sin(point)))
            }
            return largest
        }
        let ratio = try error(20) / error(40)
        #expect(ratio > 14 && ratio < 18)
    }

    @Test("Steffen's spline is monotonic where the points are")
    func steffenMonotonic() throws {
        let curve = try Interpolation(
            .steffen, abscissae: [0, 1, 2, 3, 4, 5], ordinates: [0, 0.01, 0.02, 5, 5.01, 5.02])
        let values = try curve.values(at: (0...500).map { Double($0) / 100 })
        for index in 1..<values.count { #expect(values[index] >= values[index - 1]) }
    }

    @Test("Points outside, unsorted, too few or not finite are refused", arguments: Interpolation.Method.allCases)
    func refusals(_ method: Interpolation.Method) throws {
        func create(_ abscissae: [Double], _ ordinates: [Double]) throws {
            _ = try Interpolation(method, abscissae: abscissae, ordinates: ordinates)
        }
        #expect(throws: NumericalError.self) { try create([1], [1]) }
        #expect(throws: NumericalError.self) { try create([], []) }
        #expect(throws: NumericalError.self) { try create([1, 2, 3, 4, 5], [1, 2, 3, 4]) }
        #expect(throws: NumericalError.self) { try create([1, 2, 2, 4, 5], [1, 2, 3, 4, 5]) }
        #expect(throws: NumericalError.self) { try create([5, 4, 3, 2, 1], [1, 2, 3, 4, 5]) }
        #expect(throws: NumericalError.self) { try create([1, 2, 3, 4, 5], [1, 2, .nan, 4, 5]) }
        let curve = try Interpolation(method, abscissae: Self.abscissae, ordinates: Self.abscissae)
        for point in [-0.1, 5.1, .nan, .infinity] {
            var refused = false
            do { _ = try curve.value(at: point) } catch is NumericalError { refused = true }
            #expect(refused)
        }
    }
}
