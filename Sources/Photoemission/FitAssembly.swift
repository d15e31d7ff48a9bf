import Foundation
import Spectra
import SpectralMath

/// Turns the solution of a fit into the result that people see: quantities with uncertainties, statistics, curves.
struct FitAssembly {
    let spectrum: Spectrum
    let model: ResolvedModel
    let fitter: PeakFitter
    let outcome: PeakFitter.Outcome
    let calibration: Calibration
    /// A shift that was given and has been added to the energies already.
    let shift: Double
    let options: FitOptions

    func result() throws -> PeakFit {
        let solved = solved()
        let applied = appliedCalibration(solved)
        let curves = curves(applied.shift.value)
        let components = solved.components()
        let statistics = statistics(curves)
        var fit = PeakFit(
            spectrumName: spectrum.name, level: model.effective.level, unit: spectrum.unit,
            effectiveModel: effectiveModel(), window: window(applied.shift.value), calibration: applied,
            background: background(solved), components: components, parameters: parameters(solved.covariance),
            statistics: statistics, convergence: convergence(isDetermined: solved.covariance != nil), findings: [],
            curves: curves)
        fit.findings = Referee().findings(
            in: ReviewSubject(fit, spectrum: spectrum, weighting: options.weighting))
        return fit
    }

    /// The solution with its covariance. Without weights the variance of a point is taken from the residuals.
    private func solved() -> SolvedModel {
        var covariance = outcome.solution.covariance()
        if !fitter.isWeighted {
            let variance = outcome.solution.chi2 / Double(max(1, fitter.energies.count - freeCount))
            covariance = covariance.map { $0.map { $0 * variance } }
        }
        let solution = outcome.solution
        return SolvedModel(
            model: model, nonlinear: solution.nonlinear, linear: solution.linear, isHeld: solution.isHeld,
            covariance: covariance, calibration: calibration)
    }

    // MARK: - The rest of the result

    private func appliedCalibration(_ solved: SolvedModel) -> AppliedCalibration {
        switch calibration {
        case .none: return AppliedCalibration(shift: Measured(0), reference: "none")
        case .shift(let given): return AppliedCalibration(shift: given, reference: "given")
        case .line(let name, let energy):
            let shift = model.shiftIndex.map { solved.measured(.free($0)) } ?? Measured(0)
            return AppliedCalibration(shift: shift, reference: "\(name) at \(energy) eV")
        }
    }

    private func window(_ shift: Double) -> ClosedRange<Double> {
        let moved = model.shiftIndex == nil ? 0 : shift
        let first = fitter.energies.first ?? 0, last = fitter.energies.last ?? 0
        return (first + moved)...(last + moved)
    }

    private func curves(_ shift: Double) -> FitCurves {
        let moved = model.shiftIndex == nil ? 0 : shift
        var envelope = outcome.background
        for curve in outcome.components {
            for (i, value) in curve.enumerated() { envelope[i] += value }
        }
        return FitCurves(
            bindingEnergies: fitter.energies.map { $0 + moved }, intensities: fitter.intensities,
            standardDeviations: standardDeviations(envelope), background: outcome.background, envelope: envelope,
            components: zip(model.parts, outcome.components).map { NamedColumn(name: $0.name, values: $1) })
    }

    private func standardDeviations(_ envelope: [Double]) -> [Double] {
        guard !fitter.isWeighted else { return outcome.weights.map { 1 / $0.squareRoot() } }
        let degrees = Double(max(1, fitter.energies.count - freeCount))
        return envelope.map { _ in (outcome.solution.chi2 / degrees).squareRoot() }
    }

    private func background(_ solved: SolvedModel) -> FittedBackground {
        let background = model.effective.background
        var parameters: [NamedMeasurement] = []
        func add(_ name: String, _ index: Int, _ value: Double) {
            let short = String(name.dropFirst("background.".count))
            parameters.append(.init(name: short, quantity: solved.measured(value, [(index, 1)])))
        }
        for k in 0..<model.backgroundCount {
            add(model.linear[k].name, model.nonlinear.count + k, outcome.solution.linear[k])
        }
        for quantity in model.background.quantities {
            parameters.append(.init(name: quantity.name, quantity: solved.measured(quantity.expression)))
        }
        let isNone = background.parts.allSatisfy { $0.kind == .none }
        return FittedBackground(
            kind: background.kindDescription, isFitted: !background.hasSubtractedPart && !isNone,
            parameters: parameters + fitter.subtractedParameters)
    }

    private var freeCount: Int {
        model.nonlinear.count + model.linear.filter { $0.bounds.lowerBound < $0.bounds.upperBound }.count
    }

    private func parameters(_ covariance: [Double]?) -> FittedParameters {
        let all = model.nonlinear + model.linear
        let free = all.indices.filter { all[$0].bounds.lowerBound < all[$0].bounds.upperBound }
        let values = outcome.solution.nonlinear + outcome.solution.linear
        let parameterCount = all.count
        return FittedParameters(
            names: free.map { all[$0].name }, values: free.map { values[$0] },
            covariance: free.flatMap { row in
                free.map { column in covariance.map { $0[row * parameterCount + column] } ?? 0 }
            },
            atBound: free.filter { outcome.solution.isHeld[$0] }.map { all[$0].name })
    }

    private func statistics(_ curves: FitCurves) -> FitStatistics {
        let residuals = curves.residuals
        let count = residuals.count
        let degrees = max(1, count - freeCount)
        let normalised = zip(residuals, curves.standardDeviations).map { $0 / $1 }
        let squares = normalised.reduce(0) { $0 + $1 * $1 }
        let differences = zip(normalised, normalised.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
        let mean = residuals.reduce(0, +) / Double(count)
        let spread = residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let weighting: String =
            switch options.weighting {
            case _ where fitter.variances != nil: "given variances"
            case .poisson: "Poisson, expected counts"
            case .dataCounts: "Poisson, measured counts"
            case .unweighted: "unweighted"
            }
        let isRelative = fitter.isWeighted && fitter.variances == nil && fitter.data.gainIsEstimated
        return FitStatistics(
            points: count, freeParameters: freeCount, chi2: outcome.solution.chi2,
            reducedChi2: outcome.solution.chi2 / Double(degrees), abbe: squares > 0 ? differences / (2 * squares) : 1,
            residualStandardDeviation: (spread / Double(max(1, count - 1))).squareRoot(),
            weighting: isRelative ? weighting + ", scale estimated from the scatter" : weighting)
    }

    private func convergence(isDetermined: Bool) -> Convergence {
        CompactFit.Ending(
            outcome: outcome.solution.outcome, weightsConverged: outcome.weightsConverged,
            evaluations: outcome.evaluations, starts: outcome.starts
        ).convergence(isDetermined: isDetermined)
    }

    /// The model with fitted starts' places kept and every default written out.
    private func effectiveModel() -> PeakModel { model.effective }
}
