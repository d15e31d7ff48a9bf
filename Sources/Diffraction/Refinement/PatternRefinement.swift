import Foundation
import SpectralMath
import Spectra

/// Whole-pattern refinement: scales, background, positions, cells, widths, texture and displacement of all phases fitted
/// to all points at once, weighted by counting statistics (H. M. Rietveld, J. Appl. Cryst. 2 (1969) 65).
public struct PatternRefinement: Sendable {
    /// The pattern.
    public let curve: PatternCurve
    /// The lines of the radiation; cells refer to the first.
    public let emission: EmissionSpectrum
    /// The Lorentz and polarisation factors.
    public let optics: LorentzPolarization
    /// How it was refined.
    public let options: RefinementOptions
    /// The phases, in the order in which they were given.
    public internal(set) var phases: [RefinedPhase]
    /// Refined errors of positions, degrees: zero, the shift by displacement at two theta = 0, transparency t.
    public let corrections: [(kind: RefinementOptions.Correction, value: Measured)]
    /// The Gaussian widths of the instrument (and its Lorentzian ones, where they were given).
    public let widths: LineWidths
    /// The axial divergence S/L = H/L; `nil` for symmetric lines.
    public let axialDivergence: Measured?
    /// How well it agrees.
    public let statistics: RefinementStatistics
    /// The background at each point.
    public let background: [Double]
    /// The whole model at each point.
    public let calculated: [Double]
    /// The variance of each point that the weights are the reciprocals of.
    public let variances: [Double]
    /// What to know about the result.
    public internal(set) var findings: [Finding]
    /// How often the model was evaluated.
    public let evaluations: Int
    /// Whether the last fit converged.
    public let converged: Bool
    /// The covariance of the weight fractions, serial correlation included; `nil` where there are none.
    public let fractionCovariance: [[Double]]?
    /// The parameters other than scales and background with their correlation matrix.
    public let correlations: (names: [String], matrix: [[Double]])

    /// The values and choices, for a neighbour in a series to start from.
    let state: RefinementState
    /// The function of the background.
    public var backgroundForm: SmoothBackground.Form { state.background }

    /// Refines `phases` against `curve`.
    ///
    /// - Parameters:
    ///   - curve: the pattern.
    ///   - phases: one or more, with cells within about 1 % of the specimen's.
    ///   - emission: the lines of the radiation.
    ///   - optics: the Lorentz and polarisation factors.
    ///   - options: what is refined.
    ///   - neighbour: a refinement of the same phases to start from, texture directions included.
    /// - Throws: `PatternError`.
    public init(
        _ curve: PatternCurve, phases: [RefinementPhase], emission: EmissionSpectrum,
        optics: LorentzPolarization = LorentzPolarization(), options: RefinementOptions = RefinementOptions(),
        startingFrom neighbour: PatternRefinement? = nil
    ) throws {
        try Self.check(curve, phases, options)
        var run = try RefinementRun(curve, phases: phases, emission: emission, optics: optics, options: options)
        let stage: RefinementRun.Stage
        if let neighbour {
            guard neighbour.phases.map(\.name) == phases.map(\.name) else {
                throw PatternError.badParameter("a neighbour to start from must have the same phases")
            }
            stage = try run.continueFrom(neighbour.state)
        } else {
            stage = try run.run()
        }
        self.init(run, stage, phases)
    }

    private static func check(
        _ curve: PatternCurve, _ phases: [RefinementPhase], _ options: RefinementOptions
    ) throws(PatternError) {
        guard !phases.isEmpty else { throw .badParameter("refinement needs at least one phase") }
        guard phases.count <= 30 else { throw .badParameter("\(phases.count) phases, at most 30 can be refined") }
        let names = phases.map(\.name)
        if let twice = names.first(where: { name in names.count(where: { $0 == name }) > 1 }) {
            throw .badParameter("the phase \(twice) is there twice")
        }
        guard curve.count >= 50 else { throw .tooFewPoints(found: curve.count, needed: 50) }
        guard curve.count <= 2_000_000 else {
            throw .badParameter("\(curve.count) points, at most 2 million can be refined")
        }
        guard options.shapeFactor > 0, options.shapeFactor.isFinite, options.axialDivergence >= 0,
            options.axialDivergence <= 0.12
        else { throw .badParameter("a shape factor above 0 and an axial divergence from 0 to 0.12 are needed") }
        guard Set(options.corrections).count == options.corrections.count else {
            throw .badParameter("a correction is there twice")
        }
        let highest = curve.intensities.max() ?? 0
        guard highest > 0, curve.intensities.contains(where: { $0 != curve.intensities[0] }) else {
            throw .badParameter("the intensities are all the same: there is no pattern")
        }
    }

    private init(_ run: RefinementRun, _ stage: RefinementRun.Stage, _ requests: [RefinementPhase]) {
        let summary = RefinementSummary(run, stage)
        curve = run.curve
        emission = run.emission
        optics = run.optics
        options = run.options
        background = stage.background
        calculated = stage.calculated
        variances = run.variances
        evaluations = run.evaluations
        converged = stage.solution.outcome != .evaluationLimit
        statistics = summary.statistics
        phases = summary.phases(requests)
        corrections = run.options.corrections.map { ($0, summary.measured($0.quantity)) }
        widths = summary.instrumentWidths
        axialDivergence = run.values.axialDivergence > 0 ? summary.measured(.axialDivergence) : nil
        fractionCovariance = summary.fractions?.covariance
        correlations = summary.correlations
        findings = summary.findings(converged: converged)
        state = RefinementState(
            values: run.values, textures: run.textures, background: run.backgroundForm,
            cells: run.phases.enumerated().map { $1.cell.cell(run.values.phases[$0].cell) })
    }

    /// The residuals in standard deviations.
    public var normalizedResiduals: [Double] {
        curve.intensities.indices.map { (curve.intensities[$0] - calculated[$0]) / variances[$0].squareRoot() }
    }

    /// How far too high the specimen stands, in the unit of `radius`; `nil` where that was not refined.
    public func displacement(radius: Double) -> Measured? {
        guard let shift = corrections.first(where: { $0.kind == .displacement })?.value else { return nil }
        let factor = radius / 2 * .pi / 180
        return Measured(shift.value * factor, standardUncertainty: shift.standardUncertainty.map { $0 * factor })
    }
}

/// Where a refinement ended, for a neighbour to start from.
struct RefinementState: Sendable {
    var values: RefinementValues
    var textures: [MillerIndex?]
    var background: SmoothBackground.Form
    var cells: [UnitCell?]
}
