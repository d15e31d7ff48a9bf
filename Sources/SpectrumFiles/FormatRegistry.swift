import Foundation
import Spectra

/// The formats that can be read, in the order in which they are asked whether they recognise a file.
enum FormatRegistry {
    /// Formats with an unmistakable signature first, plain columns last.
    static let formats: [any SpectrumFormat.Type] = [
        VAMASFormat.self,
        PHIFormat.self,
        KratosBinaryFormat.self,
        KratosDumpFormat.self,
        KherveFittingFormat.self,
        AvantageBinaryFormat.self,
        AvantageTextFormat.self,
        AvantageColumnsFormat.self,
        WorkbookFormat.self,
        SESTextFormat.self,
        SPECSColumnsFormat.self,
        SPECSXMLFormat.self,
        SPECSScheduleFormat.self,
        SESMapFormat.self,
        ScientaHDF5Format.self,
        NeXusFormat.self,
        OmicronLayersFormat.self,
        OmicronSpectraFormat.self,
        IgorWaveFormat.self,
        IgorPackedFormat.self,
        CasaXPSExportFormat.self,
        PlainColumnsFormat.self,
    ]

    /// The format of `content`, chosen by content alone.
    ///
    /// Throws `ReadError.unknownFormat` where no format recognises it.
    static func format(of content: FileContent) throws -> any SpectrumFormat.Type {
        for format in formats where format.recognises(content) { return format }
        throw ReadError.unknownFormat(file: content.path, hint: hint(for: content))
    }

    /// Reads `content` in its format; text in UTF-16 that no format takes as it is, in UTF-8.
    ///
    /// Throws `ReadError`.
    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        do {
            return try format(of: content).read(content, options: options)
        } catch let error as ReadError {
            guard case .unknownFormat = error, let text = TextEncoding.converted(content) else { throw error }
            return try format(of: text).read(text, options: options)
        }
    }

    /// What can be said of content that no reader recognises.
    private static func hint(for content: FileContent) -> String {
        if content.data.isEmpty { return "it is empty" }
        if content.data.starts(with: Data("SQLite format 3\0".utf8)) {
            return
                "it is an SQLite database, but not one of SPECS Prodigy (.sle)"
        }
        let isText = content.withBeginning(1 << 16) { PlainColumnsFormat.looksLikeText($0) }
        let names = formats.map { $0.name }.joined(separator: ", ")
        return "it is \(isText ? "text without rows of numbers" : "binary") and matches none of: \(names)"
    }
}

extension SpectrumFile {
    /// Reads the file at `path`, whatever its format: it is found by content, not by extension.
    ///
    /// Throws `ReadError`.
    public init(contentsOf path: String, options: ReadOptions = ReadOptions()) throws {
        self = try FormatRegistry.read(FileContent(path: path), options: options)
    }
}
