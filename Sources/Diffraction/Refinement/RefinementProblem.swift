import Foundation
import SpectralMath

/// What has one scale: all reflections of a phase, or reflections that no diffractometer separates, with their shares.
struct IntensityTemplate: Sendable {
    let phase: Int
    /// The lines of the model, and the intensity of the reflection of each at unit scale.
    let lines: [(line: Int, strength: Double)]
    let window: Range<Int>

    init(_ model: PowderModel, phase: Int, reflections: [Int: Double]) {
        self.phase = phase
        lines = model.lines.indices.compactMap { index in
            let line = model.lines[index]
            guard line.phase == phase, let strength = reflections[line.reflection] else { return nil }
            return (index, strength)
        }
        let windows = lines.map { model.lines[$0.line].window }
        window = (windows.map(\.lowerBound).min() ?? 0)..<(windows.map(\.upperBound).max() ?? 0)
    }
}

/// The sum of background and templates over the points of a pattern, as the separable solver sees it: scales and
/// background are linear, `RefinementQuantity`s are not. Derivatives are analytic.
struct RefinementProblem: ~Copyable, SeparableProblem {
    let nonlinearBounds: [ClosedRange<Double>]
    let linearBounds: [ClosedRange<Double>]
    let dataCount: Int

    let model: PowderModel
    let templates: [IntensityTemplate]
    let free: [RefinementQuantity]
    private(set) var values: RefinementValues
    private let backgroundCount: Int
    private let columns: WindowedColumns
    private let data: [Double]
    private let weights: [Double]
    private var axial = AxialNodes()
    private var nodeBuffer: [[WindowedColumns.Node]] = []
    private var isDrawn: [Bool]
    private var residuals: [Double]
    private var gram: [Double]
    private var dataColumn: Int { backgroundCount + templates.count }

    /// - Parameters:
    ///   - weights: reciprocal variances.
    ///   - isSigned: whether scales may be negative, as Pawley's intensities may.
    init(
        _ model: PowderModel, templates: [IntensityTemplate], background: BackgroundBasis, data: [Double],
        weights: [Double], values: RefinementValues, free: [RefinementQuantity], isSigned: Bool
    ) {
        self.model = model
        self.templates = templates
        self.free = free
        self.values = values
        self.data = data
        self.weights = weights
        backgroundCount = background.count
        dataCount = data.count
        nonlinearBounds = free.map { $0.bounds(startingFrom: values[$0]) }
        linearBounds =
            Array(repeating: -Double.infinity...Double.infinity, count: background.count)
            + Array(
                repeating: isSigned ? -Double.infinity...Double.infinity : 0...Double.infinity, count: templates.count)
        let whole = 0..<data.count
        columns = WindowedColumns(
            abscissa: model.twoTheta,
            windows: background.columns.map(\.range) + templates.map(\.window) + [whole] + free.map { _ in whole })
        _ = columns.pointWeights.update(fromContentsOf: weights)
        for (k, column) in background.columns.enumerated() {
            columns.fill(k, over: column.range, column.values)
        }
        columns.fill(background.count + templates.count, over: whole, data)
        gram = [Double](repeating: 0, count: columns.columnCount * columns.columnCount)
        isDrawn = Array(repeating: false, count: templates.count)
        residuals = data
        placeNodes()
    }

    /// The values of theta.
    var start: [Double] { free.map { values[$0] } }

    private mutating func set(_ theta: UnsafeBufferPointer<Double>) {
        for (j, quantity) in free.enumerated() { values[quantity] = theta[j] }
    }

    /// The copies of every line, relative to its position.
    private mutating func placeNodes() {
        nodeBuffer = model.lines.map { line in
            axial.nodes(
                twoTheta: line.twoTheta, divergence: values.axialDivergence,
                fullWidth: model.parts(line, values).fullWidth)
        }
    }

    private func moves(_ phase: Int) -> Bool { free.contains { $0.phase == nil || $0.phase == phase } }

    // MARK: - SeparableProblem

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        set(nonlinear)
        if free.contains(.axialDivergence) { placeNodes() }
        for t in templates.indices where !isDrawn[t] || moves(templates[t].phase) {
            draw(t)
            isDrawn[t] = true
        }
        let count = dataColumn, length = columns.columnCount
        gram.withUnsafeMutableBufferPointer { columns.gram(count: count + 1, into: $0, rowLength: length) }
        for a in 0..<count {
            vector[a] = gram[count * length + a]
            for b in 0...a { matrix[a * count + b] = gram[a * length + b] }
        }
    }

    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let linear = dataColumn, p = free.count, n = p + linear, length = columns.columnCount
        let chi2 = updateResiduals(coefficients)
        drawDerivatives(coefficients)
        // The residuals stand in the column of the data for the products with all others.
        let whole = 0..<data.count
        columns.fill(linear, over: whole, residuals)
        gram.withUnsafeMutableBufferPointer {
            columns.gram(count: length, firstRow: linear, into: $0, rowLength: length)
        }
        columns.fill(linear, over: whole, data)
        let first = linear + 1
        for j in 0..<p {
            let row = (first + j) * length
            gradient[j] = gram[row + linear]
            for k in 0...j { matrix[j * n + k] = gram[row + first + k] }
            for a in 0..<linear { matrix[(p + a) * n + j] = gram[row + a] }
        }
        for a in 0..<linear {
            gradient[p + a] = gram[linear * length + a]
            for b in 0...a { matrix[(p + a) * n + p + b] = gram[a * length + b] }
        }
        return chi2
    }

    private mutating func updateResiduals(_ coefficients: UnsafeBufferPointer<Double>) -> Double {
        var rest = data
        rest.withUnsafeMutableBufferPointer { buffer in
            for k in 0..<dataColumn { columns.add(-coefficients[k], times: k, to: buffer) }
        }
        residuals = rest
        var chi2 = 0.0
        for i in residuals.indices { chi2 += weights[i] * residuals[i] * residuals[i] }
        return chi2
    }

    // MARK: - Drawing

    /// Places the copies of a line at `center`.
    private func withNodes(
        _ index: Int, at center: Double, _ body: (UnsafeBufferPointer<WindowedColumns.Node>) -> Void
    ) {
        let nodes = nodeBuffer[index]
        withUnsafeTemporaryAllocation(of: WindowedColumns.Node.self, capacity: nodes.count) { buffer in
            for (k, node) in nodes.enumerated() {
                var moved = node
                moved.center += center
                buffer.initializeElement(at: k, to: moved)
            }
            body(UnsafeBufferPointer(buffer))
        }
    }

    private func draw(_ t: Int) {
        let template = templates[t], column = backgroundCount + t
        columns.clear(column)
        let metric = model.phases[template.phase].cell.metric(values.phases[template.phase].cell)
        for (index, strength) in template.lines {
            let line = model.lines[index]
            guard let (center, _) = model.center(line, metric: metric, values) else { continue }
            let shape = model.parts(line, values).profile
            let damping = model.damping(
                phase: line.phase, reflection: line.reflection, squaredS: line.squaredS, values)
            withNodes(index, at: center) {
                columns.addLine(
                    to: column, over: line.window, nodes: $0, width: shape.fullWidth, mixing: shape.mixing,
                    scale: strength * line.factor * damping.value)
            }
        }
    }

    private func drawDerivatives(_ coefficients: UnsafeBufferPointer<Double>) {
        let first = dataColumn + 1
        for j in free.indices { columns.clear(first + j) }
        guard !free.isEmpty else { return }
        for (t, template) in templates.enumerated() {
            let scale = coefficients[backgroundCount + t]
            let own = free.indices.filter { free[$0].phase == nil || free[$0].phase == template.phase }
            guard scale != 0, !own.isEmpty else { continue }
            let metric = model.phases[template.phase].cell.metric(values.phases[template.phase].cell)
            for (index, strength) in template.lines {
                drawDerivatives(index, scale: scale * strength, metric: metric, own, first)
            }
        }
    }

    private func drawDerivatives(
        _ index: Int, scale: Double, metric: SymmetricTensor, _ own: [Int], _ first: Int
    ) {
        let line = model.lines[index]
        guard let (center, byForm) = model.center(line, metric: metric, values) else { return }
        let parts = model.parts(line, values)
        let shape = parts.profile, slopes = parts.derivatives
        let damping = model.damping(phase: line.phase, reflection: line.reflection, squaredS: line.squaredS, values)
        let area = scale * line.factor
        let peak = area * damping.value
        withNodes(index, at: center) {
            columns.drawSlopes(
                over: line.window, nodes: $0, width: shape.fullWidth, mixing: shape.mixing,
                movesNodes: free.contains(.axialDivergence))
        }
        let gaussian = model.widths.width(values, tangent: line.tangent)
        for j in own {
            func move(_ factor: Double) {
                columns.addSlopes(.byCenter, peak * factor, over: line.window, to: first + j)
            }
            func broaden(g: Double, l: Double) {
                columns.addSlopes(
                    .byWidth, peak * (slopes.widthByGaussian * g + slopes.widthByLorentzian * l), .byMixing,
                    peak * (slopes.mixingByGaussian * g + slopes.mixingByLorentzian * l), over: line.window,
                    to: first + j)
            }
            switch free[j] {
            case .zero: move(1)
            case .displacement: move(line.cosine)
            case .transparency: move(-line.doubledSine)
            case .cell(let phase, let parameter):
                move(byForm * model.phases[phase].cell.directions[parameter].form(line.index))
            case .gaussianLow: broaden(g: gaussian.byLow, l: 0)
            case .gaussianHigh: broaden(g: gaussian.byHigh, l: 0)
            case .gaussianMiddle: broaden(g: gaussian.byMiddle, l: 0)
            case .size: broaden(g: 0, l: 1 / line.cosine)
            case .microstrain: broaden(g: 0, l: line.tangent)
            case .axialDivergence: columns.addSlopes(.byNodes, peak, over: line.window, to: first + j)
            case .texture: columns.addSlopes(.value, area * damping.byTexture, over: line.window, to: first + j)
            case .overallB: columns.addSlopes(.value, area * damping.byB, over: line.window, to: first + j)
            }
        }
    }

    // MARK: - Results

    /// Draws everything anew at values of the free quantities, where the solver may have tried others last.
    mutating func draw(at theta: [Double]) throws {
        theta.withUnsafeBufferPointer { set($0) }
        if free.contains(.axialDivergence) { placeNodes() }
        for t in templates.indices { draw(t) }
    }

    /// The background at the last linear coefficients.
    func background(_ coefficients: [Double]) -> [Double] { sum(coefficients, 0..<backgroundCount) }

    /// The curve of all templates of a phase.
    func curve(phase: Int, _ coefficients: [Double]) -> [Double] {
        var total = [Double](repeating: 0, count: data.count)
        total.withUnsafeMutableBufferPointer { buffer in
            for (t, template) in templates.enumerated() where template.phase == phase {
                columns.add(coefficients[backgroundCount + t], times: backgroundCount + t, to: buffer)
            }
        }
        return total
    }

    private func sum(_ coefficients: [Double], _ range: Range<Int>) -> [Double] {
        var total = [Double](repeating: 0, count: data.count)
        total.withUnsafeMutableBufferPointer { buffer in
            for k in range { columns.add(coefficients[k], times: k, to: buffer) }
        }
        return total
    }

    /// The intensities of all reflections by phase: calculated, and observed as the net counts are divided among the
    /// reflections that overlap in proportion to what each contributes (A. Le Bail, H. Duroy & J. L. Fourquet, Mater. Res.
    /// Bull. 23 (1988) 447; H. M. Rietveld, J. Appl. Cryst. 2 (1969) 65). Integrated over all lines of the radiation in
    /// the window, in units of intensity times degrees; reflections outside the pattern have zero for both.
    func dividedIntensities(_ coefficients: [Double]) -> [[DividedIntensity]] {
        let background = background(coefficients)
        var net = [Double](repeating: 0, count: data.count)
        net.withUnsafeMutableBufferPointer { buffer in
            for k in backgroundCount..<dataColumn { columns.add(coefficients[k], times: k, to: buffer) }
        }
        let ratios = net.indices.map { net[$0] > 1e-300 ? (data[$0] - background[$0]) / net[$0] : 0 }
        var result = model.phases.map { [DividedIntensity](repeating: DividedIntensity(), count: $0.count) }
        var own = [Double](repeating: 0, count: data.count)
        for (t, template) in templates.enumerated() {
            let scale = coefficients[backgroundCount + t]
            guard scale > 0 else { continue }
            // The lines of a reflection follow one another.
            var start = 0
            while start < template.lines.count {
                let reflection = model.lines[template.lines[start].line].reflection
                var end = start + 1
                while end < template.lines.count, model.lines[template.lines[end].line].reflection == reflection {
                    end += 1
                }
                let window = draw(template.lines[start..<end], scale: scale, into: &own)
                var sum = DividedIntensity()
                for i in window {
                    sum.calculated += own[i]
                    sum.observed += own[i] * ratios[i]
                    sum.information += weights[i] * own[i] * own[i]
                    own[i] = 0
                }
                result[template.phase][reflection] = sum
                start = end
            }
        }
        return result
    }

    /// Adds some lines to a curve of zeros; gives where it is not zero any more.
    private func draw(
        _ lines: ArraySlice<(line: Int, strength: Double)>, scale: Double, into curve: inout [Double]
    ) -> Range<Int> {
        var (low, high) = (data.count, 0)
        for (index, strength) in lines {
            let line = model.lines[index]
            let metric = model.phases[line.phase].cell.metric(values.phases[line.phase].cell)
            guard let (center, _) = model.center(line, metric: metric, values) else { continue }
            let shape = model.parts(line, values).profile
            let damping = model.damping(
                phase: line.phase, reflection: line.reflection, squaredS: line.squaredS, values)
            withNodes(index, at: center) {
                columns.drawSlopes(
                    over: line.window, nodes: $0, width: shape.fullWidth, mixing: shape.mixing, movesNodes: false)
            }
            let area = scale * strength * line.factor * damping.value
            let drawn = columns.drawn(.value, count: line.window.count)
            for (k, i) in line.window.enumerated() { curve[i] += area * drawn[k] }
            low = min(low, line.window.lowerBound)
            high = max(high, line.window.upperBound)
        }
        return low..<max(low, high)
    }
}

/// The intensity of a reflection: sums over the points of a pattern.
struct DividedIntensity: Sendable {
    /// Of the model.
    var calculated = 0.0
    /// Of the net counts, divided as the model has it.
    var observed = 0.0
    /// sum w c^2 of its curve c.
    var information = 0.0

    /// The standard uncertainty of the observed one by counting, everything but this intensity known.
    var standardUncertainty: Double? { information > 0 ? abs(calculated) / information.squareRoot() : nil }
}
