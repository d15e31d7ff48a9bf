import Foundation
import Spectra

/// A table of results before it is set: for a page, for Markdown, for LaTeX, or as comma-separated values.
public struct ResultTable: Sendable {
    /// A cell.
    enum Cell: Sendable {
        /// A name; formulas in it are typeset.
        case name(String)
        /// A line of a core level, S 2p3/2.
        case line(String)
        /// A text as it is.
        case text(String)
        /// A quantity with its uncertainty.
        case quantity(Measured)
        /// A number that was rounded for people.
        case number(String)
        /// Nothing is known or nothing applies.
        case none
    }

    /// A column.
    struct Column: Sendable {
        /// The title for people, with unit.
        var title: String
        var isNumeric: Bool
        var cells: [Cell]
        /// Whether the title is the name of a species, in which formulas are typeset.
        var titleIsName = false

        /// The title as it is set.
        var richTitle: RichText { titleIsName ? ChemicalText.typeset(title) : RichText(title) }
    }

    /// What the table shows.
    public var caption: String
    var columns: [Column]
    /// Sentences below the table.
    public var notes: [String] = []

    init(_ caption: String, _ columns: [Column], notes: [String] = []) {
        self.caption = caption
        self.columns = columns
        self.notes = notes
    }

    private var rowCount: Int { columns.map(\.cells.count).max() ?? 0 }

    private func row(_ index: Int) -> [Cell] {
        columns.map { index < $0.cells.count ? $0.cells[index] : .none }
    }

    static func quantity(_ quantity: Measured?) -> Cell { quantity.map(Cell.quantity) ?? .none }

    // MARK: Pages

    /// The table of a page; its caption is not shown where a heading says the same.
    func html(hidesCaption: Bool = false) -> String {
        let rows = (0..<rowCount).map { index in
            row(index).enumerated().map { place, cell -> HTML.Cell in
                switch cell {
                case .name(let name): return .heading(HTML.rich(ChemicalText.typeset(name)))
                case .line(let name): return .rich(ChemicalText.line(name))
                case .text(let text): return .text(text)
                case .quantity(let quantity): return .quantity(quantity)
                case .number(let number): return .number(number)
                case .none: return columns[place].isNumeric ? .number("\u{2013}") : .text("\u{2013}")
                }
            }
        }
        let notes = notes.map { "\n<p class=\"note\">\(HTML.text($0))</p>" }.joined()
        return HTML.table(caption: caption, titles: columns.map(\.richTitle), rows: rows, hidesCaption: hidesCaption)
            + notes
    }

    // MARK: Markdown

    /// The table in Markdown as GitHub and Pandoc read it, with its caption above and its notes below.
    public var markdown: String {
        var lines = ["**\(TableText.markdownCell(caption))**", ""]
        lines.append("| \(columns.map { Self.markdown($0.richTitle) }.joined(separator: " | ")) |")
        lines.append("|" + columns.map { $0.isNumeric ? "---:|" : "---|" }.joined())
        for index in 0..<rowCount {
            lines.append("| \(row(index).map(Self.markdown).joined(separator: " | ")) |")
        }
        for note in notes { lines += ["", TableText.markdownCell(note)] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func markdown(_ cell: Cell) -> String {
        switch cell {
        case .name(let name):
            markdown(ChemicalText.typeset(name))
        case .line(let name): markdown(ChemicalText.line(name))
        case .text(let text): TableText.markdownCell(text)
        case .quantity(let quantity): TableText.quantity(quantity)
        case .number(let number): number
        case .none: "\u{2013}"
        }
    }

    private static func markdown(_ text: RichText) -> String {
        text.runs.map { run in
            let text = TableText.markdownCell(run.text)
            return switch run.style {
            case .plain: text
            case .subscripted: "<sub>\(text)</sub>"
            case .superscripted: "<sup>\(text)</sup>"
            }
        }.joined()
    }

    // MARK: LaTeX

    /// The table in LaTeX for the packages booktabs and siunitx, numbers aligned at their decimal marks.
    public var latex: String {
        let formats = columns.map { $0.isNumeric ? Self.numberColumn($0.cells) : "l" }
        var lines = [
            "% \\usepackage{booktabs,siunitx}", "\\begin{table}", "\\caption{\(LaTeX.escaped(caption))}", "\\centering",
            "\\begin{tabular}{\(formats.joined(separator: " "))}", "\\toprule",
            columns.map { $0.isNumeric ? "{\(LaTeX.rich($0.richTitle))}" : LaTeX.rich($0.richTitle) }
                .joined(separator: " & ") + " \\\\", "\\midrule",
        ]
        for index in 0..<rowCount {
            let cells = row(index).enumerated().map { Self.latex($0.element, isNumeric: columns[$0.offset].isNumeric) }
            lines.append(cells.joined(separator: " & ") + " \\\\")
        }
        lines += ["\\bottomrule", "\\end{tabular}"]
        if !notes.isEmpty {
            lines.append("\\par\\smallskip\\footnotesize " + notes.map(LaTeX.escaped).joined(separator: " "))
        }
        lines.append("\\end{table}")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func latex(_ cell: Cell, isNumeric: Bool) -> String {
        func other(_ text: String) -> String { isNumeric ? "{\(text)}" : text }
        switch cell {
        case .name(let name): return other(LaTeX.rich(ChemicalText.typeset(name)))
        case .line(let name): return other(LaTeX.rich(ChemicalText.line(name)))
        case .text(let text): return other(LaTeX.escaped(text))
        case .quantity(let quantity):
            let text = TableText.quantity(quantity)
            return LaTeX.Number(text) == nil ? other(LaTeX.escaped(text)) : text
        case .number(let text): return LaTeX.Number(text) == nil ? other(LaTeX.escaped(text)) : text
        case .none: return other("--")
        }
    }

    /// An `S` column with room for the widest of its numbers.
    private static func numberColumn(_ cells: [Cell]) -> String {
        let numbers = cells.compactMap { cell -> LaTeX.Number? in
            switch cell {
            case .quantity(let quantity): LaTeX.Number(TableText.quantity(quantity))
            case .number(let text): LaTeX.Number(text)
            default: nil
            }
        }
        guard !numbers.isEmpty else { return "c" }
        let sign = numbers.contains(where: \.hasSign) ? "-" : ""
        let whole = numbers.map(\.wholeDigits).max() ?? 1
        let decimals = numbers.map(\.decimals).max() ?? 0
        let uncertainty = numbers.map(\.uncertaintyDigits).max() ?? 0
        let exponent = numbers.map(\.exponentDigits).max() ?? 0
        var format = "\(sign)\(whole)" + (decimals > 0 ? ".\(decimals)" : ".0")
        if uncertainty > 0 { format += "(\(uncertainty))" }
        if exponent > 0 { format += "e\(exponent)" }
        return "S[table-format=\(format)]"
    }

    // MARK: Comma-separated values

    /// The table as comma-separated values (RFC 4180), one header line; a quantity has its standard uncertainty in the
    /// column after it, with all digits.
    public var csv: String {
        let hasUncertainty = columns.map { column in
            column.cells.contains { if case .quantity = $0 { true } else { false } }
        }
        var header: [String] = []
        for (column, isMeasured) in zip(columns, hasUncertainty) {
            header.append(TableText.csvCell(column.title))
            if isMeasured { header.append(TableText.csvCell("u(\(column.title))")) }
        }
        var lines = [header.joined(separator: ",")]
        for index in 0..<rowCount {
            var cells: [String] = []
            for (cell, isMeasured) in zip(row(index), hasUncertainty) {
                switch cell {
                case .name(let text), .line(let text), .text(let text): cells.append(TableText.csvCell(text))
                case .number(let text): cells.append(text == "unknown" || text == "-" ? "" : text)
                case .none: cells.append("")
                case .quantity(let quantity): cells.append(TableText.exact(quantity.value))
                }
                guard isMeasured else { continue }
                if case .quantity(let quantity) = cell {
                    cells.append(TableText.exact(quantity.standardUncertainty))
                } else {
                    cells.append("")
                }
            }
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}

/// Tables that belong together, written to one file.
public struct ResultTables: Sendable {
    /// The tables.
    public var tables: [ResultTable]

    /// How tables are set in a file.
    public enum Format: String, Sendable, CaseIterable {
        /// Markdown as GitHub and Pandoc read it.
        case markdown = "md"
        /// LaTeX for booktabs and siunitx.
        case latex = "tex"
        /// Comma-separated values with all digits.
        case csv

        /// The format that the name of a file asks for; `nil` for any other.
        public init?(path: String) {
            self.init(rawValue: URL(fileURLWithPath: path).pathExtension.lowercased())
        }
    }

    /// These tables.
    public init(_ tables: [ResultTable]) { self.tables = tables }

    /// The tables one after the other. Tables as comma-separated values are parted by an empty line.
    public func text(as format: Format) -> String {
        let texts = tables.map { table in
            switch format {
            case .markdown: table.markdown
            case .latex: table.latex
            case .csv: table.csv
            }
        }
        return texts.joined(separator: format == .csv ? "\r\n" : "\n")
    }

    /// Writes the tables to the file at `path`, set as its name asks: `.md`, `.tex` or `.csv`. Throws `WriteError`.
    public func write(to path: String) throws {
        guard let format = Format(path: path) else {
            throw WriteError.cannotWrite(file: path, reason: "a table is written as .md, .tex or .csv")
        }
        try AtomicFile.write(text(as: format), to: path)
    }
}
