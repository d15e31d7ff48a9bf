import Photoemission
import Spectra

/// Pieces of HTML made of untrusted text.
enum HTML {
    /// A cell of a table; `heading` names its row and is HTML already.
    enum Cell {
        case heading(String)
        case text(String)
        case number(String)
        /// A text with lowered and raised parts.
        case rich(RichText)
        /// A text for machines, such as a fingerprint.
        case code(String)

        static func quantity(_ quantity: Measured?) -> Cell {
            .number(quantity.map(TableText.quantity) ?? "\u{2013}")
        }
    }

    /// A page that loads nothing, of sections that are HTML already; empty ones are left out. It runs its own script alone,
    /// which the content security policy knows by its digest, and is whole without it.
    static func page(title: String, software: String, sections: [String]) -> String {
        """
        <!DOCTYPE html>
        <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
        script-src 'sha256-\(ReportScript.digest)'"/>
        <meta name="generator" content="\(Markup.escaped(software))"/>
        <title>\(Markup.escaped(title))</title>
        <style>
        \(ReportStyle.sheet)
        </style>
        </head>
        <body>
        <main>
        \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
        </main>
        <script>\(ReportScript.content)</script>
        </body>
        </html>

        """
    }

    /// Text on one line.
    static func text(_ text: String) -> String { Markup.escaped(Printable.text(text)) }

    /// Text with lowered and raised parts.
    static func rich(_ text: RichText) -> String {
        text.runs.map { run in
            let escaped = Markup.escaped(run.text)
            return switch run.style {
            case .plain: escaped
            case .subscripted: "<sub>\(escaped)</sub>"
            case .superscripted: "<sup>\(escaped)</sup>"
            }
        }.joined()
    }

    /// A table that scrolls by itself, also by keyboard, where it is wider than the page.
    static func table(caption: String, titles: [String], rows: [[Cell]]) -> String {
        table(caption: caption, titles: titles.map { RichText($0) }, rows: rows)
    }

    /// The same with titles that have lowered and raised parts; a caption that says what the heading above says is there
    /// for those who cannot see it.
    static func table(
        caption: String, titles: [RichText], rows: [[Cell]], hidesCaption: Bool = false
    ) -> String {
        let head = titles.enumerated().map { index, title in
            let numeric = rows.first.map { index < $0.count && isNumber($0[index]) } ?? false
            return "<th scope=\"col\"\(numeric ? " class=\"number\"" : "")>\(rich(title))</th>"
        }
        let body = rows.map { "<tr>\($0.map(cell).joined())</tr>" }.joined(separator: "\n")
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(text(caption))">
            <table class="sortable">
            <caption\(hidesCaption ? " class=\"unseen\"" : "")>\(text(caption))</caption>
            <thead>
            <tr>\(head.joined())</tr>
            </thead>
            <tbody>
            \(body)
            </tbody>
            </table>
            </div>
            """
    }

    private static func isNumber(_ cell: Cell) -> Bool {
        if case .number = cell { return true }
        return false
    }

    private static func cell(_ cell: Cell) -> String {
        switch cell {
        case .heading(let html): "<th scope=\"row\">\(html)</th>"
        case .text(let plain): "<td>\(text(plain))</td>"
        case .number(let plain): "<td class=\"number\">\(text(plain))</td>"
        case .rich(let text): "<td>\(rich(text))</td>"
        case .code(let plain): "<td><code>\(text(plain))</code></td>"
        }
    }

    /// A figure with its caption, and what the script of the page needs to let the reader zoom into it.
    static func figure(_ svg: SVGDocument, caption: String) -> String {
        let data = svg.data.map { "<script type=\"application/json\">\($0.json)</script>\n" } ?? ""
        return """
            <figure\(svg.data == nil ? "" : " class=\"plot\"")>
            \(svg.element)
            \(data)<figcaption>\(text(caption))</figcaption>
            </figure>
            """
    }

    /// Text as it stands, in lines; it can be scrolled by keyboard.
    static func preformatted(_ text: String, label: String) -> String {
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"\(Self.text(label))\">\(Markup.escaped(text))</pre>"
    }

    /// A list of names and what is said of them.
    static func definitions(_ items: [(name: String, value: String)]) -> String {
        let lines = items.map { "<dt>\(text($0.name))</dt>\n<dd>\(text($0.value))</dd>" }
        return "<dl>\n\(lines.joined(separator: "\n"))\n</dl>"
    }
}

/// The correlation coefficients of the parameters as a table whose cells are shaded by their size.
struct CorrelationTable {
    /// The names of the parameters.
    let names: [String]
    /// The coefficient of two of them by index; `nil` where there is none.
    let correlation: (Int, Int) -> Double?

    init(names: [String], correlation: @escaping (Int, Int) -> Double?) {
        self.names = names
        self.correlation = correlation
    }

    init(parameters: FittedParameters) {
        let matrix = ParameterMatrix(parameters)
        self.init(names: parameters.names, correlation: matrix.correlation)
    }

    /// The table, with the strongest correlations in words below it; empty where there is nothing to correlate.
    var html: String {
        guard names.count > 1 else { return "" }
        let head = names.indices.map {
            "<th scope=\"col\"><abbr title=\"\(HTML.text(names[$0]))\">\($0 + 1)</abbr></th>"
        }
        let rows = names.indices.map { row in
            let cells = names.indices.map { Self.cell(correlation(row, $0)) }
            return "<tr><th scope=\"row\">\(row + 1)\u{2002}\(HTML.text(names[row]))</th>\(cells.joined())</tr>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Correlation coefficients">
            <table class="correlations">
            <caption>Correlation coefficients; a dash marks parameters without uncertainty</caption>
            <thead>
            <tr><th scope="col">Parameter</th>\(head.joined())</tr>
            </thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </div>
            \(strongest)
            """
    }

    private static func cell(_ coefficient: Double?) -> String {
        guard let coefficient else { return "<td>\u{2013}</td>" }
        let tenths = Int((abs(coefficient) * 10).rounded())
        let shade = tenths > 0 ? " class=\"\(coefficient < 0 ? "n" : "p")\(tenths)\"" : ""
        return "<td\(shade)>\(decimal(coefficient))</td>"
    }

    /// A coefficient with two decimals and a true minus sign.
    private static func decimal(_ coefficient: Double) -> String {
        let hundredths = Int((abs(coefficient) * 100).rounded())
        let digits = String(String(hundredths % 100 + 100).dropFirst())
        return (coefficient < 0 && hundredths > 0 ? "\u{2212}" : "") + "\(hundredths / 100).\(digits)"
    }

    private var strongest: String {
        let pairs = names.indices.flatMap { row in
            (0..<row).compactMap { column -> (size: Double, text: String)? in
                guard let coefficient = correlation(row, column), abs(coefficient) >= 0.95 else { return nil }
                return (abs(coefficient), "\(names[column]) and \(names[row]): \(Self.decimal(coefficient))")
            }
        }
        guard !pairs.isEmpty else { return "" }
        let first = pairs.enumerated().sorted { (-$0.element.size, $0.offset) < (-$1.element.size, $1.offset) }.prefix(
            8)
        let list = first.map { HTML.text($0.element.text) }.joined(separator: "; ")
        let more = pairs.count > first.count ? "; and \(pairs.count - first.count) more" : ""
        return
            "<p class=\"note\">Correlations of 0.95 or more: \(list)\(more). The data tell these parameters apart badly.</p>"
    }
}
