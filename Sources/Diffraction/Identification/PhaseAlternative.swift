import Foundation

/// A candidate that explains the lines of an accepted phase nearly as well.
public struct PhaseAlternative: Sendable, Hashable {
    /// The name of the candidate.
    public var name: String
    /// Its formula.
    public var formula: String
    /// Whether it is the same compound by its formula: another entry for the phase or another modification of it, not
    /// another substance.
    public var isSameCompound: Bool
    /// The largest strain that its cell needs, relative, with its sign.
    public var strain: Double
    /// How much less the data speak for it, as the natural logarithm of the odds: 0 where nothing tells the two apart,
    /// 3 where it is one to twenty.
    public var logOdds: Double

    /// Above these log odds, one to twenty, one candidate is better than another.
    public static let decisiveLogOdds = 3.0
    /// Whether the data leave open which of the two it is.
    public var isUndecided: Bool { logOdds < Self.decisiveLogOdds }
}

extension PhaseSearch {
    /// Candidates above these odds, one to some three thousand, are named as alternatives.
    static let leastLogOdds = 8.0
    /// An alternative explains at least this share of what the phase itself does.
    static let leastExplained = 0.8

    /// Puts other candidates into the place of each accepted phase: those that do as well are named, and one that does
    /// better takes it.
    mutating func compareAlternatives() throws {
        var exchanges = 0
        var p = 0
        while p < set.accepted.count {
            let found = try alternatives(to: p)
            if let better = found.first, better.alternative.logOdds < 0, exchanges < Self.mostExchanges {
                exchanges += 1
                // Between equals the one stays that the search came to.
                if try exchange(p, for: better.phase) {
                    p = 0
                    continue
                }
            }
            // What seemed better beside the others as they are was not when all were fitted together.
            set.accepted[p].alternatives = found.map(\.alternative).map {
                var other = $0
                other.logOdds = max(0, other.logOdds)
                return other
            }
            p += 1
        }
    }

    /// As many phases as may be exchanged: what is exchanged again and again is decided by nothing.
    private static let mostExchanges = 4

    /// Puts `phase` into the place of phase `p` where the whole pattern is explained better so.
    private mutating func exchange(_ p: Int, for phase: Accepted) throws -> Bool {
        let before = set
        set.remove(p)
        set.append(phase)
        try polish(limit: 12, isCoarse: false)
        try prune(isCoarse: false)
        if cost(set) < cost(before) - 2 * PhaseAlternative.decisiveLogOdds { return true }
        set = before
        return false
    }

    /// What else could stand in the place of phase `p`, the likeliest first.
    private mutating func alternatives(to p: Int) throws -> [(alternative: PhaseAlternative, phase: Accepted)] {
        let whole = set
        defer { set = whole }
        let own = whole.accepted[p], misfit = weightedProfileR(whole)
        let others = whole.accepted.indices.filter { $0 != p }.reduce(into: Set()) {
            $0.formUnion(whole.accepted[$1].lines.elements)
        }
        func prior(_ phase: Accepted) -> Double {
            cost(of: phase, weightedProfileR: misfit) + elementCost(others.union(phase.lines.elements))
        }
        set.remove(p)
        set.rejected = []
        let round = Round(self)
        let without = try chi2(round.weights, phase: nil).chi2
        var start = own
        start.score.displacement = whole.parameters.displacement
        guard let fit = try refined(start, round.weights, without: without) else { return [] }
        let ownCost = independentCount * log(max(without - fit.phase.gain, .leastNormalMagnitude))
        let screened = try screened(round).filter { candidates[$0.index].name != own.lines.name }
        // Crystallites of one size and strain broaden the lines of either.
        let trials = try trials(screened, round).filter { $0.gain > 0.5 * Self.leastExplained * fit.phase.gain }.map {
            var trial = $0
            (trial.parameters.size, trial.parameters.microstrain) = (
                own.parameters.size, own.parameters.microstrain
            )
            return trial
        }
        return try fitted(trials, round, most: Self.fitted).compactMap { other in
            guard other.phase.gain > Self.leastExplained * fit.phase.gain else { return nil }
            let cost =
                independentCount * log(max(without - other.phase.gain, .leastNormalMagnitude))
                + prior(other.phase) - prior(own)
            let logOdds = (cost - ownCost) / 2
            guard logOdds < Self.leastLogOdds else { return nil }
            let alternative = PhaseAlternative(
                name: other.phase.lines.name, formula: other.phase.lines.formula,
                isSameCompound: other.phase.lines.formula == own.lines.formula,
                strain: other.phase.parameters.strains.max { abs($0) < abs($1) } ?? 0, logOdds: logOdds)
            return (alternative, other.phase)
        }.sorted { $0.alternative.logOdds < $1.alternative.logOdds }
    }
}
