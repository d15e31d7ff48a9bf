import CCrypto
import Foundation
import Spectra

/// Fingerprints of files, so that a result can name the data it was made from.
public enum FileDigest {
    /// The SHA-256 (FIPS 180-4) of the file at `path`: 64 hexadecimal digits.
    ///
    /// Throws `ReadError`.
    public static func sha256(ofFileAt path: String) throws -> String {
        let content = try FileContent(path: path)
        var digest = [UInt8](repeating: 0, count: 32)
        let done = content.data.withUnsafeBytes { bytes in
            interphase_sha256(bytes.baseAddress, bytes.count, &digest)
        }
        guard done == 1 else { throw ReadError.unreadable(file: path, reason: "its SHA-256 could not be computed") }
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
