/// Bounded nonlinear least squares for small dense problems.
///
/// Steps come from GSL's `gsl_multifit_nlinear`: the Levenberg-Marquardt method on a QR decomposition of the Jacobian.
/// Where that does not arrive within its share of the evaluations, Powell's dogleg and other scalings are tried.
///
/// Bounds are this library's layer on top, an active-set method: a step that would leave the box is cut at the wall,
/// the parameter stays there, and GSL starts again with the others. At a minimum of the others, a parameter whose
/// gradient points inside is released. Every release follows a decrease of the sum of squares, and the evaluations are
/// counted, so the method always ends.
///
/// Convergence is decided here, not by GSL: the square of the cosine between the residuals and the space of the
/// Jacobian's columns is the relative decrease that a full Gauss-Newton step promises (Bates & Watts, Technometrics 23
/// (1981) 179). It does not depend on the units of parameters or residuals.
public struct NonlinearLeastSquares: Sendable, Hashable {
    /// Computes the residuals at the given parameters into an array that has the right length already. Residuals that
    /// are not finite reject the step that led there; at the start they are an error.
    public typealias Residuals = (_ parameters: [Double], _ residuals: inout [Double]) throws -> Void

    /// Computes the derivatives of the residuals at the given parameters into an array that has the right length
    /// already: row by row, `jacobian[residual * parameterCount + parameter]`.
    public typealias Jacobian = (_ parameters: [Double], _ jacobian: inout [Double]) throws -> Void

    /// The minimisation has converged when a Gauss-Newton step would lower the sum of squares by less than this
    /// fraction. 1e-12 leaves parameters within about 1e-6 of their standard uncertainty; a few undamped Gauss-Newton
    /// steps at the end, judged by the gradient, usually gain several digits more.
    public var tolerance = 1e-12

    /// The largest number of steps tried, accepted or not, over all attempts; `nil` allows 1,000 for every parameter
    /// and 1,000 more. Difference quotients take up to four evaluations of the residuals for each parameter and
    /// accepted step on top.
    public var maximumEvaluations: Int?

    /// The minimiser with its default settings.
    public init() {}

    /// Minimises the weighted sum of squares with difference quotients of fourth order as derivatives.
    ///
    /// Throws what `residuals` throws, and `NumericalError` where sizes do not agree, the start lies outside the
    /// bounds, there are fewer residuals than free parameters, or residuals at the start are not finite. A minimisation
    /// that does not converge is no error: see `LeastSquaresFit.termination`.
    public func minimize(_ problem: LeastSquaresProblem, residuals: Residuals) throws -> LeastSquaresFit {
        try withoutActuallyEscaping(residuals) { residuals in
            try minimize(problem, residuals, nil)
        }
    }

    /// Minimises the weighted sum of squares with analytic derivatives; throws like `minimize(_:residuals:)`, and where
    /// a derivative is not finite at an accepted point.
    public func minimize(
        _ problem: LeastSquaresProblem, residuals: Residuals, jacobian: Jacobian
    ) throws -> LeastSquaresFit {
        try withoutActuallyEscaping(residuals) { residuals in
            try withoutActuallyEscaping(jacobian) { jacobian in
                try minimize(problem, residuals, jacobian)
            }
        }
    }

    private func minimize(
        _ problem: LeastSquaresProblem, _ residuals: @escaping Residuals, _ jacobian: Jacobian?
    ) throws -> LeastSquaresFit {
        guard tolerance > 0, tolerance < 1 else {
            throw NumericalError.invalidArgument(
                operation: "nonlinear least squares", expected: "a tolerance between 0 and 1", found: "\(tolerance)")
        }
        let objective = try LeastSquaresObjective(problem, residuals: residuals, jacobian: jacobian)
        return try AttemptSequence(
            objective: objective, tolerance: tolerance,
            evaluationLimit: max(0, maximumEvaluations ?? 1000 * (problem.start.count + 1))
        ).run()
    }
}
