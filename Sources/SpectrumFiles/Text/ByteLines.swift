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

    /// The number that is all of the next line, where it is a plain one: digits with at most one point, a sign before them
    /// or none, exactly rounded by one division. `nil` without moving on for anything else, which other methods read.
    ///
    /// Most lines of large files are such numbers; they are read in one pass over their bytes.
    @inline(__always)
    mutating func nextPlainNumber() -> Double? {
        guard let base = bytes.baseAddress else { return nil }
        var index = offset
        guard let value = Self.plainNumber(base, &index, bytes.count, mark: ASCII.point), endLine(base, at: index)
        else {
            return nil
        }
        return value
    }

    /// Appends the numbers of the next line to `cells`, where it is a row of `count` plain numbers in `dialect`, with nothing
    /// but blanks between them and the separators; `false` without moving on for anything else.
    mutating func nextPlainRow(_ dialect: TableDialect, count: Int, into cells: inout [Double]) -> Bool {
        guard let base = bytes.baseAddress, count > 0 else { return false }
        let end = bytes.count, before = cells.count, separator = dialect.separator.rawValue
        let tabsAreBlank = dialect.separator != .tab
        func isBlank(_ byte: UInt8) -> Bool { byte == ASCII.space || (tabsAreBlank && byte == ASCII.tab) }
        var index = offset
        for column in 0..<count {
            while index < end, isBlank(base[index]) { index += 1 }
            guard let value = Self.plainNumber(base, &index, end, mark: dialect.decimalMark) else { break }
            cells.append(value)
            let behind = index
            while index < end, isBlank(base[index]) { index += 1 }
            guard column + 1 < count else { continue }
            if dialect.separator == .blanks {
                guard index > behind else { break }
            } else {
                guard index < end, base[index] == separator else { break }
                index += 1
            }
        }
        guard cells.count == before + count, endLine(base, at: index) else {
            cells.removeLast(cells.count - before)
            return false
        }
        return true
    }

    /// Moves on behind the line where it ends at `index`.
    @inline(__always)
    private mutating func endLine(_ base: UnsafePointer<UInt8>, at place: Int) -> Bool {
        var index = place
        if index < bytes.count, base[index] == ASCII.carriageReturn, lineEnd == ASCII.lineFeed { index += 1 }
        guard index < bytes.count, base[index] == lineEnd else { return false }
        offset = index + 1
        number += 1
        lastLineIsOpen = false
        return true
    }

    /// The plain number at `place`, which moves on behind it.
    @inline(__always)
    private static func plainNumber(
        _ base: UnsafePointer<UInt8>, _ place: inout Int, _ end: Int, mark: UInt8
    ) -> Double? {
        var index = place
        var isNegative = false
        if index < end, base[index] == ASCII.minus {
            isNegative = true
            index += 1
        }
        let first = index
        var mantissa: UInt64 = 0
        while index < end, ASCII.isDigit(base[index]) {
            mantissa = mantissa &* 10 &+ UInt64(base[index] &- ASCII.zero)
            index += 1
        }
        var digits = index - first, decimals = 0
        if index < end, base[index] == mark {
            index += 1
            let start = index
            while index < end, ASCII.isDigit(base[index]) {
                mantissa = mantissa &* 10 &+ UInt64(base[index] &- ASCII.zero)
                index += 1
            }
            decimals = index - start
            digits += decimals
        }
        // Fifteen digits make a whole number that a Double holds, and so is the power of ten below it.
        guard digits > 0, digits <= 15 else { return nil }
        place = index
        let magnitude = decimals == 0 ? Double(mantissa) : Double(mantissa) / DecimalNumber.power(decimals)
        return isNegative ? -magnitude : magnitude
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

    /// The same; where that is `known`, without making it anew.
    func text(like known: String) -> String {
        let isKnown = known.utf8.withContiguousStorageIfAvailable { other in
            other.count == count && zip(other, self).allSatisfy { $0 == $1 }
        }
        return isKnown == true ? known : text
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
