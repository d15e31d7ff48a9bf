import Foundation
import Spectra

/// Why a pattern cannot be processed.
public enum PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There are no scattering angles: the axis is another one, or angles need a wavelength that is not known.
    case noAngles(axis: String)
    /// Too few points for what was asked.
    case tooFewPoints(found: Int, needed: Int)
    /// A number that is none, or an angle outside 0 to 180 degrees, at a point counted from 1.
    case unusable(point: Int, what: String)
    /// The wavelengths of the radiation are not known, and must not be guessed.
    case noWavelength
    /// The radiation is not of X-rays or its lines cannot be separated.
    case unsuitableRadiation(String)
    /// A parameter that makes no sense.
    case badParameter(String)
    /// A computation failed.
    case numerical(String)

    /// A sentence for a person.
    public var description: String {
        switch self {
        case .noAngles(let axis):
            "needs scattering angles, found an axis of \(axis)\(axis == "d" || axis == "Q" ? " without a wavelength" : "")"
        case .tooFewPoints(let found, let needed): "\(found) points, at least \(needed) are needed"
        case .unusable(let point, let what): "point \(point): \(what)"
        case .noWavelength: "the wavelength of the radiation is not known; state it"
        case .unsuitableRadiation(let why): why
        case .badParameter(let what): what
        case .numerical(let what): what
        }
    }
}

/// A pattern made ready for processing: intensities over rising angles, with what is known of their noise.
public struct PatternCurve: Sendable, Hashable {
    /// Where the noise is known from.
    public enum Noise: String, Sendable, Hashable, Codable {
        /// Counted events: Poisson statistics.
        case counts
        /// Standard uncertainties in the file.
        case file
        /// Neither is known: the noise is taken as proportional to the square root of the intensity, with the factor
        /// that the scatter of the points shows.
        case scatter
    }

    /// The angles in degrees, rising.
    public let twoTheta: [Double]
    /// The intensities.
    public let intensities: [Double]
    /// The variance of each intensity.
    public let variances: [Double]
    /// The variance per intensity at each point: that of an expected intensity y is gain times y. `nil` where the
    /// variances do not follow from the intensities.
    public let gains: [Double]?
    /// Where the noise is known from.
    public let noise: Noise

    /// The number of points.
    public var count: Int { twoTheta.count }

    /// The mean step in degrees.
    public var step: Double { (twoTheta[count - 1] - twoTheta[0]) / Double(count - 1) }

    /// Counts, or other intensities with gains: variance = gain x intensity, at least that of one event.
    ///
    /// - Throws: `PatternError` where the arrays do not fit together, hold numbers that are none, or fewer than 3 points.
    public init(
        twoTheta: [Double], intensities: [Double], gain: Double = 1
    ) throws(PatternError) {
        try self.init(
            angles: twoTheta, intensities: intensities, variances: nil,
            gains: [Double](repeating: gain, count: twoTheta.count), noise: .counts)
    }

    /// Intensities with variances of their own; throws as above.
    public init(twoTheta: [Double], intensities: [Double], variances: [Double]) throws(PatternError) {
        try self.init(angles: twoTheta, intensities: intensities, variances: variances, gains: nil, noise: .file)
    }

    /// A measured pattern, or the part of it within `range` degrees. Points at the same angle are averaged.
    ///
    /// - Throws: `PatternError`.
    public init(_ pattern: DiffractionPattern, range: ClosedRange<Double>? = nil) throws(PatternError) {
        let sorted = pattern.sortedByAxis()
        guard let measured = sorted.twoTheta else { throw .noAngles(axis: pattern.axis.kind.rawValue) }
        // Angles from d fall where d rises.
        let order = measured.indices.filter { range?.contains(measured[$0]) ?? true }
            .sorted { (measured[$0], $0) < (measured[$1], $1) }
        let angles = order.map { measured[$0] }
        let values = order.map { sorted.intensities[$0] }
        var gains: [Double]?
        if sorted.standardUncertainties == nil, let counts = sorted.rawCounts {
            // intensity = k n, variance = k^2 n: the gain is k, from a point that counted something.
            gains = order.map { counts[$0] > 0 ? sorted.intensities[$0] / counts[$0] : .nan }
            let known = gains?.first { !$0.isNaN } ?? 1
            var last = known
            for index in order.indices {
                if let gain = gains?[index], !gain.isNaN { last = gain } else { gains?[index] = last }
            }
        }
        let variances = gains == nil ? sorted.variances.map { all in order.map { all[$0] } } : nil
        try self.init(
            angles: angles, intensities: values, variances: variances, gains: gains,
            noise: gains != nil ? .counts : variances != nil ? .file : .scatter)
    }

    private init(
        angles: [Double], intensities: [Double], variances: [Double]?, gains: [Double]?, noise: Noise
    ) throws(PatternError) {
        guard angles.count == intensities.count, variances.map({ $0.count == angles.count }) ?? true else {
            throw .badParameter("\(angles.count) angles and \(intensities.count) intensities do not fit together")
        }
        for (index, angle) in angles.enumerated() {
            guard angle.isFinite, angle > 0, angle < 180 else {
                // Scans from below zero are cut by the caller's range; zero itself has no spacing.
                throw .unusable(point: index + 1, what: "two theta \(angle), expected an angle above 0 and below 180")
            }
            guard intensities[index].isFinite, abs(intensities[index]) < 1e100 else {
                throw .unusable(point: index + 1, what: "intensity \(intensities[index]), expected a number")
            }
        }
        let merged = Self.merged(angles, intensities, variances, gains)
        guard merged.angles.count >= 3 else { throw .tooFewPoints(found: merged.angles.count, needed: 3) }
        twoTheta = merged.angles
        self.intensities = merged.intensities
        self.noise = noise
        if let own = merged.variances, own.allSatisfy({ $0.isFinite && $0 >= 0 }) {
            // A point without uncertainty would be the only one that counts.
            let least = own.filter { $0 > 0 }.min() ?? 1
            self.variances = own.map { $0 > 0 ? $0 : least }
            self.gains = nil
            return
        }
        let gains =
            merged.gains
            ?? [Double](repeating: Self.gain(fromScatterOf: merged.intensities), count: merged.angles.count)
        self.gains = gains
        self.variances = zip(gains, merged.intensities).map(Self.variance)
    }

    /// Points at the same angle drawn together to their mean.
    private static func merged(
        _ angles: [Double], _ intensities: [Double], _ variances: [Double]?, _ gains: [Double]?
    ) -> (angles: [Double], intensities: [Double], variances: [Double]?, gains: [Double]?) {
        if zip(angles, angles.dropFirst()).allSatisfy({ $0 < $1 }) { return (angles, intensities, variances, gains) }
        var result: (angles: [Double], intensities: [Double], variances: [Double], gains: [Double]) = ([], [], [], [])
        var start = 0
        while start < angles.count {
            var end = start + 1
            while end < angles.count, angles[end] == angles[start] { end += 1 }
            let n = Double(end - start)
            result.angles.append(angles[start])
            result.intensities.append(intensities[start..<end].reduce(0, +) / n)
            result.variances.append((variances?[start..<end].reduce(0, +) ?? 0) / (n * n))
            result.gains.append((gains?[start..<end].reduce(0, +) ?? 0) / (n * n))
            start = end
        }
        return (
            result.angles, result.intensities, variances == nil ? nil : result.variances,
            gains == nil ? nil : result.gains
        )
    }

    /// The variance per intensity that the scatter shows: the median over all points of the squared second difference
    /// over six times the local mean, over the median 0.4549 of chi squared with one degree of freedom. Peaks are few
    /// enough not to move a median.
    static func gain(fromScatterOf intensities: [Double]) -> Double {
        let ratios = intensities.indices.dropFirst().dropLast().compactMap { i -> Double? in
            let (left, middle, right) = (intensities[i - 1], intensities[i], intensities[i + 1])
            let mean = (left + middle + right) / 3
            guard mean > 0 else { return nil }
            let bend = left - 2 * middle + right
            return bend * bend / (6 * mean)
        }.sorted()
        let largest = intensities.map(abs).max() ?? 1
        // Without scatter, as in a computed pattern, any small number will do.
        let floor = max(largest, 1e-300) * 1e-9
        guard !ratios.isEmpty else { return floor }
        return max(ratios[ratios.count / 2] / 0.4549, floor)
    }

    /// Poisson's variance, at least that of one event, and never so small that rounding shows beside it.
    private static func variance(gain: Double, intensity: Double) -> Double {
        max(gain * intensity, gain * gain, 1e-20 * intensity * intensity)
    }

    /// The same points with other intensities and variances.
    init(_ curve: PatternCurve, intensities: [Double], variances: [Double]) {
        twoTheta = curve.twoTheta
        self.intensities = intensities
        self.variances = variances
        gains = nil
        noise = curve.noise
    }

    /// The variances where the intensities are expected to be `expected`: those of Poisson's statistics do not follow
    /// the fluctuations of the data then.
    func variances(expected: [Double]) -> [Double] {
        guard let gains else { return variances }
        return zip(gains, expected).map(Self.variance)
    }
}
