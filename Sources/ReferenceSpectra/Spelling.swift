/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn one text into the other
/// (optimal string alignment). Cost: the product of the lengths.
package func editDistance(_ first: some StringProtocol, _ second: some StringProtocol) -> Int {
    let (rows, columns) = (Array(first), Array(second))
    var beforePrevious: [Int] = []
    var previous = Array(0...columns.count)
    for (i, row) in rows.enumerated() {
        var current = [i + 1]
        current.reserveCapacity(columns.count + 1)
        for (j, column) in columns.enumerated() {
            var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (row == column ? 0 : 1))
            if i > 0, j > 0, row == columns[j - 1], column == rows[i - 1] {
                best = min(best, beforePrevious[j - 1] + 1)
            }
            current.append(best)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[columns.count]
}

/// Those of `candidates` that `text` may have been meant to be, best first: at most a third of the characters differ,
/// case apart, or `text` is part of the candidate. Candidates of equal merit keep their order.
package func closest(to text: String, among candidates: [String], limit: Int = 3) -> [String] {
    let wanted = text.lowercased().prefix(200)
    let scored = candidates.enumerated().compactMap { index, candidate -> (Int, Int, String)? in
        let name = candidate.lowercased().prefix(200)
        let distance = editDistance(wanted, name)
        if distance * 3 <= max(wanted.count, name.count) { return (distance, index, candidate) }
        if wanted.count >= 3, name.contains(wanted) { return (distance, index, candidate) }
        return nil
    }
    return scored.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.2)
}
