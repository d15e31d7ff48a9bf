import Foundation
import SpectralMath

/// The asymmetry of lines by rays that leave the equatorial plane (L. W. Finger, D. E. Cox & A. P. Jephcoat, J. Appl.
/// Cryst. 27 (1994) 892): specimen and detector slit of finite height cut the cone of a reflection at angles that lie
/// on one side of 2 theta, below it under 90 degrees. It matters at angles below some 30 degrees.
public struct AxialDivergence: Sendable, Hashable, Codable {
    /// Half the height of the specimen over the radius of the diffractometer, S/L.
    public let specimen: Double
    /// Half the height of the detector slit over the radius of the diffractometer, H/L.
    public let detector: Double

    /// The divergence of an instrument; `nil` unless both ratios are positive and below 1.
    public init?(specimen: Double, detector: Double) {
        guard specimen > 0, detector > 0, specimen < 1, detector < 1 else { return nil }
        self.specimen = specimen
        self.detector = detector
    }

    /// Where the intensity of a reflection at `twoTheta` degrees arrives: distances from it in degrees, with shares that
    /// add up to 1.
    ///
    /// The distribution of FCJ has an integrable pole at 2 theta. Over the height z = h/L at which a ray arrives,
    /// cos 2phi = cos 2theta sqrt(1 + z^2), it is smooth: W(z) / ((1 + z^2) sin 2phi), W the overlap of specimen and slit.
    ///
    /// - Parameters:
    ///   - twoTheta: the Bragg angle in degrees.
    ///   - count: the nodes of Gauss's quadrature for each of the two parts of W, 1 to 256.
    public func distribution(twoTheta: Double, count: Int = 12) -> [(offset: Double, share: Double)] {
        guard twoTheta > 0, twoTheta < 180, let rule = try? GaussLegendreRule(count: min(max(count, 1), 256)) else {
            return [(0, 1)]
        }
        let angle = twoTheta * .pi / 180
        let cosine = cos(angle)
        // Beyond |tan 2theta| the cone does not reach.
        let end = min(specimen + detector, abs(tan(angle)))
        let bend = min(abs(specimen - detector), end)
        var nodes: [(offset: Double, share: Double)] = []
        var sum = 0.0
        for (low, high) in [(0, bend), (bend, end)] where high > low {
            for (point, weight) in zip(rule.points, rule.weights) {
                let z = (low + high) / 2 + (high - low) / 2 * point
                let arrival = acos(min(max(cosine * (1 + z * z).squareRoot(), -1), 1))
                let overlap = min(2 * min(specimen, detector), specimen + detector - z)
                let sine = sin(arrival)
                guard sine > 0 else { continue }
                let share = weight * (high - low) / 2 * overlap / ((1 + z * z) * sine)
                nodes.append(((arrival - angle) * 180 / .pi, share))
                sum += share
            }
        }
        guard sum > 0 else { return [(0, 1)] }
        return nodes.map { ($0.offset, $0.share / sum) }
    }

    /// As `distribution(twoTheta:count:)` with as many nodes as a line of `fullWidth` degrees needs, so that its copies
    /// run together.
    func distribution(twoTheta: Double, fullWidth: Double) -> [(offset: Double, share: Double)] {
        let spread = distribution(twoTheta: twoTheta, count: 4).map { abs($0.offset) }.max() ?? 0
        let wanted = 8 + 6 * spread / max(fullWidth, 1e-6)
        return distribution(twoTheta: twoTheta, count: wanted < 256 ? Int(wanted) : 256)
    }
}

/// A line that comes about as a sum of shifted copies of others, each with its share: by axial divergence, or by the
/// lines of an emission spectrum.
public struct ComposedProfile: ReflectionProfile {
    /// The parts: where each lies relative to the position in degrees, its share of the area, and its shape.
    public let parts: [(offset: Double, share: Double, line: PseudoVoigt)]

    /// A line of these parts, whose shares add up to 1.
    init(parts: [(offset: Double, share: Double, line: PseudoVoigt)]) { self.parts = parts }

    /// `line` at `twoTheta` degrees, drawn out by axial divergence.
    public init(_ line: PseudoVoigt, twoTheta: Double, divergence: AxialDivergence) {
        parts = divergence.distribution(twoTheta: twoTheta, fullWidth: line.fullWidth).map {
            ($0.offset, $0.share, line)
        }
    }

    /// The density in 1/degree.
    public func density(_ x: Double) -> Double {
        parts.reduce(0) { $0 + $1.share * $1.line.density(x - $1.offset) }
    }

    /// The share of the area below `x`.
    public func cumulative(_ x: Double) -> Double {
        parts.reduce(0) { $0 + $1.share * $1.line.cumulative(x - $1.offset) }
    }

    /// The full width at half of the largest density in degrees, searched for on a fine grid: of a resolved doublet
    /// that of the stronger line.
    public var fullWidth: Double {
        let widest = parts.map(\.line.fullWidth).max() ?? 0
        let finest = parts.map(\.line.fullWidth).min() ?? 0
        guard finest > 0 else { return 0 }
        let low = (parts.map(\.offset).min() ?? 0) - 2 * widest
        let high = (parts.map(\.offset).max() ?? 0) + 2 * widest
        let count = min(max(Int((high - low) / finest * 20), 100), 20_000)
        let step = (high - low) / Double(count)
        let values = (0...count).map { density(low + Double($0) * step) }
        guard let top = values.indices.max(by: { values[$0] < values[$1] }) else { return 0 }
        let half = values[top] / 2
        func crossing(_ direction: Int) -> Double {
            var i = top
            while values.indices.contains(i + direction), values[i + direction] > half { i += direction }
            guard values.indices.contains(i + direction) else { return Double(i) }
            let (inside, outside) = (values[i], values[i + direction])
            return Double(i) + Double(direction) * (inside - half) / max(inside - outside, .leastNormalMagnitude)
        }
        return (crossing(1) - crossing(-1)) * step
    }
}
