/// Where to evaluate a function and with which weights to sum the values to get its derivative, to fourth order in
/// the step (Abramowitz & Stegun 1964, table 25.2).
struct DifferenceStencil {
    /// Offsets from the centre, and the weights of the values there after subtraction of the value at the centre.
    let points: [(offset: Double, weight: Double)]

    /// The stencils that fit into `range` around `value`, the best first: the central one, then the one-sided ones,
    /// that with more room first.
    ///
    /// The step is `scale` times the fourth root of the distance from 1 to the next double, where the rounding error
    /// (a few 1e-12) and the error of the formula balance as long as the function bends over `scale`.
    static func all(at value: Double, scale: Double, in range: ClosedRange<Double>) -> [DifferenceStencil] {
        // The step must be a difference of two doubles, or the rounding of value + step spoils the quotient.
        let wanted = max(scale * 1.22e-4, abs(value) * 1e-10)
        let step = (value + wanted) - value
        let (below, above) = (value - range.lowerBound, range.upperBound - value)
        var stencils: [DifferenceStencil] = []
        if step > 0, below >= 2 * step, above >= 2 * step { stencils.append(central(step)) }
        let sides = above >= below ? [(above, 1.0), (below, -1.0)] : [(below, -1.0), (above, 1.0)]
        for (room, direction) in sides where room > 0 {
            let length = step > 0 && room >= 4 * step ? step : room / 4
            let exact = (value + direction * length) - value
            if exact != 0, length > 0 { stencils.append(oneSided(exact)) }
        }
        return stencils
    }

    private static func central(_ step: Double) -> DifferenceStencil {
        DifferenceStencil(
            points: [
                (-2 * step, 1 / (12 * step)), (-step, -8 / (12 * step)), (step, 8 / (12 * step)),
                (2 * step, -1 / (12 * step)),
            ])
    }

    private static func oneSided(_ step: Double) -> DifferenceStencil {
        DifferenceStencil(
            points: [
                (step, 48 / (12 * step)), (2 * step, -36 / (12 * step)), (3 * step, 16 / (12 * step)),
                (4 * step, -3 / (12 * step)),
            ])
    }
}
