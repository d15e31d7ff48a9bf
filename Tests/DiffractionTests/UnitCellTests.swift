import Foundation
import Testing

@testable import Diffraction

@Suite struct UnitCellTests {
    @Test func aTriclinicCellHasTheGeometryOfItsVectors() throws {
        let cell = try #require(UnitCell(a: 5.1, b: 6.7, c: 8.9, alpha: 77, beta: 101, gamma: 95))
        // The axes in Cartesian coordinates, a along x and b in the xy plane.
        func rad(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let a = SIMD3(5.1, 0, 0)
        let b = SIMD3(6.7 * cos(rad(95)), 6.7 * sin(rad(95)), 0)
        let cx = 8.9 * cos(rad(101))
        let cy = 8.9 * (cos(rad(77)) - cos(rad(101)) * cos(rad(95))) / sin(rad(95))
        let c = SIMD3(cx, cy, (8.9 * 8.9 - cx * cx - cy * cy).squareRoot())
        func cross(_ u: SIMD3<Double>, _ v: SIMD3<Double>) -> SIMD3<Double> {
            SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
        }
        let volume = (a * cross(b, c)).sum()
        #expect(abs(cell.volume / volume - 1) < 1e-12)
        let reciprocal = [cross(b, c), cross(c, a), cross(a, b)].map { $0 / volume }
        for index in [MillerIndex(1, 0, 0), MillerIndex(-2, 3, 5), MillerIndex(0, 4, -1)] {
            let vector =
                Double(index.h) * reciprocal[0] + Double(index.k) * reciprocal[1] + Double(index.l) * reciprocal[2]
            #expect(abs(cell.inverseSquareSpacing(index) / (vector * vector).sum() - 1) < 1e-12)
            #expect(abs(cell.spacing(index) - 1 / (vector * vector).sum().squareRoot()) < 1e-12)
        }
        let point = SIMD3(0.3, -0.2, 0.9)
        let position = point.x * a + point.y * b + point.z * c
        #expect(abs(cell.distance(SIMD3(repeating: 0), point) - (position * position).sum().squareRoot()) < 1e-12)
    }

    @Test func theMetricGivesTheCellBack() throws {
        let cell = try #require(UnitCell(a: 5.1, b: 6.7, c: 8.9, alpha: 77, beta: 101, gamma: 95))
        let back = try #require(UnitCell(metric: cell.metric))
        for (x, y) in [
            (cell.a, back.a), (cell.b, back.b), (cell.c, back.c), (cell.alpha, back.alpha), (cell.beta, back.beta),
            (cell.gamma, back.gamma),
        ] {
            #expect(abs(x - y) < 1e-9)
        }
    }

    @Test func spacingsDoNotDependOnTheChoiceOfCell() throws {
        // a' = a + b, b' = b - c, c' = c: h' = h + k, k' = k - l, l' = l.
        let cell = try #require(UnitCell(a: 4.2, b: 5.3, c: 7.7, alpha: 84, beta: 95, gamma: 110))
        let g = cell.metric
        let other = try #require(
            UnitCell(
                metric: SymmetricTensor(
                    xx: g.xx + 2 * g.xy + g.yy, yy: g.yy - 2 * g.yz + g.zz, zz: g.zz, xy: g.xy - g.xz + g.yy - g.yz,
                    xz: g.xz + g.yz, yz: g.yz - g.zz)))
        #expect(abs(other.volume - cell.volume) < 1e-9)
        for h in -3...3 {
            for k in -3...3 {
                for l in -2...2 where (h, k, l) != (0, 0, 0) {
                    let spacing = cell.spacing(MillerIndex(h, k, l))
                    #expect(abs(other.spacing(MillerIndex(h + k, k - l, l)) / spacing - 1) < 1e-10)
                }
            }
        }
    }

    @Test func cellsWithoutVolumeAreNone() {
        #expect(UnitCell(a: 0, b: 1, c: 1) == nil)
        #expect(UnitCell(a: -1, b: 1, c: 1) == nil)
        #expect(UnitCell(a: .nan, b: 1, c: 1) == nil)
        #expect(UnitCell(a: 5, b: 5, c: 5, alpha: 60, beta: 60, gamma: 121) == nil)
        #expect(UnitCell(a: 5, b: 5, c: 5, alpha: 180) == nil)
        #expect(UnitCell(a: 5, b: 5, c: 1e9) == nil)
    }

    @Test func anisotropicAndIsotropicDisplacementsAgree() throws {
        let cell = try #require(UnitCell(a: 5.1, b: 6.7, c: 8.9, alpha: 77, beta: 101, gamma: 95))
        // An isotropic U written as a tensor has U*_ij = U G*_ij.
        let (g, length) = (cell.reciprocalMetric, cell.reciprocalLengths)
        let inverse = SIMD3(1 / length.x, 1 / length.y, 1 / length.z)
        var scaled = g.scaled(by: inverse)
        scaled *= 0.013
        let isotropic = Displacement.isotropicU(0.013).equivalentB(in: cell)
        #expect(abs(isotropic - 0.013 * 8 * .pi * .pi) < 1e-12)
        #expect(abs(Displacement.anisotropicU(scaled).equivalentB(in: cell) - isotropic) < 1e-12)
        var asB = scaled
        asB *= 8 * .pi * .pi
        #expect(abs(Displacement.anisotropicB(asB).equivalentB(in: cell) - isotropic) < 1e-12)
        var asBeta = scaled.scaled(by: length)
        asBeta *= 2 * .pi * .pi
        #expect(abs(Displacement.anisotropicBeta(asBeta).equivalentB(in: cell) - isotropic) < 1e-12)
    }
}
