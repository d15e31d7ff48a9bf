import Foundation
import SpectrumFiles

/// How far a batch has come.
public struct BatchProgress: Sendable, Hashable {
    /// The spectra that were fitted in this session.
    public var spectra = 0
    /// Those of them without a fit that is a result.
    public var failures = 0
    /// The number of files that are done with.
    public var filesDone = 0
    /// The number of files.
    public var files = 0
    /// The share of all bytes that has been read, 0 ... 1.
    public var fraction = 0.0

    /// A batch that has not begun.
    public init() {}
}

/// What came of a batch.
public struct BatchSummary: Sendable, Hashable {
    /// All files and spectra in the results.
    public var counts: BatchCounts
    /// The spectra that were fitted now; the others were there before.
    public var spectraNow: Int
    /// Whether all of the batch, or of this part of it, is done.
    public var isFinished: Bool

    /// A summary.
    public init(counts: BatchCounts, spectraNow: Int, isFinished: Bool) {
        self.counts = counts
        self.spectraNow = spectraNow
        self.isFinished = isFinished
    }
}

/// Fits a recipe to all spectra of many files and stores the results in one file.
///
/// Work is cut into rounds. While a round is fitted by all threads, the results of the one before are written, in the order
/// of the files, and the spectra of the next are read: memory does not grow with the number of spectra, and the results do
/// not depend on the number of threads.
public struct BatchRun: Sendable {
    /// What is done to each spectrum.
    public var settings: BatchSettings
    /// The part of the batch that is done here.
    public var shard: BatchShard
    /// The number of threads that fit.
    public var threads: Int
    /// Whether results of another batch in the output are thrown away.
    public var restart: Bool
    /// Results are made last in the file so often; what a killed run loses at most.
    public var storeInterval = Duration.seconds(1)
    /// How the work is cut into pieces.
    var cut = BatchCut()

    /// A batch.
    public init(settings: BatchSettings, shard: BatchShard = .whole, threads: Int = 1, restart: Bool = false) {
        self.settings = settings
        self.shard = shard
        self.threads = max(1, threads)
        self.restart = restart
    }

    /// Fits what is not in the results yet.
    ///
    /// Results are stored in transactions every `storeInterval`: whenever the process ends, the file holds whole results, and
    /// another run goes on from there. A file whose content has changed since is begun anew.
    ///
    /// - Parameters:
    ///   - inputs: the files, as `BatchInput.find` gives them.
    ///   - output: the path of the file of results, which is made where there is none.
    ///   - session: who does it, for the record.
    ///   - csv: where all results are written as one table when all is done, if anywhere.
    ///   - isInterrupted: asked between rounds; once true, what is done is stored and the rest left for another run.
    ///   - progress: told between rounds how far the batch is.
    /// - Throws: `BatchError` where results cannot be stored; `WriteError` for `csv`.
    public func run(
        _ inputs: [BatchInput], output: String, session: BatchSession, csv: String? = nil,
        isInterrupted: () -> Bool = { false }, progress: (BatchProgress) -> Void = { _ in }
    ) throws -> BatchSummary {
        let store = try ResultStore.open(path: output, identity: settings.identity, shard: shard, restart: restart)
        let key = try store.begin(session)
        let files = try store.files(inputs.map(\.name))
        try store.commit()
        var feeder = try BatchFeeder(inputs: inputs, files: files, run: self) { try store.lastOrdinal(of: $0) }
        let crew = BatchCrew(inputs: inputs, files: files, run: self)
        var writer = BatchWriter(files: files, interval: storeInterval)
        var isStopped = isInterrupted()
        var round = crew.begin(isStopped ? [] : feeder.round())
        var results: [BatchResult] = []
        while true {
            try writer.write(results, to: store, fraction: feeder.fraction)
            progress(writer.progress)
            isStopped = isStopped || isInterrupted()
            let jobs = isStopped ? [] : feeder.round()
            results = round.results()
            if jobs.isEmpty, results.isEmpty, isStopped || feeder.isAtEnd { break }
            round = crew.begin(jobs)
        }
        var counts = try store.counts()
        // A request to stop may come when everything has been given out already.
        let isFinished = (feeder.isAtEnd || !isStopped) && counts.files[.pending] == nil
        try store.end(
            session: key, at: Date().ISO8601Format(), spectra: writer.progress.spectra, isFinished: isFinished)
        counts = try store.counts()
        if let csv, isFinished { try store.read { try BatchResults.writeCSV(of: $0, to: csv) } }
        return BatchSummary(counts: counts, spectraNow: writer.progress.spectra, isFinished: isFinished)
    }
}

/// Writes what the crew has done, and keeps count.
struct BatchWriter {
    private let files: [ResultStore.StoredFile]
    private(set) var progress = BatchProgress()
    private var lastCommit = ContinuousClock.now
    private let interval: Duration

    init(files: [ResultStore.StoredFile], interval: Duration) {
        self.files = files
        self.interval = interval
        progress.files = files.count
    }

    mutating func write(_ results: [BatchResult], to store: borrowing ResultStore, fraction: Double) throws {
        for result in results { try write(result, to: store) }
        progress.fraction = fraction
        let now = ContinuousClock.now
        guard now - lastCommit > interval else { return }
        try store.commit()
        lastCommit = now
    }

    private mutating func write(_ result: BatchResult, to store: borrowing ResultStore) throws {
        switch result {
        case .file(let index, let digest, let outcome, let records):
            let file = files[index]
            if file.status != .pending || file.digest != nil { try store.begin(file: file.id, digest: digest) }
            try add(records, of: file, to: store)
            try store.set(file: file.id, digest: digest, outcome: outcome)
            progress.filesDone += 1
        case .begin(let index, let digest, let isNew):
            if isNew { try store.begin(file: files[index].id, digest: digest) }
        case .spectra(let index, let records): try add(records, of: files[index], to: store)
        case .end(let index, let digest, let outcome, let isNew):
            if isNew { try store.begin(file: files[index].id, digest: digest) }
            try store.set(file: files[index].id, digest: digest, outcome: outcome)
            progress.filesDone += 1
        case .unchanged: progress.filesDone += 1
        }
    }

    private mutating func add(
        _ records: [SpectrumRecord], of file: ResultStore.StoredFile, to store: borrowing ResultStore
    ) throws {
        for record in records {
            try store.add(record, file: file.id)
            progress.spectra += 1
            if record.status != .fitted { progress.failures += 1 }
        }
    }
}
