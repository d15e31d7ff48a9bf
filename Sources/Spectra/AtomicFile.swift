import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes files whole or not at all.
public enum AtomicFile {
    /// Writes `data` to the file at `path`: into a temporary file in the same folder first, which then takes the name.
    ///
    /// A reader sees the old content or the new, never a part, whatever interrupts the writing. A symbolic link is
    /// followed, the permissions of a file that is replaced are kept, and what is no regular file (a terminal, a pipe) is
    /// written to directly. Throws `WriteError`.
    public static func write(_ data: Data, to path: String) throws(WriteError) {
        func failure(_ code: Int32) -> WriteError {
            WriteError.cannotWrite(file: path, reason: String(cString: strerror(code)))
        }
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        var status = stat()
        let exists = stat(target.path, &status) == 0
        let kind = status.st_mode & S_IFMT
        if exists && kind == S_IFDIR { throw failure(EISDIR) }
        if exists && kind != S_IFREG {
            let descriptor = open(target.path, O_WRONLY)
            guard descriptor >= 0 else { throw failure(errno) }
            defer { close(descriptor) }
            if let code = writeAll(data, to: descriptor) { throw failure(code) }
            return
        }
        // Renaming would replace even a file that its owner has made read-only.
        if exists && access(target.path, W_OK) != 0 { throw failure(errno) }
        let name = ".\(target.lastPathComponent.prefix(100)).\(UInt64.random(in: 0...UInt64.max)).tmp"
        let temporary = target.deletingLastPathComponent().appendingPathComponent(name).path
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        var code = writeAll(data, to: descriptor)
        if code == nil, exists { fchmod(descriptor, status.st_mode & 0o7777) }
        if code == nil, fsync(descriptor) != 0 { code = errno }
        if close(descriptor) != 0, code == nil { code = errno }
        if code == nil, rename(temporary, target.path) != 0 { code = errno }
        if let code {
            unlink(temporary)
            throw failure(code)
        }
    }

    /// Writes `text` in UTF-8 to the file at `path`; see `write(_:to:)` for data.
    public static func write(_ text: String, to path: String) throws(WriteError) {
        try write(Data(text.utf8), to: path)
    }

    /// Writes all bytes; the error code where that fails.
    private static func writeAll(_ data: Data, to descriptor: Int32) -> Int32? {
        data.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                guard let base = buffer.baseAddress else { return nil }
                let count = systemWrite(descriptor, base + done, buffer.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                done += count
            }
            return nil
        }
    }

    private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, base, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, base, count)
        #else
            Darwin.write(descriptor, base, count)
        #endif
    }
}
