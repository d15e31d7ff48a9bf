/// The mean intensity at an end of a region as CasaXPS takes it.
enum EndIntensity {
    /// The `points` (odd) points centred on `index`, as far as they exist.
    static func points(of intensities: [Double], around index: Int, points: Int) -> ClosedRange<Int> {
        // Half of all points at most, so that no count of points overflows.
        let half = min(max(0, (points - 1) / 2), intensities.count)
        return max(0, index - half)...min(intensities.count - 1, index + half)
    }

    /// The mean of `points` (odd) intensities centred on `index`, as far as they exist, lowered by `offset` per cent.
    static func mean(of intensities: [Double], around index: Int, points: Int, offset: Double) -> Double {
        let range = Self.points(of: intensities, around: index, points: points)
        return intensities[range].reduce(0, +) / Double(range.count) * (1 - offset / 100)
    }
}
