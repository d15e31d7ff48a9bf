import Foundation
import Testing

@testable import Reporting

@Suite struct TicksTests {
    @Test(arguments: UInt64(1)...200) func marksAreRoundNumbersInsideTheRange(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let scale = pow(10, Double.random(in: -6...9, using: &random))
        let start = Double.random(in: -1...1, using: &random) * scale
        let range = start...(start + Double.random(in: 0.05...2, using: &random) * scale)
        let limit = Int.random(in: 3...12, using: &random)
        let ticks = Ticks(in: range, atMost: limit, allowsExponent: true)
        #expect(!ticks.major.isEmpty && ticks.major.count <= limit)
        #expect((ticks.major + ticks.minor).allSatisfy(range.contains))
        #expect(ticks.major == ticks.major.sorted() && Set(ticks.major).count == ticks.major.count)
        for value in ticks.major {
            let multiple = value / ticks.step
            #expect(abs(multiple - multiple.rounded()) < 1e-6)
        }
        let mantissa = ticks.step / pow(10, floor(log10(ticks.step) + 1e-9))
        #expect([1.0, 2, 5].contains { abs($0 - mantissa) < 1e-6 })
        for minor in ticks.minor {
            #expect(ticks.major.allSatisfy { abs($0 - minor) > ticks.step * 0.15 })
        }
        // Each label says the number of its mark.
        for value in ticks.major {
            let label = ticks.label(of: value).replacingOccurrences(of: "\u{2212}", with: "-")
            let read = Double(label).map { $0 * pow(10, Double(ticks.exponent)) }
            #expect(read.map { abs($0 - value) < ticks.step * 0.01 } == true)
        }
        #expect(Set(ticks.major.map(ticks.label)).count == ticks.major.count)
    }

    @Test func knownRanges() {
        let ticks = Ticks(in: 158...170, atMost: 7)
        #expect(ticks.major == [158, 160, 162, 164, 166, 168, 170])
        #expect(ticks.minor.count == 18)
        #expect(
            Ticks(in: 0...1, atMost: 6).major.map(Ticks(in: 0...1, atMost: 6).label) == [
                "0.0", "0.2", "0.4", "0.6", "0.8", "1.0",
            ])
        let counts = Ticks(in: 0...2.4e6, atMost: 6, allowsExponent: true)
        #expect(counts.exponent == 6)
        #expect(counts.major.map(counts.label) == ["0.0", "0.5", "1.0", "1.5", "2.0"])
        let residuals = Ticks(symmetricTo: 3.8)
        #expect(residuals.major == [-2, 0, 2])
        #expect(residuals.major.map(residuals.label) == ["\u{2212}2", "0", "2"])
    }

    @Test(arguments: [1e-300, 1e-12, 3.4, 1e5, 1e290]) func residualMarksFitTheirPanel(limit: Double) {
        let ticks = Ticks(symmetricTo: limit)
        #expect(ticks.major.count == 3)
        #expect((ticks.major + ticks.minor).allSatisfy { abs($0) <= limit })
    }

    @Test func strangeRangesDoNotTrap() {
        for range in [
            0.0...0.0, -1e300...1e300, .leastNonzeroMagnitude...(2 * .leastNonzeroMagnitude), 1e15...(1e15 + 0.25),
        ] {
            let ticks = Ticks(in: range, atMost: 6, allowsExponent: true)
            #expect(ticks.major.allSatisfy { range.contains($0) && !ticks.label(of: $0).isEmpty })
        }
    }

    @Test func domainsOfAnyDataAreUsable() {
        let cases: [[Double]] = [
            [], [.nan], [.infinity, -.infinity], [0], [5], [-3, -3], [1e308, -1e308], [.leastNonzeroMagnitude],
            [1, .nan, 4],
            [1e15, 1e15.nextUp],
        ]
        for values in cases {
            let domain = LinearScale.domain(of: values)
            #expect(domain.lowerBound < domain.upperBound)
            #expect((domain.upperBound - domain.lowerBound).isFinite)
        }
        #expect(LinearScale.domain(of: [1, .nan, 4]) == 1...4)
    }

    @Test func scaleAndItsInverseAgree() {
        let scale = LinearScale(domain: 158...170, start: 80, end: 10)
        #expect(scale.position(of: 158) == 80 && scale.position(of: 170) == 10)
        #expect(abs(scale.value(at: scale.position(of: 161.6)) - 161.6) < 1e-12)
    }
}
