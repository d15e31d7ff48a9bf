import Foundation
import SpectralMath
import Spectra

/// Finds the phases of a pattern among candidates, one after another in what the others leave unexplained.
struct PhaseSearch: ~Copyable {
    /// An accepted phase.
    struct Accepted: Sendable {
        var lines: PhaseLines
        var parameters: PowderParameters.Phase
        var score: MatchedFilter.Score
        var coverage: Double
        /// What each of its lines says beside the other phases.
        var evidence: [LineEvidence] = []
        /// The decrease of chi squared, weighted with the model error, when it was added.
        var gain: Double
        var alternatives: [String]
        /// The probability that it is right.
        var probability = 0.0
    }

    let pattern: ObservedPattern
    let candidates: [PhaseLines]
    let options: IdentificationOptions
    private(set) var accepted: [Accepted] = []
    private(set) var parameters = PowderParameters()
    /// The splines that the background is mended with, and the curves of the phases with their scales.
    private(set) var background: [Double]
    private(set) var scales: [Double] = []
    private(set) var curves: [[Double]] = []
    /// The covariance of the scales; `nil` where the data do not determine them.
    private(set) var scaleCovariance: [[Double]]?
    /// Candidates that were more probably wrong than right.
    private(set) var possible: [PossiblePhase] = []
    /// Candidates that were accepted once and then taken out.
    private var rejected: Set<String> = []
    private let axis: LogarithmicAxis
    var filter: MatchedFilter
    private var screen: LineScreen
    private let screenLines: [LineScreen.Lines]
    let knots: Int

    /// As many candidates as go from one stage to the next: from the screen by line lists to the matched filter, to the
    /// search for strains, to the fit of the whole pattern.
    private static let filtered = 48
    private static let shortlisted = 12
    private static let fitted = 4

    init(_ pattern: ObservedPattern, candidates: [PhaseLines], options: IdentificationOptions) throws {
        self.pattern = pattern
        self.options = options
        self.candidates = candidates
        let axis = LogarithmicAxis(pattern, limit: 8192, margin: MatchedFilter.margin)
        self.axis = axis
        filter = try MatchedFilter(pattern, axis: axis)
        screen = LineScreen(axis)
        let wavelength = pattern.emission[0].wavelength
        screenLines = candidates.map { LineScreen.lines($0, on: axis, wavelength: wavelength) }
        background = [Double](repeating: 0, count: pattern.count)
        let span = pattern.range.upperBound - pattern.range.lowerBound
        knots = min(max(Int(span / 6) + 1, 6), 24)
        parameters.gaussianWidth = 0.75 * pattern.lineWidth
    }

    var leastSignificance: Double { options.significance ?? (options.elements == nil ? 6 : 4) }

    /// Looks for phases until none is left that is seen.
    mutating func run() throws {
        while accepted.count < options.maximumPhases {
            guard let next = try bestCandidate() else { break }
            accepted.append(next)
            parameters.phases.append(next.parameters)
            try polish(limit: 8, isCoarse: true)
            try prune()
        }
        guard !accepted.isEmpty else { return }
        try polish(limit: 30, isCoarse: false)
        try prune()
        try setAsideImprobable()
    }

    /// Takes out phases that are more probably wrong than right, the least probable first, and remembers them.
    private mutating func setAsideImprobable() throws {
        while true {
            let misfit = weightedProfileR
            for p in accepted.indices {
                accepted[p].probability =
                    MatchProbability(
                        accepted[p], weightedProfileR: misfit, knowsElements: options.elements != nil
                    ).value
            }
            guard let worst = accepted.indices.min(by: { accepted[$0].probability < accepted[$1].probability }),
                accepted[worst].probability < MatchProbability.least
            else { return }
            let phase = accepted.remove(at: worst)
            parameters.phases.remove(at: worst)
            possible.append(
                PossiblePhase(name: phase.lines.name, formula: phase.lines.formula, probability: phase.probability))
            guard !accepted.isEmpty else {
                background = [Double](repeating: 0, count: pattern.count)
                (scales, curves, scaleCovariance) = ([], [], nil)
                return
            }
            try polish(limit: 12, isCoarse: false)
            try prune()
        }
    }

    /// The weighted profile R factor of what is accepted, 0 to 1.
    var weightedProfileR: Double {
        let peaks = modelledPeaks(), residual = residual(beside: peaks)
        var misfit = 0.0, all = 0.0
        for i in residual.indices {
            let weight = 1 / pattern.variances[i]
            misfit += weight * residual[i] * residual[i]
            all += weight * pattern.intensities[i] * pattern.intensities[i]
        }
        return all > 0 ? (misfit / all).squareRoot() : 0
    }

    // MARK: - What is unexplained

    func modelledPeaks() -> [Double] {
        var sum = [Double](repeating: 0, count: pattern.count)
        for (scale, curve) in zip(scales, curves) { for i in sum.indices { sum[i] += scale * curve[i] } }
        return sum
    }

    /// Weights: counting statistics, and what the accepted phases' curves are trusted to.
    ///
    /// A misfit of intensity, width or position concerns all points of a line alike. Points are weighted as if they were
    /// independent, so its variance counts as often as there are points in a line's width; and it reaches as far to either
    /// side as flanks do.
    func weights(for peaks: [Double]) -> [Double] {
        let points = max(1, pattern.lineWidth / pattern.step)
        let reach = Int((0.6 * points).rounded())
        let highest = Self.highest(peaks, reach)
        return pattern.variances.indices.map { i in
            let error = options.modelError * highest[i]
            return 1 / (pattern.variances[i] + error * error * points)
        }
    }

    /// The highest value within `reach` points of each.
    private static func highest(_ values: [Double], _ reach: Int) -> [Double] {
        guard reach > 0 else { return values }
        return values.indices.map { i in
            var top = 0.0
            for j in max(0, i - reach)...min(values.count - 1, i + reach) where values[j] > top { top = values[j] }
            return top
        }
    }

    func residual(beside peaks: [Double]) -> [Double] {
        peaks.indices.map { pattern.intensities[$0] - pattern.background[$0] - background[$0] - peaks[$0] }
    }

    // MARK: - One round

    private mutating func bestCandidate() throws -> Accepted? {
        let peaks = modelledPeaks(), residual = residual(beside: peaks), weights = weights(for: peaks)
        let signal = PatternSignal(pattern, residual: residual, weights: weights)
        let screened = try screened(signal, residual, weights)
        guard !screened.isEmpty else { return nil }
        let without = try chi2(weights, phase: nil).chi2
        var trials: [Accepted] = []
        for entry in screened {
            let candidate = candidates[entry.index]
            let search = StrainSearch(candidate, signal: signal, wavelength: pattern.emission[0].wavelength)
            // Where lines are many, the best shift of all may be a wrong one: the cell as it is gets its chance too.
            let groups = candidate.axisGroups.count
            let places = (abs(entry.score.strain) > 0.002 ? [entry.score.strain, 0] : [entry.score.strain]).map {
                search.best(
                    strains: Array(repeating: $0, count: groups), displacement: entry.score.displacement,
                    isHeld: !accepted.isEmpty)
            }
            guard let place = places.max(by: { Self.merit($0) < Self.merit($1) }) else { continue }
            var score = entry.score
            score.displacement = place.displacement
            var trial = Accepted(
                lines: candidate,
                parameters: .init(strains: place.strains, size: 0.3 * pattern.lineWidth, microstrain: 0),
                score: score, coverage: 0, gain: 0, alternatives: [])
            let with = try chi2(weights, phase: trial)
            trial.gain = without - with.chi2
            trial.coverage = coverage(
                candidate, strains: place.strains, displacement: place.displacement, residual, weights)
            trial.evidence = evidence(trial, scale: with.scale, peaks, signal)
            guard with.scale > 0, trial.evidence.contains(where: { $0.role == .confirming }) else { continue }
            trials.append(trial)
        }
        trials.sort { merit($0) > merit($1) }
        var fitted: [Accepted] = []
        for trial in trials where fitted.count < Self.fitted {
            guard let (fit, scale) = try refined(trial, weights, without: without) else { continue }
            var better = fit
            better.coverage = coverage(
                better.lines, strains: better.parameters.strains, displacement: better.score.displacement, residual,
                weights)
            better.evidence = evidence(better, scale: scale, peaks, signal)
            guard better.gain > leastSignificance * leastSignificance, isBelievable(better) else { continue }
            fitted.append(better)
        }
        guard var winner = fitted.max(by: { merit($0) < merit($1) }) else { return nil }
        let best = merit(winner)
        let names = Set(fitted.map(\.lines.name))
        winner.alternatives = (fitted + trials.filter { !names.contains($0.lines.name) }).filter {
            $0.lines.name != winner.lines.name && merit($0) > 0.8 * best
        }.sorted { merit($0) > merit($1) }.map(\.lines.name)
        return winner
    }

    /// How much speaks for a trial: what it explains, less where lines are missing or its cell must be stretched.
    private func merit(_ trial: Accepted) -> Double {
        let strain = trial.parameters.strains.map(abs).max() ?? 0
        return trial.gain * trial.coverage * trial.coverage * exp(-strain / 0.01)
    }

    private static func merit(_ place: StrainSearch.Result) -> Double {
        place.significance * exp(-(place.strains.map(abs).max() ?? 0) / 0.02)
    }

    /// The candidates worth a closer look: screened by their line lists, then by the matched filter.
    private mutating func screened(
        _ signal: PatternSignal, _ residual: [Double], _ weights: [Double]
    ) throws -> [(index: Int, score: MatchedFilter.Score)] {
        // The height of the specimen is known once the first phase is.
        let displacements =
            accepted.isEmpty ? stride(from: -0.18, through: 0.18, by: 0.06).map { $0 } : [parameters.displacement]
        screen.setSignal(signal, displacements: displacements)
        let taken = Set(accepted.map(\.lines.name)).union(rejected)
        let coarse = screen.scores(screenLines).enumerated().compactMap { index, score in
            score.flatMap { score -> (index: Int, score: LineScreen.Score)? in
                // Single places lie up to half a step of the axis beside the lines.
                guard score.significance > 0.8 * leastSignificance, score.coverage > 0.5,
                    !taken.contains(candidates[index].name)
                else { return nil }
                return (index, score)
            }
        }.sorted {
            $0.score.significance * pow($0.score.coverage, 3) > $1.score.significance * pow($1.score.coverage, 3)
        }
        filter.setResidual(residual, weights: weights)
        var found: [(index: Int, score: MatchedFilter.Score, merit: Double)] = []
        for entry in coarse.prefix(Self.filtered) {
            let candidate = candidates[entry.index]
            guard
                let score = try filter.score(
                    candidate, index: entry.index, displacement: entry.score.displacement),
                passes(score)
            else { continue }
            let presence = coverage(
                candidate, strain: score.strain, displacement: score.displacement, residual, weights)
            guard presence > 0.55 else { continue }
            found.append((entry.index, score, score.significance * pow(presence, 3)))
        }
        return found.sorted { $0.merit > $1.merit }.prefix(Self.shortlisted).map { ($0.index, $0.score) }
    }

    /// Whether the matched filter says more than chance would.
    func passes(_ score: MatchedFilter.Score) -> Bool {
        score.significance > leastSignificance && score.prominence > 3 && score.chance < 0.01
    }

    /// Chi squared of what is accepted, with its scales and the background fitted, and of one more phase as it stands,
    /// with the scale of that.
    private func chi2(_ weights: [Double], phase: Accepted?) throws -> (chi2: Double, scale: Double) {
        var parameters = parameters
        if let phase {
            parameters.displacement = phase.score.displacement
            parameters.phases = [phase.parameters]
        }
        var problem = PowderProblem(
            pattern, phases: phase.map { [$0.lines] } ?? [], parameters: parameters, weights: weights, fixed: curves,
            freedom: phase == nil ? [] : [[]], knots: knots, isCoarse: true)
        let solution = try Self.fit(&problem, limit: 1)
        return (solution.chi2, phase == nil ? 0 : solution.linear.last ?? 0)
    }

    /// The trial with its strains and width fitted beside what is there already, and what it gains.
    private func refined(_ trial: Accepted, _ weights: [Double], without: Double) throws -> (Accepted, scale: Double)? {
        var parameters = parameters
        parameters.displacement = trial.score.displacement
        parameters.phases = [trial.parameters]
        // The displacement of the first phase is found with it; later ones keep it.
        var problem = PowderProblem(
            pattern, phases: [trial.lines], parameters: parameters, weights: weights, fixed: curves,
            freedom: [[.size, .strains]], shared: accepted.isEmpty ? [.displacement] : [], knots: knots,
            isCoarse: true)
        let solution = try Self.fit(&problem, limit: 10)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        guard let scale = solution.linear.last, scale > 0 else { return nil }
        var found = trial
        found.score.displacement = problem.parameters.displacement
        found.parameters = problem.parameters.phases[0]
        found.gain = without - solution.chi2
        return (found, scale)
    }

    /// What the lines of a trial say beside the phases that are accepted, whose curves sum up to `peaks`.
    func evidence(_ trial: Accepted, scale: Double, _ peaks: [Double], _ signal: PatternSignal)
        -> [LineEvidence]
    {
        LineEvidence.lines(
            of: trial.lines, strains: trial.parameters.strains, displacement: trial.score.displacement, scale: scale,
            others: peaks, signal: signal, pattern: pattern)
    }

    static func fit(_ problem: inout PowderProblem, limit: Int) throws -> SeparableSolution {
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        return try solver.minimize(
            &problem, start: problem.start, options: SeparableOptions(tolerance: 1e-3, maximumEvaluations: limit))
    }

    /// Whether its lines are there, and its cell is not stretched to find them.
    func isBelievable(_ phase: Accepted) -> Bool {
        phase.coverage > Self.leastCoverage && phase.parameters.strains.allSatisfy { abs($0) < Self.believableStrain }
            && isConfirmed(phase)
    }

    /// Whether lines that no other phase hides are there: one where the elements are known, two where any phase may be,
    /// one more where the cell must be stretched; and they outweigh those that are missing.
    private func isConfirmed(_ phase: Accepted) -> Bool {
        let strain = phase.parameters.strains.map(abs).max() ?? 0
        let needed = (options.elements == nil ? 2 : 1) + (strain > Self.usualStrain ? 1 : 0)
        func share(_ role: LineEvidence.Role) -> Double {
            phase.evidence.reduce(0) { $0 + ($1.role == role ? $1.expected : 0) }
        }
        let all = phase.evidence.reduce(0) { $0 + $1.expected }
        let confirming = phase.evidence.count { $0.role == .confirming }
        return confirming >= min(needed, phase.evidence.count) && confirming > 0
            && share(.confirming) > Self.leastConfirmed * all && share(.confirming) > share(.contradicting)
    }

    // MARK: - All phases together

    /// Fits displacement, widths and strains of all accepted phases together.
    private mutating func polish(limit: Int, isCoarse: Bool) throws {
        if accepted.count == 1 { parameters.displacement = accepted[0].score.displacement }
        // Weights by the measured heights, not by the model's: a model that gave itself less weight where it stands would
        // run away.
        let weights = pattern.variances.indices.map { i in
            let height = max(0, pattern.intensities[i] - pattern.background[i])
            let error = Self.jointShare * options.modelError * height
            return 1 / (pattern.variances[i] + error * error)
        }
        var problem = PowderProblem(
            pattern, phases: accepted.map(\.lines), parameters: parameters, weights: weights,
            freedom: accepted.map { _ in [.size, .strains, .microstrain] }, shared: [.displacement, .instrument],
            knots: knots, isCoarse: isCoarse)
        let solution = try Self.fit(&problem, limit: limit)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        parameters = problem.parameters
        // The curves belong to the last point that was accepted.
        var final = PowderProblem(
            pattern, phases: accepted.map(\.lines), parameters: parameters, weights: weights,
            freedom: accepted.map { _ in [] }, knots: knots, isCoarse: isCoarse)
        let last = try Self.fit(&final, limit: 1)
        background = final.splineBackground(last.linear)
        curves = accepted.indices.map { final.curve($0) }
        scales = accepted.indices.map { last.linear[knots + $0] }
        takeOverCovariance(of: solution)
        for p in accepted.indices { accepted[p].parameters = parameters.phases[p] }
    }

    /// The covariance of the scales, raised where the model does not describe the data to their noise.
    private mutating func takeOverCovariance(of solution: SeparableSolution) {
        let first = solution.nonlinear.count + knots, count = accepted.count
        let all = solution.nonlinear.count + solution.linear.count
        let degrees = Double(max(1, pattern.count - all))
        let factor = max(1, solution.chi2 / degrees)
        scaleCovariance = solution.covariance().map { covariance in
            (0..<count).map { p in (0..<count).map { factor * covariance[(first + p) * all + first + $0] } }
        }
    }

    /// Takes out phases that the others have made needless, the weakest first: what was the best guess once may be
    /// nothing beside a phase that was found later.
    private mutating func prune() throws {
        while !accepted.isEmpty {
            var weakest: (index: Int, gain: Double)?
            let masses = zip(scales, accepted).map { $0 * $1.lines.density }
            let total = masses.reduce(0, +)
            for p in accepted.indices {
                let evidence = try evidence(of: p)
                accepted[p].coverage = evidence.coverage
                accepted[p].evidence = evidence.lines
                accepted[p].gain = evidence.gain
                let isNeeded =
                    evidence.gain > leastSignificance * leastSignificance && isBelievable(accepted[p])
                    && masses[p] > Self.leastShare * total
                if !isNeeded, evidence.gain < weakest?.gain ?? .infinity { weakest = (p, evidence.gain) }
            }
            guard let weakest else { return }
            rejected.insert(accepted[weakest.index].lines.name)
            accepted.remove(at: weakest.index)
            parameters.phases.remove(at: weakest.index)
            try polish(limit: 8, isCoarse: true)
        }
    }

    /// What phase `p` explains that all others cannot, weighted with what they are trusted to.
    private func evidence(of p: Int) throws -> (gain: Double, coverage: Double, lines: [LineEvidence]) {
        var others = [Double](repeating: 0, count: pattern.count)
        for q in accepted.indices where q != p { for i in others.indices { others[i] += scales[q] * curves[q][i] } }
        let weights = weights(for: others)
        let rest = accepted.indices.filter { $0 != p }.map { curves[$0] }
        func chi2(_ fixed: [[Double]]) throws -> (chi2: Double, linear: [Double], background: [Double]) {
            var problem = PowderProblem(
                pattern, phases: [], parameters: PowderParameters(), weights: weights, fixed: fixed, freedom: [],
                knots: knots)
            let solution = try Self.fit(&problem, limit: 1)
            return (solution.chi2, solution.linear, problem.splineBackground(solution.linear))
        }
        let with = try chi2(rest + [curves[p]]), without = try chi2(rest)
        var residual = zip(pattern.intensities, pattern.background).map { $0 - $1 }
        for i in residual.indices { residual[i] -= with.background[i] }
        for (k, curve) in rest.enumerated() {
            let scale = with.linear[knots + k]
            for i in residual.indices { residual[i] -= scale * curve[i] }
        }
        let presence = coverage(
            accepted[p].lines, strains: accepted[p].parameters.strains, displacement: parameters.displacement, residual,
            weights)
        let lines = LineEvidence.lines(
            of: accepted[p].lines, strains: accepted[p].parameters.strains, displacement: parameters.displacement,
            scale: with.linear.last ?? 0, others: others,
            signal: PatternSignal(pattern, residual: residual, weights: weights), pattern: pattern)
        return (without.chi2 - with.chi2, presence, lines)
    }

    /// The share of the model error that counts where all phases are fitted together and their widths are free: what is
    /// left is mostly texture. Chosen by judgement, not measured.
    private static let jointShare = 0.4
    /// The least share of its lines, by intensity, that a phase must show.
    private static let leastCoverage = 0.6
    /// The least share of the mass: what is less is below what such patterns can tell.
    static let leastShare = 0.003
    /// The least share of the lines, by intensity, that confirm a phase.
    private static let leastConfirmed = 0.05
    /// The strain up to which a cell is as one expects: of compounds, not of solid solutions.
    private static let usualStrain = 0.006
    /// The largest strain that is believed.
    private static let believableStrain = 0.0155

    // MARK: - Which lines are there

    private func coverage(
        _ phase: PhaseLines, strain: Double, displacement: Double, _ residual: [Double], _ weights: [Double]
    ) -> Double {
        coverage(
            phase, strains: phase.axisGroups.map { _ in strain }, displacement: displacement, residual, weights)
    }

    /// The share, by intensity, of the candidate's lines that are there or hidden: at least a third as strong as the
    /// amplitude wants, within two standard deviations.
    func coverage(
        _ phase: PhaseLines, strains: [Double], displacement: Double, _ residual: [Double], _ weights: [Double]
    ) -> Double {
        var clusters: [(center: Double, signal: Double, power: Double, intensity: Double)] = []
        let width = pattern.lineWidth, low = pattern.twoTheta[0], step = pattern.step
        let profile = PseudoVoigt(width: 1.2 * width, share: 0.5)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { slopes in
            strains.withUnsafeBufferPointer { strains in
                for line in phase.lines {
                    let spacing = phase.spacing(line, strains: strains, slopes: slopes)
                    guard
                        let angle = PowderPattern.twoTheta(spacing: spacing, wavelength: pattern.emission[0].wavelength)
                    else { continue }
                    let center = angle + displacement * cos(angle * .pi / 360)
                    guard pattern.range.contains(center) else { continue }
                    var signal = 0.0, power = 0.0
                    let first = max(0, Int((center - 1.5 * width - low) / step))
                    let last = min(pattern.count - 1, Int((center + 1.5 * width - low) / step) + 1)
                    guard first <= last else { continue }
                    for i in first...last {
                        let shape = line.intensity * profile.density(pattern.twoTheta[i] - center)
                        signal += weights[i] * residual[i] * shape
                        power += weights[i] * shape * shape
                    }
                    if let previous = clusters.last, center - previous.center < 1.2 * width {
                        let k = clusters.count - 1
                        clusters[k].signal += signal
                        clusters[k].power += power
                        clusters[k].intensity += line.intensity
                    } else {
                        clusters.append((center, signal, power, line.intensity))
                    }
                }
            }
        }
        let power = clusters.reduce(0) { $0 + $1.power }
        guard power > 0 else { return 0 }
        let amplitude = clusters.reduce(0) { $0 + $1.signal } / power
        guard amplitude > 0 else { return 0 }
        var there = 0.0, all = 0.0
        for cluster in clusters where cluster.power > 0 {
            let ratio = cluster.signal / cluster.power, deviation = 1 / cluster.power.squareRoot()
            all += cluster.intensity
            if ratio + 2 * deviation > 0.35 * amplitude { there += cluster.intensity }
        }
        return all > 0 ? there / all : 0
    }
}
