import Foundation
import Testing

@testable import Diffraction

@Suite struct PowderPatternTests {
    /// Structures of low and high symmetry, centrosymmetric and not, with every kind of displacement.
    static let structures: [CrystalStructure] = [
        make(
            "-F 4vw 2vw 3", (8.0837, 8.0837, 8.0837, 90, 90, 90),
            [
                ("Co", 0.125, 0.125, 0.125, 1, .isotropicB(0.4)), ("Co", 0.5, 0.5, 0.5, 1, .isotropicB(0.3)),
                ("O", 0.2631, 0.2631, 0.2631, 1, .isotropicU(0.006)),
            ]),
        make(
            "R 3 -2\"c", (5.148, 5.148, 13.863, 90, 90, 120),
            [
                ("Li", 0, 0, 0.2787, 1, .isotropicB(1)), ("Nb", 0, 0, 0, 1, .isotropicB(0.4)),
                (
                    "O", 0.0476, 0.3433, 0.0633, 1,
                    .anisotropicU(SymmetricTensor(xx: 0.008, yy: 0.006, zz: 0.005, xy: 0.003, xz: -0.001, yz: -0.002))
                ),
            ]),
        make(
            "-C 2yc", (5.0623, 8.7876, 9.7533, 90, 100.212, 90),
            [
                ("Li", 0.2383, 0.0795, -0.0001, 0.9, nil), ("Ti", 0.2383, 0.0795, -0.0001, 0.1, nil),
                ("Ti", 0, 0.0825, 0.25, 1, .isotropicB(0.3)), ("O", 0.1412, 0.2636, 0.1372, 1, .isotropicB(0.5)),
            ]),
        make(
            "P 31 2\"", (4.9134, 4.9134, 5.4052, 90, 90, 120),
            [
                ("Si", 0.4699, 0, 1.0 / 3, 1, .isotropicB(0.5)),
                ("O", 0.4141, 0.2681, 0.1188 + 1.0 / 3, 1, .isotropicB(1)),
            ]),
        make(
            "P 1", (4.2, 5.3, 7.7, 84, 95, 110),
            [
                ("Zn", 0.1, 0.2, 0.3, 1, .isotropicB(0.6)), ("S", 0.55, 0.7, 0.15, 1, .isotropicB(0.9)),
            ]),
    ]

    private static func make(
        _ hall: String, _ cell: (Double, Double, Double, Double, Double, Double),
        _ atoms: [(String, Double, Double, Double, Double, Displacement?)]
    ) -> CrystalStructure {
        CrystalStructure(
            name: hall, cell: UnitCell(a: cell.0, b: cell.1, c: cell.2, alpha: cell.3, beta: cell.4, gamma: cell.5)!,
            spaceGroup: HallSymbol.spaceGroup(hall)!,
            sites: atoms.enumerated().map { index, atom in
                AtomSite(
                    label: "\(atom.0)\(index)", species: ChemicalSpecies(element: atom.0),
                    position: SIMD3(atom.1, atom.2, atom.3), occupancy: atom.4, displacement: atom.5)
            })
    }

    /// |F|^2 of one reflection by the definition, over all atoms of the cell, with every operation tried on every atom.
    private func square(_ structure: CrystalStructure, _ index: MillerIndex, _ wavelength: Double) throws -> Double {
        let cell = structure.cell
        let s2 = cell.inverseSquareSpacing(index) / 4
        let h = SIMD3(Double(index.h), Double(index.k), Double(index.l))
        var (re, im) = (0.0, 0.0)
        for site in structure.sites {
            let anomalous = try AnomalousScattering(element: site.species.element, wavelength: wavelength)
            let factor = try #require(FormFactor(species: site.species.element))
            let f0 = factor(s2)
            // Each operation counts, and a special position is hit several times: divide by how often.
            let weight = site.occupancy * Double(site.multiplicity) / Double(structure.spaceGroup.operations.count)
            for operation in structure.spaceGroup.operations {
                let image = operation(index)
                let h1 = SIMD3(Double(image.h), Double(image.k), Double(image.l))
                let damping: Double
                if let u = site.displacement?.reciprocalTensor(in: cell) {
                    damping = exp(-2 * .pi * .pi * u.form(h1))
                } else {
                    damping = exp(-(site.displacement?.equivalentB(in: cell) ?? 0.5) * s2)
                }
                let angle = 2 * Double.pi * (h * operation(site.position)).sum()
                let (fr, fi) = (weight * damping * (f0 + anomalous.real), weight * damping * anomalous.imaginary)
                re += fr * cos(angle) - fi * sin(angle)
                im += fr * sin(angle) + fi * cos(angle)
            }
        }
        return re * re + im * im
    }

    @Test(arguments: structures.indices) func squaresAreTheMeanOverFriedelMatesByTheDefinition(which: Int) throws {
        let structure = Self.structures[which]
        let pattern = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 0...80))
        #expect(pattern.reflections.count >= 9)
        for reflection in pattern.reflections {
            let direct = try square(structure, reflection.index, 1.5405929)
            let mate = try square(structure, -reflection.index, 1.5405929)
            #expect(
                abs(reflection.structureFactorSquared - (direct + mate) / 2) < 1e-7 * (1 + direct),
                "\(reflection.index)")
        }
    }

    @Test(arguments: structures.indices) func reflectionsAndMultiplicitiesCoverTheSphere(which: Int) throws {
        // All lattice points within the sphere are counted: by multiplicities where allowed, by absences otherwise.
        let structure = Self.structures[which]
        let limit = 0.7
        let list = try ReflectionList(cell: structure.cell, group: structure.spaceGroup, limit: limit).entries
        var allowed = 0
        let bound = Int(max(structure.cell.a, structure.cell.b, structure.cell.c) * limit.squareRoot()) + 1
        for h in -bound...bound {
            for k in -bound...bound {
                for l in -bound...bound where (h, k, l) != (0, 0, 0) {
                    let index = MillerIndex(h, k, l)
                    guard structure.cell.inverseSquareSpacing(index) <= limit else { continue }
                    if !structure.spaceGroup.isSystematicallyAbsent(index) { allowed += 1 }
                }
            }
        }
        #expect(list.reduce(0) { $0 + $1.multiplicity } == allowed)
        #expect(Set(list.map(\.index)).count == list.count)
    }

    @Test(arguments: structures.indices) func theIntensityDoesNotDependOnOriginOrSetting(which: Int) throws {
        let structure = Self.structures[which]
        let reference = try PowderPattern(structure).lines()
        // A shift of the origin by (1/6, 1/4, 1/12) and a cyclic renaming of the axes.
        for change in ["x+1/6,y+1/4,z+1/12", "z,x,y", "y,z,x+1/8"] {
            let operation = try #require(SymmetryOperation(change))
            let g = structure.cell.metric
            let permuted = g.transformed(by: operation.rotation)
            let group = try #require(try structure.spaceGroup.transformed(by: operation))
            let sites = structure.sites.map { site in
                var moved = site
                moved.position = operation(site.position)
                if let u = site.displacement?.reciprocalTensor(in: structure.cell) {
                    var beta = u.transformed(by: operation.rotation)
                    beta *= 2 * .pi * .pi
                    moved.displacement = .anisotropicBeta(beta)
                }
                return moved
            }
            let other = CrystalStructure(
                name: change, cell: try #require(UnitCell(metric: permuted)), spaceGroup: group, sites: sites)
            let lines = try PowderPattern(other).lines()
            #expect(lines.count == reference.count)
            for (a, b) in zip(lines, reference) {
                #expect(abs(a.twoTheta - b.twoTheta) < 1e-9)
                #expect(abs(a.intensity - b.intensity) < 1e-7)
            }
        }
    }

    @Test(arguments: structures.indices) func theIntensityPerVolumeDoesNotDependOnSymmetryOrCell(which: Int) throws {
        // The same crystal as all atoms of its cell without symmetry, isotropic displacements only.
        let structure = Self.structures[which]
        let plain = structure.sites.map { site in
            var copy = site
            copy.displacement = .isotropicB(site.displacement?.equivalentB(in: structure.cell) ?? 0.5)
            return copy
        }
        let isotropic = CrystalStructure(
            name: "", cell: structure.cell, spaceGroup: structure.spaceGroup, sites: plain)
        let atoms = isotropic.cellAtoms.map { atom in
            var copy = isotropic.sites[atom.site]
            copy.position = atom.position
            return copy
        }
        let expanded = CrystalStructure(name: "", cell: structure.cell, spaceGroup: .p1, sites: atoms)
        #expect(expanded.density == isotropic.density)
        // And twice the cell along a, with twice the atoms.
        let double = try #require(
            UnitCell(
                a: 2 * structure.cell.a, b: structure.cell.b, c: structure.cell.c, alpha: structure.cell.alpha,
                beta: structure.cell.beta, gamma: structure.cell.gamma))
        let doubled = atoms.flatMap { atom in
            [0.0, 0.5].map { shift in
                var copy = atom
                copy.position.x = atom.position.x / 2 + shift
                return copy
            }
        }
        let supercell = CrystalStructure(name: "", cell: double, spaceGroup: .p1, sites: doubled)
        let settings = PowderPattern.Settings(twoTheta: 0...70)
        let reference = try PowderPattern(isotropic, settings: settings).lines().filter { $0.intensity > 1e-6 }
        for other in [expanded, supercell] {
            let lines = try PowderPattern(other, settings: settings).lines().filter { $0.intensity > 1e-6 }
            #expect(lines.count == reference.count)
            for (a, b) in zip(lines, reference) {
                #expect(abs(a.twoTheta - b.twoTheta) < 1e-9)
                #expect(abs(a.intensityPerVolume / b.intensityPerVolume - 1) < 1e-8)
            }
        }
    }

    @Test func pointAtomsSumToTheirSquares() throws {
        // Parseval: the mean of |F|^2 over all reflections of a crystal of point atoms tends to the sum of f^2. With f = 1
        // and 20 random atoms the mean over thousands of reflections is 20 within a few per cent.
        var generator = SplitMix(state: 7)
        let cell = try #require(UnitCell(a: 11, b: 12, c: 13, alpha: 91, beta: 92, gamma: 93))
        let list = try ReflectionList(cell: cell, group: .p1, limit: 2).entries
        let points = (0..<20).map { _ in
            SIMD3(
                Double.random(in: 0..<1, using: &generator), .random(in: 0..<1, using: &generator),
                .random(in: 0..<1, using: &generator))
        }
        let structure = CrystalStructure(
            name: "", cell: cell, spaceGroup: .p1,
            sites: points.map {
                AtomSite(label: "C", species: ChemicalSpecies(element: "C"), position: $0, displacement: .isotropicB(0))
            })
        let factor = try #require(FormFactor(species: "C"))
        let sums = StructureFactors(
            structure: structure, reflections: list,
            scatterers: points.map { _ in StructureFactors.Scatterer(formFactor: factor, element: "C") },
            displacements: { _ in 0 })
        let squares = zip(sums.squared(dispersion: []), list).map { $0 / pow(factor($1.inverseSquare / 4), 2) }
        let mean = squares.reduce(0, +) / Double(squares.count)
        #expect(list.count > 5000)
        #expect(abs(mean / 20 - 1) < 0.03)
    }

    @Test func dispersionAndChargeAreUsedAsAskedFor() throws {
        var settings = PowderPattern.Settings(twoTheta: 10...90)
        let structure = Self.structures[0]
        let with = try PowderPattern(structure, settings: settings)
        settings.usesDispersion = false
        let without = try PowderPattern(structure, settings: settings)
        let change = zip(with.reflections, without.reflections).map { abs($0.intensity / $1.intensity - 1) }.max()
        #expect(try #require(change) > 0.1)
        #expect(with.scatterers == ["Co", "O"])
        let charged = CrystalStructure(
            name: "", cell: structure.cell, spaceGroup: structure.spaceGroup,
            sites: structure.sites.map {
                var site = $0
                site.species.charge = site.species.element == "O" ? -2 : 9
                return site
            })
        #expect(try PowderPattern(charged).scatterers == ["Co", "O"])
        settings.isIonic = true
        let ionic = try PowderPattern(charged, settings: settings)
        #expect(ionic.scatterers == ["Co", "O2-"])
        #expect(ionic.findings.map(\.rule).contains("ion-not-tabulated"))
    }

    @Test func emissionLinesAddTheirOwnReflections() throws {
        let radiation = try #require(EmissionSpectrum.tube(anode: "Cu", alpha2: 0.5, beta: 0.01))
        let pattern = try PowderPattern(
            Self.structures[0], settings: PowderPattern.Settings(emission: radiation, twoTheta: 20...100))
        let all = pattern.emissionLines()
        let primary = pattern.lines()
        #expect(abs((primary.map(\.intensity).max() ?? 0) - 100) < 1e-12)
        func line(near twoTheta: Double) -> PatternLine? {
            all.min { abs($0.twoTheta - twoTheta) < abs($1.twoTheta - twoTheta) }
        }
        let strongest = try #require(primary.max { $0.intensity < $1.intensity })
        let alpha2 = try #require(PowderPattern.twoTheta(spacing: strongest.spacing, wavelength: 1.5444274))
        #expect(abs(try #require(line(near: alpha2)).intensity - 50) < 0.5)
        let beta = try #require(PowderPattern.twoTheta(spacing: strongest.spacing, wavelength: 1.3922340))
        // At K-beta, beyond nothing of Co's edge that K-alpha is not, f' differs somewhat.
        #expect(abs(try #require(line(near: beta)).intensity - 1.1) < 0.4)
        #expect(all.allSatisfy { (20...100).contains($0.twoTheta) })
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.twoTheta <= $1.twoTheta })
    }

    @Test func absurdTasksAreRefused() throws {
        let structure = Self.structures[0]
        let tiny = try #require(EmissionSpectrum(wavelength: 0.02))
        #expect(throws: PowderPattern.Failure.self) {
            try PowderPattern(structure, settings: PowderPattern.Settings(emission: tiny))
        }
        let huge = CrystalStructure(
            name: "", cell: try #require(UnitCell(a: 900, b: 900, c: 900)), spaceGroup: .p1, sites: structure.sites)
        #expect(throws: PowderPattern.Failure.self) { try PowderPattern(huge) }
        let beyond = try #require(EmissionSpectrum(wavelength: 0.15))
        #expect(throws: PowderPattern.Failure.noDispersion(.wavelengthOutsideTable(0.15))) {
            try PowderPattern(structure, settings: PowderPattern.Settings(emission: beyond, twoTheta: 0...10))
        }
        let long = try #require(EmissionSpectrum(wavelength: 4.4))
        #expect(
            try PowderPattern(structure, settings: PowderPattern.Settings(emission: long, twoTheta: 0...10))
                .reflections.isEmpty)
    }

    /// Lines above 5 % of battery materials at Cu K-alpha-1, of the same structures by an independent calculation with the
    /// same tables: positions and intensities.
    @Test(arguments: [
        (
            "Co3O4",
            [
                (19.00, 14.0), (31.27, 31), (36.85, 100), (38.55, 9), (44.81, 21), (55.66, 9), (59.36, 35),
                (65.24, 40),
            ]
        ),
        (
            "LiCoO2",
            [
                (18.93, 87), (37.40, 62), (38.40, 7), (39.07, 17), (45.23, 100), (49.44, 33), (59.11, 7), (59.60, 8),
                (65.42, 24), (66.35, 25), (69.69, 12),
            ]
        ),
        (
            "Li2TiO3",
            [(18.47, 100), (20.48, 30), (22.23, 20), (25.46, 16), (35.92, 21), (43.58, 76), (43.78, 38), (57.6, 10)]
        ),
    ]) func batteryMaterialsHaveTheirKnownLines(phase: String, expected: [(Double, Double)]) throws {
        let structure = try #require(Self.known[phase])
        let lines = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 10...70)).lines()
        for (angle, intensity) in expected {
            // What a diffractometer sees as one: within 0.06 degrees.
            let near = lines.filter { abs($0.twoTheta - angle) < 0.06 }
            let sum = near.reduce(0) { $0 + $1.intensity }
            let strongest = lines.map(\.intensity).max() ?? 0
            #expect(!near.isEmpty && abs(100 * sum / strongest - intensity) < 2.5, "\(angle): \(sum)")
        }
        #expect(lines.filter { $0.intensity > 6 }.count >= expected.count - 3)
    }

    @Test func lithiumCobaltOxideHasCobaltWhereDistancesWantIt() throws {
        // The numbers above are of a structure with lithium and cobalt exchanged, in which Li-O would be 1.92 and Co-O
        // 2.09 Angstrom. In the library it is the other way round: (003) is the strongest line then.
        let structure = try #require(PhaseLibrary.phase("LiCoO2"))
        func distance(_ metal: String) throws -> Double {
            let site = try #require(structure.sites.first { $0.species.element == metal })
            return structure.cellAtoms.filter { structure.sites[$0.site].species.element == "O" }
                .map { structure.cell.shortestDistance(site.position, $0.position) }.min() ?? 0
        }
        let distances = (cobalt: try distance("Co"), lithium: try distance("Li"))
        #expect(abs(distances.cobalt - 1.92) < 0.02 && abs(distances.lithium - 2.09) < 0.02)
        let lines = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 10...70)).lines()
        #expect(lines.max { $0.intensity < $1.intensity }?.indices.first == MillerIndex(0, 0, 3))
    }

    /// The structures that those numbers are of.
    private static let known: [String: CrystalStructure] = [
        "Co3O4": structures[0],
        "LiCoO2": make(
            "-R 3 2\"", (2.8156, 2.8156, 14.0542, 90, 90, 120),
            [
                ("Li", 0, 0, 0.5, 1, .isotropicB(1)), ("Co", 0, 0, 0, 1, .isotropicB(0.3)),
                ("O", 0, 0, 0.23968, 1, .isotropicB(0.5)),
            ]),
        "Li2TiO3": PhaseLibrary.phase("Li2TiO3") ?? structures[0],
    ]

    @Test func theLineOfCo3O4At59DegreesIsTwoReflections() throws {
        let lines = try PowderPattern(Self.structures[0], settings: PowderPattern.Settings(twoTheta: 10...70)).lines()
        #expect(
            Set(lines.first { abs($0.twoTheta - 59.36) < 0.01 }?.indices ?? []) == [
                MillerIndex(3, 3, 3), MillerIndex(5, 1, 1),
            ])
    }
}
