import Foundation
import ReferenceSpectra
import Spectra
import Testing

@testable import Photoemission

@Suite("Backgrounds fitted with the peaks")
struct FittedBackgroundTests {
    static let energies = SimulatedSpectrum.grid(155...205, step: 0.2)

    /// Two lines on 200 counts and what `background` makes of them with the stated parameters.
    static func expected(_ background: Background, _ values: [String: Double], areas: [Double] = [9000, 4000]) throws
        -> [Double]
    {
        let model = lines(background)
        let resolved = try model.resolved(calibration: .none)
        let starts = ["a.position": 160.0, "b.position": 163.5, "a.width": 1.5]
        let theta = try resolved.nonlinear.map { try #require(values[$0.name] ?? starts[$0.name], "\($0.name)") }
        let coefficients = try resolved.linear.enumerated().map { index, free in
            free.name == "a.area"
                ? areas[0]
                : free.name == "b.area" ? areas[1] : try #require(values[free.name] ?? (index == 0 ? 200 : 0))
        }
        var problem = PeakProblem(model: resolved, energies: energies)
        problem.evaluate(theta: theta, coefficients: coefficients)
        let curves = problem.curves()
        return energies.indices.map { i in curves.components.reduce(curves.background[i]) { $0 + $1[i] } }
    }

    static func lines(_ background: Background) -> PeakModel {
        PeakModel(
            background: background,
            components: [
                Component(
                    name: "a", isDoublet: false, position: .within(0.5, of: 160.1),
                    width: .free(start: 1.3, min: 0.8, max: 3)),
                Component(name: "b", isDoublet: false, position: .within(0.5, of: 163.4), width: .sameAs("a")),
            ])
    }

    static func spectrum(_ intensities: [Double]) -> Spectrum {
        Spectrum(
            name: "x", level: nil, kind: .coreLevel, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
            intensities: intensities, unit: .counts)
    }

    static let cases: [(Background, [String: Double])] = [
        (Background(.tougaardU2), ["background.tougaard_b_eV2": 2000]),
        (
            Background(.tougaardU3, loss: LossCrossSection.Material.polymer.crossSection),
            ["background.tougaard_b_eV2": 396]
        ),
        (
            Background(.tougaardU2, loss: .twoParameters(c: .free(start: 900, min: 100, max: 5000))),
            ["background.tougaard_b_eV2": 1500, "background.tougaard_c_eV2": 600]
        ),
        (
            Background(
                .tougaardU3,
                loss: .threeParameters(
                    c: .free(start: 400, min: 100, max: 2000), d: .free(start: 300, min: 20, max: 2000), threshold: 3)),
            [
                "background.tougaard_b_eV2": 396, "background.tougaard_c_eV2": 551, "background.tougaard_d_eV2": 436,
            ]
        ),
        (
            Background(.shirley, isPerComponent: true),
            ["background.shirley_per_eV (a)": 0.02, "background.shirley_per_eV (b)": 0.06]
        ),
        (
            Background(.shirley) + Background(.slopeBackground),
            ["background.1.shirley_per_eV": 0.03, "background.2.slope_background_per_eV2": 0.001]
        ),
        (
            Background(.linear) + Background(.shirley),
            ["background.2.shirley_per_eV": 0.03, "background.1.constant": 200, "background.1.slope_per_eV": -0.5]
        ),
    ]

    @Test("a spectrum without noise gives back every parameter of its background", arguments: cases.indices)
    func recovers(index: Int) throws {
        let (background, values) = Self.cases[index]
        let fit = try Self.lines(background).fit(Self.spectrum(Self.expected(background, values)))
        #expect(fit.convergence.converged, "\(fit.convergence.reason)")
        for (name, value) in values {
            let found = try #require(
                fit.background.parameters.first { "background." + $0.name == name }, "\(fit.background.parameters)")
            #expect(abs(found.quantity.value - value) < 1e-4 * abs(value), "\(name)")
            #expect(found.quantity.standardUncertainty ?? 0 > 0)
        }
        #expect(abs(fit.components[0].area.value - 9000) < 0.1)
        #expect(abs(fit.components[1].area.value - 4000) < 0.1)
    }

    /// The spread of areas over trials against the uncertainties stated.
    @Test("areas over a fitted Tougaard tail are covered by their intervals")
    func coverage() throws {
        let background = Background(.tougaardU2)
        let expected = try Self.expected(background, ["background.tougaard_b_eV2": 2000])
        var numbers = SimulationNumbers(seed: 11)
        let trials = 300
        var inside = [0, 0]
        for _ in 0..<trials {
            let fit = try Self.lines(background).fit(Self.spectrum(expected.map { numbers.poisson($0) }))
            for (index, truth) in [9000.0, 4000.0].enumerated() {
                let area = fit.components[index].area
                if abs(area.value - truth) < (area.standardUncertainty ?? 0) { inside[index] += 1 }
            }
        }
        // 68.3 % with a standard deviation of 2.7 % for 300 trials: three of them.
        for count in inside { #expect(abs(Double(count) / Double(trials) - 0.683) < 0.081, "\(count) of \(trials)") }
    }

    @Test("windows with backgrounds of their own are fitted together, and points outside them are not fitted")
    func severalWindows() throws {
        let step = SimulatedSpectrum(
            energies: Self.energies, lines: [.init(energy: 160, width: 1.5, area: 9000)], constant: 300, shirley: 0.04)
        let far = SimulatedSpectrum(
            energies: Self.energies, lines: [.init(energy: 190, width: 1.8, area: 2500, shape: .gaussian)])
        var data = zip(step.expected, far.expected).map { $0 + $1 }
        for (i, energy) in Self.energies.enumerated() where energy > 170.1 && energy < 179.9 { data[i] = 1e5 }
        let model = PeakModel(
            background: Background(.shirley, window: 155...170) + Background(.linear, window: 180...200),
            components: [
                Component(
                    name: "a", isDoublet: false, position: .within(0.5, of: 160.1),
                    width: .free(start: 1.3, min: 0.8, max: 3)),
                Component(
                    name: "b", isDoublet: false, shape: .gaussian, position: .within(0.5, of: 189.8),
                    width: .free(start: 1.3, min: 0.8, max: 3)),
            ])
        let fit = try model.fit(Self.spectrum(data))
        #expect(fit.convergence.converged)
        #expect(fit.statistics.points == 76 + 101)
        // The first line's Lorentzian-like tail and its step reach into the second window and are straight there.
        #expect(abs(fit.components[0].area.value - 9000) < 1)
        #expect(abs(fit.components[1].area.value - 2500) < 2.5)
        let names = fit.background.parameters.map(\.name)
        #expect(names == ["1.constant", "2.constant", "2.slope_per_eV", "1.shirley_per_eV"])
        #expect(fit.background.kind == "shirley + linear")
    }

    @Test("doubtful backgrounds are pointed out")
    func findings() throws {
        func rules(_ background: Background, _ data: [Double], window: ClosedRange<Double>? = nil) throws -> [String] {
            var model = Self.lines(background)
            model.window = window
            return try model.fit(Self.spectrum(data)).findings.map(\.rule)
        }
        let plain = try Self.expected(Background(.shirley), ["background.shirley_per_eV": 0.03])
        #expect(!(try rules(.subtractedShirley, plain)).contains("background-falls"))
        let falling = zip(Self.energies, try Self.expected(.constant, [:])).map { 3000 - 12 * ($0 - 155) + $1 }
        #expect(try rules(.shirley, falling).contains("background-falls"))
        #expect(try rules(.subtractedShirley, falling).contains("background-falls"))
        #expect(!(try rules(.linear, falling)).contains("background-falls"))

        let open = Background(.tougaardU2, loss: .twoParameters(c: .free(start: 900, min: 100, max: 5000)))
        let tail = try Self.expected(Background(.tougaardU2), ["background.tougaard_b_eV2": 2000])
        #expect(try rules(open, tail, window: 155...175).contains("tougaard-window-short"))
        #expect(!(try rules(open, tail)).contains("tougaard-window-short"))
        #expect(!(try rules(Background(.tougaardU2), tail, window: 155...175)).contains("tougaard-window-short"))

        let dipped = zip(Self.energies, plain).map { $0 > 180 && $0 < 183 ? $1 - 150 : $1 }
        #expect(try rules(.subtractedShirley, dipped).contains("background-above-data"))
        #expect(!(try rules(.subtractedShirley, plain)).contains("background-above-data"))
    }

    @Test("contradictory backgrounds are refused with the reason")
    func contradictions() {
        let wrong: [(Background, String)] = [
            (Background(.smart, isFitted: true), "subtracted"),
            (Background(.slopeBackground, isFitted: false), "fitted"),
            (Background(.tougaardU3), "material"),
            (Background(.tougaardU3, loss: .universal), "form"),
            (Background(.tougaardU2, loss: .twoParameters(c: .fixed(-5))), "C"),
            (Background(.tougaardU3, loss: .threeParameters(c: .fixed(5), d: .fixed(0))), "pole"),
            (Background(.polynomial, degree: 9), "degree"),
            (Background(.linear, isPerComponent: true), "strength"),
            (Background(.shirley, isFitted: false, endPoints: 4), "odd"),
            (Background(.shirley, window: 300...310), "window"),
            (
                Background(.tougaardU2, isFitted: false, loss: .twoParameters(c: .free(start: 9, min: 5, max: 20))),
                "number"
            ),
        ]
        let data = Self.energies.map { 100 + 1000 * exp(-pow($0 - 160, 2)) }
        for (background, word) in wrong {
            do {
                _ = try Self.lines(background).fit(Self.spectrum(data))
                Issue.record("\(background.kind): no error")
            } catch {
                #expect("\(error)".contains(word), "\(error)")
            }
        }
    }

    static let written: [Background] = [
        .none, .constant, Background(.polynomial, degree: 4), Background(.polynomial, isFitted: false, endPoints: 11),
        Background(.shirley, hasSlope: true, isPerComponent: true, strength: .free(start: 0.1, min: 0, max: 0.5)),
        Background(.shirley, strength: .fixed(0.04)), Background(.smart, endPoints: 5, rule: .trapezium),
        Background(.slopeBackground, strength: .prior(start: 0, mean: 0.01, sigma: 0.1, min: -1, max: 1)),
        Background(.tougaardU2), Background(.tougaardU2, loss: .twoParameters(b: .fixed(2000), c: .fixed(650))),
        Background(.tougaardU3, isFitted: false, loss: LossCrossSection.Material.polymer.crossSection, endPoints: 7),
        Background(
            .tougaardU4, isPerComponent: true,
            loss: .fourParameters(
                b: .free(start: nil, min: 0, max: 5000), c: .free(start: 200, min: 50, max: 900), cPrime: .fixed(-0.3),
                d: .fixed(900), threshold: 2.5)),
        Background(.shirley, window: 158...167) + Background(.linear, isFitted: false, window: 167...175)
            + Background(.tougaardU2),
    ]

    @Test("what is written of a background reads back as the same", arguments: written)
    func roundTrip(background: Background) throws {
        let recipe = Recipe(model: Self.lines(background))
        #expect(try Recipe(yaml: recipe.yaml, file: "written.yaml").model.background == background, "\(recipe.yaml)")
    }

    static let mistakes: [(String, String)] = [
        ("{kind: shirley, degree: 2}", "degree"), ("{kind: polynomial, degree: 7}", "6"),
        ("{kind: smart, fitted: true}", "subtracted"), ("{kind: slope-background, fitted: false}", "fitted"),
        ("{kind: linear, per_component: true}", "per_component"), ("{kind: linear, strength: 0.1}", "strength"),
        ("{kind: shirley, fitted: false, strength: 0.1}", "strength"), ("{kind: shirley, c: 1643}", "Tougaard"),
        ("{kind: tougaard-u3}", "material"), ("{kind: tougaard-u2, d: 400}", "d"),
        ("{kind: tougaard-u2, material: polymer}", "tougaard-u3"),
        ("{kind: tougaard-u3, material: polymer, c: 3}", "both"), ("{kind: tougaard-u3, c: 500}", "\"d\""),
        ("{kind: tougaard-u3, material: iron}", "polymer"), ("{kind: tougaard-u2, c: -1643}", "positive"),
        ("{kind: tougaard-u2, fitted: false, c: {start: 9, min: 1, max: 20}}", "number"),
        ("{kind: linear, fitted: false, rule: trapezium}", "rule"), ("{kind: shirley, window: [3, 1]}", "low"),
        ("[]", "at least one"), ("[{kind: shirley}, {kind: bogus}]", "tougaard-u2"),
        ("{kind: tougaard-u3, material: polymer, t0: -3}", "both"), ("{kind: shirley, matrial: polymer}", "material"),
    ]

    @Test("mistakes in a recipe's background are named with their line", arguments: mistakes.indices)
    func mistakesAreNamed(index: Int) {
        let (text, word) = Self.mistakes[index]
        do {
            _ = try Recipe(yaml: "interphase: 1\nbackground: \(text)\ncomponents: []", file: "r.yaml")
            Issue.record("\(text): no error")
        } catch {
            #expect("\(error)".hasPrefix("r.yaml:2"), "\(text): \(error)")
            #expect("\(error)".contains(word), "\(text): \(error)")
        }
    }

    @Test("materials are read by name")
    func materials() throws {
        for material in LossCrossSection.Material.allCases {
            let text =
                "interphase: 1\nbackground: {kind: \(material.kind.rawValue), material: \(material.rawValue)}\n"
                + "components: [{name: a, position: 160}]"
            let background = try Recipe(yaml: text, file: "r.yaml").model.background
            #expect(background.loss == material.crossSection)
        }
    }
}
