import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite("columns of several spectra") struct ColumnGroupsTests {
    private func read(_ text: String) throws -> SpectrumFile {
        try FormatRegistry.read(FileContent(path: "x.csv", data: Data(text.utf8)), options: ReadOptions())
    }

    @Test(
        "energies and intensities in turns are one spectrum each, also of unequal length",
        arguments: [";", "\t", ","], [0, 3])
    func pairs(separator: String, more: Int) throws {
        let counts = [5, 9, 3, 8, 2, 7, 1]
        var rows = [["E", "C 1s", "E", "O 1s"]]
        for index in 0..<4 {
            rows.append(["\(290 - index)", "\(counts[index])", "\(535 - index)", "\(counts[6 - index])"])
        }
        for index in 0..<more { rows.append(["", "", "\(531 - index)", "\(counts[index])"]) }
        let file = try read(rows.map { $0.joined(separator: separator) }.joined(separator: "\n") + "\n")
        #expect(file.spectra.map(\.name) == ["C 1s", "O 1s"] && file.spectra.map(\.level) == [.c1s, .o1s])
        #expect(file.spectra[0].axis.values == [290, 289, 288, 287] && file.spectra[0].intensities == [5, 9, 3, 8])
        #expect(file.spectra[1].axis.values == (0..<(4 + more)).map { 535 - Double($0) })
        #expect(file.spectra[1].intensities == [1, 7, 2, 8] + counts.prefix(more).map(Double.init))
        #expect(file.spectra.allSatisfy { $0.columns.isEmpty } && file.notes.contains { $0.contains("side by side") })
    }

    @Test("kinetic beside binding energies, and energies repeated without a label of energies, are no second spectrum")
    func notPairs() throws {
        let both = try read("290,5,1196.6,7\n289,9,1197.6,8\n288,3,1198.6,1\n287,8,1199.6,6\n")
        #expect(both.spectra.count == 1 && both.spectra[0].columns.count == 2)
        let time = try read("BE,counts,time,background\n290,5,1,7\n289,9,2,8\n288,3,3,1\n287,8,4,6\n")
        #expect(time.spectra.count == 1 && time.spectra[0].columns.map(\.name) == ["time", "background"])
    }

    @Test("columns that name core levels are spectra of the same energies, unless they are the curves of a fit")
    func sharedEnergies() throws {
        let file = try read("BE,C 1s pristine,C 1s cycled\n290,1,4\n289,2,5\n288,7,6\n")
        #expect(file.spectra.map(\.name) == ["C 1s pristine", "C 1s cycled"])
        #expect(file.spectra.map(\.intensities) == [[1, 2, 7], [4, 5, 6]])
        #expect(file.spectra.allSatisfy { $0.axis.values == [290, 289, 288] && $0.axis.scale == .binding })
        let fit = try read("BE,C 1s,C 1s C-C,Background\n290,1,4,1\n289,2,5,1\n288,7,6,1\n")
        #expect(fit.spectra.count == 1 && fit.spectra[0].columns.map(\.name) == ["C 1s C-C", "Background"])
    }

    @Test("a separator between quotation marks belongs to the label", arguments: [",", ";", " "])
    func quotedLabels(separator: String) throws {
        let header = ["binding_energy_eV", "intensity", "\"S ox\(separator)1\"", "envelope"]
        let rows = ["160,5,1,7", "161,9,2,8", "162,3,3,1"].map { $0.replacing(",", with: separator) }
        let file = try read(([header.joined(separator: separator)] + rows).joined(separator: "\n") + "\n")
        #expect(file.spectra.count == 1 && file.spectra[0].axis.scale == .binding)
        #expect(file.spectra[0].columns.map(\.name) == ["S ox\(separator)1", "envelope"])
    }

    @Test("points between thousands are left out where commas are decimal marks")
    func thousands() throws {
        for separator in [";", "\t", " "] {
            let text = "1.234,5;10.000\n1.233,5;9.999,5\n1.232,5;998\n".replacing(";", with: separator)
            let file = try read(text)
            #expect(file.spectra[0].axis.values == [1234.5, 1233.5, 1232.5])
            #expect(file.spectra[0].intensities == [10000, 9999.5, 998])
            #expect(file.notes.contains { $0.contains("thousands") })
        }
    }

    @Test("further columns may have no number in some rows, and a sample called thicker is no angle")
    func gaps() throws {
        var spectrum = WritingTests.sample(seed: 2)
        spectrum.sample = "MoS2_thicker"
        spectrum.unit = .arbitrary
        spectrum.intensities = spectrum.intensities.map { $0.rounded() }
        var values = spectrum.intensities
        for index in values.indices where index % 3 != 1 { values[index] = .nan }
        spectrum.columns = [NamedColumn(name: "one", values: values), NamedColumn(name: "two", values: values)]
        let file = try read(SpectrumFile(path: "", format: "", spectra: [spectrum]).text(as: .csv))
        let back = try #require(file.spectra.first)
        #expect(file.format == PlainColumnsFormat.name && back.intensities == spectrum.intensities)
        #expect(
            back.sample == spectrum.sample && back.unit == .arbitrary && back.columns.map(\.name) == ["one", "two"])
        for column in back.columns {
            #expect(zip(column.values, values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
        }
    }

    @Test("points before three decimals stay decimal points")
    func noThousands() throws {
        let commas = try read("285.123,567\n285.023,568\n284.923,569\n")
        #expect(commas.spectra[0].axis.values == [285.123, 285.023, 284.923])
        let points = try read("285.123 1.567\n285.023 1.568\n284.923 1.569\n")
        #expect(points.spectra[0].intensities == [1.567, 1.568, 1.569])
        let quoted = try read("\"285.123\",\"567\"\n\"285.023\",\"568\"\n\"284.923\",\"569\"\n")
        #expect(quoted.spectra[0].axis.values == [285.123, 285.023, 284.923])
    }
}
