import Foundation
import SpectralMath

/// Columns, solver and buffers for fitting spectra over the same points with the same model, laid out once.
///
/// A fit depends on its spectrum alone, not on what the workspace was used for before.
struct FitWorkspace: ~Copyable {
    /// How a fit ended; its parameters stay with the workspace.
    struct End {
        var chi2: Double
        var outcome: SeparableOutcome
        var evaluations: Int
        var starts: Int
        /// Whether weights that are taken from the fit agree with it.
        var weightsConverged: Bool
    }

    let model: ResolvedModel
    let options: FitOptions
    private let energies: [Double]
    private let separable: SeparableOptions
    private(set) var problem: PeakProblem
    private var solver: SeparableLeastSquares
    /// The start values that do not depend on the data.
    private let knownStart: [Double]
    private let start: UnsafeMutableBufferPointer<Double>
    private let variances: UnsafeMutableBufferPointer<Double>
    /// Whether each nonlinear parameter belongs to the background.
    private let isBackground: [Bool]
    private let takesStrengthFromData: Bool
    /// The linear coefficients of components whose position is fitted.
    private let movableAreas: [Int]

    init(model: ResolvedModel, energies: [Double], regions: [Range<Int>], options: FitOptions) {
        self.model = model
        self.options = options
        self.energies = energies
        separable = SeparableOptions(tolerance: options.tolerance, maximumEvaluations: options.maximumEvaluations)
        problem = PeakProblem(model: model, energies: energies, regions: regions)
        solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        knownStart = model.start(shirley: 0, shift: 0)
        takesStrengthFromData = !model.background.stepParameters.isEmpty
        isBackground = model.nonlinear.indices.map(model.background.parameters.contains)
        movableAreas = model.parts.filter { !$0.position.isConstant }.map(\.linearIndex)
        start = .allocate(capacity: model.nonlinear.count)
        start.initialize(repeating: 0)
        variances = .allocate(capacity: energies.count)
        variances.initialize(repeating: 1)
    }

    deinit {
        start.deallocate()
        variances.deallocate()
    }

    // MARK: - The solution

    /// The nonlinear parameters where the last fit ended.
    var nonlinear: UnsafeBufferPointer<Double> { solver.nonlinear }
    /// The linear coefficients where it ended.
    var linear: UnsafeBufferPointer<Double> { solver.linear }

    /// Whether parameter `index`, nonlinear first, is held by a bound there, or has no influence.
    func isHeld(_ index: Int) -> Bool { solver.isHeld(index) }

    /// Fills `covariance` for weights that are reciprocal variances; `false` where the data do not determine it.
    mutating func covariance(into covariance: UnsafeMutableBufferPointer<Double>) -> Bool {
        solver.covariance(into: covariance)
    }

    /// Everything that an assembled result needs.
    mutating func outcome(_ end: End, subtracted: [Double]) -> PeakFitter.Outcome {
        let solution = solver.solution(
            SeparableEnd(chi2: end.chi2, outcome: end.outcome, evaluations: end.evaluations))
        // The solver may have looked at worse points after the best one.
        problem.evaluate(theta: solution.nonlinear, coefficients: solution.linear)
        let curves = problem.curves()
        return PeakFitter.Outcome(
            solution: solution, weights: Array(problem.columns.pointWeights), evaluations: end.evaluations,
            starts: end.starts, background: zip(curves.background, subtracted).map { $0 + $1 },
            components: curves.components, weightsConverged: end.weightsConverged)
    }

    // MARK: - Fitting

    /// Fits the data of `fitter`, which must have the points and the model of this workspace: from the model's start or
    /// `given`, from further ones where that ends badly; iterates the weights.
    mutating func run(_ fitter: PeakFitter, from given: [Double]? = nil) throws -> End {
        try fitter.intensities.withUnsafeBufferPointer { intensities in
            try run(
                intensities, subtracted: fitter.subtracted, variances: fitter.variances, gain: fitter.data.gain,
                shift: fitter.startShift, from: given)
        }
    }

    /// The same for `intensities` at the points of this workspace.
    ///
    /// - Parameters:
    ///   - subtracted: what is subtracted from them first.
    ///   - givenVariances: their variances where those are known.
    ///   - gain: intensity units per count.
    ///   - shift: where a fitted shift starts.
    mutating func run(
        _ intensities: UnsafeBufferPointer<Double>, subtracted: [Double]?, variances givenVariances: [Double]?,
        gain: Double, shift: Double, from given: [Double]? = nil
    ) throws -> End {
        precondition(intensities.count == energies.count, "one intensity for each point of the workspace")
        setData(intensities, subtracted: subtracted, variances: givenVariances, gain: gain)
        setStart(intensities, shift: shift, given)
        var best = try solver.run(&problem, start: UnsafeBufferPointer(start), options: separable)
        var evaluations = best.evaluations
        var starts = 1
        if isPoor(best, isWeighted: givenVariances != nil || options.weighting != .unweighted) {
            (best, evaluations, starts) = try searchFurther(best)
        }
        var end = End(
            chi2: best.chi2, outcome: best.outcome, evaluations: evaluations, starts: starts, weightsConverged: true)
        if options.weighting == .poisson && givenVariances == nil {
            try iterateWeights(&end, subtracted: subtracted, gain: gain)
        }
        return end
    }

    private func setData(
        _ intensities: UnsafeBufferPointer<Double>, subtracted: [Double]?, variances givenVariances: [Double]?,
        gain: Double
    ) {
        let data = problem.data, weights = problem.columns.pointWeights
        if let subtracted {
            for i in intensities.indices { data[i] = intensities[i] - subtracted[i] }
        } else {
            _ = data.update(fromContentsOf: intensities)
        }
        if let givenVariances {
            _ = variances.update(fromContentsOf: givenVariances)
        } else {
            switch options.weighting {
            case .unweighted: variances.update(repeating: 1)
            case .dataCounts:
                for i in intensities.indices { variances[i] = max(intensities[i], gain) * gain }
            case .poisson:
                Self.smooth(intensities, into: variances)
                for i in intensities.indices { variances[i] = max(variances[i], gain) * gain }
            }
        }
        for i in intensities.indices { weights[i] = 1 / variances[i] }
    }

    /// New variances from what the model expects, until they change no more.
    private mutating func iterateWeights(_ end: inout End, subtracted: [Double]?, gain: Double) throws {
        end.weightsConverged = false
        let data = problem.data, weights = problem.columns.pointWeights
        for round in 0..<60 {
            let residuals = problem.columns.lastResiduals
            for i in variances.indices {
                let expected = data[i] - residuals[i] + (subtracted?[i] ?? 0)
                let next = max(expected, PeakFitter.fewestCounts * gain) * gain
                // A model far from the data can make weights swing to and fro; half steps still them.
                variances[i] = round < 6 ? next : (variances[i] * next).squareRoot()
                weights[i] = 1 / variances[i]
            }
            _ = start.update(fromContentsOf: solver.nonlinear)
            let next = try solver.run(&problem, start: UnsafeBufferPointer(start), options: separable)
            let before = end.outcome
            end.chi2 = next.chi2
            end.outcome = next.outcome
            end.evaluations += next.evaluations
            if next.evaluations == 1 || (before != .converged && next.outcome != .converged) {
                end.weightsConverged = next.evaluations == 1
                break
            }
        }
    }

    // MARK: - Starts

    private func setStart(_ intensities: UnsafeBufferPointer<Double>, shift: Double, _ given: [Double]?) {
        _ = start.update(fromContentsOf: given ?? knownStart)
        if given == nil, takesStrengthFromData {
            let strength = energies.withUnsafeBufferPointer { Self.shirleyStrength($0, intensities) }
            for index in model.background.stepParameters { start[index] = strength }
        }
        if let index = model.shiftIndex { start[index] = shift }
    }

    /// The Shirley strength that a straight look at the data suggests: step height over area above a straight line.
    static func shirleyStrength(_ energies: [Double], _ intensities: [Double]) -> Double {
        energies.withUnsafeBufferPointer { energies in
            intensities.withUnsafeBufferPointer { shirleyStrength(energies, $0) }
        }
    }

    private static func shirleyStrength(
        _ energies: UnsafeBufferPointer<Double>, _ intensities: UnsafeBufferPointer<Double>
    ) -> Double {
        let count = intensities.count
        let ends = max(1, count / 20)
        let low = intensities.prefix(ends).reduce(0, +) / Double(ends)
        let high = intensities.suffix(ends).reduce(0, +) / Double(ends)
        var area = 0.0
        let slope = (high - low) / Double(max(1, count - 1))
        for i in 1..<max(1, count) {
            area += (intensities[i] - (low + slope * Double(i))) * (energies[i] - energies[i - 1])
        }
        let strength = area > 0 ? (high - low) / area : 0
        return min(max(strength, 1e-3), 0.5)
    }

    /// Moving average over five points.
    static func smooth(_ values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>) {
        let count = values.count
        for i in 0..<count {
            let first = max(0, i - 2), last = min(count - 1, i + 2)
            var sum = 0.0
            for k in first...last { sum += values[k] }
            (result.baseAddress.map { $0 + i })?.initialize(to: sum / Double(last - first + 1))
        }
    }

    /// Whether another start is worth trying: no minimum reached, residuals far beyond noise, a position or width pressed
    /// against its bound, or next to nothing left of a component, whose position then says nothing and may be wrong.
    private func isPoor(_ end: SeparableEnd, isWeighted: Bool) -> Bool {
        if end.outcome != .converged { return true }
        for index in isBackground.indices where !isBackground[index] && solver.isHeld(index) { return true }
        let scale =
            isWeighted ? 1 : end.chi2 / Double(max(1, energies.count - model.nonlinear.count - model.linear.count))
        for index in movableAreas {
            let area = solver.linear[index]
            if area * area * solver.information(ofLinear: index) < scale { return true }
        }
        guard isWeighted else { return false }
        let degrees = Double(max(1, energies.count - model.nonlinear.count - model.linear.count))
        // Five standard deviations of chi squared per degree of freedom.
        return end.chi2 / degrees > 1 + 5 * (2 / degrees).squareRoot()
    }

    /// Fits from further starts and keeps the best result.
    private mutating func searchFurther(_ first: SeparableEnd) throws -> (SeparableEnd, evaluations: Int, starts: Int) {
        var best = (chi2: first.chi2, theta: Array(solver.nonlinear))
        var evaluations = first.evaluations
        var starts = 1
        for theta in furtherStarts() {
            let other = try theta.withUnsafeBufferPointer {
                try solver.run(&problem, start: $0, options: separable)
            }
            evaluations += other.evaluations
            starts += 1
            if other.chi2 < best.chi2 * (1 - 1e-9) { best = (other.chi2, Array(solver.nonlinear)) }
        }
        guard starts > 1 else { return (first, evaluations, starts) }
        // The workspace must hold the best solution.
        let end = try best.theta.withUnsafeBufferPointer { try solver.run(&problem, start: $0, options: separable) }
        return (end, evaluations + end.evaluations, starts)
    }

    /// Starts spread evenly over the bounds of positions, widths and other bounded parameters: Roberts's additive
    /// sequence on the generalised golden ratio, so that no seed is needed and results repeat.
    private func furtherStarts() -> [[Double]] {
        let varied = model.nonlinear.indices.filter {
            !isBackground[$0] && $0 != model.shiftIndex && model.nonlinear[$0].bounds.lowerBound.isFinite
                && model.nonlinear[$0].bounds.upperBound.isFinite
        }
        guard !varied.isEmpty else { return [] }
        var ratio = 2.0
        for _ in 0..<60 { ratio = pow(1 + ratio, 1 / Double(varied.count + 1)) }
        return (1...max(1, options.furtherStarts)).prefix(options.furtherStarts).map { number in
            var theta = Array(start)
            for (dimension, index) in varied.enumerated() {
                let position = 0.5 + Double(number) * pow(ratio, -Double(dimension + 1))
                let fraction = position - floor(position)
                let bounds = model.nonlinear[index].bounds
                theta[index] = bounds.lowerBound + fraction * (bounds.upperBound - bounds.lowerBound)
            }
            return theta
        }
    }
}

extension ResolvedModel {
    /// Start values of the nonlinear parameters for a Shirley strength and a shift that the data suggest.
    func start(shirley: Double, shift: Double) -> [Double] {
        nonlinear.enumerated().map { index, free in
            if background.stepParameters.contains(index) { return shirley }
            if index == shiftIndex { return shift }
            if let start = free.start { return start }
            let low = free.bounds.lowerBound, high = free.bounds.upperBound
            switch (low.isFinite, high.isFinite) {
            case (true, true): return (low + high) / 2
            case (true, false): return low + 1
            case (false, true): return high - 1
            case (false, false): return 0
            }
        }
    }
}
