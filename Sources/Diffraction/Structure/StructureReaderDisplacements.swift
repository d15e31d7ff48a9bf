import Foundation
import Spectra

extension StructureReader {
    /// The displacement of one atom: the tensor where there is one and the type of displacement does not say isotropic.
    mutating func displacement(
        _ columns: AtomColumns, _ row: Int, label: String, anisotropic: [String: Displacement]
    ) -> Displacement? {
        let kind =
            (columns.text("_atom_site_adp_type", row) ?? columns.text("_atom_site_thermal_displace_type", row) ?? "")
            .lowercased()
        if let tensor = anisotropic[label], !kind.hasSuffix("iso"), !kind.hasSuffix("ovl") { return tensor }
        func stated(_ name: String) -> Double? {
            guard let value = columns.value(name, row), let number = value.number else { return nil }
            // An atom at rest does not exist: a zero without uncertainty stands for "not refined".
            return number.value == 0 && number.standardUncertainty == nil ? nil : number.value
        }
        let u = stated("_atom_site_u_iso_or_equiv")
        let b = stated("_atom_site_b_iso_or_equiv")
        guard let value = u ?? b else { return nil }
        guard value >= 0 else {
            note(
                "displacement-negative", .warning, "the displacement of \(label), \(value), is negative and is not used"
            )
            return nil
        }
        let limit = u != nil ? 2.0 : 150.0
        guard value < limit else {
            note("displacement-size", .warning, "the displacement of \(label), \(value), is absurd and is not used")
            return nil
        }
        if let u, u > 0.3, !largeDisplacements.contains(label) { largeDisplacements.append(label) }
        return u.map { .isotropicU($0) } ?? .isotropicB(value)
    }

    /// The tensors of the file by label.
    mutating func anisotropicTensors() -> [String: Displacement] {
        var result: [String: Displacement] = [:]
        let kinds: [(String, Double, @Sendable (SymmetricTensor) -> Displacement)] = [
            ("u", 2, { .anisotropicU($0) }), ("b", 150, { .anisotropicB($0) }), ("beta", 2, { .anisotropicBeta($0) }),
        ]
        for (letter, limit, make) in kinds {
            let first = "_atom_site_aniso_\(letter)_11"
            guard let loop = block.loop(first) else { continue }
            guard loop.leftOver == 0 else {
                note(
                    "aniso-broken", .warning,
                    "the loop of anisotropic displacements (line \(loop.line)) is broken and not used")
                continue
            }
            guard let labels = loop.column("_atom_site_aniso_label", "_atom_site_label") else { continue }
            let columns = ["11", "22", "33", "12", "13", "23"].map { loop.column("_atom_site_aniso_\(letter)_\($0)") }
            for row in 0..<loop.rowCount {
                let label = loop[row, labels].text
                let values = columns.compactMap { column -> Double? in
                    guard let column else { return nil }
                    // A dot off the diagonal is what the site symmetry makes zero.
                    return loop[row, column].text == "." ? 0 : loop[row, column].number?.value
                }
                guard values.count == 6, result[label] == nil else { continue }
                guard values.allSatisfy({ abs($0) < limit }) else {
                    note(
                        "displacement-size", .warning,
                        "the anisotropic displacement of \(label) is absurd and is not used")
                    continue
                }
                let tensor = SymmetricTensor(
                    xx: values[0], yy: values[1], zz: values[2], xy: values[3], xz: values[4], yz: values[5])
                if !tensor.isPositiveDefinite {
                    note("displacement-negative", .note, "the displacement tensor of \(label) is not positive definite")
                }
                result[label] = make(tensor)
            }
        }
        return result
    }
}
