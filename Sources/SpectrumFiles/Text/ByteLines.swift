/// Walks over the lines of a text in memory, without making a `String` of any of them.
///
/// A line ends at a line feed; carriage returns before it belong to the line end (CR LF, and CR CR LF as some programs
/// write it, are one line end). A text without any line feed ends its lines at carriage returns.
struct ByteLines {
    /// The text.
    let bytes: UnsafeBufferPointer<UInt8>
    /// The number of the line that was read last, counted from 1; 0 before the first.
    private(set) var number = 0
    /// Where the next line starts.
    private(set) var offset: Int
    /// Whether the line that was read last ended at the end of the text instead of at a line end.
    private(set) var lastLineIsOpen = false
    private let lineEnd: UInt8

    /// The lines of `bytes`, from the first byte after a byte order mark.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        let hasMark = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        self.offset = hasMark ? 3 : 0
        self.lineEnd = bytes.contains(ASCII.lineFeed) ? ASCII.lineFeed : ASCII.carriageReturn
    }

    /// Whether all lines have been read.
    var isAtEnd: Bool { offset >= bytes.count }

    /// The number of bytes not read yet: no more lines than this can follow.
    var remaining: Int { bytes.count - offset }

    /// The next line without its line end; `nil` at the end.
    @inline(__always)
    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard offset < bytes.count else { return nil }
        let start = offset
        var end = start
        while end < bytes.count && bytes[end] != lineEnd { end += 1 }
        lastLineIsOpen = end == bytes.count
        offset = lastLineIsOpen ? end : end + 1
        number += 1
        while end > start && bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    /// The next line without moving on.
    func peek() -> UnsafeBufferPointer<UInt8>? {
        var copy = self
        return copy.next()
    }
}

/// The few bytes that text formats give a meaning to.
enum ASCII {
    static let tab: UInt8 = 9
    static let lineFeed: UInt8 = 10
    static let carriageReturn: UInt8 = 13
    static let space: UInt8 = 32
    static let plus: UInt8 = 43
    static let comma: UInt8 = 44
    static let minus: UInt8 = 45
    static let point: UInt8 = 46
    static let quotationMark: UInt8 = 34
    static let zero: UInt8 = 48
    static let semicolon: UInt8 = 59
    static let upperE: UInt8 = 69
    static let lowerE: UInt8 = 101

    /// Whether `byte` is a space or a tab.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// Whether `byte` is one of the ten digits.
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }
}

extension UnsafeBufferPointer<UInt8> {
    /// The part between leading and trailing spaces and tabs.
    @inline(__always)
    var trimmed: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end && ASCII.isBlank(self[start]) { start += 1 }
        while end > start && ASCII.isBlank(self[end - 1]) { end -= 1 }
        return UnsafeBufferPointer(rebasing: self[start..<end])
    }

    /// The bytes as text: UTF-8 where they are that, Latin-1 otherwise (older instruments write `°` and `µ` so).
    var text: String {
        String(validating: self, as: UTF8.self) ?? String(String.UnicodeScalarView(map { Unicode.Scalar($0) }))
    }

    /// The bytes as a message quotes them: at most 40 characters, control characters made visible.
    var quoted: String {
        let line = UnsafeBufferPointer(rebasing: self[0..<Swift.min(count, 160)]).text
        let visible = line.unicodeScalars.prefix(40).map { scalar in
            scalar.value < 32 || scalar.value == 127 ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return "\"\(visible.joined())\(line.unicodeScalars.count > 40 ? "..." : "")\""
    }
}
