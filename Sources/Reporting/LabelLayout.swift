/// Where labels stand along one edge of a figure so that no two overlap, none leaves the edge, and no leader line
/// crosses another or runs through a label.
///
/// Labels keep the order of what they point at. With one row they only shift sideways. With several rows they take
/// turns, and a leader from an upper row runs down through a channel left open between the labels below it.
struct LabelLayout: Sendable {
    /// A label wanted: the position along the edge of what it points at, and its width.
    struct Request: Sendable {
        var target: Double
        var width: Double
    }

    /// A label placed: its row counted from the one nearest to the data, its extent, and where its leader leaves it.
    struct Placement: Sendable, Hashable {
        var row: Int
        var start: Double
        var end: Double
        var leader: Double
    }

    /// The edge.
    var edge: ClosedRange<Double>
    /// The least distance between neighbours in a row.
    var gap: Double
    /// The width of the channel that a leader needs between labels.
    var channel: Double

    /// Places for `requests`, in their order, in the fewest rows up to `maximumRows`; `nil` where they do not fit.
    func place(_ requests: [Request], maximumRows: Int) -> [Placement]? {
        for rows in 1...max(maximumRows, 1) {
            if let placements = place(requests, rows: rows) { return placements }
        }
        return nil
    }

    private func place(_ requests: [Request], rows: Int) -> [Placement]? {
        guard requests.allSatisfy({ $0.target.isFinite && $0.width.isFinite }) else { return nil }
        let order = requests.indices.sorted { (requests[$0].target, $0) < (requests[$1].target, $1) }
        let items = order.enumerated().map { rank, index in
            Item(row: rank % rows, half: requests[index].width / 2, target: requests[index].target)
        }
        guard let centres = centres(of: items, rows: rows) else { return nil }
        let leaders = leaders(of: items, centres: centres)
        var placements = [Placement](repeating: Placement(row: 0, start: 0, end: 0, leader: 0), count: requests.count)
        for (rank, index) in order.enumerated() {
            placements[index] = Placement(
                row: items[rank].row, start: centres[rank] - items[rank].half, end: centres[rank] + items[rank].half,
                leader: leaders[rank])
        }
        return placements
    }

    private struct Item {
        var row: Int
        var half: Double
        var target: Double
    }

    /// How far the centre of `right` must at least be from that of `left`: in every row that both reach, a label
    /// takes its width and a leader passing through to a higher row takes a channel.
    private func separation(_ left: Item, _ right: Item) -> Double {
        func half(_ item: Item, in row: Int) -> Double { item.row == row ? item.half : channel / 2 }
        return (0...min(left.row, right.row)).map { row in
            let both = left.row == row && right.row == row
            return half(left, in: row) + half(right, in: row) + (both ? gap : 0)
        }.max() ?? 0
    }

    /// The centres nearest to the targets that keep all separations. The two greedy solutions from either end are both
    /// feasible, and so is their mean, because the constraints are linear.
    private func centres(of items: [Item], rows: Int) -> [Double]? {
        let count = items.count
        var lowest = items.map { edge.lowerBound + $0.half }
        var highest = items.map { edge.upperBound - $0.half }
        for index in 0..<count {
            for before in reach(index, rows: rows) {
                lowest[index] = max(lowest[index], lowest[before] + separation(items[before], items[index]))
            }
        }
        for index in (0..<count).reversed() {
            for before in reach(index, rows: rows) {
                highest[before] = min(highest[before], highest[index] - separation(items[before], items[index]))
            }
        }
        guard zip(lowest, highest).allSatisfy({ $0 <= $1 + 1e-9 }) else { return nil }

        var fromLeft = [Double](repeating: 0, count: count)
        for index in 0..<count {
            var least = lowest[index]
            for before in reach(index, rows: rows) {
                least = max(least, fromLeft[before] + separation(items[before], items[index]))
            }
            fromLeft[index] = max(min(items[index].target, highest[index]), least)
        }
        var fromRight = [Double](repeating: 0, count: count)
        var greatest = highest
        for index in (0..<count).reversed() {
            fromRight[index] = min(max(items[index].target, lowest[index]), greatest[index])
            for before in reach(index, rows: rows) {
                let limit = fromRight[index] - separation(items[before], items[index])
                greatest[before] = min(greatest[before], limit)
            }
        }
        return zip(fromLeft, fromRight).map { ($0 + $1) / 2 }
    }

    /// The labels before `index` that it can touch directly. Rows repeat after `rows` labels, so that everything further
    /// back is held off by those in between, one of which fills each row.
    private func reach(_ index: Int, rows: Int) -> Range<Int> {
        max(0, index - rows)..<index
    }

    /// Moves the leader of each label towards its target as far as the label and the channels around allow.
    private func leaders(of items: [Item], centres: [Double]) -> [Double] {
        var leaders: [Double] = []
        for (index, item) in items.enumerated() {
            let inset = min(item.half, channel / 2)
            var low = centres[index] - item.half + inset
            var high = centres[index] + item.half - inset
            for (other, neighbour) in items.enumerated() where other != index {
                // Labels below hold the leader off with their boxes, all others with their own leaders.
                if neighbour.row < item.row {
                    if other < index { low = max(low, centres[other] + neighbour.half + channel / 2) }
                    if other > index { high = min(high, centres[other] - neighbour.half - channel / 2) }
                }
                if other < index { low = max(low, leaders[other] + channel / 2) }
                if other > index { high = min(high, centres[other] - channel / 2) }
            }
            leaders.append(low <= high ? min(max(item.target, low), high) : centres[index])
        }
        return leaders
    }
}
