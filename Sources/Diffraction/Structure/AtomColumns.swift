import Foundation
import Spectra

/// The columns of a file's list of atoms, by name.
struct AtomColumns {
    /// The number of atoms.
    let count: Int
    /// Whether a dot stands for the coordinate 0, its default in the CIF dictionary, as in files that leave out what the
    /// special position fixes.
    private(set) var dotIsZero = false
    private var columns: [String: [CIFValue]] = [:]

    private static let names = [
        "_atom_site_label", "_atom_site_type_symbol", "_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z",
        "_atom_site_occupancy", "_atom_site_u_iso_or_equiv", "_atom_site_b_iso_or_equiv", "_atom_site_adp_type",
        "_atom_site_thermal_displace_type", "_atom_site_calc_flag", "_atom_site_disorder_assembly",
        "_atom_site_disorder_group",
    ]

    init(block: CIFBlock, reader: StructureReader) throws(ReadError) {
        if let loop = block.loop("_atom_site_fract_x") {
            count = loop.rowCount
            for name in Self.names {
                if let column = loop.tags.firstIndex(of: name) {
                    columns[name] = (0..<loop.rowCount).map { loop[$0, column] }
                }
            }
        } else {
            count = 1
            for name in Self.names { columns[name] = block.value(name).map { [$0] } }
        }
        let line = columns["_atom_site_fract_x"]?.first?.line ?? block.line
        for name in ["_atom_site_fract_y", "_atom_site_fract_z"] where columns[name] == nil {
            throw reader.malformed(line, expected: "\(name) beside _atom_site_fract_x", found: "no such column")
        }
        if columns["_atom_site_label"] == nil && columns["_atom_site_type_symbol"] == nil {
            throw reader.malformed(
                line, expected: "_atom_site_label or _atom_site_type_symbol", found: "atoms without names")
        }
        let all = columns
        let coordinates = ["x", "y", "z"].compactMap { all["_atom_site_fract_\($0)"] }
        dotIsZero = (0..<count).contains { row in
            let texts = coordinates.map { $0[row].text }
            return texts.contains(".") && texts.contains { CIFNumber.parse($0) != nil }
        }
    }

    /// What the file says, `nil` where it says nothing.
    func value(_ name: String, _ row: Int) -> CIFValue? {
        guard let value = columns[name]?[row], !value.isMissing else { return nil }
        return value
    }

    /// The same without blanks around it.
    func text(_ name: String, _ row: Int) -> String? {
        value(name, row)?.text.trimmingCharacters(in: .whitespaces)
    }

    /// One of the coordinates, `x`, `y` or `z`.
    func coordinate(_ axis: String, _ row: Int) -> CIFValue? {
        if dotIsZero, let value = columns["_atom_site_fract_\(axis)"]?[row], value.text == "." {
            return CIFValue(text: "0", line: value.line)
        }
        return value("_atom_site_fract_\(axis)", row)
    }
}
