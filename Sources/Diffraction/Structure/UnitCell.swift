import Foundation

/// A unit cell: edges in Angstrom, angles in degrees.
public struct UnitCell: Sendable, Hashable, Codable {
    /// The edge a in Angstrom.
    public let a: Double
    /// The edge b in Angstrom.
    public let b: Double
    /// The edge c in Angstrom.
    public let c: Double
    /// The angle between b and c in degrees.
    public let alpha: Double
    /// The angle between a and c in degrees.
    public let beta: Double
    /// The angle between a and b in degrees.
    public let gamma: Double

    /// A cell; `nil` where the edges or angles span no volume.
    public init?(a: Double, b: Double, c: Double, alpha: Double = 90, beta: Double = 90, gamma: Double = 90) {
        self.a = a
        self.b = b
        self.c = c
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        guard [a, b, c].allSatisfy({ $0.isFinite && $0 > 1e-3 && $0 < 1e5 }),
            [alpha, beta, gamma].allSatisfy({ $0.isFinite && $0 > 0 && $0 < 180 }), relativeVolumeSquared > 1e-8
        else { return nil }
    }

    /// A cell from its metric tensor G, G_ij = a_i . a_j in square Angstrom, as (11, 22, 33, 12, 13, 23); `nil` where
    /// that is none.
    public init?(metric g: SymmetricTensor) {
        guard g.xx > 0, g.yy > 0, g.zz > 0 else { return nil }
        let edges = (g.xx.squareRoot(), g.yy.squareRoot(), g.zz.squareRoot())
        func angle(_ product: Double, _ first: Double, _ second: Double) -> Double {
            acos(min(max(product / (first * second), -1), 1)) * 180 / .pi
        }
        self.init(
            a: edges.0, b: edges.1, c: edges.2, alpha: angle(g.yz, edges.1, edges.2),
            beta: angle(g.xz, edges.0, edges.2), gamma: angle(g.xy, edges.0, edges.1))
    }

    /// The cosine of an angle in degrees, exact at 60, 90 and 120, where almost all angles are.
    private static func cosine(_ degrees: Double) -> Double {
        switch degrees {
        case 90: 0
        case 60: 0.5
        case 120: -0.5
        default: cos(degrees * .pi / 180)
        }
    }

    /// (V / abc)^2 = 1 - cos^2 alpha - cos^2 beta - cos^2 gamma + 2 cos alpha cos beta cos gamma.
    private var relativeVolumeSquared: Double {
        let (ca, cb, cg) = (Self.cosine(alpha), Self.cosine(beta), Self.cosine(gamma))
        return 1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg
    }

    /// The volume in cubic Angstrom.
    public var volume: Double { a * b * c * relativeVolumeSquared.squareRoot() }

    /// The metric tensor G, G_ij = a_i . a_j, in square Angstrom: |r|^2 = x^T G x for fractional coordinates x.
    public var metric: SymmetricTensor {
        SymmetricTensor(
            xx: a * a, yy: b * b, zz: c * c, xy: a * b * Self.cosine(gamma), xz: a * c * Self.cosine(beta),
            yz: b * c * Self.cosine(alpha))
    }

    /// The reciprocal metric tensor G* = G^-1 in 1/square Angstrom: 1/d^2 = h^T G* h.
    public var reciprocalMetric: SymmetricTensor {
        let (ca, cb, cg) = (Self.cosine(alpha), Self.cosine(beta), Self.cosine(gamma))
        let w = relativeVolumeSquared
        return SymmetricTensor(
            xx: (1 - ca * ca) / (a * a * w), yy: (1 - cb * cb) / (b * b * w), zz: (1 - cg * cg) / (c * c * w),
            xy: (ca * cb - cg) / (a * b * w), xz: (ca * cg - cb) / (a * c * w), yz: (cb * cg - ca) / (b * c * w))
    }

    /// The lengths a*, b*, c* of the reciprocal axes in 1/Angstrom (without 2 pi).
    public var reciprocalLengths: SIMD3<Double> {
        let g = reciprocalMetric
        return SIMD3(g.xx.squareRoot(), g.yy.squareRoot(), g.zz.squareRoot())
    }

    /// 1/d^2 of a reflection in 1/square Angstrom.
    public func inverseSquareSpacing(_ index: MillerIndex) -> Double {
        reciprocalMetric.form(SIMD3(Double(index.h), Double(index.k), Double(index.l)))
    }

    /// The spacing d of lattice planes in Angstrom; infinite for 0 0 0.
    public func spacing(_ index: MillerIndex) -> Double { 1 / inverseSquareSpacing(index).squareRoot() }

    /// The distance in Angstrom between two points in fractional coordinates, as they stand.
    public func distance(_ first: SIMD3<Double>, _ second: SIMD3<Double>) -> Double {
        max(metric.form(second - first), 0).squareRoot()
    }

    /// The distance in Angstrom from a point to the nearest lattice translate of another, for cells that are not much
    /// skewed: the 27 translates about the closest in fractional coordinates are looked at.
    public func shortestDistance(_ first: SIMD3<Double>, _ second: SIMD3<Double>) -> Double {
        var difference = second - first
        difference -= difference.rounded(.toNearestOrEven)
        let g = metric
        var best = Double.infinity
        for x in -1...1 {
            for y in -1...1 {
                for z in -1...1 { best = min(best, g.form(difference + SIMD3(Double(x), Double(y), Double(z)))) }
            }
        }
        return max(best, 0).squareRoot()
    }

    /// The cell as the operations of `group` require it, with the largest relative change of a metric element that
    /// this takes: the mean of the metric over the group.
    func symmetrized(by group: SpaceGroup) -> (metric: SymmetricTensor, change: Double) {
        let g = metric
        let rotations = group.laueRotations
        var mean = SymmetricTensor.zero
        for operation in rotations { mean += g.transformed(byTransposeOf: operation.rotation) }
        mean *= 1 / Double(rotations.count)
        let scale = SIMD3(a, b, c)
        let change = [
            (mean.xx - g.xx) / (scale.x * scale.x), (mean.yy - g.yy) / (scale.y * scale.y),
            (mean.zz - g.zz) / (scale.z * scale.z), (mean.xy - g.xy) / (scale.x * scale.y),
            (mean.xz - g.xz) / (scale.x * scale.z), (mean.yz - g.yz) / (scale.y * scale.z),
        ].map(abs).max()
        return (mean, change ?? 0)
    }
}

extension UnitCell: CustomStringConvertible {
    /// `a 4.7589, b 4.7589, c 12.991 A, alpha 90, beta 90, gamma 120 deg`.
    public var description: String {
        let numbers = [a, b, c, alpha, beta, gamma].map { String(format: "%.6g", $0) }
        return "a \(numbers[0]), b \(numbers[1]), c \(numbers[2]) A, "
            + "alpha \(numbers[3]), beta \(numbers[4]), gamma \(numbers[5]) deg"
    }
}
