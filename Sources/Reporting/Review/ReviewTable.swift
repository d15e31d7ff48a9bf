import Photoemission
import Spectra

/// What the referee found in one model.
public struct Review: Sendable {
    /// The file.
    public var file: String
    /// The model in the file: a recipe, a spectrum, a region.
    public var name: String
    /// What it was taken from: "recipe", "fit", "CasaXPS", "levels".
    public var origin: String
    /// The findings, most serious first.
    public var findings: [Finding]

    /// A review.
    public init(file: String, name: String, origin: String, findings: [Finding]) {
        self.file = file
        self.name = name
        self.origin = origin
        self.findings = findings
    }

    /// How many findings have that severity.
    public func count(_ severity: Finding.Severity) -> Int { findings.filter { $0.severity == severity }.count }
}

/// The findings of the referee as text for a terminal.
public struct ReviewTable: Sendable {
    /// The reviews.
    public var reviews: [Review]
    /// Whether notes are left out.
    public var hidesNotes: Bool
    /// Whether ANSI colours are used.
    public var useColour: Bool
    /// The width in columns at which sentences are broken.
    public var width: Int

    /// A table of `reviews`.
    public init(_ reviews: [Review], hidesNotes: Bool = false, useColour: Bool = false, width: Int = 100) {
        self.reviews = reviews
        self.hidesNotes = hidesNotes
        self.useColour = useColour
        self.width = width
    }

    /// Each model with its findings: what was found, what was expected, the source, and what to do.
    public var text: String {
        var lines: [String] = []
        for review in reviews {
            let title = [review.file, review.name].filter { !$0.isEmpty }.map { Printable.text($0) }
            lines.append("\(title.joined(separator: ", ")) (\(review.origin)): \(Self.summary(of: [review]))")
            let shown = review.findings.filter { !hidesNotes || $0.severity > .note }
            lines += FindingText(findings: shown, width: width).lines(detailed: true, style: styled)
            lines.append("")
        }
        if reviews.count > 1 { lines.append("All \(reviews.count): \(Self.summary(of: reviews))") }
        return lines.joined(separator: "\n").trimmingTrailingLines() + "\n"
    }

    /// "2 errors, 1 warning, 3 notes".
    public static func summary(of reviews: [Review]) -> String {
        let parts = [Finding.Severity.error, .warning, .note].compactMap { severity -> String? in
            let count = reviews.reduce(0) { $0 + $1.count(severity) }
            guard count > 0 else { return nil }
            return "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        return parts.isEmpty ? "nothing to object to" : parts.joined(separator: ", ")
    }

    private func styled(_ severity: Finding.Severity, _ text: String) -> String {
        guard useColour else { return text }
        let code =
            switch severity {
            case .error: "1;31"
            case .warning: "33"
            case .note: "36"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// All rules with what they ask and where that comes from.
    public static func rules(width: Int = 100) -> String {
        RuleDescription.all.map { rule in
            let lines =
                TerminalWidth.wrapped(rule.question, width: width - 4)
                + TerminalWidth.wrapped("Source: " + rule.source, width: width - 4)
                + TerminalWidth.wrapped("To do: " + rule.advice, width: width - 4)
            return rule.rule + "\n" + lines.map { "    " + $0 }.joined(separator: "\n")
        }.joined(separator: "\n") + "\n"
    }
}

extension String {
    fileprivate func trimmingTrailingLines() -> String {
        var text = self
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
