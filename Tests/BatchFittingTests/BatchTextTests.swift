import Foundation
import Photoemission
import Spectra
import SpectrumFiles
import Testing

@testable import BatchFitting

/// What goes into a batch and what comes out of it as text.
@Suite("batch inputs and outputs")
struct BatchTextTests {
    @Test("folders are walked through, files named from the root, each once, sorted")
    func inputs() throws {
        let fixture = try BatchFixture()
        for name in [
            "in/b.csv", "in/a/c.csv", "in/a.csv", "in/.hidden.csv", "in/.git/x.csv", "in/r.sqlite", "else.csv",
        ] {
            let url = URL(fileURLWithPath: fixture.path(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try AtomicFile.write("12345", to: url.path)
        }
        // A link that leads back must not lead round in circles; one to a file is that file.
        try FileManager.default.createSymbolicLink(atPath: fixture.path("in/loop"), withDestinationPath: fixture.folder)
        try FileManager.default.createSymbolicLink(
            atPath: fixture.path("in/link.csv"), withDestinationPath: fixture.path("else.csv"))
        let found = BatchInput.find(
            [fixture.path("in/"), fixture.path("in/./a/../b.csv"), fixture.path("none.csv")], root: fixture.folder,
            excluding: [fixture.path("in/r.sqlite")])
        #expect(found.map(\.name) == ["in/a.csv", "in/a/c.csv", "in/b.csv", "in/link.csv", "none.csv"])
        #expect(found.map(\.size) == [5, 5, 5, 5, 0])
        #expect(found.map(\.isNamed) == [false, false, true, false, true])
        let outside = BatchInput.find([fixture.path("else.csv")], root: fixture.path("in"))
        #expect(outside.map(\.name) == [BatchInput.absolute(fixture.path("else.csv"))])
    }

    @Test("the table has a row for each spectrum and cells that any reader of CSV takes apart")
    func table() throws {
        let fixture = try BatchFixture()
        var recipe = BatchFixture.recipe
        recipe.model.components[0].name = "C-C, \"aliphatic\""
        try fixture.write(1...4, to: "in/map, first.vms")
        var bad = try BatchFixture.spectrum(seed: 1, points: 3)
        bad.name = "C 1s\u{9}\\ odd"
        try AtomicFile.write(VAMASExperiment(spectra: [bad]).text, to: fixture.path("in/x.vms"))
        try fixture.run("r.sqlite", recipe: recipe)
        let rows = try CSVRows.parse(fixture.csv("r.sqlite"))
        #expect(rows.count == 6 && Set(rows.map(\.count)).count == 1)
        let header = try #require(rows.first)
        func column(_ name: String) throws -> [String] {
            let index = try #require(header.firstIndex(of: name))
            return rows.dropFirst().map { $0[index] }
        }
        #expect(try column("file") == Array(repeating: "in/map, first.vms", count: 4) + ["in/x.vms"])
        #expect(try column("status") == Array(repeating: "fitted", count: 4) + ["failed"])
        #expect(try column("x / um") == ["0.0", "1.0", "2.0", "3.0", ""])
        for area in try column("C-C, \"aliphatic\" area").prefix(4) {
            #expect(abs((Double(area) ?? 0) - 3000) < 500)
        }
        #expect(try column("C-C, \"aliphatic\" atomic_percent").prefix(4).allSatisfy { $0 == "100.0" })
        // One line for each row of the canonical text, whatever stands in it.
        let text = try fixture.text("r.sqlite")
        #expect(text.contains("C 1s\\t\\\\ odd"))
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("spectrum\tin/x.vms") })
        #expect(
            line.split(separator: "\t", omittingEmptySubsequences: false).count == ResultTable.spectrum.columns.count)
    }

    @Test("slices of an image are spectra of their own")
    func slices() throws {
        let fixture = try BatchFixture()
        var image = try BatchFixture.spectrum(seed: 1)
        let others = try (2...4).map { try BatchFixture.spectrum(seed: $0).intensities }
        image.columns = others.enumerated().map { index, values in
            NamedColumn(name: "slice \(index)", values: values, coordinate: SeriesCoordinate(.angle, Double(index)))
        }
        image.intensities = others.reduce(image.intensities.map { _ in 0 }) { zip($0, $1).map(+) }
        try FileManager.default.createDirectory(atPath: fixture.path("in"), withIntermediateDirectories: true)
        try SpectrumFile(path: "", format: "", spectra: [image]).write(to: fixture.path("in/image.nxs"), as: .nexus)
        let summary = try fixture.run("r.sqlite")
        #expect(summary.counts.spectra == [.fitted: 3])
        let text = try fixture.text("r.sqlite")
        for slice in 1...3 {
            #expect(text.contains("\nspectrum\tin/image.nxs\t\(slice)\t1\t\(slice)\t"))
            #expect(text.contains("\ncoordinate\tin/image.nxs\t\(slice)\t1\tangle\tdeg\t\(slice - 1).0"))
        }
    }
}

/// A reader of CSV (RFC 4180), independent of the writer.
enum CSVRows {
    static func parse(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch (scalar, isQuoted) {
            case ("\"", true) where scalars.first == "\"":
                scalars.removeFirst()
                cell.unicodeScalars.append("\"")
            case ("\"", _): isQuoted.toggle()
            case (",", false):
                row.append(cell)
                cell = ""
            case ("\n", false):
                rows.append(row + [cell])
                (row, cell) = ([], "")
            default: cell.unicodeScalars.append(scalar)
            }
        }
        return rows
    }
}
