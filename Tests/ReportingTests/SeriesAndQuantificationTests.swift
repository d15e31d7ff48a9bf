import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission
@testable import Reporting

@Suite("Reports of series and quantifications")
struct SeriesAndQuantificationTests {
    static let names = ["PS4 3-", "=cmd|'<b>&\""]

    static func spectrum(_ areas: [Double], seed: UInt32) throws -> Spectrum {
        let model = PeakModel(
            level: .s2p,
            components: zip(Self.names, zip([161.6, 163.6], areas)).map { name, line in
                Component(
                    name: name, position: .fixed(line.0), width: .fixed(1.1),
                    area: .free(start: line.1, min: 0, max: .infinity))
            })
        var numbers = RandomNumbers(seed: seed)
        return try model.simulatedSpectrum(
            at: (0...150).map { 157 + 0.08 * Double($0) }, background: .init(constant: 300),
            acquisition: Acquisition(sweeps: 5, dwellTime: 0.2), numbers: &numbers)
    }

    static let model = PeakModel(
        level: .s2p,
        components: [
            Component(name: names[0], position: .within(0.3, of: 161.6)),
            Component(name: names[1], position: .within(0.3, of: 163.6), width: .sameAs(names[0])),
        ])

    static func table() throws -> SeriesTable {
        let spectra = try [[4000.0, 300], [3500, 900], [2500, 1800]].enumerated().map {
            try spectrum($1, seed: UInt32($0 + 1))
        }
        let series = SpectrumSeries(name: "S 2p", variable: .cycle, values: [0, 1, 200], spectra: spectra)
        return try SeriesTable(model.fit(series), pristine: [names[0]], meanPosition: true)
    }

    @Test("the table of a series shows shares, changes in words, and what is shared")
    func seriesText() throws {
        let table = try Self.table()
        let text = table.text
        #expect(text.contains("cycle") && text.contains("PS4 3- (%)") && text.contains("decomposed (%)"))
        #expect(text.contains("PS4 3-.width"))
        #expect(table.changeSentences.count == 4)
        let change = try #require(table.tracks[0].change(from: 0, to: 2))
        let size = Measured(
            100 * abs(change.difference.value),
            standardUncertainty: change.difference.standardUncertainty.map { 100 * $0 })
        #expect(
            table.changeSentences[0] == "PS4 3- falls by \(size) points from 0 to 200 cycles, p < 1e-12")
        #expect(text.split(separator: "\n").allSatisfy { $0.last != " " })
    }

    @Test("a change is put in words with its unit, whatever the variable")
    func sentences() {
        func sentence(_ variable: SeriesVariable, _ quantity: SeriesQuantity, _ size: Double, p: Double?) -> String {
            let track = SeriesTrack(
                quantity: quantity, variable: variable, points: [0, 60], rawValues: [0, size],
                covariance: [1e-4, 0, 0, 1e-4])
            let change = SeriesChange(
                from: 0, to: 60, difference: Measured(size, standardUncertainty: p == nil ? nil : 0.011), probability: p
            )
            return SeriesTable.sentence(change, of: "polysulfide", track, unit: track.quantity.unit)
        }
        #expect(
            sentence(.cycle, .share(["x"], among: []), 0.082, p: 9e-14)
                == "polysulfide rises by 8.2(11) points from 0 to 60 cycles, p < 1e-12")
        #expect(
            sentence(.etchTime, .meanPosition([]), -0.082, p: 0.013)
                == "polysulfide falls by 0.082(11) eV from 0 to 60 s of etch time, p = 0.013")
        #expect(
            sentence(.cycle, .share(["x"], among: []), -0.0004, p: 0.97)
                == "polysulfide: no change seen, 0.0(11) points from 0 to 60 cycles, p = 0.97")
        #expect(
            sentence(.etchLevel, .ratio(["a"], to: ["b"]), 0.5, p: nil)
                == "polysulfide rises by 0.5 from etch level 0 to 60 (no uncertainty)")
    }

    @Test("documents, tables and figures hold any name without breaking")
    func wellFormed() throws {
        let table = try Self.table()
        let json = try JSONDecoder().decode(DecodedJSON.self, from: Data(SeriesDocument(table).json.utf8))
        #expect(json["schema"]?.text == "interphase.series/1")
        #expect(json["values"]?.numbers == [0, 1, 200])
        #expect(json["tracks"]?[1]?["quantity"]?.text == "fraction of \(Self.names[1])")
        #expect(json["shared"]?["names"]?[0]?.text == "PS4 3-.width")
        #expect(json["spectra"]?[2]?["components"]?[1]?["name"]?.text == Self.names[1])
        let svg = SeriesPlot(table).svg
        let reader = XMLReader(svg.text)
        #expect(reader.error == nil)
        // A mark for each of three shares at each of three places, and one in the key.
        #expect(reader.elements.filter { $0.name == "circle" }.count == 12)
        #expect(SeriesPlot(table).svg == svg)
        let lines = table.csv.split(separator: "\r\n")
        #expect(lines.count == 7)
        #expect(lines.allSatisfy { !$0.contains(",=cmd") })
    }

    @Test("a quantification names its factors and its method")
    func quantification() throws {
        let fit = try Self.model.fit(Self.spectrum([4000, 900], seed: 9))
        let result = try Quantification(
            [fit], sensitivities: .scofield.withRelativeUncertainty(0.05), transmission: .none,
            escapeDepth: .tpp2m(.averageMatrix))
        let table = QuantificationTable(result)
        #expect(table.text.contains("Scofield") && table.text.contains("TPP-2M") && table.text.contains("1.677"))
        #expect(result.description.contains("100.00") || result.description.contains("100"))
        let json = try JSONDecoder().decode(
            DecodedJSON.self, from: Data(QuantificationDocument(result).json.utf8))
        #expect(json["schema"]?.text == "interphase.quantify/1")
        #expect(json["elements"]?[0]?["at_percent"]?["value"]?.number == 100)
        // All there is cannot vary.
        #expect(json["elements"]?[0]?["at_percent"]?["u"] == .null)
        #expect(json["species"]?[1]?["name"]?.text == Self.names[1])
        let shares = [0, 1].compactMap { json["species"]?[$0]?["share_of_element"]?["value"]?.number }
        #expect(shares.count == 2 && abs(shares[0] + shares[1] - 1) < 1e-12)
        #expect(table.csv.contains("counted\r\nPS4 3-,S,S 2p,"))
        #expect(!table.csv.contains("\n=cmd"))
    }

    @Test("the report of a series holds its figures, changes and every fit, under names of their own")
    func seriesReport() throws {
        let table = try Self.table()
        let report = SeriesReport(
            table, sources: [FitSource(file: "a.vms", spectrum: "S 2p", sha256: String(repeating: "0f", count: 32))],
            effectiveRecipe: "interphase: 1\n", softwareVersion: "0.1.0", command: "interphase series a.vms")
        let html = report.html
        #expect(html == report.html && html.utf8.count < 400_000)
        try PageScripts.check(html)
        let elements = XMLReader(html).elements
        #expect(elements.filter { $0.name == "details" }.count == 3)
        for word in table.changeSentences.prefix(1).map({ $0.replacingOccurrences(of: "<", with: "&lt;") }) + [
            "Effective recipe", "interphase series a.vms", "0f0f",
        ] {
            #expect(html.contains(word), "\(word)")
        }
        let regions = elements.filter { $0.attributes["role"] == "region" }.compactMap { $0.attributes["aria-label"] }
        #expect(Set(regions).count == regions.count)
        // Of a long series some fits are shown, the first and the last among them.
        #expect(SeriesReport.shownPlaces(of: 3) == [0, 1, 2])
        let places = SeriesReport.shownPlaces(of: 500)
        #expect(places.count == SeriesReport.mostFits && places.first == 0 && places.last == 499)
        #expect(places == Set(places).sorted())
    }

    @Test("a series that was written is drawn again as it was")
    func storedSeries() throws {
        let table = try Self.table()
        let stored = Data(SeriesDocument(table).json.utf8)
        guard case .series(let file) = try ResultFile(stored, path: "series.json") else {
            Issue.record("a series is read back as something else")
            return
        }
        #expect(try file.plot().svg.content == SeriesPlot(table).svg.content)
        #expect(throws: ReadError.self) { try file.plot(showing: .areas) }
    }
}
