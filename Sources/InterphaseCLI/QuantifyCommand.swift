import ArgumentParser
import Foundation
import Interphase

/// `interphase quantify FILE... --recipe R1 --recipe R2`: atomic per cent over several core levels.
struct QuantifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantify", abstract: "Atomic per cent of elements and species over several core levels.",
        discussion: """
            Each recipe is fitted to the spectrum of its level, which is looked for in all files; FILE:RECIPE ties a \
            recipe to one file. All files belong to one sample. Atoms = area / (time x sensitivity x transmission x \
            escape depth); the factors are printed with the result.

            Examples:
              interphase quantify sample.vms --recipe s2p-lgps --recipe p2p-lgps --recipe ge3d-lgps
              interphase quantify s2p.vms:s2p.yaml p2p.vms:p2p.yaml --escape-depth tpp2m --material lgps.yaml
              interphase quantify sample.vms --recipe s2p.yaml --recipe p2p.yaml --sensitivities ours.csv \
            --u-sensitivities 5 --json sample.json --csv sample.csv
              interphase quantify sample.vms --recipe s2p.yaml --recipe p2p.yaml --u-sensitivities 5 --tie "S / P = 5 +- 2 %"
            """)

    @Argument(help: ArgumentHelp("Files of any known format, or FILE:RECIPE.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A recipe: a YAML file, or the name of one that comes along.", valueName: "recipe"))
    var recipe: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Tie amounts of species or elements to a stoichiometric ratio, with a relative tolerance: \
            "PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 2 %". Several of a side are joined by semicolons. Repeat for more.
            """, valueName: "ratio"))
    var tie: [String] = []

    @OptionGroup var corrections: QuantificationOptions
    @OptionGroup var referencing: ReferenceOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var tables: TableOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write a report as one HTML page.", valueName: "file.html"))
    var report: String?

    @Option(name: .customLong("csv"), help: ArgumentHelp("Write the table as CSV.", valueName: "file.csv"))
    var csvFile: String?

    func validate() throws {
        for text in tie where TiedRatio(text) == nil { throw ValidationError(TiedRatio.complaint(text)) }
    }

    mutating func run() async throws {
        let jobs = try FitJobs(files: files, recipes: recipe, options: reading.options, reference: referencing)
        for note in jobs.notes { output.say(note) }
        let fits = try jobs.fits()
        var result: Quantification
        do {
            result = try corrections.quantify(fits.map(\.fit))
        } catch let error as QuantificationError {
            throw CommandFailure(.badData, error.description)
        }
        // What was measured is judged, not what a tie makes of it.
        let measured = LevelBalance().findings(result.levelAmounts)
        var balances: [StoichiometricBalance] = []
        do {
            let links = tie.compactMap(TiedRatio.init).map(\.link)
            balances = try links.map { try result.balance(of: $0) }
            result = try result.linked(by: links)
        } catch let error as QuantificationError {
            throw CommandFailure(.badData, "--tie: \(error.description)")
        }
        for fit in fits {
            for finding in fit.fit.findings where finding.severity != .note {
                output.say("\(fit.fit.spectrumName): \(finding.severity.rawValue): \(finding.message)")
            }
        }
        result.findings += measured + balances.compactMap(\.finding)
        let table = QuantificationTable(result, ties: balances)
        if let csvFile { try table.writeCSV(to: csvFile) }
        try tables.write(table.resultTables)
        if let report {
            try QuantificationReport(
                table, fits: fits.map { ($0.fit, $0.provenance) }, softwareVersion: InterphaseCommand.version,
                command: CommandSupport.commandLine()
            ).write(to: report)
        }
        try output.writeJSON(
            text: QuantificationDocument(
                result, ties: balances, provenance: fits.map(\.provenance), softwareVersion: InterphaseCommand.version,
                command: CommandSupport.commandLine()
            ).json)
        if output.printsTable { print(table.text, terminator: "") }
        let findings = result.findings + fits.flatMap(\.fit.findings)
        if findings.contains(where: { $0.severity == .error }) { throw ExitCode(ExitStatus.findings.rawValue) }
    }
}

/// The sensitivity factors and corrections of a quantification as they are asked for.
struct QuantificationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Sensitivity factors: scofield, or a table (YAML or CSV).", valueName: "set"))
    var sensitivities = "scofield"

    @Option(
        help: ArgumentHelp(
            "Transmission of the analyser: file, none, a power of the kinetic energy such as -0.5, or a table (CSV).",
            valueName: "kind"))
    var transmission = "file"

    @Option(
        name: .customLong("escape-depth"),
        help: ArgumentHelp(
            "Escape depth: a power of the kinetic energy, tpp2m (see --material), or none.", valueName: "kind"))
    var escapeDepth = "0.6"

    @Option(
        help: ArgumentHelp(
            """
            The material for tpp2m: density (g/cm3), valence electrons and mass (g/mol) of the formula unit, band gap \
            (eV). Default: an average matrix.
            """, valueName: "rho,n,M,gap"))
    var material: String?

    @Option(
        name: .customLong("u-sensitivities"),
        help: ArgumentHelp("Relative standard uncertainty of the sensitivity factors.", valueName: "per cent"))
    var sensitivityUncertainty: Double?

    @Option(
        name: .customLong("u-transmission"),
        help: ArgumentHelp("Relative standard uncertainty of the transmission.", valueName: "per cent"))
    var transmissionUncertainty: Double?

    @Option(
        name: .customLong("u-escape-depth"),
        help: ArgumentHelp("Relative standard uncertainty of the escape depth.", valueName: "per cent"))
    var escapeDepthUncertainty: Double?

    @Option(
        name: .customLong("u-exponent"),
        help: ArgumentHelp("Standard uncertainty of the power of the escape depth.", valueName: "number"))
    var exponentUncertainty: Double?

    @Option(
        help: ArgumentHelp("Leave out this component, which stands for no atoms of its own.", valueName: "component"))
    var exclude: [String] = []

    func validate() throws {
        let uncertainties = [
            ("--u-sensitivities", sensitivityUncertainty), ("--u-transmission", transmissionUncertainty),
            ("--u-escape-depth", escapeDepthUncertainty),
        ]
        for (name, value) in uncertainties {
            if let value, !(0..<100).contains(value) {
                throw ValidationError("\(name) \(value): expected per cent from 0 to below 100")
            }
        }
        if let exponentUncertainty, !(0...5).contains(exponentUncertainty) {
            throw ValidationError("--u-exponent \(exponentUncertainty): expected a number from 0 to 5")
        }
    }

    /// Quantifies `fits` as asked for.
    func quantify(_ fits: [PeakFit]) throws -> Quantification {
        var request = QuantificationRequest()
        request.sensitivities = sensitivities
        request.transmission = transmission
        request.escapeDepth = escapeDepth
        request.material = try material.map(Self.numbers(of:))
        request.sensitivityUncertainty = sensitivityUncertainty
        request.transmissionUncertainty = transmissionUncertainty
        request.escapeDepthUncertainty = escapeDepthUncertainty
        request.exponentUncertainty = exponentUncertainty
        request.excluded = exclude
        return try request.quantify(fits)
    }

    private static func numbers(of material: String) throws -> [Double] {
        let numbers = material.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
        let known = numbers.compactMap { $0 }
        guard numbers.count == 4, known.count == 4 else {
            throw CommandFailure(
                .usage,
                "--material \(material): expected density, valence electrons, molar mass and band gap, such as "
                    + "1.64,54,268.5,3.6")
        }
        return known
    }
}
