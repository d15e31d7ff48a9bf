import SQLiteDatabase

/// What can be told of a file of results before its results are looked at.
enum ResultFile {
    /// Makes the tables in an empty database and enters what the results are made with.
    static func create(in database: borrowing Database, identity: BatchIdentity) throws(DatabaseError) {
        try database.execute(
            "PRAGMA application_id = \(ResultTable.application); PRAGMA user_version = \(ResultTable.version)")
        for table in ResultTable.allCases { try database.execute(table.creation) }
        try database.statement(ResultTable.run.insertion).run(
            .text(identity.program), .text(identity.recipeDigest), .text(identity.selection), .text(identity.reading),
            .text(identity.arithmetic))
        try database.statement(ResultTable.recipe.insertion).run(.text(identity.recipeDigest), .text(identity.recipe))
    }

    /// Throws `BatchError.noResults` unless the database holds results in tables of this version.
    static func check(_ database: borrowing Database, path: String) throws {
        guard try database.rows("PRAGMA application_id")[0][0].count == ResultTable.application else {
            throw BatchError.noResults(file: path, reason: "it is another database of SQLite")
        }
        let version = try database.rows("PRAGMA user_version")[0][0].count ?? 0
        guard version == ResultTable.version else {
            throw BatchError.noResults(
                file: path,
                reason: "its tables are of version \(version), this program knows version \(ResultTable.version)")
        }
    }

    /// What the results were made with.
    static func identity(of database: borrowing Database, path: String) throws -> BatchIdentity {
        let rows = try database.rows(
            "SELECT program, recipe, selection, reading, arithmetic, yaml FROM run JOIN recipe ON recipe = sha256")
        let texts = rows.first?.compactMap(\.text) ?? []
        guard rows.count == 1, texts.count == 6 else {
            throw BatchError.noResults(file: path, reason: "it does not say what its results were made with")
        }
        return BatchIdentity(
            program: texts[0], recipe: texts[5], recipeDigest: texts[1], selection: texts[2], reading: texts[3],
            arithmetic: texts[4])
    }

    /// Which part of a batch it is, and whether all of that is done.
    static func shard(of database: borrowing Database, path: String) throws -> (shard: BatchShard, isFinished: Bool) {
        let rows = try database.rows("SELECT number, count, finished FROM shard")
        guard let row = rows.first, rows.count == 1, let number = row[0].count, let count = row[1].count,
            let shard = BatchShard(number: number, of: count)
        else { throw BatchError.noResults(file: path, reason: "it does not say which part of a batch it is") }
        return (shard, row[2].count == 1)
    }
}

extension BatchError {
    /// An error of SQLite in words that fit a file of results.
    init(_ error: DatabaseError, file: String) {
        self =
            switch error.kind {
            case .busy: .locked(file: file)
            case .damaged: .noResults(file: file, reason: error.message)
            default: .database(file: file, error)
            }
    }
}
