import Spectra

/// What the label of a column says that it counts: "2-Theta Angle (Degrees)", "q_nm^-1", "Angle", "d [A]".
struct AxisLabel: Equatable {
    /// What the column counts.
    let kind: DiffractionAxis.Kind
    /// The factor that brings its values to the unit of `kind`.
    let factor: Double

    /// Reads a label; `nil` where it does not name an axis.
    init?(_ label: String) {
        let text = label.lowercased()
        let letters = text.filter { $0.isLetter || $0.isNumber }
        func named(_ names: [String]) -> Bool { names.contains { letters == $0 || letters.hasPrefix($0) } }
        if named([
            "2theta", "twotheta", "2th", "twoth", "2\u{3B8}", "tth", "ttheta", "angle", "2t", "x2theta", "pos2th",
            "scattering", "diffractionangle", "degrees2theta", "degree2theta", "deg2theta", "position2th",
        ])
            || text.contains("2th") || text.contains("2-th") || text.contains("2 th") || text.contains("two theta")
            || text.contains("twotheta") || text.contains("2\u{3B8}")
        {
            kind = .twoTheta
            factor = text.contains("rad") && !text.contains("radial") && !text.contains("grad") ? 180 / .pi : 1
        } else if named(["q"]) && letters.count <= 12 || letters.hasPrefix("scatteringvector") {
            kind = .momentumTransfer
            factor = text.contains("nm") || text.contains("nanom") ? 0.1 : 1
        } else if letters == "d" || named(["dspacing", "dspac", "da", "dang", "dvalue", "dnm"]) && letters.count <= 16 {
            kind = .dSpacing
            factor = text.contains("nm") ? 10 : 1
        } else if named(["tof", "timeofflight"]) {
            kind = .timeOfFlight
            factor = text.contains("ms") && !text.contains("musec") ? 1000 : 1
        } else if named(["theta", "omega", "phi", "chi", "psi"]) && letters.count <= 10 {
            // Theta alone is half the angle or a rocking curve: not for this reader to tell.
            kind = .goniometerAngle
            factor = 1
        } else {
            return nil
        }
    }

    /// `values` in the unit of `kind`.
    func scaled(_ values: [Double]) -> [Double] { factor == 1 ? values : values.map { $0 * factor } }
}
