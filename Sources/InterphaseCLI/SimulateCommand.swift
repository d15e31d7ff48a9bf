import ArgumentParser
import Foundation
import Interphase

/// `interphase simulate RECIPE -o OUT`: spectra with known truth.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Simulate a spectrum with known truth from a recipe.",
        discussion: """
            The truth is the recipe with every parameter at its start (or fixed) value, areas included; counts are \
            Poisson numbers. The file says that it is simulated, and carries the recipe in its comments.

            Example:
              interphase simulate truth.yaml -o s2p.vms --seed 7 --constant 1500 --shirley 0.06
            """)

    @Argument(help: ArgumentHelp("A recipe in which every component has an area.", valueName: "recipe"))
    var recipe: String

    @Option(name: [.short, .customLong("output")], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Option(help: "The format to write; without it the extension of the output decides: vamas, csv or xy.")
    var format: SpectrumOutputFormat?

    @Option(help: "The seed of the random numbers: the same seed gives the same spectrum.")
    var seed: UInt32 = 1

    @Option(help: ArgumentHelp("The constant background.", valueName: "counts"))
    var constant = 1000.0

    @Option(help: ArgumentHelp("The slope of the background, counts per eV.", valueName: "slope"))
    var slope = 0.0

    @Option(help: ArgumentHelp("The Shirley step: its height per peak area, 1/eV.", valueName: "strength"))
    var shirley = 0.05

    @Option(help: ArgumentHelp("The energy step.", valueName: "eV"))
    var step = 0.05

    @Option(help: ArgumentHelp("The photon energy.", valueName: "eV"))
    var photonEnergy = 1486.6

    @Option(help: ArgumentHelp("A charging shift: measured energies are higher by this much.", valueName: "eV"))
    var charging = 0.0

    @Option(help: "The number of sweeps that the file states.")
    var sweeps = 10

    @Option(help: ArgumentHelp("The dwell time that the file states.", valueName: "s"))
    var dwell = 0.1

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        guard step > 0, step.isFinite else { throw ValidationError("--step \(step): expected a step above 0 eV") }
        guard constant >= 0, constant.isFinite else {
            throw ValidationError("--constant \(constant): expected counts, 0 or more")
        }
        guard sweeps > 0 else { throw ValidationError("--sweeps \(sweeps): expected 1 or more") }
        guard dwell > 0, dwell.isFinite else { throw ValidationError("--dwell \(dwell): expected a time above 0 s") }
        guard photonEnergy > 0, photonEnergy.isFinite, charging.isFinite, slope.isFinite, shirley.isFinite else {
            throw ValidationError("expected finite numbers and a photon energy above 0 eV")
        }
    }

    mutating func run() async throws {
        let truth = try FitRecipeSource.recipe(named: recipe)
        guard let window = truth.model.window ?? truth.model.level?.reference?.window else {
            throw CommandFailure(.badData, "\(recipe): needs a window, the range of energies to simulate")
        }
        guard let format = format ?? SpectrumOutputFormat(path: output) else {
            throw CommandFailure(.usage, "\(output): the extension names no known format; state it with --format")
        }
        let count = Int(((window.upperBound - window.lowerBound) / step).rounded())
        guard count >= 2, count < 10_000_000 else {
            throw CommandFailure(.usage, "--step \(step): gives \(count + 1) points; expected 3 to 10 million")
        }
        let energies = (0...count).map { window.lowerBound + step * Double($0) }
        var numbers = RandomNumbers(seed: seed)
        var spectrum = try truth.model.simulatedSpectrum(
            at: energies, background: SimulatedBackground(constant: constant, slope: slope, shirley: shirley),
            acquisition: Acquisition(sweeps: sweeps, dwellTime: dwell, source: "simulated"),
            photonEnergy: photonEnergy, numbers: &numbers)
        // Files run from high to low binding energy, as spectrometers measure.
        let measured = energies.reversed().map { photonEnergy - $0 - charging }
        spectrum.axis = EnergyAxis(Array(measured), scale: .kinetic, photonEnergy: photonEnergy)
        spectrum.intensities.reverse()
        spectrum.comments = comments(truth)
        let file = SpectrumFile(
            path: output, format: format.rawValue, spectra: [spectrum],
            comments: ["SIMULATED by interphase \(InterphaseCommand.version): no measurement"])
        try file.write(to: output, as: format)
        if !quiet { print("\(output): \(spectrum.axis.count) simulated points of \(spectrum.name), seed \(seed)") }
    }

    private func comments(_ truth: Recipe) -> [String] {
        [
            "SIMULATED spectrum, no measurement. Poisson counts around the model below.",
            "seed \(seed); background: constant \(constant), slope \(slope) per eV, shirley \(shirley) per eV; charging "
                + "\(charging) eV",
        ] + truth.yaml.split(separator: "\n").map(String.init)
    }
}
