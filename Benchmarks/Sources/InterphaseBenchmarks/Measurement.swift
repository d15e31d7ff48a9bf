import Foundation

/// What one run of a benchmark shows, printed as a line of JSON.
struct Measurement: Encodable {
    var program: String
    /// How many spectra were fitted, phases compared, bytes read.
    var count: Int
    /// User CPU time of this process for each of them in microseconds, the median over rounds.
    var microseconds: Double
    /// Wall-clock time for all of them in seconds, the median over rounds.
    var wallSeconds: Double
    /// Peak memory of the process in MB.
    var peakMegabytes: Double
    /// Sums over all fits, to see that programs found the same.
    var chi2: Double?
    var evaluationsPerFit: Double?
    var instructionSet: String

    func print() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(self), as: UTF8.self)
        Swift.print(text)
    }
}

/// RUSAGE_SELF, which is 0 everywhere but not of the same type.
private let thisProcess: Int32 = 0

/// User CPU time of this process in seconds.
func userSeconds() -> Double {
    var usage = rusage()
    getrusage(thisProcess, &usage)
    return Double(usage.ru_utime.tv_sec) + 1e-6 * Double(usage.ru_utime.tv_usec)
}

/// User and system CPU time of this process in seconds.
func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(thisProcess, &usage)
    return userSeconds() + Double(usage.ru_stime.tv_sec) + 1e-6 * Double(usage.ru_stime.tv_usec)
}

/// Peak memory of this process in MB.
func peakMegabytes() -> Double {
    var usage = rusage()
    getrusage(thisProcess, &usage)
    #if os(macOS)
        return Double(usage.ru_maxrss) / 1_048_576
    #else
        return Double(usage.ru_maxrss) / 1024
    #endif
}

/// Median user and wall time of `rounds` runs of `body`, each of which repeats the work so often that the clock of the
/// process, which ticks in milliseconds, does not matter.
func timed(
    rounds: Int, repeats: Int = 1, clock user: () -> Double = userSeconds, _ body: () throws -> Void
) rethrows -> (user: Double, wall: Double) {
    var users: [Double] = [], walls: [Double] = []
    for _ in 0..<rounds {
        let start = user(), clock = ContinuousClock(), began = clock.now
        for _ in 0..<repeats { try body() }
        let elapsed = clock.now - began
        users.append((user() - start) / Double(repeats))
        let wall = Double(elapsed.components.seconds) + 1e-18 * Double(elapsed.components.attoseconds)
        walls.append(wall / Double(repeats))
    }
    return (users.sorted()[rounds / 2], walls.sorted()[rounds / 2])
}
