import SpectralMath

/// A range that covers the true value of a quantity with the stated probability.
public struct ConfidenceInterval: Sendable, Hashable {
    /// What it is about.
    public var quantity: FitQuantity
    /// The probability with which such intervals cover the truth, 0.6827 or 0.95.
    public var level: Double
    /// The value in the fit.
    public var value: Double
    /// The lower end, in the unit of the quantity (eV, intensity times eV, 0 ... 1).
    public var low: Double
    /// The upper end.
    public var high: Double
    /// Whether the lower end is a bound of the model or of nature (no negative areas), not a statement of the data.
    public var lowIsBound = false
    /// Whether the upper end is a bound.
    public var highIsBound = false

    /// The probability within one standard deviation of a normal distribution.
    public static let oneSigma = 0.6826894921370859
    /// The levels that are computed unless others are asked for.
    public static let usualLevels = [oneSigma, 0.95]
}

/// Intervals for a quantity that cannot be negative, after Feldman & Cousins, Phys. Rev. D 57 (1998) 3873, section IV.B.
///
/// A clipped interval covers too often near the bound, and can be empty. Ordering by the likelihood ratio decides,
/// without a choice left open, between an upper limit and a two-sided interval, and covers as often as it says.
/// Everything is in standard deviations: the quantity is normal about its true value `mean >= 0` with variance 1.
struct BoundedNormalInterval {
    let level: Double
    private let twoSided: Double

    init(level: Double) throws {
        self.level = level
        twoSided = try NormalDistribution.standard.quantile((1 + level) / 2)
    }

    /// The root of the likelihood ratio below which outcomes belong to the acceptance region of `mean`.
    func criticalRoot(mean: Double) -> Double {
        guard mean < 2 * twoSided + 2 else { return twoSided }
        func coverage(_ root: Double) -> Double {
            let lower =
                mean >= root ? -root : mean > 0 ? (mean * mean - root * root) / (2 * mean) - mean : -Double.infinity
            let normal = NormalDistribution.standard
            return normal.cumulative(root) - (lower == -.infinity ? 0 : normal.cumulative(lower))
        }
        var low = 0.0, high = twoSided
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if coverage(middle) < level { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The interval for an outcome at `found`, which may be negative.
    func ends(found: Double) -> (low: Double, high: Double) {
        guard found < 3 * twoSided + 2 else { return (found - twoSided, found + twoSided) }
        func excess(_ mean: Double) -> Double {
            let ratio = found >= 0 ? (found - mean) * (found - mean) : mean * mean - 2 * mean * found
            return ratio.squareRoot() - criticalRoot(mean: mean)
        }
        func root(_ inside: Double, _ outside: Double) -> Double {
            var inside = inside, outside = outside
            for _ in 0..<60 {
                let middle = (inside + outside) / 2
                if excess(middle) <= 0 { inside = middle } else { outside = middle }
            }
            return (inside + outside) / 2
        }
        let best = max(0, found)
        let low = excess(0) <= 0 ? 0 : root(best, 0)
        return (low, root(best, best + twoSided + 1))
    }
}

/// How far the ends of an interval lie from the estimate, in standard deviations (the lower one negative).
struct StandardisedEnds {
    var low: Double
    var high: Double
    /// Whether the lower end is the bound at zero.
    var lowIsBound: Bool

    /// - Parameters:
    ///   - level: the probability.
    ///   - distance: how many standard deviations the estimate lies above the bound at zero; `nil` without one.
    ///   - degrees: the degrees of freedom of a variance estimated from residuals; `nil` where variances are known.
    init(level: Double, distance: Double?, degrees: Double?) throws {
        let normal = try NormalDistribution.standard.quantile((1 + level) / 2)
        var widening = 1.0
        if let degrees {
            let student = try StudentDistribution(degreesOfFreedom: max(1, degrees)).quantile((1 + level) / 2)
            widening = student / normal
        }
        if let distance {
            let ends = try BoundedNormalInterval(level: level).ends(found: distance / widening)
            low = (ends.low - distance / widening) * widening
            high = (ends.high - distance / widening) * widening
            lowIsBound = ends.low == 0
        } else {
            (low, high, lowIsBound) = (-normal * widening, normal * widening, false)
        }
    }
}
