import Foundation
import Spectra

/// One set of phases refined against a series of patterns, each from where its neighbour ended.
public struct RefinementSeries: Sendable {
    /// What changes along the series.
    public let variable: SeriesVariable
    /// Its values, in the order of `refinements`, rising.
    public let values: [Double]
    /// The names of the patterns.
    public let names: [String]
    /// The refinements.
    public let refinements: [PatternRefinement]

    /// One pattern of a series.
    public struct Member: Sendable {
        /// What it is called, a file for example.
        public var name: String
        /// The value of the variable.
        public var value: Double
        /// The pattern.
        public var curve: PatternCurve

        /// A pattern.
        public init(name: String, value: Double, curve: PatternCurve) {
            self.name = name
            self.value = value
            self.curve = curve
        }
    }

    /// Refines all patterns along the variable.
    ///
    /// A pattern that agrees clearly worse than its neighbour did is refined once more from the beginning, and the better
    /// result counts: a jump of the cells must not carry on.
    ///
    /// - Parameters:
    ///   - members: the patterns, two or more, in any order.
    ///   - variable: what changes from pattern to pattern.
    ///   - phases: as for one pattern.
    ///   - emission: the lines of the radiation.
    ///   - optics: the Lorentz and polarisation factors.
    ///   - options: what is refined.
    ///   - progress: called after each pattern with the number that are done.
    /// - Throws: `PatternError`, with the name of the pattern.
    public init(
        _ members: [Member], variable: SeriesVariable, phases: [RefinementPhase], emission: EmissionSpectrum,
        optics: LorentzPolarization = LorentzPolarization(), options: RefinementOptions = RefinementOptions(),
        progress: (Int) -> Void = { _ in }
    ) throws {
        let ordered = members.enumerated().sorted { ($0.element.value, $0.offset) < ($1.element.value, $1.offset) }
            .map(\.element)
        guard ordered.count >= 2 else { throw PatternError.tooFewPoints(found: ordered.count, needed: 2) }
        self.variable = variable
        values = ordered.map(\.value)
        names = ordered.map(\.name)
        var refinements: [PatternRefinement] = []
        for member in ordered {
            func refined(_ neighbour: PatternRefinement?) throws -> PatternRefinement {
                do {
                    return try PatternRefinement(
                        member.curve, phases: phases, emission: emission, optics: optics, options: options,
                        startingFrom: neighbour)
                } catch let error as PatternError {
                    throw PatternError.badParameter("\(member.name): \(error)")
                }
            }
            var result = try refined(refinements.last)
            if let last = refinements.last,
                result.statistics.goodnessOfFit > 1.2 * max(last.statistics.goodnessOfFit, 1)
            {
                let fresh = try refined(nil)
                if fresh.statistics.chi2 < result.statistics.chi2 { result = fresh }
            }
            refinements.append(result)
            progress(refinements.count)
        }
        self.refinements = refinements
    }
}
