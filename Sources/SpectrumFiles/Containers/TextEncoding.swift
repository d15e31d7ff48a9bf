import Foundation

/// Finds out how a text file is encoded.
enum TextEncoding {
    /// The text as UTF-8 bytes: as it is, or converted where the file is UTF-16 (a byte order mark tells, or the zero
    /// bytes of Western text).
    static func utf8Bytes(of data: Data) -> Data {
        guard let isBig = utf16Order(of: data) else { return data }
        let units = data.withUnsafeBytes { raw in
            (0..<(raw.count / 2)).map { index -> UInt16 in
                let unit = raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                return isBig ? UInt16(bigEndian: unit) : UInt16(littleEndian: unit)
            }
        }
        let text = units.first == 0xFEFF ? units[1...] : units[...]
        return Data(String(decoding: text, as: UTF16.self).utf8)
    }

    /// `true` for UTF-16 with the high byte first, `false` with the low byte first, `nil` for anything else.
    private static func utf16Order(of data: Data) -> Bool? {
        let head = [UInt8](data.prefix(64))
        guard head.count >= 4 else { return nil }
        if head[0] == 0xFF && head[1] == 0xFE && !(head[2] == 0 && head[3] == 0) { return false }
        if head[0] == 0xFE && head[1] == 0xFF { return true }
        let pairs = stride(from: 0, to: head.count - 1, by: 2)
        if pairs.allSatisfy({ head[$0] != 0 && head[$0] < 128 && head[$0 + 1] == 0 }) { return false }
        if pairs.allSatisfy({ head[$0] == 0 && head[$0 + 1] != 0 && head[$0 + 1] < 128 }) { return true }
        return nil
    }
}

extension String {
    /// The text in the bytes of a text file, whatever its encoding.
    init(decodingTextFile data: Data) {
        self.init(looselyDecoding: TextEncoding.utf8Bytes(of: data))
    }
}
