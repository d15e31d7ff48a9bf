/// What is known beforehand of one parameter of a component.
public indirect enum Constraint: Sendable, Hashable {
    /// Held at a value.
    case fixed(Double)
    /// Fitted between bounds. Without a start the fit takes one from the reference data or from the spectrum.
    case free(start: Double?, min: Double, max: Double)
    /// Fitted between bounds, with a Gaussian prior of the stated mean and standard deviation.
    case prior(start: Double?, mean: Double, sigma: Double, min: Double, max: Double)
    /// Equal to the same parameter of the component named.
    case sameAs(String)
    /// The same parameter of the component named, plus a distance (itself fixed or fitted).
    case offset(from: String, by: Constraint)
    /// The same parameter of the component named, times a factor (itself fixed or fitted).
    case ratio(of: String, by: Constraint)

    /// Fitted within `distance` of `start` on either side.
    public static func within(_ distance: Double, of start: Double) -> Constraint {
        .free(start: start, min: start - distance, max: start + distance)
    }

    /// The component that this constraint refers to, if any.
    var leader: String? {
        switch self {
        case .fixed, .free, .prior: nil
        case .sameAs(let name): name
        case .offset(let name, _): name
        case .ratio(let name, _): name
        }
    }
}

/// The parameters of a component.
public enum ComponentQuantity: String, Sendable, Hashable, CaseIterable {
    /// Binding energy of the line j = l + 1/2, eV.
    case position
    /// Full width at half maximum of that line in the convention of its shape, eV (see `LineShape`).
    case width
    /// Area of the whole component over all energies, intensity times eV.
    case area
    /// Distance from the line j = l + 1/2 to j = l - 1/2, eV.
    case splitting
    /// Area of the line j = l - 1/2 divided by that of j = l + 1/2.
    case areaRatio = "area_ratio"
    /// Width of the line j = l - 1/2 divided by that of j = l + 1/2; for shapes with two widths that of the Lorentzian.
    case widthRatio = "width_ratio"
    /// Mixing of the line shape, per cent.
    case mixing
    /// Full width at half maximum of the Gaussian of a shape with two widths, eV.
    case gaussianWidth = "gaussian_width"
    /// Full width at half maximum of the Lorentzian of a shape with two widths, eV.
    case lorentzianWidth = "lorentzian_width"
    /// Asymmetry of the line shape, positive for more intensity at high binding energy; its meaning is the shape's.
    case asymmetry
}
