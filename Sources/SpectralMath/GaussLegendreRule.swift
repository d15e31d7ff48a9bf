internal import CGSL

/// Gauss's quadrature over [-1, 1]: with n points it is exact for polynomials up to degree 2n - 1.
public struct GaussLegendreRule: Sendable, Hashable {
    /// The points, ascending, in -1 ... 1.
    public let points: [Double]
    /// The weights of the points; they add up to 2.
    public let weights: [Double]

    /// The rule of `count` points, to rounding. Throws `NumericalError` where `count` is not from 1 to 1024.
    public init(count: Int) throws {
        let operation = "Gauss-Legendre rule"
        guard (1...1024).contains(count) else {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "1 to 1024 points", found: "\(count)")
        }
        let table = try Owned(
            operation, gsl_integration_glfixed_table_alloc(count), freedBy: gsl_integration_glfixed_table_free)
        var points: [Double] = []
        var weights: [Double] = []
        for index in 0..<count {
            var point = 0.0
            var weight = 0.0
            try GSL.check(operation) { gsl_integration_glfixed_point(-1, 1, index, &point, &weight, table.pointer) }
            points.append(point)
            weights.append(weight)
        }
        self.points = points
        self.weights = weights
    }

    /// The integral of `integrand` from `lower` to `upper` in one panel.
    @inlinable public func integral(from lower: Double, to upper: Double, _ integrand: (Double) -> Double) -> Double {
        let middle = (lower + upper) / 2
        let half = (upper - lower) / 2
        var sum = 0.0
        for index in points.indices { sum += weights[index] * integrand(middle + half * points[index]) }
        return sum * half
    }
}
