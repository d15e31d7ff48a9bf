import Foundation
import SpectralMath
import Spectra

/// Turns the end of a refinement into numbers with uncertainties.
struct RefinementSummary {
    private let run: RefinementRun
    private let stage: RefinementRun.Stage
    let statistics: RefinementStatistics
    /// The covariance of all parameters (quantities, background, scales), serial correlation included; `nil` where the
    /// data do not determine them.
    private let covariance: [Double]?
    private let count: Int

    init(_ run: RefinementRun, _ stage: RefinementRun.Stage) {
        self.run = run
        self.stage = stage
        count = stage.solution.isHeld.count
        let parameters = stage.solution.isHeld.count { !$0 }
        let data = run.curve.intensities
        var (chi2, weighted, net, absolute, sum) = (0.0, 0.0, 0.0, 0.0, 0.0)
        var residuals: [Double] = []
        for i in data.indices {
            let w = 1 / run.variances[i], miss = data[i] - stage.calculated[i]
            chi2 += w * miss * miss
            weighted += w * data[i] * data[i]
            let above = data[i] - stage.background[i]
            net += w * above * above
            absolute += abs(miss)
            sum += abs(data[i])
            residuals.append(miss * w.squareRoot())
        }
        let correlation = SerialCorrelation(residuals, parameters: parameters)
        statistics = RefinementStatistics(
            points: data.count, parameters: parameters, chi2: chi2, weightedProfileR: (chi2 / weighted).squareRoot(),
            weightedProfileRWithoutBackground: (chi2 / max(net, .leastNormalMagnitude)).squareRoot(),
            profileR: absolute / max(sum, .leastNormalMagnitude),
            expectedR: (Double(max(1, data.count - parameters)) / weighted).squareRoot(), correlation: correlation)
        let inflation = correlation.factor * correlation.factor
        covariance = stage.solution.covariance()?.map { $0 * inflation }
    }

    // MARK: - Single quantities

    private func covariance(_ i: Int, _ j: Int) -> Double { covariance?[i * count + j] ?? 0 }

    private func uncertainty(_ index: Int) -> Double? {
        guard covariance != nil, !stage.solution.isHeld[index] else { return nil }
        let variance = covariance(index, index)
        return variance > 0 ? variance.squareRoot() : nil
    }

    private func place(_ quantity: RefinementQuantity) -> Int? { stage.free.firstIndex(of: quantity) }

    /// A quantity with its uncertainty, which is `nil` where it was held.
    func measured(_ quantity: RefinementQuantity) -> Measured {
        Measured(run.values[quantity], standardUncertainty: place(quantity).flatMap(uncertainty))
    }

    /// Where the scale of a phase is among all parameters.
    private func scalePlace(_ phase: Int) -> Int { count - stage.templates.count + phase }

    var instrumentWidths: LineWidths {
        if let known = run.options.instrument { return known }
        return run.widths.caglioti(run.values)
    }

    // MARK: - Weight fractions

    /// Mass per scale of each phase; `nil` where there are no structures.
    private var masses: [Double]? {
        guard run.options.intensities == .structure else { return nil }
        var result: [Double] = []
        for (p, phase) in run.phases.enumerated() {
            guard let density = phase.density, let cell = phase.cell.cell(run.values.phases[p].cell) else { return nil }
            // Strengths are m |F|^2 / V_0^2; the volume of the phase goes as S (V/V_0)^2, its density as V_0 / V.
            result.append(density * cell.volume / phase.volume)
        }
        return result
    }

    /// Weight fractions with their covariance.
    var fractions: (values: [Double], covariance: [[Double]])? {
        guard let masses else { return nil }
        let scales = masses.indices.map { stage.solution.linear[scalePlace($0) - stage.free.count] }
        let parts = zip(scales, masses).map(*)
        let total = parts.reduce(0, +)
        guard total > 0 else { return nil }
        let values = parts.map { $0 / total }
        // dw_p / dS_q = m_q (delta_pq - w_p) / total.
        let slopes = values.indices.map { p in
            values.indices.map { q in masses[q] * ((p == q ? 1 : 0) - values[p]) / total }
        }
        let n = values.count
        let covariance = (0..<n).map { a in
            (0..<n).map { b in
                var sum = 0.0
                for i in 0..<n {
                    for j in 0..<n {
                        sum += slopes[a][i] * slopes[b][j] * self.covariance(scalePlace(i), scalePlace(j))
                    }
                }
                return sum
            }
        }
        return (values, covariance)
    }

    // MARK: - Phases

    func phases(_ requests: [RefinementPhase]) -> [RefinedPhase] {
        let fractions = fractions
        var result = requests.indices.map { phase($0, requests[$0], fractions) }
        addReferenceRatios(&result)
        return result
    }

    private func phase(
        _ p: Int, _ request: RefinementPhase, _ fractions: (values: [Double], covariance: [[Double]])?
    ) -> RefinedPhase {
        let own = run.values.phases[p], reflections = run.phases[p]
        let cell = reflections.cell.cell(own.cell) ?? request.cell
        let cellSlopes = reflections.cell.slopes(own.cell) {
            [$0.a, $0.b, $0.c, $0.alpha, $0.beta, $0.gamma, $0.volume]
        }
        let uncertainties = cellUncertainties(p, cellSlopes)
        let volume = Measured(cell.volume, standardUncertainty: uncertainties?.last)
        let isStructure = run.options.intensities == .structure
        let scale: Measured
        if run.options.intensities == .pawley {
            scale = Measured(stage.curves[p].reduce(0, +) * run.curve.step)
        } else {
            let place = scalePlace(p)
            scale = Measured(
                stage.solution.linear[place - stage.free.count], standardUncertainty: uncertainty(place))
        }
        let list = refinedReflections(p)
        let sizeWidth = measured(.size(phase: p)), strainWidth = measured(.microstrain(phase: p))
        let wavelength = run.emission.primary.wavelength
        let density = run.phases[p].density.map { density in
            let value = density * reflections.volume / cell.volume
            return Measured(value, standardUncertainty: uncertainties.map { value * $0[6] / cell.volume })
        }
        let observed = list.reduce(0) { $0 + abs($1.observed.value) }
        return RefinedPhase(
            name: request.name, formula: request.structure?.formula.description ?? "", cell: cell,
            cellUncertainties: uncertainties.map { Array($0.prefix(6)) },
            crystalSystem: request.spaceGroup.crystalSystem, volume: volume, density: density, scale: scale,
            significance: scale.standardUncertainty.map { scale.value / $0 } ?? 0,
            weightFraction: fractions.map {
                let variance = $0.covariance[p][p]
                return Measured($0.values[p], standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
            }, referenceRatioFraction: nil, referenceIntensityRatio: nil, sizeWidth: sizeWidth,
            strainWidth: strainWidth,
            size: Self.clear(sizeWidth).map { width in
                let value = run.options.shapeFactor * wavelength / (width.value * .pi / 180)
                return Measured(value, standardUncertainty: width.standardUncertainty.map { value * $0 / width.value })
            },
            microstrain: Self.clear(strainWidth).map { width in
                Measured(
                    width.value * .pi / 720, standardUncertainty: width.standardUncertainty.map { $0 * .pi / 720 })
            }, textureDirection: isStructure ? run.textures[p] : nil,
            texture: isStructure && run.textures[p] != nil ? measured(.texture(phase: p)) : nil,
            overallB: isStructure && place(.overallB(phase: p)) != nil ? measured(.overallB(phase: p)) : nil,
            braggR: observed > 0 ? list.reduce(0) { $0 + abs($1.observed.value - $1.calculated) } / observed : 0,
            reflections: list, curve: stage.curves[p], structure: request.structure?.withCell(cell),
            spaceGroup: request.spaceGroup, refinedCell: refinedCell(p))
    }

    private func refinedCell(_ p: Int) -> RefinedCell? {
        let freedom = run.phases[p].cell
        let places = (0..<freedom.count).map { place(.cell(phase: p, parameter: $0)) }
        guard covariance != nil, places.contains(where: { $0 != nil }) else { return nil }
        return RefinedCell(
            freedom: freedom, parameters: run.values.phases[p].cell,
            covariance: places.map { a in
                places.map { b in
                    guard let a, let b else { return 0 }
                    return covariance(a, b)
                }
            })
    }

    /// A width that is above zero by three of its uncertainties.
    private static func clear(_ width: Measured) -> Measured? {
        guard let u = width.standardUncertainty, width.value > 3 * u else { return nil }
        return width
    }

    /// Of the six parameters and the volume; `nil` where the cell was held.
    private func cellUncertainties(_ p: Int, _ slopes: [[Double]]) -> [Double]? {
        let places = slopes.indices.map { place(.cell(phase: p, parameter: $0)) }
        guard covariance != nil, places.contains(where: { $0.flatMap(uncertainty) != nil }),
            slopes.allSatisfy({ $0.count == 7 })
        else { return nil }
        return (0..<7).map { k in
            var variance = 0.0
            for (i, a) in places.enumerated() {
                for (j, b) in places.enumerated() {
                    guard let a, let b else { continue }
                    variance += slopes[i][k] * slopes[j][k] * covariance(a, b)
                }
            }
            let sigma = max(variance, 0).squareRoot()
            // What symmetry fixes has no uncertainty but rounding.
            return sigma < 1e-9 ? 0 : sigma
        }
    }

    private func refinedReflections(_ p: Int) -> [RefinedReflection] {
        let phase = run.phases[p]
        let metric = phase.cell.metric(run.values.phases[p].cell)
        let model = run.model()
        let low = run.curve.twoTheta[0], high = run.curve.twoTheta[run.curve.count - 1]
        let factor = statistics.correlation.factor
        var result: [RefinedReflection] = []
        var seen: Set<Int> = []
        for line in model.lines where line.phase == p && seen.insert(line.reflection).inserted {
            guard let center = model.center(line, metric: metric, run.values)?.center, center >= low, center <= high
            else { continue }
            let pair = stage.intensities[p][line.reflection]
            result.append(
                RefinedReflection(
                    index: phase.indices[line.reflection], spacing: 1 / metric.form(line.index).squareRoot(),
                    twoTheta: center, calculated: pair.calculated * run.curve.step,
                    observed: Measured(
                        pair.observed * run.curve.step,
                        standardUncertainty: pair.standardUncertainty.map { $0 * run.curve.step * factor })))
        }
        return result.sorted { $0.twoTheta < $1.twoTheta }
    }

    // MARK: - I/Ic

    /// Weight fractions by I/Ic and the strongest line of each phase alone.
    private func addReferenceRatios(_ phases: inout [RefinedPhase]) {
        guard run.options.intensities == .structure, let masses else { return }
        var parts: [Double] = []
        for p in phases.indices {
            if let structure = phases[p].structure {
                let settings = PowderPattern.Settings(
                    emission: run.emission, twoTheta: 2...min(run.curve.twoTheta.last ?? 90, 160), optics: run.optics)
                phases[p].referenceIntensityRatio =
                    (try? PowderPattern(structure, settings: settings))?.referenceIntensityRatio
            }
            guard let strongest = phases[p].reflections.max(by: { $0.calculated < $1.calculated }),
                strongest.calculated > 0
            else { return }
            parts.append(masses[p] * phases[p].scale.value * max(strongest.observed.value, 0) / strongest.calculated)
        }
        let total = parts.reduce(0, +)
        guard total > 0 else { return }
        for p in phases.indices { phases[p].referenceRatioFraction = parts[p] / total }
    }

    // MARK: - Correlations and findings

    func name(_ quantity: RefinementQuantity) -> String {
        quantity.phase.map { "\(run.requests[$0].name): \(quantity.title)" } ?? quantity.title
    }

    var correlations: (names: [String], matrix: [[Double]]) {
        let free = stage.free
        let matrix = free.indices.map { i in
            free.indices.map { j -> Double in
                let scale = (covariance(i, i) * covariance(j, j)).squareRoot()
                return scale > 0 ? covariance(i, j) / scale : (i == j ? 1 : 0)
            }
        }
        return (free.map(name), matrix)
    }

    func findings(converged: Bool) -> [Finding] {
        var result: [Finding] = []
        func note(_ rule: String, _ severity: Finding.Severity, _ message: String) {
            result.append(Finding(rule: rule, severity: severity, message: message))
        }
        if !converged { note("not-converged", .warning, "the fit ended before it converged") }
        for (quantity, reason) in run.held {
            if case .cell(let phase, _) = quantity {
                note("parameter-held", .note, "\(run.requests[phase].name): a parameter of the cell is held: \(reason)")
            } else {
                note("parameter-held", .note, "\(name(quantity)) is held at \(shown(run.values[quantity])): \(reason)")
            }
        }
        for (j, quantity) in stage.free.enumerated() where stage.solution.isHeld[j] {
            let value = run.values[quantity], bounds = quantity.bounds
            // Widths of zero and no more asymmetry are answers.
            let isZero = value - bounds.lowerBound < 1e-6, isWidth = quantity.isWidth
            let isSymmetric = quantity == .axialDivergence && value < 0.003
            if (isZero && isWidth) || isSymmetric { continue }
            note(
                "parameter-at-bound", .warning, "\(name(quantity)) ended at its bound \(shown(value)): look at the fit")
        }
        for p in run.phases.indices {
            let b = run.values.phases[p].overallB
            guard stage.free.contains(.overallB(phase: p)), abs(b) > 1.2 else { continue }
            note(
                "implausible-B", .warning,
                "\(run.requests[p].name): an overall B of \(shown(b)) A^2 on top of the structure's own stands for something "
                    + "else (absorption, rough surface, texture, occupancies), and the weight fractions go with it")
        }
        if covariance == nil {
            note("undetermined", .warning, "the data do not determine all parameters: there are no uncertainties")
        }
        let correlations = correlations
        for i in stage.free.indices {
            for j in 0..<i where abs(correlations.matrix[i][j]) > 0.98 {
                note(
                    "correlated", .note,
                    String(
                        format: "%@ and %@ are correlated by %.3f", correlations.names[j], correlations.names[i],
                        correlations.matrix[i][j]))
            }
        }
        for (p, phase) in run.phases.enumerated() {
            result += phase.findings.filter { $0.severity > .note }.map {
                Finding(rule: $0.rule, severity: $0.severity, message: "\(run.requests[p].name): \($0.message)")
            }
            if run.options.intensities == .structure {
                let place = scalePlace(p), value = stage.solution.linear[place - stage.free.count]
                let sigma = uncertainty(place)
                if sigma.map({ value < 3 * $0 }) ?? (value <= 0) {
                    note(
                        "phase-not-seen", .warning,
                        "\(run.requests[p].name) is not above three standard uncertainties: the pattern does not show it"
                    )
                }
            }
        }
        return result
    }

    private func shown(_ value: Double) -> String { String(format: "%.4g", value) }
}

extension RefinementQuantity {
    /// Whether zero is a sensible end.
    fileprivate var isWidth: Bool {
        switch self {
        case .size, .microstrain, .gaussianLow, .gaussianMiddle, .gaussianHigh: true
        default: false
        }
    }
}
