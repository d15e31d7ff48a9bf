import Foundation
import SpectrumFiles

/// A piece of work that any thread can do.
enum BatchJob: Sendable {
    /// Read a small file and fit its spectra.
    case file(Int)
    /// The content of a large file has this digest; its spectra follow. They are all new, or go on from the results.
    case begin(Int, digest: String, isNew: Bool)
    /// Fit these spectra of a large file.
    case spectra(Int, [Candidate])
    /// That was the file; where it could not even be opened, nothing that is stored of it holds any more.
    case end(Int, digest: String?, FileOutcome, isNew: Bool)
    /// The results of the file are there already.
    case unchanged(Int)
}

/// What came of a piece of work.
enum BatchResult: Sendable {
    case file(Int, digest: String?, FileOutcome, [SpectrumRecord])
    case begin(Int, digest: String, isNew: Bool)
    case spectra(Int, [SpectrumRecord])
    case end(Int, digest: String?, FileOutcome, isNew: Bool)
    case unchanged(Int)
}

/// Those who do the work: as many threads as asked for.
struct BatchCrew: Sendable {
    let inputs: [BatchInput]
    let files: [ResultStore.StoredFile]
    let settings: BatchSettings
    let shard: BatchShard
    let threads: Int
    /// One for each thread.
    private let fitters: [BatchFitter]

    init(inputs: [BatchInput], files: [ResultStore.StoredFile], run: BatchRun) {
        self.inputs = inputs
        self.files = files
        settings = run.settings
        shard = run.shard
        threads = run.threads
        fitters = (0..<run.threads).map { _ in BatchFitter(run.settings.recipe) }
    }

    /// Begins to work on `jobs`; with more than one thread that goes on behind the caller's back. The results of one round
    /// are asked for before the next begins.
    func begin(_ jobs: [BatchJob]) -> BatchRound {
        BatchRound(jobs, threads: threads) { job, thread in work(on: job, with: fitters[thread]) }
    }

    private func work(on job: BatchJob, with fitter: BatchFitter) -> BatchResult {
        switch job {
        case .file(let index): return result(ofFile: index, with: fitter)
        case .begin(let index, let digest, let isNew): return .begin(index, digest: digest, isNew: isNew)
        case .spectra(let index, let candidates):
            return .spectra(index, candidates.map { fitter.record(of: $0, in: inputs[index]) })
        case .end(let index, let digest, let outcome, let isNew):
            return .end(index, digest: digest, outcome, isNew: isNew)
        case .unchanged(let index): return .unchanged(index)
        }
    }

    private func result(ofFile index: Int, with fitter: BatchFitter) -> BatchResult {
        let input = inputs[index]
        var records: [SpectrumRecord] = []
        var digest: String?
        do {
            digest = try FileDigest.sha256(ofFileAt: input.path)
            if files[index].isDone(digest: digest) { return .unchanged(index) }
            var reader = try CandidateReader(input, selection: settings.selection, reading: settings.reading)
            do {
                while let candidate = try reader.next() {
                    guard shard.contains(file: input.name, ordinal: candidate.ordinal) else { continue }
                    records.append(fitter.record(of: candidate, in: input))
                }
                return .file(index, digest: digest, reader.outcome(), records)
            } catch {
                return .file(index, digest: digest, reader.outcome(error), records)
            }
        } catch {
            return .file(index, digest: digest, FileOutcome(of: input, unopened: error), records)
        }
    }
}

extension ResultStore.StoredFile {
    /// Whether the results have all there is of a file whose content has that digest.
    func isDone(digest: String?) -> Bool { status != .pending && digest != nil && digest == self.digest }
}

/// Jobs that are being done: threads take the next one until none is left. Under a lock, hence unchecked Sendable.
final class BatchRound: @unchecked Sendable {
    private let jobs: [BatchJob]
    private let work: @Sendable (BatchJob, _ thread: Int) -> BatchResult
    private let lock = NSLock()
    private let group = DispatchGroup()
    private var taken = 0
    private var done: [BatchResult?]
    private let isConcurrent: Bool

    /// - Parameter work: does one job, as the thread of that number; one of each number works at a time.
    init(_ jobs: [BatchJob], threads: Int, work: @escaping @Sendable (BatchJob, _ thread: Int) -> BatchResult) {
        self.jobs = jobs
        self.work = work
        done = jobs.map { _ in nil }
        isConcurrent = threads > 1
        guard isConcurrent else { return }
        for thread in 0..<min(threads, jobs.count) {
            DispatchQueue.global().async(group: group) { self.run(thread) }
        }
    }

    private func run(_ thread: Int) {
        while let index = take() {
            let result = work(jobs[index], thread)
            lock.withLock { done[index] = result }
        }
    }

    private func take() -> Int? {
        lock.withLock {
            guard taken < jobs.count else { return nil }
            taken += 1
            return taken - 1
        }
    }

    /// The results in the order of the jobs, once all of them are there.
    func results() -> [BatchResult] {
        if !isConcurrent { run(0) }
        group.wait()
        return lock.withLock { done.compactMap { $0 } }
    }
}
