import Spectra

/// A file of chemical species, as `reference-spectra/xps/species.yaml`.
public struct SpeciesTable: Sendable, Hashable {
    /// The species in the order of the file.
    public let species: [Species]
    /// The sources by key.
    public let sources: [String: Source]
    private let indexByName: [String: Int]

    /// Reads a table from YAML text; `file` names it in errors.
    ///
    /// - Throws: `ReferenceDataError` with line and column where the text is not YAML, a key is unknown or missing, a
    ///   number is none, a source or an ambiguous species is not listed, or two species share a name.
    public init(yaml: String, file: String) throws(ReferenceDataError) {
        let root = try YAMLValue(text: yaml, file: file)
        let fields = try root.fields("interphase-species", "sources", "species")
        let version = try fields.require("interphase-species")
        guard try version.count() == 1 else { throw version.error(expected: "format version 1") }
        let sources = try Source.table(try fields.require("sources"))
        var entries: [Entry] = []
        var indexByName: [String: Int] = [:]
        for value in try fields.require("species").list() {
            let entry = try Entry(value, sources: sources)
            for name in entry.allNames {
                let key = SpeciesTable.normalised(name)
                guard indexByName[key] ?? entries.count == entries.count else {
                    throw value.error(expected: "a name that no other species has", found: "\"\(name)\"")
                }
                indexByName[key] = entries.count
            }
            entries.append(entry)
        }
        species = try SpeciesTable.linked(entries)
        self.sources = sources
        self.indexByName = indexByName
    }

    /// The species called `name` (its key, name or an alias; case, spaces, brackets and typography apart), with a line
    /// of `level` where one is asked for.
    public func species(named name: String, level: CoreLevel? = nil) -> Species? {
        guard let index = indexByName[SpeciesTable.normalised(name)] else { return nil }
        guard let level else { return species[index] }
        return species[index].line(of: level) == nil ? nil : species[index]
    }

    /// The names that `name` may have been meant to be, best first, among species with a line of `level` where one is
    /// asked for.
    public func names(closeTo name: String, level: CoreLevel? = nil) -> [String] {
        let wanted = SpeciesTable.normalised(name)
        var nameOfKey: [String: String] = [:]
        var keys: [String] = []
        for entry in species where level.map({ entry.line(of: $0) != nil }) ?? true {
            for alias in [entry.name] + entry.aliases + [entry.id] {
                let key = SpeciesTable.normalised(alias)
                if nameOfKey.updateValue(entry.name, forKey: key) == nil { keys.append(key) }
            }
        }
        var seen: Set<String> = []
        return closest(to: wanted, among: keys, limit: 8).compactMap { nameOfKey[$0] }
            .filter { seen.insert($0).inserted }.prefix(3).map { $0 }
    }

    /// The species whose line of `level` was published within `tolerance` (eV) of `energy` (eV), those first whose
    /// position is nearest. Cost: linear in the number of species.
    public func candidates(for level: CoreLevel, near energy: Double, within tolerance: Double) -> [SpeciesCandidate] {
        species.compactMap { entry -> SpeciesCandidate? in
            guard let line = entry.line(of: level), line.distance(to: energy) <= tolerance else { return nil }
            return SpeciesCandidate(species: entry, line: line, offset: energy - line.position)
        }.sorted { (abs($0.offset), $0.species.id) < (abs($1.offset), $1.species.id) }
    }

    /// A name without case, spaces, brackets and the typography of charges: "PS4(3-)", "PS₄³⁻" and "ps4 3-" are one.
    static func normalised(_ name: String) -> String {
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else {
            return String(name.lowercased().flatMap { plainCharacter($0) })
        }
        // Most names are plain, and every fit looks up those of its components.
        let bytes = name.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x41...0x5A: byte + 0x20
            case 0...0x20, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
                UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "^"), UInt8(ascii: "_"):
                nil
            default: byte
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func plainCharacter(_ character: Character) -> [Character] {
        let pairs = zip("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹₊₋⁺⁻−–", "01234567890123456789+-+---")
        if let plain = pairs.first(where: { $0.0 == character }) { return [plain.1] }
        return character.isWhitespace || "()[]{}^_".contains(character) ? [] : [character]
    }

    /// The species of `entries`, each ambiguity named on both sides.
    private static func linked(_ entries: [Entry]) throws(ReferenceDataError) -> [Species] {
        let indexByID = Dictionary(entries.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var ambiguous = Array(repeating: Set<String>(), count: entries.count)
        for (index, entry) in entries.enumerated() {
            for (id, value) in entry.ambiguousWith {
                guard let other = indexByID[id], other != index else {
                    throw value.error(expected: "the id of another species", found: "\"\(id)\"")
                }
                ambiguous[index].insert(id)
                ambiguous[other].insert(entry.id)
            }
        }
        return zip(entries, ambiguous).map { entry, others in entry.species(ambiguousWith: others.sorted()) }
    }
}

/// A species as written, before its ambiguities are resolved.
private struct Entry {
    let id: String
    let name: String
    let aliases: [String]
    let formula: String?
    let group: Species.Group
    let note: String?
    let ambiguousWith: [(id: String, value: YAMLValue)]
    let lines: [SpeciesLine]

    var allNames: [String] { [id, name] + aliases }

    init(_ value: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try value.fields(
            "id", "name", "aliases", "formula", "group", "ambiguous_with", "note", "lines")
        id = try fields.require("id").text()
        name = try fields.require("name").text()
        var aliases: [String] = []
        for alias in try fields["aliases"]?.list() ?? [] { aliases.append(try alias.text()) }
        self.aliases = aliases
        formula = try fields["formula"]?.text()
        let groupName = try fields.require("group")
        guard let group = Species.Group(rawValue: try groupName.text()) else {
            throw groupName.error(
                expected: "one of " + Species.Group.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.group = group
        note = try fields["note"]?.text()
        var others: [(id: String, value: YAMLValue)] = []
        for other in try fields["ambiguous_with"]?.list() ?? [] { others.append((try other.text(), other)) }
        ambiguousWith = others
        var lines: [SpeciesLine] = []
        for entry in try fields.require("lines").list() {
            let line = try SpeciesLine(entry, sources: sources)
            guard !lines.contains(where: { $0.level == line.level }) else {
                throw entry.error(expected: "each level once", found: "\(line.level) twice")
            }
            lines.append(line)
        }
        guard !lines.isEmpty else { throw value.error(expected: "at least one line", found: "none") }
        self.lines = lines
    }

    func species(ambiguousWith others: [String]) -> Species {
        Species(
            id: id, name: name, aliases: aliases, formula: formula, group: group, ambiguousWith: others, note: note,
            lines: lines)
    }
}

extension SpeciesLine {
    fileprivate init(_ entry: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try entry.fields(
            "level", "position", "range", "records", "standard_deviation", "values", "note")
        let name = try fields.require("level")
        guard let level = CoreLevel(label: try name.text()), level.description == (try name.text()) else {
            throw name.error(expected: "a core level like S 2p")
        }
        self.level = level
        let stated = try fields["position"]?.number()
        standardDeviation = try fields["standard_deviation"]?.number()
        note = try fields["note"]?.text()
        var values: [SpeciesValue] = []
        for value in try fields.require("values").list() { values.append(try SpeciesValue(value, sources: sources)) }
        self.values = values
        guard let first = values.first else { throw entry.error(expected: "at least one value", found: "none") }
        position = stated ?? first.position
        let energies = values.map(\.position) + [position]
        range =
            try fields["range"]?.interval() ?? (energies.min() ?? position)...(energies.max() ?? position)
        records = try fields["records"]?.count() ?? values.count
        guard range.contains(position), values.allSatisfy({ range.contains($0.position) }) else {
            throw entry.error(expected: "position and values within the range", found: "some outside")
        }
    }
}

extension SpeciesValue {
    fileprivate init(_ entry: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try entry.fields("position", "source", "paper", "reference", "note")
        position = try fields.require("position").number()
        let key = try fields.require("source")
        source = try key.text()
        guard sources[source] != nil else {
            throw key.error(expected: "a key of the section sources")
        }
        paper = try fields["paper"]?.text()
        reference = try fields["reference"]?.text()
        note = try fields["note"]?.text()
    }
}
