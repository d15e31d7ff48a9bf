import Foundation
import SpectralMath
import Testing

@testable import Photoemission

/// Mistakes that programs in circulation make with line shapes, each as a law that holds here.
@Suite("Known mistakes with line shapes")
struct KnownShapeMistakesTests {
    private func area(_ profile: any LineProfile, _ range: ClosedRange<Double>) throws -> Double {
        var integration = Integration()
        (integration.relativeTolerance, integration.absoluteTolerance) = (1e-9, 1e-10)
        var sum = 0.0
        let edges = [range.lowerBound, -60, -8, -2, -0.5, 0, 0.5, 2, 8, 60, range.upperBound].filter(range.contains)
        for (low, high) in zip(edges, edges.dropFirst()) where high > low {
            sum += try integration.integrate(over: low...high) { profile.sample(at: $0).value }.value
        }
        return sum
    }

    @Test("a stated area is the area of the drawn curve, Gaussian, Lorentzian, sum or product alike")
    func statedAreaIsDrawn() throws {
        for name in ["G", "L", "GL(30)", "GL(70)", "SGL(30)", "SGL(95)", "PV(50)"] {
            let shape = try #require(LineShape(name: name))
            let profile = try PreparedShape(shape).profile(shape.ownParameters(fwhm: 1.5, gaussianWidth: 0))
            #expect(abs(try area(profile, -.infinity ... .infinity) - 1) < 1e-8, "\(name)")
        }
    }

    @Test("the stated width of GL is the width of the drawn curve, not that of its formula")
    func statedWidthIsDrawn() throws {
        for mix in [10.0, 30, 70] {
            #expect(abs(try LineShape.glProduct(mix: mix).trueWidth(fwhm: 1.5) - 1.5) < 1e-10)
        }
    }

    @Test("the tail of a Doniach-Sunjic line lies at high binding energy", arguments: [0.05, 0.1, 0.3])
    func metalTailSide(asymmetry: Double) throws {
        let shape = LineShape.doniachSunjic(asymmetry: asymmetry)
        let values = try shape.curve(at: [4, -4], fwhm: 0.6, gaussianWidth: 0.4)
        #expect(values[0] > 1.5 * values[1])
    }

    @Test(
        "the area ratio of a doublet is one of areas for every shape, widths unequal and lines asymmetric included",
        arguments: [
            "GL(30)", "LA(1.2,4.8,5)", "LA(1.53,243)", "LF(0.54,10,80,100,6)", "DS(0.12)", "Voigt", "GL(30)T(1.5)",
            "APV(30,0.4)", "A(0.3,0.3,10)GL(20)",
        ])
    func ratioOfAreas(name: String) throws {
        let shape = try #require(LineShape(name: name))
        let hasTwo = shape.parameters.contains(.lorentzianWidth)
        let component = Component(
            name: "metal", isDoublet: true, shape: shape, position: .fixed(0), width: hasTwo ? nil : .fixed(0.8),
            area: .fixed(300), splitting: .fixed(150), areaRatio: .fixed(0.4), widthRatio: .fixed(1.6),
            gaussianWidth: hasTwo ? .fixed(0.5) : nil, lorentzianWidth: hasTwo ? .fixed(0.4) : nil)
        let model = PeakModel(background: .none, components: [component])
        // Each line where the other one is absent: the pair less the single line of the share that it should have.
        let grid = stride(from: -20.0, through: 170, by: 0.05).map { $0 }
        let pair = try model.expectedIntensities(at: grid, background: .init(constant: 0))
        var single = component
        (single.isDoublet, single.splitting, single.areaRatio, single.widthRatio) = (false, nil, nil, nil)
        single.area = .fixed(300 / 1.4)
        var minor = single
        (minor.name, minor.position, minor.area) = ("minor", .fixed(150), .fixed(300 * 0.4 / 1.4))
        if hasTwo { minor.lorentzianWidth = .fixed(0.64) } else { minor.width = .fixed(1.28) }
        let lines = try PeakModel(background: .none, components: [single, minor]).expectedIntensities(
            at: grid, background: .init(constant: 0))
        let top = try #require(lines.max())
        for (a, b) in zip(pair, lines) { #expect(abs(a - b) < 1e-12 * top) }
    }

    @Test("LA and LF do not depend on the window: the same numbers draw the same curve everywhere")
    func windowIndependence() throws {
        for name in ["LA(1.53,243)", "LA(1.2,4.8,5)", "LF(1,1,500,280,8)", "DS(0.1)", "A(0.3,0.3,10)GL(20)"] {
            let shape = try #require(LineShape(name: name))
            let wide = try shape.curve(
                at: stride(from: -40.0, through: 40, by: 0.25).map { $0 }, fwhm: 1, gaussianWidth: 0.3)
            let narrow = try shape.curve(
                at: stride(from: -2.0, through: 2, by: 0.25).map { $0 }, fwhm: 1, gaussianWidth: 0.3)
            #expect(Array(wide[152...168]) == narrow)
        }
    }

    @Test("the Gaussian of LA(1.53,243) is most of its width, and widens as n grows")
    func gaussianOfLA() throws {
        let powers = LorentzianPowers(high: 1.53, low: 1.53, steps: 243)
        let table = try ConvolvedTableCache.shared.table(for: .powers(powers))
        #expect(abs(powers.gaussianWidth / table.widths.full - 0.838) < 3e-3)
        var last = 0.0
        for steps in [10.0, 50, 100, 300] {
            let widened = LorentzianPowers(high: 1.53, low: 1.53, steps: steps)
            let width =
                widened.gaussianWidth / (try ConvolvedTableCache.shared.table(for: .powers(widened))).widths.full
            #expect(width > last)
            last = width
        }
    }

    @Test("the width w of LF scales with the line, so that a line twice as wide is the same line")
    func rampScales() throws {
        let shape = try #require(LineShape(name: "LF(1,20,1,50)"))
        for x in [-1.0, -0.2, 0.4, 1.5, 6, 30] {
            #expect(try abs(shape.value(at: x, fwhm: 1) - 2 * shape.value(at: 2 * x, fwhm: 2)) < 1e-12)
        }
    }

    /// A component drawn by CasaXPS 2.3.25: LF(0.54,10,80,100,6), E 777.56313 eV kinetic, stored FWHM 3.8576238 eV, area
    /// 63507.374 counts/s eV. The true width is 4.67 eV and the maximum lies 0.95 eV beside the stored position.
    @Test("position, width and area of LF(0.54,10,80,100,6) mean what CasaXPS means by them")
    func casaXPSConvention() throws {
        let curve = [
            (750.01, 68.05), (760.01, 389.33), (770.01, 1891.89), (774.01, 5109.42), (776.01, 9251.62),
            (776.61, 9728.54), (777.56, 8298.85), (779.01, 3195.81), (780.01, 934.90), (782.01, 17.67),
        ]
        let shape = try #require(LineShape(name: "LF(0.54,10,80,100,6)"))
        for (energy, intensity) in curve {
            let drawn = try 63507.374 * shape.value(at: 777.56313 - energy, fwhm: 3.8576238)
            #expect(abs(drawn - intensity) < 5e-4 * 9728.54, "\(energy): \(drawn) for \(intensity)")
        }
        #expect(abs(try shape.trueWidth(fwhm: 3.8576238) - 4.6663) < 5e-3)
    }
}
