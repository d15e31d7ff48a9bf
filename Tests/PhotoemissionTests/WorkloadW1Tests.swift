import Foundation
import Spectra
import Testing

@testable import Photoemission

/// A thousand simulated S 2p spectra of a Li6PS5Cl cathode along a cycling series, with known truth: four overlapping
/// doublets, two shared widths, a Shirley step proportional to the peaks, Poisson counts.
///
/// The suite takes 250 of them; `INTERPHASE_W1_SPECTRA=1000 swift test -c release --filter W1` takes as many as asked.
@Suite("Workload W1: a cycling series with known truth")
struct WorkloadW1Tests {
    static let count = ProcessInfo.processInfo.environment["INTERPHASE_W1_SPECTRA"].flatMap(Int.init) ?? 250
    static let nominal = [160.20, 161.60, 163.00, 163.85]
    static let names = ["S 2-", "PS4 3-", "bridging S", "oxidised S"]
    /// Width of GL(30)'s formula over its true full width at half maximum.
    static let formulaWidth = LineShape.glProduct(mix: 30).constants?.widthFactor ?? .nan

    struct Truth {
        var areas: [Double]
        var positions: [Double]
        var widths: [Double]
        var constant: Double
        var shirley: Double
    }

    /// The state of the series at `t` from 0 to 1: smooth trends with a little scatter.
    static func truth(_ t: Double, _ numbers: inout SimulationNumbers) -> Truth {
        let wave = sin(2 * .pi * t)
        let shares = [0.14 - 0.07 * t, 0.68 - 0.28 * t + 0.04 * wave, 0.11 + 0.16 * t, 0.07 + 0.19 * t - 0.04 * wave]
        let total = 12000 * (1 - 0.25 * t + 0.05 * cos(3 * .pi * t))
        let charge = 0.06 * sin(1.5 * .pi * t)
        let drift = [0, 0, 0.03 * t, -0.12 + 0.24 * t]
        return Truth(
            areas: shares.map { total * $0 * (1 + 0.01 * numbers.normal()) },
            positions: zip(nominal, drift).map { $0 + $1 + charge + 0.005 * numbers.normal() },
            widths: [0.95 + 0.12 * t, 1.15 + 0.15 * t].map { ($0 + 0.005 * numbers.normal()) / formulaWidth },
            constant: 1500 * (1 - 0.2 * t), shirley: 0.060 + 0.015 * t)
    }

    static let model = PeakModel(
        level: .s2p, window: 158...170,
        components: zip(names, nominal).enumerated().map { index, pair in
            Component(
                name: pair.0, position: .within(0.3, of: pair.1),
                width: index % 2 == 1 ? .sameAs(names[index - 1]) : .free(start: 1.1, min: 0.5, max: 2.5),
                splitting: .fixed(1.18))
        })

    /// (estimate - truth) / standard uncertainty of every parameter over the series.
    struct Study {
        var pulls: [String: [Double]] = [:]
        var reducedChi2: [Double] = []
        var failed = 0

        mutating func add(_ name: String, _ quantity: Measured, _ truth: Double) {
            guard let uncertainty = quantity.standardUncertainty, uncertainty > 0 else { return }
            pulls[name, default: []].append((quantity.value - truth) / uncertainty)
        }

        func mean(_ name: String) -> Double { pulls[name, default: []].reduce(0, +) / Double(pulls[name]?.count ?? 1) }
        func deviation(_ name: String) -> Double {
            let values = pulls[name, default: []]
            let mean = mean(name)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count - 1))).squareRoot()
        }
    }

    static func study(background: Background) throws -> Study {
        var study = Study()
        var model = model
        model.background = background
        let energies = SimulatedSpectrum.grid(158...170, step: 0.05)
        for index in 0..<count {
            var numbers = SimulationNumbers(seed: UInt64(20_250_101 + index))
            let truth = truth(Double(index) / Double(max(1, count - 1)), &numbers)
            let simulated = SimulatedSpectrum(
                energies: energies,
                lines: (0..<4).flatMap {
                    SimulatedSpectrum.doublet(truth.positions[$0], width: truth.widths[$0 / 2], area: truth.areas[$0])
                }, constant: truth.constant, shirley: truth.shirley)
            let fit = try model.fit(simulated.spectrum(noise: &numbers))
            if !fit.convergence.converged { study.failed += 1 }
            study.reducedChi2.append(fit.statistics.reducedChi2)
            // A bound cuts the distribution of what lies within its reach; that spectrum says nothing about errors.
            let isFree = zip(fit.components, nominal).allSatisfy { component, nominal in
                guard let uncertainty = component.position.standardUncertainty else { return false }
                return 0.3 - abs(component.position.value - nominal) > 3 * uncertainty
            }
            guard isFree else { continue }
            for (k, component) in fit.components.enumerated() {
                study.add("area of \(component.name)", component.area, truth.areas[k])
                study.add("position of \(component.name)", component.position, truth.positions[k])
                let total = truth.areas.reduce(0, +)
                study.add("fraction of \(component.name)", component.fraction, truth.areas[k] / total)
                if k % 2 == 0 { study.add("width of \(component.name)", component.fwhm, truth.widths[k / 2]) }
            }
            for parameter in fit.background.parameters {
                let value = parameter.name == "constant" ? truth.constant : truth.shirley
                study.add("background \(parameter.name)", parameter.quantity, value)
            }
        }
        return study
    }

    @Test("with the background in the fit, every parameter scatters about its truth as its uncertainty says")
    func fittedBackground() throws {
        let study = try Self.study(background: .shirley)
        #expect(study.failed == 0)
        #expect(study.pulls.count == 16)
        for name in study.pulls.keys.sorted() {
            let n = Double(study.pulls[name]?.count ?? 0)
            // What the study must show over 1,000 spectra, widened by three standard errors of its own size.
            #expect(n > 0.7 * Double(Self.count), "\(name)")
            #expect(abs(study.mean(name)) < 0.2 + 3 / n.squareRoot(), "\(name): mean \(study.mean(name))")
            let allowed = 0.05 + 3 / (2 * n).squareRoot()
            #expect(abs(study.deviation(name) - 1) < allowed, "\(name): deviation \(study.deviation(name))")
            if Self.count >= 1000 {
                let deviation = String(format: "mean %+.3f  deviation %.3f", study.mean(name), study.deviation(name))
                print("\(name.padding(toLength: 28, withPad: " ", startingAt: 0)) \(deviation)  (\(Int(n)) spectra)")
            }
        }
        let mean = study.reducedChi2.reduce(0, +) / Double(Self.count)
        #expect(abs(mean - 1) < 3 * (2.0 / 229 / Double(Self.count)).squareRoot() + 0.003)
    }

    @Test("a background subtracted first makes uncertainties too small, which is why it is not the default")
    func subtractedBackground() throws {
        let study = try Self.study(
            background: Background(.shirley, isFitted: false, endPoints: 5, rule: .trapezium))
        #expect(study.deviation("area of S 2-") > 1.3)
        #expect(study.reducedChi2.reduce(0, +) / Double(Self.count) > 1.05)
    }
}
