import Foundation
import SpectralMath

/// Finds how well the lines of a candidate fit what is unexplained in a pattern, for all isotropic strains at once.
///
/// On the axis x = ln sin(theta) a uniform stretch of the cell is a shift, so one correlation by Fourier transforms tries
/// every strain. Weighted by the noise, c(L) / sqrt(n(L)) with c the correlation of residual and lines and n that of the
/// weights and squared lines is the amplitude of the candidate in standard deviations. Shifts far from zero, where the
/// candidate cannot be, tell what chance and other phases make of such lines: the null is measured, not assumed.
struct MatchedFilter: ~Copyable {
    /// What a candidate scored.
    struct Score: Sendable {
        /// The best amplitude in standard deviations of the noise.
        var significance: Double
        /// How many robust standard deviations of the scores at impossible shifts the best one lies above their median.
        var prominence: Double
        /// The share of impossible shifts with a score at least as high.
        var chance: Double
        /// The isotropic strain of the best shift.
        var strain: Double
        /// The displacement, degrees, at which it was found.
        var displacement: Double
    }

    /// The largest strain tried, and how far impossible shifts reach.
    static let greatestStrain = 0.015
    static let nullReach = 0.09

    private let pattern: ObservedPattern
    private let start: Double
    private let step: Double
    private let count: Int
    /// Two theta of the grid points, degrees; NaN beyond the pattern.
    private let angles: [Double]
    /// Measured points in one step of the grid.
    private let pointDensity: [Double]
    private var transform: RealFourierTransform
    private var data: [(displacement: Double, signal: [ComplexNumber], weights: [ComplexNumber])] = []

    init(_ pattern: ObservedPattern) throws {
        self.pattern = pattern
        func x(_ twoTheta: Double) -> Double { log(sin(twoTheta * .pi / 360)) }
        let low = x(pattern.range.lowerBound), high = x(min(pattern.range.upperBound, 179))
        // A third of the narrowest line: those at high angle.
        let theta = min(pattern.range.upperBound, 140) * .pi / 360
        let narrow = pattern.lineWidth * .pi / 360 / tan(theta)
        step = min(max(narrow / 2.5, (high - low) / 30_000), (high - low) / 500)
        let margin = Self.nullReach + 0.03
        start = low
        let inside = Int(((high - low) / step).rounded(.up)) + 1
        count = fastTransformLength(inside + Int(margin / step))
        var angles = [Double](repeating: .nan, count: count)
        var density = [Double](repeating: 0, count: count)
        for g in 0..<inside {
            let sine = exp(low + Double(g) * step)
            guard sine < 1 else { break }
            let theta = asin(sine)
            angles[g] = 2 * theta * 180 / .pi
            density[g] = 2 * tan(theta) * 180 / .pi * step / pattern.step
        }
        self.angles = angles
        pointDensity = density
        transform = try RealFourierTransform(count: count)
    }

    /// Sets what is unexplained: the residual at each point and its weight, the reciprocal of its variance, moved back by
    /// each of `displacements`.
    mutating func setResidual(_ residual: [Double], weights: [Double], displacements: [Double]) throws {
        data = []
        let low = pattern.twoTheta[0], step = pattern.step
        for displacement in displacements {
            var signal = [Double](repeating: 0, count: count)
            var density = [Double](repeating: 0, count: count)
            for g in 0..<count where angles[g].isFinite {
                let place = (angles[g] + displacement * cos(angles[g] * .pi / 360) - low) / step
                let i = Int(place.rounded(.down))
                guard i >= 0, i + 1 < residual.count else { continue }
                let t = place - Double(i)
                let weight = (weights[i] * (1 - t) + weights[i + 1] * t) * pointDensity[g]
                density[g] = weight
                signal[g] = weight * (residual[i] * (1 - t) + residual[i + 1] * t)
            }
            data.append((displacement, try transform.forward(signal), try transform.forward(density)))
        }
    }

    /// The score of the candidate with these lines; `nil` where none of them lies in the pattern.
    mutating func score(_ phase: PhaseLines) throws -> Score? {
        let template = template(phase)
        guard template.contains(where: { $0 > 0 }) else { return nil }
        let lines = try transform.forward(template)
        let squares = try transform.forward(template.map { $0 * $0 })
        let reach = Int(Self.greatestStrain / step), nullReach = Int(Self.nullReach / step)
        var best: Score?
        for entry in data {
            let correlation = try transform.inverse(Self.product(entry.signal, lines))
            let power = try transform.inverse(Self.product(entry.weights, squares))
            let most = (-reach...reach).map { power[($0 + count) % count] }.max() ?? 0
            func score(_ lag: Int) -> Double {
                let k = (lag + count) % count
                return power[k] > 1e-3 * most ? correlation[k] / power[k].squareRoot() : 0
            }
            var top = -Double.infinity
            var topLag = 0
            for lag in -reach...reach {
                let value = score(lag)
                if value > top { (top, topLag) = (value, lag) }
            }
            guard top > (best?.significance ?? 0) else { continue }
            var null: [Double] = []
            null.reserveCapacity(2 * nullReach)
            for lag in -nullReach...nullReach where abs(lag) > reach + reach / 3 { null.append(score(lag)) }
            null.sort()
            let median = null[null.count / 2]
            let deviations = null.map { abs($0 - median) }.sorted()
            let spread = max(1.4826 * deviations[deviations.count / 2], 0.5)
            // A shift towards larger x is a shorter spacing.
            best = Score(
                significance: top, prominence: (top - median) / spread,
                chance: Double(null.count { $0 >= top }) / Double(null.count), strain: -Double(topLag) * step,
                displacement: entry.displacement)
        }
        return best
    }

    /// first x conj(second)
    private static func product(_ first: [ComplexNumber], _ second: [ComplexNumber]) -> [ComplexNumber] {
        first.indices.map { k in
            let a = first[k], b = second[k]
            return ComplexNumber(
                a.real * b.real + a.imaginary * b.imaginary, a.imaginary * b.real - a.real * b.imaginary)
        }
    }

    /// The candidate's lines on the grid: pseudo-Voigts of the usual width, half Lorentzian, and its doublet.
    private func template(_ phase: PhaseLines) -> [Double] {
        var values = [Double](repeating: 0, count: count)
        let width = pattern.lineWidth
        for line in phase.lines {
            for emission in pattern.emission {
                let sine = emission.wavelength / (2 * line.spacing)
                guard sine < 1 else { continue }
                let center = 2 * asin(sine) * 180 / .pi
                let middle = (log(sine) - start) / step
                let points = width * .pi / 360 * (1 - sine * sine).squareRoot() / sine / step
                let reach = 5 * points
                guard middle > -reach, middle < Double(count) + reach else { continue }
                let profile = PseudoVoigt(width: width, share: 0.5)
                let first = max(0, Int(middle - reach)), last = min(count - 1, Int(middle + reach) + 1)
                guard first <= last else { continue }
                for g in first...last where angles[g].isFinite {
                    values[g] += line.intensity * emission.intensity * profile.density(angles[g] - center)
                }
            }
        }
        return values
    }
}
