import Foundation
import SpectralMath
import Spectra

/// A phase found in a pattern.
public struct IdentifiedPhase: Sendable, Hashable {
    /// The name of the candidate.
    public var name: String
    /// Its formula.
    public var formula: String
    /// The CIF that it came from; `nil` for phases that come with the program.
    public var file: String?
    /// The share of the mass of all crystalline phases found, 0 to 1.
    public var weightFraction: Measured
    /// The cell as refined.
    public var cell: UnitCell
    /// How much longer its axes are than those of the candidate, relative: one number for each group that the crystal
    /// system lets stretch on its own.
    public var strains: [Double]
    /// The amplitude of its lines in what the phases before left unexplained, in standard deviations.
    public var significance: Double
    /// The share of its lines, by intensity, that are there or hidden under others, 0 to 1.
    public var coverage: Double
    /// The probability that it, or a phase with the same lines, is in the specimen, 0 to 1.
    public var probability: Double
    /// What each of its lines says, by rising angle.
    public var evidence: [LineEvidence]
    /// Candidates that explain the same lines nearly as well, best first: nothing but the elements, or other data, tells
    /// them from this phase.
    public var alternatives: [PhaseAlternative]
    /// The curve of the phase at each point, in the unit of the intensities.
    public var curve: [Double]
}

/// What a pattern consists of, as far as the candidates can say.
public struct PhaseIdentification: Sendable {
    /// The phases, largest share first; empty where no candidate is seen.
    public var phases: [IdentifiedPhase]
    /// The shift of lines by the height of the specimen, degrees at low angles.
    public var displacement: Double
    /// The angles, degrees.
    public var twoTheta: [Double]
    /// The intensities measured.
    public var intensities: [Double]
    /// The variance of each intensity by counting statistics.
    public var variances: [Double]
    /// The background at each point.
    public var background: [Double]
    /// The peaks of the pattern, by rising angle, with the reflections that explain them.
    public var peaks: [IndexedPeak] = []
    /// Candidates that explain a part but are more probably wrong than right, the likeliest first. They are not in the
    /// model.
    public var possiblePhases: [PossiblePhase] = []
    /// How much could hide of the phases that were asked about and not found.
    public var detectionLimits: [DetectionLimit] = []
    /// Phases asked about that are not among the candidates.
    public var unknownPhases: [String] = []
    /// Candidates whose pattern cannot be computed, with the reason.
    public var leftOut: [String]
    /// The number of candidates looked at.
    public var candidateCount: Int
    /// The weighted profile R factor of the whole, 0 to 1.
    public var weightedProfileR: Double

    /// Looks for `candidates` in a pattern.
    ///
    /// - Parameters:
    ///   - curve: the pattern.
    ///   - emission: the radiation it was measured with.
    ///   - candidates: crystal structures; by default those that come with the program. Those whose pattern cannot be
    ///     computed, for want of a scattering factor, are named in `leftOut`.
    ///   - optics: Lorentz and polarisation factors of the instrument.
    ///   - options: what the search may assume.
    /// - Throws: `PatternError` where the pattern cannot be used, `NumericalError`.
    public init(
        _ curve: PatternCurve, emission: EmissionSpectrum, candidates: [CandidatePhase] = CandidatePhase.library,
        optics: LorentzPolarization = LorentzPolarization(), options: IdentificationOptions = IdentificationOptions()
    ) throws {
        let allowed = candidates.filter { candidate in
            options.elements.map { candidate.elements.isSubset(of: $0) } ?? true
        }
        try self.init(
            curve, emission: emission, prepared: PreparedPhases(allowed, emission: emission), optics: optics,
            options: options)
    }

    /// Looks for `candidates` in a measured pattern, with the radiation that its file states.
    ///
    /// - Parameters:
    ///   - pattern: the pattern.
    ///   - candidates: crystal structures; by default those that come with the program.
    ///   - optics: Lorentz and polarisation factors of the instrument.
    ///   - options: what the search may assume.
    /// - Throws: `PatternError`, `.noWavelength` where nothing states the radiation; `NumericalError`.
    public init(
        _ pattern: DiffractionPattern, candidates: [CandidatePhase] = CandidatePhase.library,
        optics: LorentzPolarization = LorentzPolarization(), options: IdentificationOptions = IdentificationOptions()
    ) throws {
        guard let emission = EmissionSpectrum(pattern.radiation) else { throw PatternError.noWavelength }
        try self.init(
            PatternCurve(pattern), emission: emission, candidates: candidates, optics: optics, options: options)
    }

    /// Looks for candidates whose lines are computed already, for the primary wavelength of `emission`.
    ///
    /// - Throws: `PatternError` where the pattern cannot be used or the lines are those of another wavelength,
    ///   `NumericalError`.
    public init(
        _ curve: PatternCurve, emission: EmissionSpectrum, prepared: PreparedPhases,
        optics: LorentzPolarization = LorentzPolarization(), options: IdentificationOptions = IdentificationOptions()
    ) throws {
        guard curve.count >= 50 else { throw PatternError.tooFewPoints(found: curve.count, needed: 50) }
        let wavelength = emission.primary.wavelength
        guard prepared.isUsable(at: wavelength) else {
            throw PatternError.badParameter(
                "candidates computed for \(prepared.wavelength) A and a pattern measured at \(wavelength) A")
        }
        let observed = try ObservedPattern(curve, emission: emission)
        // Lines just outside still reach in, and come in under strain.
        let low = max(0.5, observed.range.lowerBound * 0.97 - 1), high = min(175, observed.range.upperBound * 1.03 + 1)
        let lines = prepared.lines.filter { phase in
            options.elements.map { phase.elements.isSubset(of: $0) } ?? true
        }.map { $0.seen(by: optics, within: low...high, wavelength: wavelength) }
        let found = try PeakSearch(fullWidth: observed.lineWidth)(curve, emission: emission)
        var search = try PhaseSearch(observed, candidates: lines, peakCount: found.count, options: options)
        try search.run()
        self.init(search)
        leftOut = prepared.leftOut
        peaks = search.indexed(found)
        for name in options.asked {
            let asked = lines.indices.filter { lines[$0].name == name || lines[$0].formula == name }
            if asked.isEmpty { unknownPhases.append(name) }
            let isFound = asked.contains { index in phases.contains { $0.name == lines[index].name } }
            guard !isFound else { continue }
            for index in asked { note(try search.detectionLimit(of: index)) }
        }
    }

    /// Takes in a limit; of candidates of one name the largest stands.
    private mutating func note(_ limit: DetectionLimit) {
        guard let known = detectionLimits.firstIndex(where: { $0.name == limit.name && $0.formula == limit.formula })
        else { return detectionLimits.append(limit) }
        guard let own = limit.weightFraction, let other = detectionLimits[known].weightFraction else {
            detectionLimits[known].weightFraction = nil
            return
        }
        detectionLimits[known].weightFraction = max(own, other)
    }

    /// The share of mass `p` with its uncertainty: w = m_p / sum m, m = density x scale.
    private static func fraction(_ p: Int, _ masses: [Double], _ densities: [Double], _ covariance: [[Double]]?)
        -> Measured
    {
        let total = masses.reduce(0, +)
        guard total > 0 else { return Measured(0) }
        let own = masses[p] / total
        guard let covariance else { return Measured(own) }
        let slopes = masses.indices.map { q in ((p == q ? 1 : 0) - own) / total * densities[q] }
        var variance = 0.0
        for a in slopes.indices { for b in slopes.indices { variance += slopes[a] * slopes[b] * covariance[a][b] } }
        return Measured(own, standardUncertainty: max(0, variance).squareRoot())
    }

    init(_ search: borrowing PhaseSearch) {
        let pattern = search.pattern, set = search.set
        let accepted = set.accepted
        let masses = accepted.indices.map { set.scales[$0] * accepted[$0].lines.density }
        phases = accepted.indices.map { p in
            let own = accepted[p]
            return IdentifiedPhase(
                name: own.lines.name, formula: own.lines.formula, file: own.lines.file,
                weightFraction: Self.fraction(p, masses, accepted.map(\.lines.density), set.scaleCovariance),
                cell: own.lines.strained(own.parameters.strains) ?? own.lines.cell, strains: own.parameters.strains,
                significance: own.score.significance, coverage: own.coverage, probability: own.probability,
                evidence: own.evidence,
                alternatives: own.alternatives,
                curve: set.curves[p].map { $0 * set.scales[p] })
        }.sorted { $0.weightFraction.value > $1.weightFraction.value }
        displacement = set.parameters.displacement
        twoTheta = pattern.twoTheta
        intensities = pattern.intensities
        variances = pattern.variances
        let base = zip(pattern.background, set.background).map { $0 + $1 }
        background = base
        candidateCount = search.candidates.count
        leftOut = []
        weightedProfileR = search.weightedProfileR(set)
        possiblePhases = set.possible.sorted { $0.probability > $1.probability }
    }
}
