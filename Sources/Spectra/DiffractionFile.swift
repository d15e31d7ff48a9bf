/// The scans of one diffraction file, in the order of the file.
public struct DiffractionFile: Sendable, Hashable {
    /// The path the file was read from.
    public var path: String
    /// The name of the format, "PANalytical XRDML".
    public var format: String
    /// The scans in the order of the file.
    public var patterns: [DiffractionPattern]
    /// What a reader had to assume or found odd though it could go on, a sentence each.
    public var notes: [String]

    /// The patterns read from `path`.
    public init(path: String, format: String, patterns: [DiffractionPattern], notes: [String] = []) {
        self.path = path
        self.format = format
        self.patterns = patterns
        self.notes = notes
    }
}
