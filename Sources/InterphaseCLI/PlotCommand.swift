import ArgumentParser
import Foundation
import Interphase

/// `interphase plot RESULT.json... -o FILE`: figures of results that other commands wrote.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Draw figures for papers and slides from results of other commands.",
        discussion: """
            A result is what fit, series, refine or identify wrote with --json; all but a series need their curves \
            (--curves). The kind of the figure follows from the files unless --kind gives it:
              fit           one fit with components and residuals
              stack         several fits above each other, each to its own maximum
              comparison    two fits, before and after, and what changed
              correlations  the correlation coefficients of a fit
              profiles      the profile likelihoods of a fit made with --uncertainty profile
              series        quantities against the variable of a series
              pattern       a diffraction pattern with phases and difference

            Examples:
              interphase plot fit.json -o s2p.pdf --plot-width double
              interphase plot c0.json c1.json c200.json -o cycles.svg --names "fresh; 1 cycle; 200 cycles"
              interphase plot bare.json coated.json --kind comparison -o coating.png
              interphase plot fit.json --kind correlations -o correlations.svg --plot-theme dark
              interphase plot series.json --plot-of areas -o areas.pdf
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case fit, stack, comparison, correlations, profiles, series, pattern
    }

    @Argument(help: ArgumentHelp("Results as JSON.", valueName: "result.json"))
    var files: [String]

    @Option(name: [.short, .long], help: ArgumentHelp("The figure: .svg, .png or .pdf.", valueName: "file.svg"))
    var output: String

    @Option(help: ArgumentHelp("What is drawn.", valueName: "kind"))
    var kind: Kind?

    @Option(
        help: ArgumentHelp(
            "What the fits of a stack or comparison are called, separated by semicolons.", valueName: "list"))
    var names: String?

    @Option(help: ArgumentHelp("A line above the frame.", valueName: "text"))
    var title: String?

    @Option(
        name: .customLong("plot-of"),
        help: ArgumentHelp("Of a series: shares, ratios, areas or position.", valueName: "quantity"))
    var plotted: SeriesPlot.Shown?

    @Option(
        name: .customLong("of"),
        help: ArgumentHelp("Of profiles: only this quantity: area, fraction, position, width.", valueName: "quantity"))
    var quantity: String?

    @Flag(help: "Of a pattern: draw the roots of intensities, which shows weak lines.")
    var roots = false

    @OptionGroup var figures: FigureOptions

    mutating func run() throws {
        let results = try files.map { try ResultFile(CommandSupport.data(at: $0), path: $0) }
        switch kind ?? usualKind(of: results) {
        case .fit:
            var plot = try only(results, .fit, Self.fit).fit().plot
            plot.title = title
            try write(plot)
        case .stack:
            var plot = StackPlot(try members(results))
            plot.title = title
            try write(plot)
        case .comparison:
            let members = try members(results)
            guard members.count == 2 else {
                throw CommandFailure(.usage, "--kind comparison: expected two fits, got \(members.count)")
            }
            var plot = ComparisonPlot(before: members[0], after: members[1])
            plot.title = title
            try write(plot)
        case .correlations:
            var plot = try only(results, .correlations, Self.fit).correlations()
            plot.title = title
            try write(plot)
        case .profiles: try writeProfiles(try only(results, .profiles, Self.fit))
        case .series:
            let file = try only(results, .series) { if case .series(let file) = $0 { file } else { nil } }
            try write(try file.plot(showing: plotted))
        case .pattern:
            let file = try only(results, .pattern) { if case .pattern(let file) = $0 { file } else { nil } }
            var plot = try file.plot(usesRoots: roots)
            plot.title = title
            try write(plot)
        }
    }

    private func write(_ figure: some Figure) throws { try figures.write(figure, to: output) }

    private func writeProfiles(_ file: FitResultFile) throws {
        let all = file.profiles()
        let wanted = all.filter { quantity == nil || $0.quantity == quantity }
        guard !wanted.isEmpty else {
            let known = all.map(\.quantity).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            throw CommandFailure(
                .badData,
                all.isEmpty
                    ? "\(files[0]): holds no profiles; fit with --uncertainty profile"
                    : "\(files[0]): holds no profile of \(quantity ?? ""); it has \(known.joined(separator: ", "))")
        }
        var plot = ProfilePlot(wanted)
        plot.title = title
        try write(plot)
    }

    private func usualKind(of results: [ResultFile]) -> Kind {
        guard results.count < 2 else { return .stack }
        switch results.first {
        case .series: return .series
        case .pattern: return .pattern
        case .fit, nil: return .fit
        }
    }

    private static func fit(_ result: ResultFile) -> FitResultFile? {
        if case .fit(let file) = result { file } else { nil }
    }

    /// The one result that a figure of `kind` is made of.
    private func only<File>(_ results: [ResultFile], _ kind: Kind, _ wanted: (ResultFile) -> File?) throws -> File {
        guard results.count == 1, let file = wanted(results[0]) else {
            let source =
                switch kind {
                case .series: "series"
                case .pattern: "refine or identify"
                default: "fit"
                }
            throw CommandFailure(
                .usage, "a figure of the kind \(kind.rawValue) is made of one result of interphase \(source)")
        }
        return file
    }

    /// The fits with their names: those given, or spectra's, or the files'.
    private func members(_ results: [ResultFile]) throws -> [StackPlot.Member] {
        let fits = try zip(files, results).map { path, result in
            guard let file = Self.fit(result) else {
                throw CommandFailure(.usage, "\(path): is no result of interphase fit, of which stacks are made")
            }
            return try file.fit()
        }
        if let names {
            let list = names.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard list.count == fits.count else {
                throw CommandFailure(
                    .usage, "--names \(names): expected \(fits.count) names separated by semicolons, got \(list.count)")
            }
            return zip(list, fits).map { StackPlot.Member(name: $0, fit: $1) }
        }
        let spectra = fits.map(\.spectrumName)
        let stems = files.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
        let shown = Set(spectra).count == spectra.count && !spectra.contains("") ? spectra : stems
        return zip(shown, fits).map { StackPlot.Member(name: $0, fit: $1) }
    }
}
