import Diffraction
import Foundation
import Spectra

/// A refinement as tables for people and as comma-separated values.
public struct RefinementTable: Sendable {
    /// What was refined.
    public let refinement: PatternRefinement
    /// Amorphous content by an internal standard; `nil` for none.
    public var amorphous: AmorphousContent?
    /// The correction for microabsorption; `nil` for none.
    public var microabsorption: BrindleyCorrection?

    /// A table of `refinement`.
    public init(
        _ refinement: PatternRefinement, amorphous: AmorphousContent? = nil, microabsorption: BrindleyCorrection? = nil
    ) {
        self.refinement = refinement
        self.amorphous = amorphous
        self.microabsorption = microabsorption
    }

    // MARK: - For people

    /// The tables for a terminal.
    public var text: String {
        var lines = phaseLines
        lines.append("")
        lines += AlignedTable(columns: cellColumns).lines
        for report in refinement.layeredOxides {
            lines.append("")
            lines.append(Self.sentence(report))
        }
        if let amorphous { lines += ["", Self.sentence(amorphous)] }
        if let microabsorption { lines += [""] + Self.lines(microabsorption) }
        lines.append("")
        lines += statisticsLines
        return lines.joined(separator: "\n")
    }

    private var phaseLines: [String] {
        let phases = refinement.phases
        func column(_ title: String, numeric: Bool = true, _ cell: (RefinedPhase) -> String) -> AlignedTable.Column {
            AlignedTable.Column(title: title, cells: phases.map(cell), isNumeric: numeric)
        }
        var columns = [column("Phase", numeric: false) { $0.name }]
        if phases.contains(where: { $0.weightFraction != nil }) {
            columns.append(column("Mass (%)") { $0.weightFraction.map { Self.percent($0) } ?? "-" })
            columns.append(
                column("by I/Ic (%)") { $0.referenceRatioFraction.map { String(format: "%.1f", 100 * $0) } ?? "-" })
        }
        columns.append(column("Size (A)") { $0.size.map(TableText.quantity) ?? "-" })
        columns.append(column("Strain (1e-3)") { Self.scaled($0.microstrain, 1000) })
        if phases.contains(where: { $0.texture != nil }) {
            columns.append(
                column("Texture r") { phase in
                    guard let r = phase.texture, let direction = phase.textureDirection else { return "-" }
                    return "\(TableText.quantity(r)) along \(direction)"
                })
        }
        if phases.contains(where: { $0.overallB != nil }) {
            columns.append(column("B (A^2)") { $0.overallB.map(TableText.quantity) ?? "-" })
        }
        columns.append(column("R_Bragg (%)") { String(format: "%.2f", 100 * $0.braggR) })
        return AlignedTable(columns: columns).lines
    }

    private var cellColumns: [AlignedTable.Column] {
        let phases = refinement.phases
        let titles = ["a (A)", "b (A)", "c (A)", "alpha", "beta", "gamma"]
        var columns = [AlignedTable.Column(title: "Cell", cells: phases.map(\.name), isNumeric: false)]
        for (k, title) in titles.enumerated() {
            let cells = phases.map { phase -> String in
                let cell = phase.cell
                let value = [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma][k]
                let u = phase.cellUncertainties?[k] ?? 0
                // Angles that symmetry fixes are whole numbers but for rounding.
                let shown = u > 0 ? value : (value * 1e7).rounded() / 1e7
                return TableText.quantity(Measured(shown, standardUncertainty: u > 0 ? u : nil))
            }
            // Axes and angles that no phase leaves free need no column.
            if k >= 3, cells.allSatisfy({ $0 == "90" }) { continue }
            columns.append(AlignedTable.Column(title: title, cells: cells, isNumeric: true))
        }
        columns.append(
            AlignedTable.Column(title: "V (A^3)", cells: phases.map { TableText.quantity($0.volume) }, isNumeric: true))
        columns.append(
            AlignedTable.Column(
                title: "Density", cells: phases.map { $0.density.map(TableText.quantity) ?? "-" }, isNumeric: true))
        return columns
    }

    var statisticsLines: [String] {
        let statistics = refinement.statistics
        var lines = [
            String(
                format:
                    "R_wp %.2f %%, R_exp %.2f %%, R_p %.2f %%, goodness of fit %.3f, reduced chi2 %.3f over %d points, "
                    + "%d parameters", 100 * statistics.weightedProfileR, 100 * statistics.expectedR,
                100 * statistics.profileR, statistics.goodnessOfFit, statistics.reducedChi2, statistics.points,
                statistics.parameters)
        ]
        lines.append(
            String(
                format:
                    "Uncertainties are raised by %.2f for serial correlation (Berar & Lelann; Durbin-Watson d %.2f)",
                statistics.correlation.factor, statistics.correlation.durbinWatson))
        var instrument = refinement.corrections.map { "\($0.kind.rawValue) \(TableText.quantity($0.value)) deg" }
        if let axial = refinement.axialDivergence {
            instrument.append("axial divergence S/L = H/L \(TableText.quantity(axial))")
        }
        let widths = refinement.widths
        instrument.append(
            String(format: "U %.3g, V %.3g, W %.3g deg^2", widths.u, widths.v, widths.w)
                + (refinement.options.instrument == nil ? "" : " (held)"))
        lines.append("Instrument: " + instrument.joined(separator: ", "))
        switch refinement.backgroundForm {
        case .chebyshev(let degree): lines.append("Background: Chebyshev polynomial of degree \(degree)")
        case .spline(let spacing):
            lines.append("Background: cubic spline, knots every \(TableText.number(spacing)) deg")
        }
        let primary = refinement.emission.primary
        lines.append(
            "Wavelength \(TableText.number(primary.wavelength, digits: 8)) A (\(refinement.emission.name)); intensities: "
                + Self.title(refinement.options.intensities))
        if refinement.options.instrument == nil {
            lines.append(
                "Sizes and strains hold what the instrument broadens: the widths of an instrument were not given")
        }
        return lines
    }

    static func title(_ intensities: RefinementOptions.Intensities) -> String {
        switch intensities {
        case .structure: "of the structures (Rietveld)"
        case .leBail: "divided (Le Bail)"
        case .pawley: "free (Pawley)"
        }
    }

    static func sentence(_ report: LayeredOxideReport) -> String {
        func shown(_ value: Measured?) -> String { value.map(TableText.quantity) ?? "not in the pattern" }
        return "\(report.name): c/a \(shown(report.axialRatio)), I(003)/I(104) \(shown(report.intensityRatio)), "
            + "(006)/(012) split by \(shown(report.splitting006)) deg, (018)/(110) by \(shown(report.splitting108)) deg"
    }

    static func sentence(_ amorphous: AmorphousContent) -> String {
        let phases = amorphous.inSample.filter { $0.name != amorphous.standard }.map {
            "\($0.name) \(percent($0.fraction)) %"
        }
        return
            "With \(percent(amorphous.standardFraction)) % \(amorphous.standard) as internal standard, the sample holds "
            + (phases + ["amorphous or not in the model \(percent(amorphous.amorphousInSample)) %"]).joined(
                separator: ", ")
            + " by mass"
    }

    static func lines(_ correction: BrindleyCorrection) -> [String] {
        let phases = correction.phases
        var lines = AlignedTable(columns: [
            .init(title: "Microabsorption", cells: phases.map(\.name), isNumeric: false),
            .init(
                title: "mu (1/cm)", cells: phases.map { String(format: "%.1f", $0.absorption) }, isNumeric: true),
            .init(title: "D (um)", cells: phases.map { TableText.number($0.diameter, digits: 3) }, isNumeric: true),
            .init(title: "mu D", cells: phases.map { String(format: "%.3f", $0.coarseness) }, isNumeric: true),
            .init(
                title: "tau", cells: phases.map { String(format: "%.4f", $0.absorptionFactor) }, isNumeric: true),
            .init(title: "Mass (%)", cells: phases.map { percent($0.weightFraction) }, isNumeric: true),
        ]).lines
        if !correction.isValid {
            lines.append(
                "warning: (mu - mean mu) R is beyond 0.1 for some phase: the powder is too coarse for Brindley's correction "
                    + "to be trusted; grind it finer or use other radiation")
        }
        return lines
    }

    static func percent(_ share: Measured) -> String {
        TableText.quantity(
            Measured(100 * share.value, standardUncertainty: share.standardUncertainty.map { 100 * $0 }))
    }

    static func scaled(_ quantity: Measured?, _ factor: Double) -> String {
        guard let quantity else { return "-" }
        return TableText.quantity(
            Measured(factor * quantity.value, standardUncertainty: quantity.standardUncertainty.map { factor * $0 }))
    }
}
