import Foundation
import SpectralMath

/// Takes everything but the primary line of the radiation out of a pattern.
///
/// Over x = ln sin(theta) each further line of the radiation is a copy of the primary pattern, shifted by the logarithm
/// of the ratio of wavelengths and weakened by the ratio of intensities. The Fourier transform of the whole is that of the
/// primary pattern times D(k) = 1 + sum r_l exp(-i k shift_l), and division by D is exact: it is stable as long as the
/// further lines together are weaker than the first, since then |D| >= 1 - sum r_l.
public struct KAlpha2Removal: Sendable, Hashable {
    /// How the further lines are removed.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Division of Fourier transforms, of the pattern interpolated by a cubic spline.
        case division
        /// Point by point from small angles upwards, I1(theta) = I(theta) - r I1(theta'), with straight lines between
        /// points (W. A. Rachinger, J. Sci. Instrum. 25 (1948) 254): for comparison, it blurs by its interpolation.
        case rachinger
    }

    /// The lines of the radiation.
    public let emission: EmissionSpectrum
    /// How the further lines are removed.
    public let method: Method
    private let copies: [(shift: Double, ratio: Double)]

    /// Removal of the further lines of `emission`.
    ///
    /// - Throws: `PatternError.unsuitableRadiation` where these are together not weaker than the first, or not within 5 %
    ///   of its wavelength (K-beta shows other structure factors and no copy of the pattern).
    public init(_ emission: EmissionSpectrum, method: Method = .division) throws(PatternError) {
        self.emission = emission
        self.method = method
        let primary = emission.primary
        copies = emission.lines.dropFirst().map {
            (log($0.wavelength / primary.wavelength), $0.intensity / primary.intensity)
        }
        guard copies.allSatisfy({ abs($0.shift) < 0.05 }) else {
            throw .unsuitableRadiation("\(emission.name) has lines too far apart to be copies of one pattern")
        }
        guard copies.reduce(0, { $0 + $1.ratio }) < 0.98 else {
            throw .unsuitableRadiation("the first line of \(emission.name) is not stronger than the others together")
        }
        guard method == .division || copies.count <= 1, method == .division || copies.allSatisfy({ $0.shift > 0 })
        else { throw .unsuitableRadiation("Rachinger's method removes one line of longer wavelength") }
    }

    /// Equal where radiation and method are.
    public static func == (left: KAlpha2Removal, right: KAlpha2Removal) -> Bool {
        left.emission == right.emission && left.method == right.method
    }

    /// Hashes radiation and method.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(emission)
        hasher.combine(method)
    }

    /// The pattern that the primary line alone would give, with its variances. Of the background, which every line
    /// gives alike, the share of the primary line remains.
    ///
    /// - Parameters:
    ///   - curve: the measured pattern.
    ///   - background: the background at each point, none where `nil`.
    /// - Throws: `PatternError` where the pattern has fewer than 5 points or a transform fails.
    public func callAsFunction(_ curve: PatternCurve, background: [Double]? = nil) throws(PatternError) -> PatternCurve
    {
        guard !copies.isEmpty else { return curve }
        guard curve.count >= 5 else { throw .tooFewPoints(found: curve.count, needed: 5) }
        let below = background ?? [Double](repeating: 0, count: curve.count)
        guard below.count == curve.count else { throw .badParameter("\(below.count) values of a background") }
        let net = zip(curve.intensities, below).map { $0 - $1 }
        let places = curve.twoTheta.map { log(sin($0 * .pi / 360)) }
        let stripped: [Double]
        do {
            stripped = try method == .division ? divided(net, places) : recursed(net, places)
        } catch { throw .numerical("removal of K-alpha-2: \(error)") }
        let share = 1 / (1 + copies.reduce(0) { $0 + $1.ratio })
        return PatternCurve(
            curve, intensities: zip(stripped, below).map { $0 + share * $1 },
            variances: propagated(curve.variances, places))
    }

    private func divided(_ net: [Double], _ places: [Double]) throws -> [Double] {
        let (low, high) = (places[0], places[places.count - 1])
        // Echoes of the last lines fade by the sum of ratios each time; they must not come round to the beginning.
        let total = copies.reduce(0) { $0 + $1.ratio }
        let farthest = copies.map { abs($0.shift) }.max() ?? 0
        let margin = farthest * (2 + (log(1e-9) / log(max(total, 1e-3))).rounded(.up))
        // Four times as fine as the finest step of the data, which on this axis is the last one.
        let finest = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? 1
        let wanted = 4 * (high - low + 2 * margin) / max(finest, 1e-12)
        let count = fastTransformLength(Int(min(max(wanted, 4096), 4_194_304)))
        let step = (high - low + 2 * margin) / Double(count)
        let spline = try Interpolation(.cubicSpline, abscissae: places, ordinates: net)
        let samples = try (0..<count).map { index -> Double in
            let x = low - margin + Double(index) * step
            return spline.range.contains(x) ? try spline.value(at: x) : 0
        }
        var transform = try RealFourierTransform(count: count)
        var coefficients = try transform.forward(samples)
        for k in coefficients.indices {
            let frequency = 2 * Double.pi * Double(k) / (Double(count) * step)
            var divisor = ComplexNumber(1, 0)
            for copy in copies {
                let phase = frequency * copy.shift
                divisor = divisor + ComplexNumber(copy.ratio * cos(phase), -copy.ratio * sin(phase))
            }
            coefficients[k] = (1 / divisor.squaredModulus) * (coefficients[k] * divisor.conjugate)
        }
        let result = try transform.inverse(coefficients)
        let back = try Interpolation(
            .cubicSpline, abscissae: (0..<count).map { low - margin + Double($0) * step }, ordinates: result)
        return try places.map { try back.value(at: $0) }
    }

    private func recursed(_ net: [Double], _ places: [Double]) throws -> [Double] {
        var result = net
        guard let copy = copies.first else { return net }
        var lower = 0
        for i in net.indices {
            let source = places[i] - copy.shift
            guard source >= places[0] else { continue }
            while lower + 1 < i, places[lower + 1] <= source { lower += 1 }
            let share = (source - places[lower]) / (places[lower + 1] - places[lower])
            result[i] -= copy.ratio * ((1 - share) * result[lower] + share * result[lower + 1])
        }
        return result
    }

    /// 1 / D as a series of echoes: shifts, each with its factor, that the pattern is multiplied and added up with.
    var echoes: [(shift: Double, factor: Double)] {
        var all: [(shift: Double, factor: Double)] = [(0, 1)]
        var latest = all
        for _ in 0..<60 {
            var next: [Int: Double] = [:]
            for echo in latest {
                for copy in copies {
                    next[Int(((echo.shift + copy.shift) * 1e7).rounded()), default: 0] -= echo.factor * copy.ratio
                }
            }
            latest = next.sorted { $0.key < $1.key }.filter { abs($0.value) > 1e-5 }
                .map { (Double($0.key) * 1e-7, $0.value) }
            if latest.isEmpty || all.count > 3000 { break }
            all += latest
        }
        return all
    }

    /// The variances after removal: each point is a sum over echoes of the pattern, each interpolated between points,
    /// whose weights on a point of the data add up before they are squared.
    private func propagated(_ variances: [Double], _ places: [Double]) -> [Double] {
        let echoes = self.echoes
        var result = [Double](repeating: 0, count: places.count)
        var weights = [Double](repeating: 0, count: places.count)
        for i in places.indices {
            var touched: (first: Int, last: Int) = (i, i)
            var hint = min(i, places.count - 2)
            for echo in echoes {
                let source = places[i] - echo.shift
                guard source >= places[0], source <= places[places.count - 1] else { continue }
                while hint > 0, places[hint] > source { hint -= 1 }
                while hint + 2 < places.count, places[hint + 1] < source { hint += 1 }
                let t = (source - places[hint]) / (places[hint + 1] - places[hint])
                for j in max(0, hint - 5)...min(places.count - 1, hint + 6) {
                    weights[j] += echo.factor * Self.cardinal(Double(j - hint) - t, isLinear: method == .rachinger)
                    touched = (min(touched.first, j), max(touched.last, j))
                }
            }
            var sum = 0.0
            for j in touched.first...touched.last {
                sum += weights[j] * weights[j] * variances[j]
                weights[j] = 0
            }
            result[i] = sum
        }
        return result
    }

    /// The weight that interpolation gives a point at the distance `t` in steps: the cardinal cubic spline, whose
    /// values fall by sqrt(3) - 2 from interval to interval (I. J. Schoenberg, Cardinal Spline Interpolation, SIAM 1973).
    private static func cardinal(_ t: Double, isLinear: Bool) -> Double {
        let distance = abs(t)
        if isLinear { return max(0, 1 - distance) }
        // L(t) = sum_j c_j B(t - j), c_j = sqrt(3) z^|j|, z = sqrt(3) - 2, B the centred cubic B-spline.
        var sum = 0.0
        let nearest = Int(distance.rounded(.down))
        for j in (nearest - 1)...(nearest + 2) {
            let u = abs(distance - Double(j))
            let b = u < 1 ? (4 - 6 * u * u + 3 * u * u * u) / 6 : u < 2 ? (2 - u) * (2 - u) * (2 - u) / 6 : 0
            sum += splineCoefficients[min(abs(j), splineCoefficients.count - 1)] * b
        }
        return sum
    }

    /// c_j for |j| = 0, 1, ...; the last one is below 1e-8.
    private static let splineCoefficients: [Double] = (0..<16).map {
        3.0.squareRoot() * pow(3.0.squareRoot() - 2, Double($0))
    }
}
