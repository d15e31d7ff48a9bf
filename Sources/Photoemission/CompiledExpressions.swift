/// Expressions of the free parameters in flat memory, with their values at the last parameters: evaluating them
/// allocates nothing and counts no references.
struct CompiledExpressions: ~Copyable {
    private let values: UnsafeMutablePointer<Double>
    private let constants: UnsafeMutablePointer<Double>
    private let coefficients: UnsafeMutablePointer<Double>
    /// Where the terms of each expression, and the factors of each term, start; one more than there are.
    private let termStarts: UnsafeMutablePointer<Int>
    private let factorStarts: UnsafeMutablePointer<Int>
    private let factors: UnsafeMutablePointer<Int>
    /// The expressions that are not constant.
    private let moving: UnsafeMutablePointer<Int>
    private let movingCount: Int

    init(_ expressions: [ParameterExpression]) {
        let terms = expressions.flatMap(\.terms)
        values = .allocate(capacity: expressions.count + 1)
        constants = .allocate(capacity: expressions.count + 1)
        coefficients = .allocate(capacity: terms.count + 1)
        termStarts = .allocate(capacity: expressions.count + 1)
        factorStarts = .allocate(capacity: terms.count + 1)
        factors = .allocate(capacity: terms.reduce(1) { $0 + $1.factors.count })
        moving = .allocate(capacity: expressions.count + 1)
        var term = 0, factor = 0, count = 0
        for (index, expression) in expressions.enumerated() {
            values[index] = expression.constant
            constants[index] = expression.constant
            termStarts[index] = term
            for own in expression.terms {
                coefficients[term] = own.coefficient
                factorStarts[term] = factor
                for parameter in own.factors {
                    factors[factor] = parameter
                    factor += 1
                }
                term += 1
            }
            if !expression.isConstant {
                moving[count] = index
                count += 1
            }
        }
        termStarts[expressions.count] = term
        factorStarts[term] = factor
        movingCount = count
    }

    deinit {
        values.deallocate()
        constants.deallocate()
        coefficients.deallocate()
        termStarts.deallocate()
        factorStarts.deallocate()
        factors.deallocate()
        moving.deallocate()
    }

    /// Evaluates all expressions.
    func evaluate(_ theta: UnsafeBufferPointer<Double>) {
        for k in 0..<movingCount {
            let index = moving[k]
            var sum = constants[index]
            for term in termStarts[index]..<termStarts[index + 1] {
                var product = coefficients[term]
                for factor in factorStarts[term]..<factorStarts[term + 1] { product *= theta[factors[factor]] }
                sum += product
            }
            values[index] = sum
        }
    }

    /// The value of an expression at the parameters of the last evaluation.
    subscript(_ index: Int) -> Double { values[index] }
}

extension ParameterExpression {
    /// The derivative by free parameter `index`, again an expression.
    func derivative(by index: Int) -> ParameterExpression {
        var result = ParameterExpression.constant(0)
        for term in terms {
            for (position, factor) in term.factors.enumerated() where factor == index {
                var others = term.factors
                others.remove(at: position)
                if others.isEmpty {
                    result.constant += term.coefficient
                } else {
                    result.terms.append(Term(coefficient: term.coefficient, factors: others))
                }
            }
        }
        return result
    }
}
