internal import CGSL
import Foundation

/// Seeded random numbers from the Mersenne Twister MT19937 (Matsumoto & Nishimura, ACM Trans. Model. Comput. Simul. 8
/// (1998) 3), as GSL computes it: the same seed gives the same numbers on every machine.
///
/// A value: a copy continues independently with the same numbers as the original.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
    /// The state of GSL's generator, which is plain memory.
    private var state: [UInt64]

    /// The generator with `seed`. The seeds 0 and 4357 give the same numbers.
    public init(seed: UInt32) {
        GSL.prepare()
        let type = interphase_gsl_mt19937()
        let size = type?.pointee.size ?? 0
        state = [UInt64](repeating: 0, count: (size + 7) / 8)
        state.withUnsafeMutableBytes { type?.pointee.set($0.baseAddress, UInt(seed)) }
    }

    /// One of 2^32 generators that belong to `seed`, for work divided into pieces: the numbers of a piece do not depend
    /// on which thread does it and when.
    public init(seed: UInt32, stream: UInt32) {
        // For a given seed the mixture is a permutation of the streams, so no two of them share a state.
        self.init(seed: Self.mixed(stream &+ Self.mixed(seed)))
    }

    /// The finaliser of MurmurHash3 (A. Appleby), a permutation of the 32-bit numbers.
    private static func mixed(_ number: UInt32) -> UInt32 {
        var number = number
        number = (number ^ (number >> 16)) &* 0x85EB_CA6B
        number = (number ^ (number >> 13)) &* 0xC2B2_AE35
        return number ^ (number >> 16)
    }

    private mutating func withGenerator<Result>(_ body: (UnsafePointer<gsl_rng>) -> Result) -> Result {
        state.withUnsafeMutableBytes { memory in
            var generator = gsl_rng(type: interphase_gsl_mt19937(), state: memory.baseAddress)
            return body(&generator)
        }
    }

    /// 64 random bits: two numbers of the generator, the first in the lower half.
    public mutating func next() -> UInt64 {
        withGenerator { UInt64(gsl_rng_get($0)) | UInt64(gsl_rng_get($0)) << 32 }
    }

    /// A number from 0 up to, not including, 1 with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A normal number of mean 0 and standard deviation 1 (polar Box-Muller method).
    public mutating func gaussian() -> Double { withGenerator { gsl_ran_gaussian($0, 1) } }

    /// A number of counts from the Poisson distribution with `mean`.
    ///
    /// Throws `NumericalError.invalidArgument` unless `mean` is zero or positive and finite. Above 1e9 the normal
    /// distribution rounded to whole counts stands in; its third moment differs from Poisson's by less than 4e-5 of
    /// the cubed standard deviation.
    public mutating func poisson(mean: Double) throws -> Double {
        guard mean >= 0, mean.isFinite else {
            throw NumericalError.invalidArgument(
                operation: "Poisson random number", expected: "a finite mean not below zero", found: "\(mean)")
        }
        if mean == 0 { return 0 }
        if mean > 1e9 { return (mean + mean.squareRoot() * gaussian()).rounded() }
        return withGenerator { Double(gsl_ran_poisson($0, mean)) }
    }

    /// A number of counts from the Poisson distribution with `mean`, for simulations that draw millions: several times as
    /// fast as `poisson` where means are 10 and more, with other numbers for the same seed.
    ///
    /// Transformed rejection with a squeeze (W. Hörmann, Insur. Math. Econ. 12 (1993) 39, algorithm PTRS). Throws as
    /// `poisson`.
    public mutating func quickPoisson(mean: Double) throws -> Double {
        guard mean >= 10, mean <= 1e9 else { return try poisson(mean: mean) }
        let root = mean.squareRoot()
        let b = 0.931 + 2.53 * root
        let a = -0.059 + 0.02483 * b
        let squeeze = 0.9277 - 3.6224 / (b - 2)
        while true {
            let u = uniform() - 0.5, v = 1 - uniform()
            let distance = 0.5 - abs(u)
            let number = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
            if distance >= 0.07, v <= squeeze { return number }
            guard number >= 0, distance >= 0.013 || v <= distance else { continue }
            let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
            let left = log(v * inverseAlpha / (a / (distance * distance) + b))
            if left <= number * log(mean) - mean - Self.logarithmOfFactorial(number) { return number }
        }
    }

    /// ln(n!) by Stirling's series, from 16 on to rounding.
    private static func logarithmOfFactorial(_ n: Double) -> Double {
        guard n >= 16 else {
            var product = 1.0
            for factor in 0..<Int(n) { product *= Double(factor + 1) }
            return log(product)
        }
        let inverse = 1 / n, square = inverse * inverse
        let series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
        return (n + 0.5) * log(n) - n + 0.91893853320467274178 + series
    }
}
