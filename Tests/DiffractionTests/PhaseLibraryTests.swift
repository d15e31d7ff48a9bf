import Foundation
import ReferenceSpectra
import TestSupport
import Testing

@testable import Diffraction

@Suite struct PhaseLibraryTests {
    @Test func everyFileOfTheFolderIsCompiledInAndRead() throws {
        let folder = SharedData.projectRoot.appendingPathComponent("reference-spectra/phases")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".cif") }
        #expect(names.count > 70)
        #expect(PhaseFiles.all.map { $0.name + ".cif" } == names.sorted())
        #expect(PhaseLibrary.phases.map(\.name) == PhaseFiles.all.map(\.name))
        #expect(PhaseLibrary.phase("co3o4")?.formula.description == "Co3O4")
        #expect(PhaseLibrary.phase("unobtainium") == nil)
    }

    @Test(arguments: PhaseFiles.all.map(\.name)) func everyPhaseIsWhatItSays(name: String) throws {
        let text = try #require(PhaseFiles.all.first { $0.name == name }?.text)
        let structure = try CrystalStructure(cif: text, file: name)
        // Reading finds nothing to complain of: contents, setting, cell and distances agree with the file's own words.
        #expect(structure.findings.isEmpty, "\(structure.findings.map(\.message))")
        #expect(structure.source != nil)
        #expect(structure.sites.allSatisfy { $0.displacement != nil })
        #expect(SpaceGroupTable.setting(of: structure.spaceGroup) != nil)
        let declared = try #require(
            try CIFDocument(text: text).blocks[0].value("_chemical_formula_sum").flatMap {
                ChemicalFormula(text: $0.text)
            })
        for (element, count) in declared.counts {
            // LGPS: its lithium sites are filled to 10.0 within what the occupancies are known to.
            #expect(
                abs((structure.formula.counts[element] ?? 0) - count) < 0.02 * count,
                "\(element) of \(structure.formula)")
        }
        // No two atoms are closer than chemistry has them; O-H is the shortest bond.
        let hasHydrogen = declared.counts["H"] != nil
        let limit = hasHydrogen ? 0.75 : declared.counts["B"] != nil || declared.counts["C"] != nil ? 1.2 : 1.4
        #expect(
            structure.closestPair(below: limit) == nil, "\(String(describing: structure.closestPair(below: limit)))")
    }

    /// Densities in g/cm^3 that handbooks give (CRC Handbook of Chemistry and Physics, 97th ed.), to 3 %.
    @Test(arguments: [
        ("Co3O4", 6.11), ("NiO", 6.72), ("CoO", 6.44), ("MnO", 5.37), ("Mn3O4", 4.84), ("TiO2-rutile", 4.23),
        ("TiO2-anatase", 3.90), ("Al2O3-corundum", 3.99), ("Li2CO3", 2.11), ("LiF", 2.64), ("LiCl", 2.07),
        ("Li2O", 2.01),
        ("LiOH", 1.45), ("BaO", 5.72), ("BaCO3", 4.29), ("BaSO4", 4.49), ("Al", 2.70), ("Cu", 8.96), ("Fe", 7.87),
        ("Li", 0.534), ("Si", 2.3296), ("Sn", 7.29), ("Ge", 5.323), ("graphite", 2.26), ("CeO2", 7.22), ("CaF2", 3.18),
        ("ZnO", 5.6), ("SiO2-quartz", 2.65), ("CaCO3-calcite", 2.71), ("NaCl", 2.17), ("MgO", 3.6),
        ("Fe2O3-hematite", 5.25),
        ("Fe3O4", 5.17), ("Cr2O3", 5.22), ("CuO", 6.31), ("SnO2", 6.85), ("V2O5", 3.35), ("S8-alpha", 2.07),
    ]) func densitiesAreThoseOfHandbooks(name: String, density: Double) throws {
        let computed = try #require(PhaseLibrary.phase(name)?.density)
        // BaO takes up water, CuO is measured on powders: their handbook values are low.
        #expect(abs(computed / density - 1) < (name == "BaO" ? 0.06 : name == "CuO" ? 0.04 : 0.03), "\(computed)")
    }

    /// Strongest lines at Cu K-alpha-1 that are in every laboratory's head, positions to 0.1 degrees.
    @Test(arguments: [
        ("Si", 28.44), ("LaB6", 30.38), ("Al2O3-corundum", 57.50), ("ZnO", 36.25), ("CaF2", 47.00), ("CeO2", 28.55),
        ("Co3O4", 36.85), ("NiO", 43.28), ("TiO2-rutile", 27.45), ("TiO2-anatase", 25.30), ("SiO2-quartz", 26.64),
        ("CaCO3-calcite", 29.40), ("graphite", 26.60), ("Al", 38.47), ("Cu", 43.30), ("NaCl", 31.70), ("LiF", 44.99),
        ("LiCoO2", 18.93), ("Li2TiO3", 18.47), ("Fe3O4", 35.45), ("MgO", 42.91),
    ]) func strongestLinesAreWhereTheyBelong(name: String, angle: Double) throws {
        let structure = try #require(PhaseLibrary.phase(name))
        let lines = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 5...90)).lines()
        let strongest = try #require(lines.max { $0.intensity < $1.intensity })
        #expect(abs(strongest.twoTheta - angle) < 0.1, "\(strongest.twoTheta)")
    }
}

/// Agreement with rietx, an independent program, for the whole library at three wavelengths.
@Suite struct RietxAgreementTests {
    struct Reference {
        var phase: String
        var anode: String
        var limit: Double
        var ratio: Double
        var lines: [(twoTheta: Double, intensity: Double)]
    }

    static let references: [Reference] = {
        guard let text = try? fixture("diffraction/rietx-patterns.tsv") else { return [] }
        var result: [Reference] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: "\t").map(String.init)
            if fields[0] == "@" {
                result.append(
                    Reference(
                        phase: fields[1], anode: fields[2], limit: Double(fields[3])!, ratio: Double(fields[4])!,
                        lines: []))
            } else {
                result[result.count - 1].lines.append((Double(fields[0])!, Double(fields[1])!))
            }
        }
        return result
    }()

    @Test func theFixtureCoversTheLibrary() {
        let expected = PhaseFiles.all.flatMap { phase in ["Cu", "Co", "Mo"].map { "\(phase.name) \($0)" } }
        #expect(Set(Self.references.map { "\($0.phase) \($0.anode)" }) == Set(expected))
    }

    @Test(arguments: ["Cu", "Co", "Mo"]) func everyLineAgrees(anode: String) throws {
        var worst = (position: 0.0, intensity: 0.0, ratio: 0.0)
        for reference in Self.references where reference.anode == anode {
            let structure = try #require(PhaseLibrary.phase(reference.phase))
            let radiation = try #require(EmissionSpectrum(anode + "Ka"))
            let pattern = try PowderPattern(
                structure, settings: PowderPattern.Settings(emission: radiation, twoTheta: 0...reference.limit))
            let lines = pattern.lines()
            var strong = 0
            for (twoTheta, intensity) in reference.lines {
                let nearest = try #require(lines.min { abs($0.twoTheta - twoTheta) < abs($1.twoTheta - twoTheta) })
                #expect(abs(nearest.intensity - intensity) < 0.01, "\(reference.phase) \(twoTheta)")
                let position = pattern.reflections.map { abs($0.twoTheta - twoTheta) }.min()
                worst.position = max(worst.position, try #require(position))
                worst.intensity = max(worst.intensity, abs(nearest.intensity - intensity))
                strong += 1
            }
            // No line of ours is missing there.
            #expect(lines.filter { $0.intensity > 0.51 }.count <= strong, "\(reference.phase)")
            let ratio = try #require(pattern.referenceIntensityRatio)
            #expect(abs(ratio / reference.ratio - 1) < 0.01, "\(reference.phase) \(ratio) \(reference.ratio)")
            worst.ratio = max(worst.ratio, abs(ratio / reference.ratio - 1))
        }
        #expect(worst.position < 1e-6)
        #expect(worst.intensity < 0.005)
        #expect(worst.ratio < 0.002)
    }
}

/// Agreement with cctbx, which takes f' and f'' from another table (Sasaki's).
@Suite struct CCTBXAgreementTests {
    @Test func everyLineAgreesWithinTheDifferenceOfTheTables() throws {
        var worst: [String: Double] = [:]
        var lines: [PatternLine] = []
        var phase = ""
        for row in try fixture("diffraction/cctbx-patterns.tsv").split(separator: "\n") where !row.hasPrefix("#") {
            let fields = row.split(separator: "\t").map(String.init)
            if fields[0] == "@" {
                phase = fields[1]
                let limit = try #require(Double(fields[2]))
                let structure = try #require(PhaseLibrary.phase(phase))
                lines = try PowderPattern(structure, settings: PowderPattern.Settings(twoTheta: 0...limit)).lines()
                worst[phase] = 0
                continue
            }
            let (twoTheta, intensity) = (try #require(Double(fields[0])), try #require(Double(fields[1])))
            let nearest = try #require(lines.min { abs($0.twoTheta - twoTheta) < abs($1.twoTheta - twoTheta) })
            // The mean position of lines that coincide depends on their intensities.
            #expect(abs(nearest.twoTheta - twoTheta) < 0.002, "\(phase) \(twoTheta)")
            worst[phase] = max(worst[phase] ?? 0, abs(nearest.intensity - intensity))
        }
        #expect(Set(worst.keys) == Set(PhaseLibrary.phases.map(\.name)))
        // For elements beyond some 50 electrons the tables of f' differ by a third of an electron and more.
        for (phase, difference) in worst {
            #expect(difference < (["Ba", "La"].contains(phase.prefix(2)) ? 0.5 : 0.3), "\(phase)")
        }
    }
}
