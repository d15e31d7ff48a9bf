import Foundation
import Spectra

/// Rigaku's binary scans, little endian. The file starts with "FI". Each scan is a part that starts with "PI" and holds
/// its start, stop and step as floats 826 bytes later; the intensities are floats in a part that starts with "DA", 20
/// bytes after that mark, and the four bytes before them are their number. A second layout has no parts: wavelengths
/// at byte 984, start, stop and step at 3004, intensities from 3058 to the end of the file.
///
/// The vendor does not publish the format. These places are those of two independent public readings of real files;
/// so a scan is taken only where start, stop, step, the number of points and the size of the file fit together, and
/// refused otherwise.
enum RigakuRAWFormat: DiffractionFormat {
    static let name = "Rigaku RAW"
    static let extensions = ["raw"]

    static func recognises(_ content: FileContent) -> Bool {
        content.data.starts(with: "FI".utf8) && content.data.count > 1000 && content.data.prefix(64).contains(0)
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let fields = BinaryFields(file: content.path, data: content.data)
        var notes: [String] = []
        var patterns = try parts(content, fields, notes: &notes)
        if patterns.isEmpty, let single = try single(content, fields) { patterns = [single] }
        guard !patterns.isEmpty else {
            throw content.malformed(
                .whole, expected: "a layout of Rigaku's binary format that is known here",
                found:
                    "start, stop, step and number of points that do not fit together; export the scan as .ras or .asc")
        }
        return try file(content, patterns, notes: notes)
    }

    /// The places of the two letters `mark` from `start` on.
    private static func find(_ mark: String, in data: Data, from start: Int) -> Int? {
        guard start < data.count else { return nil }
        return data.range(of: Data(mark.utf8), in: data.startIndex + start..<data.endIndex).map {
            $0.lowerBound - data.startIndex
        }
    }

    private static func parts(
        _ content: FileContent, _ fields: BinaryFields, notes: inout [String]
    ) throws -> [DiffractionPattern] {
        var patterns: [DiffractionPattern] = []
        var position = 2
        while let part = find("PI", in: content.data, from: position) {
            position = part + 2
            guard part + 838 <= fields.count, let range = try range(fields, at: part + 826) else { continue }
            // The data follow, at the first mark whose number of points is that of the range.
            var search = part + 838
            while let data = find("DA", in: content.data, from: search) {
                search = data + 2
                guard data + 20 <= fields.count else { break }
                let announced = try fields.uint32(at: data + 16, "the number of points")
                guard abs(announced - range.count) <= 1, announced > 1 else { continue }
                let count = min(announced, (fields.count - data - 20) / 4)
                guard count > 0 else { break }
                let values = try fields.numbers(.float32, at: data + 20, count: count, "the intensities")
                try content.requireFinite(values, at: data + 20, stride: 4, "intensities")
                let scan = patterns.count + 1
                if count < announced {
                    notes.append(PatternNotes.cutOff(scan: scan, read: count, announced: announced))
                }
                let radiation = try radiation(fields, at: 1212)
                patterns.append(
                    try pattern(content, range, values, radiation, missing: announced - count, at: part + 826))
                position = data + 20 + 4 * count
                break
            }
        }
        return patterns
    }

    private static func single(_ content: FileContent, _ fields: BinaryFields) throws -> DiffractionPattern? {
        guard fields.count > 3058, let range = try range(fields, at: 3004) else { return nil }
        // Without a number of points only a file that ends with the data is evidence enough.
        let rest = fields.count - 3058 - 4 * range.count
        guard (0..<4).contains(rest) else { return nil }
        let values = try fields.numbers(.float32, at: 3058, count: range.count, "the intensities")
        try content.requireFinite(values, at: 3058, stride: 4, "intensities")
        return try pattern(content, range, values, radiation(fields, at: 984), missing: 0, at: 3004)
    }

    private static func range(
        _ fields: BinaryFields, at offset: Int
    ) throws -> (start: Double, step: Double, count: Int)? {
        let start = decimal(try fields.float32(at: offset, "the start"))
        let stop = decimal(try fields.float32(at: offset + 4, "the stop"))
        let step = decimal(try fields.float32(at: offset + 8, "the step"))
        guard (-180...180).contains(start), (-180...180).contains(stop), step > 1e-5, step < 10, stop > start else {
            return nil
        }
        let exact = (stop - start) / step
        guard abs(exact - exact.rounded()) < 0.01, exact < 1e7 else { return nil }
        return (start, step, Int(exact.rounded()) + 1)
    }

    private static func radiation(_ fields: BinaryFields, at offset: Int) throws -> Radiation {
        guard let first = try fields.wavelength64(at: offset), let second = try fields.wavelength64(at: offset + 8),
            second >= first, second < first * 1.02
        else { return .unknown }
        return Radiation(kAlpha1: first, kAlpha2: second > first ? second : nil, origin: .file)
    }

    private static func pattern(
        _ content: FileContent, _ range: (start: Double, step: Double, count: Int), _ values: [Double],
        _ radiation: Radiation, missing: Int, at offset: Int
    ) throws -> DiffractionPattern {
        // Nothing is known of the unit.
        DiffractionPattern(
            axis: DiffractionAxis(
                try content.places(from: range.start, step: range.step, count: values.count, at: .byte(offset)),
                kind: .twoTheta),
            intensities: values, unit: .arbitrary, radiation: radiation, setup: DiffractionSetup(),
            missingPoints: missing)
    }
}
