internal import CSQLite
import Foundation

/// A connection to a database of SQLite 3. Every status that SQLite returns is checked and becomes a `DatabaseError`.
///
/// A connection belongs to one thread at a time.
public struct Database: ~Copyable {
    /// What a connection may do.
    public enum Access: Sendable, Hashable {
        /// Read a database that is there.
        case read
        /// Read and write; the file is made where there is none.
        case write
    }

    private let handle: OpaquePointer

    /// The version of the SQLite library, as "3.40.1".
    public static var libraryVersion: String { String(cString: sqlite3_libversion()) }

    /// Opens the file at `path`.
    public init(path: String, access: Access) throws(DatabaseError) {
        let flags = access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        handle = try Self.open(path, flags: flags)
    }

    /// Reads a database from `bytes`, which nobody vouches for: its schema is not trusted, it cannot be written to, and
    /// no value may be longer than it.
    public init(untrusted bytes: Data) throws(DatabaseError) {
        let handle = try Self.open(":memory:", flags: SQLITE_OPEN_READWRITE)
        do {
            try Self.deserialize(bytes, into: handle)
        } catch {
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
    }

    private static func open(_ path: String, flags: Int32) throws(DatabaseError) -> OpaquePointer {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let error = handle.map { Self.error(code, of: $0) }
            sqlite3_close_v2(handle)
            throw error ?? DatabaseError(code: code, message: "SQLite could not be started")
        }
        return handle
    }

    private static func deserialize(_ bytes: Data, into handle: OpaquePointer) throws(DatabaseError) {
        let count = bytes.count
        // SQLite frees this copy with the connection.
        guard let memory = sqlite3_malloc64(UInt64(max(count, 1))) else {
            throw DatabaseError(code: SQLITE_NOMEM, message: "there is not enough memory for its \(count) bytes")
        }
        let copy = memory.assumingMemoryBound(to: UInt8.self)
        bytes.copyBytes(to: copy, count: count)
        let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY)
        for code in [
            sqlite3_deserialize(handle, "main", copy, Int64(count), Int64(count), flags),
            csqlite_defend(handle), csqlite_distrust_schema(handle),
        ] where code != SQLITE_OK {
            throw error(code, of: handle)
        }
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(clamping: max(count, 1 << 16)))
    }

    // With statements alive the connection closes after the last of them.
    deinit { sqlite3_close_v2(handle) }

    static func error(_ code: Int32, of handle: OpaquePointer?) -> DatabaseError {
        let message = sqlite3_errmsg(handle).map { String(cString: $0) } ?? "an unknown error"
        return DatabaseError(code: code, message: message)
    }

    /// Runs one or several statements without values and rows.
    public func execute(_ sql: String) throws(DatabaseError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw Self.error(code, of: handle) }
    }

    /// A compiled statement.
    public func statement(_ sql: String) throws(DatabaseError) -> Statement { try Statement(sql, of: handle) }

    /// All rows of a query; `arguments` take the places of its question marks.
    public func rows(_ sql: String, _ arguments: [DatabaseValue] = []) throws(DatabaseError) -> [[DatabaseValue]] {
        let statement = try statement(sql)
        for (index, argument) in arguments.enumerated() { try statement.bind(argument, at: index + 1) }
        var rows: [[DatabaseValue]] = []
        while try statement.step() { rows.append(statement.row) }
        return rows
    }

    /// Runs `body`, in which no statement may take more than about `steps` steps of SQLite's machine: a made-up database
    /// can hold a view that never ends. Such a statement fails.
    public func limited<Result>(
        toSteps steps: Int, _ body: () throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        var remaining = max(1, steps / Int(Self.watchInterval))
        return try withUnsafeMutablePointer(to: &remaining) { remaining throws(DatabaseError) -> Result in
            sqlite3_progress_handler(
                handle, Self.watchInterval,
                { context in
                    guard let remaining = context?.assumingMemoryBound(to: Int.self) else { return 1 }
                    remaining.pointee -= 1
                    return remaining.pointee < 0 ? 1 : 0
                }, remaining)
            defer { sqlite3_progress_handler(handle, 0, nil, nil) }
            return try body()
        }
    }

    /// Steps of SQLite's machine between two looks at the limit.
    private static let watchInterval: Int32 = 100_000
}
