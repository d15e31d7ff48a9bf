import SQLiteDatabase

/// How a batch was carried out: what differs from run to run and is no result.
public struct BatchSession: Sendable, Hashable {
    /// When it was begun: ISO 8601.
    public var started: String
    /// The name of the machine.
    public var host: String
    /// The folder it was started in.
    public var folder: String
    /// The command as it was typed.
    public var command: String
    /// The number of threads.
    public var threads: Int

    /// A session.
    public init(started: String, host: String, folder: String, command: String, threads: Int) {
        self.started = started
        self.host = host
        self.folder = folder
        self.command = command
        self.threads = threads
    }
}

/// How many files and spectra ended how.
public struct BatchCounts: Sendable, Hashable {
    /// The files by status.
    public var files: [FileStatus: Int] = [:]
    /// The spectra by status.
    public var spectra: [SpectrumStatus: Int] = [:]

    /// The first of the files and spectra that failed, with the reasons.
    public var failures: [String] = []
    /// The most that `failures` names.
    public static let mostFailures = 10

    init(_ database: borrowing Database) throws(DatabaseError) {
        for row in try database.rows("SELECT status, count(*) FROM file GROUP BY status") {
            if let status = row[0].text.flatMap({ FileStatus(rawValue: $0) }) { files[status] = row[1].count }
        }
        for row in try database.rows("SELECT status, count(*) FROM spectrum GROUP BY status") {
            if let status = row[0].text.flatMap({ SpectrumStatus(rawValue: $0) }) { spectra[status] = row[1].count }
        }
        let files = try database.rows(
            "SELECT message FROM file WHERE status = ? ORDER BY name LIMIT ?",
            [.text(FileStatus.failed.rawValue), .integer(Self.mostFailures)])
        let rows = try database.rows(
            """
            SELECT file.name, spectrum.ordinal, spectrum.name, spectrum.message FROM spectrum JOIN file ON file.id = file
            WHERE spectrum.status != ? ORDER BY spectrum.id LIMIT ?
            """, [.text(SpectrumStatus.fitted.rawValue), .integer(Self.mostFailures)])
        failures = files.compactMap { $0[0].text }
        failures += rows.prefix(Self.mostFailures - failures.count).map { row in
            "\(row[0].text ?? ""): spectrum \(row[1].count ?? 0) (\(row[2].text ?? "")): \(row[3].text ?? "")"
        }
    }

    /// Whether there is a file or a spectrum that was asked for and has no fit that is a result.
    public var hasFailures: Bool {
        files[.failed, default: 0] + spectra[.failed, default: 0] + spectra[.unconverged, default: 0] > 0
    }
}
