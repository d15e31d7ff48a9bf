import Spectra

/// What a single wavelength in a header is: K-alpha1 of the anode, the mean of its doublet, or neither.
enum TubeLine {
    /// K-alpha1 and K-alpha2 in angstrom (Bearden, Rev. Mod. Phys. 39 (1967) 78, in the present angstrom). They only
    /// serve to tell what a stated number means and are never put in the place of one.
    private static let lines: [String: (Double, Double)] = [
        "Ag": (0.55942, 0.56381), "Mo": (0.70932, 0.71361), "Cu": (1.54059, 1.54443), "Ni": (1.65793, 1.66177),
        "Co": (1.78900, 1.79289), "Fe": (1.93608, 1.94002), "Cr": (2.28975, 2.29365), "W": (0.20901, 0.21383),
    ]

    /// The radiation of a header that states one `wavelength` in angstrom and perhaps an `anode`.
    ///
    /// Within 0.0004 angstrom of the weighted mean (2 K-alpha1 + K-alpha2) / 3 of the anode it is that mean, within as
    /// much of K-alpha1 it is K-alpha1; otherwise the beam is taken as monochromatic.
    static func radiation(wavelength: Double?, anode: String?) -> Radiation {
        let element = anode.map { $0.prefix(1).uppercased() + $0.dropFirst().prefix(1).lowercased() }
        guard let wavelength, (0.05...20).contains(wavelength) else { return Radiation(anode: element, origin: .file) }
        if let element, let (first, second) = lines[element] {
            if abs(wavelength - first) < 0.0004 { return Radiation(anode: element, kAlpha1: wavelength, origin: .file) }
            if abs(wavelength - (2 * first + second) / 3) < 0.0004 {
                return Radiation(anode: element, kAlphaMean: wavelength, origin: .file)
            }
        }
        return Radiation(anode: element, monochromatic: wavelength, origin: .file)
    }
}
