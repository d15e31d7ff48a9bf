import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite("Numbers and lines in text")
struct TextTests {
    private func parse(_ text: String, mark: UInt8 = ASCII.point) -> Double? {
        Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0, decimalMark: mark) }
    }

    @Test("numbers are those of the standard library, to the last bit")
    func numbersAgree() {
        var random = SplitMix(state: 42)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let small = (value.truncatingRemainder(dividingBy: 1e6) * 1000).rounded() / 1000
            for text in [
                "\(value)", "\(small)", String(format: "%.6e", value), String(format: "%.25g", small),
                String(format: "%+.3f", small),
            ] {
                #expect(parse(text) == Double(text), "\(text)")
            }
        }
    }

    @Test(
        "other numbers are read too",
        arguments: [
            ("1E+37", 1e37), (" 12 ", 12), ("\t-.5", -0.5), ("5.", 5), ("1e-020", 1e-20), ("70E-9", 70e-9), ("+3", 3),
            ("0000000000000000000000000000012", 12), ("1e-9999999999999", 0), ("1.638020e+004", 16380.2),
        ])
    func numbers(text: String, value: Double) {
        #expect(parse(text) == value)
    }

    @Test(
        "what is no number is none",
        arguments: [
            "", " ", "2p", "nan", "inf", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1 2", "1,5", "1e400", "--1", "1-",
            "1.2.3",
            "1d5", "１",
        ])
    func noNumbers(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("decimal commas are read where they are the mark")
    func commas() {
        #expect(parse("284,75", mark: ASCII.comma) == 284.75)
        #expect(parse("1,638020e+004", mark: ASCII.comma) == 16380.2)
        #expect(parse("284.75", mark: ASCII.comma) == nil)
    }

    @Test("plain numbers that fill a line are those that are read line by line; nothing else is taken")
    func plainNumbers() {
        var random = SplitMix(state: 7)
        var texts = [
            "12", "-0.5", ".5", "5.", "-", ".", "", "1e3", "+3", " 7", "7 ", "2p", "123456789012345",
            "1234567890123456",
        ]
        texts += ["0.1234567890123456789", "000000000000001", "-0", "1.5.2", "7\r\r"]
        for _ in 0..<2000 {
            let value = Double(random.next() % 1_000_000_007) / 1000
            texts.append(String(format: "%.\(random.next() % 6)f", random.next() % 2 == 0 ? value : -value))
        }
        for end in ["\n", "\r\n"] {
            let bytes = Array((texts.map { $0 + end }.joined() + "17").utf8)
            bytes.withUnsafeBufferPointer { bytes in
                var fast = ByteLines(bytes)
                var slow = ByteLines(bytes)
                var taken = 0
                for text in texts {
                    let before = fast
                    let number = fast.nextPlainNumber()
                    let line = slow.next()
                    if let number {
                        taken += 1
                        #expect(number == line.flatMap { DecimalNumber.parse($0) }, "\(text)")
                        #expect(number.sign == (text.hasPrefix("-") ? .minus : .plus))
                    } else {
                        #expect(fast.offset == before.offset && fast.number == before.number)
                        _ = fast.next()
                    }
                    #expect(fast.offset == slow.offset && fast.number == slow.number)
                }
                #expect(taken > 1900)
                // It may have been cut.
                #expect(fast.nextPlainNumber() == nil)
            }
        }
    }

    @Test("plain rows are those that are read line by line", arguments: TableDialect.all.indices)
    func plainRows(index: Int) {
        let dialect = TableDialect.all[index]
        let separator = String(UnicodeScalar(dialect.separator == .blanks ? 32 : dialect.separator.rawValue))
        let mark = String(UnicodeScalar(dialect.decimalMark))
        var rows = [
            "1\(separator)2", "1\(separator)2\(separator)3", "1", "", " 1\(separator) 2 ", "\"1\"\(separator)2",
            "1\(separator)\(separator)2",
            "1\(mark)5\(separator)2\(mark)25", "1\(mark)5\(separator)2x", "1e5\(separator)2", "\t1\(separator)\t2",
            "1 \(separator)2\t",
            "1\(separator)2\(separator)", "-1\(separator)-2\(mark)5", "label\(separator)2", "1\(separator)nan",
        ]
        rows += (0..<200).map { "\($0)\(mark)25\(separator)\($0 * 17)" }
        let bytes = Array(rows.map { $0 + "\n" }.joined().utf8)
        bytes.withUnsafeBufferPointer { bytes in
            var fast = ByteLines(bytes)
            var slow = ByteLines(bytes)
            var taken = 0
            for row in rows {
                let before = fast
                var cells = [42.0]
                var expected = [42.0]
                let isRow = fast.nextPlainRow(dialect, count: 2, into: &cells)
                let line = slow.next()
                if isRow {
                    taken += 1
                    let kind = line.map { dialect.scanRow($0, into: &expected) }
                    #expect(kind == .numbers && expected == cells, "\(row)")
                } else {
                    #expect(cells == [42] && fast.offset == before.offset && fast.number == before.number)
                    _ = fast.next()
                }
                #expect(fast.offset == slow.offset && fast.number == slow.number)
            }
            #expect(taken > 200)
        }
    }

    @Test(
        "the stem of a path is that of its URL",
        arguments: [
            "a.csv", "/x/y.z/a.csv", "/x.y/a", "a.b.c", ".hidden", "x/.hidden", "a.", "a. b", "Pos 1.dset", "ä.csv",
            "a.µm",
            "", "x/S 2p (2).txt", "..a", "a..b",
        ])
    func stems(path: String) {
        #expect(
            FileContent(path: path, data: Data()).stem
                == URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
    }

    @Test(
        "a text has a row of numbers where a dialect finds one",
        arguments: [
            ("1,2\n", true), ("1;2", true), ("1,5\t2,5\n", true), ("1 2", true), ("12\n13\n", false),
            ("a,b\n1,2\n", true),
            ("\"1\",\"2\"\n", true), ("1,,2\n", true), ("1,2,nan\n", true), ("nan,nan,nan\n", false), ("\n\n", false),
            ("1e5 2E-3", true), ("1,2,x\n", false), (",,\n", false),
        ])
    func rows(text: String, has: Bool) {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            #expect(TableDialect.hasRow(in: bytes) == has)
            #expect((TableDialect.detect(in: bytes) != nil) == has)
        }
    }

    @Test("rows behind four hundred lines of single numbers are found in their dialect")
    func lateRows() {
        let text = String(repeating: "7\n", count: 450) + String(repeating: "1;2\n", count: 30)
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            #expect(TableDialect.detect(in: bytes)?.dialect.separator == .semicolon)
        }
    }

    @Test(
        "columns that are named after the scattering angle are no spectrum",
        arguments: [
            ("2Theta,I\n10,5\n", false), ("2 - Theta I\n10 5\n", false), ("# T_H_E_T_A 2*theta\n10 5\n", false),
            ("x 2th y\n10 5\n", false), ("TTH;I\n10;5\n", false), ("2θ I\n10 5\n", false),
            ("two theta\n10 5\n", false), ("MoS2_thicker\n10 5\n", true), ("BE,Counts\n10,5\n", true),
            ("10,5\n2Theta,I\n", true), ("1 the sample\n2Theta I\n10 5\n", true), ("depth\n10 5\n", true),
        ])
    func angles(text: String, isSpectrum: Bool) {
        let content = FileContent(path: "a.txt", data: Data(text.utf8))
        #expect(PlainColumnsFormat.recognises(content) == isSpectrum)
    }

    @Test("lines end at LF, CR LF, CR CR LF, and at CR where there is no LF")
    func lineEnds() {
        func lines(_ text: String) -> [String] {
            Array(text.utf8).withUnsafeBufferPointer { bytes in
                var lines = ByteLines(bytes)
                var texts: [String] = []
                while let line = lines.next() { texts.append(line.text) }
                return texts
            }
        }
        #expect(lines("a\nb\r\nc\r\r\n\nd") == ["a", "b", "c", "", "d"])
        #expect(lines("a\rb\r") == ["a", "b"])
        #expect(lines("") == [])
        #expect(lines("\u{FEFF}a\n") == ["a"])
    }

    @Test("bytes that are no UTF-8 are Latin-1")
    func latin1() {
        let text = [UInt8(0x42), 0xB0, 0x43].withUnsafeBufferPointer { $0.text }
        #expect(text == "B°C")
        #expect(Array("µm".utf8).withUnsafeBufferPointer { $0.text } == "µm")
    }
}

@Suite("What a spectrum shows")
struct SpectrumIdentityTests {
    @Test(
        "labels name levels and kinds",
        arguments: [
            ("S 2p", "S 2p", SpectrumKind.coreLevel), ("C1s Scan", "C 1s", .coreLevel), ("1: S 2p", "S 2p", .coreLevel),
            ("test spectrum Ag3d ", "Ag 3d", .coreLevel), ("Pr:O1s", "O 1s", .coreLevel),
            ("Zn 2p3", "Zn 2p", .coreLevel),
            ("Au_4f7/2", "Au 4f", .coreLevel), ("O 1s/6", "O 1s", .coreLevel), ("PET_C1s", "C 1s", .coreLevel),
            ("Al-NE-FeCr-S02p6-Fe2p-3", "Fe 2p", .coreLevel), ("wide", nil, .survey), ("Wide/2", nil, .survey),
            ("Sur1 1", nil, .survey), ("Survey", nil, .survey), ("XPS Survey C 1s", nil, .survey),
            ("Cu LMM", nil, .auger), ("1: C KLL", nil, .auger), ("OKLL", nil, .auger), ("Zn L3M45M45", nil, .auger),
            ("Valence", nil, .valenceBand), ("VB", nil, .valenceBand), ("scan in 3d", nil, .other),
            ("sample 7", nil, .other),
            ("MILL", nil, .other), ("", nil, .other),
        ] as [(String, String?, SpectrumKind)])
    func labels(label: String, level: String?, kind: SpectrumKind) {
        let identity = SpectrumIdentity(
            labels: [label], axis: EnergyAxis([1, 2], scale: .kinetic, photonEnergy: nil), intensities: [1, 1])
        #expect(identity.level?.description == level)
        #expect(identity.kind == kind)
    }

    /// A peak on a straight background.
    private func identity(_ range: ClosedRange<Double>, peak: Double?) -> SpectrumIdentity {
        let energies = stride(from: range.upperBound, through: range.lowerBound, by: -0.1).map { $0 }
        let intensities = energies.map { energy in
            1000 + energy + (peak.map { 500 * exp(-pow(energy - $0, 2)) } ?? 0)
        }
        return SpectrumIdentity(
            labels: [""], axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6), intensities: intensities)
    }

    @Test("energies alone tell the level where only one can be")
    func energies() {
        #expect(identity(155...175, peak: 162).level == .s2p)
        #expect(identity(155...175, peak: 162).note?.contains("S 2p") == true)
        #expect(identity(520...545, peak: 531).level == nil)
        #expect(identity(520...545, peak: 531).note?.contains("O 1s or Sb 3d") == true)
        #expect(identity(155...175, peak: nil).level == nil)
        #expect(identity(-5...25, peak: 10).kind == .valenceBand)
        #expect(identity(0...1200, peak: 285).kind == .survey)
    }

    @Test(
        "words are found where the standard library finds them",
        arguments: [
            "", "b", "be", "binding energy", "xbinding energ", "bbinding energy", "énergie cinétique / ev",
            "e\u{301}nergie cine\u{301}tique", "zählrate", "counts / s",
        ])
    func searching(text: String) {
        for word in ["b", "be", "binding energy", "cinétique", "zählrate", "count", "s"] {
            #expect(text.hasWord(word) == text.contains(word), "\(word) in \(text)")
            if let offset = text.byteOffset(of: word) {
                #expect(text.utf8.dropFirst(offset).starts(with: word.utf8))
                #expect(!String(decoding: text.utf8.prefix(offset), as: UTF8.self).contains(word))
            }
        }
    }
}
