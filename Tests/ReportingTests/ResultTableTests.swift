import Foundation
import Spectra
import Testing

@testable import Photoemission
@testable import Reporting

@Suite struct ResultTableTests {
    private static let table = ResultTable(
        "Species of a_b",
        [
            .init(title: "Species", isNumeric: false, cells: [.name("PS4 3-"), .name("S & co")]),
            .init(
                title: "Binding energy (eV)", isNumeric: true,
                cells: [.quantity(Measured(163.02, standardUncertainty: 0.03)), .quantity(Measured(-1.5))]),
            .init(title: "Share (%)", isNumeric: true, cells: [.number("58.4"), .none]),
        ], notes: ["50 % of it."])

    @Test func latexIsSetWithBooktabsAndSiunitx() {
        let expected = """
            % \\usepackage{booktabs,siunitx}
            \\begin{table}
            \\caption{Species of a\\_b}
            \\centering
            \\begin{tabular}{l S[table-format=-3.2(1)] S[table-format=2.1]}
            \\toprule
            Species & {Binding energy (eV)} & {Share (\\%)} \\\\
            \\midrule
            PS\\textsubscript{4}\\textsuperscript{3\\ensuremath{-}} & 163.02(3) & 58.4 \\\\
            S \\& co & -1.5 & {--} \\\\
            \\bottomrule
            \\end{tabular}
            \\par\\smallskip\\footnotesize 50 \\% of it.
            \\end{table}

            """
        #expect(Self.table.latex == expected)
    }

    @Test func markdownHasARowForEachOfTheTable() {
        let lines = Self.table.markdown.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[2] == "| Species | Binding energy (eV) | Share (%) |")
        #expect(lines[3] == "|---|---:|---:|")
        #expect(lines[4] == "| PS<sub>4</sub><sup>3\u{2212}</sup> | 163.02(3) | 58.4 |")
        #expect(lines[5] == "| S \\& co | -1.5 | \u{2013} |")
    }

    @Test func separatedValuesKeepAllDigitsAndPutUncertaintiesBeside() {
        let lines = Self.table.csv.components(separatedBy: "\r\n")
        #expect(lines[0] == "Species,Binding energy (eV),u(Binding energy (eV)),Share (%)")
        #expect(lines[1] == "PS4 3-,163.02,0.03,58.4")
        #expect(lines[2] == "S & co,-1.5,,")
    }

    /// Braces balance and no character with a meaning stands unescaped, whatever a name is made of.
    @Test(arguments: HostileNames.all) func namesStayTextInLatex(name: String) {
        let text = LaTeX.rich(ChemicalText.typeset(name)) + LaTeX.escaped(name)
        var depth = 0
        var before: Character = " "
        for character in text {
            if before != "\\" {
                if character == "{" { depth += 1 }
                if character == "}" { depth -= 1 }
                #expect(!"&%$#_~".contains(character), "\(text)")
                #expect(depth >= 0)
            }
            before = before == "\\" && character == "\\" ? " " : character
        }
        #expect(depth == 0 && !text.contains("\n"))
    }

    @Test(arguments: [
        ("163.02(3)", 3, 2, 1), ("6630(60)", 4, 0, 2), ("-0.418(4)", 1, 3, 1), ("1e+06", 1, 0, 0), ("12", 2, 0, 0),
    ])
    func numbersAreMeasured(text: String, whole: Int, decimals: Int, uncertainty: Int) throws {
        let number = try #require(LaTeX.Number(text))
        #expect(number.wholeDigits == whole && number.decimals == decimals && number.uncertaintyDigits == uncertainty)
    }

    @Test(arguments: ["", "-", "unknown", "1.", "1(", "1()", "1e", "1.5 (a)", ".5", "nan", "1.2.3", "١٢"])
    func whatIsNoNumberIsNotTakenForOne(text: String) { #expect(LaTeX.Number(text) == nil) }

    @Test func theTableOfAFitHasAllComponentsInEachForm() {
        let fit = SimulatedFit.sulfur.fit
        let tables = FitTable(fit).resultTables
        for component in fit.components {
            let position = component.position.description
            for format in ResultTables.Format.allCases where format != .csv {
                #expect(tables.text(as: format).contains(position))
            }
            #expect(tables.text(as: .csv).contains(TableText.exact(component.position.value)))
        }
    }

    @Test func theNameOfTheFileDecidesTheForm() throws {
        #expect(ResultTables.Format(path: "a/b.MD") == .markdown && ResultTables.Format(path: "b.tex") == .latex)
        #expect(ResultTables.Format(path: "b.xlsx") == nil && ResultTables.Format(path: "csv") == nil)
        #expect(throws: WriteError.self) { try ResultTables([Self.table]).write(to: "/tmp/table.xlsx") }
    }
}
