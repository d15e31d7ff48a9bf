import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite struct XMLTreeTests {
    func tree(_ text: String, limits: XMLTree.Limits = .init()) throws -> XMLTree {
        try XMLTree(Data(text.utf8), file: "a.xml", limits: limits)
    }

    @Test func anElementKeepsNameAttributesTextChildrenAndLine() throws {
        let root = try tree(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <x:scan xmlns:x="urn:x" kind="a &amp; b">
              <counts unit="counts">1 2
              3</counts>
              <x:axis><![CDATA[2 < 3]]></x:axis>
              <counts/>
            </x:scan>
            """)
        #expect(root.name == "scan")
        #expect(root.attributes["kind"] == "a & b")
        #expect(root.line == 2)
        #expect(root.children.map(\.name) == ["counts", "axis", "counts"])
        #expect(root.children("counts").map(\.line) == [3, 6])
        #expect(root.child("counts")?.text.split(whereSeparator: \.isWhitespace) == ["1", "2", "3"])
        #expect(root.child("axis")?.text == "2 < 3")
        #expect(root.child("axis", "counts") == nil)
    }

    @Test func encodingsOtherThanUTF8AreRead() throws {
        let latin = try XMLTree(
            Data("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>".utf8) + Data([0xC5]) + Data("</a>".utf8),
            file: "l")
        #expect(latin.text == "\u{C5}")
        let wide = try XMLTree(
            try #require("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>\u{C5}</a>".data(using: .utf16)), file: "w")
        #expect(wide.text == "\u{C5}")
    }

    @Test func aBrokenDocumentIsRefusedWithItsLine() throws {
        for text in ["", "counts", "<a>", "<a>\n<b>\n</a>", "<a x=1></a>", "<a></a><b>"] {
            #expect(throws: ReadError.self) { try tree(text) }
        }
        do {
            _ = try tree("<a>\n<b>\n</c>\n</a>")
            Issue.record("a mismatched tag was accepted")
        } catch let ReadError.malformed(file, place, _, _) {
            #expect(file == "a.xml")
            #expect(place == .line(3))
        }
    }

    @Test func linesKeepTheirNumbersBehindALongDeclaration() throws {
        #expect(try tree("<?xml version='1.0'\n encoding='utf-8'\n?>\n<a>\n<b/></a>").children.map(\.line) == [5])
    }

    @Test func randomDamageNeverCrashes() {
        let document = Array(
            """
            <?xml version="1.0"?><x:a xmlns:x="urn:x" x:type="t" b="&lt;&#65;"><!-- c --><c d='1'>1 2 <![CDATA[<>]]>3</c>
            <?pi x?><c/><x:e f="\u{3B8}"></x:e></x:a>
            """.utf8)
        let pieces: [[UInt8]] = [
            [0xFF], [0], Array("<".utf8), Array("&".utf8), Array("xmlns:".utf8), Array("]]>".utf8), Array("\"".utf8),
            Array("<!DOCTYPE a [<!ENTITY e 'x'>]>".utf8), Array("&#x110000;".utf8), Array(":".utf8), Array("/>".utf8),
        ]
        var state: UInt64 = 17
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<4000 {
            var bytes = document
            for _ in 0...random(3) {
                let position = random(bytes.count)
                switch random(4) {
                case 0: bytes[position] = UInt8(random(256))
                case 1: bytes.insert(contentsOf: pieces[random(pieces.count)], at: position)
                case 2: bytes.replaceSubrange(position..<position + 1, with: pieces[random(pieces.count)])
                default: bytes.removeSubrange(position..<min(bytes.count, position + 1 + random(12)))
                }
                if bytes.isEmpty { bytes = [0x3C] }
            }
            _ = try? XMLTree(Data(bytes), file: "damaged.xml")
        }
    }

    @Test func entitiesThatMultiplyAreRefused() throws {
        var text = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"lol\">"
        for level in 1...9 {
            text += "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">"
        }
        #expect(throws: ReadError.self) { try tree(text + "]><a>&e9;</a>") }
    }

    @Test func depthAndNumberOfElementsAreLimited() throws {
        let deep = String(repeating: "<a>", count: 150) + String(repeating: "</a>", count: 150)
        _ = try tree(deep)
        #expect(throws: ReadError.self) { try tree(deep, limits: .init(depth: 149)) }
        #expect(throws: ReadError.self) { try tree("<a><b/><b/></a>", limits: .init(elements: 2)) }
        #expect(throws: ReadError.self) { try tree(String(repeating: "<a>", count: 200_000)) }
    }
}

@Suite struct ZipArchiveTests {
    @Test func storedAndDeflatedEntriesComeBackAsTheyWere() throws {
        let first = Data("one".utf8)
        let second = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 1000) })
        let packed = try ZipFixture.archive([("a/one.txt", first), ("a\\two.bin", second), ("b/", Data())])
        #expect(packed.count < 20_000)
        let archive = try ZipArchive(FileContent(path: "x.zip", data: packed))
        #expect(archive.entries.map(\.path) == ["a/one.txt", "a/two.bin"])
        #expect(archive.entries.map(\.size) == [3, 200_000])
        #expect(try archive.data(of: archive.entries) == [first, second])
        #expect(try archive.data(of: #require(archive.entry("A/ONE.TXT"))) == first)
        #expect(archive.entry("absent") == nil)
    }

    @Test func nothingIsUnpackedBeyondTheLimits() throws {
        let packed = try ZipFixture.archive([("bomb", Data(count: 10_000_000)), ("second", Data(count: 10))])
        let content = FileContent(path: "x.zip", data: packed)
        let small = try ZipArchive(content, limits: .init(bytesPerEntry: 2_999_999))
        #expect(throws: ReadError.self) { try small.data(of: small.entries[0]) }
        let together = try ZipArchive(content, limits: .init(bytesInAll: 3_000_005))
        #expect(throws: ReadError.self) { try together.data(of: together.entries) }
        #expect(throws: ReadError.self) { try ZipArchive(content, limits: .init(entries: 1)) }
    }

    @Test func damageGivesAnErrorOrTheRightBytes() throws {
        let payload = Data("counts counts counts counts 1 2 3 4 5 6 7 8 9".utf8)
        let packed = try ZipFixture.archive([("data", payload)])
        for length in 0..<packed.count {
            #expect(throws: ReadError.self) {
                let archive = try ZipArchive(FileContent(path: "x.zip", data: packed.prefix(length)))
                _ = try archive.data(of: archive.entries)
            }
        }
        for index in packed.indices {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var damaged = packed
                damaged[index] ^= mask
                let found = try? ZipArchive(FileContent(path: "x.zip", data: damaged)).dataOfAll()
                if let found, let first = found.first { #expect(first == payload) }
            }
        }
    }
}

extension ZipArchive {
    fileprivate func dataOfAll() throws -> [Data] { try data(of: entries) }
}
