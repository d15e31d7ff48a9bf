import Foundation
import SpectralMath

/// Smoothing and differentiation by a polynomial fitted to the points around each point (A. Savitzky & M. J. E. Golay,
/// Anal. Chem. 36 (1964) 1627), for points at equal steps.
public struct SavitzkyGolay: Sendable, Hashable {
    /// The number of points used on either side.
    public let halfWidth: Int
    /// The degree of the polynomial.
    public let degree: Int
    /// Which derivative is taken, 0 for none.
    public let derivative: Int
    /// The weights for a point at each place of the window: row m holds those for the value at the m-th point.
    private let rows: [[Double]]

    /// A filter; throws `PatternError.badParameter` unless the window has more points than the polynomial coefficients
    /// and the derivative exists. At most 500 points to a side, degree 10.
    public init(halfWidth: Int, degree: Int, derivative: Int = 0) throws(PatternError) {
        guard (1...500).contains(halfWidth), (0...10).contains(degree), degree <= 2 * halfWidth,
            (0...degree).contains(derivative)
        else {
            throw .badParameter(
                "no Savitzky-Golay filter of degree \(degree), derivative \(derivative) over \(halfWidth) points a side"
            )
        }
        self.halfWidth = halfWidth
        self.degree = degree
        self.derivative = derivative
        rows = Self.weights(halfWidth, degree, derivative)
    }

    /// Polynomials orthogonal over the points -n ... n (Gram's), built by their three-term recurrence: no normal equations
    /// that lose digits.
    private static func weights(_ n: Int, _ degree: Int, _ derivative: Int) -> [[Double]] {
        let points = (-n...n).map { Double($0) / Double(n) }
        // values[d][k][i]: the d-th derivative of the k-th polynomial at point i.
        var values: [[[Double]]] = Array(repeating: [], count: derivative + 1)
        var norms: [Double] = []
        for k in 0...degree {
            for d in 0...derivative {
                if k == 0 {
                    values[d].append(points.map { _ in d == 0 ? 1 : 0 })
                    continue
                }
                let previous = values[d][k - 1]
                let ratio = k > 1 ? norms[k - 1] / norms[k - 2] : 0
                let lower = d > 0 ? values[d - 1][k - 1] : []
                values[d].append(
                    points.indices.map { i in
                        // The points are symmetric, so that p_k = x p_(k-1) - ratio p_(k-2).
                        points[i] * previous[i] + (d > 0 ? Double(d) * lower[i] : 0)
                            - (k > 1 ? ratio * values[d][k - 2][i] : 0)
                    })
            }
            norms.append(values[0][k].reduce(0) { $0 + $1 * $1 })
        }
        let scale = pow(Double(n), Double(-derivative))
        return points.indices.map { place in
            points.indices.map { i in
                scale
                    * (0...degree).reduce(0.0) { sum, k in
                        sum + values[0][k][i] * values[derivative][k][place] / norms[k]
                    }
            }
        }
    }

    /// The weights for the middle of the window, from the first point to the last.
    public var weights: [Double] { rows[halfWidth] }

    /// The variance of a filtered point in the middle over that of the data, where their noise is independent and equal.
    public var varianceFactor: Double { weights.reduce(0) { $0 + $1 * $1 } }

    /// The filtered values, derivatives per `step` of the abscissa. Near the ends the polynomial of the outermost window
    /// is evaluated. Throws `PatternError.tooFewPoints` where there is no whole window.
    public func callAsFunction(_ values: [Double], step: Double = 1) throws(PatternError) -> [Double] {
        let size = 2 * halfWidth + 1
        guard values.count >= size else { throw .tooFewPoints(found: values.count, needed: size) }
        let scale = pow(step, Double(-derivative))
        return values.indices.map { index in
            let start = min(max(index - halfWidth, 0), values.count - size)
            let row = rows[index - start]
            var sum = 0.0
            for i in 0..<size { sum += row[i] * values[start + i] }
            return sum * scale
        }
    }
}
