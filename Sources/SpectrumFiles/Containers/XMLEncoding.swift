import Foundation
import Spectra

/// Turns an XML document into UTF-8 that is certain to be well formed.
///
/// Instrument software is careless with encodings: documents claim to be UTF-8 and hold the `µ` and `°` of another one.
enum XMLEncoding {
    /// The document in UTF-8: as it is where it is valid, else converted from the encoding it declares. A document that
    /// claims to be UTF-8 and is not is taken as Windows' code page 1252, which is what such files are.
    ///
    /// Throws `ReadError.malformed` where the declared encoding is not known.
    static func utf8(_ data: Data, file: String) throws -> Data {
        let isWide = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
        if isWide || data.starts(with: [0x3C, 0]) || data.starts(with: [0, 0x3C]) {
            return withoutDeclaration(TextEncoding.utf8Bytes(of: data))
        }
        let name = declaredEncoding(in: data)
        switch name {
        case "utf-8", "utf8", nil:
            if isValidUTF8(data) { return data }
            return withoutDeclaration(Data(String(looselyDecoding: data).utf8))
        case "utf-16", "ucs-2", "utf-16le", "utf-16be":
            throw ReadError.malformed(
                file: file, place: .byte(0), expected: "text in UTF-16, as the document declares", found: "single bytes"
            )
        case "windows-1252", "cp1252":
            return withoutDeclaration(Data(String(looselyDecoding: data).utf8))
        case let name?:
            guard let text = TextEncoding.utf8Bytes(of: data, encodedAs: name) else {
                throw ReadError.malformed(
                    file: file, place: .line(1), expected: "text in a known encoding", found: "\"\(name.prefix(40))\"")
            }
            return withoutDeclaration(text)
        }
    }

    private static func isValidUTF8(_ data: Data) -> Bool {
        data.withUnsafeBytes { String(validating: $0, as: UTF8.self) != nil }
    }

    /// The bytes of `<?xml ... ?>` at the beginning, without a byte order mark before them.
    private static func declaration(in data: Data) -> Range<Data.Index>? {
        let start = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.startIndex + 3 : data.startIndex
        guard data[start...].starts(with: "<?xml".utf8),
            let end = data[start...].prefix(400).range(of: Data("?>".utf8))
        else { return nil }
        return start..<end.upperBound
    }

    private static func declaredEncoding(in data: Data) -> String? {
        guard let range = declaration(in: data) else { return nil }
        let text = String(looselyDecoding: data[range])
        guard let key = text.range(of: "encoding") else { return nil }
        let value = text[key.upperBound...].drop { $0 != "\"" && $0 != "'" }
        guard let quote = value.first else { return nil }
        return value.dropFirst().prefix { $0 != quote }.lowercased()
    }

    /// The document without its declaration, which would name an encoding it no longer has; line ends in it stay, so that
    /// lines keep their numbers.
    private static func withoutDeclaration(_ data: Data) -> Data {
        guard let range = declaration(in: data) else {
            return data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
        }
        return Data(data[range].filter { $0 == 10 }) + data[range.upperBound...]
    }
}
