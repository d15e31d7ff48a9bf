/// Where labels stand along one edge of a figure so that no two overlap, none leaves the edge, and no leader line
/// crosses another or runs through a label.
///
/// Labels keep the order of what they point at. With one row they only shift sideways. With several rows they take
/// turns, and a leader from an upper row runs down through a channel left open between the labels below it. Where labels
/// held in their middle do not fit, they are held at their end, like stairs: a label may then stand over those before it
/// whose leaders end earlier.
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
        guard requests.allSatisfy({ $0.target.isFinite && $0.width.isFinite }) else { return nil }
        for rows in 1...max(maximumRows, 1) {
            if let placements = place(requests, rows: rows, heldAtEnd: false) { return placements }
            if rows > 1, let placements = place(requests, rows: rows, heldAtEnd: true) { return placements }
        }
        return nil
    }

    private func place(_ requests: [Request], rows: Int, heldAtEnd: Bool) -> [Placement]? {
        let order = requests.indices.sorted { (requests[$0].target, $0) < (requests[$1].target, $1) }
        let items = order.enumerated().map { rank, index in
            let (width, target) = (requests[index].width, requests[index].target)
            let after = heldAtEnd ? min(width, channel) / 2 : width / 2
            return Item(row: rank % rows, before: width - after, after: after, target: target)
        }
        guard let holds = holds(of: items, rows: rows) else { return nil }
        let leaders = leaders(of: items, holds: holds)
        var placements = [Placement](repeating: Placement(row: 0, start: 0, end: 0, leader: 0), count: requests.count)
        for (rank, index) in order.enumerated() {
            placements[index] = Placement(
                row: items[rank].row, start: holds[rank] - items[rank].before, end: holds[rank] + items[rank].after,
                leader: leaders[rank])
        }
        return placements
    }

    /// A label by the point at which it is held, and how far it reaches before and after that point.
    private struct Item {
        var row: Int
        var before: Double
        var after: Double
        var target: Double
    }

    /// How far the hold of `right` must at least be from that of `left`: in every row that both reach, a label takes its
    /// extent and a leader passing through to a higher row takes a channel.
    private func separation(_ left: Item, _ right: Item) -> Double {
        (0...min(left.row, right.row)).map { row in
            let after = left.row == row ? left.after : channel / 2
            let before = right.row == row ? right.before : channel / 2
            return after + before + (left.row == row && right.row == row ? gap : 0)
        }.max() ?? 0
    }

    /// The holds nearest to the targets that keep all separations. The two greedy solutions from either end are both
    /// feasible, and so is their mean, because the constraints are linear.
    private func holds(of items: [Item], rows: Int) -> [Double]? {
        let count = items.count
        var lowest = items.map { edge.lowerBound + $0.before }
        var highest = items.map { edge.upperBound - $0.after }
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
    private func leaders(of items: [Item], holds: [Double]) -> [Double] {
        var leaders: [Double] = []
        for (index, item) in items.enumerated() {
            let inset = min(item.before, item.after, channel / 2)
            var low = holds[index] - item.before + inset
            var high = holds[index] + item.after - inset
            for (other, neighbour) in items.enumerated() where other != index {
                // Labels below hold the leader off with their boxes, all others with their own leaders.
                if neighbour.row < item.row {
                    if other < index { low = max(low, holds[other] + neighbour.after + channel / 2) }
                    if other > index { high = min(high, holds[other] - neighbour.before - channel / 2) }
                }
                if other < index { low = max(low, leaders[other] + channel / 2) }
                if other > index { high = min(high, holds[other] - channel / 2) }
            }
            leaders.append(low <= high ? min(max(item.target, low), high) : holds[index])
        }
        return leaders
    }
}
