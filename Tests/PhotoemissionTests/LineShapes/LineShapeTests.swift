import Foundation
import Testing

@testable import Photoemission

@Suite("Line shapes")
struct LineShapeTests {
    static let shapes: [LineShape] =
        [0.0, 1, 10, 30, 50, 70, 90, 99, 100].flatMap { [.glProduct(mix: $0), .glSum(mix: $0)] } + [
            .gaussian, .lorentzian,
        ]

    /// Integral over all energies by the tanh-sinh rule after x = sinh(pi/2 sinh t), exact to rounding for these tails.
    private func integral(_ f: (Double) -> Double) -> Double {
        let h = 1.0 / 128
        var sum = 0.0
        for k in -1200...1200 {
            let t = Double(k) * h
            let inner = .pi / 2 * sinh(t)
            guard abs(inner) < 300 else { continue }
            let value = f(sinh(inner)) * cosh(inner) * .pi / 2 * cosh(t)
            if value.isFinite { sum += value }
        }
        return sum * h
    }

    @Test("the area over all energies is one", arguments: shapes)
    func areaIsOne(shape: LineShape) throws {
        let profile = try PreparedShape(shape).profile(shape.ownParameters(fwhm: 1.1, gaussianWidth: 0))
        #expect(abs(integral { profile.sample(at: $0).value } - 1) < 1e-8)
    }

    @Test("the width is the true full width at half maximum", arguments: shapes)
    func widthIsTrue(shape: LineShape) throws {
        for fwhm in [0.3, 1.1, 4] {
            let top = try shape.value(at: 0, fwhm: fwhm)
            #expect(try abs(shape.value(at: fwhm / 2, fwhm: fwhm) / top - 0.5) < 1e-12)
            #expect(try abs(shape.value(at: -fwhm / 2, fwhm: fwhm) / top - 0.5) < 1e-12)
        }
    }

    /// True width / F and area / (height F) of the product form, computed by quadrature and root finding elsewhere.
    @Test(
        "GL(m) has the published widths and areas",
        arguments: [
            (10.0, 0.98165, 1.048001), (20, 0.96927, 1.041453), (30, 0.96136, 1.041987), (40, 0.95709, 1.048768),
            (50, 0.95603, 1.061991), (60, 0.95801, 1.082818), (70, 0.96303, 1.113917), (80, 0.97134, 1.161324),
            (90, 0.98338, 1.242369),
        ])
    func productConstants(mix: Double, width: Double, area: Double) throws {
        let constants = try #require(LineShape.glProduct(mix: mix).constants)
        #expect(abs(1 / constants.widthFactor - width) < 6e-6)
        #expect(abs(constants.area - area) < 6e-7)
    }

    @Test("the limits of GL and SGL are the Gaussian and the Lorentzian")
    func limits() throws {
        for x in stride(from: -5.0, through: 5, by: 0.37) {
            for shape in [LineShape.glProduct(mix: 0), .glSum(mix: 0), .glProduct(mix: 1e-7)] {
                #expect(try abs(shape.value(at: x, fwhm: 1.3) - LineShape.gaussian.value(at: x, fwhm: 1.3)) < 1e-8)
            }
            for shape in [LineShape.glProduct(mix: 100), .glSum(mix: 100)] {
                #expect(try abs(shape.value(at: x, fwhm: 1.3) - LineShape.lorentzian.value(at: x, fwhm: 1.3)) < 1e-14)
            }
        }
    }

    /// A component drawn by CasaXPS 2.3.25: SGL(30), E 770.61 eV kinetic, FWHM 8 eV, stored area 35837.064. The stored
    /// area exceeds the drawn one by 0.1 % in both components of that file.
    @Test("SGL(30) draws CasaXPS's curve")
    func casaXPSSum() throws {
        let curve = [(750.61, 42.46), (760.61, 186.09), (766.61, 1839.71), (768.61, 3048.86), (770.61, 3679.41)]
        let shape = LineShape.glSum(mix: 30)
        let height = try shape.value(at: 0, fwhm: 8)
        for (energy, intensity) in curve {
            let drawn = try 3679.41 * shape.value(at: energy - 770.61, fwhm: 8) / height
            #expect(abs(drawn - intensity) < 1e-4 * 3679.41)
        }
        #expect(abs(3679.41 / height / 35837.064 - 1) < 1.5e-3)
    }

    @Test("names are read and written as CasaXPS spells them")
    func names() throws {
        #expect(LineShape(name: "GL(30)") == .glProduct(mix: 30))
        #expect(LineShape(name: " sgl(12.5) ") == .glSum(mix: 12.5))
        #expect(LineShape(name: "G") == .gaussian)
        for bad in ["GL(101)", "GL(-1)", "GL()", "GL(nan)", "XY(3)", "", "GL(30"] {
            #expect(LineShape(name: bad) == nil)
        }
        for shape in Self.shapes {
            #expect(try LineShape(name: shape.description)?.value(at: 0.4, fwhm: 1) == shape.value(at: 0.4, fwhm: 1))
        }
    }
}
