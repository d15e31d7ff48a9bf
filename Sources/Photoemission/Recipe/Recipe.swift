import Foundation
import ReferenceSpectra
import Spectra

/// A fit as a document: a model, and how its points are weighted. Recipes are YAML that can be read, diffed, reviewed
/// and run again.
public struct Recipe: Sendable, Hashable {
    /// The model.
    public var model: PeakModel
    /// The weights of the points.
    public var weighting: Weighting

    /// The version of the recipe format that is read and written here.
    public static let version = 1

    /// A recipe for `model`.
    public init(model: PeakModel, weighting: Weighting = .poisson) {
        self.model = model
        self.weighting = weighting
    }

    /// Reads a recipe. `file` names it in errors.
    ///
    /// Throws `ReferenceDataError` with line and column for unknown keys, wrong types and values out of range.
    public init(yaml text: String, file: String) throws(ReferenceDataError) {
        self = try RecipeReader.read(YAMLValue(text: text, file: file))
    }
}

/// Reads a recipe from a YAML document.
enum RecipeReader {
    static func read(_ root: YAMLValue) throws(ReferenceDataError) -> Recipe {
        let fields = try root.fields(
            "interphase", "level", "window", "calibration", "background", "defaults", "weights", "components")
        let version = try fields.require("interphase")
        guard try version.count() == Recipe.version else {
            throw version.error(expected: "recipe format version \(Recipe.version)")
        }
        var model = PeakModel(components: [])
        if let level = fields["level"] { model.level = try coreLevel(level) }
        if let window = fields["window"] { model.window = try window.interval() }
        if let calibration = fields["calibration"] { model.calibration = try Self.calibration(calibration) }
        if let background = fields["background"] { model.background = try BackgroundRecipe.read(background) }
        if let defaults = fields["defaults"] { try readDefaults(defaults, into: &model) }
        var recipe = Recipe(model: model)
        if let weights = fields["weights"] {
            recipe.weighting = try choice(weights, among: Weighting.allCases.map { ($0.rawValue, $0) })
        }
        let list = try fields.require("components")
        for entry in try list.list() { recipe.model.components.append(try component(entry)) }
        guard !recipe.model.components.isEmpty else { throw list.error(expected: "at least one component") }
        return recipe
    }

    private static func coreLevel(_ value: YAMLValue) throws(ReferenceDataError) -> CoreLevel {
        guard let level = CoreLevel(label: try value.text()) else {
            throw value.error(expected: "a core level such as S 2p")
        }
        return level
    }

    static func choice<Value>(_ value: YAMLValue, among choices: [(String, Value)])
        throws(ReferenceDataError) -> Value
    {
        let text = try value.text()
        if let found = choices.first(where: { $0.0 == text }) { return found.1 }
        throw value.error(expected: "one of " + choices.map(\.0).joined(separator: ", "))
    }

    private static func calibration(_ value: YAMLValue) throws(ReferenceDataError) -> Calibration {
        let fields = try value.fields("line", "at", "shift", "u")
        if let shift = fields["shift"] {
            guard fields["line"] == nil, fields["at"] == nil else {
                throw value.error(expected: "either a shift or a line", found: "both")
            }
            let uncertainty = try fields["u"].map { value throws(ReferenceDataError) in try value.number() }
            return .shift(Measured(try shift.number(), standardUncertainty: uncertainty))
        }
        return .line(try fields.require("line").text(), at: try fields.require("at").number())
    }

    private static func readDefaults(_ value: YAMLValue, into model: inout PeakModel) throws(ReferenceDataError) {
        let fields = try value.fields(
            "shape", "splitting", "area_ratio", "width_ratio", "width", "mixing", "gaussian_width", "lorentzian_width",
            "asymmetry")
        if let shape = fields["shape"] { model.shape = try lineShape(shape) }
        for quantity in ComponentQuantity.allCases {
            guard let field = fields[quantity.rawValue] else { continue }
            model.defaults[quantity] = try constraint(field, quantity)
        }
    }

    private static func lineShape(_ value: YAMLValue) throws(ReferenceDataError) -> LineShape {
        guard let shape = LineShape(name: try value.text()) else {
            throw value.error(
                expected: "a line shape: GL(m), SGL(m), G, L, PV(m), APV(m,a), Voigt, LA(m), LA(a,n), LA(a,b,n), "
                    + "LF(a,b,w,n), LF(a,b,w,n,k), DS(a), A(a,b,n)GL(m), GL(m)T(k) or SGL(m)T(k), numbers in range")
        }
        return shape
    }

    private static func component(_ value: YAMLValue) throws(ReferenceDataError) -> Component {
        let fields = try value.fields(
            "name", "level", "doublet", "shape", "position", "width", "area", "splitting", "area_ratio", "width_ratio",
            "mixing", "gaussian_width", "lorentzian_width", "asymmetry")
        var component = Component(
            name: try fields.require("name").text(),
            position: try constraint(try fields.require("position"), .position))
        if let level = fields["level"] { component.level = try coreLevel(level) }
        if let doublet = fields["doublet"] { component.isDoublet = try doublet.boolean() }
        if let shape = fields["shape"] { component.shape = try lineShape(shape) }
        for quantity in ComponentQuantity.allCases where quantity != .position {
            if let field = fields[quantity.rawValue] { component[quantity] = try constraint(field, quantity) }
        }
        return component
    }

    /// A number, `{start, min, max}`, `{start, within}`, `{same_as}`, `{from, offset}`, `{from, ratio}` or
    /// `{start, prior: [mean, sigma]}`.
    private static func constraint(_ value: YAMLValue, _ quantity: ComponentQuantity) throws(ReferenceDataError)
        -> Constraint
    {
        if let number = try? value.number() {
            try check(number, quantity, value)
            return .fixed(number)
        }
        let fields = try value.fields(
            "start", "min", "max", "within", "same_as", "from", "offset", "ratio", "prior")
        if let leader = fields["same_as"] {
            try rejectOthers(fields, besides: ["same_as"], value)
            return .sameAs(try leader.text())
        }
        if let leader = fields["from"] {
            try rejectOthers(fields, besides: ["from", "offset", "ratio"], value)
            switch (fields["offset"], fields["ratio"]) {
            case (let offset?, nil):
                return .offset(from: try leader.text(), by: try free(offset, quantity, isLink: true))
            case (nil, let ratio?): return .ratio(of: try leader.text(), by: try free(ratio, quantity, isLink: true))
            default: throw value.error(expected: "either an offset or a ratio beside \"from\"")
            }
        }
        try rejectOthers(fields, besides: ["start", "min", "max", "within", "prior"], value)
        return try free(value, quantity, isLink: false)
    }

    /// A number or a free parameter; no link.
    static func free(_ value: YAMLValue, _ quantity: ComponentQuantity, isLink: Bool)
        throws(ReferenceDataError) -> Constraint
    {
        if let number = try? value.number() { return .fixed(number) }
        let fields = try value.fields("start", "min", "max", "within", "prior")
        let start = try number(fields["start"])
        if let within = fields["within"] {
            guard let start, fields["min"] == nil, fields["max"] == nil else {
                throw within.error(expected: "\"within\" beside \"start\" and without min and max")
            }
            let distance = try within.number()
            guard distance > 0 else { throw within.error(expected: "a positive distance") }
            return try prior(fields, start: start, min: start - distance, max: start + distance)
        }
        var low = try number(fields["min"]), high = try number(fields["max"])
        if let range = natural(quantity), !isLink {
            if low == nil { low = range.lowerBound }
            if high == nil { high = range.upperBound }
        } else if quantity == .position, !isLink, let start {
            if low == nil { low = start - PeakModel.positionTolerance }
            if high == nil { high = start + PeakModel.positionTolerance }
        }
        guard let low, let high else { throw value.error(expected: "min and max, or within") }
        guard low < high else { throw value.error(expected: "min below max", found: "\(low) and \(high)") }
        if let start, !(low...high).contains(start) {
            throw value.error(expected: "a start between \(low) and \(high)", found: "\(start)")
        }
        return try prior(fields, start: start, min: low, max: high)
    }

    private static func prior(_ fields: YAMLFields, start: Double?, min: Double, max: Double)
        throws(ReferenceDataError) -> Constraint
    {
        guard let prior = fields["prior"] else { return .free(start: start, min: min, max: max) }
        let list = try prior.list()
        guard list.count == 2 else { throw prior.error(expected: "[mean, sigma]") }
        let mean = try list[0].number(), sigma = try list[1].number()
        guard sigma > 0 else { throw list[1].error(expected: "a positive standard deviation") }
        return .prior(start: start, mean: mean, sigma: sigma, min: min, max: max)
    }

    /// Bounds that hold by the nature of a quantity.
    private static func natural(_ quantity: ComponentQuantity) -> ClosedRange<Double>? {
        switch quantity {
        case .area: 0...Double.infinity
        case .width: 0.05...20
        case .gaussianWidth: 0.01...5
        case .lorentzianWidth: 0...10
        case .asymmetry: -2...2
        case .splitting: 0...100
        case .areaRatio, .widthRatio: 0.01...10
        case .mixing: 0...100
        case .position: nil
        }
    }

    private static func check(_ number: Double, _ quantity: ComponentQuantity, _ value: YAMLValue)
        throws(ReferenceDataError)
    {
        let range: ClosedRange<Double>? = quantity == .area ? nil : natural(quantity)
        guard let range, !range.contains(number) else { return }
        throw value.error(
            expected: "a \(quantity.rawValue) from \(range.lowerBound) to \(range.upperBound)", found: "\(number)")
    }

    private static func number(_ value: YAMLValue?) throws(ReferenceDataError) -> Double? {
        guard let value else { return nil }
        return try value.number()
    }

    private static func rejectOthers(_ fields: YAMLFields, besides allowed: [String], _ value: YAMLValue)
        throws(ReferenceDataError)
    {
        for key in ["start", "min", "max", "within", "same_as", "from", "offset", "ratio", "prior"]
        where fields[key] != nil && !allowed.contains(key) {
            throw value.error(
                expected: "\(allowed.joined(separator: ", ")) without \"\(key)\"", found: "\"\(key)\" beside them")
        }
    }
}
