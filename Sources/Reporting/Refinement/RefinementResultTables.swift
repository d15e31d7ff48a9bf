import Diffraction
import Spectra

extension RefinementTable {
    /// The tables for papers: phases and cells.
    public var resultTables: ResultTables { ResultTables([phaseTable, cellTable]) }

    var phaseTable: ResultTable {
        let phases = refinement.phases
        func column(_ title: String, _ value: (RefinedPhase) -> Measured?) -> ResultTable.Column {
            .init(title: title, isNumeric: true, cells: phases.map { ResultTable.quantity(value($0)) })
        }
        var columns = [ResultTable.Column(title: "Phase", isNumeric: false, cells: phases.map { .name($0.name) })]
        if phases.contains(where: { $0.weightFraction != nil }) {
            columns.append(column("Mass (%)") { $0.weightFraction?.scaled(by: 100) })
        }
        columns += [column("Size (\u{C5})") { $0.size }, column("Strain (0.1 %)") { $0.microstrain?.scaled(by: 1000) }]
        if phases.contains(where: { $0.texture != nil }) { columns.append(column("Texture r") { $0.texture }) }
        if phases.contains(where: { $0.overallB != nil }) { columns.append(column("B (\u{C5}\u{B2})") { $0.overallB }) }
        columns.append(
            .init(
                title: "R Bragg (%)", isNumeric: true,
                cells: phases.map { .number(TableText.number(100 * $0.braggR, digits: 3)) }))
        let statistics = refinement.statistics
        return ResultTable(
            "Phases", columns,
            notes: [
                "Standard uncertainties of the last digits in parentheses, raised by "
                    + "\(TableText.number(statistics.correlation.factor, digits: 3)) for serial correlation.",
                "R wp \(TableText.number(100 * statistics.weightedProfileR, digits: 4)) %, R exp "
                    + "\(TableText.number(100 * statistics.expectedR, digits: 4)) %, goodness of fit "
                    + "\(TableText.number(statistics.goodnessOfFit, digits: 4)).",
            ])
    }

    var cellTable: ResultTable {
        let phases = refinement.phases
        let titles = [
            "a (\u{C5})", "b (\u{C5})", "c (\u{C5})", "\u{3B1} (\u{B0})", "\u{3B2} (\u{B0})", "\u{3B3} (\u{B0})",
        ]
        var columns = [ResultTable.Column(title: "Phase", isNumeric: false, cells: phases.map { .name($0.name) })]
        for (k, title) in titles.enumerated() {
            let values = phases.map { phase -> Measured in
                let cell = phase.cell
                let value = [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma][k]
                let u = phase.cellUncertainties?[k] ?? 0
                // Angles that symmetry fixes are whole numbers but for rounding.
                return Measured(u > 0 ? value : (value * 1e7).rounded() / 1e7, standardUncertainty: u > 0 ? u : nil)
            }
            if k >= 3, values.allSatisfy({ $0.value == 90 && $0.standardUncertainty == nil }) { continue }
            columns.append(.init(title: title, isNumeric: true, cells: values.map { .quantity($0) }))
        }
        columns.append(
            .init(title: "V (\u{C5}\u{B3})", isNumeric: true, cells: phases.map { .quantity($0.volume) }))
        columns.append(
            .init(
                title: "Density (g/cm\u{B3})", isNumeric: true,
                cells: phases.map { ResultTable.quantity($0.density) }))
        return ResultTable("Cells", columns)
    }
}
