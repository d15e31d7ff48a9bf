/// Which points of the data are fitted, and which of them each part of a background covers.
struct BackgroundRegions: Sendable {
    /// The points that are fitted, by index in the data, ascending.
    var indices: [Int]
    /// The points of each part as a range of the data.
    var ranges: [Range<Int>]
    /// The points of each part as a range of `indices`.
    var regions: [Range<Int>]

    /// The points of `range`; where every part of `background` has a window, those inside the windows.
    ///
    /// - Parameters:
    ///   - shift: what calibration adds to the energies of the data, as far as it is known at the start.
    ///   - parameters: the number of free parameters.
    /// - Throws: `FitError` where a window holds too few points.
    init(_ background: Background, data: FitData, range: Range<Int>, shift: Double, parameters: Int) throws {
        let parts = background.parts
        ranges = try parts.map { part in
            guard let window = part.window else { return range }
            let own = data.range((window.lowerBound - shift)...(window.upperBound - shift)).clamped(to: range)
            guard own.count >= 3 else {
                let first = data.energies[range.lowerBound] + shift
                let last = data.energies[range.upperBound - 1] + shift
                throw FitError.windowMissesData(window: window, data: first...last, points: own.count)
            }
            return own
        }
        let covers = ranges
        indices =
            parts.allSatisfy { $0.window != nil }
            ? range.filter { index in covers.contains { $0.contains(index) } } : Array(range)
        let chosen = indices
        regions = ranges.map { own in
            // A range of the data without gaps is one of the chosen points too.
            let first = chosen.firstIndex(of: own.lowerBound) ?? 0
            return first..<(first + own.count)
        }
        guard indices.count >= max(3, parameters + 1) else {
            throw FitError.invalidModel(
                "the windows of the background hold \(indices.count) points, too few for \(parameters) free parameters")
        }
    }
}
