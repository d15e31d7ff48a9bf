/// A parameter of a component as a polynomial of the free parameters theta: what chains of links come down to.
///
/// A constant, one free parameter, a free parameter plus a distance, a product of two where a ratio is fitted too.
struct ParameterExpression: Sendable, Hashable {
    /// A coefficient times the product of free parameters, by index.
    struct Term: Sendable, Hashable {
        var coefficient: Double
        var factors: [Int]
    }

    var constant: Double
    var terms: [Term]

    static func constant(_ value: Double) -> ParameterExpression { .init(constant: value, terms: []) }

    static func free(_ index: Int) -> ParameterExpression {
        .init(constant: 0, terms: [Term(coefficient: 1, factors: [index])])
    }

    var isConstant: Bool { terms.isEmpty }

    /// The free parameters it depends on, ascending.
    var parameters: [Int] {
        // All but links that are fitted themselves.
        if terms.count < 2, terms.first?.factors.count ?? 0 < 2 { return terms.first?.factors ?? [] }
        return Array(Set(terms.flatMap(\.factors))).sorted()
    }

    func value(_ theta: UnsafeBufferPointer<Double>) -> Double {
        var sum = constant
        for term in terms {
            var product = term.coefficient
            for factor in term.factors { product *= theta[factor] }
            sum += product
        }
        return sum
    }

    func value(_ theta: [Double]) -> Double { theta.withUnsafeBufferPointer(value) }

    /// The derivative by free parameter `index`.
    func derivative(by index: Int, _ theta: UnsafeBufferPointer<Double>) -> Double {
        var sum = 0.0
        for term in terms {
            for (position, factor) in term.factors.enumerated() where factor == index {
                var product = term.coefficient
                for (other, parameter) in term.factors.enumerated() where other != position {
                    product *= theta[parameter]
                }
                sum += product
            }
        }
        return sum
    }

    static func + (left: ParameterExpression, right: ParameterExpression) -> ParameterExpression {
        .init(constant: left.constant + right.constant, terms: left.terms + right.terms)
    }

    static func * (left: ParameterExpression, right: ParameterExpression) -> ParameterExpression {
        var terms: [Term] = []
        for a in left.terms where right.constant != 0 {
            terms.append(Term(coefficient: a.coefficient * right.constant, factors: a.factors))
        }
        for b in right.terms {
            if left.constant != 0 {
                terms.append(Term(coefficient: b.coefficient * left.constant, factors: b.factors))
            }
            for a in left.terms {
                terms.append(Term(coefficient: a.coefficient * b.coefficient, factors: a.factors + b.factors))
            }
        }
        return .init(constant: left.constant * right.constant, terms: terms)
    }
}
