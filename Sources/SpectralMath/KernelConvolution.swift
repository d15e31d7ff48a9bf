/// The convolution of many arrays of one length with one kernel, whose Fourier transform is computed once.
///
/// result_i = sum over j of kernel_j values_(i + kernel.count - 1 - j): only those points for which every value that the
/// kernel reaches is given, so that nothing is assumed beyond the ends and nothing wraps around. Not copyable, because it
/// owns the buffers of its transform.
public struct KernelConvolution: ~Copyable {
    /// The number of values that `apply` takes.
    public let inputCount: Int
    /// The number of values that it gives: `inputCount` - kernel.count + 1.
    public let outputCount: Int
    private let kernelCount: Int
    private let transformed: [ComplexNumber]
    private var transform: RealFourierTransform

    /// Prepares convolutions of `inputCount` values with `kernel`.
    ///
    /// Throws `NumericalError` where the kernel is empty, not finite, or longer than the values.
    public init(kernel: [Double], inputCount: Int) throws {
        let operation = "convolution with a kernel"
        guard !kernel.isEmpty, kernel.count <= inputCount else {
            throw NumericalError.wrongSize(operation: operation, expected: "1 to \(inputCount)", found: kernel.count)
        }
        try NumericalError.requireFinite(kernel, "kernel", in: operation)
        // What wraps around falls on points that are not given out.
        var transform = try RealFourierTransform(count: fastTransformLength(inputCount))
        transformed = try transform.forward(
            kernel + [Double](repeating: 0, count: transform.count - kernel.count))
        self.transform = transform
        self.inputCount = inputCount
        outputCount = inputCount - kernel.count + 1
        kernelCount = kernel.count
    }

    /// The convolution of `values`. Throws `NumericalError.wrongSize` unless there are `inputCount` of them.
    public mutating func apply(_ values: [Double]) throws -> [Double] {
        guard values.count == inputCount else {
            throw NumericalError.wrongSize(
                operation: "convolution with a kernel", expected: "\(inputCount)", found: values.count)
        }
        let padded = values + [Double](repeating: 0, count: transform.count - inputCount)
        let product = zip(try transform.forward(padded), transformed).map { $0 * $1 }
        return Array(try transform.inverse(product)[(kernelCount - 1)..<inputCount])
    }
}
