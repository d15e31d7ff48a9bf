/// A whole VAMAS file (ISO 14976:1998), field by field under the names of the standard.
///
/// It holds what `Spectrum` has no place for, so that a file can be read, changed in one place (for example the comment
/// of one block) and written again. Numbers that a file gives as 1E37, the standard's mark for an unknown value, and
/// numbers left blank are `nil`.
public struct VAMASExperiment: Sendable, Hashable {
    /// How the blocks of the experiment belong together.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// A rectangular map, one block an analysed point.
        case map = "MAP"
        /// Maps in the course of a depth profile.
        case mapDepthProfile = "MAPDP"
        /// A map of one quantity in a single block.
        case mapSingleVariable = "MAPSV"
        /// Maps of one quantity in the course of a depth profile.
        case mapSingleVariableDepthProfile = "MAPSVDP"
        /// Independent blocks, or a set without regular order.
        case normal = "NORM"
        /// A depth profile by sputtering, one block a depth and region.
        case depthProfile = "SDP"
        /// A depth profile of one quantity in a single block.
        case depthProfileSingleVariable = "SDPSV"
        /// Line scans across an electron or ion image.
        case linescans = "SEM"
        /// Not stated.
        case none = "NOEXP"

        /// Whether each block has a sputtering source of its own.
        var hasSputtering: Bool {
            switch self {
            case .mapDepthProfile, .mapSingleVariableDepthProfile, .depthProfile, .depthProfileSingleVariable: true
            default: false
            }
        }

        /// Whether the header tells the number of spectral regions.
        var hasSpectralRegions: Bool {
            switch self {
            case .map, .mapDepthProfile, .normal, .depthProfile: true
            default: false
            }
        }

        /// Whether each block has a place in a full map.
        var hasPositions: Bool { self == .map || self == .mapDepthProfile }

        /// Whether each block has a field of view.
        var hasFieldOfView: Bool { hasPositions || hasLinescans }

        /// Whether each block has coordinates of linescans.
        var hasLinescans: Bool {
            self == .mapSingleVariable || self == .mapSingleVariableDepthProfile || self == .linescans
        }
    }

    /// How the abscissa of the blocks is stored.
    public enum ScanMode: String, Sendable, Hashable, CaseIterable {
        /// A start and an increment.
        case regular = "REGULAR"
        /// One of the corresponding variables is the abscissa.
        case irregular = "IRREGULAR"
        /// The ordinates are an image, not a spectrum.
        case mapping = "MAPPING"
    }

    /// The size of the full map that the analysis positions are part of.
    public struct FullMap: Sendable, Hashable {
        /// The number of analysis positions.
        public var positions: Int
        /// The number of discrete x coordinates available in the full map.
        public var xCoordinates: Int
        /// The number of discrete y coordinates available in the full map.
        public var yCoordinates: Int

        /// A map of that many places.
        public init(positions: Int, xCoordinates: Int, yCoordinates: Int) {
            self.positions = positions
            self.xCoordinates = xCoordinates
            self.yCoordinates = yCoordinates
        }
    }

    /// A label with its unit.
    public struct Variable: Sendable, Hashable {
        /// What is counted, "Etch Time".
        public var label: String
        /// Its unit in the spelling of the standard: "s", "eV", "c/s", "d" for a number, "n" for none of the listed.
        public var unit: String

        /// The variable `label` in `unit`.
        public init(label: String, unit: String) {
            self.label = label
            self.unit = unit
        }
    }

    /// The institution that measured.
    public var institution = "Not Specified"
    /// The instrument model.
    public var instrument = "Not Specified"
    /// The operator.
    public var operatorName = "Not Specified"
    /// The name of the experiment.
    public var experiment = "Not Specified"
    /// The comment lines of the whole file, verbatim.
    public var comments: [String] = []
    /// How the blocks belong together.
    public var mode = Mode.normal
    /// How the abscissa is stored.
    public var scanMode = ScanMode.regular
    /// The number of spectral regions, in the modes that state it.
    public var spectralRegions: Int?
    /// The size of the full map, in the modes that state it.
    public var fullMap: FullMap?
    /// The experimental variables, of which each block has a value.
    public var experimentalVariables: [Variable] = []
    /// The numbers of the block items that were entered by hand.
    public var manuallyEnteredItems: [Int] = []
    /// Lines that a later edition of the standard may define.
    public var futureUpgradeEntries: [String] = []
    /// The number of such lines in each block.
    public var futureUpgradeBlockEntryCount = 0
    /// The blocks in the order of the file.
    public var blocks: [VAMASBlock] = []

    /// An experiment without blocks.
    public init() {}

    /// The first line of every VAMAS file.
    static let identifier = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"
    /// The last line of every VAMAS file.
    static let terminator = "end of experiment"
    /// The value that stands for an unknown number.
    static let unknown = 1e37
    /// Whether a number read is the mark of an unknown value, which programs also write rounded.
    static func isUnknown(_ value: Double) -> Bool { value >= 0.99e37 }
}
