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
