import Foundation
import Spectra

extension CrystalStructure {
    /// Reads the structure of the CIF at `url`.
    ///
    /// - Parameter block: the name of the data block; the first that holds a structure where left out.
    /// - Throws: `ReadError` naming the line and what is missing, or saying that the file holds no crystal structure.
    public init(contentsOf url: URL, block: String? = nil) throws(ReadError) {
        try self.init(document: CIFDocument(contentsOf: url), block: block)
    }

    /// Reads the structure of a CIF given as text.
    ///
    /// - Parameter file: the name to use in messages.
    /// - Throws: `ReadError` as `init(contentsOf:block:)` does.
    public init(cif text: String, file: String = "CIF") throws(ReadError) {
        try self.init(document: CIFDocument(text: text, file: file))
    }

    /// The structure of a CIF that is parsed already.
    ///
    /// - Parameter block: the name of the data block; the first that holds a structure where left out.
    /// - Throws: `ReadError` as `init(contentsOf:block:)` does.
    public init(document: CIFDocument, block: String? = nil) throws(ReadError) {
        let (atoms, cell) = try StructureBlocks.choose(from: document, named: block)
        var reader = StructureReader(file: document.file, block: atoms, cellBlock: cell)
        self = try reader.structure()
        findings += document.notes.prefix(10).map {
            Finding(rule: "cif-syntax", severity: .note, message: $0)
        }
    }
}

/// Which data blocks of a CIF make a structure, or why none do.
private enum StructureBlocks {
    static func choose(from document: CIFDocument, named name: String?) throws(ReadError) -> (CIFBlock, CIFBlock) {
        var blocks = document.blocks
        if let name {
            blocks = blocks.filter { $0.name.lowercased() == name.lowercased() }
            guard !blocks.isEmpty else {
                let names = document.blocks.prefix(8).map { "'\($0.name)'" }.joined(separator: ", ")
                throw .malformed(
                    file: document.file, place: .whole, expected: "a data block '\(name)'", found: "blocks \(names)")
            }
        }
        if let both = blocks.first(where: { hasCell($0) && hasAtoms($0) }) { return (both, both) }
        // Some powder programs keep the cell in another block than the atoms.
        let cells = document.blocks.filter(hasCell)
        if let atoms = blocks.first(where: hasAtoms), cells.count == 1 { return (atoms, cells[0]) }
        throw refusal(of: blocks, file: document.file)
    }

    private static func hasCell(_ block: CIFBlock) -> Bool {
        block.value("_cell_length_a").map { !$0.isMissing } ?? false
    }

    private static func hasAtoms(_ block: CIFBlock) -> Bool {
        block.values(["_atom_site_fract_x"])?.contains { !$0.isMissing } ?? false
    }

    /// What a file without a structure is, and the line that shows it.
    private static func refusal(of blocks: [CIFBlock], file: String) -> ReadError {
        func error(_ block: CIFBlock, _ found: String) -> ReadError {
            .malformed(
                file: file, place: .line(block.line),
                expected: "a crystal structure (unit cell, symmetry and atom positions)", found: found)
        }
        func named(_ block: CIFBlock) -> String { block.name.isEmpty ? "the data" : "data block '\(block.name)'" }
        if let block = blocks.first(where: hasAtoms) {
            return error(block, "atoms but no unit cell: \(named(block)) lacks _cell_length_a")
        }
        if let block = blocks.first(where: { $0.hasTag(startingWith: "_atom_site_cartn") }) {
            return error(block, "atoms in Cartesian coordinates only: \(named(block)) lacks _atom_site_fract_x")
        }
        if let block = blocks.first(where: { hasCell($0) && $0.has("_atom_site_fract_x") }) {
            return error(block, "no atom with known coordinates in \(named(block)): not a crystal structure")
        }
        if let block = blocks.first(where: hasCell) {
            let rest = block.hasTag(startingWith: "_pd_") ? " and a powder pattern" : ""
            return error(
                block,
                "a unit cell\(rest) without atoms: \(named(block)) lacks _atom_site_fract_x, so it is not a structure")
        }
        let kinds: [(String, String)] = [
            ("_pd_", "a powder pattern only: not a crystal structure"),
            ("_definition_", "a CIF dictionary: not a crystal structure"),
            ("_dictionary_", "a CIF dictionary: not a crystal structure"),
            ("_chem_comp_", "a chemical component: not a crystal structure"),
            ("_refln_", "a list of reflections only: not a crystal structure"),
            ("_diffrn_refln_", "a list of reflections only: not a crystal structure"),
            ("_geom_", "distances and angles only: not a crystal structure"),
        ]
        for (prefix, meaning) in kinds {
            if let block = blocks.first(where: { $0.hasTag(startingWith: prefix) }) { return error(block, meaning) }
        }
        if let block = blocks.first(where: { !$0.frames.isEmpty }) {
            return error(block, "save frames, as dictionaries have them: not a crystal structure")
        }
        guard let block = blocks.first else {
            return .malformed(file: file, place: .whole, expected: "a crystal structure", found: "no data block")
        }
        let tags = blocks.reduce(0) { $0 + $1.tags.count }
        return error(block, "\(tags) data names without a unit cell and atom positions: not a crystal structure")
    }
}

/// Interprets data blocks as a structure.
struct StructureReader {
    let file: String
    /// The block with the atoms.
    let block: CIFBlock
    /// The block with cell and symmetry, mostly the same.
    let cellBlock: CIFBlock
    var findings: [Finding] = []
    /// Labels of atoms whose U is suspiciously large.
    var largeDisplacements: [String] = []
    /// Labels of sites that are called water instead of by an element.
    var waterLabels: [String] = []

    init(file: String, block: CIFBlock, cellBlock: CIFBlock) {
        self.file = file
        self.block = block
        self.cellBlock = cellBlock
    }

    mutating func structure() throws(ReadError) -> CrystalStructure {
        let cell = try readCell()
        let atoms = try readAtoms(cell: cell)
        let symmetry = try readSymmetry(cell: cell, atoms: atoms)
        let exactCell = try symmetrized(cell, by: symmetry.group)
        var structure = CrystalStructure(
            name: name, cell: exactCell, spaceGroup: symmetry.group, sites: atoms.sites, tolerances: atoms.tolerances,
            spaceGroupSymbol: symmetry.symbol)
        structure = removingRepeatedAtoms(structure, tolerances: atoms.tolerances)
        checkContents(of: structure)
        if let pair = structure.closestPair(below: 0.7) {
            note(
                "atoms-too-close", .warning,
                "\(pair.first) and \(pair.second) are \(String(format: "%.2f", pair.distance)) A apart: "
                    + "is the setting right, is an occupancy missing?")
        }
        structure.source = source
        structure.findings = findings
        return structure
    }

    mutating func note(_ rule: String, _ severity: Finding.Severity = .note, _ message: String) {
        findings.append(Finding(rule: rule, severity: severity, message: message))
    }

    func malformed(_ line: Int, expected: String, found: String) -> ReadError {
        .malformed(file: file, place: .line(line), expected: expected, found: found)
    }

    // MARK: - Cell

    private mutating func readCell() throws(ReadError) -> UnitCell {
        var lengths: [Double] = []
        for name in ["_cell_length_a", "_cell_length_b", "_cell_length_c"] {
            guard let value = cellBlock.value(name) else {
                throw malformed(cellBlock.line, expected: name, found: "a data block without it")
            }
            guard let number = value.number else {
                throw malformed(value.line, expected: "a number for \(name)", found: "'\(value.text)'")
            }
            lengths.append(number.value)
        }
        var angles: [Double] = []
        for name in ["_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma"] {
            guard let value = cellBlock.value(name), !value.isMissing else {
                note(
                    "cell-angle-missing", .warning,
                    "\(name) is not given: 90 degrees, the default of the dictionary, is used")
                angles.append(90)
                continue
            }
            guard let number = value.number else {
                throw malformed(value.line, expected: "a number for \(name)", found: "'\(value.text)'")
            }
            angles.append(number.value)
        }
        guard
            let cell = UnitCell(
                a: lengths[0], b: lengths[1], c: lengths[2], alpha: angles[0], beta: angles[1], gamma: angles[2])
        else {
            let text = (lengths + angles).map { String(format: "%g", $0) }.joined(separator: ", ")
            throw malformed(
                cellBlock.value("_cell_length_a")?.line ?? cellBlock.line, expected: "a unit cell with a volume",
                found: text)
        }
        return cell
    }

    /// The cell as the symmetry requires it. A cubic cell whose edges differ in the last digit is made cubic; one whose
    /// edges differ by more than 2 % is an error of the file, and computing on would give lines that no crystal has.
    private mutating func symmetrized(_ cell: UnitCell, by group: SpaceGroup) throws(ReadError) -> UnitCell {
        let (metric, change) = cell.symmetrized(by: group)
        if change < 1e-9 { return cell }
        guard change < 0.02, let exact = UnitCell(metric: metric) else {
            throw malformed(
                cellBlock.value("_cell_length_a")?.line ?? cellBlock.line,
                expected: "a cell that the symmetry (\(group.crystalSystem.rawValue)) allows", found: cell.description)
        }
        if change > 1e-5 {
            note(
                "cell-symmetry", .warning,
                "the cell (\(cell)) is \(group.crystalSystem.rawValue) only within \(String(format: "%.2g", change * 100)) %: "
                    + "\(exact) is used")
        }
        return exact
    }

    // MARK: - Names

    private var name: String {
        for tag in ["_chemical_name_mineral", "_chemical_name_common", "_chemical_name_systematic"] {
            if let value = block.value(tag), !value.isMissing, value.text.count <= 60 {
                let text = value.text.trimmingCharacters(in: .whitespacesAndNewlines)
                if !text.isEmpty { return text }
            }
        }
        return block.name
    }

    private var source: String? {
        func text(_ tag: String) -> String? {
            block.value(tag).flatMap { $0.isMissing ? nil : $0.text.trimmingCharacters(in: .whitespacesAndNewlines) }
        }
        let databases = [
            ("_cod_database_code", "COD"), ("_database_code_icsd", "ICSD"), ("_database_code_amcsd", "AMCSD"),
            ("_database_code_pdf", "PDF"), ("_database_code_csd", "CSD"), ("_icsd_collection_code", "ICSD"),
        ]
        for (tag, database) in databases {
            if let code = text(tag) { return "\(database) \(code)" }
        }
        guard let journal = text("_journal_name_full") else { return nil }
        let place = [text("_journal_volume"), text("_journal_year").map { "(\($0))" }, text("_journal_page_first")]
        return ([journal] + place.compactMap { $0 }).joined(separator: " ")
    }

    // MARK: - Checks

    /// The composition that the file declares.
    var declaredFormula: ChemicalFormula? {
        guard let value = block.value("_chemical_formula_sum", "_chemical_formula_structural"), !value.isMissing else {
            return nil
        }
        return ChemicalFormula(text: value.text)
    }

    /// The formula units per cell that the file declares.
    var declaredUnits: Double? {
        guard let value = block.value("_cell_formula_units_z")?.number?.value, value > 0 else { return nil }
        return value
    }

    /// How far a cell's content is from the declared one: the sum of differences over the declared number of atoms,
    /// hydrogen left out where the sites have none; `nil` where the file declares nothing.
    func disagreement(of contents: ChemicalFormula) -> Double? {
        guard var declared = declaredFormula?.counts, !declared.isEmpty else { return nil }
        if contents.counts["H"] == nil { declared["H"] = nil }
        let total = declared.values.reduce(0, +)
        let found = contents.counts.values.reduce(0, +)
        guard total > 0, found > 0 else { return nil }
        let scale = declaredUnits ?? found / total
        let elements = Set(declared.keys).union(contents.counts.keys).sorted()
        let difference = elements.reduce(0.0) {
            $0 + abs((contents.counts[$1] ?? 0) - scale * (declared[$1] ?? 0))
        }
        return difference / (scale * total)
    }

    private mutating func checkContents(of structure: CrystalStructure) {
        let contents = structure.cellContents
        guard let difference = disagreement(of: contents), difference > 0.02, let declared = declaredFormula else {
            return
        }
        let units = declaredUnits.map { String(format: "%g x ", $0) } ?? ""
        note(
            "cell-contents", .warning,
            "the atoms and the symmetry give a cell of \(contents), the file states \(units)\(declared)")
    }

    /// Leaves out atoms that repeat another of the same element at the same place with more than one atom on it: files
    /// that list the whole cell beside the full symmetry would otherwise count every atom several times.
    private mutating func removingRepeatedAtoms(_ structure: CrystalStructure, tolerances: [Double]) -> CrystalStructure
    {
        let sites = structure.sites
        guard sites.count > 1, sites.count <= 3000 else { return structure }
        let images = zip(sites, structure.imageOperations).map { site, operations in
            operations.map { $0(site.position) }
        }
        let centring = structure.spaceGroup.centringTranslations.map {
            SIMD3(Double($0[0]), Double($0[1]), Double($0[2])) / Double(SymmetryOperation.denominator)
        }
        func coincide(_ first: Int, _ second: Int) -> Bool {
            images[first].contains { image in
                centring.contains { translation in
                    var difference = image + translation - sites[second].position
                    difference -= difference.rounded(.toNearestOrEven)
                    return max(abs(difference.x), abs(difference.y), abs(difference.z)) < 2e-3
                }
            }
        }
        var removed: Set<Int> = []
        var isCrowded = false
        for second in 1..<sites.count {
            for first in 0..<second
            where !removed.contains(first) && sites[first].multiplicity == sites[second].multiplicity {
                guard sites[first].occupancy + sites[second].occupancy > 1.05, coincide(first, second) else { continue }
                if sites[first].species.element == sites[second].species.element {
                    removed.insert(second)
                    break
                }
                isCrowded = true
            }
        }
        if isCrowded { note("site-crowded", .warning, "some sites hold more than one atom in all") }
        guard !removed.isEmpty else { return structure }
        note(
            "atoms-repeated", .warning,
            "\(removed.count) of \(sites.count) atoms repeat others under the symmetry and are counted once")
        let kept = sites.indices.filter { !removed.contains($0) }
        return CrystalStructure(
            name: structure.name, cell: structure.cell, spaceGroup: structure.spaceGroup, sites: kept.map { sites[$0] },
            tolerances: kept.map { tolerances[$0] }, spaceGroupSymbol: structure.spaceGroupSymbol)
    }
}
