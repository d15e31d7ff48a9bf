import Foundation
import SpectralMath

/// A resolved model over the points of one spectrum, as the separable solver sees it.
///
/// Columns: background, one per component (unit area, its Shirley step included), the data, the derivatives of the model
/// by the nonlinear parameters, and what those are made of. For given nonlinear parameters the Gram matrix of the first
/// three gives areas and background; with the areas known, links and shared parameters come down to one derivative
/// column for each parameter, and the other rows of the Gram matrix are the normal equations.
///
/// Memory is laid out once; evaluations of models whose shapes the kernels draw allocate nothing.
struct PeakProblem: ~Copyable, SeparableProblem {
    let nonlinearBounds: [ClosedRange<Double>]
    let linearBounds: [ClosedRange<Double>]
    let dataCount: Int

    let model: ResolvedModel
    let columns: SpectralColumns
    let backgroundCount: Int
    let scratchStart: Int
    /// The columns of derivatives of components by their own parameters; -1 for what is not fitted.
    private let derivativeColumns: UnsafeMutablePointer<Int>
    /// How the kernels draw each component.
    let drawings: UnsafeMutablePointer<KernelDrawing>
    /// The quantities of the components, as `place(_:_:)` orders them.
    let quantities: CompiledExpressions
    private let jacobian: ModelJacobian
    private let partCount: Int
    private let nonlinearCount: Int
    private let linearCount: Int
    private let dataColumn: Int
    private let jacobianColumn: Int
    private var responses: BackgroundResponses
    private let gramCount: Int
    private let gram: UnsafeMutableBufferPointer<Double>
    let modelCoefficients: UnsafeMutableBufferPointer<Double>
    /// For every column of background and components, the linear coefficient that it belongs to.
    private let linearIndices: UnsafeMutablePointer<Int>
    private let theta: UnsafeMutableBufferPointer<Double>
    /// Whether the columns hold what belongs to `theta`.
    private var isFilled = false

    /// The model over points at `energies` (binding energy in eV before calibration, ascending); data and weights are
    /// set with `setData`.
    ///
    /// `regions` are the points that each part of the background covers; all of them where nothing is said.
    init(model: ResolvedModel, energies: [Double], regions: [Range<Int>]? = nil, level: SIMDLevel = .best) {
        self.model = model
        nonlinearBounds = model.nonlinear.map(\.bounds)
        linearBounds = model.linear.map(\.bounds)
        nonlinearCount = model.nonlinear.count
        linearCount = model.linear.count
        dataCount = energies.count + model.priors.count
        backgroundCount = model.backgroundCount
        partCount = model.parts.count
        dataColumn = backgroundCount + partCount
        jacobianColumn = dataColumn + 1
        gramCount = jacobianColumn + nonlinearCount

        let places = partCount * Self.quantityCount
        derivativeColumns = .allocate(capacity: places + 1)
        derivativeColumns.initialize(repeating: -1, count: places + 1)
        let layout = ModelJacobian.Layout(model, first: jacobianColumn, next: gramCount)
        for derivative in layout.derivatives {
            derivativeColumns[Self.place(derivative.part, derivative.quantity)] = derivative.column
        }
        let regions = regions ?? model.effective.background.parts.map { _ in energies.indices }
        responses = BackgroundResponses(
            model.background, energies: energies, regions: regions,
            sources: .init(
                values: backgroundCount, valueCount: partCount, derivatives: jacobianColumn,
                derivativeCount: nonlinearCount), firstColumn: layout.end)
        scratchStart = responses.end
        columns = SpectralColumns(abscissa: energies, columnCount: scratchStart + Self.scratchCount, level: level)
        jacobian = ModelJacobian(model, layout, columns: columns)
        quantities = CompiledExpressions(
            model.parts.flatMap { part in ComponentQuantity.allCases.map { part.expression($0) } })
        drawings = .allocate(capacity: partCount + 1)
        let fitted = derivativeColumns
        for (index, part) in model.parts.enumerated() {
            (drawings + index).initialize(to: KernelDrawing(part) { fitted[Self.place(index, $0)] >= 0 })
        }
        linearIndices = .allocate(capacity: dataColumn + 1)
        for k in 0..<backgroundCount { linearIndices[k] = k }
        for (k, part) in model.parts.enumerated() { linearIndices[backgroundCount + k] = part.linearIndex }
        gram = .allocate(capacity: gramCount * gramCount)
        gram.initialize(repeating: 0)
        modelCoefficients = .allocate(capacity: dataColumn + 1)
        modelCoefficients.initialize(repeating: 0)
        theta = .allocate(capacity: nonlinearCount)
        theta.initialize(repeating: 0)
        fillBaselines(energies, regions)
    }

    deinit {
        derivativeColumns.deallocate()
        drawings.deallocate()
        linearIndices.deallocate()
        gram.deallocate()
        modelCoefficients.deallocate()
        theta.deallocate()
    }

    private func fillBaselines(_ energies: [Double], _ regions: [Range<Int>]) {
        for baseline in model.background.baselines {
            let region = regions[baseline.part]
            let centre = Self.slopeCentre(Array(energies[region]))
            for power in 0...baseline.degree {
                let column = columns.column(baseline.first + power)
                for i in region { column[i] = (0..<power).reduce(1) { product, _ in product * (energies[i] - centre) } }
            }
        }
    }

    /// The energy at which a fitted slope contributes nothing: the middle of the window.
    static func slopeCentre(_ energies: [Double]) -> Double {
        ((energies.first ?? 0) + (energies.last ?? 0)) / 2
    }

    /// Sets the data to fit (a background that is subtracted first already subtracted) and their weights.
    func setData(_ data: [Double], weights: [Double]) {
        _ = columns.column(dataColumn).update(fromContentsOf: data)
        _ = columns.pointWeights.update(fromContentsOf: weights)
    }

    /// The data to fit, to be written in place.
    var data: UnsafeMutableBufferPointer<Double> { columns.column(dataColumn) }

    // MARK: - SeparableProblem

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        fillValues(nonlinear)
        columns.gram(count: jacobianColumn, into: gram, rowLength: gramCount)
        gather(UnsafeBufferPointer(gram), rowLength: gramCount, at: nonlinear, matrix: matrix, vector: vector)
    }

    /// Sums the elements of a Gram matrix of background, components and data (lower triangle, rows `rowLength` apart) up to
    /// the equations of the linear coefficients. Factors of areas are those of the last evaluation, which differs from
    /// `nonlinear` in no parameter that they depend on.
    func gather(
        _ gram: UnsafeBufferPointer<Double>, rowLength: Int, at nonlinear: UnsafeBufferPointer<Double>,
        matrix: UnsafeMutableBufferPointer<Double>, vector: UnsafeMutableBufferPointer<Double>
    ) {
        let count = linearCount
        matrix.update(repeating: 0)
        vector.update(repeating: 0)
        for a in 0..<dataColumn {
            let row = linearIndices[a], rowFactor = factor(a)
            vector[row] += rowFactor * gram[dataColumn * rowLength + a]
            for b in 0...a {
                let column = linearIndices[b]
                let value = rowFactor * factor(b) * gram[a * rowLength + b]
                // Components that share a coefficient meet off the diagonal of the Gram matrix twice.
                let both = a != b && row == column ? 2 * value : value
                matrix[max(row, column) * count + min(row, column)] += both
            }
        }
        guard !model.priors.isEmpty else { return }
        for prior in model.priors {
            guard let index = prior.linearIndex else { continue }
            let weight = prior.expression.value(nonlinear) / prior.sigma
            matrix[index * count + index] += weight * weight
            vector[index] += weight * prior.mean / prior.sigma
        }
    }

    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        setModelCoefficients(coefficients)
        fillJacobian(coefficients)
        columns.gram(count: gramCount, firstRow: jacobianColumn, into: gram, rowLength: gramCount)
        let chi2 = columns.residual(data: dataColumn, first: 0, coefficients: modelColumns)

        // Rows of `gram` from `jacobianColumn` on are those of the nonlinear parameters, up to their scales.
        let p = nonlinearCount, count = p + linearCount
        for j in 0..<p {
            let row = (jacobianColumn + j) * gramCount
            let scale = jacobian.scales[j]
            gradient[j] = scale * slope(row + dataColumn) { gram[row + $0] }
            for i in 0...j { matrix[j * count + i] = scale * jacobian.scales[i] * gram[row + jacobianColumn + i] }
        }
        for k in p..<count {
            gradient[k] = 0
            for j in 0...k { matrix[k * count + j] = 0 }
        }
        for a in 0..<dataColumn {
            let k = p + linearIndices[a], own = factor(a)
            gradient[k] += own * slope(dataColumn * gramCount + a) { element(a, $0) }
            for j in 0..<p {
                matrix[k * count + j] += own * jacobian.scales[j] * gram[(jacobianColumn + j) * gramCount + a]
            }
            for b in 0...a {
                let other = p + linearIndices[b]
                let value = own * factor(b) * gram[a * gramCount + b]
                matrix[max(k, other) * count + min(k, other)] += a != b && k == other ? 2 * value : value
            }
        }
        guard !model.priors.isEmpty else { return chi2 }
        return chi2 + addPriors(coefficients, matrix, gradient)
    }

    /// The scalar product of a column with the weighted residuals: that with the data, at `data` in the Gram matrix, less
    /// those with the columns of the model.
    private func slope(_ data: Int, _ product: (_ column: Int) -> Double) -> Double {
        var sum = gram[data]
        for a in 0..<dataColumn where modelCoefficients[a] != 0 { sum -= modelCoefficients[a] * product(a) }
        return sum
    }

    // MARK: - Columns

    private var modelColumns: UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(rebasing: modelCoefficients[0..<dataColumn])
    }

    /// The factor of column `index` of background and components before its linear coefficient.
    private func factor(_ index: Int) -> Double {
        index < backgroundCount ? 1 : quantities[Self.place(index - backgroundCount, .area)]
    }

    private func setModelCoefficients(_ coefficients: UnsafeBufferPointer<Double>) {
        for a in 0..<dataColumn { modelCoefficients[a] = factor(a) * coefficients[linearIndices[a]] }
    }

    private func element(_ i: Int, _ j: Int) -> Double { i >= j ? gram[i * gramCount + j] : gram[j * gramCount + i] }

    static let quantityCount = ComponentQuantity.allCases.count

    /// Where a quantity of a component stands in tables of them.
    static func place(_ part: Int, _ quantity: ComponentQuantity) -> Int { part * quantityCount + quantity.place }

    func derivativeColumn(_ part: Int, _ quantity: ComponentQuantity) -> Int? {
        let column = derivativeColumns[Self.place(part, quantity)]
        return column >= 0 ? column : nil
    }

    /// Fills the columns of the components and of their derivatives by their own parameters.
    private mutating func fillValues(_ nonlinear: UnsafeBufferPointer<Double>) {
        _ = theta.update(fromContentsOf: nonlinear)
        isFilled = true
        quantities.evaluate(nonlinear)
        let shift = model.shiftIndex.map { nonlinear[$0] } ?? 0
        for index in 0..<partCount { draw(index, shift: shift, nonlinear) }
        responses.apply(to: columns, nonlinear)
    }

    /// Fills the derivatives of the model by the nonlinear parameters.
    private func fillJacobian(_ coefficients: UnsafeBufferPointer<Double>) {
        guard nonlinearCount > 0, let areas = modelCoefficients.baseAddress.map({ $0 + backgroundCount }) else {
            return
        }
        let theta = UnsafeBufferPointer(theta)
        jacobian.evaluate(theta)
        jacobian.fill(columns, from: jacobianColumn, areas: areas)
        responses.applyToDerivatives(jacobian, on: columns, areas: areas, theta)
        guard jacobian.hasAreaTerms else { return }
        jacobian.addAreaTerms(to: columns, from: jacobianColumn, values: backgroundCount) { part in
            coefficients[linearIndices[backgroundCount + part]]
        }
    }

    /// Adds the prior terms to the normal equations; returns their chi squared.
    private func addPriors(
        _ coefficients: UnsafeBufferPointer<Double>, _ matrix: UnsafeMutableBufferPointer<Double>,
        _ gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        var chi2 = 0.0
        let count = nonlinearCount + linearCount
        do {
            let theta = UnsafeBufferPointer(theta)
            for prior in model.priors {
                let expression = prior.expression
                var slopes: [(Int, Double)] = expression.parameters.map { ($0, expression.derivative(by: $0, theta)) }
                var value = expression.value(theta)
                if let index = prior.linearIndex {
                    let coefficient = coefficients[index]
                    slopes = slopes.map { ($0.0, $0.1 * coefficient) } + [(nonlinearCount + index, value)]
                    value *= coefficient
                }
                let deviation = (prior.mean - value) / prior.sigma
                chi2 += deviation * deviation
                for (a, slopeA) in slopes {
                    gradient[a] += slopeA / prior.sigma * deviation
                    for (b, slopeB) in slopes where b <= a {
                        matrix[a * count + b] += slopeA * slopeB / (prior.sigma * prior.sigma)
                    }
                }
            }
        }
        return chi2
    }

    // MARK: - Results

    /// Evaluates the model at the stated parameters, where the last evaluation was not there already.
    mutating func evaluate(theta values: [Double], coefficients: [Double]) {
        coefficients.withUnsafeBufferPointer { coefficients in
            values.withUnsafeBufferPointer { values in
                if !isFilled || !theta.elementsEqual(values) { fillValues(values) }
            }
            setModelCoefficients(coefficients)
        }
    }

    /// The curves at the last evaluation: background (without any that was subtracted first) and components alone.
    func curves() -> (background: [Double], components: [[Double]]) {
        let count = columns.pointCount
        var background = [Double](repeating: 0, count: count)
        for k in 0..<backgroundCount {
            for (i, value) in columns.column(k).enumerated() { background[i] += modelCoefficients[k] * value }
        }
        var components: [[Double]] = []
        for k in 0..<partCount {
            let area = modelCoefficients[backgroundCount + k]
            var curve = columns.column(backgroundCount + k).map { area * $0 }
            responses.forEachImage(of: k, UnsafeBufferPointer(theta)) { column, strength in
                for (i, value) in columns.column(column).enumerated() {
                    curve[i] -= area * strength * value
                    background[i] += area * strength * value
                }
            }
            components.append(curve)
        }
        return (background, components)
    }

    /// The sum of all components at the stated parameters, without any background.
    mutating func peakIntensities(theta: [Double], coefficients: [Double]) throws -> [Double] {
        evaluate(theta: theta, coefficients: coefficients)
        let curves = curves().components
        return (0..<columns.pointCount).map { i in curves.reduce(0) { $0 + $1[i] } }
    }

    /// The model at the stated parameters, as `expected`.
    mutating func expected(theta values: [Double], coefficients: [Double]) -> [Double] {
        evaluate(theta: values, coefficients: coefficients)
        _ = columns.residual(data: dataColumn, first: 0, coefficients: modelColumns)
        return expected()
    }

    /// The model at the last evaluation, for weights from expected counts.
    func expected() -> [Double] {
        let data = columns.column(dataColumn), residuals = columns.lastResiduals
        return data.indices.map { data[$0] - residuals[$0] }
    }
}
