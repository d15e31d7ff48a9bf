internal import CGSL

/// A continuous probability distribution.
public protocol ProbabilityDistribution: Sendable {
    /// The probability of a value not above `x`.
    func cumulative(_ x: Double) -> Double
    /// The probability of a value above `x`, accurate also where it is tiny.
    func survival(_ x: Double) -> Double
    /// The value that is not exceeded with `probability`. Throws `NumericalError.invalidArgument` outside 0 ... 1.
    func quantile(_ probability: Double) throws -> Double
    /// The value that is exceeded with `probability`. Throws `NumericalError.invalidArgument` outside 0 ... 1.
    func survivalQuantile(_ probability: Double) throws -> Double
}

/// The normal distribution.
public struct NormalDistribution: ProbabilityDistribution, Hashable {
    /// The mean.
    public let mean: Double
    /// The standard deviation.
    public let standardDeviation: Double

    /// The standard normal distribution, mean 0 and standard deviation 1.
    public static let standard = NormalDistribution(uncheckedMean: 0, 1)

    /// A normal distribution; throws `NumericalError.invalidArgument` unless the standard deviation is positive.
    public init(mean: Double, standardDeviation: Double) throws {
        guard mean.isFinite, standardDeviation > 0, standardDeviation.isFinite else {
            throw NumericalError.invalidArgument(
                operation: "normal distribution", expected: "a finite mean and a positive standard deviation",
                found: "\(mean) and \(standardDeviation)")
        }
        self.init(uncheckedMean: mean, standardDeviation)
    }

    private init(uncheckedMean mean: Double, _ standardDeviation: Double) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// The probability of a value not above `x`.
    public func cumulative(_ x: Double) -> Double {
        GSL.prepare()
        return gsl_cdf_gaussian_P(x - mean, standardDeviation)
    }

    /// The probability of a value above `x`.
    public func survival(_ x: Double) -> Double {
        GSL.prepare()
        return gsl_cdf_gaussian_Q(x - mean, standardDeviation)
    }

    /// The value that is not exceeded with `probability`; infinite for 0 and 1.
    public func quantile(_ probability: Double) throws -> Double {
        try requireProbability(probability)
        return mean + gsl_cdf_gaussian_Pinv(probability, standardDeviation)
    }

    /// The value that is exceeded with `probability`; infinite for 0 and 1.
    public func survivalQuantile(_ probability: Double) throws -> Double {
        try requireProbability(probability)
        return mean + gsl_cdf_gaussian_Qinv(probability, standardDeviation)
    }
}

/// The chi-squared distribution: the sum of the squares of `degreesOfFreedom` standard normal numbers.
public struct ChiSquaredDistribution: ProbabilityDistribution, Hashable {
    /// The number of degrees of freedom, which need not be whole.
    public let degreesOfFreedom: Double

    /// A chi-squared distribution; throws `NumericalError.invalidArgument` unless the degrees of freedom are positive.
    public init(degreesOfFreedom: Double) throws {
        self.degreesOfFreedom = try requireDegrees(degreesOfFreedom, "chi-squared distribution")
    }

    /// The probability of a value not above `x`.
    public func cumulative(_ x: Double) -> Double {
        GSL.prepare()
        guard x.isFinite else { return certain(x) }
        return x <= 0 ? 0 : gsl_cdf_chisq_P(x, degreesOfFreedom)
    }

    /// The probability of a value above `x`.
    public func survival(_ x: Double) -> Double {
        GSL.prepare()
        guard x.isFinite else { return 1 - certain(x) }
        return x <= 0 ? 1 : gsl_cdf_chisq_Q(x, degreesOfFreedom)
    }

    /// The value that is not exceeded with `probability`; infinite for 1.
    public func quantile(_ probability: Double) throws -> Double {
        try inverse(probability, gsl_cdf_chisq_Pinv)
    }

    /// The value that is exceeded with `probability`; infinite for 0.
    public func survivalQuantile(_ probability: Double) throws -> Double {
        try inverse(probability, gsl_cdf_chisq_Qinv)
    }

    private func inverse(_ probability: Double, _ function: (Double, Double) -> Double) throws -> Double {
        try requireProbability(probability)
        return try requireNumber(function(probability, degreesOfFreedom), "quantile of the chi-squared distribution")
    }
}

/// Student's t distribution.
///
/// Computed from Fisher's distribution, as t^2 is distributed like F with 1 and `degreesOfFreedom` degrees of freedom:
/// GSL's own function for t loses half of its digits in far tails.
public struct StudentDistribution: ProbabilityDistribution, Hashable {
    /// The number of degrees of freedom, which need not be whole.
    public let degreesOfFreedom: Double

    /// A t distribution; throws `NumericalError.invalidArgument` unless the degrees of freedom are positive.
    public init(degreesOfFreedom: Double) throws {
        self.degreesOfFreedom = try requireDegrees(degreesOfFreedom, "Student's t distribution")
    }

    /// The probability of a value not above `x`.
    public func cumulative(_ x: Double) -> Double { survival(-x) }

    /// The probability of a value above `x`.
    public func survival(_ x: Double) -> Double {
        GSL.prepare()
        guard x.isFinite else { return 1 - certain(x) }
        let tail = 0.5 * gsl_cdf_fdist_Q(x * x, 1, degreesOfFreedom)
        return x >= 0 ? tail : 1 - tail
    }

    /// The value that is not exceeded with `probability`; infinite for 0 and 1.
    public func quantile(_ probability: Double) throws -> Double { try -survivalQuantile(probability) }

    /// The value that is exceeded with `probability`; infinite for 0 and 1.
    public func survivalQuantile(_ probability: Double) throws -> Double {
        try requireProbability(probability)
        let central = abs(1 - 2 * probability)
        let square =
            central < 0.5
            ? gsl_cdf_fdist_Pinv(central, 1, degreesOfFreedom)
            : gsl_cdf_fdist_Qinv(2 * min(probability, 1 - probability), 1, degreesOfFreedom)
        let value = try requireNumber(square.squareRoot(), "quantile of Student's t distribution")
        return probability <= 0.5 ? value : -value
    }
}

/// Fisher's F distribution: the ratio of two chi-squared variables, each divided by its degrees of freedom.
public struct FisherDistribution: ProbabilityDistribution, Hashable {
    /// The degrees of freedom of the numerator.
    public let numeratorDegrees: Double
    /// The degrees of freedom of the denominator.
    public let denominatorDegrees: Double

    /// An F distribution; throws `NumericalError.invalidArgument` unless both degrees of freedom are positive.
    public init(numeratorDegrees: Double, denominatorDegrees: Double) throws {
        self.numeratorDegrees = try requireDegrees(numeratorDegrees, "F distribution")
        self.denominatorDegrees = try requireDegrees(denominatorDegrees, "F distribution")
    }

    /// The probability of a value not above `x`.
    public func cumulative(_ x: Double) -> Double {
        GSL.prepare()
        guard x.isFinite else { return certain(x) }
        return x <= 0 ? 0 : gsl_cdf_fdist_P(x, numeratorDegrees, denominatorDegrees)
    }

    /// The probability of a value above `x`.
    public func survival(_ x: Double) -> Double {
        GSL.prepare()
        guard x.isFinite else { return 1 - certain(x) }
        return x <= 0 ? 1 : gsl_cdf_fdist_Q(x, numeratorDegrees, denominatorDegrees)
    }

    /// The value that is not exceeded with `probability`; infinite for 1.
    public func quantile(_ probability: Double) throws -> Double {
        try inverse(probability, gsl_cdf_fdist_Pinv)
    }

    /// The value that is exceeded with `probability`; infinite for 0.
    public func survivalQuantile(_ probability: Double) throws -> Double {
        try inverse(probability, gsl_cdf_fdist_Qinv)
    }

    private func inverse(_ probability: Double, _ function: (Double, Double, Double) -> Double) throws -> Double {
        try requireProbability(probability)
        let value = function(probability, numeratorDegrees, denominatorDegrees)
        return try requireNumber(value, "quantile of the F distribution")
    }
}

/// The probability of a value not above an infinity; NaN for NaN.
private func certain(_ x: Double) -> Double { x.isNaN ? .nan : x > 0 ? 1 : 0 }

private func requireDegrees(_ degrees: Double, _ operation: String) throws -> Double {
    guard degrees > 0, degrees.isFinite else {
        throw NumericalError.invalidArgument(
            operation: operation, expected: "a positive number of degrees of freedom", found: "\(degrees)")
    }
    return degrees
}

private func requireProbability(_ probability: Double) throws {
    GSL.prepare()
    guard probability >= 0, probability <= 1 else {
        throw NumericalError.invalidArgument(
            operation: "quantile", expected: "a probability from 0 to 1", found: "\(probability)")
    }
}

private func requireNumber(_ value: Double, _ operation: String) throws -> Double {
    guard !value.isNaN else { throw NumericalError.notFinite(operation: operation, found: "\(value)") }
    return value
}
