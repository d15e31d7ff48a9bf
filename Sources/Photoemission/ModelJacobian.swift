import SpectralMath

/// What the derivatives of a model by its nonlinear parameters are made of.
///
/// Each of them is one column: a sum of derivatives of components by their own parameters, times areas and the slopes
/// of links. So parameters that several components share cost one column of the normal equations, not several. Where
/// the sum has one term, the column is that derivative itself, and the factor is left to the small matrices.
struct ModelJacobian: ~Copyable {
    /// The derivative of a component by one of its own parameters, and the column it is drawn into.
    struct Derivative {
        var part: Int
        var quantity: ComponentQuantity
        var column: Int
    }

    /// Which derivatives there are, and what each parameter takes of them.
    struct Layout {
        fileprivate typealias Term = (part: Int, slope: ParameterExpression, derivative: Int)

        private(set) var derivatives: [Derivative] = []
        fileprivate private(set) var terms: [[Term]]
        /// Parameters whose column is that of their only derivative.
        fileprivate private(set) var isDirect: [Bool]
        /// The column after the last one used.
        private(set) var end: Int

        /// - Parameters:
        ///   - first: the column of the first parameter.
        ///   - next: the first column for derivatives that are not themselves those of a parameter.
        init(_ model: ResolvedModel, first: Int, next: Int) {
            terms = model.nonlinear.map { _ in [] }
            for (index, part) in model.parts.enumerated() {
                for quantity in ComponentQuantity.allCases where quantity != .area {
                    let expression = part.expression(quantity)
                    let isShifted = quantity == .position && model.shiftIndex != nil
                    guard !expression.isConstant || isShifted else { continue }
                    for parameter in expression.parameters {
                        terms[parameter].append((index, expression.derivative(by: parameter), derivatives.count))
                    }
                    if isShifted, let shift = model.shiftIndex {
                        terms[shift].append((index, .constant(-1), derivatives.count))
                    }
                    derivatives.append(.init(part: index, quantity: quantity, column: -1))
                }
            }
            isDirect = terms.map { _ in false }
            end = next
            let ofAreas = Set(model.parts.flatMap(\.areaFactor.parameters))
            for (parameter, own) in terms.enumerated() where own.count == 1 && !ofAreas.contains(parameter) {
                guard derivatives[own[0].derivative].column < 0 else { continue }
                derivatives[own[0].derivative].column = first + parameter
                isDirect[parameter] = true
            }
            for index in derivatives.indices where derivatives[index].column < 0 {
                derivatives[index].column = end
                end += 1
            }
        }
    }

    private let expressions: CompiledExpressions
    private let parameterCount: Int
    /// For every parameter its terms, one parameter after the other: which component's area, which slope, which column.
    private let termStarts: UnsafeMutablePointer<Int>
    private let termParts: UnsafeMutablePointer<Int>
    private let termColumns: UnsafeMutablePointer<UnsafePointer<Double>?>
    private let factors: UnsafeMutablePointer<Double>
    private let isDirect: UnsafeMutablePointer<Bool>
    /// What the column of each parameter has to be multiplied by.
    let scales: UnsafeMutablePointer<Double>
    /// Parameters that areas depend on.
    private let areaTerms: [(parameter: Int, part: Int, slope: Int)]
    let hasAreaTerms: Bool

    init(_ model: ResolvedModel, _ layout: Layout, columns: borrowing SpectralColumns) {
        let terms = layout.terms
        let all = terms.flatMap { $0 }
        parameterCount = terms.count
        termStarts = .allocate(capacity: terms.count + 1)
        termParts = .allocate(capacity: all.count + 1)
        termColumns = .allocate(capacity: all.count + 1)
        factors = .allocate(capacity: all.count + 1)
        factors.initialize(repeating: 0, count: all.count + 1)
        isDirect = .allocate(capacity: terms.count + 1)
        scales = .allocate(capacity: terms.count + 1)
        scales.initialize(repeating: 1, count: terms.count + 1)
        var place = 0
        for (parameter, own) in terms.enumerated() {
            termStarts[parameter] = place
            isDirect[parameter] = layout.isDirect[parameter]
            for term in own {
                termParts[place] = term.part
                termColumns[place] = columns.address(layout.derivatives[term.derivative].column)
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
        termColumns.deallocate()
        factors.deallocate()
        isDirect.deallocate()
        scales.deallocate()
    }

    /// Evaluates the slopes of links at `theta`.
    func evaluate(_ theta: UnsafeBufferPointer<Double>) { expressions.evaluate(theta) }

    /// Fills one column for each parameter from `first` on, for components of the stated areas, up to the factors in
    /// `scales`.
    func fill(_ columns: borrowing SpectralColumns, from first: Int, areas: UnsafePointer<Double>) {
        for parameter in 0..<parameterCount {
            let start = termStarts[parameter], count = termStarts[parameter + 1] - start
            if isDirect[parameter] {
                scales[parameter] = areas[termParts[start]] * expressions[start]
                continue
            }
            for place in start..<(start + count) { factors[place] = areas[termParts[place]] * expressions[place] }
            combine(columns, start, count, into: first + parameter)
        }
    }

    /// The same with each component's derivatives times its strength, into columns that are all apart from those of the
    /// derivatives; after `fill`, for the same `scales`.
    func fillMixed(
        _ columns: borrowing SpectralColumns, from first: Int, areas: UnsafePointer<Double>,
        strengths: UnsafePointer<Double>
    ) {
        for parameter in 0..<parameterCount {
            let start = termStarts[parameter], count = termStarts[parameter + 1] - start
            for place in start..<(start + count) {
                let part = termParts[place]
                factors[place] = strengths[part] * (isDirect[parameter] ? 1 : areas[part] * expressions[place])
            }
            combine(columns, start, count, into: first + parameter)
        }
    }

    private func combine(_ columns: borrowing SpectralColumns, _ start: Int, _ count: Int, into target: Int) {
        if count == 0 {
            columns.clear(target, count: 1)
        } else {
            columns.combine(termColumns + start, factors + start, count: count, into: target)
        }
    }

    /// Adds what parameters contribute through the areas: `coefficient` gives that of a component's own area, and the
    /// components' columns, background included, start at `values`.
    func addAreaTerms(
        to columns: borrowing SpectralColumns, from first: Int, values: Int, coefficient: (_ part: Int) -> Double
    ) {
        for term in areaTerms {
            columns.add(
                coefficient(term.part) * expressions[term.slope], times: values + term.part, to: first + term.parameter)
        }
    }
}
