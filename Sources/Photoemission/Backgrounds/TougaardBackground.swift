/// Tougaard backgrounds computed from the data alone, for subtraction before a fit.
///
/// B(E) = I_low + B sum of K(T) (j(E - T) - I_low) over the losses T >= T0, with the intensity I_low at the low binding
/// energy end subtracted first; B is chosen so that the background meets the intensity at the high end, unless given.
public struct TougaardBackground: Sendable, Hashable {
    /// Average intensity at the low binding energy end.
    public var low: Double
    /// Average intensity at the high binding energy end; not used where `amplitude` is given.
    public var high: Double
    /// The cross-section; C, C' and D are numbers.
    public var crossSection: LossCrossSection
    /// How the integral is summed.
    public var rule: Background.Rule

    /// A background between the stated end intensities.
    public init(low: Double, high: Double, crossSection: LossCrossSection, rule: Background.Rule = .casaXPS) {
        self.low = low
        self.high = high
        self.crossSection = crossSection
        self.rule = rule
    }

    /// The background under `intensities` at `bindingEnergies` (eV, ascending), and the B (eV^2) it was drawn with.
    ///
    /// Throws `FitError.background` where there is no intensity above `low` to scatter, and `FitError.invalidModel` for
    /// a cross-section that is none.
    public func curve(bindingEnergies: [Double], intensities: [Double]) throws -> (values: [Double], b: Double) {
        precondition(bindingEnergies.count == intensities.count, "one intensity for each energy")
        try crossSection.validate(isFitted: false)
        guard intensities.count > 1 else {
            throw FitError.background("a Tougaard background needs at least two points")
        }
        let losses = losses(bindingEnergies, intensities)
        let amplitude: Double
        if case .fixed(let given) = crossSection.b {
            amplitude = given
        } else {
            guard let last = losses.last, last.isFinite, abs(last) > 0 else {
                throw FitError.background(
                    "the Tougaard background finds no intensity above the low binding energy end that could lose "
                        + "energy; use a linear background")
            }
            amplitude = (high - low) / last
        }
        return (losses.map { low + amplitude * $0 }, amplitude)
    }

    /// The sums for B = 1 eV^2.
    private func losses(_ energies: [Double], _ data: [Double]) -> [Double] {
        let unit = crossSection.startingUnit
        switch rule {
        case .casaXPS:
            // Rectangles of equal width and intensities below the end left out, as recovered from CasaXPS's exports.
            let step = (energies[energies.count - 1] - energies[0]) / Double(energies.count - 1)
            let net = data.map { max($0 - low, 0) }
            // Energies on the threshold count; they carry rounding of their own.
            let threshold = unit.threshold - 1e-6 * step
            return energies.indices.map { i in
                var sum = 0.0
                for j in 0..<i {
                    let loss = energies[i] - energies[j]
                    if loss < threshold { break }
                    sum += unit.term(.value, at: loss) * net[j]
                }
                return sum * step
            }
        case .trapezium:
            return LossQuadrature(energies: energies).integral(of: data.map { $0 - low }, unit)
        }
    }
}
