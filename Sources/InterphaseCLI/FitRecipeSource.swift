import Foundation
import Interphase

/// Where the recipe of a fit comes from: a file, the library, or a level with species.
struct FitRecipeSource {
    /// `--recipe`
    var recipe: String?
    /// `--level`
    var level: String?
    /// `--species`
    var species: String?
    /// `--species-library`
    var library: SpeciesTable?

    /// The recipe.
    func resolve() throws -> Recipe {
        if let recipe { return try Self.recipe(named: recipe) }
        return try recipeOfSpecies()
    }

    /// The recipe in the file `name`, or the one of that name that comes along.
    static func recipe(named name: String) throws -> Recipe {
        if FileManager.default.fileExists(atPath: name) {
            guard FileManager.default.isReadableFile(atPath: name) else {
                throw CommandFailure(.badData, "\(name): cannot be read")
            }
            return try Recipe(contentsOf: name)
        }
        if let embedded = ReferenceLibrary.recipe(named: name) {
            return try Recipe(yaml: embedded.text, file: embedded.name)
        }
        let looksLikePath = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        let near = ReferenceLibrary.recipeNames(closeTo: name)
        let hint =
            near.isEmpty
            ? "see interphase fit --list-recipes" : "did you mean \(near.joined(separator: " or "))?"
        throw CommandFailure(
            .noInput,
            looksLikePath && near.isEmpty
                ? "\(name): no such file" : "\(name): neither a file nor a recipe that comes along; \(hint)")
    }

    private func recipeOfSpecies() throws -> Recipe {
        guard let level, let core = CoreLevel(label: level) else {
            throw CommandFailure(.usage, "--level \(level ?? ""): expected a core level such as S 2p")
        }
        let chosen = try names(of: core).map { name in
            guard let entry = find(name, core) else {
                let near =
                    (library?.names(closeTo: name, level: core) ?? [])
                    + ReferenceLibrary.speciesNames(closeTo: name, level: core)
                let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
                throw CommandFailure(
                    .usage,
                    "--species: the library has no \"\(name)\" with a \(core) line\(hint) "
                        + "(see: interphase species --level \"\(core)\")")
            }
            return entry
        }
        return Recipe(model: try PeakModel(core, species: chosen))
    }

    /// The species called `name`, of a library of one's own before the one that comes along.
    private func find(_ name: String, _ level: CoreLevel) -> Species? {
        library?.species(named: name, level: level) ?? ReferenceLibrary.species(named: name, level: level)
    }

    /// The names in `--species`. Species names may hold commas, so a name that the library knows wins over its parts.
    private func names(of core: CoreLevel) throws -> [String] {
        let text = species ?? ""
        if text.contains(";") { return Self.trimmed(text.split(separator: ";")) }
        let parts = text.split(separator: ",").map(String.init)
        var names: [String] = []
        var start = 0
        while start < parts.count {
            let longest = (start..<parts.count).reversed().first { end in
                let joined = parts[start...end].joined(separator: ",").trimmingCharacters(in: .whitespaces)
                return find(joined, core) != nil
            }
            let end = longest ?? start
            names.append(parts[start...end].joined(separator: ","))
            start = end + 1
        }
        return Self.trimmed(names[...].map { Substring($0) })
    }

    private static func trimmed(_ parts: [Substring]) -> [String] {
        parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
