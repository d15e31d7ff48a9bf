import Foundation
import Spectra

/// The binary scans of Siemens and Bruker AXS, little endian, told by their first bytes:
/// `RAW ` (DIFFRAC-AT, version 1), `RAW2` (version 2), `RAW1.01` (DIFFRAC plus, version 3), `RAW4.00` (version 4).
enum BrukerRAWFormat: DiffractionFormat {
    static let name = "Bruker/Siemens RAW"
    static let extensions = ["raw"]

    static func recognises(_ content: FileContent) -> Bool { version(of: content.data) != nil }

    static func version(of data: Data) -> Int? {
        let signatures = [("RAW1.01", 3), ("RAW4.00", 4), ("RAW2", 2), ("RAW ", 1)]
        return signatures.first { data.starts(with: $0.0.utf8) }?.1
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let fields = BinaryFields(file: content.path, data: content.data)
        var notes: [String] = []
        let patterns: [DiffractionPattern]
        let version = version(of: content.data)
        switch version {
        case 1: patterns = try BrukerRAW1(content: content, fields: fields).patterns(notes: &notes)
        case 2: patterns = try BrukerRAW2(content: content, fields: fields).patterns(notes: &notes)
        case 3: patterns = try BrukerRAW3(content: content, fields: fields).patterns(notes: &notes)
        default: patterns = try BrukerRAW4(content: content, fields: fields).patterns(notes: &notes)
        }
        var file = try file(content, patterns, notes: notes)
        file.format = "\(name) version \(version ?? 4)"
        return file
    }
}

/// What the ranges of all versions share.
struct BrukerRange {
    let content: FileContent
    let fields: BinaryFields
    /// The number of the range, counted from 1.
    let number: Int
    /// The number of points that the header announces.
    let announced: Int
    /// Where the data start, and how many bytes one point takes: a float with the intensity first, then other values.
    let dataStart: Int
    let recordLength: Int

    /// The number of points that are there.
    var available: Int {
        guard fields.count > dataStart, recordLength > 0 else { return 0 }
        // Of the last record only the intensity is needed.
        let whole = (fields.count - dataStart) / recordLength
        let rest = (fields.count - dataStart) % recordLength
        return min(announced, whole + (rest >= 4 ? 1 : 0))
    }

    /// The intensities that are there; a note where some are missing.
    func intensities(notes: inout [String]) throws -> [Double] {
        let count = available
        guard count > 0 else {
            throw fields.malformed(
                at: min(dataStart, fields.count), expected: "\(announced) intensities of range \(number)",
                found: "the end")
        }
        let values = try fields.numbers(.float32, at: dataStart, count: count, stride: recordLength, "the intensities")
        try content.requireFinite(values, at: dataStart, stride: recordLength, "intensities of range \(number)")
        if count < announced { notes.append(PatternNotes.cutOff(scan: number, read: count, announced: announced)) }
        return values
    }
}

extension BinaryFields {
    /// A text field of fixed length without padding.
    func label(at offset: Int, count: Int, _ what: String) throws -> String {
        try text(at: offset, count: count, what).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A float field whose value counts as unknown where it is not a positive finite number.
    func positive32(at offset: Int, _ what: String) throws -> Double? {
        let value = try float32(at: offset, what)
        return value.isFinite && value > 0 ? value : nil
    }

    /// A double field whose value counts as unknown where it is not a positive finite number.
    func positive64(at offset: Int, _ what: String) throws -> Double? {
        let value = try float64(at: offset, what)
        return value.isFinite && value > 0 ? value : nil
    }

    /// A wavelength in angstrom, float; unknown where no X-rays or neutrons for diffraction have it.
    func wavelength32(at offset: Int) throws -> Double? {
        // The decimal number that was stored: 1.5406 rather than 1.54059994220734.
        try positive32(at: offset, "a wavelength").flatMap { (0.05...20).contains($0) ? Double("\(Float($0))") : nil }
    }

    /// A wavelength in angstrom, double; unknown where no X-rays or neutrons for diffraction have it.
    func wavelength64(at offset: Int) throws -> Double? {
        try positive64(at: offset, "a wavelength").flatMap { value in
            guard (0.05...20).contains(value) else { return nil }
            // Some programs convert a float to the double that is stored.
            return Double(Float(value)) == value ? Double("\(Float(value))") : value
        }
    }
}
