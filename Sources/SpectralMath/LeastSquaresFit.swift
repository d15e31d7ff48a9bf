/// What a nonlinear least-squares minimisation found: a value that says whether it converged and why not.
public struct LeastSquaresFit: Sendable, Hashable {
    /// Where a parameter ended with respect to its bounds.
    public enum Position: Sendable, Hashable {
        /// Inside its bounds: estimated from the data.
        case free
        /// On its lower bound, which the data would like to cross.
        case atLowerBound
        /// On its upper bound, which the data would like to cross.
        case atUpperBound
        /// Lower and upper bound were equal.
        case fixed
    }

    /// What ended the minimisation.
    public enum Termination: Sendable, Hashable {
        /// A Gauss-Newton step would lower the sum of squares by less than the tolerance, and no bound is in the way.
        case predictedDecreaseBelowTolerance
        /// The sum of squares cannot be lowered any further in double precision.
        case limitOfPrecision
        /// The residuals are all zero.
        case exactFit
        /// The permitted number of evaluations was used up.
        case evaluationLimit
        /// No step lowers the sum of squares although the linearised problem says that one should: the Jacobian does
        /// not belong to the residuals, or the residuals are not smooth here.
        case noProgress
        /// Steps end where the residuals are not finite.
        case undefinedResiduals
    }

    /// The parameters in the caller's order.
    public var parameters: [Double]
    /// Where each parameter ended with respect to its bounds.
    public var positions: [Position]
    /// The residuals at `parameters` as the caller's closure gives them, without weights.
    public var residuals: [Double]
    /// The sum of the squared residuals, each times its weight.
    public var chi2: Double
    /// The number of residuals of positive weight minus the number of free parameters.
    public var degreesOfFreedom: Int
    /// The covariance of the parameters if each weight is the reciprocal of the variance of its residual. Rows and
    /// columns of parameters that are not free, or not determined by the data, are zero.
    public var covariance: Matrix
    /// The free parameters that the data do not determine: some combination of them changes no residual.
    public var undetermined: [Int]
    /// Half the gradient of `chi2`: zero within rounding for free parameters, not below zero at a lower bound, not above
    /// zero at an upper bound; written as zero for fixed parameters.
    public var gradient: [Double]
    /// What ended the minimisation.
    public var termination: Termination
    /// The number of times the residuals were computed, those for difference quotients included.
    public var residualEvaluations: Int
    /// The number of times the Jacobian was computed.
    public var jacobianEvaluations: Int
    /// The number of accepted steps.
    public var steps: Int

    /// Whether the parameters are at a minimum within the bounds.
    public var converged: Bool {
        switch termination {
        case .predictedDecreaseBelowTolerance, .limitOfPrecision, .exactFit: true
        case .evaluationLimit, .noProgress, .undefinedResiduals: false
        }
    }

    /// `chi2` per degree of freedom, or `nil` where there is no degree of freedom.
    public var reducedChi2: Double? { degreesOfFreedom > 0 ? chi2 / Double(degreesOfFreedom) : nil }

    /// How the weights are to be understood when uncertainties are computed.
    public enum Weights: Sendable, Hashable {
        /// Each weight is the reciprocal of the variance of its residual.
        case absolute
        /// The weights are known up to a factor, which is estimated from `reducedChi2`.
        case relative
    }

    /// The standard uncertainty of parameter `index`; `nil` where the parameter is not free, not determined by the
    /// data, or, with relative weights, where no degree of freedom is left.
    public func standardUncertainty(of index: Int, weights: Weights) -> Double? {
        guard positions[index] == .free, !undetermined.contains(index) else { return nil }
        let sigma = covariance[index, index].squareRoot()
        switch weights {
        case .absolute: return sigma
        case .relative: return reducedChi2.map { sigma * $0.squareRoot() }
        }
    }
}

extension LeastSquaresFit.Termination: CustomStringConvertible {
    /// What ended the minimisation, in words.
    public var description: String {
        switch self {
        case .predictedDecreaseBelowTolerance:
            "converged: a further step would lower the sum of squares by less than the tolerance"
        case .limitOfPrecision: "converged: the sum of squares cannot be lowered further in double precision"
        case .exactFit: "converged: all residuals are zero"
        case .evaluationLimit: "not converged: the permitted number of evaluations was used up"
        case .noProgress: "not converged: no step lowers the sum of squares"
        case .undefinedResiduals: "not converged: steps end where the residuals are not finite"
        }
    }
}
