import Foundation

/// What a formula needs of its numbers, so that it can be written once for values and for values with derivatives.
protocol Differentiable {
    init(constant: Double)
    static func + (left: Self, right: Self) -> Self
    static func - (left: Self, right: Self) -> Self
    static func * (left: Self, right: Self) -> Self
    static func / (left: Self, right: Self) -> Self
    static func exp(_ argument: Self) -> Self
    static func log(_ argument: Self) -> Self
    static func cos(_ argument: Self) -> Self
    static func sin(_ argument: Self) -> Self
    static func arctan(_ argument: Self) -> Self
}

extension Differentiable {
    static func + (left: Self, right: Double) -> Self { left + Self(constant: right) }
    static func + (left: Double, right: Self) -> Self { Self(constant: left) + right }
    static func - (left: Self, right: Double) -> Self { left - Self(constant: right) }
    static func - (left: Double, right: Self) -> Self { Self(constant: left) - right }
    static func * (left: Self, right: Double) -> Self { left * Self(constant: right) }
    static func * (left: Double, right: Self) -> Self { Self(constant: left) * right }
    static func / (left: Self, right: Double) -> Self { left / Self(constant: right) }
    static func / (left: Double, right: Self) -> Self { Self(constant: left) / right }

    /// self to the power of `exponent`, for positive self.
    func power(_ exponent: Self) -> Self { Self.exp(exponent * Self.log(self)) }
    var squared: Self { self * self }
}

extension Double: Differentiable {
    init(constant: Double) { self = constant }
    static func exp(_ argument: Double) -> Double { Foundation.exp(argument) }
    static func log(_ argument: Double) -> Double { Foundation.log(argument) }
    static func cos(_ argument: Double) -> Double { Foundation.cos(argument) }
    static func sin(_ argument: Double) -> Double { Foundation.sin(argument) }
    static func arctan(_ argument: Double) -> Double { Foundation.atan(argument) }
}

/// A value with its derivatives with respect to up to ten parameters (forward mode).
struct Dual: Differentiable {
    var value: Double
    var slopes: SIMD16<Double>

    init(constant: Double) {
        value = constant
        slopes = .zero
    }

    init(parameter index: Int, _ value: Double) {
        self.value = value
        slopes = .zero
        slopes[index] = 1
    }

    private init(_ value: Double, _ slopes: SIMD16<Double>) {
        self.value = value
        self.slopes = slopes
    }

    static func + (left: Dual, right: Dual) -> Dual { Dual(left.value + right.value, left.slopes + right.slopes) }
    static func - (left: Dual, right: Dual) -> Dual { Dual(left.value - right.value, left.slopes - right.slopes) }
    static func * (left: Dual, right: Dual) -> Dual {
        Dual(left.value * right.value, right.value * left.slopes + left.value * right.slopes)
    }
    static func / (left: Dual, right: Dual) -> Dual {
        let quotient = left.value / right.value
        return Dual(quotient, (left.slopes - quotient * right.slopes) / right.value)
    }
    static func exp(_ argument: Dual) -> Dual {
        let value = Foundation.exp(argument.value)
        return Dual(value, value * argument.slopes)
    }
    static func log(_ argument: Dual) -> Dual {
        Dual(Foundation.log(argument.value), argument.slopes / argument.value)
    }
    static func cos(_ argument: Dual) -> Dual {
        Dual(Foundation.cos(argument.value), -Foundation.sin(argument.value) * argument.slopes)
    }
    static func sin(_ argument: Dual) -> Dual {
        Dual(Foundation.sin(argument.value), Foundation.cos(argument.value) * argument.slopes)
    }
    static func arctan(_ argument: Dual) -> Dual {
        Dual(Foundation.atan(argument.value), argument.slopes / (1 + argument.value * argument.value))
    }
}
