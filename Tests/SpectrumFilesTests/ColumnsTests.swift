import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite("Plain columns")
struct ColumnsTests {
    private func csv(_ text: String, name: String = "data.csv", options: ReadOptions = ReadOptions()) throws
        -> SpectrumFile
    {
        try read(text, as: name, options: options)
    }

    @Test(
        "every separator and decimal mark gives the same numbers",
        arguments: ["\t", ";", ",", " ", "   "], [".", ","])
    func dialects(separator: String, mark: String) throws {
        guard !(separator == "," && mark == ",") else { return }
        let rows = [[284.8, 100.5], [284.75, 110.25], [284.7, 121], [284.65, 1e3]]
        for header in ["", "BE\(separator)Intensity\n"] {
            let body = rows.map { row in
                row.map { "\($0)".replacingOccurrences(of: ".", with: mark) }.joined(separator: separator)
            }
            let file = try csv(header + body.joined(separator: "\r\n") + "\r\n")
            #expect(file.format == "plain columns")
            #expect(file.spectra.map(\.axis.values) == [rows.map { $0[0] }])
            #expect(file.spectra.map(\.intensities) == [rows.map { $0[1] }])
            #expect(file.spectra[0].axis.scale == .binding)
        }
    }

    @Test(
        "headers name the scale, the unit and the photon energy",
        arguments: [
            ("BE/eV,Counts", EnergyScale.binding, IntensityUnit.counts, nil),
            ("Kinetic Energy (eV),CPS", .kinetic, .countsPerSecond, nil),
            ("B.E.,counts/s", .binding, .countsPerSecond, nil), ("KE,Intensity", .kinetic, .arbitrary, nil),
            ("# E_kin, count rate, hv = 730 eV", .kinetic, .countsPerSecond, 730),
            ("Photon energy: 1486.6 eV\nBinding energy,I", .binding, .arbitrary, 1486.6),
        ] as [(String, EnergyScale, IntensityUnit, Double?)])
    func headers(header: String, scale: EnergyScale, unit: IntensityUnit, photonEnergy: Double?) throws {
        let spectrum = try csv(header + "\n10.5,1.5\n10.6,2.5\n10.7,3.5\n").spectra[0]
        #expect(spectrum.axis.scale == scale)
        #expect(spectrum.unit == unit)
        #expect(spectrum.axis.photonEnergy == photonEnergy)
    }

    @Test("without a header falling energies are binding, rising ones kinetic, and it is said")
    func scaleFromOrder() throws {
        let falling = try csv("300,5\n299,6\n298,7\n")
        #expect(falling.spectra[0].axis.scale == .binding)
        #expect(falling.notes.contains { $0.contains("binding energy") })
        let rising = try csv("192,5\n193,6\n194,7\n")
        #expect(rising.spectra[0].axis.scale == .kinetic)
        #expect(rising.notes.contains { $0.contains("kinetic energy") })
    }

    @Test("the core level of the name decides where the order would be wrong")
    func scaleFromLevel() throws {
        let text = "158,5\n164,6\n170,7\n"
        #expect(try csv(text, name: "cell_S2p.csv").spectra[0].axis.scale == .binding)
        #expect(try csv(text, name: "cell_S2p.csv").spectra[0].level == .s2p)
        let kinetic = try csv("192,5\n198,6\n205,7\n", name: "O1s.csv", options: ReadOptions(photonEnergy: 730))
        #expect(kinetic.spectra[0].axis.scale == .kinetic)
        #expect(kinetic.spectra[0].axis.bindingEnergies == [538, 532, 525])
    }

    @Test("what the user states wins over what the file says")
    func stated() throws {
        let options = ReadOptions(energyScale: .kinetic, photonEnergy: 1486.6, unit: .countsPerSecond)
        let file = try csv("BE,Counts\n300,5\n299,6\n298,7\n", options: options)
        #expect(file.spectra[0].axis == EnergyAxis([300, 299, 298], scale: .kinetic, photonEnergy: 1486.6))
        #expect(file.spectra[0].unit == .countsPerSecond)
        #expect(file.notes.contains { $0.contains("because that was stated") })
    }

    @Test("whole numbers are counts, others are of unknown unit, and it is said")
    func units() throws {
        #expect(try csv("300,5\n299,6\n298,7\n").spectra[0].unit == .counts)
        let file = try csv("300,5.5\n299,6\n298,7\n")
        #expect(file.spectra[0].unit == .arbitrary)
        #expect(file.notes.contains { $0.contains("unit is unknown") })
        #expect(try csv("300,5\n299,-6\n298,7\n").spectra[0].unit == .arbitrary)
    }

    @Test("further columns stand beside the intensities under their names")
    func furtherColumns() throws {
        let spectrum = try csv("BE,Counts,Fit,Residual\n300,5,1,2\n299,6,3,4\n298,7,5,6\n").spectra[0]
        #expect(
            spectrum.columns == [
                NamedColumn(name: "Fit", values: [1, 3, 5]), NamedColumn(name: "Residual", values: [2, 4, 6]),
            ])
    }

    @Test("one lame row in many is left out and told with its line; many lame rows are an error")
    func faultyRows() throws {
        let rows = (0..<300).map { "\(300 - $0),\($0)" }
        for bad in ["88", "299.5,NaN", "299.5,abc", "1,2,3", ",5"] {
            let file = try csv((rows[0..<100] + [bad] + rows[100...]).joined(separator: "\n") + "\n")
            #expect(file.spectra[0].intensities == (0..<300).map(Double.init))
            #expect(file.notes.contains { $0.contains("line 101") && $0.contains("left out") })
        }
        let many = rows.enumerated().map { $0.offset % 10 == 5 ? "88" : $0.element }.joined(separator: "\n")
        #expect {
            try csv(many)
        } throws: { error in
            guard case ReadError.malformed(_, .line(6), _, "\"88\"") = error else { return false }
            return true
        }
    }

    @Test("energies that turn back are an error at the line where they do")
    func notMonotonic() {
        #expect {
            try csv("300,1\n299,2\n298,3\n298.5,4\n297,5\n")
        } throws: { error in
            guard case ReadError.malformed(_, .line(4), _, _) = error else { return false }
            return true
        }
    }

    @Test("energies that start again are repeated scans")
    func repeatedScans() throws {
        let file = try csv("300,1\n299,2\n298,3\n300,4\n299,5\n298,6\n", name: "C1s.csv")
        #expect(file.spectra.map(\.intensities) == [[1, 2, 3], [4, 5, 6]])
        #expect(file.spectra.map(\.name) == ["C1s (1)", "C1s (2)"])
        #expect(file.notes.contains { $0.contains("2 spectra") })
    }

    @Test("a file of one point has one point")
    func onePoint() throws {
        #expect(try csv("BE,Counts\n284.8,100\n").spectra[0].axis.values == [284.8])
    }

    @Test("spectra below one another, each with its header")
    func sections() throws {
        let file = try read(Samples.columns[2])
        #expect(file.spectra.map(\.level) == [.c1s, .o1s])
        #expect(file.spectra.map(\.axis.photonEnergy) == [1486.6, nil])
        #expect(file.spectra.map(\.intensities) == [[10.5, 11, 12], [1, 2, 3]])
    }

    @Test("blank lines within one spectrum do not part it where the energies go on")
    func blankLines() throws {
        let file = try csv("300,1\n299,2\n\n298,3\n297,4\n")
        #expect(file.spectra.count == 1)
        #expect(file.spectra[0].intensities == [1, 2, 3, 4])
    }
}

@Suite("CasaXPS exports")
struct CasaXPSExportTests {
    @Test("blocks side by side, of unequal length, each with its own time and curves")
    func sideBySide() throws {
        let file = try read(Samples.casaXPSExport)
        #expect(file.format == "CasaXPS text export")
        #expect(file.spectra.map(\.name) == ["S 2p", "P 2p"])
        #expect(file.spectra.map(\.level) == [.s2p, .p2p])
        #expect(file.spectra.map(\.axis.count) == [4, 3])
        #expect(file.spectra.map(\.axis.photonEnergy) == [1486.6, 1486.6])
        #expect(file.spectra.map(\.acquisition.timePerChannel) == [2.5, 5])
        #expect(file.spectra.map(\.unit) == [.countsPerSecond, .countsPerSecond])
        #expect(file.spectra[0].columns.map(\.name) == ["S 2p_1_S 2p", "Background"])
        #expect(file.spectra[1].columns.map(\.values) == [[45, 46, 47], [40, 40, 40]])
        let counts = try #require(file.spectra[0].rawCounts)
        #expect(zip(counts, [251, 253, 256, 259]).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test("with parameters above: counts are read, the same in counts per second is left out and said")
    func parameters() throws {
        let file = try read(Samples.casaXPSParameters)
        let spectrum = try #require(file.spectra.first)
        #expect(file.spectra.count == 1)
        #expect((spectrum.name, spectrum.sample) == ("S2p Scan", "cathode"))
        #expect(spectrum.unit == .counts)
        #expect(spectrum.intensities == [200, 220])
        #expect(spectrum.axis == EnergyAxis([1320.6, 1320.7], scale: .kinetic, photonEnergy: 1486.6))
        #expect(spectrum.acquisition.timePerChannel == 2)
        #expect(spectrum.columns.map(\.name) == ["S 2p3/2", "S 2p1/2", "Background", "Envelope"])
        #expect(spectrum.comments.contains { $0.hasPrefix("Lineshape") })
        #expect(file.notes.count == 1)
    }

    @Test("an empty cell among the numbers is an error at its line")
    func emptyCell() {
        let text = Samples.casaXPSExport.replacingOccurrences(of: "1320.7\t165.9\t101.2", with: "1320.7\t165.9\t")
        #expect {
            try read(text)
        } throws: { error in
            guard case ReadError.malformed(_, .line(6), _, "an empty cell") = error else { return false }
            return true
        }
    }

    @Test("binding energies that CasaXPS has calibrated are read instead of the raw kinetic ones, and it is said")
    func calibrated() throws {
        let text = """
            S 2p
            \tCharacteristic Energy eV\t1486.6
            KE_S 2p\tBE_S 2p\tCPS_S 2p
            1320.6\t167\t100
            1320.7\t166.9\t101

            """
        let file = try read(text)
        #expect(file.spectra[0].axis == EnergyAxis([167, 166.9], scale: .binding, photonEnergy: 1486.6))
        #expect(file.notes.contains { $0.contains("calibrated") })
    }
}
