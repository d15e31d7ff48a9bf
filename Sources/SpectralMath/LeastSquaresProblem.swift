/// A bounded nonlinear least-squares problem apart from its residuals: where to start and what is allowed.
public struct LeastSquaresProblem: Sendable, Hashable {
    /// The start values of the parameters, within `bounds`.
    public var start: [Double]
    /// The number of residuals.
    public var residualCount: Int
    /// The closed range of each parameter, infinite ends allowed; `nil` leaves all free. Equal ends fix a parameter.
    public var bounds: [ClosedRange<Double>]?
    /// The weight of each squared residual, zero or positive; `nil` means 1 for all.
    public var weights: [Double]?
    /// The change of each parameter over which the residuals bend noticeably, used to choose the steps of difference
    /// quotients; `nil` takes the magnitude of the parameter. Without a Jacobian, give a scale to every parameter whose
    /// magnitude says nothing about it, such as a line width for a line position.
    public var scales: [Double]?

    /// A problem without bounds and weights; set the other properties as needed.
    public init(start: [Double], residualCount: Int) {
        self.start = start
        self.residualCount = residualCount
    }
}

extension LeastSquaresProblem {
    /// Refuses a problem that cannot be solved, with the reason.
    func validate() throws {
        let operation = "nonlinear least squares"
        let count = start.count
        guard count > 0 else {
            throw NumericalError.wrongSize(operation: operation, expected: "1 or more start values", found: 0)
        }
        try NumericalError.requireFinite(start, "start", in: operation)
        for (name, length) in [("bounds", bounds?.count), ("scales", scales?.count)] {
            guard length == nil || length == count else {
                throw NumericalError.wrongSize(
                    operation: operation, expected: "\(count) \(name)", found: length ?? 0)
            }
        }
        for (index, range) in (bounds ?? []).enumerated() where !range.contains(start[index]) {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "start[\(index)] within \(range)", found: "\(start[index])")
        }
        if let scale = scales?.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "positive scales", found: "\(scale)")
        }
        try validateWeights(operation)
    }

    private func validateWeights(_ operation: String) throws {
        if let weights {
            guard weights.count == residualCount else {
                throw NumericalError.wrongSize(
                    operation: operation, expected: "\(residualCount) weights", found: weights.count)
            }
            if let weight = weights.first(where: { !($0 >= 0 && $0.isFinite) }) {
                throw NumericalError.invalidArgument(
                    operation: operation, expected: "weights not below zero", found: "\(weight)")
            }
        }
        let free = start.count - (bounds?.count { $0.lowerBound == $0.upperBound } ?? 0)
        let residuals = weights?.count { $0 > 0 } ?? residualCount
        guard residuals >= max(free, 1) else {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "at least \(max(free, 1)) residuals for \(free) free parameters",
                found: "\(residuals)")
        }
        let (elements, overflow) = residualCount.multipliedReportingOverflow(by: start.count)
        guard !overflow, elements <= Int32.max else { throw NumericalError.outOfMemory(operation: operation) }
    }
}
