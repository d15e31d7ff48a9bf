import Foundation
import SpectralMath

/// How well the data agree with each value of a quantity when everything else is fitted anew.
public struct ProfileLikelihood: Sendable, Hashable {
    /// The quantity.
    public var quantity: FitQuantity
    /// The value that fits best, without the bound at zero on areas.
    public var best: Double
    /// Values of the quantity at which the fit was repeated, ascending.
    public var values: [Double]
    /// The rise of chi squared (for Poisson weights: of the Poisson deviance) at each of them over its minimum.
    public var rises: [Double]
    /// The intervals read off.
    public var intervals: [ConfidenceInterval]
}

extension PeakFit {
    /// The profile likelihood of a quantity: the fit is repeated with the quantity held at values around its best one,
    /// and the interval of each level ends where chi squared has risen by the quantile of its distribution.
    ///
    /// With Poisson weights the Poisson deviance takes the place of chi squared; where variances come from the
    /// residuals, Student's distribution takes the place of the normal one. Near zero, areas and fractions get the
    /// interval of Feldman and Cousins, which becomes an upper limit where the data ask for one.
    ///
    /// - Throws: `FitError.noSuchQuantity`, `FitError.uncertainty`.
    public func profile(
        _ quantity: FitQuantity, levels: [Double] = ConfidenceInterval.usualLevels
    ) throws -> ProfileLikelihood {
        let base = try RefitBase(self, searchesPlacements: true)
        return try ProfileTracer.profile(quantity, levels: levels, base: base, value: value(of: quantity))
    }

    /// The value of a quantity in this fit. Throws `FitError.noSuchQuantity`.
    public func value(of quantity: FitQuantity) throws -> Double {
        guard let workings else {
            throw FitError.uncertainty("this result was not made by a fit, so it cannot be repeated")
        }
        let form = try QuantityForm(quantity, in: workings.fitter.model)
        return form.value(workings.solution.nonlinear, workings.solution.linear)
    }
}

/// Walks along the profile of one quantity.
struct ProfileTracer: ~Copyable {
    /// A point of the profile: the value, and the signed root of the rise in standard deviations.
    struct Point {
        var value: Double
        var root: Double
        var nonlinear: [Double]
        /// Whether a bound of the model kept the quantity from its target.
        var fellShort: Bool
    }

    /// An end of an interval.
    struct End {
        var value: Double
        var isBound: Bool
    }

    private let base: RefitBase
    private let form: QuantityForm
    private var refitter: Refitter
    private(set) var best: Point
    private var bestStatistic: Double
    private let uncertainty: Double
    private let direction: [Double]
    private let pullSigma: Double
    private(set) var points: [Point]
    /// Other places to start from, for a component that is hardly there and can stand in several.
    private var placements: [[Double]] = []

    init(_ form: QuantityForm, base: RefitBase) throws {
        self.base = base
        self.form = form
        refitter = Refitter(fitter: base.fitter, model: base.model)
        let linearised = base.linearised(form, releasing: true)
        guard let uncertainty = linearised.uncertainty else {
            throw FitError.uncertainty("the model holds the quantity, or the data do not determine it")
        }
        self.uncertainty = uncertainty
        direction = linearised.direction
        let solution = base.solution.solution
        // Stiff enough that the quantity follows to a thousandth of its uncertainty, soft enough for the solver.
        pullSigma = 1e-3 * uncertainty * abs(form.denominator(solution.nonlinear, solution.linear))
        best = Point(value: linearised.value, root: 0, nonlinear: solution.nonlinear, fellShort: false)
        bestStatistic = base.solution.statistic
        points = [best]
        guard abs(linearised.value) < 4 * uncertainty, let own = form.numerator.first else { return }
        let parts = base.model.parts.filter { $0.linearIndex == own.linearIndex }
        placements = base.model.placements(of: parts, around: solution.nonlinear)
    }

    /// The fit with the quantity held at `target`, started from the known point nearest to it.
    mutating func fit(at target: Double) throws -> Refitter.Result {
        let near = points.min { abs($0.value - target) < abs($1.value - target) } ?? best
        let start = zip(near.nonlinear, direction).map { $0 + $1 * (target - near.value) }
        let pull = Pull(form: form, target: target, sigma: pullSigma)
        var lowest: Refitter.Result?
        for start in [start] + placements {
            let result = try refitter.refit(
                base.intensities, from: .init(nonlinear: start, variances: base.solution.variances), pull: pull,
                keepsWeights: base.keepsWeights)
            if let lowest, !result.hasConverged || result.statistic >= lowest.statistic { continue }
            lowest = result
        }
        guard let lowest else { throw FitError.uncertainty("the fit could not be repeated") }
        return lowest
    }

    /// The point of the profile at `target`.
    mutating func point(at target: Double) throws -> Point {
        let result = try fit(at: target)
        let value = form.value(result.solution.nonlinear, result.solution.linear)
        let rise = max(0, result.statistic - bestStatistic) / base.scale
        let side: Double = value < best.value ? -1 : 1
        let fellShort = abs(value - target) > 0.1 * uncertainty
        let point = Point(
            value: value, root: side * rise.squareRoot(), nonlinear: result.solution.nonlinear, fellShort: fellShort)
        if result.hasConverged { points.append(point) }
        return point
    }

    /// Where the signed root reaches `target`.
    mutating func end(at target: Double) throws -> End {
        let side: Double = target < 0 ? -1 : 1
        var inside = best.value, insideRoot = 0.0
        var outside: (value: Double, root: Double)?
        var next = best.value + target * uncertainty
        for _ in 0..<40 {
            let point = try point(at: next)
            if abs(point.root - target) < 2e-3 { return End(value: point.value, isBound: false) }
            if side * (point.root - target) > 0 {
                outside = (point.value, point.root)
            } else {
                if point.fellShort { return End(value: point.value, isBound: true) }
                (inside, insideRoot) = (point.value, point.root)
            }
            if let outside {
                let share = (target - insideRoot) / (outside.root - insideRoot)
                // Kept off the ends so that the bracket shrinks from both sides.
                next = inside + min(max(share, 0.05), 0.95) * (outside.value - inside)
                if abs(outside.value - inside) < 1e-4 * uncertainty { return End(value: next, isBound: false) }
            } else {
                let growth = insideRoot * side > 0 ? min(max(target / insideRoot * 1.02, 1.05), 3) : 3
                next = best.value + (next - best.value) * growth
            }
        }
        return End(value: next, isBound: true)
    }

    /// How many standard deviations the best value lies above zero.
    mutating func distanceFromZero() throws -> Double {
        let distance = best.value / uncertainty
        guard abs(distance) < 8 else { return distance }
        return -(try point(at: 0).root)
    }

    static func profile(
        _ quantity: FitQuantity, levels: [Double], base: RefitBase, value: Double
    ) throws -> ProfileLikelihood {
        var tracer = try ProfileTracer(QuantityForm(quantity, in: base.model), base: base)
        let distance = quantity.isNonNegative ? try tracer.distanceFromZero() : nil
        var intervals: [ConfidenceInterval] = []
        for level in levels {
            let ends = try StandardisedEnds(level: level, distance: distance, degrees: base.estimatedDegrees)
            let low = ends.lowIsBound ? End(value: 0, isBound: true) : try tracer.end(at: ends.low)
            let high = try tracer.end(at: ends.high)
            intervals.append(
                ConfidenceInterval(
                    quantity: quantity, level: level, value: value, low: low.value, high: high.value,
                    lowIsBound: low.isBound, highIsBound: high.isBound))
        }
        let sorted = tracer.points.sorted { $0.value < $1.value }
        return ProfileLikelihood(
            quantity: quantity, best: tracer.best.value, values: sorted.map(\.value),
            rises: sorted.map { $0.root * $0.root }, intervals: intervals)
    }
}
