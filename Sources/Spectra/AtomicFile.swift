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
        let file = try FileInTheMaking(path)
        do {
            try file.append(data)
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Writes the file at `path` piece by piece, as `write(_:to:)` does: `contents` hands one piece after another to the
    /// function that it is given. An error of `contents` leaves the old file.
    public static func write(
        to path: String, contents: (_ append: (Data) throws(WriteError) -> Void) throws -> Void
    ) throws {
        let file = try FileInTheMaking(path)
        do {
            try contents { (piece) throws(WriteError) in try file.append(piece) }
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Lets `make` write a file at a temporary path in the folder of `path`, which then takes that name; for libraries
    /// that write files themselves. An error of `make` leaves the old file.
    public static func write(to path: String, making make: (_ temporary: String) throws -> Void) throws {
        let file = try FileInTheMaking(path)
        do {
            guard let temporary = file.temporary else {
                throw WriteError.cannotWrite(file: path, reason: "it is no regular file")
            }
            try make(temporary)
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Writes `text` in UTF-8 to the file at `path`; see `write(_:to:)` for data.
    public static func write(_ text: String, to path: String) throws(WriteError) {
        try write(Data(text.utf8), to: path)
    }
}

/// A file that is being written under a temporary name.
private struct FileInTheMaking {
    /// As the caller named it, for messages.
    private let path: String
    private let target: String
    /// Where the file grows; `nil` for what is no regular file.
    let temporary: String?
    private let descriptor: Int32

    init(_ path: String) throws(WriteError) {
        self.path = path
        func failure(_ code: Int32) -> WriteError {
            WriteError.cannotWrite(file: path, reason: String(cString: strerror(code)))
        }
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        target = url.path
        var status = stat()
        let exists = stat(target, &status) == 0
        let kind = status.st_mode & S_IFMT
        if exists && kind == S_IFDIR { throw failure(EISDIR) }
        if exists && kind != S_IFREG {
            temporary = nil
            descriptor = open(target, O_WRONLY)
            guard descriptor >= 0 else { throw failure(errno) }
            return
        }
        // Renaming would replace even a file that its owner has made read-only.
        if exists && access(target, W_OK) != 0 { throw failure(errno) }
        let name = ".\(url.lastPathComponent.prefix(100)).\(UInt64.random(in: 0...UInt64.max)).tmp"
        let temporary = url.deletingLastPathComponent().appendingPathComponent(name).path
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        self.temporary = temporary
        if exists { fchmod(descriptor, status.st_mode & 0o7777) }
    }

    private func failure(_ code: Int32) -> WriteError {
        .cannotWrite(file: path, reason: String(cString: strerror(code)))
    }

    func append(_ data: Data) throws(WriteError) {
        if let code = Self.writeAll(data, to: descriptor) { throw failure(code) }
    }

    /// Gives the file its name. After an error `discard` is to be called.
    func finish() throws(WriteError) {
        guard let temporary else {
            close(descriptor)
            return
        }
        if fsync(descriptor) != 0 { throw failure(errno) }
        if rename(temporary, target) != 0 { throw failure(errno) }
        close(descriptor)
    }

    func discard() {
        close(descriptor)
        if let temporary { unlink(temporary) }
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
