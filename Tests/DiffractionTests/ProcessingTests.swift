import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Diffraction

/// Patterns of known truth.
enum SimulatedPattern {
    /// A grid of `step` degrees.
    static func grid(_ range: ClosedRange<Double>, step: Double = 0.02) -> [Double] {
        (0...Int(((range.upperBound - range.lowerBound) / step).rounded())).map { range.lowerBound + Double($0) * step }
    }

    /// What is expected at each point: `background` and lines of an area each.
    static func expected(
        _ lines: [(twoTheta: Double, area: Double)], over grid: [Double], profile: PowderProfile,
        background: (Double) -> Double
    ) -> [Double] {
        var intensities = grid.map(background)
        for line in lines { profile.add(area: line.area, twoTheta: line.twoTheta, to: &intensities, over: grid) }
        return intensities
    }

    /// Counts drawn about the expected ones.
    static func counted(_ expected: [Double], seed: UInt32, stream: UInt32 = 0) throws -> [Double] {
        var random = RandomNumbers(seed: seed, stream: stream)
        return try expected.map { try random.poisson(mean: $0) }
    }

    /// A laboratory diffractometer: lines of 0.08 to 0.2 degrees.
    static let profile = PowderProfile(
        widths: LineWidths(u: 0.004, v: -0.003, w: 0.005, x: 0.02, y: 0.04), emission: .copper)
}

@Suite struct PatternCurveTests {
    @Test func anglesRiseAndNoiseFollowsFromCounts() throws {
        let pattern = DiffractionPattern(
            axis: DiffractionAxis([30, 29, 28, 28], kind: .twoTheta), intensities: [4, 0, 9, 11],
            unit: .countsPerSecond, countingTime: .common(2), radiation: .unknown)
        let curve = try PatternCurve(pattern)
        #expect(curve.twoTheta == [28, 29, 30])
        #expect(curve.intensities == [10, 0, 4])
        #expect(curve.noise == .counts)
        // 8 counts in 2 s: 4 +- sqrt(8)/2. Two points drawn together: the variance of their mean.
        #expect(abs(curve.variances[2] - 2) < 1e-12)
        #expect(abs(curve.variances[0] - 10 * 0.25) < 1e-12)
        #expect(abs(curve.variances[1] - 0.25) < 1e-12)
        #expect(curve.variances(expected: [100, 100, 100])[2] == 50)
    }

    @Test func unusableInputIsRefusedWithTheReason() throws {
        func curve(_ angles: [Double], _ values: [Double]) throws -> PatternCurve {
            try PatternCurve(twoTheta: angles, intensities: values)
        }
        #expect(throws: PatternError.tooFewPoints(found: 2, needed: 3)) { try curve([1, 2], [1, 2]) }
        #expect(throws: PatternError.self) { try curve([-1, 2, 3], [1, 2, 3]) }
        #expect(throws: PatternError.self) { try curve([1, 2, 3], [1, .nan, 3]) }
        #expect(throws: PatternError.self) { try curve([1, 2, .infinity], [1, 2, 3]) }
        #expect(throws: PatternError.self) { try curve([1, 2, 3], [1, 2]) }
        let rocking = DiffractionPattern(
            axis: DiffractionAxis([1, 2, 3], kind: .goniometerAngle), intensities: [1, 2, 3], unit: .counts,
            radiation: .unknown)
        #expect(throws: PatternError.noAngles(axis: "goniometer angle")) { try PatternCurve(rocking) }
    }

    @Test func theScatterTellsTheNoiseOfIntensitiesOfUnknownUnit() throws {
        let grid = SimulatedPattern.grid(10...90)
        let expected = SimulatedPattern.expected(
            [(28.4, 800), (47.3, 500), (56.1, 300)], over: grid, profile: SimulatedPattern.profile
        ) { 400 - 2 * $0 }
        let counts = try SimulatedPattern.counted(expected, seed: 3)
        for scale in [0.013, 1, 70] {
            let gain = PatternCurve.gain(fromScatterOf: counts.map { scale * $0 })
            #expect(abs(gain / scale - 1) < 0.08)
        }
    }
}

@Suite struct SavitzkyGolayTests {
    @Test func weightsAreThoseOfTheTables() throws {
        // Savitzky & Golay's tables: quadratic smoothing over 5 and 7 points, first and second derivative over 5.
        let cases: [(Int, Int, Int, [Double])] = [
            (2, 2, 0, [-3, 12, 17, 12, -3].map { $0 / 35 }), (3, 2, 0, [-2, 3, 6, 7, 6, 3, -2].map { $0 / 21 }),
            (2, 2, 1, [-2, -1, 0, 1, 2].map { $0 / 10 }), (2, 2, 2, [2, -1, -2, -1, 2].map { $0 / 7 }),
            (3, 4, 0, [5, -30, 75, 131, 75, -30, 5].map { $0 / 231 }),
        ]
        for (reach, degree, derivative, expected) in cases {
            let filter = try SavitzkyGolay(halfWidth: reach, degree: degree, derivative: derivative)
            for (a, b) in zip(filter.weights, expected) { #expect(abs(a - b) < 1e-13) }
        }
    }

    @Test func polynomialsOfItsDegreePassUnchangedUpToTheEnds() throws {
        let step = 0.1
        let x = (0..<60).map { Double($0) * step }
        let values = x.map { 3 - 2 * $0 + 0.7 * $0 * $0 - 0.1 * $0 * $0 * $0 }
        let smooth = try SavitzkyGolay(halfWidth: 7, degree: 3)(values, step: step)
        let slope = try SavitzkyGolay(halfWidth: 7, degree: 3, derivative: 1)(values, step: step)
        let bend = try SavitzkyGolay(halfWidth: 7, degree: 3, derivative: 2)(values, step: step)
        for i in x.indices {
            #expect(abs(smooth[i] - values[i]) < 1e-10)
            #expect(abs(slope[i] - (-2 + 1.4 * x[i] - 0.3 * x[i] * x[i])) < 1e-9)
            #expect(abs(bend[i] - (1.4 - 0.6 * x[i])) < 1e-7)
        }
    }

    @Test func noiseFallsByTheStatedFactor() throws {
        var random = RandomNumbers(seed: 5)
        let noise = (0..<40_000).map { _ in random.gaussian() }
        let filter = try SavitzkyGolay(halfWidth: 6, degree: 2)
        let smooth = try filter(noise)
        let variance = smooth.reduce(0) { $0 + $1 * $1 } / Double(smooth.count)
        #expect(abs(variance / filter.varianceFactor - 1) < 0.05)
        #expect(throws: PatternError.self) { try SavitzkyGolay(halfWidth: 1, degree: 3) }
        #expect(throws: PatternError.tooFewPoints(found: 5, needed: 13)) { try filter([1, 2, 3, 4, 5]) }
    }
}

@Suite struct PatternBackgroundTests {
    static let truth: @Sendable (Double) -> Double = { 300 * exp(-$0 / 25) + 60 }
    static let lines: [(twoTheta: Double, area: Double)] = [
        (19, 90), (31.3, 150), (36.85, 500), (38.5, 40), (44.8, 100), (55.7, 40), (59.4, 160), (65.2, 190), (77, 30),
    ]

    /// Pulls of the background, by seed and point.
    private func pulls(
        _ method: (PatternCurve) throws -> PatternBackground, scale: Double, lines: [(twoTheta: Double, area: Double)]
    ) throws -> (mean: Double, rms: Double, relative: Double) {
        let grid = SimulatedPattern.grid(12...80, step: 0.04)
        let expected = SimulatedPattern.expected(
            lines.map { ($0.twoTheta, $0.area * scale) }, over: grid, profile: SimulatedPattern.profile
        ) { scale * Self.truth($0) }
        var (sum, squares, relative, count) = (0.0, 0.0, 0.0, 0.0)
        for stream in 0..<4 {
            let counts = try SimulatedPattern.counted(expected, seed: 11, stream: UInt32(stream))
            let background = try method(try PatternCurve(twoTheta: grid, intensities: counts))
            for i in grid.indices where i % 7 == 0 {
                let error = background.values[i] - scale * Self.truth(grid[i])
                let pull = error / background.standardUncertainties[i]
                sum += pull
                squares += pull * pull
                relative += error * error / pow(scale * Self.truth(grid[i]), 2)
                count += 1
            }
        }
        return (sum / count, (squares / count).squareRoot(), (relative / count).squareRoot())
    }

    @Test(arguments: [0.2, 1, 30]) func withoutLinesUncertaintiesHold(scale: Double) throws {
        let spline = try pulls({ try SmoothBackground(.spline(spacing: 8))($0) }, scale: scale, lines: [])
        #expect((0.75...1.35).contains(spline.rms) && abs(spline.mean) < 0.5, "\(spline)")
        let chebyshev = try pulls({ try SmoothBackground(.chebyshev(degree: 9))($0) }, scale: scale, lines: [])
        #expect((0.75...1.35).contains(chebyshev.rms) && abs(chebyshev.mean) < 0.5, "\(chebyshev)")
        let snip = try pulls({ try SNIPBackground(simulations: 10)($0) }, scale: scale, lines: [])
        #expect((0.7...1.5).contains(snip.rms) && abs(snip.mean) < 0.5, "\(snip)")
    }

    @Test func underLinesTheBackgroundStaysWithinAFewPercent() throws {
        for (method, limit) in [
            ({ try SmoothBackground(.spline(spacing: 8))($0) }, 0.04),
            ({ try SmoothBackground(.chebyshev(degree: 9))($0) }, 0.04),
            ({ try SNIPBackground(simulations: 10)($0) }, 0.06),
        ] as [((PatternCurve) throws -> PatternBackground, Double)] {
            let result = try pulls(method, scale: 20, lines: Self.lines)
            #expect(result.relative < limit, "\(result)")
        }
    }

    @Test func aSplineFollowsACubicExactly() throws {
        // A cubic is in the space of both functions: without noise and lines it comes back.
        let grid = SimulatedPattern.grid(10...60, step: 0.05)
        let values = grid.map { 500 + 3 * ($0 - 30) - 0.2 * pow($0 - 30, 2) + 0.004 * pow($0 - 30, 3) }
        let curve = try PatternCurve(twoTheta: grid, intensities: values)
        for form in [SmoothBackground.Form.spline(spacing: 10), .chebyshev(degree: 3)] {
            let background = try SmoothBackground(form)(curve)
            for (a, b) in zip(background.values, values) { #expect(abs(a - b) < 1e-6 * b) }
        }
        #expect(throws: PatternError.self) { try SmoothBackground(.chebyshev(degree: 90))(curve) }
        #expect(throws: PatternError.self) { try SmoothBackground(.spline(spacing: 0))(curve) }
        #expect(throws: PatternError.self) { try SNIPBackground(halfWindow: -1)(curve) }
    }
}

@Suite struct KAlpha2RemovalTests {
    /// Lines from low to high angles, with the doublet and without it.
    private func patterns(step: Double) throws -> (grid: [Double], both: [Double], first: [Double]) {
        let grid = SimulatedPattern.grid(20...120, step: step)
        let lines: [(Double, Double)] = [
            (25.3, 60), (33.1, 100), (40.6, 30), (52.2, 70), (64.9, 45), (78.4, 80), (92.0, 25), (105.3, 60),
        ]
        let widths = LineWidths(w: 0.005, x: 0.02, y: 0.03)
        let single = try #require(EmissionSpectrum("CuKa1"))
        func pattern(_ emission: EmissionSpectrum) -> [Double] {
            SimulatedPattern.expected(
                lines.map { ($0.0, $0.1) }, over: grid, profile: PowderProfile(widths: widths, emission: emission)
            ) { _ in 0 }
        }
        return (grid, pattern(.copper), pattern(single))
    }

    private func worst(_ result: [Double], _ truth: [Double]) -> Double {
        zip(result, truth).map { abs($0 - $1) }.max()! / truth.max()!
    }

    @Test func divisionIsFiveTimesAsExactAsRachinger() throws {
        let (grid, both, first) = try patterns(step: 0.02)
        let curve = try PatternCurve(twoTheta: grid, intensities: both)
        let division = worst(try KAlpha2Removal(.copper)(curve).intensities, first)
        let rachinger = worst(try KAlpha2Removal(.copper, method: .rachinger)(curve).intensities, first)
        #expect(division < 0.003)
        #expect(rachinger > 5 * division, "\(rachinger) \(division)")
    }

    @Test func removalUndoesTheDoubletExactlyWhereItIsAShift() throws {
        // On the logarithmic axis a doublet made by shifting comes apart without error but for interpolation.
        let grid = SimulatedPattern.grid(20...120, step: 0.01)
        let shift = log(1.5444274 / 1.5405929)
        func peak(_ x: Double, _ centre: Double) -> Double {
            let t = (x - log(sin(centre * .pi / 360))) / 0.008
            return exp(-t * t)
        }
        let centres = [24.0, 40, 60, 80, 100]
        func pattern(_ ratio: Double) -> [Double] {
            grid.map { angle in
                let x = log(sin(angle * .pi / 360))
                return centres.reduce(0) { $0 + peak(x, $1) + ratio * peak(x - shift, $1) }
            }
        }
        let curve = try PatternCurve(twoTheta: grid, intensities: pattern(0.5))
        #expect(worst(try KAlpha2Removal(.copper)(curve).intensities, pattern(0)) < 1e-5)
        // Six lines, the second of them to the right by less than a step at small angles.
        let detail = EmissionSpectrum.copperInDetail
        let many = grid.map { angle in
            let x = log(sin(angle * .pi / 360))
            return centres.reduce(0.0) { sum, centre in
                detail.lines.reduce(sum) {
                    $0 + $1.intensity / detail.primary.intensity
                        * peak(x - log($1.wavelength / detail.primary.wavelength), centre)
                }
            }
        }
        let detailed = try PatternCurve(twoTheta: grid, intensities: many)
        #expect(worst(try KAlpha2Removal(detail)(detailed).intensities, pattern(0)) < 1e-5)
    }

    @Test func variancesAreThoseOfSimulations() throws {
        let (grid, both, _) = try patterns(step: 0.02)
        let expected = both.map { 50 + 3 * $0 }
        let background = [Double](repeating: 50, count: grid.count)
        let smooth = PatternCurve(
            try PatternCurve(twoTheta: grid, intensities: expected), intensities: expected, variances: expected)
        for method in KAlpha2Removal.Method.allCases {
            let removal = try KAlpha2Removal(.copper, method: method)
            let stated = try removal(smooth, background: background).variances
            let mean = try removal(smooth, background: background).intensities
            var squares = [Double](repeating: 0, count: grid.count)
            let runs = 60
            var random = RandomNumbers(seed: 21)
            for _ in 0..<runs {
                let noisy = expected.map { $0 + $0.squareRoot() * random.gaussian() }
                let curve = PatternCurve(smooth, intensities: noisy, variances: expected)
                let result = try removal(curve, background: background).intensities
                for i in grid.indices { squares[i] += pow(result[i] - mean[i], 2) / Double(runs) }
            }
            // In stretches of 500 points, each with its own mean of 60 x 500 squares.
            for start in stride(from: 0, to: grid.count - 500, by: 500) {
                let ratio = (start..<(start + 500)).reduce(0) { $0 + squares[$1] / stated[$1] } / 500
                #expect(abs(ratio - 1) < 0.08, "\(method) \(grid[start]): \(ratio)")
            }
        }
    }

    @Test func theBackgroundKeepsItsShareOfThePrimaryLine() throws {
        let grid = SimulatedPattern.grid(20...60)
        let flat = [Double](repeating: 90, count: grid.count)
        let curve = try PatternCurve(twoTheta: grid, intensities: flat)
        for value in try KAlpha2Removal(.copper)(curve, background: flat).intensities {
            #expect(abs(value - 60) < 1e-9)
        }
    }

    @Test func linesThatAreNoCopiesAreRefused() throws {
        #expect(throws: PatternError.self) {
            try KAlpha2Removal(try #require(EmissionSpectrum.tube(anode: "Cu", alpha2: 0.5, beta: 0.02)))
        }
        #expect(throws: PatternError.self) {
            try KAlpha2Removal(try #require(EmissionSpectrum.tube(anode: "Cu", alpha2: 1)))
        }
        #expect(throws: PatternError.self) { try KAlpha2Removal(.copperInDetail, method: .rachinger) }
    }
}
