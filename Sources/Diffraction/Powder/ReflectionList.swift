/// The reflections of a lattice that symmetry leaves distinct and allows.
struct ReflectionList {
    struct Entry {
        /// The representative: as few negative indices as possible, then the largest.
        var index: MillerIndex
        /// How many reflections, Friedel mates included, symmetry makes of it.
        var multiplicity: Int
        /// 1/d^2 in 1/square Angstrom.
        var inverseSquare: Double
    }

    /// The lattice points to be looked at are too many: the cell is wrong, or the wavelength is.
    struct TooMany: Error { var points: Double }

    /// The entries by falling d.
    var entries: [Entry] = []

    /// All reflections with 1/d^2 up to `limit`.
    init(cell: UnitCell, group: SpaceGroup, limit: Double) throws(TooMany) {
        let g = cell.reciprocalMetric
        let reach = limit.squareRoot()
        // |h| = |r* . a| <= a |r*|.
        let bounds = [cell.a, cell.b, cell.c].map { $0 * reach * (1 + 1e-12) }
        let points = bounds.reduce(0.5) { $0 * (2 * $1 + 1) }
        guard points < 5e7 else { throw TooMany(points: points) }
        let (hMax, kMax, lMax) = (Int(bounds[0]), Int(bounds[1]), Int(bounds[2]))
        let rotations = group.laueRotations
        let operations = group.operations
        for h in 0...hMax {
            for k in (h == 0 ? 0 : -kMax)...kMax {
                // q = zz l^2 + 2 p l + r
                let p = g.xz * Double(h) + g.yz * Double(k)
                let r = g.xx * Double(h * h) + g.yy * Double(k * k) + 2 * g.xy * Double(h * k)
                let discriminant = p * p - g.zz * (r - limit)
                guard discriminant >= 0 else { continue }
                let root = discriminant.squareRoot()
                // One more on either side, so that rounding loses none; q decides.
                let low = max(Int(((-p - root) / g.zz).rounded(.down)), h == 0 && k == 0 ? 1 : -lMax)
                let high = min(Int(((-p + root) / g.zz).rounded(.up)), lMax)
                guard low <= high else { continue }
                for l in low...high {
                    let q = g.zz * Double(l * l) + 2 * p * Double(l) + r
                    guard q <= limit, q > 0 else { continue }
                    let index = MillerIndex(h, k, l)
                    guard let multiplicity = Self.multiplicityOfLeader(index, rotations),
                        !operations.contains(where: { $0(index) == index && $0.phaseShift(index) != 0 })
                    else { continue }
                    entries.append(
                        Entry(
                            index: Self.representative(index, rotations), multiplicity: multiplicity, inverseSquare: q))
                }
            }
        }
        entries.sort {
            $0.inverseSquare != $1.inverseSquare
                ? $0.inverseSquare < $1.inverseSquare : Self.precedes($1.index, $0.index)
        }
    }

    private static func precedes(_ left: MillerIndex, _ right: MillerIndex) -> Bool {
        (left.h, left.k, left.l) < (right.h, right.k, right.l)
    }

    /// The number of symmetry equivalents where `index` is the largest of them, so that each set counts once.
    private static func multiplicityOfLeader(_ index: MillerIndex, _ rotations: [SymmetryOperation]) -> Int? {
        var unchanged = 0
        for rotation in rotations {
            let image = rotation(index)
            if precedes(index, image) || precedes(index, -image) { return nil }
            if image == index || -image == index { unchanged += 1 }
        }
        return 2 * rotations.count / max(unchanged, 1)
    }

    private static func representative(_ index: MillerIndex, _ rotations: [SymmetryOperation]) -> MillerIndex {
        func rank(_ m: MillerIndex) -> (Int, Int, Int, Int, Int) {
            ((m.h >= 0 ? 1 : 0) + (m.k >= 0 ? 1 : 0) + (m.l >= 0 ? 1 : 0), m.l >= 0 ? 1 : 0, m.h, m.k, m.l)
        }
        var best = index
        for rotation in rotations {
            let image = rotation(index)
            for candidate in [image, -image] where rank(best) < rank(candidate) { best = candidate }
        }
        return best
    }
}
