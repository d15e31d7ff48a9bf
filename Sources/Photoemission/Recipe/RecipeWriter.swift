import Spectra

extension Recipe {
    /// The recipe as a YAML document that reads back as the same recipe.
    public var yaml: String {
        var lines = ["interphase: \(Self.version)"]
        if let level = model.level { lines.append("level: \(level)") }
        if let window = model.window { lines.append("window: [\(window.lowerBound), \(window.upperBound)]") }
        switch model.calibration {
        case .none: break
        case .shift(let shift):
            let uncertainty = shift.standardUncertainty.map { ", u: \($0)" } ?? ""
            lines.append("calibration: {shift: \(shift.value)\(uncertainty)}")
        case .line(let name, let energy): lines.append("calibration: {line: \(quoted(name)), at: \(energy)}")
        }
        lines += BackgroundRecipe.lines(model.background, text)
        if weighting != .poisson { lines.append("weights: \(weighting.rawValue)") }
        lines += seriesLines
        let defaults = ComponentQuantity.allCases.compactMap { quantity in
            model.defaults[quantity].map { "\(quantity.rawValue): \(text($0))" }
        }
        lines.append(
            "defaults: {" + (["shape: \(ShapeRecipe.text(model.shape))"] + defaults).joined(separator: ", ") + "}")
        lines.append("components:")
        lines += model.components.map { "  - {\(entry($0))}" }
        return lines.joined(separator: "\n") + "\n"
    }

    private var seriesLines: [String] {
        var parts: [String] = []
        if let sharing = series.sharing {
            let names = ComponentQuantity.allCases.filter(sharing.contains).map(\.rawValue)
            parts.append("share: [\(names.joined(separator: ", "))]")
        }
        if let step = series.shiftStep { parts.append("smooth_shift: \(step)") }
        return parts.isEmpty ? [] : ["series: {\(parts.joined(separator: ", "))}"]
    }

    private func entry(_ component: Component) -> String {
        var parts = ["name: \(quoted(component.name))"]
        if let level = component.level, level != model.level { parts.append("level: \(level)") }
        let shape = component.shape ?? model.shape
        let isUsuallyDoublet = !shape.isMeasured && (component.level ?? model.level)?.isDoublet ?? false
        if let isDoublet = component.isDoublet, isDoublet != isUsuallyDoublet {
            parts.append("doublet: \(isDoublet)")
        }
        if let shape = component.shape, shape != model.shape {
            parts += ShapeRecipe.entries(shape, standard: model.shape)
        }
        for quantity in ComponentQuantity.allCases {
            guard let constraint = component[quantity] else { continue }
            parts.append("\(quantity.rawValue): \(text(constraint))")
        }
        return parts.joined(separator: ", ")
    }

    private func text(_ constraint: Constraint) -> String {
        switch constraint {
        case .fixed(let value): return "\(value)"
        case .free(let start, let min, let max): return "{\(bounds(start, min, max))}"
        case .prior(let start, let mean, let sigma, let min, let max):
            return "{\(bounds(start, min, max)), prior: [\(mean), \(sigma)]}"
        case .sameAs(let name): return "{same_as: \(quoted(name))}"
        case .offset(let name, let distance): return "{from: \(quoted(name)), offset: \(text(distance))}"
        case .ratio(let name, let factor): return "{from: \(quoted(name)), ratio: \(text(factor))}"
        }
    }

    private func bounds(_ start: Double?, _ min: Double, _ max: Double) -> String {
        var parts = start.map { ["start: \($0)"] } ?? []
        if min.isFinite { parts.append("min: \(min)") }
        if max.isFinite { parts.append("max: \(max)") }
        return parts.joined(separator: ", ")
    }

    /// A double-quoted YAML scalar.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16, uppercase: true)
                result += "\\x" + (hex.count < 2 ? "0" + hex : hex)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
