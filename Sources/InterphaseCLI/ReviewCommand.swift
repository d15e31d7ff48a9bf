import ArgumentParser
import Foundation
import Interphase

/// `interphase review FILE...`: what a referee would object to.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Say what a referee would object to in a model or a result.",
        discussion: """
            Takes recipes, results of `interphase fit --json`, and files in which CasaXPS stored fits or exported their \
            curves, in any mixture. \
            Several results of one sample are held against each other: S and P of PS4(3-) must balance. Every fit \
            reviews itself; this command is for models and results that are there already.

            Exit code: 0 without findings of severity error, 1 with them; --strict counts warnings too.

            Examples:
              interphase review my-recipe.yaml
              interphase review my-recipe.yaml --data cathode.vms
              interphase review s2p.json p2p.json
              interphase review colleague.vms --json review.json --strict
              interphase review --rules
            """)

    @Argument(
        help: ArgumentHelp("Recipes (a file, or the name of one that comes along), results, files.", valueName: "file"))
    var files: [String] = []

    @Option(help: ArgumentHelp("The spectrum that a recipe is meant for; it is not fitted.", valueName: "file"))
    var data: String?

    @Option(
        help: ArgumentHelp("Which spectrum of a file or of --data: its name, or #3 for the third.", valueName: "name"))
    var spectrum: String?

    @Flag(help: "Count warnings as errors in the exit code.")
    var strict = false

    @Flag(help: "Leave out notes.")
    var noNotes = false

    @Flag(help: "List the rules with their sources, and stop.")
    var rules = false

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if files.isEmpty, !rules { throw ValidationError("Missing expected argument '<file>'") }
    }

    mutating func run() async throws {
        if rules { return print(ReviewTable.rules(), terminator: "") }
        let referee = Referee()
        var reviews: [Review] = []
        var fits: [ReviewSubject] = []
        for file in files {
            for subject in try subjects(in: file) {
                if subject.origin == .fit { fits.append(subject) }
                reviews.append(
                    Review(
                        file: file, name: subject.name == file ? "" : subject.name, origin: subject.origin.rawValue,
                        findings: referee.findings(in: subject)))
            }
        }
        if fits.count > 1 {
            reviews.append(
                Review(
                    file: "", name: "the levels together", origin: "levels",
                    findings: LevelBalance().findings(for: fits)))
        }
        try output.writeJSON(text: ReviewDocument(reviews, softwareVersion: InterphaseCommand.version).json)
        if output.printsTable {
            let colour = CommandSupport.usesColour(standardOutput: true)
            print(ReviewTable(reviews, hidesNotes: noNotes, useColour: colour).text, terminator: "")
        }
        let least = strict ? Finding.Severity.warning : .error
        if reviews.contains(where: { $0.findings.contains { $0.severity >= least } }) {
            throw ExitCode(ExitStatus.findings.rawValue)
        }
    }

    /// What there is to review in the file, or the recipe of that name.
    private func subjects(in file: String) throws -> [ReviewSubject] {
        guard FileManager.default.fileExists(atPath: file) else { return [try recipe(named: file)] }
        guard let content = FileManager.default.contents(atPath: file) else {
            throw ReadError.unreadable(file: file, reason: "the system refuses to")
        }
        if FitResultFile.recognises(content) { return [try FitResultFile(content, path: file).subject()] }
        if Self.isRecipe(file, content) { return [try recipe(named: file)] }
        return try storedFits(in: file)
    }

    private static func isRecipe(_ file: String, _ content: Data) -> Bool {
        if [".yaml", ".yml"].contains(where: file.lowercased().hasSuffix) { return true }
        let start = String(decoding: content.prefix(4000), as: UTF8.self)
        return start.split(separator: "\n").contains { $0.hasPrefix("interphase:") }
    }

    private func recipe(named name: String) throws -> ReviewSubject {
        let recipe = try FitRecipeSource.recipe(named: name)
        var measured: Spectrum?
        if let data {
            let file = try SpectrumFile(contentsOf: data, options: reading.options)
            measured = try SpectrumSelection(file: file).choose(named: spectrum, level: recipe.model.level)
        }
        do {
            return try ReviewSubject(recipe: recipe, name: name, spectrum: measured)
        } catch let error as FitError {
            throw CommandFailure(.badData, "\(name): \(error)")
        }
    }

    /// The fits that CasaXPS stored in a file, or whose curves it exported.
    private func storedFits(in file: String) throws -> [ReviewSubject] {
        let contents = try SpectrumFile(contentsOf: file, options: reading.options)
        for note in contents.notes { output.say("\(file): \(note)") }
        let chosen = try spectrum.map { [try SpectrumSelection(file: contents).choose(named: $0, level: nil)] }
        var subjects: [ReviewSubject] = []
        for spectrum in chosen ?? contents.spectra {
            guard !CasaXPSAnnotations(comments: spectrum.comments).components.isEmpty else {
                // An export holds the curves instead of the parameters.
                if let drawn = ReviewSubject(exportedWith: spectrum) { subjects.append(drawn) }
                continue
            }
            do {
                for fit in try spectrum.casaXPSFits() {
                    var subject = try ReviewSubject(fit, level: spectrum.level)
                    subject.name = "\(spectrum.name), \(subject.name)"
                    subject.photonEnergy = spectrum.axis.photonEnergy
                    subjects.append(subject)
                }
            } catch let error as FitError {
                output.say("\(file): \(spectrum.name): not reviewed: \(error)")
            }
        }
        guard !subjects.isEmpty else {
            throw CommandFailure(
                .badData,
                "\(file): expected a recipe, a result of interphase fit, or a file with fits stored by CasaXPS; found "
                    + "\(contents.spectra.count) spectra without stored fits (to review a recipe for them: --data)")
        }
        return subjects
    }
}
