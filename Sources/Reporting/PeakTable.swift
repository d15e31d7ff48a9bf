import Diffraction
import Foundation
import Spectra

/// The fitted peaks of a pattern as a table for people and as comma-separated values.
public struct PeakTable: Sendable {
    /// The peaks.
    public let peaks: PatternPeaks
    /// The unit of the intensities.
    public let unit: IntensityUnit
    /// The size of crystallites for each peak where the widths of the instrument are known, Angstrom.
    public let sizes: [Measured?]

    /// A table of `peaks`; `sizes` has one entry for each peak, or none at all.
    public init(_ peaks: PatternPeaks, unit: IntensityUnit = .arbitrary, sizes: [Measured?] = []) {
        self.peaks = peaks
        self.unit = unit
        self.sizes = sizes.count == peaks.peaks.count ? sizes : []
    }

    /// The areas relative to the largest, which has 100.
    public var relativeAreas: [Measured] {
        let largest = peaks.peaks.map(\.area.value).max() ?? 1
        return peaks.peaks.map {
            Measured(
                100 * $0.area.value / largest,
                standardUncertainty: $0.area.standardUncertainty.map { 100 * $0 / largest })
        }
    }

    /// The unit of areas.
    public var areaUnit: String { (unit == .arbitrary ? "arb. units" : unit.rawValue) + " deg" }

    /// The table with what belongs to it, for a terminal.
    public var text: String {
        let list = peaks.peaks
        var columns = [
            AlignedTable.Column(
                title: "2 theta (deg)", cells: list.map { TableText.quantity($0.twoTheta) }, isNumeric: true),
            AlignedTable.Column(title: "d (A)", cells: list.map { TableText.quantity($0.spacing) }, isNumeric: true),
            AlignedTable.Column(
                title: "Rel. area", cells: relativeAreas.map { TableText.quantity($0) }, isNumeric: true),
            AlignedTable.Column(
                title: "Area (\(areaUnit))", cells: list.map { TableText.quantity($0.area) }, isNumeric: true),
            AlignedTable.Column(
                title: "FWHM (deg)",
                cells: list.map { TableText.quantity($0.fullWidth) + ($0.sharesWidth ? " *" : "") }, isNumeric: true),
            AlignedTable.Column(
                title: "Lorentz", cells: list.map { TableText.quantity(shown($0.mixing)) }, isNumeric: true),
        ]
        if !sizes.isEmpty {
            columns.append(
                AlignedTable.Column(
                    title: "Size (A)", cells: sizes.map { $0.map(TableText.quantity) ?? "-" }, isNumeric: true))
        }
        columns.append(
            AlignedTable.Column(
                title: "Sigma", cells: list.map { String(format: "%.1f", $0.significance) }, isNumeric: true))
        var lines = list.isEmpty ? ["No peaks."] : AlignedTable(columns: columns).lines
        lines.append("")
        if list.contains(where: \.sharesWidth) { lines.append("* one width for overlapping peaks") }
        lines.append(
            "\(list.count) peaks; positions and spacings at \(peaks.emission.primary.name), "
                + "\(TableText.number(peaks.emission.primary.wavelength, digits: 8)) A, areas of all its lines "
                + "(\(peaks.emission.name))")
        lines.append("Background: \(peaks.backgroundMethod)")
        lines.append(
            "Reduced chi2 \(TableText.number(peaks.reducedChi2, digits: 4)) over \(peaks.curve.count) points; noise from "
                + peaks.curve.noise.rawValue)
        return lines.joined(separator: "\n")
    }

    private func shown(_ mixing: Measured) -> Measured {
        mixing.standardUncertainty == nil ? Measured((mixing.value * 100).rounded() / 100) : mixing
    }

    /// The peaks as comma-separated values (RFC 4180, one header line): every quantity with its standard uncertainty in
    /// the column after it, all digits. An empty cell means unknown.
    public var csv: String {
        var header = [
            "two_theta_deg", "u_two_theta_deg", "d_A", "u_d_A", "relative_area", "u_relative_area", "area", "u_area",
            "height", "fwhm_deg", "u_fwhm_deg", "mixing", "u_mixing", "integral_breadth_deg", "significance",
            "shared_width",
        ]
        if !sizes.isEmpty { header += ["size_A", "u_size_A"] }
        var lines = [header.joined(separator: ",")]
        for (index, peak) in peaks.peaks.enumerated() {
            var cells: [String] = []
            for quantity in [peak.twoTheta, peak.spacing, relativeAreas[index], peak.area] {
                cells += [TableText.exact(quantity.value), TableText.exact(quantity.standardUncertainty)]
            }
            cells.append(TableText.exact(peak.height))
            for quantity in [peak.fullWidth, peak.mixing] {
                cells += [TableText.exact(quantity.value), TableText.exact(quantity.standardUncertainty)]
            }
            cells += [
                TableText.exact(peak.integralBreadth), TableText.exact(peak.significance), "\(peak.sharesWidth)",
            ]
            if !sizes.isEmpty {
                cells += [
                    TableText.exact(sizes[index]?.value), TableText.exact(sizes[index]?.standardUncertainty),
                ]
            }
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Data, background and model at each point, as comma-separated values.
    public var curvesCSV: String {
        let curve = peaks.curve
        var lines = ["two_theta_deg,intensity,u_intensity,background,model,residual_sigma"]
        for (index, residual) in peaks.normalizedResiduals.enumerated() {
            lines.append(
                [
                    curve.twoTheta[index], curve.intensities[index], curve.variances[index].squareRoot(),
                    peaks.background[index], peaks.model[index], residual,
                ].map(TableText.exact).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
