import Foundation
import SpectralMath

/// The response of an instrument to an infinitely narrow line, at equal steps of binding energy: a measured one, or any
/// function.
public struct InstrumentKernel: Sendable, Hashable {
    /// The response at equal steps of rising binding energy, with a sum of one.
    public let values: [Double]
    /// The step, eV.
    public let step: Double
    /// The energy of the first value relative to the line, eV.
    public let first: Double

    /// A response sampled at `first`, `first` + `step` ... eV of binding energy beside the line; it is normalised.
    ///
    /// Throws `FitError.invalidModel` unless step and sum are positive and everything is finite.
    public init(values: [Double], step: Double, first: Double) throws {
        let sum = values.reduce(0, +)
        guard step > 0, step.isFinite, first.isFinite, sum > 0, sum.isFinite, values.allSatisfy(\.isFinite) else {
            throw FitError.invalidModel("an instrument's response needs finite values with a positive sum and step")
        }
        self.values = values.map { $0 / sum }
        self.step = step
        self.first = first
    }

    /// The response `function` of the energy beside the line, eV, where it differs from zero within `reach`.
    public init(step: Double, reach: Double, _ function: (Double) -> Double) throws {
        guard step > 0, reach >= step, reach / step < 1e6 else {
            throw FitError.invalidModel("an instrument's response needs a step below its reach")
        }
        let count = Int((reach / step).rounded())
        try self.init(
            values: (-count...count).map { function(Double($0) * step) }, step: step, first: -Double(count) * step)
    }
}

extension LineShape {
    /// The line of unit area seen through an instrument, at the distances `start`, `start` + kernel.step ... from its
    /// position, `count` points. The line is continued by its own formula beyond them as far as the kernel reaches.
    ///
    /// The sum over the kernel is a quadrature: the step must resolve line and kernel (a tenth of the narrower one's width
    /// gives about 1e-4 for smooth kernels, a quarter of a Gaussian's standard deviation rounding).
    ///
    /// - Throws: `FitError.invalidModel` where the shape's numbers are out of range; `NumericalError` where there is no
    ///   point.
    public func curve(
        from start: Double, count: Int, fwhm: Double, gaussianWidth: Double = 0, through kernel: InstrumentKernel
    ) throws -> [Double] {
        let last = kernel.values.count - 1
        // Output point i needs the line at start + i step - (first + j step) for every j.
        let inputs = (0..<max(0, count + last)).map {
            start - kernel.first + Double($0 - last) * kernel.step
        }
        let line = try curve(at: inputs, fwhm: fwhm, gaussianWidth: gaussianWidth)
        var convolution = try KernelConvolution(kernel: kernel.values, inputCount: inputs.count)
        return try convolution.apply(line)
    }
}
