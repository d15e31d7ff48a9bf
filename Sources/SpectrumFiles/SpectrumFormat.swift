import Foundation
import Spectra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One file format: how it is recognised by its content and how it is read. One source file per format.
protocol SpectrumFormat: Sendable {
    /// The name a person knows the format by.
    static var name: String { get }
    /// The usual extensions, lower case, without dot: for help texts and for `convert`, never to choose a reader.
    static var extensions: [String] { get }
    /// Whether the content looks like this format. Cheap: looks at the beginning (or at fixed places) only.
    static func recognises(_ content: FileContent) -> Bool
    /// Reads all spectra.
    ///
    /// Throws `ReadError` with the line or byte, what was expected there and what was found.
    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile
}

/// The bytes of a file with the path they came from.
struct FileContent: Sendable {
    /// The path, for messages.
    let path: String
    /// All bytes of the file, memory-mapped where possible.
    let data: Data

    /// Reads the file at `path`.
    ///
    /// Throws `ReadError.noSuchFile` or `.unreadable`.
    init(path: String) throws {
        self.path = path
        data = try Self.bytes(ofFileAt: path)
    }

    /// From this size on, a file is mapped rather than copied.
    private static let mappedSize = 1 << 20

    private static func bytes(ofFileAt path: String) throws(ReadError) -> Data {
        try checkReadable(path)
        func failure() -> ReadError { .unreadable(file: path, reason: String(cString: strerror(errno))) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        let size = Int(status.st_size)
        guard size > 0 else { return Data() }
        if size >= mappedSize {
            guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
                throw failure()
            }
            return Data(bytesNoCopy: start, count: size, deallocator: .unmap)
        }
        guard let memory = malloc(size) else { throw failure() }
        var count = 0
        while count < size {
            let read = read(descriptor, memory + count, size - count)
            if read < 0 && errno == EINTR { continue }
            guard read >= 0 else {
                defer { free(memory) }
                throw failure()
            }
            if read == 0 { break }
            count += read
        }
        return Data(bytesNoCopy: memory, count: count, deallocator: .free)
    }

    /// Throws `ReadError.noSuchFile` or `.unreadable` unless there is a regular file at `path`.
    static func checkReadable(_ path: String) throws(ReadError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            // Any other code means that something on the way there is closed or broken, not that nothing is there.
            let code = errno
            if code == ENOENT || code == ENOTDIR { throw ReadError.noSuchFile(file: path) }
            throw ReadError.unreadable(file: path, reason: String(cString: strerror(code)))
        }
        // A file may be opened several times until its reader is found, which only regular files allow.
        if let reason = Self.reasonAgainst(mode: status.st_mode) {
            throw ReadError.unreadable(file: path, reason: reason)
        }
    }

    /// Why something of this mode is not read; `nil` for a regular file.
    private static func reasonAgainst(mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "it is a folder"
        case S_IFIFO: "it is a pipe; write what comes out of it to a file first"
        case S_IFSOCK: "it is a socket, not a file"
        default: "it is a device, not a file"
        }
    }

    /// Content that is already in memory; `path` serves for messages.
    init(path: String, data: Data) {
        self.path = path
        self.data = data
    }

    /// Runs `body` on the first `count` bytes at most.
    func withBeginning<Result>(_ count: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        data.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            return body(UnsafeBufferPointer(rebasing: bytes[0..<min(count, bytes.count)]))
        }
    }

    /// The name of the file without its extension.
    var stem: String {
        let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
        guard let point = name.utf8.lastIndex(of: ASCII.point), name.utf8.first != ASCII.point,
            case let ending = name.utf8[name.utf8.index(after: point)...], !ending.isEmpty,
            ending.allSatisfy({ ASCII.isDigit($0) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) })
        else { return URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }
        return String(name[..<point])
    }

    /// A `ReadError.malformed` in this file.
    func malformed(_ place: ReadError.Place, expected: String, found: String) -> ReadError {
        .malformed(file: path, place: place, expected: expected, found: found)
    }
}

/// What a user can state about a file that does not say it itself.
public struct ReadOptions: Sendable, Hashable {
    /// What the first column of a text file counts; `nil` infers it and reports what was inferred.
    public var energyScale: EnergyScale?
    /// The photon energy in eV, where the file has none.
    public var photonEnergy: Double?
    /// The unit of the intensities, where the file does not say.
    public var unit: IntensityUnit?

    /// Options; everything left out is taken from the file or inferred from it.
    public init(energyScale: EnergyScale? = nil, photonEnergy: Double? = nil, unit: IntensityUnit? = nil) {
        self.energyScale = energyScale
        self.photonEnergy = photonEnergy
        self.unit = unit
    }
}
