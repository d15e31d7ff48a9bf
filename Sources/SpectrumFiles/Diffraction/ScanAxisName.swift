import Spectra

/// The vocabulary of scan axes: what instruments call the axis that was moved.
enum ScanAxisName {
    /// What the axis called `name` counts; `nil` for a name that is not known.
    ///
    /// Coupled scans move the detector through two theta whatever they call it, and so does a scan of the detector
    /// alone. Blanks, hyphens, slashes and case do not matter.
    static func kind(of name: String) -> DiffractionAxis.Kind? {
        let key = name.lowercased().filter { $0.isLetter || $0.isNumber }
        switch key {
        case "2theta", "twotheta", "2th", "2t", "gonio", "coupled", "lockedcoupled", "unlockedcoupled", "thetatheta",
            "theta2theta", "thetatwotheta", "2thetatheta", "twothetatheta", "2thetaomega", "twothetaomega",
            "omega2theta", "omegatwotheta", "detectorscan", "detector", "unlockedcoupledhrxrd", "psdscan",
            "psdfixedscan", "psdfastscan", "psdfixed", "psdfast", "twothetachi", "2thetachi", "thetad",
            "twothetapsdfast", "stilltwotheta", "twothetaomegascan", "lockedcoupledtheta2theta", "unlocked",
            "twothetascan", "2thetascan", "omega2thetascan", "singlepsdscan":
            return .twoTheta
        case "theta", "omega", "rockingcurve", "thetas", "thscan", "thetascan", "omegascan", "phi", "phiscan", "chi",
            "khi", "chiscan", "khiscan", "psi", "psiscan", "alpha", "beta", "alphai", "rx", "ry", "rphi", "gamma",
            "alphascan", "betascan":
            return .goniometerAngle
        case "x", "y", "z", "xscan", "yscan", "zscan", "zdrive", "beamtranslation", "zs", "zr", "tx", "ty":
            return .stagePosition
        case "divergenceslit", "time", "temperature", "reciprocalspace", "hklscan", "reciprocalspacescan", "aux1",
            "aux2", "aux3", "energy":
            return .other
        default:
            return nil
        }
    }
}
