import Foundation
import Spectra

/// Atomic per cent of elements and of species from fits of several core levels of one sample.
///
/// ```swift
/// let result = try Quantification([s2p, p2p, cl2p], sensitivities: .scofield, escapeDepth: .exponent(0.6))
/// print(result)                    // elements and species in at.%, with uncertainties and the method
/// ```
///
/// The number of atoms behind an area is area / (time x sensitivity x transmission x escape depth); per cent are of the
/// sum over all elements given. That holds for a sample that is homogeneous over the depth from which electrons come.
/// Uncertainties follow from the covariance of the areas within each fit and from the stated uncertainties of the
/// corrections, to first order.
public struct Quantification: Sendable {
    /// A species in one core level.
    public struct SpeciesAmount: Sendable, Hashable {
        /// How its number of atoms was found.
        public var line: QuantifiedLine
        /// Atoms of the element in this species, in per cent of all atoms.
        public var atomicPercent: Measured
        /// The standard uncertainty from counting statistics alone; `nil` where the fit gives none.
        public var statisticalUncertainty: Double?
        /// Its share of the element as this level shows it, 0 ... 1.
        public var shareOfElement: Measured
        /// Whether the level is the one that its element is counted by.
        public var counts: Bool
    }

    /// An element.
    public struct ElementAmount: Sendable, Hashable {
        /// The symbol.
        public var element: String
        /// The level that it is counted by: the first one given of its levels.
        public var level: CoreLevel
        /// Atomic per cent.
        public var atomicPercent: Measured
        /// The standard uncertainty from counting statistics alone; `nil` where the fits give none.
        public var statisticalUncertainty: Double?
        /// What its other levels give, for comparison.
        public var otherLevels: [OtherLevel]
    }

    /// What a further level of an element gives.
    public struct OtherLevel: Sendable, Hashable {
        /// The level.
        public var level: CoreLevel
        /// The atomic per cent that the element would have by this level.
        public var atomicPercent: Measured
    }

    /// The species in the order of the fits.
    public let species: [SpeciesAmount]
    /// The elements in the order of the fits.
    public let elements: [ElementAmount]
    /// The covariance of the species' atomic per cent, row-major, in the order of `species`.
    public let speciesCovariance: [Double]
    /// The covariance of the elements' atomic per cent, row-major, in the order of `elements`.
    public let elementCovariance: [Double]
    /// The sensitivity factors.
    public let sensitivities: SensitivitySet
    /// The transmission.
    public let transmission: TransmissionCorrection
    /// The escape depth.
    public let escapeDepth: EscapeDepthCorrection
    /// What a person should know about this result.
    public var findings: [Finding]
    let amounts: AtomCounts

    /// Quantifies the components of `fits`, which are fits of different core levels of one sample.
    ///
    /// - Parameters:
    ///   - fits: one for each core level.
    ///   - sensitivities: the relative sensitivity factors.
    ///   - transmission: how the transmission of the analyser is corrected for.
    ///   - escapeDepth: how the information depth at each kinetic energy is corrected for.
    ///   - excluding: names of components that stand for no atoms of their own, such as plasmon losses or Auger lines.
    ///
    /// - Throws: `QuantificationError` where fits do not belong together, or a factor is missing or outside its range.
    public init(
        _ fits: [PeakFit], sensitivities: SensitivitySet = .scofield, transmission: TransmissionCorrection = .fromFile,
        escapeDepth: EscapeDepthCorrection = .exponent(0.6), excluding: Set<String> = []
    ) throws {
        guard !fits.isEmpty else { throw QuantificationError.fits("there is no fit to quantify") }
        let check = FitCompatibility(fits: fits, transmission: transmission)
        let times = try check.times()
        var reader = QuantifiedLineReader(
            sensitivities: sensitivities, transmission: transmission, escapeDepth: escapeDepth, excluded: excluding)
        var blocks: [(lines: [QuantifiedLine], covariance: [Double])] = []
        for (fit, time) in zip(fits, times) { blocks.append(try reader.lines(of: fit, time: time)) }
        let known = Set(fits.flatMap { $0.components.map(\.name) })
        if let unknown = excluding.subtracting(known).sorted().first {
            throw QuantificationError.noSuchEntry("no fit has a component \"\(unknown)\" that could be excluded")
        }
        var levels: Set<CoreLevel> = []
        for block in blocks {
            let own = Set(block.lines.map(\.level))
            if let twice = own.intersection(levels).sorted(by: { $0.description < $1.description }).first {
                throw QuantificationError.fits(
                    "\(twice) is fitted in two spectra; quantify one sample at a time, each level once")
            }
            levels.formUnion(own)
        }
        let amounts = try AtomCounts(blocks, exponentUncertainty: escapeDepth.exponentUncertainty ?? 0)
        self.amounts = amounts
        self.sensitivities = sensitivities
        self.transmission = transmission
        self.escapeDepth = escapeDepth
        species = amounts.species()
        elements = amounts.elements()
        speciesCovariance = amounts.covarianceOfSpecies()
        elementCovariance = amounts.covarianceOfElements()
        findings = reader.findings + check.findings() + Self.findings(sensitivities, transmission, escapeDepth, fits)
    }

    /// `other` with other numbers of atoms.
    init(_ amounts: AtomCounts, of other: Quantification) throws {
        self.amounts = amounts
        sensitivities = other.sensitivities
        transmission = other.transmission
        escapeDepth = other.escapeDepth
        species = amounts.species()
        elements = amounts.elements()
        speciesCovariance = amounts.covarianceOfSpecies()
        elementCovariance = amounts.covarianceOfElements()
        findings = other.findings
    }

    /// The number of atoms in the species `first` divided by that in `second`, each a list of names with or without
    /// their level ("PS4 3-", or "PS4 3- (P 2p)"), or an element's symbol.
    ///
    /// Throws `QuantificationError.noSuchEntry` for a name that is not there, or that stands in several levels.
    public func ratio(_ first: [String], to second: [String]) throws -> Measured {
        try amounts.ratio(first.flatMap(indices), second.flatMap(indices))
    }

    func indices(_ name: String) throws -> [Int] {
        let all = species.indices
        let element = all.filter { species[$0].line.level.element == name && species[$0].counts }
        if !element.isEmpty { return element }
        let exact = all.filter { "\(species[$0].line.name) (\(species[$0].line.level))" == name }
        let plain = exact.isEmpty ? all.filter { species[$0].line.name == name } : exact
        guard plain.count == 1 else {
            let choice = plain.isEmpty ? species.map(\.line) : plain.map { species[$0].line }
            throw QuantificationError.noSuchEntry(
                "\"\(name)\" is \(plain.isEmpty ? "no" : "more than one") species or element here; there are "
                    + choice.map { "\"\($0.name) (\($0.level))\"" }.joined(separator: ", "))
        }
        return plain
    }

    /// What every result says about its method.
    private static func findings(
        _ sensitivities: SensitivitySet, _ transmission: TransmissionCorrection, _ escapeDepth: EscapeDepthCorrection,
        _ fits: [PeakFit]
    ) -> [Finding] {
        var findings: [Finding] = []
        let stated = [
            sensitivities.relativeUncertainty, transmission.relativeUncertainty, escapeDepth.relativeUncertainty,
            escapeDepth.exponentUncertainty,
        ]
        if stated.allSatisfy({ $0 == nil }), sensitivities.factors.values.allSatisfy({ $0.relativeUncertainty == nil })
        {
            findings.append(
                Finding(
                    rule: "corrections-without-uncertainty", severity: .note,
                    message:
                        "the uncertainties cover counting statistics alone: none is stated for sensitivity factors, "
                        + "transmission and escape depth, which usually dominate"))
        }
        for problem in sensitivities.problems {
            findings.append(Finding(rule: "sensitivity-factors-disagree", severity: .warning, message: problem))
        }
        return findings
    }
}
