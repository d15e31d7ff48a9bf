import Foundation
import Spectra

extension StructureReader {
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
    /// hydrogen left out where the sites have none; `nil` where the file declares nothing. A formula may be that of a
    /// formula unit or, as some programs write it, of the whole cell.
    func disagreement(of contents: ChemicalFormula) -> Double? {
        guard var declared = declaredFormula?.counts, !declared.isEmpty else { return nil }
        if contents.counts["H"] == nil { declared["H"] = nil }
        let total = declared.values.reduce(0, +)
        let found = contents.counts.values.reduce(0, +)
        guard total > 0, found > 0 else { return nil }
        let elements = Set(declared.keys).union(contents.counts.keys).sorted()
        let scales: [Double] = declaredUnits.map { [$0, 1] } ?? [found / total]
        return scales.map { (scale: Double) -> Double in
            var difference = 0.0
            for element in elements {
                difference += abs((contents.counts[element] ?? 0) - scale * (declared[element] ?? 0))
            }
            return difference / (scale * total)
        }.min()
    }

    mutating func checkContents(of structure: CrystalStructure) {
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
    mutating func removingRepeatedAtoms(_ structure: CrystalStructure, tolerances: [Double]) -> CrystalStructure {
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
