/// A piece of text set on the line, below it, or above it.
struct TextRun: Sendable, Hashable {
    /// Where a run stands.
    enum Style: Sendable, Hashable {
        case plain
        case subscripted
        case superscripted
    }
    var text: String
    var style: Style = .plain
}

/// Text in runs, as axis titles and chemical names need it.
struct RichText: Sendable, Hashable {
    var runs: [TextRun]

    /// Text of `runs`; neighbours of one style become one run.
    init(runs: [TextRun]) {
        self.runs = runs.reduce(into: []) { result, run in
            if run.text.isEmpty { return }
            if let last = result.last, last.style == run.style {
                result[result.count - 1].text += run.text
            } else {
                result.append(run)
            }
        }
    }

    /// Text without indices, on one line.
    init(_ text: String) {
        self.init(runs: [TextRun(text: Printable.text(text))])
    }

    /// The characters without their places.
    var plainText: String { runs.map(\.text).joined() }

    /// The size of sub- and superscripts relative to the text.
    static let indexScale = 0.72

    /// An upper estimate of the width in units of the font size.
    var width: Double {
        runs.reduce(0) { sum, run in
            sum + TextMetrics.width(of: run.text) * (run.style == .plain ? 1 : Self.indexScale)
        }
    }

    /// The text cut to `limit` (in units of the font size) with an ellipsis where it is longer.
    func truncated(to limit: Double) -> RichText {
        guard width > limit else { return self }
        var kept: [TextRun] = []
        var room = limit - TextMetrics.width(of: "…")
        for run in runs {
            let scale = run.style == .plain ? 1 : Self.indexScale
            var part = ""
            for character in run.text {
                room -= TextMetrics.width(of: character) * scale
                guard room >= 0 else { break }
                part.append(character)
            }
            kept.append(TextRun(text: part, style: run.style))
            if room < 0 { break }
        }
        return RichText(runs: kept + [TextRun(text: "…")])
    }

    static func + (left: RichText, right: RichText) -> RichText { RichText(runs: left.runs + right.runs) }

    /// A power of ten, 10³.
    static func powerOfTen(_ exponent: Int) -> RichText {
        let digits = exponent < 0 ? "\u{2212}\(-exponent)" : "\(exponent)"
        return RichText(runs: [TextRun(text: "10"), TextRun(text: digits, style: .superscripted)])
    }
}

/// Estimated widths of text. A document does not know which font will show it, so the widths are upper bounds over the
/// fonts that a generic sans-serif stack finds in practice (Helvetica and Arial metrics, DejaVu Sans), to 0.05 em.
enum TextMetrics {
    /// An upper estimate of the width of `text` in units of the font size.
    static func width(of text: String) -> Double {
        text.reduce(0) { $0 + width(of: $1) }
    }

    /// An upper estimate of the width of one character in units of the font size.
    static func width(of character: Character) -> Double {
        guard let ascii = character.asciiValue else { return wideWidth(of: character) }
        switch Character(UnicodeScalar(ascii)) {
        case "'", "I", "i", "j", "l": return 0.3
        case " ", ",", ".", "/", ":", ";", "\\", "|": return 0.35
        case "(", ")", "-", "[", "]", "f", "t": return 0.4
        case "!", "r": return 0.45
        case "\"", "*", "`", "J": return 0.5
        case "c", "s", "z": return 0.55
        case "?", "_", "L", "k", "v", "x", "y": return 0.6
        case "0"..."9", "$", "F", "T", "a", "b", "d", "e", "g", "h", "n", "o", "p", "q", "u", "{", "}": return 0.65
        case "A", "B", "E", "K", "P", "S", "V", "X", "Y", "Z": return 0.7
        case "C", "N", "R", "U": return 0.75
        case "&", "D", "G", "H", "O", "Q": return 0.8
        case "#", "+", "<", "=", ">", "^", "w", "~": return 0.85
        case "M": return 0.9
        case "%", "W", "m": return 1
        default: return 1.05
        }
    }

    private static func wideWidth(of character: Character) -> Double {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x0300...0x036F: return 0
        case 0x00A0...0x024F, 0x0370...0x052F: return scalar.properties.isUppercase ? 1 : 0.85
        case 0x2010...0x2027: return 1
        case 0x2070...0x209F: return 0.6
        case 0x2190...0x22FF: return 1
        default: return 1.4
        }
    }
}
