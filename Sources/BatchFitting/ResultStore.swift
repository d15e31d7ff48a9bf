import Foundation
import SQLiteDatabase
import Spectra

/// A file of results that a batch adds to. One process at a time has it: the lock is held from opening to the end.
struct ResultStore: ~Copyable {
    private let path: String
    private let database: Database
    private let addSpectrum: Statement
    private let addCoordinate: Statement
    private let addParameter: Statement
    private let addComponent: Statement
    private let addFinding: Statement
    private let updateFile: Statement

    /// A file as the results have it.
    struct StoredFile {
        var id: Int
        var status: FileStatus
        var digest: String?
    }

    /// Opens the file at `path`, or makes it.
    ///
    /// - Parameter restart: whether results of another batch are thrown away.
    /// - Throws: `BatchError` where the file is something else, in use, or holds results of another batch.
    static func open(
        path: String, identity: BatchIdentity, shard: BatchShard, restart: Bool
    ) throws -> ResultStore {
        do {
            let database = try opened(path, identity: identity, shard: shard, restart: restart)
            return try ResultStore(database, path: path)
        } catch let error as DatabaseError {
            throw BatchError(error, file: path)
        }
    }

    private init(_ database: consuming Database, path: String) throws(DatabaseError) {
        let addSpectrum = try database.statement(ResultTable.spectrum.insertion)
        let addCoordinate = try database.statement(ResultTable.coordinate.insertion)
        let addParameter = try database.statement(ResultTable.parameter.insertion)
        let addComponent = try database.statement(ResultTable.component.insertion)
        let addFinding = try database.statement(ResultTable.finding.insertion)
        let updateFile = try database.statement(
            "UPDATE file SET sha256 = ?, format = ?, status = ?, message = ?, spectra = ?, notes = ? WHERE id = ?")
        try database.execute("BEGIN IMMEDIATE")
        self.path = path
        self.database = database
        self.addSpectrum = addSpectrum
        self.addCoordinate = addCoordinate
        self.addParameter = addParameter
        self.addComponent = addComponent
        self.addFinding = addFinding
        self.updateFile = updateFile
    }

    private static func opened(
        _ path: String, identity: BatchIdentity, shard: BatchShard, restart: Bool
    ) throws -> Database {
        let database = try Database(path: path, access: .write)
        // The lock is kept between transactions, so that no other process can come in between; it goes with the process.
        try database.execute(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; "
                + "PRAGMA cache_size = -4096; BEGIN EXCLUSIVE")
        let isEmpty = try database.rows("SELECT count(*) FROM sqlite_schema")[0][0].count == 0
        if !isEmpty {
            try ResultFile.check(database, path: path)
            if restart {
                for table in ResultTable.allCases { try database.execute("DROP TABLE IF EXISTS \(table.rawValue)") }
            } else {
                try checkSame(database, path: path, identity: identity, shard: shard)
            }
        }
        if isEmpty || restart {
            try ResultFile.create(in: database, identity: identity)
            try database.statement(ResultTable.shard.insertion)
                .run(.integer(shard.number), .integer(shard.count), .integer(0))
        }
        try database.execute("UPDATE shard SET finished = 0; COMMIT")
        return database
    }

    private static func checkSame(
        _ database: borrowing Database, path: String, identity: BatchIdentity, shard: BatchShard
    ) throws {
        var differences = try ResultFile.identity(of: database, path: path).differences(from: identity)
        let stored = try ResultFile.shard(of: database, path: path)
        if stored.shard != shard { differences.append("shard \(stored.shard) there, \(shard) here") }
        guard differences.isEmpty else { throw BatchError.differs(file: path, differences: differences) }
    }

    /// Runs `body`, whose errors become those of this file.
    private func checked<Result>(_ body: () throws(DatabaseError) -> Result) throws(BatchError) -> Result {
        do { return try body() } catch { throw BatchError(error, file: path) }
    }

    /// Lets the file grow to so many pages at most, as on a full disk.
    func limit(pages: Int) throws {
        _ = try checked { () throws(DatabaseError) in try database.rows("PRAGMA max_page_count = \(pages)") }
    }

    // MARK: - Files

    /// Enters the names, in that order, where they are not there yet, and gives what the results have of each.
    func files(_ names: [String]) throws -> [StoredFile] {
        try checked { () throws(DatabaseError) in
            let find = try database.statement("SELECT id, status, sha256 FROM file WHERE name = ?")
            let add = try database.statement("INSERT INTO file (name, status) VALUES (?, ?)")
            var files: [StoredFile] = []
            for name in names {
                try find.bind(name, at: 1)
                if try find.step() == false {
                    try add.run(.text(name), .text(FileStatus.pending.rawValue))
                    try find.bind(name, at: 1)
                    _ = try find.step()
                }
                let status = find.value(1).text.flatMap { FileStatus(rawValue: $0) } ?? .pending
                files.append(StoredFile(id: find.value(0).count ?? 0, status: status, digest: find.value(2).text))
                find.reset()
            }
            return files
        }
    }

    /// The place of the last spectrum of a file that is stored; 0 where there is none.
    func lastOrdinal(of file: Int) throws -> Int {
        let keys = SpectrumKey.keys(file: file)
        let rows = try checked { () throws(DatabaseError) in
            try database.rows(
                "SELECT max(id) FROM spectrum WHERE id BETWEEN ? AND ?",
                [.integer(keys.lowerBound), .integer(keys.upperBound)])
        }
        return rows[0][0].count.map { SpectrumKey.ordinal($0) } ?? 0
    }

    /// Begins a file anew: nothing is stored of it but that its content has this digest.
    func begin(file: Int, digest: String?) throws {
        try checked { () throws(DatabaseError) in
            let keys = SpectrumKey.keys(file: file)
            for table in [.spectrum] + ResultTable.parts {
                let column = table == .spectrum ? "id" : "spectrum"
                try database.statement("DELETE FROM \(table.rawValue) WHERE \(column) BETWEEN ? AND ?")
                    .run(.integer(keys.lowerBound), .integer(keys.upperBound))
            }
        }
        try set(file: file, digest: digest, outcome: FileOutcome(status: .pending))
    }

    /// Stores what became of a file.
    func set(file: Int, digest: String?, outcome: FileOutcome) throws {
        try checked { () throws(DatabaseError) in
            let isKnown = outcome.status != .pending
            try updateFile.bind(digest, at: 1)
            try updateFile.bind(outcome.format, at: 2)
            try updateFile.bind(outcome.status.rawValue, at: 3)
            try updateFile.bind(outcome.message, at: 4)
            try updateFile.bind(isKnown ? outcome.count : nil, at: 5)
            try updateFile.bind(outcome.notes.isEmpty ? nil : outcome.notes.joined(separator: "\n"), at: 6)
            try updateFile.bind(file, at: 7)
            try updateFile.run()
        }
    }

    // MARK: - Spectra

    /// Stores one spectrum.
    func add(_ record: SpectrumRecord, file: Int) throws {
        try checked { () throws(DatabaseError) in
            let key = SpectrumKey.key(file: file, ordinal: record.ordinal)
            try addSpectrum(record, key: key, file: file)
            for (index, coordinate) in record.coordinates.enumerated() {
                try addCoordinate.bind(key, at: 1)
                try addCoordinate.bind(index + 1, at: 2)
                try addCoordinate.bind(coordinate.variable.name, at: 3)
                try addCoordinate.bind(coordinate.variable.unit, at: 4)
                try addCoordinate.bind(coordinate.value, at: 5)
                try addCoordinate.run()
            }
            for (index, finding) in record.findings.enumerated() {
                try addFinding.bind(key, at: 1)
                try addFinding.bind(index + 1, at: 2)
                try addFinding.bind(finding.rule, at: 3)
                try addFinding.bind(finding.severity.rawValue, at: 4)
                try addFinding.bind(finding.message, at: 5)
                try addFinding.bind(finding.subject, at: 6)
                try addFinding.run()
            }
            guard let fit = record.fit else { return }
            for (index, parameter) in fit.parameters.enumerated() {
                try addParameter.bind(key, at: 1)
                try addParameter.bind(index + 1, at: 2)
                try addParameter.bind(parameter.name, at: 3)
                try addParameter.bind(parameter.quantity, at: 4)
                try addParameter.bind(parameter.isAtBound ? 1 : 0, at: 6)
                try addParameter.run()
            }
            for (index, entry) in fit.components.enumerated() {
                try addComponent.bind(key, at: 1)
                try addComponent.bind(index + 1, at: 2)
                try addComponent.bind(entry.component.name, at: 3)
                try addComponent.bind(entry.component.level?.description, at: 4)
                try addComponent.bind(entry.component.line, at: 5)
                try addComponent.bind(entry.component.shape, at: 6)
                try addComponent.bind(entry.component.position, at: 7)
                try addComponent.bind(entry.component.fwhm, at: 9)
                try addComponent.bind(entry.component.trueFWHM, at: 11)
                try addComponent.bind(entry.component.area, at: 13)
                try addComponent.bind(entry.component.fraction, at: 15)
                try addComponent.bind(entry.atomicPercent, at: 17)
                try addComponent.run()
            }
        }
    }

    private func addSpectrum(_ record: SpectrumRecord, key: Int, file: Int) throws(DatabaseError) {
        let fit = record.fit
        try addSpectrum.bind(key, at: 1)
        try addSpectrum.bind(file, at: 2)
        try addSpectrum.bind(record.ordinal, at: 3)
        try addSpectrum.bind(record.number, at: 4)
        try addSpectrum.bind(record.slice, at: 5)
        try addSpectrum.bind(record.name, at: 6)
        try addSpectrum.bind(record.sample, at: 7)
        try addSpectrum.bind(fit?.level?.description, at: 8)
        try addSpectrum.bind(record.status.rawValue, at: 9)
        try addSpectrum.bind(record.message, at: 10)
        try addSpectrum.bind(fit?.statistics.points, at: 11)
        try addSpectrum.bind(fit?.statistics.freeParameters, at: 12)
        try addSpectrum.bind(fit.map { max(1, $0.statistics.points - $0.statistics.freeParameters) }, at: 13)
        try addSpectrum.bind(fit?.statistics.chi2, at: 14)
        try addSpectrum.bind(fit?.statistics.reducedChi2, at: 15)
        try addSpectrum.bind(fit?.statistics.abbe, at: 16)
        try addSpectrum.bind(fit?.convergence.evaluations, at: 17)
        try addSpectrum.bind(fit?.convergence.starts, at: 18)
        try addSpectrum.bind(fit?.window.lowerBound, at: 19)
        try addSpectrum.bind(fit?.window.upperBound, at: 20)
        try addSpectrum.bind(fit?.shift, at: 21)
        try addSpectrum.bind(fit?.unit.rawValue, at: 23)
        try addSpectrum.run()
    }

    // MARK: - The whole

    /// Makes all that was stored so far last, whatever happens next.
    func commit() throws { try checked { () throws(DatabaseError) in try database.execute("COMMIT; BEGIN IMMEDIATE") } }

    /// Enters a session and gives its key.
    func begin(_ session: BatchSession) throws -> Int {
        try checked { () throws(DatabaseError) in
            try database.statement(ResultTable.session.insertion).run(
                .text(session.started), .null, .text(session.host), .text(session.folder), .text(session.command),
                .integer(session.threads), .null)
            return try database.rows("SELECT last_insert_rowid()")[0][0].count ?? 0
        }
    }

    /// Ends the session of that key, and the batch where all of it is done.
    func end(session: Int, at time: String, spectra: Int, isFinished: Bool) throws {
        try checked { () throws(DatabaseError) in
            try database.statement("UPDATE session SET ended = ?, spectra = ? WHERE rowid = ?")
                .run(.text(time), .integer(spectra), .integer(session))
            try database.statement("UPDATE shard SET finished = ?").run(.integer(isFinished ? 1 : 0))
        }
        try commit()
    }

    /// The numbers of files and spectra by status.
    func counts() throws -> BatchCounts { try checked { () throws(DatabaseError) in try BatchCounts(database) } }

    /// Runs `body` on the database, for exports.
    func read(_ body: (borrowing Database) throws -> Void) throws {
        do { try body(database) } catch let error as DatabaseError { throw BatchError(error, file: path) }
    }
}

extension Statement {
    /// Binds value and standard uncertainty at two places that follow one another.
    fileprivate func bind(_ quantity: Measured?, at place: Int) throws(DatabaseError) {
        try bind(quantity?.value, at: place)
        try bind(quantity?.standardUncertainty, at: place + 1)
    }
}
