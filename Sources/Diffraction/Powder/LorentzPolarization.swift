import Foundation

/// What the beam optics do to the polarisation of the beam.
public enum Monochromator: Sendable, Hashable, Codable {
    /// An unpolarised beam: a filter or nothing.
    case none
    /// A mosaic crystal such as graphite, before or after the specimen, that diffracts at `twoTheta` degrees:
    /// 26.6 for graphite (002) and Cu K-alpha.
    case mosaic(twoTheta: Double)
    /// A nearly perfect crystal such as Ge (111), 27.3 degrees for Cu K-alpha: |cos| stands for cos^2.
    case perfect(twoTheta: Double)
    /// The fraction K of the beam's intensity with its electric vector perpendicular to the diffraction plane: 0.5
    /// unpolarised, 0.95 to 0.99 at a synchrotron.
    case polarization(Double)

    /// The factor that the component in the plane of diffraction is weakened by.
    fileprivate var parallelWeight: Double {
        switch self {
        case .none: return 1
        case .mosaic(let twoTheta):
            let cosine = cos(twoTheta * .pi / 180)
            return cosine * cosine
        case .perfect(let twoTheta): return abs(cos(twoTheta * .pi / 180))
        case .polarization(let k): return (1 - k) / k
        }
    }
}

/// How much of the specimen the beam lights.
public enum DivergenceSlit: String, Sendable, Hashable, Codable {
    /// A fixed divergence: the volume is the same at all angles.
    case fixed
    /// A fixed length of the specimen (automatic slit): the intensities go as sin(theta).
    case variable
}

/// The Lorentz and polarisation factors of a flat plate in Bragg-Brentano geometry,
/// LP = (1 + q cos^2 2theta) / ((1 + q) sin^2 theta cos theta), q = 1 without and cos^2 2theta_m with a mosaic
/// monochromator (International Tables C, 6.2), times sin(theta) for a variable slit.
public struct LorentzPolarization: Sendable, Hashable, Codable {
    /// What polarises the beam.
    public var monochromator: Monochromator
    /// How the beam is limited.
    public var slit: DivergenceSlit

    /// The factors of a diffractometer.
    public init(monochromator: Monochromator = .none, slit: DivergenceSlit = .fixed) {
        self.monochromator = monochromator
        self.slit = slit
    }

    /// The factor at an angle 2 theta in degrees, from 0 to 180, both excluded.
    public func callAsFunction(twoTheta: Double) -> Double {
        let theta = twoTheta * .pi / 360
        let (sine, cosine) = (sin(theta), cos(theta))
        let doubled = cos(2 * theta)
        let q = monochromator.parallelWeight
        let factor = (1 + q * doubled * doubled) / ((1 + q) * sine * sine * cosine)
        return slit == .variable ? factor * sine : factor
    }
}
