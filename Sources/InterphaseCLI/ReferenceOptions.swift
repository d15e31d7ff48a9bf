import ArgumentParser
import Foundation
import Interphase

/// Referencing of the energy scale to a line of another spectrum of the same file.
struct ReferenceOptions: ParsableArguments {
    @Option(
        name: .customLong("reference-recipe"),
        help: ArgumentHelp(
            "Reference energies to a line of another spectrum of the same file: the recipe that fits it.",
            valueName: "recipe"))
    var recipe: String?

    @Option(
        name: .customLong("reference-line"),
        help: ArgumentHelp("The component of that recipe which is the reference.", valueName: "component"))
    var line: String?

    @Option(
        name: .customLong("reference-energy"),
        help: ArgumentHelp("The binding energy that the line is given, such as 284.8.", valueName: "eV"))
    var energy: Double?

    @Option(
        name: .customLong("reference-u"),
        help: ArgumentHelp("The standard uncertainty of that energy.", valueName: "eV"))
    var uncertainty: Double?

    func validate() throws {
        let given = [recipe != nil, line != nil, energy != nil]
        guard given.contains(true) || uncertainty != nil else { return }
        guard !given.contains(false) else {
            throw ValidationError("--reference-recipe, --reference-line and --reference-energy go together")
        }
        if let energy, !energy.isFinite { throw ValidationError("--reference-energy: expected a number in eV") }
        if let uncertainty, !(0...10).contains(uncertainty) {
            throw ValidationError("--reference-u \(uncertainty): expected a number of eV from 0 to 10")
        }
    }

    /// The reference that `file` gives; `nil` where none is asked for.
    func reference(in file: SpectrumFile) throws -> EnergyReference? {
        guard let recipe, let line, let energy else { return nil }
        let source = try FitRecipeSource.recipe(named: recipe)
        let spectrum = try SpectrumSelection(file: file).choose(named: nil, level: source.model.level)
        do {
            let fit = try source.model.fit(spectrum, options: FitOptions(weighting: source.weighting))
            return try EnergyReference(line, of: fit, at: Measured(energy, standardUncertainty: uncertainty))
        } catch let error as FitError {
            throw CommandFailure(.badData, "\(file.path): \(spectrum.name) as reference: \(error)")
        }
    }
}
