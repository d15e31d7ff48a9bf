import Foundation
import Spectra

/// Stoe's binary scans (WinXPOW and its predecessors), little endian, in records of 512 bytes. Record 1 is the header:
/// ```
/// offset   0  "RAW_1.06" (or an older version)     16  16 characters: date     32  80: title     112  192: comment
///        308  monochromator    310  anode    312  detector    318  kV    320  mA    (2 bytes each)
///        322  2 floats: K-alpha1, K-alpha2     358  geometry    360  kind of scan    (2 bytes each)
///        378  2 bytes: ranges measured    466  4 bytes: points in all    472  2 bytes: history
///        480  8 x 2 bytes: the record of each range header, counted from 1
/// ```
/// A range header is one record, followed by the records of its data:
/// ```
/// offset   0  16 characters: start time     34  2 bytes: points     38  2 bytes: 0 = 4 bytes, 1 = 2 bytes for a point
///         40  float: counts are divided by it where it exceeds 1
///         44  2 floats each: begin, end, step of (two theta, omega)    68  float: time per step, s    84 temperature
///        118  2 bytes: history    120  4 bytes each: smallest and largest intensity
/// ```
/// As Stoe describes it in the header file that DASH was written after.
enum StoeRAWFormat: DiffractionFormat {
    static let name = "Stoe RAW"
    static let extensions = ["raw"]

    static func recognises(_ content: FileContent) -> Bool { content.data.starts(with: "RAW_".utf8) }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let fields = BinaryFields(file: content.path, data: content.data)
        let measured = try fields.uint16(at: 378, "the number of ranges")
        guard (1...8).contains(measured) else {
            throw fields.malformed(at: 378, expected: "1 to 8 measured ranges", found: "\(measured)")
        }
        var notes = try history(fields.uint16(at: 472, "the history"), of: "the file")
        var patterns: [DiffractionPattern] = []
        for number in 1...measured {
            let record = try fields.uint16(at: 480 + 2 * (number - 1), "the record of range \(number)")
            guard record >= 2 else {
                throw fields.malformed(
                    at: 480 + 2 * (number - 1), expected: "the record of range \(number)", found: "\(record)")
            }
            let range = StoeRange(content: content, fields: fields, number: number, start: (record - 1) * 512)
            notes += try history(fields.uint16(at: range.start + 118, "the history"), of: "range \(number)")
            patterns.append(try range.pattern(notes: &notes))
        }
        return try file(content, patterns, notes: notes)
    }

    private static func history(_ bits: Int, of what: String) -> [String] {
        [
            (5, "smoothed"), (6, "freed of a background"), (7, "freed of K-alpha2"), (8, "modified"),
            (9, "corrected for absorption"),
        ].filter { bits >> $0.0 & 1 == 1 }.map { "\(what) says that its intensities were \($0.1)" }
    }
}

/// One range of a Stoe file.
private struct StoeRange {
    let content: FileContent
    let fields: BinaryFields
    let number: Int
    /// Where its header starts.
    let start: Int

    func pattern(notes: inout [String]) throws -> DiffractionPattern {
        let announced = try fields.uint16(at: start + 34, "the number of points")
        let form = try fields.uint16(at: start + 38, "the size of a point")
        guard form <= 1 else {
            throw fields.malformed(at: start + 38, expected: "0 (4 bytes) or 1 (2 bytes)", found: "\(form)")
        }
        let encoding: NumberEncoding = form == 0 ? .uint32 : .uint16
        let dataStart = start + 512
        let count = min(announced, max(0, fields.count - dataStart) / encoding.size)
        guard count > 0 else {
            throw fields.malformed(
                at: min(dataStart, fields.count), expected: "\(announced) intensities of range \(number)",
                found: "the end")
        }
        var intensities = try fields.numbers(encoding, at: dataStart, count: count, "the intensities")
        let factor = try fields.float32(at: start + 40, "the factor of the counts")
        if factor.isFinite, factor > 1 { intensities = intensities.map { $0 / factor } }
        if count < announced { notes.append(PatternNotes.cutOff(scan: number, read: count, announced: announced)) }
        let time = try fields.positive32(at: start + 68, "the time per step").map { CountingTime.common(decimal($0)) }
        let scan = try fields.uint16(at: 360, "the kind of scan")
        let column = scan == 2 ? 4 : 0
        let names = [1: "2theta", 2: "omega", 3: "2theta:omega", 4: "free"]
        var setup = try setup()
        setup.scanAxis = names[scan] ?? "2theta"
        if scan == 2 { notes.append(PatternNotes.notDiffraction("omega", scan: number)) }
        let places = try content.places(
            from: decimal(fields.float32(at: start + 44 + column, "the begin")),
            step: decimal(fields.float32(at: start + 60 + column, "the step")), count: count,
            at: .byte(start + 60 + column))
        return DiffractionPattern(
            sample: try fields.label(at: 32, count: 80, "the title"),
            axis: DiffractionAxis(places, kind: scan == 2 ? .goniometerAngle : .twoTheta), intensities: intensities,
            unit: PatternNotes.unit(intensities, countingTime: time, scan: number, notes: &notes), countingTime: time,
            radiation: try radiation(), setup: setup,
            comments: [try fields.label(at: 112, count: 192, "the comment")].filter { !$0.isEmpty },
            missingPoints: announced - count)
    }

    private func radiation() throws -> Radiation {
        let anodes = [1: "Ag", 2: "Mo", 3: "Cu", 4: "Co", 5: "Fe", 6: "Cr"]
        return Radiation(
            anode: anodes[try fields.uint16(at: 310, "the anode")], kAlpha1: try fields.wavelength32(at: 322),
            kAlpha2: try fields.wavelength32(at: 326), origin: .file)
    }

    private func setup() throws -> DiffractionSetup {
        let monochromators = [
            1: "secondary", 2: "curved Ge(111)", 3: "curved graphite(002)", 4: "curved quartz(101)",
            6: "double Ge(111)", 7: "double Ge(220)", 8: "double GaAs(400)",
        ]
        let detectors = [1: "scintillation counter", 2: "curved PSD", 3: "linear PSD", 4: "image plate"]
        let geometries = [1: "transmission", 2: "reflection", 3: "Debye-Scherrer"]
        var setup = DiffractionSetup(date: try fields.label(at: start, count: 16, "the start time"))
        if setup.date?.isEmpty ?? true { setup.date = try fields.label(at: 16, count: 16, "the date") }
        // A motorised monochromator has its code plus 100.
        setup.monochromator = monochromators[try fields.uint16(at: 308, "the monochromator") % 100]
        setup.further["detector"] = detectors[try fields.uint16(at: 312, "the detector")]
        setup.further["geometry"] = geometries[try fields.uint16(at: 358, "the geometry")]
        let kilovolt = try fields.uint16(at: 318, "the tube voltage")
        let milliampere = try fields.uint16(at: 320, "the tube current")
        if kilovolt > 0 { setup.tubeVoltage = Double(kilovolt) }
        if milliampere > 0 { setup.tubeCurrent = Double(milliampere) }
        return setup
    }
}
