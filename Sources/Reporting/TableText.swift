import Foundation
import Spectra

/// Numbers and cells as tables show them.
enum TableText {
    /// A number that has no uncertainty, with six significant digits unless stated.
    static func number(_ value: Double, digits: Int = 6) -> String {
        value.isFinite ? String(format: "%.\(digits)g", value) : "unknown"
    }

    /// A quantity with its uncertainty in parentheses; "unknown" where it is not a number.
    static func quantity(_ quantity: Measured) -> String {
        quantity.value.isFinite ? quantity.description : "unknown"
    }

    /// A share as per cent.
    static func percent(_ share: Measured) -> String {
        let uncertainty = share.standardUncertainty.map { 100 * $0 }
        // Without an uncertainty two decimals are what a share can mean.
        guard let uncertainty, uncertainty > 0, uncertainty.isFinite else {
            return share.value.isFinite ? String(format: "%.2f", 100 * share.value) : "unknown"
        }
        return quantity(Measured(100 * share.value, standardUncertainty: uncertainty))
    }

    /// A number as machines read it: shortest text that gives the same `Double` back, empty where there is none.
    static func exact(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return value.description
    }

    /// A cell of a comma-separated table (RFC 4180). A text that spreadsheets would run as a formula gets an apostrophe
    /// in front.
    static func csvCell(_ text: String) -> String {
        var cell = Printable.text(text)
        if let first = cell.first, "=+-@".contains(first) { cell = "'" + cell }
        guard cell.contains(where: { $0 == "," || $0 == "\"" }) else { return cell }
        return "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    /// A cell of a Markdown table: characters with a meaning there are escaped.
    static func markdownCell(_ text: String) -> String {
        var result = ""
        for character in Printable.text(text) {
            if "\\`*_{}[]<>|#!&~$".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }
}

/// The width of text on a terminal, in columns.
enum TerminalWidth {
    /// The columns that `text` takes: East Asian wide characters and emoji take two.
    static func width(of text: String) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if character.isASCII { return 1 }
        if scalar.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch scalar.value {
        case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F: return 0
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// `text` broken into lines of at most `width` columns at spaces; longer words stay whole.
    static func wrapped(_ text: String, width limit: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let joined = line.isEmpty ? String(word) : "\(line) \(word)"
            if width(of: joined) > limit, !line.isEmpty {
                lines.append(line)
                line = String(word)
            } else {
                line = joined
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }
}

/// A table for a terminal: text columns to the left, numbers aligned at their decimal points.
struct AlignedTable {
    /// A column with its title and cells.
    struct Column {
        var title: String
        var cells: [String]
        var isNumeric: Bool
    }
    var columns: [Column]

    /// The lines, title line first, all of one width.
    var lines: [String] {
        let padded = columns.map(Self.padded)
        let rows = columns.map(\.cells.count).max() ?? 0
        return (0...rows).map { row in
            padded.map { $0[row] }.joined(separator: "  ")
        }
    }

    /// The title and the cells of `column`, padded to one width.
    private static func padded(_ column: Column) -> [String] {
        var cells = column.cells
        if column.isNumeric {
            let fractions = cells.map { TerminalWidth.width(of: fraction(of: $0)) }
            let longest = fractions.max() ?? 0
            cells = zip(cells, fractions).map { $0 + String(repeating: " ", count: longest - $1) }
        }
        let all = [column.title] + cells
        let width = all.map(TerminalWidth.width).max() ?? 0
        return all.map { cell in
            let space = String(repeating: " ", count: width - TerminalWidth.width(of: cell))
            return column.isNumeric ? space + cell : cell + space
        }
    }

    /// What follows the integer digits of a number: ".20(3)" of "160.20(3)".
    private static func fraction(of cell: String) -> Substring {
        guard let start = cell.firstIndex(where: { $0 == "." || $0 == "(" || $0 == "e" }) else { return "" }
        return cell[start...]
    }
}

extension TerminalWidth {
    fileprivate static func width(of text: Substring) -> Int { width(of: String(text)) }
}
