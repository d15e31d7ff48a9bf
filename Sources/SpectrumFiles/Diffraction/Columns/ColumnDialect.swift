import Spectra

/// How the columns of a text file are set apart and how its numbers are written.
struct ColumnDialect: Sendable, Hashable {
    enum Separator: Sendable, Hashable {
        case blanks, tab, comma, semicolon
    }

    let separator: Separator
    let usesDecimalComma: Bool

    /// The fields of a line. Empty fields count between commas, semicolons and tabs, but not at the end of a line.
    func fields(_ line: Substring) -> [Substring] {
        let mark: UInt8
        switch separator {
        case .blanks:
            return line.utf8.split(omittingEmptySubsequences: true) { $0 == 0x20 || $0 == 0x09 }
                .map { line[$0.startIndex..<$0.endIndex] }
        case .tab: mark = 0x09
        case .comma: mark = 0x2C
        case .semicolon: mark = 0x3B
        }
        var fields = line.utf8.split(separator: mark, omittingEmptySubsequences: false)
            .map { line[$0.startIndex..<$0.endIndex].trimmed }
        while let last = fields.last, last.isEmpty { fields.removeLast() }
        return fields
    }

    /// The number that a field is; `nil` where it is none.
    func number(_ field: Substring) -> Double? {
        if !usesDecimalComma { return field.decimal }
        guard field.contains(",") else { return field.decimal }
        return field.number(decimalMark: ASCII.comma)
    }

    /// Whether a line is a row of the table: its first two fields are numbers.
    func isRow(_ line: Substring) -> Bool {
        let fields = fields(line)
        return fields.count >= 2 && number(fields[0]) != nil && number(fields[1]) != nil
    }

    /// The dialect in which most of `lines` are rows; `nil` where none has two.
    ///
    /// Dialects in which a comma is the decimal mark come first: in them fewer lines are rows by accident.
    static func best(for lines: [Substring]) -> ColumnDialect? {
        let candidates = [
            ColumnDialect(separator: .semicolon, usesDecimalComma: true),
            ColumnDialect(separator: .tab, usesDecimalComma: true),
            ColumnDialect(separator: .blanks, usesDecimalComma: true),
            ColumnDialect(separator: .semicolon, usesDecimalComma: false),
            ColumnDialect(separator: .tab, usesDecimalComma: false),
            ColumnDialect(separator: .comma, usesDecimalComma: false),
            ColumnDialect(separator: .blanks, usesDecimalComma: false),
        ]
        var best: (dialect: ColumnDialect, rows: Int)?
        for dialect in candidates {
            let rows = lines.filter(dialect.isRow)
            if dialect.usesDecimalComma {
                // A comma is a decimal mark only where it is one in numbers all over the table, and no point is.
                let fields = rows.flatMap { dialect.fields($0) }
                guard fields.contains(where: { $0.contains(",") }), !fields.contains(where: { $0.contains(".") }) else {
                    continue
                }
            }
            if rows.count >= 2, rows.count > best?.rows ?? 0 { best = (dialect, rows.count) }
        }
        return best?.dialect
    }
}
