import ArgumentParser
import Foundation
import Interphase

/// `interphase pattern FILE.cif`: the powder pattern that a structure gives.
struct PatternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pattern", abstract: "Compute the powder pattern of a crystal structure.",
        discussion: """
            Positions are those of the first line of the radiation, K-alpha-1. Intensities are relative, the strongest \
            is 100; they include anomalous dispersion at the wavelength, displacements, Lorentz and polarisation factors.

            Example:
              interphase pattern Co3O4.cif --wavelength CuKa --two-theta 10:90
            """)

    @Argument(help: ArgumentHelp("A CIF.", valueName: "file.cif"))
    var file: String

    @Option(help: "The radiation: CuKa, CuKa1, CoKa, MoKa, AgKa, CrKa, FeKa, or a wavelength in Angstrom.")
    var wavelength: String = "CuKa"

    @Option(help: ArgumentHelp("The range of diffraction angles in degrees.", valueName: "from:to"))
    var twoTheta: String = "0:120"

    @Option(
        help: ArgumentHelp("2 theta of a mosaic monochromator: 26.6 for graphite and Cu K-alpha.", valueName: "deg"))
    var monochromator: Double?

    @Flag(help: "The divergence slit keeps the lit length constant: intensities times sin(theta).")
    var variableSlit = false

    @Flag(help: "Atoms with a stated charge scatter as ions instead of neutral atoms.")
    var ionic = false

    @Flag(help: "Leave f' and f'' out, to compare with programs that do.")
    var noDispersion = false

    @Option(help: ArgumentHelp("The data block to use; the first with a structure if left out.", valueName: "name"))
    var block: String?

    @Option(help: ArgumentHelp("The table leaves out weaker lines; JSON has all.", valueName: "percent"))
    var minimum: Double = 0.5

    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        let settings = try settings()
        let structure = try CrystalStructure(contentsOf: URL(fileURLWithPath: file), block: block)
        let pattern: PowderPattern
        do { pattern = try PowderPattern(structure, settings: settings) } catch {
            throw CommandFailure(.badData, "\(file): \(error)")
        }
        for finding in structure.findings + pattern.findings {
            output.say("\(finding.severity.rawValue): \(finding.message)")
        }
        if output.printsTable { print(PatternTable.text(structure, pattern, minimum: minimum)) }
        try output.writeJSON(PatternReport(structure, pattern, file: file))
    }

    private func settings() throws -> PowderPattern.Settings {
        guard let emission = EmissionSpectrum(wavelength) else {
            throw ValidationError(
                "--wavelength \(wavelength): expected \(EmissionSpectrum.anodes.map { $0 + "Ka" }.joined(separator: ", ")), "
                    + "with 1 at the end for K-alpha-1 alone, or a wavelength in Angstrom")
        }
        let bounds = twoTheta.split(separator: ":").compactMap { Double($0) }
        guard bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1], bounds[1] <= 180 else {
            throw ValidationError("--two-theta \(twoTheta): expected two angles from 0 to 180 degrees, such as 10:90")
        }
        if let monochromator, !(monochromator > 0 && monochromator < 90) {
            throw ValidationError("--monochromator \(monochromator): expected an angle 2 theta from 0 to 90 degrees")
        }
        return PowderPattern.Settings(
            emission: emission, twoTheta: bounds[0]...bounds[1],
            optics: LorentzPolarization(
                monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none,
                slit: variableSlit ? .variable : .fixed),
            usesDispersion: !noDispersion, isIonic: ionic)
    }
}
