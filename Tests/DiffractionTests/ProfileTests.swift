import Foundation
import SpectralMath
import Testing

@testable import Diffraction

/// The integral of a smooth function by Gauss's rule in panels that shrink towards zero.
private func quadrature(_ function: (Double) -> Double, from low: Double, to high: Double) throws -> Double {
    let rule = try GaussLegendreRule(count: 40)
    var edges: [Double] = [low, high, 0]
    for power in stride(from: -9.0, through: 9, by: 0.25) {
        edges += [pow(10, power), -pow(10, power)]
    }
    let panels = edges.filter { $0 >= low && $0 <= high }.sorted()
    return zip(panels, panels.dropFirst()).reduce(0) { $0 + rule.integral(from: $1.0, to: $1.1, function) }
}

@Suite struct ReflectionProfileTests {
    static let profiles: [(name: String, line: any ReflectionProfile)] = {
        var list: [(String, any ReflectionProfile)] = []
        for mixing in [0, 0.3, 1] { list.append(("pV \(mixing)", PseudoVoigt(fullWidth: 0.17, mixing: mixing)!)) }
        for exponent in [0.8, 1, 1.7, 12, 5000] {
            list.append(("PVII \(exponent)", PearsonVII(fullWidth: 0.08, exponent: exponent)!))
        }
        list.append(
            (
                "split",
                SplitPseudoVoigt(
                    lower: PseudoVoigt(fullWidth: 0.2, mixing: 0.8)!, upper: PseudoVoigt(fullWidth: 0.07, mixing: 0.1)!)
            ))
        list.append(("cut", PseudoVoigt(fullWidth: 0.1, mixing: 0.6)!.cut(atFullWidths: 4)))
        list.append(
            (
                "axial",
                ComposedProfile(
                    PseudoVoigt(fullWidth: 0.05, mixing: 0.4)!, twoTheta: 8,
                    divergence: AxialDivergence(specimen: 0.02, detector: 0.03)!)
            ))
        return list
    }()

    @Test(arguments: profiles.indices) func theCumulativeShareIsTheIntegralOfTheDensity(which: Int) throws {
        let line = Self.profiles[which].line
        // Far out the share is 0 and 1; Lorentzian tails go as 1/x, those of Pearson VII with m = 0.8 as x^-0.6.
        #expect(line.cumulative(-1e12) < 1e-5)
        #expect(abs(line.cumulative(1e12) - 1) < 1e-5)
        for (low, high) in [(-0.3, -0.02), (-0.05, 0.04), (0, 0.21), (-0.39, 0.38)] {
            let integral = try quadrature(line.density, from: low, to: high)
            #expect(
                abs(line.cumulative(high) - line.cumulative(low) - integral) < 1e-8,
                "\(Self.profiles[which].name) \(low) \(high)")
        }
        let mean = try quadrature(line.density, from: 0.02, to: 0.04) / 0.02
        #expect(abs(line.channelMean(0.03, width: 0.02) - mean) < 1e-8)
    }

    @Test(arguments: profiles.indices) func theFullWidthIsBetweenTheHalves(which: Int) throws {
        let line = Self.profiles[which].line
        // The largest density, then where half of it is passed on either side, by bisection.
        let grid = stride(from: -1.0, through: 1, by: 1e-4).map { $0 }
        let top = try #require(grid.max { line.density($0) < line.density($1) })
        let half = line.density(top) / 2
        func crossing(_ direction: Double) -> Double {
            var (inside, outside) = (0.0, 1.0)
            for _ in 0..<60 {
                let middle = (inside + outside) / 2
                if line.density(top + direction * middle) > half { inside = middle } else { outside = middle }
            }
            return inside
        }
        #expect(
            abs(crossing(1) + crossing(-1) - line.fullWidth) < 1e-3 * line.fullWidth, "\(Self.profiles[which].name)")
    }

    @Test func symmetricLinesAreSymmetricAndSplitOnesMeet() throws {
        for (name, line) in Self.profiles where name.hasPrefix("p") || name.hasPrefix("P") || name == "cut" {
            for x in [0.01, 0.05, 0.4] { #expect(abs(line.density(x) - line.density(-x)) < 1e-14 * line.density(0)) }
        }
        let lower = try #require(PseudoVoigt(fullWidth: 0.2, mixing: 0.8))
        let upper = try #require(PseudoVoigt(fullWidth: 0.07, mixing: 0.1))
        let split = SplitPseudoVoigt(lower: lower, upper: upper)
        #expect(abs(split.density(-1e-12) / split.density(1e-12) - 1) < 1e-9)
        #expect(abs(split.cumulative(-1e-13) - split.cumulative(1e-13)) < 1e-9)
        #expect(abs(split.density(-0.1) / split.density(0) - 0.5) < 1e-12)
        #expect(abs(split.density(0.035) / split.density(0) - 0.5) < 1e-12)
        let same = SplitPseudoVoigt(lower: lower, upper: lower)
        for x in [-0.3, -0.01, 0.02] { #expect(abs(same.density(x) - lower.density(x)) < 1e-13) }
    }

    @Test func areasAreKeptWhereTailsAreCut() throws {
        let whole = try #require(PseudoVoigt(fullWidth: 0.1, mixing: 1))
        for reach in [2.0, 10, 30] {
            let line = whole.cut(atFullWidths: reach)
            let area = try quadrature(line.density, from: -line.limit, to: line.limit)
            #expect(abs(area - 1) < 1e-10)
            #expect(line.density(line.limit * 1.001) == 0)
            // What is made up for is 1 / (pi n) for a Lorentzian.
            let lost = 1 - (whole.cumulative(line.limit) - whole.cumulative(-line.limit))
            #expect(abs(lost - 1 / (.pi * reach)) < 0.02 / reach / reach)
            #expect(abs(line.density(0) * (1 - lost) / whole.density(0) - 1) < 1e-12)
        }
    }

    @Test func pearsonSevenRunsFromLorentzianToGaussian() throws {
        let lorentzian = try #require(PseudoVoigt(fullWidth: 0.3, mixing: 1))
        let gaussian = try #require(PseudoVoigt(fullWidth: 0.3, mixing: 0))
        let first = try #require(PearsonVII(fullWidth: 0.3, exponent: 1))
        let last = try #require(PearsonVII(fullWidth: 0.3, exponent: 1e6))
        for x in [0, 0.1, 0.2, 0.7] {
            #expect(abs(first.density(x) - lorentzian.density(x)) < 1e-12)
            #expect(abs(last.density(x) - gaussian.density(x)) < 1e-5)
        }
        #expect(PearsonVII(fullWidth: 0.3, exponent: 0.5) == nil)
        #expect(PearsonVII(fullWidth: -1, exponent: 2) == nil)
        #expect(PseudoVoigt(fullWidth: 0, mixing: 0.5) == nil)
        #expect(PseudoVoigt(fullWidth: 1, mixing: .nan) == nil)
    }

    @Test func derivativesOfPseudoVoigtAreItsSlopes() throws {
        let (width, mixing) = (0.13, 0.35)
        for x in [-0.2, -0.03, 0, 0.01, 0.5] {
            let (_, byX, byWidth, byMixing) = try #require(PseudoVoigt(fullWidth: width, mixing: mixing))
                .densityWithDerivatives(x)
            func slope(_ function: (Double) -> Double) -> Double { (function(1e-6) - function(-1e-6)) / 2e-6 }
            func at(_ dx: Double, _ dw: Double, _ dm: Double) -> Double {
                PseudoVoigt(width: width + dw, share: mixing + dm).density(x + dx)
            }
            #expect(abs(byX - slope { at($0, 0, 0) }) < 1e-5)
            #expect(abs(byWidth - slope { at(0, $0, 0) }) < 1e-5)
            #expect(abs(byMixing - slope { at(0, 0, $0) }) < 1e-7)
        }
    }
}

@Suite struct ThompsonCoxHastingsTests {
    /// The Voigt line itself: Re w(z) / (sigma sqrt(2 pi)).
    private func voigt(_ x: Double, gaussian: Double, lorentzian: Double) -> Double {
        let sigma = gaussian / (8 * log(2.0)).squareRoot()
        let scale = sigma * 2.0.squareRoot()
        return faddeeva(ComplexNumber(x / scale, lorentzian / 2 / scale)).real / (sigma * (2 * Double.pi).squareRoot())
    }

    @Test(arguments: [(1.0, 0.01), (1, 0.2), (1, 1), (0.3, 1), (0.02, 1)])
    func theLineIsTheConvolutionWithinAPercent(gaussian: Double, lorentzian: Double) throws {
        let line = try #require(ThompsonCoxHastings(gaussianWidth: gaussian, lorentzianWidth: lorentzian))
        let height = voigt(0, gaussian: gaussian, lorentzian: lorentzian)
        for x in stride(from: -5.0, through: 5, by: 0.05) {
            let exact = voigt(x, gaussian: gaussian, lorentzian: lorentzian)
            #expect(abs(line.profile.density(x) - exact) < 0.013 * height)
        }
        // Its full width is that of the convolution within 0.2 %.
        let half = line.fullWidth / 2
        #expect(abs(voigt(half, gaussian: gaussian, lorentzian: lorentzian) / height - 0.5) < 2e-3)
    }

    @Test func partsAndWholeAreInverse() throws {
        for (g, l) in [(0.1, 0.0), (0, 0.1), (0.05, 0.08), (0.2, 0.001), (0.001, 0.2)] {
            let line = try #require(ThompsonCoxHastings(gaussianWidth: g, lorentzianWidth: l))
            let back = ThompsonCoxHastings(line.profile)
            #expect(abs(back.lorentzianWidth - l) < 1e-9)
            // A small Gaussian part hardly changes a Lorentzian: G^5 is all that is left of it near q = 1.
            #expect(abs(back.gaussianWidth - g) < (g < 0.01 ? 2e-3 : 1e-9), "\(g) \(l) \(back)")
        }
        #expect(ThompsonCoxHastings(gaussianWidth: 0, lorentzianWidth: 0) == nil)
        #expect(ThompsonCoxHastings(gaussianWidth: -0.1, lorentzianWidth: 1) == nil)
    }

    @Test func derivativesAreSlopes() throws {
        let (g, l, step) = (0.07, 0.05, 1e-7)
        func line(_ dg: Double, _ dl: Double) throws -> PseudoVoigt {
            try #require(ThompsonCoxHastings(gaussianWidth: g + dg, lorentzianWidth: l + dl)).profile
        }
        let d = try #require(ThompsonCoxHastings(gaussianWidth: g, lorentzianWidth: l)).derivatives
        let byG = (try line(step, 0), try line(-step, 0))
        let byL = (try line(0, step), try line(0, -step))
        #expect(abs(d.widthByGaussian - (byG.0.fullWidth - byG.1.fullWidth) / (2 * step)) < 1e-6)
        #expect(abs(d.widthByLorentzian - (byL.0.fullWidth - byL.1.fullWidth) / (2 * step)) < 1e-6)
        #expect(abs(d.mixingByGaussian - (byG.0.mixing - byG.1.mixing) / (2 * step)) < 1e-5)
        #expect(abs(d.mixingByLorentzian - (byL.0.mixing - byL.1.mixing) / (2 * step)) < 1e-5)
    }

    @Test func widthsAreGuardedOverTheWholeRange() throws {
        let good = LineWidths(u: 0.01, v: -0.004, w: 0.002, x: 0.02, y: 0.01)
        #expect(good.areValid(twoTheta: 5...150))
        // V so negative that G^2 dips below zero between ends at which it is positive.
        let dip = LineWidths(u: 0.01, v: -0.01, w: 0.002)
        #expect(dip.line(twoTheta: 5) != nil && dip.line(twoTheta: 150) != nil)
        #expect(!dip.areValid(twoTheta: 5...150))
        #expect(dip.areValid(twoTheta: 5...10))
        #expect(!LineWidths(w: 0.01, x: -0.001).areValid(twoTheta: 10...20))
        // tan 45 deg = 1 and cos 45 deg = 1 / sqrt 2 at 2 theta = 90.
        let line = try #require(LineWidths(u: 1, v: 2, w: 3, p: 4, x: 0.5, y: 0.25).line(twoTheta: 90))
        #expect(abs(line.gaussianWidth * line.gaussianWidth - (1 + 2 + 3 + 8)) < 1e-12)
        #expect(abs(line.lorentzianWidth - (0.5 * 2.0.squareRoot() + 0.25)) < 1e-12)
    }
}

@Suite struct AxialDivergenceTests {
    /// Formula 7 of Finger, Cox & Jephcoat in the angle 2 phi itself, by the midpoint rule after 2 phi = 2 theta - u^2
    /// has taken the pole away.
    private func directProfile(
        _ line: PseudoVoigt, _ x: Double, _ twoTheta: Double, _ s: Double, _ h: Double
    ) -> Double {
        let radians = Double.pi / 180
        let angle = twoTheta * radians
        let sign = angle < .pi / 2 ? 1.0 : -1.0
        func limit(_ height: Double) -> Double { acos(cos(angle) * (height * height + 1).squareRoot()) }
        let lowest = limit(h + s)
        let inflection = limit(abs(h - s))
        let count = 20_000
        let reach = abs(angle - lowest).squareRoot()
        var (sum, norm) = (0.0, 0.0)
        for i in 0..<count {
            let u = reach * (Double(i) + 0.5) / Double(count)
            let phi = angle - sign * u * u
            let height = (pow(cos(phi) / cos(angle), 2) - 1).squareRoot()
            let overlap = sign * (phi - inflection) < 0 ? h + s - height : 2 * min(h, s)
            let weight = overlap / (height * abs(cos(phi))) * 2 * u
            norm += weight
            sum += weight * line.density(x - (phi - angle) / radians)
        }
        return sum / norm
    }

    @Test(arguments: [(6.0, 0.02, 0.03), (12, 0.03, 0.03), (40, 0.04, 0.01), (150, 0.03, 0.02), (172, 0.02, 0.02)])
    func quadratureOverHeightsIsTheIntegralOverAngles(twoTheta: Double, s: Double, h: Double) throws {
        let line = try #require(PseudoVoigt(fullWidth: 0.06, mixing: 0.5))
        let divergence = try #require(AxialDivergence(specimen: s, detector: h))
        let profile = ComposedProfile(line, twoTheta: twoTheta, divergence: divergence)
        for x in stride(from: -0.6, through: 0.6, by: 0.03) {
            let direct = directProfile(line, x, twoTheta, s, h)
            #expect(abs(profile.density(x) - direct) < 2e-4 * line.density(0), "\(x)")
        }
    }

    @Test func raysArriveBelowTheAngleAtLowAnglesAndAboveItAtHighOnes() throws {
        let divergence = try #require(AxialDivergence(specimen: 0.03, detector: 0.03))
        func mean(_ twoTheta: Double) -> Double {
            divergence.distribution(twoTheta: twoTheta).reduce(0) { $0 + $1.offset * $1.share }
        }
        #expect(mean(5) < mean(10) && mean(10) < mean(30) && mean(30) < 0)
        #expect(abs(mean(90)) < 1e-12)
        #expect(mean(150) > 0)
        for angle in [0.5, 5, 90, 179] {
            let shares = divergence.distribution(twoTheta: angle).map(\.share)
            #expect(abs(shares.reduce(0, +) - 1) < 1e-12 && shares.allSatisfy { $0 >= 0 })
        }
        // The mean shift of small heights is -(<z^2>/2) cot 2theta, with z the difference of two uniform heights:
        // <z^2> = (s^2 + h^2) / 3.
        let small = try #require(AxialDivergence(specimen: 0.002, detector: 0.003))
        let expected = -(0.002 * 0.002 + 0.003 * 0.003) / 6 / tan(30 * Double.pi / 180) * 180 / .pi
        let shift = small.distribution(twoTheta: 30).reduce(0) { $0 + $1.offset * $1.share }
        #expect(abs(shift / expected - 1) < 1e-3)
        #expect(AxialDivergence(specimen: 0, detector: 0.1) == nil)
    }
}

@Suite struct PowderProfileTests {
    @Test func emissionLinesLieWhereBraggsLawPutsThem() throws {
        let spacing = 3.1355
        let primary = try #require(PowderPattern.twoTheta(spacing: spacing, wavelength: 1.5405929))
        let images = EmissionSpectrum.copper.images(twoTheta: primary)
        #expect(images.count == 2)
        #expect(abs(images[0].twoTheta - primary) < 1e-12 && images[0].intensity == 1)
        let second = try #require(PowderPattern.twoTheta(spacing: spacing, wavelength: 1.5444274))
        #expect(abs(images[1].twoTheta - second) < 1e-10 && images[1].intensity == 0.5)
        // d(2 theta) = 2 tan(theta) d(lambda) / lambda.
        let detail = EmissionSpectrum.copperInDetail
        let width = detail.images(twoTheta: primary)[0].naturalWidth
        #expect(abs(width - 2 * tan(primary * .pi / 360) * 0.000436 / 1.5405925 * 180 / .pi) < 1e-12)
        #expect(abs(detail.lines.reduce(0) { $0 + $1.intensity } - 1) < 0.003)
        // Beyond the reach of the longer line there is one image.
        #expect(EmissionSpectrum.copper.images(twoTheta: 179.5).count == 1)
    }

    @Test func patternsHoldTheAreasThatWereAddedToThem() throws {
        let profile = PowderProfile(
            widths: LineWidths(w: 0.004, x: 0.03, y: 0.02),
            divergence: AxialDivergence(specimen: 0.02, detector: 0.02), emission: .copper)
        let grid = (0...20_000).map { 5 + Double($0) * 0.005 }
        var intensities = [Double](repeating: 0, count: grid.count)
        #expect(profile.add(area: 1000, twoTheta: 28.44, to: &intensities, over: grid))
        #expect(profile.add(area: 500, twoTheta: 76.4, to: &intensities, over: grid))
        let sum = intensities.reduce(0, +) * 0.005
        // Both lines of the doublet: 1.5 times the area of the first.
        #expect(abs(sum / (1.5 * 1500) - 1) < 1e-5)
        let impossible = PowderProfile(widths: LineWidths(w: -1), emission: .copper)
        #expect(!impossible.add(area: 1, twoTheta: 30, to: &intensities, over: grid))
    }
}
