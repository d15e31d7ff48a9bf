import ReferenceSpectra
import Spectra

extension PeakModel {
    /// Fills in defaults, follows links and lays out the free parameters.
    ///
    /// Throws `FitError.invalidModel` or `.cyclicLinks` for a model that contradicts itself.
    func resolved(calibration: Calibration) throws -> ResolvedModel {
        var resolver = try ModelResolver(model: self, calibration: calibration)
        return try resolver.resolve()
    }
}

/// Works through a model once; see `PeakModel.resolved`.
struct ModelResolver {
    private struct Key: Hashable {
        var part: Int
        var quantity: ComponentQuantity
    }

    private let calibration: Calibration
    private(set) var model: PeakModel
    private var indices: [String: Int] = [:]
    var nonlinear: [ResolvedModel.Free] = []
    var linear: [ResolvedModel.Free] = []
    var background = BackgroundLayout()
    private var priors: [ResolvedModel.Prior] = []
    private var expressions: [Key: ParameterExpression] = [:]
    private var areas: [Int: (factor: ParameterExpression, index: Int)] = [:]

    init(model: PeakModel, calibration: Calibration) throws {
        self.model = model
        self.calibration = calibration
        guard !model.components.isEmpty else { throw FitError.invalidModel("the model has no component") }
        for (index, component) in model.components.enumerated() {
            guard indices.updateValue(index, forKey: component.name) == nil else {
                throw FitError.invalidModel("two components are named \"\(component.name)\"")
            }
        }
    }

    mutating func resolve() throws -> ResolvedModel {
        try fillInDefaults()
        try fixReferenceLine()
        try layOutBaselines()
        let backgroundCount = linear.count
        var parts: [ResolvedModel.Part] = []
        for index in model.components.indices { parts.append(try part(index)) }
        try layOutResponses()
        var shiftIndex: Int?
        if case .line = calibration {
            shiftIndex = nonlinear.count
            let reach = PeakModel.calibrationReach
            nonlinear.append(.init(name: "calibration.shift", start: nil, bounds: -reach...reach))
        }
        model.calibration = calibration
        return ResolvedModel(
            nonlinear: nonlinear, linear: linear, backgroundCount: backgroundCount, parts: parts, priors: priors,
            background: background, shiftIndex: shiftIndex, effective: model)
    }

    /// The line that the binding energies are referenced to stands at its energy; the shift is fitted instead.
    private mutating func fixReferenceLine() throws {
        guard case .line(let name, let energy) = calibration else { return }
        guard let index = indices[name] else {
            throw FitError.invalidModel("the calibration refers to \"\(name)\"" + unknownComponent(name))
        }
        model.components[index].position = .fixed(energy)
    }

    private mutating func fillInDefaults() throws {
        for index in model.components.indices {
            var component = model.components[index]
            let level = component.level ?? model.level
            component.level = level
            let shape = component.shape ?? model.shape
            component.shape = shape
            let isDoublet = component.isDoublet ?? (shape.isMeasured ? false : level?.isDoublet ?? false)
            component.isDoublet = isDoublet
            let reference = level?.reference
            try fillInShape(&component, width: reference?.defaultWidth)
            component.area = component.area ?? model.defaults[.area] ?? .free(start: nil, min: 0, max: .infinity)
            if isDoublet {
                guard
                    let splitting = component.splitting ?? model.defaults[.splitting]
                        ?? reference?.splitting.map({ .fixed($0.default) })
                else {
                    throw FitError.invalidModel(
                        "component \"\(component.name)\" is a doublet, but neither the model nor the reference data "
                            + "of \(level.map(\.description) ?? "an unnamed level") give its splitting")
                }
                guard
                    let ratio = component.areaRatio ?? model.defaults[.areaRatio]
                        ?? level?.statisticalAreaRatio.map(Constraint.fixed)
                else {
                    throw FitError.invalidModel(
                        "component \"\(component.name)\" is a doublet of no p, d or f level: state its area ratio")
                }
                component.splitting = splitting
                component.areaRatio = ratio
                component.widthRatio = component.widthRatio ?? model.defaults[.widthRatio] ?? .fixed(1)
            } else {
                for quantity in [ComponentQuantity.splitting, .areaRatio, .widthRatio]
                where component[quantity] != nil {
                    throw FitError.invalidModel(
                        "component \"\(component.name)\" is a single line and has no \(quantity.rawValue)")
                }
            }
            model.components[index] = component
        }
    }

    /// Gives the component the parameters of its shape, and no others.
    private func fillInShape(_ component: inout Component, width: Constraint?) throws {
        let shape = component.shape ?? model.shape
        for quantity in [ComponentQuantity.width, .mixing, .gaussianWidth, .lorentzianWidth, .asymmetry] {
            guard shape.parameters.contains(quantity) else {
                if component[quantity] == nil { continue }
                let own = shape.parameters.map(\.rawValue).joined(separator: ", ")
                throw FitError.invalidModel(
                    "component \"\(component.name)\" has the shape \(shape), which has no \(quantity.rawValue) but \(own)"
                )
            }
            if case .group(let group) = shape, quantity == .width {
                // Published widths hold unless the component itself says otherwise.
                component.width = component.width ?? .fixed(group.width)
                continue
            }
            let standard: Constraint? =
                switch quantity {
                case .width: width ?? Self.anyWidth
                case .gaussianWidth: Self.anyGaussianWidth
                case .lorentzianWidth: Self.anyLorentzianWidth
                // The shape's own value holds.
                default: nil
                }
            component[quantity] = component[quantity] ?? model.defaults[quantity] ?? standard
        }
    }

    /// Gaussian widths of laboratory sources and analysers, and lifetime widths of core levels that are used for
    /// chemical analysis, with room on both sides.
    private static let anyGaussianWidth = Constraint.free(start: 0.9, min: 0.05, max: 5)
    private static let anyLorentzianWidth = Constraint.free(start: 0.3, min: 0, max: 5)

    /// Lines from 0.2 eV, narrower than any laboratory source and analyser resolve, to 6 eV.
    private static let anyWidth = Constraint.free(start: 1.2, min: 0.2, max: 6)

    private mutating func part(_ index: Int) throws -> ResolvedModel.Part {
        let component = model.components[index]
        let shape = component.shape ?? model.shape
        let isDoublet = component.isDoublet ?? false
        let area = try area(of: index, chain: [])
        func resolve(_ quantity: ComponentQuantity, else value: Double, _ resolver: inout ModelResolver) throws
            -> ParameterExpression
        {
            component[quantity] == nil ? .constant(value) : try resolver.expression(index, quantity, chain: [])
        }
        let mixing = try resolve(.mixing, else: shape.mix ?? 0, &self)
        let asymmetry = try resolve(.asymmetry, else: shape.asymmetry ?? 0, &self)
        // What is held is the shape's own.
        let held = shape.with(
            mix: mixing.isConstant ? mixing.constant : nil, asymmetry: asymmetry.isConstant ? asymmetry.constant : nil)
        return ResolvedModel.Part(
            name: component.name, level: component.level, isDoublet: isDoublet, shape: try PreparedShape(held),
            position: try resolve(.position, else: 0, &self), width: try resolve(.width, else: 1, &self),
            splitting: isDoublet ? try resolve(.splitting, else: 0, &self) : .constant(0),
            areaRatio: isDoublet ? try resolve(.areaRatio, else: 0, &self) : .constant(0),
            widthRatio: isDoublet ? try resolve(.widthRatio, else: 1, &self) : .constant(1),
            mixing: mixing,
            gaussianWidth: try resolve(.gaussianWidth, else: 0, &self),
            lorentzianWidth: try resolve(.lorentzianWidth, else: 0, &self),
            asymmetry: asymmetry, areaFactor: area.factor,
            linearIndex: area.index)
    }

    /// The expression of a quantity other than the area.
    private mutating func expression(_ index: Int, _ quantity: ComponentQuantity, chain: [String]) throws
        -> ParameterExpression
    {
        let key = Key(part: index, quantity: quantity)
        if let known = expressions[key] { return known }
        let component = model.components[index]
        let place = "\(component.name).\(quantity.rawValue)"
        if chain.contains(place) { throw FitError.cyclicLinks(chain + [place]) }
        guard let constraint = component[quantity] else {
            if quantity == .mixing, let mix = component.shape?.mix { return .constant(mix) }
            if quantity == .asymmetry, let asymmetry = component.shape?.asymmetry { return .constant(asymmetry) }
            throw FitError.invalidModel(
                "\(chain.last ?? place) is linked to \(place), which that component does not have")
        }
        let result: ParameterExpression
        switch constraint {
        case .sameAs(let name):
            result = try expression(leader(name, of: place), quantity, chain: chain + [place])
        case .offset(let name, let distance):
            let leading = try expression(leader(name, of: place), quantity, chain: chain + [place])
            result = leading + (try own(distance, name: "\(place).offset"))
        case .ratio(let name, let factor):
            let leading = try expression(leader(name, of: place), quantity, chain: chain + [place])
            result = leading * (try own(factor, name: "\(place).ratio"))
        case .fixed, .free, .prior:
            result = try own(constraint, name: place)
        }
        expressions[key] = result
        return result
    }

    /// The area as a factor times a linear coefficient.
    private mutating func area(of index: Int, chain: [String]) throws -> (factor: ParameterExpression, index: Int) {
        if let known = areas[index] { return known }
        let component = model.components[index]
        let place = "\(component.name).area"
        if chain.contains(place) { throw FitError.cyclicLinks(chain + [place]) }
        let constraint = component.area ?? .free(start: nil, min: 0, max: .infinity)
        let result: (factor: ParameterExpression, index: Int)
        switch constraint {
        case .sameAs(let name):
            result = try area(of: leader(name, of: place), chain: chain + [place])
        case .ratio(let name, let factor):
            let leading = try area(of: leader(name, of: place), chain: chain + [place])
            result = (leading.factor * (try own(factor, name: "\(place).ratio")), leading.index)
        case .offset:
            throw FitError.invalidModel("\(place): an area can be a multiple of another area, not an offset from it")
        case .fixed(let value):
            guard value.isFinite else { throw FitError.invalidModel("\(place) is not a finite number") }
            linear.append(.init(name: place, start: value, bounds: value...value))
            result = (.constant(1), linear.count - 1)
        case .free(let start, let min, let max), .prior(let start, _, _, let min, let max):
            guard min <= max else {
                throw FitError.invalidModel("\(place): its lower bound \(min) lies above its upper bound \(max)")
            }
            linear.append(.init(name: place, start: start, bounds: min...max))
            result = (.constant(1), linear.count - 1)
            try addPrior(of: constraint, name: place, on: .constant(1), linearIndex: linear.count - 1)
        }
        areas[index] = result
        return result
    }

    /// A constraint that refers to no other component, as a constant or a new free parameter.
    mutating func own(_ constraint: Constraint, name: String) throws -> ParameterExpression {
        let start: Double?, low: Double, high: Double
        switch constraint {
        case .fixed(let value):
            guard value.isFinite else { throw FitError.invalidModel("\(name) is not a finite number") }
            return .constant(value)
        case .free(let given, let min, let max), .prior(let given, _, _, let min, let max):
            (start, low, high) = (given, min, max)
        case .sameAs, .offset, .ratio:
            throw FitError.invalidModel("\(name) cannot itself be a link")
        }
        guard low <= high else {
            throw FitError.invalidModel("\(name): its lower bound \(low) lies above its upper bound \(high)")
        }
        if let start, !(low...high).contains(start) {
            throw FitError.invalidModel("\(name): its start \(start) lies outside its bounds \(low) to \(high)")
        }
        if low == high { return .constant(low) }
        nonlinear.append(.init(name: name, start: start, bounds: low...high))
        let expression = ParameterExpression.free(nonlinear.count - 1)
        try addPrior(of: constraint, name: name, on: expression, linearIndex: nil)
        return expression
    }

    private mutating func addPrior(
        of constraint: Constraint, name: String, on expression: ParameterExpression, linearIndex: Int?
    ) throws {
        guard case .prior(_, let mean, let sigma, _, _) = constraint else { return }
        guard sigma > 0, sigma.isFinite, mean.isFinite else {
            throw FitError.invalidModel("\(name): a prior needs a mean and a positive standard deviation")
        }
        priors.append(.init(mean: mean, sigma: sigma, expression: expression, linearIndex: linearIndex))
    }

    private func leader(_ name: String, of place: String) throws -> Int {
        guard let index = indices[name] else {
            throw FitError.invalidModel("\(place) is linked to \"\(name)\"" + unknownComponent(name))
        }
        return index
    }

    private func unknownComponent(_ name: String) -> String {
        ", which is no component of the model; it has "
            + model.components.map { "\"\($0.name)\"" }.joined(separator: ", ")
    }
}

extension PeakModel {
    /// How far, in eV, a calibration line may lie from where it belongs before the fit gives up looking for it.
    static let calibrationReach = 10.0
}
