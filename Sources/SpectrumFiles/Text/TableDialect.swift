/// How a text table separates its columns and writes its decimals.
struct TableDialect: Hashable {
    /// What stands between two columns.
    enum Separator: UInt8, CaseIterable {
        case tab = 9
        case semicolon = 59
        case comma = 44
        /// One or more spaces or tabs.
        case blanks = 32

        /// The name in a sentence.
        var name: String {
            switch self {
            case .tab: "tabs"
            case .semicolon: "semicolons"
            case .comma: "commas"
            case .blanks: "blanks"
            }
        }
    }

    let separator: Separator
    let decimalMark: UInt8

    /// All dialects, the stricter ones first: of two that read a table equally well the earlier is meant.
    static let all: [TableDialect] = [
        TableDialect(separator: .tab, decimalMark: ASCII.point),
        TableDialect(separator: .semicolon, decimalMark: ASCII.point),
        TableDialect(separator: .comma, decimalMark: ASCII.point),
        TableDialect(separator: .blanks, decimalMark: ASCII.point),
        TableDialect(separator: .tab, decimalMark: ASCII.comma),
        TableDialect(separator: .semicolon, decimalMark: ASCII.comma),
        TableDialect(separator: .blanks, decimalMark: ASCII.comma),
    ]

    /// The dialect in which most lines of `bytes` are rows of two numbers or more; `nil` where none has such a row.
    ///
    /// Also tells the number of columns that most of those rows have, and the number that the widest has.
    static func detect(
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> (dialect: TableDialect, width: Int, maximumWidth: Int)? {
        best(in: bytes).map { ($0.dialect, $0.width, $0.maximumWidth) }
    }

    /// Whether any line of `bytes` is a row of two numbers or more in any dialect.
    static func hasRow(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var lines = ByteLines(bytes)
        var row: [Double] = []
        while let line = lines.next() {
            guard line.contains(where: ASCII.isDigit), line.allSatisfy(standsInNumbers) else { continue }
            for dialect in all {
                row.removeAll(keepingCapacity: true)
                let kind = dialect.scanRow(line, into: &row)
                if kind == .numbers || kind == .gaps, row.count > 1 { return true }
            }
        }
        return false
    }

    /// Whether a byte may stand in a row: digits, what may stand between and in numbers, exponents, and the text nan.
    static func standsInNumbers(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, ASCII.tab, ASCII.space, ASCII.quotationMark, ASCII.plus, ASCII.comma, ASCII.minus,
            ASCII.point, ASCII.semicolon:
            return true
        default:
            let letter = byte | 0x20
            return letter == UInt8(ascii: "e") || letter == UInt8(ascii: "n") || letter == UInt8(ascii: "a")
        }
    }

    /// The number of rows among the first lines in the dialect that has the most.
    static func rows(in bytes: UnsafeBufferPointer<UInt8>) -> Int { best(in: bytes)?.rows ?? 0 }

    private static func best(
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> (dialect: TableDialect, width: Int, maximumWidth: Int, rows: Int)? {
        var best: (dialect: TableDialect, width: Int, maximumWidth: Int, rows: Int)?
        let (most, bytesThere) = linesOfNumbers(in: bytes)
        for dialect in all where (best?.rows ?? 0) < most {
            // Without its separator a line holds one number.
            if dialect.separator != .blanks, !bytesThere.contains(dialect.separator.rawValue) { continue }
            var lines = ByteLines(bytes)
            var widths: [Int: Int] = [:]
            // Rows of one width follow one another.
            var run = (width: 0, count: 0)
            var rows = 0
            var row: [Double] = []
            while let line = lines.next(), rows < looked {
                row.removeAll(keepingCapacity: true)
                let kind = dialect.scanRow(line, into: &row)
                guard kind == .numbers || kind == .gaps, row.count > 1 else { continue }
                if row.count != run.width {
                    widths[run.width, default: 0] += run.count
                    run = (row.count, 0)
                }
                run.count += 1
                rows += 1
            }
            widths[run.width, default: 0] += run.count
            widths[0] = nil
            guard rows > (best?.rows ?? 0) else { continue }
            let width = widths.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 2
            best = (dialect, width, widths.keys.max() ?? width, rows)
        }
        return best
    }

    /// The number of rows that are looked at.
    private static let looked = 400

    /// The number of lines that can be rows in any dialect, lines of digits and of what may stand between and in numbers,
    /// and the separators in them.
    private static func linesOfNumbers(
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> (count: Int, separators: [UInt8]) {
        var lines = ByteLines(bytes)
        var count = 0
        var separators: [UInt8] = []
        while count < looked, let line = lines.next() {
            let hasDigit = line.contains(where: ASCII.isDigit)
            let isPossible = line.allSatisfy(standsInNumbers)
            guard hasDigit && isPossible else { continue }
            count += 1
            for byte in [ASCII.tab, ASCII.semicolon, ASCII.comma]
            where !separators.contains(byte) && line.contains(byte) {
                separators.append(byte)
            }
        }
        // Rows that were not looked at may have others.
        return (count, count < looked ? separators : [ASCII.tab, ASCII.semicolon, ASCII.comma])
    }

    /// What a line is.
    enum Row {
        /// Numbers only.
        case numbers
        /// Numbers with empty cells before or between them.
        case gaps
        /// Nothing but separators.
        case blank
        /// Anything else; the place of the cell that is not a number, counted from 0.
        case text(cell: Int)
    }

    /// Reads the cells of a line into `row`; an empty cell becomes `nan`, and so does the text nan
    /// behind the first two cells. Empty cells at the
    /// end of the line are not stored.
    @inline(__always)
    func scanRow(_ line: UnsafeBufferPointer<UInt8>, into row: inout [Double]) -> Row {
        let count = line.count
        let first = row.count
        var index = 0
        var cell = 0
        var filled = first
        var filledCells = 0
        while true {
            while index < count && isBlank(line[index]) { index += 1 }
            if index == count { break }
            if line[index] == separator.rawValue && separator != .blanks {
                row.append(.nan)
                index += 1
                cell += 1
                continue
            }
            var value = Double.nan
            if let (number, end) = DecimalNumber.scan(line, from: index, decimalMark: decimalMark) {
                value = number
                index = end
                filledCells += 1
            } else if let end = Self.end(ofNaN: line, from: index), cell > 1 {
                index = end
            } else {
                return .text(cell: cell)
            }
            if index < count && !isBlank(line[index]) && line[index] != separator.rawValue { return .text(cell: cell) }
            row.append(value)
            filled = row.count
            cell += 1
            while index < count && isBlank(line[index]) { index += 1 }
            if index == count { break }
            if separator != .blanks {
                guard line[index] == separator.rawValue else { return .text(cell: cell) }
                index += 1
            }
        }
        row.removeLast(row.count - filled)
        if filledCells == 0 { return .blank }
        return filledCells == row.count - first ? .numbers : .gaps
    }

    /// The place behind `nan`, which programs write into further columns where they have no number; `nil` where it does not
    /// stand there.
    @inline(never)
    private static func end(ofNaN line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard line.count - start >= 3 else { return nil }
        let letters = line[start..<(start + 3)].map { $0 | 0x20 }
        return letters == Array("nan".utf8) ? start + 3 : nil
    }

    /// Whether a byte means nothing within a cell; quotation marks around numbers are blanks as well.
    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.quotationMark || (byte == ASCII.tab && separator != .tab)
    }

    /// The cells of a line of text, without blanks and quotation marks around them.
    func cells(_ line: String) -> [String] {
        let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\"" }
        // A separator between quotation marks belongs to the text, where each mark has its partner.
        let quotes = line.contains("\"") && line.count { $0 == "\"" }.isMultiple(of: 2)
        var isQuoted = false
        let separates: (Character) -> Bool = { character in
            if quotes, character == "\"" { isQuoted.toggle() }
            if isQuoted { return false }
            return separator == .blanks
                ? character == " " || character == "\t" : character == Character(Unicode.Scalar(separator.rawValue))
        }
        let parts = line.split(omittingEmptySubsequences: separator == .blanks, whereSeparator: separates)
        return parts.map { part in
            let start = part.drop(while: blanks)
            return String(
                start[..<(start.lastIndex { !blanks($0) }.map { start.index(after: $0) } ?? start.startIndex)])
        }
    }
}

extension TableDialect.Row: Equatable {}
