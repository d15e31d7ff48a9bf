import Foundation
import Spectra
import SpectralMath
import SpectrumFiles
import TestSupport
import Testing

@testable import Diffraction

/// Whole-pattern refinement against simulated truth and measured standards.
@Suite("Refinement") struct RefinementTests {
    private static let mixture = RefinementSimulation(phases: [
        .init(name: "LiCoO2", share: 0.8, strain: 0.002, size: 0.03, microstrain: 0.05, overallB: 0.3),
        .init(name: "Co3O4", share: 0.2, strain: -0.001, size: 0.08, microstrain: 0.1, overallB: 0.1),
    ])

    @Test("cells, fractions and displacement come back, with uncertainties that cover the truth") func coverage() throws
    {
        let simulation = Self.mixture
        let expected = try simulation.expected()
        var pulls: [String: [Double]] = [:]
        for seed in 1...8 as ClosedRange<UInt32> {
            let result = try PatternRefinement(
                try simulation.curve(expected, seed: seed), phases: try simulation.requests(), emission: .copper)
            func pull(_ name: String, _ quantity: Measured?, _ truth: Double) throws {
                let quantity = try #require(quantity)
                let u = try #require(quantity.standardUncertainty)
                pulls[name, default: []].append((quantity.value - truth) / u)
            }
            for (phase, truth) in zip(result.phases, simulation.phases) {
                try pull("fraction", phase.weightFraction, truth.share)
                let cell = try simulation.cell(truth)
                try pull("\(phase.name) a", phase.quantity { $0.a }, cell.a)
                if phase.name == "LiCoO2" { try pull("LiCoO2 c", phase.quantity { $0.c }, cell.c) }
                #expect(phase.texture == nil, "\(phase.name) has no texture")
                #expect(phase.braggR < 0.05)
            }
            try pull("displacement", result.corrections.first?.value, simulation.displacement)
            try pull("axial divergence", result.axialDivergence, simulation.axial)
            #expect(abs(result.statistics.goodnessOfFit - 1) < 0.06)
            #expect(result.statistics.correlation.factor < 1.15)
            #expect(result.converged)
        }
        for (name, values) in pulls {
            let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
            // The mean square of 8 pulls is below 2.9 in 997 of 1,000 cases, and above 0.1 in as many.
            #expect(square < 2.9 && square > 0.1, "\(name): \(values)")
            #expect(values.allSatisfy { abs($0) < 3.7 }, "\(name): \(values)")
        }
    }

    @Test("texture is found, with its direction and size, and fractions do not suffer") func texture() throws {
        var simulation = Self.mixture
        simulation.phases[0].texture = MarchDollase(direction: MillerIndex(0, 0, 3), r: 0.7)
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: 5), phases: try simulation.requests(), emission: .copper)
        let phase = result.phases[0]
        #expect(phase.textureDirection == MillerIndex(0, 0, 1))
        let r = try #require(phase.texture)
        #expect(abs(r.value - 0.7) < 3.5 * (try #require(r.standardUncertainty)), "\(r)")
        #expect(try #require(r.standardUncertainty) < 0.02)
        let fraction = try #require(phase.weightFraction)
        #expect(abs(fraction.value - 0.8) < 3.5 * (try #require(fraction.standardUncertainty)), "\(fraction)")
        #expect(result.phases[1].texture == nil)
    }

    /// The cell and composition of beta-Li3PS4 (Homma et al., Solid State Ionics 182 (2011) 53), its atoms to two digits: near
    /// enough for a pattern to be made and refined, not for the phase library.
    private static let thiophosphate = """
        data_Li3PS4
        _cell_length_a 12.819
        _cell_length_b 8.2195
        _cell_length_c 6.1236
        _cell_angle_alpha 90
        _cell_angle_beta 90
        _cell_angle_gamma 90
        _space_group_name_H-M_alt 'P n m a'
        loop_
        _atom_site_label
        _atom_site_type_symbol
        _atom_site_fract_x
        _atom_site_fract_y
        _atom_site_fract_z
        _atom_site_occupancy
        Li1 Li 0.15 0.51 0.94 1
        Li2 Li 0 0 0.5 0.7
        Li3 Li 0.01 0.75 0.12 0.3
        P1 P 0.09 0.25 0.16 1
        S1 S 0.15 0.05 0.28 1
        S2 S 0.07 0.75 0.74 1
        S3 S 0.10 0.25 0.84 1
        """

    @Test("Li10GeP2S12 with 9.2 wt% of beta-Li3PS4 comes back within 1 wt%", arguments: [1, 2] as [UInt32])
    func thiophosphates(seed: UInt32) throws {
        var simulation = RefinementSimulation(phases: [
            .init(name: "Li10GeP2S12", share: 0.908, strain: 0.001, size: 0.05, microstrain: 0.08),
            .init(name: "Li3PS4", share: 0.092, strain: -0.001, size: 0.15, microstrain: 0.1),
        ])
        simulation.structures = ["Li3PS4": try CrystalStructure(cif: Self.thiophosphate)]
        simulation.range = 10...70
        simulation.top = 5000
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: seed), phases: try simulation.requests(),
            emission: .copper)
        let share = try #require(result.phases.first?.weightFraction)
        #expect(abs(share.value - 0.908) < 0.01, "\(share)")
        #expect(abs(share.value - 0.908) < 4 * (try #require(share.standardUncertainty)), "\(share)")
    }

    @Test("a glassy hump goes into the background, not into the lines of a minor phase") func hump() throws {
        var simulation = Self.mixture
        simulation.phases[0].share = 0.96
        simulation.phases[1].share = 0.04
        simulation.top = 4000
        simulation.hump = 400
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: 3), phases: try simulation.requests(), emission: .copper)
        let fraction = try #require(result.phases[1].weightFraction)
        #expect(abs(fraction.value - 0.04) < 3.5 * (try #require(fraction.standardUncertainty)), "\(fraction)")
        #expect(result.statistics.goodnessOfFit < 1.06)
    }

    @Test("cells of low symmetry come back: monoclinic edges and angle") func monoclinic() throws {
        let simulation = RefinementSimulation(
            phases: [.init(name: "Li2TiO3", share: 1, strain: 0.003)], range: 15...70)
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: 2), phases: try simulation.requests(), emission: .copper)
        let phase = result.phases[0]
        let cell = try simulation.cell(simulation.phases[0])
        let u = try #require(phase.cellUncertainties)
        #expect(u[3] == 0 && u[5] == 0)
        for (value, truth, sigma) in [
            (phase.cell.a, cell.a, u[0]), (phase.cell.b, cell.b, u[1]), (phase.cell.c, cell.c, u[2]),
            (phase.cell.beta, cell.beta, u[4]),
        ] {
            #expect(abs(value - truth) < 3.7 * sigma, "\(value) \(truth) \(sigma)")
            #expect(sigma > 0 && sigma < 2e-3 * truth)
        }
    }

    @Test(
        "Le Bail and Pawley find the cell without a structure",
        arguments: [
            RefinementOptions.Intensities.leBail, .pawley,
        ]) func unknownIntensities(kind: RefinementOptions.Intensities) throws
    {
        let simulation = RefinementSimulation(phases: [.init(name: "Co3O4", share: 1, strain: 0.002)])
        let structure = try simulation.structure("Co3O4")
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: 9),
            phases: [RefinementPhase(name: "unknown", cell: structure.cell, spaceGroup: structure.spaceGroup)],
            emission: .copper, options: RefinementOptions(intensities: kind))
        let a = result.phases[0].quantity { $0.a }
        let truth = try simulation.cell(simulation.phases[0]).a
        #expect(abs(a.value - truth) < 3.7 * (try #require(a.standardUncertainty)), "\(a) \(truth)")
        #expect(abs(a.value / truth - 1) < 50e-6)
        #expect(result.phases[0].weightFraction == nil)
        #expect(result.statistics.goodnessOfFit < 1.06)
        // Intensities as the structure has them.
        let pattern = try PowderPattern(structure, settings: .init(twoTheta: 20...80))
        func relative(_ index: MillerIndex) throws -> Double {
            let phase = result.phases[0]
            let own = try #require(phase.reflection(index)).observed.value
            return own / (try #require(phase.reflection(MillerIndex(3, 1, 1))).observed.value)
        }
        for reflection in pattern.reflections where reflection.intensity > 15 && reflection.index.h != 5 {
            let expected = reflection.intensity / 100
            #expect(abs(try relative(reflection.index) - expected) < 0.05 * expected + 0.005, "\(reflection.index)")
        }
    }

    @Test("what the data do not determine is held and said so") func guarded() throws {
        var simulation = Self.mixture
        simulation.phases[0].share = 0.9995
        simulation.phases[1].share = 0.0005
        simulation.top = 1000
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: 1), phases: try simulation.requests(), emission: .copper)
        #expect(result.findings.contains { $0.rule == "phase-not-seen" && $0.message.hasPrefix("Co3O4") })
        #expect(abs(try #require(result.phases[1].weightFraction).value) < 0.02)
        // One line (003) says nothing about a.
        var single = RefinementSimulation(phases: [.init(name: "LiCoO2", share: 1)], range: 16...22)
        single.displacement = 0
        let narrow = try PatternRefinement(
            try single.curve(single.expected(), seed: 1), phases: try single.requests(), emission: .copper,
            options: RefinementOptions(corrections: []))
        let held = narrow.findings.filter { $0.rule == "parameter-held" }.map(\.message)
        #expect(held.contains { $0.hasPrefix("LiCoO2: a parameter of the cell") }, "\(held)")
        let cell = narrow.phases[0].cell
        let truth = try #require(PhaseLibrary.phase("LiCoO2")).cell
        #expect(abs(cell.c / truth.c - 1) < 1e-3 && abs(cell.a / truth.a - 1) < 2e-3)
        #expect(try #require(narrow.phases[0].cellUncertainties)[0] == 0)
    }

    @Test("an internal standard gives the amorphous content with its uncertainty") func internalStandard() throws {
        // 30 % of the sample are amorphous; 80 parts of it with 20 parts of the standard: crystalline LiCoO2 56, standard 20.
        let simulation = RefinementSimulation(phases: [
            .init(name: "LiCoO2", share: 56.0 / 76), .init(name: "Al2O3-corundum", share: 20.0 / 76),
        ])
        let result = try PatternRefinement(
            try simulation.curve(simulation.expected(), seed: 4), phases: try simulation.requests(), emission: .copper)
        let amorphous = try AmorphousContent(
            result, standard: "al2o3-corundum", fraction: Measured(0.2, standardUncertainty: 0.0005))
        let rest = amorphous.amorphousInSample
        let u = try #require(rest.standardUncertainty)
        #expect(abs(rest.value - 0.3) < 3.5 * u && u < 0.03, "\(rest)")
        #expect(abs(amorphous.amorphousInSpecimen.value - 0.8 * rest.value) < 1e-12)
        let sum = amorphous.inSample.reduce(rest.value) { $0 + $1.fraction.value }
        #expect(abs(sum - 1) < 1e-12)
        // The uncertainty by difference quotients: dA / dX and dA / dw.
        let w = 0.2
        let x = try #require(result.phases[1].weightFraction)
        func a(_ x: Double, _ w: Double) -> Double { (1 - w / x) / (1 - w) }
        let byX = (a(x.value + 1e-6, w) - a(x.value - 1e-6, w)) / 2e-6
        let byW = (a(x.value, w + 1e-6) - a(x.value, w - 1e-6)) / 2e-6
        let expected = (pow(byX * (x.standardUncertainty ?? 0), 2) + pow(byW * 0.0005, 2)).squareRoot()
        #expect(abs(u / expected - 1) < 1e-4)
        #expect(throws: PatternError.self) {
            try AmorphousContent(result, standard: "ZnO", fraction: Measured(0.2))
        }
        // Fractions of two phases are one number: their uncertainties are equal and fully anticorrelated.
        let c = try #require(result.fractionCovariance)
        #expect(abs(c[0][0] / c[1][1] - 1) < 1e-9 && abs(c[0][1] / c[0][0] + 1) < 1e-9)
    }

    @Test("Brindley's factor is that of spheres, and absorption that of tables") func microabsorption() throws {
        // From a point of a sphere to its surface it is 3/4 R in the mean, in and out alike: for small x the factor is
        // about exp(-1.5 x).
        for x in [0.01, 0.05, 0.1] {
            #expect(abs(BrindleyCorrection.factor(x) - exp(-1.5 * x)) < 0.01)
        }
        // NIST's mass attenuation coefficients at 8.048 keV, cm2/g, times the density (XCOM; scattering included, which
        // is why light elements differ more).
        for (name, expected, tolerance) in [
            ("ZnO", 50.0 * 5.68, 0.1), ("Al2O3-corundum", 31.7 * 3.99, 0.07), ("CaF2", 95.0 * 3.18, 0.06),
            ("Fe3O4", 223.0 * 5.2, 0.06),
        ] {
            let structure = try #require(PhaseLibrary.phase(name))
            let mu = try structure.linearAbsorption(wavelength: 1.5406)
            #expect(abs(mu / expected - 1) < tolerance, "\(name): \(mu) \(expected)")
        }
    }

    @Test("residuals that go together raise uncertainties, independent ones do not") func serialCorrelation() throws {
        var random = RandomNumbers(seed: 12)
        let white = (0..<20_000).map { _ in random.gaussian() }
        let first = SerialCorrelation(white, parameters: 0)
        #expect(abs(first.factor - 1) < 0.03 && abs(first.durbinWatson - 2) < 0.05)
        // Moving means of 9 points: the variance of a sum over many points is 9 times that of independent ones.
        let smooth = (0..<19_000).map { i in white[i..<(i + 9)].reduce(0, +) / 3 }
        let second = SerialCorrelation(smooth, parameters: 0)
        #expect(second.factor > 1.6 && second.factor < 4, "\(second)")
        #expect(second.durbinWatson < 0.5)
    }

    // MARK: - Series

    @Test("a series follows cells and fractions along its variable, and reports layered oxides") func series() throws {
        let members = try (0..<4).map { i -> RefinementSeries.Member in
            var simulation = Self.mixture
            simulation.phases[0].strain = 0.001 * Double(i)
            simulation.phases[1].strain = 0.0005 * Double(i)
            simulation.phases[0].share = 0.9 - 0.1 * Double(i)
            simulation.phases[1].share = 0.1 + 0.1 * Double(i)
            return RefinementSeries.Member(
                name: "\(i)", value: 300 + 50 * Double(i),
                curve: try simulation.curve(simulation.expected(), seed: UInt32(20 + i)))
        }
        // In any order.
        let series = try RefinementSeries(
            [members[2], members[0], members[3], members[1]], variable: .temperature,
            phases: try Self.mixture.requests(), emission: .copper)
        #expect(series.values == [300, 350, 400, 450] && series.names == ["0", "1", "2", "3"])
        let start = try #require(PhaseLibrary.phase("LiCoO2")).cell
        for (i, result) in series.refinements.enumerated() {
            let phase = result.phases[0]
            let a = phase.quantity { $0.a }
            let w = try #require(phase.weightFraction)
            #expect(abs(a.value - start.a * (1 + 0.001 * Double(i))) < 3.7 * (try #require(a.standardUncertainty)))
            #expect(abs(w.value - (0.9 - 0.1 * Double(i))) < 3.7 * (try #require(w.standardUncertainty)), "\(w)")
            let report = try #require(result.layeredOxides.first)
            #expect(result.layeredOxides.count == 1 && report.name == "LiCoO2")
            let ratio = report.axialRatio
            #expect(abs(ratio.value - start.c / start.a) < 3.7 * (try #require(ratio.standardUncertainty)))
            // The intensities that the structure gives: overall B of 0.3 lowers the line at larger angles.
            let pattern = try PowderPattern(try #require(PhaseLibrary.phase("LiCoO2")))
            func intensity(_ index: MillerIndex) throws -> Double {
                let line = try #require(pattern.reflections.first { $0.index == index })
                return line.intensity * exp(-2 * 0.3 / (4 * line.spacing * line.spacing))
            }
            let expected = try intensity(MillerIndex(0, 0, 6)) / intensity(MillerIndex(1, 0, 4))
            let first = try #require(phase.reflection(MillerIndex(0, 0, 6))).observed.value
            let second = try #require(phase.reflection(MillerIndex(1, 0, 4))).observed.value
            #expect(abs(first / second / expected - 1) < 0.15)
            let splitting = try #require(report.splitting006)
            let cell = phase.cell
            let angles = [MillerIndex(0, 0, 6), MillerIndex(0, 1, 2)].map {
                2 * asin(1.5405929 / (2 * cell.spacing($0))) * 180 / .pi
            }
            #expect(abs(splitting.value - (angles[1] - angles[0])) < 1e-9)
            #expect(try #require(splitting.standardUncertainty) < 0.01)
        }
    }

    @Test("errors say what is wrong") func errors() throws {
        let structure = try #require(PhaseLibrary.phase("Si"))
        let phase = RefinementPhase(name: "Si", structure: structure)
        let angles = (0..<500).map { 20 + 0.05 * Double($0) }
        let flat = try PatternCurve(twoTheta: angles, intensities: angles.map { _ in 10 })
        #expect(throws: PatternError.self) { try PatternRefinement(flat, phases: [phase], emission: .copper) }
        let noisy = try PatternCurve(
            twoTheta: angles, intensities: angles.map { 10 + ($0 * 7).truncatingRemainder(dividingBy: 3) })
        #expect(throws: PatternError.self) { try PatternRefinement(noisy, phases: [], emission: .copper) }
        #expect(throws: PatternError.self) { try PatternRefinement(noisy, phases: [phase, phase], emission: .copper) }
        // A pattern without any line ends in words, not in a crash.
        var random = RandomNumbers(seed: 8)
        let noise = try PatternCurve(twoTheta: angles, intensities: angles.map { _ in try random.poisson(mean: 50) })
        let result = try PatternRefinement(noise, phases: [phase], emission: .copper)
        #expect(result.findings.contains { $0.rule == "phase-not-seen" || $0.rule == "parameter-held" })
    }
}
