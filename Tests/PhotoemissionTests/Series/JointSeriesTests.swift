import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

@Suite("A series as one least-squares problem")
struct JointSeriesTests {
    @Test("a series without noise gives its truth back")
    func exact() throws {
        let series = SimulatedSeries.series(SimulatedSeries.stages, shifts: [0, 0.4, -0.3], seed: nil)
        let fit = try SimulatedSeries.model.fit(series, options: FitOptions(tolerance: 1e-14))
        #expect(fit.convergence.converged)
        for (stage, areas) in zip(fit.fits, SimulatedSeries.stages) {
            for (component, area) in zip(stage.components, areas) { #expect(abs(component.area.value - area) < 0.05) }
        }
        for (stage, shift) in zip(fit.fits, [0, 0.4, -0.3]) {
            #expect(abs(stage.calibration.shift.value - shift) < 1e-5)
        }
        #expect(
            fit.shared.names == [
                "S 2-.position", "PS4 3-.width", "bridging.position", "bridging.width", "polysulfide.position",
            ])
    }

    /// The independent check: every parameter of every spectrum in one dense problem, derivatives by differences.
    @Test("the joint result is that of a dense fit of all parameters together")
    func denseSolution() throws {
        let series = SimulatedSeries.series(SimulatedSeries.stages, shifts: [0, 0.3, -0.2], seed: 21)
        let options = FitOptions(weighting: .dataCounts, tolerance: 1e-14)
        let joint = try SimulatedSeries.model.fit(series, options: options)
        let fitters = try joint.fits.map { try #require($0.workings).fitter }
        let weights = try joint.fits.map { try #require($0.workings).weights }
        let resolved = fitters[0].model
        let coupling = try #require(joint.coupling)
        let local = resolved.nonlinear.indices.filter { !coupling.shared.contains($0) }
        let own = local.count + resolved.linear.count
        // Parameters: shared, then for each spectrum its own nonlinear and its linear ones.
        func unpack(_ x: [Double], _ index: Int) -> (theta: [Double], linear: [Double]) {
            var theta = [Double](repeating: 0, count: resolved.nonlinear.count)
            for (k, j) in coupling.shared.enumerated() { theta[j] = x[k] }
            let first = coupling.shared.count + index * own
            for (k, j) in local.enumerated() { theta[j] = x[first + k] }
            return (theta, Array(x[(first + local.count)..<(first + own)]))
        }
        var start = coupling.problems[0].nonlinear.indices.filter { coupling.shared.contains($0) }.map {
            coupling.problems[0].nonlinear[$0]
        }
        for solution in coupling.problems {
            start += local.map { solution.nonlinear[$0] } + solution.linear.map { 1.02 * $0 }
        }
        var problem = LeastSquaresProblem(start: start, residualCount: fitters.reduce(0) { $0 + $1.energies.count })
        problem.weights = weights.flatMap { $0 }
        let dense = try NonlinearLeastSquares().minimize(problem) { x, residuals in
            var place = 0
            for (index, fitter) in fitters.enumerated() {
                let (theta, linear) = unpack(x, index)
                var model = PeakProblem(model: resolved, energies: fitter.energies, regions: fitter.regions)
                model.setData(fitter.intensities, weights: weights[index])
                for (mean, count) in zip(model.expected(theta: theta, coefficients: linear), fitter.intensities) {
                    residuals[place] = count - mean
                    place += 1
                }
            }
        }
        #expect(abs(dense.chi2 / joint.statistics.chi2 - 1) < 1e-9)
        let covariance = dense.covariance
        for (index, solution) in coupling.problems.enumerated() {
            let (theta, linear) = unpack(dense.parameters, index)
            let own = try #require(solution.covariance())
            let size = theta.count + linear.count
            for (k, pair) in zip(theta + linear, solution.nonlinear + solution.linear).enumerated() {
                let uncertainty = own[k * size + k].squareRoot()
                #expect(abs(pair.0 - pair.1) < 2e-3 * uncertainty)
            }
            for (k, j) in local.enumerated() {
                let place = coupling.shared.count + index * self.width(resolved, local) + k
                #expect(abs(covariance[place, place] / own[j * size + j] - 1) < 1e-3)
            }
        }
        // The covariance of areas of two spectra, which only the shared parameters bring about.
        let track = try joint.track(.quantity(.component("polysulfide", .area)))
        let index = local.count + (resolved.linear.firstIndex { $0.name == "polysulfide.area" } ?? 0)
        let (a, b) = (coupling.shared.count + index, coupling.shared.count + 2 * own + index)
        #expect(abs(track.covariance[2] / covariance[a, b] - 1) < 1e-3)
        #expect(abs(track.covariance[8] / covariance[b, b] - 1) < 1e-3)
    }

    private func width(_ model: ResolvedModel, _ local: [Int]) -> Int { local.count + model.linear.count }

    @Test("N equal spectra leave 1/N of what the shared parameters contribute to a variance")
    func theory() throws {
        let areas = SimulatedSeries.stages[2]
        let options = FitOptions(weighting: .dataCounts, tolerance: 1e-13)
        let single = try SimulatedSeries.model.fit(SimulatedSeries.simulated(areas).exact, options: options)
        // The same fit with everything shared held at its value.
        var held = single.effectiveModel
        for index in held.components.indices {
            let component = single.components[index]
            if component.name != "PS4 3-" { held.components[index].position = .fixed(component.position.value) }
            held.components[index].width = .fixed(component.fwhm.value)
        }
        let fixed = try held.fit(SimulatedSeries.simulated(areas).exact, options: options)
        for count in [2, 5, 20] {
            let series = SimulatedSeries.series(Array(repeating: areas, count: count), seed: nil)
            let joint = try SimulatedSeries.model.fit(series, options: options)
            for index in 0..<4 {
                func variance(_ fit: PeakFit) -> Double {
                    let u = fit.components[index].area.standardUncertainty ?? 0
                    return u * u
                }
                let expected = variance(fixed) + (variance(single) - variance(fixed)) / Double(count)
                #expect(abs(variance(joint.fits[0]) / expected - 1) < 1e-3)
            }
        }
    }

    @Test("fractions lie within their uncertainties of the truth, over many seeds", .timeLimit(.minutes(5)))
    func coverage() throws {
        var within = (one: 0, three: 0, all: 0)
        var narrower = 0
        for seed in 1...40 {
            let series = SimulatedSeries.series(
                SimulatedSeries.stages, shifts: [0, 0.4, -0.3], seed: UInt64(100 + seed))
            let joint = try SimulatedSeries.model.fit(series)
            #expect(joint.convergence.converged)
            for (stage, areas) in zip(joint.fits, SimulatedSeries.stages) {
                let total = areas.reduce(0, +)
                for (component, area) in zip(stage.components, areas) {
                    let uncertainty = try #require(component.fraction.standardUncertainty)
                    let distance = abs(component.fraction.value - area / total) / uncertainty
                    within.all += 1
                    if distance <= 1 { within.one += 1 }
                    if distance <= 3 { within.three += 1 }
                }
            }
            guard seed <= 5 else { continue }
            let each = try SimulatedSeries.model.fitEach(of: series)
            for (a, b) in zip(joint.fits, each.fits) {
                for (x, y) in zip(a.components, b.components) {
                    let (u, v) = (x.fraction.standardUncertainty ?? 1, y.fraction.standardUncertainty ?? 0)
                    if u < v { narrower += 1 }
                }
            }
        }
        let share = Double(within.one) / Double(within.all)
        // 480 fractions, of which those of one series hang together: 68 % give or take four standard deviations.
        #expect((0.58...0.78).contains(share), "\(share)")
        #expect(Double(within.three) >= 0.985 * Double(within.all), "\(within)")
        #expect(narrower >= 55, "\(narrower) of 60")
    }

    @Test("what a prior knows of a shared parameter counts once")
    func priors() throws {
        var model = SimulatedSeries.model
        model.components[1].width = .prior(start: 1.05, mean: 1.05, sigma: 0.02, min: 0.5, max: 2)
        let series = SimulatedSeries.series(Array(repeating: [0, 60, 0, 0], count: 4), seed: 8)
        let joint = try model.fit(series)
        let free = try SimulatedSeries.model.fit(series)
        func uncertainty(_ fit: SeriesFit) throws -> Double {
            let index = try #require(fit.shared.names.firstIndex(of: "PS4 3-.width"))
            return fit.shared.covariance[index * fit.shared.names.count + index].squareRoot()
        }
        // 1/u^2 of data and of one prior add up, nearly: the weights of the two fits differ a little.
        let expected = 1 / (1 / pow(try uncertainty(free), 2) + 1 / pow(0.02, 2)).squareRoot()
        #expect(abs(try uncertainty(joint) / expected - 1) < 0.1)
    }

    @Test("spectra that do not share a width are found out")
    func disagreement() throws {
        var series = SimulatedSeries.series(SimulatedSeries.stages, seed: 4)
        let agreeing = try SimulatedSeries.model.fit(series)
        #expect(agreeing.agreement.map { $0.probability > 0.001 } == true)
        #expect(agreeing.findings.isEmpty)
        var broad = SimulatedSeries.simulated(SimulatedSeries.stages[1])
        for index in broad.lines.indices { broad.lines[index].width *= 1.3 }
        var numbers = SimulationNumbers(seed: 9)
        series.spectra[1] = broad.spectrum(noise: &numbers)
        let other = try SimulatedSeries.model.fit(series)
        #expect(other.findings.map(\.rule).contains("shared-parameters-disagree"))
    }

    @Test("a species that is absent from some spectra ends on its bound there, and only there")
    func absentSpecies() throws {
        let stages = [[900.0, 5000, 0, 0], [800, 4500, 900, 700], [800, 4500, 1300, 1200]]
        let joint = try SimulatedSeries.model.fit(SimulatedSeries.series(stages, seed: 77))
        #expect(joint.convergence.converged)
        for component in joint.fits[0].components.suffix(2) {
            #expect(component.area.value >= 0)
            #expect(component.area.value < 5 * (component.area.standardUncertainty ?? 40) + 1)
        }
        for (component, area) in zip(joint.fits[2].components, stages[2]) {
            #expect(abs(component.area.value - area) < 4 * (component.area.standardUncertainty ?? 0))
        }
    }

    @Test("joint fits without weights, shared areas and empty series are refused")
    func refusals() {
        let series = SimulatedSeries.series(SimulatedSeries.stages, seed: 1)
        #expect(throws: FitError.self) {
            try SimulatedSeries.model.fit(series, options: FitOptions(weighting: .unweighted))
        }
        #expect(throws: FitError.self) { try SimulatedSeries.model.fit(series, sharing: [.area]) }
        let empty = SpectrumSeries(name: "none", variable: .cycle, values: [], spectra: [])
        #expect(throws: FitError.self) { try SimulatedSeries.model.fit(empty) }
        #expect(throws: FitError.self) { try SimulatedSeries.model.fitEach(of: empty) }
    }
}
