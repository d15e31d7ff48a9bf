import Foundation
import Testing

@testable import Photoemission

/// The short form takes seconds. The study behind docs/uncertainties.md:
/// `INTERPHASE_COVERAGE_TRIALS=2000 swift test -c release --filter Coverage`
@Suite("Coverage of confidence intervals")
struct CoverageTests {
    static let spectra = ProcessInfo.processInfo.environment["INTERPHASE_COVERAGE_TRIALS"].flatMap(Int.init)

    @Test(
        "covariance and profile intervals of areas and fractions cover as often as they say, at any counts",
        arguments: [50.0, 5000])
    func linearMethods(counts: Double) throws {
        let study = CoverageStudy(counts: counts, share: 0.1, spectra: 60, trials: 0)
        try check(study.run(), study, slack: 3.5)
    }

    @Test("Monte Carlo intervals of areas and fractions cover as often as they say")
    func monteCarlo() throws {
        let study = CoverageStudy(counts: 500, share: 0.1, spectra: 30, trials: 60)
        try check(study.run(), study, slack: 3.5)
    }

    @Test(
        "the full study: 5, 10 and 20 % of a minor species, 50 to 50,000 counts, all methods",
        .enabled(if: Self.spectra != nil, "set INTERPHASE_COVERAGE_TRIALS"))
    func fullStudy() throws {
        let spectra = Self.spectra ?? 0
        print(
            "| counts | minor | method | " + CoverageStudy.quantities.map(\.description).joined(separator: " | ") + " |"
        )
        for counts in [50.0, 500, 5000, 50000] {
            for share in [0.05, 0.1, 0.2] {
                let study = CoverageStudy(counts: counts, share: share, spectra: spectra, trials: 300)
                let tallies = try study.run()
                print(study.table(tallies))
                try check(tallies, study, slack: 2)
            }
        }
    }

    /// Areas and fractions within 3 and 2 per cent, widened by `slack` standard errors of the study itself.
    private func check(
        _ tallies: [UncertaintyMethod: [[CoverageStudy.Tally]]], _ study: CoverageStudy, slack: Double
    ) throws {
        for method in study.methods {
            let rows = try #require(tallies[method])
            for k in [0, 1, 3] {
                for (tally, (nominal, allowed)) in zip(rows[k], [(68.27, 3.0), (95.0, 2.0)]) {
                    #expect(tally.cases == study.spectra)
                    let error = (nominal * (100 - nominal) / Double(max(1, tally.cases))).squareRoot()
                    #expect(
                        abs(tally.percent - nominal) < allowed + slack * error,
                        "\(method.rawValue), \(CoverageStudy.quantities[k]): \(tally.percent) % of \(nominal) %")
                }
            }
        }
    }
}
