import Foundation

/// The pseudo-Voigt line that stands for the convolution of a Gaussian and a Lorentzian of given widths
/// (P. Thompson, D. E. Cox & J. B. Hastings, J. Appl. Cryst. 20 (1987) 79): within 1.3 % of the height of the Voigt line, its width within 0.2 %.
public struct ThompsonCoxHastings: Sendable, Hashable, Codable {
    /// The full width of the Gaussian part in degrees.
    public let gaussianWidth: Double
    /// The full width of the Lorentzian part in degrees.
    public let lorentzianWidth: Double

    /// A line of two parts; `nil` where a width is negative or both are zero.
    public init?(gaussianWidth: Double, lorentzianWidth: Double) {
        guard gaussianWidth >= 0, lorentzianWidth >= 0, gaussianWidth + lorentzianWidth > 0,
            (gaussianWidth + lorentzianWidth).isFinite
        else { return nil }
        self.gaussianWidth = gaussianWidth
        self.lorentzianWidth = lorentzianWidth
    }

    /// A line of parts that are known to be positive.
    init(gaussian: Double, lorentzian: Double) {
        gaussianWidth = gaussian
        lorentzianWidth = lorentzian
    }

    /// The coefficients of G^5, G^4 L ... L^5 in H^5.
    private static let widthCoefficients = [1, 2.69269, 2.42843, 4.47163, 0.07842, 1]
    /// The coefficients of q, q^2 and q^3, q = L/H, in the share of the Lorentzian.
    private static let mixingCoefficients = [1.36603, -0.47719, 0.11116]

    /// The full width of the whole line in degrees.
    public var fullWidth: Double {
        // Relative to the larger width, so that fifth powers neither overflow nor vanish.
        let scale = max(gaussianWidth, lorentzianWidth)
        return scale * pow(Self.fifthPower(gaussianWidth / scale, lorentzianWidth / scale), 0.2)
    }

    private static func fifthPower(_ g: Double, _ l: Double) -> Double {
        let c = widthCoefficients
        return c[0] * pow(g, 5) + c[1] * pow(g, 4) * l + c[2] * pow(g, 3) * l * l + c[3] * g * g * pow(l, 3)
            + c[4] * g * pow(l, 4) + c[5] * pow(l, 5)
    }

    private static func share(_ q: Double) -> Double {
        let c = mixingCoefficients
        return min(max(q * (c[0] + q * (c[1] + q * c[2])), 0), 1)
    }

    /// The line.
    public var profile: PseudoVoigt {
        let width = fullWidth
        return PseudoVoigt(width: width, share: Self.share(lorentzianWidth / width))
    }

    /// The derivatives of full width and share by the width of the Gaussian and of the Lorentzian part.
    public var derivatives:
        (widthByGaussian: Double, widthByLorentzian: Double, mixingByGaussian: Double, mixingByLorentzian: Double)
    {
        let h = fullWidth
        let (g, l) = (gaussianWidth / h, lorentzianWidth / h)
        let c = Self.widthCoefficients
        // H^5 = P(G, L): 5 H^4 dH = P_G dG + P_L dL, all in units of H.
        let byG =
            (5 * c[0] * pow(g, 4) + 4 * c[1] * pow(g, 3) * l + 3 * c[2] * g * g * l * l
                + 2 * c[3] * g * pow(l, 3) + c[4] * pow(l, 4)) / 5
        let byL =
            (c[1] * pow(g, 4) + 2 * c[2] * pow(g, 3) * l + 3 * c[3] * g * g * l * l + 4 * c[4] * g * pow(l, 3)
                + 5 * c[5] * pow(l, 4)) / 5
        let m = Self.mixingCoefficients
        let slope = m[0] + l * (2 * m[1] + l * 3 * m[2])
        return (byG, byL, -slope * l * byG / h, slope * (1 - l * byL) / h)
    }

    /// The parts of a pseudo-Voigt line: the widths that give it.
    public init(_ profile: PseudoVoigt) {
        // The share rises with q = L/H from 0 at 0 to 1 at 1, and (G/H)^5 = 1 - ... falls: both by bisection.
        func root(_ function: (Double) -> Double) -> Double {
            var (low, high) = (0.0, 1.0)
            for _ in 0..<60 {
                let middle = (low + high) / 2
                if function(middle) < 0 { low = middle } else { high = middle }
            }
            return (low + high) / 2
        }
        let q = profile.mixing >= 1 ? 1 : profile.mixing <= 0 ? 0 : root { Self.share($0) - profile.mixing }
        let g = q <= 0 ? 1 : q >= 1 ? 0 : root { Self.fifthPower($0, q) - 1 }
        gaussianWidth = g * profile.fullWidth
        lorentzianWidth = q * profile.fullWidth
    }
}

/// How the widths of the lines of an instrument, or of a specimen on it, depend on the angle:
/// G^2 = U tan^2 theta + V tan theta + W + P / cos^2 theta (G. Caglioti, A. Paoletti & F. P. Ricci, Nucl. Instrum. 3 (1958)
/// 223), and L = X / cos theta + Y tan theta.
public struct LineWidths: Sendable, Hashable, Codable {
    /// U in square degrees.
    public var u: Double
    /// V in square degrees, usually negative.
    public var v: Double
    /// W in square degrees.
    public var w: Double
    /// P in square degrees: Gaussian broadening by size.
    public var p: Double
    /// X in degrees: Lorentzian broadening by size.
    public var x: Double
    /// Y in degrees: Lorentzian broadening by strain.
    public var y: Double

    /// Widths; what is left out is zero.
    public init(u: Double = 0, v: Double = 0, w: Double = 0, p: Double = 0, x: Double = 0, y: Double = 0) {
        self.u = u
        self.v = v
        self.w = w
        self.p = p
        self.x = x
        self.y = y
    }

    /// The square of the width of the Gaussian part at 2 theta in degrees, in square degrees; negative where U, V and W
    /// describe no width there.
    public func squaredGaussianWidth(twoTheta: Double) -> Double {
        let tangent = tan(twoTheta * .pi / 360)
        return u * tangent * tangent + v * tangent + w + p * (1 + tangent * tangent)
    }

    /// The width of the Lorentzian part at 2 theta in degrees, in degrees; negative where X and Y describe none.
    public func lorentzianWidth(twoTheta: Double) -> Double {
        let theta = twoTheta * .pi / 360
        return x / cos(theta) + y * tan(theta)
    }

    /// The line at 2 theta in degrees; `nil` where these are no widths there.
    public func line(twoTheta: Double) -> ThompsonCoxHastings? {
        let square = squaredGaussianWidth(twoTheta: twoTheta)
        guard square >= 0 else { return nil }
        return ThompsonCoxHastings(
            gaussianWidth: square.squareRoot(), lorentzianWidth: lorentzianWidth(twoTheta: twoTheta))
    }

    /// Whether there are widths at all angles of a range in degrees, which is to lie within 0 and 180.
    public func areValid(twoTheta range: ClosedRange<Double>) -> Bool {
        // (u + p) t^2 + v t + (w + p) is least at t = -v / 2 (u + p) or at an end.
        var angles = [range.lowerBound, range.upperBound]
        if u + p > 0 {
            let lowest = 2 * atan(-v / (2 * (u + p))) * 180 / .pi
            if range.contains(lowest) { angles.append(lowest) }
        }
        // X / cos + Y tan has its extremum where sin theta = -Y / X.
        if x != 0, abs(y / x) < 1 {
            let extremum = 2 * asin(-y / x) * 180 / .pi
            if range.contains(extremum) { angles.append(extremum) }
        }
        return angles.allSatisfy { line(twoTheta: $0) != nil }
    }
}
