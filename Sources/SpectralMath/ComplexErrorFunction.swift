import Foundation

/// The scaled complementary error function erfcx(x) = exp(x^2) erfc(x), to a few 1e-15 relative.
///
/// It stays finite where erfc itself vanishes: erfcx(x) tends to 1 / (x sqrt(pi)). Infinite for x below about -26.6,
/// where exp(x^2) overflows. The case y = x, x = 0 of `faddeeva`, by the same method.
public func erfcx(_ x: Double) -> Double {
    guard x < 0 else { return TrapezoidalRule.onImaginaryAxis(x) }
    return 2 * squareExponential(0, x) - TrapezoidalRule.onImaginaryAxis(-x)
}

/// The Faddeeva function w(z) = exp(-z^2) erfc(-iz), whose real part for z = x + iy, y > 0, is the Voigt function.
///
/// In the upper half-plane real and imaginary part are each accurate to a few 1e-15 relative; in the lower one, where w
/// has zeros, the error is of that order relative to |2 exp(-z^2)| + |w(-z)|. Infinite where exp(-z^2) overflows in the
/// lower half-plane.
///
/// Method: M. Al Azah and S. N. Chandler-Wilde, Computation of the complex error function using modified trapezoidal
/// rules, SIAM J. Numer. Anal. 59 (2021) 2346-2367, with N = 11; here in real arithmetic arranged so that the sums for
/// both parts have no cancellation, and with one more node in the rule that has a node at 0, which keeps the real part
/// accurate where it is smaller than the imaginary part by thirteen orders.
public func faddeeva(_ z: ComplexNumber) -> ComplexNumber {
    let upper = TrapezoidalRule.inFirstQuadrant(abs(z.real), abs(z.imaginary))
    // w(-conj(z)) = conj(w(z)).
    let reflected = z.real < 0 ? upper.conjugate : upper
    guard z.imaginary < 0 else { return reflected }
    // w(z) = 2 exp(-z^2) - w(-z), and -z lies in the upper half-plane on the other side of the imaginary axis.
    let (modulus, cosine, sine) = complexSquareExponential(z.real, z.imaginary)
    let real = cosine == 0 ? 0 : 2 * modulus * cosine
    let imaginary = sine == 0 ? 0 : -2 * modulus * sine
    return ComplexNumber(real - reflected.real, imaginary + reflected.imaginary)
}

/// exp(y^2 - x^2) with the squares to twice the precision of a double: the plain difference would cost up to 1e-13.
private func squareExponential(_ x: Double, _ y: Double) -> Double {
    let (xSquare, ySquare) = (x * x, y * y)
    let difference = ySquare - xSquare
    guard difference.isFinite else { return exp((y - x) * (y + x)) }
    let xRest = (-xSquare).addingProduct(x, x)
    let yRest = (-ySquare).addingProduct(y, y)
    // The rounding error of the difference itself (Knuth's two-sum).
    let subtracted = difference - ySquare
    let rest = (ySquare - (difference - subtracted)) - (xSquare + subtracted)
    return exp(difference) * (1 + (rest + (yRest - xRest)))
}

/// exp(-z^2) for z = x + iy as modulus, cosine and sine of 2xy: exp(-z^2) = modulus (cosine - i sine).
private func complexSquareExponential(_ x: Double, _ y: Double) -> (modulus: Double, cosine: Double, sine: Double) {
    let phase = 2 * x * y
    let rest = (-phase).addingProduct(2 * x, y)
    let (cosine, sine) = (cos(phase), sin(phase))
    return (squareExponential(x, y), cosine - rest * sine, sine + rest * cosine)
}

/// Trapezoidal rules for w(z) = (iz / pi) times the integral of exp(-t^2) / (z^2 - t^2) over the real line.
private enum TrapezoidalRule {
    /// The step sqrt(pi / (N + 1)) for N = 11.
    static let step = (Double.pi / 12).squareRoot()

    /// t^2 and exp(-t^2) at the nodes of one rule.
    struct Nodes {
        let positions: [Double]
        let weights: [Double]

        init(_ positions: [Double]) {
            self.positions = positions
            weights = positions.map { exp(-$0 * $0) }
        }
    }

    /// The positive nodes of the rule with nodes half a step beside 0.
    static let midpoint = Nodes((0..<12).map { (Double($0) + 0.5) * step })
    /// The positive nodes of the rule with a node at 0.
    static let centred = Nodes((1...12).map { Double($0) * step })

    /// erfcx(y) for y >= 0.
    static func onImaginaryAxis(_ y: Double) -> Double {
        if y > 1e8 { return 1 / (y * Double.pi.squareRoot()) }
        guard y >= 0 else { return .nan }
        var sum = 0.0
        for index in 0..<12 {
            let node = midpoint.positions[index]
            sum += midpoint.weights[index] / (y * y + node * node)
        }
        let integral = 2 * step * y / .pi * sum
        guard y < .pi / step else { return integral }
        let decay = exp(-2 * .pi * y / step)
        return integral + 2 * exp(y * y) * decay / (1 + decay)
    }

    /// w(x + iy) for x, y >= 0.
    static func inFirstQuadrant(_ x: Double, _ y: Double) -> ComplexNumber {
        guard x < 1e8, y < 1e8 else { return farAway(x, y) }
        let fraction = x / step - (x / step).rounded(.down)
        // The nodes must keep a quarter of a step away from z, or the sum has to be corrected by a nearly infinite term.
        let isCentred = y < x && fraction >= 0.25 && fraction <= 0.75
        let nodes = isCentred ? centred : midpoint
        let square = x * x + y * y
        var real = 0.0
        var imaginary = 0.0
        for index in 0..<12 {
            let node = nodes.positions[index]
            let (near, far) = (x - node, x + node)
            let factor = nodes.weights[index] / ((near * near + y * y) * (far * far + y * y))
            real += factor * (square + node * node)
            imaginary += factor * (square - node * node)
        }
        real *= 2 * step * y / .pi
        imaginary *= 2 * step * x / .pi
        if isCentred {
            real += step * y / (.pi * square)
            imaginary += step * x / (.pi * square)
        }
        if y >= max(x, .pi / step) { return ComplexNumber(real, imaginary) }
        let pole = poleTerm(x, y, fraction, isCentred)
        return ComplexNumber(real + pole.real, imaginary + pole.imaginary)
    }

    /// The contribution of the pole at t = z: 2 exp(-z^2) / (1 +- exp(-2 pi i z / step)).
    private static func poleTerm(_ x: Double, _ y: Double, _ fraction: Double, _ isCentred: Bool) -> ComplexNumber {
        let decay = exp(-2 * .pi * y / step)
        let sign = isCentred ? -1.0 : 1.0
        let (cosine, sine) = (cos(2 * .pi * fraction), sin(2 * .pi * fraction))
        let factor = decay / (1 + sign * 2 * decay * cosine + decay * decay)
        let (real, imaginary) = (factor * (decay + sign * cosine), factor * sign * sine)
        let (modulus, cosineOfSquare, sineOfSquare) = complexSquareExponential(x, y)
        return 2 * modulus * ComplexNumber(cosineOfSquare, -sineOfSquare) * ComplexNumber(real, imaginary)
    }

    /// w(z) = i / (z sqrt(pi)) to double precision for |z| > 1e8, without overflow of |z|^2.
    private static func farAway(_ x: Double, _ y: Double) -> ComplexNumber {
        guard !x.isNaN, !y.isNaN else { return ComplexNumber(.nan, .nan) }
        guard x.isFinite, y.isFinite else { return ComplexNumber(0, 0) }
        let scale = max(x, y)
        let (a, b) = (x / scale, y / scale)
        let factor = 1 / ((a * a + b * b) * Double.pi.squareRoot())
        return ComplexNumber(factor * b / scale, factor * a / scale)
    }
}
