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

    @Option(help: "The radiation, where the file does not say: CuKa, CoKa, MoKa ..., or a wavelength in Angstrom.")
    var wavelength: String?

    @Option(
        help: ArgumentHelp("2 theta of a mosaic monochromator: 26.6 for graphite and Cu K-alpha.", valueName: "deg"))
    var monochromator: Double?

    @Flag(help: "The divergence slit keeps the lit length constant: intensities times sin(theta).")
    var variableSlit = false

    @Option(help: ArgumentHelp("The range of diffraction angles in degrees.", valueName: "from:to"))
    var twoTheta: String?

    @Option(help: ArgumentHelp("The most phases to accept.", valueName: "number"))
    var maximum = 8

    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        let contents = try DiffractionFile(contentsOf: file)
        for note in contents.notes { output.say("\(file): \(note)") }
        guard let pattern = contents.patterns.first(where: \.axis.isDiffraction) else {
            throw CommandFailure(.badData, "\(file): holds no diffraction pattern")
        }
        var emission: EmissionSpectrum?
        if let wavelength {
            guard let stated = EmissionSpectrum(wavelength) else {
                throw ValidationError("--wavelength \(wavelength): expected CuKa, CoKa, MoKa ..., or Angstrom")
            }
            emission = stated
        }
        var candidates = onlyThese ? [] : CandidatePhase.library
        for folder in folders { candidates += try Self.candidates(in: folder, output) }
        let identification: PhaseIdentification
        do {
            identification = try PhaseIdentification(
                pattern, candidates: candidates, emission: emission,
                optics: LorentzPolarization(
                    monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none,
                    slit: variableSlit ? .variable : .fixed),
                options: IdentificationOptions(
                    elements: try elementSet(), maximumPhases: maximum, range: try range()))
        } catch let error as PatternError {
            throw CommandFailure(.badData, "\(file): \(error)")
        }
        if output.printsTable { print(table(identification), terminator: "") }
    }

    private func elementSet() throws -> Set<String>? {
        guard let elements else { return nil }
        let names = elements.split { $0 == "," || $0 == " " || $0 == "-" }.map(String.init)
        guard !names.isEmpty else { throw ValidationError("--elements \(elements): expected symbols such as Li,Co,O") }
        return Set(names)
    }

    private func range() throws -> ClosedRange<Double>? {
        guard let twoTheta else { return nil }
        let bounds = twoTheta.split(separator: ":").compactMap { Double($0) }
        guard bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1], bounds[1] <= 180 else {
            throw ValidationError("--two-theta \(twoTheta): expected two angles from 0 to 180 degrees, such as 10:90")
        }
        return bounds[0]...bounds[1]
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

    private func table(_ result: PhaseIdentification) -> String {
        var text =
            "\(result.candidateCount) candidates, R_wp \(String(format: "%.1f", 100 * result.weightedProfileR)) %"
        text += ", displacement \(String(format: "%.3f", result.displacement)) deg\n"
        guard !result.phases.isEmpty else { return text + "No confident match.\n" }
        for phase in result.phases {
            text += String(
                format: "%6.2f wt%%  %@  (%@)  strain %@ %%  significance %.1f  coverage %.2f",
                100 * phase.weightFraction.value, phase.name, phase.formula,
                phase.strains.map { String(format: "%+.2f", 100 * $0) }.joined(separator: " "), phase.significance,
                phase.coverage)
            text += phase.alternatives.isEmpty ? "\n" : "  or \(phase.alternatives.joined(separator: ", "))\n"
        }
        return text
    }
}
