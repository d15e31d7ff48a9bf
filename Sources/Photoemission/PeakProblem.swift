import Foundation
import SpectralMath

/// A resolved model over the points of one spectrum, as the separable solver sees it.
///
/// Columns: background, one per component (unit area, its Shirley step included), the data, the derivatives of the
/// components by their own parameters, and the derivative by the Shirley strength. The Gram matrix of these columns is
/// computed once per evaluation; links, shared parameters and areas act on that small matrix alone.
struct PeakProblem: ~Copyable, SeparableProblem {
    /// A derivative column: of which component, by which of its parameters.
    struct Derivative {
        var part: Int
        var quantity: ComponentQuantity
        var column: Int
        var expression: ParameterExpression
        var parameters: [Int]
    }

    let nonlinearBounds: [ClosedRange<Double>]
    let linearBounds: [ClosedRange<Double>]
    var dataCount: Int { columns.pointCount + model.priors.count }

    let model: ResolvedModel
    let columns: SpectralColumns
    let derivatives: [Derivative]
    /// The shapes ready to be drawn, and the constants of those that the kernels draw.
    let shapes: [PreparedShape]
    let constants: [LineShape.Constants?]
    private let areaParameters: [[Int]]
    let backgroundCount: Int
    private let partCount: Int
    private let dataColumn: Int
    private var responses: BackgroundResponses
    private let strengthColumn: Int
    let scratchStart: Int
    private let gramCount: Int
    private let gram: UnsafeMutableBufferPointer<Double>
    let modelCoefficients: UnsafeMutableBufferPointer<Double>
    private let areaFactors: UnsafeMutableBufferPointer<Double>
    private let projected: UnsafeMutableBufferPointer<Double>
    private var theta: [Double]
    /// Whether the columns hold what belongs to `theta`.
    private var isFilled = false
    private var entries: [[(column: Int, value: Double)]]

    /// The model over points at `energies` (binding energy in eV before calibration, ascending); data and weights are
    /// set with `setData`.
    ///
    /// `regions` are the points that each part of the background covers; all of them where nothing is said.
    init(model: ResolvedModel, energies: [Double], regions: [Range<Int>]? = nil, level: SIMDLevel = .best) {
        self.model = model
        nonlinearBounds = model.nonlinear.map(\.bounds)
        linearBounds = model.linear.map(\.bounds)
        backgroundCount = model.backgroundCount
        partCount = model.parts.count
        dataColumn = backgroundCount + partCount
        var next = dataColumn + 1
        var derivatives: [Derivative] = []
        for (index, part) in model.parts.enumerated() {
            for quantity in ComponentQuantity.allCases where quantity != .area {
                let expression = part.expression(quantity)
                let isShifted = quantity == .position && model.shiftIndex != nil
                guard !expression.isConstant || isShifted else { continue }
                derivatives.append(
                    Derivative(
                        part: index, quantity: quantity, column: next, expression: expression,
                        parameters: expression.parameters))
                next += 1
            }
        }
        self.derivatives = derivatives
        shapes = model.parts.map(\.shape)
        constants = model.parts.map(\.shape.shape.constants)
        areaParameters = model.parts.map(\.areaFactor.parameters)
        strengthColumn = next
        let regions = regions ?? model.effective.background.parts.map { _ in energies.indices }
        responses = BackgroundResponses(
            model.background, energies: energies, regions: regions,
            sources: .init(
                values: backgroundCount, valueCount: partCount, derivatives: dataColumn + 1,
                derivativeParts: derivatives.map(\.part)), firstColumn: next)
        gramCount = next + responses.columnCount
        scratchStart = responses.end
        columns = SpectralColumns(abscissa: energies, columnCount: scratchStart + Self.scratchCount, level: level)
        gram = .allocate(capacity: gramCount * gramCount)
        gram.initialize(repeating: 0)
        modelCoefficients = .allocate(capacity: dataColumn)
        modelCoefficients.initialize(repeating: 0)
        areaFactors = .allocate(capacity: partCount)
        areaFactors.initialize(repeating: 1)
        projected = .allocate(capacity: gramCount)
        projected.initialize(repeating: 0)
        theta = [Double](repeating: 0, count: model.nonlinear.count)
        entries = Array(repeating: [], count: model.nonlinear.count + model.linear.count)
        fillBaselines(energies, regions)
    }

    deinit {
        gram.deallocate()
        modelCoefficients.deallocate()
        areaFactors.deallocate()
        projected.deallocate()
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

    // MARK: - SeparableProblem

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        for j in theta.indices { theta[j] = nonlinear[j] }
        isFilled = true
        fillComponentColumns(nonlinear)
        columns.gram(count: strengthColumn, into: gram, rowLength: gramCount)
        for k in 0..<partCount { areaFactors[k] = model.parts[k].areaFactor.value(nonlinear) }

        let count = linearBounds.count
        for i in 0..<(count * count) { matrix[i] = 0 }
        for i in 0..<count { vector[i] = 0 }
        for a in 0..<dataColumn {
            let (row, rowFactor) = linear(a)
            vector[row] += rowFactor * gram[dataColumn * gramCount + a]
            for b in 0...a {
                let (column, columnFactor) = linear(b)
                let value = rowFactor * columnFactor * gram[a * gramCount + b]
                // Components that share a coefficient meet off the diagonal of the Gram matrix twice.
                let both = a != b && row == column ? 2 * value : value
                matrix[max(row, column) * count + min(row, column)] += both
            }
        }
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
        for a in 0..<dataColumn {
            let (index, factor) = linear(a)
            modelCoefficients[a] = factor * coefficients[index]
        }
        fillStrengthColumns()
        layOutJacobian(coefficients)
        let chi2 = columns.residual(data: dataColumn, first: 0, coefficients: UnsafeBufferPointer(modelCoefficients))

        // Scalar products of every column with the weighted residual.
        for i in 0..<gramCount where i != dataColumn {
            var sum = element(i, dataColumn)
            for a in 0..<dataColumn where modelCoefficients[a] != 0 { sum -= modelCoefficients[a] * element(i, a) }
            projected[i] = sum
        }
        let count = entries.count
        for a in 0..<count {
            var slope = 0.0
            for entry in entries[a] { slope += entry.value * projected[entry.column] }
            gradient[a] = slope
            for b in 0...a {
                var sum = 0.0
                for left in entries[a] {
                    for right in entries[b] { sum += left.value * right.value * element(left.column, right.column) }
                }
                matrix[a * count + b] = sum
            }
        }
        return chi2 + addPriors(coefficients, matrix, gradient)
    }

    // MARK: - Columns

    /// The linear coefficient and factor behind column `index` of background and components.
    private func linear(_ index: Int) -> (Int, Double) {
        if index < backgroundCount { return (index, 1) }
        let part = index - backgroundCount
        return (model.parts[part].linearIndex, areaFactors[part])
    }

    private func element(_ i: Int, _ j: Int) -> Double { i >= j ? gram[i * gramCount + j] : gram[j * gramCount + i] }

    func derivativeColumn(_ part: Int, _ quantity: ComponentQuantity) -> Int? {
        for derivative in derivatives where derivative.part == part && derivative.quantity == quantity {
            return derivative.column
        }
        return nil
    }

    private mutating func fillComponentColumns(_ theta: UnsafeBufferPointer<Double>) {
        let shift = model.shiftIndex.map { theta[$0] } ?? 0
        for (index, part) in model.parts.enumerated() {
            if let constants = constants[index] {
                fill(part, index: index, constants: constants, shift: shift, theta)
            } else {
                fillAnyShape(part, index: index, shift: shift, theta)
            }
        }
        responses.apply(to: columns, theta)
    }

    /// The derivatives by the background's own parameters.
    private func fillStrengthColumns() {
        guard responses.columnCount > 0 else { return }
        let areas = UnsafeBufferPointer(rebasing: modelCoefficients[backgroundCount..<dataColumn])
        theta.withUnsafeBufferPointer { responses.fillDerivatives(on: columns, areas: areas, $0) }
        columns.gram(count: gramCount, firstRow: strengthColumn, into: gram, rowLength: gramCount)
    }

    /// For every parameter, the columns that its derivative consists of.
    private mutating func layOutJacobian(_ coefficients: UnsafeBufferPointer<Double>) {
        let nonlinearCount = nonlinearBounds.count
        for index in entries.indices { entries[index].removeAll(keepingCapacity: true) }
        theta.withUnsafeBufferPointer { theta in
            for derivative in derivatives {
                let area = modelCoefficients[backgroundCount + derivative.part]
                for parameter in derivative.parameters {
                    let slope = derivative.expression.derivative(by: parameter, theta)
                    entries[parameter].append((derivative.column, area * slope))
                }
                if derivative.quantity == .position, let shift = model.shiftIndex {
                    entries[shift].append((derivative.column, -area))
                }
            }
            for k in 0..<partCount where !areaParameters[k].isEmpty {
                for parameter in areaParameters[k] {
                    let slope = model.parts[k].areaFactor.derivative(by: parameter, theta)
                    let coefficient = coefficients[model.parts[k].linearIndex]
                    entries[parameter].append((backgroundCount + k, coefficient * slope))
                }
            }
        }
        theta.withUnsafeBufferPointer { theta in
            responses.forEachDerivative(theta) { parameter, column, factor in
                entries[parameter].append((column, factor))
            }
        }
        for a in 0..<dataColumn {
            let (index, factor) = linear(a)
            entries[nonlinearCount + index].append((a, factor))
        }
    }

    /// Adds the prior terms to the normal equations; returns their chi squared.
    private func addPriors(
        _ coefficients: UnsafeBufferPointer<Double>, _ matrix: UnsafeMutableBufferPointer<Double>,
        _ gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        var chi2 = 0.0
        let nonlinearCount = nonlinearBounds.count, count = entries.count
        theta.withUnsafeBufferPointer { theta in
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
        let isThere =
            isFilled && theta == values
            && (0..<dataColumn).allSatisfy { index in
                let (place, factor) = linear(index)
                return modelCoefficients[index] == factor * coefficients[place]
            }
        guard !isThere else { return }
        isFilled = true
        for j in theta.indices { theta[j] = values[j] }
        values.withUnsafeBufferPointer { values in
            fillComponentColumns(values)
            for k in 0..<partCount { areaFactors[k] = model.parts[k].areaFactor.value(values) }
        }
        for a in 0..<dataColumn {
            let (index, factor) = linear(a)
            modelCoefficients[a] = factor * coefficients[index]
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
            theta.withUnsafeBufferPointer { theta in
                responses.forEachImage(of: k, theta) { column, strength in
                    for (i, value) in columns.column(column).enumerated() {
                        curve[i] -= area * strength * value
                        background[i] += area * strength * value
                    }
                }
            }
            components.append(curve)
        }
        return (background, components)
    }

    /// The sum of all components at the stated parameters, without any background.
    mutating func peakIntensities(theta: [Double], coefficients: [Double]) throws -> [Double] {
        var sum = [Double](repeating: 0, count: columns.pointCount)
        isFilled = false
        theta.withUnsafeBufferPointer { theta in
            fillComponentColumns(theta)
            for k in 0..<partCount {
                let area = model.parts[k].areaFactor.value(theta) * coefficients[model.parts[k].linearIndex]
                for (i, value) in columns.column(backgroundCount + k).enumerated() { sum[i] += area * value }
            }
        }
        return sum
    }

    /// The model at the stated parameters, as `expected`.
    mutating func expected(theta values: [Double], coefficients: [Double]) -> [Double] {
        evaluate(theta: values, coefficients: coefficients)
        _ = columns.residual(data: dataColumn, first: 0, coefficients: UnsafeBufferPointer(modelCoefficients))
        return expected()
    }

    /// The model at the last evaluation, for weights from expected counts.
    func expected() -> [Double] {
        let data = columns.column(dataColumn), residuals = columns.lastResiduals
        return data.indices.map { data[$0] - residuals[$0] }
    }
}
