import SpectralMath

/// A polynomial through the ground on both sides of the peaks, for subtraction before a fit.
///
/// The least-squares polynomial of the stated degree through the points around both ends of a region; with degree 1 and
/// one point at each end it is the straight line between them.
struct PolynomialBackground {
    var degree: Int

    /// The polynomial through `anchors`, at `energies`.
    ///
    /// Throws `FitError.background` where the anchors do not determine it.
    func curve(anchors: [(energy: Double, intensity: Double)], energies: [Double]) throws -> [Double] {
        let distinct = Set(anchors.map(\.energy)).count
        guard distinct > degree else {
            throw FitError.background(
                "a polynomial of degree \(degree) needs more than the \(distinct) points at the ends of the window; "
                    + "raise end_points")
        }
        let low = energies.first ?? 0, high = energies.last ?? 0
        let centre = (low + high) / 2, reach = max((high - low) / 2, 1e-9)
        let size = degree + 1
        // Legendre polynomials keep the normal equations well conditioned.
        func basis(_ energy: Double) -> [Double] {
            let x = (energy - centre) / reach
            var values = [1.0, x]
            for n in 1..<max(2, size) {
                let k = Double(n)
                values.append(((2 * k + 1) * x * values[n] - k * values[n - 1]) / (k + 1))
            }
            return Array(values.prefix(size))
        }
        let matrix = try Matrix(rows: anchors.count, columns: size, elements: anchors.flatMap { basis($0.energy) })
        let coefficients = try LinearLeastSquares(matrix, anchors.map(\.intensity)).solution
        return energies.map { energy in zip(basis(energy), coefficients).reduce(0) { $0 + $1.0 * $1.1 } }
    }
}
