import Foundation
import Spectra
import Testing

@testable import Photoemission

@Suite("Stoichiometry across core levels")
struct StoichiometryTests {
    private static let link = StoichiometricLink(
        ["PS4 3- (S 2p)"], to: ["PS4 3- (P 2p)"], ratio: 4, tolerance: 0.01)

    private static func result(scale: Double = 300, seed: UInt64 = 2) throws -> Quantification {
        let fits = try SimulatedSample.fits(SimulatedSample.argyrodite, exponent: 0.6, scale: scale, seed: seed)
        return try Quantification(
            fits, sensitivities: .scofield.withRelativeUncertainty(0.05), transmission: .none)
    }

    @Test("a sample that balances is believed, one that does not is found")
    func balance() throws {
        let result = try Self.result()
        #expect((try result.balance(of: Self.link).probability ?? 0) > 0.01)
        var wrong = Self.link
        wrong.ratio = 3
        #expect((try result.balance(of: wrong).probability ?? 1) < 0.001)
        wrong.ratio = -1
        #expect(throws: QuantificationError.self) { try result.balance(of: wrong) }
    }

    @Test("linked amounts keep the ratio within its tolerance, and know more than free ones")
    func linked() throws {
        let free = try Self.result()
        let tied = try free.linked(by: [Self.link])
        let before = try free.ratio(Self.link.numerator, to: Self.link.denominator)
        let after = try tied.ratio(Self.link.numerator, to: Self.link.denominator)
        // The information of measurement and link adds up: 1/u^2 of the ratio, to first order.
        let own = try #require(before.standardUncertainty)
        let given = 0.04
        let expected = (before.value / (own * own) + 4 / (given * given)) / (1 / (own * own) + 1 / (given * given))
        #expect(abs(after.value - expected) < 0.02)
        let combined = 1 / (1 / (own * own) + 1 / (given * given)).squareRoot()
        #expect(abs((after.standardUncertainty ?? 0) / combined - 1) < 0.1)
        #expect(abs(tied.elements.reduce(0) { $0 + $1.atomicPercent.value } - 100) < 1e-9)
        for (a, b) in zip(tied.elements, free.elements) {
            #expect((a.atomicPercent.standardUncertainty ?? 1) <= (b.atomicPercent.standardUncertainty ?? 0) * 1.001)
        }
    }

    @Test("a wide tolerance changes nothing, none at all makes the ratio exact")
    func limits() throws {
        let free = try Self.result()
        var link = Self.link
        link.tolerance = 0
        let exact = try free.linked(by: [link]).ratio(link.numerator, to: link.denominator)
        #expect(abs(exact.value - 4) < 1e-9)
        link.tolerance = 0.99
        let loose = try free.linked(by: [link])
        for (a, b) in zip(loose.species, free.species) {
            #expect(abs(a.atomicPercent.value - b.atomicPercent.value) < 0.03)
        }
    }
}
