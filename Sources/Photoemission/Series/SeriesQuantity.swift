import Spectra

/// A number that each spectrum of a series yields.
public enum SeriesQuantity: Sendable, Hashable, CustomStringConvertible {
    /// A quantity of a single fit.
    case quantity(FitQuantity)
    /// The share of the first components in the areas of the second ones, 0 ... 1; all components where none are named.
    case share([String], among: [String])
    /// The areas of the first components divided by those of the second ones.
    case ratio([String], to: [String])
    /// The mean binding energy of the components named, weighted by their areas, in eV; of all where none are named. It
    /// is that of the lines j = l + 1/2.
    case meanPosition([String])
    /// The shift in eV that a calibration line is fitted with.
    case shift

    /// The share of everything but `pristine` in the areas of all components: how much has decomposed.
    public static func decomposition(of pristine: [String], in fit: SeriesFit) -> SeriesQuantity {
        .share(fit.componentNames.filter { !pristine.contains($0) }, among: [])
    }

    /// What it is, in words.
    public var description: String {
        func list(_ names: [String]) -> String { names.joined(separator: " + ") }
        switch self {
        case .quantity(let quantity): return quantity.description
        case .share(let names, let others):
            return "share of \(list(names))" + (others.isEmpty ? "" : " among \(list(others))")
        case .ratio(let names, let others): return "area of \(list(names)) relative to \(list(others))"
        case .meanPosition(let names): return "mean position" + (names.isEmpty ? "" : " of \(list(names))")
        case .shift: return "shift"
        }
    }

    /// The unit: "eV" for energies and widths, "" for shares and ratios, "intensity eV" for areas.
    public var unit: String {
        switch self {
        case .quantity(.component(_, .area)): return "intensity eV"
        case .quantity(.component(_, let quantity)):
            return [.areaRatio, .widthRatio, .mixing, .asymmetry].contains(quantity) ? "" : "eV"
        case .meanPosition, .shift: return "eV"
        case .quantity, .share, .ratio: return ""
        }
    }

    /// Whether it lies on the energy scale, so that the uncertainty of the scale belongs to it.
    var isEnergy: Bool {
        switch self {
        case .quantity(.component(_, .position)), .meanPosition: true
        default: false
        }
    }
}

extension QuantityForm {
    /// The form of `quantity` in `model`. Throws `FitError.noSuchQuantity`.
    init(_ quantity: SeriesQuantity, in model: ResolvedModel) throws {
        func parts(_ names: [String]) throws -> [ResolvedModel.Part] {
            guard !names.isEmpty else { return model.parts }
            return try names.map { name in
                guard let part = model.parts.first(where: { $0.name == name }) else {
                    let known = model.parts.map { "\"\($0.name)\"" }.joined(separator: ", ")
                    throw FitError.noSuchQuantity("the fit has no component \"\(name)\"; it has \(known)")
                }
                return part
            }
        }
        func areas(_ names: [String]) throws -> [Term] {
            try parts(names).map { Term(linearIndex: $0.linearIndex, factor: $0.areaFactor) }
        }
        guard let first = model.parts.first else { throw FitError.noSuchQuantity("the model has no component") }
        if case .quantity(let quantity) = quantity {
            try self.init(quantity, in: model)
            return
        }
        try self.init(.component(first.name, .area), in: model)
        switch quantity {
        case .quantity: break
        case .share(let names, let others):
            // An empty list of names means no component here, all of them below.
            numerator = names.isEmpty ? [] : try areas(names)
            denominator = try areas(others)
        case .ratio(let names, let others):
            numerator = try areas(names)
            denominator = try areas(others)
        case .meanPosition(let names):
            numerator = try parts(names).map {
                Term(linearIndex: $0.linearIndex, factor: $0.areaFactor * $0.position)
            }
            denominator = try areas(names)
        case .shift:
            guard let index = model.shiftIndex else {
                throw FitError.noSuchQuantity("the model fits no shift: it has no calibration line")
            }
            numerator = []
            expression = .free(index)
        }
    }
}
