import SQLiteDatabase

/// The tables of a file of results: the one place that their columns are stated. `docs/batch.md` says what they mean.
enum ResultTable: String, CaseIterable {
    // What the results were made with, and the results.
    case run, recipe, file, spectrum, coordinate, parameter, component, finding
    // How this file came about: times, machines, parts. They differ from run to run and are no results.
    case shard, session

    /// Marks a file of results (`PRAGMA application_id`): the bytes "IPhB".
    static let application = 0x4950_6842
    /// The version of the tables (`PRAGMA user_version`).
    static let version = 1

    /// The tables with a row, or several, for each spectrum below that of the spectrum itself.
    static let parts: [ResultTable] = [.coordinate, .parameter, .component, .finding]

    /// The columns with their types.
    var columns: [(name: String, type: String)] {
        switch self {
        case .run:
            [
                ("program", "TEXT NOT NULL"), ("recipe", "TEXT NOT NULL"), ("selection", "TEXT NOT NULL"),
                ("reading", "TEXT NOT NULL"), ("arithmetic", "TEXT NOT NULL"),
            ]
        case .recipe: [("sha256", "TEXT PRIMARY KEY"), ("yaml", "TEXT NOT NULL")]
        case .file:
            [
                ("id", "INTEGER PRIMARY KEY"), ("name", "TEXT NOT NULL UNIQUE"), ("sha256", "TEXT"), ("format", "TEXT"),
                ("status", "TEXT NOT NULL"), ("message", "TEXT"), ("spectra", "INTEGER"), ("notes", "TEXT"),
            ]
        case .spectrum:
            [
                ("id", "INTEGER PRIMARY KEY"), ("file", "INTEGER NOT NULL"), ("ordinal", "INTEGER NOT NULL"),
                ("number", "INTEGER NOT NULL"), ("slice", "INTEGER"), ("name", "TEXT NOT NULL"), ("sample", "TEXT"),
                ("level", "TEXT"), ("status", "TEXT NOT NULL"), ("message", "TEXT"), ("points", "INTEGER"),
                ("free_parameters", "INTEGER"), ("dof", "INTEGER"), ("chi2", "REAL"), ("reduced_chi2", "REAL"),
                ("abbe", "REAL"), ("evaluations", "INTEGER"), ("starts", "INTEGER"), ("window_low_eV", "REAL"),
                ("window_high_eV", "REAL"), ("shift_eV", "REAL"), ("shift_u_eV", "REAL"), ("unit", "TEXT"),
            ]
        case .coordinate:
            Self.key + [("variable", "TEXT NOT NULL"), ("unit", "TEXT NOT NULL"), ("value", "REAL")]
        case .parameter:
            Self.key + [("name", "TEXT NOT NULL"), ("value", "REAL"), ("u", "REAL"), ("at_bound", "INTEGER NOT NULL")]
        case .component:
            Self.key + [
                ("name", "TEXT NOT NULL"), ("level", "TEXT"), ("line", "TEXT"), ("shape", "TEXT"),
                ("position_eV", "REAL"),
                ("position_u_eV", "REAL"), ("fwhm_eV", "REAL"), ("fwhm_u_eV", "REAL"), ("fwhm_true_eV", "REAL"),
                ("fwhm_true_u_eV", "REAL"), ("area", "REAL"), ("area_u", "REAL"), ("fraction", "REAL"),
                ("fraction_u", "REAL"), ("atomic_percent", "REAL"), ("atomic_percent_u", "REAL"),
            ]
        case .finding:
            Self.key + [
                ("rule", "TEXT NOT NULL"), ("severity", "TEXT NOT NULL"), ("message", "TEXT NOT NULL"),
                ("subject", "TEXT"),
            ]
        case .shard: [("number", "INTEGER NOT NULL"), ("count", "INTEGER NOT NULL"), ("finished", "INTEGER NOT NULL")]
        case .session:
            [
                ("started", "TEXT"), ("ended", "TEXT"), ("host", "TEXT"), ("folder", "TEXT"), ("command", "TEXT"),
                ("threads", "INTEGER"), ("spectra", "INTEGER"),
            ]
        }
    }

    private static let key = [("spectrum", "INTEGER NOT NULL"), ("number", "INTEGER NOT NULL")]

    /// The statement that makes the table.
    var creation: String {
        var lines = columns.map { "\($0.name) \($0.type)" }
        let isPart = Self.parts.contains(self)
        if isPart { lines.append("PRIMARY KEY (spectrum, number)") }
        return "CREATE TABLE \(rawValue) (\(lines.joined(separator: ", ")))\(isPart ? " WITHOUT ROWID" : "")"
    }

    /// The statement that adds a row.
    var insertion: String {
        "INSERT INTO \(rawValue) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"
    }
}

/// The key of a spectrum: that of its file and its place in it, so that it does not depend on the order of fitting.
enum SpectrumKey {
    /// The key of the spectrum at `ordinal` of `file`.
    static func key(file: Int, ordinal: Int) -> Int { file << 32 | ordinal }
    /// The keys of all spectra of `file`.
    static func keys(file: Int) -> ClosedRange<Int> { file << 32...(file << 32 | 0xFFFF_FFFF) }
    /// The place of a spectrum in its file.
    static func ordinal(_ key: Int) -> Int { key & 0xFFFF_FFFF }
}
