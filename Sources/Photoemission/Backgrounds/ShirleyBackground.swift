/// Shirley backgrounds computed from the data alone, for subtraction before a fit.
///
/// The background at an energy is proportional to the peak intensity at higher kinetic (lower binding) energy:
/// B = I_low + (I_high - I_low) Q(E) / Q, with Q(E) the integral of data - B from the low binding energy end (Proctor &
/// Sherwood, Anal. Chem. 54 (1982) 13). Found by iteration, O(n) each.
public struct ShirleyBackground: Sendable, Hashable {
    /// Average intensity at the low binding energy end.
    public var low: Double
    /// Average intensity at the high binding energy end.
    public var high: Double
    /// How Q(E) is summed.
    public var rule: Background.Rule
    /// The iteration has converged when no point moves by more than this fraction of |high - low|.
    public var tolerance = 1e-10
    /// The most iterations before giving up.
    public var maximumIterations = 500

    /// A background between the stated end intensities.
    public init(low: Double, high: Double, rule: Background.Rule = .casaXPS) {
        self.low = low
        self.high = high
        self.rule = rule
    }

    /// The background under `intensities` at `bindingEnergies` (eV, ascending), one value for each point.
    ///
    /// Throws `FitError.background` where the iteration does not converge or has nothing to integrate: a background is
    /// never returned half done.
    public func curve(bindingEnergies: [Double], intensities: [Double]) throws -> [Double] {
        try curve(bindingEnergies: bindingEnergies, intensities: intensities, isBelowData: false)
    }

    /// The same, in every step clamped to the data where `isBelowData`.
    func curve(bindingEnergies: [Double], intensities: [Double], isBelowData: Bool) throws -> [Double] {
        let count = intensities.count
        precondition(bindingEnergies.count == count, "one intensity for each energy")
        guard count > 1 else { throw FitError.background("a Shirley background needs at least two points") }
        let range = high - low
        var background = [Double](repeating: low, count: count)
        if range == 0 { return isBelowData ? intensities.map { min(low, $0) } : background }
        var change = Double.infinity
        for _ in 0..<maximumIterations {
            let (cumulative, total) = integrals(bindingEnergies, intensities, background)
            guard total.isFinite, abs(total) > 0 else {
                throw FitError.background(
                    "the Shirley background finds no intensity above it to integrate; use a linear background")
            }
            change = 0
            for i in 0..<count {
                let step = low + range * cumulative[i] / total
                let next = isBelowData ? min(step, intensities[i]) : step
                change = max(change, abs(next - background[i]))
                background[i] = next
            }
            if change <= tolerance * abs(range) { return background }
        }
        throw FitError.background(
            "the Shirley background did not converge in \(maximumIterations) iterations: it still moves by "
                + "\(change / abs(range) * 100) % of its step. The data probably fall below the line between the ends; "
                + "use a fitted background, or a window that ends on flat ground")
    }

    private func integrals(_ energies: [Double], _ data: [Double], _ background: [Double]) -> ([Double], Double) {
        var cumulative = [Double](repeating: 0, count: data.count)
        var sum = 0.0
        switch rule {
        case .casaXPS:
            // Absolute values, plain sums, the point itself left out: as recovered from CasaXPS's exports.
            for i in data.indices {
                cumulative[i] = sum
                sum += abs(data[i] - background[i])
            }
        case .trapezium:
            for i in data.indices.dropFirst() {
                let left = data[i - 1] - background[i - 1], right = data[i] - background[i]
                sum += (energies[i] - energies[i - 1]) * (left + right) / 2
                cumulative[i] = sum
            }
        }
        return (cumulative, sum)
    }
}
