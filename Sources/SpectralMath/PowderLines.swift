import CSpectralKernels

extension SpectralColumns {
    /// A pseudo-Voigt line of a powder pattern.
    public struct PowderLine: Sendable {
        /// Where it is, in the unit of the abscissa.
        public var center: Double
        /// The full width at half maximum, in the unit of the abscissa.
        public var width: Double
        /// The share of the Lorentzian, 0 to 1.
        public var mixing: Double
        /// The area.
        public var area: Double
        /// The logarithmic derivative of the area by the mixing.
        public var areaByMixing: Double

        /// A line.
        public init(center: Double, width: Double, mixing: Double, area: Double, areaByMixing: Double) {
            self.center = center
            self.width = width
            self.mixing = mixing
            self.area = area
            self.areaByMixing = areaByMixing
        }
    }

    /// Adds a line to column `value` at the points from `first` to `last`, to whole vectors; and to the columns from
    /// `derivatives` on, one for each element of the factors, `byCenter` times its derivative by the centre plus
    /// `byWidth` times that by the width plus `byMixing` times that by the mixing.
    public func add(
        _ line: PowderLine, points: ClosedRange<Int>, value: Int, derivatives: Int, byCenter: [Double],
        byWidth: [Double], byMixing: [Double]
    ) {
        precondition(points.lowerBound >= 0 && points.upperBound < pointCount, "no such points")
        let count = byCenter.count
        precondition(byWidth.count == count && byMixing.count == count, "as many factors of each kind")
        precondition(value < columnCount && derivatives + count <= columnCount, "no such columns")
        let padding = Int(SK_PADDING)
        let first = points.lowerBound / padding * padding
        let end = (points.upperBound + padding) / padding * padding
        sk_add_pseudo_voigt(
            level.kernel, abscissa + first, end - first,
            sk_pseudo_voigt_line(
                center: line.center, width: line.width, mixing: line.mixing, area: line.area,
                area_by_mixing: line.areaByMixing), columns + value * stride + first,
            columns + derivatives * stride + first, stride, count, byCenter, byWidth, byMixing)
    }
}

/// Correlates lists of lines with a signal for a range of shifts at once.
///
/// correlation(L) = sum of intensity x signal at place + L, and norm(L) = sum of intensity^2 x weight at place + L, both in
/// single precision: what a first, coarse screen of many candidates needs. Owns its memory.
public struct LineCorrelation: ~Copyable, @unchecked Sendable {
    // Unchecked, because of the pointers: the memory belongs to this instance alone and only `correlate`, which is
    // mutating, writes to it.

    /// The largest shift to either side.
    public let reach: Int
    /// The number of places, 0 ..< count.
    public let count: Int
    private let lags: Int
    private let level: SIMDLevel
    private let signal: UnsafeMutablePointer<Float>
    private let weight: UnsafeMutablePointer<Float>
    private let results: UnsafeMutablePointer<Float>

    /// Takes the signal and its weights at places 0 ..< count; beyond them both are zero.
    public init(signal values: [Float], weights: [Float], reach: Int, level: SIMDLevel = .best) {
        precondition(values.count == weights.count && reach >= 0, "a weight for each value")
        let padding = Int(SK_LAG_PADDING)
        count = values.count
        self.reach = reach
        self.level = level
        lags = (2 * reach + 1 + padding - 1) / padding * padding
        let capacity = count + 2 * reach + padding
        signal = .allocate(capacity: capacity)
        weight = .allocate(capacity: capacity)
        results = .allocate(capacity: 2 * lags)
        signal.initialize(repeating: 0, count: capacity)
        weight.initialize(repeating: 0, count: capacity)
        results.initialize(repeating: 0, count: 2 * lags)
        for i in values.indices {
            signal[i + reach] = values[i]
            weight[i + reach] = weights[i]
        }
    }

    deinit {
        signal.deallocate()
        weight.deallocate()
        results.deallocate()
    }

    /// Calls `body` with the correlations and norms at shifts -reach ... reach of lines at `places`, which must be from 0
    /// to `count` - 1, with `intensities`.
    public mutating func correlate<Result>(
        places: UnsafeBufferPointer<Int32>, intensities: UnsafeBufferPointer<Float>,
        _ body: (_ correlation: UnsafeBufferPointer<Float>, _ norm: UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        precondition(places.count == intensities.count, "an intensity for each place")
        precondition(places.allSatisfy { $0 >= 0 && $0 < count }, "no such place")
        if let places = places.baseAddress, let values = intensities.baseAddress {
            sk_correlate_lines(
                level.kernel, signal, weight, places, values, intensities.count, lags, results, results + lags)
        } else {
            results.update(repeating: 0, count: 2 * lags)
        }
        return try body(
            UnsafeBufferPointer(start: results, count: 2 * reach + 1),
            UnsafeBufferPointer(start: results + lags, count: 2 * reach + 1))
    }
}
