// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase

@c @implementation
public func interphase_fit(
    _ model: interphase_handle, _ spectrum: interphase_handle, _ variances: UnsafePointer<Double>?, _ points: Int,
    _ fit: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(fit, "fit")
        let recipe = try HandleTable.shared.model(model)
        let measured = try HandleTable.shared.spectrum(spectrum)
        var given: [Double]?
        if let variances {
            let expected = measured.spectrum.axis.count
            _ = try Arguments.count(points, "points", in: expected...expected)
            given = try Arguments.numbers(variances, expected, "variances")
        } else if points != 0 {
            throw InterfaceFailure.argument("variances is NULL, but points is \(UInt(bitPattern: points))")
        }
        let fit = try recipe.model.fit(
            measured.spectrum, variances: given, options: FitOptions(weighting: recipe.weighting))
        result.pointee = HandleTable.shared.add(
            .fit(FinishedFit(fit, weighting: recipe.weighting, source: measured.source)))
    }
}

@c @implementation
public func interphase_fit_json(
    _ fit: interphase_handle, _ options: UnsafePointer<CChar>?, _ json: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let finished = try HandleTable.shared.fit(fit)
        let options = try Options(options, ["curves", "uncertainty", "trials", "seed", "upper_limits", "systematic"])
        let document = FitDocument(
            finished.fit, provenance: finished.provenance, includesCurves: try options.flag("curves"),
            supplement: try supplement(of: finished.fit, options))
        try Arguments.give(document.json, to: json)
    }
}

/// What is asked for beyond the fit. A fit that did not converge has none of it; its findings say so.
private func supplement(of fit: PeakFit, _ options: Options) throws -> FitSupplement {
    let method = try options.choice("uncertainty", UncertaintyMethod.allCases)
    let trials = try options.count("trials", in: 2...1_000_000) ?? 1000
    let seed = UInt32(try options.count("seed", in: 0...Int(UInt32.max)) ?? 1)
    let species = try options.texts("upper_limits")
    let isSystematic = try options.flag("systematic")
    guard fit.convergence.converged else { return FitSupplement() }
    return FitSupplement(
        uncertainty: try method.map { try fit.uncertainty($0, trials: trials, seed: seed) },
        upperLimits: try species.map { try fit.upperLimit(of: $0) },
        systematicSpread: isSystematic ? try fit.systematicSpread() : nil)
}

@c @implementation
public func interphase_fit_table(
    _ fit: interphase_handle, _ text: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let text = try Arguments.result(text, "text")
        try Arguments.give(HandleTable.shared.fit(fit).fit.description, to: text)
    }
}

@c @implementation
public func interphase_fit_svg(
    _ fit: interphase_handle, _ svg: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let svg = try Arguments.result(svg, "svg")
        try Arguments.give(HandleTable.shared.fit(fit).fit.plot.svg.text, to: svg)
    }
}

@c @implementation
public func interphase_fit_html(
    _ fit: interphase_handle, _ html: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let html = try Arguments.result(html, "html")
        let finished = try HandleTable.shared.fit(fit)
        try Arguments.give(FitReport(finished.fit, provenance: finished.provenance).html, to: html)
    }
}

@c @implementation
public func interphase_fit_recipe(
    _ fit: interphase_handle, _ yaml: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let yaml = try Arguments.result(yaml, "yaml")
        try Arguments.give(HandleTable.shared.fit(fit).recipe, to: yaml)
    }
}

@c @implementation
public func interphase_fit_sizes(
    _ fit: interphase_handle, _ points: UnsafeMutablePointer<Int>?, _ components: UnsafeMutablePointer<Int>?,
    _ parameters: UnsafeMutablePointer<Int>?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let fit = try HandleTable.shared.fit(fit).fit
        points?.pointee = fit.curves.bindingEnergies.count
        components?.pointee = fit.components.count
        parameters?.pointee = fit.parameters.names.count
    }
}

@c @implementation
public func interphase_fit_copy(
    _ fit: interphase_handle, _ which: Int32, _ values: UnsafeMutablePointer<Double>?, _ count: Int,
    _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let fit = try HandleTable.shared.fit(fit).fit
        let found: [Double]
        switch Int(which) {
        case INTERPHASE_FIT_BINDING_ENERGIES: found = fit.curves.bindingEnergies
        case INTERPHASE_FIT_INTENSITIES: found = fit.curves.intensities
        case INTERPHASE_FIT_BACKGROUND: found = fit.curves.background
        case INTERPHASE_FIT_ENVELOPE: found = fit.curves.envelope
        case INTERPHASE_FIT_STANDARD_DEVIATIONS: found = fit.curves.standardDeviations
        case INTERPHASE_FIT_COVARIANCE: found = fit.parameters.covariance
        case let component:
            let index = component - INTERPHASE_FIT_FIRST_COMPONENT
            guard fit.curves.components.indices.contains(index) else {
                throw InterfaceFailure.argument(
                    "which is \(which); the fit has \(fit.curves.components.count) components")
            }
            found = fit.curves.components[index].values
        }
        try Arguments.copy(found, to: values, count)
    }
}
