import ArgumentParser
import Foundation
import Interphase

/// `interphase casa FILE.vms`: draw the fits that CasaXPS stored in a file, and compare.
struct CasaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "casa", abstract: "Draw the CasaXPS fits stored in a VAMAS file, compare, fit anew, write back.",
        discussion: """
            Every region with components is drawn from its stored numbers alone, with CasaXPS's own rules for line \
            shapes, backgrounds, areas and widths, and held against the data. --refit fits the stored model anew from \
            its stored numbers, as CasaXPS fits: every point alike, background subtracted first.

            Examples:
              interphase casa assigned.vms
              interphase casa assigned.vms --refit --json casa.json
              interphase casa assigned.vms --spectrum "#8" --refit --write refitted.vms
            """)

    @Argument(help: ArgumentHelp("A VAMAS file that CasaXPS has saved.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp("Only this spectrum: its name, or #3 for the third. Default: all.", valueName: "name"))
    var spectrum: String?

    @Flag(help: "Fit every stored model anew under CasaXPS's objective.")
    var refit = false

    @Option(
        help: ArgumentHelp(
            "Write the file with the numbers of the new fits in place of the stored ones; implies --refit.",
            valueName: "file.vms"))
    var write: String?

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        if let write,
            URL(fileURLWithPath: write).resolvingSymlinksInPath()
                == URL(fileURLWithPath: file)
                .resolvingSymlinksInPath()
        {
            throw CommandFailure(.usage, "\(write): is the file that is read; write to another one")
        }
        let contents = try SpectrumFile(contentsOf: file, options: reading.options)
        for note in contents.notes { output.say("\(file): \(note)") }
        let chosen = try spectrum.map { try SpectrumSelection(file: contents).choose(named: $0, level: nil) }
        let entries = contents.spectra.enumerated().compactMap { index, candidate in
            chosen == nil || chosen == candidate ? entry(index, candidate) : nil
        }
        let source = FitSource(file: file, spectrum: spectrum ?? "", sha256: try FileDigest.sha256(ofFileAt: file))
        let document = CasaXPSDocument(
            source: source, entries: entries, softwareVersion: InterphaseCommand.version)
        try output.writeJSON(text: document.json)
        if output.printsTable { print(document.text, terminator: "") }
        if let write { try self.write(entries, of: contents, to: write) }
    }

    /// The stored fits of one spectrum; `nil` where it has none.
    private func entry(_ index: Int, _ spectrum: Spectrum) -> CasaXPSDocument.Entry? {
        var entry = CasaXPSDocument.Entry(
            number: index + 1, name: spectrum.name, sample: spectrum.sample, comparisons: [])
        do {
            entry.comparisons = try spectrum.casaXPSComparisons(refits: refit || write != nil)
        } catch {
            entry.problem = "\(error)"
        }
        return entry.comparisons.isEmpty && entry.problem == nil ? nil : entry
    }

    /// Writes the file with the new numbers; everything else of it stays as it is.
    private func write(_ entries: [CasaXPSDocument.Entry], of contents: SpectrumFile, to path: String) throws {
        var experiment = try VAMASExperiment(contentsOf: file)
        let blocks = try experiment.blocks(of: contents)
        var changed = 0
        for (index, block) in blocks.enumerated() {
            guard let entry = entries.first(where: { $0.number == index + 1 }) else { continue }
            var annotations = CasaXPSAnnotations(comments: experiment.blocks[block].comments)
            for comparison in entry.comparisons {
                guard let stored = comparison.fit, let fit = comparison.refit, fit.convergence.converged else {
                    continue
                }
                annotations.update(stored, with: fit)
                changed += 1
            }
            experiment.blocks[block].comments = annotations.comments
        }
        try experiment.write(to: path)
        output.say("\(path): written with the numbers of \(changed) new \(changed == 1 ? "fit" : "fits")")
    }
}
