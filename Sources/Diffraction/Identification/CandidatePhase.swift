import Foundation

/// A crystal structure that may be in a specimen.
public struct CandidatePhase: Sendable {
    /// A name for people: that of the library's entry or of the file.
    public let name: String
    /// The structure.
    public let structure: CrystalStructure
    /// The elements that it consists of.
    public let elements: Set<String>

    /// A candidate.
    public init(name: String, structure: CrystalStructure) {
        self.name = name
        self.structure = structure
        elements = Set(structure.cellContents.counts.keys)
    }

    /// The phases that come with the program.
    public static var library: [CandidatePhase] {
        PhaseLibrary.phases.map { CandidatePhase(name: $0.name, structure: $0.structure) }
    }
}

/// The lines of a candidate at the radiation of a pattern, ready to be moved by strains of its cell.
struct PhaseLines: Sendable {
    /// One line: equivalent reflections taken together.
    struct Line: Sendable {
        var index: MillerIndex
        /// m |F|^2 LP / V^2: intensity per volume of the phase.
        var intensity: Double
        /// The parts of 1/d^2 that go with a*a*, b*b*, c*c*, b*c*, a*c*, a*b*, in 1/A^2.
        var parts: SIMD8<Double>
        /// The spacing without strain, Angstrom.
        var spacing: Double
    }

    let name: String
    /// The CIF that it came from; `nil` for phases that come with the program.
    var file: String?
    let formula: String
    let elements: Set<String>
    let density: Double
    let cell: UnitCell
    /// By falling spacing, that is rising angle.
    var lines: [Line]
    /// Which axes stretch together, as the crystal system wants.
    let axisGroups: [[Int]]

    /// The share of all intensity that the weakest lines may have together for them to be left out.
    static let negligible = 0.0003

    /// The lines of `candidate` at the first wavelength of `settings`, the weakest left out.
    init(_ candidate: CandidatePhase, settings: PowderPattern.Settings) throws {
        let pattern = try PowderPattern(candidate.structure, settings: settings)
        guard let density = pattern.density else {
            throw PatternError.badParameter("its density is not known: an element has no atomic weight here")
        }
        let cell = candidate.structure.cell
        self.init(
            name: candidate.name, formula: candidate.structure.formula.description, elements: candidate.elements,
            density: density, cell: cell, axisGroups: Self.groups(candidate.structure.spaceGroup.crystalSystem, cell),
            lines: pattern.reflections.map { ($0.index, $0.intensityPerVolume) })
        dropWeakest(share: Self.negligible)
    }

    init(
        name: String, formula: String, elements: Set<String>, density: Double, cell: UnitCell, axisGroups: [[Int]],
        lines: [(index: MillerIndex, intensity: Double)]
    ) {
        self.name = name
        self.formula = formula
        self.elements = elements
        self.density = density
        self.cell = cell
        self.axisGroups = axisGroups
        let g = cell.reciprocalMetric
        self.lines = lines.map { line in
            let h = SIMD3<Double>(Double(line.index.h), Double(line.index.k), Double(line.index.l))
            let parts = SIMD8<Double>(
                h.x * h.x * g.xx, h.y * h.y * g.yy, h.z * h.z * g.zz, 2 * h.y * h.z * g.yz, 2 * h.x * h.z * g.xz,
                2 * h.x * h.y * g.xy, 0, 0)
            return Line(
                index: line.index, intensity: line.intensity, parts: parts, spacing: 1 / parts.sum().squareRoot())
        }.sorted { $0.spacing > $1.spacing }
    }

    /// Leaves out the weakest lines, whose intensities together are at most this share of all.
    mutating func dropWeakest(share: Double) {
        let strengths = lines.map(\.intensity).sorted()
        let total = strengths.reduce(0, +)
        var sum = 0.0, least = 0.0
        for strength in strengths {
            sum += strength
            if sum > share * total { break }
            least = strength
        }
        lines.removeAll { $0.intensity <= least }
    }

    /// The axes that stretch together: those that the crystal system makes equal, and those that a structure written with
    /// less symmetry than it has leaves equal.
    private static func groups(_ system: CrystalSystem, _ cell: UnitCell) -> [[Int]] {
        func areEqual(_ p: Double, _ q: Double) -> Bool { abs(p - q) < 1e-4 * q }
        switch system {
        case .cubic: return [[0, 1, 2]]
        case .tetragonal, .hexagonal: return [[0, 1], [2]]
        // Rhombohedral axes are equal.
        case .trigonal: return cell.a == cell.c ? [[0, 1, 2]] : [[0, 1], [2]]
        case .orthorhombic, .monoclinic, .triclinic:
            let lengths = [cell.a, cell.b, cell.c]
            return lengths.indices.reduce(into: [[Int]]()) { groups, axis in
                if let k = groups.firstIndex(where: { areEqual(lengths[$0[0]], lengths[axis]) }) {
                    groups[k].append(axis)
                } else {
                    groups.append([axis])
                }
            }
        }
    }

    /// The spacing of a line, and d(ln d)/d(strain) for each group of axes, when its axes are (1 + strain) times as long.
    func spacing(_ line: Line, strains: UnsafeBufferPointer<Double>, slopes: UnsafeMutableBufferPointer<Double>)
        -> Double
    {
        var scale = SIMD3<Double>(1, 1, 1)
        for (k, group) in axisGroups.enumerated() { for axis in group { scale[axis] = 1 + strains[k] } }
        let a = 1 / (scale.x * scale.x), b = 1 / (scale.y * scale.y), c = 1 / (scale.z * scale.z)
        let factors = SIMD8<Double>(
            a, b, c, 1 / (scale.y * scale.z), 1 / (scale.x * scale.z), 1 / (scale.x * scale.y), 0, 0)
        let terms = line.parts * factors
        let inverseSquare = terms.sum()
        // d ln d / d ln(axis) = (what goes with that axis) / (1/d^2), products counted half for each of their axes.
        let byAxis = SIMD3<Double>(
            terms[0] + (terms[4] + terms[5]) / 2, terms[1] + (terms[3] + terms[5]) / 2,
            terms[2] + (terms[3] + terms[4]) / 2)
        for (k, group) in axisGroups.enumerated() {
            slopes[k] = group.reduce(0) { $0 + byAxis[$1] / scale[$1] } / inverseSquare
        }
        return 1 / inverseSquare.squareRoot()
    }

    /// The cell under strains.
    func strained(_ strains: [Double]) -> UnitCell? {
        var scale = SIMD3<Double>(1, 1, 1)
        for (k, group) in axisGroups.enumerated() { for axis in group { scale[axis] = 1 + strains[k] } }
        return UnitCell(
            a: cell.a * scale.x, b: cell.b * scale.y, c: cell.c * scale.z, alpha: cell.alpha, beta: cell.beta,
            gamma: cell.gamma)
    }
}
