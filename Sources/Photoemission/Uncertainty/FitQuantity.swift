import Spectra
import SpectralMath

/// A number that a fit yields and that intervals, profiles and limits can be asked of.
public enum FitQuantity: Sendable, Hashable, CustomStringConvertible {
    /// A parameter of the component named: its area, position, width ...
    case component(String, ComponentQuantity)
    /// The share of the component named in the areas of all components, 0 ... 1.
    case fraction(String)
    /// The area of the first component named divided by that of the second.
    case areaRatio(String, to: String)
    /// A parameter of a fitted background by its name in the result, such as `constant` or `shirley_per_eV`.
    case background(String)

    /// The component it belongs to; empty for the background.
    public var componentName: String {
        switch self {
        case .component(let name, _), .fraction(let name), .areaRatio(let name, _): name
        case .background: ""
        }
    }

    /// What it is of that component: "area", "fraction", "position" ...
    public var quantityName: String {
        switch self {
        case .component(_, let quantity): quantity.rawValue
        case .fraction: "fraction"
        case .areaRatio(_, let other): "area relative to \(other)"
        case .background(let name): "background.\(name)"
        }
    }

    /// "area of PS4 3-".
    public var description: String {
        componentName.isEmpty ? quantityName : "\(quantityName) of \(componentName)"
    }

    /// Whether nature forbids negative values.
    var isNonNegative: Bool {
        switch self {
        case .component(_, .area), .fraction, .areaRatio: true
        default: false
        }
    }
}

/// A quantity as a function of the parameters of a fit: a function of the nonlinear ones, plus linear coefficients
/// times such functions, divided by another sum of that kind for fractions.
struct QuantityForm: Sendable {
    /// A linear coefficient times a function of the nonlinear parameters.
    struct Term: Sendable {
        var linearIndex: Int
        var factor: ParameterExpression
    }

    var expression = ParameterExpression.constant(0)
    var numerator: [Term] = []
    /// Empty for 1.
    var denominator: [Term] = []

    /// The form of `quantity` in `model`. Throws `FitError.noSuchQuantity`.
    init(_ quantity: FitQuantity, in model: ResolvedModel) throws {
        func part(_ name: String) throws -> ResolvedModel.Part {
            guard let part = model.parts.first(where: { $0.name == name }) else {
                let known = model.parts.map { "\"\($0.name)\"" }.joined(separator: ", ")
                throw FitError.noSuchQuantity("the fit has no component \"\(name)\"; it has \(known)")
            }
            return part
        }
        func term(_ part: ResolvedModel.Part) -> Term {
            Term(linearIndex: part.linearIndex, factor: part.areaFactor)
        }
        switch quantity {
        case .component(let name, .area):
            numerator = [term(try part(name))]
        case .component(let name, let quantity):
            let part = try part(name)
            guard part.isDoublet || ![.splitting, .areaRatio, .widthRatio].contains(quantity) else {
                throw FitError.noSuchQuantity("\"\(name)\" is a single line and has no \(quantity.rawValue)")
            }
            expression = part.expression(quantity)
        case .fraction(let name):
            numerator = [term(try part(name))]
            denominator = model.parts.map(term)
        case .areaRatio(let name, let other):
            numerator = [term(try part(name))]
            denominator = [term(try part(other))]
        case .background(let name):
            let full = "background.\(name)"
            if let index = model.nonlinear.firstIndex(where: { $0.name == full }) {
                expression = .free(index)
            } else if let index = model.linear.firstIndex(where: { $0.name == full }) {
                numerator = [Term(linearIndex: index, factor: .constant(1))]
            } else {
                throw FitError.noSuchQuantity("the fit has no background parameter \"\(name)\"")
            }
        }
    }

    private static func sum(_ terms: [Term], _ nonlinear: [Double], _ linear: [Double]) -> Double {
        terms.reduce(0) { $0 + $1.factor.value(nonlinear) * linear[$1.linearIndex] }
    }

    func denominator(_ nonlinear: [Double], _ linear: [Double]) -> Double {
        denominator.isEmpty ? 1 : Self.sum(denominator, nonlinear, linear)
    }

    /// The value; 0 where the denominator vanishes.
    func value(_ nonlinear: [Double], _ linear: [Double]) -> Double {
        let below = denominator(nonlinear, linear)
        guard below != 0 else { return 0 }
        return (expression.value(nonlinear) + Self.sum(numerator, nonlinear, linear)) / below
    }

    /// The coefficients of the linear parameters in numerator - target x denominator.
    func coefficients(target: Double, _ nonlinear: [Double], count: Int) -> [Double] {
        var result = [Double](repeating: 0, count: count)
        for term in numerator { result[term.linearIndex] += term.factor.value(nonlinear) }
        for term in denominator { result[term.linearIndex] -= target * term.factor.value(nonlinear) }
        return result
    }

    /// What remains of numerator - target x denominator without linear parameters.
    func remainder(target: Double, _ nonlinear: [Double]) -> Double {
        expression.value(nonlinear) - (denominator.isEmpty ? target : 0)
    }

    /// The derivatives of numerator - target x denominator by the nonlinear parameters, then the linear ones.
    func slopes(target: Double, _ nonlinear: [Double], _ linear: [Double]) -> [Double] {
        let count = nonlinear.count
        var result = [Double](repeating: 0, count: count + linear.count)
        func add(_ expression: ParameterExpression, times factor: Double) {
            nonlinear.withUnsafeBufferPointer { theta in
                for index in expression.parameters {
                    result[index] += factor * expression.derivative(by: index, theta)
                }
            }
        }
        add(expression, times: 1)
        for term in numerator {
            result[count + term.linearIndex] += term.factor.value(nonlinear)
            add(term.factor, times: linear[term.linearIndex])
        }
        for term in denominator {
            result[count + term.linearIndex] -= target * term.factor.value(nonlinear)
            add(term.factor, times: -target * linear[term.linearIndex])
        }
        return result
    }

    /// The derivatives of the value.
    func gradient(_ nonlinear: [Double], _ linear: [Double]) -> [Double] {
        let below = denominator(nonlinear, linear)
        guard below != 0 else { return [Double](repeating: 0, count: nonlinear.count + linear.count) }
        return slopes(target: value(nonlinear, linear), nonlinear, linear).map { $0 / below }
    }
}
