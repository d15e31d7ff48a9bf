import Foundation
import Spectra
import Testing

@testable import Photoemission
@testable import Reporting

@Suite struct FitTableTests {
    private static let findings = [
        Finding(rule: "few-counts", severity: .note, message: "the peak has 120 counts"),
        Finding(rule: "parameter-at-bound", severity: .error, message: "the width of S 2- ended on its upper bound"),
        Finding(rule: "ambiguous", severity: .warning, message: String(repeating: "long words here ", count: 12)),
    ]

    // MARK: Text

    @Test func numbersStandBelowEachOtherAtTheirDecimalPoints() throws {
        let lines = FitTable(SimulatedFit.sulfur.fit).text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = try #require(lines.first { $0.hasPrefix("Species") })
        #expect(header.contains("Binding energy (eV)") && header.contains("Area (counts eV)"))
        let rows = lines.filter { $0.contains("S 2p3/2") }
        #expect(rows.count == 4)
        let points = rows.map { row in
            row.indices.filter { row[$0] == "." }.map { row.distance(from: row.startIndex, to: $0) }
        }
        for column in 0..<2 { #expect(Set(points.map { $0[column] }).count == 1) }
        #expect(rows[1].contains("161.600(6)") && rows[1].contains("59.9(13)"))
    }

    @Test func wideCharactersDoNotShiftColumns() {
        var simulated = SimulatedFit.sulfur
        simulated.lines[0].name = "漢字"
        simulated.lines[1].name = "🔋 cell"
        simulated.lines[2].name = "e\u{301}tat"
        let rows = FitTable(simulated.fit).text.split(separator: "\n").filter { $0.contains("S 2p3/2") }
        let offsets = rows.map { row in
            row.range(of: "S 2p3/2").map { TerminalWidth.width(of: String(row[..<$0.lowerBound])) }
        }
        #expect(rows.count == 4 && Set(offsets).count == 1)
        #expect(TerminalWidth.width(of: "漢字") == 4 && TerminalWidth.width(of: "e\u{301}") == 1)
    }

    @Test func everythingAResultNeedsIsSaid() {
        var simulated = SimulatedFit.sulfur
        simulated.findings = Self.findings
        let text = FitTable(simulated.fit).text
        for word in [
            "Fit of S2p Scan: S 2p, 158 to 170 eV", "shirley, fitted with the peaks: constant 200(2)", "reduced chi2",
            "Abbe 0.98", "241 points, 14 free parameters", "Poisson", "shift 0.12(2) eV, reference: PS4 3- at 161.6 eV",
            "converged: relative change", "[parameter-at-bound]",
        ] { #expect(text.contains(word), "\(word)") }
        // The most serious finding first.
        let places = ["  error ", "  warning ", "  note "].compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == 3 && places == places.sorted())
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 && !$0.hasSuffix(" ") })
        #expect(simulated.fit.description + "\n" == text)
    }

    @Test func aFitThatDidNotConvergeSaysSoFirst() {
        var simulated = SimulatedFit.sulfur
        simulated.converged = false
        let table = FitTable(simulated.fit)
        #expect(table.text.hasPrefix("NOT CONVERGED: too many iterations."))
        #expect(table.markdown.hasPrefix("**Not converged: too many iterations"))
        #expect(table.csv.split(separator: "\r\n").dropFirst().allSatisfy { $0.hasSuffix(",false") })
    }

    @Test func colourIsOnlyAddedWhereAskedFor() {
        var simulated = SimulatedFit.sulfur
        simulated.findings = Self.findings
        simulated.converged = false
        let plain = FitTable(simulated.fit).text
        let coloured = FitTable(simulated.fit, useColour: true).text
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[1;31mNOT CONVERGED"))
        // Without the escape sequences both are the same.
        let stripped = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(stripped == plain)
    }

    @Test func missingUncertaintiesAreExplained() {
        #expect(!FitTable(SimulatedFit.sulfur.fit).text.contains("held fixed"))
        var fit = SimulatedFit.sulfur.fit
        fit.components[0].fwhm = Measured(1.1)
        #expect(FitTable(fit).text.contains("held fixed or ended on a bound"))
        fit.components[0].position = Measured(.nan, standardUncertainty: .nan)
        #expect(FitTable(fit).text.contains("unknown"))
    }

    @Test func fittedDoubletQuantitiesAreListed() {
        var fit = SimulatedFit.sulfur.fit
        #expect(!FitTable(fit).text.contains("Doublets"))
        fit.components[1].splitting = Measured(1.19, standardUncertainty: 0.02)
        #expect(FitTable(fit).text.contains("PS4 3- splitting 1.19(2) eV"))
    }

    @Test(arguments: HostileNames.all) func namesCannotBreakTablesOrTerminals(name: String) throws {
        var simulated = SimulatedFit.sulfur
        simulated.points = 31
        simulated.lines[0].name = name
        simulated.name = name
        simulated.findings = [Finding(rule: name, severity: .error, message: name)]
        let fit = simulated.fit
        let text = FitTable(fit).text
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(text.split(separator: "\n").filter { $0.contains("S 2p3/2") }.count == 4)
        // Markdown rows have as many bars as the header.
        let rows = FitTable(fit).markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(rows.count == 6)
        for row in rows {
            #expect(row.replacing(/\\./, with: "").filter { $0 == "|" }.count == 8)
            #expect(!row.replacing(/\\./, with: "").contains("<"))
        }
        for csv in [FitTable(fit).csv, FitTable(fit).curvesCSV] {
            let records = try Self.records(csv)
            #expect(Set(records.map(\.count)).count == 1)
            // Numbers may start with a sign; nothing else may start like a formula.
            for cell in records.joined() where Double(cell) == nil {
                #expect(!["=", "+", "-", "@"].contains(cell.prefix(1)))
            }
        }
    }

    // MARK: Comma-separated values

    /// A reader of RFC 4180 of its own.
    private static func records(_ text: String) throws -> [[String]] {
        var records: [[String]] = [[""]]
        var quoted = false
        var rest = Substring(text)
        while let scalar = rest.unicodeScalars.first {
            if quoted {
                if rest.hasPrefix("\"\"") {
                    records[records.count - 1][records[records.count - 1].count - 1] += "\""
                    rest.unicodeScalars.removeFirst(2)
                    continue
                }
                if scalar == "\"" { quoted = false } else { append(String(scalar)) }
            } else if scalar == "\"" {
                quoted = true
            } else if scalar == "," {
                records[records.count - 1].append("")
            } else if scalar == "\r" {
                rest.unicodeScalars.removeFirst()
                try #require(rest.unicodeScalars.first == "\n")
                records.append([""])
            } else {
                append(String(scalar))
            }
            rest.unicodeScalars.removeFirst()
        }
        func append(_ piece: String) { records[records.count - 1][records[records.count - 1].count - 1] += piece }
        try #require(!quoted && records.last == [""])
        return records.dropLast()
    }

    @Test func valuesReadBackExactly() throws {
        let fit = SimulatedFit.sulfur.fit
        let records = try Self.records(FitTable(fit).csv)
        let header = records[0]
        let column = { (name: String) in try #require(header.firstIndex(of: name)) }
        for (record, component) in zip(records.dropFirst(), fit.components) {
            #expect(record[0] == component.name)
            #expect(Double(record[try column("position_eV")]) == component.position.value)
            #expect(Double(record[try column("u_area")]) == component.area.standardUncertainty)
            #expect(record[try column("u_splitting_eV")].isEmpty)
        }
        let curves = try Self.records(FitTable(fit).curvesCSV)
        #expect(curves.count == fit.curves.bindingEnergies.count + 1)
        #expect(
            curves[0].prefix(6) == [
                "binding_energy_eV", "intensity", "standard_deviation", "background", "envelope", "residual",
            ])
        for (index, record) in curves.dropFirst().enumerated() {
            let numbers = record.map { Double($0) }
            #expect(numbers[0] == fit.curves.bindingEnergies[index])
            let sum = numbers.dropFirst(6).compactMap { $0 }.reduce(numbers[3] ?? 0, +)
            #expect(abs(sum - (numbers[4] ?? 0)) < 1e-9)
        }
    }
}
