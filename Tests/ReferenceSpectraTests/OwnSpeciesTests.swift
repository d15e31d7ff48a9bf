import Spectra
import Testing

@testable import ReferenceSpectra

@Suite("species of one's own") struct OwnSpeciesTests {
    private func table(_ line: String) throws -> SpeciesTable {
        try SpeciesTable(
            yaml: """
                interphase-species: 1
                sources:
                  lab: {title: "Reference samples", author: "A. Author", year: 2026}
                species:
                  - {id: ours, name: "our species", group: interphase, lines: [\(line)]}
                """, file: "own.yaml")
    }

    @Test("what the values say need not be said again: position, range and number of records")
    func defaults() throws {
        let values = "[{position: 163.0, source: lab}, {position: 162.8, source: lab}, {position: 163.3, source: lab}]"
        let line = try #require(try table("{level: S 2p, values: \(values)}").species.first?.line(of: .s2p))
        #expect(line.position == 163.0 && line.range == 162.8...163.3 && line.records == 3)
        let stated = try #require(
            try table("{level: S 2p, position: 163.1, range: [162, 164], records: 9, values: \(values)}").species.first?
                .line(of: .s2p))
        #expect(stated.position == 163.1 && stated.range == 162...164 && stated.records == 9)
    }

    @Test("a line without a value, or with values outside its range, is an error with its line")
    func mistakes() {
        for line in [
            "{level: S 2p, values: []}", "{level: S 2p, range: [1, 2], values: [{position: 163, source: lab}]}",
        ] {
            let error = #expect(throws: ReferenceDataError.self) { try table(line) }
            #expect(error?.description.contains("own.yaml:5:") ?? false)
        }
    }
}
