import Foundation
import SQLiteDatabase
import Testing

/// The wrapper of SQLite: what goes in comes out, and every refusal is an error of the right kind.
@Suite("SQLite databases")
struct DatabaseTests {
    private func inTemporaryFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func kind(_ body: () throws -> Void) -> DatabaseError.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? DatabaseError)?.kind
        }
    }

    @Test("values of every kind come back as they were")
    func values() throws {
        try inTemporaryFolder { folder in
            let values: [DatabaseValue] = [
                .integer(.max), .integer(.min), .real(0.1 + 0.2), .real(.leastNonzeroMagnitude), .real(-.infinity),
                .text(""), .text("S 2p\u{0301} \"'\n"), .bytes(Data([0, 255, 0])), .null,
            ]
            let database = try Database(path: "\(folder)/a.sqlite", access: .write)
            try database.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, v)")
            let add = try database.statement("INSERT INTO t VALUES (?, ?)")
            for (index, value) in values.enumerated() { try add.run(.integer(index), value) }
            #expect(try database.rows("SELECT v FROM t ORDER BY n").map { $0[0] } == values)
            // Not a number has no place in SQL.
            try add.run(.integer(99), .real(.nan))
            #expect(try database.rows("SELECT v FROM t WHERE n = ?", [.integer(99)]) == [[.null]])
        }
    }

    @Test("refusals are told apart")
    func refusals() throws {
        try inTemporaryFolder { folder in
            #expect(kind { _ = try Database(path: "\(folder)/none.sqlite", access: .read) } == .cannotOpen)
            #expect(kind { _ = try Database(path: "\(folder)/no/none.sqlite", access: .write) } == .cannotOpen)
            #expect(kind { _ = try Database(path: folder, access: .write) } == .cannotOpen)
            let path = "\(folder)/a.sqlite"
            let first = try Database(path: path, access: .write)
            try first.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b)")
            #expect(kind { try first.execute("SELECT nothing FROM t") } == .other)
            try first.execute("INSERT INTO t VALUES (1, 2)")
            #expect(kind { try first.execute("INSERT INTO t VALUES (1, 3)") } == .constraint)
            let second = try Database(path: path, access: .write)
            try first.execute("BEGIN EXCLUSIVE")
            #expect(kind { _ = try second.rows("SELECT * FROM t") } == .busy)
            try first.execute("COMMIT")
            let reader = try Database(path: path, access: .read)
            #expect(kind { try reader.execute("DELETE FROM t") } == .readOnly)
            #expect(try reader.rows("SELECT b FROM t") == [[.integer(2)]])
            _ = try first.rows("PRAGMA max_page_count = 3")
            #expect(
                kind {
                    let add = try first.statement("INSERT INTO t (b) VALUES (?)")
                    for _ in 0..<100 { try add.run(.bytes(Data(count: 1000))) }
                } == .full)
            try "no database, but long enough to be taken for one".write(
                toFile: "\(folder)/b.sqlite", atomically: true, encoding: .utf8)
            let other = try Database(path: "\(folder)/b.sqlite", access: .read)
            #expect(kind { _ = try other.rows("SELECT * FROM sqlite_schema") } == .damaged)
        }
    }

    @Test("a statement can run again, and outlive its connection")
    func statements() throws {
        func made(_ path: String) throws -> Statement {
            let database = try Database(path: path, access: .write)
            try database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
            return try database.statement("SELECT a FROM t WHERE a > ? ORDER BY a")
        }
        try inTemporaryFolder { folder in
            let select = try made("\(folder)/a.sqlite")
            for (bound, expected) in [(1, [2, 3]), (2, [3]), (3, []), (0, [1, 2, 3])] {
                try select.bind(bound, at: 1)
                var found: [Int] = []
                while try select.step() { found.append(select.value(0).count ?? -1) }
                #expect(found == expected)
            }
        }
    }

    @Test("a query without end is stopped")
    func endless() throws {
        try inTemporaryFolder { folder in
            let database = try Database(path: "\(folder)/a.sqlite", access: .write)
            let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
            #expect(
                kind {
                    try database.limited(toSteps: 1_000_000) { () throws(DatabaseError) in
                        _ = try database.rows(endless)
                    }
                } != nil)
            #expect(try database.rows("SELECT 1") == [[.integer(1)]])
        }
    }
}
