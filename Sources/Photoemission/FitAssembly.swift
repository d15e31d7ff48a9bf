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

    private var parameterCount: Int { model.nonlinear.count + model.linear.count }

    func result() throws -> PeakFit {
        let covariance = covariance()
        let applied = appliedCalibration(covariance)
        let curves = curves(applied.shift.value)
        let components = model.parts.indices.map { component($0, covariance) }
        let statistics = statistics(curves)
        var fit = PeakFit(
            spectrumName: spectrum.name, level: model.effective.level, unit: spectrum.unit,
            effectiveModel: effectiveModel(), window: window(applied.shift.value), calibration: applied,
            background: background(covariance), components: components, parameters: parameters(covariance),
            statistics: statistics, convergence: convergence(isDetermined: covariance != nil), findings: [],
            curves: curves)
        fit.findings = Referee().findings(
            in: ReviewSubject(fit, spectrum: spectrum, weighting: options.weighting))
        return fit
    }

    // MARK: - Uncertainty

    /// The covariance of all parameters, or `nil` where the data do not determine them. Without weights the variance
    /// of a point is taken from the residuals.
    private func covariance() -> [Double]? {
        guard let covariance = outcome.solution.covariance() else { return nil }
        guard !fitter.isWeighted else { return covariance }
        let degrees = max(1, fitter.energies.count - freeCount)
        let variance = outcome.solution.chi2 / Double(degrees)
        return covariance.map { $0 * variance }
    }

    /// A quantity with the standard uncertainty that follows from its slopes by the parameters; none where every
    /// parameter that it depends on is held.
    private func measured(_ value: Double, _ slopes: [(index: Int, slope: Double)], _ covariance: [Double]?) -> Measured
    {
        let moving = slopes.filter { $0.slope != 0 && !outcome.solution.isHeld[$0.index] }
        guard let covariance, !moving.isEmpty else { return Measured(value) }
        var variance = 0.0
        for a in moving {
            for b in moving { variance += a.slope * b.slope * covariance[a.index * parameterCount + b.index] }
        }
        return Measured(value, standardUncertainty: max(0, variance).squareRoot())
    }

    private func slopes(_ expression: ParameterExpression) -> [(index: Int, slope: Double)] {
        outcome.solution.nonlinear.withUnsafeBufferPointer { theta in
            expression.parameters.map { ($0, expression.derivative(by: $0, theta)) }
        }
    }

    private func measured(_ expression: ParameterExpression, _ covariance: [Double]?) -> Measured {
        measured(expression.value(outcome.solution.nonlinear), slopes(expression), covariance)
    }

    private func area(_ index: Int) -> (value: Double, slopes: [(index: Int, slope: Double)]) {
        let part = model.parts[index]
        let factor = part.areaFactor.value(outcome.solution.nonlinear)
        let coefficient = outcome.solution.linear[part.linearIndex]
        var slopes = slopes(part.areaFactor).map { (index: $0.index, slope: $0.slope * coefficient) }
        slopes.append((model.nonlinear.count + part.linearIndex, factor))
        return (factor * coefficient, slopes)
    }

    // MARK: - Components

    private func component(_ index: Int, _ covariance: [Double]?) -> FittedComponent {
        let part = model.parts[index]
        let area = area(index)
        var position = measured(part.position, covariance)
        if case .shift(let given) = calibration, let uncertainty = given.standardUncertainty {
            let own = position.standardUncertainty ?? 0
            position.standardUncertainty = (own * own + uncertainty * uncertainty).squareRoot()
        }
        let widths = ComponentWidths(part, theta: outcome.solution.nonlinear)
        let own = part.shape.shape.parameters.filter { $0 != .width }
        return FittedComponent(
            name: part.name, level: part.level,
            line: part.level.map { part.isDoublet ? $0.majorLine : $0.description } ?? "",
            shape: shape(of: part).description,
            position: position, fwhm: measured(widths.stored, covariance), trueFWHM: measured(widths.full, covariance),
            area: measured(area.value, area.slopes, covariance),
            fraction: fraction(index, covariance),
            splitting: part.isDoublet ? measured(part.splitting, covariance) : nil,
            areaRatio: part.isDoublet ? measured(part.areaRatio, covariance) : nil,
            widthRatio: part.isDoublet ? measured(part.widthRatio, covariance) : nil,
            shapeParameters: own.map {
                NamedMeasurement(name: $0.rawValue, quantity: measured(part.expression($0), covariance))
            })
    }

    /// The shape with its fitted numbers, rounded to what a name should show.
    private func shape(of part: ResolvedModel.Part) -> LineShape {
        let theta = outcome.solution.nonlinear
        let mix = part.mixing.isConstant ? nil : (part.mixing.value(theta) * 100).rounded() / 100
        let asymmetry = part.asymmetry.isConstant ? nil : (part.asymmetry.value(theta) * 1e4).rounded() / 1e4
        return part.shape.shape.with(mix: mix, asymmetry: asymmetry)
    }

    private func measured(_ width: ComponentWidths.Width, _ covariance: [Double]?) -> Measured {
        measured(width.value, width.slopes, covariance)
    }

    private func fraction(_ index: Int, _ covariance: [Double]?) -> Measured {
        let areas = model.parts.indices.map(area)
        let total = areas.reduce(0) { $0 + $1.value }
        guard total > 0 else { return Measured(0) }
        let own = areas[index].value / total
        var combined: [Int: Double] = [:]
        for (other, area) in areas.enumerated() {
            for (parameter, slope) in area.slopes {
                combined[parameter, default: 0] += ((other == index ? 1 : 0) - own) / total * slope
            }
        }
        return measured(own, combined.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, covariance)
    }

    // MARK: - The rest of the result

    private func appliedCalibration(_ covariance: [Double]?) -> AppliedCalibration {
        switch calibration {
        case .none: return AppliedCalibration(shift: Measured(0), reference: "none")
        case .shift(let given): return AppliedCalibration(shift: given, reference: "given")
        case .line(let name, let energy):
            let shift = model.shiftIndex.map { measured(.free($0), covariance) } ?? Measured(0)
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

    private func background(_ covariance: [Double]?) -> FittedBackground {
        let background = model.effective.background
        var parameters: [NamedMeasurement] = []
        func add(_ name: String, _ index: Int, _ value: Double) {
            let short = String(name.dropFirst("background.".count))
            parameters.append(.init(name: short, quantity: measured(value, [(index, 1)], covariance)))
        }
        for k in 0..<model.backgroundCount {
            add(model.linear[k].name, model.nonlinear.count + k, outcome.solution.linear[k])
        }
        for quantity in model.background.quantities {
            parameters.append(.init(name: quantity.name, quantity: measured(quantity.expression, covariance)))
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
