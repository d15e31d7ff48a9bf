import Foundation
import Spectra

@testable import Photoemission

/// A small generator of reproducible random numbers for simulations (SplitMix64).
struct SimulationNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func normal() -> Double {
        let u = Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }

    /// A Poisson number: multiplication for small means, rounded normal with the cube-root transform's accuracy
    /// avoided by splitting for large ones.
    mutating func poisson(_ mean: Double) -> Double {
        var rest = mean
        var count = 0.0
        while rest > 30 {
            // Atkinson's gamma splitting: the 7/8 m-th arrival time decides how the rest divides.
            let m = floor(rest * 7 / 8)
            let time = gamma(m)
            if time > rest { return count + binomial(Int(m) - 1, rest / time) }
            count += m
            rest -= time
        }
        let limit = exp(-rest)
        var product = Double.random(in: 0..<1, using: &self)
        while product > limit {
            count += 1
            product *= Double.random(in: 0..<1, using: &self)
        }
        return count
    }

    /// A gamma number of integer shape, by Marsaglia and Tsang's method.
    private mutating func gamma(_ shape: Double) -> Double {
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = pow(1 + c * x, 3)
            guard v > 0 else { continue }
            let u = Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)
            if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }

    private mutating func binomial(_ trials: Int, _ probability: Double) -> Double {
        var count = 0.0
        for _ in 0..<max(0, trials) where Double.random(in: 0..<1, using: &self) < probability { count += 1 }
        return count
    }
}

/// A spectrum drawn from the formulas, without the code under test's kernels.
struct SimulatedSpectrum {
    struct Line {
        var energy: Double
        var width: Double
        var area: Double
        var shape = LineShape.glProduct(mix: 30)
    }

    var energies: [Double]
    var lines: [Line]
    var constant = 0.0
    var slope = 0.0
    var shirley = 0.0

    static func doublet(
        _ energy: Double, width: Double, area: Double, splitting: Double = 1.18, ratio: Double = 0.5,
        widthRatio: Double = 1, shape: LineShape = .glProduct(mix: 30)
    ) -> [Line] {
        [
            Line(energy: energy, width: width, area: area / (1 + ratio), shape: shape),
            Line(energy: energy + splitting, width: width * widthRatio, area: area * ratio / (1 + ratio), shape: shape),
        ]
    }

    var peaks: [Double] {
        var sum = [Double](repeating: 0, count: energies.count)
        for line in lines {
            let curve = try? line.shape.curve(at: energies.map { $0 - line.energy }, fwhm: line.width)
            for (i, value) in (curve ?? []).enumerated() { sum[i] += line.area * value }
        }
        return sum
    }

    /// Expected intensities; the Shirley step by the trapezium rule.
    var expected: [Double] {
        let peaks = peaks
        let centre = ((energies.first ?? 0) + (energies.last ?? 0)) / 2
        var step = 0.0
        return energies.indices.map { i in
            if i > 0 { step += (energies[i] - energies[i - 1]) * (peaks[i] + peaks[i - 1]) / 2 }
            return constant + slope * (energies[i] - centre) + shirley * step + peaks[i]
        }
    }

    func spectrum(noise numbers: inout SimulationNumbers) -> Spectrum {
        spectrum(expected.map { numbers.poisson(max(0, $0)) })
    }

    var exact: Spectrum { spectrum(expected) }

    private func spectrum(_ counts: [Double]) -> Spectrum {
        Spectrum(
            name: "S 2p", level: .s2p, kind: .coreLevel,
            axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6), intensities: counts, unit: .counts)
    }

    static func grid(_ window: ClosedRange<Double>, step: Double) -> [Double] {
        let count = Int(((window.upperBound - window.lowerBound) / step).rounded())
        return (0...count).map { window.lowerBound + step * Double($0) }
    }
}
