import Foundation
import ReferenceSpectra
import Spectra
import Testing

@testable import Photoemission

@Suite("Recipes")
struct RecipeTests {
    static let example = """
        interphase: 1                     # recipe format version
        level: S 2p
        window: [158, 170]                # binding energy, eV
        calibration: {line: "PS4 3-", at: 161.6}
        background: {kind: shirley, fitted: true, slope: false}
        defaults: {shape: GL(30), splitting: 1.18, area_ratio: 0.5, width: {start: 1.1, min: 0.5, max: 2.5}}
        components:
          - {name: "S 2-",        position: {start: 160.20, within: 0.3}}
          - {name: "PS4 3-",      position: {start: 161.60, within: 0.3}, width: {same_as: "S 2-"}}
          - {name: "bridging S",  position: {from: "PS4 3-", offset: 1.4}, area: {from: "S 2-", ratio: {start: 1, min: 0, max: 9}}}
          - {name: "oxidised S",  position: {start: 163.85, within: 0.3}, width: {start: 1.2, prior: [1.2, 0.1], min: 0.5, max: 3}}
        """

    @Test("the documented example reads as what it says")
    func readsTheExample() throws {
        let recipe = try Recipe(yaml: Self.example, file: "example.yaml")
        let model = recipe.model
        #expect(model.level == .s2p && model.window == 158...170)
        #expect(model.calibration == .line("PS4 3-", at: 161.6))
        #expect(model.background == .shirley && model.shape == .glProduct(mix: 30))
        #expect(model.defaults[.width] == .free(start: 1.1, min: 0.5, max: 2.5))
        #expect(model.components[0].position == .within(0.3, of: 160.2))
        #expect(model.components[1].width == .sameAs("S 2-"))
        #expect(model.components[2].position == .offset(from: "PS4 3-", by: .fixed(1.4)))
        #expect(model.components[2].area == .ratio(of: "S 2-", by: .free(start: 1, min: 0, max: 9)))
        #expect(model.components[3].width == .prior(start: 1.2, mean: 1.2, sigma: 0.1, min: 0.5, max: 3))
    }

    @Test("what is written reads back as the same recipe")
    func roundTrip() throws {
        var recipe = try Recipe(yaml: Self.example, file: "example.yaml")
        #expect(try Recipe(yaml: recipe.yaml, file: "written.yaml") == recipe)
        recipe.weighting = .unweighted
        recipe.model.background = Background(
            .shirley, isFitted: false, endPoints: 7, endOffsets: .init(low: 1.5, high: -2), rule: .trapezium)
        recipe.model.calibration = .shift(Measured(-0.31, standardUncertainty: 0.05))
        recipe.model.components[0].name = "a \"quoted\" \\ name: {x} # \u{1} \n µ"
        recipe.model.components[1].width = .sameAs(recipe.model.components[0].name)
        recipe.model.components[2].area = .ratio(of: recipe.model.components[0].name, by: .fixed(0.5))
        recipe.model.components[3].shape = .glSum(mix: 12.5)
        recipe.model.components[3].isDoublet = false
        #expect(try Recipe(yaml: recipe.yaml, file: "written.yaml") == recipe)
    }

    @Test("an area ratio may be named: statistical, or Scofield's")
    func namedAreaRatios() throws {
        let text = """
            interphase: 1
            level: S 2p
            defaults: {area_ratio: scofield}
            components:
              - {name: a, position: 161}
              - {name: b, position: 162, area_ratio: statistical}
              - {name: c, level: P 2p, position: 132, area_ratio: scofield}
            """
        let model = try Recipe(yaml: text, file: "r.yaml").model
        // Scofield, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 129: S 2p 0.567 and 1.11, P 2p 0.403 and 0.789.
        guard case .fixed(let sulfur) = model.defaults[.areaRatio],
            case .fixed(let phosphorus) = model.components[2].areaRatio
        else { throw FitError.invalidModel("not fixed") }
        #expect(abs(sulfur - 0.511) < 0.001 && abs(phosphorus - 0.511) < 0.001)
        #expect(model.components[1].areaRatio == .fixed(0.5))
        #expect(throws: ReferenceDataError.self) {
            try Recipe(
                yaml: "interphase: 1\nlevel: C 1s\ncomponents:\n  - {name: a, position: 285, area_ratio: scofield}",
                file: "r.yaml")
        }
    }

    @Test("the effective model of a fit is a recipe that fits the same")
    func effectiveModelIsARecipe() throws {
        let spectrum = PeakFitTests.cathode.exact
        let fit = try PeakFitTests.model.fit(spectrum)
        let text = Recipe(model: fit.effectiveModel).yaml
        let again = try Recipe(yaml: text, file: "effective.yaml").model.fit(spectrum)
        for (a, b) in zip(fit.components, again.components) { #expect(abs(a.area.value - b.area.value) < 1e-6 * 7000) }
    }

    @Test(
        "every recipe that comes with the library reads, resolves and round-trips", arguments: ReferenceLibrary.recipes)
    func shippedRecipes(embedded: EmbeddedRecipe) throws {
        let recipe = try Recipe(yaml: embedded.text, file: embedded.name)
        let resolved = try recipe.model.resolved(calibration: recipe.model.calibration)
        #expect(resolved.parts.count == recipe.model.components.count)
        #expect(try Recipe(yaml: recipe.yaml, file: "written.yaml") == recipe)
    }

    /// What is wrong, the line where it is, and a word that the message must have.
    static let mistakes: [(String, String, Int, String)] = [
        ("a key misspelled", "interphase: 1\nbackgrund: {kind: shirley}\ncomponents: []", 2, "background"),
        ("a component key misspelled", "interphase: 1\ncomponents:\n  - {name: a, postion: 161}", 3, "position"),
        ("another version", "interphase: 2\ncomponents: []", 1, "version"),
        ("no version", "level: S 2p\ncomponents: []", 1, "interphase"),
        ("no component", "interphase: 1\ncomponents: []", 2, "component"),
        ("not a level", "interphase: 1\nlevel: S 2q\ncomponents: []", 2, "core level"),
        ("window reversed", "interphase: 1\nwindow: [170, 158]\ncomponents: []", 2, "low"),
        ("not a shape", "interphase: 1\ndefaults: {shape: GL(300)}\ncomponents: []", 2, "line shape"),
        ("a negative width", "interphase: 1\ncomponents:\n  - {name: a, position: 161, width: -1}", 3, "width"),
        ("min above max", "interphase: 1\ncomponents:\n  - {name: a, position: {start: 1, min: 3, max: 2}}", 3, "min"),
        (
            "start outside", "interphase: 1\ncomponents:\n  - {name: a, position: {start: 9, min: 1, max: 2}}", 3,
            "start"
        ),
        ("two links", "interphase: 1\ncomponents:\n  - {name: a, position: {same_as: b, start: 2}}", 3, "start"),
        (
            "text for a number", "interphase: 1\ncomponents:\n  - {name: a, position: {start: far, within: 1}}", 3,
            "number"
        ),
        ("slope on a line", "interphase: 1\nbackground: {kind: linear, slope: true}\ncomponents: []", 2, "slope"),
        (
            "even end points",
            "interphase: 1\nbackground: {kind: shirley, fitted: false, end_points: 4}\ncomponents: []", 2, "odd"
        ),
        ("a key twice", "interphase: 1\nlevel: S 2p\nlevel: P 2p\ncomponents: []", 2, "level"),
        ("not YAML", "interphase: [1\ncomponents", 3, "YAML"),
        ("nothing", "", 0, "YAML"),
    ]

    @Test("mistakes are named with file, line and what was expected", arguments: mistakes.indices)
    func mistakesAreNamed(index: Int) {
        let (what, text, line, word) = Self.mistakes[index]
        do {
            _ = try Recipe(yaml: text, file: "r.yaml")
            Issue.record("\(what): no error")
        } catch {
            let place = line > 0 ? "r.yaml:\(line)" : "r.yaml"
            #expect("\(error)".hasPrefix(place), "\(what): \(error)")
            #expect("\(error)".contains(word), "\(what): \(error)")
        }
    }
}

@Suite("Recipes with every line shape")
struct ShapeRecipeTests {
    static let shapes = [
        "GL(30)", "SGL(12.5)", "G", "L", "PV(40)", "APV(40,0.25)", "Voigt", "LA(50)", "LA(1.53,243)", "LA(1.2,4.8,5)",
        "LF(0.54,10,80,100,6)", "LF(1,20,1,50)", "DS(0.1)", "A(0.4,0.38,20)GL(20)", "GL(30)T(1.5)", "SGL(30)T(2)",
    ]

    @Test("a recipe with any shape reads back as itself", arguments: shapes)
    func roundTrip(name: String) throws {
        let shape = try #require(LineShape(name: name))
        var component = Component(name: "a, b", shape: shape, position: .within(0.3, of: 161.6))
        if shape.parameters.contains(.lorentzianWidth) {
            component.gaussianWidth = .free(start: 0.7, min: 0.3, max: 2)
            component.lorentzianWidth = .fixed(0.15)
        }
        if shape.asymmetry != nil { component.asymmetry = .free(start: 0.1, min: 0, max: 0.4) }
        let recipe = Recipe(model: PeakModel(level: .s2p, shape: .glSum(mix: 77), components: [component]))
        #expect(try Recipe(yaml: recipe.yaml, file: "recipe.yaml") == recipe)
        let asDefault = Recipe(
            model: PeakModel(level: .s2p, shape: shape, components: [Component(name: "a", position: .fixed(1))]))
        #expect(try Recipe(yaml: asDefault.yaml, file: "recipe.yaml") == asDefault)
    }

    @Test("a parameter that the shape does not have is refused by name")
    func wrongParameter() throws {
        let model = PeakModel(.s2p, shape: .voigt) { Singlet("a", near: 161.6, width: .fixed(1)) }
        #expect(throws: FitError.self) { _ = try model.resolved(calibration: .none) }
        #expect {
            try Recipe(
                yaml: "interphase: 1\ndefaults: {shape: LB(3)}\ncomponents:\n  - {name: a, position: 1}\n",
                file: "r.yaml")
        } throws: { "\($0)".contains("r.yaml:2") && "\($0)".contains("LF(a,b,w,n,k)") }
    }

    @Test("what is fitted of a shape is found again: noise-free Voigt, metal and LA doublets")
    func recovery() throws {
        let energies = SimulatedSpectrum.grid(155...172, step: 0.05)
        for shape in [
            LineShape.voigt, .doniachSunjic(asymmetry: 0.12), .lorentzianPowers(.init(high: 1.1, low: 2.4, steps: 40)),
        ] {
            let hasTwo = shape.parameters.contains(.lorentzianWidth)
            func model(_ start: Double) -> PeakModel {
                PeakModel(.s2p, background: .constant, shape: shape) {
                    Doublet(
                        "a", near: 161.6 + (start - 1) * 0.5, within: 0.5,
                        width: hasTwo ? nil : .free(start: 1.1 * start, min: 0.4, max: 3),
                        area: .free(start: 900, min: 0, max: .infinity), splitting: .fixed(1.18),
                        areaRatio: .fixed(0.5),
                        widthRatio: .fixed(1.3),
                        gaussianWidth: hasTwo ? .free(start: 0.7 * start, min: 0.2, max: 3) : nil,
                        lorentzianWidth: hasTwo ? .free(start: 0.4 * start, min: 0, max: 3) : nil,
                        asymmetry: shape.asymmetry.map { .free(start: $0 * start, min: 0, max: 0.5) })
                }
            }
            let truth = try model(1).expectedIntensities(at: energies, background: .init(constant: 20))
            let spectrum = Spectrum(
                name: "exact", level: .s2p, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
                intensities: truth, unit: .counts)
            let fit = try model(1.3).fit(spectrum, options: FitOptions(tolerance: 1e-14))
            #expect(abs(fit.components[0].area.value - 900) < 1e-3, "\(shape): \(fit.components[0].area)")
            #expect(abs(fit.components[0].position.value - 161.6) < 1e-5)
            for parameter in fit.components[0].shapeParameters {
                let expected =
                    parameter.name == "gaussian_width" ? 0.7 : parameter.name == "lorentzian_width" ? 0.4 : 0.12
                #expect(abs(parameter.quantity.value - expected) < 1e-4, "\(parameter)")
            }
            #expect((fit.components[0].fwhm.standardUncertainty ?? 0) > 0)
            // The numbers are a shape of their own only through the convention of their width.
            let wide = fit.components[0].trueFWHM.value / fit.components[0].fwhm.value
            #expect(shape == .voigt ? abs(wide - 1) < 1e-9 : wide > 1.01)
        }
    }
}
