import Testing

@testable import Reporting

@Suite struct ChemicalTextTests {
    /// Subscripts after "_", superscripts after "^", one mark for each run.
    private func marked(_ name: String) -> String {
        ChemicalText.typeset(name).runs.map { run in
            switch run.style {
            case .plain: run.text
            case .subscripted: "_\(run.text)"
            case .superscripted: "^\(run.text)"
            }
        }.joined(separator: "|")
    }

    @Test(arguments: [
        ("PS4 3-", "PS|_4|^3\u{2212}"), ("S 2-", "S|^2\u{2212}"), ("Li2CO3", "Li|_2|CO|_3"),
        ("Co3+", "Co|^3+"), ("PF6-", "PF|_6|^\u{2212}"), ("PO43-", "PO|_4|^3\u{2212}"), ("Li+", "Li|^+"),
        ("Li3PO4/P2Sx", "Li|_3|PO|_4|/P|_2|S|_x"), ("(NH4)2SO4", "(NH|_4|)|_2|SO|_4"),
        ("thiophosphate (P2S6 4-, P2S7 4-)", "thiophosphate (P|_2|S|_6|^4\u{2212}|, P|_2|S|_7|^4\u{2212}|)"),
        ("sulfate SO4 2-", "sulfate SO|_4|^2\u{2212}"), ("Ti4+ surface", "Ti|^4+| surface"),
        ("Li0.5CoO2", "Li|_0.5|CoO|_2"), ("Li3PO4, P2Sx", "Li|_3|PO|_4|, P|_2|S|_x"), ("C-O, C-C", "C-O, C-C"),
    ]) func formulasAreSetAsChemistsDo(name: String, expected: String) {
        #expect(marked(name) == expected)
    }

    @Test(arguments: [
        "polysulfide", "C-C", "C1", "peak 2", "S ox,1", "NCM622", "O-C=O", "Fe + Co", "S 2p3/2", "As received",
        "pi-pi* satellite", "N1s", "O2", "a-", "12", "", " ", "No 3", "x",
    ]) func otherNamesStayAsTheyAre(name: String) {
        #expect(ChemicalText.typeset(name).runs.allSatisfy { $0.style == .plain })
        #expect(ChemicalText.typeset(name).plainText == name)
    }

    @Test(arguments: [("S 2p3/2", "3/2"), ("Ce 3d5/2", "5/2"), ("O 1s", ""), ("1/2", ""), ("a 3/2", ""), ("", "")])
    func theMomentumOfALineIsLowered(name: String, lowered: String) {
        let runs = ChemicalText.line(name).runs
        #expect(runs.filter { $0.style == .subscripted }.map(\.text).joined() == lowered)
        #expect(runs.map(\.text).joined() == name)
    }

    @Test(arguments: HostileNames.all) func noCharacterIsLost(name: String) {
        func letters(_ text: String) -> String {
            Printable.text(text).filter { $0 != " " && $0 != "-" && $0 != "\u{2212}" }
        }
        #expect(letters(ChemicalText.typeset(name).plainText) == letters(name))
    }
}
