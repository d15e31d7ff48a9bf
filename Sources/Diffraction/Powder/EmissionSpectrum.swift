import Foundation
import Spectra

/// One emission line of an X-ray source.
public struct EmissionLine: Sendable, Hashable, Codable {
    /// What the line is called, `Cu K-alpha-1`.
    public var name: String
    /// The wavelength in Angstrom.
    public var wavelength: Double
    /// The integrated intensity relative to the first line of the spectrum.
    public var intensity: Double
    /// The full width at half maximum of the line itself in Angstrom, a Lorentzian; 0 where it is left to the widths of
    /// the instrument, which then hold it.
    public var naturalWidth: Double

    /// A line.
    public init(name: String, wavelength: Double, intensity: Double = 1, naturalWidth: Double = 0) {
        self.name = name
        self.wavelength = wavelength
        self.intensity = intensity
        self.naturalWidth = naturalWidth
    }
}

/// The lines of the X-rays that fall on a specimen, the first of them the one that positions refer to.
public struct EmissionSpectrum: Sendable, Hashable, Codable {
    /// A name, `CuKa`, or the wavelength.
    public var name: String
    /// The lines; never empty.
    public let lines: [EmissionLine]

    /// The line that positions refer to.
    public var primary: EmissionLine { lines[0] }

    /// Several lines, the first of them the strongest; `nil` where there is none, or where a wavelength
    /// or intensity is not positive.
    public init?(name: String, lines: [EmissionLine]) {
        guard !lines.isEmpty,
            lines.allSatisfy({
                $0.wavelength.isFinite && $0.wavelength > 0 && $0.intensity > 0 && $0.intensity.isFinite
                    && $0.naturalWidth >= 0 && $0.naturalWidth.isFinite
            })
        else { return nil }
        self.name = name
        self.lines = lines
    }

    /// One wavelength in Angstrom, of a synchrotron for example.
    public init?(wavelength: Double) {
        let name = String(format: "%.7g", wavelength)
        self.init(name: name, lines: [EmissionLine(name: "\(name) A", wavelength: wavelength)])
    }

    /// The lines of the radiation that a pattern was measured with; `nil` where its wavelength is not known. The ratio of
    /// K-alpha-2 to K-alpha-1 is 0.5 where the file states both wavelengths but no ratio.
    public init?(_ radiation: Radiation) {
        guard radiation.probe == .xRay, let wavelength = radiation.wavelength else { return nil }
        let anode = radiation.anode.map { "\($0) " } ?? ""
        guard radiation.isDoublet, let second = radiation.kAlpha2 else {
            self.init(wavelength: wavelength)
            return
        }
        self.init(
            name: (radiation.anode ?? "") + "Ka",
            lines: [
                EmissionLine(name: anode + "K-alpha-1", wavelength: wavelength),
                EmissionLine(name: anode + "K-alpha-2", wavelength: second, intensity: radiation.kAlpha2Ratio ?? 0.5),
            ])
    }

    /// The anodes whose lines are known here.
    public static let anodes = ["Ag", "Co", "Cr", "Cu", "Fe", "Mo"]

    /// The measured K lines of an anode in Angstrom (NIST X-Ray Transition Energies, SRD 128, after R. D. Deslattes et al.,
    /// Rev. Mod. Phys. 75 (2003) 35; 3d elements by G. Hoelzer et al., Phys. Rev. A 56 (1997) 4554).
    private static let kLines: [String: (alpha1: Double, alpha2: Double, beta: Double)] = [
        "Cr": (2.2897260, 2.2936510, 2.0848810),
        "Fe": (1.9360410, 1.9399730, 1.7566040),
        "Co": (1.7889960, 1.7928350, 1.6208263),
        "Cu": (1.5405929, 1.5444274, 1.3922340),
        "Mo": (0.70931715, 0.713607, 0.6323031),
        "Ag": (0.55942178, 0.5638131, 0.4970817),
    ]

    /// The K lines of an anode.
    ///
    /// - Parameters:
    ///   - anode: `Cu`, `Co`, `Mo`, `Ag`, `Cr` or `Fe`; otherwise the result is `nil`.
    ///   - alpha2: the intensity of K-alpha-2 relative to K-alpha-1; 0 for a beam that a monochromator has freed of it.
    ///   - beta: what K-beta is left of, relative to K-alpha-1.
    public static func tube(anode: String, alpha2: Double = 0.5, beta: Double = 0) -> EmissionSpectrum? {
        guard let lines = kLines[anode], alpha2 >= 0, beta >= 0 else { return nil }
        var result = [EmissionLine(name: "\(anode) K-alpha-1", wavelength: lines.alpha1)]
        if alpha2 > 0 {
            result.append(EmissionLine(name: "\(anode) K-alpha-2", wavelength: lines.alpha2, intensity: alpha2))
        }
        if beta > 0 {
            result.append(EmissionLine(name: "\(anode) K-beta-1,3", wavelength: lines.beta, intensity: beta))
        }
        return EmissionSpectrum(name: anode + (alpha2 > 0 ? "Ka" : "Ka1"), lines: result)
    }

    /// Cu K-alpha, both lines.
    public static let copper = EmissionSpectrum(
        trusted: "CuKa",
        [
            EmissionLine(name: "Cu K-alpha-1", wavelength: 1.5405929),
            EmissionLine(name: "Cu K-alpha-2", wavelength: 1.5444274, intensity: 0.5),
        ])

    /// Cu K-alpha as six lines with natural widths, for profiles sharp enough to show their asymmetry: the two doublets of
    /// G. Hoelzer et al., Phys. Rev. A 56 (1997) 4554, and two satellites, as used in the certification of NIST's
    /// diffraction standards.
    public static let copperInDetail = EmissionSpectrum(
        trusted: "CuKa in detail",
        [
            EmissionLine(
                name: "Cu K-alpha-11", wavelength: 1.5405925, intensity: 0.58384, naturalWidth: 0.000436),
            EmissionLine(
                name: "Cu K-alpha-12", wavelength: 1.5410769, intensity: 0.07078, naturalWidth: 0.000558),
            EmissionLine(
                name: "Cu K-alpha-21", wavelength: 1.5443873, intensity: 0.22846, naturalWidth: 0.000487),
            EmissionLine(
                name: "Cu K-alpha-22", wavelength: 1.5446782, intensity: 0.11259, naturalWidth: 0.000630),
            EmissionLine(
                name: "Cu K-alpha satellite 1", wavelength: 1.53471, intensity: 0.00433, naturalWidth: 0.00293),
            EmissionLine(
                name: "Cu K-alpha satellite 2", wavelength: 1.53382, intensity: 0.00209, naturalWidth: 0.00293),
        ])

    private init(trusted name: String, _ lines: [EmissionLine]) {
        self.name = name
        self.lines = lines
    }

    /// The lines of what a person types: `CuKa`, `Cu`, `CuKa1`, `MoKalpha`, `CuKb`, or a wavelength in Angstrom;
    /// `nil` where it is none of these.
    public init?(_ text: String) {
        if let wavelength = Double(text) {
            guard wavelength > 0.01, wavelength < 100 else { return nil }
            self.init(wavelength: wavelength)
            return
        }
        let word = text.lowercased().replacing("\u{3B1}", with: "a").replacing("\u{3B2}", with: "b")
            .replacing("alpha", with: "a").replacing("beta", with: "b").filter {
                $0.isASCII && ($0.isLetter || $0.isNumber)
            }
        guard let anode = Self.anodes.first(where: { word.hasPrefix($0.lowercased()) }), let lines = Self.kLines[anode]
        else { return nil }
        func single(_ label: String, _ name: String, _ wavelength: Double) -> EmissionSpectrum? {
            EmissionSpectrum(
                name: anode + label, lines: [EmissionLine(name: "\(anode) \(name)", wavelength: wavelength)])
        }
        let emission: EmissionSpectrum?
        switch word.dropFirst(anode.count) {
        case "", "ka", "ka12", "k": emission = Self.tube(anode: anode)
        case "ka1": emission = single("Ka1", "K-alpha-1", lines.alpha1)
        case "ka2": emission = single("Ka2", "K-alpha-2", lines.alpha2)
        case "kb", "kb1", "kb13": emission = single("Kb", "K-beta-1,3", lines.beta)
        default: emission = nil
        }
        guard let emission else { return nil }
        self = emission
    }
}
