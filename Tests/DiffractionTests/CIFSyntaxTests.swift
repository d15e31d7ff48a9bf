import Foundation
import Spectra
import Testing

@testable import Diffraction

@Suite struct CIFSyntaxTests {
    private func parse(_ text: String) throws -> CIFDocument { try CIFDocument(text: text, file: "t.cif") }

    @Test func blocksItemsAndLoopsKeepTheirOrderAndLines() throws {
        let document = try parse(
            """
            # comment
            data_first
            _Cell_Length_A 5.43 # trailing comment
            loop_
            _x _y
            1 a
            2 'b c'
            data_second
            _x ;
            """)
        #expect(document.blocks.map(\.name) == ["first", "second"])
        let first = document.blocks[0]
        #expect(first.value("_cell_length_a") == CIFValue(text: "5.43", form: .bare, line: 3))
        let loop = try #require(first.loop("_y"))
        #expect(loop.rowCount == 2)
        #expect(loop[1, 1] == CIFValue(text: "b c", form: .quoted, line: 7))
        #expect(first.values(["_x"])?.map(\.text) == ["1", "2"])
        #expect(document.notes.isEmpty)
        #expect(document.blocks[1].value("_x")?.text == ";")
    }

    @Test func quotesEndOnlyBeforeBlanks() throws {
        let block = try parse("data_a _n 'O'Brien and 'sons' _m \"5\"' 6\" _e ''").blocks[0]
        #expect(block.value("_n")?.text == "O'Brien and 'sons")
        #expect(block.value("_m")?.text == "5\"' 6")
        #expect(block.value("_e")?.text.isEmpty == true)
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func textFieldsRunToASemicolonInTheFirstColumn(newline: String) throws {
        let text = ["data_a", "_t", ";first", "  ; not the end", "last", ";", "_u 1"].joined(separator: newline)
        let document = try parse(text)
        let block = document.blocks[0]
        #expect(block.value("_t")?.text == ["first", "  ; not the end", "last"].joined(separator: newline))
        #expect(block.value("_t")?.line == 3)
        #expect(block.value("_u")?.line == 7)
        #expect(document.notes.isEmpty)
    }

    @Test func foldedTextFieldsAreUnfolded() throws {
        let block = try parse("data_a\n_t\n;\\\nlong \\\nline\n;\n").blocks[0]
        #expect(block.value("_t")?.text.trimmingCharacters(in: .newlines) == "long line")
    }

    @Test func tripleQuotesSpanLines() throws {
        let block = try parse(
            "#\\#CIF_2.0\ndata_a\n_t '''one\n''two''\nthree'''\n_u \"\"\"x\"\"\"\n_v [1 'a b' {'k':2}] _w 3\n"
        ).blocks[0]
        #expect(block.value("_t")?.text == "one\n''two''\nthree")
        #expect(block.value("_u")?.text == "x")
        #expect(block.value("_v")?.text == "[1 'a b' {'k':2}]")
        #expect(block.value("_w")?.line == 7)
    }

    @Test func dottedNamesOfCIF2AreThoseOfCIF1() throws {
        let block = try parse("data_a\n_cell.length_a 4\n_atom_site_aniso.U_11 1").blocks[0]
        #expect(block.value("_cell_length_a")?.text == "4")
        #expect(block.value("_atom_site_aniso_u_11")?.text == "1")
    }

    @Test func saveFramesDoNotLeakIntoTheirBlock() throws {
        let document = try parse("data_d\n_a 1\nsave_frame\n_b 2\nloop_\n_c\n1 2\nsave_\n_d 3\n")
        let block = document.blocks[0]
        #expect(block.has("_a") && block.has("_d") && !block.has("_b") && !block.has("_c"))
        #expect(block.frames.map(\.name) == ["frame"])
        #expect(block.frames[0].value("_b")?.text == "2")
    }

    @Test func slipsBecomeNotesWithTheirLine() throws {
        let missingHeader = try parse("_a 1\n_b 2\n")
        #expect(missingHeader.blocks[0].value("_b")?.text == "2")
        #expect(missingHeader.notes == ["line 1: data names before any 'data_' header"])

        let document = try parse("data_a\n_a\n_b 1\n_b 2\n_c 'open\nloop_\n_d\n_e\n1 2 3\n_f 4 5\n")
        let block = document.blocks[0]
        #expect(block.value("_a")?.isMissing == true)
        #expect(block.value("_b")?.text == "1")
        #expect(block.value("_c")?.text == "open")
        #expect(block.loop("_d")?.leftOver == 1)
        #expect(block.loop("_d")?.rowCount == 1)
        #expect(block.value("_f")?.text == "4")
        let lines = document.notes.compactMap { $0.split(separator: ":").first }
        #expect(Set(lines) == ["line 2", "line 4", "line 5", "line 6", "line 10"])
    }

    @Test func eightBitTextIsRead() throws {
        var bytes = Array("data_a\n_n 'M".utf8)
        bytes.append(0xFC)
        bytes += Array("ller'\n".utf8)
        let latin = try CIFDocument(bytes: bytes, file: "t.cif")
        #expect(latin.blocks[0].value("_n")?.text == "M\u{FC}ller")
        let marked = try CIFDocument(bytes: [0xEF, 0xBB, 0xBF] + Array("data_a _x 1".utf8), file: "t.cif")
        #expect(marked.blocks[0].name == "a")
        let wide: [UInt8] = [0xFF, 0xFE] + "data_a _x \u{E9}".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(try CIFDocument(bytes: wide, file: "t.cif").blocks[0].value("_x")?.text == "\u{E9}")
    }

    @Test func whatIsNoCIFIsRefusedWithItsPlace() throws {
        #expect(
            throws: ReadError.malformed(
                file: "t.cif", place: .line(1), expected: "a CIF: 'data_' and data names that start with '_'",
                found: "an empty file")
        ) { try parse(" \n# nothing\n") }
        #expect(
            throws: ReadError.malformed(
                file: "t.cif", place: .line(2), expected: "a CIF: 'data_' and data names that start with '_'",
                found: "'Hello'")
        ) { try parse("\nHello world\n") }
        #expect(
            throws: ReadError.malformed(
                file: "t.cif", place: .line(3), expected: "a text field closed by ';' in the first column",
                found: "the end of the file")
        ) { try parse("data_a\n_t\n;never\nclosed\n") }
        #expect(throws: ReadError.self) { try CIFDocument(bytes: [0x7F, 0x45, 0, 0, 0, 1, 2, 0], file: "t.cif") }
        #expect(throws: ReadError.noSuchFile(file: "/nowhere/x.cif")) {
            try CIFDocument(contentsOf: URL(fileURLWithPath: "/nowhere/x.cif"))
        }
    }

    @Test func sizeCostsTimeInProportionOnly() throws {
        // Each of these makes a careless parser look through the rest of the file again and again.
        let count = 40_000
        for piece in ["'open ", "''' ", "\"\"\" ", "_a_b ", "loop_\n", "save_x\n", ";\n;\n", "data_x\n", "x\n;", "[ "] {
            let text = "data_a\n" + String(repeating: piece, count: count) + "\n"
            _ = try? CIFDocument(text: text)
            _ = try? CIFDocument(text: "#\\#CIF_2.0\n" + text)
        }
        let document = try parse("data_a\n_x '" + String(repeating: "y", count: 2_000_000) + "'\n")
        #expect(document.blocks[0].value("_x")?.text.utf8.count == 2_000_000)
    }

    @Test(
        arguments: [
            ("5.4309(2)", 5.4309, 0.0002), ("-.5", -0.5, nil), ("4.", 4, nil), ("+3", 3, nil),
            ("1.5e-3(2)", 0.0015, 0.0002),
            ("1.23(2)e2", 123, 2), ("12(3)", 12, 3), ("0.5(0.02)", 0.5, 0.02), ("1/3", 1.0 / 3, nil),
            ("2.5(3", 2.5, 0.3),
            ("\u{2212}1.5", -1.5, nil),
        ] as [(String, Double, Double?)]) func numbersCarryTheirUncertainty(text: String, value: Double, u: Double?)
        throws
    {
        let number = try #require(CIFValue(text: text, line: 1).number)
        #expect(abs(number.value - value) < 1e-12)
        #expect(abs((number.standardUncertainty ?? -1) - (u ?? -1)) < 1e-12)
    }

    @Test(arguments: [
        "", "?", ".", "nan", "inf", "1.2.3", "1,5", "0x10", "--1", "1e999", "abc", "1()", "1 2", "1/0", "e5",
    ])
    func otherTextsAreNoNumbers(text: String) {
        #expect(CIFValue(text: text, line: 1).number == nil)
    }
}
