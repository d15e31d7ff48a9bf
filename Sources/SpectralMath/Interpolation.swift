internal import CGSL

/// Interpolation between given points.
///
/// Not copyable, because it owns an object of GSL; it is only read after its creation, so threads may share it.
public struct Interpolation: ~Copyable, @unchecked Sendable {
    /// How values between the points are found.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Straight lines.
        case linear
        /// A natural cubic spline: two continuous derivatives, zero second derivative at the ends.
        case cubicSpline
        /// Akima's spline (J. ACM 17 (1970) 589): little overshoot beside outliers.
        case akima
        /// Steffen's spline (Astron. Astrophys. 239 (1990) 443): monotonic between points, never overshoots.
        case steffen
    }

    /// The smallest and the largest abscissa.
    public let range: ClosedRange<Double>
    private let abscissae: [Double]
    private let ordinates: [Double]
    private let interpolation: Owned<gsl_interp>

    /// Prepares interpolation through the points.
    ///
    /// Throws `NumericalError` unless both arrays are finite and of equal length, `abscissae` rises strictly, and there
    /// are enough points: 2 for linear, 3 for cubic and Steffen, 5 for Akima.
    public init(_ method: Method, abscissae: [Double], ordinates: [Double]) throws {
        let operation = "\(method.rawValue) interpolation"
        guard abscissae.count == ordinates.count else {
            throw NumericalError.wrongSize(
                operation: operation, expected: "\(abscissae.count) ordinates", found: ordinates.count)
        }
        let type = method.type
        let minimum = Int(gsl_interp_type_min_size(type))
        guard abscissae.count >= minimum, let first = abscissae.first, let last = abscissae.last else {
            throw NumericalError.wrongSize(
                operation: operation, expected: "\(minimum) or more", found: abscissae.count)
        }
        try NumericalError.requireFinite(abscissae, "abscissae", in: operation)
        try NumericalError.requireFinite(ordinates, "ordinates", in: operation)
        for index in 1..<abscissae.count where abscissae[index] <= abscissae[index - 1] {
            throw NumericalError.invalidArgument(
                operation: operation, expected: "strictly rising abscissae",
                found: "\(abscissae[index]) after \(abscissae[index - 1])")
        }
        let interpolation = try Owned(
            operation, gsl_interp_alloc(type, abscissae.count), freedBy: gsl_interp_free)
        try GSL.check(operation) {
            gsl_interp_init(interpolation.pointer, abscissae, ordinates, abscissae.count)
        }
        self.abscissae = abscissae
        self.ordinates = ordinates
        self.range = first...last
        self.interpolation = interpolation
    }

    private func requireInside(_ point: Double) throws {
        guard range.contains(point) else {
            throw NumericalError.invalidArgument(
                operation: "interpolation", expected: "a point within \(range)", found: "\(point)")
        }
    }

    /// The interpolated value at `point`; throws `NumericalError.invalidArgument` outside `range`.
    public func value(at point: Double) throws -> Double {
        try requireInside(point)
        var value = 0.0
        try GSL.check("interpolation") {
            gsl_interp_eval_e(interpolation.pointer, abscissae, ordinates, point, nil, &value)
        }
        return value
    }

    /// The interpolated values at `points`; throws `NumericalError.invalidArgument` where one is outside `range`.
    public func values(at points: [Double]) throws -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(points.count)
        for point in points { values.append(try value(at: point)) }
        return values
    }

    /// The derivative at `point`; throws `NumericalError.invalidArgument` outside `range`.
    public func derivative(at point: Double) throws -> Double {
        try requireInside(point)
        var value = 0.0
        try GSL.check("derivative of an interpolation") {
            gsl_interp_eval_deriv_e(interpolation.pointer, abscissae, ordinates, point, nil, &value)
        }
        return value
    }

    /// The integral over `interval`; throws `NumericalError.invalidArgument` where that leaves `range`.
    public func integral(over interval: ClosedRange<Double>) throws -> Double {
        try requireInside(interval.lowerBound)
        try requireInside(interval.upperBound)
        var value = 0.0
        try GSL.check("integral of an interpolation") {
            gsl_interp_eval_integ_e(
                interpolation.pointer, abscissae, ordinates, interval.lowerBound, interval.upperBound, nil, &value)
        }
        return value
    }
}

extension Interpolation.Method {
    fileprivate var type: UnsafePointer<gsl_interp_type>? {
        switch self {
        case .linear: interphase_gsl_interp_linear()
        case .cubicSpline: interphase_gsl_interp_cspline()
        case .akima: interphase_gsl_interp_akima()
        case .steffen: interphase_gsl_interp_steffen()
        }
    }
}
