import Foundation

/// The marks of an axis: multiples of 1, 2 or 5 times a power of ten.
struct Ticks: Sendable, Hashable {
    /// The numbered marks, ascending.
    var major: [Double]
    /// The marks between them, ascending.
    var minor: [Double]
    /// The distance between numbered marks.
    var step: Double
    /// The power of ten taken out of the numbers, a multiple of 3; it belongs into the title of the axis.
    var exponent: Int

    /// Marks of an axis from `range.lowerBound` to `range.upperBound`, at most `limit` of them numbered (at least 2 are
    /// allowed for).
    init(in range: ClosedRange<Double>, atMost limit: Int, allowsExponent: Bool = false) {
        let span = range.upperBound - range.lowerBound
        let (step, divisions) = Self.step(for: span / Double(max(limit, 2)))
        self.step = step
        self.major = Self.multiples(of: step, in: range)
        if major.count > limit, limit >= 1 {
            // A range that starts and ends on marks has one mark more than intervals.
            let (wider, _) = Self.step(for: step * 1.01)
            self.step = wider
            self.major = Self.multiples(of: wider, in: range)
        }
        let minorStep = self.step / Double(self.step == step ? divisions : Self.step(for: self.step * 0.999).divisions)
        let marks = major
        self.minor = Self.multiples(of: minorStep, in: range).filter { value in
            !marks.contains { abs($0 - value) < minorStep / 2 }
        }
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        self.exponent = allowsExponent ? Self.exponent(for: largest) : 0
    }

    /// Marks of an axis from `-limit` to `limit` with three numbers: zero and one mark on either side.
    init(symmetricTo limit: Double) {
        let (above, _) = Self.step(for: limit / 2.0001)
        let step = above <= limit * 0.95 ? above : Self.step(for: limit / 4.0001).step
        self.step = step
        let marks = [-step, 0, step]
        major = marks
        minor = Self.multiples(of: step / 2, in: -limit...limit).filter { !marks.contains($0) }
        exponent = 0
    }

    /// The text of a mark: the number of decimals is the same for all marks of an axis.
    func label(of value: Double) -> String {
        let scaled = value / pow(10, Double(exponent))
        let text = String(format: "%.\(decimals)f", abs(scaled) < step / pow(10, Double(exponent)) / 2 ? 0 : scaled)
        return text.hasPrefix("-") ? "\u{2212}" + text.dropFirst() : text
    }

    private var decimals: Int {
        let magnitude = floor(log10(step) + 1e-9) - Double(exponent)
        return magnitude.isFinite ? min(max(Int(-magnitude), 0), 17) : 0
    }

    /// The smallest of 1, 2, 5 x 10^n that is not less than `least`, and into how many parts minor marks divide it.
    private static func step(for least: Double) -> (step: Double, divisions: Int) {
        guard least.isFinite, least > 0 else { return (1, 5) }
        let decade = pow(10, floor(log10(least)))
        for (factor, divisions) in [(1.0, 5), (2, 4), (5, 5)] where factor * decade >= least * (1 - 1e-9) {
            return (factor * decade, divisions)
        }
        return (10 * decade, 5)
    }

    /// The multiples of `step` in `range`. Computed as products, so that 0.1 + 0.2 does not become 0.30000000000000004.
    private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
        let first = (range.lowerBound / step - 1e-6).rounded(.up)
        let last = (range.upperBound / step + 1e-6).rounded(.down)
        guard first.isFinite, last.isFinite, last >= first, last - first < 1000 else { return [] }
        return (0...Int(last - first)).map { min(max((first + Double($0)) * step, range.lowerBound), range.upperBound) }
    }

    private static func exponent(for largest: Double) -> Int {
        guard largest.isFinite, largest > 0, largest >= 1e4 || largest < 1e-2 else { return 0 }
        return Int((log10(largest) / 3).rounded(.down)) * 3
    }
}

/// The linear map from quantities to positions on paper.
struct LinearScale: Sendable, Hashable {
    /// The quantities at the two ends of the axis, ascending.
    let domain: ClosedRange<Double>
    /// The position in mm of `domain.lowerBound`.
    let start: Double
    /// The position in mm of `domain.upperBound`, which may be the smaller one.
    let end: Double

    /// A scale over the finite ones of `values`, with a usable width whatever they are.
    static func domain(of values: some Sequence<Double>) -> ClosedRange<Double> {
        var (low, high) = (Double.infinity, -Double.infinity)
        for value in values where abs(value) < 1e300 {
            low = min(low, value)
            high = max(high, value)
        }
        guard low <= high else { return 0...1 }
        let least = max(max(abs(low), abs(high)) * 1e-9, 1e-290)
        guard high - low > least else {
            let half = low == 0 ? 0.5 : max(abs(low) * 0.05, 1e-290)
            return (low - half)...(high + half)
        }
        return low...high
    }

    /// Where `value` lies on paper, in mm.
    func position(of value: Double) -> Double {
        start + (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound) * (end - start)
    }

    /// The quantity at `position`.
    func value(at position: Double) -> Double {
        domain.lowerBound + (position - start) / (end - start) * (domain.upperBound - domain.lowerBound)
    }
}
