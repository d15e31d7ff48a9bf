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

@Suite("Damaged files")
struct RobustnessTests {
    /// Reads bytes as whatever they are; anything but a `ReadError` would fail the test.
    private func attempt(_ data: Data) throws -> SpectrumFile? {
        let content = FileContent(path: "damaged", data: data)
        do {
            let file = try FormatRegistry.format(of: content).read(content, options: ReadOptions())
            for spectrum in file.spectra {
                try #require(spectrum.axis.count == spectrum.intensities.count)
                #expect(spectrum.intensities.allSatisfy { $0.isFinite })
                #expect(spectrum.axis.values.allSatisfy { $0.isFinite })
                try #require(spectrum.columns.allSatisfy { $0.values.count == spectrum.axis.count })
            }
            return file
        } catch is ReadError {
            return nil
        }
    }

    @Test(
        "a VAMAS file cut anywhere is an error, or a correct prefix that is flagged",
        arguments: [Samples.vamas, Samples.irregularVamas, Samples.excludingVamas])
    func truncatedVamas(text: String) throws {
        let reading = try attempt(Data(text.utf8))
        let whole = try #require(reading)
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            guard let file = try attempt(Data(bytes[0..<length])) else { continue }
            guard file.spectra != whole.spectra else { continue }
            #expect(!file.notes.isEmpty, "cut after \(length) bytes of \(bytes.count)")
            #expect(file.spectra.count == whole.spectra.count)
            for (read, written) in zip(file.spectra, whole.spectra) {
                #expect(read.intensities.dropLast() == written.intensities.dropLast())
            }
        }
    }

    @Test("text cut within a line is an error or flagged", arguments: [Samples.casaXPSExport] + Samples.columns)
    func truncatedText(text: String) throws {
        let bytes = Array(text.utf8)
        let reading = try attempt(Data(bytes))
        let whole = try #require(reading)
        for length in 1..<bytes.count where ![10, 13].contains(bytes[length - 1]) {
            guard let file = try attempt(Data(bytes[0..<length])), file.spectra != whole.spectra else { continue }
            #expect(file.notes.contains { $0.contains("line end") }, "cut after \(length) bytes")
        }
    }

    @Test("a line left out of a VAMAS file never goes unnoticed in its numbers")
    func missingLine() throws {
        let lines = Samples.excludingVamas.split(separator: "\n", omittingEmptySubsequences: false)
        let reading = try attempt(Data(Samples.excludingVamas.utf8))
        let whole = try #require(reading)
        let ordinates = Set(["10", "20", "30", "11", "21", "31", "41"])
        for index in lines.indices where ordinates.contains(String(lines[index])) {
            var fewer = lines
            fewer.remove(at: index)
            let file = try attempt(Data(fewer.joined(separator: "\n").utf8))
            #expect(file == nil || file?.spectra == whole.spectra || file?.notes.isEmpty == false, "line \(index + 1)")
        }
    }

    @Test("empty files, binary files and wrong formats are errors that say so")
    func wrongContent() {
        var random = SplitMix(state: 1)
        let noise = Data((0..<4096).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        let contents: [(Data, String)] = [
            (Data(), "empty"), (noise, "binary"), (Data("just a letter\n".utf8), "text without rows"),
            (Data([0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 100)), "binary"),
            (Data("SQLite format 3\0\u{10}\0".utf8), "Prodigy"), (Data("{\"a\": [1, 2, 3]}".utf8), "text without rows"),
            (Data("\n\n\n".utf8), "text without rows"),
        ]
        for (data, hint) in contents {
            let content = FileContent(path: "odd", data: data)
            #expect {
                _ = try FormatRegistry.format(of: content)
            } throws: { error in
                "\(error)".contains(hint)
            }
        }
    }

    @Test("files that are not there, folders, pipes and devices are errors that say so")
    func noFile() throws {
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
        for (path, word) in [(folder.url.path, "folder"), (folder.path("pipe"), "pipe"), ("/dev/null", "device")] {
            #expect {
                try SpectrumFile(contentsOf: path)
            } throws: { error in
                guard case ReadError.unreadable(path, let reason) = error else { return false }
                return reason.contains(word)
            }
        }
        #expect(throws: ReadError.noSuchFile(file: folder.path("none.vms"))) {
            try SpectrumFile(contentsOf: folder.path("none.vms"))
        }
    }

    @Test("a million lines are read to the last one")
    func manyLines() throws {
        let folder = try TemporaryFolder()
        let count = 1_000_000
        var text = ""
        text.reserveCapacity(count * 16)
        for index in 0..<count { text += "\(2_000_000 - index) \(index % 1000)\n" }
        try AtomicFile.write(text, to: folder.path("long.txt"))
        let file = try SpectrumFile(contentsOf: folder.path("long.txt"))
        #expect(file.spectra.map(\.axis.count) == [count])
        #expect(file.spectra[0].axis.values.last == 1_000_001)
        #expect(file.spectra[0].intensities.reduce(0, +) == Double(count / 1000) * 499_500)
    }

    @Test("damage by a seeded mutator never crashes, hangs or yields numbers that are none", arguments: 0..<8)
    func mutations(worker: Int) throws {
        let setting = ProcessInfo.processInfo.environment["INTERPHASE_FUZZ_ITERATIONS"]
        let iterations = setting.flatMap { Int($0) } ?? 250
        var mutator = Mutator(seed: UInt64(worker), corpus: Samples.all.map { Array($0.utf8) })
        for _ in 0..<iterations { _ = try attempt(Data(mutator.next())) }
    }
}

/// Damages samples: bytes, numbers, lines, pieces of other samples.
struct Mutator {
    private var random: SplitMix
    private let corpus: [[UInt8]]
    private static let tokens: [[UInt8]] = [
        "1E37", "-1", "0", "nan", "inf", "1e308", "-1e308", "1e-400", "9223372036854775808", "4294967296", "1e999",
        "2p",
        "\n", "\r", "\r\r\n", "\t", ",", ";", "\"", "#", "\u{0}", "REGULAR", "IRREGULAR", "MAPPING", "MAP", "SDP",
        "SEM",
        "NOEXP", "-40", "40", "CPS_", "BE_", "KE_", "K.E.", "B.E.", "Counts", "Cycle 0:", ":", "_", "hv=", "µ",
        "\u{FEFF}",
        "CASA comp (*", "*)", "Calib M = ", "1000000",
    ].map { Array($0.utf8) }

    init(seed: UInt64, corpus: [[UInt8]]) {
        random = SplitMix(state: seed &* 0x1234_5678_9ABC_DEF1 &+ 7)
        self.corpus = corpus
    }

    private mutating func below(_ limit: Int) -> Int { limit <= 0 ? 0 : Int(random.next() % UInt64(limit)) }

    /// The next damaged file.
    mutating func next() -> [UInt8] {
        var bytes = corpus[below(corpus.count)]
        for _ in 0...below(6) { damage(&bytes) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        let place = below(bytes.count + 1)
        switch below(8) {
        case 0: if !bytes.isEmpty { bytes[below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
        case 1: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + below(20)))
        case 3: bytes.removeSubrange(place...)
        case 4, 5:
            // A whole line replaced by a token, left out or doubled: these get further than damaged bytes.
            let start = bytes[..<place].lastIndex(of: 10).map { $0 + 1 } ?? 0
            let end = bytes[place...].firstIndex(of: 10) ?? bytes.count
            let token = Self.tokens[below(Self.tokens.count)]
            switch below(3) {
            case 0: bytes.replaceSubrange(start..<end, with: token)
            case 1: bytes.removeSubrange(start..<end)
            default: bytes.insert(contentsOf: bytes[start..<end] + [10], at: start)
            }
        case 6:
            let other = corpus[below(corpus.count)]
            let from = below(other.count)
            bytes.insert(contentsOf: other[from..<min(other.count, from + below(200))], at: place)
        default:
            if !bytes.isEmpty {
                let index = below(bytes.count)
                bytes[index] = bytes[index] &+ (random.next() % 2 == 0 ? 1 : 255)
            }
        }
    }
}
