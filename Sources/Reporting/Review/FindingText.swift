import Spectra

/// Findings as lines of text and as list items of a page.
struct FindingText {
    let findings: [Finding]
    var width: Int

    /// The findings, most serious first, each with what was expected; with source and advice where asked for.
    func lines(detailed: Bool, style: (Finding.Severity, String) -> String = { $1 }) -> [String] {
        findings.flatMap { finding -> [String] in
            let severity = finding.severity.rawValue
            let padded = severity + String(repeating: " ", count: max(9 - severity.count, 1))
            var sentence = Printable.text(finding.message)
            if !detailed, finding.severity > .note, let expected = finding.expected {
                sentence += "; expected: " + Printable.text(expected)
            }
            var lines = indented("\(sentence) [\(Printable.text(finding.rule))]", by: 11)
            lines[0] = "  " + style(finding.severity, padded) + lines[0].dropFirst(11)
            guard detailed else { return lines }
            for (name, text) in [
                ("expected", finding.expected), ("source", finding.source), ("to do", finding.advice),
            ] {
                guard let text, !text.isEmpty else { continue }
                var more = indented(Printable.text(text), by: 22)
                let label = name + ":" + String(repeating: " ", count: 10 - name.count)
                more[0] = String(repeating: " ", count: 11) + label + more[0].dropFirst(22)
                lines += more
            }
            return lines
        }
    }

    private func indented(_ text: String, by indent: Int) -> [String] {
        let lines = TerminalWidth.wrapped(text, width: max(width - indent, 20))
        return (lines.isEmpty ? [""] : lines).map { String(repeating: " ", count: indent) + $0 }
    }

    /// A list for a page, each finding with expectation, source and advice.
    var html: String {
        let items = findings.map { finding in
            let details = [
                ("Expected", finding.expected), ("Source", finding.source), ("To do", finding.advice),
            ].compactMap { name, text in
                text.map { "<dt>\(name)</dt>\n<dd>\(HTML.text($0))</dd>" }
            }
            let list = details.isEmpty ? "" : "\n<dl>\n\(details.joined(separator: "\n"))\n</dl>"
            return "<li class=\"\(finding.severity.rawValue)\"><strong>\(finding.severity.rawValue)</strong> "
                + "\(HTML.text(finding.message)) <code>\(HTML.text(finding.rule))</code>\(list)</li>"
        }
        return "<ul class=\"findings\">\n\(items.joined(separator: "\n"))\n</ul>"
    }
}
