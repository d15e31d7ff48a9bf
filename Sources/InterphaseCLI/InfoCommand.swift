import ArgumentParser
import Foundation
import Interphase

/// `interphase info FILE...`: what is inside the files.
struct InfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what is inside files: every spectrum or diffraction scan with its range.",
        discussion: """
            Example:
              interphase info cathode.vms
              interphase info *.vms --json contents.json
            """)

    @Argument(help: ArgumentHelp("Files of any known format.", valueName: "file"))
    var files: [String]

    @Option(help: "Read the files as xps or xrd; without it their content decides.")
    var technique: Technique?

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        var report = InfoReport()
        // The report keeps what it tells of every file.
        let isReporting = output.json || output.jsonFile != nil
        var failure: ExitStatus?
        for path in files {
            do {
                let measurement = try MeasurementFile(
                    contentsOf: path, technique: technique, options: reading.options)
                switch measurement {
                case .spectra(let file):
                    if isReporting { report.files.append(InfoReport.File(file)) }
                    if output.printsTable { print(InfoTable.text(of: file)) }
                case .patterns(let file):
                    if isReporting { report.files.append(InfoReport.File(file)) }
                    if output.printsTable { print(InfoTable.text(of: file)) }
                }
            } catch {
                // The other files are shown all the same; the first failure decides the exit code.
                CommandSupport.complain("interphase: \(error)")
                report.errors.append(InfoReport.Failure(file: path, message: "\(error)"))
                failure = failure ?? CommandSupport.status(of: error)
            }
        }
        try output.writeJSON(report)
        if let failure { throw ExitCode(failure.rawValue) }
    }
}

/// What a user can state about files that do not say it themselves.
struct ReadingOptions: ParsableArguments {
    @Option(help: "What the energies of a text file count: binding or kinetic.")
    var axis: EnergyScale?

    @Option(help: ArgumentHelp("The photon energy where the file has none.", valueName: "eV"))
    var photonEnergy: Double?

    @Option(help: "The unit of intensities where the file does not say: counts, counts/s or arbitrary.")
    var unit: IntensityUnit?

    /// The same for the reader.
    var options: ReadOptions { ReadOptions(energyScale: axis, photonEnergy: photonEnergy, unit: unit) }

    func validate() throws {
        if let photonEnergy, !(photonEnergy > 0 && photonEnergy < 1e5) {
            throw ValidationError("--photon-energy \(photonEnergy): expected an energy in eV above 0")
        }
    }
}

extension EnergyScale: ExpressibleByArgument {}
extension IntensityUnit: ExpressibleByArgument {}
extension Technique: ExpressibleByArgument {}
