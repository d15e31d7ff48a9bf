/// The shape of one line of a powder pattern about its position: a density over degrees 2 theta whose area is 1.
public protocol ReflectionProfile: Sendable {
    /// The full width at half maximum in degrees.
    var fullWidth: Double { get }

    /// The density in 1/degree at a distance `x` in degrees from the position, positive towards larger angles.
    func density(_ x: Double) -> Double

    /// The share of the area below the distance `x`: 0 far below, 1 far above the position.
    func cumulative(_ x: Double) -> Double
}

extension ReflectionProfile {
    /// The mean density over a channel of `width` degrees about `x`: what a counter that integrates over it sees. For
    /// channels wider than about a fifth of the line this differs noticeably from the density in their middle.
    public func channelMean(_ x: Double, width: Double) -> Double {
        width > 0 ? (cumulative(x + width / 2) - cumulative(x - width / 2)) / width : density(x)
    }

    /// The same line cut off `reach` full widths from its position, and raised by what is lost, so that its area
    /// remains 1. A Lorentzian loses 1 / (pi n) of its area beyond n full widths: 3 % for n = 10.
    public func cut(atFullWidths reach: Double) -> CutProfile<Self> { CutProfile(self, reach: reach) }
}

/// A line without its far tails, its area 1 all the same.
public struct CutProfile<Base: ReflectionProfile>: ReflectionProfile {
    /// The whole line.
    public let base: Base
    /// The distance in degrees beyond which the density is zero.
    public let limit: Double
    private let below: Double
    private let inside: Double

    fileprivate init(_ base: Base, reach: Double) {
        self.base = base
        limit = max(reach, 0.5) * base.fullWidth
        below = base.cumulative(-limit)
        inside = base.cumulative(limit) - below
    }

    /// The full width at half maximum in degrees, that of the whole line.
    public var fullWidth: Double { base.fullWidth }

    /// The density in 1/degree, zero beyond `limit`.
    public func density(_ x: Double) -> Double { abs(x) <= limit ? base.density(x) / inside : 0 }

    /// The share of the area below `x`.
    public func cumulative(_ x: Double) -> Double {
        (base.cumulative(min(max(x, -limit), limit)) - below) / inside
    }
}
