import Foundation
import Spectra

extension CrystalStructure {
    /// Reads the structure of the CIF at `url`.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - block: the name of the data block; the first that holds a structure where left out.
    /// - Throws: `ReadError` naming the line and what is missing, or saying that the file holds no crystal structure.
    public init(contentsOf url: URL, block: String? = nil) throws(ReadError) {
        try self.init(document: CIFDocument(contentsOf: url), block: block)
    }

    /// Reads the structure of a CIF given as text.
    ///
    /// - Parameters:
    ///   - text: the CIF, as text.
    ///   - file: the name to use in messages.
    /// - Throws: `ReadError` as `init(contentsOf:block:)` does.
    public init(cif text: String, file: String = "CIF") throws(ReadError) {
        try self.init(document: CIFDocument(text: text, file: file))
    }

    /// The structure of a CIF that is parsed already.
    ///
    /// - Parameters:
    ///   - document: the parsed CIF.
    ///   - block: the name of the data block; the first that holds a structure where left out.
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

/// Interprets data blocks as a structure.
struct StructureReader {
    let file: String
    /// The block with the atoms.
    let block: CIFBlock
    /// The block with cell and symmetry, mostly the same.
    let cellBlock: CIFBlock
    var findings: [Finding] = []
    /// Whether the file gives no cell angle at all, so that a trigonal cell may be meant to have 120 degrees.
    private var isWithoutAngles = false
    /// Labels of atoms whose U is suspiciously large.
    var largeDisplacements: [String] = []
    /// Labels of sites that hold a group such as water instead of an element.
    var groupLabels: [String] = []

    init(file: String, block: CIFBlock, cellBlock: CIFBlock) {
        self.file = file
        self.block = block
        self.cellBlock = cellBlock
    }

    mutating func structure() throws(ReadError) -> CrystalStructure {
        var cell = try readCell()
        let atoms = try readAtoms()
        let symmetry = try readSymmetry(cell: cell, atoms: atoms)
        if isWithoutAngles, let hexagonal = UnitCell(a: cell.a, b: cell.b, c: cell.c, gamma: 120),
            hexagonal.symmetrized(by: symmetry.group).change < cell.symmetrized(by: symmetry.group).change
        {
            cell = hexagonal
        }
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
        var missing: [String] = []
        for name in ["_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma"] {
            guard let value = cellBlock.value(name), !value.isMissing else {
                angles.append(90)
                missing.append(name)
                continue
            }
            guard let number = value.number else {
                throw malformed(value.line, expected: "a number for \(name)", found: "'\(value.text)'")
            }
            angles.append(number.value)
        }
        if !missing.isEmpty {
            isWithoutAngles = missing.count == 3
            note(
                "cell-angle-missing", .warning, "\(missing.joined(separator: ", ")) not given: the usual value is used")
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
        guard let journal = text("_journal_name_full") else {
            return text("_publ_section_references").map { $0.replacing("\n", with: " ") }
        }
        let place = [text("_journal_volume"), text("_journal_year").map { "(\($0))" }, text("_journal_page_first")]
        return ([journal] + place.compactMap { $0 }).joined(separator: " ")
    }
}
