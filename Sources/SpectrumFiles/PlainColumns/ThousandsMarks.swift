import Foundation

/// Tables whose numbers have marks between the thousands, as German programs print them: `1.234,5`.
enum ThousandsMarks {
    /// The text without its marks where such numbers stand in it; `nil` where there are none, or where it makes as good a
    /// table as it is: `285.123,567` may be two columns.
    static func removed(from bytes: UnsafeBufferPointer<UInt8>) -> Data? {
        let beginning = UnsafeBufferPointer(rebasing: bytes[0..<min(bytes.count, 1 << 18)])
        var lines = ByteLines(beginning)
        var rows = 0
        var isMarked = false
        while let line = lines.next() {
            guard line.contains(where: isSeparator) else { continue }
            let cells = cells(of: line)
            guard cells.count > 1, cells.allSatisfy({ isNumber(line, $0) }) else { continue }
            rows += 1
            isMarked = isMarked || cells.contains { hasBothMarks(line, $0) }
        }
        guard isMarked, rows > TableDialect.rows(in: beginning) else { return nil }
        var result = Data(capacity: bytes.count)
        var start = 0
        for index in 0...bytes.count where index == bytes.count || isSeparator(bytes[index]) {
            let cell = start..<index
            let isMarked = isNumber(bytes, cell)
            for place in cell where !(isMarked && bytes[place] == ASCII.point) { result.append(bytes[place]) }
            if index < bytes.count { result.append(bytes[index]) }
            start = index + 1
        }
        return result
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.tab, ASCII.space, ASCII.semicolon, ASCII.quotationMark, ASCII.lineFeed, ASCII.carriageReturn: true
        default: false
        }
    }

    private static func cells(of line: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var cells: [Range<Int>] = []
        var start = 0
        for index in 0...line.count where index == line.count || isSeparator(line[index]) {
            if index > start { cells.append(start..<index) }
            start = index + 1
        }
        return cells
    }

    private static func hasBothMarks(_ bytes: UnsafeBufferPointer<UInt8>, _ cell: Range<Int>) -> Bool {
        bytes[cell].contains(ASCII.point) && bytes[cell].contains(ASCII.comma)
    }

    /// Whether a cell is a number whose points, if any, stand before groups of three digits, and whose decimal mark is a
    /// comma.
    private static func isNumber(_ bytes: UnsafeBufferPointer<UInt8>, _ cell: Range<Int>) -> Bool {
        var index = cell.lowerBound
        if index < cell.upperBound, bytes[index] == ASCII.minus || bytes[index] == ASCII.plus { index += 1 }
        func digits() -> Int {
            let first = index
            while index < cell.upperBound, ASCII.isDigit(bytes[index]) { index += 1 }
            return index - first
        }
        let leading = digits()
        guard leading > 0 else { return false }
        while index < cell.upperBound, bytes[index] == ASCII.point {
            index += 1
            guard leading <= 3, digits() == 3 else { return false }
        }
        if index < cell.upperBound, bytes[index] == ASCII.comma {
            index += 1
            guard digits() > 0 else { return false }
        }
        return index == cell.upperBound
    }
}
