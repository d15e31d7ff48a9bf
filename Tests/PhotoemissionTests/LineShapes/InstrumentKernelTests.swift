import Foundation
import SpectralMath
import Testing

@testable import Photoemission

@Suite("Lines seen through an instrument")
struct InstrumentKernelTests {
    @Test("a Lorentzian through a Gaussian is the Voigt function, far into the tails")
    func voigt() throws {
        let sigma = 0.3 / VoigtProfile.widthOfSigma
        let kernel = try InstrumentKernel(step: 0.02, reach: 1.2) { exp(-$0 * $0 / (2 * sigma * sigma)) }
        let seen = try LineShape.lorentzian.curve(from: -6, count: 601, fwhm: 0.8, through: kernel)
        for (i, value) in seen.enumerated() {
            let x = -6 + 0.02 * Double(i)
            #expect(try abs(value - LineShape.voigt.value(at: x, fwhm: 0.8, gaussianWidth: 0.3)) < 1e-8)
        }
    }

    @Test("a kernel that is not centred shifts the line by its mean, towards its own side")
    func shift() throws {
        let kernel = try InstrumentKernel(values: [1], step: 0.05, first: 0.35)
        let seen = try LineShape.gaussian.curve(from: -2, count: 81, fwhm: 1, through: kernel)
        let top = try #require(seen.indices.max { seen[$0] < seen[$1] })
        #expect(abs(-2 + 0.05 * Double(top) - 0.35) < 1e-9)
        let tail = try InstrumentKernel(step: 0.02, reach: 3) { $0 >= 0 ? exp(-$0 / 0.3) : 0 }
        let tailed = try LineShape.gaussian.curve(from: -4, count: 401, fwhm: 1, through: tail)
        #expect(tailed[300] > 3 * tailed[100])
    }

    @Test("the cached transform gives the sum of products, for every length and every array")
    func sums() throws {
        let kernel = [0.5, -1, 2, 0.25]
        for count in [4, 5, 17, 100] {
            var convolution = try KernelConvolution(kernel: kernel, inputCount: count)
            for seed in 0..<3 {
                let values = (0..<count).map { sin(Double($0 * 7 + seed)) }
                let result = try convolution.apply(values)
                #expect(result.count == count - 3)
                for (i, value) in result.enumerated() {
                    let expected = kernel.indices.reduce(0.0) { $0 + kernel[$1] * values[i + 3 - $1] }
                    #expect(abs(value - expected) < 1e-13)
                }
            }
        }
        #expect(throws: NumericalError.self) { _ = try KernelConvolution(kernel: [1, 2], inputCount: 1) }
        #expect(throws: FitError.self) { _ = try InstrumentKernel(values: [1, -1], step: 1, first: 0) }
    }
}
