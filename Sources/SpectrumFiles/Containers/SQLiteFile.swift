internal import CZlib
import Foundation
import SQLiteDatabase
import Spectra

/// A database of SQLite 3, read from the bytes of a file, which is never written to.
///
/// Damaged and hostile files are SQLite's to detect; beyond that the schema is not trusted, no statement may run for longer
/// than a bounded number of steps, and no value may be longer than the file.
struct SQLiteFile: ~Copyable {
    typealias Value = DatabaseValue

    static let signature = Data("SQLite format 3\0".utf8)
    /// Steps of SQLite's machine that a statement may take.
    private static let mostSteps = 50_000_000

    private let database: Database
    private let path: String

    /// Opens `content`. Throws `ReadError.malformed` where it is no such database.
    init(_ content: FileContent) throws {
        path = content.path
        do {
            database = try Database(untrusted: content.data)
        } catch {
            throw Self.failure(error, path: content.path, expected: "a database that SQLite can open")
        }
    }

    private static func failure(_ error: DatabaseError, path: String, expected: String) -> ReadError {
        .malformed(file: path, place: .whole, expected: expected, found: "SQLite's message \"\(error.message)\"")
    }

    /// All rows of a query; `arguments` take the places of its question marks.
    func rows(_ query: String, _ arguments: Int...) throws -> [[Value]] {
        do {
            return try database.limited(toSteps: Self.mostSteps) { () throws(DatabaseError) in
                try database.rows(query, arguments.map { .integer($0) })
            }
        } catch {
            throw Self.failure(error, path: path, expected: "rows that can be read (\(query))")
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
