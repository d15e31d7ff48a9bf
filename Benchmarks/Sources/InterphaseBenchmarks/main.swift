// Workloads and our side of the benchmarks; the peers' side and the comparison are in Benchmarks/*.py.
//
//   InterphaseBenchmarks workload FOLDER [COUNT]        writes spectra.bin for the peers
//   InterphaseBenchmarks BENCHMARK [options]            runs one and prints a line of JSON
//
// Options: --count N (spectra), --rounds N, --workers N, --starts N (further starts), --results FILE (CSV).

import Foundation
import Interphase

let usage = """
    usage: InterphaseBenchmarks workload FOLDER [COUNT]
           InterphaseBenchmarks \(Benchmark.allCases.map(\.rawValue).joined(separator: "|")) [options]
    """
var words = Array(CommandLine.arguments.dropFirst())

/// Takes `name` and the word after it out of `words`.
func option(_ name: String, _ words: inout [String]) -> String? {
    guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
    defer { words.removeSubrange(index...(index + 1)) }
    return words[index + 1]
}

let settings = Benchmark.Settings(
    count: option("--count", &words).flatMap { Int($0) }, rounds: option("--rounds", &words).flatMap { Int($0) } ?? 5,
    workers: option("--workers", &words).flatMap { Int($0) } ?? 1,
    furtherStarts: option("--starts", &words).flatMap { Int($0) } ?? FitOptions().furtherStarts,
    results: option("--results", &words))
guard let name = words.first else {
    print(usage)
    exit(2)
}
if name == "workload", words.count > 1 {
    let count = words.count > 2 ? Int(words[2]) ?? 1000 : 1000
    try Workload(count: count, seed: Benchmark.seed).write(to: URL(fileURLWithPath: words[1]))
} else if let benchmark = Benchmark(rawValue: name) {
    try benchmark.run(settings).print()
} else {
    print(usage)
    exit(2)
}
