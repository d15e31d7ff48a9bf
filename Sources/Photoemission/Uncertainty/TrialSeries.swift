import Foundation
import SpectralMath

/// Simulated copies of a spectrum, each fitted from the known solution.
struct TrialSeries: Sendable {
    let base: RefitBase
    let seed: UInt32
    let simulator: TrialSimulator

    init(base: RefitBase, noise: TrialNoise?, seed: UInt32) throws {
        self.base = base
        self.seed = seed
        simulator = try TrialSimulator(base: base, noise: noise)
    }

    /// Distance from the minimum at which a refit of a trial may stop: a hundredth of a standard deviation.
    private static let tolerance = 1e-4

    func run(trials: Int, quantities: [FitQuantity], workers: Int? = nil) throws -> MonteCarloResult {
        guard trials >= 2 else { throw FitError.uncertainty("a distribution takes at least 2 trials, not \(trials)") }
        let forms = try quantities.map { try QuantityForm($0, in: base.model) }
        let rows = try Parallel.rows(count: trials, width: forms.count, workers: workers) { range, output in
            var refitter = Refitter(fitter: base.fitter, model: base.model, tolerance: Self.tolerance)
            for trial in range {
                var numbers = RandomNumbers(seed: seed, stream: UInt32(truncatingIfNeeded: trial))
                let copy = try simulator.spectrum(&numbers)
                let hasConverged = try refitter.solve(
                    copy.intensities, subtracted: copy.subtracted, from: base.solution.start,
                    keepsWeights: base.keepsWeights)
                let (nonlinear, linear) = refitter.parameters
                for (k, form) in forms.enumerated() {
                    output[trial * forms.count + k] = hasConverged ? form.value(nonlinear, linear) : Double.nan
                }
            }
        }
        let width = forms.count
        let good = (0..<trials).filter { trial in (0..<width).allSatisfy { rows[trial * width + $0].isFinite } }
        let solution = base.solution.solution
        return MonteCarloResult(
            quantities: quantities, values: forms.map { $0.value(solution.nonlinear, solution.linear) },
            samples: (0..<width).map { k in good.map { rows[$0 * width + k] } }, trials: trials,
            failedTrials: trials - good.count, seed: seed, noise: simulator.noise, blockLength: simulator.blockLength)
    }
}

/// Draws copies of a spectrum around its fit.
struct TrialSimulator: Sendable {
    /// A simulated copy.
    struct Copy {
        var intensities: [Double]
        /// The background that is subtracted first, computed from the copy.
        var subtracted: [Double]
    }

    let noise: TrialNoise
    let blockLength: Int
    private let fitter: PeakFitter
    private let expected: [Double]
    /// Residuals over their standard deviations, with mean zero and the variance that the noise has.
    private let residuals: [Double]
    private let deviations: [Double]

    init(base: RefitBase, noise: TrialNoise?) throws {
        fitter = base.fitter
        expected = base.solution.expected
        let areCounts = fitter.variances == nil && !fitter.data.gainIsEstimated && (expected.min() ?? 0) >= 0
        let automatic: TrialNoise = fitter.variances != nil ? .givenVariances : areCounts ? .poisson : .residuals
        self.noise = noise ?? automatic
        if self.noise == .givenVariances, fitter.variances == nil {
            throw FitError.uncertainty("the data came without variances to draw noise from")
        }
        if self.noise == .poisson, let lowest = expected.min(), lowest < 0 {
            throw FitError.uncertainty("the fitted envelope falls to \(lowest), and counts cannot be negative")
        }
        let variances = self.noise == .givenVariances ? fitter.variances ?? [] : base.solution.variances
        let deviations = variances.map { $0.squareRoot() }
        // A fit takes up some of the scatter: what is left is smaller than the noise by the root of nu / n.
        let inflation = (Double(expected.count) / base.degreesOfFreedom).squareRoot()
        let raw = zip(zip(base.intensities, base.solution.expected), deviations)
            .map { ($0.0 - $0.1) / $1 * inflation }
        let mean = raw.reduce(0, +) / Double(max(1, raw.count))
        let residuals = raw.map { $0 - mean }
        self.deviations = deviations
        self.residuals = residuals
        blockLength = self.noise == .residuals ? Self.blockLength(residuals) : 1
    }

    /// The length of blocks that keeps the correlation of neighbours, 1 where there is none.
    ///
    /// It grows as the cube root of the number of points, and with the correlation length of a first-order
    /// autoregression, as the error of block estimates of variances demands (Künsch, Ann. Statist. 17 (1989) 1217).
    static func blockLength(_ residuals: [Double]) -> Int {
        let n = Double(residuals.count)
        let power = residuals.reduce(0) { $0 + $1 * $1 }
        guard n > 3, power > 0 else { return 1 }
        let correlation = zip(residuals, residuals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / power
        // Below two standard errors it is taken for chance.
        guard correlation > 2 / n.squareRoot() else { return 1 }
        let rho = min(correlation, 0.97)
        let length = pow(2 * rho / (1 - rho * rho), 2.0 / 3) * pow(n, 1.0 / 3)
        return max(2, min(Int(length.rounded(.up)), residuals.count / 4))
    }

    /// One copy.
    func spectrum(_ numbers: inout RandomNumbers) throws -> Copy {
        let count = expected.count
        var intensities = expected
        switch noise {
        case .poisson:
            let gain = fitter.data.gain
            for i in 0..<count { intensities[i] = gain * (try numbers.quickPoisson(mean: expected[i] / gain)) }
        case .givenVariances:
            for i in 0..<count { intensities[i] += deviations[i] * numbers.gaussian() }
        case .residuals:
            var i = 0
            while i < count {
                let start = Int(numbers.uniform() * Double(count - blockLength + 1))
                for k in 0..<min(blockLength, count - i) {
                    intensities[i + k] += deviations[i + k] * residuals[min(start + k, count - 1)]
                }
                i += blockLength
            }
        }
        return Copy(intensities: intensities, subtracted: try subtracted(intensities, &numbers))
    }

    /// The background that is subtracted first, computed anew. Points outside the window that take part in the end
    /// averages scatter about their measured values.
    private func subtracted(_ intensities: [Double], _ numbers: inout RandomNumbers) throws -> [Double] {
        let background = fitter.model.effective.background
        guard background.hasSubtractedPart else { return fitter.subtracted }
        var data = fitter.data
        let selection = fitter.selection
        for (place, index) in selection.indices.enumerated() { data.intensities[index] = intensities[place] }
        let chosen = Set(selection.indices)
        for (part, range) in zip(background.parts, selection.ranges) where !part.isFitted {
            for end in [range.lowerBound, max(range.lowerBound, range.upperBound - 1)] {
                for index in EndIntensity.points(of: data.intensities, around: end, points: part.endPoints)
                where !chosen.contains(index) {
                    let nearest = end == range.lowerBound ? 0 : deviations.count - 1
                    data.intensities[index] = fitter.data.intensities[index] + deviations[nearest] * numbers.gaussian()
                }
            }
        }
        return try SubtractedBackground(
            background, data: data, indices: selection.indices, ranges: selection.ranges
        ).values
    }
}

/// Work on rows of a table, spread over the processors.
enum Parallel {
    /// Fills a table of `count` rows of `width` numbers. `body` gets ranges of rows and writes those rows alone, so the
    /// result does not depend on how many workers there are. The error of the first range that failed is thrown.
    static func rows(
        count: Int, width: Int, workers: Int? = nil,
        _ body: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Double>) throws -> Void
    ) throws -> [Double] {
        let pieces = max(1, min(workers ?? 4 * ProcessInfo.processInfo.activeProcessorCount, count))
        var table = [Double](repeating: .nan, count: count * width)
        var errors = [(any Error)?](repeating: nil, count: pieces)
        table.withUnsafeMutableBufferPointer { table in
            errors.withUnsafeMutableBufferPointer { errors in
                // Every piece writes its own rows and its own error.
                nonisolated(unsafe) let table = table
                nonisolated(unsafe) let errors = errors
                DispatchQueue.concurrentPerform(iterations: pieces) { piece in
                    let range = (piece * count / pieces)..<((piece + 1) * count / pieces)
                    do { try body(range, table) } catch { errors[piece] = error }
                }
            }
        }
        for case let error? in errors { throw error }
        return table
    }
}
