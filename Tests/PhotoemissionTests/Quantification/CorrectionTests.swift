import Foundation
import ReferenceSpectra
import Spectra
import Testing

@testable import Photoemission

@Suite("Sensitivity factors, transmission and escape depth")
struct CorrectionTests {
    @Test("Scofield's factors as shipped agree with themselves, carbon is 1")
    func scofield() {
        let set = SensitivitySet.scofield
        #expect(set.problems == [])
        #expect(set.factors[.c1s]?.total == 1)
        #expect(set.factors.count > 40)
        // The area ratio grows with the charge of the nucleus: relativity.
        let ratios = [CoreLevel.s2p, .ti2p, .co2p].compactMap { level in
            set.factors[level].flatMap { factor in factor.minor.flatMap { b in factor.major.map { b / $0 } } }
        }
        #expect(ratios.count == 3)
        #expect(ratios == ratios.sorted())
    }

    @Test("copying errors that circulate are found")
    func copyingErrors() {
        // Ti 2p1/2 as 2.59 for 2.69: first against the total, then with the total made to match.
        var sum = SensitivitySet.scofield
        sum.factors[.ti2p]?.minor = 2.59
        #expect(sum.problems.count == 1)
        var trend = SensitivitySet.scofield
        trend.factors[.ti2p] = .init(total: 7.81, major: 5.22, minor: 2.59)
        #expect(trend.problems.contains { $0.hasPrefix("Ti 2p") })
        // Cl 2p given as its 3/2 line alone, and the two lines exchanged.
        var line = SensitivitySet.scofield
        line.factors[.cl2p]?.total = 1.51
        #expect(line.problems.contains { $0.hasPrefix("Cl 2p") })
        var swapped = SensitivitySet.scofield
        swapped.factors[.ni2p] = .init(total: 22.18, major: 7.57, minor: 14.61)
        #expect(swapped.problems.contains { $0.hasPrefix("Ni 2p") })
    }

    @Test("tables of factors in YAML and CSV are read alike")
    func tables() throws {
        let yaml = try SensitivitySet(
            text: """
                interphase-sensitivities: 1
                name: ours
                source: foils
                photon_energy: 1486.6
                relative_uncertainty: 0.05
                factors: {S 2p3/2: 1.11, S 2p1/2: 0.567, P 2p: {factor: 1.19, u: 0.03}, O 1s: 2.9}
                """, file: "ours.yaml")
        #expect(yaml.name == "ours")
        #expect(yaml.photonEnergy == 1486.6)
        #expect(abs((yaml.factors[.s2p]?.total ?? 0) - 1.677) < 1e-12)
        #expect(yaml.factors[.p2p]?.relativeUncertainty == 0.03)
        let csv = try SensitivitySet(
            text: "level,factor,u\nS 2p3/2,1.11,\nS2p1/2,0.567,\nP 2p,1.19,0.03\nO 1s,2.9,\n", file: "ours.csv")
        #expect(csv.factors == yaml.factors)
    }

    @Test(
        "mistakes in tables are named with their line",
        arguments: [
            ("level,factor\nS 2p,1.67\nXx 9z,3\n", 3), ("level,factor\nS 2p,one\n", 2), ("level,factor\nS 2p,-1\n", 2),
            ("level,factor\nS 2p,1\nS 2p,2\n", 3), ("name,value\nS 2p,1\n", 1), ("level,factor,u\nS 2p,1,1.5\n", 2),
            ("level,factor\nS 2p,nan\n", 2),
        ])
    func tableErrors(text: String, line: Int) throws {
        let error = #expect(throws: ReferenceDataError.self) { try SensitivitySet(text: text, file: "t.csv") }
        #expect(error?.line == line)
    }

    @Test("tables that contradict themselves or are empty are refused")
    func contradictions() {
        for text in ["", "level,factor\n", "level,factor\nTi 2p,7.91\nTi 2p3/2,5.22\nTi 2p1/2,2.59\n"] {
            #expect(throws: ReferenceDataError.self) { try SensitivitySet(text: text, file: "t.csv") }
        }
        #expect(throws: ReferenceDataError.self) {
            try SensitivitySet(text: "interphase-sensitivities: 1\nname: x\nfactors: {S 2p: -1}\n", file: "t.yaml")
        }
    }

    @Test("TPP-2M: the arithmetic of the formula, and the usual slope of its energy dependence")
    func meanFreePath() throws {
        // Gold, 11 valence electrons: Ep 29.92 eV, beta 0.02435, gamma 0.04345, C 0.988, D 30.96 by hand.
        let gold = try ElectronMaterial(
            name: "Au", density: 19.32, valenceElectrons: 11, molarMass: 196.97, bandGap: 0)
        #expect(abs(gold.meanFreePath(at: 1000) - 1.2303) < 1e-4)
        for material in [gold, .averageMatrix] {
            let slope = log(material.meanFreePath(at: 1400) / material.meanFreePath(at: 700)) / log(2)
            #expect((0.7...0.82).contains(slope))
        }
        #expect(throws: QuantificationError.self) {
            try ElectronMaterial(name: "?", density: 0, valenceElectrons: 1, molarMass: 1, bandGap: 0)
        }
    }

    @Test("transmission tables are read, ordered and interpolated")
    func transmissionTable() throws {
        let table = try TransmissionTable(
            csv: "# measured\nkinetic_energy_eV,transmission\n1000,2\n500,4\n1500,1\n", file: "t.csv")
        #expect(table.value(at: 750) == 3)
        #expect(table.value(at: 1500) == 1)
        #expect(table.value(at: 1501) == nil)
        #expect(throws: ReferenceDataError.self) {
            try TransmissionTable(csv: "kinetic_energy_eV,transmission\n1000,2\n1000,4\n", file: "t.csv")
        }
    }
}
