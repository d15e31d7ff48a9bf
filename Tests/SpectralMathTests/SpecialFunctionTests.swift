import Foundation
import Testing

@testable import SpectralMath

/// Values computed with mpmath to 50 digits; made by scripts/special_functions_mpmath.py.
struct SpecialFunctionReference: Decodable, Sendable {
    struct Probability: Decodable, Sendable {
        let name: String
        let parameters: [Double]
        let x: Double
        let cumulative: Double
        let survival: Double
    }

    let erfcx: [[Double]]
    let faddeeva: [[Double]]
    let distributions: [Probability]

    static let shared = try? Fixtures.decode(SpecialFunctionReference.self, from: "special-functions.json")
}

@Suite("Complex error function")
struct ComplexErrorFunctionTests {
    @Test("erfcx agrees with 50-digit values to 5e-15 relative from -26.5 to 1e12")
    func erfcxValues() throws {
        let reference = try #require(SpecialFunctionReference.shared).erfcx
        #expect(reference.count == 201)
        for row in reference {
            #expect(abs(erfcx(row[0]) - row[1]) <= 5e-15 * row[1], "x = \(row[0])")
        }
    }

    @Test("erfcx at its limits: 1 at 0, no overflow to the right, infinity to the left, NaN for NaN")
    func erfcxLimits() {
        #expect(erfcx(0) == 1)
        #expect(erfcx(.infinity) == 0)
        #expect(agreeingDigits(erfcx(1e300), 1e-300 / Double.pi.squareRoot()) > 15)
        #expect(erfcx(-27) == .infinity && erfcx(-.infinity) == .infinity)
        #expect(erfcx(.nan).isNaN)
    }

    @Test("In the upper half-plane both parts agree with 50-digit values to 1e-14 relative, each by itself")
    func upperHalfPlane() throws {
        let reference = try #require(SpecialFunctionReference.shared).faddeeva.filter { $0[1] >= 0 }
        #expect(reference.count == 650)
        for row in reference {
            let value = faddeeva(ComplexNumber(row[0], row[1]))
            // A part below the smallest normal double has fewer digits.
            let floor = 20 * Double.leastNonzeroMagnitude
            #expect(abs(value.real - row[2]) <= 1e-14 * abs(row[2]) + floor, "z = \(row[0]) + \(row[1])i")
            #expect(abs(value.imaginary - row[3]) <= 1e-14 * abs(row[3]) + floor, "z = \(row[0]) + \(row[1])i")
        }
    }

    @Test("In the lower half-plane the value agrees with 50-digit values to 1e-14 of its larger term")
    func lowerHalfPlane() throws {
        let reference = try #require(SpecialFunctionReference.shared).faddeeva.filter { $0[1] < 0 }
        #expect(reference.count == 150)
        for row in reference {
            let value = faddeeva(ComplexNumber(row[0], row[1]))
            let error =
                ((value.real - row[2]) * (value.real - row[2])
                + (value.imaginary - row[3]) * (value.imaginary - row[3])).squareRoot()
            let size = max(2 * exp((row[1] - row[0]) * (row[1] + row[0])), 0.1 / max(1, abs(row[0])))
            #expect(error <= 1e-14 * size, "z = \(row[0]) + \(row[1])i")
        }
    }

    @Test("w obeys its differential equation w' = -2 z w + 2i / sqrt(pi) across the seams of the method")
    func differentialEquation() {
        var generator = SplitMix64(seed: 7)
        let seam = Double.pi / (Double.pi / 12).squareRoot()
        for trial in 0..<300 {
            // Along the diagonal, along y = pi / step, and anywhere.
            let x = generator.uniform(0...8)
            let y = [x, seam, generator.uniform(0.01...8)][trial % 3]
            let step = 1e-3
            func w(_ offset: Double) -> ComplexNumber { faddeeva(ComplexNumber(x + offset, y)) }
            let inner = w(step) - w(-step)
            let outer = w(2 * step) - w(-2 * step)
            let derivative = (1 / (12 * step)) * (8 * inner - outer)
            let expected =
                -2 * (ComplexNumber(x, y) * w(0)) + ComplexNumber(0, 2 / Double.pi.squareRoot())
            #expect((derivative - expected).squaredModulus.squareRoot() < 2e-10)
        }
    }

    @Test("Symmetries, limits and not finite arguments")
    func limits() {
        #expect(faddeeva(ComplexNumber(0, 0)) == ComplexNumber(1, 0))
        let value = faddeeva(ComplexNumber(1.3, 0.2))
        #expect(faddeeva(ComplexNumber(-1.3, 0.2)) == value.conjugate)
        #expect(faddeeva(ComplexNumber(.infinity, 1)) == ComplexNumber(0, 0))
        #expect(faddeeva(ComplexNumber(1, .infinity)) == ComplexNumber(0, 0))
        #expect(faddeeva(ComplexNumber(.nan, 1)).real.isNaN)
        let far = faddeeva(ComplexNumber(3e200, 4e200))
        #expect(agreeingDigits(far.real, 4 / 25e200 / Double.pi.squareRoot()) > 15)
        #expect(agreeingDigits(far.imaginary, 3 / 25e200 / Double.pi.squareRoot()) > 15)
        #expect(faddeeva(ComplexNumber(0, -30)) == ComplexNumber(.infinity, 0))
    }

    @Test("The Voigt function integrates to 1 and reaches the Lorentzian's tail")
    func voigt() throws {
        let (sigma, gamma) = (0.4, 0.3)
        func profile(_ x: Double) -> Double {
            let root = sigma * 2.0.squareRoot()
            return faddeeva(ComplexNumber(x / root, gamma / root)).real / (root * Double.pi.squareRoot())
        }
        let area = try Integration().integrate(over: -Double.infinity...Double.infinity, profile)
        #expect(abs(area.value - 1) < 1e-9)
        let lorentzian = gamma / (.pi * (1e4 * 1e4 + gamma * gamma))
        #expect(abs(profile(1e4) / lorentzian - 1) < 1e-8)
    }
}

@Suite("Probability distributions")
struct DistributionTests {
    private func distribution(_ name: String, _ parameters: [Double]) throws -> any ProbabilityDistribution {
        switch name {
        case "normal": NormalDistribution.standard
        case "chi-squared": try ChiSquaredDistribution(degreesOfFreedom: parameters[0])
        case "student": try StudentDistribution(degreesOfFreedom: parameters[0])
        default: try FisherDistribution(numeratorDegrees: parameters[0], denominatorDegrees: parameters[1])
        }
    }

    @Test("Both tails agree with 50-digit values", arguments: ["normal", "chi-squared", "student", "fisher"])
    func values(_ name: String) throws {
        let reference = try #require(SpecialFunctionReference.shared).distributions.filter { $0.name == name }
        #expect(reference.count >= 11)
        var worst = 0.0
        for row in reference {
            let distribution = try distribution(name, row.parameters)
            for (found, expected) in [
                (distribution.cumulative(row.x), row.cumulative), (distribution.survival(row.x), row.survival),
            ] where expected > 1e-290 {
                worst = max(worst, abs(found / expected - 1))
            }
        }
        #expect(worst < 1e-12)
    }

    @Test("Quantiles are the inverse of both tails", arguments: ["normal", "chi-squared", "student", "fisher"])
    func quantiles(_ name: String) throws {
        let sets: [[Double]] =
            switch name {
            case "normal": [[]]
            case "fisher": [[1, 1], [2, 7], [40, 3], [12, 231], [300, 300]]
            default: [[1], [2], [3.5], [10], [57], [1000]]
            }
        var worst = 0.0
        for parameters in sets {
            let distribution = try distribution(name, parameters)
            for probability in [1e-12, 1e-6, 0.001, 0.025, 0.1587, 0.5, 0.6827, 0.95, 0.999] {
                let lower = distribution.cumulative(try distribution.quantile(probability))
                let upper = distribution.survival(try distribution.survivalQuantile(probability))
                worst = max(worst, abs(lower / probability - 1), abs(upper / probability - 1))
            }
        }
        #expect(worst < 2e-12)
    }

    @Test("Degrees of freedom and probabilities outside their domain are refused")
    func refusals() throws {
        #expect(throws: NumericalError.self) { try ChiSquaredDistribution(degreesOfFreedom: 0) }
        #expect(throws: NumericalError.self) { try StudentDistribution(degreesOfFreedom: -1) }
        #expect(throws: NumericalError.self) { try FisherDistribution(numeratorDegrees: 1, denominatorDegrees: .nan) }
        #expect(throws: NumericalError.self) { try NormalDistribution(mean: 0, standardDeviation: 0) }
        #expect(throws: NumericalError.self) { try NormalDistribution.standard.quantile(1.1) }
        #expect(throws: NumericalError.self) { try NormalDistribution.standard.quantile(.nan) }
        #expect(try NormalDistribution.standard.quantile(1) == .infinity)
        #expect(try ChiSquaredDistribution(degreesOfFreedom: 3).quantile(0) == 0)
        for distribution in [
            NormalDistribution.standard, try StudentDistribution(degreesOfFreedom: 3),
            try ChiSquaredDistribution(degreesOfFreedom: 3),
            try FisherDistribution(numeratorDegrees: 2, denominatorDegrees: 3),
        ] as [any ProbabilityDistribution] {
            #expect(distribution.cumulative(.nan).isNaN && distribution.survival(.nan).isNaN)
            #expect(distribution.cumulative(.infinity) == 1 && distribution.survival(.infinity) == 0)
        }
    }
}
