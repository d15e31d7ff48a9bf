// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase
import ReferenceSpectra

@c @implementation
public func interphase_fit_series(
    _ model: interphase_handle, _ spectra: UnsafePointer<interphase_handle>?, _ count: Int,
    _ options: UnsafePointer<CChar>?, _ json: TextResult?, _ fits: UnsafeMutablePointer<interphase_handle>?,
    _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let handles = try Arguments.handles(spectra, count, "spectra")
        fits?.update(repeating: 0, count: handles.count)
        var recipe = try HandleTable.shared.model(model)
        let options = try Options(options, SeriesOptions.keys)
        let wanted = try SeriesOptions(options)
        let (series, sources) = try wanted.series(
            handles.map(HandleTable.shared.spectrum), name: recipe.model.level?.description)
        if let sharing = wanted.sharing { recipe.series.sharing = sharing }
        if let step = wanted.smoothShift { recipe.series.shiftStep = step }
        let fitting = FitOptions(weighting: recipe.weighting)
        let result =
            try wanted.isJoint
            ? recipe.model.fit(
                series, sharing: recipe.series.sharing, shiftStep: recipe.series.shiftStep, options: fitting)
            : recipe.model.fitEach(of: series, options: fitting)
        let table = try SeriesTable(
            result, pristine: wanted.pristine, meanPosition: wanted.showsMeanPosition, ratios: wanted.ratios,
            areas: wanted.showsAreas, shifts: wanted.showsShifts)
        let effective = result.fits.first.map { fit in
            var effective = Recipe(model: fit.effectiveModel, weighting: recipe.weighting)
            effective.series = recipe.series
            return effective.yaml
        }
        let document = SeriesDocument(
            table, sources: sources.compactMap { $0 }, effectiveRecipe: effective,
            softwareVersion: InterphaseVersion.current)
        try Arguments.give(document.json, to: json)
        guard let fits else { return }
        for (index, fit) in result.fits.enumerated() {
            let finished = FinishedFit(fit, weighting: recipe.weighting, source: sources[index])
            fits[index] = HandleTable.shared.add(.fit(finished))
        }
    }
}

/// How a series is fitted, and what is shown of it.
private struct SeriesOptions {
    static let keys = [
        "joint", "share", "smooth_shift", "variable", "variable_unit", "values", "pristine", "ratios", "areas",
        "shifts",
        "mean_position",
    ]

    var isJoint: Bool
    var sharing: Set<ComponentQuantity>?
    var smoothShift: Double?
    var variable: SeriesVariable?
    var values: [Double]?
    var pristine: [String]
    var ratios: [(above: [String], below: [String])]
    var showsAreas: Bool
    var showsShifts: Bool
    var showsMeanPosition: Bool

    init(_ options: Options) throws {
        isJoint = try options.flag("joint")
        for key in ["share", "smooth_shift"] where !isJoint {
            if let value = options[key] { throw value.error(expected: "\"joint\": true beside \"\(key)\"") }
        }
        sharing = try options["share"].map(Self.quantities)
        smoothShift = try options.number("smooth_shift", in: 1e-5...1e3)
        let unit = try options.text("variable_unit")
        variable = try options.text("variable").map { SeriesVariable(named: $0, unit: unit) }
        values = try options["values"].map { try $0.list().map { try $0.number() } }
        pristine = try options.texts("pristine")
        ratios = try options["ratios"].map { try $0.list().map(Self.ratio) } ?? []
        showsAreas = try options.flag("areas")
        showsShifts = try options.flag("shifts")
        showsMeanPosition = try options.flag("mean_position")
    }

    private static func quantities(_ value: YAMLValue) throws -> Set<ComponentQuantity> {
        let known = ComponentQuantity.allCases.filter { $0 != .area }
        return Set(
            try value.list().map { entry in
                let name = try entry.text()
                guard let quantity = known.first(where: { $0.rawValue == name }) else {
                    throw entry.error(expected: "one of " + known.map(\.rawValue).joined(separator: ", "))
                }
                return quantity
            })
    }

    private static func ratio(_ value: YAMLValue) throws -> (above: [String], below: [String]) {
        let sides = try value.list().map { try $0.oneOrMore().map { try $0.text() } }
        guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
            throw value.error(expected: "two sides, such as [[\"C-O\"], [\"C-C\", \"C-H\"]]")
        }
        return (sides[0], sides[1])
    }

    /// The series along the variable, so that neighbours start from each other; equal values keep their order.
    func series(_ measured: [MeasuredSpectrum], name: String?) throws -> (SpectrumSeries, [FitSource?]) {
        let spectra = measured.map(\.spectrum)
        if let values, values.count != spectra.count {
            throw InterfaceFailure.argument("options: \(values.count) values for \(spectra.count) spectra")
        }
        let (axis, places) = values.map { (variable ?? SeriesVariable("spectrum"), $0) } ?? known(to: spectra)
        if let variable, values == nil, axis.name.lowercased() != variable.name.lowercased() {
            throw InterfaceFailure.argument(
                "options: the spectra do not know \"\(variable.name)\"; expected \"values\" beside it")
        }
        let order = places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        let series = SpectrumSeries(
            name: name ?? spectra.first?.name ?? "", variable: axis, values: order.map { places[$0] },
            spectra: order.map { spectra[$0] })
        return (series, order.map { measured[$0].source })
    }

    /// The variable that all spectra know their place along, or their numbers.
    private func known(to spectra: [Spectrum]) -> (SeriesVariable, [Double]) {
        for candidate in spectra.first?.acquisition.coordinates.map(\.variable) ?? [] {
            if let variable, variable.name.lowercased() != candidate.name.lowercased() { continue }
            let values = spectra.compactMap { spectrum in
                spectrum.acquisition.coordinates.first { $0.variable == candidate }?.value
            }
            if values.count == spectra.count { return (candidate, values) }
        }
        return (SeriesVariable("spectrum"), spectra.indices.map { Double($0 + 1) })
    }
}
