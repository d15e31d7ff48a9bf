import Foundation
import ReferenceSpectra
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@testable import Photoemission

@Suite("The referee")
struct RefereeTests {
    static let referee = Referee()

    @Test("the corpus holds at least forty recipes, half of them sound")
    func size() {
        #expect(ReviewCase.sound.count >= 20)
        #expect(ReviewCase.flawed.count >= 20)
        #expect(Set(ReviewCase.flawed.compactMap { $0.header("rule") }).count >= 20)
    }

    @Test("every published kind of error is found by its rule", arguments: ReviewCase.flawed)
    func flawed(_ flaw: ReviewCase) throws {
        let rule = try #require(flaw.header("rule"))
        let severity = try #require(flaw.header("severity").flatMap(Finding.Severity.init))
        let findings = Self.referee.findings(in: try flaw.subject)
        let found = findings.filter { $0.rule == rule }
        #expect(found.map(\.severity).max() == severity, "\(findings.map { "\($0.rule): \($0.message)" })")
        for finding in found {
            #expect(finding.source?.isEmpty == false)
            #expect(finding.advice?.isEmpty == false)
        }
    }

    @Test("no error is found in a sound recipe", arguments: ReviewCase.sound)
    func soundRecipe(_ sound: ReviewCase) throws {
        let findings = Self.referee.findings(in: try sound.subject)
        #expect(findings.allSatisfy { $0.severity < .error }, "\(findings.map { "\($0.rule): \($0.message)" })")
    }

    @Test("no error is found in the fit of a sound recipe to what it describes", arguments: ReviewCase.sound)
    func soundFit(_ sound: ReviewCase) throws {
        let recipe = try sound.recipe
        let fit = try recipe.model.fit(ReviewCase.spectrum(of: recipe))
        #expect(fit.findings.allSatisfy { $0.severity < .error }, "\(fit.findings.map { "\($0.rule): \($0.message)" })")
    }

    @Test("no error is found in the recipes that come along", arguments: ReferenceLibrary.recipes)
    func shipped(_ embedded: EmbeddedRecipe) throws {
        let subject = try ReviewSubject(
            recipe: Recipe(yaml: embedded.text, file: embedded.name), name: embedded.name)
        let findings = Self.referee.findings(in: subject)
        #expect(findings.allSatisfy { $0.severity < .error }, "\(findings.map { "\($0.rule): \($0.message)" })")
    }

    @Test("every finding that the corpus brings about has a described rule")
    func descriptions() throws {
        let described = Set(RuleDescription.all.map(\.rule))
        #expect(described.count == RuleDescription.all.count)
        for item in ReviewCase.sound + ReviewCase.flawed {
            for finding in Self.referee.findings(in: try item.subject) {
                #expect(described.contains(finding.rule), "\(finding.rule)")
            }
        }
    }

    /// The physics, not the label, is looked at: the same true splitting passes for every level of the library, and one
    /// 30 % larger does not.
    @Test("splittings are judged by the level's own reference", arguments: ReferenceLibrary.coreLevels)
    func splittings(_ reference: CoreLevelReference) throws {
        guard let splitting = reference.splitting else { return }
        func severity(_ value: Double) throws -> Finding.Severity? {
            let model = PeakModel(
                level: reference.level, window: reference.window, calibration: .shift(Measured(0)),
                components: [
                    Component(
                        name: "a", position: .within(0.3, of: reference.bindingEnergy.typical),
                        splitting: .fixed(value))
                ])
            let subject = try ReviewSubject(recipe: Recipe(model: model), name: "a")
            return Self.referee.findings(in: subject).filter { $0.rule == "spin-orbit-splitting" }.map(\.severity).max()
        }
        #expect(try severity(splitting.default) == nil)
        let wrong = max(1.3 * splitting.range.upperBound, splitting.range.upperBound + 0.11)
        #expect(try severity(wrong) == .error)
    }

    @Test("a scale that rests on a weak line is questioned, one that rests on the main line is not")
    func weakReference() throws {
        func rules(_ anchor: String) throws -> [String] {
            let truth = try Recipe(
                yaml: """
                    interphase: 1
                    level: Nb 3d
                    window: [202, 215]
                    components:
                      - {name: "reduced", position: 205.7, width: 1.2, area: 400}
                      - {name: "LiNbO3", position: 207.3, width: 1.2, area: 9000}
                    """, file: "truth")
            var model = truth.model
            model.calibration = .line(anchor, at: anchor == "LiNbO3" ? 207.3 : 205.7)
            model.components[0].position = .within(0.3, of: 205.7)
            model.components[1].position = .within(0.3, of: 207.3)
            return try model.fit(ReviewCase.spectrum(of: truth)).findings.map(\.rule)
        }
        #expect(try !rules("LiNbO3").contains("reference-line-weak"))
        #expect(try rules("reduced").contains("reference-line-weak"))
    }

    @Test("every rule is described in docs/review.md, and none that is not there")
    func documentation() throws {
        let page = try String(
            contentsOf: SharedData.projectRoot.appendingPathComponent("docs/review.md"), encoding: .utf8)
        let documented = page.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { return nil }
            return String(line[line.index(line.startIndex, offsetBy: 3)..<end])
        }
        #expect(documented == RuleDescription.all.map(\.rule))
    }

    @Test("a pair is a pair however it is written")
    func pairs() throws {
        let names = [
            ("PS4 3- 2p3/2", "PS4 3- 2p1/2"), ("S 2p3/2 PS4 3-", "S 2p1/2 PS4 3-"),
            ("PS4 3- (2p3/2)", "PS4 3- (2p1/2)"),
        ]
        for (major, minor) in names {
            #expect(LineLabel(major).twiceJ == 3)
            #expect(LineLabel(minor).twiceJ == 1)
            #expect(LineLabel(major).species == "PS4 3-")
            #expect(LineLabel(minor).species == "PS4 3-")
        }
        #expect(LineLabel("PS4 3-").twiceJ == nil)
        #expect(LineLabel("WO3 4f7/2").twiceJ == 7)
    }

    @Test("formulas give the atoms that levels are held against")
    func formulas() {
        #expect(AtomFormula("PS4(3-)")?.atoms == ["P": 1, "S": 4])
        #expect(AtomFormula("Ni3(PO4)2")?.atoms == ["Ni": 3, "P": 2, "O": 8])
        #expect(AtomFormula("Co(OH)2")?.atoms == ["Co": 1, "O": 2, "H": 2])
        #expect(AtomFormula("NiS, CoS") == nil)
        #expect(AtomFormula("((((((((((Li") == nil)
        #expect(AtomFormula("S(2-)")?.atoms == ["S": 1])
    }

    /// Li10GeP2S12: the sulfur of GeS4(4-) hides in the line that is named after PS4(3-).
    @Test("S and P of thiophosphate balance at four to one, with the sulfur of GeS4 counted, and not otherwise")
    func balance() {
        func amount(_ name: String, _ level: CoreLevel, _ atoms: Double) -> LevelAmount {
            LevelAmount(name: name, level: level, atoms: Measured(atoms, standardUncertainty: 0.02 * atoms))
        }
        let balance = LevelBalance()
        #expect(balance.findings([amount("PS4 3-", .s2p, 41), amount("PS4 3-", .p2p, 10)]).isEmpty)
        let lgps = [amount("PS4 3-", .s2p, 60), amount("PS4 3-", .p2p, 10), amount("GeS4 4-", .ge3d, 5)]
        #expect(balance.findings(lgps).isEmpty)
        #expect(balance.findings(Array(lgps.prefix(2))).map(\.severity) == [.warning])
        let wrong = balance.findings([amount("PS4 3-", .s2p, 12), amount("PS4 3-", .p2p, 10)])
        #expect(wrong.map(\.rule) == ["levels-do-not-balance"])
        #expect(wrong.map(\.severity) == [.error])
        #expect(balance.findings([amount("PS4 3-", .s2p, 12), amount("Li3PO4", .p2p, 10)]).isEmpty)
    }

    /// The rules that found something, by the name of the spectrum.
    private static func storedFindings(_ path: String) throws -> [String: Set<String>] {
        let file = try SpectrumFile(contentsOf: SharedData.file(path).path)
        var rules: [String: Set<String>] = [:]
        for spectrum in file.spectra where !CasaXPSAnnotations(comments: spectrum.comments).components.isEmpty {
            for fit in try spectrum.casaXPSFits() {
                let subject = try ReviewSubject(fit, level: spectrum.level)
                rules[spectrum.name, default: []].formUnion(referee.findings(in: subject).map(\.rule))
            }
        }
        return rules
    }

    @Test("fits of which CasaXPS exported the curves are reviewed", .enabled(if: SharedData.isPresent))
    func casaXPSExports() throws {
        func subject(_ name: String) throws -> ReviewSubject {
            let file = try SpectrumFile(contentsOf: SharedData.file("xps/casaxps-export/\(name)").path)
            return try #require(file.spectra.lazy.compactMap { ReviewSubject(exportedWith: $0) }.first)
        }
        // Tables of names, positions, widths and areas, and the same measured on the curves.
        let molybdenum = try subject("phdparser_Mo3d_doublet.txt")
        #expect(molybdenum.components.map { $0.position.value } == [232.01, 235.14])
        #expect(Self.referee.findings(in: molybdenum).allSatisfy { $0.severity < .error })
        let sulfur = try subject("20240220_Au_MPPipTFSI4AMSIol3_S_2p.csv")
        #expect(sulfur.components.map(\.name) == ["S 2p 1", "S 2p 2"])
        let gold = try subject("ascii_Au4f.txt")
        #expect(gold.components.map(\.level) == [.au4f, .au4f, .ba4d])
        let pairs = SpinOrbitPairs(sulfur, level: .s2p, splitting: 1.18).pairs
        #expect(pairs.count == 1)
        #expect(abs((pairs.first?.splitting ?? 0) - 1.18) < 0.06)
        #expect(abs((pairs.first?.areaRatio ?? 0) - 0.5) < 0.03)
        let iron = try subject("FeO_analyzed_lineshapes_cols.txt")
        #expect(Self.referee.findings(in: iron).map(\.rule).contains("doublet-area-ratio"))
    }

    @Test("stored fits of CasaXPS are reviewed, and their flaws named", .enabled(if: SharedData.isPresent))
    func casaXPS() throws {
        let findings = try Self.storedFindings("xps/vamas/assigned_open.vms")
        // Mo 3d of a sample with MoO3: three lines for two doublets. W 4f metal and oxide differ in width.
        #expect(findings["Mo 3d"]?.contains("missing-spin-orbit-partner") == true)
        #expect(findings["Nb 3d"]?.contains("spin-orbit-splitting") == false)
        #expect(findings["1: S 2p"]?.contains("missing-spin-orbit-partner") == false)
        let iron = try Self.storedFindings("xps/vamas/FeO_analyzed.vms")
        #expect(iron["Fe 2p"]?.contains("doublet-area-ratio") == true)
    }
}
