import Foundation
import SpectralMath
import Testing

@testable import Photoemission

/// Laws that hold for every line shape, checked against quadrature and difference quotients that know nothing of how the
/// shapes are drawn.
@Suite("Every line shape")
struct ShapeFamilyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var shape: LineShape
        var parameters: [Double]
        var testDescription: String { "\(shape) \(parameters)" }
    }

    static func cases(_ name: String, _ parameters: [Double]...) -> [Case] {
        guard let shape = LineShape(name: name) else { return [] }
        return parameters.map { Case(shape: shape, parameters: $0) }
    }

    static let all: [Case] =
        cases("GL(30)", [1.1, 30], [3, 77]) + cases("SGL(30)", [1.1, 30]) + cases("PV(40)", [1.3, 40], [0.4, 95])
        + cases("G", [1]) + cases("L", [1]) + cases("APV(30,0.3)", [1.1, 30, 0.3], [1.1, 60, -0.8], [0.5, 0, 1.5])
        + cases("Voigt", [0.9, 0.4], [0.2, 1.5], [1.5, 0.01]) + cases("LA(50)", [1.4]) + cases("LA(5)", [1.4])
        + cases("LA(1.53,243)", [1.1], [2.6]) + cases("LA(1.3,2.5,11)", [0.8]) + cases("LA(2.5,2.8,70)", [0.8])
        + cases("LA(1.2,4.8,0)", [1]) + cases("LA(0.7,20,3)", [1]) + cases("LF(0.54,10,80,100,6)", [3.9])
        + cases("LF(1,20,1,50)", [1]) + cases("LF(1,1,500,280,8)", [1]) + cases("LF(0.9,1.1,50,300,3)", [2])
        + cases("LF(2,0.8,0.3,5)", [1]) + cases("GL(30)T(1.5)", [1.1]) + cases("SGL(60)T(0.4)", [1.1])
        + cases("DS(0.1)", [0.5, 0.3, 0.1], [0.4, 0.06, 0.3], [1.2, 0.2, 0.02])
        + cases("A(0.4,0.4,20)GL(30)", [1.1], [2]) + cases("A(0.3,0.2,0)GL(20)", [1.1])

    private func profile(_ item: Case) throws -> any LineProfile {
        try PreparedShape(item.shape).profile(item.parameters)
    }

    @Test("every shape is read from its name and from its own description", arguments: all)
    func isRead(item: Case) {
        #expect(LineShape(name: item.shape.description) == item.shape)
    }

    @Test("all shapes under test exist") func allAreThere() { #expect(Self.all.count == 34) }

    @Test("the area over all energies, or within the stated reach, is one", arguments: all)
    func area(item: Case) throws {
        let profile = try profile(item)
        let rule = try GaussLegendreRule(count: 40)
        // Panels that double in length away from the position, so that neither core nor power-law tails are overlooked.
        let end = item.shape.hasAreaWithinReach ? LineShape.areaReach : 1e26
        var area = 0.0
        var start = 0.0
        while start < end {
            let stop = min(end, start + max(start, 1e-3))
            area += rule.integral(from: start, to: stop) { profile.sample(at: $0).value }
            area += rule.integral(from: -stop, to: -start) { profile.sample(at: $0).value }
            start = stop
        }
        #expect(abs(area - 1) < 1e-8, "\(area)")
    }

    @Test("derivatives by energy and by every parameter agree with difference quotients", arguments: all)
    func derivatives(item: Case) throws {
        let shape = try PreparedShape(item.shape)
        let profile = shape.profile(item.parameters)
        let widths = shape.widths(item.parameters)
        let height = profile.sample(at: widths.maximum).value
        // Sixth order: error h^6 / 140 times the seventh derivative.
        let weights: [(Double, Double)] = [(1, 0.75), (2, -0.15), (3, 1.0 / 60)]
        // Shapes with a kink at their position have no third derivative there.
        let distances = [-12.0, -3.1, -1.2, -0.61, -0.3, 0.3, 0.47, 0.9, 1.7, 4.2, 15].map { $0 * widths.low }
        for x in distances {
            let sample = profile.sample(at: x)
            let h = 0.01 * widths.low
            let slope = weights.reduce(0) { sum, weight in
                let (k, w) = weight
                return sum + w * (profile.sample(at: x + k * h).value - profile.sample(at: x - k * h).value) / h
            }
            #expect(abs(slope - sample.byDistance) < 1e-8 * height / widths.low, "by energy at \(x)")
            for (place, quantity) in item.shape.parameters.enumerated() {
                // By the mixing of the shapes that the kernels draw: see the tests of the model's derivatives.
                if quantity == .mixing, item.shape.constants != nil { continue }
                let scale = quantity == .mixing ? 100.0 : quantity == .asymmetry ? 1 : widths.low
                let step = min(0.004 * scale, item.parameters[place] == 0 ? 0 : abs(item.parameters[place]) / 4)
                guard step > 0 else { continue }
                let derivative = weights.reduce(0) { sum, weight in
                    let (k, w) = weight
                    var above = item.parameters
                    var below = item.parameters
                    above[place] += k * step
                    below[place] -= k * step
                    let rise = shape.profile(above).sample(at: x).value - shape.profile(below).sample(at: x).value
                    return sum + w * rise / step
                }
                #expect(
                    abs(derivative - sample.byParameter[place]) < 2e-8 * height / scale,
                    "by \(quantity) at \(x): \(derivative) \(sample.byParameter[place])")
            }
        }
    }

    @Test("widths are where the curve has half its height, and the true width is measured as such", arguments: all)
    func widths(item: Case) throws {
        let shape = try PreparedShape(item.shape)
        let profile = shape.profile(item.parameters)
        let widths = shape.widths(item.parameters)
        let top = profile.sample(at: widths.maximum).value
        #expect(abs(profile.sample(at: widths.maximum - widths.low).value / top - 0.5) < 1e-10)
        #expect(abs(profile.sample(at: widths.maximum + widths.high).value / top - 0.5) < 1e-10)
        for x in stride(from: -5.0, through: 5, by: 0.01) {
            #expect(profile.sample(at: x * widths.low).value <= top * (1 + 1e-12))
        }
        // Where the shape has one width, that is the stored one: twice the half width at low binding energy.
        if item.shape.parameters[0] == .width, item.shape.asymmetry == nil {
            #expect(abs(widths.stored - item.parameters[0]) < 1e-8 * item.parameters[0], "\(widths)")
        }
    }

    @Test("a line of twice the width is the same line, drawn twice as wide and half as high", arguments: all)
    func scale(item: Case) throws {
        guard !item.shape.hasAreaWithinReach else { return }
        let shape = try PreparedShape(item.shape)
        let widthCount = item.shape == .voigt ? 2 : 1
        let wide = item.parameters.enumerated().map { $0 < widthCount ? 2 * $1 : $1 }
        let (one, two) = (shape.profile(item.parameters), shape.profile(wide))
        for x in stride(from: -9.0, through: 9, by: 0.37) {
            let (a, b) = (one.sample(at: x).value, two.sample(at: 2 * x).value)
            #expect(abs(a - 2 * b) <= 1e-12 * a)
        }
    }
}

/// The definition of LA and LF, integrated directly.
@Suite("LA and LF against their convolution integral")
struct ConvolutionTests {
    @Test(
        "the drawn curve is the base convolved with the Gaussian",
        arguments: [
            "LA(1.53,243)", "LA(1.3,2.5,11)", "LA(2.5,2.8,70)", "LA(0.7,20,3)", "LF(0.54,10,80,100,6)", "LF(1,20,1,50)",
            "LF(1,1,500,280,8)", "LF(2,0.8,0.3,5)", "LA(1,1,900)",
        ])
    func againstQuadrature(name: String) throws {
        guard case .lorentzianPowers(let powers) = try #require(LineShape(name: name)) else { return }
        let table = try ConvolvedTableCache.shared.table(for: .powers(powers))
        // The published rule, spelled out anew.
        let gaussianWidth = log(2) / 100 * powers.steps * powers.convolutions.squareRoot()
        let sigma = gaussianWidth / (8 * log(2)).squareRoot()
        func base(_ u: Double) -> Double {
            let l = 1 / (1 + 4 * u * u)
            let power = u > 0 ? powers.high : powers.low
            guard let w = powers.ramp else { return pow(l, power) }
            return pow(l, 3 - (3 - power) / (1 + 4 * (u / w) * (u / w)))
        }
        var integration = Integration()
        integration.relativeTolerance = 1e-11
        integration.absoluteTolerance = 1e-13
        for u in [-40.0, -8, -2, -0.7, -0.2, -0.03, 0, 0.01, 0.1, 0.4, 1, 3, 11, 60, 900] {
            var expected = 0.0
            // Both sides of the kink on their own.
            for (low, high) in [(-9.5, 0.0), (0, 9.5)] {
                let cut = u / sigma
                for (a, b) in [(low, min(max(cut, low), high)), (min(max(cut, low), high), high)] where b > a {
                    expected += try integration.integrate(over: a...b) { t in
                        base(u - t * sigma) * exp(-t * t / 2) / (2 * .pi).squareRoot()
                    }.value
                }
            }
            let drawn = table.curve.point(at: u).value
            #expect(abs(drawn - expected) < 1e-9 * expected + 1e-10, "u = \(u): \(drawn) for \(expected)")
        }
    }

    @Test("LA(m) is LA(1, 1, 1401 - 14.01 m), the one by the Faddeeva function, the other by its table")
    func voigtOfMix() throws {
        for mix in [0.0, 20, 50, 90, 100] {
            let steps = 1401 - 14.01 * mix
            let table = LineShape.lorentzianPowers(LorentzianPowers(high: 1, low: 1, steps: steps))
            for x in [0.0, 0.3, -0.8, 2, 30] {
                let a = try LineShape.lorentzianVoigt(mix: mix).value(at: x, fwhm: 1.2)
                #expect(try abs(table.value(at: x, fwhm: 1.2) - a) < 1e-9)
            }
        }
    }

    @Test("names that CasaXPS does not have, or whose area is infinite, are no shapes")
    func refusals() {
        for name in [
            "LA(0.5,10)", "LA(1,0.4,3)", "LA()", "LA(1,2,3,4)", "LF(1,2,3)", "LF(1,2,0,4)", "LA(101)", "DS(1)",
            "DS(-0.1)",
            "GL(30)T(0)", "GL(30)T(-1)", "T(1)", "A(1,2)GL(3)", "GL(30)GL(30)", "LA(1e400,2)", "LA(nan,2)", "LA(1,2",
            "&FEO", "$FE2O3", "%COO", "LA(1.53,243)*z", "GL(30))", "((", ")(", "GL)30(",
        ] {
            #expect(LineShape(name: name) == nil, "\(name)")
        }
    }
}
