import SpectralMath

/// What the components of a model add to its background, on the columns of the fit.
///
/// Every column b of a component, value or derivative, becomes b + sum over the responses of strength x L b, with L a
/// linear operator: the cumulative integral (Shirley), its integral (slope background), the convolution with an
/// energy-loss cross-section (Tougaard). Derivatives by strengths and by the parameters of cross-sections are columns
/// of their own. Nothing is allocated after `init`.
struct BackgroundResponses: ~Copyable {
    /// The columns of the components that responses act on.
    struct Sources {
        /// The first column of the values, one for each component.
        var values: Int
        var valueCount: Int
        /// The first column of the derivatives.
        var derivatives: Int
        /// The component that each derivative belongs to.
        var derivativeParts: [Int]
    }

    private struct Block {
        var response: BackgroundLayout.Response
        var region: Range<Int>
        /// L applied to the values, followed by L applied to the derivatives.
        var image: Int
        /// The integral that a slope background integrates again.
        var inner: Int
        /// Where the derivatives by fitted strengths go: slot of the strength, column.
        var strengthColumns: [(slot: Int, column: Int)]
        /// Where the derivatives by parameters of the cross-section go, and dL applied to the values.
        var lossColumns: [(term: LossCrossSection.Unit.Term, expression: ParameterExpression, column: Int, image: Int)]
        var quadrature: LossQuadrature?
        /// The weights that are in the buffer, by cross-section.
        var drawn: LossCrossSection.Unit?
        /// Where the block's weights start in the buffer: for each term, those of all points but the first, then those
        /// of the first, by distance.
        var weights: Int
    }

    /// The first column of the derivatives by background parameters, and their number.
    let firstColumn: Int
    let columnCount: Int
    /// The column after the last one used.
    let end: Int

    private var blocks: [Block]
    private let sources: Sources
    private let weights: UnsafeMutableBufferPointer<Double>

    /// The responses of `layout` over the points `energies`. Columns from `firstColumn` on are used.
    init(
        _ layout: BackgroundLayout, energies: [Double], regions: [Range<Int>], sources: Sources, firstColumn: Int
    ) {
        self.sources = sources
        self.firstColumn = firstColumn
        let sourceCount = sources.valueCount + sources.derivativeParts.count
        var column = firstColumn
        var blocks: [Block] = []
        var weightCount = 0
        for response in layout.responses {
            var block = Block(
                response: response, region: regions[response.part], image: 0, inner: 0, strengthColumns: [],
                lossColumns: [], quadrature: nil, drawn: nil, weights: weightCount)
            for (slot, strength) in response.strengths.enumerated() where !strength.isConstant {
                block.strengthColumns.append((slot, column))
                column += 1
            }
            if case .loss(let loss) = response.kind {
                block.quadrature = LossQuadrature(energies: Array(energies[block.region]))
                for (term, expression) in loss.fitted {
                    block.lossColumns.append((term, expression, column, 0))
                    column += 1
                }
                weightCount += 2 * block.region.count * (1 + block.lossColumns.count)
            }
            blocks.append(block)
        }
        columnCount = column - firstColumn
        for index in blocks.indices {
            blocks[index].image = column
            column += sourceCount
            if case .slope = blocks[index].response.kind {
                blocks[index].inner = column
                column += sourceCount
            }
            for term in blocks[index].lossColumns.indices {
                blocks[index].lossColumns[term].image = column
                column += sources.valueCount
            }
        }
        end = column
        self.blocks = blocks
        weights = .allocate(capacity: max(1, weightCount))
        weights.initialize(repeating: 0)
    }

    deinit { weights.deallocate() }

    // MARK: - Columns

    /// Adds the responses to the values and derivatives of the components.
    mutating func apply(to columns: borrowing SpectralColumns, _ theta: UnsafeBufferPointer<Double>) {
        for index in blocks.indices { fillImages(index, columns, theta) }
        for block in blocks { add(block, to: columns, theta) }
    }

    private mutating func fillImages(
        _ index: Int, _ columns: borrowing SpectralColumns, _ theta: UnsafeBufferPointer<Double>
    ) {
        let values = sources.values, valueCount = sources.valueCount
        let derivatives = sources.derivatives, derivativeCount = sources.derivativeParts.count
        let region = blocks[index].region, image = blocks[index].image
        switch blocks[index].response.kind {
        case .step:
            columns.integrate(from: values, into: image, count: valueCount, over: region)
            columns.integrate(from: derivatives, into: image + valueCount, count: derivativeCount, over: region)
        case .slope:
            let inner = blocks[index].inner
            columns.integrate(from: values, into: inner, count: valueCount, over: region)
            columns.integrate(from: derivatives, into: inner + valueCount, count: derivativeCount, over: region)
            columns.integrate(from: inner, into: image, count: valueCount + derivativeCount, over: region)
        case .loss(let loss):
            let unit = loss.unit(theta)
            drawWeights(index, unit)
            convolve(index, 0, .value, unit, columns, from: values, into: image, count: valueCount)
            convolve(
                index, 0, .value, unit, columns, from: derivatives, into: image + valueCount, count: derivativeCount)
            for (number, fitted) in blocks[index].lossColumns.enumerated() {
                convolve(
                    index, number + 1, fitted.term, unit, columns, from: values, into: fitted.image, count: valueCount)
            }
        }
    }

    /// On equal steps weights depend on the distance alone and are kept until the cross-section changes.
    private mutating func drawWeights(_ index: Int, _ unit: LossCrossSection.Unit) {
        guard let quadrature = blocks[index].quadrature, quadrature.isUniform, blocks[index].drawn != unit else {
            return
        }
        blocks[index].drawn = unit
        let count = blocks[index].region.count
        var place = blocks[index].weights
        for number in 0...blocks[index].lossColumns.count {
            let term = number == 0 ? .value : blocks[index].lossColumns[number - 1].term
            for distance in 0..<(count - 1) {
                weights[place + distance] = quadrature.weight(unit, term, source: 1, target: 1 + distance)
            }
            for target in 0..<count {
                weights[place + count + target] = quadrature.weight(unit, term, source: 0, target: target)
            }
            place += 2 * count
        }
    }

    private func convolve(
        _ index: Int, _ number: Int, _ term: LossCrossSection.Unit.Term, _ unit: LossCrossSection.Unit,
        _ columns: borrowing SpectralColumns, from source: Int, into target: Int, count: Int
    ) {
        guard count > 0, let quadrature = blocks[index].quadrature else { return }
        let region = blocks[index].region, length = region.count
        let place = blocks[index].weights + 2 * length * number
        columns.clear(target, count: count)
        for point in 0..<length {
            let start: Int
            if quadrature.isUniform {
                start = point == 0 ? place + length : place
            } else {
                start = place
                for later in point..<length {
                    weights[place + later - point] = quadrature.weight(unit, term, source: point, target: later)
                }
            }
            let slice = UnsafeBufferPointer(rebasing: weights[start..<(start + length - point)])
            columns.spread(
                point: region.lowerBound + point, weights: slice, from: source, into: target, count: count)
        }
    }

    private func add(
        _ block: Block, to columns: borrowing SpectralColumns, _ theta: UnsafeBufferPointer<Double>
    ) {
        let valueCount = sources.valueCount, derivativeCount = sources.derivativeParts.count
        if block.response.strengths.count == 1 {
            let strength = block.response.strengths[0].value(theta)
            columns.add(strength, times: block.image, to: sources.values, count: valueCount)
            columns.add(strength, times: block.image + valueCount, to: sources.derivatives, count: derivativeCount)
            return
        }
        for part in 0..<valueCount {
            columns.add(
                block.response.strengths[part].value(theta), times: block.image + part, to: sources.values + part)
        }
        for (number, part) in sources.derivativeParts.enumerated() {
            columns.add(
                block.response.strengths[part].value(theta), times: block.image + valueCount + number,
                to: sources.derivatives + number)
        }
    }

    /// Fills the columns of the derivatives by background parameters for components of the stated areas.
    func fillDerivatives(
        on columns: borrowing SpectralColumns, areas: UnsafeBufferPointer<Double>, _ theta: UnsafeBufferPointer<Double>
    ) {
        for block in blocks {
            let isCommon = block.response.strengths.count == 1
            for (slot, column) in block.strengthColumns {
                columns.clear(column, count: 1)
                for part in 0..<sources.valueCount where isCommon || part == slot {
                    columns.add(areas[part], times: block.image + part, to: column)
                }
            }
            for fitted in block.lossColumns {
                columns.clear(fitted.column, count: 1)
                for part in 0..<sources.valueCount {
                    let strength = block.response.strengths[isCommon ? 0 : part].value(theta)
                    columns.add(areas[part] * strength, times: fitted.image + part, to: fitted.column)
                }
            }
        }
    }

    /// Calls `body` with each nonlinear parameter, the column of its derivative, and the factor before it.
    func forEachDerivative(
        _ theta: UnsafeBufferPointer<Double>, _ body: (_ parameter: Int, _ column: Int, _ factor: Double) -> Void
    ) {
        for block in blocks {
            for (slot, column) in block.strengthColumns {
                let expression = block.response.strengths[slot]
                for term in expression.terms {
                    for parameter in term.factors {
                        body(parameter, column, expression.derivative(by: parameter, theta))
                    }
                }
            }
            for fitted in block.lossColumns {
                for term in fitted.expression.terms {
                    for parameter in term.factors {
                        body(parameter, fitted.column, fitted.expression.derivative(by: parameter, theta))
                    }
                }
            }
        }
    }

    /// Calls `body` with each column that component `part` adds to the background per area, and its strength.
    func forEachImage(
        of part: Int, _ theta: UnsafeBufferPointer<Double>, _ body: (_ column: Int, _ strength: Double) -> Void
    ) {
        for block in blocks {
            let strengths = block.response.strengths
            body(block.image + part, strengths[strengths.count == 1 ? 0 : part].value(theta))
        }
    }
}
