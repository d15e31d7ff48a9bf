import ArgumentParser
import Foundation
import Interphase

/// `interphase batch`: many files or spectra into one table of results.
struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Fit many files, or a map of many spectra, into one table of results.",
        discussion: """
            Give a recipe, then files and folders; results go to one SQLite database, whose tables docs/batch.md \
            describes. A batch that was stopped or killed goes on where it was when the same command is given again; a \
            file or spectrum that cannot be fitted is recorded and stops nothing. With --shard the work is divided among \
            processes or machines, and merge puts it together again.

            Exit code 0: every spectrum was fitted; 1: all was done, but some files or spectra failed; 66: an input is not \
            there; 130: stopped by Ctrl-C or SIGTERM, with what was done stored.

            Examples:
              interphase batch s2p-argyrodite-cathode measurements/ --output results.sqlite --csv results.csv
              interphase batch my-recipe.yaml map.vms --output map.sqlite --threads 8
              interphase batch my-recipe.yaml map.vms --output part-2.sqlite --shard 2/16
              interphase batch merge part-*.sqlite --output map.sqlite

            interphase help batch run lists all options.
            """,
        subcommands: [BatchRunCommand.self, BatchMergeCommand.self, BatchExportCommand.self],
        defaultSubcommand: BatchRunCommand.self)
}

/// `interphase batch run`, the subcommand that is meant where none is given.
struct BatchRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Fit files, folders and maps. The subcommand that is meant where none is given.",
        discussion: """
            The model is the first argument: a recipe file, or the name of a recipe that comes along. With --recipe, or \
            --level and --species, all arguments are files and folders.
            """)

    @Argument(
        help: ArgumentHelp(
            "A recipe, unless --recipe or --species gives the model; then files of any known format, and folders.",
            valueName: "input"))
    var arguments: [String]

    @Option(name: [.short, .customLong("output")], help: ArgumentHelp("The results.", valueName: "file.sqlite"))
    var output: String

    @Option(help: ArgumentHelp("A recipe: a YAML file, or the name of one that comes along.", valueName: "recipe"))
    var recipe: String?

    @Option(
        help: ArgumentHelp(
            "Fit the spectra of this core level, as \"S 2p\". Default: the recipe's level.", valueName: "level"))
    var level: String?

    @Option(
        help: ArgumentHelp(
            "Species of the reference library, separated by semicolons or commas; with --level, instead of a recipe.",
            valueName: "list"))
    var species: String?

    @Option(
        help: ArgumentHelp(
            "Fit the spectra of this name, or #3 for the third of each file, instead of those of the level.",
            valueName: "name"))
    var spectrum: String?

    @Option(help: ArgumentHelp("The number of threads. Default: one for each processor.", valueName: "number"))
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(
        name: .customLong("store-every"),
        help: ArgumentHelp("Store what is done so often: what a killed run loses at most.", valueName: "s"))
    var storeEvery = 1.0

    @Option(help: ArgumentHelp("Do only part i of n, for a process or machine of its own.", valueName: "i/n"))
    var shard: String?

    @Option(
        help: ArgumentHelp(
            "The folder from which files are named in the results. Default: the current one.", valueName: "folder"))
    var root: String?

    @Flag(help: "Throw away what the output holds and begin anew.")
    var restart = false

    @Option(help: ArgumentHelp("Also write all results as one table, a row for each spectrum.", valueName: "file.csv"))
    var csv: String?

    @OptionGroup var adjustments: FitAdjustments
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var outputOptions: OutputOptions

    private var hasModel: Bool { recipe != nil || species != nil }

    func validate() throws {
        if recipe != nil, species != nil {
            throw ValidationError("--recipe stands instead of --species; give one or the other")
        }
        if species != nil, level == nil { throw ValidationError("--species needs --level") }
        if let level, CoreLevel(label: level) == nil {
            throw ValidationError("--level \(level): expected a core level such as S 2p")
        }
        if !hasModel, arguments.count < 2 {
            throw ValidationError("Give a recipe and, after it, files or folders (or the recipe with --recipe)")
        }
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads \(threads): expected a number from 1 to 1024")
        }
        guard (0...3600).contains(storeEvery) else {
            throw ValidationError("--store-every \(storeEvery): expected seconds from 0 to 3600")
        }
        if let shard, BatchShard(shard) == nil {
            throw ValidationError("--shard \(shard): expected a part and the number of parts, such as 2/16")
        }
    }

    mutating func run() async throws {
        let (run, paths) = try plan()
        // A name that was mistyped is no file that failed. What vanishes later is recorded.
        let absent = paths.filter { !FileManager.default.fileExists(atPath: $0) }
        guard absent.isEmpty else { throw CommandFailure(.noInput, "\(absent.joined(separator: ", ")): no such file") }
        let inputs = BatchInput.find(
            paths, root: root, excluding: [output, output + "-journal"] + (csv.map { [$0] } ?? []))
        guard !inputs.isEmpty else { throw CommandFailure(.noInput, "\(paths.joined(separator: ", ")): no file there") }
        let interruption = Interruption()
        var display = BatchDisplay(isShown: !outputOptions.quiet && isatty(STDERR_FILENO) == 1)
        let summary: BatchSummary
        do {
            defer { display.clear() }
            summary = try run.run(
                inputs, output: output, session: session, csv: csv, isInterrupted: { interruption.wasAsked },
                progress: { display.show($0) })
        }
        let report = BatchReport(output: output, summary: summary, shard: run.shard)
        for failure in summary.counts.failures { outputOptions.say(failure) }
        try outputOptions.writeJSON(report)
        if outputOptions.printsTable { print(report.text) }
        if !summary.isFinished {
            outputOptions.say("\(output): stopped; the same command goes on from here")
            throw ExitCode(ExitStatus.interrupted.rawValue)
        }
        if report.foundNothing {
            throw CommandFailure(.badData, "\(output): no spectrum to fit in \(inputs.count) files")
        }
        if summary.counts.hasFailures { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    /// What is to be done, and to which files and folders.
    private func plan() throws -> (BatchRun, [String]) {
        let source = FitRecipeSource(
            recipe: hasModel ? recipe : arguments[0], level: level, species: species)
        var recipe = try source.resolve()
        try adjustments.apply(to: &recipe)
        let chosen = level.flatMap { CoreLevel(label: $0) } ?? recipe.model.level
        let settings = BatchSettings(
            recipe: recipe, selection: BatchSelection(level: chosen, name: spectrum), reading: reading.options,
            program: InterphaseCommand.version)
        var run = BatchRun(
            settings: settings, shard: shard.flatMap { BatchShard($0) } ?? .whole, threads: threads, restart: restart)
        run.storeInterval = .seconds(storeEvery)
        return (run, Array(hasModel ? arguments[...] : arguments.dropFirst()))
    }

    /// The name of this machine; Foundation would ask the network for it.
    private static var host: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: &names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private var session: BatchSession {
        BatchSession(
            started: Date().ISO8601Format(), host: Self.host,
            folder: FileManager.default.currentDirectoryPath, command: CommandSupport.commandLine(), threads: threads)
    }
}

/// `interphase batch merge SHARD... --output FILE`.
struct BatchMergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Put the results of all shards of a batch together.",
        discussion: """
            The results are the same as those of one run over everything. Shards that are missing, there twice, not \
            finished, or made with another recipe, version or set of files are refused.

            Example:
              interphase batch merge part-1.sqlite part-2.sqlite --output results.sqlite --csv results.csv
            """)

    @Argument(help: ArgumentHelp("The results of all shards.", valueName: "shard.sqlite"))
    var shards: [String]

    @Option(name: [.short, .customLong("output")], help: ArgumentHelp("The results.", valueName: "file.sqlite"))
    var output: String

    @Option(help: ArgumentHelp("Also write all results as one table, a row for each spectrum.", valueName: "file.csv"))
    var csv: String?

    @OptionGroup var outputOptions: OutputOptions

    mutating func run() async throws {
        let paths = (shards + [output]).map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        guard !paths.dropLast().contains(paths[paths.count - 1]) else {
            throw CommandFailure(.usage, "\(output): is one of the shards; write to another file")
        }
        try BatchResults.merge(shards, into: output)
        if let csv { try BatchResults.writeCSV(of: output, to: csv) }
        let counts = try BatchResults.counts(of: output)
        let report = BatchReport(
            output: output, summary: BatchSummary(counts: counts, spectraNow: 0, isFinished: true), shard: .whole)
        try outputOptions.writeJSON(report)
        if outputOptions.printsTable { print(report.text) }
        if counts.hasFailures { throw ExitCode(ExitStatus.findings.rawValue) }
    }
}

/// `interphase batch export RESULTS`.
struct BatchExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write results as a table, or as text that can be compared byte for byte.",
        discussion: """
            Example:
              interphase batch export results.sqlite --csv results.csv
            """)

    @Argument(help: ArgumentHelp("Results of a batch.", valueName: "file.sqlite"))
    var results: String

    @Option(help: ArgumentHelp("One table, a row for each spectrum.", valueName: "file.csv"))
    var csv: String?

    @Option(help: ArgumentHelp("All results as text: the same bytes for the same results.", valueName: "file.txt"))
    var text: String?

    func validate() throws {
        if csv == nil, text == nil { throw ValidationError("What should be written? Give --csv or --text") }
    }

    mutating func run() async throws {
        if let csv { try BatchResults.writeCSV(of: results, to: csv) }
        if let text { try BatchResults.writeCanonicalText(of: results, to: text) }
    }
}
