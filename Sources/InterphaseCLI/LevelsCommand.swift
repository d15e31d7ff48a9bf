import ArgumentParser
import Foundation
import Interphase

/// `interphase levels [LEVEL]`: the reference data of core levels with their sources.
struct LevelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "levels",
        abstract: "Show core levels: energies, splittings, sensitivities and widths, with sources.",
        discussion: """
            Example:
              interphase levels
              interphase levels "S 2p"
              interphase levels --near 161.6
            """)

    @Argument(help: ArgumentHelp("A core level, as \"S 2p\"; all levels without it.", valueName: "level"))
    var level: String?

    @Option(help: ArgumentHelp("Only levels with lines at this binding energy.", valueName: "eV"))
    var near: Double?

    @Option(help: ArgumentHelp("How far from --near the known range of a level may end.", valueName: "eV"))
    var within = 0.0

    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        let levels = try selection()
        if output.printsTable {
            if let only = levels.first, level != nil {
                print(LevelsTable.details(of: only))
            } else {
                print(LevelsTable.text(of: levels))
            }
        }
        try output.writeJSON(LevelsReport(levels))
    }

    func validate() throws {
        if level != nil, near != nil { throw ValidationError("give a level or --near, not both") }
        if let near, !near.isFinite { throw ValidationError("--near \(near): expected an energy in eV") }
        guard within >= 0, within.isFinite else {
            throw ValidationError("--within \(within): expected a distance in eV, not negative")
        }
    }

    private func selection() throws -> [CoreLevelReference] {
        if let level { return [try ReferenceSelection.level(level)] }
        guard let near else { return ReferenceLibrary.coreLevels }
        let found = ReferenceLibrary.levels(near: near, within: within)
        guard !found.isEmpty else {
            throw CommandFailure(
                .usage, "no level has lines at \(near) eV; a larger --within reaches further (it is \(within) eV)")
        }
        return found
    }
}

/// What `levels` and `species` look up by what was typed.
enum ReferenceSelection {
    /// The level called `label`.
    static func level(_ label: String) throws -> CoreLevelReference {
        guard let level = CoreLevel(label: label) else {
            throw CommandFailure(.usage, "\"\(label)\": expected a core level as \"S 2p\"")
        }
        if let reference = level.reference { return reference }
        let others = ReferenceLibrary.coreLevels.filter { $0.level.element == level.element }
        let hint =
            others.isEmpty
            ? "" : "; of \(level.element) it has " + others.map(\.level.description).joined(separator: ", ")
        throw CommandFailure(.usage, "the library has no data of \(level)\(hint)")
    }

    /// The sources called `keys` as a list of references, one a line.
    static func references(_ keys: some Sequence<String>) -> [String] {
        Set(keys).sorted().compactMap { key in
            ReferenceLibrary.source(key).map { "  \(key): \($0.citation)" + ($0.note.map { " (\($0))" } ?? "") }
        }
    }
}

/// What `levels` prints for people.
enum LevelsTable {
    /// One line a level, and the list of sources.
    static func text(of levels: [CoreLevelReference]) -> String {
        var rows = [
            [
                "level", "line at / eV", "splitting / eV", "accepted", "area ratio", "Scofield", "sensitivity",
                "width / eV", "natural width", "window / eV",
            ]
        ]
        rows += levels.map(row)
        let sources =
            ["", "area ratio: from the number of electrons; sensitivity: C 1s = 1, Al K-alpha; sources:"]
            + ReferenceSelection.references(levels.flatMap(\.sources))
        return (InfoTable.aligned(rows) + sources).joined(separator: "\n")
    }

    private static func row(of reference: CoreLevelReference) -> [String] {
        let natural = reference.naturalWidth
        return [
            reference.level.description, span(reference.bindingEnergyRange), number(reference.splitting?.default),
            span(reference.splitting?.range), number(reference.statisticalAreaRatio, digits: 4),
            number(reference.scofieldAreaRatio, digits: 4), number(reference.sensitivity.total),
            "\(number(reference.width.start)) (\(span(reference.width.range)))",
            [natural?.major, natural?.minor].compactMap { $0 }.map { number($0) }.joined(separator: " / "),
            span(reference.window),
        ].map { $0.isEmpty ? "-" : $0 }
    }

    /// Everything about one level.
    static func details(of reference: CoreLevelReference) -> String {
        let level = reference.level
        var rows: [[String]] = []
        func add(_ name: String, _ value: String, _ sources: [String]) {
            rows.append([name, value, sources.isEmpty ? "" : "[" + sources.joined(separator: ", ") + "]"])
        }
        let energy = reference.bindingEnergy
        add(
            "\(level.majorLine) found at",
            "\(span(energy.range)) eV, median \(number(energy.typical)) of \(energy.records)",
            energy.sources)
        add("window to fit", "\(span(reference.window)) eV", reference.windowSources)
        if let splitting = reference.splitting {
            add("splitting", "\(number(splitting.default)) eV, accepted \(span(splitting.range))", splitting.sources)
            if !splitting.records.isEmpty {
                add(
                    "  measured", splitting.records.map { "\(number($0.value)) (\($0.code))" }.joined(separator: ", "),
                    [])
            }
            if let compounds = splitting.compounds { add("  in compounds", spread(of: compounds), []) }
        }
        if let statistical = reference.statisticalAreaRatio, let scofield = reference.scofieldAreaRatio {
            let value = "\(number(statistical, digits: 4)) by electrons, \(number(scofield, digits: 4)) by Scofield"
            add("area \(level.minorLine) : \(level.majorLine)", value, reference.sensitivity.sources)
        }
        var sensitivity = number(reference.sensitivity.total)
        if let lines = reference.sensitivity.lines {
            sensitivity += " = \(number(lines.major)) + \(number(lines.minor))"
        }
        add("sensitivity, C 1s = 1", sensitivity, reference.sensitivity.sources)
        add(
            "width", "start \(number(reference.width.start)) eV, bounds \(span(reference.width.range))",
            reference.width.sources)
        if let observed = reference.observedWidth { add("  published", spread(of: observed), observed.sources) }
        if let natural = reference.naturalWidth {
            let value = [natural.major, natural.minor].compactMap { $0 }.map { number($0) }.joined(separator: " / ")
            add("natural width", "\(value) eV", natural.sources)
        }
        if let ratio = reference.minorWidthRatio {
            let value = "start \(number(ratio.start)), bounds \(span(ratio.range)) (Coster-Kronig transitions)"
            add("width \(level.minorLine) : \(level.majorLine)", value, ratio.sources)
        }
        var lines = ["\(level)"] + InfoTable.aligned(rows).map { "  " + $0 }
        lines += [reference.remark, reference.sensitivity.note].compactMap { $0 }.map { "  note: \($0)" }
        return (lines + ["", "sources:"] + ReferenceSelection.references(reference.sources)).joined(separator: "\n")
    }

    private static func spread(of values: PublishedValues) -> String {
        "median \(number(values.median)) eV, \(span(values.spread)) (10 to 90 % of \(values.records))"
    }

    /// At most `digits` digits, none in vain.
    static func number(_ value: Double?, digits: Int = 6) -> String {
        value.map { String(format: "%.\(digits)g", $0) } ?? "-"
    }

    /// The two ends of an interval.
    static func span(_ range: ClosedRange<Double>?) -> String {
        range.map { "\(number($0.lowerBound)) - \(number($0.upperBound))" } ?? "-"
    }
}
