import Foundation
import SpectralMath

/// The parameters of a peak while peaks are fitted.
struct PeakState: Sendable {
    var twoTheta: Double
    var fullWidth: Double
    var mixing: Double
    /// The area of all lines of the radiation.
    var area: Double
    var significance: Double
}

extension EmissionSpectrum {
    /// The lines of the radiation at one reflection: places, shares of the area, and how the places move with the first.
    func split(twoTheta: Double) -> [(twoTheta: Double, share: Double, motion: Double)] {
        let theta = twoTheta * .pi / 360
        let images = images(twoTheta: twoTheta)
        let total = images.reduce(0) { $0 + $1.intensity }
        return zip(images, lines).map { image, line in
            // sin(theta_l) = rho sin(theta): d(theta_l) = rho cos(theta) / cos(theta_l) d(theta).
            let motion = line.wavelength / primary.wavelength * cos(theta) / cos(image.twoTheta * .pi / 360)
            return (image.twoTheta, image.intensity / total, motion)
        }
    }

    /// Adds a peak to a curve over `angles`.
    func add(_ peak: PeakState, to values: inout [Double], over angles: ArraySlice<Double>) {
        let line = PseudoVoigt(width: peak.fullWidth, share: peak.mixing)
        for image in split(twoTheta: peak.twoTheta) {
            for i in angles.indices {
                values[i - angles.startIndex] += peak.area * image.share * line.density(angles[i] - image.twoTheta)
            }
        }
    }
}

/// A few neighbouring peaks and the background under them, as a least-squares problem: nonlinear in positions, widths and
/// the mixing, linear in areas and the coefficients of a polynomial.
struct PeakSegment: SeparableProblem {
    let angles: [Double]
    /// The intensities less what is held: a background and the tails of peaks elsewhere.
    let intensities: [Double]
    var weights: [Double]
    let emission: EmissionSpectrum
    let peakCount: Int
    /// Which width each peak has, counted from 0.
    let widthOf: [Int]
    let widthCount: Int
    let polynomialCount: Int
    let nonlinearBounds: [ClosedRange<Double>]
    let linearBounds: [ClosedRange<Double>]

    private var profiles: [[Double]]
    private var byPosition: [[Double]]
    private var byWidth: [[Double]]
    private var byMixing: [[Double]]
    private let polynomials: [[Double]]

    var dataCount: Int { angles.count }
    private var mixingIndex: Int { peakCount + widthCount }
    private var nonlinearCount: Int { peakCount + widthCount + 1 }

    /// - Parameters:
    ///   - peaks: start values.
    ///   - widthOf: the index of the width of each peak.
    ///   - mixingBounds: the range of the mixing, a single number to hold it.
    init(
        angles: [Double], intensities: [Double], weights: [Double], emission: EmissionSpectrum, peaks: [PeakState],
        widthOf: [Int], polynomialCount: Int, mixingBounds: ClosedRange<Double>, step: Double
    ) {
        self.angles = angles
        self.intensities = intensities
        self.weights = weights
        self.emission = emission
        self.widthOf = widthOf
        self.polynomialCount = polynomialCount
        peakCount = peaks.count
        widthCount = (widthOf.max() ?? -1) + 1
        var bounds = peaks.map { ($0.twoTheta - 0.7 * $0.fullWidth)...($0.twoTheta + 0.7 * $0.fullWidth) }
        for group in 0..<widthCount {
            let members = peaks.indices.filter { widthOf[$0] == group }
            let width = members.reduce(0) { $0 + peaks[$1].fullWidth } / Double(max(1, members.count))
            bounds.append(max(0.25 * width, min(0.8 * step, 0.5 * width))...(4 * width))
        }
        bounds.append(mixingBounds)
        nonlinearBounds = bounds
        linearBounds =
            peaks.map { _ in 0...Double.infinity }
            + (0..<polynomialCount).map { _ in -Double.infinity...Double.infinity }
        let empty = [[Double]](repeating: [Double](repeating: 0, count: angles.count), count: peaks.count)
        profiles = empty
        byPosition = empty
        byWidth = empty
        byMixing = empty
        let (low, high) = (angles.first ?? 0, angles.last ?? 1)
        let x = angles.map { (2 * $0 - low - high) / max(high - low, 1e-9) }
        polynomials = (0..<polynomialCount).map { n in x.map { cos(Double(n) * acos(min(max($0, -1), 1))) } }
    }

    /// The start values of the nonlinear parameters.
    func start(_ peaks: [PeakState]) -> [Double] {
        let widths = (0..<widthCount).map { group -> Double in
            let members = peaks.indices.filter { widthOf[$0] == group }
            return members.reduce(0) { $0 + peaks[$1].fullWidth } / Double(max(1, members.count))
        }
        return peaks.map(\.twoTheta) + widths + [peaks.first?.mixing ?? 0.5]
    }

    mutating func linearEquations(
        at nonlinear: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        vector: UnsafeMutableBufferPointer<Double>
    ) throws {
        evaluate(nonlinear)
        let count = peakCount + polynomialCount
        for a in 0..<count {
            let first = a < peakCount ? profiles[a] : polynomials[a - peakCount]
            vector[a] = product(first, intensities)
            for b in 0...a {
                let sum = product(first, b < peakCount ? profiles[b] : polynomials[b - peakCount])
                matrix[a * count + b] = sum
                matrix[b * count + a] = sum
            }
        }
    }

    mutating func normalEquations(
        coefficients: UnsafeBufferPointer<Double>, matrix: UnsafeMutableBufferPointer<Double>,
        gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        var columns: [[Double]] = []
        for peak in 0..<peakCount { columns.append(byPosition[peak].map { $0 * coefficients[peak] }) }
        for group in 0..<widthCount { columns.append(sum(byWidth, coefficients) { widthOf[$0] == group }) }
        columns.append(sum(byMixing, coefficients) { _ in true })
        columns += profiles + polynomials
        var residuals = intensities
        for k in 0..<(peakCount + polynomialCount) {
            let column = columns[nonlinearCount + k]
            let factor = coefficients[k]
            for i in residuals.indices { residuals[i] -= factor * column[i] }
        }
        for a in columns.indices {
            gradient[a] = product(columns[a], residuals)
            for b in 0...a {
                let sum = product(columns[a], columns[b])
                matrix[a * columns.count + b] = sum
                matrix[b * columns.count + a] = sum
            }
        }
        return product(residuals, residuals)
    }

    private func sum(
        _ parts: [[Double]], _ coefficients: UnsafeBufferPointer<Double>, where included: (Int) -> Bool
    ) -> [Double] {
        var result = [Double](repeating: 0, count: angles.count)
        for peak in 0..<peakCount where included(peak) {
            for i in result.indices { result[i] += coefficients[peak] * parts[peak][i] }
        }
        return result
    }

    private func product(_ a: [Double], _ b: [Double]) -> Double {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                weights.withUnsafeBufferPointer { w in
                    var sum = 0.0
                    for i in 0..<w.count { sum += w[i] * a[i] * b[i] }
                    return sum
                }
            }
        }
    }

    private mutating func evaluate(_ nonlinear: UnsafeBufferPointer<Double>) {
        for peak in 0..<peakCount {
            let line = PseudoVoigt(
                width: nonlinear[peakCount + widthOf[peak]], share: nonlinear[mixingIndex])
            for i in angles.indices {
                profiles[peak][i] = 0
                byPosition[peak][i] = 0
                byWidth[peak][i] = 0
                byMixing[peak][i] = 0
            }
            for image in emission.split(twoTheta: nonlinear[peak]) {
                for i in angles.indices {
                    let (value, slope, width, mixing) = line.densityWithDerivatives(angles[i] - image.twoTheta)
                    profiles[peak][i] += image.share * value
                    byPosition[peak][i] -= image.share * image.motion * slope
                    byWidth[peak][i] += image.share * width
                    byMixing[peak][i] += image.share * mixing
                }
            }
        }
    }
}
