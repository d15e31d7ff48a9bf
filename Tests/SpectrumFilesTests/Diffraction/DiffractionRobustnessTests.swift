import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite struct DiffractionRobustnessTests {
    /// A generator of random numbers that gives the same sequence everywhere (SplitMix64).
    struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    static func read(_ data: Data) throws -> DiffractionFile {
        try DiffractionFile(content: FileContent(path: "damaged", data: data))
    }

    @Test(arguments: try DiffractionFixtures.all())
    func aFileCutAtAnyByteGivesAnErrorOrAFlaggedPrefix(_ fixture: DiffractionFixture) throws {
        let whole = try Self.read(fixture.data)
        for length in 0..<fixture.data.count {
            let file: DiffractionFile
            do {
                file = try Self.read(fixture.data.prefix(length))
            } catch let error as ReadError {
                #expect(!"\(error)".isEmpty)
                continue
            }
            // A cut text may look like another format; what matters is that no number is invented.
            guard file.format == whole.format else { continue }
            for (found, full) in zip(file.patterns, whole.patterns) {
                let count = found.intensities.count
                guard count <= full.intensities.count else {
                    Issue.record("\(length) bytes: more points than in the whole file")
                    continue
                }
                // Where nothing marks the end of a text, the last number may be half of one; and a text whose last
                // number is all there may lack its line end.
                let endsInNumber = count == full.intensities.count && fixture.data.prefix(length).last != 0x0A
                let sure = fixture.announcesEnd && !endsInNumber ? count : max(0, count - 1)
                #expect(
                    Array(found.intensities.prefix(sure)) == Array(full.intensities.prefix(sure)), "\(length) bytes")
                if fixture.announcesEnd && count < full.intensities.count {
                    #expect(found.missingPoints == full.intensities.count - count, "\(length) bytes")
                    #expect(!file.notes.isEmpty)
                }
            }
        }
    }

    @Test(arguments: try DiffractionFixtures.all())
    func randomDamageNeverCrashes(_ fixture: DiffractionFixture) throws {
        var random = Seeded(state: 0x5EED ^ UInt64(fixture.name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }))
        let interesting: [[UInt8]] = [
            [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0, 0, 0xC0, 0x7F],
            Array("-1".utf8), Array("1e308".utf8), Array("99999999999999999999".utf8), Array("nan".utf8),
            Array("<".utf8), Array("\n".utf8), Array(",".utf8), Array("\"".utf8),
        ]
        for _ in 0..<250 {
            var data = fixture.data
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<data.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: data[position] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
                case 1: data[position] = UInt8.random(in: 0...255, using: &random)
                case 2:
                    let piece = interesting.randomElement(using: &random) ?? []
                    data.replaceSubrange(position..<min(data.count, position + piece.count), with: piece)
                case 3: data.insert(contentsOf: interesting.randomElement(using: &random) ?? [], at: position)
                default:
                    data.removeSubrange(position..<min(data.count, position + Int.random(in: 1...40, using: &random)))
                }
                if data.isEmpty { data = Data([0]) }
            }
            do {
                let file = try Self.read(data)
                for pattern in file.patterns {
                    #expect(pattern.intensities.allSatisfy(\.isFinite) && pattern.axis.values.allSatisfy(\.isFinite))
                }
            } catch let error as ReadError {
                #expect(!"\(error)".isEmpty)
            }
        }
    }

    @Test func absurdNumbersOfPointsAreRefusedWithoutReservingMemory() throws {
        for (name, offset) in [("RAW1", 4), ("RAW4", 61 + 41 + 120 + 88)] {
            var data = try DiffractionFormatTests.fixture(name).data
            data.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
            let file = try Self.read(data)
            #expect(file.patterns[0].missingPoints > 1_000_000_000)
        }
        var third = try DiffractionFormatTests.fixture("RAW3").data
        third.replaceSubrange(12..<16, with: [0xFF, 0xFF, 0xFF, 0x7F])
        #expect(try Self.read(third).patterns.count == 2)
        let udf = try String(decoding: DiffractionFormatTests.fixture("UDF").data, as: UTF8.self)
        #expect(throws: ReadError.self) { try Self.read(Data(udf.replacing("0.020", with: "1e-300").utf8)) }
        #expect(throws: ReadError.self) { try Self.read(Data(udf.replacing("3.1500", with: "1e30").utf8)) }
    }

    @Test func aRangeThatEndsEarlyKeepsTheScansBefore() throws {
        let data = try DiffractionFormatTests.fixture("RAW4").data
        let file = try Self.read(data.dropLast(12))
        #expect(file.patterns.map(\.intensities.count) == [8, 4])
        #expect(file.patterns[1].missingPoints == 1)
    }
}
