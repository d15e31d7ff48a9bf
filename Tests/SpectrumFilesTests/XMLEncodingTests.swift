import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite struct XMLEncodingTests {
    static let document = """
        <?xml version="1.0" encoding="UTF-8"?>
        <list kind="a &amp; b"><entry name="C1s">1 2 3</entry><entry name="\u{B5}m"><![CDATA[x < 2]]></entry></list>
        """

    /// Some parsers end the program on such documents.
    @Test func namesThatAreNotTextDoNotEndTheProgram() {
        for broken in ["<R\u{1}e>", "<a b\u{1}=\"\"/>", "<?\u{1} ?><a/>", "<a>\u{1}</b>", "<a xmlns:\u{1}=\"u\"/>"] {
            var bytes = Data(broken.utf8)
            let place = bytes.firstIndex(of: 1) ?? 0
            for replacement: [UInt8] in [[0xFF], [0xFF, 0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF8, 0x88], [0]] {
                var copy = bytes
                copy.replaceSubrange(place...place, with: replacement)
                _ = try? XMLTree(copy, file: "x")
                _ = try? XMLTree(Data("<?xml version=\"1.0\" encoding=\"UTF-8\"?>".utf8) + copy, file: "x")
                _ = try? XMLTree(Data("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>".utf8) + copy, file: "x")
            }
            bytes.removeAll()
        }
    }

    @Test func damagedDocumentsNeverCrashTheParser() throws {
        var random = SeededGenerator(seed: 11)
        let original = Data(Self.document.utf8)
        let wide = try #require(Self.document.data(using: .utf16))
        for _ in 0..<2_000 {
            _ = try? XMLTree(Damage.mutant(of: original, &random), file: "x")
        }
        for _ in 0..<2_000 {
            _ = try? XMLTree(Damage.mutant(of: wide, &random), file: "x")
        }
    }

    @Test func aDocumentInTheWrongEncodingIsStillRead() throws {
        let bytes = Data("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a u=\"".utf8) + Data([0xB5]) + Data("m\"/>".utf8)
        let tree = try XMLTree(bytes, file: "x")
        #expect(tree.attributes["u"] == "\u{B5}m" && tree.line == 2)
    }

    @Test func anUnknownEncodingIsAnError() {
        let bytes = Data("<?xml version=\"1.0\" encoding=\"klingon\"?><a/>".utf8)
        #expect(throws: ReadError.self) { try XMLTree(bytes, file: "x") }
    }
}
