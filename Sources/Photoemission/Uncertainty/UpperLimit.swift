import Foundation
import ReferenceSpectra
import Spectra
import SpectralMath

/// How much of a species a spectrum can hide, and how little of it would have been seen.
public struct UpperLimit: Sendable, Hashable {
    /// The species.
    public var name: String
    /// The probability with which the limits hold, 0.95.
    public var level: Double
    /// The most area that agrees with the data, in the unit of the intensities times eV.
    public var area: Double
    /// The highest share in the areas of all components that agrees with the data, 0 ... 1.
    public var fraction: Double
    /// The smallest share that would be told from none with the probability `level`, when none is taken for some with
    /// the probability 1 - `level`; `nil` where the data do not say.
    public var detectableFraction: Double?
    /// The share that fits best; 0 where the best area is not positive.
    public var bestFraction: Double
    /// The binding energy at which the species was looked for, eV.
    public var position: Double
    /// Whether the species was added to the model for the question.
    public var wasAdded: Bool
}

extension PeakFit {
    /// How much of a species the spectrum may hold without showing it: "no Li2S above x %".
    ///
    /// A species that is no component of the model is looked up in the reference library and added at its published
    /// position, with the width of the first component. The limit is where the profile likelihood has risen over its
    /// lowest value at areas not below zero by the square of the normal quantile, 2.71 for 95 %. A best area below
    /// zero therefore does not lower the limit without end, and the limit covers at least as often as it says. The
    /// detectable share is that of Currie, Anal. Chem. 40 (1968) 586, with equal risks of both errors.
    ///
    /// - Parameters:
    ///   - name: a component of the model, or a species of the reference library with a line of the level of the fit.
    ///   - level: the probability.
    /// - Throws: `FitError.noSuchQuantity` for a name that neither knows, `FitError.uncertainty`.
    public func upperLimit(of name: String, level: Double = 0.95) throws -> UpperLimit {
        guard level > 0.5, level < 1 else {
            throw FitError.uncertainty("an upper limit needs a probability between 0.5 and 1, not \(level)")
        }
        if let component = components.first(where: { $0.name == name }) {
            return try limit(of: component, level: level, wasAdded: false)
        }
        let extended = try adding(species: name)
        guard let component = extended.components.last else {
            throw FitError.noSuchQuantity("the fit has no component \"\(name)\"")
        }
        return try extended.limit(of: component, level: level, wasAdded: true)
    }

    private func adding(species name: String) throws -> PeakFit {
        guard let workings else {
            throw FitError.uncertainty("this result was not made by a fit, so it cannot be repeated")
        }
        guard let level, let species = ReferenceLibrary.species(named: name, level: level),
            let line = species.line(of: level)
        else {
            let near = level.map { ReferenceLibrary.speciesNames(closeTo: name, level: $0) } ?? []
            let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
            throw FitError.noSuchQuantity(
                "\"\(name)\" is no component of the fit, and the reference library has no such species with a line of "
                    + "\(level.map(\.description) ?? "this spectrum")\(hint)")
        }
        var model = effectiveModel
        let first = model.components.first?.name
        model.components.append(
            Component(
                name: model.components.contains { $0.name == species.name } ? "\(species.name) (added)" : species.name,
                position: .fixed(line.position), width: first.map(Constraint.sameAs)))
        let fit = try model.fit(
            workings.spectrum, variances: workings.givenVariances, options: workings.options)
        return fit
    }

    private func limit(of component: FittedComponent, level: Double, wasAdded: Bool) throws -> UpperLimit {
        let base = try RefitBase(self, searchesPlacements: true)
        let quantile = try NormalDistribution.standard.quantile(level)
        let fraction = FitQuantity.fraction(component.name), area = FitQuantity.component(component.name, .area)
        return UpperLimit(
            name: component.name, level: level,
            area: try ProfileTracer.upperLimit(QuantityForm(area, in: base.model), base: base, quantile: quantile),
            fraction: components.count > 1
                ? min(
                    1,
                    try ProfileTracer.upperLimit(QuantityForm(fraction, in: base.model), base: base, quantile: quantile)
                )
                : 1,
            detectableFraction: components.count > 1
                ? try detectable(fraction, area, base: base, quantile: quantile) : nil,
            bestFraction: component.fraction.value, position: component.position.value, wasAdded: wasAdded)
    }

    /// The share at which the expected rise of the likelihood over none reaches both risks, from a spectrum without
    /// noise that does not hold the species.
    private func detectable(
        _ fraction: FitQuantity, _ area: FitQuantity, base: RefitBase, quantile: Double
    ) throws -> Double? {
        var tracer = try ProfileTracer(QuantityForm(area, in: base.model), base: base)
        let without = try tracer.fit(at: 0)
        guard without.hasConverged, (without.expected.min() ?? -1) >= 0 || !base.fitter.iteratesWeights else {
            return nil
        }
        let ideal = try RefitBase(base, intensities: without.expected, start: without.start)
        var ideals = try ProfileTracer(QuantityForm(fraction, in: ideal.model), base: ideal)
        let end = try ideals.end(at: 2 * quantile)
        return end.isBound ? nil : end.value
    }
}

extension ProfileTracer {
    /// The value above which the statistic has risen by the square of `quantile` over its lowest value at values not
    /// below zero.
    static func upperLimit(_ form: QuantityForm, base: RefitBase, quantile: Double) throws -> Double {
        var tracer = try ProfileTracer(form, base: base)
        guard tracer.best.value < 0 else { return try tracer.end(at: quantile).value }
        let atZero = try tracer.point(at: 0).root
        return try tracer.end(at: (quantile * quantile + atZero * atZero).squareRoot()).value
    }
}
