import ReferenceSpectra
import Spectra

/// Relative sensitivity factors of core levels, all of one scale: what an area is divided by to compare elements.
///
/// Factors are those of a whole level, to be used with the area of a whole doublet. Where the two lines of a doublet
/// have factors of their own they serve areas of one line alone.
public struct SensitivitySet: Sendable, Hashable {
    /// The factor of one level.
    public struct Factor: Sendable, Hashable {
        /// That of the whole level.
        public var total: Double
        /// That of the line j = l + 1/2, where it is known.
        public var major: Double?
        /// That of the line j = l - 1/2, where it is known.
        public var minor: Double?
        /// The relative standard uncertainty; `nil` takes that of the set.
        public var relativeUncertainty: Double?

        /// A factor; the parts of the lines where they are known.
        public init(
            total: Double, major: Double? = nil, minor: Double? = nil, relativeUncertainty: Double? = nil
        ) {
            self.total = total
            self.major = major
            self.minor = minor
            self.relativeUncertainty = relativeUncertainty
        }
    }

    /// The name that results carry.
    public var name: String
    /// Where the numbers come from.
    public var source: String
    /// The photon energy in eV that the factors are for; `nil` where they do not say.
    public var photonEnergy: Double?
    /// The relative standard uncertainty of the factors of different levels against each other; `nil` where none is
    /// stated, and results then cover counting statistics alone.
    public var relativeUncertainty: Double?
    /// The factors.
    public var factors: [CoreLevel: Factor]

    /// A set of `factors`.
    public init(
        name: String, source: String, photonEnergy: Double? = nil, relativeUncertainty: Double? = nil,
        factors: [CoreLevel: Factor]
    ) {
        self.name = name
        self.source = source
        self.photonEnergy = photonEnergy
        self.relativeUncertainty = relativeUncertainty
        self.factors = factors
    }

    /// Scofield's cross sections for Al K-alpha relative to C 1s = 1 (J. Electron Spectrosc. Relat. Phenom. 8 (1976)
    /// 129), as the library's core levels have them. They hold for photoionisation alone: transmission and escape depth
    /// come on top. Their uncertainty is not stated by the source.
    public static var scofield: SensitivitySet {
        var factors: [CoreLevel: Factor] = [:]
        for level in ReferenceLibrary.coreLevels {
            let known = level.sensitivity
            factors[level.level] = Factor(total: known.total, major: known.lines?.major, minor: known.lines?.minor)
        }
        return SensitivitySet(
            name: "Scofield", source: "J. H. Scofield, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 129, C 1s = 1",
            photonEnergy: 1486.6, factors: factors)
    }

    /// The same set with a relative standard uncertainty for all factors that have none of their own.
    public func withRelativeUncertainty(_ uncertainty: Double?) -> SensitivitySet {
        var copy = self
        copy.relativeUncertainty = uncertainty
        return copy
    }

    /// The largest part by which a total may differ from the sum of its two lines: tables are rounded to three digits.
    static let summationTolerance = 0.005

    /// By how much the ratio of the two lines of a level may differ from that of its neighbours in the periodic table.
    static let trendTolerance = 0.03

    /// What contradicts itself in the set: totals that are not the sum of their lines, and area ratios that depart from
    /// those of the same shell in neighbouring elements, which they follow smoothly. Tables in circulation carry such
    /// copying errors.
    public var problems: [String] {
        factors.sorted { $0.key.description < $1.key.description }.compactMap { level, factor in
            guard let ratio = Self.ratio(factor), let major = factor.major, let minor = factor.minor else { return nil }
            let sum = major + minor
            if abs(sum - factor.total) > Self.summationTolerance * factor.total {
                return "\(level): the lines add up to \(sum), the level has \(factor.total)"
            }
            guard let expected = neighbouringRatio(of: level) ?? level.statisticalAreaRatio else { return nil }
            // Where there is no neighbour: relativity moves the ratio from l / (l + 1) upwards, by less than a tenth.
            let isClose =
                neighbouringRatio(of: level) == nil
                ? (0.97...1.1).contains(ratio / expected) : abs(ratio / expected - 1) <= Self.trendTolerance
            return isClose ? nil : "\(level): its lines have the ratio \(ratio), expected about \(expected)"
        }
    }

    private static func ratio(_ factor: Factor) -> Double? {
        guard let major = factor.major, let minor = factor.minor, major > 0 else { return nil }
        return minor / major
    }

    /// The median ratio of the four nearest elements with the same shell, where there are three or more within ten
    /// places of the periodic table.
    private func neighbouringRatio(of level: CoreLevel) -> Double? {
        guard let number = Element.atomicNumber(of: level.element) else { return nil }
        let others = factors.compactMap { other, factor -> (distance: Int, number: Int, ratio: Double)? in
            guard other != level, other.principal == level.principal, other.orbital == level.orbital,
                let place = Element.atomicNumber(of: other.element), abs(place - number) <= 10,
                let ratio = Self.ratio(factor)
            else { return nil }
            return (abs(place - number), place, ratio)
        }.sorted { ($0.distance, $0.number) < ($1.distance, $1.number) }
        let nearest = others.prefix(4).map(\.ratio).sorted()
        guard nearest.count >= 3 else { return nil }
        return (nearest[(nearest.count - 1) / 2] + nearest[nearest.count / 2]) / 2
    }
}
