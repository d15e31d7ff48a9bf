import Foundation
import Spectra

/// The numbered properties in a stream of a compound file, as Microsoft's [MS-OLEPS] lays them out.
struct PropertySet: Sendable {
    /// What a property holds.
    enum Value: Sendable, Hashable {
        case number(Double)
        case text(String)
        /// 100 ns steps since 1601 in UTC (FILETIME).
        case instant(UInt64)
    }

    /// The properties by their numbers; those of types that carry neither numbers nor text are left out.
    private(set) var values: [Int: Value] = [:]

    /// A set without properties.
    init() {}

    /// Reads the first property set of the stream. A property that cannot be read is left out: they only describe.
    ///
    /// Throws `ReadError.malformed` where the stream is not a property set.
    init(_ stream: BinaryFields) throws {
        guard try stream.uint16(at: 0, "the byte order") == 0xFFFE else {
            throw stream.malformed(at: 0, expected: "a property set", found: "something else")
        }
        guard try stream.uint32(at: 24, "the number of property sets") > 0 else { return }
        let set = try stream.uint32(at: 44, "the place of the property set")
        let count = try stream.uint32(at: set + 4, "the number of properties")
        _ = try stream.bytes(at: set + 8, count: count * 8, "the places of the properties")
        let places = try (0..<count).map { index in
            (
                id: try stream.uint32(at: set + 8 + 8 * index, "a property"),
                place: set + (try stream.uint32(at: set + 12 + 8 * index, "the place of a property"))
            )
        }
        // Property 1 is the code page of the texts, 1200 for UTF-16.
        var isWide = false
        if let page = places.first(where: { $0.id == 1 }) {
            isWide = (try? stream.uint16(at: page.place + 4, "the code page")) == 1200
        }
        for (id, place) in places where id > 1 {
            if let value = try? Self.value(stream, at: place, isWide: isWide) { values[id] = value }
        }
    }

    private static func value(_ stream: BinaryFields, at place: Int, isWide: Bool) throws -> Value? {
        let what = "a property"
        let data = place + 4
        switch try stream.uint16(at: place, what) {
        case 2: return .number(Double(try stream.int16(at: data, what)))
        case 3, 22: return .number(Double(try stream.int32(at: data, what)))
        case 4: return .number(Self.decimal(try stream.float32(at: data, what)))
        case 5: return .number(try stream.float64(at: data, what))
        case 11: return .number(try stream.uint16(at: data, what) == 0 ? 0 : 1)
        case 18: return .number(Double(try stream.uint16(at: data, what)))
        case 19, 23: return .number(Double(try stream.uint32(at: data, what)))
        case 64: return .instant(try stream.uint64(at: data, what))
        case 8, 30:
            let length = try stream.uint32(at: data, what)
            let bytes = try stream.bytes(at: data + 4, count: length, what)
            return .text(isWide ? Self.utf16(bytes) : String(looselyDecoding: bytes.prefix { $0 != 0 }))
        case 31:
            let length = try stream.uint32(at: data, what)
            return .text(Self.utf16(try stream.bytes(at: data + 4, count: 2 * length, what)))
        default: return nil
        }
    }

    /// The decimal number that was meant by one of single precision: 1486.68 instead of 1486.6800537.
    static func decimal(_ single: Double) -> Double { Double("\(Float(single))") ?? single }

    /// Text in UTF-16, little endian, up to the first zero.
    static func utf16(_ bytes: Data) -> String {
        let units = bytes.withUnsafeBytes { raw in
            (0..<(raw.count / 2)).map {
                UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
            }
        }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }
}
