import Foundation
import SQLiteDatabase
import Spectra

extension BatchResults {
    /// Puts the results of all shards of a batch together: the same results as one run over everything gives.
    ///
    /// - Parameters:
    ///   - shards: the files of results of shards 1 to n, in any order.
    ///   - output: the file to make, whole or not at all. One that is there is replaced if it holds results of the same
    ///     recipe and program.
    /// - Throws: `BatchError` where a shard is missing, there twice, not finished, or of another recipe, program or set of
    ///   files; `WriteError` where the output cannot be written.
    public static func merge(_ shards: [String], into output: String) throws {
        let sources = try checkedSources(shards)
        guard let first = sources.first else { throw BatchError.shards("there is no shard to merge") }
        if FileManager.default.fileExists(atPath: output) {
            try read(output) { database in
                let differences = try ResultFile.identity(of: database, path: output)
                    .differences(from: first.identity)
                guard differences.isEmpty else { throw BatchError.differs(file: output, differences: differences) }
            }
        }
        try AtomicFile.write(to: output) { (temporary: String) in
            do {
                let merged = try Database(path: temporary, access: .write)
                // What is under a temporary name may be lost with the process.
                try merged.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096")
                try ResultFile.create(in: merged, identity: first.identity)
                try merged.statement(ResultTable.shard.insertion).run(.integer(1), .integer(1), .integer(1))
                for source in sources { try copy(source, into: merged, copiesFiles: source.shard == first.shard) }
                try checkComplete(merged)
            } catch let error as DatabaseError {
                throw BatchError.database(file: output, error)
            }
        }
    }

    private struct Source {
        var path: String
        var shard: BatchShard
        var identity: BatchIdentity
        /// The files as one text, to be compared.
        var files: [[DatabaseValue]]
    }

    /// The shards in the order of their numbers, which go together and are all there.
    private static func checkedSources(_ paths: [String]) throws -> [Source] {
        var sources: [Source] = []
        for path in paths {
            try read(path) { database in
                let (shard, isFinished) = try ResultFile.shard(of: database, path: path)
                guard isFinished else {
                    throw BatchError.shards("\(path): shard \(shard) is not finished; run it again to go on")
                }
                if let other = sources.first(where: { $0.shard == shard }) {
                    throw BatchError.shards("\(path): is shard \(shard), as is \(other.path)")
                }
                sources.append(
                    Source(
                        path: path, shard: shard, identity: try ResultFile.identity(of: database, path: path),
                        files: try database.rows("SELECT * FROM file ORDER BY name")))
            }
        }
        sources.sort { $0.shard.number < $1.shard.number }
        guard let first = sources.first else { return [] }
        for source in sources {
            guard source.shard.count == first.shard.count else {
                throw BatchError.shards(
                    "\(source.path): is shard \(source.shard), but \(first.path) is shard \(first.shard)")
            }
            let differences = first.identity.differences(from: source.identity)
            guard differences.isEmpty else {
                throw BatchError.differs(
                    file: first.path,
                    differences: differences.map { $0.replacingOccurrences(of: " here", with: " in \(source.path)") })
            }
            guard source.files == first.files else {
                throw BatchError.shards(
                    "\(source.path): \(difference(source.files, first.files)) in \(first.path): shards of a batch are "
                        + "made from the same files")
            }
        }
        let missing = Set(1...first.shard.count).subtracting(sources.map(\.shard.number)).sorted()
        guard missing.isEmpty else {
            let list = missing.prefix(10).map(String.init).joined(separator: ", ")
            throw BatchError.shards(
                "of \(first.shard.count) shards \(missing.count) \(missing.count == 1 ? "is" : "are") missing: \(list)"
                    + (missing.count > 10 ? " ..." : ""))
        }
        return sources
    }

    /// In words the first difference between the files of two shards.
    private static func difference(_ files: [[DatabaseValue]], _ others: [[DatabaseValue]]) -> String {
        let pair = zip(files, others).first { $0 != $1 }
        guard let pair else { return "has \(files.count) files, and there are \(others.count)" }
        let name = pair.0[1].text ?? ""
        return pair.0[1] == pair.1[1] ? "the file \(name) is another than" : "has the file \(name), which is not"
    }

    private static func copy(
        _ source: Source, into merged: borrowing Database, copiesFiles: Bool
    ) throws(DatabaseError) {
        try merged.statement("ATTACH ? AS shard").run(.text(source.path))
        var tables = [.spectrum] + ResultTable.parts + [.session]
        if copiesFiles { tables.insert(.file, at: 0) }
        try merged.execute("BEGIN")
        for table in tables {
            let order = table == .session ? "rowid" : "1" + (ResultTable.parts.contains(table) ? ", 2" : "")
            try merged.execute(
                "INSERT INTO main.\(table.rawValue) SELECT * FROM shard.\(table.rawValue) ORDER BY \(order)")
        }
        try merged.execute("COMMIT; DETACH shard")
    }

    /// Throws unless each file has all the spectra that were chosen of it.
    private static func checkComplete(_ merged: borrowing Database) throws {
        let rows = try merged.rows(
            """
            SELECT name, spectra, (SELECT count(*) FROM spectrum WHERE id BETWEEN file.id << 32 AND file.id << 32 | 4294967295)
            FROM file
            """)
        for row in rows where row[1] != row[2] {
            throw BatchError.shards(
                "\(row[0].text ?? ""): \(row[1].count ?? 0) spectra were chosen, the shards hold \(row[2].count ?? 0)")
        }
    }
}
