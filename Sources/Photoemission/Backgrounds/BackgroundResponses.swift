import SpectralMath

/// What the components of a model add to its background, on the columns of the fit.
///
/// Every column b of a component, value or derivative, becomes b + sum over the responses of strength x L b, with L a
/// linear operator: the cumulative integral (Shirley), its integral (slope background), the convolution with an
/// energy-loss cross-section (Tougaard). L acts on the values of the components, and on the derivatives of the whole
/// model by each parameter. Derivatives by strengths and by the parameters of cross-sections follow from the images of
/// the values. Nothing is allocated after `init`.
struct BackgroundResponses: ~Copyable {
    /// The columns that responses act on.
    struct Sources {
        /// The first column of the components' values, one for each component.
        var values: Int
        var valueCount: Int
        /// The first column of the derivatives by the nonlinear parameters.
        var derivatives: Int
        var derivativeCount: Int
    }

    private struct Block {
        var response: BackgroundLayout.Response
        var region: Range<Int>
        /// L applied to the values.
        var image: Int
        /// L applied to the derivatives.
        var derivativeImage: Int
        /// The derivatives with each component's share times its strength, where strengths differ.
        var mixed: Int
        /// The integral that a slope background integrates again.
        var inner: Int
        /// dL applied to the values, by parameters of the cross-section.
        var lossImages: [(term: LossCrossSection.Unit.Term, expression: ParameterExpression, image: Int)]
        var quadrature: LossQuadrature?
        /// The weights that are in the buffer, by cross-section.
        var drawn: LossCrossSection.Unit?
        /// Where the block's weights start in the buffer: for each term, those of all points but the first, then those
        /// of the first, by distance.
        var weights: Int

        var isCommon: Bool { response.strengths.count == 1 }
    }

    /// The usual case, one Shirley step of one strength over all points, for which kernels integrate and add in one go.
    private struct Step {
        var image: Int
        /// The parameters of the strength, each with the slope by it, in `expressions` after the strength itself.
        var parameters: [Int]
    }

    /// The column after the last one used.
    let end: Int

    private var blocks: [Block]
    private let step: Step?
    private let expressions: CompiledExpressions
    private let sources: Sources
    private let weights: UnsafeMutableBufferPointer<Double>
    private let strengths: UnsafeMutablePointer<Double>
    private let factors: UnsafeMutablePointer<Double>
    private let images: UnsafeMutablePointer<UnsafePointer<Double>?>

    /// The responses of `layout` over the points `energies`. Columns from `firstColumn` on are used.
    init(
        _ layout: BackgroundLayout, energies: [Double], regions: [Range<Int>], sources: Sources, firstColumn: Int
    ) {
        self.sources = sources
        var column = firstColumn
        func take(_ count: Int) -> Int {
            defer { column += count }
            return column
        }
        var blocks: [Block] = []
        var weightCount = 0
        for response in layout.responses {
            var block = Block(
                response: response, region: regions[response.part], image: take(sources.valueCount),
                derivativeImage: 0, mixed: 0, inner: 0, lossImages: [], quadrature: nil, drawn: nil,
                weights: weightCount)
            if case .slope = response.kind { block.inner = take(max(sources.valueCount, sources.derivativeCount)) }
            if case .loss(let loss) = response.kind {
                block.quadrature = LossQuadrature(energies: Array(energies[block.region]))
                block.lossImages = loss.fitted.map { ($0.term, $0.expression, take(sources.valueCount)) }
                weightCount += 2 * block.region.count * (1 + block.lossImages.count)
            }
            blocks.append(block)
        }
        var strengthExpressions: [ParameterExpression] = []
        if blocks.count == 1, case .step = blocks[0].response.kind, blocks[0].isCommon,
            blocks[0].region == energies.indices
        {
            let strength = blocks[0].response.strengths[0]
            step = Step(image: blocks[0].image, parameters: strength.parameters)
            strengthExpressions = [strength] + strength.parameters.map { strength.derivative(by: $0) }
        } else {
            step = nil
            for index in blocks.indices {
                blocks[index].derivativeImage = take(sources.derivativeCount)
                if !blocks[index].isCommon { blocks[index].mixed = take(sources.derivativeCount) }
            }
        }
        expressions = CompiledExpressions(strengthExpressions)
        end = column
        self.blocks = blocks
        weights = .allocate(capacity: max(1, weightCount))
        weights.initialize(repeating: 0)
        strengths = .allocate(capacity: sources.valueCount + 1)
        strengths.initialize(repeating: 0, count: sources.valueCount + 1)
        factors = .allocate(capacity: sources.valueCount + 1)
        factors.initialize(repeating: 0, count: sources.valueCount + 1)
        images = .allocate(capacity: sources.valueCount + 1)
        images.initialize(repeating: nil, count: sources.valueCount + 1)
    }

    deinit {
        weights.deallocate()
        strengths.deallocate()
        factors.deallocate()
        images.deallocate()
    }

    // MARK: - Values

    /// Adds the responses to the values of the components.
    mutating func apply(to columns: borrowing SpectralColumns, _ theta: UnsafeBufferPointer<Double>) {
        if let image = step?.image {
            expressions.evaluate(theta)
            columns.addIntegrals(expressions[0], from: sources.values, count: sources.valueCount, keepingIn: image)
            return
        }
        for index in blocks.indices {
            let values = sources.values, count = sources.valueCount
            if case .loss(let loss) = blocks[index].response.kind { drawWeights(index, loss.unit(theta)) }
            fillImages(index, columns, from: values, into: blocks[index].image, count: count, theta)
            guard case .loss(let loss) = blocks[index].response.kind else { continue }
            for (number, fitted) in blocks[index].lossImages.enumerated() {
                convolve(
                    index, number + 1, fitted.term, loss.unit(theta), columns, from: values, into: fitted.image,
                    count: count)
            }
        }
        for block in blocks {
            for part in 0..<sources.valueCount {
                let strength = block.response.strengths[block.isCommon ? 0 : part].value(theta)
                columns.add(strength, times: block.image + part, to: sources.values + part)
            }
        }
    }

    /// Fills `count` columns from `target` on with L applied to those from `source` on.
    private func fillImages(
        _ index: Int, _ columns: borrowing SpectralColumns, from source: Int, into target: Int, count: Int,
        _ theta: UnsafeBufferPointer<Double>
    ) {
        let region = blocks[index].region
        switch blocks[index].response.kind {
        case .step:
            columns.integrate(from: source, into: target, count: count, over: region)
        case .slope:
            let inner = blocks[index].inner
            columns.integrate(from: source, into: inner, count: count, over: region)
            columns.integrate(from: inner, into: target, count: count, over: region)
        case .loss(let loss):
            convolve(index, 0, .value, loss.unit(theta), columns, from: source, into: target, count: count)
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
        for number in 0...blocks[index].lossImages.count {
            let term = number == 0 ? .value : blocks[index].lossImages[number - 1].term
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

    // MARK: - Derivatives

    /// Adds the responses to the derivatives of the components' sum by every parameter, and fills those by the
    /// background's own parameters, for components of the stated areas. `theta` is that of the last `apply`.
    func applyToDerivatives(
        _ jacobian: borrowing ModelJacobian, on columns: borrowing SpectralColumns, areas: UnsafePointer<Double>,
        _ theta: UnsafeBufferPointer<Double>
    ) {
        let first = sources.derivatives, count = sources.derivativeCount
        if let step {
            columns.addIntegrals(expressions[0], from: first, count: count)
            for (place, parameter) in step.parameters.enumerated() {
                addImages(step.image, slope: expressions[1 + place], areas, to: first + parameter, columns)
            }
            return
        }
        for index in blocks.indices {
            let block = blocks[index]
            var source = first
            if !block.isCommon {
                for part in 0..<sources.valueCount { strengths[part] = block.response.strengths[part].value(theta) }
                jacobian.fillMixed(columns, from: block.mixed, areas: areas, strengths: strengths)
                source = block.mixed
            }
            fillImages(index, columns, from: source, into: block.derivativeImage, count: count, theta)
        }
        for block in blocks {
            let factor = block.isCommon ? block.response.strengths[0].value(theta) : 1
            columns.add(factor, times: block.derivativeImage, to: first, count: count)
        }
        for block in blocks { addOwnDerivatives(block, columns, areas, theta) }
    }

    /// Adds the derivatives by the background's own parameters.
    private func addOwnDerivatives(
        _ block: Block, _ columns: borrowing SpectralColumns, _ areas: UnsafePointer<Double>,
        _ theta: UnsafeBufferPointer<Double>
    ) {
        for (slot, strength) in block.response.strengths.enumerated() {
            for parameter in strength.parameters {
                let slope = strength.derivative(by: parameter, theta)
                for part in 0..<sources.valueCount where block.isCommon || part == slot {
                    columns.add(slope * areas[part], times: block.image + part, to: sources.derivatives + parameter)
                }
            }
        }
        for fitted in block.lossImages {
            for parameter in fitted.expression.parameters {
                let slope = fitted.expression.derivative(by: parameter, theta)
                for part in 0..<sources.valueCount {
                    let strength = block.response.strengths[block.isCommon ? 0 : part].value(theta)
                    columns.add(
                        slope * areas[part] * strength, times: fitted.image + part,
                        to: sources.derivatives + parameter)
                }
            }
        }
    }

    /// column(target) = slope x the sum of the components' images times their areas. No component's own parameter has a
    /// part in that column.
    private func addImages(
        _ image: Int, slope: Double, _ areas: UnsafePointer<Double>, to target: Int,
        _ columns: borrowing SpectralColumns
    ) {
        for part in 0..<sources.valueCount {
            images[part] = columns.address(image + part)
            factors[part] = slope * areas[part]
        }
        columns.combine(images, factors, count: sources.valueCount, into: target)
    }

    /// Calls `body` with each column that component `part` adds to the background per area, and its strength.
    func forEachImage(
        of part: Int, _ theta: UnsafeBufferPointer<Double>, _ body: (_ column: Int, _ strength: Double) -> Void
    ) {
        for block in blocks {
            body(block.image + part, block.response.strengths[block.isCommon ? 0 : part].value(theta))
        }
    }
}
