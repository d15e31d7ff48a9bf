import CZip
import Foundation

/// Writes zip archives for tests.
enum ZipFixture {
    struct Failure: Error {}

    /// An archive of `entries` (a name that ends in "/" makes a folder), packed as libzip does by default.
    static func archive(_ entries: [(name: String, data: Data)]) throws -> Data {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).zip")
        defer { try? FileManager.default.removeItem(at: url) }
        guard let handle = zip_open(url.path, ZIP_CREATE, nil) else { throw Failure() }
        for (name, data) in entries {
            if name.hasSuffix("/") {
                guard zip_dir_add(handle, name, 0) >= 0 else { throw Failure() }
                continue
            }
            // libzip frees the copy when it has written it.
            guard let copy = malloc(max(1, data.count)) else { throw Failure() }
            data.copyBytes(to: copy.assumingMemoryBound(to: UInt8.self), count: data.count)
            guard let source = zip_source_buffer(handle, copy, UInt64(data.count), 1),
                zip_file_add(handle, name, source, 0) >= 0
            else { throw Failure() }
        }
        guard zip_close(handle) == 0 else { throw Failure() }
        return try Data(contentsOf: url)
    }
}
