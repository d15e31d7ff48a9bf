import Foundation
import Spectra
import SpectralMath

/// The common start of everything that refits: the solution, found with areas free to be negative.
///
/// An area that the fit holds at zero has no distribution. Where intervals are computed, areas move on both sides of
/// zero, so that their scatter is that of the data; the bound comes back in when the interval is read off.
struct RefitBase: Sendable {
    let fitter: PeakFitter
    /// The model with areas free to be negative.
    let model: ResolvedModel
    let solution: Refitter.Result
    let intensities: [Double]
    /// Weights that are not iterated: intensities below zero have no Poisson likelihood.
    let keepsWeights: Bool

    /// - Parameter searchesPlacements: whether components that are hardly there are tried in several places, as a
    ///   likelihood profile needs that must not miss its minimum; the scatter of trials is about the solution as it is.
    init(_ fit: PeakFit, searchesPlacements: Bool = false) throws {
        guard let workings = fit.workings else {
            throw FitError.uncertainty("this result was not made by a fit, so it cannot be repeated")
        }
        guard fit.convergence.converged else {
            throw FitError.uncertainty("the fit did not converge: \(fit.convergence.reason)")
        }
        fitter = workings.fitter
        model = fitter.model.withAreasOfEitherSign
        intensities = fitter.intensities
        keepsWeights = fitter.iteratesWeights && (intensities.min() ?? 0) < 0
        var refitter = Refitter(fitter: fitter, model: model)
        var best = try refitter.refit(
            intensities,
            from: .init(nonlinear: workings.solution.nonlinear, variances: workings.weights.map { 1 / $0 }),
            keepsWeights: keepsWeights)
        // What is hardly there can stand in several places: a dip here, a bump there.
        for (part, component) in zip(model.parts, fit.components) where searchesPlacements {
            let uncertainty = component.area.standardUncertainty ?? 0
            guard component.area.value <= 3 * uncertainty else { continue }
            for start in model.placements(of: [part], around: best.solution.nonlinear) {
                let other = try refitter.refit(
                    intensities, from: .init(nonlinear: start, variances: best.variances), keepsWeights: keepsWeights)
                if other.hasConverged, other.statistic < best.statistic - 1e-6 { best = other }
            }
        }
        solution = best
    }

    /// The same fit of other intensities.
    init(_ other: RefitBase, intensities: [Double], start: Refitter.Start) throws {
        fitter = other.fitter
        model = other.model
        self.intensities = intensities
        keepsWeights = other.keepsWeights
        var refitter = Refitter(fitter: fitter, model: model)
        solution = try refitter.refit(intensities, from: start, keepsWeights: keepsWeights)
    }

    /// Points minus free parameters, priors counted as data.
    var degreesOfFreedom: Double {
        let free = model.nonlinear.count + model.linear.filter { $0.bounds.lowerBound < $0.bounds.upperBound }.count
        return Double(max(1, intensities.count + model.priors.count - free))
    }

    /// The degrees of freedom where the variance is estimated from the residuals; `nil` where it is known.
    var estimatedDegrees: Double? { fitter.isWeighted ? nil : degreesOfFreedom }

    /// What differences of the statistic are divided by: 1, or the variance that the residuals show.
    var scale: Double { fitter.isWeighted ? 1 : solution.solution.chi2 / degreesOfFreedom }

    /// The value, standard uncertainty and direction of a quantity from the normal equations at the solution; no
    /// uncertainty where the data do not determine it or bounds hold all that it depends on, unless `releasing` what
    /// the quantity depends on from its bounds.
    func linearised(
        _ form: QuantityForm, releasing: Bool = false
    ) -> (value: Double, uncertainty: Double?, direction: [Double]) {
        var solution = solution.solution
        let value = form.value(solution.nonlinear, solution.linear)
        let gradient = form.gradient(solution.nonlinear, solution.linear)
        let count = gradient.count
        let none = (value, Double?.none, [Double](repeating: 0, count: count))
        if releasing {
            for index in 0..<count where gradient[index] != 0 && solution.normalMatrix[index * count + index] > 0 {
                solution.isHeld[index] = false
            }
        }
        guard let covariance = solution.covariance() else { return none }
        var product = [Double](repeating: 0, count: count)
        for i in 0..<count {
            for j in 0..<count { product[i] += covariance[i * count + j] * gradient[j] }
        }
        let variance = zip(gradient, product).reduce(0) { $0 + $1.0 * $1.1 }
        guard variance > 0, variance.isFinite else { return none }
        return (value, (variance * scale).squareRoot(), product.map { $0 / variance })
    }

    /// Area, fraction, position and width of every component, as far as they are not fixed.
    func usualQuantities() -> [FitQuantity] {
        model.parts.flatMap { part -> [FitQuantity] in
            var quantities: [FitQuantity] = []
            if part.position.isConstant == false { quantities.append(.component(part.name, .position)) }
            if part.width.isConstant == false { quantities.append(.component(part.name, .width)) }
            let bounds = model.linear[part.linearIndex].bounds
            let isFree = bounds.lowerBound < bounds.upperBound || !part.areaFactor.isConstant
            if isFree { quantities.append(.component(part.name, .area)) }
            if isFree, model.parts.count > 1 { quantities.append(.fraction(part.name)) }
            return quantities
        }
    }
}

extension ResolvedModel {
    /// Parameters with the positions of `parts` at either bound and between, the others as in `nonlinear`.
    func placements(of parts: [Part], around values: [Double]) -> [[Double]] {
        let indices = Set(parts.flatMap(\.position.parameters)).sorted().filter {
            nonlinear[$0].bounds.lowerBound.isFinite && nonlinear[$0].bounds.upperBound.isFinite
        }
        return indices.flatMap { index in
            [0.05, 0.5, 0.95].map { share in
                var copy = values
                let bounds = nonlinear[index].bounds
                copy[index] = bounds.lowerBound + share * (bounds.upperBound - bounds.lowerBound)
                return copy
            }
        }
    }

    /// The model with no lower bound on areas whose only lower bound is zero.
    var withAreasOfEitherSign: ResolvedModel {
        var copy = self
        for index in copy.linear.indices.dropFirst(backgroundCount)
        where copy.linear[index].bounds.lowerBound == 0 && copy.linear[index].bounds.upperBound > 0 {
            copy.linear[index].bounds = -Double.infinity...copy.linear[index].bounds.upperBound
        }
        return copy
    }
}
