/// A symmetric tensor of rank 2 in three dimensions.
public struct SymmetricTensor: Sendable, Hashable, Codable {
    /// The element 11.
    public var xx: Double
    /// The element 22.
    public var yy: Double
    /// The element 33.
    public var zz: Double
    /// The element 12.
    public var xy: Double
    /// The element 13.
    public var xz: Double
    /// The element 23.
    public var yz: Double

    /// A tensor from its six elements.
    public init(xx: Double, yy: Double, zz: Double, xy: Double = 0, xz: Double = 0, yz: Double = 0) {
        self.xx = xx
        self.yy = yy
        self.zz = zz
        self.xy = xy
        self.xz = xz
        self.yz = yz
    }

    static let zero = SymmetricTensor(xx: 0, yy: 0, zz: 0)

    /// v^T M v.
    public func form(_ v: SIMD3<Double>) -> Double {
        xx * v.x * v.x + yy * v.y * v.y + zz * v.z * v.z + 2 * (xy * v.x * v.y + xz * v.x * v.z + yz * v.y * v.z)
    }

    static func += (left: inout SymmetricTensor, right: SymmetricTensor) {
        left.xx += right.xx
        left.yy += right.yy
        left.zz += right.zz
        left.xy += right.xy
        left.xz += right.xz
        left.yz += right.yz
    }

    static func *= (left: inout SymmetricTensor, factor: Double) {
        left.xx *= factor
        left.yy *= factor
        left.zz *= factor
        left.xy *= factor
        left.xz *= factor
        left.yz *= factor
    }

    /// The element M_ij times s_i s_j.
    func scaled(by s: SIMD3<Double>) -> SymmetricTensor {
        SymmetricTensor(
            xx: xx * s.x * s.x, yy: yy * s.y * s.y, zz: zz * s.z * s.z, xy: xy * s.x * s.y, xz: xz * s.x * s.z,
            yz: yz * s.y * s.z)
    }

    /// R M R^T for a matrix R of nine integers, row by row.
    func transformed(by r: [Int]) -> SymmetricTensor {
        func row(_ i: Int) -> SIMD3<Double> {
            let start = 3 * i
            return SIMD3<Double>(Double(r[start]), Double(r[start + 1]), Double(r[start + 2]))
        }
        let rows: [SIMD3<Double>] = [row(0), row(1), row(2)]
        let images = rows.map(applied)
        func dot(_ i: Int, _ j: Int) -> Double { (rows[i] * images[j]).sum() }
        return SymmetricTensor(xx: dot(0, 0), yy: dot(1, 1), zz: dot(2, 2), xy: dot(0, 1), xz: dot(0, 2), yz: dot(1, 2))
    }

    /// R^T M R.
    func transformed(byTransposeOf r: [Int]) -> SymmetricTensor {
        transformed(by: [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]])
    }

    /// M v.
    func applied(_ v: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(xx * v.x + xy * v.y + xz * v.z, xy * v.x + yy * v.y + yz * v.z, xz * v.x + yz * v.y + zz * v.z)
    }

    /// Whether v^T M v > 0 for every v but zero (Sylvester's criterion).
    var isPositiveDefinite: Bool {
        xx > 0 && xx * yy - xy * xy > 0
            && xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz) > 0
    }
}
