import Photoemission
import SpectralMath
import Spectra
import SpectrumFiles

/// Which spectra of a file are fitted.
public struct BatchSelection: Sendable, Hashable {
    /// Only spectra of this core level, and spectra of no recognised level that are alone in their file; `nil` for any
    /// spectrum that is no survey.
    public var level: CoreLevel?
    /// Only the spectra of this name, upper and lower case alike, or the third as `#3`, instead of those of `level`.
    public var name: String?

    /// A choice by level or by name.
    public init(level: CoreLevel?, name: String? = nil) {
        self.level = level
        self.name = name
    }

    /// Whether an element of a file of `count` spectra is chosen.
    func takes(_ element: SpectrumStream.Element, count: Int) -> Bool {
        if let name {
            if name.hasPrefix("#"), let number = Int(name.dropFirst()) { return element.number == number }
            return element.name.lowercased() == name.lowercased()
        }
        // What cannot be read might have been asked for, and must not get lost.
        guard case .success(let spectrum) = element.spectrum else { return true }
        guard let level else { return spectrum.kind != .survey }
        if spectrum.level == level { return spectrum.kind != .survey }
        return count == 1 && spectrum.level == nil
    }

    /// What is looked for, in words.
    var description: String {
        if let name { return "spectrum \"\(name)\"" }
        return level.map { "spectrum recognised as \($0)" } ?? "spectrum"
    }
}

/// Everything that decides the numbers of a batch, whatever files it is applied to.
public struct BatchSettings: Sendable, Hashable {
    /// The model and its weights.
    public var recipe: Recipe
    /// Which spectra are fitted.
    public var selection: BatchSelection
    /// What is stated about files that do not say it themselves.
    public var reading: ReadOptions
    /// The version of the program.
    public var program: String

    /// Settings of a batch.
    public init(recipe: Recipe, selection: BatchSelection, reading: ReadOptions = ReadOptions(), program: String) {
        self.recipe = recipe
        self.selection = selection
        self.reading = reading
        self.program = program
    }

    /// The settings in the form in which they are stored and compared.
    var identity: BatchIdentity {
        let yaml = recipe.yaml
        // A measured line is named in the recipe by its file alone; its points belong to what is compared.
        let curves = ([recipe.model.shape] + recipe.model.components.compactMap(\.shape)).map { shape in
            if case .measured(let line) = shape { "\(line.energies)\(line.values)\(line.position)" } else { "" }
        }.joined()
        return BatchIdentity(
            program: program, recipe: yaml, recipeDigest: FileDigest.sha256(of: yaml + curves) ?? "unknown",
            selection: selection.name.map { "spectrum \($0)" } ?? selection.level.map { "level \($0)" } ?? "all",
            reading: [
                reading.energyScale.map { "axis \($0.rawValue)" },
                reading.photonEnergy.map { "photon energy \($0) eV" }, reading.unit.map { "unit \($0.rawValue)" },
            ].compactMap { $0 }.joined(separator: ", "), arithmetic: "\(SIMDLevel.best)")
    }
}

/// What the results of a batch were made with: results of different identities do not go into one table.
struct BatchIdentity: Sendable, Hashable {
    var program: String
    var recipe: String
    var recipeDigest: String
    var selection: String
    var reading: String
    /// The instruction set of the kernels, on which the last bits depend.
    var arithmetic: String

    /// How `other` differs, naming both; empty where it does not.
    func differences(from other: BatchIdentity) -> [String] {
        func short(_ digest: String) -> String { String(digest.prefix(12)) }
        return [
            ("recipe", short(recipeDigest), short(other.recipeDigest)),
            ("version of the program", program, other.program), ("choice of spectra", selection, other.selection),
            (
                "reading", reading.isEmpty ? "as the files say" : reading,
                other.reading.isEmpty ? "as the files say" : other.reading
            ),
            ("instruction set", arithmetic, other.arithmetic),
        ].compactMap { what, own, others in own == others ? nil : "\(what) \(own) there, \(others) here" }
    }
}
