import Foundation
import SpectralMath
import Testing

@testable import Photoemission

/// The model's Jacobian against difference quotients, for every kind of parameter and link.
@Suite("Derivatives of the model")
struct PeakProblemTests {
    static let energies = SimulatedSpectrum.grid(157...171, step: 0.1)

    static let models: [(String, PeakModel)] = [
        (
            "every parameter of a doublet free, GL",
            PeakModel(.s2p) {
                Doublet(
                    "a", near: 161.6, width: .free(start: 1.1, min: 0.4, max: 3),
                    splitting: .free(start: 1.18, min: 1, max: 1.4), areaRatio: .free(start: 0.5, min: 0.2, max: 0.9),
                    widthRatio: .free(start: 1.1, min: 0.8, max: 1.5), mixing: .free(start: 30, min: 5, max: 95))
            }
        ),
        (
            "every parameter of a doublet free, SGL, subtracted background",
            PeakModel(.s2p, background: .none, shape: .glSum(mix: 40)) {
                Doublet(
                    "a", near: 162, splitting: .free(start: 1.18, min: 1, max: 1.4),
                    areaRatio: .free(start: 0.5, min: 0.2, max: 0.9),
                    widthRatio: .free(start: 1.1, min: 0.8, max: 1.5), mixing: .free(start: 40, min: 5, max: 95))
            }
        ),
        (
            "links of every kind, slope beside the step",
            PeakModel(.s2p, background: Background(.shirley, hasSlope: true)) {
                Doublet("a", near: 160.2, width: .sameAs("c"))
                Doublet("b", near: 161.6, width: .ratio(of: "a", by: .free(start: 1.2, min: 0.5, max: 2)))
                Doublet(
                    "c",
                    position: .offset(
                        from: "b", by: .prior(start: 1.5, mean: 1.4, sigma: 0.01, min: 1, max: 2)),
                    width: .free(start: 1.2, min: 0.5, max: 3), area: .ratio(of: "b", by: .fixed(0.3)))
                Singlet(
                    "d", near: 165, width: .prior(start: 1.4, mean: 1.5, sigma: 0.1, min: 0.5, max: 3),
                    area: .ratio(of: "a", by: .free(start: 0.4, min: 0, max: 2)))
            }
        ),
        (
            "a fitted calibration and a prior on an area",
            PeakModel(.s2p, calibration: .line("b", at: 161.6)) {
                Doublet("a", near: 160.2, area: .prior(start: nil, mean: 300, sigma: 20, min: 0, max: .infinity))
                Doublet("b", near: 161.6)
            }
        ),
        (
            "every parameter of a Voigt doublet free",
            PeakModel(.s2p, shape: .voigt) {
                Doublet(
                    "a", near: 161.6, splitting: .free(start: 1.18, min: 1, max: 1.4),
                    areaRatio: .free(start: 0.5, min: 0.2, max: 0.9),
                    widthRatio: .free(start: 1.3, min: 0.8, max: 2), gaussianWidth: .free(start: 0.8, min: 0.2, max: 3),
                    lorentzianWidth: .free(start: 0.5, min: 0, max: 3))
            }
        ),
        (
            "a metal's doublet beside oxides with two kinds of asymmetry",
            PeakModel(.s2p) {
                Doublet(
                    "metal", near: 160.2, shape: .doniachSunjic(asymmetry: 0.1),
                    widthRatio: .free(start: 1.2, min: 0.8, max: 2), gaussianWidth: .free(start: 0.6, min: 0.2, max: 2),
                    lorentzianWidth: .free(start: 0.4, min: 0.05, max: 2),
                    asymmetry: .free(start: 0.12, min: 0, max: 0.5))
                Doublet(
                    "oxide", near: 162.6, shape: .asymmetricPseudoVoigt(mix: 40, asymmetry: 0.2),
                    width: .free(start: 1.3, min: 0.4, max: 3), mixing: .free(start: 40, min: 5, max: 95),
                    asymmetry: .free(start: 0.2, min: -1, max: 1))
            }
        ),
        (
            "a multiplet's doublet with a width of its own",
            PeakModel(.s2p) {
                Multiplet(
                    "a",
                    lines: [
                        .init(at: 160.6, area: 2, width: 1), .init(at: 161.9, area: 5, width: 1.7),
                        .init(at: 164, area: 1, width: 2.5, shape: .lorentzianVoigt(mix: 40)),
                    ], width: .free(start: 1, min: 0.5, max: 2), splitting: .free(start: 1.18, min: 1, max: 1.4),
                    areaRatio: .free(start: 0.5, min: 0.2, max: 0.9), widthRatio: .free(start: 1.1, min: 0.8, max: 1.5))
            }
        ),
        (
            "CasaXPS's asymmetric shapes, sharing widths",
            PeakModel(.s2p, shape: .lorentzianPowers(.init(high: 1.2, low: 2.8, steps: 30))) {
                Doublet(
                    "a", near: 160.5, width: .free(start: 1.1, min: 0.4, max: 3),
                    splitting: .free(start: 1.18, min: 1, max: 1.4), areaRatio: .free(start: 0.5, min: 0.2, max: 0.9),
                    widthRatio: .free(start: 1.1, min: 0.8, max: 1.5))
                Singlet(
                    "b", near: 163, shape: .exponentialTail(.init(isSum: false, mix: 30, decay: 1.5)),
                    width: .sameAs("a"))
                Singlet(
                    "c", near: 165, shape: .gelius(.init(length: 0.3, height: 0.3, steps: 10, mix: 20)),
                    width: .ratio(of: "a", by: .free(start: 1.2, min: 0.5, max: 2)))
                Singlet("d", near: 167, shape: .pseudoVoigt(mix: 40), mixing: .free(start: 40, min: 5, max: 95))
            }
        ),
        ("a polynomial", PeakModel(.s2p, background: Background(.polynomial, degree: 4)) { Doublet("a", near: 161.6) }),
        (
            "Shirley with a strength for each component",
            two(Background(.shirley, isPerComponent: true, strength: .free(start: 0.04, min: 0, max: 1)))
        ),
        (
            "Shirley and a slope background, their strengths with a prior and a start",
            two(
                Background(
                    .shirley, strength: .prior(start: 0.03, mean: 0.05, sigma: 0.01, min: 0, max: 1),
                    others: [Background(.slopeBackground, strength: .free(start: 0.004, min: -1, max: 1))]))
        ),
        ("Tougaard with the universal cross-section", two(Background(.tougaardU2))),
        (
            "Tougaard with C fitted, beside a fitted calibration",
            {
                var model = two(
                    Background(.tougaardU2, loss: .twoParameters(c: .free(start: 60, min: 20, max: 2000))))
                model.calibration = .line("b", at: 161.6)
                return model
            }()
        ),
        (
            "Tougaard with a threshold, C and D fitted, a strength for each component",
            two(
                Background(
                    .tougaardU3, hasSlope: true, isPerComponent: true,
                    loss: .threeParameters(
                        c: .free(start: 40, min: 20, max: 2000), d: .free(start: 30, min: 5, max: 500),
                        threshold: 1.234)))
        ),
        (
            "Tougaard with four parameters, all fitted, beside a Shirley step",
            two(
                Background(
                    .tougaardU4,
                    loss: .fourParameters(
                        b: .free(start: 200, min: 0, max: 1e4), c: .free(start: 40, min: 20, max: 2000),
                        cPrime: .free(start: -0.4, min: -2, max: 2), d: .free(start: 30, min: 5, max: 500)))
                    + .shirley)
        ),
        (
            "several windows, each with its own kind",
            two(
                Background(.shirley, window: 157...161.05) + Background(.tougaardU2, window: 161.05...166)
                    + Background(.slopeBackground, window: 166...171))
        ),
    ]

    /// Two doublets on `background`, with all that can be free in one of them.
    static func two(_ background: Background) -> PeakModel {
        PeakModel(.s2p, background: background) {
            Doublet(
                "a", near: 160.2, splitting: .free(start: 1.18, min: 1, max: 1.4),
                mixing: .free(start: 30, min: 5, max: 95))
            Doublet("b", near: 161.6, width: .free(start: 1.3, min: 0.5, max: 3))
        }
    }

    /// Where two functions of the grid meet: equal steps, then growing ones.
    static let unequal = energies.enumerated().map { $1 + ($0 > 50 ? 0.002 * Double($0 - 50) : 0) }

    @Test("gradient and curvature equal difference quotients of chi squared", arguments: models.indices)
    func jacobianIsRight(index: Int) throws {
        try checkJacobian(index, Self.energies)
    }

    @Test("the same on unequal steps", arguments: models.indices)
    func jacobianIsRightOnUnequalSteps(index: Int) throws {
        try checkJacobian(index, Self.unequal)
    }

    private func checkJacobian(_ index: Int, _ energies: [Double]) throws {
        let (_, model) = Self.models[index]
        let resolved = try model.resolved(calibration: model.calibration)
        var numbers = SimulationNumbers(seed: UInt64(index + 1))
        let data = SimulatedSpectrum(
            energies: energies,
            lines: SimulatedSpectrum.doublet(161.5, width: 1.2, area: 900)
                + SimulatedSpectrum.doublet(160.1, width: 1, area: 300), constant: 100, shirley: 0.04
        ).spectrum(noise: &numbers).intensities
        let regions = resolved.effective.background.parts.map { part -> Range<Int> in
            guard let window = part.window else { return energies.indices }
            let inside = energies.indices.filter { window.contains(energies[$0]) }
            return (inside.first ?? 0)..<((inside.last ?? 0) + 1)
        }
        var problem = PeakProblem(model: resolved, energies: energies, regions: regions)
        problem.setData(data, weights: data.map { 1 / max($0, 1) })
        let p = resolved.nonlinear.count
        let l = resolved.linear.count
        let n = p + l
        var theta = resolved.nonlinear.map { $0.start ?? ($0.bounds.lowerBound + $0.bounds.upperBound) / 2 }
        for (place, step) in resolved.background.stepParameters.enumerated() {
            theta[step] = 0.05 + 0.01 * Double(place)
        }
        for index in theta.indices where resolved.nonlinear[index].name.hasSuffix("tougaard_b_eV2") {
            theta[index] = 180
        }
        if let shift = resolved.shiftIndex { theta[shift] = 0.13 }
        var coefficients = (0..<l).map { 80 + 150 * Double($0) }

        struct Evaluation {
            var chi2: Double
            var matrix: [Double]
            var gradient: [Double]
        }
        func evaluate(_ theta: [Double], _ coefficients: [Double]) throws -> Evaluation {
            var scratch = [Double](repeating: 0, count: l * l)
            var vector = [Double](repeating: 0, count: l)
            var matrix = [Double](repeating: 0, count: n * n)
            var gradient = [Double](repeating: 0, count: n)
            try theta.withUnsafeBufferPointer { theta in
                try scratch.withUnsafeMutableBufferPointer { scratch in
                    try vector.withUnsafeMutableBufferPointer { vector in
                        try problem.linearEquations(at: theta, matrix: scratch, vector: vector)
                    }
                }
            }
            let chi2 = coefficients.withUnsafeBufferPointer { c in
                matrix.withUnsafeMutableBufferPointer { m in
                    gradient.withUnsafeMutableBufferPointer { g in
                        problem.normalEquations(coefficients: c, matrix: m, gradient: g)
                    }
                }
            }
            return Evaluation(chi2: chi2, matrix: matrix, gradient: gradient)
        }
        let centre = try evaluate(theta, coefficients)
        for a in 0..<n {
            let scale = a < p ? 1e-5 : 1e-3
            func moved(_ by: Double) throws -> Evaluation {
                if a < p {
                    theta[a] += by
                    defer { theta[a] -= by }
                    return try evaluate(theta, coefficients)
                }
                coefficients[a - p] += by
                defer { coefficients[a - p] -= by }
                return try evaluate(theta, coefficients)
            }
            // chi^2 falls along the gradient: d chi^2 / dp = -2 J'W r.
            let slope = try (moved(scale).chi2 - moved(-scale).chi2) / (2 * scale)
            let natural = (centre.matrix[a * n + a] * centre.chi2).squareRoot() + 1e-9
            // A difference of two chi squared carries their rounding.
            let rounding = 16 * Double.ulpOfOne * centre.chi2 / scale
            #expect(abs(slope + 2 * centre.gradient[a]) < 2e-5 * natural + rounding, "parameter \(a)")
        }
    }

    @Test("components that share a coefficient, sharing a bound or a ratio, solve to the same spectrum")
    func sharedAreasAreRight() throws {
        let simulated = SimulatedSpectrum(
            energies: Self.energies,
            lines: SimulatedSpectrum.doublet(161.6, width: 1.1, area: 900)
                + SimulatedSpectrum.doublet(163.4, width: 1.1, area: 270), constant: 50, shirley: 0.03)
        let model = PeakModel(.s2p, defaults: [.splitting: .fixed(1.18)]) {
            Doublet("a", near: 161.6)
            Doublet("b", near: 163.4, width: .sameAs("a"), area: .ratio(of: "a", by: .fixed(0.3)))
        }
        let fit = try model.fit(simulated.exact)
        #expect(abs(fit.components[0].area.value - 900) < 1e-4)
        #expect(abs(fit.components[1].area.value - 270) < 1e-4)
    }
}
