import Spectra

/// The diffraction formats that can be read, in the order in which they are asked whether they recognise a file.
enum DiffractionFormatRegistry {
    /// Formats with an unmistakable signature.
    static let signed: [any DiffractionFormat.Type] = [
        BrukerRAWFormat.self, StoeRAWFormat.self, PhilipsRDFormat.self, RigakuRAWFormat.self, BrukerBRMLFormat.self,
        RigakuRASXFormat.self, XRDMLFormat.self, RigakuRASFormat.self, RigakuTextFormat.self, BrukerUXDFormat.self,
        PhilipsUDFFormat.self, SietronicsCPIFormat.self, GSASFormat.self, PowderCIFFormat.self, NeXusPatternFormat.self,
    ]

    /// Text formats told by the shape of their first lines, the strictest first.
    static let shaped: [any DiffractionFormat.Type] = [
        MDIFormat.self, CHIFormat.self, SteppedTextFormat.self, ColumnsFormat.self,
    ]

    /// All formats in the order in which they are asked.
    static var formats: [any DiffractionFormat.Type] { signed + shaped }

    /// The format of `content`, chosen by content alone.
    ///
    /// Throws `ReadError.unknownFormat` where no format recognises it.
    static func format(of content: FileContent) throws -> any DiffractionFormat.Type {
        guard !content.data.isEmpty else {
            throw content.malformed(.whole, expected: "a diffraction file", found: "an empty file")
        }
        for format in formats where format.recognises(content) { return format }
        let hint =
            PatternText.head(of: content) == nil
            ? "a binary file without the mark of Bruker, Stoe, Philips, Rigaku or a zip archive; a file of another "
                + "instrument (Scintag, Shimadzu ...) can be exported as columns of two theta and intensity"
            : "neither a header known here nor rows of two theta and intensity"
        throw ReadError.unknownFormat(file: content.path, hint: hint)
    }
}

extension DiffractionFile {
    /// Reads the diffraction file at `path`, whatever its format: it is found by content, not by extension.
    ///
    /// Throws `ReadError`.
    public init(contentsOf path: String, options: DiffractionReadOptions = DiffractionReadOptions()) throws {
        try self.init(content: FileContent(path: path), options: options)
    }

    /// Reads a diffraction file that is already in memory.
    ///
    /// Throws `ReadError`.
    init(content: FileContent, options: DiffractionReadOptions = DiffractionReadOptions()) throws {
        var content = content
        let format: any DiffractionFormat.Type
        do {
            format = try DiffractionFormatRegistry.format(of: content)
        } catch let error as ReadError {
            guard case .unknownFormat = error, let text = TextEncoding.converted(content) else { throw error }
            content = text
            format = try DiffractionFormatRegistry.format(of: text)
        }
        var file = try format.read(content, options: options)
        file.apply(options)
        self = file
    }

    /// The name of the format that the file at `path` bears an unmistakable mark of; `nil` where it has none, as plain
    /// columns of numbers, or where it is no diffraction file.
    ///
    /// Throws `ReadError` where the file cannot be read at all.
    public static func markedFormat(ofFileAt path: String) throws -> String? {
        let content = try FileContent(path: path)
        return DiffractionFormatRegistry.signed.first { $0.recognises(content) }?.name
    }

    /// The name of the format that the file at `path` would be read in; that of columns of numbers begins with "columns".
    ///
    /// Throws `ReadError` where no format recognises it or where it cannot be read at all.
    public static func format(ofFileAt path: String) throws -> String {
        try DiffractionFormatRegistry.format(of: FileContent(path: path)).name
    }

    /// The formats that can be read, with their usual extensions (lower case, without dot).
    public static var readableFormats: [(name: String, extensions: [String])] {
        DiffractionFormatRegistry.formats.map { ($0.name, $0.extensions) }
    }

    /// Puts what a person stated in the place of what the file says or leaves open.
    private mutating func apply(_ options: DiffractionReadOptions) {
        for index in patterns.indices {
            if var stated = options.radiation {
                let found = patterns[index].radiation
                if let old = found.wavelength, let new = stated.wavelength, abs(old - new) > 1e-4 * old {
                    notes.append(
                        "scan \(index + 1): the file states the wavelength \(old) angstrom; \(new) as stated by "
                            + "the user was taken")
                }
                if stated.wavelength == nil {
                    // Only the anode or the probe was stated: the file's wavelengths stay.
                    stated = found
                    stated.anode = options.radiation?.anode ?? found.anode
                    stated.probe = options.radiation?.probe ?? found.probe
                } else {
                    stated.origin = .user
                    stated.anode = stated.anode ?? found.anode
                }
                patterns[index].radiation = stated
            }
            if let unit = options.unit, patterns[index].unit == .arbitrary { patterns[index].unit = unit }
        }
    }
}

extension DiffractionPattern {
    /// Reads one scan of the diffraction file at `path`: the one numbered `scan`, counted from 1, or the first that is
    /// a diffraction pattern (two theta, d, momentum transfer or time of flight) where none is named. Read a
    /// `DiffractionFile` for all scans and for the reader's notes.
    ///
    /// Throws `ReadError`, also where there is no such scan.
    public init(
        contentsOf path: String, scan: Int? = nil, options: DiffractionReadOptions = DiffractionReadOptions()
    ) throws {
        let file = try DiffractionFile(contentsOf: path, options: options)
        if let scan {
            guard scan >= 1, scan <= file.patterns.count else {
                throw ReadError.malformed(
                    file: path, place: .whole, expected: "scan \(scan)", found: "\(file.patterns.count) scans")
            }
            self = file.patterns[scan - 1]
            return
        }
        guard let pattern = file.patterns.first(where: { $0.axis.isDiffraction }) else {
            let axes = Set(file.patterns.map { $0.setup.scanAxis ?? $0.axis.kind.rawValue }).sorted()
            throw ReadError.malformed(
                file: path, place: .whole, expected: "a scan of two theta",
                found: "only scans of \(axes.joined(separator: ", "))")
        }
        self = pattern
    }
}
