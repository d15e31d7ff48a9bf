import ArgumentParser
import Foundation
import Interphase

/// `interphase identify FILE`: which phases a pattern shows, and how much of each.
struct IdentifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify", abstract: "Find the crystalline phases of a diffraction pattern.",
        discussion: """
            Candidates are the phases that come along, and all CIFs of --phases folders. Shares are weight fractions of \
            the crystalline phases found.

            Examples:
              interphase identify coated.xrdml --elements Li,Co,Ti,O --ask Co3O4,Li2TiO3
              interphase identify mixture.xy --wavelength CuKa --monochromator 26.6 --phases my-cifs
              interphase identify same.xrdml --elements-from survey.json --report same.html
            """)

    @Argument(help: ArgumentHelp("A diffraction pattern of any known format.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The elements that may occur, as Li,Co,O.", valueName: "list"))
    var elements: String?

    @Option(
        name: .customLong("phases"),
        help: ArgumentHelp("A CIF, or a folder whose CIFs are candidates too. Repeat for more.", valueName: "path"))
    var folders: [String] = []

    @Flag(help: "Use the phases of --phases alone, not those that come along.")
    var onlyThese = false

    @Flag(help: "Do not keep the computed lines of --phases folders in the cache folder for the next time.")
    var noIndex = false

    @OptionGroup var radiation: RadiationOptions
    @OptionGroup var scans: ScanOptions

    @Option(
        help: ArgumentHelp("2 theta of a mosaic monochromator: 26.6 for graphite and Cu K-alpha.", valueName: "deg"))
    var monochromator: Double?

    @Flag(help: "The divergence slit keeps the lit length constant: intensities times sin(theta).")
    var variableSlit = false

    @Option(
        help: ArgumentHelp(
            "Phases asked about, as Co3O4,Li2TiO3: where one is not found, how much of it could hide.",
            valueName: "names"))
    var ask: String?

    @Flag(help: "List every peak with the reflection that explains it.")
    var peaks = false

    @Option(help: ArgumentHelp("The most phases to accept.", valueName: "number"))
    var maximum = 8

    @OptionGroup var figures: FigureOptions
    @OptionGroup var tables: TableOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write the phases as CSV.", valueName: "file.csv"))
    var csv: String?

    @Option(help: ArgumentHelp("Draw pattern, phases and difference as SVG, PNG or PDF.", valueName: "file.svg"))
    var plot: String?

    @Option(
        help: ArgumentHelp(
            "Take the elements from a quantification of the same specimen, as quantify --json writes it.",
            valueName: "file.json"))
    var elementsFrom: String?

    @Option(
        name: .customLong("surface"),
        help: ArgumentHelp(
            "Compare with a quantification of the same specimen, without taking its elements for all there are.",
            valueName: "file.json"))
    var surfaceFile: String?

    @Option(
        help: ArgumentHelp(
            "Write figure, phases, evidence, peaks and surface as one HTML page.", valueName: "file.html"))
    var report: String?

    @Flag(help: "Put data and curves into the JSON.")
    var curves = false

    mutating func run() async throws {
        let (contents, pattern, curve) = try scans.read(file, radiation: radiation.stated)
        for note in contents.notes { output.say("\(file): \(note)") }
        let emission = try radiation.emission(of: pattern, file: file)
        let surface = try surface()
        let elements = try elementSet(surface)
        let candidates = try self.candidates(emission, elements)
        let identification: PhaseIdentification
        do {
            identification = try PhaseIdentification(
                curve, emission: emission, prepared: candidates,
                optics: LorentzPolarization(
                    monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none,
                    slit: variableSlit ? .variable : .fixed),
                options: IdentificationOptions(
                    elements: elements, maximumPhases: maximum,
                    asked: ask.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } } ?? []))
        } catch let error as PatternError {
            throw CommandFailure(.badData, "\(file): \(error)")
        }
        for omission in identification.leftOut { output.say("left out: \(omission)") }
        let table = PhaseTable(identification, surface: surface)
        if output.printsTable {
            if peaks { print(table.peakText + "\n") }
            print(table.text)
        }
        if let plot { try figures.write(RefinementPlot(identification, unit: pattern.unit), to: plot) }
        if let report {
            try IdentificationReport(
                identification, file: file, unit: pattern.unit, surface: surface,
                softwareVersion: InterphaseCommand.version, command: CommandSupport.commandLine(),
                sha256: try FileDigest.sha256(ofFileAt: file)
            ).write(to: report)
        }
        try tables.write(table.resultTables)
        if let csv { try AtomicFile.write(table.csv, to: csv) }
        try output.writeJSON(text: table.json(file: file, includesCurves: curves, unit: pattern.unit))
    }

    private func elementSet(_ surface: SurfaceComposition?) throws -> Set<String>? {
        // Hydrogen has no core level, and the only line of lithium is as weak as lines get.
        let quantified = elementsFrom == nil ? nil : surface.map { Set($0.elements.map(\.element)).union(["H", "Li"]) }
        guard let elements else { return quantified }
        let names = elements.split { $0 == "," || $0 == " " || $0 == "-" }.map(String.init)
        if let unknown = names.first(where: { !Element.symbols.contains($0) }) {
            throw ValidationError("--elements \(elements): \(unknown) is no element; expected symbols such as Li,Co,O")
        }
        guard !names.isEmpty else { throw ValidationError("--elements \(elements): expected symbols such as Li,Co,O") }
        return Set(names).union(quantified ?? [])
    }

    /// The surface of the same specimen as XPS quantified it, where that was given.
    private func surface() throws -> SurfaceComposition? {
        guard let path = elementsFrom ?? surfaceFile else { return nil }
        let data = try CommandSupport.data(at: path)
        do { return try SurfaceComposition(quantification: data) } catch {
            throw CommandFailure(.badData, "\(path): \(error)")
        }
    }

    /// What comes along, as far as the elements allow it, and the structures of the folders.
    private func candidates(_ emission: EmissionSpectrum, _ elements: Set<String>?) throws -> PreparedPhases {
        let library = CandidatePhase.library.filter { phase in
            !onlyThese && elements.map { phase.elements.isSubset(of: $0) } ?? true
        }
        var prepared = PreparedPhases(library, emission: emission)
        for path in folders {
            let folder = try PhaseFolder(path, emission: emission, cache: noIndex ? nil : PhaseFolder.userCache)
            prepared.append(folder.phases)
            if let problem = folder.indexProblem { output.say("the index of \(path) was not kept: \(problem)") }
        }
        return prepared
    }
}
