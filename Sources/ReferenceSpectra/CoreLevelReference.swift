import Spectra

/// What is known of a core level before any data are seen: where it lies, how far it is split, how strong and how wide
/// it is. Each part names the keys of its sources; `ReferenceLibrary.source(_:)` resolves them.
public struct CoreLevelReference: Sendable, Hashable {
    /// The level.
    public let level: CoreLevel
    /// Where published values of the line j = l + 1/2 lie.
    public let bindingEnergy: BindingEnergyReference
    /// The region to fit where nobody says otherwise, binding energy in eV.
    public let window: ClosedRange<Double>
    /// The keys of the sources of `window`.
    public let windowSources: [String]
    /// The spin-orbit splitting; `nil` for s levels.
    public let splitting: SplittingReference?
    /// Scofield's relative cross sections.
    public let sensitivity: SensitivityReference
    /// Where a fit of the width starts, and its bounds.
    public let width: ParameterReference
    /// Published widths with monochromated X-rays, full width at half maximum in eV.
    public let observedWidth: PublishedValues?
    /// Where the line j = l - 1/2 is wider than its partner for a physical reason (Coster-Kronig transitions): start
    /// and bounds of the ratio of the widths. `nil` where both lines are equally wide.
    public let minorWidthRatio: ParameterReference?
    /// The lifetime widths of the lines: no fitted width can be smaller.
    public let naturalWidth: NaturalWidthReference?
    /// What else to know before fitting this level.
    public let remark: String?

    /// Where published binding energies of the line j = l + 1/2 lie, in eV.
    public var bindingEnergyRange: ClosedRange<Double> { bindingEnergy.range }

    /// The area ratio (j = l - 1/2) : (j = l + 1/2) from the number of electrons, l / (l + 1); `nil` for s levels.
    public var statisticalAreaRatio: Double? { level.statisticalAreaRatio }

    /// The area ratio (j = l - 1/2) : (j = l + 1/2) from Scofield's cross sections; `nil` for s levels.
    public var scofieldAreaRatio: Double? { sensitivity.lines.map { $0.minor / $0.major } }

    /// The keys of all sources of this entry, each once, sorted.
    public var sources: [String] {
        let all = [
            bindingEnergy.sources, windowSources, splitting?.sources ?? [], sensitivity.sources, width.sources,
            observedWidth?.sources ?? [], minorWidthRatio?.sources ?? [], naturalWidth?.sources ?? [],
        ]
        return Set(all.joined()).sorted()
    }
}

/// Where published binding energies of a line lie.
public struct BindingEnergyReference: Sendable, Hashable {
    /// The median in eV.
    public let typical: Double
    /// The range in eV that holds 96 % of them, somewhat widened.
    public let range: ClosedRange<Double>
    /// How many values were counted.
    public let records: Int
    /// The keys of the sources.
    public let sources: [String]
}

/// The distance from the line j = l + 1/2 to the line j = l - 1/2.
public struct SplittingReference: Sendable, Hashable {
    /// The value to hold fixed where nobody says otherwise, eV.
    public let `default`: Double
    /// The range in eV within which a splitting needs no explanation.
    public let range: ClosedRange<Double>
    /// Measured separations, most of them of the element, in ascending order.
    public let records: [SplittingRecord]
    /// Statistics over the pairs of lines that one paper gives for one compound, eV.
    public let compounds: PublishedValues?
    /// The keys of the sources.
    public let sources: [String]
}

/// A measured separation of the two lines of a doublet.
public struct SplittingRecord: Sendable, Hashable {
    /// The code of the paper in NIST's database SRD 20, "NyMa80".
    public let code: String
    /// The separation in eV.
    public let value: Double
}

/// Photoionisation cross sections relative to C 1s = 1 for Al K-alpha radiation.
public struct SensitivityReference: Sendable, Hashable {
    /// That of the whole level.
    public let total: Double
    /// Those of the lines j = l + 1/2 (`major`) and j = l - 1/2 (`minor`); `nil` for s levels.
    public let lines: Lines?
    /// Where the tables in circulation disagree, and why this value was taken.
    public let note: String?
    /// The keys of the sources.
    public let sources: [String]

    /// The parts of the two lines of a doublet.
    public struct Lines: Sendable, Hashable {
        /// That of the line j = l + 1/2.
        public let major: Double
        /// That of the line j = l - 1/2.
        public let minor: Double
    }
}

/// Where the fit of a parameter starts, and between which bounds it stays.
public struct ParameterReference: Sendable, Hashable {
    /// The start value.
    public let start: Double
    /// The bounds.
    public let range: ClosedRange<Double>
    /// The keys of the sources.
    public let sources: [String]
}

/// The middle and the spread of published values.
public struct PublishedValues: Sendable, Hashable {
    /// The median.
    public let median: Double
    /// The 10th to the 90th percentile.
    public let spread: ClosedRange<Double>
    /// How many values were counted.
    public let records: Int
    /// The keys of the sources.
    public let sources: [String]
}

/// The widths that the life time of the core hole gives the lines, full width at half maximum in eV.
public struct NaturalWidthReference: Sendable, Hashable {
    /// That of the line j = l + 1/2, or of the only line.
    public let major: Double
    /// That of the line j = l - 1/2; `nil` for s levels.
    public let minor: Double?
    /// The keys of the sources.
    public let sources: [String]
}
