import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

/// A study as papers on coated cathodes make it, with known truth: three levels, coated and bare, at 0, 1 and 200 cycles.
@Suite("A cycling study of known truth")
struct CyclingStudyTests {
    /// Counts of a spectrum worth publishing: the strongest line of P 2p is 7,000 counts high.
    static let scale = 8.0

    struct Line: Sendable {
        var name: String
        var energy: Double
        var width: Double
    }

    struct Level: Sendable, CustomTestStringConvertible {
        var level: CoreLevel
        var window: ClosedRange<Double>
        var reference: String
        var lines: [Line]
        /// Areas of the lines at each stage, coated and bare.
        var coated: [[Double]]
        var bare: [[Double]]
        var testDescription: String { level.description }
    }

    static let levels = [
        Level(
            level: .s2p, window: 157...169, reference: "PS4 3-",
            lines: [
                .init(name: "S 2-", energy: 160.2, width: 1.05), .init(name: "PS4 3-", energy: 161.6, width: 1.05),
                .init(name: "bridging", energy: 163.0, width: 1.3),
                .init(name: "polysulfide", energy: 164.1, width: 1.3),
            ],
            coated: [[900, 5000, 250, 120], [850, 4700, 500, 250], [800, 4300, 800, 500]],
            bare: [[900, 5000, 300, 150], [800, 4300, 900, 500], [600, 3300, 1400, 1300]]),
        Level(
            level: .p2p, window: 127...139, reference: "PS4 3-",
            lines: [
                .init(name: "PS4 3-", energy: 131.9, width: 1.1), .init(name: "phosphate", energy: 133.3, width: 1.4),
            ],
            coated: [[1500, 120], [1400, 250], [1250, 400]], bare: [[1500, 150], [1300, 400], [1000, 800]]),
        Level(
            level: .nb3d, window: 202...215, reference: "LiNbO3",
            lines: [
                .init(name: "reduced Nb", energy: 205.7, width: 1.3), .init(name: "LiNbO3", energy: 207.3, width: 1.2),
            ],
            coated: [[150, 3000], [250, 2900], [500, 2600]], bare: [[120, 1000], [150, 950], [250, 800]]),
    ]

    private static func series(
        _ level: Level, _ areas: [[Double]], _ numbers: inout SimulationNumbers, scale: Double = scale,
        isExact: Bool = false
    ) throws -> SpectrumSeries {
        let splitting = try #require(level.level.reference?.splitting?.default)
        let ratio = try #require(level.level.statisticalAreaRatio)
        var spectra: [Spectrum] = []
        for (areas, charging) in zip(areas, [0, 0.35, -0.25]) {
            var lines: [SimulatedSpectrum.Line] = []
            for (line, area) in zip(level.lines, areas) {
                lines += SimulatedSpectrum.doublet(
                    line.energy + charging, width: line.width, area: area * scale, splitting: splitting, ratio: ratio)
            }
            let simulated = SimulatedSpectrum(
                energies: SimulatedSpectrum.grid(level.window, step: 0.08), lines: lines, constant: 400 * scale,
                shirley: 0.04)
            var spectrum = isExact ? simulated.exact : simulated.spectrum(noise: &numbers)
            (spectrum.name, spectrum.level) = (level.level.description, level.level)
            spectra.append(spectrum)
        }
        return SpectrumSeries(name: level.level.description, variable: .cycle, values: [0, 1, 200], spectra: spectra)
    }

    private static func model(_ level: Level) throws -> PeakModel {
        let anchor = try #require(level.lines.first { $0.name == level.reference })
        let components = level.lines.map { line in
            let twin = level.lines.first { $0.width == line.width }?.name
            return Component(
                name: line.name, position: .within(0.5, of: line.energy),
                width: twin == line.name ? nil : twin.map(Constraint.sameAs))
        }
        let low = level.window.lowerBound + 0.8
        let high = level.window.upperBound - 0.8
        return PeakModel(
            level: level.level, window: low...high, calibration: .line(anchor.name, at: anchor.energy),
            components: components)
    }

    @Test("every share lies near its truth, as often as its uncertainty says", arguments: levels)
    func shares(_ level: Level) throws {
        let model = try Self.model(level)
        var pulls: [Double] = []
        for seed in 1...20 {
            var numbers = SimulationNumbers(seed: UInt64(7000 + seed))
            for areas in [level.coated, level.bare] {
                let fit = try model.fit(Self.series(level, areas, &numbers))
                #expect(fit.convergence.converged)
                for (stage, truth) in zip(fit.fits, areas) {
                    for (component, area) in zip(stage.components, truth).dropLast() {
                        let uncertainty = try #require(component.fraction.standardUncertainty)
                        pulls.append((component.fraction.value - area / truth.reduce(0, +)) / uncertainty)
                    }
                }
            }
        }
        // 40 fits, within which shares hang together: 68 % give or take three standard deviations.
        let within = Double(pulls.filter { abs($0) <= 1 }.count) / Double(pulls.count)
        #expect((0.46...0.90).contains(within), "\(within)")
        #expect(pulls.filter { abs($0) > 3 }.count <= 3)
    }

    /// What sharing gains follows from the covariances of the single fits: precisions of shared parameters add up, and
    /// each area loses that part of its variance which their uncertainty brought in.
    @Test("uncertainties of a joint fit are those that the independent ones predict", arguments: levels)
    func theory(_ level: Level) throws {
        let model = try Self.model(level)
        let options = FitOptions(weighting: .dataCounts, tolerance: 1e-13)
        var numbers = SimulationNumbers(seed: 1)
        for areas in [level.coated, level.bare] {
            let series = try Self.series(level, areas, &numbers, isExact: true)
            let joint = try model.fit(series, options: options)
            let each = try model.fitEach(of: series, options: options)
            let shared = joint.shared.names
            let blocks = try each.fits.map { fit in
                let count = fit.parameters.names.count
                return try Matrix(rows: count, columns: count, elements: fit.parameters.covariance)
            }
            let indices = try each.fits.map { fit in
                try shared.map { name in try #require(fit.parameters.names.firstIndex(of: name)) }
            }
            var precision = Matrix(zeros: shared.count, shared.count)
            var inverses: [CholeskyDecomposition] = []
            for (block, own) in zip(blocks, indices) {
                var part = Matrix(zeros: shared.count, shared.count)
                for (i, a) in own.enumerated() { for (j, b) in own.enumerated() { part[i, j] = block[a, b] } }
                let decomposition = try CholeskyDecomposition(part)
                inverses.append(decomposition)
                for column in shared.indices {
                    var unit = [Double](repeating: 0, count: shared.count)
                    unit[column] = 1
                    for (row, value) in try decomposition.solve(unit).enumerated() { precision[row, column] += value }
                }
            }
            let together = try CholeskyDecomposition(precision)
            var gains: [Double] = []
            for (spectrum, fit) in each.fits.enumerated() {
                for (place, component) in fit.components.enumerated() {
                    let row = try #require(fit.parameters.names.firstIndex(of: "\(component.name).area"))
                    let cross = indices[spectrum].map { blocks[spectrum][row, $0] as Double }
                    let weight = try inverses[spectrum].solve(cross)
                    let own = blocks[spectrum][row, row]
                    let removed = zip(weight, cross).reduce(0) { $0 + $1.0 * $1.1 }
                    let left = zip(weight, try together.solve(weight)).reduce(0) { $0 + $1.0 * $1.1 }
                    let uncertainty = try #require(joint.fits[spectrum].components[place].area.standardUncertainty)
                    #expect(abs(uncertainty / (own - removed + left).squareRoot() - 1) < 2e-3)
                    #expect(uncertainty < own.squareRoot() * (1 + 1e-9))
                    gains.append(own.squareRoot() / uncertainty)
                }
            }
            if Self.studySeeds != nil { print("\(level.level): independent / joint u of areas", gains.sorted()) }
        }
    }

    /// How many seeds the full study takes; it is left out without them.
    static let studySeeds = ProcessInfo.processInfo.environment["INTERPHASE_STUDY_SEEDS"].flatMap(Int.init)

    /// The counts that the full study takes, relative to an eighth of those of a spectrum worth publishing.
    static let studyScales =
        ProcessInfo.processInfo.environment["INTERPHASE_STUDY_SCALES"]?.split(separator: ",").compactMap { Double($0) }
        ?? [1, 4, 8, 16]

    /// The numbers of docs/series.md: INTERPHASE_STUDY_SEEDS=200 swift test --filter fullStudy
    @Test("the full study", .enabled(if: studySeeds != nil), arguments: levels)
    func fullStudy(_ level: Level) throws {
        let seeds = try #require(Self.studySeeds)
        let model = try Self.model(level)
        for scale in Self.studyScales {
            var pulls: [Double] = []
            var inside: [Double] = []
            var deviations: [Double] = []
            var uncertainties: [Double] = []
            for seed in 1...seeds {
                var numbers = SimulationNumbers(seed: UInt64(100_000 + seed))
                for areas in [level.coated, level.bare] {
                    let fit = try model.fit(Self.series(level, areas, &numbers, scale: scale))
                    for (stage, truth) in zip(fit.fits, areas) {
                        for (component, area) in zip(stage.components, truth).dropLast() {
                            guard let uncertainty = component.fraction.standardUncertainty else { continue }
                            let deviation = component.fraction.value - area / truth.reduce(0, +)
                            pulls.append(deviation / uncertainty)
                            // A position on its bound lends its uncertainty to no share, as the result says.
                            if fit.shared.atBound.isEmpty { inside.append(deviation / uncertainty) }
                            deviations.append(deviation)
                            uncertainties.append(uncertainty)
                        }
                    }
                }
            }
            func rms(_ values: [Double]) -> Double {
                (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
            }
            func share(_ limit: Double) -> Double {
                Double(pulls.filter { abs($0) <= limit }.count) / Double(pulls.count)
            }
            print(
                String(
                    format: "%@ counts x %.0f: %d shares, mean pull %+.3f, rms pull %.3f (%.3f of %d without a shared "
                        + "parameter on a bound), rms deviation / rms u %.3f, within 1 u %.3f, 3 u %.4f",
                    level.level.description, scale, pulls.count,
                    pulls.reduce(0, +) / Double(pulls.count), rms(pulls), rms(inside), inside.count,
                    rms(deviations) / rms(uncertainties),
                    share(1), share(3)))
        }
    }
}
