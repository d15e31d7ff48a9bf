import Foundation
import Spectra
import TestSupport
import Testing

@testable import ReferenceSpectra

@Suite struct ReferenceFormatTests {
    static let sound = """
        interphase-core-levels: 1
        sources:
          book: {title: A book, year: 1999}
        levels:
          - level: S 2p
            binding_energy: {typical: 164, range: [160, 170], records: 3, source: book}
            window: {range: [158, 172], source: book}
            splitting: {default: 1.2, range: [1.1, 1.3], source: book}
            sensitivity: {total: 1.5, major: 1.0, minor: 0.5, source: book}
            width: {start: 1, min: 0.5, max: 2, source: book}
        """

    @Test func aMinimalTableIsRead() throws {
        let table = try CoreLevelTable(yaml: Self.sound, file: "x.yaml")
        let level = try #require(table.levels.first)
        #expect(level.level == .s2p)
        #expect(level.splitting?.default == 1.2)
        #expect(level.scofieldAreaRatio == 0.5)
        #expect(level.sources == ["book"])
        #expect(table.sources["book"]?.citation == "A book, 1999")
    }

    /// Each damage is reported with the line and column where it is.
    @Test(arguments: [
        ("start: 1,", "start: one,", 10, 20, "a number"),
        ("typical: 164", "typical: .nan", 6, 31, "a number"),
        ("typical: 164", "typical: \"164\"", 6, 31, "a number"),
        ("typical: 164", "typical: 190", 6, 21, "within the range"),
        ("range: [160, 170]", "range: [170, 160]", 6, 43, "[low, high]"),
        ("range: [160, 170]", "range: [160]", 6, 43, "two numbers"),
        ("range: [160, 170]", "range: 160", 6, 43, "a list"),
        ("major: 1.0", "major: 1.1", 9, 18, "major + minor = total"),
        ("splitting:", "spliting:", 8, 5, "did you mean \"splitting\""),
        ("source: book}\n    window", "source: bok}\n    window", 6, 75, "section sources"),
        ("level: S 2p", "level: S 2q", 5, 12, "core level"),
        ("level: S 2p", "level: S2p", 5, 12, "core level"),
        ("level: S 2p", "level: C 1s", 8, 16, "s level"),
        ("core-levels: 1", "core-levels: 2", 1, 25, "version 1"),
        ("[1.1, 1.3]", "[1.1, 1.3", 8, 61, "YAML"),
        ("title: A book", "name: A book", 3, 10, "title"),
        ("records: 3", "records: -3", 6, 64, "whole number"),
    ])
    func damageIsFoundWithItsPlace(before: String, after: String, line: Int, column: Int, words: String) throws {
        let damaged = Self.sound.replacingOccurrences(of: before, with: after)
        #expect(damaged != Self.sound)
        let error = try #require(throws: ReferenceDataError.self) {
            try CoreLevelTable(yaml: damaged, file: "x.yaml")
        }
        #expect(error.line == line, "\(error)")
        #expect(error.column == column, "\(error)")
        #expect(error.description.hasPrefix("x.yaml:\(line):\(column): expected"))
        #expect(error.description.contains(words), "\(error)")
    }

    @Test func levelsAndKeysMayOccurOnlyOnce() {
        let entry = Self.sound.components(separatedBy: "levels:\n").last ?? ""
        #expect(throws: ReferenceDataError.self) {
            try CoreLevelTable(yaml: Self.sound + "\n" + entry, file: "x.yaml")
        }
        #expect(throws: ReferenceDataError.self) {
            try CoreLevelTable(yaml: Self.sound + "\n    remark: a\n    remark: b", file: "x.yaml")
        }
    }

    @Test(arguments: [
        "", "\u{0}", "- 1", "a", "\t", "{", "]", "&a [*a]", "*b", "%", "---\n---\n",
        String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 20_000),
        String(repeating: "- ", count: 50_000), "interphase-core-levels: 99999999999999999999",
    ])
    func hostileTextIsAnErrorAndNeverACrash(text: String) {
        #expect(throws: ReferenceDataError.self) { try CoreLevelTable(yaml: text, file: "x.yaml") }
    }

    /// Seeded damage to the shipped file: a random byte changed, or a piece cut out.
    @Test func randomDamageNeverCrashes() throws {
        let bytes = Array(Self.sound.utf8)
        var random = SeededGenerator(seed: 20_240_613)
        for _ in 0..<2_000 {
            var damaged = bytes
            if Bool.random(using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...127, using: &random)
            } else {
                let start = Int.random(in: 0..<damaged.count, using: &random)
                damaged.removeSubrange(start..<min(damaged.count, start + Int.random(in: 1...40, using: &random)))
            }
            _ = try? CoreLevelTable(yaml: String(decoding: damaged, as: UTF8.self), file: "x.yaml")
        }
    }

    @Test func compiledInFilesAreThoseOfTheFolder() throws {
        for name in ReferenceLibrary.fileNames {
            let url = SharedData.projectRoot.appendingPathComponent("reference-spectra").appendingPathComponent(name)
            #expect(try String(contentsOf: url, encoding: .utf8) == ReferenceLibrary.text(of: name))
        }
        #expect(ReferenceLibrary.text(of: "no such file") == nil)
    }
}

@Suite struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("polysulfide", "polysulphide", 2),
        ("width", "widht", 1), ("ca", "abc", 3),
    ])
    func editDistanceOfKnownPairs(first: String, second: String, expected: Int) {
        #expect(editDistance(first, second) == expected)
        #expect(editDistance(second, first) == expected)
    }

    @Test func nearMissesAreSuggestedAndStrangersAreNot() {
        let names = ["splitting", "width", "sensitivity"]
        #expect(closest(to: "spliting", among: names) == ["splitting"])
        #expect(closest(to: "WIDHT", among: names) == ["width"])
        #expect(closest(to: "zzzzzz", among: names).isEmpty)
        #expect(closest(to: "", among: names).isEmpty)
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
