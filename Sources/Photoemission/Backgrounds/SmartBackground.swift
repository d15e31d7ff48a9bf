/// A Shirley background that never lies above the data.
///
/// The variant that clamps in every step of the iteration: B_(n+1) = min(Shirley's integral of y - B_n, y), as
/// Thermo Avantage describes its "Smart" background (Shirley's, with the constraint that it should not be of greater
/// intensity than the data). Variants that clamp once at the end integrate negative intensities on the way. With noisy
/// data it follows the dips of the noise on flat ground.
public struct SmartBackground: Sendable, Hashable {
    /// The background without the constraint.
    public var shirley: ShirleyBackground

    /// A background between the stated end intensities.
    public init(low: Double, high: Double, rule: Background.Rule = .casaXPS) {
        shirley = ShirleyBackground(low: low, high: high, rule: rule)
    }

    /// The background under `intensities` at `bindingEnergies` (eV, ascending), one value for each point.
    ///
    /// Throws `FitError.background` where the iteration does not converge or has nothing to integrate.
    public func curve(bindingEnergies: [Double], intensities: [Double]) throws -> [Double] {
        try shirley.curve(bindingEnergies: bindingEnergies, intensities: intensities, isBelowData: true)
    }
}
