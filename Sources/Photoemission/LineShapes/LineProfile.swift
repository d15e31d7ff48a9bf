import Foundation

/// A line of unit area at one point: its value, 1/eV, and its derivatives.
struct LineSample {
    var value: Double
    /// By the binding energy, which is minus the derivative by the position of the line.
    var byDistance: Double
    /// By the parameters of the shape, in the order of `LineShape.parameters`.
    var byParameter = SIMD4<Double>.zero
}

/// A line of unit area with given values of all parameters of its shape.
protocol LineProfile: Sendable {
    /// The line at `distance` eV of binding energy above its position.
    func sample(at distance: Double) -> LineSample
    /// Draws `factor` times the line at `center` and its derivatives at the points of `energies`. A requirement, so that
    /// each profile has its own, in which `sample` is no call through a table.
    func fill(_ columns: LineColumns, energies: UnsafeBufferPointer<Double>, center: Double, factor: Double)
}

/// The columns that a line is drawn into.
struct LineColumns {
    var value: UnsafeMutableBufferPointer<Double>
    var byCenter: UnsafeMutableBufferPointer<Double>
    /// By the parameters of the shape, at most four.
    var byParameter: [UnsafeMutableBufferPointer<Double>]
}

extension LineProfile {
    /// Draws `factor` times the line at `center` and its derivatives at the points of `energies`.
    func fill(_ columns: LineColumns, energies: UnsafeBufferPointer<Double>, center: Double, factor: Double) {
        fillPointByPoint(columns, energies: energies, center: center, factor: factor)
    }

    /// The same for `points` of them, without any kernel.
    func fillPointByPoint(
        _ columns: LineColumns, energies: UnsafeBufferPointer<Double>, center: Double, factor: Double,
        points: Range<Int>? = nil
    ) {
        let count = columns.byParameter.count
        for i in points ?? energies.indices {
            let sample = sample(at: energies[i] - center)
            columns.value[i] = factor * sample.value
            columns.byCenter[i] = -factor * sample.byDistance
            for k in 0..<count { columns.byParameter[k][i] = factor * sample.byParameter[k] }
        }
    }
}

/// Where the maximum of a drawn line lies and how wide the line is, eV.
struct LineWidths: Sendable, Hashable {
    /// The maximum's distance from the position of the line.
    var maximum: Double
    /// The half width at half maximum on the side of low binding energy, from the maximum.
    var low: Double
    /// The same on the side of high binding energy; infinite where the curve does not come down to half its height.
    var high: Double

    /// The true full width at half maximum.
    var full: Double { low + high }
    /// CasaXPS's convention: twice the half width on the side of low binding energy.
    var stored: Double { 2 * low }

    /// Widths that are known.
    init(maximum: Double, low: Double, high: Double) {
        (self.maximum, self.low, self.high) = (maximum, low, high)
    }

    /// Measures `profile`, which has one maximum, within a few `scale` of its position.
    init(of profile: some LineProfile, scale: Double) {
        /// The place where `isBeyond` changes, between `inside` and `inside` + `step` times powers of two; nil where none.
        func crossing(from inside: Double, step: Double, _ isBeyond: (Double) -> Bool) -> Double? {
            var reach = step
            for _ in 0..<60 {
                if isBeyond(inside + reach) {
                    var near = inside + (reach == step ? 0 : reach / 2), far = inside + reach
                    for _ in 0..<200 {
                        let middle = (near + far) / 2
                        guard middle != near, middle != far else { break }
                        if isBeyond(middle) { far = middle } else { near = middle }
                    }
                    return (near + far) / 2
                }
                reach *= 2
            }
            return nil
        }
        let slope = profile.sample(at: 0).byDistance
        let step = scale / 16
        var maximum = 0.0
        if slope > 0 {
            maximum = crossing(from: 0, step: step) { profile.sample(at: $0).byDistance <= 0 } ?? 0
        } else if slope < 0 {
            maximum = crossing(from: 0, step: -step) { profile.sample(at: $0).byDistance >= 0 } ?? 0
        }
        let half = profile.sample(at: maximum).value / 2
        func side(_ step: Double) -> Double {
            crossing(from: maximum, step: step) { profile.sample(at: $0).value <= half }.map { abs($0 - maximum) }
                ?? .infinity
        }
        self.maximum = maximum
        low = side(-step)
        high = side(step)
    }
}
