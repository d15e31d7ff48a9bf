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
    /// How a series of spectra is fitted jointly; single fits take no notice of it.
    public var series = SeriesSettings()

    /// The version of the recipe format that is read and written here.
    public static let version = 1

    /// A recipe for `model`.
    public init(model: PeakModel, weighting: Weighting = .poisson) {
        self.model = model
        self.weighting = weighting
    }

    /// Reads a recipe.
    ///
    /// - Parameters:
    ///   - text: the recipe.
    ///   - file: names it in errors.
    ///   - readingCurve: reads the measured lines that the recipe takes from other files; without it a recipe with such a
    ///     line is an error.
    /// - Throws: `ReferenceDataError` with line and column for unknown keys, wrong types and values out of range.
    public init(
        yaml text: String, file: String, readingCurve: ((ReferenceCurve) throws -> MeasuredLine)? = nil
    ) throws(ReferenceDataError) {
        self = try RecipeReader(readingCurve: readingCurve).read(YAMLValue(text: text, file: file))
    }
}

/// What the spectra of a series have in common when they are fitted jointly.
public struct SeriesSettings: Sendable, Hashable {
    /// The quantities of components that are shared; `nil` for the usual ones.
    public var sharing: Set<ComponentQuantity>?
    /// The standard deviation in eV by which the shift of a calibration line changes from one spectrum to the next;
    /// `nil` for free shifts.
    public var shiftStep: Double?

    /// Settings; those left out are the usual ones.
    public init(sharing: Set<ComponentQuantity>? = nil, shiftStep: Double? = nil) {
        self.sharing = sharing
        self.shiftStep = shiftStep
    }
}

/// Reads a recipe from a YAML document.
struct RecipeReader {
    /// Reads measured lines from other files.
    var readingCurve: ShapeRecipe.CurveReader?

    func read(_ root: YAMLValue) throws(ReferenceDataError) -> Recipe {
        let fields = try root.fields(
            "interphase", "level", "window", "calibration", "background", "defaults", "weights", "series", "components")
        let version = try fields.require("interphase")
        guard try version.count() == Recipe.version else {
            throw version.error(expected: "recipe format version \(Recipe.version)")
        }
        var model = PeakModel(components: [])
        if let level = fields["level"] { model.level = try Self.coreLevel(level) }
        if let window = fields["window"] { model.window = try window.interval() }
        if let calibration = fields["calibration"] { model.calibration = try Self.calibration(calibration) }
        if let background = fields["background"] { model.background = try BackgroundRecipe.read(background) }
        if let defaults = fields["defaults"] { try Self.readDefaults(defaults, into: &model) }
        var recipe = Recipe(model: model)
        if let weights = fields["weights"] { recipe.weighting = try Self.weighting(weights) }
        if let series = fields["series"] { recipe.series = try Self.series(series) }
        let list = try fields.require("components")
        for entry in try list.list() { recipe.model.components.append(try component(entry, of: recipe.model)) }
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

    static func weighting(_ value: YAMLValue) throws(ReferenceDataError) -> Weighting {
        try choice(value, among: Weighting.allCases.map { ($0.rawValue, $0) })
    }

    static func calibration(_ value: YAMLValue) throws(ReferenceDataError) -> Calibration {
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

    private static func series(_ value: YAMLValue) throws(ReferenceDataError) -> SeriesSettings {
        let fields = try value.fields("share", "smooth_shift")
        var settings = SeriesSettings()
        if let share = fields["share"] {
            var quantities: Set<ComponentQuantity> = []
            let choices = ComponentQuantity.allCases.filter { $0 != .area }.map { ($0.rawValue, $0) }
            for name in try share.list() { quantities.insert(try choice(name, among: choices)) }
            settings.sharing = quantities
        }
        if let step = fields["smooth_shift"] {
            let number = try step.number()
            guard number >= ShiftWalk.leastStep else {
                throw step.error(expected: "a step of \(ShiftWalk.leastStep) eV or more", found: "\(number)")
            }
            settings.shiftStep = number
        }
        return settings
    }

    private static func readDefaults(_ value: YAMLValue, into model: inout PeakModel) throws(ReferenceDataError) {
        let fields = try value.fields(
            "shape", "splitting", "area_ratio", "width_ratio", "width", "mixing", "gaussian_width", "lorentzian_width",
            "asymmetry")
        if let shape = fields["shape"] { model.shape = try ShapeRecipe.named(shape) }
        for quantity in ComponentQuantity.allCases {
            guard let field = fields[quantity.rawValue] else { continue }
            model.defaults[quantity] = try constraint(field, quantity, level: model.level)
        }
    }

    private func component(_ value: YAMLValue, of model: PeakModel) throws(ReferenceDataError) -> Component {
        let fields = try value.fields(
            "name", "level", "doublet", "shape", "lines", "curve", "position", "width", "area", "splitting",
            "area_ratio", "width_ratio", "mixing", "gaussian_width", "lorentzian_width", "asymmetry")
        let name = try fields.require("name").text()
        let level = try fields["level"].map { value throws(ReferenceDataError) in try Self.coreLevel(value) }
        let shape = try shape(fields, level: level ?? model.level, standard: model.shape, value)
        var component = Component(name: name, shape: shape, position: try position(fields, shape))
        component.level = level
        if let doublet = fields["doublet"] { component.isDoublet = try doublet.boolean() }
        for quantity in ComponentQuantity.allCases where quantity != .position {
            guard let field = fields[quantity.rawValue] else { continue }
            component[quantity] = try Self.constraint(field, quantity, level: level ?? model.level)
        }
        return component
    }

    /// The shape of a component; `nil` where it states none.
    private func shape(_ fields: YAMLFields, level: CoreLevel?, standard: LineShape, _ value: YAMLValue)
        throws(ReferenceDataError) -> LineShape?
    {
        let named = try fields["shape"].map { value throws(ReferenceDataError) in try ShapeRecipe.named(value) }
        switch (fields["lines"], fields["curve"]) {
        case (nil, nil): return named
        case (let lines?, nil): return try ShapeRecipe.lines(lines, shape: named ?? standard)
        case (nil, let curve?) where named == nil:
            return try ShapeRecipe.curve(curve, level: level, reading: readingCurve)
        default: throw value.error(expected: "one of shape, lines and curve", found: "several of them")
        }
    }

    /// The position of a component: as stated, or around the place where its lines or its curve stand.
    private func position(_ fields: YAMLFields, _ shape: LineShape?) throws(ReferenceDataError) -> Constraint {
        if let position = fields["position"] { return try Self.constraint(position, .position) }
        switch shape {
        case .group(let group): return .within(PeakModel.positionTolerance, of: group.energy)
        case .measured(let line): return .within(PeakModel.positionTolerance, of: line.position)
        default: return try Self.constraint(try fields.require("position"), .position)
        }
    }

    /// `scofield` or `statistical` for an area ratio, a number, `{start, min, max}`, `{start, within}`, `{same_as}`, `{from, offset}`, `{from, ratio}` or
    /// `{start, prior: [mean, sigma]}`.
    private static func constraint(_ value: YAMLValue, _ quantity: ComponentQuantity, level: CoreLevel? = nil)
        throws(ReferenceDataError) -> Constraint
    {
        if quantity == .areaRatio, let kind = try? value.text(), kind == "scofield" || kind == "statistical" {
            let ratio = kind == "scofield" ? level?.reference?.scofieldAreaRatio : level?.statisticalAreaRatio
            guard let ratio else {
                throw value.error(
                    expected: "a number: \(level.map(\.description) ?? "no level") has no \(kind) area ratio")
            }
            return .fixed(ratio)
        }
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
