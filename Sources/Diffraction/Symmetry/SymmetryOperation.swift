/// A symmetry operation of a crystal: x' = R x + t in fractional coordinates, with an integer matrix R.
///
/// Translations are kept as integers in units of 1/`SymmetryOperation.denominator` of a cell edge, so that groups are
/// exact; all fractions with a denominator up to 10, and 12ths, 15ths, 16ths, 24ths, are whole numbers of these.
public struct SymmetryOperation: Sendable, Hashable {
    /// Units of translation per cell edge.
    public static let denominator = 5040

    /// The rows of the matrix R, one after the other, nine numbers.
    public var rotation: [Int]
    /// The translation t in units of 1/`denominator`, each from 0 to `denominator` - 1.
    public var translation: [Int]

    /// The operation x, y, z.
    public static let identity = SymmetryOperation(rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0])

    /// An operation from the nine numbers of its matrix and the three of its translation, which is taken modulo 1.
    public init(rotation: [Int], translation: [Int]) {
        precondition(
            rotation.count == 9 && translation.count == 3, "a symmetry operation is a 3 x 3 matrix and a vector")
        self.rotation = rotation
        self.translation = translation.map { Self.wrapped($0) }
    }

    static func wrapped(_ value: Int) -> Int {
        let rest = value % denominator
        return rest < 0 ? rest + denominator : rest
    }

    /// The determinant of R: 1 for proper, -1 for improper rotations.
    public var determinant: Int {
        let r = rotation
        return r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6])
            + r[2] * (r[3] * r[7] - r[4] * r[6])
    }

    /// Whether R is the unit matrix.
    public var isTranslation: Bool { rotation == Self.identity.rotation }

    /// `self` after `first`: x' = R1 (R2 x + t2) + t1, modulo lattice translations.
    public func after(_ first: SymmetryOperation) -> SymmetryOperation {
        SymmetryOperation(
            rotation: Self.product(rotation, first.rotation),
            translation: (0..<3).map { row in
                translation[row]
                    + (0..<3).reduce(0) { $0 + rotation[3 * row + $1] * first.translation[$1] }
            })
    }

    /// The operation that undoes this one; `nil` where R is not unimodular.
    public var inverse: SymmetryOperation? {
        let determinant = determinant
        guard determinant == 1 || determinant == -1 else { return nil }
        let inverted = Self.adjugate(rotation).map { $0 * determinant }
        var moved = [0, 0, 0]
        for row in 0..<3 {
            for k in 0..<3 { moved[row] -= inverted[3 * row + k] * translation[k] }
        }
        return SymmetryOperation(rotation: inverted, translation: moved)
    }

    static func product(_ left: [Int], _ right: [Int]) -> [Int] {
        var result = [Int](repeating: 0, count: 9)
        for row in 0..<3 {
            for column in 0..<3 {
                for k in 0..<3 { result[3 * row + column] += left[3 * row + k] * right[3 * k + column] }
            }
        }
        return result
    }

    /// The transposed matrix of cofactors, which is the determinant times the inverse.
    static func adjugate(_ m: [Int]) -> [Int] {
        [
            m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
            m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
            m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3],
        ]
    }

    /// The image of a point in fractional coordinates, not moved back into the cell.
    public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(
            Double(rotation[0]) * point.x + Double(rotation[1]) * point.y + Double(rotation[2]) * point.z,
            Double(rotation[3]) * point.x + Double(rotation[4]) * point.y + Double(rotation[5]) * point.z,
            Double(rotation[6]) * point.x + Double(rotation[7]) * point.y + Double(rotation[8]) * point.z)
            + SIMD3(Double(translation[0]), Double(translation[1]), Double(translation[2])) / Double(Self.denominator)
    }

    /// The indices that the operation makes of (h, k, l): h' = h R, the row vector times the matrix.
    public func callAsFunction(_ index: MillerIndex) -> MillerIndex {
        let r = rotation
        return MillerIndex(
            index.h * r[0] + index.k * r[3] + index.l * r[6], index.h * r[1] + index.k * r[4] + index.l * r[7],
            index.h * r[2] + index.k * r[5] + index.l * r[8])
    }

    /// h . t in units of 1/`denominator`, modulo 1.
    func phaseShift(_ index: MillerIndex) -> Int {
        Self.wrapped(index.h * translation[0] + index.k * translation[1] + index.l * translation[2])
    }
}

extension SymmetryOperation: Comparable {
    /// An arbitrary total order (matrix, then translation), for lists that can be compared.
    public static func < (left: SymmetryOperation, right: SymmetryOperation) -> Bool {
        left.rotation == right.rotation
            ? left.translation.lexicographicallyPrecedes(right.translation)
            : left.rotation.lexicographicallyPrecedes(right.rotation)
    }
}

/// The Miller indices of a reflection.
public struct MillerIndex: Sendable, Hashable {
    /// The index along a*.
    public var h: Int
    /// The index along b*.
    public var k: Int
    /// The index along c*.
    public var l: Int

    /// The indices h, k, l.
    public init(_ h: Int, _ k: Int, _ l: Int) {
        self.h = h
        self.k = k
        self.l = l
    }

    /// The Friedel mate.
    public static prefix func - (index: MillerIndex) -> MillerIndex { MillerIndex(-index.h, -index.k, -index.l) }
}

extension MillerIndex: CustomStringConvertible {
    /// `1 0 -4`.
    public var description: String { "\(h) \(k) \(l)" }
}
