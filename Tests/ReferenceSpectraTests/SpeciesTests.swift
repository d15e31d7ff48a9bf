import Foundation
import Spectra
import Testing

@testable import ReferenceSpectra

@Suite struct SpeciesTests {
    static let species = ReferenceLibrary.species

    /// The values that the five source papers print, by level: the library must return each of them.
    @Test(arguments: [
        ("S 2p", "S 2-", 160.2, "walther-2021"), ("S 2p", "PS4 3-", 161.6, "walther-2021"),
        ("S 2p", "S ox,1", 163.0, "walther-2021"), ("S 2p", "S ox,2", 163.7, "walther-2021"),
        ("P 2p", "PS4 3-", 131.9, "walther-2021"), ("P 2p", "Li3PO4, P2Sx", 133.0, "walther-2021"),
        ("S 2p", "PS4(3-)", 161.6, "ji-2023"), ("S 2p", "S-S", 163.5, "ji-2023"),
        ("S 2p", "P-[S]n-P", 163.0, "ji-2023"),
        ("S 2p", "NiS, CoS", 160.1, "ji-2023"), ("P 2p", "PS4(3-)", 131.9, "ji-2023"),
        ("P 2p", "reduced phosphorus species", 130.7, "ji-2023"), ("P 2p", "Li3PO4 and P2Sx", 132.8, "ji-2023"),
        ("P 2p", "TMPO4", 133.7, "ji-2023"), ("Co 2p", "Co3+", 779.3, "feng-2023"),
        ("Co 2p", "Co2+", 781.9, "feng-2023"),
        ("O 1s", "Co-O", 529.0, "feng-2023"), ("O 1s", "Li-Ti-O", 530.0, "feng-2023"),
        ("O 1s", "lattice oxygen in LiCoO2", 531.5, "feng-2023"), ("O 1s", "surface oxygen", 533.6, "feng-2023"),
        ("S 2p", "PS4 3-", 161.0, "feng-2023"), ("S 2p", "-S0-S0- and CoSx", 162.9, "feng-2023"),
        ("P 2p", "PS4 3-", 131.6, "feng-2023"), ("P 2p", "P2S6(2-)", 133.2, "feng-2023"),
        ("Ge 3d", "GeS4(4-)", 30.5, "feng-2023"), ("Ge 3d", "GeSx, GeO2", 32.2, "feng-2023"),
        ("S 2p", "PS4 3-", 161.0, "wang-2023"), ("P 2p", "PS4 3-", 131.6, "wang-2023"),
        ("Ge 3d", "GeS4 4-", 30.5, "wang-2023"), ("C 1s", "C-O", 286.6, "dai-2024"),
        ("C 1s", "C-C/C-H", 284.8, "dai-2024"), ("C 1s", "C=O", 288.3, "dai-2024"),
    ])
    func valuesOfTheSourcePapers(label: String, name: String, position: Double, source: String) throws {
        let level = try #require(CoreLevel(label: label))
        let species = try #require(ReferenceLibrary.species(named: name, level: level), "\(name)")
        let line = try #require(species.line(of: level))
        #expect(line.values.contains { $0.source == source && $0.position == position })
    }

    @Test(arguments: [
        "Li2S", "Li2O", "Li2CO3", "LiOH", "LiF", "Li3PO4", "LiCl", "sulfite", "sulfate", "polysulfide", "P2S5", "NiS",
        "CoS", "FePO4", "Co3O4", "PEO", "PVDF", "carbon black", "LiTFSI", "GeS2", "GeO2", "Ge metal", "LiNbO3", "Nb2O5",
        "B2O3", "LiBO2", "TiO2", "BaO", "LiPF6",
    ])
    func speciesOfBatteriesAreThere(name: String) {
        #expect(ReferenceLibrary.species(named: name) != nil)
    }

    @Test func namesAreFoundWhateverTheTypography() {
        for name in ["PS4 3-", "PS4(3-)", "ps43-", "PS₄³⁻", "PS4^3-", " PS4 [3-] ", "Thiophosphate"] {
            #expect(ReferenceLibrary.species(named: name, level: .s2p)?.id == "ps4", "\(name)")
        }
        #expect(ReferenceLibrary.species(named: "PS4 3-", level: .c1s) == nil)
        #expect(ReferenceLibrary.species(named: "") == nil)
        #expect(ReferenceLibrary.species(named: "unobtainium") == nil)
    }

    @Test func nearMissesAreSuggested() {
        #expect(ReferenceLibrary.speciesNames(closeTo: "PS3 4-", level: .s2p).contains("PS4 3-"))
        #expect(ReferenceLibrary.speciesNames(closeTo: "Li2C03").first == "Li2CO3")
        #expect(ReferenceLibrary.speciesNames(closeTo: "polysulphide").contains("S ox,2"))
        #expect(ReferenceLibrary.speciesNames(closeTo: "qqqqqqqqqqqq").isEmpty)
        #expect(ReferenceLibrary.speciesNames(closeTo: "carbonat", level: .c1s).contains("Li2CO3"))
    }

    @Test func candidatesAreThoseWithinReachNearestFirst() throws {
        let found = ReferenceLibrary.candidates(for: .s2p, near: 161.5)
        #expect(found.first?.species.id == "ps4")
        let offsets = found.map { abs($0.offset) }
        #expect(offsets == offsets.sorted())
        #expect(found.allSatisfy { $0.line.distance(to: 161.5) <= 0.3 })
        let phosphates = Set(ReferenceLibrary.candidates(for: .p2p, near: 133.0).map(\.species.id))
        #expect(phosphates.isSuperset(of: ["li3po4", "p2sx", "p2s6"]))
        #expect(ReferenceLibrary.candidates(for: .s2p, near: 300).isEmpty)
        #expect(ReferenceLibrary.candidates(for: .s2p, near: .nan).isEmpty)
        let everything = ReferenceLibrary.candidates(for: .s2p, near: 164, within: 1000)
        #expect(everything.count == Self.species.filter { $0.line(of: .s2p) != nil }.count)
    }

    @Test func phosphateAndThiophosphateAreAmbiguousOnBothSides() throws {
        let phosphate = try #require(ReferenceLibrary.species(named: "Li3PO4"))
        let thiophosphate = try #require(ReferenceLibrary.species(named: "P2Sx"))
        #expect(phosphate.ambiguousWith.contains("p2sx"))
        #expect(thiophosphate.ambiguousWith.contains("li3po4"))
        #expect(ReferenceLibrary.ambiguities(of: phosphate, in: .p2p).contains(thiophosphate))
        #expect(!ReferenceLibrary.ambiguities(of: phosphate, in: .o1s).contains(thiophosphate))
    }

    @Test(arguments: species)
    func ambiguityIsMutualAndMeansAnOverlap(entry: Species) throws {
        for id in entry.ambiguousWith {
            let other = try #require(Self.species.first { $0.id == id })
            #expect(other.ambiguousWith.contains(entry.id))
            // Two species can be mistaken for each other only where both have a line, and the lines are near.
            let near = entry.lines.contains { line in
                other.line(of: line.level).map { $0.distance(to: line.position) < 2.2 } ?? false
            }
            #expect(near, "\(entry.id), \(id)")
        }
    }

    @Test(arguments: species)
    func linesLieWhereTheirLevelLies(entry: Species) throws {
        for line in entry.lines {
            let reference = try #require(line.level.reference, "\(line.level)")
            let range = reference.bindingEnergyRange
            #expect(line.position >= range.lowerBound && line.position <= range.upperBound, "\(line.level)")
            #expect(reference.window.contains(line.position))
            #expect(line.range.upperBound - line.range.lowerBound < 5.5)
        }
    }

    @Test(arguments: species)
    func positionsAgreeWithTheirValues(entry: Species) {
        for line in entry.lines {
            let positions = line.values.map(\.position)
            let middle = positions.reduce(0, +) / Double(positions.count)
            #expect(abs(line.position - middle) < 1.0, "\(line.level)")
            if let deviation = line.standardDeviation {
                #expect(line.records >= 3)
                // A sample of n values within an interval of width w has a standard deviation below w / sqrt(2).
                #expect(deviation <= (line.range.upperBound - line.range.lowerBound) / 2.0.squareRoot() + 0.01)
            }
            for value in line.values {
                let source = ReferenceLibrary.source(value.source)
                #expect(source != nil)
                #expect(source?.year != nil || source?.doi != nil || source?.url != nil)
            }
        }
    }

    @Test func aSourceIsTheSameInEveryFile() throws {
        let levels = try #require(ReferenceLibrary.coreLevelTable.value?.sources)
        let species = try #require(ReferenceLibrary.speciesTable.value?.sources)
        for (key, source) in levels { if let other = species[key] { #expect(other.citation == source.citation) } }
        for source in species.values { #expect(!source.citation.isEmpty) }
    }

    /// Recipes call their components by names that the library knows, near the position it knows.
    @Test(arguments: ReferenceLibrary.recipes)
    func recipesUseKnownNamesAndPositions(recipe: EmbeddedRecipe) throws {
        let document = try RecipeDocument(recipe)
        for component in document.components where component.name != "satellite" {
            let found = ReferenceLibrary.species(named: component.name, level: document.level)
            let line = try #require(found?.line(of: document.level), "\(component.name)")
            #expect(line.distance(to: component.position) <= component.within, "\(component.name)")
        }
    }

    static let sound = """
        interphase-species: 1
        sources:
          paper: {author: A. Uthor, journal: "J. Test. 1, 2", year: 2000}
        species:
          - id: one
            name: "One 2-"
            aliases: [single]
            group: interphase
            lines:
              - level: S 2p
                position: 160.5
                range: [160, 161]
                records: 2
                values:
                  - {position: 160, source: paper}
                  - {position: 161, source: paper, reference: gold}
          - id: two
            name: Two
            group: coating
            ambiguous_with: [one]
            lines:
              - {level: S 2p, position: 163, records: 1, values: [{position: 163, source: paper}]}
        """

    @Test func aMinimalTableIsRead() throws {
        let table = try SpeciesTable(yaml: Self.sound, file: "x.yaml")
        #expect(table.species.map(\.id) == ["one", "two"])
        #expect(table.species[0].ambiguousWith == ["two"])
        #expect(table.species(named: "SINGLE")?.id == "one")
        #expect(table.species[1].lines[0].range == 163...163)
        #expect(table.species[0].lines[0].sources == ["paper"])
    }

    @Test(arguments: [
        ("group: coating", "group: paint", 19, 12, "electrolyte"),
        ("ambiguous_with: [one]", "ambiguous_with: [three]", 20, 22, "id of another species"),
        ("ambiguous_with: [one]", "ambiguous_with: [two]", 20, 22, "id of another species"),
        ("name: Two", "name: single", 17, 5, "no other species"),
        ("range: [160, 161]", "range: [160, 160.7]", 10, 9, "within the range"),
        ("source: paper, reference", "source: papers, reference", 16, 37, "sources"),
        ("level: S 2p\n", "level: S 9p\n", 10, 16, "core level"),
        ("position: 163,", "position: .inf,", 22, 33, "number"),
    ])
    func damageIsFoundWithItsPlace(before: String, after: String, line: Int, column: Int, words: String) throws {
        let damaged = Self.sound.replacingOccurrences(of: before, with: after)
        #expect(damaged != Self.sound)
        let error = try #require(throws: ReferenceDataError.self) { try SpeciesTable(yaml: damaged, file: "x.yaml") }
        #expect(error.line == line, "\(error)")
        #expect(error.column == column, "\(error)")
        #expect(error.description.contains(words), "\(error)")
    }
}

extension Species: CustomTestStringConvertible {
    public var testDescription: String { id }
}
