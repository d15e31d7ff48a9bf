import Testing

@testable import SpectralMath

@Suite("Steps that are mixed near the minimum")
struct StepHistoryTests {
    /// The change after `first` was taken from 0 and `second` is asked for, with curvatures `matrix` of chi squared.
    private func change(first: [Double], second: [Double], matrix: [[Double]], held: [Bool] = [false, false])
        -> [Double]?
    {
        func product(_ a: [Double], _ b: [Double]) -> Double {
            (0..<2).reduce(0) { sum, i in sum + (0..<2).reduce(0) { $0 + a[i] * matrix[i][$1] * b[$1] } }
        }
        var history = StepHistory(count: 2)
        history.remember(first, product(first, first), [false, false], from: [0, 0], to: first)
        let gradient = (0..<2).map { i in (0..<2).reduce(0) { $0 + matrix[i][$1] * second[$1] } }
        let mixing = history.mixing(second, product(second, second), gradient, held, deviation: 1)
        return mixing.map { mixing in (0..<2).map { second[$0] - mixing * history.difference(second, $0) } }
    }

    @Test("a geometric series is followed to its end at once", arguments: [-0.3, -0.1, 0.05, 0.2, 0.3])
    func geometricSeries(ratio: Double) throws {
        let first = [0.03, -0.01]
        let found = try #require(
            change(first: first, second: first.map { ratio * $0 }, matrix: [[2, 0.5], [0.5, 9]]))
        for (found, first) in zip(found, first) { #expect(abs(found - first * ratio / (1 - ratio)) < 1e-15) }
    }

    @Test("of two series less than a quarter is left, in chi squared, of what is left without mixing")
    func twoSeries() throws {
        // Along the axes, which are conjugate here, errors shrink by 0.3 and by 0.02.
        let ratios = [0.3, 0.02]
        let start = [1.0, 1.0]
        let scale = 0.01
        let first = zip(start, ratios).map { scale * $0 * (1 - $1) }
        let second = zip(first, ratios).map { $0 * $1 }
        let found = try #require(change(first: first, second: second, matrix: [[4, 0], [0, 1]]))
        let left = (0..<2).map { scale * start[$0] * ratios[$0] - found[$0] }
        let plain = (0..<2).map { scale * start[$0] * ratios[$0] - second[$0] }
        let length = { (v: [Double]) in 4 * v[0] * v[0] + v[1] * v[1] }
        #expect(length(left) < 0.25 * length(plain))
    }

    @Test("the last step tells nothing where it was long, hardly shrank, or other parameters were held")
    func tellsNothing() {
        let unit: [[Double]] = [[1, 0], [0, 1]]
        #expect(change(first: [0.03, 0], second: [0.006, 0], matrix: unit) != nil)
        #expect(change(first: [0.03, 0], second: [0.006, 0], matrix: unit, held: [false, true]) == nil)
        #expect(change(first: [0.03, 0], second: [0.02, 0], matrix: unit) == nil)
        #expect(change(first: [3, 0], second: [0.006, 0], matrix: unit) == nil)
        var history = StepHistory(count: 1)
        #expect(history.mixing([0.1], 0.01, [0.1], [false], deviation: 1) == nil)
        history.remember([1], 0.5, [false], from: [0], to: [1])
        history.forget()
        #expect(history.mixing([0.1], 0.01, [0.1], [false], deviation: 1) == nil)
    }
}
