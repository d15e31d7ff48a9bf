/// Text made safe for XML and HTML. Names come from files that anyone may have written.
enum Markup {
    /// `text` for element content or a quoted attribute value: the five characters with a meaning are escaped, and
    /// what must not be shown is replaced (see `Printable`).
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in Printable.text(text, keepingLines: true).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// Text from files made fit to be shown on a terminal or in a document.
enum Printable {
    /// `text` with every control character (terminal escape sequences start with one), every character that XML 1.0
    /// (section 2.2) forbids, and every control of writing direction (which can make a name read as another)
    /// replaced by U+FFFD. Line breaks and tabs become spaces unless `keepingLines`.
    static func text(_ text: String, keepingLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { isForbidden($0) || isLineBreak($0) }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isLineBreak(scalar) {
                result.append(keepingLines ? scalar : " ")
            } else {
                result.append(isForbidden(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }

    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\t"
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00..<0x20, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2028, 0x2029: true
        default: scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
        }
    }
}
