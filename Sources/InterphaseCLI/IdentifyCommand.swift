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
              interphase identify coated.xrdml --elements Li,Co,Ti,O
              interphase identify mixture.xy --wavelength CuKa --monochromator 26.6 --phases my-cifs
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

    @OptionGroup var radiation: RadiationOptions
    @OptionGroup var scans: ScanOptions

    @Option(
        help: ArgumentHelp("2 theta of a mosaic monochromator: 26.6 for graphite and Cu K-alpha.", valueName: "deg"))
    var monochromator: Double?

    @Flag(help: "The divergence slit keeps the lit length constant: intensities times sin(theta).")
    var variableSlit = false

    @Option(help: ArgumentHelp("The most phases to accept.", valueName: "number"))
    var maximum = 8

    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write the phases as CSV.", valueName: "file.csv"))
    var csv: String?

    @Flag(help: "Put data and curves into the JSON.")
    var curves = false

    mutating func run() async throws {
        let (contents, pattern, curve) = try scans.read(file, radiation: radiation.stated)
        for note in contents.notes { output.say("\(file): \(note)") }
        let emission = try radiation.emission(of: pattern, file: file)
        var candidates = onlyThese ? [] : CandidatePhase.library
        for folder in folders { candidates += try Self.candidates(in: folder, output) }
        let identification: PhaseIdentification
        do {
            identification = try PhaseIdentification(
                curve, emission: emission, candidates: candidates,
                optics: LorentzPolarization(
                    monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none,
                    slit: variableSlit ? .variable : .fixed),
                options: IdentificationOptions(elements: try elementSet(), maximumPhases: maximum))
        } catch let error as PatternError {
            throw CommandFailure(.badData, "\(file): \(error)")
        }
        for omission in identification.leftOut { output.say("left out: \(omission)") }
        let table = PhaseTable(identification)
        if output.printsTable { print(table.text) }
        if let csv { try AtomicFile.write(table.csv, to: csv) }
        try output.writeJSON(text: table.json(file: file, includesCurves: curves))
    }

    private func elementSet() throws -> Set<String>? {
        guard let elements else { return nil }
        let names = elements.split { $0 == "," || $0 == " " || $0 == "-" }.map(String.init)
        guard !names.isEmpty else { throw ValidationError("--elements \(elements): expected symbols such as Li,Co,O") }
        return Set(names)
    }

    private static func candidates(in path: String, _ output: OutputOptions) throws -> [CandidatePhase] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(.noInput, "\(path): no such file or folder")
        }
        let files: [String]
        if isFolder.boolValue {
            let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            files = found.filter { $0.lowercased().hasSuffix(".cif") }.sorted().map { "\(path)/\($0)" }
        } else {
            files = [path]
        }
        return files.compactMap { file in
            do {
                let structure = try CrystalStructure(contentsOf: URL(fileURLWithPath: file))
                let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
                return CandidatePhase(name: name, structure: structure)
            } catch {
                output.say("\(file): left out: \(error)")
                return nil
            }
        }
    }
}
