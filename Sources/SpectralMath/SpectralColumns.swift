import CSpectralKernels

/// The columns of a linear model over the points of a spectrum, with the kernels that fill and combine them.
///
/// Owns its memory: `columnCount` columns of `pointCount` doubles, padded with zeros to whole vectors.
public struct SpectralColumns: ~Copyable {
    /// One line: `height * shape((x - center) / width)`.
    public struct Line: Sendable {
        /// Centre, in the unit of the abscissa.
        public var center: Double
        /// Width in the shape's formula, in the unit of the abscissa.
        public var width: Double
        /// Factor before the shape.
        public var height: Double
        /// Derivative of `width` by the width parameter that derivatives are taken by.
        public var widthSlope: Double

        /// A line.
        public init(center: Double, width: Double, height: Double, widthSlope: Double) {
            self.center = center
            self.width = width
            self.height = height
            self.widthSlope = widthSlope
        }
    }

    /// A product or sum of a Gaussian and a Lorentzian of t = (x - center) / width.
    public struct GaussLorentz: Sendable, Hashable {
        /// Coefficient of t^2 in the Gaussian's exponent.
        public var gauss: Double
        /// Coefficient of t^2 in the Lorentzian's denominator.
        public var lorentz: Double
        /// Share of the Lorentzian in the height, for the sum.
        public var share: Double
        /// Whether the two are added rather than multiplied.
        public var isSum: Bool

        /// A shape.
        public init(gauss: Double, lorentz: Double, share: Double, isSum: Bool) {
            self.gauss = gauss
            self.lorentz = lorentz
            self.share = share
            self.isSum = isSum
        }
    }

    /// The number of points.
    public let pointCount: Int
    /// The number of columns.
    public let columnCount: Int
    let stride: Int
    let level: SIMDLevel
    let columns: UnsafeMutablePointer<Double>
    let abscissa: UnsafeMutablePointer<Double>
    /// The distance of neighbouring points where all are equal, 0 where not.
    let step: Double
    private let halfSteps: UnsafeMutablePointer<Double>
    /// Sums of two half steps, for `addIntegrals`.
    private let spans: UnsafeMutablePointer<Double>
    private let weights: UnsafeMutablePointer<Double>
    private let residuals: UnsafeMutablePointer<Double>

    /// `columnCount` columns of zeros over the points `abscissa` (ascending), with weights of one.
    public init(abscissa values: [Double], columnCount: Int, level: SIMDLevel = .best) {
        pointCount = values.count
        self.columnCount = columnCount
        self.level = level
        step = Self.commonStep(values)
        let padding = Int(SK_PADDING)
        stride = max(padding, (values.count + padding - 1) / padding * padding)
        columns = .allocate(capacity: stride * columnCount)
        columns.initialize(repeating: 0, count: stride * columnCount)
        abscissa = .allocate(capacity: stride)
        // Vectors that start one step later reach beyond the end.
        halfSteps = .allocate(capacity: stride + padding)
        halfSteps.initialize(repeating: 0, count: stride + padding)
        spans = .allocate(capacity: stride)
        weights = .allocate(capacity: stride)
        residuals = .allocate(capacity: stride)
        for i in 0..<stride {
            let inside = i < values.count
            abscissa[i] = inside ? values[i] : values.last ?? 0
            if inside && i > 0 { halfSteps[i] = (values[i] - values[i - 1]) / 2 }
            weights[i] = inside ? 1 : 0
            residuals[i] = 0
        }
        for i in 0..<stride { spans[i] = halfSteps[i] + halfSteps[i + 1] }
    }

    /// The distance of neighbouring points where all are equal up to the rounding of their energies, 0 where not.
    ///
    /// A point that lies off by 1e-10 of a step changes a line that is no narrower than a step by less than 2e-10 of its
    /// height.
    static func commonStep(_ values: [Double]) -> Double {
        guard let first = values.first, let last = values.last, values.count > 1, last > first else { return 0 }
        let step = (last - first) / Double(values.count - 1)
        let isEven = values.indices.allSatisfy { abs(values[$0] - (first + Double($0) * step)) <= 1e-10 * step }
        return isEven ? step : 0
    }

    private var axis: sk_axis { sk_axis(x: abscissa, n: stride, step: step) }

    deinit {
        columns.deallocate()
        abscissa.deallocate()
        halfSteps.deallocate()
        spans.deallocate()
        weights.deallocate()
        residuals.deallocate()
    }

    /// The points of column `index`.
    public func column(_ index: Int) -> UnsafeMutableBufferPointer<Double> {
        UnsafeMutableBufferPointer(start: start(index), count: pointCount)
    }

    /// The abscissa of point `index`.
    public func abscissaValue(_ index: Int) -> Double {
        precondition(index >= 0 && index < pointCount, "no such point")
        return abscissa[index]
    }

    /// The abscissae of the points.
    public var abscissaValues: UnsafeBufferPointer<Double> { UnsafeBufferPointer(start: abscissa, count: pointCount) }

    /// The weights of the points.
    public var pointWeights: UnsafeMutableBufferPointer<Double> {
        UnsafeMutableBufferPointer(start: weights, count: pointCount)
    }

    /// The residuals of the last call of `residual`.
    public var lastResiduals: UnsafeMutableBufferPointer<Double> {
        UnsafeMutableBufferPointer(start: residuals, count: pointCount)
    }

    private func start(_ index: Int) -> UnsafeMutablePointer<Double> {
        precondition(index >= 0 && index < columnCount, "no such column")
        return columns + index * stride
    }

    /// Fills three columns with the sum of up to two lines and its derivatives by a common shift of the centres and by
    /// the width parameter. Heights are taken as proportional to 1 / width, as for lines of constant area.
    public func fill(
        value: Int, byCenter: Int, byWidth: Int, lines first: Line, _ second: Line? = nil, shape: GaussLorentz
    ) {
        let constants = sk_gauss_lorentz(gauss: shape.gauss, lorentz: shape.lorentz, share: shape.share)
        var lines = (kernel(first), kernel(second ?? first))
        withUnsafePointer(to: &lines) { pair in
            pair.withMemoryRebound(to: sk_line.self, capacity: 2) { lines in
                let count = second == nil ? 1 : 2
                if shape.isSum {
                    sk_sum_lines(
                        level.kernel, axis, lines, count, constants, start(value), start(byCenter), start(byWidth))
                } else {
                    sk_product_lines(
                        level.kernel, axis, lines, count, constants, start(value), start(byCenter), start(byWidth))
                }
            }
        }
    }

    private func kernel(_ line: Line) -> sk_line {
        sk_line(center: line.center, width: line.width, height: line.height, width_slope: line.widthSlope)
    }

    /// Fills `count` columns from `target` on with the cumulative integrals, by the trapezium rule from the first
    /// point, of as many columns from `source` on.
    public func integrate(from source: Int, into target: Int, count: Int) {
        guard count > 0 else { return }
        precondition(source + count <= columnCount && target + count <= columnCount, "no such columns")
        sk_cumulative_trapezium(halfSteps, stride, start(source), start(target), stride, count)
    }

    /// The same over the points `range` alone: integrals start at its first point. Points outside it are left alone.
    public func integrate(from source: Int, into target: Int, count: Int, over range: Range<Int>) {
        guard range != 0..<pointCount else { return integrate(from: source, into: target, count: count) }
        guard count > 0, !range.isEmpty else { return }
        precondition(source + count <= columnCount && target + count <= columnCount, "no such columns")
        precondition(range.lowerBound >= 0 && range.upperBound <= pointCount, "no such points")
        let first = range.lowerBound
        sk_cumulative_trapezium(
            halfSteps + first, range.count, start(source) + first, start(target) + first, stride, count)
        // The kernel counts the step that leads to the first point.
        for k in target..<(target + count) {
            let column = start(k), offset = column[first]
            for i in range { column[i] -= offset }
        }
    }

    /// Adds to `count` columns from `first` on `factor` times their cumulative integrals, as `integrate`; keeps the
    /// integrals in as many columns from `integrals` on, unless that is nil.
    public func addIntegrals(_ factor: Double, from first: Int, count: Int, keepingIn integrals: Int? = nil) {
        guard count > 0 else { return }
        precondition(first + count <= columnCount && (integrals ?? 0) + count <= columnCount, "no such columns")
        var kept: UnsafeMutablePointer<Double>?
        if let integrals { kept = start(integrals) }
        sk_add_integrals(level.kernel, halfSteps, spans, stride, factor, start(first), kept, stride, count)
    }

    /// The memory of column `index`, for `combine`.
    public func address(_ index: Int) -> UnsafePointer<Double> { UnsafePointer(start(index)) }

    /// column(target) = the sum of `count` columns of this workspace, given by their addresses, times `factors`.
    public func combine(
        _ columns: UnsafePointer<UnsafePointer<Double>?>, _ factors: UnsafePointer<Double>, count: Int,
        into target: Int
    ) {
        sk_combine(level.kernel, columns, factors, count, stride, start(target))
    }

    /// Sets `count` columns from `target` on to zero.
    public func clear(_ target: Int, count: Int) {
        guard count > 0 else { return }
        precondition(target + count <= columnCount, "no such columns")
        start(target).update(repeating: 0, count: stride * count)
    }

    /// column(target + k)[point + i] += weights[i] x column(source + k)[point], for `count` columns: the response to
    /// the value at one point.
    public func spread(
        point: Int, weights: UnsafeBufferPointer<Double>, from source: Int, into target: Int, count: Int
    ) {
        precondition(source + count <= columnCount && target + count <= columnCount, "no such columns")
        precondition(point >= 0 && point + weights.count <= pointCount, "no such points")
        guard let first = weights.baseAddress else { return }
        for k in 0..<count {
            let value = start(source + k)[point]
            if value != 0 { sk_add_scaled(start(target + k) + point, first, value, weights.count) }
        }
    }

    /// column(target) += factor x column(source), for `count` columns in a row.
    public func add(_ factor: Double, times source: Int, to target: Int, count: Int = 1) {
        guard count > 0 else { return }
        precondition(source + count <= columnCount && target + count <= columnCount, "no such columns")
        sk_add_scaled(start(target), start(source), factor, stride * count)
    }

    /// Fills `gram` (row-major, `rowLength` apart) with the weighted scalar products of columns 0 ..< count, lower
    /// triangle, rows from `firstRow` on.
    public func gram(
        count: Int, firstRow: Int = 0, into gram: UnsafeMutableBufferPointer<Double>, rowLength: Int
    ) {
        guard count > 0 else { return }
        precondition(count <= columnCount && rowLength >= count && gram.count >= count * rowLength)
        sk_weighted_gram(
            level.kernel, columns, stride, count, firstRow, weights, stride, gram.baseAddress, rowLength)
    }

    /// The same over the points from `first` on with `weights` of their own, whose number is a multiple of
    /// `SpectralColumns.padding`.
    public func gram(
        count: Int, from first: Int, weights: UnsafeBufferPointer<Double>,
        into gram: UnsafeMutableBufferPointer<Double>, rowLength: Int
    ) {
        guard count > 0 else { return }
        precondition(count <= columnCount && rowLength >= count && gram.count >= count * rowLength)
        precondition(first >= 0 && first + weights.count <= stride && weights.count % Self.padding == 0)
        sk_weighted_gram(
            level.kernel, columns + first, stride, count, 0, weights.baseAddress, weights.count, gram.baseAddress,
            rowLength)
    }

    /// What the number of points that kernels work on is a multiple of.
    public static let padding = Int(SK_PADDING)

    /// The weighted sum of squares of column(data) - sum of coefficients x columns `first` and following.
    public func residual(data: Int, first: Int, coefficients: UnsafeBufferPointer<Double>) -> Double {
        precondition(first + coefficients.count <= columnCount)
        return sk_residual(
            level.kernel, start(data), start(first), stride, coefficients.count, coefficients.baseAddress, weights,
            stride, residuals)
    }
}
