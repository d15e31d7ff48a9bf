import Foundation
import Spectra
import SpectralMath

/// A ratio of atoms that chemistry demands, such as four S for each P of PS4(3-), with a tolerance.
public struct StoichiometricLink: Sendable, Hashable {
    /// The species or elements whose atoms are counted above, named as in `Quantification.ratio`.
    public var numerator: [String]
    /// Those below.
    public var denominator: [String]
    /// The ratio.
    public var ratio: Double
    /// The relative standard deviation that real samples may have from it.
    public var tolerance: Double

    /// A link; the ratio must be positive, the tolerance not negative.
    public init(_ numerator: [String], to denominator: [String], ratio: Double, tolerance: Double) {
        self.numerator = numerator
        self.denominator = denominator
        self.ratio = ratio
        self.tolerance = tolerance
    }
}

/// Whether a measured ratio agrees with the one that chemistry demands.
public struct StoichiometricBalance: Sendable, Hashable {
    /// The link.
    public var link: StoichiometricLink
    /// The measured ratio.
    public var measured: Measured
    /// The probability of a deviation as large or larger, of either sign, if the link holds within its tolerance; `nil`
    /// where neither the ratio nor the tolerance has an uncertainty.
    public var probability: Double?
}

extension StoichiometricBalance {
    /// "PS4 3- (S 2p) / PS4 3- (P 2p)".
    public var name: String {
        func sum(_ names: [String]) -> String {
            names.count > 1 ? "(\(names.joined(separator: " + ")))" : names.joined()
        }
        return "\(sum(link.numerator)) / \(sum(link.denominator))"
    }

    /// A measured ratio that contradicts the one it is tied to: the tie then hides what should be explained.
    public var finding: Finding? {
        guard let probability, probability < 0.001 else { return nil }
        return Finding(
            rule: "tie-contradicts-data", severity: .warning,
            message: "\(name) was measured as \(measured), which does not go with \(link.ratio) within "
                + "\(String(format: "%.3g", 100 * link.tolerance)) % (p = \(String(format: "%.1g", probability))): assignment, "
                + "factors or homogeneity are wrong, and the tie hides it")
    }
}

extension Quantification {
    /// Compares a ratio of atoms with what chemistry demands: S of PS4(3-) against P of PS4(3-). A small probability says
    /// that assignment, factors or homogeneity are wrong.
    ///
    /// Throws `QuantificationError` for names that are not there and links that no sample can have.
    public func balance(of link: StoichiometricLink) throws -> StoichiometricBalance {
        try check(link)
        let measured = try ratio(link.numerator, to: link.denominator)
        let own = measured.standardUncertainty ?? 0, allowed = link.tolerance * link.ratio
        let deviation = (own * own + allowed * allowed).squareRoot()
        let probability =
            deviation > 0
            ? min(1, 2 * NormalDistribution.standard.survival(abs(measured.value - link.ratio) / deviation)) : nil
        return StoichiometricBalance(link: link, measured: measured, probability: probability)
    }

    /// The same quantification with the numbers of atoms tied by `links`: areas of all levels move within their
    /// covariance so that the ratios hold within their tolerances. This is what a joint fit of the levels with Gaussian
    /// knowledge of these ratios gives, to first order around the separate fits.
    ///
    /// Throws `QuantificationError` for names that are not there and links that no sample can have.
    public func linked(by links: [StoichiometricLink]) throws -> Quantification {
        var amounts = self.amounts
        for link in links {
            try check(link)
            amounts = try amounts.tied(
                try link.numerator.flatMap(indices), try link.denominator.flatMap(indices), ratio: link.ratio,
                tolerance: link.tolerance)
        }
        return try Quantification(amounts, of: self)
    }

    private func check(_ link: StoichiometricLink) throws {
        guard link.ratio > 0, link.ratio.isFinite, link.tolerance >= 0, link.tolerance < 1 else {
            throw QuantificationError.fits(
                "a stoichiometric ratio is positive and its relative tolerance from 0 to below 1; found \(link.ratio) and "
                    + "\(link.tolerance)")
        }
    }
}

extension AtomCounts {
    /// The counts after learning that sum(first) - ratio x sum(second) is zero, give or take `tolerance` of the second
    /// term: one step of a Kalman filter, exact for linear equations and normal statistics. Applied to both covariances
    /// with the gain that the combined one gives.
    func tied(_ first: [Int], _ second: [Int], ratio: Double, tolerance: Double) throws -> AtomCounts {
        let n = counts.count
        var row = [Double](repeating: 0, count: n)
        for index in first { row[index] += 1 }
        for index in second { row[index] -= ratio }
        let below = second.reduce(0) { $0 + counts[$1] }
        let noise = pow(tolerance * ratio * below, 2)
        func product(_ covariance: [Double]) -> [Double] {
            (0..<n).map { a in (0..<n).reduce(0.0) { $0 + covariance[a * n + $1] * row[$1] } }
        }
        let spread = product(combined)
        let variance = zip(row, spread).reduce(noise) { $0 + $1.0 * $1.1 }
        guard variance > 0 else {
            throw QuantificationError.fits("a link between areas without uncertainty cannot be weighed")
        }
        let gain = spread.map { $0 / variance }
        let residual = zip(row, counts).reduce(0) { $0 - $1.0 * $1.1 }
        // (1 - K r) C (1 - K r)' + K R K': positive for any gain.
        func updated(_ covariance: [Double], noise: Double) -> [Double] {
            let own = product(covariance)
            let inner = zip(row, own).reduce(noise) { $0 + $1.0 * $1.1 }
            var result = covariance
            for a in 0..<n {
                for b in 0..<n {
                    result[a * n + b] += gain[a] * gain[b] * inner - gain[a] * own[b] - own[a] * gain[b]
                }
            }
            return result
        }
        return try AtomCounts(
            lines: lines, counts: zip(counts, gain).map { $0 + $1 * residual },
            statistical: updated(statistical, noise: 0), combined: updated(combined, noise: noise),
            isCounted: isCounted)
    }
}
