import Foundation

/// The places at which a diffraction pattern was measured, and what they count.
public struct DiffractionAxis: Sendable, Hashable {
    /// What the values of an axis count.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The scattering angle, degrees.
        case twoTheta = "two theta"
        /// The spacing of lattice planes, angstrom.
        case dSpacing = "d"
        /// The momentum transfer Q = 4 pi sin(theta) / wavelength = 2 pi / d, 1/angstrom.
        case momentumTransfer = "Q"
        /// The time of flight of neutrons, microseconds.
        case timeOfFlight = "time of flight"
        /// The energy of the photons at a fixed angle, keV.
        case photonEnergy = "photon energy"
        /// Another angle of the goniometer (omega, phi, chi ...) moved while two theta stood still, degrees.
        case goniometerAngle = "goniometer angle"
        /// A position of the sample stage, mm.
        case stagePosition = "stage position"
        /// Something else, named by the scan axis of the pattern.
        case other
    }

    /// What `values` count.
    public let kind: Kind
    /// The places in the order of the file, in `unit`; steps may be unequal.
    public let values: [Double]

    /// An axis of `values` in the unit of `kind`.
    public init(_ values: [Double], kind: Kind) {
        self.values = values
        self.kind = kind
    }

    /// The unit of `values`; empty where none is known.
    public var unit: String {
        switch kind {
        case .twoTheta, .goniometerAngle: "deg"
        case .dSpacing: "angstrom"
        case .momentumTransfer: "1/angstrom"
        case .timeOfFlight: "us"
        case .photonEnergy: "keV"
        case .stagePosition: "mm"
        case .other: ""
        }
    }

    /// Whether the axis tells reflections apart, so that the intensities along it are a diffraction pattern. A rocking
    /// curve or a height scan is none.
    public var isDiffraction: Bool {
        switch kind {
        case .twoTheta, .dSpacing, .momentumTransfer, .timeOfFlight, .photonEnergy: true
        case .goniometerAngle, .stagePosition, .other: false
        }
    }

    /// The number of points.
    public var count: Int { values.count }

    /// The mean step, positive for ascending values; `nil` for fewer than two points.
    public var meanStep: Double? {
        guard let first = values.first, let last = values.last, values.count > 1 else { return nil }
        return (last - first) / Double(values.count - 1)
    }

    /// Whether every step equals the mean step within `tolerance` of it.
    public func isUniform(tolerance: Double = 0.01) -> Bool {
        guard let step = meanStep else { return true }
        return zip(values, values.dropFirst()).allSatisfy { abs($1 - $0 - step) <= tolerance * abs(step) }
    }

    /// The scattering angles in degrees at `wavelength` in angstrom, from Bragg's law: two theta = 2 asin(wavelength /
    /// 2d) with d = 2 pi / Q.
    ///
    /// `nil` where the axis has no such relation to the angle, or where a point lies beyond the reach of the
    /// wavelength.
    public func twoTheta(wavelength: Double) -> [Double]? {
        guard wavelength > 0, wavelength.isFinite else { return nil }
        let sines: [Double]
        switch kind {
        case .twoTheta: return values
        case .dSpacing: sines = values.map { wavelength / (2 * $0) }
        case .momentumTransfer: sines = values.map { $0 * wavelength / (4 * .pi) }
        default: return nil
        }
        guard sines.allSatisfy({ abs($0) <= 1 }) else { return nil }
        return sines.map { 2 * asin($0) * 180 / .pi }
    }
}
