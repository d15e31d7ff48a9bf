import Foundation
import SpectralMath

/// How a component is drawn, in numbers alone.
struct KernelDrawing {
    /// Constants of the kernels' family of shapes, for the mixing that the component has where that is held.
    let shape: SpectralColumns.GaussLorentz
    /// Area of the shape divided by (height x width of the formula).
    let area: Double
    /// Width of the formula divided by the true one.
    let widthFactor: Double
    let isDoublet: Bool
    /// Whether the kernels draw the component, and nothing but its position and width is fitted, so that both lines of a
    /// doublet take one pass.
    let isPlain: Bool

    /// - Parameter isFitted: whether the component's quantity depends on a parameter of the fit.
    init(_ part: ResolvedModel.Part, isFitted: (ComponentQuantity) -> Bool) {
        let constants = part.shape.shape.constants
        shape = SpectralColumns.GaussLorentz(
            gauss: constants?.gauss ?? 0, lorentz: constants?.lorentz ?? 0, share: constants?.share ?? 0,
            isSum: constants?.isSum ?? false)
        area = constants?.area ?? 1
        widthFactor = constants?.widthFactor ?? 1
        isDoublet = part.isDoublet
        isPlain =
            constants != nil && ![.mixing, .splitting, .areaRatio, .widthRatio].contains(where: { isFitted($0) })
    }

    func line(at center: Double, width: Double, share: Double, widthRatio: Double) -> SpectralColumns.Line {
        let formulaWidth = widthFactor * width * widthRatio
        return .init(
            center: center, width: formulaWidth, height: share / (area * formulaWidth),
            widthSlope: widthFactor * widthRatio)
    }
}

extension ComponentQuantity {
    /// Where the quantity stands in tables of all.
    var place: Int {
        switch self {
        case .position: 0
        case .width: 1
        case .area: 2
        case .splitting: 3
        case .areaRatio: 4
        case .widthRatio: 5
        case .mixing: 6
        case .gaussianWidth: 7
        case .lorentzianWidth: 8
        case .asymmetry: 9
        }
    }
}

extension PeakProblem {
    /// Fills value and derivatives of component `index` of unit area.
    func draw(_ index: Int, shift: Double, _ theta: UnsafeBufferPointer<Double>) {
        guard drawings[index].isPlain else {
            let part = model.parts[index]
            if let constants = part.shape.shape.constants {
                fill(part, index: index, constants: constants, shift: shift, theta)
            } else {
                fillAnyShape(part, index: index, shift: shift, theta)
            }
            return
        }
        func quantity(_ quantity: ComponentQuantity) -> Double { quantities[Self.place(index, quantity)] }
        let drawing = drawings[index]
        let center = quantity(.position) - shift, width = quantity(.width)
        let value = backgroundCount + index
        let byCenter = derivativeColumn(index, .position) ?? scratchStart
        let byWidth = derivativeColumn(index, .width) ?? scratchStart + 1
        guard drawing.isDoublet else {
            columns.fill(
                value: value, byCenter: byCenter, byWidth: byWidth,
                lines: drawing.line(at: center, width: width, share: 1, widthRatio: 1), shape: drawing.shape)
            return
        }
        let ratio = quantity(.areaRatio)
        columns.fill(
            value: value, byCenter: byCenter, byWidth: byWidth,
            lines: drawing.line(at: center, width: width, share: 1 / (1 + ratio), widthRatio: 1),
            drawing.line(
                at: center + quantity(.splitting), width: width, share: ratio / (1 + ratio),
                widthRatio: quantity(.widthRatio)), shape: drawing.shape)
    }

    // MARK: - Shapes that the kernels draw

    /// Fills value and derivatives of a component with each line on its own, as a fitted mixing or a fitted parameter of
    /// the pair needs.
    private func fill(
        _ part: ResolvedModel.Part, index: Int, constants own: LineShape.Constants, shift: Double,
        _ theta: UnsafeBufferPointer<Double>
    ) {
        let mix = part.mixing.isConstant ? nil : part.mixing.value(theta)
        let constants = mix.flatMap { part.shape.shape.with(mix: $0).constants } ?? own
        let shape = SpectralColumns.GaussLorentz(
            gauss: constants.gauss, lorentz: constants.lorentz, share: constants.share, isSum: constants.isSum)
        let center = part.position.value(theta) - shift
        let width = part.width.value(theta)
        let value = backgroundCount + index
        let byCenter = derivativeColumn(index, .position) ?? scratchStart
        let byWidth = derivativeColumn(index, .width) ?? scratchStart + 1
        func line(at center: Double, share: Double, widthRatio: Double) -> SpectralColumns.Line {
            let formulaWidth = constants.widthFactor * width * widthRatio
            return .init(
                center: center, width: formulaWidth, height: share / (constants.area * formulaWidth),
                widthSlope: constants.widthFactor * widthRatio)
        }
        guard part.isDoublet else {
            let only = line(at: center, share: 1, widthRatio: 1)
            columns.fill(value: value, byCenter: byCenter, byWidth: byWidth, lines: only, shape: shape)
            fillMixing(part, index, mix, constants, [(value, byWidth, only)], width)
            return
        }
        let ratio = part.areaRatio.value(theta)
        let widthRatio = part.widthRatio.value(theta)
        let major = line(at: center, share: 1 / (1 + ratio), widthRatio: 1)
        let minor = line(at: center + part.splitting.value(theta), share: ratio / (1 + ratio), widthRatio: widthRatio)
        let first = scratchStart + 2, second = scratchStart + 5
        columns.fill(value: first, byCenter: first + 1, byWidth: first + 2, lines: major, shape: shape)
        columns.fill(value: second, byCenter: second + 1, byWidth: second + 2, lines: minor, shape: shape)
        for (target, offset) in [(value, 0), (byCenter, 1), (byWidth, 2)] {
            set(target, 1, first + offset, 1, second + offset)
        }
        if let column = derivativeColumn(index, .splitting) { set(column, 0, first, 1, second + 1) }
        if let column = derivativeColumn(index, .areaRatio) {
            // Shares 1/(1+r) and r/(1+r): d/dr of the pair, from lines already scaled by their shares.
            set(column, -1 / (1 + ratio), first, 1 / ratio - 1 / (1 + ratio), second)
        }
        if let column = derivativeColumn(index, .widthRatio) { set(column, 0, first, width / widthRatio, second + 2) }
        fillMixing(part, index, mix, constants, [(first, first + 2, major), (second, second + 2, minor)], width)
    }

    /// column(target) = a x column(first) + b x column(second).
    private func set(_ target: Int, _ a: Double, _ first: Int, _ b: Double, _ second: Int) {
        let out = columns.column(target), x = columns.column(first), y = columns.column(second)
        for i in out.indices { out[i] = a * x[i] + b * y[i] }
    }

    /// The derivative by the mixing at constant area and true width: the area factor and the width factor of the
    /// formula change with it too.
    private func fillMixing(
        _ part: ResolvedModel.Part, _ index: Int, _ mix: Double?, _ constants: LineShape.Constants,
        _ lines: [(value: Int, byWidth: Int, line: SpectralColumns.Line)], _ width: Double
    ) {
        guard let mix, let column = derivativeColumn(index, .mixing) else { return }
        let out = columns.column(column)
        out.update(repeating: 0)
        // Constants are smooth functions of the mixing; their slopes by central differences are good to 1e-9.
        let reach = min(0.01, mix / 2, (100 - mix) / 2) + 1e-7
        guard let above = part.shape.shape.with(mix: min(100, mix + reach)).constants,
            let below = part.shape.shape.with(mix: max(0, mix - reach)).constants
        else { return }
        let span = min(100, mix + reach) - max(0, mix - reach)
        let areaSlope = (above.area - below.area) / span / constants.area
        let widthSlope = (above.widthFactor - below.widthFactor) / span / constants.widthFactor
        let gaussSlope = (above.gauss - below.gauss) / span
        let lorentzSlope = (above.lorentz - below.lorentz) / span
        for (valueColumn, byWidthColumn, line) in lines {
            let value = columns.column(valueColumn), byWidth = columns.column(byWidthColumn)
            for i in out.indices {
                let t = (columns.abscissaValue(i) - line.center) / line.width
                let s = t * t
                var slope = byWidth[i] * width * widthSlope - value[i] * areaSlope
                if constants.isSum {
                    let gaussian = exp(-constants.gauss * s)
                    slope += line.height * (1 / (1 + constants.lorentz * s) - gaussian) * constants.shareSlope
                } else {
                    slope -= value[i] * (gaussSlope * s + lorentzSlope * s / (1 + constants.lorentz * s))
                }
                out[i] += slope
            }
        }
    }

    // MARK: - All other shapes

    /// Columns for scratch: two that take what nobody asked for, and value, derivative by the centre and by four
    /// parameters for each line of a doublet.
    static let scratchCount = 14

    /// Fills value and derivatives of one component of unit area, whatever its shape.
    private func fillAnyShape(
        _ part: ResolvedModel.Part, index: Int, shift: Double, _ theta: UnsafeBufferPointer<Double>
    ) {
        let shape = part.shape
        let quantities = shape.shape.parameters
        let parameters = quantities.map { part.expression($0).value(theta) }
        let center = part.position.value(theta) - shift
        let first = scratchStart + 2, second = first + 6
        let ratio = part.isDoublet ? part.areaRatio.value(theta) : 0
        draw(shape.profile(parameters), at: center, into: first, parameters: quantities.count, factor: 1 / (1 + ratio))
        let value = backgroundCount + index
        guard part.isDoublet else {
            set(value, 1, first)
            if let column = derivativeColumn(index, .position) { set(column, 1, first + 1) }
            for (place, quantity) in quantities.enumerated() {
                if let column = derivativeColumn(index, quantity) { set(column, 1, first + 2 + place) }
            }
            return
        }
        let widthRatio = part.widthRatio.value(theta)
        let widened = quantities.firstIndex(of: shape.shape.ratioParameter)
        var minor = parameters
        if let widened { minor[widened] *= widthRatio }
        draw(
            shape.profile(minor), at: center + part.splitting.value(theta), into: second, parameters: quantities.count,
            factor: ratio / (1 + ratio))
        set(value, 1, first, 1, second)
        if let column = derivativeColumn(index, .position) { set(column, 1, first + 1, 1, second + 1) }
        for (place, quantity) in quantities.enumerated() {
            guard let column = derivativeColumn(index, quantity) else { continue }
            set(column, 1, first + 2 + place, place == widened ? widthRatio : 1, second + 2 + place)
        }
        if let column = derivativeColumn(index, .splitting) { set(column, 1, second + 1) }
        if let column = derivativeColumn(index, .areaRatio) {
            set(column, -1 / (1 + ratio), first, 1 / ratio - 1 / (1 + ratio), second)
        }
        if let column = derivativeColumn(index, .widthRatio), let widened {
            set(column, parameters[widened], second + 2 + widened)
        }
    }

    /// column(target) = a x column(source).
    private func set(_ target: Int, _ a: Double, _ source: Int) { set(target, a, source, 0, source) }

    private func draw(_ profile: any LineProfile, at center: Double, into column: Int, parameters: Int, factor: Double)
    {
        let targets = LineColumns(
            value: columns.column(column), byCenter: columns.column(column + 1),
            byParameter: (0..<parameters).map { columns.column(column + 2 + $0) })
        profile.fill(targets, energies: columns.abscissaValues, center: center, factor: factor)
    }
}
