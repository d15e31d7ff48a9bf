import ArgumentParser
import Foundation
import Interphase

/// `interphase series FILES --recipe R`: one model for a series of spectra.
struct SeriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "series", abstract: "Fit a series of spectra: species against cycle, depth, time ...",
        discussion: """
            Each file gives one spectrum of the recipe's level, or one file gives the whole series. With --joint all \
            spectra are one least-squares problem in which widths, splittings and shapes (and positions, where a \
            calibration line references each spectrum) have one value; without it they are fitted one by one.

            Examples:
              interphase series c0.vms c1.vms c200.vms --recipe s2p-argyrodite-cathode --joint --variable cycle=0,1,200
              interphase series profile.vms --recipe co2p-licoo2 --variable "etch time" --plot co.svg --csv co.csv
              interphase series c0.vms c200.vms --recipe s2p.yaml --joint --pristine "PS4 3-; S 2-"
              interphase series profile.vms --recipe b1s.yaml --joint --smooth-shift 0.02 --shifts
            """)

    @Argument(help: ArgumentHelp("Files of any known format.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A recipe: a YAML file, or the name of one that comes along.", valueName: "recipe"))
    var recipe: String

    @Flag(help: "Fit all spectra as one least-squares problem with shared parameters.")
    var joint = false

    @Option(
        help: ArgumentHelp(
            "What is shared: \(Self.quantities.joined(separator: ", ")).", valueName: "list"))
    var share: String?

    @Option(
        name: .customLong("smooth-shift"),
        help: ArgumentHelp(
            "How much the shift of the calibration line changes from one spectrum to the next: a standard deviation.",
            valueName: "eV"))
    var smoothShift: Double?

    @Option(
        help: ArgumentHelp(
            "What changes along the series: its name, and its values where the files do not know them.",
            valueName: "name=values"))
    var variable: String?

    @Option(help: ArgumentHelp("Which spectra, by name, where files hold several.", valueName: "name"))
    var spectrum: String?

    @Option(
        help: ArgumentHelp(
            "The species of the fresh material, separated by semicolons: everything else has decomposed.",
            valueName: "list"))
    var pristine: String?

    @Flag(help: "Also show the mean position of the signal.")
    var meanPosition = false

    @Option(
        help: ArgumentHelp(
            "Also show a ratio of areas, as \"C-O / C-C, C-H\"; several species of a side are joined by semicolons.",
            valueName: "species / species"))
    var ratio: [String] = []

    @Flag(help: "Also show areas.")
    var areas = false

    @Flag(help: "Also show the shift that each spectrum was fitted with.")
    var shifts = false

    @OptionGroup var adjustments: FitAdjustments
    @OptionGroup var referencing: ReferenceOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var figures: FigureOptions
    @OptionGroup var tables: TableOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write a figure against the variable as SVG, PNG or PDF.", valueName: "file.svg"))
    var plot: String?

    @Option(help: ArgumentHelp("Write a report as one HTML page.", valueName: "file.html"))
    var report: String?

    @Option(
        name: .customLong("plot-of"),
        help: ArgumentHelp(
            "What the figure shows: shares, ratios, areas, position, or the spectra themselves with their components. "
                + "Default: shares of several species.",
            valueName: "quantity"))
    var plotted: SeriesPlot.Shown?

    @Option(name: .customLong("csv"), help: ArgumentHelp("Write all components as CSV.", valueName: "file.csv"))
    var csvFile: String?

    private static let quantities = ComponentQuantity.allCases.filter { $0 != .area }.map(\.rawValue)

    func validate() throws {
        if share != nil, !joint { throw ValidationError("--share needs --joint") }
        if let smoothShift {
            guard joint else { throw ValidationError("--smooth-shift needs --joint") }
            guard smoothShift.isFinite, smoothShift >= 1e-5 else {
                throw ValidationError("--smooth-shift \(smoothShift): expected 0.00001 eV or more, such as 0.05")
            }
        }
    }

    mutating func run() async throws {
        var recipe = try FitRecipeSource.recipe(named: recipe)
        try adjustments.apply(to: &recipe)
        let source = try SeriesSource(
            files: files, level: recipe.model.level, spectrum: spectrum, variable: variable, options: reading.options,
            reference: referencing)
        if referencing.recipe != nil { recipe.model.calibration = .none }
        if let sharing = try sharing() { recipe.series.sharing = sharing }
        if let smoothShift { recipe.series.shiftStep = smoothShift }
        let settings = recipe.series
        if !joint, settings != SeriesSettings() {
            output.say("the recipe's \"series\" is for joint fits and takes no part in independent ones")
        }
        for note in source.notes { output.say(note) }
        let options = FitOptions(weighting: recipe.weighting)
        var fit =
            try joint
            ? recipe.model.fit(
                source.series, sharing: settings.sharing, shiftStep: settings.shiftStep, options: options)
            : recipe.model.fitEach(of: source.series, options: options)
        for (index, reference) in source.references.enumerated() {
            guard let reference else { continue }
            fit.fits[index].calibration.reference = reference.description
            fit.fits[index].findings += reference.findings
        }
        let names = (pristine ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let table = try SeriesTable(
            fit, pristine: names, meanPosition: meanPosition, ratios: try ratio.map(Self.sides), areas: areas,
            shifts: shifts)
        if let plot {
            if plotted == .spectra {
                try figures.write(StackPlot(fit), to: plot)
            } else {
                try figures.write(SeriesPlot(table, showing: plotted), to: plot)
            }
        }
        if let csvFile { try table.writeCSV(to: csvFile) }
        try tables.write(table.resultTables)
        let effective = fit.fits.first.map {
            var effective = Recipe(model: $0.effectiveModel, weighting: recipe.weighting)
            effective.series = settings
            return effective.yaml
        }
        if let report {
            try SeriesReport(
                table, sources: source.sources, effectiveRecipe: effective, softwareVersion: InterphaseCommand.version,
                command: CommandSupport.commandLine()
            ).write(to: report)
        }
        try output.writeJSON(
            text: SeriesDocument(
                table, sources: source.sources, effectiveRecipe: effective, softwareVersion: InterphaseCommand.version,
                command: CommandSupport.commandLine()
            ).json)
        if output.printsTable { print(table.text, terminator: "") }
        let findings = fit.findings + fit.fits.flatMap(\.findings)
        if findings.contains(where: { $0.severity == .error }) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    /// The two sides of a ratio.
    private static func sides(of text: String) throws -> (above: [String], below: [String]) {
        guard let mark = text.range(of: " / ") else {
            throw CommandFailure(.usage, "--ratio \(text): expected two sides, as \"C-O / C-C, C-H\"")
        }
        func names(_ part: Substring) -> [String] {
            part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let (above, below) = (names(text[..<mark.lowerBound]), names(text[mark.upperBound...]))
        guard !above.isEmpty, !below.isEmpty else {
            throw CommandFailure(.usage, "--ratio \(text): expected species on both sides")
        }
        return (above, below)
    }

    private func sharing() throws -> Set<ComponentQuantity>? {
        guard let share else { return nil }
        var result: Set<ComponentQuantity> = []
        for name in share.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            guard let quantity = ComponentQuantity(rawValue: name), quantity != .area else {
                throw CommandFailure(
                    .usage, "--share \(name): expected one of \(Self.quantities.joined(separator: ", "))")
            }
            result.insert(quantity)
        }
        return result
    }
}

/// The spectra of a series out of one or many files.
struct SeriesSource {
    /// The series.
    let series: SpectrumSeries
    /// Where each spectrum came from.
    let sources: [FitSource]
    /// What readers had to say about the files.
    let notes: [String]

    /// What the energies of each spectrum are referenced to.
    let references: [EnergyReference?]

    init(
        files: [String], level: CoreLevel?, spectrum: String?, variable: String?, options: ReadOptions,
        reference: ReferenceOptions
    ) throws {
        let contents = try files.map { try SpectrumFile(contentsOf: $0, options: options) }
        notes = contents.flatMap { file in file.notes.map { "\(file.path): \($0)" } }
        var spectra: [Spectrum] = []
        var sources: [FitSource] = []
        var references: [EnergyReference?] = []
        for file in contents {
            let own =
                files.count > 1
                ? [try SpectrumSelection(file: file).choose(named: spectrum, level: level)]
                : try Self.all(of: file, level: level, named: spectrum)
            let digest = try FileDigest.sha256(ofFileAt: file.path)
            let anchor = try reference.reference(in: file)
            spectra += own.map { spectrum in anchor.map { spectrum.calibrated(.shift($0.shift)) } ?? spectrum }
            references += own.map { _ in anchor }
            sources += own.map { FitSource(file: file.path, spectrum: $0.name, sha256: digest) }
        }
        let (axis, values) = try Self.variable(variable, of: spectra)
        // Along the variable, so that neighbours start from each other; equal values keep their order.
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        series = SpectrumSeries(
            name: level?.description ?? spectra.first?.name ?? "", variable: axis, values: order.map { values[$0] },
            spectra: order.map { spectra[$0] })
        self.sources = order.map { sources[$0] }
        self.references = order.map { references[$0] }
    }

    /// The spectra of the level in one file: its slices where it is an image.
    private static func all(of file: SpectrumFile, level: CoreLevel?, named name: String?) throws -> [Spectrum] {
        let matching = file.spectra.filter { spectrum in
            if let name { return spectrum.name.lowercased() == name.lowercased() }
            return level == nil || (spectrum.level == level && spectrum.kind != .survey)
        }
        if let only = matching.first, matching.count == 1, let slices = only.slices { return slices.spectra }
        guard matching.count > 1 else {
            let wanted = name.map { "named \"\($0)\"" } ?? level.map { "of \($0)" } ?? "in all"
            throw CommandFailure(
                .badData, "\(file.path): holds \(matching.count) spectra \(wanted); a series needs two or more")
        }
        return matching
    }

    private static func variable(_ text: String?, of spectra: [Spectrum]) throws -> (SeriesVariable, [Double]) {
        let parts = (text ?? "").split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if parts.count == 2 {
            let values = parts[1].split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
            let numbers = values.compactMap { $0 }.filter(\.isFinite)
            guard numbers.count == values.count, numbers.count == spectra.count else {
                throw CommandFailure(
                    .usage,
                    "--variable \(text ?? ""): expected \(spectra.count) numbers, one for each spectrum, such as "
                        + "cycle=0,1,200")
            }
            return (SeriesVariable(named: parts[0]), numbers)
        }
        let known = spectra.first?.acquisition.coordinates.map(\.variable) ?? []
        for candidate in known where parts.isEmpty || candidate.name.lowercased() == parts[0].lowercased() {
            let values = spectra.compactMap { spectrum in
                spectrum.acquisition.coordinates.first { $0.variable == candidate }?.value
            }
            if values.count == spectra.count { return (candidate, values) }
        }
        guard parts.isEmpty else {
            let list = known.isEmpty ? "none" : known.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "--variable \(parts[0]): the files do not know it (they know: \(list)); give values, such as "
                    + "\(parts[0])=0,1,2")
        }
        return (SeriesVariable("spectrum"), spectra.indices.map { Double($0 + 1) })
    }
}

extension SeriesPlot.Shown: ExpressibleByArgument {}
