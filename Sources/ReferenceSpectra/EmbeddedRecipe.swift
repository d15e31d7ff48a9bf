/// A recipe that comes with the library, as text: a document to be read by the recipe reader, printed, or copied and
/// changed.
public struct EmbeddedRecipe: Sendable, Hashable {
    /// The name by which it is asked for, `s2p-argyrodite-cathode`.
    public let name: String
    /// The document, YAML.
    public let text: String

    /// The first sentence of its opening comment: what it is for.
    public var summary: String {
        var words: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("#") else { break }
            let content = line.dropFirst().split(separator: " ")
            if content.isEmpty { break }
            words += content
        }
        return words.joined(separator: " ")
    }
}

extension ReferenceLibrary {
    /// The recipes that come with the library, by name in alphabetical order.
    public static let recipes: [EmbeddedRecipe] = files.compactMap { file in
        guard file.name.hasPrefix("recipes/"), file.name.hasSuffix(".yaml") else { return nil }
        return EmbeddedRecipe(name: String(file.name.dropFirst(8).dropLast(5)), text: file.text)
    }.sorted { $0.name < $1.name }

    /// The recipe called `name`, case and a trailing `.yaml` apart; `nil` where there is none.
    public static func recipe(named name: String) -> EmbeddedRecipe? {
        let wanted = name.lowercased()
        return recipes.first { $0.name == wanted || $0.name + ".yaml" == wanted }
    }

    /// The names of recipes that `name` may have been meant to be, best first.
    public static func recipeNames(closeTo name: String) -> [String] { closest(to: name, among: recipes.map(\.name)) }
}
