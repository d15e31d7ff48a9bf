import Spectra

/// Cuts the bytes of a CIF into tokens, in one pass.
struct CIFLexer {
    enum Token {
        case dataHeader(String)
        case saveHeader(String)
        case saveEnd
        case loop
        /// `global_` and `stop_`, which STAR reserves and CIF does not use.
        case reserved(String)
        case tag(String)
        case value(CIFValue)
        case end
    }

    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    /// Whether the file says that it is CIF 2.0, where brackets delimit lists and tables.
    private let isVersion2: Bool
    /// Where the last ''' and the last """ start, so that an opening without its closing is known at once.
    private let lastTripleQuote: [UInt8: Int]
    private(set) var line = 1
    private(set) var notes: [String] = []

    init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        let magic = Array("#\\#CIF_2".utf8)
        isVersion2 = bytes.count >= magic.count && bytes[..<magic.count].elementsEqual(magic)
        var last: [UInt8: Int] = [:]
        if bytes.count >= 3 {
            for quote in [UInt8(ascii: "'"), UInt8(ascii: "\"")] {
                var index = bytes.count - 3
                while index >= 0 {
                    if bytes[index] == quote && bytes[index + 1] == quote && bytes[index + 2] == quote {
                        last[quote] = index
                        break
                    }
                    index -= 1
                }
            }
        }
        lastTripleQuote = last
    }

    /// The next token, and in `tokenLine` the line it starts on.
    mutating func next(tokenLine: inout Int) throws(ReadError) -> Token {
        skipBlanks()
        tokenLine = line
        guard position < bytes.count else { return .end }
        switch bytes[position] {
        case UInt8(ascii: ";") where isAtLineStart: return .value(try textField())
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .value(try quoted())
        case UInt8(ascii: "[") where isVersion2, UInt8(ascii: "{") where isVersion2: return .value(bracketed())
        default: return bareToken()
        }
    }

    // MARK: - Bytes

    private var isAtLineStart: Bool { position == 0 || Self.isLineEnd(bytes[position - 1]) }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    /// Everything up to the space is white, as are NUL and Control-Z, which old editors left behind.
    private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }

    /// Steps over a byte and counts lines: LF, CR LF, or CR alone.
    private mutating func advance() {
        let byte = bytes[position]
        position += 1
        if byte == 0x0A || (byte == 0x0D && (position == bytes.count || bytes[position] != 0x0A)) { line += 1 }
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            if Self.isBlank(bytes[position]) {
                advance()
            } else if bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, !Self.isLineEnd(bytes[position]) { position += 1 }
            } else {
                return
            }
        }
    }

    private func text(_ range: Range<Int>) -> String { CIFText.decode(bytes[range]) }

    // MARK: - Values

    /// A field that starts with a semicolon in the first column and ends with another.
    private mutating func textField() throws(ReadError) -> CIFValue {
        let opening = line
        position += 1
        let start = position
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: ";") && isAtLineStart {
                var content = text(start..<position)
                while let last = content.unicodeScalars.last, last == "\n" || last == "\r" {
                    content.unicodeScalars.removeLast()
                }
                position += 1
                return CIFValue(text: Self.unfolded(content), form: .textField, line: opening)
            }
            advance()
        }
        throw .malformed(
            file: file, place: .line(opening), expected: "a text field closed by ';' in the first column",
            found: "the end of the file")
    }

    /// Joins lines that were folded by the protocol of CIF 1.1: a field whose first line is a lone backslash has its
    /// long lines broken after a backslash.
    private static func unfolded(_ content: String) -> String {
        let newline = content.contains("\r\n") ? "\r\n" : "\n"
        guard content.hasPrefix("\\" + newline) else { return content }
        return content.split(separator: newline, omittingEmptySubsequences: false).dropFirst()
            .map { $0.hasSuffix("\\") ? String($0.dropLast()) : $0 + "\n" }.joined()
    }

    /// A quoted string ends at the same quote followed by white space, so that 'O'Brien' needs no escape.
    private mutating func quoted() throws(ReadError) -> CIFValue {
        let quote = bytes[position]
        if let triple = tripleQuoted(quote) { return triple }
        let start = position + 1
        var index = start
        while index < bytes.count, !Self.isLineEnd(bytes[index]) {
            if bytes[index] == quote && (index + 1 == bytes.count || Self.isBlank(bytes[index + 1])) {
                position = index + 1
                return CIFValue(text: text(start..<index), form: .quoted, line: line)
            }
            index += 1
        }
        // The rest of the line is the best reading of a quote that nobody closed.
        var end = index
        while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
        notes.append("line \(line): the quote \(Character(Unicode.Scalar(quote))) is not closed on its line")
        position = index
        return CIFValue(text: text(start..<end), form: .quoted, line: line)
    }

    private mutating func tripleQuoted(_ quote: UInt8) -> CIFValue? {
        guard let last = lastTripleQuote[quote], last >= position + 3, bytes[position + 1] == quote,
            bytes[position + 2] == quote
        else { return nil }
        let opening = line
        position += 3
        let start = position
        // `last` is where a closing is sure to be found.
        while position < last,
            !(bytes[position] == quote && bytes[position + 1] == quote && bytes[position + 2] == quote)
        {
            advance()
        }
        let value = CIFValue(text: text(start..<position), form: .textField, line: opening)
        position += 3
        return value
    }

    /// A list or table of CIF 2.0, kept as its text: nothing read here is written as one.
    private mutating func bracketed() -> CIFValue {
        let opening = line
        let start = position
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            advance()
            if depth == 0 { break }
        }
        return CIFValue(text: text(start..<position), form: .textField, line: opening)
    }

    private mutating func bareToken() -> Token {
        let start = position
        while position < bytes.count, !Self.isBlank(bytes[position]) { position += 1 }
        let token = bytes[start..<position]
        if token.first == UInt8(ascii: "_") { return .tag(CIFBlock.normalized(text(start..<position))) }
        if let word = Self.keyword(token) {
            let rest = text((start + word.utf8.count)..<position)
            switch word {
            case "data_": return .dataHeader(rest)
            case "save_": return rest.isEmpty ? .saveEnd : .saveHeader(rest)
            case "loop_" where rest.isEmpty: return .loop
            case "global_" where rest.isEmpty, "stop_" where rest.isEmpty: return .reserved(word)
            default: break
            }
        }
        return .value(CIFValue(text: text(start..<position), form: .bare, line: line))
    }

    private static func keyword(_ token: ArraySlice<UInt8>) -> String? {
        guard let first = token.first, "dDlLsSgG".utf8.contains(first) else { return nil }
        let head = token.prefix(7).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        return ["data_", "loop_", "save_", "stop_", "global_"].first { head.starts(with: $0.utf8) }
    }
}

/// The characters of a CIF. CIF 1.1 allows ASCII only; what is found is UTF-8 or an eight-bit code page.
enum CIFText {
    /// The bytes as text: UTF-8 where they are that, and otherwise each byte as the character of Latin-1.
    static func decode(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    /// The bytes of a file as UTF-8 without a byte order mark; `nil` where it is not text.
    static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        if isLittle || bytes.starts(with: [0xFE, 0xFF]) {
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
                isLittle
                    ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
                    : UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        }
        let head = bytes.prefix(4096)
        return head.filter { $0 == 0 }.count > head.count / 100 ? nil : bytes
    }
}
