import Foundation
import Spectra

/// The data blocks of a CIF with their values as text: what a reader of powder data needs of the format (CIF 1.1).
struct CIFBlocks {
    /// One value with the line it stands in, counted from 0.
    struct Value {
        let text: Substring
        let line: Int
        /// Whether it stands in quotation marks or a text field, so that `?` and `.` mean themselves.
        let isQuoted: Bool

        /// Whether the value is unknown or does not apply.
        var isMissing: Bool { !isQuoted && (text == "?" || text == ".") }
    }

    /// One data block.
    struct Block {
        let name: String
        let line: Int
        /// The values by their names, in lower case and with the dot of the newer dictionaries as an underscore.
        fileprivate(set) var values: [String: [Value]] = [:]
    }

    private(set) var blocks: [Block] = []

    private enum Token {
        case data(String)
        case loop
        case name(String)
        case value(Value)
        case other
    }

    /// Whether the first word of `text` starts a data block.
    static func startsLikeCIF(_ text: PatternText) -> Bool {
        let first = text.lines.first { !$0.trimmed.isEmpty && !$0.trimmed.hasPrefix("#") }
        return first?.trimmed.lowercased().hasPrefix("data_") ?? false
    }

    /// Reads `text`.
    ///
    /// Throws `ReadError.malformed` with the line where a value has no name, a loop does not come out even or a text
    /// field is not closed.
    init(_ text: PatternText) throws {
        var loop: [String] = []
        var row: [Value] = []
        var loopLine = 0
        var isInLoopHeader = false
        var pending: (name: String, line: Int)?

        func closeLoop(_ blocks: inout [Block]) throws {
            guard !loop.isEmpty else { return }
            guard row.count.isMultiple(of: loop.count) else {
                throw text.malformed(
                    loopLine, expected: "a multiple of \(loop.count) values in the loop that begins here",
                    found: "\(row.count)")
            }
            for (column, name) in loop.enumerated() {
                blocks[blocks.count - 1].values[name] = stride(from: column, to: row.count, by: loop.count).map {
                    row[$0]
                }
            }
            loop = []
            row = []
        }

        var blocks: [Block] = []
        try Self.tokens(text) { token, line in
            switch token {
            case .data(let name):
                try closeLoop(&blocks)
                isInLoopHeader = false
                blocks.append(Block(name: name, line: line))
            case .loop:
                try closeLoop(&blocks)
                isInLoopHeader = true
                loopLine = line
            case .name(let name):
                guard !blocks.isEmpty else { throw text.malformed(line, expected: "data_ before the first name") }
                if isInLoopHeader {
                    loop.append(name)
                } else {
                    try closeLoop(&blocks)
                    pending = (name, line)
                }
            case .value(let value):
                isInLoopHeader = false
                if let single = pending {
                    blocks[blocks.count - 1].values[single.name] = [value]
                    pending = nil
                } else if !loop.isEmpty {
                    row.append(value)
                } else {
                    throw text.malformed(
                        line, expected: "a name before the value", found: "\"\(value.text.prefix(40))\"")
                }
            case .other: break
            }
        }
        try closeLoop(&blocks)
        self.blocks = blocks
    }

    private static func tokens(_ text: PatternText, _ body: (Token, Int) throws -> Void) throws {
        var index = 0
        while index < text.lines.count {
            let line = text.lines[index]
            if line.utf8.first == 0x3B {
                let start = index
                index += 1
                while index < text.lines.count, text.lines[index].utf8.first != 0x3B { index += 1 }
                guard index < text.lines.count else {
                    throw text.malformed(
                        start, expected: "a text field closed by a semicolon", found: "the end of the file")
                }
                // The content matters to nobody here; its first line stands for it.
                try body(.value(Value(text: line.dropFirst(), line: start, isQuoted: true)), start)
                let rest = text.lines[index].dropFirst()
                try words(rest, line: index, body)
            } else {
                try words(line, line: index, body)
            }
            index += 1
        }
    }

    private static func words(_ line: Substring, line number: Int, _ body: (Token, Int) throws -> Void) throws {
        let bytes = line.utf8
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if isBlank(bytes[index]) {
                index = bytes.index(after: index)
                continue
            }
            if bytes[index] == 0x23 { return }
            let mark = bytes[index]
            if mark == 0x22 || mark == 0x27 {
                // A quotation mark ends the value only where a blank follows.
                var end = bytes.index(after: index)
                while end < bytes.endIndex {
                    let next = bytes.index(after: end)
                    if bytes[end] == mark, next == bytes.endIndex || isBlank(bytes[next]) { break }
                    end = next
                }
                let start = bytes.index(after: index)
                try body(.value(Value(text: line[start..<end], line: number, isQuoted: true)), number)
                index = end < bytes.endIndex ? bytes.index(after: end) : end
                continue
            }
            var end = index
            while end < bytes.endIndex, !isBlank(bytes[end]) { end = bytes.index(after: end) }
            try body(token(line[index..<end], line: number), number)
            index = end
        }
    }

    private static func token(_ word: Substring, line: Int) -> Token {
        if word.utf8.first == 0x5F { return .name(word.lowercased().replacing(".", with: "_")) }
        if let first = word.utf8.first, "dDlLgGsS".utf8.contains(first) {
            let lower = word.lowercased()
            if lower == "loop_" { return .loop }
            if lower.hasPrefix("data_") { return .data(String(word.dropFirst(5))) }
            if lower == "global_" || lower == "stop_" || lower.hasPrefix("save_") { return .other }
        }
        return .value(Value(text: word, line: line, isQuoted: false))
    }
}

extension CIFBlocks.Value {
    /// The number and the standard uncertainty in parentheses after it: "123.4(5)" is (123.4, 0.5). `nil` where the
    /// value is no number.
    var measured: (value: Double, uncertainty: Double?)? {
        guard let open = text.firstIndex(of: "(") else { return text.decimal.map { ($0, nil) } }
        guard let value = text[..<open].decimal, text.hasSuffix(")") else { return nil }
        let digits = text[text.index(after: open)...].dropLast()
        guard let units = digits.decimal, units >= 0 else { return (value, nil) }
        if digits.contains(".") { return (value, units) }
        let mantissa = text[..<open].prefix { $0 != "e" && $0 != "E" }
        let decimals = mantissa.firstIndex(of: ".").map { mantissa[mantissa.index(after: $0)...].count } ?? 0
        return (value, units * pow(10, Double(-decimals)))
    }
}

extension CIFBlocks.Block {
    /// The value of an item that has just one; `nil` where it is absent or unknown.
    func single(_ name: String) -> CIFBlocks.Value? {
        guard let value = values[name]?.first, !value.isMissing else { return nil }
        return value
    }

    /// The text of an item that has just one.
    func text(_ name: String) -> String? { single(name).flatMap { String($0.text.trimmed).nilIfEmpty } }

    /// The number of an item that has just one.
    func number(_ name: String) -> Double? { single(name)?.measured?.value }
}
