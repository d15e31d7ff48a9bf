import Foundation
import SpectralMath

/// Free or held values of everything that is not linear in the model of a powder pattern.
struct PowderParameters: Sendable {
    /// What belongs to one phase.
    struct Phase: Sendable {
        /// Relative stretch of each group of axes.
        var strains: [Double]
        /// The Lorentzian's full width X / cos(theta), degrees: size.
        var size: Double = 0.02
        /// The Lorentzian's full width Y tan(theta), degrees: microstrain.
        var microstrain: Double = 0
    }

    /// The shift of lines by the height of the specimen, displacement x cos(theta), degrees.
    var displacement = 0.0
    /// The Gaussian's full width sqrt(W^2 + (U tan(theta))^2), degrees.
    var gaussianWidth = 0.08
    var gaussianSlope = 0.0
    var phases: [Phase] = []
}

/// Which of the parameters are fitted.
struct PowderFreedom: OptionSet, Sendable {
    let rawValue: Int
    static let displacement = PowderFreedom(rawValue: 1)
    static let instrument = PowderFreedom(rawValue: 2)
    static let strains = PowderFreedom(rawValue: 4)
    static let size = PowderFreedom(rawValue: 8)
    static let microstrain = PowderFreedom(rawValue: 16)
}

/// The sum of background and phases over the points of a pattern, as the separable solver sees it.
///
/// Columns: background functions, fixed curves, phases (unit scale), the data, and the derivatives of the phases. Lines
/// are pseudo-Voigts with Thompson-Cox-Hastings widths, cut at a multiple of their width and raised by what is lost.
struct PowderProblem: ~Copyable, SeparableProblem {
    /// A parameter of theta: of which phase (`nil` for all), and its place among the phase's derivatives.
    private struct Free {
        var phase: Int?
        var kind: Int
    }

    let nonlinearBounds: [ClosedRange<Double>]
    let linearBounds: [ClosedRange<Double>]
    var dataCount: Int { pattern.count }

    let pattern: ObservedPattern
    let phases: [PhaseLines]
    let fixedCount: Int
    let backgroundCount: Int
    private(set) var parameters: PowderParameters
    private let free: [Free]
    private let columns: SpectralColumns
    private let firstDerivative: [Int]
    private let gramCount: Int
    private var gram: [Double]
    private var projected: [Double]
    private var modelCoefficients: [Double]
    /// Which phases are drawn anew at each evaluation.
    private let isMoving: [Bool]
    private var isDrawn: [Bool]
    /// Whether the products of columns that never change are there.
    private var hasConstantRows = false

    /// Places of a phase's derivatives: displacement, W, U, size, microstrain, strains.
    private static let strainPlace = 5
    /// Where the strongest line is cut, in full widths, and where any line is at the least.
    private static let reach = 14.0
    private static let leastReach = 4.0
    private let isCoarse: Bool

    /// - Parameters:
    ///   - fixed: curves whose scales are fitted, not less than zero.
    ///   - isCoarse: whether the tails of weak lines are left out: quicker, but scales of phases with many weak lines
    ///     come out too large.
    ///   - freedom: what is fitted of each phase; `shared` what is fitted of the instrument.
    init(
        _ pattern: ObservedPattern, phases: [PhaseLines], parameters: PowderParameters, weights: [Double],
        fixed: [[Double]] = [], freedom: [PowderFreedom], shared: PowderFreedom = [], knots: Int,
        isCoarse: Bool = false
    ) {
        self.isCoarse = isCoarse
        self.pattern = pattern
        self.phases = phases
        self.parameters = parameters
        fixedCount = fixed.count
        backgroundCount = knots
        var free: [Free] = [], bounds: [ClosedRange<Double>] = []
        if shared.contains(.displacement) {
            free.append(Free(phase: nil, kind: 0))
            bounds.append(-0.5...0.5)
        }
        if shared.contains(.instrument) {
            free.append(Free(phase: nil, kind: 1))
            bounds.append(0.3 * pattern.step...max(1, pattern.step))
            free.append(Free(phase: nil, kind: 2))
            bounds.append(0...2)
        }
        for (p, phase) in phases.enumerated() {
            if freedom[p].contains(.size) {
                free.append(Free(phase: p, kind: 3))
                bounds.append(1e-4...1)
            }
            if freedom[p].contains(.microstrain) {
                free.append(Free(phase: p, kind: 4))
                bounds.append(0...1.5)
            }
            if freedom[p].contains(.strains) {
                for k in phase.axisGroups.indices {
                    free.append(Free(phase: p, kind: Self.strainPlace + k))
                    // A step at a time: far from its start a cell finds other phases' lines.
                    let start = parameters.phases[p].strains[k]
                    bounds.append(max(-0.02, start - 0.004)...max(-0.0199, min(0.02, start + 0.004)))
                }
            }
        }
        self.free = free
        nonlinearBounds = bounds
        linearBounds =
            Array(repeating: -Double.infinity...Double.infinity, count: knots)
            + Array(repeating: 0...Double.infinity, count: fixed.count + phases.count)
        let dataColumn = knots + fixed.count + phases.count
        var next = dataColumn + 1
        var first: [Int] = []
        for phase in phases {
            first.append(next)
            next += Self.strainPlace + phase.axisGroups.count
        }
        firstDerivative = first
        gramCount = next
        gram = Array(repeating: 0, count: next * next)
        projected = Array(repeating: 0, count: next)
        modelCoefficients = Array(repeating: 0, count: dataColumn)
        columns = SpectralColumns(abscissa: pattern.twoTheta, columnCount: next)
        isMoving = phases.indices.map { p in free.contains { $0.phase == nil || $0.phase == p } }
        isDrawn = Array(repeating: false, count: phases.count)
        _ = columns.pointWeights.update(fromContentsOf: weights)
        let data = zip(pattern.intensities, pattern.background).map { $0 - $1 }
        _ = columns.column(dataColumn).update(fromContentsOf: data)
        for (k, curve) in fixed.enumerated() { _ = columns.column(knots + k).update(fromContentsOf: curve) }
        fillBackground(knots)
    }

    /// Linear splines at equal distances, which take up what the first background left.
    private func fillBackground(_ knots: Int) {
        guard knots > 0 else { return }
        let low = pattern.twoTheta[0], span = pattern.twoTheta[pattern.count - 1] - low
        let spacing = knots > 1 ? span / Double(knots - 1) : span
        for k in 0..<knots {
            let column = columns.column(k)
            for i in 0..<pattern.count {
                column[i] = max(0, 1 - abs((pattern.twoTheta[i] - low) / spacing - Double(k)))
            }
        }
    }

    var start: [Double] {
        free.map { item in
            guard let p = item.phase else {
                return [parameters.displacement, parameters.gaussianWidth, parameters.gaussianSlope][item.kind]
            }
            let phase = parameters.phases[p]
            switch item.kind {
            case 3: return phase.size
            case 4: return phase.microstrain
            default: return phase.strains[item.kind - Self.strainPlace]
            }
        }
    }

    /// Takes over the values of theta.
    mutating func set(_ theta: UnsafeBufferPointer<Double>) {
        for (j, item) in free.enumerated() {
            guard let p = item.phase else {
                switch item.kind {
                case 0: parameters.displacement = theta[j]
                case 1: parameters.gaussianWidth = theta[j]
                default: parameters.gaussianSlope = theta[j]
                }
                continue
            }
            switch item.kind {
            case 3: parameters.phases[p].size = theta[j]
            case 4: parameters.phases[p].microstrain = theta[j]
            default: parameters.phases[p].strains[item.kind - Self.strainPlace] = theta[j]
            }
        }
    }

    // MARK: - SeparableProblem

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        set(nonlinear)
        for p in phases.indices where isMoving[p] || !isDrawn[p] {
            draw(p)
            isDrawn[p] = true
        }
        let dataColumn = linearBounds.count
        // Background and fixed curves stay as they are.
        let firstRow = hasConstantRows ? backgroundCount + fixedCount : 0
        gram.withUnsafeMutableBufferPointer {
            columns.gram(count: dataColumn + 1, firstRow: firstRow, into: $0, rowLength: gramCount)
        }
        hasConstantRows = true
        for a in 0..<dataColumn {
            vector[a] = gram[dataColumn * gramCount + a]
            for b in 0...a { matrix[a * dataColumn + b] = gram[a * gramCount + b] }
        }
    }

    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let dataColumn = linearBounds.count, thetaCount = free.count
        for a in 0..<dataColumn { modelCoefficients[a] = coefficients[a] }
        if thetaCount > 0 {
            gram.withUnsafeMutableBufferPointer {
                columns.gram(count: gramCount, firstRow: dataColumn + 1, into: $0, rowLength: gramCount)
            }
        }
        let chi2 = modelCoefficients.withUnsafeBufferPointer {
            columns.residual(data: dataColumn, first: 0, coefficients: $0)
        }
        for i in 0..<gramCount where i != dataColumn {
            var sum = element(i, dataColumn)
            for a in 0..<dataColumn where modelCoefficients[a] != 0 { sum -= modelCoefficients[a] * element(i, a) }
            projected[i] = sum
        }
        let n = thetaCount + dataColumn
        let entries: [[(column: Int, value: Double)]] = free.map { item in
            let which = item.phase.map { [$0] } ?? Array(phases.indices)
            return which.map { p in
                (firstDerivative[p] + item.kind, modelCoefficients[backgroundCount + fixedCount + p])
            }
        }
        for a in 0..<n {
            let left = a < thetaCount ? entries[a] : [(column: a - thetaCount, value: 1.0)]
            gradient[a] = left.reduce(0) { $0 + $1.value * projected[$1.column] }
            for b in 0...a {
                let right = b < thetaCount ? entries[b] : [(column: b - thetaCount, value: 1.0)]
                var sum = 0.0
                for x in left { for y in right { sum += x.value * y.value * element(x.column, y.column) } }
                matrix[a * n + b] = sum
            }
        }
        return chi2
    }

    private func element(_ i: Int, _ j: Int) -> Double { i >= j ? gram[i * gramCount + j] : gram[j * gramCount + i] }

    // MARK: - Drawing

    /// Draws phase `p` at unit scale, and its derivatives.
    private func draw(_ p: Int) {
        let phase = phases[p], own = parameters.phases[p]
        let valueColumn = backgroundCount + fixedCount + p
        let first = firstDerivative[p], groups = phase.axisGroups.count
        columns.clear(valueColumn, count: 1)
        let count = isMoving[p] ? Self.strainPlace + groups : 0
        columns.clear(first, count: count)
        var byCenter = [Double](repeating: 0, count: count)
        var byWidth = byCenter, byMixing = byCenter
        let low = pattern.twoTheta[0], high = pattern.twoTheta[pattern.count - 1]
        let step = pattern.step
        let strongest = phase.lines.reduce(0) { max($0, $1.intensity) }
        // What a Lorentzian loses beyond the cut, as a share of its area.
        let lost = 2 / .pi * atan(0.5 / Self.reach)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { slopes in
            own.strains.withUnsafeBufferPointer { strains in
                for line in phase.lines {
                    let spacing = phase.spacing(line, strains: strains, slopes: slopes)
                    for emission in pattern.emission {
                        let sine = emission.wavelength / (2 * spacing)
                        guard sine < 1 else { continue }
                        let theta = asin(sine)
                        let cosine = (1 - sine * sine).squareRoot(), tangent = sine / cosine
                        let center = 2 * theta * 180 / .pi + parameters.displacement * cosine
                        let width = LineWidth(
                            gaussianWidth: parameters.gaussianWidth, gaussianSlope: parameters.gaussianSlope,
                            size: own.size, microstrain: own.microstrain, cosine: cosine, tangent: tangent)
                        let intensity = line.intensity * emission.intensity
                        let reach =
                            width.full
                            * (isCoarse
                                ? max(Self.leastReach, Self.reach * (intensity / strongest).squareRoot()) : Self.reach)
                        guard center > low - reach, center < high + reach else { continue }
                        let start = max(0, Int((center - reach - low) / step))
                        let end = min(pattern.count - 1, Int((center + reach - low) / step) + 1)
                        guard start <= end else { continue }
                        if count > 0 {
                            byCenter[0] = cosine
                            byWidth[1] = width.fullByGaussian * width.gaussianByWidth
                            byMixing[1] = width.mixingByGaussian * width.gaussianByWidth
                            byWidth[2] = width.fullByGaussian * width.gaussianBySlope
                            byMixing[2] = width.mixingByGaussian * width.gaussianBySlope
                            byWidth[3] = width.fullByLorentzian / cosine
                            byMixing[3] = width.mixingByLorentzian / cosine
                            byWidth[4] = width.fullByLorentzian * tangent
                            byMixing[4] = width.mixingByLorentzian * tangent
                            // d(2 theta)/d(ln d) = -2 tan(theta).
                            for k in 0..<groups {
                                byCenter[Self.strainPlace + k] = -2 * tangent * 180 / .pi * slopes[k]
                            }
                        }
                        columns.add(
                            .init(
                                center: center, width: width.full, mixing: width.mixing,
                                area: intensity / (1 - width.mixing * lost),
                                areaByMixing: lost / (1 - width.mixing * lost)),
                            points: start...end, value: valueColumn, derivatives: first, byCenter: byCenter,
                            byWidth: byWidth, byMixing: byMixing)
                    }
                }
            }
        }
    }

    // MARK: - Results

    /// The curve of phase `p` at unit scale, as last drawn.
    func curve(_ p: Int) -> [Double] { Array(columns.column(backgroundCount + fixedCount + p)) }

    /// The part of the background that the splines make, at the last coefficients.
    func splineBackground(_ coefficients: [Double]) -> [Double] {
        var sum = [Double](repeating: 0, count: pattern.count)
        for k in 0..<backgroundCount {
            let column = columns.column(k)
            for i in sum.indices { sum[i] += coefficients[k] * column[i] }
        }
        return sum
    }
}

/// Width and mixing of a line at one angle, with their derivatives by what the model fits.
struct LineWidth {
    let full: Double
    let mixing: Double
    let fullByGaussian: Double
    let fullByLorentzian: Double
    let mixingByGaussian: Double
    let mixingByLorentzian: Double
    let gaussianByWidth: Double
    let gaussianBySlope: Double

    init(
        gaussianWidth w: Double, gaussianSlope u: Double, size: Double, microstrain: Double, cosine: Double,
        tangent: Double
    ) {
        let g = (w * w + u * u * tangent * tangent).squareRoot()
        gaussianByWidth = w / g
        gaussianBySlope = u * tangent * tangent / g
        let line = ThompsonCoxHastings(gaussian: g, lorentzian: size / cosine + microstrain * tangent)
        let profile = line.profile, derivatives = line.derivatives
        full = profile.fullWidth
        mixing = profile.mixing
        fullByGaussian = derivatives.widthByGaussian
        fullByLorentzian = derivatives.widthByLorentzian
        mixingByGaussian = derivatives.mixingByGaussian
        mixingByLorentzian = derivatives.mixingByLorentzian
    }
}
