import CSpectralKernels

/// The instruction set that the kernels use. Levels differ in the last bits of a result; the same level gives the same
/// bits on every processor.
public enum SIMDLevel: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// What every processor of the architecture has.
    case baseline = 0
    /// AVX2 and FMA.
    case avx2 = 1
    /// AVX-512.
    case avx512 = 2

    /// The highest level that this processor has, or a lower one that the environment variable `INTERPHASE_SIMD` names:
    /// `baseline` or `avx2`, for results that are the same on all processors of a cluster to the last bit.
    public static let best = SIMDLevel(rawValue: Int(sk_best_level().rawValue)) ?? .baseline

    /// Orders by width.
    public static func < (left: SIMDLevel, right: SIMDLevel) -> Bool { left.rawValue < right.rawValue }

    var kernel: sk_level { sk_level(rawValue: sk_level.RawValue(rawValue)) }
}
