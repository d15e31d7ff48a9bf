internal import CGSL

/// The value of an integral with an estimate of its error.
public struct Integral: Sendable, Hashable {
    /// The value.
    public var value: Double
    /// An upper estimate of the absolute error.
    public var errorEstimate: Double
    /// The number of times the integrand was computed.
    public var evaluations: Int
}

/// Adaptive numerical integration over finite and infinite intervals: QAGS and QAGI of QUADPACK (Piessens et al. 1983)
/// as GSL implements them, which cope with integrable singularities at the ends.
public struct Integration: Sendable, Hashable {
    /// Integration stops when the estimated error is below this number ...
    public var absoluteTolerance = 0.0
    /// ... or below this fraction of the value. GSL demands at least about 1e-14.
    public var relativeTolerance = 1e-10
    /// The largest number of subintervals.
    public var maximumSubintervals = 1000

    /// Integration with a relative tolerance of 1e-10.
    public init() {}

    /// The integral of `integrand` over `range`, either end of which may be infinite.
    ///
    /// Throws what `integrand` throws; `NumericalError.notFinite` where it is not finite; `NumericalError.library`
    /// where the tolerance cannot be reached.
    public func integrate(
        over range: ClosedRange<Double>, _ integrand: (Double) throws -> Double
    ) throws -> Integral {
        let operation = "numerical integration"
        guard maximumSubintervals > 0, maximumSubintervals <= 1_000_000 else {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "1 to 1,000,000 subintervals", found: "\(maximumSubintervals)")
        }
        if range.lowerBound == range.upperBound { return Integral(value: 0, errorEstimate: 0, evaluations: 0) }
        let workspace = try Owned(
            operation, gsl_integration_workspace_alloc(maximumSubintervals), freedBy: gsl_integration_workspace_free)
        return try withoutActuallyEscaping(integrand) { integrand in
            let context = IntegrandContext(integrand)
            var result = Integral(value: 0, errorEstimate: 0, evaluations: 0)
            let status = withExtendedLifetime(context) {
                var function = gsl_function(
                    function: evaluateIntegrand, params: Unmanaged.passUnretained(context).toOpaque())
                return run(&function, range, workspace.pointer, &result)
            }
            if let error = context.failure { throw error }
            if status != GSL.success { throw GSL.error(status, operation) }
            try NumericalError.requireFinite([result.value], "value", in: operation)
            result.evaluations = context.evaluations
            return result
        }
    }

    private func run(
        _ function: inout gsl_function, _ range: ClosedRange<Double>,
        _ workspace: UnsafeMutablePointer<gsl_integration_workspace>, _ result: inout Integral
    ) -> Int32 {
        let (absolute, relative, limit) = (absoluteTolerance, relativeTolerance, maximumSubintervals)
        let (lower, upper) = (range.lowerBound, range.upperBound)
        switch (lower.isFinite, upper.isFinite) {
        case (true, true):
            return gsl_integration_qags(
                &function, lower, upper, absolute, relative, limit, workspace, &result.value, &result.errorEstimate)
        case (true, false):
            return gsl_integration_qagiu(
                &function, lower, absolute, relative, limit, workspace, &result.value, &result.errorEstimate)
        case (false, true):
            return gsl_integration_qagil(
                &function, upper, absolute, relative, limit, workspace, &result.value, &result.errorEstimate)
        case (false, false):
            return gsl_integration_qagi(
                &function, absolute, relative, limit, workspace, &result.value, &result.errorEstimate)
        }
    }
}

/// The integrand and what happened to it; a class because GSL's callback reaches it through a pointer.
private final class IntegrandContext {
    private let integrand: (Double) throws -> Double
    private(set) var failure: (any Error)?
    private(set) var evaluations = 0

    init(_ integrand: @escaping (Double) throws -> Double) { self.integrand = integrand }

    /// After a failure, which GSL has no way to hear of, the integrand is zero, so that GSL ends soon.
    func value(at point: Double) -> Double {
        guard failure == nil else { return 0 }
        evaluations += 1
        do {
            let value = try integrand(point)
            if value.isFinite { return value }
            failure = NumericalError.notFinite(operation: "numerical integration", found: "\(value) at \(point)")
        } catch {
            failure = error
        }
        return 0
    }
}

private func evaluateIntegrand(_ point: Double, _ context: UnsafeMutableRawPointer?) -> Double {
    guard let context else { return .nan }
    return Unmanaged<IntegrandContext>.fromOpaque(context).takeUnretainedValue().value(at: point)
}
