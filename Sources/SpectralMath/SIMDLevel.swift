import CSpectralKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The instruction set that the kernels use. Levels differ in the last bits of a result; the same level gives the same
/// bits on every processor.
public enum SIMDLevel: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// What every processor of the architecture has.
    case baseline = 0
    /// AVX2 and FMA.
    case avx2 = 1
    /// AVX-512.
    case avx512 = 2

    /// The level that is used where none is stated: the highest that this processor has, or a lower one that the
    /// environment variable `INTERPHASE_SIMD` names (`baseline`, `avx2`), so that different processors give the same bits.
    public static let best: SIMDLevel = {
        let highest = SIMDLevel(rawValue: Int(sk_best_level().rawValue)) ?? .baseline
        guard let wanted = getenv("INTERPHASE_SIMD").map({ String(cString: $0) }) else { return highest }
        return allCases.first { "\($0)" == wanted }.map { min($0, highest) } ?? highest
    }()

    /// Orders by width.
    public static func < (left: SIMDLevel, right: SIMDLevel) -> Bool { left.rawValue < right.rawValue }

    var kernel: sk_level { sk_level(rawValue: sk_level.RawValue(rawValue)) }
}
