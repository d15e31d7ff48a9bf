import Foundation
import SpectralMath

/// A background under a pattern.
public struct PatternBackground: Sendable, Hashable {
    /// How it was found, in words with the parameters.
    public var method: String
    /// The background at each point, in the unit of the intensities.
    public var values: [Double]
    /// The standard uncertainty of each value by the noise of the pattern. What a method cannot follow or takes for a
    /// peak does not show in it.
    public var standardUncertainties: [Double]
}

/// The sensitive nonlinear iterative peak clipping (SNIP) of C. G. Ryan et al., Nucl. Instrum. Methods B 34 (1988) 396, with
/// a clipping window that shrinks (M. Morhac et al., Nucl. Instrum. Methods A 401 (1997) 113).
///
/// Clipping follows the lower edge of the noise. How far below its true place that puts a background without peaks,
/// and how it scatters, is measured on simulations with the noise of the pattern; the first is corrected for, the
/// second is the uncertainty.
public struct SNIPBackground: Sendable, Hashable {
    /// Half the widest window in degrees: lines narrower than it are removed.
    public var halfWindow: Double
    /// The width in degrees over which the data are averaged first.
    public var smoothing: Double
    /// The number of simulations, 0 for none: then there is neither correction nor uncertainty.
    public var simulations: Int
    /// The seed of the simulations.
    public var seed: UInt32

    /// The method with its parameters.
    public init(halfWindow: Double = 1.5, smoothing: Double = 0.08, simulations: Int = 24, seed: UInt32 = 1) {
        self.halfWindow = halfWindow
        self.smoothing = smoothing
        self.simulations = simulations
        self.seed = seed
    }

    /// The background under `curve`.
    ///
    /// - Throws: `PatternError` where the window has no size.
    public func callAsFunction(_ curve: PatternCurve) throws(PatternError) -> PatternBackground {
        guard halfWindow > 0, halfWindow.isFinite, smoothing >= 0, smoothing.isFinite else {
            throw .badParameter("a SNIP window of \(halfWindow) and smoothing over \(smoothing) degrees")
        }
        let widest = min(max(halfWindow / curve.step, 1), Double(curve.count / 2))
        // A hundred points describe a window: of finer patterns the means of neighbouring points are clipped.
        let coarseness = Int(widest / 100)
        if coarseness > 1, let coarse = try? curve.averaged(by: coarseness) {
            return interpolated(try self(coarse), from: coarse.twoTheta, to: curve.twoTheta)
        }
        let window = max(1, Int(widest))
        let average = min(Int(smoothing / curve.step / 2), window)
        // One event is the natural unit of the logarithms.
        let gains = curve.gains ?? zip(curve.variances, curve.intensities).map { $0 / max($1, $0.squareRoot()) }
        func clipped(_ intensities: [Double]) -> [Double] {
            let counts = zip(intensities, gains).map { max($0 / $1, 0) }
            return zip(Self.clip(Self.averaged(counts, average), window), gains).map { $0 * $1 }
        }
        let raw = clipped(curve.intensities)
        var values = raw
        var uncertainties = [Double](repeating: 0, count: curve.count)
        // The first round of simulations starts from a background that is too low, the second from its correction.
        for round in 0..<(simulations > 1 ? 2 : 0) {
            // The truth of the simulations is smooth: the ripples of one result are not to be clipped a second time.
            let truth = Self.averaged(values, window)
            let variances = curve.variances(expected: truth)
            var sums = [Double](repeating: 0, count: curve.count)
            var squares = sums
            for number in 0..<simulations {
                var random = RandomNumbers(
                    seed: seed, stream: UInt32(truncatingIfNeeded: round * simulations + number))
                let replica = clipped(Self.noisy(truth, variances, gains, &random))
                for i in replica.indices {
                    sums[i] += replica[i] - truth[i]
                    squares[i] += (replica[i] - truth[i]) * (replica[i] - truth[i])
                }
            }
            let n = Double(simulations)
            // The bias changes as slowly as the background: its own noise is averaged away.
            let bias = Self.averaged(sums.map { $0 / n }, window)
            let spread = zip(sums, squares).map { max($1 - $0 * $0 / n, 0) / (n - 1) }
            let smooth = Self.averaged(spread, window)
            for i in values.indices {
                values[i] = raw[i] - bias[i]
                uncertainties[i] = smooth[i].squareRoot()
            }
        }
        return PatternBackground(
            method: "SNIP, half window \(String(format: "%g", halfWindow)) deg", values: values,
            standardUncertainties: uncertainties)
    }

    private func interpolated(
        _ background: PatternBackground, from places: [Double], to angles: [Double]
    ) -> PatternBackground {
        var (values, uncertainties): ([Double], [Double]) = ([], [])
        var upper = 1
        for angle in angles {
            while upper < places.count - 1, places[upper] < angle { upper += 1 }
            // Straight on beyond the outermost means.
            let share = (angle - places[upper - 1]) / (places[upper] - places[upper - 1])
            values.append((1 - share) * background.values[upper - 1] + share * background.values[upper])
            let nearest = share < 0.5 ? upper - 1 : upper
            uncertainties.append(background.standardUncertainties[nearest])
        }
        return PatternBackground(method: background.method, values: values, standardUncertainties: uncertainties)
    }

    private static func noisy(
        _ expected: [Double], _ variances: [Double], _ gains: [Double], _ random: inout RandomNumbers
    ) -> [Double] {
        expected.indices.map { i in
            let counts = expected[i] / gains[i]
            // Counts where the variance is Poisson's; otherwise the normal distribution.
            if abs(variances[i] - gains[i] * expected[i]) <= 1e-6 * variances[i],
                let drawn = try? random.poisson(mean: max(counts, 0))
            {
                return drawn * gains[i]
            }
            return expected[i] + variances[i].squareRoot() * random.gaussian()
        }
    }

    /// The running mean over `reach` points to either side, fewer at the ends.
    static func averaged(_ values: [Double], _ reach: Int) -> [Double] {
        guard reach > 0 else { return values }
        var sums = [0.0]
        sums.reserveCapacity(values.count + 1)
        for value in values { sums.append(sums[sums.count - 1] + value) }
        return values.indices.map { i in
            // Symmetric windows, so that a slope is not bent at the ends.
            let r = min(reach, i, values.count - 1 - i)
            return (sums[i + r + 1] - sums[i - r]) / Double(2 * r + 1)
        }
    }

    /// Clipping of ln(ln(sqrt(y + 1) + 1) + 1), which levels high and low peaks.
    private static func clip(_ counts: [Double], _ window: Int) -> [Double] {
        var levels = counts.map { log(log(($0 + 1).squareRoot() + 1) + 1) }
        var next = levels
        let count = levels.count
        levels.withUnsafeMutableBufferPointer { old in
            next.withUnsafeMutableBufferPointer { new in
                for reach in stride(from: window, through: 1, by: -1) where 2 * reach < count {
                    for i in reach..<(count - reach) { new[i] = min(old[i], (old[i - reach] + old[i + reach]) / 2) }
                    for i in reach..<(count - reach) { old[i] = new[i] }
                }
            }
        }
        return levels.map { level in
            let root = exp(exp(level) - 1) - 1
            return root * root - 1
        }
    }
}

/// A background that is a smooth function with few coefficients, fitted to the points between the lines.
///
/// The lines are found by the fit itself: points whose running mean lies more than three standard deviations above it
/// are left out, with their surroundings, until the same points remain. So few are left out by chance that the
/// background stays in the middle of the noise.
public struct SmoothBackground: Sendable, Hashable {
    /// The function.
    public enum Form: Sendable, Hashable {
        /// Chebyshev polynomials up to a degree, from 0 to 40.
        case chebyshev(degree: Int)
        /// A cubic spline with knots at a spacing in degrees.
        case spline(spacing: Double)
    }

    /// The function.
    public var form: Form
    /// About the full width of the lines in degrees: the reach of the running mean and of surroundings.
    public var lineWidth: Double

    /// The method with its parameters.
    public init(_ form: Form = .spline(spacing: 8), lineWidth: Double = 0.2) {
        self.form = form
        self.lineWidth = lineWidth
    }

    /// The background under `curve`. Its uncertainties come from the covariance of the coefficients, raised where the
    /// points scatter more than their noise allows.
    ///
    /// - Throws: `PatternError` where parameters make no sense or the points do not determine the function.
    public func callAsFunction(_ curve: PatternCurve) throws(PatternError) -> PatternBackground {
        guard lineWidth > 0, lineWidth.isFinite else { throw .badParameter("lines of \(lineWidth) degrees") }
        let basis = try BackgroundBasis(form, curve.twoTheta)
        guard curve.count > 2 * basis.count else {
            throw .tooFewPoints(found: curve.count, needed: 2 * basis.count + 1)
        }
        var values = try SNIPBackground(halfWindow: max(8 * lineWidth, 1), simulations: 4)(curve).values
        let reach = max(1, Int(min(lineWidth / curve.step, Double(curve.count / 8 + 1))))
        var used = [Bool](repeating: false, count: curve.count)
        var variances = curve.variances(expected: values)
        var fit: (coefficients: [Double], covariance: Matrix, chi2: Double, points: Int)?
        for round in 0..<40 {
            // The start lies low by up to a few standard deviations, which must not look like lines.
            let limit = max(3, 6 - Double(round))
            let selected = Self.between(lines: curve.intensities, values, variances, reach, limit, pieces: basis.count)
            // Enough points for each coefficient, or the function may go anywhere.
            guard selected.count(where: { $0 }) > 2 * basis.count, selected != used || limit > 3 else { break }
            used = selected
            guard let next = basis.fit(curve.intensities, variances, used) else { break }
            fit = next
            values = basis.values(next.coefficients)
            variances = curve.variances(expected: values)
        }
        guard let fit else {
            throw .numerical(
                "too few points between the lines to determine the background (\(basis.count) coefficients)")
        }
        let factor = max(1, fit.chi2 / Double(max(1, fit.points - basis.count)))
        let uncertainties = basis.standardUncertainties(fit.covariance).map { $0 * factor.squareRoot() }
        return PatternBackground(method: description, values: values, standardUncertainties: uncertainties)
    }

    private var description: String {
        switch form {
        case .chebyshev(let degree): "Chebyshev polynomial of degree \(degree) through the points between lines"
        case .spline(let spacing):
            "cubic spline through the points between lines, knots every \(String(format: "%g", spacing)) deg"
        }
    }

    /// Which points belong to no line.
    ///
    /// Of each of `pieces` equal pieces of the pattern at least the lowest three tenths are taken, so that a function that
    /// lies too low somewhere is drawn up again instead of seeing nothing but lines.
    private static func between(
        lines intensities: [Double], _ background: [Double], _ variances: [Double], _ reach: Int,
        _ limit: Double, pieces: Int
    ) -> [Bool] {
        let excess = SNIPBackground.averaged(zip(intensities, background).map { $0 - $1 }, reach)
        let spread = SNIPBackground.averaged(variances, reach)
        let pulls = intensities.indices.map { i -> Double in
            let points = Double(2 * min(reach, i, intensities.count - 1 - i) + 1)
            return excess[i] / (spread[i] / points).squareRoot()
        }
        var selected = [Bool](repeating: true, count: intensities.count)
        for i in intensities.indices where pulls[i] > limit {
            // A Lorentzian has half a per cent of its height left at seven half widths.
            let surroundings = pulls[i] > 20 ? 3 * reach : reach
            for j in max(0, i - surroundings)...min(intensities.count - 1, i + surroundings) { selected[j] = false }
        }
        for piece in 0..<pieces {
            let range = (piece * pulls.count / pieces)..<((piece + 1) * pulls.count / pieces)
            let least = range.count * 3 / 10
            guard least > 0, selected[range].count(where: { $0 }) < least else { continue }
            let level = pulls[range].sorted()[least]
            for i in range where pulls[i] <= level { selected[i] = true }
        }
        return selected
    }
}

/// The functions of a smooth background at the points of a pattern; each is zero but in a range of them.
struct BackgroundBasis {
    let count: Int
    private let points: Int
    private let isSpline: Bool
    let columns: [(range: Range<Int>, values: [Double])]

    init(_ form: SmoothBackground.Form, _ twoTheta: [Double]) throws(PatternError) {
        points = twoTheta.count
        let (low, high) = (twoTheta[0], twoTheta[twoTheta.count - 1])
        switch form {
        case .chebyshev(let degree):
            guard (0...40).contains(degree) else {
                throw .badParameter("a Chebyshev polynomial of degree \(degree), expected 0 to 40")
            }
            isSpline = false
            let x = twoTheta.map { (2 * $0 - low - high) / (high - low) }
            columns = (0...degree).map { n in (0..<twoTheta.count, x.map { cos(Double(n) * acos(min(max($0, -1), 1))) })
            }
        case .spline(let spacing):
            guard spacing > 0, spacing.isFinite, (high - low) / spacing < 500 else {
                throw .badParameter("a spline with knots every \(spacing) degrees over \(high - low) degrees")
            }
            isSpline = true
            let intervals = max(1, Int(((high - low) / spacing).rounded()))
            let width = (high - low) / Double(intervals)
            columns = (0..<(intervals + 3)).map { j in
                // The cubic B-spline over the intervals j-3 ... j.
                let start = low + Double(j - 3) * width
                let first = twoTheta.partitioningIndex { $0 >= start }
                let last = twoTheta.partitioningIndex { $0 > start + 4 * width }
                return (first..<last, twoTheta[first..<last].map { Self.bSpline(($0 - start) / width) })
            }
        }
        count = columns.count
    }

    /// The cubic B-spline on the knots 0, 1, 2, 3, 4.
    private static func bSpline(_ t: Double) -> Double {
        switch t {
        case ..<0, 4...: 0
        case ..<1: t * t * t / 6
        case ..<2: (((-3 * t + 12) * t - 12) * t + 4) / 6
        case ..<3: (((3 * t - 24) * t + 60) * t - 44) / 6
        default: (4 - t) * (4 - t) * (4 - t) / 6
        }
    }

    /// Weighted linear least squares over the selected points; `nil` where they do not determine all coefficients.
    func fit(
        _ intensities: [Double], _ variances: [Double], _ selected: [Bool]
    ) -> (coefficients: [Double], covariance: Matrix, chi2: Double, points: Int)? {
        let weights = zip(variances, selected).map { $1 ? 1 / $0 : 0 }
        var normal = Matrix(zeros: count, count)
        var right = [Double](repeating: 0, count: count)
        for (a, first) in columns.enumerated() {
            for i in first.range { right[a] += weights[i] * first.values[i - first.range.lowerBound] * intensities[i] }
            for b in 0...a {
                let second = columns[b]
                var sum = 0.0
                for i in first.range.clamped(to: second.range) {
                    sum +=
                        weights[i] * first.values[i - first.range.lowerBound]
                        * second.values[i - second.range.lowerBound]
                }
                normal[a, b] = sum
                normal[b, a] = sum
            }
        }
        stiffen(&normal)
        guard let factor = try? CholeskyDecomposition(normal), let coefficients = try? factor.solve(right),
            let covariance = try? factor.inverse()
        else { return nil }
        let model = values(coefficients)
        var chi2 = 0.0
        for i in intensities.indices { chi2 += weights[i] * (intensities[i] - model[i]) * (intensities[i] - model[i]) }
        return (coefficients, covariance, chi2, selected.count { $0 })
    }

    /// Holds a spline where lines leave it no points: fourth differences of its coefficients, zero for any cubic, count
    /// as much as a ten-thousandth of its points do.
    private func stiffen(_ normal: inout Matrix) {
        guard isSpline, count >= 5 else { return }
        let weight = 1e-4 * normal.diagonal.reduce(0, +) / Double(count)
        let differences = [1.0, -4, 6, -4, 1]
        for start in 0...(count - 5) {
            for i in 0..<5 {
                for j in 0..<5 { normal[start + i, start + j] += weight * differences[i] * differences[j] }
            }
        }
    }

    func values(_ coefficients: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: points)
        for (coefficient, column) in zip(coefficients, columns) {
            for i in column.range { result[i] += coefficient * column.values[i - column.range.lowerBound] }
        }
        return result
    }

    func standardUncertainties(_ covariance: Matrix) -> [Double] {
        var result = [Double](repeating: 0, count: points)
        for (a, first) in columns.enumerated() {
            for (b, second) in columns.enumerated() {
                for i in first.range.clamped(to: second.range) {
                    result[i] +=
                        covariance[a, b] * first.values[i - first.range.lowerBound]
                        * second.values[i - second.range.lowerBound]
                }
            }
        }
        return result.map { max($0, 0).squareRoot() }
    }
}
