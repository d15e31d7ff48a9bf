import Foundation
import Spectra

/// A compound file in memory (OLE2 structured storage): named streams in a file that is laid out like a small disk.
///
/// Written from Microsoft's specification [MS-CFB], because the library that Debian keeps for it (libgsf) brings GLib's
/// type system and its start-up time into a program whose commands are done in milliseconds. The format is small: chains
/// of sectors, a table of their successors, a directory. Every chain is walked with a bound, so that neither a loop nor
/// an absurd size in a damaged file does harm.
struct CompoundFile: Sendable {
    /// One stream of the directory.
    struct Stream: Sendable, Hashable {
        /// The path, names joined by "/".
        let path: String
        /// The size in bytes.
        let size: Int
        fileprivate let start: Int
    }

    /// The streams in the order of the directory's tree.
    private(set) var streams: [Stream] = []

    private let fields: BinaryFields
    private let sectorSize: Int
    private let miniSectorSize: Int
    private let miniStreamCutoff: Int
    /// For each sector the one after it.
    private var table: [UInt32] = []
    /// The same for the small sectors inside the mini stream.
    private var miniTable: [UInt32] = []
    /// The sectors in which small streams are kept.
    private var miniStream = Data()

    private static let signature: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
    /// Sector numbers above this are marks: end of chain, free, and the tables themselves.
    private static let lastSector: UInt32 = 0xFFFF_FFFA
    private static let entrySize = 128

    /// Whether the bytes start with the signature of a compound file.
    static func recognises(_ data: Data) -> Bool { data.starts(with: signature) }

    /// Whether the directory names a stream `name`: a search for the name as the directory stores it, near the beginning.
    static func recognises(_ data: Data, withStream name: String) -> Bool {
        recognises(data) && data.range(of: Data(name.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })) != nil
    }

    /// Reads the tables and the directory.
    ///
    /// Throws `ReadError.malformed` where they contradict [MS-CFB].
    init(_ content: FileContent) throws {
        fields = BinaryFields(file: content.path, data: content.data)
        guard Self.recognises(content.data) else {
            throw fields.malformed(at: 0, expected: "the signature of a compound file", found: "something else")
        }
        let shift = try fields.uint16(at: 30, "the size of a sector")
        let miniShift = try fields.uint16(at: 32, "the size of a small sector")
        guard shift == 9 || shift == 12, miniShift == 6 else {
            throw fields.malformed(
                at: 30, expected: "sectors of 2^9 or 2^12 bytes and small ones of 2^6",
                found: "2^\(shift) and 2^\(miniShift)")
        }
        sectorSize = 1 << shift
        miniSectorSize = 1 << miniShift
        miniStreamCutoff = try fields.uint32(at: 56, "the size from which a stream has sectors of its own")
        table = try readTable()
        let directory = try chain(from: fields.uint32(at: 48, "the first sector of the directory"), "the directory")
        let firstMini = try fields.uint32(at: 60, "the first sector of the small sectors' table")
        if firstMini <= Self.lastSector {
            let bytes = try chain(from: firstMini, "the small sectors' table")
            miniTable = Self.words(bytes)
        }
        try readDirectory(directory)
    }

    /// The number of whole or started sectors after the header.
    private var sectors: Int { max(0, (fields.count - 1) / sectorSize) }

    private static func words(_ bytes: Data) -> [UInt32] {
        bytes.withUnsafeBytes { raw in
            (0..<(raw.count / 4)).map {
                UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
        }
    }

    /// The bytes of sector `number`; the last one of a file may be cut short.
    private func sector(_ number: Int, _ what: String) throws -> Data {
        let (offset, overflow) = (number + 1).multipliedReportingOverflow(by: sectorSize)
        guard !overflow, offset < fields.count else {
            throw fields.malformed(at: fields.count, expected: "sector \(number) of \(what)", found: "the end")
        }
        return try fields.bytes(at: offset, count: min(sectorSize, fields.count - offset), what)
    }

    /// The table of successors, whose own sectors are listed in the header and in a chain of further lists.
    private func readTable() throws -> [UInt32] {
        var lists = Self.words(try fields.bytes(at: 76, count: 109 * 4, "the list of the table's sectors"))
        var next = try fields.uint32(at: 68, "the first further list")
        var read = 0
        while next <= Int(Self.lastSector) {
            read += 1
            guard read <= sectors else {
                throw fields.malformed(at: 68, expected: "a list of the table's sectors", found: "an endless one")
            }
            let words = Self.words(try sector(next, "the list of the table's sectors"))
            guard words.count == sectorSize / 4, let last = words.last else {
                throw fields.malformed(at: fields.count, expected: "a whole sector", found: "the end")
            }
            lists += words.dropLast()
            next = Int(last)
        }
        let used = lists.filter { $0 <= Self.lastSector }
        guard used.count <= sectors else {
            throw fields.malformed(
                at: 76, expected: "at most \(sectors) sectors of the table", found: "\(used.count)")
        }
        return try used.flatMap { Self.words(try sector(Int($0), "the table of sectors")) }
    }

    /// The bytes of the chain of sectors from `start` on.
    private func chain(from start: Int, _ what: String, atMost size: Int = .max) throws -> Data {
        var bytes = Data()
        var number = start
        var count = 0
        while number <= Int(Self.lastSector) {
            count += 1
            guard count <= sectors else {
                throw fields.malformed(at: 0, expected: "the sectors of \(what)", found: "an endless chain")
            }
            bytes.append(try sector(number, what))
            if bytes.count >= size { break }
            guard number < table.count else {
                throw fields.malformed(
                    at: 0, expected: "a successor of sector \(number) of \(what)", found: "a table that ends before")
            }
            number = Int(table[number])
        }
        return bytes
    }

    private struct Entry {
        var name: String
        var type: Int
        var left: Int
        var right: Int
        var child: Int
        var start: Int
        var size: Int
    }

    private func entry(_ index: Int, of directory: BinaryFields) throws -> Entry? {
        let place = index * Self.entrySize
        guard index >= 0 else { return nil }
        guard place <= directory.count - Self.entrySize else {
            throw directory.malformed(at: directory.count, expected: "entry \(index)", found: "the end")
        }
        let nameBytes = try directory.uint16(at: place + 64, "the length of a name")
        guard nameBytes <= 64 else {
            throw directory.malformed(at: place + 64, expected: "a name of at most 64 bytes", found: "\(nameBytes)")
        }
        let units = try (0..<max(0, nameBytes / 2 - 1)).map {
            UInt16(try directory.uint16(at: place + 2 * $0, "a name"))
        }
        // Files with sectors of 512 bytes may have anything in the upper half of the size.
        let size = try directory.uint64(at: place + 120, "a size") & (sectorSize == 512 ? 0xFFFF_FFFF : .max)
        return Entry(
            name: String(decoding: units, as: UTF16.self), type: try directory.uint8(at: place + 66, "a type"),
            left: try directory.int32(at: place + 68, "a link"), right: try directory.int32(at: place + 72, "a link"),
            child: try directory.int32(at: place + 76, "a link"),
            start: try directory.uint32(at: place + 116, "a sector"),
            size: Int(exactly: size) ?? Int.max)
    }

    /// Walks through the tree of names.
    private mutating func readDirectory(_ bytes: Data) throws {
        let directory = BinaryFields(file: fields.file, data: bytes, part: "the directory")
        guard let root = try entry(0, of: directory), root.type == 5 else {
            throw directory.malformed(at: 66, expected: "a root entry", found: "none")
        }
        if root.size > 0 && root.start <= Int(Self.lastSector) {
            miniStream = try chain(from: root.start, "the mini stream", atMost: root.size).prefix(root.size)
        }
        var pending: [(index: Int, folder: String)] = [(root.child, "")]
        var visited: Set<Int> = [0]
        while let (index, folder) = pending.popLast() {
            guard index >= 0, let entry = try entry(index, of: directory) else { continue }
            guard visited.insert(index).inserted else {
                throw directory.malformed(
                    at: index * Self.entrySize, expected: "a tree of names", found: "a name in it twice")
            }
            let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
            pending.append((entry.right, folder))
            pending.append((entry.left, folder))
            if entry.type == 2 {
                streams.append(Stream(path: path, size: entry.size, start: entry.start))
            } else if entry.type == 1 {
                // Nested deeper than any program writes, a path would grow with each step.
                guard path.utf8.count < 4096 else { continue }
                pending.append((entry.child, path))
            }
        }
    }

    /// The bytes of the stream at `path`; `nil` where there is none.
    ///
    /// Throws `ReadError.malformed` where they are not all there.
    func data(of path: String) throws -> Data? {
        guard let stream = streams.first(where: { $0.path == path }) else { return nil }
        guard stream.size > 0 else { return Data() }
        let what = "stream \(path)"
        guard stream.size <= fields.count else {
            throw fields.malformed(at: 0, expected: "\(stream.size) bytes of \(what)", found: "a shorter file")
        }
        let bytes =
            stream.size < miniStreamCutoff
            ? try miniChain(of: stream, what) : try chain(from: stream.start, what, atMost: stream.size)
        guard bytes.count >= stream.size else {
            throw fields.malformed(at: 0, expected: "\(stream.size) bytes of \(what)", found: "\(bytes.count)")
        }
        return bytes.prefix(stream.size)
    }

    /// The fields of the stream at `path`; `nil` where there is none.
    func fields(of path: String) throws -> BinaryFields? {
        try data(of: path).map { BinaryFields(file: fields.file, data: $0, part: "stream \(path)") }
    }

    private func miniChain(of stream: Stream, _ what: String) throws -> Data {
        var bytes = Data()
        var number = stream.start
        while bytes.count < stream.size, number <= Int(Self.lastSector) {
            let place = number.multipliedReportingOverflow(by: miniSectorSize)
            guard !place.overflow, place.partialValue < miniStream.count, number < miniTable.count else {
                throw fields.malformed(
                    at: 0, expected: "small sector \(number) of \(what)", found: "a mini stream that ends before")
            }
            let start = miniStream.startIndex + place.partialValue
            bytes.append(miniStream[start..<min(start + miniSectorSize, miniStream.endIndex)])
            number = Int(miniTable[number])
        }
        return bytes
    }
}
