/// The spectra of one file, in the order of the file.
public struct SpectrumFile: Sendable {
    /// The path the file was read from.
    public var path: String
    /// The name of the format, "VAMAS (ISO 14976)".
    public var format: String
    /// The spectra in the order of the file.
    public var spectra: [Spectrum]
    /// The comment lines that belong to the file as a whole, verbatim.
    public var comments: [String]
    /// What a reader had to assume or found odd though it could go on, a sentence each.
    public var notes: [String]

    /// The spectra read from `path`.
    public init(path: String, format: String, spectra: [Spectrum], comments: [String] = [], notes: [String] = []) {
        self.path = path
        self.format = format
        self.spectra = spectra
        self.comments = comments
        self.notes = notes
    }
}
