import Foundation
import SpectralMath

/// A curve of unit height at u = 0, with a kink in its second derivative there at most, before it is convolved.
protocol ConvolvedBase: Sendable {
    /// The curve at u, which rises with binding energy.
    func value(at u: Double) -> Double
    /// Its derivative.
    func slope(at u: Double) -> Double
    /// The full width at half maximum of the Gaussian that the curve is convolved with, in units of u.
    var gaussianWidth: Double { get }
    /// The distance from 0 below which the curve has no structure.
    var finest: Double { get }
    /// Where the Gaussian has ceased to matter.
    var extent: Double { get }
    /// The integral of the curve over all u; `nil` where it is infinite.
    func area(_ rule: GaussLegendreRule) -> Double?
}

/// What a table can be made of; the key of the cache.
enum ConvolvedShape: Sendable, Hashable {
    case powers(LorentzianPowers)
    case gelius(GeliusTail)

    var base: any ConvolvedBase {
        switch self {
        case .powers(let powers): powers
        case .gelius(let tail): tail
        }
    }
}

/// A base curve convolved with its Gaussian, as a function of u, with its area and widths: computed once, and scaled for
/// every line of the shape.
struct ConvolvedTable: Sendable {
    let curve: ConvolvedCurve
    /// The area over all energies, in units of u; `nil` where the tail does not end.
    let area: Double?
    /// The maximum and the half widths, in units of u.
    let widths: LineWidths

    init(_ shape: ConvolvedShape) throws {
        curve = try ConvolvedCurve(shape.base)
        area = shape.base.area(try GaussLegendreRule(count: 20))
        widths = LineWidths(of: curve, scale: 1)
    }
}

/// The convolved curve of unit base height.
///
/// Nodes lie evenly in s = asinh(u / c), which resolves the core and makes power-law tails smooth. At each node the curve
/// and two derivatives come from Gauss-Legendre panels (see `GaussianConvolution`); a polynomial of degree five matches
/// all three at both ends of an interval. The error is below 1e-10 of the height, and tails keep relative accuracy.
struct ConvolvedCurve: Sendable {
    private let base: any ConvolvedBase
    private let hasGaussian: Bool
    /// c
    private let scale: Double
    private let first: Double
    /// Six coefficients for each interval, of powers of the fraction of the interval.
    private let coefficients: [Double]
    /// The same for the kernels; `nil` where there is no Gaussian, hence no table.
    let table: LineKernels.Table?
    /// The integral from the first node to each node.
    private var integrals: [Double]
    private let rule: GaussLegendreRule

    private static let spacing = 0.02

    fileprivate init(_ base: any ConvolvedBase) throws {
        self.base = base
        rule = try GaussLegendreRule(count: 12)
        let sigma = base.gaussianWidth / VoigtProfile.widthOfSigma
        // A Gaussian of a millionth of the width shifts no value by more than 1e-11.
        hasGaussian = sigma > 1e-6
        scale = hasGaussian ? min(max(sigma, 0.001), 0.5) : min(base.finest, 0.5)
        let half = Int((asinh(max(base.extent, 100 * sigma) / scale) / Self.spacing).rounded(.up))
        first = -Double(half) * Self.spacing
        let convolution = hasGaussian ? GaussianConvolution(base: base, sigma: sigma, rule: rule) : nil
        var nodes: [SIMD3<Double>] = []
        if let convolution {
            nodes.reserveCapacity(2 * half + 1)
            for index in 0...(2 * half) {
                let s = first + Self.spacing * Double(index)
                let u = scale * sinh(s), step = scale * cosh(s) * Self.spacing
                let at = convolution.sample(at: u)
                nodes.append(
                    SIMD3(
                        at.value, at.slope * step,
                        at.curvature * step * step + at.slope * u * Self.spacing * Self.spacing))
            }
        }
        coefficients = Self.polynomials(nodes)
        table =
            coefficients.isEmpty
            ? nil
            : LineKernels.Table(coefficients: coefficients, scale: scale, first: first, spacing: Self.spacing)
        integrals = []
        integrals = cumulativeIntegrals(intervals: 2 * half)
    }

    /// The curve and its derivative at u.
    func point(at u: Double) -> (value: Double, slope: Double) {
        guard hasGaussian else { return (base.value(at: u), base.slope(at: u)) }
        let position = (asinh(u / scale) - first) / Self.spacing
        let count = coefficients.count / 6
        // Far out the Gaussian has no effect left; a NaN ends here too.
        guard position >= 0, position < Double(count) else { return (base.value(at: u), base.slope(at: u)) }
        let index = Int(position)
        let x = position - Double(index)
        return coefficients.withUnsafeBufferPointer { all in
            let start = 6 * index
            var value = all[start + 5]
            var slope = 0.0
            for power in stride(from: 4, through: 0, by: -1) {
                slope = slope * x + value
                value = value * x + all[start + power]
            }
            return (value, slope / (Self.spacing * (u * u + scale * scale).squareRoot()))
        }
    }

    /// What u the table covers, where there is one.
    var tabulated: ClosedRange<Double> {
        // A little less, so that rounding puts no point outside.
        let last = first + Self.spacing * Double(coefficients.count / 6)
        return scale * sinh(first) * (1 - 1e-12)...scale * sinh(last) * (1 - 1e-12)
    }

    /// The integral from `-reach` to `reach`.
    func integral(within reach: Double) -> Double { integral(to: reach) - integral(to: -reach) }

    private func integral(to u: Double) -> Double {
        let position = min(max((asinh(u / scale) - first) / Self.spacing, 0), Double(integrals.count - 1))
        let index = min(Int(position), integrals.count - 2)
        return integrals[index] + panel(index, to: position - Double(index))
    }

    /// The integral over the leading `fraction` of an interval.
    private func panel(_ index: Int, to fraction: Double) -> Double {
        let start = first + Self.spacing * Double(index)
        return rule.integral(from: start, to: start + fraction * Self.spacing) { s in
            point(at: scale * sinh(s)).value * scale * cosh(s)
        }
    }

    private func cumulativeIntegrals(intervals: Int) -> [Double] {
        var sums = [0.0]
        for index in 0..<intervals { sums.append(sums[index] + panel(index, to: 1)) }
        return sums
    }

    /// The coefficients of the polynomials that match value, first and second derivative (by the fraction of an
    /// interval) at both ends.
    private static func polynomials(_ nodes: [SIMD3<Double>]) -> [Double] {
        var coefficients: [Double] = []
        coefficients.reserveCapacity(6 * nodes.count)
        for (left, right) in zip(nodes, nodes.dropFirst()) {
            let rise = right[0] - left[0] - left[1] - left[2] / 2
            let slope = right[1] - left[1] - left[2]
            let bend = right[2] - left[2]
            coefficients += [
                left[0], left[1], left[2] / 2, 10 * rise - 4 * slope + bend / 2, -15 * rise + 7 * slope - bend,
                6 * rise - 3 * slope + bend / 2,
            ]
        }
        return coefficients
    }
}

extension ConvolvedCurve: LineProfile {
    func sample(at distance: Double) -> LineSample {
        let (value, slope) = point(at: distance)
        return LineSample(value: value, byDistance: slope)
    }
}

/// The convolution of a base curve with a normalised Gaussian, point by point.
private struct GaussianConvolution {
    let base: any ConvolvedBase
    let sigma: Double
    let rule: GaussLegendreRule

    /// How far the Gaussian reaches: exp(-81/2) = 2.6e-18.
    private static let reach = 9.0
    /// The length of a panel in standard deviations; 12 points on it integrate a Gaussian to rounding.
    private static let panel = 1.5

    /// The convolution and two derivatives at u.
    func sample(at u: Double) -> (value: Double, slope: Double, curvature: Double) {
        let low = u - Self.reach * sigma, high = u + Self.reach * sigma
        var edges = stride(from: 0, through: 2 * Self.reach / Self.panel, by: 1).map { low + $0 * Self.panel * sigma }
        // The kink at 0 must be an edge, and panels must not be longer than their distance from the poles beside it.
        if low < 0, high > 0 { edges.append(0) }
        var distance = base.finest
        while distance < max(abs(low), abs(high)) {
            if low < distance, distance < high { edges.append(distance) }
            if low < -distance, -distance < high { edges.append(-distance) }
            distance *= 2
        }
        edges.sort()
        // The derivatives come from the slope of the base, which is continuous: in the far tails they are too small to be
        // differences of values.
        var sums = SIMD3<Double>.zero
        for (start, end) in zip(edges, edges.dropFirst()) where end > start {
            let middle = (start + end) / 2
            let half = (end - start) / 2
            for (point, weight) in zip(rule.points, rule.weights) {
                let y = middle + half * point
                let t = (u - y) / sigma
                let share = weight * half * exp(-t * t / 2)
                let slope = share * base.slope(at: y)
                sums += SIMD3(share * base.value(at: y), slope, -t * slope)
            }
        }
        let norm = 1 / (sigma * (2 * Double.pi).squareRoot())
        return (norm * sums[0], norm * sums[1], norm * sums[2] / sigma)
    }
}

/// Tables that were computed already, by shape: a table takes some milliseconds, and series and simulations draw the
/// same shape thousands of times.
///
/// A class with a lock, because threads share it; what it holds are values of a pure function, so that it cannot change
/// any result.
final class ConvolvedTableCache: @unchecked Sendable {
    static let shared = ConvolvedTableCache()

    private let lock = NSLock()
    /// The tables in order of their last use, the latest at the end.
    private var recent: [(shape: ConvolvedShape, table: ConvolvedTable)] = []
    private static let capacity = 32

    func table(for shape: ConvolvedShape) throws -> ConvolvedTable {
        lock.lock()
        defer { lock.unlock() }
        let known = recent.firstIndex { $0.shape == shape }.map { recent.remove(at: $0).table }
        let table = try known ?? ConvolvedTable(shape)
        recent.append((shape, table))
        if recent.count > Self.capacity { recent.removeFirst() }
        return table
    }
}

/// A line whose form comes from a table: value(E) = g((E - E0) / F_L) / (F_L area), F_L proportional to the width.
struct TabulatedProfile: LineProfile {
    private let curve: ConvolvedCurve
    /// F_L, eV.
    private let inner: Double
    private let area: Double
    /// d ln(area) / d F_L, where the area is one within a fixed reach.
    private let areaSlope: Double
    private let width: Double

    /// A line of `width` in CasaXPS's convention; its area is that within `areaReach` eV where that is given.
    init(table: ConvolvedTable, width: Double, areaReach: Double?) {
        curve = table.curve
        self.width = width
        inner = width / table.widths.stored
        if let total = table.area {
            area = total
            areaSlope = 0
        } else {
            let reach = (areaReach ?? LineShape.areaReach) / inner
            area = curve.integral(within: reach)
            let ends = curve.point(at: reach).value + curve.point(at: -reach).value
            areaSlope = -ends * reach / (inner * area)
        }
    }

    func fill(_ columns: LineColumns, energies: UnsafeBufferPointer<Double>, center: Double, factor: Double) {
        guard let table = curve.table, let byWidth = columns.byParameter.first, columns.byParameter.count == 1 else {
            return fillPointByPoint(columns, energies: energies, center: center, factor: factor)
        }
        LineKernels.table(
            table, energies, center: center, inner: inner, height: factor / (inner * area), byWidth: 1 / width,
            byArea: areaSlope * inner / width, value: columns.value, byCenter: columns.byCenter, byParameter: byWidth)
        // Far out, where the Gaussian has no effect left, the base curve is exact.
        let covered = curve.tabulated
        var first = energies.startIndex, end = energies.endIndex
        while first < end, (energies[first] - center) / inner < covered.lowerBound { first += 1 }
        while end > first, (energies[end - 1] - center) / inner > covered.upperBound { end -= 1 }
        for points in [energies.startIndex..<first, end..<energies.endIndex] where !points.isEmpty {
            fillPointByPoint(columns, energies: energies, center: center, factor: factor, points: points)
        }
    }

    func sample(at distance: Double) -> LineSample {
        let t = distance / inner
        let (value, slope) = curve.point(at: t)
        let height = 1 / (inner * area)
        var sample = LineSample(value: height * value, byDistance: height * slope / inner)
        sample.byParameter[0] = -height * (value + t * slope) / width - sample.value * areaSlope * inner / width
        return sample
    }
}
