import Foundation
import SpectralMath
import Spectra

/// Fits pseudo-Voigt lines to the peaks of a pattern, with all lines of the radiation in the model: K-alpha-2 is described,
/// not taken away, so that the counts keep their statistics.
///
/// The pattern is fitted in pieces of neighbouring peaks, each with a polynomial on top of a smooth background, and
/// the tails of all other peaks held; three rounds let the pieces agree. Weights are the variances that the model
/// expects. One mixing describes a piece; each peak has its own width unless neighbours overlap it.
public struct PeakFitting: Sendable, Hashable {
    /// How peaks are found.
    public var search: PeakSearch
    /// The background between the peaks.
    public var background: SmoothBackground.Form
    /// Peaks whose area is below this many standard uncertainties are dropped.
    public var minimumSignificance: Double

    /// A fit.
    public init(
        search: PeakSearch = PeakSearch(), background: SmoothBackground.Form = .spline(spacing: 8),
        minimumSignificance: Double = 3
    ) {
        self.search = search
        self.background = background
        self.minimumSignificance = minimumSignificance
    }

    /// The most peaks that are fitted at once.
    private static let segmentLimit = 8

    /// The peaks of `curve`.
    ///
    /// - Throws: `PatternError`.
    public func callAsFunction(
        _ curve: PatternCurve, emission: EmissionSpectrum
    ) throws(PatternError) -> PatternPeaks {
        let found = try search(curve, emission: emission)
        return try self(curve, emission: emission, at: found)
    }

    /// The peaks of `curve` that lie near `places`, which need not come from a search.
    ///
    /// - Throws: `PatternError`.
    public func callAsFunction(
        _ curve: PatternCurve, emission: EmissionSpectrum, at places: [FoundPeak]
    ) throws(PatternError) -> PatternPeaks {
        guard curve.count >= 15 else { throw .tooFewPoints(found: curve.count, needed: 15) }
        guard places.allSatisfy({ $0.fullWidth > 0 && $0.fullWidth.isFinite && $0.twoTheta.isFinite }) else {
            throw .badParameter("a peak without place or width")
        }
        let widths = places.map(\.fullWidth).sorted()
        let typical = widths.isEmpty ? 0.2 : widths[widths.count / 2]
        let base = try Self.background(curve, background, lineWidth: 1.5 * typical)
        let share = emission.primary.intensity / emission.lines.reduce(0) { $0 + $1.intensity }
        var states = places.filter { $0.twoTheta > curve.twoTheta[0] && $0.twoTheta < curve.twoTheta[curve.count - 1] }
            .sorted { $0.twoTheta < $1.twoTheta }.map { place in
                let line = PseudoVoigt(width: place.fullWidth, share: 0.5)
                return PeakState(
                    twoTheta: place.twoTheta, fullWidth: place.fullWidth, mixing: 0.5,
                    area: max(place.height, 0) / line.density(0) / share, significance: place.significance)
            }
        var work = FittingRound(curve: curve, emission: emission, background: base.values)
        for round in 0..<6 {
            work.fit(&states, segments: Self.segments(states, emission))
            if round >= 4 { break }
            // Until the last round, which fits those that remain.
            guard round > 0 else { continue }
            let kept = states.indices.filter { index in
                work.results[index].areaUncertainty > 0
                    && states[index].area > minimumSignificance * work.results[index].areaUncertainty
            }
            // Three rounds, and one more where peaks were dropped in the last.
            if round == 2, kept.count == states.count { break }
            states = kept.map { states[$0] }
        }
        return work.peaks(states, method: base.method)
    }

    private static func background(
        _ curve: PatternCurve, _ form: SmoothBackground.Form, lineWidth: Double
    ) throws(PatternError) -> PatternBackground {
        do { return try SmoothBackground(form, lineWidth: lineWidth)(curve) } catch {
            // Lines everywhere, or a range of a few degrees: what lies below them is all there is to start from.
            if case .badParameter = error { throw error }
            return try SNIPBackground(halfWindow: max(5 * lineWidth, 0.5), simulations: 0)(curve)
        }
    }

    /// Neighbouring peaks that are fitted at once: cut where six widths lie between two, and at the widest gap of longer
    /// pieces.
    static func segments(_ states: [PeakState], _ emission: EmissionSpectrum) -> [Range<Int>] {
        guard !states.isEmpty else { return [] }
        func gap(_ index: Int) -> Double {
            let (left, right) = (states[index], states[index + 1])
            let end = emission.images(twoTheta: left.twoTheta).map(\.twoTheta).max() ?? left.twoTheta
            return (right.twoTheta - end) / max(left.fullWidth, right.fullWidth)
        }
        func divided(_ range: Range<Int>) -> [Range<Int>] {
            let gaps = (range.lowerBound..<(range.upperBound - 1)).map { ($0, gap($0)) }
            guard let widest = gaps.max(by: { ($0.1, -$0.0) < ($1.1, -$1.0) }),
                widest.1 > 6 || (range.count > segmentLimit && widest.1 > 1) || range.count > 3 * segmentLimit
            else { return [range] }
            return divided(range.lowerBound..<(widest.0 + 1)) + divided((widest.0 + 1)..<range.upperBound)
        }
        return divided(0..<states.count)
    }
}
