import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

/// Writes the parts of a workbook that a reader needs.
struct WorkbookFixture {
    var sheets: [(name: String, rows: [[String]])]

    /// The archive: cells that are numbers stored as numbers, others as shared texts; empty ones left out.
    func bytes() throws -> Data {
        var texts: [String] = []
        var parts: [(String, Data)] = []
        var book = "<workbook xmlns:r=\"r\"><sheets>"
        var relations = "<Relationships>"
        for (index, sheet) in sheets.enumerated() {
            let number = index + 1
            book += "<sheet name=\"\(sheet.name)\" sheetId=\"\(number)\" r:id=\"rId\(number)\"/>"
            relations += "<Relationship Id=\"rId\(number)\" Target=\"worksheets/sheet\(number).xml\"/>"
            var xml = "<worksheet><sheetData>"
            for (row, cells) in sheet.rows.enumerated() where cells.contains(where: { !$0.isEmpty }) {
                xml += "<row r=\"\(row + 1)\">"
                for (column, cell) in cells.enumerated() where !cell.isEmpty {
                    let reference = "\(Self.letters(column + 1))\(row + 1)"
                    if Double(cell) != nil {
                        xml += "<c r=\"\(reference)\"><v>\(cell)</v></c>"
                    } else {
                        xml += "<c r=\"\(reference)\" t=\"s\"><v>\(texts.count)</v></c>"
                        texts.append(cell)
                    }
                }
                xml += "</row>"
            }
            parts.append(("xl/worksheets/sheet\(number).xml", Data((xml + "</sheetData></worksheet>").utf8)))
        }
        let shared = texts.map { "<si><t>\($0)</t></si>" }.joined()
        return try ZipFixture.archive(
            [
                ("xl/workbook.xml", Data((book + "</sheets></workbook>").utf8)),
                ("xl/_rels/workbook.xml.rels", Data((relations + "</Relationships>").utf8)),
                ("xl/sharedStrings.xml", Data("<sst>\(shared)</sst>".utf8)),
            ] + parts)
    }

    private static func letters(_ column: Int) -> String {
        var rest = column
        var text = ""
        while rest > 0 {
            text = String(UnicodeScalar(UInt8(65 + (rest - 1) % 26))) + text
            rest = (rest - 1) / 26
        }
        return text
    }
}

@Suite struct WorkbookTests {
    static let energies = (0..<9).map { String(format: "%.2f", 291.08 - 0.1 * Double($0)) }

    /// A report of Avantage: one scan with a fit, one depth profile, a peak table.
    static var report: WorkbookFixture {
        func blank(_ count: Int) -> [[String]] { Array(repeating: [], count: count) }
        var scan =
            blank(6) + [
                ["Axis", "Energy", "Elements=", "9", "", "", "", "Number of Scans", "5"], [],
                ["C:\\data\\cell-7.DATA\\C1s Scan.VGD", "", "", "", "", "", "", "Source Gun Type", "Al K Alpha"],
                ["", "", "", "", "", "", "", "Analyser Mode", "CAE : Pass Energy 50.0 eV"],
                ["", "", "", "", "", "", "", "Total acquisition time", "2.25 secs"],
            ] + blank(3) + [["Binding Energy (E)", "", "", "", "C1s C-C", "Backgnd."]]
        scan.append(["eV", "", "Counts / s", "", "Counts / s", "Counts / s"])
        for (index, energy) in energies.enumerated() { scan.append([energy, "", "\(1000 + index)", "", "5", "900"]) }
        var profile = blank(6) + [["Axis", "Energy", "Elements=", "9"], ["Axis", "Etch Time", "Elements=", "3"]]
        profile += blank(4) + [["", "", "0", "12.5", "30"], [], ["Binding Energy (E)"]]
        profile.append(["eV", "", "Counts / s", "Counts / s", "Counts / s"])
        for (index, energy) in energies.enumerated() {
            profile.append([energy, "", "\(index)", "\(10 + index)", "\(20 + index)"])
        }
        let peaks = [["Peak Table"], ["", "Name", "Peak BE"], ["", "C1s", "284.8"], ["", "O1s", "532.1"]]
        return WorkbookFixture(sheets: [("C1s Scan", scan), ("Si2p Profile", profile), ("Peak Table", peaks)])
    }

    func read(_ data: Data) throws -> SpectrumFile {
        let content = FileContent(path: "report.xlsx", data: data)
        #expect(WorkbookFormat.recognises(content))
        return try WorkbookFormat.read(content, options: ReadOptions())
    }

    @Test func anAvantageReportGivesSpectraWithTheirFits() throws {
        let file = try read(Self.report.bytes())
        let scan = try #require(file.spectra.first)
        #expect(scan.name == "C1s Scan" && scan.level == .c1s && scan.sample == "cell-7")
        #expect(scan.intensities == (0..<9).map { Double(1000 + $0) })
        #expect(scan.axis.scale == .binding && scan.axis.values.first == 291.08)
        #expect(scan.unit == .countsPerSecond)
        #expect(scan.columns.map(\.name) == ["C1s C-C", "Backgnd."])
        #expect(scan.acquisition.sweeps == 5 && scan.acquisition.passEnergy == 50)
        #expect(scan.acquisition.dwellTime == 0.05)
        #expect(scan.axis.photonEnergy == 1486.68)
        #expect(file.notes.contains { $0.contains("Peak Table") })
    }

    @Test func aProfileOfAvantageIsASeries() throws {
        let series = try #require(try read(Self.report.bytes()).series.first)
        #expect(series.variable == .etchTime && series.values == [0, 12.5, 30])
        #expect(series.spectra[1].intensities == (0..<9).map { Double(10 + $0) })
    }

    @Test func aKherveFittingSheetKeepsItsCurves() throws {
        var rows = [
            ["Binding Energy", "Raw Data", "", "", "", "BE", "Residuals", "Background", "", "", "Height (CPS)"]
        ]
        for (index, energy) in Self.energies.enumerated() {
            rows.append([energy, "\(50 + index)", "", "", "", energy, index > 6 ? "1" : "", "40", "", "", ""])
        }
        let file = try read(WorkbookFixture(sheets: [("C1s", rows)]).bytes())
        #expect(file.spectra.count == 1)
        #expect(file.spectra[0].intensities == (0..<9).map { Double(50 + $0) })
        #expect(file.spectra[0].columns == [NamedColumn(name: "Background", values: Array(repeating: 40, count: 9))])
        #expect(file.spectra[0].unit == .countsPerSecond)
    }

    @Test func aWorkbookWithoutSpectraIsAnError() {
        let peaks = WorkbookFixture(sheets: [("Peaks", [["Name", "Position"], ["a", "1"], ["b", "7"]])])
        #expect(throws: ReadError.self) { try read(peaks.bytes()) }
    }

    @Test func truncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: Self.report.bytes(), format: WorkbookFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() throws {
        Damage.expectNoCrash(of: try Self.report.bytes(), count: 1_000, seed: 8, format: WorkbookFormat.self)
    }

    @Test func damagedSheetsNeverCrashTheReader() throws {
        // Damage inside the archive's members, where checksums do not stop it.
        var random = SeededGenerator(seed: 9)
        let archive = try ZipArchive(FileContent(path: "x", data: Self.report.bytes()))
        let members = try archive.data(of: archive.entries)
        for _ in 0..<1_000 {
            var damaged = members
            let index = Int.random(in: 0..<members.count, using: &random)
            damaged[index] = Damage.mutant(of: damaged[index], &random)
            let bytes = try ZipFixture.archive(
                zip(archive.entries, damaged).map { (name: $0.path, data: $1) })
            _ = try? WorkbookFormat.read(FileContent(path: "mutant.xlsx", data: bytes), options: ReadOptions())
        }
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: ["Hard_carbon_Thermo", "Hard_carbon_Thermo_Kfitting", "LaSrTiO3", "Tougaard_Fit"])
    func realWorkbooksAgreeWithAnIndependentReader(name: String) throws {
        let url = SharedData.file("xps/thermo/\(name).xlsx")
        let file = try SpectrumFile(contentsOf: url.path)
        let expected = try ExpectedReading(beside: url)
        #expect(file.spectra.map(\.name) == expected.spectra.map(\.name))
        for (spectrum, item) in zip(file.spectra, expected.spectra) {
            expectAgreement(spectrum, item, energies: spectrum.axis.bindingEnergies)
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func aRealReportWithFitsAgreesWithAnIndependentReader() throws {
        let url = SharedData.file("xps/thermo/Avantage_CC-A.xlsx")
        let file = try SpectrumFile(contentsOf: url.path)
        struct Reading: Decodable {
            struct Item: Decodable {
                var sheet: String
                var nPoints: Int
                var firstBe: Double
                var lastBe: Double
                var sumCps: Double
            }
            var spectra: [Item]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let expected = try decoder.decode(
            Reading.self, from: Data(contentsOf: url.appendingPathExtension("expected.json")))
        #expect(file.spectra.count == 8)
        for item in expected.spectra {
            let spectrum = try #require(file.spectra.first { $0.name == item.sheet })
            #expect(spectrum.axis.count == item.nPoints && spectrum.unit == .countsPerSecond)
            #expect(spectrum.axis.values.first == item.firstBe && spectrum.axis.values.last == item.lastBe)
            #expect(agrees(spectrum.intensities.reduce(0, +), item.sumCps))
            #expect(spectrum.sample == "CC-A")
        }
        let carbon = try #require(file.spectra.first { $0.name == "C1s Scan" })
        #expect(carbon.columns.map(\.name) == ["C1s C-C", "C1s C-OH", "Backgnd.", "Envelope", "Residuals"])
        #expect(carbon.level == .c1s)
    }
}
