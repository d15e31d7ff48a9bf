import Foundation

/// Preferred orientation of platy or needle-like crystallites about the normal of a flat specimen: the intensity of a
/// reflection at the angle alpha from the preferred direction is multiplied by
/// P = (r^2 cos^2 alpha + sin^2 alpha / r)^(-3/2) (A. March, Z. Kristallogr. 81 (1932) 285; W. A. Dollase, J. Appl. Cryst.
/// 19 (1986) 267), averaged over equivalent reflections. r < 1 for plates that lie flat, r > 1 for needles; the mean over
/// all directions is 1.
public struct MarchDollase: Sendable, Hashable {
    /// The indices of the planes that tend to lie flat.
    public var direction: MillerIndex
    /// March's r, 1 for no preference.
    public var r: Double

    /// A texture.
    public init(direction: MillerIndex, r: Double) {
        self.direction = direction
        self.r = r
    }

    /// The factor and its derivative by r at one angle, from cos^2 alpha.
    static func factor(squaredCosine c: Double, r: Double) -> (value: Double, slope: Double) {
        let s = 1 - c
        let base = r * r * c + s / r
        let power = pow(base, -1.5)
        return (power, -1.5 * power / base * (2 * r * c - s / (r * r)))
    }

    /// cos^2 of the angle between two planes' normals in a reciprocal metric.
    static func squaredCosine(_ first: MillerIndex, _ second: MillerIndex, _ metric: SymmetricTensor) -> Double {
        let a = SIMD3(Double(first.h), Double(first.k), Double(first.l))
        let b = SIMD3(Double(second.h), Double(second.k), Double(second.l))
        let scale = metric.form(a) * metric.form(b)
        guard scale > 0 else { return 0 }
        let product = (a * metric.applied(b)).sum()
        return min(product * product / scale, 1)
    }

    /// The factor of a reflection: the mean over its equivalents under `group` in a crystal of `cell`.
    public func factor(_ index: MillerIndex, cell: UnitCell, group: SpaceGroup) -> Double {
        let cosines = Self.cosines(index, direction, cell.reciprocalMetric, group.laueRotations)
        return cosines.reduce(0) { $0 + Self.factor(squaredCosine: $1, r: r).value } / Double(cosines.count)
    }

    /// cos^2 of the angles between the direction and all equivalents of a reflection.
    static func cosines(
        _ index: MillerIndex, _ direction: MillerIndex, _ metric: SymmetricTensor, _ rotations: [SymmetryOperation]
    ) -> [Double] {
        rotations.map { squaredCosine($0(index), direction, metric) }
    }

    /// Low-index directions that symmetry leaves distinct, the candidates for an unknown texture: those of indices up to 1
    /// whose normals are not close to each other, at most `count`.
    static func candidates(cell: UnitCell, group: SpaceGroup, count: Int = 6) -> [MillerIndex] {
        let rotations = group.laueRotations, metric = cell.reciprocalMetric
        let all: [MillerIndex] = [
            MillerIndex(0, 0, 1), MillerIndex(1, 0, 0), MillerIndex(0, 1, 0), MillerIndex(1, 1, 0),
            MillerIndex(1, 0, 1),
            MillerIndex(0, 1, 1), MillerIndex(1, 1, 1), MillerIndex(1, 0, -1), MillerIndex(1, -1, 0),
        ]
        var kept: [MillerIndex] = []
        for index in all {
            let isNew = kept.allSatisfy { known in
                !cosines(index, known, metric, rotations).contains { $0 > 0.999 }
            }
            if isNew { kept.append(index) }
            if kept.count == count { break }
        }
        return kept
    }
}
