import Foundation
import Spectra

/// Sections that reports of several kinds have in common, as HTML.
enum ReportSection {
    /// A section with its heading; nothing where there is no body.
    static func section(_ title: String, _ body: String) -> String {
        body.isEmpty ? "" : "<section>\n<h2>\(HTML.text(title))</h2>\n\(body)\n</section>"
    }

    /// The head of a page: its title, where the data came from, and how far to trust it.
    static func heading(_ title: String, sources: [String], state: String, isGood: Bool) -> String {
        let lines = sources.map { "<p class=\"source\">\(HTML.text($0))</p>\n" }.joined()
        let role = isGood ? "" : " role=\"alert\""
        return "<header>\n<h1>\(HTML.text(title))</h1>\n\(lines)"
            + "<p class=\"state \(isGood ? "good" : "bad")\"\(role)>\(HTML.text(state))</p>\n</header>"
    }

    /// What the referee has to say, most serious first.
    static func findings(_ findings: [Finding]) -> String {
        let sorted = findings.enumerated()
            .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
        return section("Findings", sorted.isEmpty ? "<p>None.</p>" : FindingText(findings: sorted, width: 100).html)
    }

    /// A recipe in full.
    static func recipe(_ text: String?, title: String = "Effective recipe") -> String {
        guard let text, !text.isEmpty else { return "" }
        return section(
            title,
            "<p class=\"note\">With every default written out.</p>\n\(HTML.preformatted(text, label: title))")
    }

    /// What it takes to make the page again: program, inputs with their fingerprints, command.
    static func repetition(software: String, sources: [FitSource], command: String?) -> String {
        var body = HTML.definitions([("Program", software)])
        if !sources.isEmpty {
            let rows = sources.map { source -> [HTML.Cell] in
                [.text(source.file), .text(source.spectrum), .code(source.sha256 ?? "not computed")]
            }
            body += "\n" + HTML.table(caption: "Inputs", titles: ["File", "Spectrum", "SHA-256"], rows: rows)
        }
        if let command { body += "\n" + HTML.preformatted(command, label: "Command") }
        return section("How to repeat this", body)
    }
}
