extension CrystalStructure {
    /// Two atoms of a structure and the distance between them in Angstrom.
    struct Pair {
        var first: String
        var second: String
        var distance: Double
    }

    /// The closest two atoms of the cell that are less than `limit` Angstrom apart, of those that are there at the same
    /// time: occupancies that add up to little more than 1 are alternatives. `nil` where there are none, or for cells of more
    /// than 600 atoms, which nobody enters by hand.
    func closestPair(below limit: Double) -> Pair? {
        let atoms = cellAtoms
        guard atoms.count <= 600 else { return nil }
        var best: Pair?
        // One atom of each site against all others is enough: symmetry repeats the rest.
        var seen: Set<Int> = []
        for (index, atom) in atoms.enumerated() where seen.insert(atom.site).inserted {
            for (other, neighbour) in atoms.enumerated() where other != index {
                guard sites[atom.site].occupancy + sites[neighbour.site].occupancy > 1.2 else { continue }
                let distance = cell.shortestDistance(atom.position, neighbour.position)
                if distance < best?.distance ?? limit {
                    best = Pair(
                        first: sites[atom.site].label, second: sites[neighbour.site].label, distance: distance)
                }
            }
        }
        return best
    }
}
