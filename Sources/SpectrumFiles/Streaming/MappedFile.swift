import Foundation
import Spectra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of a file that is read once from beginning to end: mapped into memory, of which what has been read is given
/// back, so that a file of any size takes little.
struct MappedFile: ~Copyable {
    /// All bytes, at an address that stays the same.
    let bytes: UnsafeBufferPointer<UInt8>
    private var released = 0
    /// Bytes that are read before memory is given back: many pages, so that the system is rarely asked.
    private static let stride = 4 << 20

    /// Maps the file at `path`, which holds at least one byte.
    ///
    /// Throws `ReadError.noSuchFile` or `.unreadable`.
    init(path: String) throws(ReadError) {
        try FileContent.checkReadable(path)
        func failure() -> ReadError { .unreadable(file: path, reason: String(cString: strerror(errno))) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        let size = Int(status.st_size)
        guard size > 0 else { throw .unknownFormat(file: path, hint: "it is empty") }
        let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start, start != MAP_FAILED else { throw failure() }
        madvise(start, size, MADV_SEQUENTIAL)
        bytes = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

    /// Gives the memory of the first `count` bytes back; they would be read from the file again.
    mutating func release(first count: Int) {
        guard count - released >= Self.stride, let start = bytes.baseAddress else { return }
        let end = count / Self.stride * Self.stride
        madvise(UnsafeMutableRawPointer(mutating: start + released), end - released, MADV_DONTNEED)
        released = end
    }
}
