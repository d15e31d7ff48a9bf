import Foundation
import Spectra

/// Absolute weight fractions by an internal standard of known amount, and what no crystalline phase of the model accounts
/// for: W_p = X_p w_s / X_s, amorphous = 1 - w_s / X_s, with X the fractions among the crystalline phases.
public struct AmorphousContent: Sendable {
    /// The name of the standard.
    public let standard: String
    /// Its known weight fraction in the specimen.
    public let standardFraction: Measured
    /// Weight fractions in the specimen, in the order of the refinement.
    public let inSpecimen: [(name: String, fraction: Measured)]
    /// What is amorphous, or not in the model, in the specimen.
    public let amorphousInSpecimen: Measured
    /// The same in the sample before the standard was added; the standard has 0.
    public let inSample: [(name: String, fraction: Measured)]
    /// What is amorphous in the sample before the standard was added.
    public let amorphousInSample: Measured

    /// Of a refinement with `standard` among its phases, which is `fraction` of the specimen's mass.
    ///
    /// - Throws: `PatternError` where the phase is not there, or the fraction makes no sense.
    public init(_ refinement: PatternRefinement, standard: String, fraction: Measured) throws(PatternError) {
        guard fraction.value > 0, fraction.value < 1 else {
            throw .badParameter("the standard's share of the specimen must lie between 0 and 100 %")
        }
        guard let s = refinement.phases.firstIndex(where: { $0.name.lowercased() == standard.lowercased() }) else {
            let names = refinement.phases.map(\.name).joined(separator: ", ")
            throw .badParameter("the standard \(standard) is not among the phases (\(names))")
        }
        let fractions = refinement.phases.compactMap(\.weightFraction?.value)
        guard fractions.count == refinement.phases.count, fractions[s] > 0 else {
            throw .badParameter("an internal standard needs weight fractions of all phases, and to be seen itself")
        }
        let covariance = refinement.fractionCovariance
        func c(_ i: Int, _ j: Int) -> Double { covariance?[i][j] ?? 0 }
        let w = fraction.value, uw = fraction.standardUncertainty ?? 0
        let x = fractions[s]
        /// g(X, w) = value with its derivatives by X_p, X_s and w.
        func measured(_ value: Double, p: Int, byP: Double, byS: Double, byW: Double) -> Measured {
            let variance =
                byP * byP * c(p, p) + byS * byS * c(s, s) + 2 * byP * byS * c(p, s) + byW * byW * uw * uw
            return Measured(value, standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
        }
        self.standard = refinement.phases[s].name
        standardFraction = fraction
        inSpecimen = refinement.phases.indices.map { p in
            let name = refinement.phases[p].name
            if p == s { return (name, fraction) }
            let value = fractions[p] * w / x
            return (name, measured(value, p: p, byP: w / x, byS: -value / x, byW: fractions[p] / x))
        }
        amorphousInSpecimen = measured(1 - w / x, p: s, byP: 0, byS: w / (x * x), byW: -1 / x)
        // In the sample: W / (1 - w) and (1 - w/X_s) / (1 - w).
        let rest = 1 - w
        inSample = refinement.phases.indices.map { p in
            let name = refinement.phases[p].name
            if p == s { return (name, Measured(0)) }
            let value = fractions[p] * w / x / rest
            return (
                name,
                measured(
                    value, p: p, byP: w / x / rest, byS: -value / x,
                    byW: fractions[p] / x / rest + value / rest)
            )
        }
        amorphousInSample = measured(
            (1 - w / x) / rest, p: s, byP: 0, byS: w / (x * x) / rest,
            byW: (-1 / x) / rest + (1 - w / x) / (rest * rest))
    }

    /// Whether the crystalline phases add up to more than there is, by more than two standard uncertainties.
    public var isImpossible: Bool {
        amorphousInSpecimen.value < -2 * (amorphousInSpecimen.standardUncertainty ?? 0)
    }
}
