import Foundation
import Spectra

/// A model at the solution of a fit: its quantities with their uncertainties.
struct SolvedModel {
    let model: ResolvedModel
    /// The nonlinear parameters.
    let nonlinear: [Double]
    /// The linear coefficients.
    let linear: [Double]
    /// Whether each parameter, nonlinear first, is held.
    let isHeld: [Bool]
    /// The covariance of all parameters, row-major; `nil` where the data do not determine them.
    let covariance: [Double]?
    let calibration: Calibration

    /// The components in the order of the model.
    func components() -> [FittedComponent] {
        let areas = model.parts.indices.map(area)
        return model.parts.indices.map { component($0, areas) }
    }

    /// A quantity with the standard uncertainty that follows from its slopes by the parameters; none where every
    /// parameter that it depends on is held.
    func measured(_ value: Double, _ slopes: [(index: Int, slope: Double)]) -> Measured {
        let moving = slopes.filter { $0.slope != 0 && !isHeld[$0.index] }
        guard let covariance, !moving.isEmpty else { return Measured(value) }
        var variance = 0.0
        for a in moving {
            for b in moving { variance += a.slope * b.slope * covariance[a.index * isHeld.count + b.index] }
        }
        return Measured(value, standardUncertainty: max(0, variance).squareRoot())
    }

    private func slopes(_ expression: ParameterExpression) -> [(index: Int, slope: Double)] {
        nonlinear.withUnsafeBufferPointer { theta in
            expression.parameters.map { ($0, expression.derivative(by: $0, theta)) }
        }
    }

    func measured(_ expression: ParameterExpression) -> Measured {
        measured(expression.value(nonlinear), slopes(expression))
    }

    /// The area of a component with its slopes by the parameters.
    private typealias Area = (value: Double, slopes: [(index: Int, slope: Double)])

    private func area(_ index: Int) -> Area {
        let part = model.parts[index]
        let factor = part.areaFactor.value(nonlinear)
        let coefficient = linear[part.linearIndex]
        var slopes = slopes(part.areaFactor).map { (index: $0.index, slope: $0.slope * coefficient) }
        slopes.append((nonlinear.count + part.linearIndex, factor))
        return (factor * coefficient, slopes)
    }

    private func component(_ index: Int, _ areas: [Area]) -> FittedComponent {
        let part = model.parts[index]
        let area = areas[index]
        var position = measured(part.position)
        if case .shift(let given) = calibration, let uncertainty = given.standardUncertainty {
            let own = position.standardUncertainty ?? 0
            position.standardUncertainty = (own * own + uncertainty * uncertainty).squareRoot()
        }
        let widths = ComponentWidths(part, theta: nonlinear)
        let own = part.shape.shape.parameters.filter { $0 != .width }
        return FittedComponent(
            name: part.name, level: part.level,
            line: part.level.map { part.isDoublet ? $0.majorLine : $0.description } ?? "",
            shape: shapeName(of: part),
            position: position, fwhm: measured(widths.stored), trueFWHM: measured(widths.full),
            area: measured(area.value, area.slopes),
            fraction: fraction(index, areas),
            splitting: part.isDoublet ? measured(part.splitting) : nil,
            areaRatio: part.isDoublet ? measured(part.areaRatio) : nil,
            widthRatio: part.isDoublet ? measured(part.widthRatio) : nil,
            shapeParameters: own.map {
                NamedMeasurement(name: $0.rawValue, quantity: measured(part.expression($0)))
            })
    }

    /// The shape with its fitted numbers, rounded to what a name should show.
    private func shapeName(of part: ResolvedModel.Part) -> String {
        if part.mixing.isConstant && part.asymmetry.isConstant { return part.shape.name }
        let theta = nonlinear
        let mix = part.mixing.isConstant ? nil : (part.mixing.value(theta) * 100).rounded() / 100
        let asymmetry = part.asymmetry.isConstant ? nil : (part.asymmetry.value(theta) * 1e4).rounded() / 1e4
        return part.shape.shape.with(mix: mix, asymmetry: asymmetry).description
    }

    private func measured(_ width: ComponentWidths.Width) -> Measured {
        measured(width.value, width.slopes)
    }

    private func fraction(_ index: Int, _ areas: [Area]) -> Measured {
        let total = areas.reduce(0) { $0 + $1.value }
        guard total > 0 else { return Measured(0) }
        let own = areas[index].value / total
        var combined = [Double](repeating: 0, count: isHeld.count)
        for (other, area) in areas.enumerated() {
            for (parameter, slope) in area.slopes {
                combined[parameter] += ((other == index ? 1 : 0) - own) / total * slope
            }
        }
        return measured(own, combined.enumerated().map { ($0.offset, $0.element) })
    }
}
