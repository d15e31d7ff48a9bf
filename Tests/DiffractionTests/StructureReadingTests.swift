import Foundation
import Spectra
import TestSupport
import Testing

@testable import Diffraction

@Suite struct StructureReadingTests {
    static let spinel = """
        data_spinel
        _chemical_formula_sum 'Co3 O4'
        _cell_formula_units_Z 8
        _cell_length_a 8.0837(1)
        _cell_length_b 8.0837
        _cell_length_c 8.0837
        _cell_angle_alpha 90
        _cell_angle_beta 90
        _cell_angle_gamma 90
        _symmetry_space_group_name_H-M 'F d -3 m :2'
        loop_
        _atom_site_label
        _atom_site_type_symbol
        _atom_site_fract_x
        _atom_site_fract_y
        _atom_site_fract_z
        _atom_site_occupancy
        _atom_site_B_iso_or_equiv
        CoA Co2+ 0.125 0.125 0.125 1 0.4
        CoB Co3+ 0.5 0.5 0.5 1 0.3
        O1 O2- 0.2631 0.2631 0.2631 1 0.5
        """

    private func replacing(_ old: String, _ new: String) -> String {
        Self.spinel.replacingOccurrences(of: old, with: new)
    }

    private struct Refusal {
        var file: String
        var line: Int
        var expected: String
        var found: String
    }

    private func whyRefused(_ text: String) -> Refusal? {
        guard case .failure(let error) = Result(catching: { try CrystalStructure(cif: text, file: "broken.cif") }),
            case .malformed(let file, let place, let expected, let found)? = error as? ReadError,
            case .line(let line) = place
        else { return nil }
        return Refusal(file: file, line: line, expected: expected, found: found)
    }

    @Test func aStructureHasItsCellContentsAndDensity() throws {
        let structure = try CrystalStructure(cif: Self.spinel)
        #expect(structure.sites.map(\.multiplicity) == [8, 16, 32])
        #expect(structure.cellContents.counts == ["Co": 24, "O": 32])
        #expect(structure.formula.description == "Co3O4")
        #expect(structure.formulaUnits == 8)
        #expect(structure.spaceGroupSymbol == "F d -3 m :2")
        #expect(structure.sites.map(\.species.charge) == [2, 3, -2])
        #expect(structure.sites[0].displacement == .isotropicB(0.4))
        // 8 x 240.795 u in 8.0837^3 A^3.
        let expected = 8 * 240.795 * 1.66053907 / pow(8.0837, 3)
        #expect(abs(try #require(structure.density) - expected) < 1e-3)
        #expect(structure.findings.isEmpty)
        #expect(structure.cellAtoms.count == 56)
    }

    @Test func originChoicesAreToldApartByWhatTheCellHolds() throws {
        let structure = try CrystalStructure(cif: replacing("'F d -3 m :2'", "'F d 3 m'"))
        #expect(structure.cellContents.counts == ["Co": 24, "O": 32])
        #expect(structure.findings.map(\.rule) == ["setting-assumed"])
        // The same atoms described from the other origin, 1/8 1/8 1/8 away.
        let first = replacing("'F d -3 m :2'", "'F d 3 m'").replacingOccurrences(of: "0.125 0.125 0.125", with: "0 0 0")
            .replacingOccurrences(of: "0.5 0.5 0.5", with: "0.625 0.625 0.625")
            .replacingOccurrences(of: "0.2631 0.2631 0.2631", with: "0.3881 0.3881 0.3881")
        let other = try CrystalStructure(cif: first)
        #expect(other.spaceGroupSymbol == "F d -3 m :1")
        #expect(other.cellContents.counts == ["Co": 24, "O": 32])
    }

    @Test func rhombohedralAndHexagonalAxesAreToldApartByTheCell() throws {
        func corundum(_ cell: String, _ atoms: String) -> String {
            let values = cell.split(separator: " ")
            let tags = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"]
            return "data_c\n" + zip(tags, values).map { "_cell_\($0) \($1)\n" }.joined()
                + "_space_group_name_H-M_alt 'R -3 c'\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
                + atoms
        }
        let hexagonal = try CrystalStructure(
            cif: corundum("4.7592 4.7592 12.992 90 90 120", "Al1 0 0 0.3522\nO1 0.3063 0 0.25\n"))
        #expect(hexagonal.spaceGroupSymbol == "R -3 c :H")
        #expect(hexagonal.cellContents.counts == ["Al": 12, "O": 18])
        let rhombohedral = try CrystalStructure(
            cif: corundum("5.1290 5.1290 5.1290 55.28 55.28 55.28", "Al1 .3522 .3522 .3522\nO1 .5563 .9437 .25\n"))
        #expect(rhombohedral.spaceGroupSymbol == "R -3 c :R")
        #expect(rhombohedral.cellContents.counts == ["Al": 4, "O": 6])
        #expect(abs(hexagonal.density! - rhombohedral.density!) < 0.01)
    }

    @Test func roundedCoordinatesLandOnTheirSpecialPosition() throws {
        let head = """
            data_w
            _cell_length_a 3.2495
            _cell_length_b 3.2495
            _cell_length_c 5.2069
            _cell_angle_alpha 90
            _cell_angle_beta 90
            _cell_angle_gamma 120
            _symmetry_space_group_name_H-M 'P 63 m c'
            loop_
            _atom_site_label
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z

            """
        for third in ["0.3333 0.6667", "0.333 0.667", ".33 .67", "1/3 2/3", "0.333333 0.666667"] {
            let structure = try CrystalStructure(cif: head + "Zn \(third) 0\nO \(third) 0.38\n")
            #expect(structure.cellContents.counts == ["Zn": 2, "O": 2], "\(third)")
            #expect(abs(structure.sites[0].position.x - 1.0 / 3) < 1e-9)
        }
        // An atom split about the axis on purpose stays split.
        let split = try CrystalStructure(cif: head + "Zn 0.3433 0.6867 0\nO 1/3 2/3 0.38\n")
        #expect(split.sites[0].multiplicity == 6)
    }

    @Test func operatorsCountMoreThanSymbols() throws {
        let listed = replacing(
            "_symmetry_space_group_name_H-M 'F d -3 m :2'",
            "_symmetry_space_group_name_H-M 'F d -3 m'\nloop_\n_symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n"
                + SpaceGroupTable.settings(named: "F d -3 m :2")[0].group.operations.enumerated()
                .map { "\($0 + 1) '\($1)'" }.joined(separator: "\n"))
        let structure = try CrystalStructure(cif: listed)
        #expect(structure.cellContents.counts == ["Co": 24, "O": 32])
        #expect(structure.findings.isEmpty)

        // Only the identity is listed, and the content says that the symbol is right.
        let only = replacing("'F d -3 m :2'", "'F d -3 m :2'\n_symmetry_equiv_pos_as_xyz 'x,y,z'")
        let rescued = try CrystalStructure(cif: only)
        #expect(rescued.cellContents.counts == ["Co": 24, "O": 32])
        #expect(rescued.findings.map(\.rule) == ["symmetry-conflict"])
    }

    @Test(arguments: [
        ("_cell_length_b 8.0837\n", "", "_cell_length_b"),
        ("_cell_length_a 8.0837(1)", "_cell_length_a abc", "a number for _cell_length_a"),
        ("_cell_length_c 8.0837", "_cell_length_c 9.5", "a cell that the symmetry (cubic) allows"),
        ("_cell_angle_alpha 90", "_cell_angle_alpha 190", "a unit cell with a volume"),
        ("'F d -3 m :2'", "'F q m'", "a space group of the International Tables"),
        ("_symmetry_space_group_name_H-M 'F d -3 m :2'", "", "symmetry: operations"),
        ("0.125 0.125 0.125", "0.125 x 0.125", "a number as coordinate y of atom CoA"),
        ("CoA Co2+", "CoA Xx", "the symbol of an element for atom CoA"),
        ("0.5 0.5 0.5 1 0.3", "0.5 0.5 0.5 -1 0.3", "an occupancy from 0 to 1 for atom CoB"),
        ("0.5 0.5 0.5 1 0.3", "0.5 0.5 0.5 1 0.3 9", "rows of 7 values"),
        ("_atom_site_fract_y\n", "_atom_site_other\n", "_atom_site_fract_y beside _atom_site_fract_x"),
        ("'F d -3 m :2'", "'F d -3 m :2'\n_symmetry_equiv_pos_as_xyz 'x,y'", "a symmetry operation"),
    ]) func errorsNameTheLineAndWhatIsMissing(old: String, new: String, expected: String) throws {
        let refusal = try #require(whyRefused(replacing(old, new)))
        #expect(refusal.file == "broken.cif")
        #expect(refusal.expected.hasPrefix(expected), "\(refusal.expected)")
        #expect(refusal.line >= 1 && refusal.line <= 24)
    }

    @Test(arguments: [
        ("data_p\nloop_\n_pd_meas_2theta_scan\n_pd_meas_counts_total\n10 5\n10.1 6\n", "a powder pattern only"),
        ("data_p\n_cell_length_a 4\n_pd_meas_number_of_points 3\n", "a unit cell and a powder pattern without atoms"),
        ("data_p\n_cell_length_a 4\n", "a unit cell without atoms"),
        ("data_p\n_cell_length_a ?\n_atom_site_fract_x .\n", "2 data names without"),
        ("data_p\n_atom_site_fract_x 0.1\n", "atoms but no unit cell"),
        ("data_p\nloop_\n_atom_site.Cartn_x\n0.1\n", "atoms in Cartesian coordinates only"),
        ("data_p\nloop_\n_refln_index_h\n_refln_F_squared_meas\n1 2\n", "a list of reflections only"),
        ("data_dic\n_dictionary.title X\nsave_a\n_definition.id a\nsave_\n", "a CIF dictionary"),
    ]) func filesWithoutAStructureAreRefusedPlainly(text: String, found: String) throws {
        let refusal = try #require(whyRefused(text))
        #expect(refusal.line == 1)
        #expect(refusal.expected.hasPrefix("a crystal structure"))
        #expect(refusal.found.hasPrefix(found), "\(refusal.found)")
    }

    @Test func theBlockWithTheStructureIsFound() throws {
        let text = "data_global\n_journal_name_full X\n" + Self.spinel + "\ndata_powder\n_pd_meas_number_of_points 3\n"
        let document = try CIFDocument(text: text)
        #expect(try CrystalStructure(document: document).name == "spinel")
        #expect(try CrystalStructure(document: document, block: "SPINEL").name == "spinel")
        #expect(throws: ReadError.self) { try CrystalStructure(document: document, block: "powder") }
        #expect(throws: ReadError.self) { try CrystalStructure(document: document, block: "none") }
    }

    @Test func displacementsOfEveryKindAreReadAsWhatTheyAre() throws {
        let text = """
            data_d
            _cell_length_a 5
            _cell_length_b 6
            _cell_length_c 7
            _cell_angle_alpha 90
            _cell_angle_beta 90
            _cell_angle_gamma 90
            _symmetry_space_group_name_H-M 'P 1'
            loop_
            _atom_site_label
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z
            _atom_site_U_iso_or_equiv
            _atom_site_B_iso_or_equiv
            _atom_site_adp_type
            Na1 0 0 0 0.01(1) . Uiso
            Na2 .1 0 0 . 0.8 Biso
            Na3 .2 0 0 0.02 . Uani
            Na4 .3 0 0 0.02 . Uiso
            Na5 .4 0 0 . . ?
            Na6 .5 0 0 0.0 . Uiso
            Na7 .6 0 0 -0.01 . Uiso
            Na8 .7 0 0 . . Bani
            Na9 .8 0 0 0.000(3) . Uiso
            loop_
            _atom_site_aniso_label
            _atom_site_aniso_U_11
            _atom_site_aniso_U_22
            _atom_site_aniso_U_33
            _atom_site_aniso_U_12
            _atom_site_aniso_U_13
            _atom_site_aniso_U_23
            Na3 0.01 0.02 0.03 0 0 0.001
            Na4 0.01 0.02 0.03 0 0 0.001
            loop_
            _atom_site_aniso_label
            _atom_site_aniso_B_11
            _atom_site_aniso_B_22
            _atom_site_aniso_B_33
            _atom_site_aniso_B_12
            _atom_site_aniso_B_13
            _atom_site_aniso_B_23
            Na8 1 2 3 0.1 0 0
            """
        let sites = try CrystalStructure(cif: text).sites
        #expect(sites[0].displacement == .isotropicU(0.01))
        #expect(sites[1].displacement == .isotropicB(0.8))
        #expect(sites[2].displacement == .anisotropicU(SymmetricTensor(xx: 0.01, yy: 0.02, zz: 0.03, yz: 0.001)))
        #expect(sites[3].displacement == .isotropicU(0.02))
        #expect(sites[4].displacement == nil)
        #expect(sites[5].displacement == nil)
        #expect(sites[6].displacement == nil)
        #expect(sites[7].displacement == .anisotropicB(SymmetricTensor(xx: 1, yy: 2, zz: 3, xy: 0.1)))
        #expect(sites[8].displacement == .isotropicU(0))
    }

    @Test func dotsStandForTheDefaultWhereAFileWritesZerosSo() throws {
        let text = replacing("0.5 0.5 0.5 1 0.3", "0.5 0.5 0.5 1 .").replacingOccurrences(
            of: "0.125 0.125 0.125 1 0.4", with: "0.125 0.125 0.125 1 0.4\nLi Li . . . 1 .\nLi2 Li 0.3 . . 1 .")
        let structure = try CrystalStructure(cif: text)
        #expect(structure.sites[1].position == SIMD3(0, 0, 0))
        #expect(structure.sites[2].position == SIMD3(0.3, 0, 0))
        // Where no row mixes dots and numbers, a row of dots is an atom that was not located.
        let unknown = replacing("0.5 0.5 0.5 1 0.3", ". . . 1 0.3")
        let partial = try CrystalStructure(cif: unknown)
        #expect(partial.sites.map(\.label) == ["CoA", "O1"])
        #expect(partial.findings.map(\.rule) == ["atoms-without-position", "cell-contents"])
    }

    @Test func sitesSharedByElementsInOneTypeAreSplit() throws {
        let text = replacing(
            "CoB Co3+ 0.5 0.5 0.5 1 0.3", "M '0.75(1)Co + 0.25Al' 0.5 0.5 0.5 0.8 0.3\nW OH2 0 0 0 .5 .")
        let structure = try CrystalStructure(cif: text)
        #expect(structure.sites.map(\.species.element) == ["Co", "Co", "Al", "O", "O"])
        for (site, occupancy) in zip(structure.sites, [1, 0.6, 0.2, 0.5, 1]) {
            #expect(abs(site.occupancy - occupancy) < 1e-12)
        }
        #expect(structure.findings.contains { $0.rule == "group-without-hydrogen" })
    }

    @Test func missingAnglesAreThoseOfTheCrystalSystem() throws {
        let text = """
            data_g
            _cell_length_a 2.464
            _cell_length_b 2.464
            _cell_length_c 6.711
            _symmetry_space_group_name_H-M 'P 63/m m c'
            loop_
            _atom_site_label
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z
            C1 0 0 0.25
            C2 0.3333 0.6667 0.25
            """
        let structure = try CrystalStructure(cif: text)
        #expect(structure.cell.gamma == 120)
        #expect(structure.cellContents.counts == ["C": 4])
        #expect(structure.findings.map(\.rule) == ["cell-angle-missing"])
    }

    @Test func columnsOfOtherLoopsAreNotTheAtoms() throws {
        let text = Self.spinel.replacingOccurrences(of: "_atom_site_B_iso_or_equiv\n", with: "")
            .replacingOccurrences(of: " 1 0.4", with: " 1").replacingOccurrences(of: " 1 0.3", with: " 1")
            .replacingOccurrences(of: " 1 0.5", with: " 1")
        let other = "\nloop_\n_atom_site_label_1\n_atom_site_B_iso_or_equiv\nO1 9\nCoA 9\nCoB 9\n"
        #expect(try CrystalStructure(cif: text + other).sites.allSatisfy { $0.displacement == nil })
    }

    @Test func magneticOperatorsCountByWhatTheyDoToAtoms() throws {
        let text = replacing(
            "_symmetry_space_group_name_H-M 'F d -3 m :2'",
            """
            loop_
            _space_group_symop_magn_operation.id
            _space_group_symop_magn_operation.xyz
            1 x,y,z,+1
            2 -x,-y,-z,-1
            loop_
            _space_group_symop_magn_centering.id
            _space_group_symop_magn_centering.xyz
            1 x,y,z,+1
            2 x+1/2,y+1/2,z,-1
            """)
        #expect(try CrystalStructure(cif: text).spaceGroup == HallSymbol.spaceGroup("-C 1"))
    }

    @Test func anOriginOtherThanTheTabledOneIsNoConflict() throws {
        let group = try #require(HallSymbol.spaceGroup("-F 4vw 2vw 3"))
        let shift = try #require(SymmetryOperation("x+1/4,y+1/3,z+1/8"))
        let moved = try #require(try group.transformed(by: shift))
        let text = Self.spinel.replacingOccurrences(
            of: "_symmetry_space_group_name_H-M 'F d -3 m :2'",
            with: "_symmetry_space_group_name_H-M 'F d -3 m :2'\nloop_\n_symmetry_equiv_pos_as_xyz\n"
                + moved.operations.map { "'\($0)'\n" }.joined())
        let rules = try CrystalStructure(cif: text).findings.map(\.rule)
        #expect(!rules.contains("symmetry-conflict"))
        // Another group of the same rotations is one.
        let other = try #require(HallSymbol.spaceGroup("-F 4 2 3"))
        let wrong = Self.spinel.replacingOccurrences(
            of: "_symmetry_space_group_name_H-M 'F d -3 m :2'",
            with: "_symmetry_space_group_name_H-M 'F d -3 m :2'\nloop_\n_symmetry_equiv_pos_as_xyz\n"
                + other.operations.map { "'\($0)'\n" }.joined())
        #expect(try CrystalStructure(cif: wrong).findings.map(\.rule).contains("symmetry-conflict"))
    }

    @Test func aWholeCellListedBesideItsSymmetryIsCountedOnce() throws {
        let extra = "\nCoA2 Co2+ 0.875 0.875 0.875 1 0.4\nO2 O2- 0.7369 0.7369 0.7369 1 0.5\n"
        let structure = try CrystalStructure(cif: Self.spinel + extra)
        #expect(structure.cellContents.counts == ["Co": 24, "O": 32])
        #expect(structure.findings.map(\.rule) == ["atoms-repeated"])
        // Two elements that share a site are no repetition.
        let mixed = replacing(
            "CoA Co2+ 0.125 0.125 0.125 1 0.4", "CoA Co2+ 0.125 0.125 0.125 .5 0.4\nLiA Li1+ 0.125 0.125 0.125 .5 0.4")
        #expect(try CrystalStructure(cif: mixed).cellContents.counts == ["Co": 20, "Li": 4, "O": 32])
    }

    @Test(arguments: [
        ("Co", "Co"), ("Co3+", "Co3+"), ("O2-", "O2-"), ("O-2", "O2-"), ("Na+", "Na1+"), ("FE+3", "Fe3+"), ("D", "H"),
        ("Mn3.5+", "Mn3.5+"), ("O1", "O"), ("7Li", "Li"), ("Cl1-", "Cl1-"), ("Fe0+", "Fe"),
    ]) func typeSymbolsAreSpecies(symbol: String, expected: String) throws {
        #expect(try #require(ChemicalSpecies(symbol: symbol)).description == expected)
    }

    @Test func labelsAreReadWithTheHelpOfTheFormula() {
        #expect(ChemicalSpecies(label: "CA1", formula: ["C", "H"])?.element == "C")
        #expect(ChemicalSpecies(label: "CA1", formula: ["Ca", "C"])?.element == "Ca")
        #expect(ChemicalSpecies(label: "Si1A", formula: [])?.element == "Si")
        #expect(ChemicalSpecies(label: "OW1", formula: [])?.element == "O")
        #expect(ChemicalSpecies(label: "Xe", formula: [])?.element == "Xe")
        #expect(ChemicalSpecies(label: "123", formula: []) == nil)
    }

    @Test func formulaeAreReadReducedAndWritten() throws {
        #expect(ChemicalFormula(text: "C12 H36 K4 O4 Si4")?.counts == ["C": 12, "H": 36, "K": 4, "O": 4, "Si": 4])
        #expect(ChemicalFormula(text: "(Na2 (Pr O3))2.5")?.counts == ["Na": 5, "Pr": 2.5, "O": 7.5])
        #expect(ChemicalFormula(text: "LiCoO2")?.description == "LiCoO2")
        #expect(ChemicalFormula(text: "C2 H6 O")?.description == "C2H6O")
        #expect(ChemicalFormula(text: "?") == nil)
        #expect(ChemicalFormula(text: "((((((((((((Na") == nil)
        let mass = try #require(ChemicalFormula(text: "Al2O3")?.molarMass)
        #expect(abs(mass - 101.961) < 0.005)
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent")) func everySharedCIFIsRead() throws {
        let files = SharedData.files(in: "xrd/cif", suffix: ".cif")
        #expect(files.count > 150)
        for file in files {
            let structure = try CrystalStructure(contentsOf: file)
            #expect(!structure.sites.isEmpty)
            let density = try #require(structure.density)
            #expect((0.3...25).contains(density), "\(file.lastPathComponent): \(density)")
            let conflicts = structure.findings.filter { $0.rule == "symmetry-conflict" || $0.rule == "atoms-repeated" }
            #expect(conflicts.isEmpty, "\(file.lastPathComponent): \(conflicts)")
        }
    }
}

@Suite struct StructureRobustnessTests {
    /// Simulated damage to files: no crash, no hang, and errors that are ReadErrors (the type says so).
    @Test func damagedFilesAreRefusedOrReadButNeverTrap() {
        var generator = SplitMix(state: 20_240_607)
        let source = Array(StructureReadingTests.spinel.utf8)
        let tokens = [
            "loop_", "data_", "save_", "'", "\"", ";", "\n;", "?", ".", "_", "#", "1e308", "-1e308", "nan",
            "99999999999999999999",
            "'x,y,z'", "_symmetry_equiv_pos_as_xyz", "_atom_site_fract_x", "0", "-0.0000001", "\u{0}", "'F m -3 m'",
            "Cf", "1e-9",
        ].map { Array($0.utf8) }
        var read = 0
        for _ in 0..<3000 {
            var bytes = source
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1:
                    bytes.removeSubrange(place..<min(place + Int.random(in: 1...30, using: &generator), bytes.count))
                case 2:
                    bytes.insert(
                        contentsOf: tokens[Int.random(in: 0..<tokens.count, using: &generator)] + [0x20], at: place)
                default: bytes = Array(bytes[..<max(place, 1)])
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            if let document = try? CIFDocument(bytes: bytes, file: "t"),
                let structure = try? CrystalStructure(document: document)
            {
                read += 1
                _ = try? PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 0...60))
            }
        }
        #expect(read > 100)
    }
}

/// A small generator of reproducible numbers (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
