import Photoemission
import Spectra

extension FitTable {
    /// The table for papers: the components, with what a reader must know to judge them.
    public var resultTables: ResultTables {
        let components = fit.components
        func column(_ title: String, _ value: (FittedComponent) -> Measured?) -> ResultTable.Column {
            .init(title: title, isNumeric: true, cells: components.map { ResultTable.quantity(value($0)) })
        }
        let columns: [ResultTable.Column] = [
            .init(title: "Species", isNumeric: false, cells: components.map { .name($0.name) }),
            .init(title: "Line", isNumeric: false, cells: components.map { .line($0.line) }),
            .init(title: "Shape", isNumeric: false, cells: components.map { .text($0.shape) }),
            column("Binding energy (eV)") { $0.position }, column("FWHM (eV)") { $0.fwhm },
            column("Area (\(Self.areaUnit(of: fit)))") { $0.area },
            .init(
                title: "Fraction (%)", isNumeric: true,
                cells: components.map { component in
                    component.fraction.standardUncertainty == nil
                        ? .number(TableText.percent(component.fraction)) : .quantity(component.fraction.scaled(by: 100))
                }),
        ]
        var notes = ["Standard uncertainties of the last digits in parentheses."]
        if !fit.convergence.converged { notes.insert("Not converged: not a result.", at: 0) }
        notes.append("Background: \(Self.background(of: fit)). \(Self.quality(of: fit)).")
        notes.append("Energies: \(fit.calibration.reference), shift \(TableText.quantity(fit.calibration.shift)) eV.")
        return ResultTables([ResultTable(heading, columns, notes: notes)])
    }

    /// The table of components in Markdown (GitHub's), with background, statistics and findings below.
    public var markdown: String {
        var lines: [String] = []
        if !fit.convergence.converged {
            lines += ["**Not converged: \(TableText.markdownCell(fit.convergence.reason)). Not a result.**", ""]
        }
        let titles = [
            "Species", "Line", "Shape", "Binding energy (eV)", "FWHM (eV)", "Area (\(Self.areaUnit(of: fit)))",
            "Fraction (%)",
        ]
        lines.append("| \(titles.joined(separator: " | ")) |")
        lines.append("|---|---|---|" + String(repeating: "---:|", count: 4))
        for component in fit.components {
            let cells =
                [component.name, component.line, component.shape].map(TableText.markdownCell)
                + [
                    TableText.quantity(component.position), TableText.quantity(component.fwhm),
                    TableText.quantity(component.area), TableText.percent(component.fraction),
                ]
            lines.append("| \(cells.joined(separator: " | ")) |")
        }
        if let note = Self.note(for: fit) { lines += ["", note] }
        lines.append("")
        lines += facts.map { "- \($0.name): \(TableText.markdownCell($0.value))" }
        lines += Self.sortedFindings(of: fit).map {
            "- \($0.severity.rawValue): \(TableText.markdownCell("\($0.message) [\($0.rule)]"))"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The components as comma-separated values (RFC 4180, one header line): every quantity with its standard
    /// uncertainty in the column after it, with all digits. An empty cell means unknown, or not applicable.
    public var csv: String {
        let quantities: [(name: String, value: (FittedComponent) -> Measured?)] = [
            ("position_eV", { $0.position }), ("fwhm_eV", { $0.fwhm }), ("fwhm_true_eV", { $0.trueFWHM }),
            ("area", { $0.area }), ("fraction", { $0.fraction }), ("splitting_eV", { $0.splitting }),
            ("area_ratio", { $0.areaRatio }), ("width_ratio", { $0.widthRatio }),
        ]
        var header = ["species", "level", "line", "shape"]
        for (name, _) in quantities { header += [name, "u_\(name)"] }
        header += ["area_unit", "converged"]
        var lines = [header.joined(separator: ",")]
        for component in fit.components {
            var cells = [component.name, component.level?.description ?? "", component.line, component.shape]
                .map(TableText.csvCell)
            for (_, value) in quantities {
                let quantity = value(component)
                cells += [TableText.exact(quantity?.value), TableText.exact(quantity?.standardUncertainty)]
            }
            cells += [TableText.csvCell(Self.areaUnit(of: fit)), fit.convergence.converged ? "true" : "false"]
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// The data and the curves of the fit as comma-separated values, one line for each point, binding energies
    /// ascending: intensity with its standard deviation, background, envelope, residual, and each component without the
    /// background.
    public var curvesCSV: String {
        let curves = fit.curves
        let columns =
            [
                ("binding_energy_eV", curves.bindingEnergies), ("intensity", curves.intensities),
                ("standard_deviation", curves.standardDeviations), ("background", curves.background),
                ("envelope", curves.envelope), ("residual", curves.residuals),
            ] + curves.components.map { ($0.name, $0.values) }
        var lines = [columns.map { TableText.csvCell($0.0) }.joined(separator: ",")]
        for index in curves.bindingEnergies.indices {
            let cells = columns.map { index < $0.1.count ? TableText.exact($0.1[index]) : "" }
            lines.append(cells.joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// Writes `curvesCSV` to the file at `path`. Throws `WriteError`.
    public func writeCurves(to path: String) throws {
        try AtomicFile.write(curvesCSV, to: path)
    }
}
