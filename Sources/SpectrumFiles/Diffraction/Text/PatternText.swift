import Foundation
import Spectra

/// The lines of a text file of whatever age and encoding.
struct PatternText: Sendable {
    /// The file, for messages.
    let content: FileContent
    /// The lines without their ends. A line ends at LF, CR or CR LF; what follows a Ctrl-Z (DOS's end of text) is left
    /// out.
    let lines: [Substring]
    /// Whether the last line lacks its end, so that it may have been cut.
    let lastLineIsOpen: Bool

    /// The text of `content`: UTF-16 where a byte order mark says so, UTF-8 where it is that, Windows 1252 otherwise.
    init(_ content: FileContent) {
        self.content = content
        let text = Self.decode(content.data)
        let bytes = text.utf8
        var lines: [Substring] = []
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == 0x1A { break }
            guard byte == 0x0A || byte == 0x0D else {
                index = bytes.index(after: index)
                continue
            }
            lines.append(text[start..<index])
            index = bytes.index(after: index)
            if byte == 0x0D, index < bytes.endIndex, bytes[index] == 0x0A { index = bytes.index(after: index) }
            start = index
        }
        lastLineIsOpen = start < index
        if lastLineIsOpen { lines.append(text[start..<index]) }
        self.lines = lines
    }

    /// The first `length` bytes of `content` as a text, for a look at what it may be; `nil` where they look binary.
    static func head(of content: FileContent, length: Int = 8192) -> PatternText? {
        let data = content.data.prefix(length)
        let isWide = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
        guard isWide || !data.contains(0) else { return nil }
        return PatternText(FileContent(path: content.path, data: Data(data)))
    }

    private static func decode(_ data: Data) -> String {
        if data.starts(with: [0xFF, 0xFE]) {
            return String(data: data.dropFirst(2), encoding: .utf16LittleEndian) ?? ""
        }
        if data.starts(with: [0xFE, 0xFF]) {
            return String(data: data.dropFirst(2), encoding: .utf16BigEndian) ?? ""
        }
        let marked = data.starts(with: [0xEF, 0xBB, 0xBF])
        return String(looselyDecoding: marked ? data.dropFirst(3) : data)
    }

    /// A `ReadError.malformed` at the line `index`, counted from 0.
    func malformed(_ index: Int, expected: String, found: String? = nil) -> ReadError {
        let shown = found ?? (lines.indices.contains(index) ? "\"\(lines[index].prefix(60))\"" : "the end of the file")
        return content.malformed(.line(index + 1), expected: expected, found: shown)
    }
}

extension Substring {
    /// The text without white space at both ends.
    var trimmed: Substring {
        var view = utf8[...]
        while let byte = view.first, byte == 0x20 || (0x09...0x0D).contains(byte) { view.removeFirst() }
        while let byte = view.last, byte == 0x20 || (0x09...0x0D).contains(byte) { view.removeLast() }
        return self[view.startIndex..<view.endIndex]
    }

    /// The text between quotation marks of either kind, or the text itself where there are none; trimmed.
    var unquoted: String {
        let text = trimmed
        guard text.utf8.count >= 2, let mark = text.utf8.first, mark == 0x22 || mark == 0x27, text.utf8.last == mark
        else { return String(text) }
        return String(text.dropFirst().dropLast().trimmed)
    }

    /// The decimal number that the text is, Fortran's exponent letter D allowed; `nil` where it is anything else, also
    /// for `nan`, `inf` and hexadecimals.
    var decimal: Double? {
        if let value = number(decimalMark: ASCII.point) { return value }
        guard utf8.contains(where: { $0 == 0x44 || $0 == 0x64 }) else { return nil }
        return String(self).replacing("d", with: "e").replacing("D", with: "e")[...].number(decimalMark: ASCII.point)
    }

    /// The number that the text is, written with `decimalMark`.
    func number(decimalMark: UInt8) -> Double? {
        utf8.withContiguousStorageIfAvailable { DecimalNumber.parse($0, decimalMark: decimalMark) }
            ?? Array(utf8).withUnsafeBufferPointer { DecimalNumber.parse($0, decimalMark: decimalMark) }
    }

    /// The pieces between blanks and commas (also tabs and semicolons).
    var fields: [Substring] {
        utf8.split(omittingEmptySubsequences: true) { byte in
            byte == 0x20 || byte == 0x09 || byte == 0x2C || byte == 0x3B || byte == 0x0B || byte == 0x0C
        }.map { self[$0.startIndex..<$0.endIndex] }
    }

    /// All fields as numbers; `nil` where one is none.
    var numbers: [Double]? {
        var values: [Double] = []
        for field in fields {
            guard let value = field.decimal else { return nil }
            values.append(value)
        }
        return values
    }

    /// The text before and after the first `separator`, both trimmed; `nil` where there is none.
    func halves(at separator: Character) -> (Substring, Substring)? {
        guard let index = firstIndex(of: separator) else { return nil }
        return (self[..<index].trimmed, self[self.index(after: index)...].trimmed)
    }
}
