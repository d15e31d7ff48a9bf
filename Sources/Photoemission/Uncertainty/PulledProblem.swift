import SpectralMath

/// What holds a quantity of a fit at a value: one more datum, so precise that the quantity has to follow.
///
/// The minimum with this datum is a point of the profile likelihood: no other parameters with the same value of the
/// quantity describe the data better. How stiff the datum is decides only how near to `target` that point lies, so it
/// can be soft enough to leave the normal equations well conditioned.
struct Pull: Sendable {
    var form: QuantityForm
    var target: Double
    /// The standard deviation of the datum numerator - target x denominator = 0.
    var sigma: Double
}

/// A `PeakProblem` with one of its quantities held by a `Pull`, or as it is.
struct PulledProblem: ~Copyable, SeparableProblem {
    var base: PeakProblem
    var pull: Pull?
    private var theta: [Double]

    init(model: ResolvedModel, energies: [Double], regions: [Range<Int>]) {
        base = PeakProblem(model: model, energies: energies, regions: regions)
        theta = [Double](repeating: 0, count: model.nonlinear.count)
    }

    var nonlinearBounds: [ClosedRange<Double>] { base.nonlinearBounds }
    var linearBounds: [ClosedRange<Double>] { base.linearBounds }
    var dataCount: Int { base.dataCount }

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        try base.linearEquations(at: nonlinear, matrix: matrix, vector: vector)
        guard let pull else { return }
        for j in theta.indices { theta[j] = nonlinear[j] }
        let count = linearBounds.count
        let coefficients = pull.form.coefficients(target: pull.target, theta, count: count)
        let weight = 1 / (pull.sigma * pull.sigma)
        let remainder = pull.form.remainder(target: pull.target, theta)
        for i in 0..<count where coefficients[i] != 0 {
            vector[i] -= weight * coefficients[i] * remainder
            for j in 0...i { matrix[i * count + j] += weight * coefficients[i] * coefficients[j] }
        }
    }

    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let chi2 = base.normalEquations(coefficients: coefficients, matrix: matrix, gradient: gradient)
        guard let pull else { return chi2 }
        let linear = Array(coefficients)
        let factors = pull.form.coefficients(target: pull.target, theta, count: linear.count)
        var deviation = pull.form.remainder(target: pull.target, theta)
        for (factor, value) in zip(factors, linear) { deviation += factor * value }
        let slopes = pull.form.slopes(target: pull.target, theta, linear)
        let weight = 1 / (pull.sigma * pull.sigma)
        let count = slopes.count
        for a in 0..<count where slopes[a] != 0 {
            gradient[a] -= weight * slopes[a] * deviation
            for b in 0...a { matrix[a * count + b] += weight * slopes[a] * slopes[b] }
        }
        return chi2 + weight * deviation * deviation
    }
}
