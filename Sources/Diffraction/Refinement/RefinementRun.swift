import Foundation
import SpectralMath
import Spectra

/// A refinement under way: the values so far, and what is held because the data do not determine it.
struct RefinementRun {
    let curve: PatternCurve
    private(set) var phases: [PhaseReflections]
    private let settings: PowderPattern.Settings
    let requests: [RefinementPhase]
    let emission: EmissionSpectrum
    let optics: LorentzPolarization
    let options: RefinementOptions
    var background: BackgroundBasis
    /// The form of the background.
    var backgroundForm: SmoothBackground.Form
    let widths: InstrumentWidths
    private let instrument: (x: Double, y: Double)

    var values: RefinementValues
    var textures: [MillerIndex?]
    var variances: [Double]
    /// Intensities of the reflections at unit scale, where no structure gives them.
    var intensities: [[Double]]
    /// Where intensities come from at this stage: Pawley's are divided until positions and widths are known.
    var mode: RefinementOptions.Intensities
    /// What is not refined, and why.
    private(set) var held: [(quantity: RefinementQuantity, reason: String)] = []
    private(set) var evaluations = 0

    /// Where a fit ended.
    struct Stage {
        var free: [RefinementQuantity]
        var solution: SeparableSolution
        var templates: [IntensityTemplate]
        var background: [Double]
        var curves: [[Double]]
        /// Everything together.
        var calculated: [Double]
        var intensities: [[DividedIntensity]]
    }

    init(
        _ curve: PatternCurve, phases requests: [RefinementPhase], emission: EmissionSpectrum,
        optics: LorentzPolarization, options: RefinementOptions
    ) throws {
        self.curve = curve
        self.requests = requests
        self.emission = emission
        self.optics = optics
        self.options = options
        let low = curve.twoTheta[0], high = curve.twoTheta[curve.count - 1]
        let settings = PowderPattern.Settings(
            emission: emission, twoTheta: max(low - 1.5, 0.05)...min(high + 1.5, 179), optics: optics)
        self.settings = settings
        let usesStructure = options.intensities == .structure
        mode = options.intensities == .pawley ? .leBail : options.intensities
        phases = try requests.map { try PhaseReflections($0, settings: settings, usesStructure: usesStructure) }
        let form = options.background ?? .spline(spacing: 10)
        backgroundForm = form
        background = try BackgroundBasis(form, curve.twoTheta)
        let range = low...high
        widths = InstrumentWidths(twoTheta: range)
        if let known = options.instrument, !known.areValid(twoTheta: range) {
            throw PatternError.badParameter("the widths of the instrument are negative somewhere in this range")
        }
        instrument = options.instrument.map { ($0.x, $0.y) } ?? (0, 0)
        values = RefinementValues()
        values.phases = phases.map { RefinementValues.Phase(cell: [Double](repeating: 0, count: $0.cell.count)) }
        values.axialDivergence = options.axialDivergence
        textures = requests.map { request in
            if case .along(let index) = request.texture { return index }
            return nil
        }
        let width = try Self.typicalWidth(curve, emission)
        if let known = options.instrument {
            widths.set(known, &values)
        } else {
            let w = 0.7 * width, u = 0.25 * width
            widths.set(LineWidths(u: u * u, w: w * w), &values)
        }
        for p in phases.indices { values.phases[p].size = 0.4 * width }
        variances = try Self.trustingVariances(curve, lineWidth: width)
        intensities = phases.map(\.strengths)
    }

    /// Variances for the first stages, when shapes are not yet known: strong lines are trusted to a tenth of their height,
    /// or weak phases would be used to mend them.
    private static func trustingVariances(_ curve: PatternCurve, lineWidth: Double) throws -> [Double] {
        let smooth = SNIPBackground.averaged(curve.intensities, 2)
        let background = try SNIPBackground(halfWindow: max(1.5, 8 * lineWidth), simulations: 0)(curve).values
        let counting = curve.variances(expected: smooth)
        return counting.indices.map { i in
            let height = 0.1 * max(smooth[i] - background[i], 0)
            return counting[i] + height * height
        }
    }

    /// Variances of counting statistics alone.
    mutating func weighByCounts() {
        variances = curve.variances(expected: SNIPBackground.averaged(curve.intensities, 2))
    }

    /// About the full width of the narrow lines.
    private static func typicalWidth(_ curve: PatternCurve, _ emission: EmissionSpectrum) throws -> Double {
        // Only radiation of two lines can be searched with both.
        let primary = EmissionSpectrum(name: emission.name, lines: [emission.primary]) ?? emission
        let found = try (try? PeakSearch()(curve, emission: emission)) ?? PeakSearch()(curve, emission: primary)
        let strongest = found.sorted { $0.height > $1.height }.prefix(9).map(\.fullWidth).sorted()
        guard !strongest.isEmpty else { return max(4 * curve.step, 0.1) }
        return min(max(strongest[strongest.count / 2], 2 * curve.step), 2)
    }

    /// Computes |F|^2 anew at the cells of now, from which parameters then count. Form factors and displacements depend
    /// on the spacing a little.
    mutating func rebase(to cells: [UnitCell?]? = nil) throws {
        guard options.intensities == .structure else { return }
        for p in phases.indices {
            guard let cell = cells?[p] ?? phases[p].cell.cell(values.phases[p].cell) else { continue }
            phases[p] = try PhaseReflections(requests[p].withCell(cell), settings: settings, usesStructure: true)
            values.phases[p].cell = values.phases[p].cell.map { _ in 0 }
            intensities[p] = phases[p].strengths
        }
    }

    // MARK: - One fit

    /// The model at the present values.
    func model() -> PowderModel {
        PowderModel(
            twoTheta: curve.twoTheta, phases: phases, values: values, emission: emission, optics: optics,
            usesStructure: options.intensities == .structure, widths: widths, instrument: instrument,
            textures: textures)
    }

    /// What has a scale of its own.
    private func templates(_ model: PowderModel) -> [IntensityTemplate] {
        guard mode == .pawley else {
            return phases.indices.map { p in
                IntensityTemplate(
                    model, phase: p,
                    reflections: Dictionary(uniqueKeysWithValues: intensities[p].enumerated().map { ($0, $1) }))
            }
        }
        return PawleyGroups.templates(model, values, phases: phases)
    }

    /// Fits scales and background with `free`, and takes over what comes out.
    @discardableResult
    mutating func fit(_ free: [RefinementQuantity], details: Bool = false) throws -> Stage {
        let model = model()
        let templates = templates(model)
        var problem = RefinementProblem(
            model, templates: templates, background: background, data: curve.intensities,
            weights: variances.map { 1 / $0 }, values: values, free: free, isSigned: mode == .pawley)
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        let start = problem.start
        let solution = try solver.minimize(
            &problem, start: start, options: SeparableOptions(tolerance: 1e-4, maximumEvaluations: 40))
        evaluations += solution.evaluations
        for (j, quantity) in free.enumerated() { values[quantity] = solution.nonlinear[j] }
        var stage = Stage(
            free: free, solution: solution, templates: templates, background: [], curves: [], calculated: [],
            intensities: [])
        guard details else { return stage }
        try problem.draw(at: solution.nonlinear)
        stage.background = problem.background(solution.linear)
        stage.curves = phases.indices.map { problem.curve(phase: $0, solution.linear) }
        stage.calculated = stage.background
        for curve in stage.curves { for i in curve.indices { stage.calculated[i] += curve[i] } }
        stage.intensities = problem.dividedIntensities(solution.linear)
        return stage
    }

    /// Variances as the model expects them; where it misses the points, as they are.
    mutating func reweight(_ calculated: [Double]) {
        let expected = curve.variances(expected: calculated.map { max($0, 0) })
        for i in expected.indices {
            let miss = curve.intensities[i] - calculated[i]
            variances[i] = miss * miss <= 16 * expected[i] ? expected[i] : max(expected[i], curve.variances[i])
        }
    }

    // MARK: - Guard

    private static let noInfluence = "the pattern does not depend on it"

    /// Holds `quantity` where it is.
    mutating func hold(_ quantity: RefinementQuantity, _ reason: String) {
        guard !held.contains(where: { $0.quantity == quantity }) else { return }
        held.append((quantity, reason))
    }

    /// Gives everything held another chance.
    mutating func releaseAll() { held = [] }

    /// Whether a quantity is held.
    func isHeld(_ quantity: RefinementQuantity) -> Bool { held.contains { $0.quantity == quantity } }

    /// Fits `free`; what the data do not determine goes back to where it was and is held.
    mutating func guardedFit(_ wanted: [RefinementQuantity]) throws {
        var free = wanted.filter { !isHeld($0) }
        for _ in 0..<8 {
            let before = values
            let stage = try fit(free)
            let weak = undetermined(stage)
            guard !weak.isEmpty else { return }
            values = before
            for (quantity, reason) in weak {
                // A width that led nowhere is no start for others.
                hold(quantity, reason)
                // What has no influence stays as it was given, whatever the search for a start tried.
                if case .cell = quantity, reason == Self.noInfluence { values[quantity] = 0 }
            }
            free.removeAll { isHeld($0) }
        }
    }

    /// Which of the free quantities the data say nothing about.
    private func undetermined(_ stage: Stage) -> [(RefinementQuantity, String)] {
        let free = stage.free, count = stage.solution.isHeld.count
        guard !free.isEmpty else { return [] }
        guard let covariance = stage.solution.covariance() else {
            // The one released last is the least needed.
            let last = free.last { $0.phase != nil } ?? free[free.count - 1]
            return [(last, "cannot be told from other parameters")]
        }
        let degrees = max(1, curve.count - count)
        let misfit = max(1, stage.solution.chi2 / Double(degrees)).squareRoot()
        let scales = stage.solution.linear.suffix(stage.templates.count)
        return free.enumerated().compactMap { j, quantity in
            if let phase = quantity.phase, mode != .pawley,
                scales[scales.startIndex + phase] <= 0
            {
                return (quantity, "the phase is not seen")
            }
            guard stage.solution.normalMatrix[j * count + j] > 0 else {
                return (quantity, Self.noInfluence)
            }
            guard !stage.solution.isHeld[j] else { return nil }
            let sigma = covariance[j * count + j].squareRoot() * misfit
            guard quantity.isUndetermined(values[quantity], uncertainty: sigma) else { return nil }
            return (quantity, String(format: "its standard uncertainty would be %.2g", sigma))
        }
    }
}
