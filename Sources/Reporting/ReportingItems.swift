import Photoemission
import Spectra

/// What ISO 19830:2015 (Surface chemical analysis, electron spectroscopies, minimum reporting requirements for peak
/// fitting in X-ray photoelectron spectroscopy, clause 5) asks to be stated, filled from a fit. What the fit does not
/// know is said to be unknown rather than left out.
struct ReportingItems {
    let fit: PeakFit
    let provenance: FitProvenance

    var items: [(name: String, value: String)] {
        [
            ("Background range (5.2)", range), ("Background averaging (5.2, 5.3)", averaging),
            ("Background type", FitTable.background(of: fit)), ("Line shapes", shapes),
            ("Peak parameters", "binding energies, widths and areas with standard uncertainties: table of components"),
            ("Constraints and linkages", constraints), ("Energy reference", reference),
            ("Fitting procedure", procedure),
            ("Quality of the fit", FitTable.quality(of: fit)), ("Residuals", "shown below the spectrum in the figure"),
            ("Intensities", intensities),
        ]
    }

    private var range: String {
        let (low, high) = (TableText.number(fit.window.lowerBound), TableText.number(fit.window.upperBound))
        var text = "\(low) eV to \(high) eV binding energy"
        if let first = fit.curves.bindingEnergies.first, let last = fit.curves.bindingEnergies.last {
            text += "; first and last point at \(TableText.number(first)) eV and \(TableText.number(last)) eV"
        }
        return text
    }

    private var averaging: String {
        guard fit.background.kind != "none" else { return "none: there is no background" }
        guard !fit.background.isFitted else {
            return "none: the background is fitted to all \(fit.statistics.points) points together with the peaks"
        }
        let background = fit.effectiveModel.background
        let points = background.endPoints
        var text = points == 1 ? "one point at each end" : "arithmetic mean of \(points) points at each end"
        let offsets = background.endOffsets
        if offsets.low != 0 || offsets.high != 0 {
            text += ", lowered by \(TableText.number(offsets.low)) % at the low and "
            text += "\(TableText.number(offsets.high)) % at the high binding energy end"
        }
        return text
    }

    private var shapes: String {
        let shapes = fit.components.map(\.shape)
        let distinct = shapes.enumerated().filter { shapes.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        guard distinct.count > 1 else { return distinct.first.map { "\($0) for all components" } ?? "no components" }
        return distinct.map { shape in
            let names = fit.components.filter { $0.shape == shape }.map(\.name)
            return "\(shape): \(names.joined(separator: ", "))"
        }.joined(separator: "; ")
    }

    private var constraints: String {
        let bounds = fit.parameters.atBound
        let ended =
            bounds.isEmpty ? "no parameter ended on a bound" : "on a bound ended: \(bounds.joined(separator: ", "))"
        let recipe =
            provenance.effectiveRecipe == nil
            ? "the recipe was not recorded" : "bounds, fixed values and links: effective recipe below"
        return "\(recipe); \(ended)"
    }

    private var reference: String {
        "\(fit.calibration.reference); shift \(TableText.quantity(fit.calibration.shift)) eV added to measured energies"
    }

    private var procedure: String {
        "least squares, weights: \(fit.statistics.weighting); \(fit.statistics.freeParameters) parameters estimated from "
            + "\(fit.statistics.points) points; "
            + FitTable.state(of: fit)
    }

    private var intensities: String {
        switch fit.unit {
        case .counts: "electrons counted, as in the file"
        case .countsPerSecond: "counts per second, as in the file"
        case .arbitrary: "arbitrary units: counting statistics unknown"
        }
    }
}
