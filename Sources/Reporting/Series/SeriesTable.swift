import Foundation
import Photoemission
import Spectra

/// A series as tables for people: shares of species against the variable, changes with their tests, and the quality of
/// the fit.
public struct SeriesTable: Sendable {
    /// The result.
    public var fit: SeriesFit
    /// The quantities shown, in order.
    public var tracks: [SeriesTrack]

    /// Tables of the shares of all components in `fit`; with `pristine` species also of what has decomposed, as a share
    /// of everything, with `ratios` of the areas of their first to those of their second components, and with `areas` of
    /// every area, and with `shifts` of the shift of each spectrum.
    ///
    /// Throws `FitError` where the fit lacks such a component.
    public init(
        _ fit: SeriesFit, pristine: [String] = [], meanPosition: Bool = false,
        ratios: [(above: [String], below: [String])] = [], areas: Bool = false, shifts: Bool = false
    ) throws {
        self.fit = fit
        var quantities: [SeriesQuantity] = []
        if !pristine.isEmpty {
            _ = try fit.track(.share(pristine, among: []))
            quantities.append(.decomposition(of: pristine, in: fit))
        }
        quantities += ratios.map { .ratio($0.above, to: $0.below) }
        if areas { quantities += fit.componentNames.map { .quantity(.component($0, .area)) } }
        if meanPosition { quantities.append(.meanPosition([])) }
        if shifts { quantities.append(.shift) }
        // The share of an only component is always the whole: it says nothing beside other quantities.
        if quantities.isEmpty || fit.componentNames.count > 1 {
            quantities.insert(contentsOf: fit.componentNames.map { .quantity(.fraction($0)) }, at: 0)
        }
        tracks = try quantities.map { try fit.track($0) }
    }

    /// The title of a quantity in tables.
    static func title(of track: SeriesTrack, in fit: SeriesFit) -> String {
        switch track.quantity {
        case .quantity(.fraction(let name)): Printable.text(name)
        case .share: "decomposed"
        case .meanPosition: "mean position"
        case .ratio(let above, let below):
            Printable.text("\(sum(of: above)) / \(sum(of: below))")
        case .quantity(.component(let name, .area)): "area of " + Printable.text(name)
        default: Printable.text(track.quantity.description)
        }
    }

    /// Names added up, in brackets where there are several.
    private static func sum(of names: [String]) -> String {
        names.count > 1 ? "(\(names.joined(separator: " + ")))" : names.joined()
    }

    /// The unit of a quantity in `fit`: areas in the unit of its intensities times eV.
    static func unit(of quantity: SeriesQuantity, in fit: SeriesFit) -> String {
        guard case .quantity(.component(_, .area)) = quantity, let unit = fit.fits.first?.unit,
            fit.fits.allSatisfy({ $0.unit == unit }), unit != .arbitrary
        else { return quantity.unit }
        return "\(unit.rawValue) eV"
    }

    /// Whether a quantity is a share, shown as per cent.
    static func isShare(_ quantity: SeriesQuantity) -> Bool {
        switch quantity {
        case .quantity(.fraction), .share: true
        default: false
        }
    }

    private static func cell(_ value: Measured, of track: SeriesTrack) -> String {
        isShare(track.quantity) ? TableText.percent(value) : TableText.quantity(value)
    }

    private func unit(of track: SeriesTrack) -> String {
        let unit = Self.unit(of: track.quantity, in: fit)
        return Self.isShare(track.quantity) ? " (%)" : unit.isEmpty ? "" : " (\(unit))"
    }

    /// The tables as text for a terminal.
    public var text: String {
        var columns = [
            AlignedTable.Column(
                title: Printable.text(fit.variable.description), cells: fit.values.map { TableText.number($0) },
                isNumeric: true)
        ]
        columns += tracks.map { track in
            .init(
                title: Self.title(of: track, in: fit) + unit(of: track),
                cells: track.values.map { Self.cell($0, of: track) }, isNumeric: true)
        }
        columns.append(
            .init(
                title: "red. chi2",
                cells: fit.fits.map { TableText.number($0.statistics.reducedChi2, digits: 3) }, isNumeric: true))
        var lines = AlignedTable(columns: columns).lines
        let changes = changeSentences
        if !changes.isEmpty { lines += ["", "Changes"] + changes.map { "  \($0)" } }
        if !fit.shared.names.isEmpty {
            lines += ["", "Shared"] + sharedLines.map { "  \($0)" }
        }
        lines +=
            [""]
            + facts.flatMap { fact in
                TerminalWidth.wrapped(fact.value, width: 100).enumerated().map { index, line in
                    (index == 0 ? fact.name : "").padding(toLength: 13, withPad: " ", startingAt: 0) + line
                }
            }
        let findings = fit.findings.map { ("", $0) } + notable
        if !findings.isEmpty {
            lines += ["", "Findings"]
            for (place, finding) in findings {
                lines += TerminalWidth.wrapped(
                    "\(finding.severity.rawValue): \(place)\(Printable.text(finding.message)) [\(finding.rule)]",
                    width: 100
                ).map { "  \($0)" }
            }
        }
        return lines.map { $0.trimmingTrailingSpaces() }.joined(separator: "\n") + "\n"
    }

    /// The quantities against the variable as one table.
    var trackTable: ResultTable {
        let variable = fit.variable
        let unit = variable.unit.isEmpty ? "" : " (\(variable.unit))"
        var columns = [
            ResultTable.Column(
                title: variable.name + unit, isNumeric: true,
                cells: fit.values.map { .number(TableText.number($0)) })
        ]
        columns += tracks.map { track in
            .init(
                title: Self.title(of: track, in: fit) + self.unit(of: track), isNumeric: true,
                cells: track.values.map {
                    .quantity(Self.isShare(track.quantity) ? $0.scaled(by: 100) : $0)
                }, titleIsName: true)
        }
        columns.append(
            .init(
                title: "Reduced chi2", isNumeric: true,
                cells: fit.fits.map { .number(TableText.number($0.statistics.reducedChi2, digits: 3)) }))
        return ResultTable("\(fit.name) against \(variable.name)", columns)
    }

    /// The tables for papers: quantities against the variable.
    public var resultTables: ResultTables {
        var table = trackTable
        table.notes = ["Standard uncertainties of the last digits in parentheses."]
        return ResultTables([table])
    }

    private var sharedLines: [String] {
        let count = fit.shared.names.count
        return fit.shared.names.indices.map { index in
            let variance = fit.shared.covariance[index * count + index]
            let value = Measured(
                fit.shared.values[index], standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
            return "\(Printable.text(fit.shared.names[index]))  \(TableText.quantity(value))"
        }
    }

    /// Warnings and errors of single fits, each rule once with the places where it applies.
    var notable: [(String, Finding)] {
        var places: [String: [Double]] = [:]
        var first: [String: Finding] = [:]
        var order: [String] = []
        for (value, single) in zip(fit.values, fit.fits) {
            for finding in single.findings where finding.severity != .note {
                let key = "\(finding.rule) \(finding.severity.rawValue)"
                if first[key] == nil {
                    first[key] = finding
                    order.append(key)
                }
                places[key, default: []].append(value)
            }
        }
        return order.compactMap { key in
            guard let finding = first[key], let values = places[key] else { return nil }
            let shown = values.prefix(6).map { TableText.number($0) }.joined(separator: ", ")
            let rest = values.count > 6 ? " and \(values.count - 6) more" : ""
            return ("at \(shown)\(rest): ", finding)
        }
    }

    /// How the numbers were found, in words.
    var facts: [(name: String, value: String)] {
        let statistics = fit.statistics
        var facts = [
            (
                "Fit",
                fit.isJoint
                    ? "one least-squares problem, \(fit.shared.names.count) shared "
                        + (fit.shared.names.count == 1 ? "parameter" : "parameters")
                    : "\(fit.fits.count) independent fits, each from the result of its neighbour"
            ),
            (
                "Quality",
                "reduced chi2 \(TableText.number(statistics.reducedChi2, digits: 4)), \(statistics.points) points, "
                    + "\(statistics.freeParameters) free parameters"
            ),
            ("Convergence", Printable.text(fit.convergence.reason)),
        ]
        if let steps = fit.shiftSteps {
            facts.insert(
                (
                    "Shift",
                    "steps of \(TableText.number(steps.standardDeviation)) eV over "
                        + "\(TableText.number(steps.distance)) \(Printable.text(stepUnit)) were stated; chi2 of the "
                        + "fitted ones \(TableText.number(steps.chi2, digits: 3)) for \(steps.count)"
                ), at: 2)
        }
        if let test = fit.agreement {
            facts.insert(
                (
                    "Agreement",
                    "sharing costs \(TableText.number(test.increase, digits: 4)) in chi2 for \(test.degreesOfFreedom) "
                        + "\(test.degreesOfFreedom == 1 ? "parameter" : "parameters") less, \(Self.probability(test.probability))"
                ), at: 2)
        }
        return facts
    }

    private var stepUnit: String { fit.variable.unit.isEmpty ? fit.variable.name : fit.variable.unit }

    static func probability(_ p: Double) -> String {
        p < 1e-12 ? "p < 1e-12" : "p = \(TableText.number(p, digits: 2))"
    }

    /// The changes from the first to the last spectrum, a sentence for each quantity.
    public var changeSentences: [String] {
        guard fit.fits.count > 1 else { return [] }
        return tracks.compactMap { track in
            guard let change = track.change(from: 0, to: track.values.count - 1) else { return nil }
            // The share of an only component is always the whole.
            if change.probability == nil, change.difference.value == 0 { return nil }
            return Self.sentence(
                change, of: Self.title(of: track, in: fit), track, unit: Self.unit(of: track.quantity, in: fit))
        }
    }

    /// A difference that noise makes more often than this is no change.
    static let noticeable = 0.05

    /// "polysulfide rises by 8.2(11) points from 0 to 200 cycles, p = 3e-13".
    static func sentence(
        _ change: SeriesChange, of title: String, _ track: SeriesTrack, unit quantityUnit: String
    ) -> String {
        let factor = isShare(track.quantity) ? 100.0 : 1
        let size = Measured(
            abs(change.difference.value) * factor,
            standardUncertainty: change.difference.standardUncertainty.map { $0 * factor })
        let unit = isShare(track.quantity) ? " points" : quantityUnit.isEmpty ? "" : " " + quantityUnit
        let verb = change.difference.value >= 0 ? "rises" : "falls"
        let (first, last) = (TableText.number(change.from), TableText.number(change.to))
        let name = Printable.text(track.variable.name)
        let span =
            track.variable == .cycle
            ? "from \(first) to \(last) cycles"
            : track.variable.unit.isEmpty
                ? "from \(name) \(first) to \(last)"
                : "from \(first) to \(last) \(Printable.text(track.variable.unit)) of \(name)"
        guard let p = change.probability else {
            return "\(title) \(verb) by \(TableText.quantity(size))\(unit) \(span) (no uncertainty)"
        }
        guard p < noticeable else {
            var signed = TableText.quantity(
                Measured(change.difference.value * factor, standardUncertainty: size.standardUncertainty))
            // What rounds to zero has no sign.
            let digits = signed.prefix { $0 != "(" }
            if signed.hasPrefix("-"), !digits.contains(where: { ("1"..."9").contains($0) }) { signed.removeFirst() }
            return "\(title): no change seen, \(signed)\(unit) \(span), \(probability(p))"
        }
        return "\(title) \(verb) by \(TableText.quantity(size))\(unit) \(span), \(probability(p))"
    }

    /// One line for each spectrum and component, all digits: shares, areas, positions and widths with their
    /// uncertainties.
    public var csv: String {
        var lines = [
            "\(TableText.csvCell(fit.variable.description)),spectrum,species,fraction,u_fraction,area,u_area,position_eV,"
                + "u_position_eV,fwhm_eV,u_fwhm_eV,shift_eV,u_shift_eV,reduced_chi2,converged"
        ]
        for (value, single) in zip(fit.values, fit.fits) {
            for component in single.components {
                let numbers = [
                    component.fraction, component.area, component.position, component.fwhm, single.calibration.shift,
                ].flatMap { [TableText.exact($0.value), TableText.exact($0.standardUncertainty)] }
                lines.append(
                    ([
                        TableText.exact(value), TableText.csvCell(single.spectrumName),
                        TableText.csvCell(component.name),
                    ] + numbers + [
                        TableText.exact(single.statistics.reducedChi2), single.convergence.converged ? "true" : "false",
                    ]).joined(separator: ","))
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// Writes `csv` to the file at `path`. Throws `WriteError`.
    public func writeCSV(to path: String) throws {
        try AtomicFile.write(csv, to: path)
    }
}
