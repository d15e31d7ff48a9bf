/// A complex number in Cartesian form.
public struct ComplexNumber: Sendable, Hashable, Codable {
    /// The real part.
    public var real: Double
    /// The imaginary part.
    public var imaginary: Double

    /// The number `real` + i `imaginary`.
    public init(_ real: Double, _ imaginary: Double) {
        self.real = real
        self.imaginary = imaginary
    }

    /// The complex conjugate.
    public var conjugate: ComplexNumber { ComplexNumber(real, -imaginary) }

    /// The squared modulus.
    public var squaredModulus: Double { real * real + imaginary * imaginary }

    /// The sum.
    public static func + (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left.real + right.real, left.imaginary + right.imaginary)
    }

    /// The difference.
    public static func - (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left.real - right.real, left.imaginary - right.imaginary)
    }

    /// The product.
    public static func * (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(
            left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real)
    }

    /// The number multiplied by a real factor.
    public static func * (left: Double, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left * right.real, left * right.imaginary)
    }
}
