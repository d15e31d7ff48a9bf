import SpectralMath

/// What the derivatives of a model by its nonlinear parameters are made of.
///
/// Each of them is one column: a sum of derivatives of components by their own parameters, times areas and the slopes
/// of links. So parameters that several components share cost one column of the normal equations, not several.
struct ModelJacobian: ~Copyable {
    /// The derivative of a component by one of its own parameters: the column it is drawn into.
    struct Derivative {
        var part: Int
        var quantity: ComponentQuantity
        var column: Int
    }

    private let expressions: CompiledExpressions
    private let parameterCount: Int
    /// For every parameter its terms, one parameter after the other: which component's area, which slope, which column.
    private let termStarts: UnsafeMutablePointer<Int>
    private let termParts: UnsafeMutablePointer<Int>
    private let termSlopes: UnsafeMutablePointer<Int>
    private let termColumns: UnsafeMutablePointer<UnsafePointer<Double>?>
    private let factors: UnsafeMutablePointer<Double>
    /// Parameters that areas depend on.
    private let areaTerms: [(parameter: Int, part: Int, slope: Int)]
    let hasAreaTerms: Bool

    init(_ model: ResolvedModel, derivatives: [Derivative], columns: borrowing SpectralColumns) {
        typealias Term = (part: Int, slope: ParameterExpression, column: Int)
        var terms: [[Term]] = model.nonlinear.map { _ in [] }
        for derivative in derivatives {
            let expression = model.parts[derivative.part].expression(derivative.quantity)
            for parameter in expression.parameters {
                let slope = expression.derivative(by: parameter)
                terms[parameter].append((derivative.part, slope, derivative.column))
            }
            if derivative.quantity == .position, let shift = model.shiftIndex {
                terms[shift].append((derivative.part, .constant(-1), derivative.column))
            }
        }
        let all = terms.flatMap { $0 }
        parameterCount = terms.count
        termStarts = .allocate(capacity: terms.count + 1)
        termParts = .allocate(capacity: all.count + 1)
        termSlopes = .allocate(capacity: all.count + 1)
        termColumns = .allocate(capacity: all.count + 1)
        factors = .allocate(capacity: all.count + 1)
        factors.initialize(repeating: 0, count: all.count + 1)
        var place = 0
        for (parameter, own) in terms.enumerated() {
            termStarts[parameter] = place
            for term in own {
                termParts[place] = term.part
                termSlopes[place] = place
                termColumns[place] = columns.address(term.column)
                place += 1
            }
        }
        termStarts[terms.count] = place
        var slopes = all.map(\.slope)
        var areaTerms: [(parameter: Int, part: Int, slope: Int)] = []
        for (index, part) in model.parts.enumerated() {
            for parameter in part.areaFactor.parameters {
                areaTerms.append((parameter, index, slopes.count))
                slopes.append(part.areaFactor.derivative(by: parameter))
            }
        }
        self.areaTerms = areaTerms
        hasAreaTerms = !areaTerms.isEmpty
        expressions = CompiledExpressions(slopes)
    }

    deinit {
        termStarts.deallocate()
        termParts.deallocate()
        termSlopes.deallocate()
        termColumns.deallocate()
        factors.deallocate()
    }

    /// Evaluates the slopes of links at `theta`.
    func evaluate(_ theta: UnsafeBufferPointer<Double>) { expressions.evaluate(theta) }

    /// Fills one column for each parameter from `first` on, for components of the stated areas; where `strengths` are
    /// given, each component's derivatives count times its strength.
    func fill(
        _ columns: borrowing SpectralColumns, from first: Int, areas: UnsafePointer<Double>,
        strengths: UnsafePointer<Double>? = nil
    ) {
        for parameter in 0..<parameterCount {
            let start = termStarts[parameter], count = termStarts[parameter + 1] - start
            for place in start..<(start + count) {
                let part = termParts[place]
                factors[place] = areas[part] * expressions[termSlopes[place]] * (strengths?[part] ?? 1)
            }
            if count == 0 {
                columns.clear(first + parameter, count: 1)
            } else {
                columns.combine(termColumns + start, factors + start, count: count, into: first + parameter)
            }
        }
    }

    /// Adds what parameters contribute through the areas: `coefficients` are those of the components' own areas, and
    /// their columns, background included, start at `values`.
    func addAreaTerms(
        to columns: borrowing SpectralColumns, from first: Int, values: Int, coefficient: (_ part: Int) -> Double
    ) {
        for term in areaTerms {
            columns.add(
                coefficient(term.part) * expressions[term.slope], times: values + term.part, to: first + term.parameter)
        }
    }
}
