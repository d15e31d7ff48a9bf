internal import CSQLite

/// Why SQLite refused something.
public struct DatabaseError: Error, Sendable, Hashable {
    /// What a caller may want to tell apart.
    public enum Kind: Sendable, Hashable {
        /// Another connection holds the lock.
        case busy
        /// The disk, or the size that the database may have, is full.
        case full
        /// The file, or the folder in which SQLite needs a journal, cannot be written to.
        case readOnly
        /// The file cannot be opened or made.
        case cannotOpen
        /// The bytes are no database, or a damaged one.
        case damaged
        /// A rule of the schema, such as a unique key, forbids it.
        case constraint
        /// Reading or writing failed in the system.
        case system
        /// Anything else, such as a statement that the schema does not know.
        case other
    }

    /// What it is.
    public var kind: Kind
    /// SQLite's result code, the extended one where there is one (https://www.sqlite.org/rescode.html).
    public var code: Int32
    /// SQLite's message.
    public var message: String

    /// The error of that result code.
    init(code: Int32, message: String) {
        self.code = code
        self.message = message
        kind =
            switch code & 0xFF {
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_FULL: .full
            case SQLITE_READONLY, SQLITE_PERM: .readOnly
            case SQLITE_CANTOPEN: .cannotOpen
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .damaged
            case SQLITE_CONSTRAINT: .constraint
            case SQLITE_IOERR: .system
            default: .other
            }
    }
}

extension DatabaseError: CustomStringConvertible {
    /// SQLite's message with its code.
    public var description: String { "\(message) (SQLite \(code))" }
}
