/// What is known beforehand of one parameter of a component.
public indirect enum Constraint: Sendable, Hashable {
    /// Held at a value.
    case fixed(Double)
    /// Fitted between bounds. Without a start the fit estimates one from the data.
    case free(start: Double?, min: Double, max: Double)
    /// Fitted between bounds, with a Gaussian prior of the stated mean and standard deviation.
    case prior(start: Double?, mean: Double, sigma: Double, min: Double, max: Double)
    /// Equal to the same parameter of the component named.
    case sameAs(String)
    /// The same parameter of the component named, plus a distance (itself fixed or fitted).
    case offset(from: String, by: Constraint)
    /// The same parameter of the component named, times a factor (itself fixed or fitted).
    case ratio(of: String, by: Constraint)
}
