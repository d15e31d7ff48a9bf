import Foundation
import Testing

@testable import SpectralMath

@Suite("Real Fourier transform")
struct RealFourierTransformTests {
    static let lengths = [1, 2, 3, 4, 5, 8, 12, 17, 31, 64, 97, 100, 210, 243]

    @Test("Coefficients equal the defining sum", arguments: lengths)
    func directSum(_ count: Int) throws {
        var generator = SplitMix64(seed: UInt64(count))
        let values = generator.vector(count)
        var transform = try RealFourierTransform(count: count)
        let coefficients = try transform.forward(values)
        #expect(coefficients.count == count / 2 + 1)
        for (k, coefficient) in coefficients.enumerated() {
            var expected = ComplexNumber(0, 0)
            for (j, value) in values.enumerated() {
                let angle = -2 * Double.pi * Double(j * k % count) / Double(count)
                expected = expected + value * ComplexNumber(cos(angle), sin(angle))
            }
            #expect((coefficient - expected).squaredModulus.squareRoot() < 1e-14 * Double(count))
        }
    }

    @Test("The inverse returns to the values, and Parseval's theorem holds", arguments: lengths)
    func roundTrip(_ count: Int) throws {
        var generator = SplitMix64(seed: UInt64(1000 + count))
        let values = generator.vector(count)
        var transform = try RealFourierTransform(count: count)
        let coefficients = try transform.forward(values)
        #expect(largestDifference(try transform.inverse(coefficients), values) < 1e-15 * 8)
        // The mirrored half of the spectrum counts too.
        let energy = coefficients.enumerated().reduce(0.0) { sum, item in
            let isAlone = item.offset == 0 || 2 * item.offset == count
            return sum + (isAlone ? 1 : 2) * item.element.squaredModulus
        }
        #expect(agreeingDigits(energy / Double(count), values.reduce(0) { $0 + $1 * $1 }) > 13.5)
    }

    @Test("Convolution equals the double sum, for all small sizes")
    func convolutionDirect() throws {
        var generator = SplitMix64(seed: 9)
        for firstCount in [1, 2, 3, 10, 33] {
            for secondCount in [1, 2, 5, 16, 40] {
                let (first, second) = (generator.vector(firstCount), generator.vector(secondCount))
                var expected = [Double](repeating: 0, count: firstCount + secondCount - 1)
                for (i, a) in first.enumerated() {
                    for (j, b) in second.enumerated() { expected[i + j] += a * b }
                }
                #expect(largestDifference(try convolution(first, second), expected) < 1e-14)
            }
        }
    }

    @Test("Two Gaussians convolve to a Gaussian whose variance is the sum")
    func gaussians() throws {
        func gaussian(_ sigma: Double) -> [Double] {
            (-200...200).map { exp(-pow(Double($0) / sigma, 2) / 2) / (sigma * (2 * .pi).squareRoot()) }
        }
        let result = try convolution(gaussian(9), gaussian(12))
        for (index, value) in result.enumerated() {
            let expected = exp(-pow(Double(index - 400) / 15, 2) / 2) / (15 * (2 * .pi).squareRoot())
            #expect(abs(value - expected) < 1e-15)
        }
    }

    @Test("Transforms of many lengths on many threads at once give the same as alone")
    func threads() async throws {
        func work(_ seed: Int) throws -> [Double] {
            var generator = SplitMix64(seed: UInt64(seed))
            // More lengths than plans are kept, so that plans are made and destroyed all the time.
            let count = 20 + seed % 40
            var transform = try RealFourierTransform(count: count)
            let values = generator.vector(count)
            return try transform.inverse(transform.forward(values)) + transform.forward(values).map(\.real)
        }
        let alone = try (0..<200).map { try work($0) }
        let together = try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
            for seed in 0..<200 { group.addTask { (seed, try work(seed)) } }
            return try await group.reduce(into: [Int: [Double]]()) { $0[$1.0] = $1.1 }
        }
        for seed in 0..<200 { #expect(together[seed] == alone[seed]) }
    }

    @Test("Fast lengths have small prime factors and are the next ones up")
    func fastLengths() {
        #expect([0, 1, 11, 97, 121, 1024, 8191].map(fastTransformLength) == [1, 1, 12, 98, 125, 1024, 8192])
    }

    @Test("Wrong sizes are refused")
    func refusals() throws {
        for count in [0, -1, Int(Int32.max) + 1] {
            var refused = false
            do { _ = try RealFourierTransform(count: count) } catch is NumericalError { refused = true }
            #expect(refused)
        }
        var transform = try RealFourierTransform(count: 4)
        var failures = 0
        do { _ = try transform.forward([1, 2, 3]) } catch is NumericalError { failures += 1 }
        do { _ = try transform.inverse([ComplexNumber(1, 0)]) } catch is NumericalError { failures += 1 }
        #expect(failures == 2)
        #expect(throws: NumericalError.self) { try convolution([], [1]) }
    }

    @Test("correlation by transforms is the sum of products at every lag")
    func correlation() throws {
        var random = RandomNumbers(seed: 5)
        let count = 60
        let a = (0..<count).map { _ in random.gaussian() }
        let b = (0..<count).map { _ in random.gaussian() }
        var transform = try RealFourierTransform(count: count)
        let (first, second) = (try transform.forward(a), try transform.forward(b))
        var values = [Double](repeating: 0, count: 51)
        try transform.correlation(first, second, lags: -25...25, into: &values)
        for (lag, value) in zip(-25...25, values) {
            let sum = (0..<count).reduce(0.0) { $0 + a[($1 + lag + count) % count] * b[$1] }
            #expect(abs(value - sum) < 1e-12 * Double(count))
        }
        #expect(throws: NumericalError.self) {
            try transform.correlation(first, Array(second.dropLast()), lags: 0...50, into: &values)
        }
        #expect(throws: NumericalError.self) { try transform.correlation(first, second, lags: 0...3, into: &values) }
        var far = [0.0]
        #expect(throws: NumericalError.self) { try transform.correlation(first, second, lags: 60...60, into: &far) }
    }
}
