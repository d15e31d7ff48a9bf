import Foundation
import Spectra
import Testing

@testable import Photoemission
@testable import Reporting

@Suite struct SpectrumPlotTests {
    // MARK: Well-formed, deterministic, on paper

    private static let variants: [SpectrumPlot] = {
        let fit = SimulatedFit.sulfur.fit
        return [
            fit.plot, fit.plot.sized(.doubleColumn), fit.plot.themed(.dark),
            SpectrumPlot(spectrum("S2p Scan", of: fit)),
        ]
    }()

    private static func spectrum(_ name: String, of fit: PeakFit, sample: String = "", kinetic: Bool = true) -> Spectrum
    {
        let energies = fit.curves.bindingEnergies
        let axis =
            kinetic
            ? EnergyAxis(energies.map { 1486.6 - $0 }, scale: .kinetic, photonEnergy: 1486.6)
            : EnergyAxis(energies, scale: .binding, photonEnergy: nil)
        return Spectrum(name: name, sample: sample, axis: axis, intensities: fit.curves.intensities, unit: .counts)
    }

    @Test(arguments: variants.indices) func documentsAreWellFormedAndRepeatable(variant: Int) {
        let plot = Self.variants[variant]
        let svg = plot.svg
        #expect(XMLReader(svg.text).error == nil)
        #expect(svg == plot.svg)
        let root = XMLReader(svg.text).elements.first
        #expect(root?.attributes["width"] == "\(SVGCanvas.number(plot.size.width))mm")
        #expect(!svg.text.contains("nan") && !svg.text.contains("inf"))
    }

    @Test func everythingDrawnLiesOnThePage() {
        for plot in Self.variants {
            let svg = plot.svg
            for element in XMLReader(svg.text).elements {
                for (x, y) in Self.coordinates(of: element) {
                    #expect(x >= 0 && x <= svg.width && y >= 0 && y <= svg.height, "\(element)")
                }
            }
        }
    }

    @Test func textStaysOnThePage() {
        for plot in Self.variants {
            let svg = plot.svg
            for text in XMLReader(svg.text).elements where text.name == "text" && text.attributes["transform"] == nil {
                let size = text.attributes["font-size"].flatMap(Double.init) ?? .nan
                let (x, width) = (
                    text.attributes["x"].flatMap(Double.init) ?? .nan, TextMetrics.width(of: text.text) * size
                )
                let start =
                    switch text.attributes["text-anchor"] {
                    case "middle": x - width / 2
                    case "end": x - width
                    default: x
                    }
                #expect(start >= 0 && start + width <= svg.width, "\(text.text)")
            }
        }
    }

    private static func coordinates(of element: XMLReader.Element) -> [(Double, Double)] {
        if let path = element.attributes["d"] {
            let numbers = path.split { "MLZ ".contains($0) }.compactMap { Double($0) }
            return stride(from: 0, to: numbers.count - 1, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
        }
        for (x, y) in [("x", "y"), ("cx", "cy"), ("x1", "y1")] {
            if let x = element.attributes[x].flatMap(Double.init), let y = element.attributes[y].flatMap(Double.init) {
                return [(x, y)]
            }
        }
        return []
    }

    // MARK: Axes

    /// The numbers on the x axis with their positions: those of the lowest line of numbers.
    private static func xNumbers(_ svg: SVGDocument) -> [(value: Double, x: Double)] {
        let texts = XMLReader(svg.text).elements.filter {
            $0.name == "text" && $0.groups.contains("axes") && $0.attributes["text-anchor"] == "middle"
        }
        return texts.compactMap { text in
            guard let value = Double(text.text), let x = text.attributes["x"].flatMap(Double.init) else { return nil }
            return (value, x)
        }
    }

    @Test func largerBindingEnergiesStandFurtherLeft() {
        for plot in Self.variants {
            let numbers = Self.xNumbers(plot.svg).sorted { $0.value < $1.value }
            #expect(numbers.count >= 3)
            for (lower, higher) in zip(numbers, numbers.dropFirst()) { #expect(lower.x > higher.x) }
        }
    }

    @Test func kineticEnergiesWithoutPhotonEnergyIncreaseToTheRight() throws {
        let axis = EnergyAxis([300, 301, 302, 303], scale: .kinetic, photonEnergy: nil)
        let spectrum = Spectrum(name: "Auger", axis: axis, intensities: [1, 5, 3, 2], unit: .countsPerSecond)
        let svg = spectrum.plot.svg
        let numbers = Self.xNumbers(svg).sorted { $0.value < $1.value }
        for (lower, higher) in zip(numbers, numbers.dropFirst()) { #expect(lower.x < higher.x) }
        #expect(svg.text.contains("Kinetic energy (eV)") && svg.text.contains("Intensity (counts/s)"))
    }

    @Test func aPeakIsDrawnAtItsBindingEnergy() throws {
        let fit = SimulatedFit(lines: [.init(name: "A", position: 161.6, area: 3000)]).fit
        let svg = fit.plot.svg
        let reader = XMLReader(svg.text)
        let envelope = try #require(reader.elements.first { $0.name == "path" && $0.groups.last == "envelope" })
        let top = try #require(Self.coordinates(of: envelope).min { $0.1 < $1.1 })
        // The position read off the numbers of the axis.
        let numbers = Self.xNumbers(svg).sorted { $0.value < $1.value }
        let (first, last) = (try #require(numbers.first), try #require(numbers.last))
        let energy = first.value + (top.0 - first.x) / (last.x - first.x) * (last.value - first.value)
        #expect(abs(energy - 161.6) < 0.06)
    }

    @Test func axesSayWhatTheyShow() {
        let high = SimulatedFit(constant: 1.2e6, lines: [.init(name: "A", position: 161.6, area: 2e6)]).fit.plot.svg
        let words = XMLReader(high.text).elements.filter { $0.name == "text" }.map(\.text)
        #expect(words.contains("Intensity (106 counts)"))
        #expect(words.contains("Binding energy (eV)") && words.contains("Residual (σ)"))
        var fit = SimulatedFit.sulfur.fit
        fit.unit = .arbitrary
        #expect(fit.plot.svg.text.contains("Intensity (arb. units)"))
    }

    // MARK: Labels

    private static func randomFit(seed: UInt64) -> PeakFit {
        var random = SeededGenerator(seed: seed)
        let words = [
            "S 2-", "PS4 3-", "polysulfide", "bridging sulfur (P2S6 4-)", "X", "oxidised", "Li2SO4 + residues",
        ]
        let centre = Double.random(in: 160...168, using: &random)
        let lines = (0..<Int.random(in: 1...12, using: &random)).map { index in
            SimulatedFit.Line(
                name: "\(words.randomElement(using: &random) ?? "") \(index)",
                position: seed % 4 == 0 ? centre + 0.01 * Double(index) : .random(in: 157...171, using: &random),
                width: .random(in: 0.3...3, using: &random), area: pow(10, .random(in: 0...5, using: &random)),
                splitting: Bool.random(using: &random) ? 1.18 : nil)
        }
        return SimulatedFit(lines: lines, seed: seed).fit
    }

    @Test(arguments: UInt64(1)...40) func labelsStayApartInsideTheFrameAndAboveTheData(seed: UInt64) {
        let fit = Self.randomFit(seed: seed)
        for size in [FigureSize.singleColumn, .doubleColumn] {
            let layout = FitDrawing(fit: fit, plot: fit.plot.sized(size)).layout()
            #expect(layout.labels.count == fit.components.count)
            let frame = layout.main.box
            let points = layout.main.points(fit.curves.bindingEnergies, fit.curves.intensities)
            let highest = points.map(\.y).min() ?? frame.bottom
            for (index, label) in layout.labels.enumerated() {
                #expect(frame.contains(label.box))
                #expect(label.box.bottom <= highest)
                #expect(label.text.width * Typography.label <= label.box.width)
                for other in layout.labels.prefix(index) { #expect(!label.box.overlaps(other.box)) }
                #expect(label.leader.allSatisfy { $0.x >= frame.left && $0.x <= frame.right && $0.y <= frame.bottom })
            }
            #expect(layout.main.box.height > 20)
        }
        #expect(XMLReader(fit.plot.svg.text).error == nil)
    }

    @Test func leadersEndOnTheirCurves() throws {
        let fit = SimulatedFit.sulfur.fit
        let layout = FitDrawing(fit: fit, plot: fit.plot).layout()
        for (label, column) in zip(layout.labels, fit.curves.components) {
            let foot = try #require(label.leader.last)
            let energy = layout.main.x.value(at: foot.x)
            let nearest = try #require(
                fit.curves.bindingEnergies.indices.min {
                    abs(fit.curves.bindingEnergies[$0] - energy) < abs(fit.curves.bindingEnergies[$1] - energy)
                })
            let height = layout.main.y.position(of: column.values[nearest] + fit.curves.background[nearest])
            #expect(abs(foot.y - height) < 0.6)
            #expect(column.values[nearest] > 0.69 * (column.values.max() ?? 0))
        }
    }

    @Test func longNamesMoveIntoAKeyAboveTheFrame() {
        let name = "a species whose name is far too long for any label inside the frame of a figure"
        let fit = SimulatedFit(lines: [
            .init(name: name, position: 161.6, area: 900), .init(name: "S 2-", position: 160, area: 300),
        ]).fit
        let layout = FitDrawing(fit: fit, plot: fit.plot).layout()
        #expect(layout.labels.map(\.text.plainText) == ["1", "2"])
        #expect(layout.header.species.count == 2)
        #expect(layout.height > fit.plot.size.height)
        // The whole name is still there, as tooltip and description.
        #expect(fit.plot.svg.text.contains("<title>\(name)</title>"))
    }

    @Test func everyComponentIsNamedEvenWhereNotAllCanBeLabelled() {
        let lines = (0..<60).map { index in
            SimulatedFit.Line(name: "component \(index)", position: 158.2 + 0.19 * Double(index), width: 0.5, area: 300)
        }
        let fit = SimulatedFit(lines: lines).fit
        let layout = FitDrawing(fit: fit, plot: fit.plot).layout()
        #expect(layout.header.species.count == 60)
        #expect(!layout.labels.isEmpty)
        for (index, label) in layout.labels.enumerated() {
            #expect(layout.main.box.contains(label.box))
            for other in layout.labels.prefix(index) { #expect(!label.box.overlaps(other.box)) }
        }
    }

    // MARK: Curves, residuals, colours

    @Test func componentsHaveTheColoursOfTheirNames() {
        let fit = SimulatedFit.sulfur.fit
        let reader = XMLReader(fit.plot.svg.text)
        let groups = reader.elements.filter { $0.attributes["class"] == "component" }
        #expect(Set(groups.compactMap { $0.attributes["data-name"] }) == Set(fit.components.map(\.name)))
        let strokes = reader.elements.filter { $0.groups.last == "component" }.compactMap { $0.attributes["stroke"] }
        #expect(Set(strokes).count == fit.components.count)
        let dark = XMLReader(fit.plot.themed(.dark).svg.text).elements
        for name in fit.components.map(\.name) {
            let slot = SpeciesColours(for: fit.components.map(\.name)).style(of: name).slot
            #expect(strokes.contains(PlotTheme.light.species[slot]))
            #expect(dark.contains { $0.attributes["stroke"] == PlotTheme.dark.species[slot] })
        }
    }

    @Test func outliersDoNotFlattenTheResidualsAndAreMarked() throws {
        var simulated = SimulatedFit.sulfur
        simulated.outliers = [30: -40, 120: 25]
        let fit = simulated.fit
        let limit = try #require(ResidualPanel.limit(for: fit.curves))
        #expect(limit < 8)
        let outliers = XMLReader(fit.plot.svg.text).elements.filter {
            $0.groups.last == "outliers" && $0.name == "path"
        }
        let marks = outliers.first.map { $0.attributes["d"]?.filter { $0 == "M" }.count }
        #expect(marks == 2)
        // Without outliers every residual lies inside.
        let plain = SimulatedFit.sulfur.fit
        let plainLimit = try #require(ResidualPanel.limit(for: plain.curves))
        #expect(ResidualPanel.normalised(plain.curves).allSatisfy { abs($0) < plainLimit })
    }

    @Test func aFitThatDidNotConvergeSaysSoInTheFigure() {
        var simulated = SimulatedFit.sulfur
        #expect(!simulated.fit.plot.svg.text.contains("Not converged"))
        simulated.converged = false
        #expect(simulated.fit.plot.svg.text.contains("Not converged"))
    }

    @Test func thinnedCurvesStayWhereTheyWere() {
        var random = SeededGenerator(seed: 7)
        let smooth = (0..<400).map { Point(x: 0.2 * Double($0), y: 20 * sin(0.0125 * Double($0))) }
        let noisy = (0..<200_000).map { Point(x: 0.0004 * Double($0), y: .random(in: 0...10, using: &random)) }
        let thinned = Thinning.thinned(smooth)
        #expect(thinned.count < 150 && thinned.first == smooth.first && thinned.last == smooth.last)
        for point in smooth {
            guard let upper = thinned.firstIndex(where: { $0.x >= point.x }), upper > 0 else { continue }
            let (a, b) = (thinned[upper - 1], thinned[upper])
            let onLine = a.y + (point.x - a.x) / (b.x - a.x) * (b.y - a.y)
            #expect(abs(onLine - point.y) < 2 * Thinning.tolerance)
        }
        let few = Thinning.thinned(noisy)
        #expect(few.count < 8000)
        #expect(few.map(\.y).max() == noisy.map(\.y).max() && few.map(\.y).min() == noisy.map(\.y).min())
    }

    // MARK: Several spectra

    @Test func severalSpectraShareTheirScaleOrAreRefused() throws {
        let fit = SimulatedFit.sulfur.fit
        let mixed = [Self.spectrum("a", of: fit), Self.spectrum("b", of: fit, kinetic: false)]
        // A kinetic axis with a photon energy joins a binding axis.
        let svg = try SpectrumPlot(mixed).svg
        #expect(XMLReader(svg.text).error == nil && svg.text.contains("Binding energy (eV)"))
        let unknown = Spectrum(
            name: "c", axis: EnergyAxis([1, 2], scale: .kinetic, photonEnergy: nil), intensities: [1, 2], unit: .counts)
        #expect(throws: PlotError.noCommonEnergyScale(["a", "b", "c"])) { try SpectrumPlot(mixed + [unknown]) }
    }

    @Test func spectraOfOneNameAreToldApartByTheirSamples() {
        let fit = SimulatedFit.sulfur.fit
        let cycles = ["pristine", "1 cycle", "200 cycles"].map { Self.spectrum("S2p", of: fit, sample: $0) }
        #expect(SpectraDrawing.names(of: cycles) == ["pristine", "1 cycle", "200 cycles"])
        let nameless = [Self.spectrum("S2p", of: fit), Self.spectrum("S2p", of: fit)]
        #expect(SpectraDrawing.names(of: nameless) == ["S2p", "S2p (2)"])
    }

    @Test func stackedSpectraDoNotOverlapMoreThanTheyAreShifted() throws {
        let fit = SimulatedFit.sulfur.fit
        let spectra = (0..<3).map { Self.spectrum("cycle \($0)", of: fit) }
        let reader = XMLReader(try SpectrumPlot(spectra, arrangement: .stacked).svg.text)
        let curves = reader.elements.filter { $0.groups.last == "spectrum" && $0.name == "path" }
        let tops = curves.compactMap { Self.coordinates(of: $0).map(\.1).min() }
        #expect(tops.count == 3 && tops == tops.sorted())
        #expect(reader.elements.contains { $0.text == "Intensity (arb. units, shifted)" })
    }

    // MARK: Degenerate input

    @Test func emptyShortAndUnusableDataAreDrawnWithoutTrapping() {
        func spectrum(_ energies: [Double], _ intensities: [Double]) -> Spectrum {
            Spectrum(
                name: "x", axis: EnergyAxis(energies, scale: .binding, photonEnergy: nil), intensities: intensities,
                unit: .arbitrary)
        }
        let cases = [
            spectrum([], []), spectrum([1], [1]), spectrum([1, 1], [2, 2]), spectrum([1, 2, 3], [.nan, .nan, .nan]),
            spectrum([1, 2, 3, 4], [1, .nan, .infinity, 2]), spectrum([.nan, .infinity], [1, 2]),
            spectrum([1, 2], [1e308, -1e308]), spectrum([1e300, 1e301], [.leastNonzeroMagnitude, 0]),
            spectrum([1, 2], [-5, -7]),
        ]
        for spectrum in cases {
            let text = spectrum.plot.svg.text
            #expect(XMLReader(text).error == nil)
            #expect(!text.contains("nan") && !text.contains("inf"), "\(text)")
        }
        var fit = SimulatedFit.sulfur.fit
        fit.curves.standardDeviations = fit.curves.standardDeviations.map { _ in 0 }
        #expect(XMLReader(fit.plot.svg.text).error == nil)
        fit.curves = FitCurves(
            bindingEnergies: [], intensities: [], standardDeviations: [], background: [], envelope: [], components: [])
        #expect(XMLReader(fit.plot.svg.text).error == nil)
        fit.components = []
        #expect(XMLReader(fit.plot.svg.text).error == nil)
    }

    @Test func numbersAreWrittenShortAndNeverAsWords() {
        let cases: [(Double, String)] = [
            (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.0004, "0"), (-0.0004, "0"), (12.3456, "12.346"),
            (-0.05, "-0.05"), (100, "100"), (.nan, "0"), (.infinity, "0"), (1e300, "0"),
        ]
        for (value, text) in cases { #expect(SVGCanvas.number(value) == text) }
    }

    @Test func figuresAreWrittenOrSayWhyNot() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("s2p.svg").path
        let plot = SimulatedFit.sulfur.fit.plot
        try plot.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == plot.svg.text)
        let error = #expect(throws: WriteError.self) { try plot.write(to: "\(folder.path)/absent/s2p.svg") }
        #expect(error?.description.contains("absent/s2p.svg: cannot be written: ") == true)
    }
}
