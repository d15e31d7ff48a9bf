import Diffraction
import Spectra

extension Radiation {
    /// What names of radiation look like, for errors.
    package static var expectedNames: String {
        EmissionSpectrum.anodes.map { $0 + "Ka" }.joined(separator: ", ")
            + ", with 1 at the end for K-alpha-1 alone, or a wavelength in Angstrom"
    }

    /// The radiation that a user names, CuKa or a wavelength in Angstrom; `nil` where the name is none.
    package init?(named name: String, alpha2Ratio: Double? = nil) {
        guard let emission = EmissionSpectrum(name) else { return nil }
        guard emission.lines.count > 1 else {
            self.init(monochromatic: emission.primary.wavelength, origin: .user)
            return
        }
        self.init(
            anode: String(emission.name.prefix(2)), kAlpha1: emission.lines[0].wavelength,
            kAlpha2: emission.lines[1].wavelength, kAlpha2Ratio: alpha2Ratio ?? emission.lines[1].intensity,
            origin: .user)
    }
}

extension DiffractionPattern {
    /// The lines that the pattern was measured with; `nil` where the wavelength is not known. None is ever assumed.
    package func emission(alpha2Ratio: Double? = nil) -> EmissionSpectrum? {
        var radiation = radiation
        if let alpha2Ratio { radiation.kAlpha2Ratio = alpha2Ratio }
        if let emission = EmissionSpectrum(radiation) { return emission }
        if radiation.probe != .xRay, let wavelength = radiation.wavelength,
            let emission = EmissionSpectrum(wavelength: wavelength)
        {
            return emission
        }
        return radiation.anode.flatMap { EmissionSpectrum.tube(anode: $0, alpha2: alpha2Ratio ?? 0.5) }
    }
}
