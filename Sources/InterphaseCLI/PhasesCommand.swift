import ArgumentParser
import Foundation
import Interphase

/// `interphase phases [NAME]`: the crystal structures that come along, with their sources.
struct PhasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phases",
        abstract: "Show the crystal structures that come along: formula, space group, cell, source.",
        discussion: """
            Example:
              interphase phases --elements Li,Co,Ti,O
              interphase phases Co3O4
              interphase phases Co3O4 --cif > Co3O4.cif
            """)

    @Argument(help: ArgumentHelp("A phase, as Co3O4; all phases without it.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Only phases of these elements, as Li,Co,O.", valueName: "list"))
    var elements: String?

    @Flag(help: "Print the CIF of the phase.")
    var cif = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if name != nil, elements != nil { throw ValidationError("give a name or --elements, not both") }
        if cif, name == nil { throw ValidationError("--cif needs the name of a phase") }
    }

    mutating func run() async throws {
        let phases = try selection()
        if cif, let text = PhaseFiles.all.first(where: { $0.name == phases.first?.name })?.text {
            print(text, terminator: text.hasSuffix("\n") ? "" : "\n")
        } else if output.printsTable {
            print(name == nil ? PhasesTable.text(of: phases) : phases.map(PhasesTable.details).joined(separator: "\n"))
        }
        try output.writeJSON(PhasesReport(phases))
    }

    private func selection() throws -> [CandidatePhase] {
        let library = CandidatePhase.library.sorted { $0.name < $1.name }
        if let name {
            if let exact = library.first(where: { $0.name == name }) { return [exact] }
            let same = library.filter {
                $0.name.lowercased() == name.lowercased() || $0.structure.formula.description == name
            }
            guard !same.isEmpty else {
                let near = library.map(\.name).filter { $0.lowercased().hasPrefix(name.prefix(2).lowercased()) }
                let hint = near.isEmpty ? "" : "; it has \(near.prefix(8).joined(separator: ", "))"
                throw CommandFailure(.usage, "the library has no phase \"\(name)\"\(hint) (see: interphase phases)")
            }
            return same
        }
        guard let elements else { return library }
        let allowed = Set(
            elements.split(whereSeparator: { ",; ".contains($0) }).map { String($0) })
        let unknown = allowed.filter { Element.atomicNumber(of: $0) == nil }.sorted()
        guard unknown.isEmpty else {
            throw CommandFailure(.usage, "--elements: \(unknown.joined(separator: ", ")): expected symbols as Li,Co,O")
        }
        let found = library.filter { $0.elements.isSubset(of: allowed) }
        guard !found.isEmpty else { throw CommandFailure(.usage, "no phase that comes along consists of \(elements)") }
        return found
    }
}

/// What `phases` prints for people.
enum PhasesTable {
    /// One line a phase.
    static func text(of phases: [CandidatePhase]) -> String {
        let rows =
            [["phase", "formula", "space group", "a / A", "b / A", "c / A", "angles / deg", "g/cm3", "source"]]
            + phases.map { phase in
                let structure = phase.structure, cell = structure.cell
                let angles = [cell.alpha, cell.beta, cell.gamma].map { String(format: "%.4g", $0) }
                return [
                    phase.name, structure.formula.description, structure.spaceGroupSymbol,
                    String(format: "%.4f", cell.a), String(format: "%.4f", cell.b), String(format: "%.4f", cell.c),
                    Set(angles) == ["90"] ? "90" : angles.joined(separator: " "),
                    structure.density.map { String(format: "%.3f", $0) } ?? "-", structure.source ?? "-",
                ]
            }
        return InfoTable.aligned(rows).joined(separator: "\n")
    }

    /// Everything about one phase.
    static func details(of phase: CandidatePhase) -> String {
        let structure = phase.structure
        let sites = structure.sites.map { site in
            [
                site.label, site.species.description, "\(site.multiplicity)",
                String(format: "%.5f", site.position.x), String(format: "%.5f", site.position.y),
                String(format: "%.5f", site.position.z), String(format: "%.4g", site.occupancy),
            ]
        }
        return [
            "\(phase.name)  \(structure.formula), \(structure.formulaUnits) in the cell",
            "  \(structure.name)", "  space group \(structure.spaceGroupSymbol), \(structure.spaceGroup.crystalSystem)",
            "  \(structure.cell)",
            "  density \(structure.density.map { String(format: "%.3f g/cm3", $0) } ?? "unknown")",
            "  source: \(structure.source ?? "-")",
        ].joined(separator: "\n") + "\n"
            + InfoTable.aligned([["site", "atom", "multiplicity", "x", "y", "z", "occupancy"]] + sites)
            .map { "  " + $0 }.joined(separator: "\n")
    }
}

/// What `phases --json` gives, schema `interphase.phases/1`.
struct PhasesReport: Encodable {
    var schema = "interphase.phases/1"
    var phases: [Phase]

    struct Phase: Encodable {
        var name, formula, spaceGroup: String
        var cell: [String: Double]
        var density: Double?
        var source: String?

        enum CodingKeys: String, CodingKey {
            case name, formula, cell, source
            case spaceGroup = "space_group"
            case density = "density_g_cm3"
        }
    }

    init(_ candidates: [CandidatePhase]) {
        phases = candidates.map { phase in
            let cell = phase.structure.cell
            return Phase(
                name: phase.name, formula: phase.structure.formula.description,
                spaceGroup: phase.structure.spaceGroupSymbol,
                cell: [
                    "a": cell.a, "b": cell.b, "c": cell.c, "alpha": cell.alpha, "beta": cell.beta, "gamma": cell.gamma,
                ], density: phase.structure.density, source: phase.structure.source)
        }
    }
}
