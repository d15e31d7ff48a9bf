import Spectra

/// The formats that can be read, in the order in which they are asked whether they recognise a file.
enum FormatRegistry {
    /// Formats with an unmistakable signature first, plain columns last.
    static let formats: [any SpectrumFormat.Type] = [
        VAMASFormat.self, CasaXPSExportFormat.self, PlainColumnsFormat.self,
    ]

    /// The format of `content`, chosen by content alone.
    ///
    /// Throws `ReadError.unknownFormat` where no format recognises it.
    static func format(of content: FileContent) throws -> any SpectrumFormat.Type {
        for format in formats where format.recognises(content) { return format }
        throw ReadError.unknownFormat(file: content.path, hint: "no reader recognises its content")
    }
}

extension SpectrumFile {
    /// Reads the file at `path`, whatever its format: it is found by content, not by extension.
    ///
    /// Throws `ReadError`.
    public init(contentsOf path: String, options: ReadOptions = ReadOptions()) throws {
        let content = try FileContent(path: path)
        self = try FormatRegistry.format(of: content).read(content, options: options)
    }
}
