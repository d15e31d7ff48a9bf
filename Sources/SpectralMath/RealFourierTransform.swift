internal import CFFTW

/// The discrete Fourier transform of `count` real numbers, and its inverse, on FFTW.
///
/// X_k = sum over j of x_j exp(-2 pi i j k / n), for k = 0 ... n / 2; the other half of the spectrum is its mirror image,
/// X_(n-k) = conj(X_k). Not copyable, because it owns buffers; plans are shared between all transforms of one length.
public struct RealFourierTransform: ~Copyable, @unchecked Sendable {
    // Unchecked, because of the pointers in the buffers. They belong to this instance alone, and both methods that use
    // them are mutating, so no two threads can be in them at once.

    /// The number of real values.
    public let count: Int
    /// The number of complex coefficients, `count / 2 + 1`.
    public var coefficientCount: Int { count / 2 + 1 }

    private let plans: FourierPlans
    private let real: AlignedBuffer<Double>
    private let complex: AlignedBuffer<fftw_complex>

    /// Prepares transforms of `count` values. Throws `NumericalError` where `count` is not from 1 to 2^31 - 1 or memory
    /// is short.
    public init(count: Int) throws {
        guard count >= 1, count <= Int32.max else {
            throw NumericalError.invalidArgument(
                operation: "Fourier transform", expected: "1 to \(Int32.max) values", found: "\(count)")
        }
        let real = try AlignedBuffer<Double>(count)
        let complex = try AlignedBuffer<fftw_complex>(count / 2 + 1)
        plans = try FourierPlans.shared(count: count, real.pointer, complex.pointer)
        self.real = real
        self.complex = complex
        self.count = count
    }

    /// The coefficients k = 0 ... n / 2 of `values`, not divided by anything. Throws `NumericalError.wrongSize` unless
    /// there are `count` values.
    public mutating func forward(_ values: [Double]) throws -> [ComplexNumber] {
        try require(values.count, count)
        for index in 0..<count { real.pointer[index] = values[index] }
        fftw_execute_dft_r2c(plans.forward, real.pointer, complex.pointer)
        return (0..<coefficientCount).map { ComplexNumber(complex.pointer[$0].0, complex.pointer[$0].1) }
    }

    /// The real values whose `forward` coefficients these are: the sum is divided by `count`. The imaginary parts of
    /// the first and, for even `count`, of the last coefficient have no meaning and are ignored. Throws
    /// `NumericalError.wrongSize` unless there are `coefficientCount` coefficients.
    public mutating func inverse(_ coefficients: [ComplexNumber]) throws -> [Double] {
        try require(coefficients.count, coefficientCount)
        for index in 0..<coefficientCount {
            complex.pointer[index].0 = coefficients[index].real
            complex.pointer[index].1 = coefficients[index].imaginary
        }
        fftw_execute_dft_c2r(plans.inverse, complex.pointer, real.pointer)
        let scale = 1 / Double(count)
        return (0..<count).map { real.pointer[$0] * scale }
    }

    /// The circular correlation c_L = sum over j of a_(j + L) b_j at the shifts `lags`, from the coefficients of a and b:
    /// one product and one inverse transform, and no memory of its own. Lags may be negative.
    ///
    /// - Parameters:
    ///   - first: the coefficients of a.
    ///   - second: the coefficients of b.
    ///   - lags: the shifts L.
    ///   - values: where the correlation goes, by rising lag.
    /// - Throws: `NumericalError.wrongSize` where the coefficients are not `coefficientCount`, `values` has not as many
    ///   elements as there are lags, or a lag is not smaller than `count`.
    public mutating func correlation(
        _ first: [ComplexNumber], _ second: [ComplexNumber], lags: ClosedRange<Int>, into values: inout [Double]
    ) throws {
        try require(first.count, coefficientCount)
        try require(second.count, coefficientCount)
        try require(values.count, lags.count)
        guard lags.lowerBound > -count, lags.upperBound < count else {
            throw NumericalError.wrongSize(operation: "correlation", expected: "lags below \(count)", found: lags.count)
        }
        let product = complex.pointer
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                for k in 0..<coefficientCount {
                    let a = first[k], b = second[k]
                    product[k].0 = a.real * b.real + a.imaginary * b.imaginary
                    product[k].1 = a.imaginary * b.real - a.real * b.imaginary
                }
            }
        }
        fftw_execute_dft_c2r(plans.inverse, complex.pointer, real.pointer)
        let scale = 1 / Double(count), start = real.pointer, size = count, low = lags.lowerBound
        values.withUnsafeMutableBufferPointer { values in
            for index in values.indices {
                let lag = low + index
                values[index] = start[lag < 0 ? lag + size : lag] * scale
            }
        }
    }

    private func require(_ found: Int, _ expected: Int) throws {
        guard found == expected else {
            throw NumericalError.wrongSize(operation: "Fourier transform", expected: "\(expected)", found: found)
        }
    }
}

/// The smallest number not below `count` that has no prime factors but 2, 3, 5 and 7, for which transforms are fast.
public func fastTransformLength(_ count: Int) -> Int {
    var length = max(count, 1)
    while true {
        var rest = length
        for factor in [2, 3, 5, 7] {
            while rest % factor == 0 { rest /= factor }
        }
        if rest == 1 { return length }
        length += 1
    }
}

/// The linear convolution c_k = sum over j of first_j second_(k-j), of length first.count + second.count - 1, by Fourier
/// transforms padded with zeros so that nothing wraps around. Its rounding errors are about 1e-16 of the product of the
/// lengths (root of the sum of squares) of the two arrays, whatever the size of the element.
///
/// Throws `NumericalError.wrongSize` where one is empty.
public func convolution(_ first: [Double], _ second: [Double]) throws -> [Double] {
    guard !first.isEmpty, !second.isEmpty else {
        throw NumericalError.wrongSize(operation: "convolution", expected: "1 or more", found: 0)
    }
    let count = first.count + second.count - 1
    var transform = try RealFourierTransform(count: fastTransformLength(count))
    let left = try transform.forward(first + [Double](repeating: 0, count: transform.count - first.count))
    let right = try transform.forward(second + [Double](repeating: 0, count: transform.count - second.count))
    return Array(try transform.inverse(zip(left, right).map { $0 * $1 })[..<count])
}

/// Memory aligned as FFTW wants it for SIMD, freed once.
private struct AlignedBuffer<Element>: ~Copyable {
    let pointer: UnsafeMutablePointer<Element>

    init(_ count: Int) throws {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, let memory = fftw_malloc(size) else {
            throw NumericalError.outOfMemory(operation: "Fourier transform")
        }
        pointer = memory.bindMemory(to: Element.self, capacity: count)
    }

    deinit { fftw_free(pointer) }
}
