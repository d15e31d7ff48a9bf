import Dispatch
import Foundation
import Interphase

/// What a batch says at its end.
struct BatchReport: Encodable {
    private let schema = "interphase.batch/1"
    private let output: String
    private let shard: String
    private let finished: Bool
    private let spectra: [String: Int]
    private let files: [String: Int]
    private let fittedNow: Int

    private enum CodingKeys: String, CodingKey {
        case schema, output, shard, finished, spectra, files
        case fittedNow = "fitted_now"
    }

    init(output: String, summary: BatchSummary, shard: BatchShard) {
        self.output = output
        self.shard = shard.description
        finished = summary.isFinished
        fittedNow = summary.spectraNow
        spectra = Dictionary(
            uniqueKeysWithValues: SpectrumStatus.allCases.map { ($0.rawValue, summary.counts.spectra[$0] ?? 0) })
        files = Dictionary(
            uniqueKeysWithValues: FileStatus.allCases.map { ($0.rawValue, summary.counts.files[$0] ?? 0) })
    }

    /// Whether no file had anything to fit, in a batch that is one part. A shard may have nothing to do.
    var foundNothing: Bool {
        shard == "1/1" && finished && spectra.values.allSatisfy { $0 == 0 } && files["failed"] == 0
    }

    /// A few lines for a person.
    var text: String {
        func list(_ counts: [String: Int], _ names: [String]) -> String {
            names.compactMap { name in counts[name].flatMap { $0 > 0 ? "\($0) \(name)" : nil } }.joined(separator: ", ")
        }
        let spectra = list(spectra, SpectrumStatus.allCases.map(\.rawValue))
        let files = list(files, FileStatus.allCases.map(\.rawValue))
        return "\(output)\(shard == "1/1" ? "" : " (shard \(shard))"): spectra: \(spectra.isEmpty ? "none" : spectra); "
            + "files: \(files)"
    }
}

/// The line of progress on a terminal.
struct BatchDisplay {
    /// Whether there is one.
    let isShown: Bool
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?
    private var firstFraction: Double?

    init(isShown: Bool) { self.isShown = isShown }

    /// Shows how far the batch is, not more often than people read.
    mutating func show(_ progress: BatchProgress) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if let last, now - last < .milliseconds(200) { return }
        last = now
        let line = Self.line(progress, since: start.duration(to: now), from: firstFraction ?? progress.fraction)
        // Counted from the first look, so that what was done before does not make the rest seem quick.
        if progress.spectra == 0 || firstFraction == nil { firstFraction = progress.fraction }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }

    /// Removes the line.
    func clear() {
        guard isShown, last != nil else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }

    /// "1234 spectra, file 3 of 10, 5 failed, 530 spectra/s, 12 s left".
    static func line(_ progress: BatchProgress, since elapsed: Duration, from first: Double) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        var parts = ["\(progress.spectra) spectra"]
        if progress.files > 1 { parts.append("\(progress.filesDone) of \(progress.files) files") }
        if progress.failures > 0 { parts.append("\(progress.failures) failed") }
        if seconds > 0, progress.spectra > 0 {
            let rate = Double(progress.spectra) / seconds
            parts.append("\(rate < 10 ? String(format: "%.1f", rate) : String(Int(rate.rounded()))) spectra/s")
        }
        let done = progress.fraction - first
        if done > 0, seconds > 1 {
            parts.append("\(time(seconds * (1 - progress.fraction) / done)) left")
        }
        return parts.joined(separator: ", ")
    }

    private static func time(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e8 else { return "long" }
        let whole = Int(seconds.rounded())
        if whole < 100 { return "\(whole) s" }
        if whole < 6000 { return "\((whole + 30) / 60) min" }
        return "\((whole + 1800) / 3600) h"
    }
}

/// Whether the user (Ctrl-C) or the system (SIGTERM) has asked the program to stop. A second request ends it at once.
final class Interruption: @unchecked Sendable {
    private let lock = NSLock()
    private var asked = false
    private var sources: [any DispatchSourceSignal] = []

    init() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in
                self?.lock.withLock { self?.asked = true }
                signal(number, SIG_DFL)
            }
            source.resume()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    /// Whether it was asked.
    var wasAsked: Bool { lock.withLock { asked } }
}
