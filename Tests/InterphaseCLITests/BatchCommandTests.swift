import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The program as it is called for a batch, and as it is killed.
@Suite("interphase batch", .serialized)
struct BatchCommandTests {
    /// The program of this package, which the build leaves beside the tests.
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("interphase").path
    static var hasProgram: Bool { FileManager.default.isExecutableFile(atPath: program) }

    static let truth = """
        interphase: 1
        level: C 1s
        window: [281, 289]
        background: {kind: constant}
        defaults: {shape: GL(30)}
        components:
          - {name: "C-C", position: 284.7, width: 1.1, area: 3000}
        """
    static let recipe = """
        interphase: 1
        level: C 1s
        window: [281, 289]
        background: {kind: constant}
        defaults: {shape: GL(30)}
        components:
          - {name: "C-C", position: {start: 284.8, within: 0.5}, width: {start: 1.2, min: 0.5, max: 2.5}}
        """

    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    /// A folder with recipe, truth, a map of `places` spectra and two files of columns in a folder `in`.
    private func inFolder(places: String = "40x20", _ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("in"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.truth.write(toFile: "\(folder.path)/truth.yaml", atomically: true, encoding: .utf8)
        try Self.recipe.write(toFile: "\(folder.path)/recipe.yaml", atomically: true, encoding: .utf8)
        let common = ["simulate", "\(folder.path)/truth.yaml", "--quiet", "--constant", "200", "--shirley", "0"]
        let files = [
            ["-o", "\(folder.path)/in/map.vms", "--map", places], ["-o", "\(folder.path)/in/a.csv", "--seed", "2"],
            ["-o", "\(folder.path)/in/b.csv", "--seed", "3"],
        ]
        for file in files {
            try #require(await CommandSupport.run(InterphaseCommand.self, arguments: common + file) == 0)
        }
        try await body(folder.path)
    }

    private func text(_ results: String) async throws -> String {
        let output = results + ".txt"
        try #require(await run("batch", "export", results, "--text", output) == 0)
        return try String(contentsOfFile: output, encoding: .utf8)
    }

    private func json(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("a folder goes into a table, shards into the same, by command line")
    func shards() async throws {
        try await inFolder { folder in
            let common = ["batch", "\(folder)/recipe.yaml", "\(folder)/in", "--root", folder, "--quiet"]
            func batch(_ arguments: String...) async -> Int32 {
                await CommandSupport.run(InterphaseCommand.self, arguments: common + arguments)
            }
            #expect(
                await batch(
                    "--output", "\(folder)/r.sqlite", "--csv", "\(folder)/r.csv", "--json", "\(folder)/r.json") == 0)
            let report = try json("\(folder)/r.json")
            #expect(report["schema"] as? String == "interphase.batch/1")
            #expect((report["spectra"] as? [String: Int])?["fitted"] == 802)
            #expect(report["finished"] as? Bool == true)
            let parts = (1...3).map { "\(folder)/part-\($0).sqlite" }
            for (index, part) in parts.enumerated() {
                #expect(await batch("--output", part, "--shard", "\(index + 1)/3", "--threads", "1") == 0)
            }
            #expect(
                await run(
                    "batch", "merge", parts[2], parts[0], parts[1], "--output", "\(folder)/m.sqlite", "--csv",
                    "\(folder)/m.csv", "--quiet") == 0)
            #expect(try await text("\(folder)/m.sqlite") == text("\(folder)/r.sqlite"))
            let tables = try ["r", "m"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0).csv")) }
            #expect(tables[0] == tables[1])
            #expect(await run("batch", "merge", parts[0], parts[1], "--output", "\(folder)/m.sqlite") == 65)
            // Paths from the root of the file system name the same files.
            #expect(!(try await text("\(folder)/r.sqlite")).contains(folder))
        }
    }

    @Test("an input that is not there stops the batch before it begins")
    func absentInputs() async throws {
        try await inFolder(places: "2x1") { folder in
            let output = "\(folder)/out.sqlite"
            for absent in ["\(folder)/in/mising.csv", "\(folder)/inn"] {
                #expect(
                    await run("batch", "\(folder)/recipe.yaml", "\(folder)/in", absent, "-o", output, "--quiet") == 66)
                #expect(!FileManager.default.fileExists(atPath: output))
            }
        }
    }

    @Test("the model may come from a recipe file, a name, an option, or species; exit codes are those documented")
    func commandLine() async throws {
        try await inFolder(places: "2x2") { folder in
            let output = "\(folder)/r.sqlite"
            #expect(await run("batch", "--recipe", "\(folder)/recipe.yaml", "\(folder)/in", "--output", output) == 0)
            // Another recipe on the same output.
            #expect(await run("batch", "c1s-peo", "\(folder)/in", "--output", output, "--quiet") == 65)
            #expect(
                await run(
                    "batch", "--level", "C 1s", "--species", "C-C", "\(folder)/in", "--output", "\(folder)/s.sqlite",
                    "--quiet") == 0)
            // Named spectra; files without them are no failures unless there is nothing at all.
            #expect(
                await run(
                    "batch", "\(folder)/recipe.yaml", "\(folder)/in", "--spectrum", "#3", "--output",
                    "\(folder)/n.sqlite", "--quiet") == 0)
            #expect(try await text("\(folder)/n.sqlite").split(separator: "\n").count { $0.hasPrefix("spectrum") } == 1)
            #expect(
                await run(
                    "batch", "\(folder)/recipe.yaml", "\(folder)/in", "--spectrum", "Xe", "--output",
                    "\(folder)/x.sqlite", "--quiet") == 65)
            // Something that fails.
            try "".write(toFile: "\(folder)/in/empty.vms", atomically: true, encoding: .utf8)
            #expect(await run("batch", "\(folder)/recipe.yaml", "\(folder)/in", "--output", output, "--quiet") == 1)
            #expect(await run("batch", "\(folder)/recipe.yaml", "--output", output) == 2)
            #expect(await run("batch", "\(folder)/recipe.yaml", "\(folder)/in") == 2)
            #expect(await run("batch", "nothing", "\(folder)/in", "--output", output) == 66)
            #expect(
                await run("batch", "\(folder)/recipe.yaml", "\(folder)/in", "--output", output, "--shard", "3/2") == 2)
            #expect(
                await run("batch", "\(folder)/recipe.yaml", "\(folder)/in", "--output", "\(folder)/no/r.sqlite") == 73)
            #expect(
                await run(
                    "batch", "\(folder)/recipe.yaml", "\(folder)/in", "--output", output, "--csv",
                    "\(folder)/no/r.csv", "--quiet") == 73)
            #expect(await run("batch", "export", output) == 2)
            #expect(await run("batch", "export", "\(folder)/recipe.yaml", "--csv", "\(folder)/x.csv") == 65)
        }
    }

    @Test("a read-only folder is an error that names it", .enabled(if: geteuid() != 0, "root may write anywhere"))
    func readOnlyFolder() async throws {
        try await inFolder(places: "2x1") { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/shut", withIntermediateDirectories: true)
            chmod("\(folder)/shut", 0o500)
            defer { chmod("\(folder)/shut", 0o700) }
            #expect(
                await run(
                    "batch", "\(folder)/recipe.yaml", "\(folder)/in", "--output", "\(folder)/shut/r.sqlite") == 73)
        }
    }

    // MARK: - Processes

    /// A running batch.
    private func start(
        _ folder: String, output: String, storeEvery: String = "0.02", threads: Int = 2
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = [
            "batch", "\(folder)/recipe.yaml", "\(folder)/in", "--root", folder, "--output", output, "--threads",
            "\(threads)",
            "--store-every", storeEvery,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// How long a batch over the folder takes when nobody disturbs it, in s.
    private func duration(_ folder: String) throws -> Double {
        let begin = ContinuousClock.now
        let process = try start(folder, output: "\(folder)/timed.sqlite")
        process.waitUntilExit()
        let time = begin.duration(to: .now)
        return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }

    @Test(
        "killed at twenty random moments, a batch loses nothing and does nothing twice",
        .enabled(if: hasProgram, "the program is not built"))
    func killed() async throws {
        try await inFolder(places: "40x20") { folder in
            let whole = try duration(folder)
            let expected = try await text("\(folder)/timed.sqlite")
            var random = RandomNumbers(seed: 8)
            var kills = 0
            var output = 0
            // A batch that was done before it was killed leaves room for another one.
            while kills < 20, output < 100 {
                let results = "\(folder)/killed-\(output).sqlite"
                var isDone = false
                while !isDone {
                    let process = try start(folder, output: results)
                    usleep(UInt32(whole * 0.5e6 * random.uniform()))
                    if process.isRunning, kills < 20 {
                        kill(process.processIdentifier, SIGKILL)
                        process.waitUntilExit()
                        kills += 1
                    } else {
                        process.waitUntilExit()
                        isDone = process.terminationReason == .exit
                        #expect(process.terminationStatus == 0)
                    }
                }
                #expect(try await text(results) == expected)
                output += 1
            }
            #expect(kills == 20)
        }
    }

    @Test(
        "Ctrl-C stores what is done and says so by the exit code", .enabled(if: hasProgram, "the program is not built"),
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        try await inFolder(places: "40x20") { folder in
            let whole = try duration(folder)
            var wasInterrupted = false
            for share in [0.5, 0.3, 0.7, 0.2, 0.9, 0.1] where !wasInterrupted {
                let results = "\(folder)/\(share).sqlite"
                // Only what an orderly end stores is stored.
                let process = try start(folder, output: results, storeEvery: "1000", threads: 1)
                usleep(UInt32(whole * share * 1e6))
                kill(process.processIdentifier, signal)
                process.waitUntilExit()
                wasInterrupted = process.terminationReason == .exit && process.terminationStatus == 130
                guard wasInterrupted else { continue }
                let stored = try BatchResults.counts(of: results)
                let fitted = stored.spectra[.fitted] ?? 0
                #expect(fitted < 802)
                let rest = try start(folder, output: results)
                rest.waitUntilExit()
                #expect(rest.terminationStatus == 0)
                #expect(try await text(results) == text("\(folder)/timed.sqlite"))
            }
            #expect(wasInterrupted)
        }
    }

    @Test("two processes do not write to one output", .enabled(if: hasProgram, "the program is not built"))
    func twoProcesses() async throws {
        try await inFolder(places: "40x20") { folder in
            func size(_ path: String) -> Int { FileManager.default.contents(atPath: path)?.count ?? 0 }
            // The first holds the file from its first write to its end, which does not come while it is stopped. One that was
            // done before it could be stopped shows nothing.
            var wasHeld = false
            for attempt in 0..<20 where !wasHeld {
                let output = "\(folder)/\(attempt).sqlite"
                let first = try start(folder, output: output, threads: 1)
                while first.isRunning, size(output) == 0 { usleep(200) }
                kill(first.processIdentifier, SIGSTOP)
                usleep(100_000)
                wasHeld = first.isRunning
                if wasHeld {
                    let second = try start(folder, output: output)
                    second.waitUntilExit()
                    #expect(second.terminationStatus == 73)
                }
                kill(first.processIdentifier, SIGCONT)
                first.waitUntilExit()
                #expect(first.terminationStatus == 0)
                #expect(try BatchResults.counts(of: output).spectra[.fitted] == 802)
            }
            #expect(wasHeld)
        }
    }

    #if os(Linux)
        /// The most memory that a batch over a map of so many places took at once, in bytes.
        private func peak(places: String) async throws -> Int {
            var peak = 0
            try await inFolder(places: places) { folder in
                let process = try start(folder, output: "\(folder)/r.sqlite", storeEvery: "1")
                // The mark only rises, so the last look before the end is nearly the end's.
                while process.isRunning {
                    let status = try? String(
                        contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
                    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
                    let kilobytes = line?.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first
                    peak = max(peak, (kilobytes ?? 0) * 1024)
                    usleep(2000)
                }
                #expect(process.terminationStatus == 0)
            }
            return peak
        }

        @Test("memory does not grow with the number of spectra", .enabled(if: hasProgram, "the program is not built"))
        func memory() async throws {
            let small = try await peak(places: "50x10")
            let large = try await peak(places: "100x50")
            // The larger file has 9 MB more, and its spectra and results would take several times that.
            #expect(small > 20 << 20 && large < small + (9 << 20), "\(small) and \(large) bytes")
        }
    #endif

    @Test("the line of progress tells number, rate and time left")
    func progress() {
        var progress = BatchProgress()
        progress.files = 3
        progress.filesDone = 1
        progress.spectra = 500
        progress.failures = 2
        progress.fraction = 0.6
        #expect(
            BatchDisplay.line(progress, since: .seconds(10), from: 0.1)
                == "500 spectra, 1 of 3 files, 2 failed, 50 spectra/s, 8 s left")
        progress.files = 1
        progress.spectra = 0
        progress.failures = 0
        #expect(BatchDisplay.line(progress, since: .seconds(0), from: 0.6) == "0 spectra")
        progress.spectra = 3
        progress.fraction = 0.001
        #expect(BatchDisplay.line(progress, since: .seconds(20), from: 0) == "3 spectra, 0.1 spectra/s, 6 h left")
    }
}
