import Foundation

/// How likely a phase that the search accepts is right: one of the specimen, or one that cannot be told from it.
///
/// A logistic function of what the search knows of it. The coefficients were fitted to simulated mixtures of one to four
/// phases, textured, strained, at many levels of noise, of which three in ten phases were not among the candidates, and
/// checked on other mixtures: see docs/identification.md for the table of stated against true.
struct MatchProbability: Sendable {
    /// The number of lines that stand alone and are there.
    var confirming: Int
    /// The shares of the computed intensity that such lines have, and that lines have that should be there and are not.
    var confirmed: Double
    var contradicted: Double
    /// The share that is there or hidden.
    var coverage: Double
    /// The largest strain, relative.
    var strain: Double
    /// The weighted profile R factor of all phases together.
    var weightedProfileR: Double
    /// Whether the elements were given.
    var knowsElements: Bool

    /// The probability, 0 to 1.
    var value: Double {
        let logit =
            -5.36 + 1.92 * log(Double(max(confirming, 1))) - 1.85 * confirmed - 12.5 * contradicted + 6.76 * coverage
            - 409 * strain - 1.88 * weightedProfileR + (knowsElements ? 0.91 : 0)
        return 1 / (1 + exp(-logit))
    }

    /// Below this a phase is called possible, and does not count.
    static let least = 0.5
}

extension MatchProbability {
    init(_ phase: PhaseSearch.Accepted, weightedProfileR: Double, knowsElements: Bool) {
        confirming = phase.evidence.count { $0.role == .confirming }
        confirmed = phase.evidence.share(.confirming)
        contradicted = phase.evidence.share(.contradicting)
        coverage = phase.coverage
        strain = phase.parameters.strains.map(abs).max() ?? 0
        self.weightedProfileR = weightedProfileR
        self.knowsElements = knowsElements
    }
}

/// A candidate that explains a part of the pattern, but not well enough to count.
public struct PossiblePhase: Sendable, Hashable {
    /// The name of the candidate.
    public var name: String
    /// Its formula.
    public var formula: String
    /// The probability that it, or a phase with the same lines, is in the specimen.
    public var probability: Double
}
