import Foundation
import Spectra

/// VAMAS Surface Chemical Analysis Standard Data Transfer Format, ISO 14976:1998.
enum VAMASFormat: SpectrumFormat {
    static let name = "VAMAS (ISO 14976)"
    static let extensions = ["vms", "vam", "npl"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(4096) { bytes in
            var lines = ByteLines(bytes)
            while let line = lines.next() {
                if !line.trimmed.isEmpty { return isIdentifier(line) }
            }
            return false
        }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let (experiment, notes) = try VAMASParser.parse(content)
        return try experiment.file(content: content, notes: notes, options: options)
    }

    /// Whether a line is the first line of a VAMAS file; some programs write it in other capitals or add to it.
    static func isIdentifier(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let line = line.trimmed
        return line.count >= beginning.count
            && zip(line, beginning).allSatisfy { byte, letter in
                byte == letter || (letter >= 0x61 && letter <= 0x7A && byte == letter - 0x20)
            }
    }

    /// What the identifier says before the year, in lower case.
    private static let beginning = Array(
        VAMASExperiment.identifier.prefix { !$0.isNumber }.trimmingCharacters(in: .whitespaces).lowercased().utf8)
}

extension VAMASExperiment {
    /// Reads the VAMAS file at `path`, all fields of it.
    ///
    /// Throws `ReadError`.
    public init(contentsOf path: String) throws {
        self = try VAMASParser.parse(FileContent(path: path)).experiment
    }
}
