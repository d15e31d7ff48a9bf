import CReferenceData
import Spectra

/// The reference data that come with the library: the files of `reference-spectra/`, compiled in.
///
/// Each table is read once, when it is first asked for. The files are part of the source and tested with it; should one
/// be damaged all the same, its table is empty and `problems` says where the damage is.
public enum ReferenceLibrary {
    /// The text of the compiled-in file `name`, a path below `reference-spectra/`; `nil` where there is none.
    public static func text(of name: String) -> String? { files.first { $0.name == name }?.text }

    /// All compiled-in files, paths below `reference-spectra/`, in the order in which they were compiled in.
    public static var fileNames: [String] { files.map(\.name) }

    /// What is wrong with the compiled-in files: nothing.
    public static var problems: [ReferenceDataError] {
        [coreLevelTable.problem, speciesTable.problem].compactMap { $0 }
    }

    /// The core levels in the order of atomic numbers, those of an element from inner to outer shells.
    public static var coreLevels: [CoreLevelReference] { coreLevelTable.value?.levels ?? [] }

    /// The reference data of `level`; `nil` where the library does not know the level.
    public static func reference(of level: CoreLevel) -> CoreLevelReference? { coreLevelsByLevel[level] }

    /// The source that entries call `key`.
    public static func source(_ key: String) -> Source? {
        coreLevelTable.value?.sources[key] ?? speciesTable.value?.sources[key]
    }

    /// The levels of which published binding energies of the line j = l + 1/2 come as near to `energy` (eV) as
    /// `tolerance` (eV), those first whose typical value is nearest.
    ///
    /// More than one level may be meant: Co 2p and Ba 3d, or P 2p and Sr 3d, lie at the same place. Cost: linear in the
    /// number of levels.
    public static func levels(near energy: Double, within tolerance: Double = 0) -> [CoreLevelReference] {
        coreLevels
            .filter {
                energy >= $0.bindingEnergyRange.lowerBound - tolerance
                    && energy <= $0.bindingEnergyRange.upperBound + tolerance
            }
            .sorted {
                (abs($0.bindingEnergy.typical - energy), $0.level.description)
                    < (abs($1.bindingEnergy.typical - energy), $1.level.description)
            }
    }

    // MARK: - Species

    /// The chemical species, in the order of the file.
    public static var species: [Species] { speciesTable.value?.species ?? [] }

    /// The species called `name` (its key, name or an alias; case, spaces, brackets and typography apart), with a line
    /// of `level` where one is asked for; `nil` where the library does not know it.
    public static func species(named name: String, level: CoreLevel? = nil) -> Species? {
        speciesTable.value?.species(named: name, level: level)
    }

    /// The names of species that `name` may have been meant to be, best first.
    public static func speciesNames(closeTo name: String, level: CoreLevel? = nil) -> [String] {
        speciesTable.value?.names(closeTo: name, level: level) ?? []
    }

    /// The species whose line of `level` was published within `tolerance` (eV) of the binding energy `energy` (eV),
    /// those first whose position is nearest.
    public static func candidates(
        for level: CoreLevel, near energy: Double, within tolerance: Double = 0.3
    ) -> [SpeciesCandidate] {
        speciesTable.value?.candidates(for: level, near: energy, within: tolerance) ?? []
    }

    /// The species that a spectrum of `level` alone does not tell apart from `species`, by key.
    public static func ambiguities(of species: Species, in level: CoreLevel) -> [Species] {
        species.ambiguousWith.compactMap { Self.species(named: $0, level: level) }
    }

    // MARK: - Loading

    struct File: Sendable {
        let name: String
        let text: String
    }

    struct Loaded<Value: Sendable>: Sendable {
        let value: Value?
        let problem: ReferenceDataError?

        init(_ name: String, read: (String) throws(ReferenceDataError) -> Value) {
            guard let text = ReferenceLibrary.text(of: name) else {
                value = nil
                problem = ReferenceDataError(file: name, expected: "a compiled-in file", found: "none")
                return
            }
            do {
                value = try read(text)
                problem = nil
            } catch {
                value = nil
                problem = error
            }
        }
    }

    static let files: [File] = {
        var count = 0
        guard let first = interphase_reference_files(&count) else { return [] }
        return UnsafeBufferPointer(start: first, count: count).map { file in
            let bytes = UnsafeBufferPointer(start: file.bytes, count: file.size)
            return File(name: String(cString: file.name), text: String(decoding: bytes, as: UTF8.self))
        }
    }()

    static let coreLevelTable = Loaded("xps/core-levels.yaml") { text throws(ReferenceDataError) in
        try CoreLevelTable(yaml: text, file: "xps/core-levels.yaml")
    }

    static let speciesTable = Loaded("xps/species.yaml") { text throws(ReferenceDataError) in
        try SpeciesTable(yaml: text, file: "xps/species.yaml")
    }

    private static let coreLevelsByLevel = Dictionary(
        coreLevels.map { ($0.level, $0) }, uniquingKeysWith: { first, _ in first })
}

extension CoreLevel {
    /// The reference data of the level: splitting, sensitivity, widths with their sources; `nil` where the library does
    /// not know the level.
    public var reference: CoreLevelReference? { ReferenceLibrary.reference(of: self) }
}
