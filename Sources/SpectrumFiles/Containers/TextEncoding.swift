import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

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

    /// The text as UTF-8 bytes, converted by the system's iconv from the encoding `name`; `nil` where that is not known or
    /// the bytes are none of its text. Foundation's own conversion has been seen to trap on damaged input.
    static func utf8Bytes(of data: Data, encodedAs name: String) -> Data? {
        guard name.utf8.count < 64, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 0x2F }) else { return nil }
        let converter = iconv_open("UTF-8", name)
        guard converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        // No encoding of one or more bytes makes more than three bytes of UTF-8 of each, or four of two.
        var input = [UInt8](data).map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: data.count * 4 + 16)
        var inputLeft = input.count
        var outputLeft = output.count
        let capacity = output.count
        let isWhole = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var from = input.baseAddress
                var to = output.baseAddress
                return iconv(converter, &from, &inputLeft, &to, &outputLeft) != Int(bitPattern: UInt.max)
                    && iconv(converter, nil, nil, &to, &outputLeft) != Int(bitPattern: UInt.max)
            }
        }
        guard isWhole, inputLeft == 0, outputLeft <= capacity else { return nil }
        let bytes = Data(output.prefix(capacity - outputLeft).map { UInt8(bitPattern: $0) })
        return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
    }

    /// The content in UTF-8 where it is UTF-16, `nil` for anything else.
    static func converted(_ content: FileContent) -> FileContent? {
        guard utf16Order(of: content.data) != nil else { return nil }
        return FileContent(path: content.path, data: utf8Bytes(of: content.data))
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
