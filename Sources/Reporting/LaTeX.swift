/// Pieces of LaTeX made of untrusted text.
enum LaTeX {
    /// `text` on one line with every character that has a meaning in LaTeX, or that its usual fonts lack, replaced.
    static func escaped(_ text: String) -> String {
        Printable.text(text).reduce(into: "") { result, character in
            result += replacements[character] ?? String(character)
        }
    }

    /// Text with lowered and raised parts.
    static func rich(_ text: RichText) -> String {
        text.runs.map { run in
            let escaped = escaped(run.text)
            return switch run.style {
            case .plain: escaped
            case .subscripted: "\\textsubscript{\(escaped)}"
            case .superscripted: "\\textsuperscript{\(escaped)}"
            }
        }.joined()
    }

    private static let replacements: [Character: String] = [
        "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "&": "\\&", "%": "\\%",
        "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}", "<": "\\textless{}", ">": "\\textgreater{}",
        "\"": "''", "\u{2212}": "\\ensuremath{-}", "\u{2013}": "--", "\u{B1}": "\\ensuremath{\\pm}",
        "\u{C5}": "\\AA{}", "\u{B0}": "\\ensuremath{^\\circ}", "\u{B7}": "\\ensuremath{\\cdot}",
        "\u{3B1}": "\\ensuremath{\\alpha}", "\u{3B2}": "\\ensuremath{\\beta}", "\u{3B3}": "\\ensuremath{\\gamma}",
        "\u{3B8}": "\\ensuremath{\\theta}", "\u{3C3}": "\\ensuremath{\\sigma}", "\u{3C7}": "\\ensuremath{\\chi}",
        "\u{B2}": "\\textsuperscript{2}", "\u{B3}": "\\textsuperscript{3}", "\u{FFFD}": "?",
    ]

    /// A number as `S` columns of siunitx read it, 163.02(3), by the room that its parts take.
    struct Number {
        var hasSign = false
        var wholeDigits = 0
        var decimals = 0
        var uncertaintyDigits = 0
        var exponentDigits = 0

        /// The parts of `text`; `nil` where it is no such number.
        init?(_ text: String) {
            var rest = Substring(text)
            func digits() -> Int {
                let run = rest.prefix { $0.isASCII && $0.isNumber }
                rest = rest.dropFirst(run.count)
                return run.count
            }
            if rest.first == "-" || rest.first == "+" {
                hasSign = true
                rest = rest.dropFirst()
            }
            wholeDigits = digits()
            guard wholeDigits > 0 else { return nil }
            if rest.first == "." {
                rest = rest.dropFirst()
                decimals = digits()
                guard decimals > 0 else { return nil }
            }
            if rest.first == "(" {
                rest = rest.dropFirst()
                uncertaintyDigits = digits()
                guard uncertaintyDigits > 0, rest.first == ")" else { return nil }
                rest = rest.dropFirst()
            }
            if rest.first == "e" {
                rest = rest.dropFirst()
                if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
                exponentDigits = digits()
                guard exponentDigits > 0 else { return nil }
            }
            guard rest.isEmpty else { return nil }
        }
    }
}
