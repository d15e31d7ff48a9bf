import ArgumentParser
import Foundation
import Interphase

/// `interphase energies FILE --recipe R1 --recipe R2`: where lines stand, and what needs no reference.
struct EnergiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "energies", abstract: "Positions, distances of levels and Auger parameters, with uncertainties.",
        discussion: """
            Each recipe is fitted to the spectrum of its level, as for quantify. Positions are given as measured and \
            as referenced. Distances between levels and modified Auger parameters are those of measured positions: \
            charging that both spectra share cancels. A component is named with its level where several have it; the \
            recipe of an Auger line states no level and is tied to its file.

            Examples:
              interphase energies lps.vms --recipe s2p.yaml --recipe p2p.yaml --distance "PS4 3- (S 2p) - PS4 3- (P 2p)"
              interphase energies zn.vms --recipe zn2p.yaml zn-lmm.vms:lmm.yaml --auger "ZnO + LMM"
            """)

    @Argument(help: ArgumentHelp("Files of any known format, or FILE:RECIPE.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A recipe: a YAML file, or the name of one that comes along.", valueName: "recipe"))
    var recipe: [String] = []

    @Option(
        help: ArgumentHelp(
            "How far the first line stands above the second one, as \"PS4 3- (S 2p) - PS4 3- (P 2p)\". Repeat for more.",
            valueName: "line - line"))
    var distance: [String] = []

    @Option(
        help: ArgumentHelp(
            "The modified Auger parameter of a photoelectron line and an Auger line, as \"ZnO + LMM\". Repeat for more.",
            valueName: "line + line"))
    var auger: [String] = []

    @OptionGroup var referencing: ReferenceOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for text in distance where Self.sides(text, " - ") == nil {
            throw ValidationError("--distance \(text): expected two lines, as \"PS4 3- (S 2p) - PS4 3- (P 2p)\"")
        }
        for text in auger where Self.sides(text, " + ") == nil {
            throw ValidationError("--auger \(text): expected two lines, as \"ZnO + LMM\"")
        }
    }

    /// The two sides of `text` around its one `mark`.
    private static func sides(_ text: String, _ mark: String) -> (String, String)? {
        let parts = text.components(separatedBy: mark).map { $0.trimmingCharacters(in: .whitespaces) }
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } ? (parts[0], parts[1]) : nil
    }

    mutating func run() async throws {
        let jobs = try FitJobs(files: files, recipes: recipe, options: reading.options, reference: referencing)
        for note in jobs.notes { output.say(note) }
        let fits = try jobs.fits().map(\.fit)
        for fit in fits {
            for finding in fit.findings where finding.severity != .note {
                output.say("\(fit.spectrumName): \(finding.severity.rawValue): \(finding.message)")
            }
        }
        var differences: [EnergyTable.Difference] = []
        for text in distance {
            guard let (first, second) = Self.sides(text, " - ") else { continue }
            let (a, b) = (try Self.line(first, in: fits), try Self.line(second, in: fits))
            let value =
                a.fit == b.fit
                ? try fits[a.fit].distance(of: a.component, from: b.component)
                : try fits[a.fit].distance(of: a.component, from: b.component, in: fits[b.fit])
            differences.append(.init(name: text, kind: "distance", value: value))
        }
        for text in auger {
            guard let (first, second) = Self.sides(text, " + ") else { continue }
            let (a, b) = (try Self.line(first, in: fits), try Self.line(second, in: fits))
            guard a.fit != b.fit else {
                throw CommandFailure(.usage, "--auger \(text): both lines are of one fit; the Auger line has its own")
            }
            differences.append(
                .init(
                    name: text, kind: "Auger parameter",
                    value: try fits[a.fit].augerParameter(of: a.component, auger: b.component, in: fits[b.fit])))
        }
        let table = EnergyTable(try fits.map { try EnergyTable.lines(of: $0) }.flatMap { $0 }, differences: differences)
        try output.writeJSON(
            text: table.json(software: InterphaseCommand.version, command: CommandSupport.commandLine()))
        if output.printsTable { print(table.text, terminator: "") }
        if fits.contains(where: { $0.findings.contains { $0.severity == .error } }) {
            throw ExitCode(ExitStatus.findings.rawValue)
        }
    }

    /// The fit and the component that `name` means: "PS4 3-", or "PS4 3- (S 2p)" where several fits have it.
    private static func line(_ name: String, in fits: [PeakFit]) throws -> (fit: Int, component: String) {
        func label(_ fit: PeakFit, _ component: String) -> String {
            fit.level.map { "\(component) (\($0))" } ?? component
        }
        var plain: [(fit: Int, component: String)] = []
        var known: [String] = []
        for (index, fit) in fits.enumerated() {
            for component in fit.components.map(\.name) {
                known.append("\"\(label(fit, component))\"")
                if label(fit, component) == name { return (index, component) }
                if component == name { plain.append((index, component)) }
            }
        }
        guard let only = plain.first, plain.count == 1 else {
            throw CommandFailure(
                .usage,
                "\"\(name)\" is \(plain.isEmpty ? "no" : "more than one") line of these fits; there are "
                    + known.joined(separator: ", "))
        }
        return only
    }
}
