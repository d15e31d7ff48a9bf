/// Leaves out points of a curve that print cannot resolve.
enum Thinning {
    /// How far in mm a thinned curve may be from the full one.
    static let tolerance = 0.008
    /// The width in mm within which a crowded curve is represented by its first, lowest, highest and last point.
    static let column = 0.05

    /// `points` without those that lie within `tolerance` of the line through the others.
    static func thinned(_ points: [Point]) -> [Point] {
        simplified(crowdingRemoved(points))
    }

    /// At most four points in each column of a curve that has many more: a straight line through millions of noisy
    /// points looks the same.
    private static func crowdingRemoved(_ points: [Point]) -> [Point] {
        guard let first = points.first, let last = points.last, points.count > 1000,
            Double(points.count) > 8 * abs(last.x - first.x) / column
        else { return points }
        var result: [Point] = []
        var start = 0
        while start < points.count {
            let cell = (points[start].x / column).rounded(.down)
            var end = start + 1
            while end < points.count, (points[end].x / column).rounded(.down) == cell { end += 1 }
            let range = start..<end
            let lowest = range.min { points[$0].y < points[$1].y } ?? start
            let highest = range.max { points[$0].y < points[$1].y } ?? start
            result += Set([start, lowest, highest, end - 1]).sorted().map { points[$0] }
            start = end
        }
        return result
    }

    /// Ramer, Comput. Graph. Image Process. 1 (1972) 244; Douglas and Peucker, Cartographica 10 (1973) 112.
    private static func simplified(_ points: [Point]) -> [Point] {
        guard points.count > 2 else { return points }
        var kept = [Bool](repeating: false, count: points.count)
        kept[0] = true
        kept[points.count - 1] = true
        var open = [0..<(points.count - 1)]
        while let range = open.popLast() {
            let (start, end) = (points[range.lowerBound], points[range.upperBound])
            var (farthest, distance) = (range.lowerBound, tolerance)
            for index in range.dropFirst() {
                let away = Self.distance(of: points[index], fromSegment: start, end)
                if away > distance { (farthest, distance) = (index, away) }
            }
            guard farthest > range.lowerBound else { continue }
            kept[farthest] = true
            open += [range.lowerBound..<farthest, farthest..<range.upperBound]
        }
        return zip(points, kept).filter(\.1).map(\.0)
    }

    private static func distance(of point: Point, fromSegment start: Point, _ end: Point) -> Double {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let squared = dx * dx + dy * dy
        let along = squared > 0 ? ((point.x - start.x) * dx + (point.y - start.y) * dy) / squared : 0
        let share = min(max(along, 0), 1)
        let (x, y) = (start.x + share * dx - point.x, start.y + share * dy - point.y)
        return (x * x + y * y).squareRoot()
    }
}
