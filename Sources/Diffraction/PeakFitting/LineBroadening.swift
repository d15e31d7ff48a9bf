import Foundation
import SpectralMath
import Spectra

/// What a specimen adds to the width of a line beyond the instrument.
public struct SpecimenBroadening: Sendable, Hashable {
    /// The angle of the line, degrees.
    public var twoTheta: Double
    /// The full width that the specimen adds, degrees.
    public var fullWidth: Measured
}

/// Why there is no size.
public enum BroadeningFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line is hardly broader than those of the instrument: the size is above the stated one, in Angstrom.
    case notBroader(sizeAbove: Double)
    /// The instrument's widths describe no line at this angle.
    case noInstrumentWidth(twoTheta: Double)
    /// Too few lines are broader than the instrument's.
    case tooFewLines(found: Int, needed: Int)
    /// The line through the widths meets the axis below zero: no size can be told from them.
    case noSize

    /// A sentence for a person.
    public var description: String {
        switch self {
        case .notBroader(let size): String(format: "not broader than the instrument's lines: larger than %.0f A", size)
        case .noInstrumentWidth(let angle):
            String(format: "the widths of the instrument describe no line at %.2f deg", angle)
        case .tooFewLines(let found, let needed):
            "\(found) lines are broader than the instrument's, \(needed) are needed"
        case .noSize: "the widths show no broadening by size beside that by strain"
        }
    }
}

extension DiffractionPeak {
    /// What the specimen adds to the width of the instrument's line: Lorentzian parts subtract, Gaussian parts in squares,
    /// and what remains is put together again.
    ///
    /// - Throws: `BroadeningFailure.notBroader` where that is less than a fifth of the instrument's width or three of its
    ///   own standard uncertainties.
    public func broadening(
        beyond instrument: LineWidths, wavelength: Double, shapeFactor: Double = 0.94
    ) throws(BroadeningFailure) -> SpecimenBroadening {
        guard let own = instrument.line(twoTheta: twoTheta.value) else {
            throw .noInstrumentWidth(twoTheta: twoTheta.value)
        }
        func rest(_ width: Double, _ mixing: Double) -> Double {
            let line = PseudoVoigt(width: max(width, 1e-9), share: min(max(mixing, 0), 1))
            let parts = ThompsonCoxHastings(line)
            let l = max(parts.lorentzianWidth - own.lorentzianWidth, 0)
            let g = max(
                parts.gaussianWidth * parts.gaussianWidth - own.gaussianWidth * own.gaussianWidth, 0
            ).squareRoot()
            return ThompsonCoxHastings(gaussianWidth: g, lorentzianWidth: l)?.fullWidth ?? 0
        }
        let value = rest(fullWidth.value, mixing.value)
        let (uWidth, uMixing) = (fullWidth.standardUncertainty ?? 0, mixing.standardUncertainty ?? 0)
        func slope(_ step: Double, _ function: (Double) -> Double) -> Double {
            step > 0 ? (function(step) - function(-step)) / (2 * step) : 0
        }
        let byWidth = slope(0.1 * uWidth) { rest(fullWidth.value + $0, mixing.value) }
        let byMixing = slope(0.1 * uMixing) { rest(fullWidth.value, mixing.value + $0) }
        let variance =
            byWidth * byWidth * uWidth * uWidth + byMixing * byMixing * uMixing * uMixing
            + 2 * byWidth * byMixing * widthMixingCovariance
        let uncertainty = max(variance, 0).squareRoot()
        let least = max(0.2 * own.fullWidth, 3 * uncertainty)
        guard value > least else {
            let theta = twoTheta.value * .pi / 360
            throw .notBroader(sizeAbove: shapeFactor * wavelength / (least * .pi / 180 * cos(theta)))
        }
        return SpecimenBroadening(
            twoTheta: twoTheta.value,
            fullWidth: Measured(value, standardUncertainty: uncertainty > 0 ? uncertainty : nil))
    }

    /// The size of crystallites across the planes of this line in Angstrom, all broadening taken for theirs: Scherrer's
    /// D = K lambda / (beta cos theta), beta the full width that the specimen adds (P. Scherrer, Nachr. Ges. Wiss.
    /// Goettingen (1918) 98).
    ///
    /// - Parameters:
    ///   - instrument: the widths that the instrument gives at this angle.
    ///   - wavelength: in Angstrom.
    ///   - shapeFactor: K for full widths: 0.94 for cubes.
    /// - Throws: `BroadeningFailure`.
    public func scherrerSize(
        beyond instrument: LineWidths, wavelength: Double, shapeFactor: Double = 0.94
    ) throws(BroadeningFailure) -> Measured {
        let added = try broadening(beyond: instrument, wavelength: wavelength, shapeFactor: shapeFactor)
        let theta = twoTheta.value * .pi / 360
        let size = shapeFactor * wavelength / (added.fullWidth.value * .pi / 180 * cos(theta))
        return Measured(
            size, standardUncertainty: added.fullWidth.standardUncertainty.map { size * $0 / added.fullWidth.value })
    }
}

/// Size and strain told apart by their dependence on the angle: beta cos theta = K lambda / D + 4 epsilon sin theta
/// (G. K. Williamson & W. H. Hall, Acta Metall. 1 (1953) 22), by weighted least squares.
public struct WilliamsonHall: Sendable, Hashable {
    /// The size D of crystallites in Angstrom.
    public let size: Measured
    /// The strain epsilon, a pure number.
    public let strain: Measured
    /// The lines used: sin theta, and beta cos theta in radians.
    public let points: [(sine: Double, breadth: Measured)]
    /// Chi squared per degree of freedom; `nil` for two lines.
    public let reducedChi2: Double?

    /// Equal where the results are.
    public static func == (left: WilliamsonHall, right: WilliamsonHall) -> Bool {
        left.size == right.size && left.strain == right.strain
    }

    /// Hashes the results.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(strain)
    }

    /// Size and strain of a phase from its lines; those that are not broader than the instrument's are left out.
    ///
    /// - Throws: `BroadeningFailure`.
    public init(
        _ peaks: [DiffractionPeak], beyond instrument: LineWidths, wavelength: Double, shapeFactor: Double = 0.94
    ) throws(BroadeningFailure) {
        let added = peaks.compactMap {
            try? $0.broadening(beyond: instrument, wavelength: wavelength, shapeFactor: shapeFactor)
        }.filter { $0.fullWidth.standardUncertainty != nil }
        guard added.count >= 2 else { throw .tooFewLines(found: added.count, needed: 2) }
        let points = added.map { line -> (sine: Double, breadth: Measured) in
            let theta = line.twoTheta * .pi / 360
            let factor = .pi / 180 * cos(theta)
            return (
                sin(theta),
                Measured(
                    line.fullWidth.value * factor,
                    standardUncertainty: line.fullWidth.standardUncertainty.map { $0 * factor })
            )
        }
        var (s, sx, sxx, sy, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for point in points {
            let u = point.breadth.standardUncertainty ?? 1
            let (w, x, y) = (1 / (u * u), 4 * point.sine, point.breadth.value)
            s += w
            sx += w * x
            sxx += w * x * x
            sy += w * y
            sxy += w * x * y
        }
        let determinant = s * sxx - sx * sx
        guard determinant > 1e-9 * s * sxx else { throw .tooFewLines(found: 1, needed: 2) }
        let intercept = (sxx * sy - sx * sxy) / determinant
        let slope = (s * sxy - sx * sy) / determinant
        var chi2 = 0.0
        for point in points {
            let pull =
                (point.breadth.value - intercept - slope * 4 * point.sine)
                / (point.breadth.standardUncertainty ?? 1)
            chi2 += pull * pull
        }
        reducedChi2 = points.count > 2 ? chi2 / Double(points.count - 2) : nil
        let factor = max(1, reducedChi2 ?? 1)
        let interceptUncertainty = (factor * sxx / determinant).squareRoot()
        guard intercept > 2 * interceptUncertainty else { throw .noSize }
        let value = shapeFactor * wavelength / intercept
        size = Measured(value, standardUncertainty: value * interceptUncertainty / intercept)
        strain = Measured(slope, standardUncertainty: (factor * s / determinant).squareRoot())
        self.points = points
    }
}

extension LineWidths {
    /// The widths of an instrument from the lines of a standard without broadening of its own: U, V and W from the squares of
    /// the Gaussian parts, X and Y from the Lorentzian parts, by weighted linear least squares.
    ///
    /// - Throws: `PatternError` where there are fewer than three lines, or where the result describes no line somewhere
    ///   in their range.
    public init(fittedTo peaks: [DiffractionPeak]) throws(PatternError) {
        let usable = peaks.filter { !$0.sharesWidth && $0.mixing.standardUncertainty != nil }
        guard usable.count >= 3 else { throw .tooFewPoints(found: usable.count, needed: 3) }
        var (squares, sums): ([Double], [Double]) = ([], [])
        var (gaussianRows, lorentzianRows): ([Double], [Double]) = ([], [])
        for peak in usable {
            let parts = ThompsonCoxHastings(peak.profile)
            let theta = peak.twoTheta.value * .pi / 360
            let weight =
                1 / max(peak.fullWidth.standardUncertainty ?? peak.fullWidth.value, 0.01 * peak.fullWidth.value)
            let gaussianWeight = weight / max(parts.gaussianWidth, 0.1 * peak.fullWidth.value)
            gaussianRows += [tan(theta) * tan(theta), tan(theta), 1].map { $0 * gaussianWeight }
            squares.append(parts.gaussianWidth * parts.gaussianWidth * gaussianWeight)
            lorentzianRows += [1 / cos(theta), tan(theta)].map { $0 * weight }
            sums.append(parts.lorentzianWidth * weight)
        }
        do {
            let uvw = try LinearLeastSquares(
                Matrix(rows: usable.count, columns: 3, elements: gaussianRows), squares
            ).solution
            let xy = try LinearLeastSquares(
                Matrix(rows: usable.count, columns: 2, elements: lorentzianRows), sums
            ).solution
            self.init(u: uvw[0], v: uvw[1], w: uvw[2], x: xy[0], y: xy[1])
        } catch { throw .numerical("the widths of the standard: \(error)") }
        let angles = usable.map(\.twoTheta.value)
        guard let low = angles.min(), let high = angles.max(), areValid(twoTheta: low...high) else {
            throw .numerical("the lines of the standard lead to a negative width within their range")
        }
    }
}
