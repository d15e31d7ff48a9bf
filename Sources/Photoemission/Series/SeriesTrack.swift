import Spectra
import SpectralMath

/// A quantity against the variable of a series, with the covariance between its values.
public struct SeriesTrack: Sendable, Hashable {
    /// What it is.
    public var quantity: SeriesQuantity
    /// What changes along the series.
    public var variable: SeriesVariable
    /// The values of the variable.
    public var points: [Double]
    /// The values of the quantity, in `quantity.unit`.
    public var values: [Measured]
    /// Their covariance, row-major. In a joint fit values share the uncertainty of the shared parameters.
    public var covariance: [Double]

    init(
        quantity: SeriesQuantity, variable: SeriesVariable, points: [Double], rawValues: [Double], covariance: [Double]
    ) {
        self.quantity = quantity
        self.variable = variable
        self.points = points
        self.covariance = covariance
        let count = rawValues.count
        values = rawValues.indices.map { index in
            let variance = covariance[index * count + index]
            return Measured(rawValues[index], standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
        }
    }

    /// The difference between two values of the series, with a test of whether it is there at all; `nil` for indices
    /// outside the series.
    public func change(from first: Int, to second: Int) -> SeriesChange? {
        guard values.indices.contains(first), values.indices.contains(second) else { return nil }
        let count = values.count
        let variance =
            covariance[first * count + first] + covariance[second * count + second]
            - 2 * covariance[first * count + second]
        let difference = values[second].value - values[first].value
        guard variance > 0 else {
            return SeriesChange(from: points[first], to: points[second], difference: Measured(difference))
        }
        let uncertainty = variance.squareRoot()
        return SeriesChange(
            from: points[first], to: points[second],
            difference: Measured(difference, standardUncertainty: uncertainty),
            probability: min(1, 2 * NormalDistribution.standard.survival(abs(difference) / uncertainty)))
    }

    /// The test that the quantity is the same throughout: chi squared about the best constant, its degrees of freedom
    /// and the probability of such a value or a larger one. `nil` where a value has no uncertainty, or for fewer than two.
    ///
    /// Cost: the cube of the number of spectra.
    public func constancy() throws -> (chi2: Double, degreesOfFreedom: Int, probability: Double)? {
        let count = values.count
        guard count > 1, values.allSatisfy({ $0.standardUncertainty != nil }) else { return nil }
        let matrix = try Matrix(rows: count, columns: count, elements: covariance)
        guard let decomposition = try? CholeskyDecomposition(matrix) else { return nil }
        let data = values.map(\.value)
        let ones = try decomposition.solve([Double](repeating: 1, count: count))
        let weight = ones.reduce(0, +)
        let mean = zip(ones, data).reduce(0) { $0 + $1.0 * $1.1 } / weight
        let deviations = data.map { $0 - mean }
        let chi2 = try zip(decomposition.solve(deviations), deviations).reduce(0) { $0 + $1.0 * $1.1 }
        let probability = try ChiSquaredDistribution(degreesOfFreedom: Double(count - 1)).survival(chi2)
        return (chi2, count - 1, probability)
    }
}

/// By how much a quantity differs between two places of a series.
public struct SeriesChange: Sendable, Hashable {
    /// The value of the variable at the first place.
    public var from: Double
    /// The value of the variable at the second place.
    public var to: Double
    /// The second value minus the first.
    public var difference: Measured
    /// The probability of a difference as large or larger, of either sign, where there is none (normal statistics);
    /// `nil` where the difference has no uncertainty.
    public var probability: Double?

    /// A change.
    public init(from: Double, to: Double, difference: Measured, probability: Double? = nil) {
        self.from = from
        self.to = to
        self.difference = difference
        self.probability = probability
    }
}
