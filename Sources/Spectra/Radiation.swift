/// The radiation of a diffraction pattern: its wavelengths, and where they are known from.
///
/// A wavelength is never assumed. Without one there are angles but no lattice spacings.
public struct Radiation: Sendable, Hashable {
    /// The kind of particle.
    public enum Probe: String, Sendable, Hashable, Codable {
        /// X-rays, scattered by electrons.
        case xRay = "x-ray"
        /// Neutrons, scattered by nuclei.
        case neutron
        /// Electrons, scattered by the electrostatic potential.
        case electron
    }

    /// Where the wavelengths are known from.
    public enum Origin: String, Sendable, Hashable, Codable {
        /// The file states them.
        case file
        /// A person stated them.
        case user
        /// Nobody: there are none.
        case unknown
    }

    /// The kind of particle.
    public var probe: Probe
    /// The element of the X-ray tube's anode, "Cu"; `nil` where unknown or where there is no tube.
    public var anode: String?
    /// K-alpha1 of the anode, angstrom.
    public var kAlpha1: Double?
    /// K-alpha2 of the anode, angstrom; `nil` where the file has none, as behind a monochromator that removes it.
    public var kAlpha2: Double?
    /// The intensity of K-alpha2 divided by that of K-alpha1; 0 where the file says that K-alpha2 is absent.
    public var kAlpha2Ratio: Double?
    /// K-beta of the anode, angstrom.
    public var kBeta: Double?
    /// The mean of K-alpha1 and K-alpha2 weighted by intensity, angstrom, where the file states it.
    public var kAlphaMean: Double?
    /// The one wavelength of a beam that is not named after a line of a tube (synchrotron, neutrons), angstrom.
    public var monochromatic: Double?
    /// Where the wavelengths are known from.
    public var origin: Origin

    /// Radiation of which only the stated values are known. Wavelengths that are not positive count as unknown, and
    /// without any wavelength the origin is `.unknown`.
    public init(
        probe: Probe = .xRay, anode: String? = nil, kAlpha1: Double? = nil, kAlpha2: Double? = nil,
        kAlpha2Ratio: Double? = nil, kBeta: Double? = nil, kAlphaMean: Double? = nil, monochromatic: Double? = nil,
        origin: Origin
    ) {
        func known(_ value: Double?) -> Double? { value.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
        self.probe = probe
        self.anode = anode.flatMap { $0.isEmpty ? nil : $0 }
        self.kAlpha1 = known(kAlpha1)
        self.kAlpha2 = known(kAlpha2)
        self.kAlpha2Ratio = kAlpha2Ratio.flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
        self.kBeta = known(kBeta)
        self.kAlphaMean = known(kAlphaMean)
        self.monochromatic = known(monochromatic)
        self.origin = origin
        if wavelength == nil { self.origin = .unknown }
    }

    /// X-rays of which nothing is known.
    public static let unknown = Radiation(origin: .unknown)

    /// The wavelength in angstrom that angles refer to: that of the monochromatic beam, else K-alpha1, else the
    /// weighted mean of the doublet; `nil` where none is known.
    public var wavelength: Double? { monochromatic ?? kAlpha1 ?? kAlphaMean }

    /// Whether the beam holds both lines of the K-alpha doublet as far as is known.
    public var isDoublet: Bool {
        monochromatic == nil && kAlpha1 != nil && kAlpha2 != nil && (kAlpha2Ratio.map { $0 > 0 } ?? true)
    }
}
