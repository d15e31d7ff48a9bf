import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

@Suite("Shifts that change little along a series")
struct SmoothShiftTests {
    /// One doublet whose shift is hardly known from a single spectrum.
    static let model = PeakModel(.s2p, window: 157.5...168.5, calibration: .line("PS4 3-", at: 161.6)) {
        Doublet("PS4 3-", near: 161.6)
    }

    static func series(shifts: [Double], at values: [Double], area: Double, seed: UInt64?) -> SpectrumSeries {
        var numbers = SimulationNumbers(seed: seed ?? 0)
        let spectra = shifts.map { shift in
            let simulated = SimulatedSpectrum(
                energies: SimulatedSeries.energies,
                lines: SimulatedSpectrum.doublet(161.6 - shift, width: 1.1, area: area), constant: 100, shirley: 0.02)
            return seed == nil ? simulated.exact : simulated.spectrum(noise: &numbers)
        }
        return SpectrumSeries(name: "S 2p", variable: .etchTime, values: values, spectra: spectra)
    }

    static let values = [0.0, 1, 2, 4, 4, 7, 8]
    static let truth = [0.10, 0.12, 0.08, 0.15, 0.14, 0.20, 0.22]
    static let exact = FitOptions(weighting: .dataCounts, tolerance: 1e-14)

    /// What theory makes of free shifts with this covariance and steps of these standard deviations: information adds up.
    static func predicted(_ free: SeriesTrack, steps: [Double]) throws -> (values: [Double], covariance: Matrix) {
        let count = free.values.count
        let covariance = try Matrix(rows: count, columns: count, elements: free.covariance)
        let decomposition = try CholeskyDecomposition(covariance)
        var information = Matrix(zeros: count, count)
        for column in 0..<count {
            var unit = [Double](repeating: 0, count: count)
            unit[column] = 1
            for (row, value) in try decomposition.solve(unit).enumerated() { information[row, column] = value }
        }
        for (k, step) in steps.enumerated() {
            let weight = 1 / (step * step)
            information[k, k] += weight
            information[k + 1, k + 1] += weight
            information[k, k + 1] -= weight
            information[k + 1, k] -= weight
        }
        let together = try CholeskyDecomposition(information)
        let values = try together.solve(decomposition.solve(free.values.map(\.value)))
        var inverse = Matrix(zeros: count, count)
        for column in 0..<count {
            var unit = [Double](repeating: 0, count: count)
            unit[column] = 1
            for (row, value) in try together.solve(unit).enumerated() { inverse[row, column] = value }
        }
        return (values, inverse)
    }

    /// The steps over `values`, the usual distance being 1 and two spectra standing at the same place.
    static func steps(_ step: Double) -> [Double] {
        [1, 1, 2, 0, 3, 1].map { step * max($0, 0.01).squareRoot() }
    }

    @Test("values and covariance are those of free shifts joined with the steps as data", arguments: [0.005, 0.03])
    func theory(_ step: Double) throws {
        let series = Self.series(shifts: Self.truth, at: Self.values, area: 150, seed: 5)
        let free = try Self.model.fit(series, options: Self.exact).track(.shift)
        let fit = try Self.model.fit(series, shiftStep: step, options: Self.exact)
        let smooth = try fit.track(.shift)
        let expected = try Self.predicted(free, steps: Self.steps(step))
        let count = Self.values.count
        for a in 0..<count {
            let u = expected.covariance[a, a].squareRoot()
            // The model is curved a little over the distance by which the shifts move.
            #expect(abs(smooth.values[a].value - expected.values[a]) < 0.15 * u)
            for b in 0..<count {
                let scale = (expected.covariance[a, a] * expected.covariance[b, b]).squareRoot()
                #expect(abs(smooth.covariance[a * count + b] - expected.covariance[a, b]) < 0.05 * scale)
            }
        }
        #expect(fit.shiftSteps?.count == count - 1)
    }

    /// The independent check: every parameter of every spectrum and every step in one dense problem.
    @Test("the joint result is that of a dense fit with the steps as data")
    func denseSolution() throws {
        let series = Self.series(shifts: Self.truth, at: Self.values, area: 150, seed: 6)
        let step = 0.02
        let joint = try Self.model.fit(series, shiftStep: step, options: Self.exact)
        let workings = try joint.fits.map { try #require($0.workings) }
        let resolved = workings[0].fitter.model
        let coupling = try #require(joint.coupling)
        let shift = try #require(resolved.shiftIndex)
        let local = resolved.nonlinear.indices.filter { !coupling.shared.contains($0) }
        let own = local.count + resolved.linear.count
        func unpack(_ x: [Double], _ index: Int) -> (theta: [Double], linear: [Double]) {
            var theta = [Double](repeating: 0, count: resolved.nonlinear.count)
            for (k, j) in coupling.shared.enumerated() { theta[j] = x[k] }
            let first = coupling.shared.count + index * own
            for (k, j) in local.enumerated() { theta[j] = x[first + k] }
            return (theta, Array(x[(first + local.count)..<(first + own)]))
        }
        var start = coupling.shared.map { coupling.problems[0].nonlinear[$0] }
        for solution in coupling.problems {
            start += local.map { solution.nonlinear[$0] } + solution.linear.map { 1.02 * $0 }
        }
        let points = workings.reduce(0) { $0 + $1.fitter.energies.count }
        let steps = Self.steps(step)
        var problem = LeastSquaresProblem(start: start, residualCount: points + steps.count)
        problem.weights = workings.flatMap(\.weights) + steps.map { 1 / ($0 * $0) }
        let dense = try NonlinearLeastSquares().minimize(problem) { x, residuals in
            var place = 0
            for (index, workings) in workings.enumerated() {
                let (theta, linear) = unpack(x, index)
                var model = PeakProblem(
                    model: resolved, energies: workings.fitter.energies, regions: workings.fitter.regions)
                model.setData(workings.fitter.intensities, weights: workings.weights)
                for (mean, count) in zip(
                    model.expected(theta: theta, coefficients: linear), workings.fitter.intensities)
                {
                    residuals[place] = count - mean
                    place += 1
                }
            }
            for k in steps.indices {
                residuals[place] = unpack(x, k + 1).theta[shift] - unpack(x, k).theta[shift]
                place += 1
            }
        }
        #expect(abs(dense.chi2 / joint.statistics.chi2 - 1) < 1e-9)
        let count = Self.values.count
        let track = try joint.track(.shift)
        let place = try #require(local.firstIndex(of: shift))
        for a in 0..<count {
            let u = try #require(track.values[a].standardUncertainty)
            #expect(abs(unpack(dense.parameters, a).theta[shift] - track.values[a].value) < 2e-3 * u)
            for b in 0..<count {
                let first = coupling.shared.count
                let expected = dense.covariance[first + a * own + place, first + b * own + place]
                #expect(abs(track.covariance[a * count + b] / expected - 1) < 2e-3)
            }
        }
        // Areas hang together through the width and through the shifts.
        let areas = try joint.track(.quantity(.component("PS4 3-", .area)))
        let area = local.count + (resolved.linear.firstIndex { $0.name == "PS4 3-.area" } ?? 0)
        for b in 0..<count {
            let first = coupling.shared.count
            let expected = dense.covariance[first + 2 * own + area, first + b * own + area]
            #expect(
                abs(areas.covariance[2 * count + b] - expected) < 2e-3
                    * dense.covariance[first + 2 * own + area, first + 2 * own + area])
        }
    }

    @Test("without stiffness the shifts are free, with all of it they are one")
    func limits() throws {
        let series = Self.series(shifts: Self.truth, at: Self.values, area: 150, seed: 7)
        let free = try Self.model.fit(series, options: Self.exact).track(.shift)
        let loose = try Self.model.fit(series, shiftStep: 100, options: Self.exact).track(.shift)
        for (a, b) in zip(free.values, loose.values) {
            let u = try #require(a.standardUncertainty)
            #expect(abs(a.value - b.value) < 1e-3 * u)
            #expect(abs(u / (b.standardUncertainty ?? 0) - 1) < 1e-3)
        }
        let level = Self.series(shifts: Self.values.map { _ in 0.2 }, at: Self.values, area: 150, seed: 7)
        let apart = try Self.model.fit(level, options: Self.exact).track(.shift)
        let stiff = try Self.model.fit(level, shiftStep: 1e-4, options: Self.exact).track(.shift)
        let covariance = try Matrix(
            rows: Self.values.count, columns: Self.values.count, elements: apart.covariance)
        let weights = try CholeskyDecomposition(covariance).solve(Self.values.map { _ in 1 })
        let information = weights.reduce(0, +)
        let mean = zip(weights, apart.values).reduce(0) { $0 + $1.0 * $1.1.value } / information
        for value in stiff.values {
            let u = try #require(value.standardUncertainty)
            #expect(abs(value.value - mean) < 0.1 * u)
            #expect(abs(u * information.squareRoot() - 1) < 0.02)
            #expect(abs(value.value - stiff.values[0].value) < 1e-3)
        }
    }

    @Test("pulls of a wandering shift scatter by one, and the shift by as little as theory says")
    func coverage() throws {
        let step = 0.02
        var pulls: [Double] = []
        var deviations: [Double] = []
        var freeDeviations: [Double] = []
        var variances = 0.0
        var freeVariances = 0.0
        for seed in 1...30 {
            var numbers = SimulationNumbers(seed: UInt64(500 + seed))
            var shifts = [0.3]
            for _ in 1..<10 { shifts.append(shifts[shifts.count - 1] + step * numbers.normal()) }
            let series = Self.series(
                shifts: shifts, at: shifts.indices.map(Double.init), area: 60, seed: UInt64(900 + seed))
            let smooth = try Self.model.fit(series, shiftStep: step)
            let free = try Self.model.fit(series)
            for (fit, truth) in zip(smooth.fits, shifts) {
                let u = try #require(fit.calibration.shift.standardUncertainty)
                deviations.append(fit.calibration.shift.value - truth)
                pulls.append((fit.calibration.shift.value - truth) / u)
                variances += u * u
            }
            for (fit, truth) in zip(free.fits, shifts) {
                let u = try #require(fit.calibration.shift.standardUncertainty)
                freeDeviations.append(fit.calibration.shift.value - truth)
                freeVariances += u * u
            }
        }
        func squares(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
        let scatter = (squares(pulls) / Double(pulls.count)).squareRoot()
        // 300 shifts, of which about five of each series are independent.
        #expect(abs(scatter - 1) < 0.2, "\(scatter)")
        let gained = squares(deviations) / squares(freeDeviations)
        let predicted = variances / freeVariances
        #expect(predicted < 0.6)
        #expect(abs(gained / predicted - 1) < 0.35, "\(gained) where \(predicted) is predicted")
    }

    @Test("steps far larger than stated are found out")
    func jump() throws {
        let series = Self.series(
            shifts: [0, 0.01, 0.02, 0.6, 0.61, 0.6], at: [0, 1, 2, 3, 4, 5], area: 2000, seed: 3)
        let fit = try Self.model.fit(series, shiftStep: 0.01)
        #expect(fit.findings.map(\.rule).contains("shift-less-smooth"))
        #expect(try Self.model.fit(series, shiftStep: 0.4).findings.isEmpty)
    }

    @Test("a smooth shift without a calibration line, and a step that is no positive number, are refused")
    func refusals() throws {
        let series = Self.series(shifts: [0, 0.1], at: [0, 1], area: 500, seed: 1)
        for step in [0, -1, .nan, .infinity] {
            #expect(throws: FitError.self) { try Self.model.fit(series, shiftStep: step) }
        }
        var plain = Self.model
        plain.calibration = .none
        #expect(throws: FitError.self) { try plain.fit(series, shiftStep: 0.1) }
    }

    @Test("a recipe carries what a series shares and reads back the same")
    func recipe() throws {
        var recipe = Recipe(model: Self.model)
        recipe.series = SeriesSettings(sharing: [.width, .position], shiftStep: 0.02)
        #expect(recipe.yaml.contains("series: {share: [position, width], smooth_shift: 0.02}"))
        #expect(try Recipe(yaml: recipe.yaml, file: "again").series == recipe.series)
        let wrong = recipe.yaml.replacingOccurrences(of: "smooth_shift: 0.02", with: "smooth_shift: 0")
        #expect(throws: (any Error).self) { try Recipe(yaml: wrong, file: "wrong.yaml") }
    }
}
