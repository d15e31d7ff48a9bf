import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

@Suite("Intervals, trials and limits")
struct UncertaintyTests {
    static let study = CoverageStudy(counts: 2000, share: 0.1, spectra: 1, trials: 0)

    static func fit(_ number: Int = 0, counts: Double = 2000, share: Double = 0.1) throws -> PeakFit {
        try CoverageStudy.model.fit(
            CoverageStudy(counts: counts, share: share, spectra: 1, trials: 0).spectrum(number))
    }

    // MARK: - Intervals near a bound

    /// Table X of Feldman & Cousins, Phys. Rev. D 57 (1998) 3873: x0, level, lower and upper end.
    @Test(
        "intervals for a non-negative mean are those of Feldman and Cousins",
        arguments: [
            (-3.0, 0.6827, 0.0, 0.04), (-3.0, 0.90, 0.0, 0.26), (-3.0, 0.95, 0.0, 0.42), (0.0, 0.6827, 0.0, 1.0),
            (0.0, 0.90, 0.0, 1.64), (0.0, 0.95, 0.0, 1.96), (1.0, 0.6827, 0.24, 2.0), (3.0, 0.6827, 2.0, 4.0),
        ])
    func boundedIntervals(found: Double, level: Double, low: Double, high: Double) throws {
        let ends = try BoundedNormalInterval(level: level).ends(found: found)
        #expect(abs(ends.low - low) < 0.0051)
        #expect(abs(ends.high - high) < 0.0051)
    }

    @Test("intervals for a non-negative mean cover exactly as often as they say, at and near the bound")
    func boundedCoverage() throws {
        let rule = try BoundedNormalInterval(level: 0.95)
        for mean in [0.0, 0.3, 1, 2, 4] {
            // The share of outcomes whose interval holds the mean, by quadrature over the outcomes.
            var covered = 0.0
            let step = 0.01
            for k in -600...600 {
                let outcome = mean + step * Double(k)
                let ends = rule.ends(found: outcome)
                guard ends.low <= mean + 1e-9, mean <= ends.high + 1e-9 else { continue }
                let deviation = outcome - mean
                covered += step * exp(-deviation * deviation / 2) / (2 * Double.pi).squareRoot()
            }
            #expect(abs(covered - 0.95) < 0.005, "mean \(mean): \(covered)")
        }
    }

    // MARK: - Profile

    @Test("with many counts, profile and covariance give the same intervals")
    func profileMeetsCovariance() throws {
        let fit = try Self.fit(counts: 1e6, share: 0.3)
        let covariance = try fit.uncertainty(.covariance)
        let profile = try fit.uncertainty(.profile)
        #expect(covariance.intervals.count == profile.intervals.count)
        for (a, b) in zip(covariance.intervals, profile.intervals) {
            #expect(a.quantity == b.quantity && a.level == b.level)
            #expect(abs(a.low - b.low) < 0.01 * (a.high - a.low), "\(a.quantity)")
            #expect(abs(a.high - b.high) < 0.01 * (a.high - a.low), "\(a.quantity)")
        }
        let area = try #require(fit.components[0].area.standardUncertainty)
        let interval = try #require(covariance.intervals.first { $0.quantity == .component("major", .area) })
        #expect(abs((interval.high - interval.low) / 2 - area) < 1e-3 * area)
    }

    @Test("a point of the profile is the minimum with that parameter fixed in the model")
    func profileIsTheConstrainedMinimum() throws {
        let fit = try Self.fit()
        let options = FitOptions(weighting: .dataCounts, tolerance: 1e-10)
        let spectrum = try Self.study.spectrum(0)
        let free = try CoverageStudy.model.fit(spectrum, options: options)
        let base = try RefitBase(free)
        for (quantity, change) in [
            (FitQuantity.component("minor", .position), 0.04), (.component("major", .area), 60.0),
            (.component("minor", .area), -40.0), (.component("major", .width), 0.02),
        ] {
            let target = try free.value(of: quantity) + change
            var tracer = try ProfileTracer(QuantityForm(quantity, in: base.model), base: base)
            let point = try tracer.point(at: target)
            var model = CoverageStudy.model
            let index = model.components.firstIndex { $0.name == quantity.componentName } ?? 0
            guard case .component(_, let which) = quantity else { continue }
            model.components[index][which] = .fixed(point.value)
            let held = try model.fit(spectrum, options: options)
            let rise = held.statistics.chi2 - free.statistics.chi2
            #expect(abs(point.root * point.root - rise) < 1e-3 * rise + 1e-5, "\(quantity): \(rise)")
        }
        #expect(fit.convergence.converged)
    }

    @Test("the profile of a fraction is the minimum with that ratio of areas in the model")
    func profileOfAFraction() throws {
        let options = FitOptions(weighting: .dataCounts, tolerance: 1e-10)
        let spectrum = try Self.study.spectrum(0)
        let free = try CoverageStudy.model.fit(spectrum, options: options)
        let base = try RefitBase(free)
        var tracer = try ProfileTracer(QuantityForm(.fraction("minor"), in: base.model), base: base)
        for target in [0.05, 0.08, 0.14] {
            let point = try tracer.point(at: target)
            #expect(abs(point.value - target) < 1e-4)
            var model = CoverageStudy.model
            model.components[1].area = .ratio(of: "major", by: .fixed(point.value / (1 - point.value)))
            let held = try model.fit(spectrum, options: options)
            let rise = held.statistics.chi2 - free.statistics.chi2
            #expect(abs(point.root * point.root - rise) < 2e-3 * rise + 1e-4, "\(target): \(rise)")
        }
    }

    @Test("an absent species gets a one-sided interval, a position pressed on its bound one up to the bound")
    func oneSidedIntervals() throws {
        let fits = try (0..<6).map { try Self.fit($0, counts: 300, share: 0) }
        for fit in fits {
            let interval = try #require(try fit.profile(.fraction("minor"), levels: [0.95]).intervals.first)
            #expect(interval.low >= 0 && interval.high > interval.low && interval.high < 0.3)
        }
        let lows = try fits.map { try $0.profile(.component("minor", .area), levels: [0.95]).intervals[0].lowIsBound }
        #expect(lows.filter { $0 }.count >= 4)
        var model = CoverageStudy.model
        model.components[0].position = .free(start: 161.2, min: 161.1, max: 161.55)
        let pressed = try model.fit(Self.study.spectrum(0))
        let interval = try #require(
            try pressed.profile(.component("major", .position), levels: [0.95]).intervals.first)
        #expect(interval.highIsBound && abs(interval.high - 161.55) < 1e-6 && interval.low < 161.55)
    }

    // MARK: - Monte Carlo

    @Test("the trials of a seed are the same whatever the number of workers, and other for another seed")
    func trialsAreReproducible() throws {
        let base = try RefitBase(Self.fit())
        let quantities = base.usualQuantities()
        let series = try TrialSeries(base: base, noise: nil, seed: 5)
        let one = try series.run(trials: 30, quantities: quantities, workers: 1)
        let many = try series.run(trials: 30, quantities: quantities, workers: 7)
        #expect(one == many)
        let other = try TrialSeries(base: base, noise: nil, seed: 6).run(trials: 30, quantities: quantities)
        #expect(one.samples != other.samples)
    }

    @Test("with many counts, trials scatter and correlate as the covariance says")
    func trialsMeetCovariance() throws {
        let fit = try Self.fit(counts: 1e5, share: 0.3)
        let result = try fit.monteCarlo(trials: 600, seed: 3)
        #expect(result.failedTrials == 0 && result.noise == .poisson)
        for component in fit.components {
            let deviation = try #require(result.standardDeviation(of: .component(component.name, .area)))
            #expect(abs(deviation / (component.area.standardUncertainty ?? 0) - 1) < 4 / 1200.0.squareRoot())
            let share = try #require(result.standardDeviation(of: .fraction(component.name)))
            #expect(abs(share / (component.fraction.standardUncertainty ?? 0) - 1) < 4 / 1200.0.squareRoot())
        }
        let names = fit.parameters.names
        let a = try #require(names.firstIndex(of: "major.area"))
        let b = try #require(names.firstIndex(of: "minor.area"))
        let expected = try #require(fit.correlationMatrix[a][b])
        let found = try #require(result.correlation(.component("major", .area), .component("minor", .area)))
        #expect(abs(found - expected) < 4 / 600.0.squareRoot())
        #expect(fit.correlationMatrix[a][a] == 1)
    }

    @Test("a background subtracted first is computed anew in every trial, which the covariance leaves out")
    func trialsRecomputeTheBackground() throws {
        var model = CoverageStudy.model
        model.background = Background(.shirley, isFitted: false, endPoints: 3, rule: .trapezium)
        let fit = try model.fit(Self.study.spectrum(0))
        let result = try fit.monteCarlo(trials: 300, seed: 2)
        let deviation = try #require(result.standardDeviation(of: .component("minor", .area)))
        #expect(deviation > 1.3 * (fit.components[1].area.standardUncertainty ?? .infinity))
    }

    @Test("data without counting statistics are resampled from their residuals, in blocks where these correlate")
    func residualBootstrap() throws {
        var spectrum = try Self.study.spectrum(0)
        let counts = try CoverageStudy.model.fit(spectrum)
        spectrum.unit = .arbitrary
        spectrum.intensities = spectrum.intensities.map { $0 * 0.01 }
        let fit = try CoverageStudy.model.fit(spectrum)
        let result = try fit.monteCarlo(trials: 400, seed: 2)
        #expect(result.noise == .residuals && result.blockLength == 1)
        let deviation = try #require(result.standardDeviation(of: .component("minor", .area)))
        let expected = 0.01 * (counts.components[1].area.standardUncertainty ?? 0)
        #expect(abs(deviation / expected - 1) < 0.25)
        var numbers = RandomNumbers(seed: 4)
        var state = 0.0
        let correlated = (0..<400).map { _ -> Double in
            state = 0.8 * state + numbers.gaussian()
            return state
        }
        #expect((10...60).contains(TrialSimulator.blockLength(correlated)))
        #expect(TrialSimulator.blockLength((0..<400).map { _ in numbers.gaussian() }) <= 4)
    }

    // MARK: - Limits and systematic spread

    @Test("upper limits of an absent species hold in 95 % of spectra or more, and a detectable amount is detected")
    func upperLimits() throws {
        let truth = 0.02
        var held = 0
        let count = 30
        for number in 0..<count {
            let limit = try Self.fit(number, counts: 500, share: truth).upperLimit(of: "minor")
            #expect(limit.fraction > 0 && limit.fraction < 0.3 && !limit.wasAdded)
            if limit.fraction >= truth { held += 1 }
        }
        // 95 % less three standard errors.
        #expect(Double(held) / Double(count) > 0.95 - 3 * (0.05 * 0.95 / Double(count)).squareRoot())
        // Where the absent species ran into a bound, the data do not say how much of it would show.
        let known = try (0..<6).compactMap {
            try Self.fit($0, counts: 500, share: 0).upperLimit(of: "minor").detectableFraction
        }
        #expect(known.count >= 3)
        let detectable = try #require(known.first)
        var seen = 0
        for number in 0..<20 {
            let fit = try Self.fit(number, counts: 500, share: detectable)
            let root = try #require(try fit.profile(.component("minor", .area), levels: [0.90]).intervals.first)
            if !root.lowIsBound { seen += 1 }
        }
        // 95 % of them; fewer than 16 of 20 would be one chance in 400.
        #expect(seen >= 16)
    }

    @Test("a species of the library is added for its limit, an unknown one is refused by name")
    func limitOfALibrarySpecies() throws {
        let single = PeakModel(.s2p) { Doublet("PS4 3-", near: 161.6) }
        let spectrum = try CoverageStudy(counts: 2000, share: 0, spectra: 1, trials: 0).spectrum(0)
        let fit = try single.fit(spectrum)
        let limit = try fit.upperLimit(of: "Li2S")
        #expect(limit.wasAdded && limit.fraction > 0 && limit.fraction < 0.1)
        #expect((159...161).contains(limit.position))
        #expect { try fit.upperLimit(of: "unobtainium") } throws: { "\($0)".contains("unobtainium") }
    }

    @Test("other windows and backgrounds move results by something; what the data rule out does not count")
    func systematicSpread() throws {
        let fit = try Self.fit(counts: 20000, share: 0.2)
        let spread = try fit.systematicSpread()
        #expect(spread.components.map(\.name) == ["major", "minor"])
        #expect(spread.components.allSatisfy { $0.area > 0 && $0.fraction > 0 && $0.fraction < 0.2 })
        let constant = try #require(spread.variants.first { $0.description == "constant, fitted" })
        #expect(constant.rejection != nil)
        #expect(spread.variants.filter { $0.choice == .averaging && $0.rejection == nil }.count >= 1)
        let byChoice = spread.components[1].fractionByChoice
        #expect(byChoice.values.allSatisfy { $0 <= spread.components[1].fraction + 1e-12 })
    }

    @Test("what cannot be computed is refused with the reason")
    func refusals() throws {
        let fit = try Self.fit()
        #expect { try fit.profile(.fraction("no such")) } throws: { "\($0)".contains("no such") }
        #expect { try fit.profile(.background("no such")) } throws: { "\($0)".contains("no such") }
        #expect { try fit.monteCarlo(trials: 1) } throws: { "\($0)".contains("2 trials") }
        #expect { try fit.profile(.component("major", .splitting)) } throws: { "\($0)".contains("holds") }
        #expect { try fit.upperLimit(of: "minor", level: 1) } throws: { "\($0)".contains("0.5 and 1") }
        let background = try fit.profile(.background("shirley_per_eV"))
        #expect(background.intervals.allSatisfy { $0.low < 0.05 + 0.02 && $0.high > 0.03 })
    }
}
