import Foundation
import Spectra

/// The atoms of a file as it lists them.
struct ListedAtoms {
    var sites: [AtomSite] = []
    /// For each site, how far in fractions of a cell edge rounding may have moved it off a special position.
    var tolerances: [Double] = []
}

extension StructureReader {
    mutating func readAtoms() throws(ReadError) -> ListedAtoms {
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
            let displacement = displacement(columns, row, label: label, anisotropic: anisotropic)
            for (species, share) in try species(columns, row, label: label, formula: formula, oxidation: oxidation) {
                var site = AtomSite(
                    label: label, species: species, position: place.position, occupancy: occupancy * share,
                    displacement: displacement)
                site.disorderAssembly = columns.text("_atom_site_disorder_assembly", row)
                site.disorderGroup = columns.text("_atom_site_disorder_group", row)
                atoms.sites.append(site)
                atoms.tolerances.append(place.tolerance)
            }
        }
        guard !atoms.sites.isEmpty else {
            throw malformed(block.line, expected: "atoms with coordinates", found: "none in \(columns.count) rows")
        }
        if !groupLabels.isEmpty {
            note(
                "group-without-hydrogen", .warning,
                "groups of atoms on one site count without their hydrogen: "
                    + groupLabels.prefix(6).joined(separator: ", ") + (groupLabels.count > 6 ? ", ..." : ""))
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

    func number(_ value: CIFValue, _ meaning: String, _ label: String) throws(ReadError) -> CIFNumber {
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
            guard let value = columns.coordinate(name, row) else { return nil }
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

    /// The element of a site, or the elements that share it with the share of each: some databases write
    /// `0.8Nb + 0.2Zr` for the type.
    private mutating func species(
        _ columns: AtomColumns, _ row: Int, label: String, formula: Set<String>, oxidation: [String: Double]
    ) throws(ReadError) -> [(ChemicalSpecies, Double)] {
        let symbol = columns.text("_atom_site_type_symbol", row)
        if let symbol, var species = ChemicalSpecies(symbol: symbol) {
            if species.charge == nil { species.charge = oxidation[symbol] }
            return [(species, 1)]
        }
        if let oxygen = group(symbol ?? label, label: label) { return [(oxygen, 1)] }
        if let symbol, let mixture = mixture(symbol, label: label) { return mixture }
        if symbol == nil || formula.count > 0, let species = ChemicalSpecies(label: symbol ?? label, formula: formula),
            symbol == nil || formula.contains(species.element)
        {
            return [(species, 1)]
        }
        let value = columns.value(symbol == nil ? "_atom_site_label" : "_atom_site_type_symbol", row)
        throw malformed(
            value?.line ?? block.line, expected: "the symbol of an element for atom \(label)",
            found: "'\(symbol ?? label)'")
    }

    /// The heavy atom of a group that stands for one site: water, hydroxide, ammonia, ammonium.
    private mutating func group(_ text: String, label: String) -> ChemicalSpecies? {
        let groups = ["oh": "O", "oh2": "O", "h2o": "O", "oh3": "O", "nh3": "N", "nh4": "N"]
        let name = text.lowercased()
        guard let element = groups[name] ?? (name.hasPrefix("wat") ? "O" : nil) else { return nil }
        groupLabels.append(label)
        return ChemicalSpecies(element: element)
    }

    /// The parts of `0.56(4)Mg + 0.29Ta`; a vacancy has none.
    private mutating func mixture(_ text: String, label: String) -> [(ChemicalSpecies, Double)]? {
        let parts = text.components(separatedBy: " + ")
        var result: [(ChemicalSpecies, Double)] = []
        for part in parts {
            let word = part.trimmingCharacters(in: .whitespaces)
            let number = word.prefix { $0.isNumber || ".()".contains($0) }
            guard let share = CIFNumber.parse(String(number))?.measured.value, (0...1.001).contains(share) else {
                return nil
            }
            let name = String(word.dropFirst(number.count))
            guard let species = ChemicalSpecies(symbol: name) ?? group(name, label: label) else { return nil }
            result.append((species, share))
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
