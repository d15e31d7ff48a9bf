import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

/// Lines that kernels draw against the same lines drawn point by point from the exact functions.
@Suite("Kernels of line shapes")
struct LineKernelTests {
    /// Whole vectors and rests of them, one point, none, and far more than the lines reach.
    private static let grids: [[Double]] = [
        grid(from: 158, step: 0.05, count: 241), grid(from: 160, step: 0.3, count: 7), [161.6], [],
        grid(from: 100, step: 0.2, count: 1000),
    ]

    private static func grid(from first: Double, step: Double, count: Int) -> [Double] {
        (0..<count).map { first + step * Double($0) }
    }

    /// Value, derivative by the centre and by each parameter.
    private func drawn(
        _ profile: some LineProfile, parameters: Int, energies: [Double], center: Double, byKernel: Bool
    ) -> [[Double]] {
        let count = energies.count
        // A place behind the last point, which must stay as it is.
        let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: (2 + parameters) * (count + 1))
        memory.initialize(repeating: .nan)
        defer { memory.deallocate() }
        func column(_ index: Int) -> UnsafeMutableBufferPointer<Double> {
            UnsafeMutableBufferPointer(rebasing: memory[(index * (count + 1))..<(index * (count + 1) + count)])
        }
        let columns = LineColumns(
            value: column(0), byCenter: column(1), byParameter: (0..<parameters).map { column(2 + $0) })
        energies.withUnsafeBufferPointer {
            if byKernel {
                profile.fill(columns, energies: $0, center: center, factor: 1.7)
            } else {
                profile.fillPointByPoint(columns, energies: $0, center: center, factor: 1.7)
            }
        }
        for index in 0..<(2 + parameters) { #expect(memory[index * (count + 1) + count].isNaN) }
        return (0..<(2 + parameters)).map { Array(column($0)) }
    }

    private func expectAgreement(
        _ profile: some LineProfile, parameters: Int, tolerance: Double, _ comment: Comment? = nil
    ) {
        // The maximum of each column, which a grid may miss.
        let fine = Self.grid(from: 161.63 - 3, step: 0.005, count: 1201)
        let scales = drawn(profile, parameters: parameters, energies: fine, center: 161.63, byKernel: false)
            .map { $0.reduce(0) { max($0, abs($1)) } }
        for energies in Self.grids {
            let kernel = drawn(profile, parameters: parameters, energies: energies, center: 161.63, byKernel: true)
            let exact = drawn(profile, parameters: parameters, energies: energies, center: 161.63, byKernel: false)
            for (column, (own, other)) in zip(kernel, exact).enumerated() {
                for (a, b) in zip(own, other) {
                    #expect(abs(a - b) <= tolerance * scales[column], "column \(column), \(a) for \(b)")
                }
            }
        }
    }

    @Test("Voigt functions", arguments: [0.05, 0.8, 3.0] as [Double], [0.0, 1e-5, 0.3, 2.0] as [Double])
    func voigt(gaussian: Double, lorentzian: Double) {
        expectAgreement(
            VoigtProfile(gaussianWidth: gaussian, lorentzianWidth: lorentzian), parameters: 2, tolerance: 1e-10)
    }

    @Test("tails of Voigt functions keep their relative accuracy", arguments: [0.02, 0.5] as [Double])
    func tails(lorentzian: Double) {
        let profile = VoigtProfile(gaussianWidth: 0.4, lorentzianWidth: lorentzian)
        let energies = Self.grid(from: 150, step: 0.05, count: 401)
        let kernel = drawn(profile, parameters: 2, energies: energies, center: 160, byKernel: true)
        let exact = drawn(profile, parameters: 2, energies: energies, center: 160, byKernel: false)
        for (own, other) in zip(kernel[0], exact[0]) { #expect(abs(own - other) < 1e-9 * other) }
        for (own, other) in zip(kernel[3], exact[3]) {
            #expect(abs(own - other) <= 1e-10 * (exact[3].map(abs).max() ?? 0))
        }
    }

    @Test("a pure Lorentzian is drawn exactly")
    func lorentzian() {
        expectAgreement(VoigtProfile(gaussianWidth: 0, lorentzianWidth: 0.7), parameters: 2, tolerance: 0)
    }

    @Test("LA(m)", arguments: [0.0, 30.0, 90.0, 100.0] as [Double])
    func fixedRatio(mix: Double) {
        expectAgreement(FixedRatioVoigt(ratio: .init(mix: mix), width: 1.1), parameters: 1, tolerance: 1e-10)
    }

    @Test(
        "shapes from tables",
        arguments: [
            LineShape.lorentzianPowers(.init(high: 1.2, low: 1.4, steps: 200)),
            .lorentzianPowers(.init(high: 1, low: 1, steps: 10)),
            .lorentzianPowers(.init(high: 1.53, low: 1.53, steps: 243)),
            .lorentzianPowers(.init(high: 0.9, low: 2.8, steps: 0)),
        ])
    func tables(shape: LineShape) throws {
        let prepared = try PreparedShape(shape)
        for width in [0.2, 1.1, 4] {
            let profile = try #require(prepared.profile([width]) as? TabulatedProfile)
            expectAgreement(profile, parameters: 1, tolerance: 1e-11, "\(shape)")
        }
    }

    @Test("every level draws the same to rounding", arguments: SIMDLevel.allCases.filter { $0 <= .best })
    func levels(level: SIMDLevel) throws {
        let energies = Self.grids[0]
        let exact = VoigtProfile(gaussianWidth: 0.8, lorentzianWidth: 0.3)
        let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: 4 * energies.count)
        memory.initialize(repeating: 0)
        defer { memory.deallocate() }
        func column(_ index: Int) -> UnsafeMutableBufferPointer<Double> {
            UnsafeMutableBufferPointer(rebasing: memory[(index * energies.count)..<((index + 1) * energies.count)])
        }
        energies.withUnsafeBufferPointer {
            LineKernels.voigt(
                $0, center: 161.63, gaussianWidth: 0.8, lorentzianWidth: 0.3, factor: 1, value: column(0),
                byCenter: column(1), byGaussian: column(2), byLorentzian: column(3), level: level)
        }
        for (i, energy) in energies.enumerated() {
            let sample = exact.sample(at: energy - 161.63)
            #expect(abs(column(0)[i] - sample.value) < 1e-12)
            #expect(abs(column(1)[i] + sample.byDistance) < 1e-11)
            #expect(abs(column(2)[i] - sample.byParameter[0]) < 1e-11)
            #expect(abs(column(3)[i] - sample.byParameter[1]) < 1e-11)
        }
    }

    @Test("what is no number spreads no further than the line it belongs to")
    func notANumber() throws {
        let energies = Self.grid(from: 160, step: 0.1, count: 21)
        let shape = LineShape.lorentzianPowers(.init(high: 1.2, low: 1.4, steps: 200))
        let table = try #require(try PreparedShape(shape).profile([1.0]) as? TabulatedProfile)
        for value in drawn(table, parameters: 1, energies: energies, center: .nan, byKernel: true)[0] {
            #expect(!(value > 10))
        }
        let voigt = VoigtProfile(gaussianWidth: 0.8, lorentzianWidth: 0.3)
        for value in drawn(voigt, parameters: 2, energies: energies, center: .infinity, byKernel: true)[0] {
            #expect(!(value > 1e-3))
        }
    }
}
