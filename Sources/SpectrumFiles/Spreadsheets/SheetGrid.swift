import Foundation

/// One sheet of a workbook: cells in rows and columns, both counted from 1.
struct SheetGrid: Sendable {
    /// What a cell holds; empty cells are not stored.
    enum Value: Sendable, Hashable {
        case number(Double)
        case text(String)
    }

    /// A cell of one column.
    struct Cell: Sendable, Hashable {
        var row: Int
        var value: Value
    }

    /// The name on the sheet's tab.
    var name: String
    /// The cells of each column that has any, from the top down.
    private(set) var columns: [Int: [Cell]] = [:]

    /// An empty sheet.
    init(name: String) { self.name = name }

    /// Puts `value` into a cell below all cells of its column; one that is not below them is left out.
    mutating func append(_ value: Value, row: Int, column: Int) {
        if let last = columns[column]?.last, last.row >= row { return }
        columns[column, default: []].append(Cell(row: row, value: value))
    }

    /// The value of a cell; `nil` where it is empty.
    subscript(row: Int, column: Int) -> Value? {
        guard let cells = columns[column] else { return nil }
        var low = 0
        var high = cells.count
        while low < high {
            let middle = (low + high) / 2
            if cells[middle].row < row { low = middle + 1 } else { high = middle }
        }
        return low < cells.count && cells[low].row == row ? cells[low].value : nil
    }

    /// The text of a cell without blanks at its ends; `nil` where it is empty or a number.
    func text(_ row: Int, _ column: Int) -> String? {
        guard case .text(let text)? = self[row, column] else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// The number in a cell; `nil` where it is empty or text.
    func number(_ row: Int, _ column: Int) -> Double? {
        guard case .number(let number)? = self[row, column] else { return nil }
        return number
    }

    /// A stretch of rows in which a column has a number in each.
    struct Run: Sendable, Hashable {
        var firstRow: Int
        var values: [Double]
    }

    /// The stretches of `column` that have at least `length` rows.
    func runs(of column: Int, atLeast length: Int) -> [Run] {
        var runs: [Run] = []
        var current = Run(firstRow: 0, values: [])
        for cell in columns[column] ?? [] {
            guard case .number(let number) = cell.value else { continue }
            if cell.row != current.firstRow + current.values.count {
                if current.values.count >= length { runs.append(current) }
                current = Run(firstRow: cell.row, values: [])
            }
            current.values.append(number)
        }
        if current.values.count >= length { runs.append(current) }
        return runs
    }

    /// The numbers of `column` in `rows`, `nan` where there is none; `nil` where fewer than half of them are there.
    func numbers(_ column: Int, rows: Range<Int>) -> [Double]? {
        guard let cells = columns[column] else { return nil }
        var low = 0
        var high = cells.count
        while low < high {
            let middle = (low + high) / 2
            if cells[middle].row < rows.lowerBound { low = middle + 1 } else { high = middle }
        }
        let inside = cells[low...].prefix(rows.count).prefix { $0.row < rows.upperBound }
        guard 2 * inside.count >= rows.count else { return nil }
        var values = [Double](repeating: .nan, count: rows.count)
        var found = 0
        for cell in inside {
            guard case .number(let number) = cell.value else { continue }
            values[cell.row - rows.lowerBound] = number
            found += 1
        }
        return 2 * found >= rows.count ? values : nil
    }
}
