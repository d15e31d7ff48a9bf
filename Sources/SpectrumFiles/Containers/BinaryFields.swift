import Foundation
import Spectra

/// How a number is stored in a binary file.
enum NumberEncoding: Sendable, Hashable {
    case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

    /// The bytes of one number.
    var size: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }
}

/// The numbers in a file's bytes, read at stated places, never beyond the end.
struct BinaryFields: Sendable {
    /// The order of the bytes of a number.
    enum ByteOrder: Sendable, Hashable {
        case littleEndian, bigEndian
    }

    /// The path of the file, for messages.
    let file: String
    /// The bytes; places count from the first of them.
    let data: Data
    /// The order of the bytes of each number.
    var order: ByteOrder
    /// Where the first byte lies in the file, for messages.
    let origin: Int
    /// Which part of the file this is, "stream VGData", for messages; empty for the file itself.
    let part: String

    /// The fields of `data`, which starts at byte `origin` of `file`, or is its part `part`.
    init(file: String, data: Data, order: ByteOrder = .littleEndian, origin: Int = 0, part: String = "") {
        self.file = file
        self.data = data
        self.order = order
        self.origin = origin
        self.part = part
    }

    /// The number of bytes.
    var count: Int { data.count }

    /// A `ReadError.malformed` at byte `offset` of these bytes.
    func malformed(at offset: Int, expected: String, found: String) -> ReadError {
        let described = part.isEmpty ? expected : "\(expected) in \(part)"
        let place = origin.addingReportingOverflow(max(0, offset))
        return .malformed(
            file: file, place: place.overflow ? .whole : .byte(place.partialValue), expected: described, found: found)
    }

    /// The `length` bytes at `offset`; `what` names them in the error.
    ///
    /// Throws `ReadError.malformed` where they are not all there.
    func bytes(at offset: Int, count length: Int, _ what: String) throws -> Data {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
            throw malformed(at: min(max(0, offset), count), expected: "\(what), \(length) bytes", found: "the end")
        }
        let start = data.startIndex + offset
        return data[start..<start + length]
    }

    private func raw<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int, _ what: String) throws -> Value {
        let field = try bytes(at: offset, count: MemoryLayout<Value>.size, what)
        return field.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    }

    private func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, at offset: Int, _ what: String
    ) throws -> Value {
        let stored = try raw(type, at: offset, what)
        return order == .littleEndian ? Value(littleEndian: stored) : Value(bigEndian: stored)
    }

    /// The byte at `offset`.
    func uint8(at offset: Int, _ what: String) throws -> Int { Int(try integer(UInt8.self, at: offset, what)) }
    /// The unsigned number of 2 bytes at `offset`.
    func uint16(at offset: Int, _ what: String) throws -> Int { Int(try integer(UInt16.self, at: offset, what)) }
    /// The signed number of 2 bytes at `offset`.
    func int16(at offset: Int, _ what: String) throws -> Int { Int(try integer(Int16.self, at: offset, what)) }
    /// The unsigned number of 4 bytes at `offset`.
    func uint32(at offset: Int, _ what: String) throws -> Int { Int(try integer(UInt32.self, at: offset, what)) }
    /// The signed number of 4 bytes at `offset`.
    func int32(at offset: Int, _ what: String) throws -> Int { Int(try integer(Int32.self, at: offset, what)) }
    /// The unsigned number of 8 bytes at `offset`.
    func uint64(at offset: Int, _ what: String) throws -> UInt64 { try integer(UInt64.self, at: offset, what) }
    /// The number of IEEE 754 single precision at `offset`.
    func float32(at offset: Int, _ what: String) throws -> Double {
        Double(Float(bitPattern: try integer(UInt32.self, at: offset, what)))
    }
    /// The number of IEEE 754 double precision at `offset`.
    func float64(at offset: Int, _ what: String) throws -> Double {
        Double(bitPattern: try integer(UInt64.self, at: offset, what))
    }

    /// `length` numbers from `offset` on, `stride` bytes apart where they do not follow each other at once.
    ///
    /// Throws `ReadError.malformed` where they are not all there; nothing is reserved before that is known.
    func numbers(
        _ encoding: NumberEncoding, at offset: Int, count length: Int, stride: Int? = nil, _ what: String
    ) throws -> [Double] {
        guard length > 0 else { return [] }
        let step = stride ?? encoding.size
        let span = (length - 1).multipliedReportingOverflow(by: step)
        let total = span.partialValue.addingReportingOverflow(encoding.size)
        guard step > 0, !span.overflow, !total.overflow else {
            throw malformed(at: offset, expected: what, found: "\(length) numbers, more than a file can hold")
        }
        let block = try bytes(at: offset, count: total.partialValue, what)
        let little = order == .littleEndian
        return block.withUnsafeBytes { bytes in
            func read<Value: FixedWidthInteger & BitwiseCopyable>(
                _ type: Value.Type, _ convert: (Value) -> Double
            ) -> [Double] {
                (0..<length).map { index in
                    let stored = bytes.loadUnaligned(fromByteOffset: index * step, as: Value.self)
                    return convert(little ? Value(littleEndian: stored) : Value(bigEndian: stored))
                }
            }
            return switch encoding {
            case .int8: read(Int8.self) { Double($0) }
            case .uint8: read(UInt8.self) { Double($0) }
            case .int16: read(Int16.self) { Double($0) }
            case .uint16: read(UInt16.self) { Double($0) }
            case .int32: read(Int32.self) { Double($0) }
            case .uint32: read(UInt32.self) { Double($0) }
            case .int64: read(Int64.self) { Double($0) }
            case .uint64: read(UInt64.self) { Double($0) }
            case .float32: read(UInt32.self) { Double(Float(bitPattern: $0)) }
            case .float64: read(UInt64.self) { Double(bitPattern: $0) }
            }
        }
    }

    /// The text of the `length` bytes at `offset` up to the first zero byte: UTF-8 where it is that, Latin 1 otherwise.
    func text(at offset: Int, count length: Int, _ what: String) throws -> String {
        let field = try bytes(at: offset, count: length, what)
        return String(looselyDecoding: field.prefix { $0 != 0 })
    }
}

extension String {
    /// The text of `bytes`: UTF-8 where they are that, Windows' code page 1252 otherwise, as instrument software on
    /// Windows writes it (a byte that the page leaves open counts as Latin 1).
    init(looselyDecoding bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text
        } else {
            self = String(String.UnicodeScalarView(bytes.map { Self.codePage1252[$0] ?? Unicode.Scalar($0) }))
        }
    }

    /// Where code page 1252 differs from Latin 1 (Microsoft's table). Foundation's own conversion has been seen to trap on
    /// damaged input.
    private static let codePage1252: [UInt8: Unicode.Scalar] = [
        0x80: "\u{20AC}", 0x82: "\u{201A}", 0x83: "\u{0192}", 0x84: "\u{201E}", 0x85: "\u{2026}", 0x86: "\u{2020}",
        0x87: "\u{2021}", 0x88: "\u{02C6}", 0x89: "\u{2030}", 0x8A: "\u{0160}", 0x8B: "\u{2039}", 0x8C: "\u{0152}",
        0x8E: "\u{017D}", 0x91: "\u{2018}", 0x92: "\u{2019}", 0x93: "\u{201C}", 0x94: "\u{201D}", 0x95: "\u{2022}",
        0x96: "\u{2013}", 0x97: "\u{2014}", 0x98: "\u{02DC}", 0x99: "\u{2122}", 0x9A: "\u{0161}", 0x9B: "\u{203A}",
        0x9C: "\u{0153}", 0x9E: "\u{017E}", 0x9F: "\u{0178}",
    ]
}
