import ArgumentParser
import Foundation
import Interphase

/// `interphase fit FILE`: deconvolve one spectrum.
struct FitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit", abstract: "Deconvolve a spectrum into components, with the background in the fit.",
        discussion: """
            The model comes from a recipe (a file, or the name of one that comes along: see --list-recipes), or from a \
            level and species of the reference library.

            Examples:
              interphase fit cathode.vms --recipe s2p-argyrodite-cathode --plot s2p.svg --report s2p.html
              interphase fit cathode.vms --recipe my-recipe.yaml --json fit.json --curves
              interphase fit scan.csv --axis binding --level "C 1s" --species "C-C, C-O, C=O"
              interphase fit cathode.vms --recipe p2p-thiophosphate --reference-recipe c1s-peo --reference-line C-C \
            --reference-energy 284.8 --reference-u 0.1
            """)

    @Argument(help: ArgumentHelp("A file of any known format.", valueName: "file"))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Which spectrum: its name, or #3 for the third. Default: the one of the level.", valueName: "name"))
    var spectrum: String?

    @Option(help: ArgumentHelp("A recipe: a YAML file, or the name of one that comes along.", valueName: "recipe"))
    var recipe: String?

    @Option(help: ArgumentHelp("The core level, as \"S 2p\"; with --species, instead of a recipe.", valueName: "level"))
    var level: String?

    @Option(
        help: ArgumentHelp("Species of the reference library, separated by semicolons or commas.", valueName: "list"))
    var species: String?

    @Option(
        help: ArgumentHelp(
            "Species of your own, a document as reference-spectra/xps/species.yaml; looked up before the library's.",
            valueName: "file.yaml"))
    var speciesLibrary: String?

    @Flag(help: "Without a recipe: find components by their residuals, for a first look at a spectrum.")
    var explore = false

    @Flag(help: "List the recipes that come along, and stop.")
    var listRecipes = false

    @Flag(help: "Print the effective recipe, with every default written out, and stop.")
    var printRecipe = false

    @OptionGroup var adjustments: FitAdjustments
    @OptionGroup var referencing: ReferenceOptions
    @OptionGroup var uncertainties: FitUncertaintyOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var figures: FigureOptions
    @OptionGroup var tables: TableOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write the plot as SVG, PNG or PDF, by its name.", valueName: "file.svg"))
    var plot: String?

    @Option(help: ArgumentHelp("Write a report as one HTML page.", valueName: "file.html"))
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Write the file as VAMAS with this fit in its comments, as CasaXPS keeps its own.", valueName: "file.vms"))
    var casa: String?

    @Flag(help: "Put data and curves into the JSON.")
    var curves = false

    @Option(name: .customLong("curves-csv"), help: ArgumentHelp("Write data and curves as CSV.", valueName: "file.csv"))
    var curvesFile: String?

    func validate() throws {
        guard !listRecipes else { return }
        if file == nil { throw ValidationError("Missing expected argument '<file>'") }
        if recipe != nil, level != nil || species != nil {
            throw ValidationError("--recipe stands instead of --level and --species; give one or the other")
        }
        if speciesLibrary != nil, species == nil {
            throw ValidationError("--species-library holds what --species names; give --species too")
        }
        if explore {
            if recipe != nil || species != nil {
                throw ValidationError("--explore finds its own components; leave out --recipe and --species")
            }
            return
        }
        if recipe == nil, level == nil {
            throw ValidationError(
                "What should be fitted? Give --recipe (see --list-recipes), --level with --species, or --explore")
        }
        if recipe == nil, species == nil {
            throw ValidationError(
                "--level needs --species, a list of species of the reference library (see: interphase species)")
        }
    }

    mutating func run() async throws {
        if listRecipes { return Self.printRecipes() }
        let path = file ?? ""
        let source = try SpectrumFile(contentsOf: path, options: reading.options)
        for note in source.notes { output.say("\(path): \(note)") }
        let (chosen, fit, weighting) = try explore ? exploratoryFit(of: source) : recipeFit(of: source)
        let effective = Recipe(model: fit.effectiveModel, weighting: weighting).yaml
        if printRecipe {
            print(effective, terminator: "")
            return
        }
        let provenance = FitProvenance(
            source: FitSource(file: path, spectrum: chosen.name, sha256: try FileDigest.sha256(ofFileAt: path)),
            effectiveRecipe: effective, softwareVersion: InterphaseCommand.version,
            command: CommandSupport.commandLine())
        let supplement = try uncertainties.supplement(of: fit)
        try write(fit, provenance, supplement)
        if let casa { try CasaXPSOutput(contents: source, spectrum: chosen).write(fit, to: casa) }
        if output.printsTable {
            print(FitTable(fit, useColour: CommandSupport.usesColour(standardOutput: true)).text)
            if !supplement.text.isEmpty { print(supplement.text) }
        }
        if fit.findings.contains(where: { $0.severity == .error }) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func recipeFit(of source: SpectrumFile) throws -> (Spectrum, PeakFit, Weighting) {
        var recipe = try FitRecipeSource(
            recipe: recipe, level: level, species: species, library: speciesLibrary.map(SpeciesTable.init(contentsOf:))
        ).resolve()
        try adjustments.apply(to: &recipe)
        let chosen = try SpectrumSelection(file: source).choose(named: spectrum, level: recipe.model.level)
        let options = FitOptions(weighting: recipe.weighting)
        let reference = try referencing.reference(in: source)
        let fit = try named(chosen, in: source) {
            guard let reference else { return try recipe.model.fit(chosen, options: options) }
            return try recipe.model.fit(chosen, referencedTo: reference, options: options)
        }
        return (chosen, fit, recipe.weighting)
    }

    private func exploratoryFit(of source: SpectrumFile) throws -> (Spectrum, PeakFit, Weighting) {
        var recipe = Recipe(model: PeakModel(components: []))
        try adjustments.apply(to: &recipe)
        var wanted: CoreLevel?
        if let level {
            wanted = CoreLevel(label: level)
            if wanted == nil {
                throw CommandFailure(.usage, "--level \(level): expected a core level such as S 2p")
            }
        }
        let selection = SpectrumSelection(file: source)
        var chosen =
            spectrum == nil && wanted == nil
            ? try selection.firstCoreLevel() : try selection.choose(named: spectrum, level: wanted)
        if let wanted { chosen.level = wanted }
        if recipe.model.calibration != .none { chosen.calibration = recipe.model.calibration }
        let window = recipe.model.window ?? SpectrumSelection.usualWindow(of: chosen)
        let fit = try named(chosen, in: source) {
            try PeakModel.explore(chosen, window: window, background: recipe.model.background)
        }
        return (chosen, fit, .poisson)
    }

    /// Errors of `fit` with the file and the spectrum that they are about.
    private func named(_ spectrum: Spectrum, in source: SpectrumFile, _ fit: () throws -> PeakFit) throws -> PeakFit {
        do {
            return try fit()
        } catch let error as FitError {
            throw CommandFailure(.badData, "\(source.path): \(spectrum.name): \(error)")
        }
    }

    private func write(_ fit: PeakFit, _ provenance: FitProvenance, _ supplement: FitSupplement) throws {
        if let plot { try figures.write(fit.plot, to: plot) }
        if let report {
            try FitReport(fit, provenance: provenance, supplement: supplement).write(to: report)
        }
        try tables.write(FitTable(fit).resultTables)
        if let curvesFile { try FitTable(fit).writeCurves(to: curvesFile) }
        let document = FitDocument(
            fit, provenance: provenance, includesCurves: curves, supplement: supplement)
        try output.writeJSON(text: document.json)
    }

    private static func printRecipes() {
        let width = ReferenceLibrary.recipes.map(\.name.count).max() ?? 0
        for recipe in ReferenceLibrary.recipes {
            print(recipe.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + recipe.summary)
        }
    }
}

/// What can be changed about a recipe from the command line.
struct FitAdjustments: ParsableArguments {
    @Option(help: ArgumentHelp("The window to fit, binding energy in eV: --window 158,170.", valueName: "low,high"))
    var window: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Add this to binding energies instead of the recipe's calibration.", valueName: "eV"))
    var shift: Double?

    @Option(help: "The background: \(Background.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var background: String?

    @Flag(help: "Compute the background from the data and subtract it first, as CasaXPS does, instead of fitting it.")
    var subtractBackground = false

    @Option(help: "The weights: \(Weighting.allCases.map(\.rawValue).joined(separator: ", ")).")
    var weights: String?

    /// Applies what was given to `recipe`.
    func apply(to recipe: inout Recipe) throws {
        if let window {
            let ends = window.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
            guard ends.count == 2, let a = ends[0], let b = ends[1], a.isFinite, b.isFinite, a != b else {
                throw ValidationError("--window \(window): expected two energies in eV, as 158,170")
            }
            recipe.model.window = min(a, b)...max(a, b)
        }
        if let shift {
            guard shift.isFinite else { throw ValidationError("--shift \(shift): expected a number in eV") }
            recipe.model.calibration = .shift(Measured(shift))
        }
        if let background {
            guard let kind = Background.Kind(rawValue: background) else {
                let known = Background.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--background \(background): expected one of \(known)")
            }
            recipe.model.background = Background(kind)
        }
        if subtractBackground {
            recipe.model.background.isFitted = false
            recipe.model.background.hasSlope = false
            for index in recipe.model.background.others.indices {
                recipe.model.background.others[index].isFitted = false
                recipe.model.background.others[index].hasSlope = false
            }
        }
        if let weights {
            guard let weighting = Weighting(rawValue: weights) else {
                let known = Weighting.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--weights \(weights): expected one of \(known)")
            }
            recipe.weighting = weighting
        }
    }
}
