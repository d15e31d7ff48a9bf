import Spectra
import TestSupport
import Testing

@testable import ReferenceSpectra

/// Checks of the shipped recipes that need no fit: written soundly, and in agreement with the reference data.
@Suite struct EmbeddedRecipeTests {
    @Test func theRecipesOfTheSourcePapersAreThere() {
        let names = ReferenceLibrary.recipes.map(\.name)
        for name in [
            "s2p-argyrodite-cathode", "s2p-lgps", "p2p-thiophosphate", "ge3d-lgps", "b1s-borate-coating", "nb3d-linbo3",
        ] { #expect(names.contains(name)) }
        #expect(names == names.sorted())
        #expect(ReferenceLibrary.recipe(named: "Ge3d-LGPS.yaml")?.name == "ge3d-lgps")
        #expect(ReferenceLibrary.recipe(named: "ge3d") == nil)
        #expect(ReferenceLibrary.recipeNames(closeTo: "s2p-lgpss").first == "s2p-lgps")
    }

    @Test(arguments: ReferenceLibrary.recipes)
    func recipesAgreeWithTheReferenceData(recipe: EmbeddedRecipe) throws {
        let document = try RecipeDocument(recipe)
        let reference = try #require(document.level.reference)
        #expect(document.window.lowerBound >= reference.window.lowerBound - 1)
        if let splitting = reference.splitting {
            let value = try #require(document.splitting)
            #expect(splitting.range.contains(value), "\(value) outside \(splitting.range)")
            let ratio = try #require(document.areaRatio)
            #expect(abs(ratio - (reference.statisticalAreaRatio ?? 0)) < 1e-4)
        } else {
            #expect(document.splitting == nil)
            #expect(document.areaRatio == nil)
        }
        #expect(!recipe.summary.isEmpty)
    }

    /// Every line lies inside the window with room for the background; the positions of a recipe are ordered; links
    /// lead to a component that has a width of its own.
    @Test(arguments: ReferenceLibrary.recipes)
    func componentsLieInTheWindowAndLinksHold(recipe: EmbeddedRecipe) throws {
        let document = try RecipeDocument(recipe)
        let names = document.components.map(\.name)
        #expect(Set(names).count == names.count)
        var positions: [Double] = []
        for component in document.components {
            #expect(component.position - component.within > document.window.lowerBound + 1)
            let last = component.position + component.within + (document.splitting ?? 0)
            #expect(last < document.window.upperBound - 1, "\(component.name)")
            positions.append(component.position)
            if let other = component.widthLink {
                #expect(other != component.name)
                let target = try #require(document.components.first { $0.name == other })
                #expect(target.widthLink == nil)
            }
        }
        #expect(positions == positions.sorted())
        // Neighbours closer than 1 eV cannot have independent widths: one of the two borrows it.
        for (first, second) in zip(document.components, document.components.dropFirst())
        where second.position - first.position < 1 {
            #expect(first.widthLink != nil || second.widthLink != nil, "\(first.name), \(second.name)")
        }
        if let line = document.calibrationLine { #expect(names.contains(line)) }
    }
}

extension EmbeddedRecipe: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// As much of a recipe as these tests need, read strictly.
struct RecipeDocument {
    struct Component {
        var name: String
        var position: Double
        var within: Double
        var widthLink: String?
    }
    var level: CoreLevel
    var window: ClosedRange<Double>
    var splitting: Double?
    var areaRatio: Double?
    var calibrationLine: String?
    var components: [Component] = []

    init(_ recipe: EmbeddedRecipe) throws {
        let root = try YAMLValue(text: recipe.text, file: recipe.name)
        let fields = try root.fields(
            "interphase", "level", "window", "calibration", "background", "defaults", "components")
        #expect(try fields.require("interphase").count() == 1)
        level = try #require(CoreLevel(label: try fields.require("level").text()))
        window = try fields.require("window").interval()
        if let calibration = try fields["calibration"]?.fields("line", "at") {
            calibrationLine = try calibration.require("line").text()
            _ = try calibration.require("at").number()
        }
        let background = try fields.require("background").fields("kind", "fitted", "slope")
        _ = (try background.require("kind").text(), try background.require("fitted").boolean())
        let defaults = try fields.require("defaults").fields("shape", "splitting", "area_ratio", "width")
        splitting = try defaults["splitting"]?.number()
        areaRatio = try defaults["area_ratio"]?.number()
        #expect(try defaults.require("shape").text() == "GL(30)")
        try RecipeDocument.check(width: try defaults.require("width"))
        for entry in try fields.require("components").list() {
            let fields = try entry.fields("name", "position", "width")
            var component = Component(name: try fields.require("name").text(), position: 0, within: 0)
            let position = try fields.require("position").fields("start", "within", "from", "offset")
            if let other = try position["from"]?.text() {
                let base = try #require(components.first { $0.name == other })
                component.position = base.position + (try position.require("offset").number())
                component.within = base.within
            } else {
                component.position = try position.require("start").number()
                component.within = try position.require("within").number()
            }
            if let width = fields["width"] {
                if let link = try width.fields("same_as", "start", "min", "max")["same_as"] {
                    component.widthLink = try link.text()
                } else {
                    try RecipeDocument.check(width: width)
                }
            }
            components.append(component)
        }
    }

    private static func check(width: YAMLValue) throws {
        let fields = try width.fields("start", "min", "max")
        let (low, start) = (try fields.require("min").number(), try fields.require("start").number())
        let high = try fields.require("max").number()
        #expect(0 < low && low < start && start < high)
    }
}
