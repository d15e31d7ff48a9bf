import Diffraction
import Foundation
import Spectra

extension PhaseTable {
    /// The table for papers: the phases found with their shares and cells.
    public var resultTables: ResultTables {
        let phases = identification.phases
        func numbers(_ title: String, _ format: String, _ value: (IdentifiedPhase) -> Double) -> ResultTable.Column {
            .init(title: title, isNumeric: true, cells: phases.map { .number(String(format: format, value($0))) })
        }
        return ResultTables([
            ResultTable(
                "Crystalline phases",
                [
                    .init(title: "Phase", isNumeric: false, cells: phases.map { .name($0.name) }),
                    .init(title: "Formula", isNumeric: false, cells: phases.map { .name($0.formula) }),
                    .init(
                        title: "Mass (%)", isNumeric: true,
                        cells: phases.map { .quantity($0.weightFraction.scaled(by: 100)) }),
                    numbers("Probability", "%.2f") { min($0.probability, 0.99) },
                    numbers("a (\u{C5})", "%.4f") { $0.cell.a }, numbers("b (\u{C5})", "%.4f") { $0.cell.b },
                    numbers("c (\u{C5})", "%.4f") { $0.cell.c },
                ],
                notes: [
                    "Shares of the crystalline phases found; standard uncertainties of the last digits in parentheses."
                ])
        ])
    }
}
