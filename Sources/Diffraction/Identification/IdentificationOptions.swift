/// How phases are looked for.
public struct IdentificationOptions: Sendable, Hashable {
    /// The elements that may occur; `nil` for any.
    public var elements: Set<String>?
    /// The most phases that are accepted.
    public var maximumPhases: Int
    /// The least significance of a phase in standard deviations; `nil` for 6, or 4 where elements are given.
    public var significance: Double?
    /// Phases asked about, by the name of the candidate or by formula: where they are not found, it is said how much of
    /// them could hide.
    public var asked: [String]
    /// How well computed relative intensities are trusted: what texture and imperfect models make of a line, relative to
    /// its height. Phases that only mend such misfits are not accepted.
    public var modelError: Double

    /// Options.
    public init(
        elements: Set<String>? = nil, maximumPhases: Int = 8, significance: Double? = nil, asked: [String] = [],
        modelError: Double = 0.12
    ) {
        self.asked = asked
        self.elements = elements
        self.maximumPhases = maximumPhases
        self.significance = significance
        self.modelError = modelError
    }
}
