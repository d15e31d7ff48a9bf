import Foundation
import Interphase

/// Workload W1: S 2p spectra of a Li6PS5Cl cathode along a cycling series, with known truth.
///
/// Four doublets (S2-, PS4 3-, bridging and oxidised sulphur; splitting 1.18 eV, 2:1, GL(30)), two of them share a width
/// each; a background of a constant plus a step in proportion to the peaks; Poisson counts. 158 to 170 eV in steps of
/// 0.05 eV.
struct Workload {
    /// What a spectrum was made from.
    struct Truth {
        var areas: [Double]
        var positions: [Double]
        /// F of GL(30), eV; its true full width is 0.961357 F.
        var widths: [Double]
        var constant: Double
        /// Step per area, 1/eV.
        var step: Double
    }

    static let names = ["S 2-", "PS4 3-", "bridging", "oxidised"]
    static let nominal = [160.20, 161.60, 163.00, 163.85]
    static let splitting = 1.18
    /// True full width at half maximum of GL(30) of unit F: exp(-4 ln2 0.7 t^2) / (1 + 1.2 t^2) = 1/2 at half of this.
    static let trueWidth = 0.9613571024329556

    var energies: [Double]
    var counts: [[Double]]
    /// The iterated Shirley background between the means of the first and last five points.
    var backgrounds: [[Double]]

    /// `count` spectra; spectrum k takes stream k of the random numbers that belong to `seed`.
    init(count: Int, seed: UInt32) throws {
        energies = (0...240).map { 158 + 0.05 * Double($0) }
        counts = []
        backgrounds = []
        for index in 0..<count {
            var numbers = RandomNumbers(seed: seed, stream: UInt32(index))
            let truth = Self.truth(Double(index) / Double(max(1, count - 1)), &numbers)
            let spectrum = try Self.expected(truth, energies).map { try numbers.poisson(mean: $0) }
            counts.append(spectrum)
            backgrounds.append(Self.shirley(energies, spectrum))
        }
    }

    /// The state of the series at `t` from 0 to 1: smooth trends with a little scatter.
    static func truth(_ t: Double, _ numbers: inout RandomNumbers) -> Truth {
        let wave = 0.04 * sin(2 * .pi * t)
        let shares = [0.14 - 0.07 * t, 0.68 - 0.28 * t + wave, 0.11 + 0.16 * t, 0.07 + 0.19 * t - wave]
        let total = 12000 * (1 - 0.25 * t + 0.05 * cos(3 * .pi * t))
        let charging = 0.06 * sin(1.5 * .pi * t)
        let drifts = [0, 0, 0.03 * t, -0.12 + 0.24 * t]
        return Truth(
            areas: shares.map { total * $0 * (1 + 0.01 * numbers.gaussian()) },
            positions: zip(nominal, drifts).map { $0 + $1 + charging + 0.005 * numbers.gaussian() },
            widths: [0.95 + 0.12 * t, 1.15 + 0.15 * t].map { $0 + 0.005 * numbers.gaussian() },
            constant: 1500 * (1 - 0.2 * t), step: 0.060 + 0.015 * t)
    }

    private static func expected(_ truth: Truth, _ energies: [Double]) throws -> [Double] {
        let shape = LineShape.glProduct(mix: 30)
        var peaks = energies.map { _ in 0.0 }
        for (k, position) in truth.positions.enumerated() {
            for (offset, share) in [(0, 2.0 / 3), (splitting, 1.0 / 3)] {
                let line = try shape.curve(
                    at: energies.map { $0 - position - offset }, fwhm: truth.widths[k / 2] * trueWidth)
                for i in peaks.indices { peaks[i] += truth.areas[k] * share * line[i] }
            }
        }
        var integral = 0.0
        return peaks.indices.map { i in
            if i > 0 { integral += (energies[i] - energies[i - 1]) * (peaks[i] + peaks[i - 1]) / 2 }
            return truth.constant + truth.step * integral + peaks[i]
        }
    }

    /// Shirley's background by the trapezium rule, iterated until it stands still.
    private static func shirley(_ energies: [Double], _ counts: [Double]) -> [Double] {
        let low = counts.prefix(5).reduce(0, +) / 5, high = counts.suffix(5).reduce(0, +) / 5
        var background = counts.map { _ in low }
        for _ in 0..<50 {
            var sums = [0.0]
            for i in 1..<counts.count {
                let both = counts[i] - background[i] + counts[i - 1] - background[i - 1]
                sums.append(sums[i - 1] + (energies[i] - energies[i - 1]) * both / 2)
            }
            let next = sums.map { low + (high - low) * $0 / (sums.last ?? 1) }
            let change = zip(next, background).map { abs($0 - $1) }.max() ?? 0
            background = next
            if change < 1e-6 * max(abs(high), 1) { break }
        }
        return background
    }

    // MARK: - For the peers

    /// Writes `spectra.bin`: as little-endian doubles the number of spectra, that of points, the energies, and for each
    /// spectrum counts and background.
    func write(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var values = [Double(counts.count), Double(energies.count)] + energies
        for (counts, background) in zip(counts, backgrounds) { values += counts + background }
        let data = values.withUnsafeBufferPointer { Data(buffer: $0) }
        try data.write(to: folder.appendingPathComponent("spectra.bin"))
    }

    // MARK: - For us

    /// The model of W1; with `background` none for spectra whose background is subtracted, mode a.
    static func model(background: Background) -> PeakModel {
        PeakModel(
            level: .s2p, background: background,
            components: zip(names, nominal).enumerated().map { index, pair in
                Component(
                    name: pair.0, position: .within(0.3, of: pair.1),
                    width: index % 2 == 1
                        ? .sameAs(names[index - 1])
                        : .free(start: 1.1 * trueWidth, min: 0.5 * trueWidth, max: 2.5 * trueWidth),
                    splitting: .fixed(splitting))
            })
    }

    /// Spectra in mode a (background subtracted) or b (raw counts).
    func spectra(subtracted: Bool) -> [Spectrum] {
        zip(counts, backgrounds).map { counts, background in
            Spectrum(
                name: "S 2p", level: .s2p, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
                intensities: subtracted ? zip(counts, background).map { $0 - $1 } : counts, unit: .counts)
        }
    }

    /// The variances that all programs weight with in mode a: those of the raw counts.
    var variances: [[Double]] { counts.map { $0.map { max($0, 1) } } }
}
