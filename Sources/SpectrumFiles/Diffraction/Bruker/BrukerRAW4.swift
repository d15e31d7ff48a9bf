import Foundation
import Spectra

/// Version 4 ("RAW4.00"): 61 bytes, then segments of (type, length, content) until a range starts where the type is 0
/// or 160. A range is a header of 160 bytes that ends with the size of a point and of the segments that follow, then
/// those segments, then the points.
/// ```
/// file   12  12 characters: date, 24  10 characters: time
/// segment 10 (+8 unused, +12 24 characters: key, +36 the value)
///         30 (+24 float: diameter of the goniometer, +72 5 doubles: K-alpha mean, 1, 2, K-beta, ratio, +116 anode)
/// range  32  24 characters: kind of scan    72  2 doubles: start, step    88  unsigned: points    92  float: time, s
///       100  2 floats: kV, mA    112  double: wavelength    136  unsigned: bytes of a point    140  of the segments
///         segment 50 (+12 24 characters: drive, +56 double: its position)
/// ```
/// As described in xylib (bruker_raw) and read from real files: the time of a strip detector is the sum over its
/// channels (288 s for 192 channels of 1.5 s), and the diameters are those of the D8 goniometers (435 and 560 mm).
struct BrukerRAW4 {
    let content: FileContent
    let fields: BinaryFields

    private struct Header {
        var keys: [String: String] = [:]
        var radiation = Radiation.unknown
        var diameter: Double?
    }

    private static func startsRange(_ type: Int) -> Bool { type == 0 || type == 160 }

    func patterns(notes: inout [String]) throws -> [DiffractionPattern] {
        var header = Header()
        var patterns: [DiffractionPattern] = []
        var position = 61
        var number = 0
        while position + 4 <= fields.count {
            let type = try fields.uint32(at: position, "the type of a segment")
            if Self.startsRange(type) {
                // Zeros at the end are padding, not a range.
                if number > 0, content.data.suffix(from: content.data.startIndex + position).allSatisfy({ $0 == 0 }) {
                    break
                }
                number += 1
                let (pattern, end) = try range(number, at: position, header: header, notes: &notes)
                if let pattern { patterns.append(pattern) }
                position = end
            } else {
                let length = max(8, try fields.uint32(at: position + 4, "the length of a segment"))
                _ = try fields.bytes(at: position, count: length, "a segment of type \(type)")
                try read(type, length: length, at: position, into: &header)
                position += length
            }
        }
        return patterns
    }

    private func read(_ type: Int, length: Int, at position: Int, into header: inout Header) throws {
        if type == 10, length >= 36 {
            let key = try fields.label(at: position + 12, count: 24, "a key")
            header.keys[key] = try fields.label(at: position + 36, count: length - 36, "the value of \(key)")
        } else if type == 30, length >= 120 {
            let ratio = try fields.float64(at: position + 104, "the intensity ratio")
            header.radiation = Radiation(
                anode: try fields.label(at: position + 116, count: 4, "the anode"),
                kAlpha1: try fields.wavelength64(at: position + 80),
                kAlpha2: try fields.wavelength64(at: position + 88),
                kAlpha2Ratio: (0...1).contains(ratio) ? ratio : nil, kBeta: try fields.wavelength64(at: position + 96),
                kAlphaMean: try fields.wavelength64(at: position + 72), origin: .file)
            header.diameter = try fields.positive32(at: position + 24, "the goniometer diameter").flatMap {
                (50...5000).contains($0) ? $0 : nil
            }
        }
    }

    /// The range at `position`, `nil` where it holds no points, and where it ends.
    private func range(
        _ number: Int, at position: Int, header: Header, notes: inout [String]
    ) throws -> (DiffractionPattern?, Int) {
        let announced = try fields.uint32(at: position + 88, "the number of points")
        let recordLength = try fields.uint32(at: position + 136, "the size of a point")
        let segments = try fields.uint32(at: position + 140, "the size of the segments of range \(number)")
        let dataStart = position + 160 + segments
        guard dataStart <= fields.count else {
            throw fields.malformed(
                at: position + 140, expected: "\(segments) bytes of segments of range \(number)",
                found: "\(max(0, fields.count - position - 160))")
        }
        guard recordLength >= 4, recordLength <= 1 << 20 else {
            throw fields.malformed(
                at: position + 136, expected: "the size of a point, 4 bytes or more", found: "\(recordLength)")
        }
        let end = dataStart + announced * recordLength
        guard announced > 0 else {
            notes.append("range \(number) holds no points and was left out")
            return (nil, end)
        }
        let range = BrukerRange(
            content: content, fields: fields, number: number, announced: announced, dataStart: dataStart,
            recordLength: recordLength)
        let drives = try drives(from: position + 160, to: dataStart)
        return (try pattern(range, header: header, at: position, drives: drives, notes: &notes), end)
    }

    /// The drives of a range with their positions.
    private func drives(from start: Int, to end: Int) throws -> [(name: String, position: Double)] {
        var drives: [(String, Double)] = []
        var position = start
        while position + 8 <= end {
            let type = try fields.uint32(at: position, "the type of a segment")
            let length = max(8, try fields.uint32(at: position + 4, "the length of a segment"))
            guard length <= end - position else {
                throw fields.malformed(
                    at: position + 4, expected: "a segment of at most \(end - position) bytes", found: "\(length)")
            }
            if type == 50, length >= 64 {
                let value = try fields.float64(at: position + 56, "the position of a drive")
                if value.isFinite {
                    drives.append((try fields.label(at: position + 12, count: 24, "the name of a drive"), value))
                }
            }
            position += length
        }
        return drives
    }

    private func pattern(
        _ range: BrukerRange, header: Header, at position: Int, drives: [(name: String, position: Double)],
        notes: inout [String]
    ) throws -> DiffractionPattern {
        let scan = try fields.label(at: position + 32, count: 24, "the kind of scan")
        let start = try fields.float64(at: position + 72, "the start")
        let step = try fields.float64(at: position + 80, "the step")
        let moved = drives.first { abs($0.position - start) < 1e-6 * max(1, abs(start)) }?.name
        var kind = ScanAxisName.kind(of: scan)
        if kind == nil {
            kind = moved.flatMap { ScanAxisName.kind(of: $0) }
            if kind == nil { notes.append(PatternNotes.unknownAxis(scan, scan: range.number)) }
        }
        if let kind, kind != .twoTheta { notes.append(PatternNotes.notDiffraction(scan, scan: range.number)) }
        let time = try fields.positive32(at: position + 92, "the time per step").map {
            CountingTime.common(decimal($0))
        }
        let intensities = try range.intensities(notes: &notes)
        var radiation = header.radiation
        if radiation.wavelength == nil, let used = try fields.wavelength64(at: position + 112) {
            radiation = Radiation(anode: radiation.anode, monochromatic: used, origin: .file)
        }
        var setup = DiffractionSetup(scanAxis: scan, date: try date())
        setup.goniometerRadius = header.diameter.map { decimal($0) / 2 }
        setup.tubeVoltage = try fields.positive32(at: position + 100, "the tube voltage").map(decimal)
        setup.tubeCurrent = try fields.positive32(at: position + 104, "the tube current").map(decimal)
        setup.further = header.keys.filter { !$0.value.isEmpty && $0.key != "SAMPLEID" && $0.key != "COMMENT" }
        for drive in drives { setup.further[drive.name] = "\(decimal(drive.position))" }
        setup.divergenceSlit = drives.first { $0.name == "Divergence Slit" }.map { "\(decimal($0.position))" }
        return DiffractionPattern(
            sample: header.keys["SAMPLEID"] ?? "",
            axis: DiffractionAxis(
                try content.places(
                    from: start, step: step, count: intensities.count, at: .byte(position + 72)),
                kind: kind ?? .twoTheta),
            intensities: intensities,
            unit: PatternNotes.unit(intensities, countingTime: time, scan: range.number, notes: &notes),
            countingTime: time, radiation: radiation, setup: setup,
            comments: [header.keys["COMMENT"] ?? ""].filter { !$0.isEmpty },
            missingPoints: range.announced - intensities.count)
    }

    private func date() throws -> String {
        let day = try fields.label(at: 12, count: 12, "the date")
        let time = try fields.label(at: 24, count: 10, "the time")
        return [day, time].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
