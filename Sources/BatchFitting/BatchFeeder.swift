import SpectrumFiles

/// How a batch is cut into pieces; results do not depend on it.
struct BatchCut: Sendable {
    /// From this size on, bytes, a file is read piece by piece.
    var largeFile = 1 << 18
    /// Spectra of a large file in one job.
    var spectraPerJob = 16
    /// Spectra in one round for each thread.
    var spectraPerThread = 48
    /// Bytes of a small file that are taken for a spectrum.
    var bytesPerSpectrum = 5000
}

/// Cuts the files of a batch into jobs, in their order. Small files are jobs as they are; the spectra of large ones are read
/// here, a few at a time.
struct BatchFeeder: ~Copyable {
    private let inputs: [BatchInput]
    private let files: [ResultStore.StoredFile]
    private let settings: BatchSettings
    private let shard: BatchShard
    private let cut: BatchCut
    private let roundWeight: Int
    /// The places of the last spectra that the results have of files that were begun before, by file.
    private let begun: [Int: Int]
    private var index = 0
    /// The large file that is being read.
    private var reader: CandidateReader?
    private var digest: String?
    /// Spectra of it up to this place are in the results.
    private var known = 0
    private var bytesDone = 0
    private let bytes: Int

    init(
        inputs: [BatchInput], files: [ResultStore.StoredFile], run: BatchRun, lastOrdinal: (Int) throws -> Int
    ) throws {
        self.inputs = inputs
        self.files = files
        settings = run.settings
        shard = run.shard
        cut = run.cut
        roundWeight = max(1, run.cut.spectraPerThread * run.threads)
        bytes = inputs.reduce(0) { $0 + max(1, $1.size) }
        var begun: [Int: Int] = [:]
        for (index, file) in files.enumerated() where file.status == .pending && file.digest != nil {
            begun[index] = try lastOrdinal(file.id)
        }
        self.begun = begun
    }

    /// The share of all bytes that has been read, 0 ... 1.
    var fraction: Double {
        var done = Double(bytesDone)
        switch reader {
        case .some(let reader): done += Double(inputs[index].size) * reader.fractionRead
        case .none: break
        }
        return bytes == 0 ? 1 : min(1, done / Double(bytes))
    }

    private func outcome(_ error: (any Error)?) -> FileOutcome? {
        switch reader {
        case .some(let reader): reader.outcome(error)
        case .none: nil
        }
    }

    /// Whether all jobs have been given out.
    var isAtEnd: Bool { index >= inputs.count }

    /// The next jobs; none, at times, though there are more.
    mutating func round() -> [BatchJob] {
        var jobs: [BatchJob] = []
        var weight = 0
        // A shard passes over the spectra of others, but not for so long that nobody knows whether it is alive.
        var steps = 0
        while weight < roundWeight, steps < 50 * roundWeight, index < inputs.count {
            if reader != nil {
                let (job, seen) = spectra()
                steps += seen
                weight += cut.spectraPerJob
                jobs += job
            } else if inputs[index].size < cut.largeFile {
                jobs.append(.file(index))
                weight += 1 + inputs[index].size / cut.bytesPerSpectrum
                advance()
            } else {
                jobs.append(open())
                weight += 1
            }
        }
        return jobs
    }

    private mutating func advance() {
        bytesDone += max(1, inputs[index].size)
        index += 1
    }

    /// Opens the large file that comes next.
    private mutating func open() -> BatchJob {
        let input = inputs[index], file = files[index]
        digest = nil
        do {
            let digest = try FileDigest.sha256(ofFileAt: input.path)
            self.digest = digest
            if file.isDone(digest: digest) {
                defer { advance() }
                return .unchanged(index)
            }
            reader = try CandidateReader(input, selection: settings.selection, reading: settings.reading)
            let goesOn = file.digest == digest
            known = goesOn ? begun[index] ?? 0 : 0
            return .begin(index, digest: digest, isNew: !goesOn)
        } catch {
            defer { advance() }
            return .end(index, digest: digest, FileOutcome(of: input, unopened: error), isNew: true)
        }
    }

    /// The next few spectra of the large file, and the end of it where that comes; with the number of spectra looked at.
    private mutating func spectra() -> (jobs: [BatchJob], seen: Int) {
        var candidates: [Candidate] = []
        var seen = 0
        var end: FileOutcome?
        do {
            while candidates.count < cut.spectraPerJob, seen < 50 * cut.spectraPerJob {
                guard let candidate = try reader?.next() else {
                    end = outcome(nil)
                    break
                }
                seen += 1
                guard candidate.ordinal > known,
                    shard.contains(file: inputs[index].name, ordinal: candidate.ordinal)
                else { continue }
                candidates.append(candidate)
            }
        } catch {
            end = outcome(error)
        }
        var jobs: [BatchJob] = candidates.isEmpty ? [] : [.spectra(index, candidates)]
        if let end {
            jobs.append(.end(index, digest: digest, end, isNew: false))
            reader = nil
            advance()
        }
        return (jobs, seen)
    }
}
