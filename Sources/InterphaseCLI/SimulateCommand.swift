import ArgumentParser
import Foundation
import Interphase

/// `interphase simulate RECIPE -o OUT`: spectra with known truth.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Simulate a spectrum or a powder pattern with known truth.",
        discussion: """
            The truth is the recipe with every parameter at its start (or fixed) value, areas included; counts are \
            Poisson numbers. The file says that it is simulated, and carries the recipe in its comments.

            With --species the truth is a species of the reference library instead: one spectrum for each of its \
            levels, at its published positions, with the splittings and usual widths of the levels. Its sources are \
            written into the file.

            With --phases it is a powder pattern of a mixture of phases of known masses, without texture and \
            microabsorption, on a diffractometer of usual widths. --constant is its background, --step in degrees.

            Examples:
              interphase simulate truth.yaml -o s2p.vms --seed 7 --constant 1500 --shirley 0.06
              interphase simulate --species LiNbO3 -o linbo3.vms --seed 3
              interphase simulate --phases "LiCoO2=97, Co3O4=3" -o lco.csv --two-theta 15:80
            """)

    @Argument(help: ArgumentHelp("A recipe in which every component has an area.", valueName: "recipe"))
    var recipe: String?

    @Option(help: ArgumentHelp("A species of the reference library, instead of a recipe.", valueName: "name"))
    var species: String?

    @Option(help: ArgumentHelp("The area of each level with --species.", valueName: "counts eV"))
    var area = 20_000.0

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

    @Option(
        help: ArgumentHelp(
            "The step: of energies in eV (0.05 if left out), of angles in degrees (0.02).", valueName: "step"))
    var step: Double?

    @Option(help: ArgumentHelp("The photon energy.", valueName: "eV"))
    var photonEnergy = 1486.6

    @Option(help: ArgumentHelp("A charging shift: measured energies are higher by this much.", valueName: "eV"))
    var charging = 0.0

    @Option(help: "The number of sweeps that the file states.")
    var sweeps = 10

    @Option(help: ArgumentHelp("The dwell time that the file states.", valueName: "s"))
    var dwell = 0.1

    @OptionGroup var mixture: SimulatedPatternOptions

    @Option(
        help: ArgumentHelp(
            "Simulate a map of so many places along x and y, each with noise of its own, as one VAMAS file.",
            valueName: "columns x rows"))
    var map: String?

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        let asked = [recipe, species, mixture.phases].compactMap { $0 }
        guard asked.count == 1 else {
            throw ValidationError("What should be simulated? Give one of a recipe, --species and --phases")
        }
        guard area > 0, area.isFinite else { throw ValidationError("--area \(area): expected an area above 0") }
        if let step, !(step > 0 && step.isFinite) { throw ValidationError("--step \(step): expected a step above 0") }
        guard constant >= 0, constant.isFinite else {
            throw ValidationError("--constant \(constant): expected counts, 0 or more")
        }
        guard sweeps > 0 else { throw ValidationError("--sweeps \(sweeps): expected 1 or more") }
        guard dwell > 0, dwell.isFinite else { throw ValidationError("--dwell \(dwell): expected a time above 0 s") }
        if let map, mapSize == nil {
            throw ValidationError("--map \(map): expected two numbers from 1 to 100000, such as 300x200")
        }
        if map != nil, recipe == nil { throw ValidationError("--map needs a recipe") }
        guard photonEnergy > 0, photonEnergy.isFinite, charging.isFinite, slope.isFinite, shirley.isFinite else {
            throw ValidationError("expected finite numbers and a photon energy above 0 eV")
        }
    }

    mutating func run() async throws {
        if mixture.phases != nil { return try writePattern() }
        guard let format = format ?? SpectrumOutputFormat(path: output) else {
            throw CommandFailure(.usage, "\(output): the extension names no known format; state it with --format")
        }
        var numbers = RandomNumbers(seed: seed)
        if let mapSize {
            guard format == .vamas else { throw CommandFailure(.usage, "\(output): a map is written as VAMAS only") }
            return try writeMap(columns: mapSize.columns, rows: mapSize.rows, &numbers)
        }
        let spectra = try truths().map { try simulated($0, &numbers) }
        let file = SpectrumFile(
            path: output, format: format.rawValue, spectra: spectra,
            comments: ["SIMULATED by interphase \(InterphaseCommand.version): no measurement"])
        try file.write(to: output, as: format)
        guard !quiet else { return }
        for spectrum in spectra {
            print("\(output): \(spectrum.axis.count) simulated points of \(spectrum.name), seed \(seed)")
        }
    }

    private func writePattern() throws {
        // Only this format names the wavelength and says that the pattern is simulated.
        guard output.lowercased().hasSuffix(".csv"), format == nil || format == .csv else {
            throw CommandFailure(.usage, "\(output): a simulated pattern is written as .csv; convert it afterwards")
        }
        let pattern = try mixture.pattern(step: step ?? 0.02, background: constant, seed: seed) { remark in
            if !quiet { CommandSupport.complain(remark) }
        }
        guard let pattern else { return }
        try pattern.write(to: output, as: .csv)
        if !quiet { print("\(output): \(pattern.axis.count) simulated points, \(pattern.sample), seed \(seed)") }
    }

    private var mapSize: (columns: Int, rows: Int)? {
        let parts = (map ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let columns = parts[0], let rows = parts[1], (1...100_000).contains(columns),
            (1...100_000).contains(rows), columns * rows > 1
        else { return nil }
        return (columns, rows)
    }

    /// Writes a map spectrum by spectrum, however many there are.
    private func writeMap(columns: Int, rows: Int, _ numbers: inout RandomNumbers) throws {
        guard let truth = try truths().first else { return }
        var experiment = VAMASExperiment(
            spectra: [try simulated(truth, &numbers)],
            comments: ["SIMULATED by interphase \(InterphaseCommand.version): no measurement"] + comments(truth))
        experiment.mode = .map
        experiment.spectralRegions = 1
        experiment.fullMap = .init(positions: columns * rows, xCoordinates: columns, yCoordinates: rows)
        try experiment.write(to: output, blocks: columns * rows) { index in
            var spectrum = try simulated(truth, &numbers)
            spectrum.comments = []
            var block = VAMASExperiment(spectra: [spectrum]).blocks[0]
            block.position = .init(x: Double(index % columns), y: Double(index / columns))
            return block
        }
        if !quiet { print("\(output): \(columns * rows) simulated spectra, seed \(seed)") }
    }

    /// What is simulated, and what is said of where it comes from.
    private struct Truth {
        var recipe: Recipe
        var window: ClosedRange<Double>
        var sample: String
        var remarks: [String]
    }

    private func truths() throws -> [Truth] {
        if let species { return try truths(ofSpecies: species) }
        let name = recipe ?? ""
        let truth = try FitRecipeSource.recipe(named: name)
        guard let window = truth.model.window ?? truth.model.level?.reference?.window else {
            throw CommandFailure(.badData, "\(name): needs a window, the range of energies to simulate")
        }
        return [Truth(recipe: truth, window: window, sample: "simulated", remarks: [])]
    }

    /// One truth for each level of the species of which the library knows width and splitting.
    private func truths(ofSpecies name: String) throws -> [Truth] {
        guard let species = ReferenceLibrary.species(named: name) else {
            let near = ReferenceLibrary.speciesNames(closeTo: name)
            let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
            throw CommandFailure(.usage, "--species: the library has no \"\(name)\"\(hint) (see: interphase species)")
        }
        let truths = species.lines.compactMap { line -> Truth? in
            guard let reference = line.level.reference else { return nil }
            let splitting = reference.splitting?.default ?? 0
            let component = Component(
                name: species.name, position: .fixed(line.position), width: .fixed(reference.width.start),
                area: .fixed(area))
            let window = (line.position - 5)...(line.position + splitting + 7)
            let sources = line.sources.compactMap { ReferenceLibrary.source($0)?.citation }
            return Truth(
                recipe: Recipe(model: PeakModel(level: line.level, window: window, components: [component])),
                window: window, sample: "simulated \(species.name)",
                remarks: ["position \(line.position) eV: \(sources.joined(separator: "; "))"])
        }
        guard !truths.isEmpty else {
            throw CommandFailure(.badData, "\(species.name): no level of it has a reference width to simulate with")
        }
        return truths
    }

    private func simulated(_ truth: Truth, _ numbers: inout RandomNumbers) throws -> Spectrum {
        let step = step ?? 0.05
        let count = Int(((truth.window.upperBound - truth.window.lowerBound) / step).rounded())
        guard count >= 2, count < 10_000_000 else {
            throw CommandFailure(.usage, "--step \(step): gives \(count + 1) points; expected 3 to 10 million")
        }
        let energies = (0...count).map { truth.window.lowerBound + step * Double($0) }
        var spectrum = try truth.recipe.model.simulatedSpectrum(
            at: energies, background: SimulatedBackground(constant: constant, slope: slope, shirley: shirley),
            acquisition: Acquisition(sweeps: sweeps, dwellTime: dwell, source: "simulated"),
            photonEnergy: photonEnergy, numbers: &numbers)
        // Files run from high to low binding energy, as spectrometers measure.
        let measured = energies.reversed().map { photonEnergy - $0 - charging }
        spectrum.axis = EnergyAxis(Array(measured), scale: .kinetic, photonEnergy: photonEnergy)
        spectrum.intensities.reverse()
        spectrum.sample = truth.sample
        spectrum.comments = comments(truth)
        return spectrum
    }

    private func comments(_ truth: Truth) -> [String] {
        [
            "SIMULATED spectrum, no measurement. Poisson counts around the model below.",
            "seed \(seed); background: constant \(constant), slope \(slope) per eV, shirley \(shirley) per eV; charging "
                + "\(charging) eV",
        ] + truth.remarks + truth.recipe.yaml.split(separator: "\n").map(String.init)
    }
}
