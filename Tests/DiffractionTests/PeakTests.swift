import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Diffraction

@Suite struct PeakSearchTests {
    @Test(arguments: [2.0, 30, 1000]) func noiseAloneShowsAsManyPeaksAsStated(level: Double) throws {
        // 20 patterns of 60 degrees, a sloping background and no line; 2 false peaks each are asked for, so that there is
        // something to count: a Poisson number of mean 40.
        let grid = SimulatedPattern.grid(20...80, step: 0.03)
        let expected = grid.map { level * (1 + 20 / $0) }
        var found = 0
        let patterns = 20
        for stream in 0..<patterns {
            let counts = try SimulatedPattern.counted(expected, seed: 77, stream: UInt32(stream))
            let curve = try PatternCurve(twoTheta: grid, intensities: counts)
            found += try PeakSearch(falsePeaks: 2, fullWidth: 0.15)(curve, emission: .copper, background: expected)
                .count
        }
        // Formula and count of maxima agree within statistics; that maxima must stand out, and that widths overlap,
        // makes them fewer. Poisson's skewness makes them more where there are few counts.
        #expect(found <= (level < 10 ? 110 : 55), "\(found)")
        #expect(found >= 8, "\(found)")
    }

    @Test func noiseHardlyEverShowsAPeakByDefault() throws {
        let grid = SimulatedPattern.grid(20...80, step: 0.03)
        let expected = grid.map { 100 * (1 + 20 / $0) }
        var found = 0
        for stream in 0..<20 {
            let counts = try SimulatedPattern.counted(expected, seed: 78, stream: UInt32(stream))
            found += try PeakSearch()(try PatternCurve(twoTheta: grid, intensities: counts), emission: .copper).count
        }
        // 0.05 in each pattern: 1 is expected, 6 and more come less than once in a thousand times.
        #expect(found < 6, "\(found)")
    }

    @Test func linesAreFoundOnceEachWithoutTheirSecondLine() throws {
        let grid = SimulatedPattern.grid(15...110)
        let truth: [(twoTheta: Double, area: Double)] = [
            (19.0, 60), (22.1, 4), (31.27, 150), (36.85, 500), (38.55, 40), (44.81, 100), (55.66, 40), (59.36, 160),
            (65.24, 190), (68.6, 8), (77.3, 30), (82.6, 12), (94.1, 60), (99.4, 25), (104.6, 25),
        ]
        let expected = SimulatedPattern.expected(
            truth.map { ($0.twoTheta, 10 * $0.area) }, over: grid, profile: SimulatedPattern.profile
        ) { 200 + 1000 / $0 }
        for stream in 0..<3 {
            let counts = try SimulatedPattern.counted(expected, seed: 5, stream: UInt32(stream))
            let found = try PeakSearch()(try PatternCurve(twoTheta: grid, intensities: counts), emission: .copper)
            #expect(found.count == truth.count, "\(found.map(\.twoTheta))")
            for line in truth {
                #expect(found.contains { abs($0.twoTheta - line.twoTheta) < 0.03 }, "\(line.twoTheta)")
            }
            #expect(found.allSatisfy { $0.falsePeaksExpected <= 0.05 })
        }
    }

    @Test func broadLinesAreOneAndClosePairsAreTwo() throws {
        let grid = SimulatedPattern.grid(20...70)
        let broad = PowderProfile(widths: LineWidths(x: 1.0), emission: .copper)
        var expected = grid.map { _ in 100.0 }
        broad.add(area: 400, twoTheta: 43, to: &expected, over: grid)
        for angle in [25.0, 30, 30.35, 60] {
            SimulatedPattern.profile.add(area: 300, twoTheta: angle, to: &expected, over: grid)
        }
        let curve = try PatternCurve(twoTheta: grid, intensities: try SimulatedPattern.counted(expected, seed: 9))
        let found = try PeakSearch()(curve, emission: .copper)
        #expect(found.count == 5, "\(found.map(\.twoTheta))")
        #expect(found.contains { abs($0.twoTheta - 43) < 0.1 && $0.fullWidth > 0.3 })
    }

    @Test func badRequestsAreRefused() throws {
        let curve = try PatternCurve(twoTheta: [10, 11, 12], intensities: [1, 2, 3])
        #expect(throws: PatternError.self) { try PeakSearch()(curve, emission: .copper) }
        let grid = SimulatedPattern.grid(20...30)
        let flat = try PatternCurve(twoTheta: grid, intensities: grid.map { _ in 10 })
        #expect(throws: PatternError.self) { try PeakSearch(falsePeaks: 0)(flat, emission: .copper) }
        #expect(throws: PatternError.self) { try PeakSearch(fullWidth: -1)(flat, emission: .copper) }
        // Hostile data: constants, zeros, negative numbers.
        for value in [0.0, -5, 1e90] {
            let odd = try PatternCurve(twoTheta: grid, intensities: grid.map { _ in value })
            #expect(try PeakSearch()(odd, emission: .copper).isEmpty)
            #expect(try PeakFitting()(odd, emission: .copper).peaks.isEmpty)
        }
    }
}

@Suite struct PeakFittingTests {
    @Test func fittedNumbersAreTrueWithinTheirUncertainties() throws {
        // One width, one mixing for each line, which the model can describe exactly: pulls are normal numbers.
        let grid = SimulatedPattern.grid(20...100)
        let truth: [(twoTheta: Double, width: Double, area: Double)] = [
            (25, 0.12, 300), (31.27, 0.15, 1500), (36.85, 0.2, 5000), (37.4, 0.2, 2500), (55.66, 0.18, 400),
            (65.24, 0.22, 1900), (88, 0.3, 800),
        ]
        var expected = grid.map { 150 + 2000 / $0 }
        for line in truth {
            EmissionSpectrum.copper.add(
                PeakState(
                    twoTheta: line.twoTheta, fullWidth: line.width, mixing: 0.5, area: line.area, significance: 0),
                to: &expected, over: grid[...])
        }
        var pulls: [String: [Double]] = [:]
        let runs = 16
        for stream in 0..<runs {
            let counts = try SimulatedPattern.counted(expected, seed: 31, stream: UInt32(stream))
            let places = truth.map {
                FoundPeak(
                    twoTheta: $0.twoTheta + 0.02, significance: 50, height: $0.area, fullWidth: 0.15,
                    falsePeaksExpected: 0)
            }
            let result = try PeakFitting()(
                try PatternCurve(twoTheta: grid, intensities: counts), emission: .copper, at: places)
            #expect(result.peaks.count == truth.count)
            #expect(result.reducedChi2 < 1.3 && result.segments.allSatisfy(\.converged))
            for (peak, line) in zip(result.peaks, truth) {
                func pull(_ name: String, _ measured: Measured, _ value: Double) throws {
                    pulls[name, default: []].append(
                        (measured.value - value) / (try #require(measured.standardUncertainty)))
                }
                try pull("position", peak.twoTheta, line.twoTheta)
                try pull("area", peak.area, line.area)
                try pull("width", peak.fullWidth, line.width)
                let spacing = 1.5405929 / (2 * sin(line.twoTheta * .pi / 360))
                try pull("spacing", peak.spacing, spacing)
            }
        }
        for (name, values) in pulls {
            let rms = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
            let mean = values.reduce(0, +) / Double(values.count)
            #expect((0.8...1.25).contains(rms), "\(name): rms \(rms), mean \(mean)")
            #expect(abs(mean) < 0.35, "\(name): \(mean)")
        }
    }

    @Test func derivativesOfTheModelAreItsSlopes() throws {
        let grid = SimulatedPattern.grid(80...84)
        let peaks = [
            PeakState(twoTheta: 81.5, fullWidth: 0.2, mixing: 0.4, area: 100, significance: 50),
            PeakState(twoTheta: 81.8, fullWidth: 0.2, mixing: 0.4, area: 60, significance: 50),
            PeakState(twoTheta: 82.9, fullWidth: 0.3, mixing: 0.4, area: 80, significance: 50),
        ]
        let data = grid.map { 10 + 0.3 * $0 }
        var problem = PeakSegment(
            angles: grid, intensities: data, weights: grid.map { _ in 0.7 }, emission: .copper, peaks: peaks,
            widthOf: [0, 0, 1], polynomialCount: 2, mixingBounds: 0...1, step: 0.02)
        let start = problem.start(peaks)
        let coefficients = [100.0, 60, 80, 5, 0.2]
        let count = start.count + coefficients.count
        func chi2(_ theta: [Double], _ linear: [Double]) throws -> (Double, [Double]) {
            var matrix = [Double](repeating: 0, count: count * count)
            var gradient = [Double](repeating: 0, count: count)
            var small = [Double](repeating: 0, count: 25)
            var vector = [Double](repeating: 0, count: 5)
            let value = try matrix.withUnsafeMutableBufferPointer { m in
                try gradient.withUnsafeMutableBufferPointer { g in
                    try small.withUnsafeMutableBufferPointer { s in
                        try vector.withUnsafeMutableBufferPointer { v in
                            try theta.withUnsafeBufferPointer { t in
                                try linear.withUnsafeBufferPointer { l in
                                    try problem.linearEquations(at: t, matrix: s, vector: v)
                                    return problem.normalEquations(coefficients: l, matrix: m, gradient: g)
                                }
                            }
                        }
                    }
                }
            }
            return (value, gradient)
        }
        // The gradient is J' W r: minus half the slope of chi squared.
        let (_, gradient) = try chi2(start, coefficients)
        for k in 0..<count {
            let step = 1e-6
            func moved(_ sign: Double) throws -> Double {
                var (theta, linear) = (start, coefficients)
                if k < theta.count { theta[k] += sign * step } else { linear[k - theta.count] += sign * step }
                return try chi2(theta, linear).0
            }
            let slope = (try moved(1) - moved(-1)) / (2 * step)
            #expect(abs(slope + 2 * gradient[k]) < 1e-4 * (abs(slope) + 1), "\(k)")
        }
    }

    @Test func longRowsOfPeaksAreFittedInPieces() throws {
        let states = (0..<40).map {
            PeakState(
                twoTheta: 20 + Double($0) * 0.5 + Double($0 % 3) * 0.1, fullWidth: 0.15, mixing: 0.5, area: 1,
                significance: 10)
        }
        let pieces = PeakFitting.segments(states, .copper)
        #expect(pieces.allSatisfy { $0.count <= 8 })
        #expect(pieces.reduce(0) { $0 + $1.count } == 40)
        #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
}

@Suite struct UnitCellRefinementTests {
    private static let cases: [(hall: String, cell: [Double])] = [
        ("-F 4vw 2vw 3", [8.0837, 8.0837, 8.0837, 90, 90, 90]), ("-R 3 2\"", [2.8156, 2.8156, 14.0542, 90, 90, 120]),
        ("-P 4 2", [4.59, 4.59, 2.96, 90, 90, 90]), ("-P 2ac 2n", [10.3, 6.0, 4.7, 90, 90, 90]),
        ("-C 2yc", [5.0623, 8.7876, 9.7533, 90, 100.212, 90]), ("-P 1", [5.2, 6.1, 7.3, 81, 95, 107]),
        ("-P 3* 2", [5.1, 5.1, 5.1, 55, 55, 55]),
    ]

    private func lines(
        _ cell: UnitCell, _ group: SpaceGroup, shift: (Double) -> Double, noise: Double, seed: UInt32
    ) throws -> [IndexedLine] {
        let list = try ReflectionList(cell: cell, group: group, limit: 1.3).entries
        var random = RandomNumbers(seed: seed)
        return list.prefix(60).map { entry in
            let angle = 2 * asin(1.5405929 / 2 * entry.inverseSquare.squareRoot()) * 180 / .pi
            return IndexedLine(
                entry.index,
                twoTheta: Measured(
                    angle + shift(angle) + noise * random.gaussian(), standardUncertainty: max(noise, 1e-4)))
        }
    }

    @Test(arguments: cases.indices) func exactPositionsGiveTheCellBack(which: Int) throws {
        let (hall, c) = Self.cases[which]
        let cell = try #require(UnitCell(a: c[0], b: c[1], c: c[2], alpha: c[3], beta: c[4], gamma: c[5]))
        let group = try #require(HallSymbol.spaceGroup(hall))
        let start = try #require(
            UnitCell(a: c[0] * 1.004, b: c[1] * 1.004, c: c[2] * 0.997, alpha: c[3], beta: c[4], gamma: c[5]))
        let displaced = try lines(cell, group, shift: { 0.08 * cos($0 * .pi / 360) }, noise: 0, seed: 1)
        let result = try UnitCellRefinement(displaced, start: start, group: group, wavelength: 1.5405929)
        for (found, expected) in zip(
            [result.cell.a, result.cell.b, result.cell.c, result.cell.alpha, result.cell.beta, result.cell.gamma], c)
        {
            #expect(abs(found - expected) < 1e-7 * expected, "\(hall)")
        }
        #expect(abs(try #require(result.correction(.displacement)).value - 0.08) < 1e-8)
        // 0.08 deg = 2 h / R: h = 0.04 deg in radians times the radius.
        let height = try #require(result.displacement(radius: 200))
        #expect(abs(height.value - 0.04 * .pi / 180 * 200) < 1e-6)
        let zero = try lines(cell, group, shift: { _ in -0.03 }, noise: 0, seed: 1)
        let other = try UnitCellRefinement(
            zero, start: start, group: group, wavelength: 1.5405929, correcting: [.zero])
        #expect(abs(other.cell.a - c[0]) < 1e-7 * c[0])
        #expect(abs(try #require(other.correction(.zero)).value + 0.03) < 1e-8)
        #expect(other.displacement(radius: 200) == nil)
        // Parameters that symmetry fixes have no uncertainty.
        let fixed = [3, 4, 5].filter { c[$0] == 90 || c[$0] == 120 }
        #expect(fixed.allSatisfy { result.standardUncertainties[$0] == 0 })
        #expect(result.standardUncertainties[0] > 0)
    }

    @Test(arguments: [1, 3, 4]) func uncertaintiesCoverTheTruth(which: Int) throws {
        let (hall, c) = Self.cases[which]
        let cell = try #require(UnitCell(a: c[0], b: c[1], c: c[2], alpha: c[3], beta: c[4], gamma: c[5]))
        let group = try #require(HallSymbol.spaceGroup(hall))
        var squares = 0.0
        var count = 0.0
        for seed in 1...40 {
            let noisy = try lines(
                cell, group, shift: { -0.05 * cos($0 * .pi / 360) }, noise: 0.01, seed: UInt32(seed))
            let result = try UnitCellRefinement(noisy, start: cell, group: group, wavelength: 1.5405929)
            for (value, (truth, u)) in zip(
                [result.cell.a, result.cell.b, result.cell.c, result.cell.beta],
                [(c[0], 0), (c[1], 1), (c[2], 2), (c[4], 4)])
            where result.standardUncertainties[u] > 0 {
                squares += pow((value - truth) / result.standardUncertainties[u], 2)
                count += 1
            }
        }
        #expect((0.75...1.2).contains((squares / count).squareRoot()), "\(hall) \((squares / count).squareRoot())")
    }

    @Test func whatCannotBeDeterminedIsRefused() throws {
        let cell = try #require(UnitCell(a: 2.8156, b: 2.8156, c: 14.0542, gamma: 120))
        let group = try #require(HallSymbol.spaceGroup("-R 3 2\""))
        let basal = [3, 6, 9, 12].map { l in
            IndexedLine(
                MillerIndex(0, 0, l),
                twoTheta: Measured(2 * asin(1.54 * Double(l) / 28.1) * 180 / .pi, standardUncertainty: 0.01))
        }
        #expect(throws: UnitCellRefinement.Failure.undetermined) {
            try UnitCellRefinement(basal, start: cell, group: group, wavelength: 1.54)
        }
        #expect(throws: UnitCellRefinement.Failure.tooFewLines(found: 2, parameters: 3)) {
            try UnitCellRefinement(Array(basal.prefix(2)), start: cell, group: group, wavelength: 1.54)
        }
        let unweighted = basal.map { IndexedLine($0.index, twoTheta: Measured($0.twoTheta.value)) }
        #expect(throws: UnitCellRefinement.Failure.self) {
            try UnitCellRefinement(unweighted, start: cell, group: group, wavelength: 1.54)
        }
    }
}

@Suite struct BroadeningTests {
    static let instrument = LineWidths(u: 0.004, v: -0.003, w: 0.005, x: 0.02, y: 0.01)

    /// Peaks of a specimen of a size and a strain (Lorentzian both) on the instrument.
    private func peaks(size: Double, strain: Double) -> [DiffractionPeak] {
        [25.0, 35, 47, 60, 75, 90].map { angle in
            let theta = angle * .pi / 360
            let own = Self.instrument.line(twoTheta: angle)!
            let added = (0.94 * 1.5405929 / (size * cos(theta)) + 4 * strain * tan(theta)) * 180 / .pi
            let line = ThompsonCoxHastings(
                gaussianWidth: own.gaussianWidth, lorentzianWidth: own.lorentzianWidth + added)!.profile
            return DiffractionPeak(
                twoTheta: Measured(angle, standardUncertainty: 0.001), spacing: Measured(1), area: Measured(100),
                height: 10, fullWidth: Measured(line.fullWidth, standardUncertainty: 0.002),
                mixing: Measured(line.mixing, standardUncertainty: 0.02), significance: 100, sharesWidth: false,
                widthMixingCovariance: 0, segment: 0)
        }
    }

    @Test func scherrerGivesTheSizeThatBroadenedTheLines() throws {
        for peak in peaks(size: 150, strain: 0) {
            let size = try peak.scherrerSize(beyond: Self.instrument, wavelength: 1.5405929)
            #expect(abs(size.value / 150 - 1) < 1e-6)
            #expect(try #require(size.standardUncertainty) > 0.3)
        }
    }

    @Test func williamsonHallTellsSizeFromStrain() throws {
        let result = try WilliamsonHall(
            peaks(size: 220, strain: 0.0015), beyond: Self.instrument, wavelength: 1.5405929)
        #expect(abs(result.size.value / 220 - 1) < 1e-5)
        #expect(abs(result.strain.value / 0.0015 - 1) < 1e-5)
        #expect(try #require(result.reducedChi2) < 1e-6)
    }

    @Test func noSizeIsGivenWhereTheInstrumentIsAsBroad() throws {
        let coarse = peaks(size: 50_000, strain: 0)
        for peak in coarse {
            #expect(throws: BroadeningFailure.self) {
                try peak.scherrerSize(beyond: Self.instrument, wavelength: 1.5405929)
            }
        }
        #expect(throws: BroadeningFailure.self) {
            try WilliamsonHall(coarse, beyond: Self.instrument, wavelength: 1.5405929)
        }
    }

    @Test func aStandardGivesTheWidthsOfItsInstrument() throws {
        let standard = peaks(size: 1e9, strain: 0)
        let fitted = try LineWidths(fittedTo: standard)
        for angle in stride(from: 25.0, through: 90, by: 5) {
            let (a, b) = (
                try #require(fitted.line(twoTheta: angle)), try #require(Self.instrument.line(twoTheta: angle))
            )
            #expect(abs(a.fullWidth - b.fullWidth) < 1e-6)
        }
        #expect(throws: PatternError.self) { try LineWidths(fittedTo: Array(standard.prefix(2))) }
    }
}
