import Foundation

/// Builds binary fixtures: little-endian fields at stated places.
struct PlacedBytes {
    var data: Data

    init(count: Int = 0) { data = Data(count: count) }

    private mutating func grow(to count: Int) {
        if data.count < count { data.append(Data(count: count - data.count)) }
    }

    mutating func put(_ text: String, at offset: Int) {
        grow(to: offset + text.utf8.count)
        data.replaceSubrange(offset..<offset + text.utf8.count, with: Data(text.utf8))
    }

    mutating func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        let bytes = withUnsafeBytes(of: value.littleEndian) { Data($0) }
        grow(to: offset + bytes.count)
        data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    mutating func put(_ value: Float, at offset: Int) { put(value.bitPattern, at: offset) }
    mutating func put(_ value: Double, at offset: Int) { put(value.bitPattern, at: offset) }

    mutating func append(floats: [Double]) {
        for value in floats { put(Float(value), at: data.count) }
    }
}
