import Spectra

/// A part of a text file: lines of text followed by rows of numbers.
struct TableSection {
    /// The lines of text before the rows, blank ones left out, verbatim.
    var header: [String] = []
    /// The numbers column by column; `nan` for an empty cell.
    var columns: [[Double]] = []
    /// The number of the line of each row.
    var rowLines: [Int32] = []
    /// The numbers of lines among the rows that are not rows.
    var faultyLines: [Int] = []
    /// A blank line or a comment stands before these rows, and nothing else.
    var followsBlank = false

    /// The number of rows.
    var rows: Int { rowLines.count }

    /// Puts the rows of another section below.
    mutating func append(_ other: TableSection) {
        for index in columns.indices { columns[index] += other.columns[index] }
        rowLines += other.rowLines
        faultyLines += other.faultyLines
    }
}

/// Reads a text file as sections of numbers in columns.
struct NumberTable {
    let dialect: TableDialect
    /// The number of columns that most rows have; a section below labels of another number of columns has that.
    let width: Int
    private(set) var sections: [TableSection] = []
    /// More parts than anyone writes below one another: text that alternates with numbers is no table of spectra, and
    /// reading stops there.
    static let maximumSections = 10_000
    /// Whether the last line lacks its line end, so that its last number may have been cut.
    private(set) var endsOpen = false
    /// Whether rows may have fewer cells than others, as where columns of unequal length stand side by side.
    private let allowsEmptyCells: Bool

    /// The table in `bytes`; `nil` where there is none.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, allowsEmptyCells: Bool) {
        let beginning = UnsafeBufferPointer(rebasing: bytes[0..<min(bytes.count, 1 << 18)])
        guard let (dialect, width, maximumWidth) = TableDialect.detect(in: beginning) else { return nil }
        self.dialect = dialect
        self.width = allowsEmptyCells ? maximumWidth : width
        self.allowsEmptyCells = allowsEmptyCells
        read(bytes)
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        var lines = ByteLines(bytes)
        var section = TableSection()
        var cells: [Double] = []
        var sawBlank = false
        var pendingHeader: [String] = []
        var row: [Double] = []
        var width = width
        // Labels above a row that are as many as its numbers begin a table of that width.
        func beginsTable() -> Bool {
            guard !allowsEmptyCells, row.count > 1, row.count <= 1000, let labels = pendingHeader.last,
                labels.utf8.count < 10_000
            else { return false }
            let cells = dialect.cells(labels)
            return cells.count == row.count && EnergyScale(label: cells[0]) != nil
        }
        func finish() {
            guard !section.rowLines.isEmpty else { return }
            section.columns = Self.transpose(cells, width: width)
            sections.append(section)
        }
        while sections.count <= Self.maximumSections {
            // Most rows go on like the one before.
            while !sawBlank, pendingHeader.isEmpty, !section.rowLines.isEmpty,
                lines.nextPlainRow(dialect, count: width, into: &cells)
            {
                section.rowLines.append(Int32(truncatingIfNeeded: lines.number))
            }
            guard let line = lines.next() else { break }
            row.removeAll(keepingCapacity: true)
            switch dialect.scanRow(line, into: &row) {
            case .blank:
                sawBlank = true
            case .numbers where row.count == width,
                .numbers where allowsEmptyCells && row.count < width,
                .gaps where allowsEmptyCells && row.count <= width,
                .gaps where !allowsEmptyCells && row.count == width && row.count > 2 && !row[0].isNaN && !row[1].isNaN,
                .numbers where beginsTable(), .gaps where beginsTable() && !row[0].isNaN && !row[1].isNaN:
                if sawBlank || !pendingHeader.isEmpty, !section.rowLines.isEmpty || !pendingHeader.isEmpty {
                    finish()
                    section = TableSection(header: pendingHeader, followsBlank: pendingHeader.isEmpty)
                    cells.removeAll()
                }
                if !allowsEmptyCells { width = row.count }
                (sawBlank, pendingHeader) = (false, [])
                cells.append(contentsOf: row)
                for _ in row.count..<width { cells.append(.nan) }
                section.rowLines.append(Int32(truncatingIfNeeded: lines.number))
            case .numbers where !section.rowLines.isEmpty, .gaps where !section.rowLines.isEmpty:
                section.faultyLines.append(lines.number)
            case .text(let cell) where cell > 0 && !section.rowLines.isEmpty && pendingHeader.isEmpty:
                section.faultyLines.append(lines.number)
            case .numbers, .gaps, .text:
                pendingHeader.append(line.text)
            }
        }
        endsOpen = lines.lastLineIsOpen
        finish()
    }

    /// Numbers row by row turned into columns.
    private static func transpose(_ cells: [Double], width: Int) -> [[Double]] {
        let rows = cells.count / max(width, 1)
        return (0..<width).map { column in
            [Double](unsafeUninitializedCapacity: rows) { buffer, count in
                for row in 0..<rows { buffer.initializeElement(at: row, to: cells[row * width + column]) }
                count = rows
            }
        }
    }
}
