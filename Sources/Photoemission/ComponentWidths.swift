import Foundation

/// The widths of a component's (major) line as drawn, with their slopes by the free parameters.
struct ComponentWidths {
    /// A width in eV and its derivatives by free parameters, by index.
    struct Width {
        var value: Double
        var slopes: [(index: Int, slope: Double)]
    }

    /// In the convention of the shape: the true width of symmetric shapes; of asymmetric ones twice the half width on the
    /// side of low binding energy, measured from the maximum.
    let stored: Width
    /// The true full width at half maximum.
    let full: Width

    init(_ part: ResolvedModel.Part, theta: [Double]) {
        let quantities = part.shape.shape.parameters
        let expressions = quantities.map(part.expression)
        let values = expressions.map { $0.value(theta) }
        /// Slopes by theta of a quantity with the stated derivatives by the shape's parameters.
        func slopes(_ derivatives: [Double]) -> [(index: Int, slope: Double)] {
            theta.withUnsafeBufferPointer { theta in
                zip(expressions, derivatives).flatMap { expression, derivative in
                    expression.parameters.map { ($0, derivative * expression.derivative(by: $0, theta)) }
                }
            }
        }
        if quantities == [.width] || part.shape.shape.constants != nil {
            // One width scales the whole line; the width of the family of Gauss and Lorentz is the true one.
            let isTrue = part.shape.shape.constants != nil
            let drawn = isTrue ? nil : part.shape.widths([1])
            let ratio = drawn.map { $0.full / $0.stored } ?? 1
            let own = slopes([1] + quantities.dropFirst().map { _ in 0 })
            stored = Width(value: values[0], slopes: own)
            full = Width(value: values[0] * ratio, slopes: own.map { ($0.index, $0.slope * ratio) })
            return
        }
        let drawn = part.shape.widths(values)
        var storedSlopes: [Double] = [], fullSlopes: [Double] = []
        for place in values.indices {
            // Widths are found to rounding, so that a difference quotient over 1e-4 is good to 1e-8.
            var above = values, below = values
            let step = 1e-4 * max(0.1, abs(values[place]))
            above[place] += step
            below[place] = max(values[place] - step, quantities[place] == .asymmetry ? -.infinity : 0)
            let high = part.shape.widths(above), low = part.shape.widths(below)
            let span = above[place] - below[place]
            storedSlopes.append((high.stored - low.stored) / span)
            fullSlopes.append((high.full - low.full) / span)
        }
        stored = Width(value: drawn.stored, slopes: slopes(storedSlopes))
        full = Width(value: drawn.full, slopes: slopes(fullSlopes))
    }
}
