internal import CSQLite
import Foundation

/// A statement of SQL that SQLite has compiled: bind the values of its question marks, step through its rows, reset.
///
/// Places of question marks count from 1, columns from 0, as in SQLite.
public struct Statement: ~Copyable {
    private let handle: OpaquePointer

    init(_ sql: String, of database: OpaquePointer) throws(DatabaseError) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v2(database, sql, -1, &handle, nil)
        guard code == SQLITE_OK else { throw Database.error(code, of: database) }
        guard let handle else { throw DatabaseError(code: SQLITE_MISUSE, message: "an empty statement") }
        self.handle = handle
    }

    // A connection outlives its statements: SQLite keeps a closed one until the last of them is gone.
    deinit { sqlite3_finalize(handle) }

    private func check(_ code: Int32) throws(DatabaseError) {
        guard code == SQLITE_OK else { throw Database.error(code, of: sqlite3_db_handle(handle)) }
    }

    /// Binds a whole number, or null.
    public func bind(_ value: Int?, at place: Int) throws(DatabaseError) {
        let place = Int32(truncatingIfNeeded: place)
        try check(value.map { sqlite3_bind_int64(handle, place, Int64($0)) } ?? sqlite3_bind_null(handle, place))
    }

    /// Binds a number, or null, which also stands for what is not a number.
    public func bind(_ value: Double?, at place: Int) throws(DatabaseError) {
        let place = Int32(truncatingIfNeeded: place)
        try check(value.map { sqlite3_bind_double(handle, place, $0) } ?? sqlite3_bind_null(handle, place))
    }

    /// Binds a text, or null.
    public func bind(_ value: String?, at place: Int) throws(DatabaseError) {
        let place = Int32(truncatingIfNeeded: place)
        guard var value else { return try check(sqlite3_bind_null(handle, place)) }
        let code = value.withUTF8 { bytes -> Int32 in
            guard let size = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
            guard let base = bytes.baseAddress else { return csqlite_bind_text(handle, place, "", 0) }
            return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                csqlite_bind_text(handle, place, $0, size)
            }
        }
        try check(code)
    }

    /// Binds a value of any kind.
    public func bind(_ value: DatabaseValue, at place: Int) throws(DatabaseError) {
        switch value {
        case .null: try bind(nil as Int?, at: place)
        case .integer(let number): try bind(number, at: place)
        case .real(let number): try bind(number, at: place)
        case .text(let text): try bind(text, at: place)
        case .bytes(let data):
            guard let size = Int32(exactly: data.count) else {
                throw DatabaseError(code: SQLITE_TOOBIG, message: "too many bytes for one value")
            }
            try check(
                data.withUnsafeBytes {
                    csqlite_bind_bytes(handle, Int32(truncatingIfNeeded: place), $0.baseAddress, size)
                })
        }
    }

    /// Goes to the next row; false where there is none, and the statement is then ready to run again.
    public func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code:
            let error = Database.error(code, of: sqlite3_db_handle(handle))
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Ends a walk through rows before the last of them.
    public func reset() { sqlite3_reset(handle) }

    /// Runs a statement without rows, with `values` for its question marks.
    public func run(_ values: DatabaseValue...) throws(DatabaseError) {
        for (index, value) in values.enumerated() { try bind(value, at: index + 1) }
        while try step() {}
    }

    /// The number of columns of a row.
    public var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// The value of a column of the row stepped to.
    public func value(_ column: Int) -> DatabaseValue {
        let column = Int32(truncatingIfNeeded: column)
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(handle, column)))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT: return .text(sqlite3_column_text(handle, column).map { String(cString: $0) } ?? "")
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(handle, column))
            guard let bytes = sqlite3_column_blob(handle, column), count > 0 else { return .bytes(Data()) }
            return .bytes(Data(bytes: bytes, count: count))
        default: return .null
        }
    }

    /// The row stepped to.
    public var row: [DatabaseValue] { (0..<columnCount).map { value($0) } }
}
