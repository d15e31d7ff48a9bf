import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Measures the memory that readers take in a process of their own.
///
/// The process is the program of this package, which the build leaves beside the tests.
@Suite("memory", .serialized) struct MemoryTests {
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("interphase").path

    static var isMeasurable: Bool {
        #if os(Linux)
            // A sanitizer keeps freed memory.
            FileManager.default.isExecutableFile(atPath: program)
                && !(ProcessInfo.processInfo.arguments.first ?? "").contains("asan")
        #else
            false
        #endif
    }

    /// The most memory in bytes that the program had at once while it listed the file, and what it complained about.
    ///
    /// The program lists a small file many times after it, for more text than a pipe holds, and is asked while it waits to
    /// be read. (What the system tells of processes that have ended includes what their parent had when it made them.)
    static func peak(_ path: String, folder: TemporaryFolder) throws -> (bytes: Int, complaint: String) {
        #if os(Linux)
            let complaints = folder.path("complaints")
            let words = [program, "info", path] + Array(repeating: folder.path("tiny"), count: 600)
            var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
            arguments.append(nil)
            defer { for argument in arguments { free(argument) } }
            var ends: [Int32] = [0, 0]
            // Closed in other programs that tests start meanwhile, which would keep it open.
            try #require(pipe(&ends) == 0)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
            posix_spawn_file_actions_addopen(&actions, 2, complaints, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            var process: pid_t = 0
            try #require(posix_spawn(&process, program, &actions, nil, arguments, environ) == 0)
            close(ends[1])
            var byte: UInt8 = 0
            let count = read(ends[0], &byte, 1)
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
            close(ends[0])
            try #require(count == 1, "\(path): the program ended")
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            let kilobytes = try #require(line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first)
            return (kilobytes * 1024, try String(contentsOfFile: complaints, encoding: .utf8))
        #else
            return (0, "")
        #endif
    }

    @Test("no reader takes more than twenty times its input", .enabled(if: isMeasurable, "only on Linux"))
    func memory() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("BE/eV,Counts\n170,5\n169.9,6\n169.8,7\n", to: folder.path("tiny"))
        let base = try Self.peak(folder.path("tiny"), folder: folder)
        #expect(base.complaint.isEmpty)
        let prints = ProcessInfo.processInfo.environment["INTERPHASE_PRINT_MEMORY"] != nil
        for sample in try LargeSamples.all() {
            let path = folder.path("large")
            try AtomicFile.write(sample.data, to: path)
            let peak = try Self.peak(path, folder: folder)
            let ratio = Double(peak.bytes - base.bytes) / Double(sample.data.count)
            if prints { print("\(sample.name): \(sample.data.count) bytes, \(String(format: "%.1f", ratio)) times") }
            #expect(peak.complaint.isEmpty, "\(sample.name)")
            #expect(ratio < 20, "\(sample.name)")
        }
    }
}
