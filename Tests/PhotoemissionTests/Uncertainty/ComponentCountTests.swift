import Foundation
import Testing

@testable import Photoemission

/// The short form takes seconds. The study behind docs/component-count.md:
/// `INTERPHASE_COUNT_SPECTRA=60 INTERPHASE_COUNT_PLOT=docs/component-count.svg swift test -c release --filter
/// ComponentCount`
@Suite("Component count")
struct ComponentCountTests {
    static let spectra = ProcessInfo.processInfo.environment["INTERPHASE_COUNT_SPECTRA"].flatMap(Int.init)

    @Test("a single doublet is rarely taken for two")
    func falsePositives() throws {
        let outcome = try ComponentCountStudy(separation: 0, share: 0, counts: 500, spectra: 15).run()
        // Three in a hundred are expected; four of fifteen would be one chance in 1,300.
        #expect(outcome.bootstrap[1] >= 12)
    }

    @Test("a well separated second doublet is found")
    func detection() throws {
        let outcome = try ComponentCountStudy(separation: 1.4, share: 0.3, counts: 1000, spectra: 2).run()
        #expect(outcome.bootstrap[2] == 2)
    }

    @Test("criteria of known variance are chi squared and a penalty")
    func criteria() throws {
        let fit = try UncertaintyTests.fit()
        let criteria = fit.informationCriteria
        let n = Double(fit.statistics.points)
        let p = Double(fit.statistics.freeParameters)
        #expect(criteria.hasKnownVariance)
        #expect(abs(criteria.bic - fit.statistics.chi2 - p * log(n)) < 1e-9)
        #expect(abs(criteria.aicc - fit.statistics.chi2 - 2 * p * n / (n - p - 1)) < 1e-9)
        let spectrum = try UncertaintyTests.study.spectrum(0)
        let unweighted = try CoverageStudy.model.fit(spectrum, options: FitOptions(weighting: .unweighted))
        #expect(!unweighted.informationCriteria.hasKnownVariance)
        // Scaling the intensities shifts the criterion by n ln(scale^2), whatever the model.
        var scaled = spectrum
        scaled.intensities = spectrum.intensities.map { 3 * $0 }
        let other = try CoverageStudy.model.fit(scaled, options: FitOptions(weighting: .unweighted))
        let shift = other.informationCriteria.bic - unweighted.informationCriteria.bic
        #expect(abs(shift - n * log(9)) < 1e-3)
    }

    @Test(
        "the full study: false positives and detection",
        .enabled(if: Self.spectra != nil, "set INTERPHASE_COUNT_SPECTRA"))
    func fullStudy() throws {
        let spectra = Self.spectra ?? 0
        var lines: [ComponentCountPlot.Line] = []
        print("| counts | separation (eV) | minor | bootstrap | BIC | AICc |")
        for counts in [100.0, 1000, 10000] {
            let none = ComponentCountStudy(separation: 0, share: 0, counts: counts, spectra: 5 * spectra)
            let outcome = try none.run()
            print(none.row(outcome))
            let falsePositives = ComponentCountStudy.Outcome.percentAbove(1, outcome.bootstrap)
            #expect(falsePositives <= 5)
            var points = [(separation: 0.0, percent: falsePositives)]
            for separation in [0.2, 0.4, 0.6, 0.8, 1.0, 1.4] {
                let study = ComponentCountStudy(separation: separation, share: 0.2, counts: counts, spectra: spectra)
                let found = try study.run()
                print(study.row(found))
                points.append((separation, ComponentCountStudy.Outcome.percentAbove(1, found.bootstrap)))
            }
            lines.append(.init(counts: counts, points: points))
        }
        if let path = ProcessInfo.processInfo.environment["INTERPHASE_COUNT_PLOT"] {
            try ComponentCountPlot(lines: lines).svg.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }
}
