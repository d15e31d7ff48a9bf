import Foundation
import Testing

@testable import SpectralMath

@Suite("Quick Poisson numbers")
struct QuickPoissonTests {
    @Test("frequencies are those of the distribution", arguments: [10.0, 10.7, 15.9, 40, 250, 3000, 1e6])
    func frequencies(mean: Double) throws {
        let draws = 200_000
        var numbers = RandomNumbers(seed: 11, stream: UInt32(mean))
        // Classes a quarter of a standard deviation wide, in which at least 20 draws are expected.
        let width = max(1, (mean.squareRoot() / 4).rounded())
        var observed: [Int: Int] = [:]
        for _ in 0..<draws {
            let number = try numbers.quickPoisson(mean: mean)
            #expect(number >= 0 && number == number.rounded())
            observed[Int((number / width).rounded(.down)), default: 0] += 1
        }
        var chi2 = 0.0
        var classes = 0
        var expectedRest = Double(draws)
        var observedRest = draws
        for index in observed.keys.sorted() {
            var probability = 0.0
            for n in Int(Double(index) * width)..<Int(Double(index + 1) * width) {
                probability += exp(Double(n) * log(mean) - mean - lgamma(Double(n) + 1))
            }
            let expected = probability * Double(draws)
            guard expected >= 20 else { continue }
            let count = observed[index] ?? 0
            chi2 += (Double(count) - expected) * (Double(count) - expected) / expected
            classes += 1
            expectedRest -= expected
            observedRest -= count
        }
        if expectedRest > 5 {
            chi2 += (Double(observedRest) - expectedRest) * (Double(observedRest) - expectedRest) / expectedRest
            classes += 1
        }
        let survival = try ChiSquaredDistribution(degreesOfFreedom: Double(classes - 1)).survival(chi2)
        #expect(survival > 1e-4, "chi squared \(chi2) for \(classes) classes")
    }

    @Test("mean, variance and skewness", arguments: [10.0, 100, 20_000])
    func moments(mean: Double) throws {
        let draws = 200_000
        var numbers = RandomNumbers(seed: 5, stream: 1)
        var sums = (0.0, 0.0, 0.0)
        for _ in 0..<draws {
            let deviate = (try numbers.quickPoisson(mean: mean) - mean) / mean.squareRoot()
            sums = (sums.0 + deviate, sums.1 + deviate * deviate, sums.2 + deviate * deviate * deviate)
        }
        let n = Double(draws)
        #expect(abs(sums.0 / n) < 5 / n.squareRoot())
        #expect(abs(sums.1 / n - 1) < 5 * (2 / n).squareRoot() * 1.1)
        #expect(abs(sums.2 / n - 1 / mean.squareRoot()) < 5 * (15 / n).squareRoot() * 1.2)
    }

    @Test("small means, nothing to expect, and what cannot be a mean")
    func edges() throws {
        var numbers = RandomNumbers(seed: 3, stream: 9)
        var same = numbers
        #expect(try numbers.quickPoisson(mean: 3.5) == (try same.poisson(mean: 3.5)))
        #expect(try numbers.quickPoisson(mean: 0) == 0)
        for mean in [-1, Double.nan, .infinity] {
            #expect(throws: NumericalError.self) { try numbers.quickPoisson(mean: mean) }
        }
    }
}
