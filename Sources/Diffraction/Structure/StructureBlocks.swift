import Spectra

/// Which data blocks of a CIF make a structure, or why none do.
enum StructureBlocks {
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
