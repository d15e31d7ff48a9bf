import CCrypto
import CExpat
import CHDF5
import CZip
internal import CZlib

/// The libraries that files are read with, as they say themselves.
public enum FileLibraries {
    /// The name and version of each library that the program is linked with.
    public static var linked: [(name: String, version: String)] {
        [
            ("OpenSSL", String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))),
            ("libzip", String(cString: zip_libzip_version())),
            ("zlib", String(cString: zlibVersion())),
            ("Expat", String(cString: XML_ExpatVersion())),
        ]
    }

    /// The version of the HDF5 library, which is loaded when a NeXus file needs it; `nil` where it is not installed.
    public static var hierarchicalDataVersion: String? {
        var numbers: (UInt32, UInt32, UInt32) = (0, 0, 0)
        guard interphase_hdf5_version(&numbers.0, &numbers.1, &numbers.2) != 0 else { return nil }
        return "\(numbers.0).\(numbers.1).\(numbers.2)"
    }
}
