import Foundation
import Spectra
import SpectralMath

/// All spectra of a series as one least-squares problem.
struct JointSeriesFitter {
    var members: [PreparedFit]
    let series: SpectrumSeries
    let options: FitOptions
    /// The indices of the nonlinear parameters that are shared.
    let shared: [Int]
    /// What is known of the steps of the shift.
    let walk: ShiftWalk?
    /// Chi squared of each spectrum fitted on its own, over the points of the joint fit.
    var independent: [Double]

    init(members: SeriesMembers, sharing: Set<ComponentQuantity>?, shiftStep: Double? = nil) throws {
        self.members = members.members
        independent = members.members.map { $0.outcome?.solution.chi2 ?? 0 }
        series = members.series
        options = members.options
        guard let model = members.members.first?.model else {
            throw FitError.invalidSpectrum("the series \"\(members.series.name)\" is empty")
        }
        walk = try shiftStep.map { try ShiftWalk(step: $0, series: members.series, model: model) }
        var quantities = PeakModel.sharedQuantities
        if model.shiftIndex != nil { quantities.insert(.position) }
        if let sharing {
            guard !sharing.contains(.area) else {
                throw FitError.invalidModel("areas belong to each spectrum and cannot be shared")
            }
            quantities = sharing
        }
        shared = model.nonlinear.indices.filter { index in
            quantities.contains { Self.belongs(model.nonlinear[index].name, to: $0, of: model.effective.components) }
        }
    }

    /// Whether a parameter is `quantity` of a component, or the distance or factor of a link of it.
    private static func belongs(_ name: String, to quantity: ComponentQuantity, of components: [Component]) -> Bool {
        components.contains { component in
            let place = "\(component.name).\(quantity.rawValue)"
            return name == place || name == "\(place).offset" || name == "\(place).ratio"
        }
    }

    mutating func run() throws -> SeriesFit {
        var solved = try solve(from: starts())
        try mendShifts(&solved)
        let solution = solved.solution
        for index in members.indices {
            let own = solution.problems[index]
            let fitter = members[index].fitter
            var problem = PeakProblem(
                model: problemModel(index), energies: fitter.energies, regions: fitter.regions)
            problem.setData(fitter.net, weights: solved.weights[index])
            problem.evaluate(theta: own.nonlinear, coefficients: own.linear)
            let curves = problem.curves()
            members[index].outcome = PeakFitter.Outcome(
                solution: own, weights: solved.weights[index], evaluations: solved.evaluations, starts: 1,
                background: zip(curves.background, fitter.subtracted).map { $0 + $1 },
                components: curves.components, weightsConverged: solved.weightsConverged)
        }
        return try result(solution, solved.evaluations, solved.weightsConverged)
    }

    /// Where a joint fit ended.
    struct Solved {
        var solution: BorderedSolution
        var weights: [[Double]]
        var evaluations: Int
        var weightsConverged = true
    }

    /// Minimises chi squared of all spectra from `starts`; Poisson weights are iterated until they agree with the fit.
    func solve(from starts: [[Double]]) throws -> Solved {
        var problems = ProblemList<PeakProblem>(capacity: members.count)
        var weights = members.map { $0.outcome?.weights ?? [] }
        for (index, member) in members.enumerated() {
            problems.append(
                PeakProblem(
                    model: problemModel(index), energies: member.fitter.energies, regions: member.fitter.regions))
            problems.with(index) { $0.setData(member.fitter.net, weights: weights[index]) }
        }
        let model = members.first?.model
        var solver = BorderedLeastSquares(
            nonlinearBounds: model?.nonlinear.map(\.bounds) ?? [], linearBounds: model?.linear.map(\.bounds) ?? [],
            shared: shared, chain: walk?.penalty)
        let separable = SeparableOptions(
            tolerance: options.tolerance, maximumEvaluations: options.maximumEvaluations)
        let solution = try solver.minimize(&problems, starts: starts, options: separable)
        var solved = Solved(solution: solution, weights: weights, evaluations: solution.evaluations)
        guard options.weighting == .poisson else { return solved }
        solved.weightsConverged = false
        for round in 0..<60 {
            for (index, member) in members.enumerated() {
                let own = solved.solution.problems[index]
                let expected = problems.with(index) {
                    $0.expected(theta: own.nonlinear, coefficients: own.linear)
                }
                let next = member.fitter.poissonVariances(
                    expected: zip(expected, member.fitter.subtracted).map { $0 + $1 })
                // Half steps still weights that swing to and fro.
                weights[index] = zip(weights[index], next).map { round < 6 ? 1 / $1 : ($0 / $1).squareRoot() }
                problems.with(index) { $0.setData(member.fitter.net, weights: weights[index]) }
            }
            let next = try solver.minimize(
                &problems, starts: solved.solution.problems.map(\.nonlinear), options: separable)
            solved.solution = next
            solved.evaluations += next.evaluations
            if next.evaluations == 1 || next.outcome != .converged {
                solved.weightsConverged = next.evaluations == 1
                break
            }
        }
        solved.weights = weights
        return solved
    }

    /// The model of one spectrum: what is known beforehand of a shared parameter counts once.
    func problemModel(_ index: Int) -> ResolvedModel {
        var model = members[index].model
        guard index > 0 else { return model }
        let common = Set(shared)
        model.priors.removeAll { prior in
            prior.linearIndex == nil && prior.expression.parameters.allSatisfy(common.contains)
        }
        return model
    }

    /// Each spectrum starts from its own fit, shared parameters from their median.
    private func starts() -> [[Double]] {
        var starts = members.map { $0.outcome?.solution.nonlinear ?? [] }
        for j in shared {
            let values = starts.map { $0[j] }.sorted()
            let median = (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
            for index in starts.indices { starts[index][j] = median }
        }
        return starts
    }

    // MARK: - Result

    private func result(
        _ solution: BorderedSolution, _ evaluations: Int, _ weightsConverged: Bool
    ) throws -> SeriesFit {
        let fits = try members.map { try $0.assembled() }
        let points = fits.reduce(0) { $0 + $1.statistics.points }
        let each = fits.reduce(0) { $0 + $1.statistics.freeParameters }
        let saved = shared.count * (fits.count - 1)
        let parameters = each - saved
        let steps = walk.map { walk in
            let shifts = solution.problems.map { $0.nonlinear[walk.penalty.parameter] }
            return ShiftSteps(
                standardDeviation: walk.step, distance: walk.distance, count: fits.count - 1,
                chi2: walk.penalty.chi2(shifts))
        }
        let stepCount = steps?.count ?? 0
        let isDetermined = solution.sharedCovariance != nil
        let converged = solution.outcome == .converged && weightsConverged && isDetermined
        let reason: String
        if solution.outcome != .converged {
            reason = solution.outcome.rawValue
        } else if !weightsConverged {
            reason = "the weights did not settle"
        } else if !isDetermined {
            reason = "the data do not determine all shared parameters"
        } else {
            reason = "no step of the fit would lower chi squared noticeably"
        }
        let agreement = try sharingTest(solution.chi2 - independent.reduce(0, +), saved + stepCount)
        return SeriesFit(
            name: series.name, variable: series.variable, values: series.values, fits: fits, isJoint: true,
            shared: sharedParameters(solution),
            statistics: SeriesStatistics(
                points: points, freeParameters: parameters, chi2: solution.chi2,
                reducedChi2: solution.chi2 / Double(max(1, points + stepCount - parameters))),
            convergence: Convergence(converged: converged, reason: reason, evaluations: evaluations, starts: 1),
            shiftSteps: steps, agreement: agreement,
            findings: try Self.findings(agreement, steps, converged, reason), coupling: solution)
    }

    private func sharedParameters(_ solution: BorderedSolution) -> FittedParameters {
        guard let first = solution.problems.first, let model = members.first?.model else {
            return FittedParameters(names: [], values: [], covariance: [], atBound: [])
        }
        let count = shared.count
        return FittedParameters(
            names: shared.map { model.nonlinear[$0].name }, values: shared.map { first.nonlinear[$0] },
            covariance: solution.sharedCovariance ?? [Double](repeating: 0, count: count * count),
            atBound: shared.filter { first.isHeld[$0] }.map { model.nonlinear[$0].name })
    }

    private func sharingTest(_ increase: Double, _ degrees: Int) throws -> SharingTest? {
        guard degrees > 0, increase.isFinite else { return nil }
        let distribution = try ChiSquaredDistribution(degreesOfFreedom: Double(degrees))
        return SharingTest(
            increase: increase, degreesOfFreedom: degrees, probability: distribution.survival(max(0, increase)))
    }

    private static func findings(
        _ agreement: SharingTest?, _ steps: ShiftSteps?, _ converged: Bool, _ reason: String
    ) throws -> [Finding] {
        var findings: [Finding] = []
        if !converged {
            findings.append(
                Finding(
                    rule: "series-not-converged", severity: .error, message: "the joint fit is no result: \(reason)"))
        }
        if let agreement, agreement.probability < 0.001 {
            findings.append(
                Finding(
                    rule: "shared-parameters-disagree", severity: .warning,
                    message: "the spectra do not agree on the shared parameters: chi squared grows by "
                        + "\(String(format: "%.0f", agreement.increase)) where about \(agreement.degreesOfFreedom) is expected; "
                        + "share less, or fit independently"))
        }
        if let steps, steps.count > 0,
            try ChiSquaredDistribution(degreesOfFreedom: Double(steps.count)).survival(max(0, steps.chi2)) < 0.001
        {
            let excess = (steps.chi2 / Double(steps.count)).squareRoot()
            findings.append(
                Finding(
                    rule: "shift-less-smooth", severity: .warning,
                    message: "the shift changes \(String(format: "%.2g", excess)) times as much as "
                        + "\(String(format: "%.2g", steps.standardDeviation)) eV over a distance of "
                        + "\(String(format: "%.4g", steps.distance)) along the series allows, and the statement holds it back; "
                        + "state a larger step, or leave the shifts free"))
        }
        return findings
    }
}
