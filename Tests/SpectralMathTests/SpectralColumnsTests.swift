import Foundation
import Testing

@testable import SpectralMath

@Suite("Kernels")
struct SpectralColumnsTests {
    static let levels = SIMDLevel.allCases.filter { $0 <= .best }
    static let shapes = [
        SpectralColumns.GaussLorentz(gauss: 1.94, lorentz: 1.2, share: 0, isSum: false),
        SpectralColumns.GaussLorentz(gauss: 2.7725887, lorentz: 4, share: 0.3, isSum: true),
    ]
    // A number of points that fills no vector of any level.
    static let abscissa = (0..<237).map { 158 + 0.05 * Double($0) + 0.003 * sin(Double($0)) }

    private func reference(_ line: SpectralColumns.Line, _ shape: SpectralColumns.GaussLorentz, _ x: Double) -> Double {
        let t = (x - line.center) / line.width
        if shape.isSum {
            let gauss = (1 - shape.share) * exp(-shape.gauss * t * t)
            return line.height * (gauss + shape.share / (1 + shape.lorentz * t * t))
        }
        return line.height * exp(-shape.gauss * t * t) / (1 + shape.lorentz * t * t)
    }

    @Test("values equal the formula at every instruction set", arguments: levels, shapes)
    func valuesEqualTheFormula(level: SIMDLevel, shape: SpectralColumns.GaussLorentz) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 3, level: level)
        let first = SpectralColumns.Line(center: 161.6, width: 1.1, height: 100, widthSlope: 1)
        let second = SpectralColumns.Line(center: 162.78, width: 1.3, height: 50, widthSlope: 1.1)
        columns.fill(value: 0, byCenter: 1, byWidth: 2, lines: first, second, shape: shape)
        for (i, x) in Self.abscissa.enumerated() {
            let expected = reference(first, shape, x) + reference(second, shape, x)
            #expect(abs(columns.column(0)[i] - expected) <= 1e-13 * 150)
        }
    }

    /// Equally spaced points, of which a line is followed from vector to vector.
    static func evenAbscissa(_ count: Int) -> [Double] { (0..<count).map { 158 + 0.05 * Double($0) } }

    @Test("over equally spaced points as well, wherever and however wide the line", arguments: levels, shapes)
    func equallySpacedPoints(level: SIMDLevel, shape: SpectralColumns.GaussLorentz) {
        for count in [9, 237, 4001] {
            let abscissa = Self.evenAbscissa(count)
            let columns = SpectralColumns(abscissa: abscissa, columnCount: 3, level: level)
            #expect(abs(columns.step - 0.05) < 1e-12)
            let span = 0.05 * Double(count)
            for width in [0.01, 0.06, 0.3, 1.1, 7, 300] {
                for place in [-0.4, 0, 0.13, 0.5, 0.97, 1.6] {
                    let first = SpectralColumns.Line(
                        center: 158 + place * span, width: width, height: 100, widthSlope: 1)
                    let second = SpectralColumns.Line(
                        center: first.center + 1.18, width: 1.2 * width, height: 50, widthSlope: 1.2)
                    for lines in [[first], [first, second]] {
                        columns.fill(
                            value: 0, byCenter: 1, byWidth: 2, lines: first, lines.count > 1 ? second : nil,
                            shape: shape)
                        var worst = 0.0
                        for (i, x) in abscissa.enumerated() {
                            let exact = lines.reduce(into: SIMD3<Double>()) { $0 += slopes($1, shape, x) }
                            let found = SIMD3(columns.column(0)[i], columns.column(1)[i], columns.column(2)[i])
                            let difference = (found - exact) * SIMD3(1, width, width)
                            worst = max(worst, abs(difference.x), abs(difference.y), abs(difference.z))
                        }
                        // Rounding of the energies: 3e-14 eV over the width of the line.
                        #expect(worst < 100 * (1e-12 + 1e-13 / width), "\(count) points, width \(width), at \(place)")
                    }
                }
            }
        }
    }

    /// Value of a line, and its derivatives by centre and width parameter at constant area.
    private func slopes(
        _ line: SpectralColumns.Line, _ shape: SpectralColumns.GaussLorentz, _ x: Double
    ) -> SIMD3<Double> {
        let t = (x - line.center) / line.width
        let r = 1 / (1 + shape.lorentz * t * t)
        let gauss = line.height * exp(-shape.gauss * t * t) * (shape.isSum ? 1 - shape.share : r)
        let lorentz = shape.isSum ? line.height * shape.share * r : 0
        let value = gauss + lorentz
        let gaussSlope = shape.isSum ? shape.gauss : shape.gauss + shape.lorentz * r
        let byCenter = 2 * t * (gauss * gaussSlope + lorentz * shape.lorentz * r) / line.width
        return SIMD3(value, byCenter, (byCenter * t - value / line.width) * line.widthSlope)
    }

    @Test("points are taken as equally spaced where they are so up to the rounding of their energies")
    func equalSteps() {
        let even = Self.evenAbscissa(241)
        // Energies as kinetic ones and as printed.
        for values in [even, even.map { 1486.6 - (1486.6 - $0) }, even.map { Double(String(format: "%.2f", $0)) ?? 0 }]
        {
            #expect(abs(SpectralColumns.commonStep(values) - 0.05) < 1e-12)
        }
        var moved = even
        moved[100] += 1e-9
        for values in [moved, Self.abscissa, [158], [158, 158], []] { #expect(SpectralColumns.commonStep(values) == 0) }
    }

    @Test("derivatives equal difference quotients", arguments: levels, shapes)
    func derivativesEqualDifferenceQuotients(level: SIMDLevel, shape: SpectralColumns.GaussLorentz) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 3, level: level)
        // A unit-area pair whose second line is 1.2 times as wide: what a width parameter w does to each line.
        func lines(_ shift: Double, _ width: Double) -> (SpectralColumns.Line, SpectralColumns.Line) {
            (
                .init(center: 161.6 + shift, width: width, height: 2 / width, widthSlope: 1),
                .init(center: 162.78 + shift, width: 1.2 * width, height: 1 / (1.2 * width), widthSlope: 1.2)
            )
        }
        let centre = lines(0, 1.1)
        columns.fill(value: 0, byCenter: 1, byWidth: 2, lines: centre.0, centre.1, shape: shape)
        let h = 1e-5
        func total(_ pair: (SpectralColumns.Line, SpectralColumns.Line), _ x: Double) -> Double {
            reference(pair.0, shape, x) + reference(pair.1, shape, x)
        }
        for (i, x) in Self.abscissa.enumerated() {
            let byCenter = (total(lines(h, 1.1), x) - total(lines(-h, 1.1), x)) / (2 * h)
            let byWidth = (total(lines(0, 1.1 + h), x) - total(lines(0, 1.1 - h), x)) / (2 * h)
            #expect(abs(columns.column(1)[i] - byCenter) < 1e-8)
            #expect(abs(columns.column(2)[i] - byWidth) < 1e-8)
        }
    }

    @Test("far wings underflow to nothing without becoming infinite or NaN", arguments: levels)
    func farWingsVanish(level: SIMDLevel) {
        let far = [-1e6, -1e3, 0, 1e3, 1e6]
        let columns = SpectralColumns(abscissa: far, columnCount: 3, level: level)
        let gauss = SpectralColumns.GaussLorentz(gauss: 2.77, lorentz: 0, share: 0, isSum: false)
        columns.fill(
            value: 0, byCenter: 1, byWidth: 2, lines: .init(center: 0, width: 1, height: 1, widthSlope: 1), shape: gauss
        )
        #expect(columns.column(0)[2] == 1)
        for i in [0, 1, 3, 4] { #expect(columns.column(0)[i] >= 0 && columns.column(0)[i] < 1e-300) }
        for k in 1...2 {
            let finite = columns.column(k).allSatisfy { $0.isFinite }
            #expect(finite)
        }
    }

    @Test("the Gram matrix is the sum of weighted products, whatever the number of columns", arguments: levels, 1...11)
    func gramIsTheSumOfProducts(level: SIMDLevel, count: Int) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: count, level: level)
        for k in 0..<count {
            for i in Self.abscissa.indices { columns.column(k)[i] = sin(Double(i * (k + 1)) * 0.37) + Double(k) }
        }
        for i in Self.abscissa.indices { columns.pointWeights[i] = 0.1 + Double(i % 7) }
        let gram = UnsafeMutableBufferPointer<Double>.allocate(capacity: count * count)
        defer { gram.deallocate() }
        for firstRow in [0, count - 1] {
            gram.initialize(repeating: .nan)
            columns.gram(count: count, firstRow: firstRow, into: gram, rowLength: count)
            for a in firstRow..<count {
                for b in 0...a {
                    var expected = 0.0
                    for i in Self.abscissa.indices {
                        expected += columns.pointWeights[i] * columns.column(a)[i] * columns.column(b)[i]
                    }
                    #expect(abs(gram[a * count + b] - expected) <= 1e-12 * (abs(expected) + 1000))
                }
            }
        }
    }

    @Test("the cumulative integral of a straight line is exact on unequal steps", arguments: 1...6)
    func cumulativeIntegralOfALine(count: Int) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 2 * count)
        for k in 0..<count {
            for (i, x) in Self.abscissa.enumerated() { columns.column(k)[i] = Double(k + 1) * x + 2 }
        }
        columns.integrate(from: 0, into: count, count: count)
        let start = Self.abscissa[0]
        for k in 0..<count {
            for (i, x) in Self.abscissa.enumerated() {
                let expected = Double(k + 1) * (x * x - start * start) / 2 + 2 * (x - start)
                #expect(abs(columns.column(count + k)[i] - expected) < 1e-9)
            }
        }
    }

    @Test("residuals and chi squared", arguments: levels)
    func residuals(level: SIMDLevel) {
        let columns = SpectralColumns(abscissa: Self.abscissa, columnCount: 3, level: level)
        for i in Self.abscissa.indices {
            columns.column(0)[i] = Double(i % 5)
            columns.column(1)[i] = 1
            columns.column(2)[i] = Double(i)
            columns.pointWeights[i] = 2
        }
        let coefficients = [3.0, -1.0]
        let chi2 = coefficients.withUnsafeBufferPointer { columns.residual(data: 2, first: 0, coefficients: $0) }
        let expected = Self.abscissa.indices.map { Double($0) - 3 * Double($0 % 5) + 1 }
        #expect(zip(columns.lastResiduals, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs(chi2 - expected.reduce(0) { $0 + 2 * $1 * $1 }) < 1e-6)
    }
}
