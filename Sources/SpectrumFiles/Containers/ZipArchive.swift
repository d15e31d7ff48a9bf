import CZip
import Foundation
import Spectra

/// A zip archive in memory: the names and sizes of its entries, and their contents on request.
///
/// A file that comes from outside can claim anything, so nothing is unpacked beyond `Limits`: not even an archive that
/// lies about the sizes of its entries fills the memory.
struct ZipArchive: Sendable {
    /// What an archive may hold before it is refused.
    struct Limits: Sendable {
        /// The number of entries.
        var entries = 100_000
        /// The unpacked bytes of one entry.
        var bytesPerEntry = 512 << 20
        /// The unpacked bytes of all entries asked for in one call.
        var bytesInAll = 1 << 30
    }

    /// One entry.
    struct Entry: Sendable, Hashable {
        /// The path in the archive, with "/" between folders whatever the program that wrote it used.
        let path: String
        /// The unpacked size in bytes as the archive states it.
        let size: Int
        fileprivate let index: UInt64
    }

    /// The entries in the order of the archive's directory; folders are left out.
    let entries: [Entry]
    private let content: FileContent
    private let limits: Limits

    /// Whether the bytes start with the signature of a zip archive.
    static func recognises(_ data: Data) -> Bool {
        data.starts(with: [0x50, 0x4B, 0x03, 0x04]) || data.starts(with: [0x50, 0x4B, 0x05, 0x06])
    }

    /// Reads the directory of the archive.
    ///
    /// Throws `ReadError.malformed` where the bytes are not an archive or it is beyond `limits`.
    init(_ content: FileContent, limits: Limits = Limits()) throws {
        guard Self.recognises(content.data) else {
            throw content.malformed(.byte(0), expected: "the signature of a zip archive", found: "something else")
        }
        self.content = content
        self.limits = limits
        self.entries = try Self.withHandle(content) { handle in
            let count = zip_get_num_entries(handle, 0)
            guard count >= 0, count <= Int64(limits.entries) else {
                throw content.malformed(
                    .whole, expected: "a zip archive of at most \(limits.entries) entries", found: "\(count)")
            }
            return (0..<UInt64(count)).compactMap { Self.entry($0, of: handle) }
        }
    }

    /// The entry at `path`, compared without regard to case; `nil` where there is none.
    func entry(_ path: String) -> Entry? {
        entries.first { $0.path == path } ?? entries.first { $0.path.lowercased() == path.lowercased() }
    }

    /// The unpacked bytes of `entry`.
    ///
    /// Throws `ReadError.malformed` where they are damaged, encrypted, packed in an unknown way or beyond the limits.
    func data(of entry: Entry) throws -> Data {
        try data(of: [entry]).first ?? Data()
    }

    /// The unpacked bytes of each of `wanted`, in that order: the archive is opened once for all of them.
    ///
    /// Throws `ReadError.malformed` as `data(of:)` does for one entry.
    func data(of wanted: [Entry]) throws -> [Data] {
        try Self.withHandle(content) { handle in
            var total = 0
            return try wanted.map { entry in
                let allowed = min(limits.bytesPerEntry, limits.bytesInAll - total)
                let unpacked = try read(entry, of: handle, atMost: allowed)
                total += unpacked.count
                return unpacked
            }
        }
    }

    private func read(_ entry: Entry, of handle: OpaquePointer, atMost allowed: Int) throws -> Data {
        func malformed(_ found: String) -> ReadError {
            content.malformed(.whole, expected: "entry \"\(entry.path)\" of the zip archive", found: found)
        }
        guard entry.size <= allowed else { throw malformed("\(entry.size) bytes, more than the \(allowed) allowed") }
        guard let file = zip_fopen_index(handle, entry.index, 0) else {
            throw malformed(String(cString: zip_strerror(handle)))
        }
        defer { zip_fclose(file) }
        var unpacked = Data()
        unpacked.reserveCapacity(entry.size)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let got = zip_fread(file, &buffer, UInt64(buffer.count))
            guard got >= 0 else { throw malformed(String(cString: zip_file_strerror(file))) }
            if got == 0 { break }
            guard unpacked.count + Int(got) <= allowed else {
                throw malformed("more than the \(allowed) bytes allowed")
            }
            unpacked.append(contentsOf: buffer[..<Int(got)])
        }
        guard unpacked.count == entry.size else {
            throw malformed("\(unpacked.count) bytes where the directory states \(entry.size)")
        }
        return unpacked
    }

    private static func entry(_ index: UInt64, of handle: OpaquePointer) -> Entry? {
        var stat = zip_stat_t()
        guard zip_stat_index(handle, index, 0, &stat) == 0, let name = stat.name else { return nil }
        let path = String(cString: name).replacingOccurrences(of: "\\", with: "/")
        guard !path.hasSuffix("/") else { return nil }
        // A size that does not fit stands for one that no limit allows.
        return Entry(path: path, size: Int(exactly: stat.size) ?? Int.max, index: index)
    }

    /// Calls `body` with libzip's handle on the archive, which lives no longer than the call.
    private static func withHandle<Result>(
        _ content: FileContent, _ body: (OpaquePointer) throws -> Result
    ) throws -> Result {
        try content.data.withUnsafeBytes { bytes in
            var failure = zip_error_t()
            zip_error_init(&failure)
            defer { zip_error_fini(&failure) }
            func malformed() -> ReadError {
                let reason = zip_error_strerror(&failure).map { String(cString: $0) } ?? "something else"
                return content.malformed(.whole, expected: "a zip archive", found: reason)
            }
            guard let source = zip_source_buffer_create(bytes.baseAddress, UInt64(bytes.count), 0, &failure) else {
                throw malformed()
            }
            guard let handle = zip_open_from_source(source, ZIP_RDONLY, &failure) else {
                zip_source_free(source)
                throw malformed()
            }
            defer { zip_discard(handle) }
            return try body(handle)
        }
    }
}
