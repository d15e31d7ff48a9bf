import Foundation
import Interphase

/// Which recipe is fitted to which spectrum, for commands that take several of both.
struct FitJobs {
    /// A fit with where it came from.
    struct Done {
        var fit: PeakFit
        var provenance: FitProvenance
    }

    private struct Job {
        var recipe: Recipe
        var spectrum: Spectrum
        var path: String
        var reference: EnergyReference?
    }

    private var jobs: [Job] = []
    /// What readers had to say about the files.
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - files: paths, or FILE:RECIPE.
    ///   - recipes: recipes for the levels of all files that are not tied to one.
    ///   - reference: what the energies of each file are referenced to.
    init(files: [String], recipes: [String], options: ReadOptions, reference: ReferenceOptions) throws {
        var plain: [SpectrumFile] = []
        for argument in files {
            let (path, own) = Self.parts(argument)
            let file = try SpectrumFile(contentsOf: path, options: options)
            notes += file.notes.map { "\(path): \($0)" }
            guard let own else {
                plain.append(file)
                continue
            }
            let recipe = try FitRecipeSource.recipe(named: own)
            let spectrum = try SpectrumSelection(file: file).choose(named: nil, level: recipe.model.level)
            jobs.append(
                Job(recipe: recipe, spectrum: spectrum, path: path, reference: try reference.reference(in: file)))
        }
        for name in recipes {
            let recipe = try FitRecipeSource.recipe(named: name)
            let (file, spectrum) = try Self.spectrum(for: recipe, called: name, in: plain)
            jobs.append(
                Job(recipe: recipe, spectrum: spectrum, path: file.path, reference: try reference.reference(in: file)))
        }
        guard !jobs.isEmpty else {
            throw CommandFailure(.usage, "What should be fitted? Give --recipe for each level, or FILE:RECIPE")
        }
        if recipes.isEmpty, let idle = plain.first {
            throw CommandFailure(.usage, "\(idle.path): no recipe for this file; give --recipe, or FILE:RECIPE")
        }
    }

    /// Path and recipe of FILE:RECIPE; a file of that very name wins.
    private static func parts(_ argument: String) -> (path: String, recipe: String?) {
        guard !FileManager.default.fileExists(atPath: argument), let colon = argument.lastIndex(of: ":") else {
            return (argument, nil)
        }
        return (String(argument[..<colon]), String(argument[argument.index(after: colon)...]))
    }

    private static func spectrum(
        for recipe: Recipe, called name: String, in files: [SpectrumFile]
    ) throws -> (SpectrumFile, Spectrum) {
        guard let level = recipe.model.level else {
            throw CommandFailure(.badData, "\(name): states no level, so its spectrum cannot be found; use FILE:RECIPE")
        }
        let holding = files.filter { file in file.spectra.contains { $0.level == level && $0.kind != .survey } }
        guard let only = holding.first, holding.count == 1 else {
            let found = holding.isEmpty ? "no file holds" : "\(holding.count) files hold"
            throw CommandFailure(
                .badData, "\(name): \(found) a spectrum of \(level); tie them together with FILE:RECIPE")
        }
        return (only, try SpectrumSelection(file: only).choose(named: nil, level: level))
    }

    /// Fits all of them.
    func fits() throws -> [Done] {
        try jobs.map { job in
            let options = FitOptions(weighting: job.recipe.weighting)
            let fit: PeakFit
            do {
                fit =
                    try job.reference.map {
                        try job.recipe.model.fit(job.spectrum, referencedTo: $0, options: options)
                    } ?? job.recipe.model.fit(job.spectrum, options: options)
            } catch let error as FitError {
                throw CommandFailure(.badData, "\(job.path): \(job.spectrum.name): \(error)")
            }
            return Done(
                fit: fit,
                provenance: FitProvenance(
                    source: FitSource(
                        file: job.path, spectrum: job.spectrum.name, sha256: try FileDigest.sha256(ofFileAt: job.path)),
                    effectiveRecipe: Recipe(model: fit.effectiveModel, weighting: job.recipe.weighting).yaml,
                    softwareVersion: InterphaseCommand.version))
        }
    }
}
