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
var arguments = Array(CommandLine.arguments.dropFirst())

/// Takes `name` and the word after it out of the arguments.
func option(_ name: String) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(index...(index + 1)) }
    return arguments[index + 1]
}

let settings = Benchmark.Settings(
    count: option("--count").flatMap { Int($0) }, rounds: option("--rounds").flatMap { Int($0) } ?? 5,
    workers: option("--workers").flatMap { Int($0) } ?? 1,
    furtherStarts: option("--starts").flatMap { Int($0) } ?? FitOptions().furtherStarts,
    results: option("--results"))
guard let name = arguments.first else {
    print(usage)
    exit(2)
}
if name == "workload", arguments.count > 1 {
    let count = arguments.count > 2 ? Int(arguments[2]) ?? 1000 : 1000
    try Workload(count: count, seed: Benchmark.seed).write(to: URL(fileURLWithPath: arguments[1]))
} else if let benchmark = Benchmark(rawValue: name) {
    try benchmark.run(settings).print()
} else {
    print(usage)
    exit(2)
}
