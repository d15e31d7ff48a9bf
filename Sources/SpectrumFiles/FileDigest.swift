import CCrypto
import Foundation
import Spectra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Fingerprints of files, so that a result can name the data it was made from.
public enum FileDigest {
    /// The SHA-256 (FIPS 180-4) of the file at `path`: 64 hexadecimal digits. Takes the same memory for files of any size.
    ///
    /// Throws `ReadError`.
    public static func sha256(ofFileAt path: String) throws -> String {
        try FileContent.checkReadable(path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReadError.unreadable(file: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var digest = [UInt8](repeating: 0, count: 32)
        let status = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            interphase_sha256_of_file(descriptor, buffer.baseAddress, buffer.count, &digest)
        }
        if status < 0 { throw ReadError.unreadable(file: path, reason: String(cString: strerror(-status))) }
        guard status == 1 else {
            throw ReadError.unreadable(file: path, reason: "its SHA-256 could not be computed")
        }
        return hexadecimal(digest)
    }

    /// The SHA-256 of a text in UTF-8; `nil` where the library that computes it fails.
    public static func sha256(of text: String) -> String? {
        var digest = [UInt8](repeating: 0, count: 32)
        var text = text
        let done = text.withUTF8 { bytes in interphase_sha256(bytes.baseAddress, bytes.count, &digest) }
        return done == 1 ? hexadecimal(digest) : nil
    }

    private static func hexadecimal(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
