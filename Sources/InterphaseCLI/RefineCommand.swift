import ArgumentParser
import Foundation
import Interphase

/// `interphase refine FILE --phases LIST`: whole-pattern refinement.
struct RefineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refine", abstract: "Refine cells, weight fractions, widths and texture of known phases.",
        discussion: """
            All points of a pattern are fitted at once: scales and background, displacement, cells under their symmetry, \
            widths, texture and an overall B of each phase, released in this order. What the data do not determine is held \
            and said so. Weight fractions are those of the crystalline phases given; --standard gives the amorphous rest.

            Examples:
              interphase refine coated.xrdml --phases LiCoO2,Co3O4 --plot coated.svg
              interphase identify coated.xrdml --json found.json && \\
                  interphase refine coated.xrdml --from-identification found.json
              interphase refine mixture.xy --wavelength CuKa --monochromator 26.6 --phases Al2O3-corundum,ZnO,CaF2
              interphase refine spiked.raw --phases LiCoO2,Al2O3-corundum --standard Al2O3-corundum=10%
              interphase refine new.xy --wavelength CuKa --cell "new:P21/c:5.1,8.2,9.7,90,101,90" --intensities lebail
              interphase refine --series heat-*.xy --wavelength CuKa --phases LiCoO2 --variable temperature=300,350,400
            """)

    @Argument(help: ArgumentHelp("Diffraction patterns of any known format; several with --series.", valueName: "file"))
    var files: [String]

    @OptionGroup var phaseOptions: RefinePhaseOptions
    @OptionGroup var model: RefineModelOptions
    @OptionGroup var radiation: RadiationOptions
    @OptionGroup var scans: ScanOptions

    @Option(
        help: ArgumentHelp(
            "An internal standard and its share of the specimen: corundum=10%, with an uncertainty 10+-0.1%.",
            valueName: "name=share"))
    var standard: String?

    @Option(
        help: ArgumentHelp(
            "The diameter of a phase's particles in micrometre, for Brindley's correction; one for each phase.",
            valueName: "name=um"))
    var particles: [String] = []

    @Flag(help: "Refine all files with the same phases, each from where its neighbour ended.")
    var series = false

    @Option(
        help: ArgumentHelp(
            "What changes along the series: its name, and its values in the order of the files.",
            valueName: "name=values"))
    var variable: String?

    @OptionGroup var figures: FigureOptions
    @OptionGroup var tables: TableOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write the phases, or the series, as CSV.", valueName: "file.csv"))
    var csv: String?

    @Option(name: .customLong("curves-csv"), help: ArgumentHelp("Write data and model as CSV.", valueName: "file.csv"))
    var curvesFile: String?

    @Option(
        name: .customLong("reflections-csv"),
        help: ArgumentHelp("Write all reflections with their intensities as CSV.", valueName: "file.csv"))
    var reflectionsFile: String?

    @Option(help: ArgumentHelp("Write the plot as SVG, PNG or PDF, by its name.", valueName: "file.svg"))
    var plot: String?

    @Option(help: ArgumentHelp("Write a report as one HTML page.", valueName: "file.html"))
    var report: String?

    @Flag(help: "Draw the roots of intensities, which shows weak lines.")
    var roots = false

    @Flag(help: "Put data and curves into the JSON.")
    var curves = false

    func validate() throws {
        if !series, files.count > 1 {
            throw ValidationError("\(files.count) files: add --series to refine them one after the other")
        }
        if variable != nil, !series { throw ValidationError("--variable needs --series") }
        if series, report != nil || tables.table != nil {
            throw ValidationError("--report and --table are for single patterns; of a series --csv has all numbers")
        }
        if series, standard != nil || !particles.isEmpty {
            throw ValidationError("--standard and --particles are for single patterns, not for --series")
        }
        _ = try standardShare
        _ = try diameters
    }

    mutating func run() async throws {
        var phases = try phaseOptions.read(output)
        try model.applyTextures(to: &phases)
        let options = try model.options
        let findings = try series ? runSeries(phases, options) : runOne(phases, options)
        if findings.contains(where: { $0.severity == .error }) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func runOne(_ phases: [RefinementPhase], _ options: RefinementOptions) throws -> [Finding] {
        let file = files[0]
        let (source, pattern, curve) = try scans.read(file, radiation: radiation.stated)
        for note in source.notes { output.say("\(file): \(note)") }
        let emission = try radiation.emission(of: pattern, file: file)
        var table: RefinementTable
        do {
            let refinement = try PatternRefinement(
                curve, phases: phases, emission: emission, optics: model.optics, options: options)
            table = RefinementTable(refinement)
            if let (name, share) = try standardShare {
                table.amorphous = try AmorphousContent(refinement, standard: name, fraction: share)
            }
            if !particles.isEmpty {
                table.microabsorption = try BrindleyCorrection(refinement, diameters: try diameters)
            }
        } catch let error as PatternError {
            throw CommandFailure(.badData, "\(file): \(error)")
        }
        let findings = table.refinement.findings
        for finding in findings { output.say("\(finding.severity.rawValue): \(finding.message)") }
        if table.amorphous?.isImpossible == true {
            output.say(
                "warning: the crystalline phases add up to more than the standard allows: is its share right, and is it free "
                    + "of texture and microabsorption?")
        }
        if output.printsTable { print(table.text) }
        if let csv { try AtomicFile.write(table.csv, to: csv) }
        if let curvesFile { try AtomicFile.write(table.curvesCSV, to: curvesFile) }
        if let reflectionsFile { try AtomicFile.write(table.reflectionsCSV, to: reflectionsFile) }
        if let plot {
            try figures.write(RefinementPlot(table.refinement, unit: pattern.unit, usesRoots: roots), to: plot)
        }
        if let report {
            try RefinementReport(
                table, file: file, sha256: try FileDigest.sha256(ofFileAt: file), unit: pattern.unit,
                softwareVersion: InterphaseCommand.version, command: CommandSupport.commandLine()
            ).write(to: report)
        }
        try tables.write(table.resultTables)
        try output.writeJSON(
            text: RefinementDocument(
                table, file: file, includesCurves: curves, unit: pattern.unit,
                softwareVersion: InterphaseCommand.version,
                command: CommandSupport.commandLine()
            ).json)
        return findings
    }

    private func runSeries(_ phases: [RefinementPhase], _ options: RefinementOptions) throws -> [Finding] {
        guard files.count >= 2 else { throw ValidationError("--series needs two or more files") }
        let (axis, values) = try RefineSeriesVariable.parse(variable, count: files.count)
        var members: [RefinementSeries.Member] = []
        var emission: EmissionSpectrum?
        for (file, value) in zip(files, values) {
            let (source, pattern, curve) = try scans.read(file, radiation: radiation.stated)
            for note in source.notes { output.say("\(file): \(note)") }
            let own = try radiation.emission(of: pattern, file: file)
            if let first = emission, first != own {
                throw CommandFailure(.badData, "\(file): was measured with other radiation than \(files[0])")
            }
            emission = own
            members.append(RefinementSeries.Member(name: file, value: value, curve: curve))
        }
        guard let emission else { throw ValidationError("--series needs two or more files") }
        let result: RefinementSeries
        do {
            let total = members.count
            result = try RefinementSeries(
                members, variable: axis, phases: phases, emission: emission, optics: model.optics, options: options
            ) { done in output.say("\(done) of \(total)") }
        } catch let error as PatternError { throw CommandFailure(.badData, "\(error)") }
        for (name, refinement) in zip(result.names, result.refinements) {
            for finding in refinement.findings where finding.severity > .note {
                output.say("\(name): \(finding.severity.rawValue): \(finding.message)")
            }
        }
        let table = RefinementSeriesTable(result)
        if output.printsTable { print(table.text) }
        if let csv { try AtomicFile.write(table.csv, to: csv) }
        if let plot { try figures.write(RefinementSeriesPlot(table), to: plot) }
        try output.writeJSON(
            text: table.json(softwareVersion: InterphaseCommand.version, command: CommandSupport.commandLine()))
        return result.refinements.flatMap(\.findings)
    }

    // MARK: - Names with values

    /// The name of the standard and its share.
    private var standardShare: (String, Measured)? {
        get throws {
            guard let standard else { return nil }
            let failure = ValidationError(
                "--standard \(standard): expected the name of a phase and its share, such as Al2O3-corundum=10%")
            let parts = standard.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw failure }
            let isPercent = parts[1].hasSuffix("%")
            let numbers = parts[1].filter { $0 != "%" }.replacingOccurrences(of: "+-", with: "|").split(separator: "|")
                .map { Double($0.trimmingCharacters(in: .whitespaces)) }
            guard (1...2).contains(numbers.count), let share = numbers[0] else { throw failure }
            let unit = isPercent ? 0.01 : 1.0
            guard share * unit > 0, share * unit < 1 else { throw failure }
            let u = numbers.count == 2 ? numbers[1] : nil
            if numbers.count == 2 { guard let u, u >= 0, u.isFinite else { throw failure } }
            return (parts[0], Measured(share * unit, standardUncertainty: u.map { $0 * unit }))
        }
    }

    private var diameters: [String: Double] {
        get throws {
            var result: [String: Double] = [:]
            for text in particles {
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, let size = Double(parts[1].replacingOccurrences(of: "um", with: "")), size >= 0,
                    size < 1e4
                else {
                    throw ValidationError("--particles \(text): expected NAME=DIAMETER in micrometre, such as ZnO=2")
                }
                result[parts[0]] = size
            }
            return result
        }
    }
}

/// What changes along a series of patterns, as typed.
enum RefineSeriesVariable {
    /// `name=values`, or a number for each pattern where nothing is said.
    static func parse(_ text: String?, count: Int) throws -> (SeriesVariable, [Double]) {
        let counted = (0..<count).map { Double($0 + 1) }
        guard let text else { return (.scan, counted) }
        let parts = text.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2 else { return (named(text), counted) }
        let values = parts[1].split(separator: ",").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard values.count == count, values.allSatisfy(\.isFinite) else {
            throw ValidationError(
                "--variable \(text): expected \(count) numbers, one for each file, such as temperature=300,350")
        }
        return (named(parts[0]), values)
    }

    private static func named(_ text: String) -> SeriesVariable {
        let usual: [SeriesVariable] = [.cycle, .time, .temperature, .depth, .point, .scan, .x, .y]
        if let known = usual.first(where: { $0.name == text.lowercased() }) { return known }
        let parts = text.split(separator: "/", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        return parts.count == 2 ? SeriesVariable(parts[0], unit: parts[1]) : SeriesVariable(text)
    }
}
