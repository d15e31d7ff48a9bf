/// One block of a VAMAS file (ISO 14976:1998), under the names of the standard; lengths are in micrometre, angles in
/// degree, times in s, energies in eV, currents in nA. `nil` is a value that the file does not give.
public struct VAMASBlock: Sendable, Hashable {
    /// A pair of coordinates or widths.
    public struct Pair: Sendable, Hashable {
        /// Along x.
        public var x: Double?
        /// Along y.
        public var y: Double?

        /// The pair of `x` and `y`.
        public init(x: Double? = nil, y: Double? = nil) {
            self.x = x
            self.y = y
        }
    }

    /// The particle that a sputtering source or a primary beam shoots.
    public struct Ion: Sendable, Hashable {
        /// The atomic number.
        public var atomicNumber: Double?
        /// The number of atoms in one particle.
        public var atoms: Double?
        /// The charge with its sign.
        public var charge: Double?

        /// An ion of which nothing is known.
        public init() {}
    }

    /// The source that sputters between the spectra of a depth profile.
    public struct SputteringSource: Sendable, Hashable {
        /// The energy in eV.
        public var energy: Double?
        /// The beam current in nA.
        public var current: Double?
        /// The beam widths in micrometre.
        public var width = Pair()
        /// The polar angle of incidence in degrees.
        public var polarAngle: Double?
        /// The azimuth in degrees.
        public var azimuth: Double?
        /// "continuous" or "cyclic".
        public var mode = ""

        /// A source of which nothing is known.
        public init() {}
    }

    /// A number with label and unit.
    public struct Parameter: Sendable, Hashable {
        /// What it is.
        public var variable: VAMASExperiment.Variable
        /// The number.
        public var value: Double?

        /// The parameter `variable` of that value.
        public init(variable: VAMASExperiment.Variable, value: Double?) {
            self.variable = variable
            self.value = value
        }
    }

    /// A quantity given at every point.
    public struct CorrespondingVariable: Sendable, Hashable {
        /// What it is.
        public var variable: VAMASExperiment.Variable
        /// The smallest value as the file states it (programs often leave a placeholder).
        public var minimum: Double?
        /// The largest value as the file states it.
        public var maximum: Double?
        /// The values in measured order; 1E37 where there is none.
        public var values: [Double]

        /// The quantity `variable` with its values.
        public init(
            variable: VAMASExperiment.Variable, minimum: Double? = nil, maximum: Double? = nil, values: [Double] = []
        ) {
            self.variable = variable
            self.minimum = minimum
            self.maximum = maximum
            self.values = values
        }
    }

    /// The name of the block.
    public var identifier = ""
    /// The name of the sample.
    public var sample = ""
    /// Year, month, day, hour, minute, second and hours ahead of Greenwich, as the file spells them.
    public var date = [String](repeating: "", count: 7)
    /// The comment lines, verbatim.
    public var comments: [String] = []
    /// The technique, "XPS".
    public var technique = "XPS"
    /// The place in the full map, in the modes that have one.
    public var position = Pair()
    /// The values of the experimental variables of the file.
    public var experimentalVariables: [Double?] = []
    /// The label of the source, "Al".
    public var sourceLabel = ""
    /// The ions of the primary beam or of the sputtering source, in the modes and techniques that have them.
    public var ion = Ion()
    /// The characteristic energy of the source in eV: the photon energy in XPS and UPS.
    public var sourceEnergy: Double?
    /// The strength of the source: W for X-rays, nA for beams.
    public var sourceStrength: Double?
    /// The beam widths in micrometre.
    public var beamWidth = Pair()
    /// The field of view in micrometre.
    public var fieldOfView = Pair()
    /// First linescan start x, y, finish x, y; last linescan finish x, y.
    public var linescans = [Double?](repeating: nil, count: 6)
    /// The polar angle of incidence of the source.
    public var sourcePolarAngle: Double?
    /// The azimuth of the source.
    public var sourceAzimuth: Double?
    /// The mode of the analyser: "FAT", "FRR", "constant delta m" or "constant m/delta m".
    public var analyserMode = "FAT"
    /// The pass energy in eV, the retarding ratio or the mass resolution, after the mode of the analyser.
    public var passEnergy: Double?
    /// The modulation in eV of differentiated Auger spectra.
    public var differentialWidth: Double?
    /// The magnification of the transfer lens of the analyser.
    public var magnification: Double?
    /// The work function of the analyser in eV.
    public var workFunction: Double?
    /// The bias of the target in V.
    public var targetBias: Double?
    /// The widths of the analysed area in micrometre.
    public var analysisWidth = Pair()
    /// The polar take-off angle of the analyser axis.
    public var takeOffPolarAngle: Double?
    /// The azimuth of the analyser axis.
    public var takeOffAzimuth: Double?
    /// The element, "S".
    public var species = ""
    /// The transition, "2p".
    public var transition = ""
    /// The charge of the detected particle, -1 for electrons.
    public var particleCharge: Double?
    /// What the abscissa counts, and its unit; in irregular scans the corresponding variable that holds the abscissa.
    public var abscissa = VAMASExperiment.Variable(label: "", unit: "")
    /// The first value of the abscissa, in regular scans.
    public var start: Double?
    /// The increment of the abscissa, in regular scans.
    public var increment: Double?
    /// What was recorded at every point.
    public var variables: [CorrespondingVariable] = []
    /// "pulse counting" or "analogue".
    public var signalMode = "pulse counting"
    /// The time in s spent on one channel in one scan.
    public var collectionTime: Double?
    /// The number of scans that make up the block.
    public var scans: Double?
    /// The dead time of the detector, s.
    public var timeCorrection: Double?
    /// The sputtering source, in the modes that have one.
    public var sputtering = SputteringSource()
    /// The polar angle of the tilt of the sample normal.
    public var tiltPolarAngle: Double?
    /// The azimuth of the tilt of the sample normal.
    public var tiltAzimuth: Double?
    /// The rotation of the sample.
    public var rotation: Double?
    /// Further numbers.
    public var parameters: [Parameter] = []
    /// Lines that a later edition of the standard may define.
    public var futureUpgradeEntries: [String] = []

    /// A block of which nothing is known.
    public init() {}

    /// Whether the technique has the items of a primary ion beam.
    var hasPrimaryIons: Bool {
        switch technique {
        case "FABMS", "FABMS energy spec", "ISS", "SIMS", "SIMS energy spec", "SNMS", "SNMS energy spec": true
        default: false
        }
    }

    /// Whether the technique has, in depth profiles, the items of a separate sputtering source.
    var hasSeparateSputteringSource: Bool {
        switch technique {
        case "AES diff", "AES dir", "EDX", "ELS", "UPS", "XPS", "XRF": true
        default: false
        }
    }

    /// The techniques that the standard knows.
    static let techniques = [
        "AES diff", "AES dir", "EDX", "ELS", "FABMS", "FABMS energy spec", "ISS", "SIMS", "SIMS energy spec", "SNMS",
        "SNMS energy spec", "UPS", "XPS", "XRF",
    ]
}
