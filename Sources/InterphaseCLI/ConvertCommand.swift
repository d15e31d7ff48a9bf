import ArgumentParser
import Foundation
import Interphase

/// `interphase convert FILE -o OUT`: the same spectra in another format.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write the spectra or scans of a file in another format.",
        discussion: """
            Examples:
              interphase convert s2p.csv -o s2p.vms --photon-energy 1486.6
              interphase convert cathode.vms --spectrum "S 2p" -o s2p.csv
              interphase convert cathode.vms -o cathode.nxs
              interphase convert scan.xrdml -o scan.xye
            """)

    @Argument(help: ArgumentHelp("A file of any known format.", valueName: "file"))
    var file: String

    @Option(name: [.short, .customLong("output")], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Option(
        help:
            "The format to write; without it the extension of the output decides: vamas, csv, xy, nexus; for diffraction xye and cif too."
    )
    var format: ConversionFormat?

    @Option(
        name: .customLong("spectrum"),
        help: ArgumentHelp("Write only spectra of this name, or #3 for the third; may be repeated.", valueName: "name"))
    var names: [String] = []

    @Option(help: "Read the file as xps or xrd; without it the content decides.")
    var technique: Technique?

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    mutating func run() async throws {
        guard let format = format ?? ConversionFormat(path: output) else {
            let known = ConversionFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .usage, "\(output): the extension names no known format; state it with --format (\(known))")
        }
        let paths = [file, output].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        guard paths[0] != paths[1] else {
            throw CommandFailure(.usage, "\(output): is the file that is read; write to another one")
        }
        switch try MeasurementFile(contentsOf: file, technique: technique, options: reading.options) {
        case .spectra(var contents):
            say(contents.notes)
            if names.isEmpty, format == .vamas, let experiment = try? VAMASExperiment(contentsOf: file) {
                // From VAMAS to VAMAS nothing of the file gets lost, not even what a spectrum has no place for.
                try experiment.write(to: output)
            } else {
                contents.spectra = try selected(contents.spectra) { $0.name }
                if format == .nexus { contents.drawCasaXPSFits() }
                try AtomicFile.write(format.data(contents), to: output)
            }
            report(contents.spectra.count, "spectrum", "spectra", format)
        case .patterns(var contents):
            say(contents.notes)
            contents.patterns = try selected(contents.patterns) { $0.name }
            try AtomicFile.write(format.data(contents), to: output)
            report(contents.patterns.count, "scan", "scans", format)
        }
    }

    private func say(_ notes: [String]) {
        if !quiet { for note in notes { CommandSupport.complain("\(file): \(note)") } }
    }

    private func report(_ count: Int, _ one: String, _ several: String, _ format: ConversionFormat) {
        if !quiet { print("\(output): \(count) \(count == 1 ? one : several) written as \(format.rawValue)") }
    }

    /// The spectra or scans asked for, all where nothing was asked.
    private func selected<Item>(_ items: [Item], name: (Item) -> String) throws -> [Item] {
        guard !names.isEmpty else { return items }
        return try names.flatMap { wanted in
            let found = items.filter { name($0).trimmingCharacters(in: .whitespaces) == wanted }
            if !found.isEmpty { return found }
            if wanted.hasPrefix("#"), let number = Int(wanted.dropFirst()), number > 0, number <= items.count {
                return [items[number - 1]]
            }
            let known = items.map { "\"\(name($0))\"" }.joined(separator: ", ")
            throw CommandFailure(.badData, "\(file): no spectrum \"\(wanted)\"; there are \(known)")
        }
    }
}

extension ConversionFormat: ExpressibleByArgument {}
extension SpectrumOutputFormat: ExpressibleByArgument {}
