import Foundation
import SpectralMath
import Spectra

/// The work of fitting the pieces of a pattern, round after round.
struct FittingRound {
    /// What a fit says about a peak beyond its parameters.
    struct PeakResult {
        var positionUncertainty = 0.0
        var areaUncertainty = 0.0
        var widthUncertainty = 0.0
        var mixingUncertainty: Double?
        var widthMixingCovariance = 0.0
        var sharesWidth = false
        var segment = 0
    }

    let curve: PatternCurve
    let emission: EmissionSpectrum
    /// The background that polynomials come on top of.
    let background: [Double]
    private(set) var results: [PeakResult] = []
    private(set) var segments: [PatternPeaks.Segment] = []
    private var fittedBackground: [Double]

    init(curve: PatternCurve, emission: EmissionSpectrum, background: [Double]) {
        self.curve = curve
        self.emission = emission
        self.background = background
        fittedBackground = background
    }

    /// Background and peaks at every point.
    private func model(_ states: [PeakState]) -> [Double] {
        var values = fittedBackground
        for state in states { emission.add(state, to: &values, over: curve.twoTheta[...]) }
        return values
    }

    /// Fits every piece once, from what the last round left.
    mutating func fit(_ states: inout [PeakState], segments pieces: [Range<Int>]) {
        results = [PeakResult](repeating: PeakResult(), count: states.count)
        segments = []
        // In the first round the model is only the start values: the data are the better guess of their variance.
        let isFirst = fittedBackground == background
        var total = model(states)
        let smooth = SNIPBackground.averaged(curve.intensities, 1)
        var next = background
        for (number, piece) in pieces.enumerated() {
            guard let points = window(piece, pieces, states) else {
                for index in piece { states[index].area = 0 }
                continue
            }
            var own = [Double](repeating: 0, count: points.count)
            for index in piece { emission.add(states[index], to: &own, over: curve.twoTheta[points]) }
            // The tails of the others: the whole model without its background and the peaks of this piece.
            let held = points.map { background[$0] + total[$0] - fittedBackground[$0] - own[$0 - points.lowerBound] }
            let variances = curve.variances(expected: isFirst ? smooth : total.map { max($0, 0) })
            fit(piece, number, points, held, variances, &states, &next)
            // The next piece sees the new tails.
            var renewed = [Double](repeating: 0, count: points.count)
            for index in piece { emission.add(states[index], to: &renewed, over: curve.twoTheta[points]) }
            for i in points { total[i] += renewed[i - points.lowerBound] - own[i - points.lowerBound] }
        }
        fittedBackground = next
    }

    /// The points of a piece: eight widths to either side, but not beyond the middle of the gap to the next piece.
    private func window(_ piece: Range<Int>, _ pieces: [Range<Int>], _ states: [PeakState]) -> Range<Int>? {
        func lastImage(_ index: Int) -> Double {
            emission.images(twoTheta: states[index].twoTheta).map(\.twoTheta).max() ?? states[index].twoTheta
        }
        let widest = states[piece].map(\.fullWidth).max() ?? 0
        let margin = max(8 * widest, 10 * curve.step)
        var low = states[piece.lowerBound].twoTheta - margin
        var high = lastImage(piece.upperBound - 1) + margin
        if piece.lowerBound > 0 {
            low = max(low, (lastImage(piece.lowerBound - 1) + states[piece.lowerBound].twoTheta) / 2)
        }
        if piece.upperBound < states.count {
            high = min(high, (lastImage(piece.upperBound - 1) + states[piece.upperBound].twoTheta) / 2)
        }
        let first = curve.twoTheta.partitioningIndex { $0 >= low }
        let last = curve.twoTheta.partitioningIndex { $0 > high }
        return last - first > 3 * piece.count + 5 ? first..<last : nil
    }

    /// Peaks that overlap within one width have one width in common.
    private static func widthGroups(_ peaks: ArraySlice<PeakState>) -> [Int] {
        var groups: [Int] = []
        var previous: PeakState?
        for peak in peaks {
            if let previous, let last = groups.last,
                peak.twoTheta - previous.twoTheta < max(peak.fullWidth, previous.fullWidth)
            {
                groups.append(last)
            } else {
                groups.append((groups.last ?? -1) + 1)
            }
            previous = peak
        }
        return groups
    }

    private mutating func fit(
        _ piece: Range<Int>, _ number: Int, _ points: Range<Int>, _ held: [Double], _ variances: [Double],
        _ states: inout [PeakState], _ background: inout [Double]
    ) {
        let peaks = Array(states[piece])
        let groups = Self.widthGroups(states[piece])
        let angles = Array(curve.twoTheta[points])
        let span = (angles[angles.count - 1] - angles[0]) / (peaks.map(\.fullWidth).max() ?? 1)
        let strongest = peaks.map(\.significance).max() ?? 0
        // A weak line does not show its tails: it keeps a usual mixing.
        let mixing: ClosedRange<Double> = strongest > 20 ? 0...1 : peaks[0].mixing...peaks[0].mixing
        var problem = PeakSegment(
            angles: angles, intensities: zip(points, held).map { curve.intensities[$0] - $1 },
            weights: points.map { 1 / variances[$0] }, emission: emission, peaks: peaks, widthOf: groups,
            polynomialCount: span > 25 ? 3 : 2, mixingBounds: mixing, step: curve.step)
        var solver = SeparableLeastSquares(
            nonlinearBounds: problem.nonlinearBounds, linearBounds: problem.linearBounds)
        guard let solution = try? solver.minimize(&problem, start: problem.start(peaks)) else { return }
        let free = solution.isHeld.count { !$0 }
        let reduced = solution.chi2 / Double(max(1, points.count - free))
        segments.append(
            PatternPeaks.Segment(
                twoTheta: angles[0]...angles[angles.count - 1], reducedChi2: reduced,
                converged: solution.outcome != .evaluationLimit))
        record(solution, problem, piece, number, max(1, reduced), &states)
        for (k, i) in points.enumerated() {
            let x = (2 * angles[k] - angles[0] - angles[angles.count - 1]) / (angles[angles.count - 1] - angles[0])
            for n in 0..<problem.polynomialCount {
                background[i] +=
                    solution.linear[peaks.count + n] * cos(Double(n) * acos(min(max(x, -1), 1)))
            }
        }
    }

    private mutating func record(
        _ solution: SeparableSolution, _ problem: PeakSegment, _ piece: Range<Int>, _ number: Int, _ factor: Double,
        _ states: inout [PeakState]
    ) {
        let matrix = solution.covariance()
        let size = solution.isHeld.count
        let nonlinear = solution.nonlinear.count
        func covariance(_ a: Int, _ b: Int) -> Double { (matrix?[a * size + b] ?? 0) * factor }
        let mixing = problem.peakCount + problem.widthCount
        for (k, index) in piece.enumerated() {
            let width = problem.peakCount + problem.widthOf[k]
            states[index].twoTheta = solution.nonlinear[k]
            states[index].fullWidth = solution.nonlinear[width]
            states[index].mixing = solution.nonlinear[mixing]
            states[index].area = solution.linear[k]
            results[index] = PeakResult(
                positionUncertainty: covariance(k, k).squareRoot(),
                areaUncertainty: covariance(nonlinear + k, nonlinear + k).squareRoot(),
                widthUncertainty: covariance(width, width).squareRoot(),
                mixingUncertainty: solution.isHeld[mixing] ? nil : covariance(mixing, mixing).squareRoot(),
                widthMixingCovariance: covariance(width, mixing),
                sharesWidth: problem.widthOf.count { $0 == problem.widthOf[k] } > 1, segment: number)
        }
    }

    /// The peaks after the last round.
    func peaks(_ states: [PeakState], method: String) -> PatternPeaks {
        func measured(_ value: Double, _ uncertainty: Double?) -> Measured {
            Measured(value, standardUncertainty: uncertainty.flatMap { $0 > 0 ? $0 : nil })
        }
        let wavelength = emission.primary.wavelength
        let share = emission.primary.intensity / emission.lines.reduce(0) { $0 + $1.intensity }
        let peaks = zip(states, results).map { state, result in
            let theta = state.twoTheta * .pi / 360
            let spacing = wavelength / (2 * sin(theta))
            // d = lambda / (2 sin theta): |dd| = d cot(theta) d(theta).
            let spacingUncertainty = spacing / tan(theta) * result.positionUncertainty * .pi / 360
            let line = PseudoVoigt(width: state.fullWidth, share: state.mixing)
            return DiffractionPeak(
                twoTheta: measured(state.twoTheta, result.positionUncertainty),
                spacing: measured(spacing, abs(spacingUncertainty)),
                area: measured(state.area, result.areaUncertainty), height: state.area * share * line.density(0),
                fullWidth: measured(state.fullWidth, result.widthUncertainty),
                mixing: measured(state.mixing, result.mixingUncertainty), significance: state.significance,
                sharesWidth: result.sharesWidth, widthMixingCovariance: result.widthMixingCovariance,
                segment: result.segment)
        }
        return PatternPeaks(
            curve: curve, emission: emission, peaks: peaks, background: fittedBackground, model: model(states),
            backgroundMethod: method, segments: segments, findings: findings(peaks))
    }

    private func findings(_ peaks: [DiffractionPeak]) -> [Finding] {
        var findings: [Finding] = []
        if curve.noise == .scatter {
            findings.append(
                Finding(
                    rule: "noise-from-scatter", severity: .warning,
                    message: "the file says neither counts nor uncertainties: the noise was estimated from the scatter "
                        + "of the points, and smoothed data make it too small"))
        }
        let failed = segments.filter { !$0.converged }
        if let first = failed.first {
            findings.append(
                Finding(
                    rule: "not-converged", severity: .warning,
                    message: "the fit did not converge in \(failed.count) of \(segments.count) pieces, the first from "
                        + String(format: "%.2f to %.2f deg", first.twoTheta.lowerBound, first.twoTheta.upperBound)))
        }
        let poor = segments.filter { $0.reducedChi2 > 5 }
        if !poor.isEmpty {
            findings.append(
                Finding(
                    rule: "misfit", severity: .note,
                    message:
                        "in \(poor.count) of \(segments.count) pieces the model misses the points by more than their "
                        + "noise (reduced chi2 above 5): uncertainties are raised accordingly"))
        }
        return findings
    }
}
