import Foundation
import SpectralMath

/// How phases are looked for.
public struct IdentificationOptions: Sendable, Hashable {
    /// The elements that may occur; `nil` for any.
    public var elements: Set<String>?
    /// The most phases that are accepted.
    public var maximumPhases: Int
    /// The least significance of a phase in standard deviations; `nil` for 6, or 4 where elements are given.
    public var significance: Double?
    /// How well computed relative intensities are trusted: what texture and imperfect models make of a line, relative to
    /// its height. Phases that only mend such misfits are not accepted.
    public var modelError: Double

    /// Options.
    public init(
        elements: Set<String>? = nil, maximumPhases: Int = 8, significance: Double? = nil, modelError: Double = 0.12
    ) {
        self.elements = elements
        self.maximumPhases = maximumPhases
        self.significance = significance
        self.modelError = modelError
    }
}

/// Finds the phases of a pattern among candidates, one after another in what the others leave unexplained.
struct PhaseSearch: ~Copyable {
    /// An accepted phase.
    struct Accepted: Sendable {
        var lines: PhaseLines
        var parameters: PowderParameters.Phase
        var score: MatchedFilter.Score
        var coverage: Double
        /// The decrease of chi squared, weighted with the model error, when it was added.
        var gain: Double
        var alternatives: [String]
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
    /// Candidates that were accepted once and then taken out.
    private var rejected: Set<String> = []
    private var filter: MatchedFilter
    private let knots: Int

    init(_ pattern: ObservedPattern, candidates: [PhaseLines], options: IdentificationOptions) throws {
        self.pattern = pattern
        self.options = options
        self.candidates = candidates
        filter = try MatchedFilter(pattern)
        background = [Double](repeating: 0, count: pattern.count)
        let span = pattern.range.upperBound - pattern.range.lowerBound
        knots = min(max(Int(span / 6) + 1, 6), 24)
        parameters.gaussianWidth = 0.75 * pattern.lineWidth
    }

    private var leastSignificance: Double { options.significance ?? (options.elements == nil ? 6 : 4) }

    /// Looks for phases until none is left that is seen.
    mutating func run() throws {
        while accepted.count < options.maximumPhases {
            guard let next = try bestCandidate() else { break }
            accepted.append(next)
            parameters.phases.append(next.parameters)
            try polish()
            try prune()
        }
    }

    // MARK: - What is unexplained

    private func peaks() -> [Double] {
        var sum = [Double](repeating: 0, count: pattern.count)
        for (scale, curve) in zip(scales, curves) { for i in sum.indices { sum[i] += scale * curve[i] } }
        return sum
    }

    /// Weights: counting statistics, and what the accepted phases' curves are trusted to.
    ///
    /// A misfit of intensity, width or position concerns all points of a line alike. Points are weighted as if they were
    /// independent, so its variance counts as often as there are points in a line's width; and it reaches as far to either
    /// side as flanks do.
    private func weights(_ peaks: [Double]) -> [Double] {
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

    private func residual(_ peaks: [Double]) -> [Double] {
        peaks.indices.map { pattern.intensities[$0] - pattern.background[$0] - background[$0] - peaks[$0] }
    }

    // MARK: - One round

    private mutating func bestCandidate() throws -> Accepted? {
        let peaks = peaks(), residual = residual(peaks), weights = weights(peaks)
        // The height of the specimen is known once the first phase is.
        let displacements =
            accepted.isEmpty ? stride(from: -0.18, through: 0.18, by: 0.06).map { $0 } : [parameters.displacement]
        try filter.setResidual(residual, weights: weights, displacements: displacements)
        var screened: [(index: Int, score: MatchedFilter.Score, coverage: Double)] = []
        for (index, candidate) in candidates.enumerated() {
            guard !rejected.contains(candidate.name), !accepted.contains(where: { $0.lines.name == candidate.name }),
                let score = try filter.score(candidate), score.significance > leastSignificance,
                score.prominence > 3, score.chance < 0.01
            else { continue }
            let presence = coverage(
                candidate, strain: score.strain, displacement: score.displacement, residual, weights)
            guard presence > 0.55 else { continue }
            screened.append((index, score, presence))
        }
        screened.sort { $0.score.significance * pow($0.coverage, 3) > $1.score.significance * pow($1.coverage, 3) }
        var trials: [(Accepted, merit: Double)] = []
        for entry in screened.prefix(12) {
            let candidate = candidates[entry.index]
            // Where lines are many, the best shift of all may be a wrong one: the cell as it is gets its chance too.
            var best: (Accepted, merit: Double)?
            var starts: [(strain: Double, freedom: PowderFreedom)] = [
                (entry.score.strain, [.size]), (entry.score.strain, [.size, .strains]),
            ]
            if abs(entry.score.strain) > 0.002 { starts.append((0, [.size, .strains])) }
            for start in starts {
                var score = entry.score
                score.strain = start.strain
                guard var trial = try refined(candidate, score, weights, start.freedom) else { continue }
                trial.coverage = coverage(
                    candidate, strains: trial.parameters.strains, displacement: trial.score.displacement, residual,
                    weights)
                guard trial.gain > leastSignificance * leastSignificance, isBelievable(trial) else { continue }
                let strain = trial.parameters.strains.map(abs).max() ?? 0
                let merit = trial.gain * trial.coverage * trial.coverage * exp(-strain / 0.01)
                if merit > best?.merit ?? 0 { best = (trial, merit) }
            }
            if let best { trials.append(best) }
        }
        guard let best = trials.max(by: { $0.merit < $1.merit }) else { return nil }
        var winner = best.0
        winner.alternatives = trials.filter {
            $0.0.lines.name != winner.lines.name && $0.merit > 0.8 * best.merit
        }.sorted { $0.merit > $1.merit }.map(\.0.lines.name)
        return winner
    }

    /// The candidate with its strains and width fitted beside what is there already, and what it gains.
    private func refined(
        _ candidate: PhaseLines, _ score: MatchedFilter.Score, _ weights: [Double], _ freedom: PowderFreedom
    ) throws -> Accepted? {
        var parameters = parameters
        parameters.displacement = score.displacement
        parameters.phases = [
            .init(
                strains: candidate.axisGroups.map { _ in score.strain }, size: 0.3 * pattern.lineWidth, microstrain: 0)
        ]
        var base = PowderProblem(
            pattern, phases: [], parameters: PowderParameters(), weights: weights, fixed: curves, freedom: [],
            knots: knots)
        let without = try Self.fit(&base, limit: 2)
        // The displacement of the first phase is found with it; later ones keep it.
        let isFirst = accepted.isEmpty
        var isotropic = PowderProblem(
            pattern, phases: [candidate], parameters: parameters, weights: weights, fixed: curves,
            freedom: [freedom], shared: isFirst ? [.displacement] : [], knots: knots)
        let solution = try Self.fit(&isotropic, limit: 14)
        solution.nonlinear.withUnsafeBufferPointer { isotropic.set($0) }
        guard let scale = solution.linear.last, scale > 0 else { return nil }
        var found = score
        found.displacement = isotropic.parameters.displacement
        return Accepted(
            lines: candidate, parameters: isotropic.parameters.phases[0], score: found, coverage: 0,
            gain: without.chi2 - solution.chi2, alternatives: [])
    }

    private static func fit(_ problem: inout PowderProblem, limit: Int) throws -> SeparableSolution {
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        return try solver.minimize(
            &problem, start: problem.start, options: SeparableOptions(tolerance: 1e-3, maximumEvaluations: limit))
    }

    /// Whether its lines are there, and its cell is not stretched to find them.
    private func isBelievable(_ phase: Accepted) -> Bool {
        phase.coverage > Self.leastCoverage && phase.parameters.strains.allSatisfy { abs($0) < Self.believableStrain }
    }

    // MARK: - All phases together

    /// Fits displacement, widths and strains of all accepted phases together.
    private mutating func polish() throws {
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
            knots: knots)
        let solution = try Self.fit(&problem, limit: 30)
        solution.nonlinear.withUnsafeBufferPointer { problem.set($0) }
        parameters = problem.parameters
        // The curves belong to the last point that was accepted.
        var final = PowderProblem(
            pattern, phases: accepted.map(\.lines), parameters: parameters, weights: weights,
            freedom: accepted.map { _ in [] }, knots: knots)
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
        while accepted.count > 1 {
            var weakest: (index: Int, gain: Double)?
            let masses = zip(scales, accepted).map { $0 * $1.lines.density }
            let total = masses.reduce(0, +)
            for p in accepted.indices {
                let evidence = try evidence(of: p)
                accepted[p].coverage = evidence.coverage
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
            try polish()
        }
    }

    /// What phase `p` explains that all others cannot, weighted with what they are trusted to.
    private func evidence(of p: Int) throws -> (gain: Double, coverage: Double) {
        var others = [Double](repeating: 0, count: pattern.count)
        for q in accepted.indices where q != p { for i in others.indices { others[i] += scales[q] * curves[q][i] } }
        let weights = weights(others)
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
        return (without.chi2 - with.chi2, presence)
    }

    /// The share of the model error that counts where all phases are fitted together and their widths are free: what is
    /// left is mostly texture. Chosen by judgement, not measured.
    private static let jointShare = 0.4
    /// The least share of its lines, by intensity, that a phase must show.
    private static let leastCoverage = 0.6
    /// The least share of the mass: what is less is below what such patterns can tell.
    private static let leastShare = 0.003
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
    private func coverage(
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
