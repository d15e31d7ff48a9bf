internal import CGSL

/// How GSL finds its steps.
struct StepMethod {
    /// The path on which steps are sought when the full Gauss-Newton step fails.
    enum Path {
        /// The Levenberg-Marquardt path: robust, but its damping falls at most threefold per accepted step, which makes
        /// hundreds of steps out of a long narrow valley.
        case levenbergMarquardt
        /// Powell's dogleg: quick in narrow valleys, less robust far from the minimum.
        case dogleg
    }

    /// The unit of length in which the trust region is round.
    enum Scaling {
        /// The longest column each parameter has had so far (More 1978): independent of units.
        case longestColumn
        /// The parameters as they are (Levenberg 1944): finds its way out of plateaus on which a column vanishes.
        case none
    }

    var path: Path
    var scaling: Scaling
}

/// GSL's trust-region solver on the free parameters of an objective, from allocation to release.
struct TrustRegion: ~Copyable {
    /// What an iteration led to.
    enum Outcome {
        /// A step was accepted; the objective stands at its end.
        case step
        /// The objective interrupted the iteration and says why in `interruption`.
        case interrupted
        /// All of GSL's attempts were rejected.
        case noProgress
    }

    private let objective: LeastSquaresObjective
    private let method: StepMethod
    private let functions: Owned<gsl_multifit_nlinear_fdf>
    private let workspace: Owned<gsl_multifit_nlinear_workspace>

    /// Takes the memory and evaluates residuals and Jacobian at the accepted point of `objective`.
    init(_ objective: LeastSquaresObjective, _ method: StepMethod) throws {
        let operation = "trust-region solver"
        var parameters = gsl_multifit_nlinear_default_parameters()
        switch method.path {
        case .levenbergMarquardt: parameters.trs = interphase_gsl_levenberg_marquardt()
        case .dogleg: parameters.trs = interphase_gsl_dogleg()
        }
        switch method.scaling {
        case .longestColumn: parameters.scale = interphase_gsl_scale_more()
        case .none: parameters.scale = interphase_gsl_scale_levenberg()
        }
        parameters.solver = interphase_gsl_solver_qr()
        let functions = try Owned<gsl_multifit_nlinear_fdf>(
            operation, .allocate(capacity: 1), freedBy: { $0?.deallocate() })
        let workspace = try Owned(
            operation,
            gsl_multifit_nlinear_alloc(
                interphase_gsl_trust_region(), &parameters, objective.residualCount, objective.free.count),
            freedBy: gsl_multifit_nlinear_free)
        var callbacks = gsl_multifit_nlinear_fdf()
        callbacks.f = evaluateResiduals
        callbacks.df = evaluateJacobian
        callbacks.n = objective.residualCount
        callbacks.p = objective.free.count
        // Not retained: `objective` is a property of this owner, so it outlives every callback.
        callbacks.params = Unmanaged.passUnretained(objective).toOpaque()
        functions.pointer.initialize(to: callbacks)
        objective.interruption = nil
        let start = objective.free.map { objective.accepted[$0] }
        let status = start.withGSLVector {
            gsl_multifit_nlinear_winit($0, nil, functions.pointer, workspace.pointer)
        }
        if case .failure(let error) = objective.interruption { throw error }
        if status != GSL.success { throw GSL.error(status, operation) }
        self.objective = objective
        self.method = method
        self.functions = functions
        self.workspace = workspace
    }

    /// Looks for a step that lowers the sum of squares and takes it.
    ///
    /// GSL gives up after 16 rejections. The radius of the dogleg has halved as often by then, which need not be enough,
    /// and goes on from there; the damping of Levenberg-Marquardt has grown by 2^120, which is the end.
    func iterate() throws -> Outcome {
        objective.interruption = nil
        var status = gsl_multifit_nlinear_iterate(workspace.pointer)
        for _ in 0..<3 where method.path == .dogleg && status == Int32(GSL_ENOPROG) {
            status = gsl_multifit_nlinear_iterate(workspace.pointer)
        }
        if case .failure(let error) = objective.interruption { throw error }
        if objective.interruption != nil { return .interrupted }
        if status == GSL.success { return .step }
        if status == Int32(GSL_ENOPROG) { return .noProgress }
        throw GSL.error(status, "trust-region step")
    }

    /// The weighted Jacobian of the free parameters at the accepted point, row by row.
    func withJacobian<Result>(_ body: (UnsafeBufferPointer<Double>) throws -> Result) rethrows -> Result {
        let matrix = workspace.pointer.pointee.J.pointee
        return try body(UnsafeBufferPointer(start: matrix.data, count: matrix.size1 * matrix.size2))
    }

    /// The weighted residuals at the accepted point.
    func withResiduals<Result>(_ body: (UnsafeBufferPointer<Double>) throws -> Result) rethrows -> Result {
        let vector = workspace.pointer.pointee.f.pointee
        return try body(UnsafeBufferPointer(start: vector.data, count: vector.size))
    }
}

/// GSL asks for the weighted residuals at trial values of the free parameters.
private func evaluateResiduals(
    _ parameters: UnsafePointer<gsl_vector>?, _ context: UnsafeMutableRawPointer?,
    _ residuals: UnsafeMutablePointer<gsl_vector>?
) -> Int32 {
    guard let parameters, let context, let residuals else { return Int32(GSL_EFAULT) }
    let objective = Unmanaged<LeastSquaresObjective>.fromOpaque(context).takeUnretainedValue()
    let values = UnsafeBufferPointer(start: parameters.pointee.data, count: parameters.pointee.size)
    switch objective.evaluateTrial(values) {
    case .residuals:
        for index in 0..<objective.residualCount { gsl_vector_set(residuals, index, objective.trialWeighted[index]) }
        return GSL.success
    case .rejected:
        // GSL rejects every step whose residuals are longer than before.
        gsl_vector_set_zero(residuals)
        gsl_vector_set(residuals, 0, .greatestFiniteMagnitude)
        return GSL.success
    case .interrupted:
        return Int32(GSL_EBADFUNC)
    }
}

/// GSL asks for the Jacobian where it has just accepted a step, or at the start.
private func evaluateJacobian(
    _ parameters: UnsafePointer<gsl_vector>?, _ context: UnsafeMutableRawPointer?,
    _ jacobian: UnsafeMutablePointer<gsl_matrix>?
) -> Int32 {
    guard let context, let jacobian else { return Int32(GSL_EFAULT) }
    let objective = Unmanaged<LeastSquaresObjective>.fromOpaque(context).takeUnretainedValue()
    do {
        objective.acceptTrial()
        try objective.updateJacobian()
    } catch {
        objective.interruption = .failure(error)
        return Int32(GSL_EBADFUNC)
    }
    for row in 0..<objective.residualCount {
        for (column, parameter) in objective.free.enumerated() {
            gsl_matrix_set(
                jacobian, row, column, objective.jacobian[row * objective.parameterCount + parameter])
        }
    }
    return GSL.success
}
