import ArgumentParser
import Foundation
import Interphase

/// `interphase species [NAME]`: the species library with its sources.
struct SpeciesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "species", abstract: "Show chemical species and where their lines lie, with sources.",
        discussion: """
            Example:
              interphase species --level "S 2p"
              interphase species "PS4 3-"
              interphase species --level "P 2p" --near 133.0
            """)

    @Argument(help: ArgumentHelp("A species, as \"PS4 3-\"; all species without it.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Only lines of this core level.", valueName: "level"))
    var level: String?

    @Option(help: ArgumentHelp("Only species known to lie at this binding energy; needs --level.", valueName: "eV"))
    var near: Double?

    @Option(help: ArgumentHelp("How far from --near the known values of a species may end.", valueName: "eV"))
    var within = 0.3

    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        let coreLevel = try level.map { try ReferenceSelection.level($0).level }
        let species = try selection(coreLevel)
        if output.printsTable {
            if let only = species.first, name != nil {
                print(SpeciesTableText.details(of: only, level: coreLevel))
            } else {
                print(SpeciesTableText.text(of: species, level: coreLevel, near: near))
            }
        }
        try output.writeJSON(SpeciesReport(species, level: coreLevel))
    }

    func validate() throws {
        if near != nil, level == nil { throw ValidationError("--near needs --level") }
        if near != nil, name != nil { throw ValidationError("give a name or --near, not both") }
        if let near, !near.isFinite { throw ValidationError("--near \(near): expected an energy in eV") }
        guard within >= 0, within.isFinite else {
            throw ValidationError("--within \(within): expected a distance in eV, not negative")
        }
    }

    private func selection(_ level: CoreLevel?) throws -> [Species] {
        if let name {
            if let found = ReferenceLibrary.species(named: name, level: level) { return [found] }
            throw CommandFailure(.usage, unknown(name, level: level))
        }
        guard let level else { return ReferenceLibrary.species }
        let found: [Species]
        if let near {
            found = ReferenceLibrary.candidates(for: level, near: near, within: within).map(\.species)
        } else {
            found = ReferenceLibrary.species.filter { $0.line(of: level) != nil }
        }
        guard !found.isEmpty else {
            let place = near.map { " within \(within) eV of \($0) eV" } ?? ""
            throw CommandFailure(.usage, "the library has no species with a line of \(level)\(place)")
        }
        return found
    }

    private func unknown(_ name: String, level: CoreLevel?) -> String {
        if let level, let elsewhere = ReferenceLibrary.species(named: name) {
            let levels = elsewhere.lines.map(\.level.description).joined(separator: ", ")
            return "the library has no line of \(elsewhere.name) in \(level), only in \(levels)"
        }
        let close = ReferenceLibrary.speciesNames(closeTo: name, level: level)
        let hint = close.isEmpty ? "" : "; did you mean " + close.map { "\"\($0)\"" }.joined(separator: " or ") + "?"
        return "the library has no species \"\(name)\"\(hint)"
    }
}

/// What `species` prints for people.
enum SpeciesTableText {
    /// One line a core level of each species, and the list of sources.
    static func text(of species: [Species], level: CoreLevel?, near: Double?) -> String {
        var lines = species.flatMap { entry in
            entry.lines.filter { level == nil || $0.level == level }.map { (entry, $0) }
        }
        if let level, near == nil, level.reference != nil { lines.sort { $0.1.position < $1.1.position } }
        var rows = [
            ["species", "line", "position / eV", "published", "s.d.", "papers", "not told apart from", "sources"]
        ]
        rows += lines.map { entry, line in
            [
                entry.name, line.level.majorLine, LevelsTable.number(line.position),
                line.range.lowerBound < line.range.upperBound ? LevelsTable.span(line.range) : "-",
                line.standardDeviation.map { String(format: "%.2f", $0) } ?? "-", "\(line.records)",
                ReferenceLibrary.ambiguities(of: entry, in: line.level).map(\.name).joined(separator: "; "),
                line.sources.joined(separator: ", "),
            ].map { $0.isEmpty ? "-" : $0 }
        }
        let sources = ["", "sources:"] + ReferenceSelection.references(lines.flatMap { $0.1.sources })
        return (InfoTable.aligned(rows) + sources).joined(separator: "\n")
    }

    /// Everything about one species.
    static func details(of species: Species, level: CoreLevel?) -> String {
        let shown = species.lines.filter { level == nil || $0.level == level }
        var lines = [species.name + (species.formula.map { $0 == species.name ? "" : "  \($0)" } ?? "")]
        if !species.aliases.isEmpty { lines.append("  also called: " + species.aliases.joined(separator: "; ")) }
        lines.append("  group: \(species.group.rawValue)")
        if let note = species.note { lines.append("  note: \(note)") }
        for line in shown {
            let deviation = line.standardDeviation.map { String(format: ", s.d. %.2f", $0) } ?? ""
            lines.append("  \(line.level.majorLine): \(LevelsTable.number(line.position)) eV\(deviation)")
            let rows = line.values.map { value in
                let remarks = [value.paper, value.reference.map { "referenced to \($0)" }, value.note]
                return [
                    LevelsTable.number(value.position), value.source, remarks.compactMap { $0 }.joined(separator: "; "),
                ]
            }
            lines += InfoTable.aligned(rows).map { "    " + $0 }
            let others = ReferenceLibrary.ambiguities(of: species, in: line.level).map(\.name)
            if !others.isEmpty { lines.append("    not told apart from: " + others.joined(separator: "; ")) }
            if let note = line.note { lines.append("    note: \(note)") }
        }
        return (lines + ["", "sources:"] + ReferenceSelection.references(shown.flatMap(\.sources)))
            .joined(separator: "\n")
    }
}
