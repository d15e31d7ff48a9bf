import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Diffraction

/// The model of whole-pattern refinement and its analytic derivatives.
@Suite("Refinement: model and derivatives")
struct RefinementDerivativeTests {
    /// A problem over two phases with everything free, away from all special values.
    private func problem(
        _ free: [RefinementQuantity], emission: EmissionSpectrum = .copper
    ) throws -> RefinementProblem {
        let angles = (0..<1500).map { 18 + 0.03 * Double($0) }
        let settings = PowderPattern.Settings(emission: emission, twoTheta: 17...65)
        let phases = try ["Li2CO3", "Co3O4"].map { name in
            try PhaseReflections(
                RefinementPhase(name: name, structure: try #require(PhaseLibrary.phase(name))), settings: settings,
                usesStructure: true)
        }
        var values = RefinementValues()
        values.zero = 0.01
        values.displacement = 0.03
        values.transparency = 0.02
        values.axialDivergence = 0.035
        values.gaussianMiddle = 0.07
        values.phases = phases.map { phase in
            RefinementValues.Phase(
                cell: (0..<phase.cell.count).map { 0.001 * Double($0 + 1) }, size: 0.06, microstrain: 0.15,
                texture: 0.8, overallB: 0.4)
        }
        let model = PowderModel(
            twoTheta: angles, phases: phases, values: values, emission: emission, optics: LorentzPolarization(),
            usesStructure: true, widths: InstrumentWidths(twoTheta: 18...63), instrument: (0.01, 0.02),
            textures: [MillerIndex(0, 0, 1), MillerIndex(1, 1, 1)])
        let templates = phases.indices.map { p in
            IntensityTemplate(
                model, phase: p,
                reflections: Dictionary(uniqueKeysWithValues: phases[p].strengths.enumerated().map { ($0, $1) }))
        }
        let data = angles.map { 1000 + 3 * $0 + 200 * sin($0) }
        let background = try BackgroundBasis(.chebyshev(degree: 3), angles)
        return RefinementProblem(
            model, templates: templates, background: background, data: data, weights: data.map { 1 / $0 },
            values: values, free: free, isSigned: false)
    }

    private static let coefficients: [Double] = [900, 20, -5, 3, 2e3, 5e2]

    private static let all: [RefinementQuantity] = [
        .zero, .displacement, .transparency, .gaussianLow, .gaussianMiddle, .gaussianHigh, .axialDivergence,
        .cell(phase: 0, parameter: 0), .cell(phase: 0, parameter: 1), .cell(phase: 0, parameter: 2),
        .cell(phase: 0, parameter: 3), .size(phase: 0), .microstrain(phase: 0), .texture(phase: 0),
        .overallB(phase: 0), .cell(phase: 1, parameter: 0), .size(phase: 1), .microstrain(phase: 1),
        .texture(phase: 1), .overallB(phase: 1),
    ]

    private func evaluate(
        _ problem: inout RefinementProblem, _ theta: [Double], _ coefficients: [Double]
    ) throws -> (chi2: Double, gradient: [Double], matrix: [Double]) {
        let linear = coefficients.count
        let count = theta.count + linear
        var matrix = [Double](repeating: 0, count: linear * linear)
        var vector = [Double](repeating: 0, count: linear)
        var full = [Double](repeating: 0, count: count * count)
        var gradient = [Double](repeating: 0, count: count)
        try theta.withUnsafeBufferPointer { theta in
            try matrix.withUnsafeMutableBufferPointer { matrix in
                try vector.withUnsafeMutableBufferPointer { vector in
                    try problem.linearEquations(at: theta, matrix: matrix, vector: vector)
                }
            }
        }
        let chi2 = coefficients.withUnsafeBufferPointer { coefficients in
            full.withUnsafeMutableBufferPointer { full in
                gradient.withUnsafeMutableBufferPointer {
                    problem.normalEquations(coefficients: coefficients, matrix: full, gradient: $0)
                }
            }
        }
        return (chi2, gradient, full)
    }

    @Test("the gradient by every parameter agrees with difference quotients", arguments: [false, true])
    func gradient(detailed: Bool) throws {
        var problem = try problem(Self.all, emission: detailed ? .copperInDetail : .copper)
        let coefficients = Self.coefficients
        let theta = problem.start
        let here = try evaluate(&problem, theta, coefficients)
        func slope(_ step: Double, _ change: (inout [Double], inout [Double], Double) -> Void) throws -> Double {
            var (above, below, upper, lower) = (theta, theta, coefficients, coefficients)
            change(&above, &upper, step)
            change(&below, &lower, -step)
            // chi2 falls by 2 x gradient x step.
            return -(try evaluate(&problem, above, upper).chi2 - evaluate(&problem, below, lower).chi2) / (4 * step)
        }
        for (j, quantity) in Self.all.enumerated() {
            let numeric = try slope(1e-6) { theta, _, step in theta[j] += step }
            let analytic = here.gradient[j]
            #expect(
                abs(numeric - analytic) < 2e-4 * abs(analytic) + 1e-7 * here.chi2, "\(quantity): \(numeric) \(analytic)"
            )
        }
        for k in coefficients.indices {
            let numeric = try slope(1e-4 * coefficients[k]) { _, linear, step in linear[k] += step }
            let analytic = here.gradient[theta.count + k]
            #expect(abs(numeric - analytic) < 1e-5 * abs(analytic) + 1e-9 * here.chi2, "scale \(k)")
        }
    }

    @Test("the normal matrix is that of the derivatives of the model") func normalMatrix() throws {
        var problem = try problem(Self.all)
        let coefficients = Self.coefficients
        let theta = problem.start
        let here = try evaluate(&problem, theta, coefficients)
        // The derivative of the gradient by a linear coefficient c_k: -J' W phi_k + sum d(J)/d(c_k) W r; for two linear
        // coefficients only the first term is there.
        let n = theta.count + coefficients.count
        for k in coefficients.indices {
            let step = 1e-3 * coefficients[k]
            var moved = coefficients
            moved[k] += step
            let there = try evaluate(&problem, theta, moved)
            for l in coefficients.indices where l >= k {
                let quotient = -(there.gradient[theta.count + l] - here.gradient[theta.count + l]) / step
                let element = here.matrix[(theta.count + l) * n + theta.count + k]
                #expect(abs(quotient - element) < 1e-6 * abs(element) + 1e-9 * abs(here.matrix[n * n - 1]))
            }
        }
    }

    @Test("axial divergence moves and weighs copies as its derivatives say, and as the distribution of FCJ has it")
    func axialNodes() throws {
        var nodes = AxialNodes()
        for twoTheta in [12.0, 21.4, 45, 88, 140] {
            let step = 1e-6
            let a = 0.03
            let here = nodes.nodes(twoTheta: twoTheta, divergence: a, fullWidth: 0.02)
            let above = nodes.nodes(twoTheta: twoTheta, divergence: a + step, fullWidth: 0.02)
            let below = nodes.nodes(twoTheta: twoTheta, divergence: a - step, fullWidth: 0.02)
            #expect(abs(here.reduce(0) { $0 + $1.share } - 1) < 1e-12)
            if here.count == above.count, here.count == below.count {
                for k in here.indices {
                    let center = (above[k].center - below[k].center) / (2 * step)
                    let share = (above[k].share - below[k].share) / (2 * step)
                    #expect(abs(center - here[k].centerSlope) < 1e-5 * abs(center) + 1e-7)
                    #expect(abs(share - here[k].shareSlope) < 1e-5 * abs(share) + 1e-7)
                }
            }
            let reference = try #require(AxialDivergence(specimen: a, detector: a)).distribution(
                twoTheta: twoTheta, count: 200)
            let mean = here.reduce(0) { $0 + $1.share * $1.center }
            let expected = reference.reduce(0) { $0 + $1.share * $1.offset }
            #expect(abs(mean - expected) < 1e-3 * abs(expected) + 1e-6, "\(twoTheta): \(mean) \(expected)")
            let square = here.reduce(0) { $0 + $1.share * $1.center * $1.center }
            let other = reference.reduce(0) { $0 + $1.share * $1.offset * $1.offset }
            #expect(abs(square - other) < 5e-3 * other + 1e-9, "\(twoTheta): \(square) \(other)")
        }
    }

    @Test("the instrument's widths are Caglioti's, whatever the parameters") func widths() throws {
        let basis = InstrumentWidths(twoTheta: 10...120)
        for own in [LineWidths(u: 0.01, v: -0.004, w: 0.006), LineWidths(u: 0.002, w: 0.004, p: 0.001)] {
            var values = RefinementValues()
            basis.set(own, &values)
            let back = basis.caglioti(values)
            for angle in stride(from: 10.0, through: 120, by: 5) {
                let expected = own.squaredGaussianWidth(twoTheta: angle)
                #expect(abs(back.squaredGaussianWidth(twoTheta: angle) - expected) < 1e-10)
                let g = basis.width(values, tangent: tan(angle * .pi / 360)).g
                #expect(abs(g * g - expected) < 1e-10)
            }
        }
        // No values of the parameters make a square negative.
        var random = RandomNumbers(seed: 4)
        for _ in 0..<500 {
            var values = RefinementValues()
            values.gaussianLow = 0.001 + random.uniform()
            values.gaussianHigh = 0.001 + random.uniform()
            values.gaussianMiddle = 0.3 * random.uniform()
            let polynomial = basis.caglioti(values)
            for angle in stride(from: 10.0, through: 120, by: 2) {
                #expect(polynomial.squaredGaussianWidth(twoTheta: angle) > 0)
            }
        }
    }

    @Test("texture keeps the intensity: the mean of March-Dollase over the sphere is 1", arguments: [0.4, 0.8, 1, 1.6])
    func textureKeepsIntensity(r: Double) throws {
        // Over directions, cos alpha is uniform.
        let rule = try GaussLegendreRule(count: 200)
        let mean = rule.integral(from: 0, to: 1) { MarchDollase.factor(squaredCosine: $0 * $0, r: r).value }
        #expect(abs(mean - 1) < 1e-9)
        for c in [0.0, 0.2, 0.7, 1] {
            let step = 1e-6
            let slope =
                (MarchDollase.factor(squaredCosine: c, r: r + step).value
                    - MarchDollase.factor(squaredCosine: c, r: r - step).value) / (2 * step)
            #expect(abs(slope - MarchDollase.factor(squaredCosine: c, r: r).slope) < 1e-6)
        }
    }

    @Test("texture is the same for equivalent reflections and directions") func textureSymmetry() throws {
        let phase = try #require(PhaseLibrary.phase("LiCoO2"))
        let first = MarchDollase(direction: MillerIndex(1, 0, 4), r: 0.7)
        let rotations = phase.spaceGroup.laueRotations
        let index = MillerIndex(1, 1, 3)
        let expected = first.factor(index, cell: phase.cell, group: phase.spaceGroup)
        for rotation in rotations {
            #expect(abs(first.factor(rotation(index), cell: phase.cell, group: phase.spaceGroup) - expected) < 1e-9)
            let turned = MarchDollase(direction: rotation(MillerIndex(1, 0, 4)), r: 0.7)
            #expect(abs(turned.factor(index, cell: phase.cell, group: phase.spaceGroup) - expected) < 1e-9)
        }
        let basal = MarchDollase(direction: MillerIndex(0, 0, 3), r: 0.7)
        #expect(
            abs(basal.factor(MillerIndex(0, 0, 6), cell: phase.cell, group: phase.spaceGroup) - pow(0.7, -3)) < 1e-12)
    }

    @Test(
        "parameters of the cell give cells of the symmetry, and every such cell",
        arguments: [
            "LiCoO2", "Li2TiO3", "Co3O4", "TiO2-rutile", "Li2CO3", "V2O5", "ZrO2-monoclinic", "graphite",
        ]) func cells(name: String) throws
    {
        let phase = try #require(PhaseLibrary.phase(name))
        let cell = CellParameters(phase.cell, group: phase.spaceGroup)
        let free: [CrystalSystem: Int] = [
            .cubic: 1, .tetragonal: 2, .hexagonal: 2, .trigonal: 2, .orthorhombic: 3, .monoclinic: 4, .triclinic: 6,
        ]
        #expect(cell.count == free[phase.spaceGroup.crystalSystem])
        var random = RandomNumbers(seed: 7)
        let parameters = (0..<cell.count).map { _ in 0.02 * (random.uniform() - 0.5) }
        let moved = try #require(cell.cell(parameters))
        #expect(moved.symmetrized(by: phase.spaceGroup).change < 1e-10)
        for (back, there) in zip(cell.parameters(of: moved), parameters) { #expect(abs(back - there) < 1e-9) }
        // About the relative change of an edge.
        let stretched = cell.stretched(parameters.map { _ in 0 }, by: 0.004)
        #expect(abs(try #require(cell.cell(stretched)).a / phase.cell.a - 1.004) < 1e-9)
    }
}
