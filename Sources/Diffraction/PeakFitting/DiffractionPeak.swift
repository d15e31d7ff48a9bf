import Foundation
import Spectra

/// A line of a measured pattern, fitted with all lines of the radiation in it. Standard uncertainties are those of the
/// fit with everything that was fitted beside it, background included, raised where the model does not describe the
/// points within their noise.
public struct DiffractionPeak: Sendable, Hashable {
    /// The position of the primary line (K-alpha-1), degrees.
    public var twoTheta: Measured
    /// The spacing of the lattice planes by Bragg's law, Angstrom; the wavelength counts as exact, and an error of the
    /// zero point or of the height of the specimen is not in the uncertainty.
    public var spacing: Measured
    /// The integrated intensity of all lines of the radiation, intensity times degrees.
    public var area: Measured
    /// The height of the primary line over the background, in the unit of the intensities.
    public var height: Double
    /// The full width at half maximum of a single line, degrees.
    public var fullWidth: Measured
    /// The share of the Lorentzian in the pseudo-Voigt line.
    public var mixing: Measured
    /// The height over its standard deviation in the search.
    public var significance: Double
    /// Whether the width was fitted together with that of overlapping neighbours.
    public var sharesWidth: Bool
    /// The covariance of full width and mixing, degrees.
    public var widthMixingCovariance: Double
    /// Which of the pieces of the pattern it was fitted in, counted from 0.
    public var segment: Int

    /// The line of a single wavelength, area 1.
    public var profile: PseudoVoigt {
        PseudoVoigt(width: max(fullWidth.value, 1e-9), share: min(max(mixing.value, 0), 1))
    }

    /// Area over height of a single line: the integral breadth, degrees.
    public var integralBreadth: Double { 1 / profile.density(0) }
}

/// The peaks of a pattern.
public struct PatternPeaks: Sendable {
    /// A piece of the pattern that was fitted at once.
    public struct Segment: Sendable, Hashable {
        /// The range of angles, degrees.
        public var twoTheta: ClosedRange<Double>
        /// Chi squared per degree of freedom.
        public var reducedChi2: Double
        /// Whether the fit converged.
        public var converged: Bool
    }

    /// The points.
    public let curve: PatternCurve
    /// The lines of the radiation.
    public let emission: EmissionSpectrum
    /// The peaks by growing angle.
    public let peaks: [DiffractionPeak]
    /// The background at each point: the fitted one where a peak was fitted.
    public let background: [Double]
    /// Background and peaks at each point.
    public let model: [Double]
    /// How the background between the peaks was found.
    public let backgroundMethod: String
    /// The pieces that were fitted.
    public let segments: [Segment]
    /// What a person should know.
    public let findings: [Finding]

    /// Chi squared of the whole pattern per point.
    public var reducedChi2: Double {
        let variances = curve.variances(expected: model)
        let sum = model.indices.reduce(0.0) {
            $0 + (curve.intensities[$1] - model[$1]) * (curve.intensities[$1] - model[$1]) / variances[$1]
        }
        return sum / Double(max(1, curve.count))
    }

    /// The residuals in standard deviations of the points.
    public var normalizedResiduals: [Double] {
        let variances = curve.variances(expected: model)
        return model.indices.map { (curve.intensities[$0] - model[$0]) / variances[$0].squareRoot() }
    }
}
