import Foundation
import Spectra

/// A wave of Igor Pro as its binary files (.ibw) and the records of its packed files (.pxt) hold it.
///
/// Written from WaveMetrics' Technical Note 003, "Igor Binary Format": versions 1, 2, 3 and 5, either order of bytes, up
/// to four dimensions, all types of real numbers.
struct IgorWave {
    /// The version of the format.
    let version: Int
    /// The numbers with their dimensions, units and note.
    private(set) var image: DetectorImage

    /// Whether bytes start as a wave does: a version that is known, in either order of bytes, and sizes that fit.
    static func recognises(_ data: Data) -> Bool {
        guard let (fields, version) = try? order(BinaryFields(file: "", data: data)) else { return false }
        guard let size = try? fields.uint32(at: version == 5 ? 4 : 2, "") else { return false }
        let headers = headerSizes(version)
        guard size >= headers.wave, size <= data.count + 16 else { return false }
        let type = try? fields.uint16(at: headers.file + (version == 5 ? 16 : 0), "")
        return type.map { $0 < 0x100 } ?? false
    }

    /// The sizes of the header of the file and of the wave.
    private static func headerSizes(_ version: Int) -> (file: Int, wave: Int) {
        switch version {
        case 1: (8, 110)
        case 2: (16, 110)
        case 3: (20, 110)
        default: (64, 320)
        }
    }

    /// The fields in the order of bytes in which the version is one of the known small numbers.
    private static func order(_ fields: BinaryFields) throws -> (BinaryFields, Int) {
        var fields = fields
        for order in [BinaryFields.ByteOrder.littleEndian, .bigEndian] {
            fields.order = order
            let version = try fields.int16(at: 0, "the version of an Igor wave")
            if [1, 2, 3, 5].contains(version) { return (fields, version) }
        }
        throw fields.malformed(at: 0, expected: "an Igor wave of version 1, 2, 3 or 5", found: "another version")
    }

    /// Reads the wave at the beginning of `fields`.
    ///
    /// Throws `ReadError.malformed` where it contradicts itself, is not all there, or holds text or complex numbers.
    init(_ fields: BinaryFields) throws {
        let (fields, version) = try Self.order(fields)
        self.version = version
        let headers = Self.headerSizes(version)
        let header = headers.file
        let type = try fields.uint16(at: header + (version == 5 ? 16 : 0), "the type of the numbers")
        guard let encoding = Self.encoding(type) else {
            let kind = type == 0 ? "text" : type & 1 == 1 ? "complex numbers" : "type \(type)"
            throw fields.malformed(at: header, expected: "a wave of real numbers", found: kind)
        }
        let count = try fields.int32(at: header + (version == 5 ? 12 : 42), "the number of points")
        guard count > 0 else { throw fields.malformed(at: header, expected: "points", found: "\(count)") }
        let stated = try fields.int32(at: version == 5 ? 4 : 2, "the size of the wave")
        let size = stated - headers.wave - (version == 5 ? 0 : 16)
        let wanted = count.multipliedReportingOverflow(by: encoding.size)
        guard !wanted.overflow, size == wanted.partialValue else {
            throw fields.malformed(
                at: header, expected: "\(count) numbers of \(encoding.size) bytes", found: "\(size) bytes")
        }
        let start = header + headers.wave
        let values = try fields.numbers(encoding, at: start, count: count, "the numbers of a wave")
        let end = start + size
        if version == 5 {
            image = DetectorImage(
                name: try fields.text(at: header + 28, count: 32, "the name"),
                dimensions: try Self.dimensions(fields, header: header, count: count), values: values,
                unit: try fields.text(at: header + 148, count: 4, "a unit"))
            try readRest(fields, from: end)
        } else {
            let dimension = DetectorImage.Dimension(
                count: count, start: try fields.float64(at: header + 56, "the first value"),
                step: try fields.float64(at: header + 48, "the step"),
                unit: try fields.text(at: header + 38, count: 4, "a unit"))
            image = DetectorImage(
                name: try fields.text(at: header + 6, count: 20, "the name"), dimensions: [dimension], values: values,
                unit: try fields.text(at: header + 34, count: 4, "a unit"))
            let length = version == 1 ? 0 : try fields.int32(at: 6, "the size of the note")
            // Sixteen bytes stand between the numbers and the note.
            if length > 0 { image.note = try fields.text(at: end + 16, count: length, "the note") }
        }
    }

    private static func encoding(_ type: Int) -> NumberEncoding? {
        switch type {
        case 2: .float32
        case 4: .float64
        case 8: .int8
        case 0x10: .int16
        case 0x20: .int32
        case 0x80: .int64
        case 0x48: .uint8
        case 0x50: .uint16
        case 0x60: .uint32
        case 0xC0: .uint64
        default: nil
        }
    }

    private static func dimensions(_ fields: BinaryFields, header: Int, count: Int) throws -> [DetectorImage.Dimension]
    {
        var dimensions: [DetectorImage.Dimension] = []
        var product = 1
        for index in 0..<4 {
            let extent = try fields.int32(at: header + 68 + 4 * index, "the size of a dimension")
            if extent == 0 { break }
            let next = product.multipliedReportingOverflow(by: extent)
            guard extent > 0, !next.overflow else {
                throw fields.malformed(at: header + 68, expected: "the size of a dimension", found: "\(extent)")
            }
            product = next.partialValue
            dimensions.append(
                DetectorImage.Dimension(
                    count: extent, start: try fields.float64(at: header + 116 + 8 * index, "the first value"),
                    step: try fields.float64(at: header + 84 + 8 * index, "the step"),
                    unit: try fields.text(at: header + 152 + 4 * index, count: 4, "a unit")))
        }
        guard product == count, !dimensions.isEmpty else {
            throw fields.malformed(
                at: header + 68, expected: "dimensions of \(count) points altogether",
                found: "\(dimensions.map(\.count))")
        }
        return dimensions
    }

    /// What follows the numbers in version 5: formula, note, unit of the numbers, units of the dimensions, each with its
    /// size in the header of the file.
    private mutating func readRest(_ fields: BinaryFields, from end: Int) throws {
        var place = end
        func take(_ offset: Int, _ what: String) throws -> String {
            let length = try fields.int32(at: offset, what)
            guard length >= 0 else { throw fields.malformed(at: offset, expected: what, found: "\(length) bytes") }
            let text = try fields.text(at: place, count: length, what)
            place += length
            return text
        }
        _ = try take(8, "the formula")
        image.note = try take(12, "the note")
        let longUnit = try take(16, "the unit of the numbers")
        if !longUnit.isEmpty { image.unit = longUnit }
        for index in 0..<4 {
            let text = try take(20 + 4 * index, "the unit of a dimension")
            if !text.isEmpty, image.dimensions.indices.contains(index) { image.dimensions[index].unit = text }
        }
    }
}
