import Foundation
import Spectra

@testable import Photoemission

/// Results of fits made of analytic Gaussians, so that the tests of this target need no fitting.
struct SimulatedFit {
    /// A Gaussian, or a doublet of two, of `area` in counts eV.
    struct Line {
        var name: String
        var position: Double
        var width = 1.1
        var area: Double
        var splitting: Double?
    }

    var name = "S2p Scan"
    var level: CoreLevel? = .s2p
    var window: ClosedRange<Double> = 158...170
    var points = 241
    var constant = 200.0
    var lines: [Line]
    var seed: UInt64 = 1
    var converged = true
    var findings: [Finding] = []
    /// Multiples of the standard deviation added to single points, by index.
    var outliers: [Int: Double] = [:]

    /// The four sulfur species of a cycled thiophosphate cathode.
    static let sulfur = SimulatedFit(lines: [
        Line(name: "S 2-", position: 160.2, area: 350, splitting: 1.18),
        Line(name: "PS4 3-", position: 161.6, area: 2200, splitting: 1.18),
        Line(name: "S ox,1", position: 163.0, area: 700, splitting: 1.18),
        Line(name: "polysulfide", position: 163.7, area: 420, splitting: 1.18),
    ])

    var fit: PeakFit {
        let curves = self.curves
        let total = lines.map(\.area).reduce(0, +)
        return PeakFit(
            spectrumName: name, level: level, unit: .counts, effectiveModel: Self.model, window: window,
            calibration: AppliedCalibration(
                shift: Measured(0.1234, standardUncertainty: 0.0211), reference: "PS4 3- at 161.6 eV"),
            background: FittedBackground(
                kind: "shirley", isFitted: true,
                parameters: [
                    NamedMeasurement(name: "constant", quantity: Measured(constant, standardUncertainty: 2.3)),
                    NamedMeasurement(name: "shirley_per_eV", quantity: Measured(0.0021, standardUncertainty: 0.0003)),
                ]),
            components: lines.map { component($0, total: total) }, parameters: parameters,
            statistics: statistics(curves),
            convergence: Convergence(
                converged: converged, reason: converged ? "relative change of chi2 below 1e-10" : "too many iterations",
                evaluations: 42, starts: 1),
            findings: findings, curves: curves)
    }

    private static var model: PeakModel { PeakModel(level: .s2p, components: []) }

    private func component(_ line: Line, total: Double) -> FittedComponent {
        let relative = 1 / max(line.area, 1).squareRoot()
        return FittedComponent(
            name: line.name, level: level, line: level?.majorLine ?? "", shape: "GL(30)",
            position: Measured(line.position, standardUncertainty: 0.3 * relative),
            fwhm: Measured(line.width, standardUncertainty: 0.5 * relative),
            trueFWHM: Measured(line.width, standardUncertainty: 0.5 * relative),
            area: Measured(line.area, standardUncertainty: line.area * relative),
            fraction: Measured(line.area / total, standardUncertainty: line.area / total * relative),
            splitting: line.splitting.map { Measured($0) }, areaRatio: line.splitting.map { _ in Measured(0.5) },
            widthRatio: line.splitting.map { _ in Measured(1) })
    }

    private var parameters: FittedParameters {
        let names = lines.flatMap { ["\($0.name).position", "\($0.name).area"] } + ["background.constant"]
        let values = lines.flatMap { [$0.position, $0.area] } + [constant]
        let deviations = lines.flatMap { [0.3 / $0.area.squareRoot(), $0.area.squareRoot()] } + [2.3]
        let count = names.count
        let covariance = (0..<(count * count)).map { index in
            let (row, column) = (index / count, index % count)
            // Correlations that fall with the distance of the parameters and change sign.
            let correlation = pow(-0.97, Double(abs(row - column)))
            return correlation * deviations[row] * deviations[column]
        }
        return FittedParameters(names: names, values: values, covariance: covariance, atBound: [])
    }

    private func statistics(_ curves: FitCurves) -> FitStatistics {
        let chi2 = zip(curves.residuals, curves.standardDeviations).map { ($0 / $1) * ($0 / $1) }.reduce(0, +)
        let free = 3 * lines.count + 2
        return FitStatistics(
            points: points, freeParameters: free, chi2: chi2, reducedChi2: chi2 / Double(max(points - free, 1)),
            abbe: 0.98, residualStandardDeviation: 12.5, weighting: "Poisson, expected counts")
    }

    private var curves: FitCurves {
        let step = (window.upperBound - window.lowerBound) / Double(points - 1)
        let energies = (0..<points).map { window.lowerBound + Double($0) * step }
        let components = lines.map { line in
            NamedColumn(name: line.name, values: energies.map { Self.height(of: line, at: $0) })
        }
        let sums = energies.indices.map { index in components.map { $0.values[index] }.reduce(0, +) }
        var integral = 0.0
        let background = sums.map { sum -> Double in
            integral += sum * step
            return constant + 0.02 * integral
        }
        let envelope = zip(background, sums).map { $0 + $1 }
        let deviations = envelope.map { max($0, 1).squareRoot() }
        var random = SeededGenerator(seed: seed)
        let intensities = zip(envelope, deviations).enumerated().map { index, pair in
            max(0, (pair.0 + pair.1 * (random.normal() + (outliers[index] ?? 0))).rounded())
        }
        return FitCurves(
            bindingEnergies: energies, intensities: intensities, standardDeviations: deviations,
            background: background, envelope: envelope, components: components)
    }

    private static func height(of line: Line, at energy: Double) -> Double {
        func gaussian(_ centre: Double, _ area: Double) -> Double {
            let x = (energy - centre) / line.width
            return area / line.width * (4 * log(2) / .pi).squareRoot() * exp(-4 * log(2) * x * x)
        }
        guard let splitting = line.splitting else { return gaussian(line.position, line.area) }
        return gaussian(line.position, line.area * 2 / 3) + gaussian(line.position + splitting, line.area / 3)
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), for repeatable tests.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A standard normal deviate (Box and Muller).
    mutating func normal() -> Double {
        let u = Double.random(in: Double.leastNormalMagnitude...1, using: &self)
        let v = Double.random(in: 0...1, using: &self)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
}
