import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

/// Multiplets that move as one, and measured reference lines. The multiplets here are invented.
@Suite("Groups of lines and measured lines")
struct LineGroupTests {
    static let lines: [LineGroup.Line] = [
        .init(at: 853.8, area: 15, width: 1.0), .init(at: 855.5, area: 45, width: 3.1),
        .init(at: 861.0, area: 40, width: 4.0, shape: .gaussian),
    ]
    static let energies = SimulatedSpectrum.grid(846...872, step: 0.1)

    /// The spectrum of a model whose areas and positions are fixed, with Poisson noise.
    static func spectrum(_ model: PeakModel, seed: UInt32 = 7) throws -> Spectrum {
        var numbers = RandomNumbers(seed: seed, stream: 1)
        return try model.simulatedSpectrum(
            at: energies, background: SimulatedBackground(constant: 900, shirley: 0.01), numbers: &numbers)
    }

    static let truth = PeakModel(.ni2p) {
        Multiplet("oxide", lines: lines, isDoublet: false, area: .fixed(30_000)).component.moved(to: 853.95)
        Singlet("metal", near: 852.6, width: .fixed(1.1), area: .fixed(4_000)).component.moved(to: 852.6)
    }

    @Test("a group is the sum of its lines: the same lines linked one by one give the same fit")
    func equalsLinkedLines() throws {
        let spectrum = try Self.spectrum(Self.truth)
        let metal = Singlet("metal", near: 852.6)
        let grouped = try PeakModel(.ni2p) {
            Multiplet("oxide", lines: Self.lines, isDoublet: false, width: .free(start: 1, min: 0.5, max: 2))
            metal
        }.fit(spectrum)
        let linked = try PeakModel(.ni2p) {
            Singlet("1", near: 853.8, width: .free(start: 1, min: 0.5, max: 2))
            Component(
                name: "2", isDoublet: false, position: .offset(from: "1", by: .fixed(1.7)),
                width: .ratio(of: "1", by: .fixed(3.1)), area: .ratio(of: "1", by: .fixed(3)))
            Component(
                name: "3", isDoublet: false, shape: .gaussian, position: .offset(from: "1", by: .fixed(7.2)),
                width: .ratio(of: "1", by: .fixed(4)), area: .ratio(of: "1", by: .fixed(40.0 / 15)))
            metal
        }.fit(spectrum)
        #expect(abs(grouped.statistics.chi2 - linked.statistics.chi2) < 1e-6 * linked.statistics.chi2)
        #expect(grouped.statistics.freeParameters == linked.statistics.freeParameters)
        let group = grouped.components[0]
        let first = linked.components[0]
        #expect(abs(group.area.value - 100.0 / 15 * first.area.value) < 1e-5 * group.area.value)
        let u = try #require(group.area.standardUncertainty)
        let v = try #require(first.area.standardUncertainty)
        #expect(abs(u - 100.0 / 15 * v) < 1e-4 * u)
        #expect(abs(group.position.value - first.position.value) < 1e-5)
        #expect(abs(group.fwhm.value - first.fwhm.value) < 1e-5)
        // And it is the truth, shift included.
        #expect(abs(group.area.value - 30_000) < 4 * u)
        #expect(abs(group.position.value - 853.95) < 0.1)
    }

    @Test("published widths hold where the component says nothing of its width")
    func publishedWidths() throws {
        let model = PeakModel(.ni2p, defaults: [.width: .fixed(9)]) {
            Multiplet("oxide", lines: Self.lines, isDoublet: false)
        }
        let fit = try model.fit(Self.spectrum(Self.truth))
        #expect(fit.components[0].fwhm.value == 1.0)
        #expect(fit.components[0].fwhm.standardUncertainty == nil)
        #expect(fit.components[0].shape == "3 lines GL(30), G")
    }

    @Test("the area of a group over all energies is one, whatever its width", arguments: [0.5, 1, 2.5])
    func area(width: Double) throws {
        let shape = LineShape.group(LineGroup(lines: Self.lines))
        let profile = try PreparedShape(shape).profile([width])
        let rule = try GaussLegendreRule(count: 40)
        var area = 0.0
        for panel in -400..<400 {
            let start = Double(panel) * 0.25
            area += rule.integral(from: start, to: start + 0.25) { profile.sample(at: $0).value }
        }
        #expect(abs(area - 1) < 1e-6, "\(area)")
    }

    @Test("a group that is a doublet repeats all its lines at the other line")
    func doublet() throws {
        let model = PeakModel(.ni2p, background: .none) {
            Multiplet(
                "oxide", lines: Self.lines, isDoublet: true, area: .fixed(3), splitting: .fixed(17.3),
                areaRatio: .fixed(0.5), widthRatio: .fixed(1))
        }
        let energies = [853.8, 855.1, 871.1, 872.4, 880.0]
        let values = try model.expectedIntensities(at: energies, background: .init(constant: 0))
        let shape = LineShape.group(LineGroup(lines: Self.lines))
        for (energy, value) in zip(energies, values) {
            let expected = try 2 * shape.value(at: energy - 853.8, fwhm: 1) + shape.value(at: energy - 871.1, fwhm: 1)
            #expect(abs(value - expected) < 1e-12)
        }
    }

    @Test("groups that cannot be drawn are refused")
    func refused() throws {
        let group = LineShape.group(LineGroup(lines: Self.lines))
        let wrong: [[LineGroup.Line]] = [
            [], [.init(at: 853, area: 0, width: 1)], [.init(at: 853, area: 1, width: 0)],
            [.init(at: 853, area: -1, width: 1), .init(at: 854, area: 3, width: 1)],
            [.init(at: .nan, area: 1, width: 1)], [.init(at: 853, area: 1, width: 1, shape: .voigt)],
            [.init(at: 853, area: 1, width: 1, shape: group)],
        ]
        for lines in wrong {
            #expect(throws: FitError.self) { try PreparedShape(.group(LineGroup(lines: lines))) }
        }
    }

    // MARK: - Measured lines

    @Test("two reference samples' lines measure a mixture of them, shifts included")
    func mixture() throws {
        let samples = [PeakModel.oxide(area: 4e7), PeakModel.hydroxide(area: 6e7)]
        let references = try samples.map { try MeasuredLine(Self.spectrum($0, seed: 3)) }
        let mixture = PeakModel(.ni2p) {
            PeakModel.oxide(area: 3e5).components[0].moved(to: 853.95)
            PeakModel.hydroxide(area: 1e5).components[0].moved(to: 855.2)
        }
        let fit = try PeakModel(.ni2p) {
            ReferenceComponent("oxide", line: references[0])
            ReferenceComponent("hydroxide", line: references[1], within: 0.5)
        }.fit(Self.spectrum(mixture))
        #expect(fit.convergence.converged)
        #expect(abs(fit.statistics.reducedChi2 - 1) < 0.4, "\(fit.statistics.reducedChi2)")
        // The tails beyond the window are missing from the references and from the mixture alike.
        #expect(abs(fit.components[0].fraction.value - 0.75) < 0.01)
        #expect(fit.components[0].fraction.standardUncertainty ?? 1 < 0.005)
        #expect(abs(fit.components[0].position.value - references[0].position - 0.15) < 0.02)
        #expect(fit.components[0].shape == "measured")
    }

    @Test("a measured line passes through its points, has unit area, and vanishes beyond them")
    func curve() throws {
        let energies = SimulatedSpectrum.grid(0...10, step: 0.2)
        let values = energies.map { 7 * exp(-($0 - 4.93) * ($0 - 4.93)) }
        let line = try MeasuredLine(energies: energies.reversed(), values: values.reversed())
        #expect(abs(line.position - 4.93) < 2e-3)
        let rule = try GaussLegendreRule(count: 10)
        var area = 0.0
        for (a, b) in zip(energies, energies.dropFirst()) {
            area += rule.integral(from: a, to: b) { line.sample(at: $0 - line.position).value }
        }
        #expect(abs(area - 1) < 1e-12)
        for (energy, value) in zip(energies, values) {
            #expect(
                abs(line.sample(at: energy - line.position).value - value / values.max()! * line.values.max()!) < 1e-12)
        }
        for x in [0.31, 4.43, 5.07, 5.11, 9.7] {
            let above = line.sample(at: x + 1e-5 - line.position).value
            let below = line.sample(at: x - 1e-5 - line.position).value
            #expect(abs((above - below) / 2e-5 - line.sample(at: x - line.position).byDistance) < 1e-6)
        }
        #expect(line.sample(at: 10.1 - line.position).value == 0 && line.sample(at: -0.1 - line.position).value == 0)
        #expect(abs(line.widths.full - 2 * log(2).squareRoot()) < 0.02)
    }

    @Test("curves without area, with too few points or with two points at one energy are refused")
    func refusedCurves() {
        let x: [Double] = [1, 2, 3, 4, 5, 6]
        #expect(throws: FitError.self) { try MeasuredLine(energies: x, values: x.map { _ in 0 }) }
        #expect(throws: FitError.self) { try MeasuredLine(energies: x, values: x.map { -$0 }) }
        #expect(throws: FitError.self) { try MeasuredLine(energies: [1, 2], values: [1, 2]) }
        #expect(throws: FitError.self) { try MeasuredLine(energies: [1, 2, 3, 3, 4, 5], values: x) }
        #expect(throws: FitError.self) { try MeasuredLine(energies: x, values: [1, 2, .nan, 2, 1, 0]) }
        #expect(throws: FitError.self) { try MeasuredLine(energies: x, values: [1, 2]) }
    }

    // MARK: - Recipes

    @Test("groups and measured lines are written into recipes and read back")
    func recipes() throws {
        let line = try MeasuredLine(energies: [850, 851, 852.5, 853, 855, 856], values: [0, 1, 9, 8, 2, 0])
        let model = PeakModel(.ni2p) {
            Multiplet("oxide", lines: Self.lines, width: .free(start: 1, min: 0.8, max: 1.4))
            Multiplet("other", lines: [.init(at: 856, area: 1, width: 2, shape: .lorentzianVoigt(mix: 50))])
            ReferenceComponent("reference", line: line)
        }
        let recipe = Recipe(model: model)
        let again = try Recipe(yaml: recipe.yaml, file: "again.yaml")
        let a = try model.resolved(calibration: .none).effective
        let b = try again.model.resolved(calibration: .none).effective
        for (one, other) in zip(a.components, b.components) {
            guard case .measured(let x) = one.shape, case .measured(let y) = other.shape else {
                #expect(one == other)
                continue
            }
            #expect(zip(x.values, y.values).allSatisfy { abs($0 - $1) < 1e-12 } && x.energies == y.energies)
            #expect(x.position == y.position && one.position == other.position && other.isDoublet == false)
        }
    }

    @Test("a group's position is around its first line where the recipe states none")
    func recipeDefaults() throws {
        let text = """
            interphase: 1
            level: Ni 2p
            components:
              - {name: oxide, doublet: false, lines: [{at: 853.7, area: 14, width: 1}, {at: 855.4, area: 44, width: 3.2, shape: G}]}
            """
        let component = try Recipe(yaml: text, file: "r.yaml").model.components[0]
        #expect(component.position == .within(0.3, of: 853.7))
        guard case .group(let group) = component.shape else { throw FitError.invalidModel("no group") }
        #expect(group.lines.map(\.shape) == [.glProduct(mix: 30), .gaussian])
    }

    @Test(
        "mistakes in groups and curves are named with their place",
        arguments: [
            ("lines: []", "at least one line"), ("lines: [{at: 1, area: 1}]", "width"),
            ("lines: [{at: 1, area: 1, width: 0}]", "positive width"),
            ("lines: [{at: 1, area: 1, width: 1, shape: Voigt}]", "one width"),
            ("lines: [{at: 1, area: 1, width: 1, offset: 2}]", "offset"),
            ("curve: {energies: [1, 2, 3], values: [1, 2, 3]}", "five points"),
            ("curve: {energies: [1, 2, 3]}", "values"), ("curve: {file: a.vms}", "energies and values"),
            ("curve: {file: a.vms, values: [1]}", "either"),
            ("curve: {energies: [1], values: [1], window: [1, 2]}", "window"),
            ("shape: G, curve: {energies: [1], values: [1]}", "one of shape"),
        ])
    func mistakes(entry: (text: String, word: String)) {
        let text = "interphase: 1\nlevel: Ni 2p\ncomponents:\n  - {name: a, \(entry.text)}\n"
        do {
            _ = try Recipe(yaml: text, file: "r.yaml")
            Issue.record("no error for \(entry.text)")
        } catch {
            #expect("\(error)".hasPrefix("r.yaml:4"), "\(error)")
            #expect("\(error)".contains(entry.word), "\(error)")
        }
    }
}

extension Component {
    /// The component at a fixed position.
    fileprivate func moved(to position: Double) -> Component {
        var moved = self
        moved.position = .fixed(position)
        return moved
    }
}

extension PeakModel {
    fileprivate static func oxide(area: Double) -> PeakModel {
        PeakModel(.ni2p) {
            Multiplet("oxide", lines: LineGroupTests.lines, isDoublet: false, area: .fixed(area)).component
                .moved(to: 853.8)
        }
    }

    fileprivate static func hydroxide(area: Double) -> PeakModel {
        PeakModel(.ni2p) {
            Multiplet(
                "hydroxide",
                lines: [.init(at: 855, area: 60, width: 2.2), .init(at: 861.6, area: 40, width: 4.6)],
                isDoublet: false, area: .fixed(area)
            ).component.moved(to: 855)
        }
    }
}
