import Spectra

/// The rows of numbers in a text file, and the words around them.
struct ColumnTable {
    /// Rows that follow each other, but for blank lines and comments.
    struct Run {
        /// The lines of the rows, counted from 0.
        var rows: [Int]
        /// The line after the end of the run before, where the header of this one starts.
        var headerStart: Int
        /// Whether the last row of the file was left out because the file breaks off in it.
        var isCut = false
        /// The numbers of the rows one after another, `width` for each; what is no number in the file is `nan` here.
        fileprivate(set) var numbers: [Double] = []
        /// The number of columns of the widest row.
        fileprivate(set) var width = 0
    }

    let text: PatternText
    let dialect: ColumnDialect
    /// The runs in the order of the file.
    private(set) var runs: [Run] = []
    /// The number of fields in most rows.
    let width: Int

    /// Whether a line starts with a mark of a comment.
    static func isComment(_ line: Substring) -> Bool {
        guard let first = line.trimmed.first else { return false }
        return "#!;%'*@$_/\u{22}".contains(first)
    }

    /// Whether a line starts like a number, so that a row was meant.
    private static func startsLikeNumber(_ line: Substring) -> Bool {
        guard let first = line.trimmed.first else { return false }
        return first.isASCII && (first.isNumber || "+-.".contains(first))
    }

    /// Finds the tables in `text`.
    ///
    /// Throws `ReadError.malformed` where there is none, or at a line within one that starts like a row but is none.
    init(_ text: PatternText) throws {
        self.text = text
        let candidates = text.lines.filter { Self.startsLikeNumber($0) }
        guard let dialect = ColumnDialect.best(for: Array(candidates.prefix(2000))) else {
            throw text.malformed(0, expected: "rows of at least two numbers")
        }
        self.dialect = dialect
        var runs: [Run] = []
        var current = Run(rows: [], headerStart: 0)
        var isCut = false
        for (index, line) in text.lines.enumerated() {
            if line.trimmed.isEmpty { continue }
            if Self.startsLikeNumber(line), dialect.isRow(line) {
                current.rows.append(index)
            } else if Self.startsLikeNumber(line), current.rows.count > 1 {
                guard index == text.lines.count - 1, text.lastLineIsOpen else {
                    throw text.malformed(index, expected: "two numbers")
                }
                isCut = true
            } else if !Self.isComment(line), !current.rows.isEmpty {
                runs.append(current)
                current = Run(rows: [], headerStart: index)
            }
        }
        if !current.rows.isEmpty { runs.append(current) }
        let longest = runs.map(\.rows.count).max() ?? 0
        guard longest >= 2 else { throw text.malformed(0, expected: "rows of at least two numbers") }
        // Short runs beside long ones are numbers of a header or a footer.
        runs = runs.filter { $0.rows.count >= 2 && 10 * $0.rows.count >= longest }
        if isCut, !runs.isEmpty { runs[runs.count - 1].isCut = true }
        var widths: [Int: Int] = [:]
        self.runs = runs.map { run in
            var run = run
            let rows = run.rows.map { dialect.fields(text.lines[$0]) }
            for row in rows { widths[row.count, default: 0] += 1 }
            run.width = rows.map(\.count).max() ?? 0
            run.numbers.reserveCapacity(run.width * rows.count)
            for row in rows {
                for index in 0..<run.width {
                    run.numbers.append(index < row.count ? dialect.number(row[index]) ?? .nan : .nan)
                }
            }
            return run
        }
        width = widths.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 2
    }

    /// The lines of the header of a run.
    func header(of run: Run) -> [Substring] {
        guard let first = run.rows.first, first > run.headerStart else { return [] }
        return Array(text.lines[run.headerStart..<first])
    }

    /// The numbers of the column `index`.
    ///
    /// Throws `ReadError.malformed` at the first row that has none there.
    func column(_ index: Int, of run: Run) throws -> [Double] {
        let values = index < run.width ? run.rows.indices.map { run.numbers[$0 * run.width + index] } : []
        guard let wrong = values.isEmpty ? 0 : values.firstIndex(where: \.isNaN) else { return values }
        throw text.malformed(run.rows[wrong], expected: "a number in column \(index + 1)")
    }

    /// The names of the columns: the last line of the header that has as many fields as the rows and no number among
    /// them. `nil` where there is none.
    func names(of run: Run) -> [String]? {
        for line in header(of: run).reversed().prefix(4) where !line.trimmed.isEmpty {
            let bare = line.trimmed.drop { "#!;%'*@/ ".contains($0) }
            var fields = dialect.fields(bare)
            if fields.count != width {
                // Names with blanks in them are often set apart by more than one.
                fields = bare.split(separator: "  ", omittingEmptySubsequences: true).map { $0[...].trimmed }
                    .filter { !$0.isEmpty }
            }
            if fields.count != width { fields = bare.fields }
            guard fields.count == width, fields.allSatisfy({ dialect.number($0) == nil }) else { continue }
            return fields.map(\.unquoted)
        }
        return nil
    }
}
