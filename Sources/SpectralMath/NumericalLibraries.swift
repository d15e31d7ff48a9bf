internal import CFFTW
internal import CGSL

/// The numerical libraries that are used, as they say themselves.
public enum NumericalLibraries {
    /// The version of the GNU Scientific Library, as "2.7.1".
    public static var scientificLibraryVersion: String { String(cString: interphase_gsl_version()) }

    /// Version and instruction sets of FFTW, as "fftw-3.3.10-sse2-avx".
    public static var fourierLibraryVersion: String { String(cString: interphase_fftw_version()) }
}
