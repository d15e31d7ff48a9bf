import Foundation
import Spectra

/// How a figure is written to a file.
public struct FigureFileSettings: Sendable, Hashable {
    /// The dots per inch of PNG files.
    public var dotsPerInch: Double
    /// Whether the letters of SVG files are drawn as outlines, which look the same wherever they are opened but are no
    /// longer text. PDF files hold their fonts either way.
    public var outlinesText: Bool

    /// Where the program is that makes PNG, PDF and outlines, `rsvg-convert` of librsvg; `nil` where it is not installed.
    public static var converter: String? { FigureConverter.installed() }

    /// 600 dots per inch, as journals want line art, and text as text, unless stated.
    public init(dotsPerInch: Double = 600, outlinesText: Bool = false) {
        self.dotsPerInch = dotsPerInch
        self.outlinesText = outlinesText
    }
}

extension SVGDocument {
    /// Writes the document to the file at `path` as SVG, PNG or PDF, whichever its name ends in; a name without an ending
    /// gets SVG.
    ///
    /// PNG, PDF and outlined text are made by `rsvg-convert` of librsvg, which embeds the fonts in PDF files.
    /// - Throws: `WriteError`, also for another ending and where `rsvg-convert` is not installed.
    public func write(to path: String, settings: FigureFileSettings = FigureFileSettings()) throws {
        let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
        switch ending {
        case "png":
            let resolution = SVGCanvas.number(min(max(settings.dotsPerInch, 30), 2400))
            let data = try FigureConverter.converted(
                text, to: "png", arguments: ["--dpi-x", resolution, "--dpi-y", resolution])
            try AtomicFile.write(data, to: path)
        case "pdf": try AtomicFile.write(try FigureConverter.converted(text, to: "pdf"), to: path)
        case "svg" where settings.outlinesText, "" where settings.outlinesText:
            try AtomicFile.write(try FigureConverter.converted(text, to: "svg"), to: path)
        case "svg", "": try AtomicFile.write(text, to: path)
        default:
            throw WriteError.cannotExpress(
                format: ".\(ending)", reason: "\(path): expected a name that ends in .svg, .png or .pdf")
        }
    }
}

/// The program of librsvg that draws SVG.
enum FigureConverter {
    static let program = "rsvg-convert"

    /// Where the program is, along `PATH`; `nil` where it is not installed.
    static func installed(along path: String? = ProcessInfo.processInfo.environment["PATH"]) -> String? {
        (path ?? "").split(separator: ":").map { "\($0)/\(program)" }
            .first(where: FileManager.default.isExecutableFile)
    }

    /// `svg` in another format.
    static func converted(
        _ svg: String, to format: String, arguments: [String] = [], program: String? = installed()
    ) throws -> Data {
        func failure(_ reason: String) -> WriteError {
            .cannotExpress(format: format == "svg" ? "SVG with outlined text" : format.uppercased(), reason: reason)
        }
        guard let program else {
            throw failure(
                "\(Self.program) is not installed; it comes with librsvg (Debian and Ubuntu: apt install librsvg2-bin; "
                    + "macOS: brew install librsvg); SVG needs nothing")
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (source, target) = (folder.appendingPathComponent("in.svg"), folder.appendingPathComponent("out"))
        try Data(svg.utf8).write(to: source)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--format", format, "--output", target.path] + arguments + [source.path]
        var environment = ProcessInfo.processInfo.environment
        // The same figure gives the same file: no time of day in PDF files.
        environment["SOURCE_DATE_EPOCH"] = environment["SOURCE_DATE_EPOCH"] ?? "0"
        process.environment = environment
        let complaints = Pipe()
        (process.standardError, process.standardOutput) = (complaints, FileHandle.nullDevice)
        do { try process.run() } catch { throw failure("\(program) cannot be started: \(error)") }
        let said = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let data = try? Data(contentsOf: target), !data.isEmpty else {
            throw failure("\(program) failed: \(Printable.text(String(decoding: said.prefix(500), as: UTF8.self)))")
        }
        return data
    }
}
