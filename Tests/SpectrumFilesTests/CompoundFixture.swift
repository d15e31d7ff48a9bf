import Foundation

/// Writes a small compound file ([MS-CFB], sectors of 512 bytes): streams directly below the root, those below 4096 bytes
/// in the mini stream.
struct CompoundFixture {
    var streams: [(name: String, bytes: Data)]

    private static func words(_ values: [UInt32]) -> Data {
        values.reduce(into: Data()) { data, value in
            data.append(contentsOf: withUnsafeBytes(of: value.littleEndian) { Array($0) })
        }
    }

    private static func padded(_ data: Data, to size: Int) -> Data {
        data + Data(repeating: 0, count: (size - data.count % size) % size)
    }

    var bytes: Data {
        let end: UInt32 = 0xFFFF_FFFE
        var table: [UInt32] = [0xFFFF_FFFD]
        var sectors = Data(repeating: 0, count: 512)
        func append(_ data: Data) -> UInt32 {
            let padded = Self.padded(data, to: 512)
            let first = UInt32(table.count)
            let count = padded.count / 512
            guard count > 0 else { return end }
            for index in 0..<count { table.append(index == count - 1 ? end : first + UInt32(index) + 1) }
            sectors.append(padded)
            return first
        }
        var mini = Data()
        var miniTable: [UInt32] = []
        var starts: [UInt32] = []
        for stream in streams {
            if stream.bytes.count >= 4096 {
                starts.append(append(stream.bytes))
                continue
            }
            let first = miniTable.count
            let count = (stream.bytes.count + 63) / 64
            for index in 0..<count { miniTable.append(index == count - 1 ? end : UInt32(first + index + 1)) }
            starts.append(count == 0 ? end : UInt32(first))
            mini.append(Self.padded(stream.bytes, to: 64))
        }
        let miniStart = append(mini)
        let miniTableStart = append(Self.words(miniTable))
        func entry(_ name: String, type: UInt8, right: UInt32, child: UInt32, start: UInt32, size: Int) -> Data {
            let units = Array(name.utf16) + [0]
            var data = Data(units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
            data.append(Data(repeating: 0, count: 64 - data.count))
            data.append(contentsOf: [UInt8(units.count * 2), 0, type, 1])
            data.append(Self.words([0xFFFF_FFFF, right, child]))
            data.append(Data(repeating: 0, count: 36))
            return data + Self.words([start, UInt32(size), 0])
        }
        var directory = entry(
            "Root Entry", type: 5, right: 0xFFFF_FFFF, child: 1, start: miniStart, size: mini.count)
        for (index, stream) in streams.enumerated() {
            let isLast = index == streams.count - 1
            directory += entry(
                stream.name, type: 2, right: isLast ? 0xFFFF_FFFF : UInt32(index + 2), child: 0xFFFF_FFFF,
                start: starts[index], size: stream.bytes.count)
        }
        let directoryStart = append(directory)
        table += Array(repeating: 0xFFFF_FFFF, count: max(0, 128 - table.count))
        sectors.replaceSubrange(0..<512, with: Self.words(table))
        var header = Data([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) + Data(repeating: 0, count: 16)
        header.append(contentsOf: [0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0])
        header.append(Data(repeating: 0, count: 10))
        header += Self.words([1, directoryStart, 0, 4096, miniTableStart, 1, end, 0, 0])
        header += Self.words(Array(repeating: 0xFFFF_FFFF, count: 108))
        return header + sectors
    }
}

/// Builds the bytes of binary fixtures, little endian.
struct ByteBuilder {
    var data = Data()

    mutating func int32(_ values: Int...) {
        for value in values {
            data.append(contentsOf: withUnsafeBytes(of: Int32(truncatingIfNeeded: value).littleEndian) { Array($0) })
        }
    }

    mutating func int16(_ values: Int...) {
        for value in values {
            data.append(contentsOf: withUnsafeBytes(of: Int16(truncatingIfNeeded: value).littleEndian) { Array($0) })
        }
    }

    mutating func float32(_ values: Double...) {
        for value in values {
            data.append(contentsOf: withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { Array($0) })
        }
    }

    mutating func float64(_ values: Double...) {
        for value in values {
            data.append(contentsOf: withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) })
        }
    }

    mutating func byte(_ value: UInt8) { data.append(value) }

    /// UTF-16 with a final zero, behind its length in bytes.
    mutating func wide(_ text: String) {
        let units = Array(text.utf16) + [0]
        int32(units.count * 2)
        for unit in units { data.append(contentsOf: [UInt8(unit & 0xFF), UInt8(unit >> 8)]) }
    }

    /// Bytes of `text`, filled up with zeros to `length`.
    mutating func text(_ text: String, length: Int) {
        data.append(contentsOf: Array(text.utf8.prefix(length)))
        data.append(Data(repeating: 0, count: max(0, length - text.utf8.count)))
    }

    mutating func zeros(_ count: Int) { data.append(Data(repeating: 0, count: count)) }
}
