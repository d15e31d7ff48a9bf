import Foundation
import SpectralMath

/// A line that a search found.
public struct FoundPeak: Sendable, Hashable {
    /// Where it is at the primary wavelength, degrees.
    public var twoTheta: Double
    /// The height of the line in standard deviations of the noise, local background fitted with it.
    public var significance: Double
    /// The height of the line of the primary wavelength.
    public var height: Double
    /// About the full width in degrees.
    public var fullWidth: Double
    /// How many peaks at least as significant noise alone would show in a pattern like this, on average.
    public var falsePeaksExpected: Double
}

/// Finds lines that noise does not explain.
///
/// K-alpha-2 is removed by division. Then at each point the height of a line is estimated by linear least squares together
/// with a straight background, for several widths, and divided by its standard deviation, which follows from the noise
/// through division and fit: without a line that ratio is a normal number. Maxima of it count where noise alone would
/// reach as high less often than stated in a pattern; how often it does follows from the number of maxima that a
/// normal process has above a level (S. O. Rice, Bell Syst. Tech. J. 24 (1945) 46).
public struct PeakSearch: Sendable, Hashable {
    /// How many false peaks may be expected in a pattern without lines.
    public var falsePeaks: Double
    /// About the full width of the narrowest lines in degrees; `nil` to measure it on the strongest lines.
    public var fullWidth: Double?

    /// A search.
    public init(falsePeaks: Double = 0.05, fullWidth: Double? = nil) {
        self.falsePeaks = falsePeaks
        self.fullWidth = fullWidth
    }

    /// The ratio of the lines of a doublet is known to about 3 %: what it leaves of a strong line is no peak.
    private static let ratioUncertainty = 0.03

    /// The lines in `curve`, by growing angle.
    ///
    /// - Parameters:
    ///   - curve: the pattern.
    ///   - emission: the lines of the radiation.
    ///   - background: a background at each point; `nil` to take SNIP's. It matters little, as a straight one is fitted
    ///     under each line.
    /// - Throws: `PatternError`.
    public func callAsFunction(
        _ curve: PatternCurve, emission: EmissionSpectrum, background: [Double]? = nil
    ) throws(PatternError) -> [FoundPeak] {
        guard falsePeaks > 0, falsePeaks.isFinite, fullWidth.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw .badParameter("a search with \(falsePeaks) false peaks and a width of \(fullWidth ?? 0) degrees")
        }
        guard curve.count >= 15 else { throw .tooFewPoints(found: curve.count, needed: 15) }
        let below: [Double]
        if let background { below = background } else { below = try SNIPBackground(simulations: 0)(curve).values }
        let removal = try KAlpha2Removal(emission)
        let stripped = try removal(curve, background: below)
        let share = emission.primary.intensity / emission.lines.reduce(0) { $0 + $1.intensity }
        let net = zip(stripped.intensities, below).map { $0 - share * $1 }
        let narrow = fullWidth ?? Self.typicalWidth(stripped, net)
        let longest = (curve.twoTheta[curve.count - 1] - curve.twoTheta[0]) / 8
        let widths = [1, 2, 4].map { $0 * narrow }.filter { $0 <= longest || $0 == narrow }
        let filters = widths.map {
            PeakFilter(curve: curve, net: net, removal: removal, fullWidth: $0, ratioUncertainty: Self.ratioUncertainty)
        }
        // Expected maxima above u at all widths: (L / 2 pi) sqrt(-R'') exp(-u^2 / 2).
        let maxima = filters.reduce(0) { $0 + $1.expectedMaxima }
        let threshold = (2 * log(max(maxima / falsePeaks, 2))).squareRoot()
        var scales: [[FoundPeak]] = []
        for filter in filters {
            scales.append(
                filter.peaks(above: threshold).map { peak in
                    var known = peak
                    known.falsePeaksExpected = maxima * exp(-peak.significance * peak.significance / 2)
                    return known
                })
        }
        return Self.combined(scales)
    }

    /// A wide line shows at every width, a group of narrow ones as one wide line: of the widths that show the same one
    /// peak the most significant counts, and several narrow peaks are more to be believed than one wide one.
    private static func combined(_ scales: [[FoundPeak]]) -> [FoundPeak] {
        var kept = scales.first ?? []
        for wide in scales.dropFirst() {
            for peak in wide {
                let inside = kept.indices.filter { abs(kept[$0].twoTheta - peak.twoTheta) < 0.75 * peak.fullWidth }
                if inside.isEmpty {
                    kept.append(peak)
                } else if inside.count == 1, kept[inside[0]].significance < peak.significance {
                    kept[inside[0]] = peak
                }
            }
        }
        return kept.sorted { $0.twoTheta < $1.twoTheta }
    }

    /// The width at half height of the narrower ones of the strongest clear maxima; 0.15 degrees, or 5 steps, where there is
    /// none.
    private static func typicalWidth(_ curve: PatternCurve, _ net: [Double]) -> Double {
        let usual = max(0.15, 5 * curve.step)
        let smooth = SNIPBackground.averaged(net, 1)
        let noise = SNIPBackground.averaged(curve.variances, 2).map { ($0 / 3).squareRoot() }
        let maxima = smooth.indices.dropFirst().dropLast().filter {
            smooth[$0] > smooth[$0 - 1] && smooth[$0] >= smooth[$0 + 1] && smooth[$0] > 10 * noise[$0]
        }.sorted { (-smooth[$0], $0) < (-smooth[$1], $1) }
        var widths: [Double] = []
        var taken: [Int] = []
        for top in maxima.prefix(200) where widths.count < 12 {
            let half = smooth[top] / 2
            var (left, right) = (top, top)
            while left > 0, smooth[left] > half { left -= 1 }
            while right < smooth.count - 1, smooth[right] > half { right += 1 }
            guard smooth[left] <= half, smooth[right] <= half, !taken.contains(where: { (left...right).contains($0) })
            else { continue }
            taken.append(top)
            widths.append(curve.twoTheta[right] - curve.twoTheta[left] - curve.step)
        }
        guard widths.count >= 2 else { return widths.first.map { min(max($0, 3 * curve.step), 2) } ?? usual }
        widths.sort()
        return min(max(widths[widths.count / 4], 3 * curve.step), 2)
    }
}

/// The height of a line of one width at every point of a pattern, over its standard deviation.
struct PeakFilter {
    /// One copy of the pattern in what removal makes of it: which two points each point takes from, and with what weights.
    private struct Echo {
        /// `index` is -1 where the copy begins or ends.
        var parts: [(index: Int, left: Double, right: Double)]

        init(_ echo: (shift: Double, factor: Double), _ places: [Double]) {
            var hint = 0
            parts = places.map { place in
                let source = place - echo.shift
                guard source >= places[0], source <= places[places.count - 1] else { return (-1, 0, 0) }
                while hint > 0, places[hint] > source { hint -= 1 }
                while hint + 2 < places.count, places[hint + 1] < source { hint += 1 }
                let t = (source - places[hint]) / (places[hint + 1] - places[hint])
                return (hint, echo.factor * (1 - t), echo.factor * t)
            }
        }
    }

    private let curve: PatternCurve
    private let fullWidth: Double
    /// The height over its standard deviation by noise alone.
    let ratios: [Double]
    private let heights: [Double]
    /// The same with what may be left of further lines of the radiation added to the noise.
    private let cautious: [Double]
    /// How many maxima of `ratios` noise alone makes above a level u, over exp(-u^2 / 2).
    let expectedMaxima: Double

    init(curve: PatternCurve, net: [Double], removal: KAlpha2Removal, fullWidth: Double, ratioUncertainty: Double) {
        self.curve = curve
        self.fullWidth = fullWidth
        let angles = curve.twoTheta
        let line = PseudoVoigt(width: fullWidth, share: 0.5)
        let reach = 1.75 * fullWidth
        let places = angles.map { log(sin($0 * .pi / 360)) }
        let echoes = removal.echoes.filter { abs($0.factor) > 0.02 }.map { Echo($0, places) }
        var ratios = [Double](repeating: 0, count: angles.count)
        var heights = ratios
        var cautious = ratios
        var crossings = 0.0
        var weights = ratios
        let further =
            echoes.count > 1 ? net.indices.map { Self.further(net, places, $0, removal) } : []
        var known: (offsets: [Double], row: [Double]?) = ([], nil)
        var (first, last) = (0, 0)
        for i in angles.indices {
            while angles[first] < angles[i] - reach { first += 1 }
            while last < angles.count - 1, angles[last + 1] <= angles[i] + reach { last += 1 }
            // At the ends a line and a slope cannot be told apart.
            guard angles[i] - angles[0] > fullWidth, angles[angles.count - 1] - angles[i] > fullWidth,
                last - first >= 4
            else { continue }
            // At equal steps all rows are the same.
            let isKnown =
                known.offsets.count == last - first + 1
                && known.offsets.indices.allSatisfy {
                    abs(angles[first + $0] - angles[i] - known.offsets[$0]) < 1e-4 * fullWidth
                }
            if !isKnown {
                let offsets = angles[first...last].map { $0 - angles[i] }
                known = (offsets, Self.estimator(offsets, line))
            }
            guard let row = known.row else { continue }
            var height = 0.0
            var leftover = 0.0
            for (k, weight) in row.enumerated() {
                height += weight * net[first + k]
                // Another ratio of the doublet would change the removed part in proportion.
                if !further.isEmpty { leftover += weight * further[first + k] }
            }
            // The noise of the estimate: the weights of all echoes on one point add up before they are squared.
            var low = last
            var high = first
            for echo in echoes {
                for (k, weight) in row.enumerated() {
                    let part = echo.parts[first + k]
                    guard part.index >= 0 else { continue }
                    weights[part.index] += weight * part.left
                    weights[part.index + 1] += weight * part.right
                }
                // Echoes are copies in order: the ends of the row reach farthest.
                guard let lowest = (first...last).first(where: { echo.parts[$0].index >= 0 }),
                    let highest = (first...last).last(where: { echo.parts[$0].index >= 0 })
                else { continue }
                low = min(low, echo.parts[lowest].index)
                high = max(high, echo.parts[highest].index + 1)
            }
            var (variance, slope) = (0.0, 0.0)
            var previous = 0.0
            for j in low...high {
                variance += weights[j] * weights[j] * curve.variances[j]
                slope += (weights[j] - previous) * (weights[j] - previous) * curve.variances[j]
                previous = weights[j]
                weights[j] = 0
            }
            slope += previous * previous * curve.variances[high]
            guard variance > 0 else { continue }
            heights[i] = height
            ratios[i] = height / variance.squareRoot()
            let doubt = ratioUncertainty * leftover
            cautious[i] = height / (variance + doubt * doubt).squareRoot()
            crossings += (slope / variance).squareRoot() / (2 * .pi)
        }
        self.ratios = ratios
        self.heights = heights
        self.cautious = cautious
        expectedMaxima = crossings
    }

    /// The weights of the points in the least-squares estimate of the height of `line`, a straight background beside it;
    /// `nil` where they do not determine it.
    private static func estimator(_ x: [Double], _ line: PseudoVoigt) -> [Double]? {
        let n = Double(x.count)
        let peak = line.density(0)
        let template = x.map { line.density($0) / peak }
        let (meanX, meanT) = (x.reduce(0, +) / n, template.reduce(0, +) / n)
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        guard spread > 0 else { return nil }
        let slope = zip(x, template).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanT) } / spread
        let rest = zip(x, template).map { $1 - meanT - slope * ($0 - meanX) }
        let norm = rest.reduce(0) { $0 + $1 * $1 }
        guard norm > 1e-3 else { return nil }
        return rest.map { $0 / norm }
    }

    /// The stripped intensity at the place of which a point holds the further lines, times their ratio.
    private static func further(_ net: [Double], _ places: [Double], _ index: Int, _ removal: KAlpha2Removal) -> Double
    {
        var sum = 0.0
        for line in removal.emission.lines.dropFirst() {
            let source = places[index] - log(line.wavelength / removal.emission.primary.wavelength)
            let upper = places.partitioningIndex { $0 >= source }
            guard upper > 0, upper < places.count else { continue }
            let t = (source - places[upper - 1]) / (places[upper] - places[upper - 1])
            sum += line.intensity / removal.emission.primary.intensity * ((1 - t) * net[upper - 1] + t * net[upper])
        }
        return sum
    }

    /// The highest place within half a width.
    private func nearestTop(_ index: Int) -> Int {
        var best = index
        for direction in [-1, 1] {
            var i = index
            while curve.twoTheta.indices.contains(i), abs(curve.twoTheta[i] - curve.twoTheta[index]) <= fullWidth / 2 {
                if heights[i] > heights[best] { best = i }
                i += direction
            }
        }
        return best
    }

    /// The maxima above a level that stand out from their surroundings by three standard deviations.
    func peaks(above threshold: Double) -> [FoundPeak] {
        var result: [FoundPeak] = []
        var candidate: Int?
        var valley = 0.0
        func accept(_ top: Int) {
            // The ratio is flat or has a dip where a strong line makes its own noise: the place is where it is highest.
            let values = heights
            let i = nearestTop(top)
            var offset = 0.0
            if i > 0, i + 1 < values.count {
                // The top of the parabola through three points.
                let bend = values[i - 1] - 2 * values[i] + values[i + 1]
                if bend < 0 { offset = min(max(0.5 * (values[i - 1] - values[i + 1]) / bend, -0.5), 0.5) }
            }
            let step = i > 0 && i + 1 < curve.count ? (curve.twoTheta[i + 1] - curve.twoTheta[i - 1]) / 2 : 0
            result.append(
                FoundPeak(
                    twoTheta: curve.twoTheta[i] + offset * step, significance: ratios[top], height: heights[i],
                    fullWidth: fullWidth, falsePeaksExpected: 0))
        }
        // A maximum counts once the curve has fallen by three from it; the next begins once it has risen by three.
        for i in cautious.indices {
            if let top = candidate {
                if cautious[i] > cautious[top] {
                    candidate = i
                } else if cautious[i] < cautious[top] - 3 {
                    if cautious[top] > threshold { accept(top) }
                    candidate = nil
                    valley = cautious[i]
                }
            } else {
                valley = min(valley, cautious[i])
                if cautious[i] > valley + 3 { candidate = i }
            }
        }
        if let top = candidate, cautious[top] > threshold { accept(top) }
        return result
    }
}
