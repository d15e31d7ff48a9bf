internal import CSQLite
internal import CZlib
import Foundation
import Spectra

/// A database of SQLite 3, read from the bytes of a file, which is never written to.
///
/// Damaged and hostile files are SQLite's to detect; beyond that the schema is not trusted, no statement may run for longer
/// than a bounded number of steps, and no value may be longer than the file.
struct SQLiteFile: ~Copyable {
    /// A value of a row.
    enum Value: Sendable, Hashable {
        case null
        case integer(Int)
        case real(Double)
        case text(String)
        case bytes(Data)

        /// The number, where it is one.
        var number: Double? {
            switch self {
            case .integer(let value): Double(value)
            case .real(let value): value.isFinite ? value : nil
            default: nil
            }
        }

        /// The whole number, where it is one.
        var count: Int? {
            if case .integer(let value) = self { value } else { nil }
        }

        /// The text, where it is one.
        var text: String? {
            if case .text(let value) = self { value } else { nil }
        }

        /// The bytes, where there are any.
        var bytes: Data? {
            if case .bytes(let value) = self { value } else { nil }
        }
    }

    static let signature = Data("SQLite format 3\0".utf8)
    /// Steps of SQLite's machine between two calls of the watch, and how many calls a statement may have.
    private static let watchInterval: Int32 = 100_000
    private static let watches = 500

    private let database: OpaquePointer
    private let path: String

    /// Opens `content`. Throws `ReadError.malformed` where it is no such database.
    init(_ content: FileContent) throws {
        database = try Self.open(content)
        path = content.path
    }

    private static func open(_ content: FileContent) throws -> OpaquePointer {
        var handle: OpaquePointer?
        let opened = sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard opened == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw ReadError.unreadable(file: content.path, reason: "SQLite could not be started (\(opened))")
        }
        let count = content.data.count
        // SQLite frees this copy with the connection.
        guard let memory = sqlite3_malloc64(UInt64(max(count, 1))) else {
            sqlite3_close_v2(handle)
            throw ReadError.unreadable(file: content.path, reason: "there is not enough memory for its \(count) bytes")
        }
        let bytes = memory.assumingMemoryBound(to: UInt8.self)
        content.data.copyBytes(to: bytes, count: count)
        let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY)
        guard sqlite3_deserialize(handle, "main", bytes, Int64(count), Int64(count), flags) == SQLITE_OK else {
            sqlite3_close_v2(handle)
            throw ReadError.malformed(
                file: content.path, place: .whole, expected: "a database that SQLite can open", found: "other bytes")
        }
        _ = csqlite_defend(handle)
        _ = csqlite_distrust_schema(handle)
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(clamping: max(count, 1 << 16)))
        return handle
    }

    deinit { sqlite3_close_v2(database) }

    private func failure(_ expected: String) -> ReadError {
        let message = sqlite3_errmsg(database).map { String(cString: $0) } ?? "an unknown error"
        return .malformed(file: path, place: .whole, expected: expected, found: "SQLite's message \"\(message)\"")
    }

    /// All rows of a query; `arguments` take the places of its question marks.
    func rows(_ query: String, _ arguments: Int...) throws -> [[Value]] {
        var calls = 0
        return try withUnsafeMutablePointer(to: &calls) { calls in
            sqlite3_progress_handler(
                database, Self.watchInterval,
                { context in
                    guard let calls = context?.assumingMemoryBound(to: Int.self) else { return 1 }
                    calls.pointee += 1
                    return calls.pointee > SQLiteFile.watches ? 1 : 0
                }, calls)
            defer { sqlite3_progress_handler(database, 0, nil, nil) }
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK, let statement else {
                throw failure("the tables of the format (\(query))")
            }
            for (place, argument) in arguments.enumerated() {
                sqlite3_bind_int64(statement, Int32(place + 1), Int64(argument))
            }
            var rows: [[Value]] = []
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { value(statement, $0) })
                case SQLITE_DONE: return rows
                default: throw failure("rows that can be read (\(query))")
                }
            }
        }
    }

    private func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT: return .text(sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "")
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            guard let bytes = sqlite3_column_blob(statement, column), count > 0 else { return .bytes(Data()) }
            return .bytes(Data(bytes: bytes, count: count))
        default: return .null
        }
    }
}

/// Data compressed by zlib.
enum Zlib {
    /// The data that `data` was compressed from; `nil` unless it is a whole zlib stream of exactly `count` bytes.
    static func inflated(_ data: Data, count: Int) -> Data? {
        guard count > 0, count < 1 << 30, data.count < 1 << 30 else { return nil }
        var result = Data(count: count)
        var length = uLongf(count)
        let status = result.withUnsafeMutableBytes { target in
            data.withUnsafeBytes { source in
                uncompress(
                    target.baseAddress?.assumingMemoryBound(to: Bytef.self), &length,
                    source.baseAddress?.assumingMemoryBound(to: Bytef.self), uLong(data.count))
            }
        }
        return status == Z_OK && Int(length) == count ? result : nil
    }
}
