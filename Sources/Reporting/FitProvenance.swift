/// Where the spectrum of a fit came from.
public struct FitSource: Sendable, Hashable {
    /// The file as it was named.
    public var file: String
    /// The name of the spectrum in the file.
    public var spectrum: String
    /// The SHA-256 of the file's bytes, 64 hexadecimal digits; `nil` where it was not computed.
    public var sha256: String?

    /// The spectrum named `spectrum` of `file`.
    public init(file: String, spectrum: String, sha256: String? = nil) {
        self.file = file
        self.spectrum = spectrum
        self.sha256 = sha256
    }
}

/// What is needed to repeat a fit: data, recipe, program and command.
public struct FitProvenance: Sendable, Hashable {
    /// The data; `nil` where the spectrum did not come from a file.
    public var source: FitSource?
    /// The recipe with every default written out, as a recipe file has it.
    public var effectiveRecipe: String?
    /// The version of Interphase that made the fit.
    public var softwareVersion: String?
    /// The command that makes the fit again.
    public var command: String?

    /// A record in which only what is given is known.
    public init(
        source: FitSource? = nil, effectiveRecipe: String? = nil, softwareVersion: String? = nil,
        command: String? = nil
    ) {
        self.source = source
        self.effectiveRecipe = effectiveRecipe
        self.softwareVersion = softwareVersion
        self.command = command
    }
}
