/// The integral of energy losses from lower binding energies, B(E) = integral of K(E - E') f(E') dE' from the start of
/// a region to E, by the trapezium rule on the true steps, as weights of the points.
///
/// The cell that the threshold T0 cuts is integrated from T0 on with f interpolated, so that the result does not jump
/// when a point passes T0.
struct LossQuadrature: Sendable {
    /// The energies of the region, eV of binding energy, ascending.
    let energies: [Double]
    /// Whether all steps are equal to rounding, so that weights depend on the distance of points alone.
    let isUniform: Bool

    init(energies: [Double]) {
        self.energies = energies
        let step = energies.count > 1 ? (energies[energies.count - 1] - energies[0]) / Double(energies.count - 1) : 0
        isUniform =
            step > 0
            && energies.indices.allSatisfy { abs(energies[$0] - energies[0] - Double($0) * step) < 1e-7 * step }
    }

    /// The weight of the intensity at point `source` in the integral up to point `target`, `source` <= `target`.
    func weight(_ unit: LossCrossSection.Unit, _ term: LossCrossSection.Unit.Term, source: Int, target: Int) -> Double {
        var sum = 0.0
        if source < target { sum += cell(unit, term, from: source, target).far }
        if source > 0 { sum += cell(unit, term, from: source - 1, target).near }
        return source <= target ? sum : 0
    }

    /// The parts of the integral over the cell from point `index` to the next that fall to its far (low energy) and
    /// near end.
    private func cell(
        _ unit: LossCrossSection.Unit, _ term: LossCrossSection.Unit.Term, from index: Int, _ target: Int
    ) -> (far: Double, near: Double) {
        guard index < target else { return (0, 0) }
        let far = energies[target] - energies[index], near = energies[target] - energies[index + 1]
        let half = (far - near) / 2
        guard far > unit.threshold, half > 0 else { return (0, 0) }
        if near >= unit.threshold { return (half * unit.term(term, at: far), half * unit.term(term, at: near)) }
        let part = far - unit.threshold
        let fraction = part / (far - near)
        let edge = unit.term(term, at: unit.threshold)
        return (part / 2 * (unit.term(term, at: far) + edge * (1 - fraction)), part / 2 * edge * fraction)
    }

    /// The integral for every point, of any function of the points.
    func integral(of values: [Double], _ unit: LossCrossSection.Unit) -> [Double] {
        precondition(values.count == energies.count, "one value for each energy")
        return energies.indices.map { target in
            var sum = 0.0
            for source in 0...target { sum += weight(unit, .value, source: source, target: target) * values[source] }
            return sum
        }
    }
}
