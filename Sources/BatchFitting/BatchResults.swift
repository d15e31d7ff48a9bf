import Foundation
import SQLiteDatabase
import Spectra

/// Files of results that batches have made.
public enum BatchResults {
    /// Writes the results at `path` as one table of comma-separated values, whole or not at all: a row for each spectrum.
    ///
    /// Throws `BatchError` where the file cannot be read, `WriteError` where the table cannot be written.
    public static func writeCSV(of path: String, to csv: String) throws {
        try read(path) { try writeCSV(of: $0, to: csv) }
    }

    /// Writes all results at `path` in a form that is the same byte for byte for the same results, however they came about.
    ///
    /// Throws `BatchError` where the file cannot be read, `WriteError` where the text cannot be written.
    public static func writeCanonicalText(of path: String, to output: String) throws {
        try read(path) { database in
            try AtomicFile.write(to: output) { append in
                try withoutActuallyEscaping(append) {
                    var text = ResultText($0)
                    try ResultCanonicalText.write(database, to: &text)
                }
            }
        }
    }

    /// The numbers of files and spectra by status in the results at `path`. Throws `BatchError`.
    public static func counts(of path: String) throws -> BatchCounts {
        var counts: BatchCounts?
        try read(path) { counts = try BatchCounts($0) }
        guard let counts else { throw BatchError.noResults(file: path, reason: "it cannot be read") }
        return counts
    }

    static func writeCSV(of database: borrowing Database, to csv: String) throws {
        let table = try ResultCSV(database)
        try AtomicFile.write(to: csv) { append in
            try withoutActuallyEscaping(append) {
                var text = ResultText($0)
                try table.write(database, to: &text)
            }
        }
    }

    /// Opens the results at `path` for reading.
    static func read(_ path: String, _ body: (borrowing Database) throws -> Void) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw BatchError.noResults(file: path, reason: "no such file")
        }
        do {
            let database = try opened(path)
            try ResultFile.check(database, path: path)
            try body(database)
        } catch let error as DatabaseError {
            throw BatchError(error, file: path)
        }
    }

    private static func opened(_ path: String) throws(DatabaseError) -> Database {
        let database = try Database(path: path, access: .read)
        do {
            _ = try database.rows("PRAGMA user_version")
            return database
        } catch  where error.kind == .readOnly {
            // A process was killed in the middle of a commit, which only those who may write can undo.
            return try Database(path: path, access: .write)
        }
    }
}
