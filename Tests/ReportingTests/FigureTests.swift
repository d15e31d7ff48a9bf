import Foundation
import Spectra
import Testing

@testable import Photoemission
@testable import Reporting

@Suite("Figures made of several results")
struct FigureTests {
    private static func simulated(_ areas: [Double]) -> PeakFit {
        var simulated = SimulatedFit.sulfur
        for (index, area) in areas.enumerated() { simulated.lines[index].area = area }
        return simulated.fit
    }

    private static let members = [
        StackPlot.Member(name: "fresh", fit: simulated([350, 2200, 30, 20])),
        StackPlot.Member(name: "1 cycle", fit: simulated([350, 2000, 300, 200])),
        StackPlot.Member(
            name: "200 cycles (a name that is too long to stand beside any frame)",
            fit: simulated([200, 900, 700, 600])),
    ]

    private static let figures: [any Figure] = [
        StackPlot(members), ComparisonPlot(before: members[0], after: members[1]), CorrelationPlot(members[0].fit),
        ProfilePlot([profile]), seriesPlot, members[0].fit.plot,
    ]

    private static let profile = ProfilePlot.Profile(
        component: "PS4 3-", quantity: "area", best: 100, values: [80, 90, 100, 110, 120], rises: [4, 1, 0, 1, 4])

    private static let seriesPlot = SeriesPlot(
        content: .init(
            places: [200, 0, 1], variable: "cycle", variableUnit: "", quantity: "Share of area (%)",
            tracks: [
                .init(
                    name: "PS4 3-", species: "PS4 3-",
                    values: [60, 90, 80].map { Measured($0, standardUncertainty: 2) }),
                .init(name: "decomposed", species: nil, values: [40, 10, 20].map { Measured($0) }),
            ], startsAtZero: true), title: "a series")

    @Test(arguments: [FigureSize.singleColumn, .doubleColumn, FigureSize(width: 40, height: 40)])
    func everyFigureIsWellFormedOfTheWidthAskedForAndRepeatable(size: FigureSize) throws {
        for figure in Self.figures {
            for theme in [PlotTheme.light, .dark] {
                let svg = figure.sized(size).themed(theme).svg
                let reader = XMLReader(svg.text)
                #expect(reader.error == nil)
                #expect(svg.width == size.width && svg.text == figure.sized(size).themed(theme).svg.text)
                #expect(!svg.text.contains("nan") && !svg.text.contains("inf"))
                // Nothing is written outside of the paper.
                for text in reader.elements where text.name == "text" {
                    let x = try #require(text.attributes["x"].flatMap(Double.init))
                    let y = try #require(text.attributes["y"].flatMap(Double.init))
                    #expect(x >= 0 && x <= svg.width && y >= 0 && y <= svg.height, "\(text.text) at \(x), \(y)")
                }
            }
        }
    }

    /// Keys, and the names beside stacks, stand clear of the frames that hold data.
    @Test func keysDoNotCoverData() throws {
        for figure in Self.figures {
            let elements = XMLReader(figure.svg.text).elements
            let frames = elements.indices.filter { elements[$0].attributes["class"] == "axes" }.map { elements[$0 + 1] }
            let tops = frames.compactMap { $0.attributes["y"].flatMap(Double.init) }
            let rights = frames.compactMap { frame -> Double? in
                guard let x = frame.attributes["x"].flatMap(Double.init),
                    let width = frame.attributes["width"].flatMap(Double.init)
                else { return nil }
                return x + width
            }
            for text in elements where text.name == "text" && text.groups.contains("key") {
                let y = try #require(text.attributes["y"].flatMap(Double.init))
                #expect(y < (tops.min() ?? .infinity), "\(text.text)")
            }
            for text in elements where text.name == "text" && text.groups.last == "names" && figure is StackPlot {
                let x = try #require(text.attributes["x"].flatMap(Double.init))
                #expect(x > (rights.max() ?? 0), "\(text.text)")
            }
        }
    }

    /// As many components as papers have, with names that no label can hold, and a handful of counts.
    @Test(arguments: [1, 4, 12, 30]) func manyComponentsWithLongNamesAreDrawn(count: Int) throws {
        let lines = (0..<count).map { index in
            SimulatedFit.Line(
                name: "Li2CO3 and other carbonates of unknown stoichiometry, number \(index)",
                position: 159 + 10 * Double(index) / Double(count), width: 0.9, area: index == 0 ? 2e6 : 3)
        }
        let fit = SimulatedFit(constant: 0.5, lines: lines).fit
        let member = StackPlot.Member(name: String(repeating: "long ", count: 30), fit: fit)
        for figure: any Figure in [
            fit.plot, StackPlot([member, member]), ComparisonPlot(before: member, after: member), CorrelationPlot(fit),
        ] {
            let svg = figure.sized(.singleColumn).svg
            let elements = XMLReader(svg.text).elements
            #expect(!elements.isEmpty && !svg.text.contains("nan"))
            // However long the key, the data keep a third of the usual height.
            let frames = elements.indices.filter { elements[$0].attributes["class"] == "axes" }.map { elements[$0 + 1] }
            let heights = frames.compactMap { $0.attributes["height"].flatMap(Double.init) }
            #expect(heights.isEmpty || heights.reduce(0, +) > 25, "\(heights)")
            for text in elements where text.name == "text" {
                let x = try #require(text.attributes["x"].flatMap(Double.init))
                let isStart = text.attributes["text-anchor"] == nil && text.attributes["transform"] == nil
                let end = x + (isStart ? 0.5 * Double(text.text.count) : 0)
                #expect(end < svg.width + 1, "\(text.text)")
            }
        }
    }

    @Test func speciesHaveOneColourInEveryFigure() throws {
        let names = ["S 2-", "PS4 3-", "S ox,1", "polysulfide"]
        let colours = SpeciesColours(for: names)
        let wanted = Dictionary(
            uniqueKeysWithValues: names.map { ($0, PlotTheme.light.species[colours.style(of: $0).slot]) })
        for figure in Self.figures {
            guard let coloured = (figure as? any SpeciesFigure)?.coloured(among: names) else { continue }
            let elements = XMLReader(coloured.svg.text).elements
            for (index, element) in elements.enumerated() {
                guard let name = element.attributes["data-name"], let colour = wanted[name],
                    ["component", "series"].contains(element.attributes["class"])
                else { continue }
                let strokes = elements[(index + 1)...].prefix(3).compactMap { $0.attributes["stroke"] }
                #expect(strokes.contains(colour), "\(name)")
            }
        }
    }

    @Test func normalisedFitsRunFromZeroToOne() {
        for member in Self.members {
            let fit = NormalisedFit(member.fit)
            #expect(abs((fit.envelope.max() ?? 0) - 1) < 1e-12)
            #expect(abs(fit.background.min() ?? 1) < 0.1)
        }
    }

    @Test func aSpectrumDoesNotDifferFromItself() {
        let same = ComparisonPlot(before: Self.members[0], after: Self.members[0])
        let difference = ComparisonDrawing(plot: same).difference
        #expect(difference.energies.count == Self.members[0].fit.curves.bindingEnergies.count)
        #expect(difference.values.allSatisfy { abs($0) < 1e-12 })
        // Two thousand counts eV of a species less leave a dip where it stood.
        let other = ComparisonPlot(before: Self.members[0], after: Self.members[2])
        let change = ComparisonDrawing(plot: other).difference
        let highest = zip(change.energies, change.values).max { $0.1 < $1.1 }?.0
        #expect(abs((highest ?? 0) - 163.3) < 1)
    }

    @Test func everyCoefficientIsASquareAsFullAsItIsStrong() throws {
        let plot = CorrelationPlot(names: ["a.area", "b.area"], coefficients: [[1, -0.25], [-0.25, nil]])
        let elements = XMLReader(plot.svg.text).elements
        let squares = elements.filter {
            $0.name == "rect" && $0.groups.last == "squares" && $0.attributes["fill"] != "none"
        }
        #expect(squares.count == 3)
        #expect(squares.map { $0.attributes["fill-opacity"] ?? "1" } == ["1", "0.25", "0.25"])
        #expect(squares[0].attributes["fill"] != squares[1].attributes["fill"])
    }

    @Test func aParabolaIsDrawnAsOne() {
        for point in Self.profile.curve() {
            #expect(abs(point.rise - pow((point.value - 100) / 10, 2)) < 1e-9)
        }
    }

    @Test func pointsOfASeriesAreJoinedAlongItsVariable() throws {
        let elements = XMLReader(Self.seriesPlot.svg.text).elements
        let circles = elements.filter { $0.name == "circle" && $0.groups.last == "series" }
            .compactMap { $0.attributes["cx"].flatMap(Double.init) }.prefix(3)
        #expect(circles.count == 3 && Array(circles) == circles.sorted())
        // Bars of two per cent either way, as long as the axis says.
        let data = try #require(Self.seriesPlot.svg.data)
        #expect(data.xs == [0, 1, 200] && data.curves[0].values == [90, 80, 60])
        #expect(data.curves[0].uncertainties == [2, 2, 2])
    }

    // MARK: Read back

    @Test func aStoredFitIsDrawnAsItWas() throws {
        var fit = SimulatedFit.sulfur.fit
        fit.components[0].name = fit.components[1].name
        fit.curves.components[0].name = fit.components[1].name
        let stored = Data(FitDocument(fit, includesCurves: true).json.utf8)
        guard case .fit(let file) = try ResultFile(stored, path: "fit.json") else {
            Issue.record("a fit is read back as something else")
            return
        }
        let again = try file.fit()
        #expect(again.plot.svg == fit.plot.svg)
        #expect(again.curves == fit.curves && again.components == fit.components)
        #expect(again.statistics == fit.statistics && again.calibration == fit.calibration)
        #expect(file.correlations().svg == CorrelationPlot(fit).svg)
        #expect(file.profiles().isEmpty)
    }

    @Test func whatCannotBeDrawnIsNamed() throws {
        let fit = SimulatedFit.sulfur.fit
        let plain = FitDocument(fit).json
        let full = FitDocument(fit, includesCurves: true).json
        func drawn(_ json: String) throws -> String {
            guard case .fit(let file) = try ResultFile(Data(json.utf8), path: "x.json") else { return "" }
            return try file.fit().plot.svg.text
        }
        for (json, word) in [
            (plain, "--curves"), ("", "schema"), ("[]", "schema"), ("{\"schema\": \"other/1\"}", "other/1"),
            ("{\"schema\": \"interphase.series/1\"}", "variable"), ("{\"schema\": \"interphase.refine/1\"}", "phases"),
            (full.replacingOccurrences(of: "\"S 2-\": [", with: "\"S 3-\": ["), "S 2-"),
            (full.replacingOccurrences(of: "\"envelope\": [", with: "\"envelope\": [1, "), "one length"),
            (String(full.dropLast(40)), "schema"),
        ] {
            let error = #expect(throws: ReadError.self) { try drawn(json) }
            #expect(error?.description.contains(word) == true, "\(error?.description ?? "") lacks \(word)")
        }
    }

    // MARK: Files

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test(.enabled(if: FigureConverter.installed() != nil, "rsvg-convert is not installed"))
    func filesAreWhatTheirNamesSay() throws {
        try inFolder { folder in
            let plot = SimulatedFit.sulfur.fit.plot
            let settings = FigureFileSettings(dotsPerInch: 254)
            try plot.write(to: "\(folder)/a.png", settings: settings)
            let png = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.png"))
            #expect(png.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            // Ten dots for each millimetre; the width stands in bytes 16 to 19.
            let width = png[16..<20].reduce(0) { $0 << 8 | Int($1) }
            #expect(abs(width - 850) <= 1)
            try plot.write(to: "\(folder)/a.pdf")
            try plot.write(to: "\(folder)/b.PDF")
            let pdf = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.pdf"))
            #expect(pdf.prefix(5) == Data("%PDF-".utf8))
            let again = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/b.PDF"))
            #expect(pdf == again)
            try plot.write(to: "\(folder)/a.svg", settings: FigureFileSettings(outlinesText: true))
            let outlined = try String(contentsOfFile: "\(folder)/a.svg", encoding: .utf8)
            #expect(!XMLReader(outlined).elements.contains { $0.name == "text" })
        }
    }

    @Test(arguments: ["gif", "jpg", "eps", "v2"])
    func otherEndingsAreRefusedAndNothingIsWritten(ending: String) throws {
        try inFolder { folder in
            let svg = SimulatedFit.sulfur.fit.plot.svg
            let error = #expect(throws: WriteError.self) { try svg.write(to: "\(folder)/figure.\(ending)") }
            #expect(error?.description.contains(".svg, .png or .pdf") ?? false)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            for name in ["figure", "figure.SVG"] {
                try svg.write(to: "\(folder)/\(name)")
                #expect(try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) == svg.text)
            }
        }
    }

    @Test func aMissingConverterIsNamedWithWhatToInstall() {
        let error = #expect(throws: WriteError.self) {
            try FigureConverter.converted("<svg/>", to: "pdf", program: nil)
        }
        #expect(error?.description.contains("librsvg2-bin") == true && error?.description.contains("PDF") == true)
        #expect(FigureConverter.installed(along: "/nowhere:/tmp/absent") == nil)
    }
}
