import Testing

@testable import Photoemission

@Suite("Compiled expressions")
struct CompiledExpressionsTests {
    static let expressions: [ParameterExpression] = [
        .constant(1.5), .free(2), .free(0) + .constant(-3), .free(0) * .free(1),
        (.free(0) + .free(1)) * (.free(2) + .constant(2)) + .free(1) * .free(1),
    ]
    static let theta = [1.25, -0.75, 3.5]

    @Test("values are those of the expressions, whatever was evaluated before")
    func values() {
        let compiled = CompiledExpressions(Self.expressions)
        for theta in [[0, 0, 0], Self.theta, [3.5, 0.5, -2]] as [[Double]] {
            theta.withUnsafeBufferPointer { compiled.evaluate($0) }
            for (index, expression) in Self.expressions.enumerated() {
                #expect(compiled[index] == expression.value(theta))
            }
        }
    }

    @Test("derivatives as expressions have the values of derivatives")
    func derivatives() {
        for expression in Self.expressions {
            for parameter in 0..<3 {
                let expected = Self.theta.withUnsafeBufferPointer { expression.derivative(by: parameter, $0) }
                #expect(abs(expression.derivative(by: parameter).value(Self.theta) - expected) < 1e-14)
            }
        }
    }

    @Test("every quantity has a place of its own, in the order of all cases")
    func places() {
        #expect(ComponentQuantity.allCases.map(\.place) == Array(ComponentQuantity.allCases.indices))
    }
}
