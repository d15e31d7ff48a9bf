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
    private let axis: LogarithmicAxis
    private let count: Int
    /// Measured points in one step of the axis.
    private let pointDensity: [Double]
    private var transform: RealFourierTransform
    private var residual: [Double] = []
    private var weights: [Double] = []
    private var data: [Double: (signal: [ComplexNumber], weights: [ComplexNumber])] = [:]
    private var templates: [Int: (lines: [ComplexNumber], squares: [ComplexNumber])] = [:]
    /// The shifts that are looked at, and room for what they give.
    private let lags: ClosedRange<Int>
    private var correlations: [Double]
    private var powers: [Double]
    private var null: [Double] = []

    /// How far beyond the end of the axis shifts reach.
    static let margin = nullReach + 0.03

    init(_ pattern: ObservedPattern, axis: LogarithmicAxis) throws {
        self.pattern = pattern
        self.axis = axis
        count = fastTransformLength(axis.count + Int(Self.margin / axis.step))
        pointDensity = axis.angles.map { 2 * tan($0 * .pi / 360) * 180 / .pi * axis.step / pattern.step }
        transform = try RealFourierTransform(count: count)
        let reach = Int(Self.nullReach / axis.step)
        lags = -reach...reach
        correlations = Array(repeating: 0, count: lags.count)
        powers = correlations
    }

    /// Sets what is unexplained: the residual at each point and its weight, the reciprocal of its variance.
    mutating func setResidual(_ residual: [Double], weights: [Double]) {
        self.residual = residual
        self.weights = weights
        data = [:]
    }

    /// The transforms of the data moved back by a displacement.
    private mutating func prepared(_ displacement: Double) throws -> (signal: [ComplexNumber], weights: [ComplexNumber])
    {
        if let known = data[displacement] { return known }
        let low = pattern.twoTheta[0], step = pattern.step
        var signal = [Double](repeating: 0, count: count), density = signal
        for (g, angle) in axis.angles.enumerated() {
            let place = (angle + displacement * cos(angle * .pi / 360) - low) / step
            let i = Int(place.rounded(.down))
            guard i >= 0, i + 1 < residual.count else { continue }
            let t = place - Double(i)
            let weight = (weights[i] * (1 - t) + weights[i + 1] * t) * pointDensity[g]
            density[g] = weight
            signal[g] = weight * (residual[i] * (1 - t) + residual[i + 1] * t)
        }
        let made = (signal: try transform.forward(signal), weights: try transform.forward(density))
        data[displacement] = made
        return made
    }

    /// The score of a candidate with these lines at a displacement; `nil` where none of them lies in the pattern.
    ///
    /// - Parameter index: the number of the candidate, by which the transforms of its lines are kept.
    mutating func score(_ phase: PhaseLines, index: Int, displacement: Double) throws -> Score? {
        if templates[index] == nil {
            let template = template(phase)
            templates[index] = (
                try transform.forward(template), try transform.forward(template.map { $0 * $0 })
            )
        }
        guard let known = templates[index] else { return nil }
        let data = try prepared(displacement)
        try transform.correlation(data.signal, known.lines, lags: lags, into: &correlations)
        try transform.correlation(data.weights, known.squares, lags: lags, into: &powers)
        let reach = Int(Self.greatestStrain / axis.step), middle = -lags.lowerBound
        var most = 0.0
        for i in (middle - reach)...(middle + reach) { most = max(most, powers[i]) }
        guard most > 0 else { return nil }
        for i in correlations.indices {
            correlations[i] = powers[i] > 1e-3 * most ? correlations[i] / powers[i].squareRoot() : 0
        }
        var top = -Double.infinity
        var topLag = 0
        for lag in -reach...reach where correlations[middle + lag] > top {
            (top, topLag) = (correlations[middle + lag], lag)
        }
        guard top > 0 else { return nil }
        let beyond = middle - reach - reach / 3
        null.removeAll(keepingCapacity: true)
        null += correlations[..<beyond]
        null += correlations[(2 * middle + 1 - beyond)...]
        let chance = Double(null.count { $0 >= top }) / Double(null.count)
        null.sort()
        let median = null[null.count / 2]
        for i in null.indices { null[i] = abs(null[i] - median) }
        null.sort()
        let spread = max(1.4826 * null[null.count / 2], 0.5)
        // A shift towards larger x is a shorter spacing.
        return Score(
            significance: top, prominence: (top - median) / spread, chance: chance, strain: -Double(topLag) * axis.step,
            displacement: displacement)
    }

    /// The candidate's lines on the axis: pseudo-Voigts of the usual width, half Lorentzian, and its doublet.
    private func template(_ phase: PhaseLines) -> [Double] {
        var values = [Double](repeating: 0, count: count)
        let profile = PseudoVoigt(width: pattern.lineWidth, share: 0.5)
        for line in phase.lines {
            for emission in pattern.emission {
                let sine = emission.wavelength / (2 * line.spacing)
                guard sine < 1 else { continue }
                let center = 2 * asin(sine) * 180 / .pi
                let middle = axis.place(sine: sine)
                let points = pattern.lineWidth * .pi / 360 * (1 - sine * sine).squareRoot() / sine / axis.step
                let reach = 4 * points
                guard middle > -reach, middle < Double(axis.count) + reach else { continue }
                let first = max(0, Int(middle - reach)), last = min(axis.count - 1, Int(middle + reach) + 1)
                guard first <= last else { continue }
                for g in first...last {
                    values[g] += line.intensity * emission.intensity * profile.density(axis.angles[g] - center)
                }
            }
        }
        return values
    }
}
