import CSpectralKernels

/// The columns of a linear model over the points of a pattern, each of them zero but in a window, with what draws lines
/// of powder patterns into them.
///
/// Owns its memory. Scalar products run over the common window of two columns, so that hundreds of narrow columns (one
/// for each reflection, say) cost little.
public struct WindowedColumns: ~Copyable {
    /// One of the copies whose sum a line is.
    public struct Node: Sendable, Hashable {
        /// The centre, in the unit of the abscissa.
        public var center: Double
        /// The share of the area.
        public var share: Double
        /// The derivative of the centre by the parameter that moves copies apart.
        public var centerSlope: Double
        /// The derivative of the share by that parameter.
        public var shareSlope: Double

        /// A copy.
        public init(center: Double, share: Double, centerSlope: Double = 0, shareSlope: Double = 0) {
            self.center = center
            self.share = share
            self.centerSlope = centerSlope
            self.shareSlope = shareSlope
        }
    }

    /// The curves of one line that `drawSlopes` leaves behind.
    public enum Slope: Int, Sendable, CaseIterable {
        /// The line itself, at unit area.
        case value
        /// Its derivative by the position of all copies.
        case byCenter
        /// Its derivative by the full width.
        case byWidth
        /// Its derivative by the share of the Lorentzian.
        case byMixing
        /// Its derivative by the parameter that moves copies apart.
        case byNodes
    }

    /// The number of points.
    public let pointCount: Int
    /// The window of each column; all points where nearly all columns are wide.
    public let windows: [Range<Int>]
    private let starts: [Int]
    /// The distance of columns where all have all points, in whole vectors; 0 where they have windows.
    private let stride: Int
    private let level = SIMDLevel.best
    private let memory: UnsafeMutablePointer<Double>
    private let abscissa: UnsafeMutablePointer<Double>
    private let weights: UnsafeMutablePointer<Double>
    private let scratch: UnsafeMutablePointer<Double>

    /// Columns of zeros with these windows over the points `abscissa`, with weights of one.
    public init(abscissa values: [Double], windows: [Range<Int>]) {
        pointCount = values.count
        precondition(windows.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= values.count }, "no such points")
        let covered = windows.reduce(0) { $0 + $1.count }
        let padding = Int(SK_PADDING)
        var next = 0
        if 2 * covered > values.count * windows.count {
            let length = max(padding, (values.count + padding - 1) / padding * padding)
            stride = length
            self.windows = windows.map { _ in 0..<values.count }
            starts = windows.indices.map { $0 * length }
            next = length * windows.count
        } else {
            stride = 0
            self.windows = windows
            starts = windows.map { window in
                defer { next += window.count }
                return next
            }
        }
        memory = .allocate(capacity: max(1, next))
        memory.initialize(repeating: 0, count: next)
        let count = max(padding, (values.count + padding - 1) / padding * padding)
        abscissa = .allocate(capacity: count)
        weights = .allocate(capacity: count)
        scratch = .allocate(capacity: count * Slope.allCases.count)
        weights.initialize(repeating: 0, count: count)
        for i in values.indices { weights[i] = 1 }
        scratch.initialize(repeating: 0, count: count * Slope.allCases.count)
        abscissa.initialize(repeating: 0, count: count)
        for i in values.indices { abscissa[i] = values[i] }
    }

    deinit {
        memory.deallocate()
        abscissa.deallocate()
        weights.deallocate()
        scratch.deallocate()
    }

    /// The number of columns.
    public var columnCount: Int { windows.count }

    /// The weights of the points.
    public var pointWeights: UnsafeMutableBufferPointer<Double> {
        UnsafeMutableBufferPointer(start: weights, count: pointCount)
    }

    /// The points of column `index` within its window.
    public func column(_ index: Int) -> UnsafeMutableBufferPointer<Double> {
        UnsafeMutableBufferPointer(start: memory + starts[index], count: windows[index].count)
    }

    /// Sets a column to zero.
    public func clear(_ index: Int) { column(index).update(repeating: 0) }

    /// Fills column `index` with values over the points `range`, which its window holds.
    public func fill(_ index: Int, over range: Range<Int>, _ values: [Double]) {
        let (common, target) = place(index, range)
        for i in common { target[i - common.lowerBound] = values[i - range.lowerBound] }
    }

    /// Fills `gram` (row-major, `rowLength` apart) with the weighted scalar products of columns 0 ..< count, lower
    /// triangle, rows from `firstRow` on.
    public func gram(
        count: Int, firstRow: Int = 0, into gram: UnsafeMutableBufferPointer<Double>, rowLength: Int
    ) {
        precondition(count <= columnCount && rowLength >= count && gram.count >= count * rowLength)
        guard count > 0 else { return }
        guard stride == 0 else {
            sk_weighted_gram(
                level.kernel, memory, stride, count, firstRow, weights, stride, gram.baseAddress, rowLength)
            return
        }
        for row in firstRow..<count {
            for column in 0...row { gram[row * rowLength + column] = product(row, column) }
        }
    }

    /// The weighted scalar product of two columns.
    public func product(_ first: Int, _ second: Int) -> Double {
        let common = windows[first].clamped(to: windows[second])
        guard !common.isEmpty else { return 0 }
        let low = common.lowerBound
        return sk_weighted_dot(
            weights + low, memory + starts[first] + low - windows[first].lowerBound,
            memory + starts[second] + low - windows[second].lowerBound, common.count)
    }

    /// target[point] += factor x column[point] for a buffer over all points.
    public func add(_ factor: Double, times index: Int, to target: UnsafeMutableBufferPointer<Double>) {
        guard let base = target.baseAddress, target.count == pointCount, factor != 0 else { return }
        sk_add_scaled(base + windows[index].lowerBound, memory + starts[index], factor, windows[index].count)
    }

    /// The part of `range` that column `index` covers, and where it starts in the column's memory.
    private func place(_ index: Int, _ range: Range<Int>) -> (range: Range<Int>, start: UnsafeMutablePointer<Double>) {
        let common = range.clamped(to: windows[index])
        return (common, memory + starts[index] + common.lowerBound - windows[index].lowerBound)
    }

    /// Adds to column `index`, over the points `range` of its window, `scale` x a pseudo-Voigt line of unit area that
    /// is the sum of copies at `nodes`.
    public func addLine(
        to index: Int, over range: Range<Int>, nodes: UnsafeBufferPointer<Node>, width: Double, mixing: Double,
        scale: Double
    ) {
        let (common, target) = place(index, range)
        guard !common.isEmpty, let base = nodes.baseAddress else { return }
        base.withMemoryRebound(to: sk_node.self, capacity: nodes.count) { nodePointer in
            sk_pseudo_voigt(
                abscissa + common.lowerBound, common.count, nodePointer, nodes.count, width, mixing, scale, target)
        }
    }

    /// Draws such a line at unit area with its derivatives aside, for `addSlopes`.
    public func drawSlopes(
        over range: Range<Int>, nodes: UnsafeBufferPointer<Node>, width: Double, mixing: Double, movesNodes: Bool
    ) {
        let range = range.clamped(to: 0..<pointCount)
        guard !range.isEmpty, let base = nodes.baseAddress else { return }
        base.withMemoryRebound(to: sk_node.self, capacity: nodes.count) { nodePointer in
            sk_pseudo_voigt_slopes(
                abscissa + range.lowerBound, range.count, nodePointer, nodes.count, width, mixing, curve(.value),
                curve(.byCenter), curve(.byWidth), curve(.byMixing), movesNodes ? curve(.byNodes) : nil)
        }
    }

    /// Adds a combination of two of the curves drawn aside over `range` to column `index`.
    public func addSlopes(
        _ first: Slope, _ factor: Double, _ second: Slope? = nil, _ secondFactor: Double = 0, over range: Range<Int>,
        to index: Int
    ) {
        let range = range.clamped(to: 0..<pointCount)
        let (common, target) = place(index, range)
        guard !common.isEmpty else { return }
        let offset = common.lowerBound - range.lowerBound
        guard let second else {
            sk_add_scaled(target, curve(first) + offset, factor, common.count)
            return
        }
        sk_add_two(target, curve(first) + offset, factor, curve(second) + offset, secondFactor, common.count)
    }

    private func curve(_ kind: Slope) -> UnsafeMutablePointer<Double> { scratch + kind.rawValue * pointCount }

    /// The curve `kind` drawn aside, over the first `count` points of the range it was drawn for.
    public func drawn(_ kind: Slope, count: Int) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(start: curve(kind), count: min(count, pointCount))
    }
}
