import ArgumentParser
import Foundation
import Interphase

/// `interphase convert FILE -o OUT`: the same spectra in another format.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write the spectra of a file in another format: VAMAS, CSV or XY.",
        discussion: """
            Examples:
              interphase convert s2p.csv -o s2p.vms --photon-energy 1486.6
              interphase convert cathode.vms --spectrum "S 2p" -o s2p.csv
            """)

    @Argument(help: ArgumentHelp("A file of any known format.", valueName: "file"))
    var file: String

    @Option(name: [.short, .customLong("output")], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Option(help: "The format to write; without it the extension of the output decides: vamas, csv or xy.")
    var format: SpectrumOutputFormat?

    @Option(
        name: .customLong("spectrum"),
        help: ArgumentHelp("Write only spectra of this name, or #3 for the third; may be repeated.", valueName: "name"))
    var names: [String] = []

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    mutating func run() async throws {
        guard let format = format ?? SpectrumOutputFormat(path: output) else {
            let known = SpectrumOutputFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .usage, "\(output): the extension names no known format; state it with --format (\(known))")
        }
        let paths = [file, output].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        guard paths[0] != paths[1] else {
            throw CommandFailure(.usage, "\(output): is the file that is read; write to another one")
        }
        var contents = try SpectrumFile(contentsOf: file, options: reading.options)
        if !quiet { for note in contents.notes { CommandSupport.complain("\(file): \(note)") } }
        if names.isEmpty, format == .vamas, let experiment = try? VAMASExperiment(contentsOf: file) {
            // From VAMAS to VAMAS nothing of the file gets lost, not even what a spectrum has no place for.
            try experiment.write(to: output)
        } else {
            contents.spectra = try selected(contents)
            try contents.write(to: output, as: format)
        }
        let count = contents.spectra.count
        if !quiet { print("\(output): \(count) \(count == 1 ? "spectrum" : "spectra") written as \(format.rawValue)") }
    }

    /// The spectra asked for, all where nothing was asked.
    private func selected(_ contents: SpectrumFile) throws -> [Spectrum] {
        guard !names.isEmpty else { return contents.spectra }
        return try names.flatMap { name in
            let found = contents.spectra.filter { $0.name.trimmingCharacters(in: .whitespaces) == name }
            if !found.isEmpty { return found }
            if name.hasPrefix("#"), let number = Int(name.dropFirst()), number > 0, number <= contents.spectra.count {
                return [contents.spectra[number - 1]]
            }
            let known = contents.spectra.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw CommandFailure(.badData, "\(file): no spectrum \"\(name)\"; there are \(known)")
        }
    }
}

extension SpectrumOutputFormat: ExpressibleByArgument {}
