import Foundation
import Spectra

/// The atoms of a file as it lists them.
struct ListedAtoms {
    var sites: [AtomSite] = []
    /// For each site, how far in fractions of a cell edge rounding may have moved it off a special position.
    var tolerances: [Double] = []
}

extension StructureReader {
    mutating func readAtoms(cell: UnitCell) throws(ReadError) -> ListedAtoms {
        if let loop = block.loop("_atom_site_fract_x"), loop.leftOver > 0 {
            throw malformed(
                loop.line, expected: "rows of \(loop.tags.count) values in the loop of atom sites",
                found: "\(loop.values.count + loop.leftOver) values, which do not fill rows")
        }
        let columns = try AtomColumns(block: block, reader: self)
        let anisotropic = anisotropicTensors()
        let formula = Set(declaredFormula?.counts.keys.map { $0 } ?? [])
        let oxidation = oxidationNumbers()
        var atoms = ListedAtoms()
        var skipped = (unknown: 0, dummy: 0, empty: 0)
        for row in 0..<columns.count {
            let label =
                columns.text("_atom_site_label", row) ?? columns.text("_atom_site_type_symbol", row) ?? "\(row + 1)"
            if columns.text("_atom_site_calc_flag", row)?.lowercased() == "dum" {
                skipped.dummy += 1
                continue
            }
            guard let place = try position(columns, row, label: label) else {
                skipped.unknown += 1
                continue
            }
            let occupancy = try occupancy(columns, row, label: label)
            if occupancy == 0 {
                skipped.empty += 1
                continue
            }
            let species = try species(columns, row, label: label, formula: formula, oxidation: oxidation)
            var site = AtomSite(label: label, species: species, position: place.position, occupancy: occupancy)
            site.displacement = try displacement(columns, row, label: label, anisotropic: anisotropic)
            site.disorderAssembly = columns.text("_atom_site_disorder_assembly", row)
            site.disorderGroup = columns.text("_atom_site_disorder_group", row)
            atoms.sites.append(site)
            atoms.tolerances.append(place.tolerance)
        }
        guard !atoms.sites.isEmpty else {
            throw malformed(block.line, expected: "atoms with coordinates", found: "none in \(columns.count) rows")
        }
        if !waterLabels.isEmpty {
            note(
                "water", .warning,
                "\(waterLabels.prefix(6).joined(separator: ", ")) \(waterLabels.count == 1 ? "is" : "are") water: "
                    + "the oxygen is counted, the hydrogen is not")
        }
        if !largeDisplacements.isEmpty {
            note(
                "displacement-size", .note,
                "U above 0.3 A^2, as large as a B usually is: \(largeDisplacements.prefix(6).joined(separator: ", "))"
                    + (largeDisplacements.count > 6 ? ", ..." : ""))
        }
        if skipped.unknown > 0 {
            note("atoms-without-position", .warning, "\(skipped.unknown) atoms have no coordinates and are left out")
        }
        if skipped.dummy + skipped.empty > 0 {
            note("atoms-left-out", .note, "\(skipped.dummy + skipped.empty) dummy or empty sites are left out")
        }
        return atoms
    }

    // MARK: - Columns

    /// The columns of the atom list, by name.
    private struct AtomColumns {
        let count: Int
        private var columns: [String: [CIFValue]] = [:]

        init(block: CIFBlock, reader: StructureReader) throws(ReadError) {
            let names = [
                "_atom_site_label", "_atom_site_type_symbol", "_atom_site_fract_x", "_atom_site_fract_y",
                "_atom_site_fract_z", "_atom_site_occupancy", "_atom_site_u_iso_or_equiv", "_atom_site_b_iso_or_equiv",
                "_atom_site_adp_type", "_atom_site_thermal_displace_type", "_atom_site_calc_flag",
                "_atom_site_disorder_assembly", "_atom_site_disorder_group",
            ]
            count = block.values(["_atom_site_fract_x"])?.count ?? 0
            for name in names {
                if let values = block.values([name]), values.count == count { columns[name] = values }
            }
            for name in ["_atom_site_fract_y", "_atom_site_fract_z"] where columns[name] == nil {
                let line = columns["_atom_site_fract_x"]?.first?.line ?? block.line
                throw reader.malformed(line, expected: "\(name) beside _atom_site_fract_x", found: "no such column")
            }
            if columns["_atom_site_label"] == nil && columns["_atom_site_type_symbol"] == nil {
                throw reader.malformed(
                    columns["_atom_site_fract_x"]?.first?.line ?? block.line,
                    expected: "_atom_site_label or _atom_site_type_symbol", found: "atoms without names")
            }
        }

        func value(_ name: String, _ row: Int) -> CIFValue? {
            guard let value = columns[name]?[row], !value.isMissing else { return nil }
            return value
        }

        func text(_ name: String, _ row: Int) -> String? {
            value(name, row)?.text.trimmingCharacters(in: .whitespaces)
        }
    }

    private func number(_ value: CIFValue, _ meaning: String, _ label: String) throws(ReadError) -> CIFNumber {
        guard let number = CIFNumber.parse(value.text.trimmingCharacters(in: .whitespaces)) else {
            throw malformed(value.line, expected: "a number as \(meaning) of atom \(label)", found: "'\(value.text)'")
        }
        return number
    }

    // MARK: - One atom

    /// The coordinates, and how much rounding to their last digit can move what symmetry makes of them: three half
    /// units, for an operation such as x-y,x,z adds up to that many coordinates. An atom that is one unit off a special
    /// position on purpose has its images two units apart, and stays what it is.
    private func position(
        _ columns: AtomColumns, _ row: Int, label: String
    ) throws(ReadError) -> (position: SIMD3<Double>, tolerance: Double)? {
        var position = SIMD3<Double>(repeating: 0)
        var decimals = 0
        for (axis, name) in ["x", "y", "z"].enumerated() {
            guard let value = columns.value("_atom_site_fract_\(name)", row) else { return nil }
            let number = try number(value, "coordinate \(name)", label)
            guard abs(number.measured.value) < 1000 else {
                throw malformed(
                    value.line, expected: "a fraction of the cell edge as coordinate \(name) of atom \(label)",
                    found: "'\(value.text)'")
            }
            position[axis] = number.measured.value
            decimals = max(decimals, number.decimals)
        }
        let unit = pow(10, -Double(min(decimals, 6)))
        return (position, min(max(1.55 * unit, 1e-4), 0.016))
    }

    private mutating func occupancy(_ columns: AtomColumns, _ row: Int, label: String) throws(ReadError) -> Double {
        guard let value = columns.value("_atom_site_occupancy", row) else { return 1 }
        let occupancy = try number(value, "occupancy", label).measured.value
        guard occupancy >= 0, occupancy <= 2 else {
            throw malformed(
                value.line, expected: "an occupancy from 0 to 1 for atom \(label)", found: "'\(value.text)'")
        }
        if occupancy > 1.001 { note("occupancy", .warning, "the occupancy of \(label) is \(value.text), above 1") }
        return occupancy
    }

    private mutating func species(
        _ columns: AtomColumns, _ row: Int, label: String, formula: Set<String>, oxidation: [String: Double]
    ) throws(ReadError) -> ChemicalSpecies {
        let symbol = columns.text("_atom_site_type_symbol", row)
        if let symbol, var species = ChemicalSpecies(symbol: symbol) {
            if species.charge == nil { species.charge = oxidation[symbol] }
            return species
        }
        if (symbol ?? label).lowercased().hasPrefix("wat") {
            waterLabels.append(label)
            return ChemicalSpecies(element: "O")
        }
        if symbol == nil || formula.count > 0, let species = ChemicalSpecies(label: symbol ?? label, formula: formula),
            symbol == nil || formula.contains(species.element)
        {
            return species
        }
        let value = columns.value(symbol == nil ? "_atom_site_label" : "_atom_site_type_symbol", row)
        throw malformed(
            value?.line ?? block.line, expected: "the symbol of an element for atom \(label)",
            found: "'\(symbol ?? label)'")
    }

    // MARK: - Displacement

    private mutating func displacement(
        _ columns: AtomColumns, _ row: Int, label: String, anisotropic: [String: Displacement]
    ) throws(ReadError) -> Displacement? {
        let kind =
            (columns.text("_atom_site_adp_type", row) ?? columns.text("_atom_site_thermal_displace_type", row) ?? "")
            .lowercased()
        if let tensor = anisotropic[label], !kind.hasSuffix("iso"), !kind.hasSuffix("ovl") { return tensor }
        func stated(_ name: String, _ meaning: String) throws(ReadError) -> Double? {
            guard let value = columns.value(name, row) else { return nil }
            let number = try number(value, meaning, label).measured
            // An atom at rest does not exist: a zero without uncertainty stands for "not refined".
            return number.value == 0 && number.standardUncertainty == nil ? nil : number.value
        }
        let u = try stated("_atom_site_u_iso_or_equiv", "displacement U")
        let b = try stated("_atom_site_b_iso_or_equiv", "displacement B")
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

    private mutating func anisotropicTensors() -> [String: Displacement] {
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
                let values = columns.compactMap { $0.flatMap { loop[row, $0].number?.value } }
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

    /// The charges that the loop of atom types gives, by type symbol.
    private func oxidationNumbers() -> [String: Double] {
        guard let loop = block.loop("_atom_type_symbol"), loop.leftOver == 0,
            let symbols = loop.column("_atom_type_symbol"), let numbers = loop.column("_atom_type_oxidation_number")
        else { return [:] }
        var result: [String: Double] = [:]
        for row in 0..<loop.rowCount {
            if let charge = loop[row, numbers].number?.value, abs(charge) < 10 {
                result[loop[row, symbols].text] = charge
            }
        }
        return result
    }
}
