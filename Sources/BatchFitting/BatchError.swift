import SQLiteDatabase

/// Why a batch could not be begun or went no further, or shards could not be merged. What is wrong with single files and
/// spectra is no such error: it is recorded with the results.
public enum BatchError: Error, Sendable, Hashable {
    /// The file that results should go to holds something else.
    case noResults(file: String, reason: String)
    /// The file holds results that were made with something else.
    case differs(file: String, differences: [String])
    /// Another process is writing to the file.
    case locked(file: String)
    /// The database cannot be read or written.
    case database(file: String, DatabaseError)
    /// Shards do not make a whole.
    case shards(String)
}

extension BatchError: CustomStringConvertible {
    /// One or two sentences for a person.
    public var description: String {
        switch self {
        case .noResults(let file, let reason): "\(file): no results of a batch: \(reason)"
        case .differs(let file, let differences):
            "\(file): holds results of another batch: \(differences.joined(separator: "; "))"
        case .locked(let file): "\(file): another process is writing to it"
        case .database(let file, let error): "\(file): \(error)"
        case .shards(let what): what
        }
    }
}
