import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

@Suite struct SPECSColumnsTests {
    static let prodigy = """
        # Created by:        SpecsLab Prodigy, Version 4.100.1-r111001
        #
        # XY-Serializer Export Settings:
        #   Comment Prefix:           #
        #   Energy Axis:              Binding Energy
        #   Count Rate:               Counts per Second
        #   Separate Scan Data:       yes
        #   External Channel Data:    yes
        #
        # Group:                        1 as-loaded
        #
        # Region:                       Align
        # Values/Curve:                 2

        # Cycle: 0, Curve: 0, Scan: 0
        #
        # ColumnLabels:                 index counts/s
        #
        0  10
        1  20

        # Region:                       O1s
        # Acquisition Date:             08/24/23 14:11:36 UTC
        # Analyzer:                     Phoibos
        # Scan Mode:                    FixedAnalyzerTransmission
        # Values/Curve:                 3
        # Dwell Time:                   0.3
        # Excitation Energy:            1486.61
        # Binding Energy:               535
        # Pass Energy:                  20
        # Eff. Workfunction:            4.1082
        # Source:                       XR 50
        # Comment:

        # Cycle: 0
        #
        # Parameter: "Y [mm]" = 2.5
        #
        # Number of Scans: 2

        # Cycle: 0, Curve: 0, Scan: 0
        #
        # Acquisition Date:             08/24/23 14:11:36 UTC
        # ColumnLabels:                 energy counts/s transmission
        #
        535  100.5  3
        534.5  101.5  2
        534  102.5  1

        # External Channel Data Cycle: 0, Ring current [mA] (Monitor)
        # ColumnLabels: energy Ring current [mA] (Monitor)
        535  300
        534.5  299
        534  298

        # Cycle: 0, Curve: 0, Scan: 1
        #
        # Acquisition Date:             08/24/23 14:12:36 UTC
        # ColumnLabels:                 energy counts/s transmission
        #
        535  200.5  3
        534.5  201.5  2
        534  202.5  1

        """

    func read(_ text: String) throws -> SpectrumFile {
        let content = FileContent(path: "x.xy", data: Data(text.utf8))
        #expect(try FormatRegistry.format(of: content) == SPECSColumnsFormat.self)
        return try SPECSColumnsFormat.read(content, options: ReadOptions())
    }

    @Test func eachScanOfAProdigyExportIsASpectrum() throws {
        let file = try read(Self.prodigy)
        #expect(file.spectra.count == 2)
        let spectrum = file.spectra[0]
        #expect(spectrum.name == "O1s" && spectrum.level == .o1s && spectrum.sample == "1 as-loaded")
        #expect(spectrum.axis.values == [535, 534.5, 534] && spectrum.axis.scale == .binding)
        #expect(spectrum.axis.photonEnergy == 1486.61 && spectrum.unit == .countsPerSecond)
        #expect(spectrum.intensities == [100.5, 101.5, 102.5] && spectrum.transmission == [3, 2, 1])
        #expect(spectrum.columns == [NamedColumn(name: "Ring current [mA] (Monitor)", values: [300, 299, 298])])
        #expect(spectrum.acquisition.sweeps == 1 && spectrum.acquisition.dwellTime == 0.3)
        #expect(spectrum.acquisition.passEnergy == 20 && spectrum.acquisition.workFunction == 4.1082)
        #expect(file.spectra[1].acquisition.date == "2023-08-24T14:12:36")
        #expect(file.notes.contains { $0.contains("Align") })
        let series = try #require(file.series.first)
        #expect(series.variable.name == "scan" && series.values == [0, 1])
    }

    @Test func theScaleOfSpecsLab2IsThatOfTheRegion() throws {
        let text = """
            # Created by:        SpecsLab2, Version 2.77-r27212
            #
            # XY-Serializer Export Settings: as follows
            #   Comment Prefix:           #
            #   Kinetic Energy Axis:      no
            #
            # Group:             Si_sub
            #
            # values in kinetic energy
            # Region:            Si2p
            # Number of Scans:   4
            # Values/Curve:      2
            # Dwell Time:        0.2
            # Excitation Energy: 640
            #
            # Parameter: "ADC channel 1 active" = true
            # Parameter: "    channel 1 input scaling" = 1.000000

            # Cycle: 0
            #
            # Cycle: 0, Curve: 0
            # scaling factors added
            #
            # ColumnLabels: energy counts/s scaling
            #
            533  10.5  1
            533.5  11.5  1

            """
        let file = try read(text)
        #expect(file.spectra.count == 1)
        #expect(file.spectra[0].axis.scale == .kinetic && file.spectra[0].axis.bindingEnergies == [107, 106.5])
        #expect(file.spectra[0].acquisition.sweeps == 4 && file.series.isEmpty)
        #expect(file.spectra[0].columns.map(\.name) == ["scaling"])
        #expect(file.spectra[0].rawCounts.map { ($0[0] * 1e6).rounded() / 1e6 } == 8.4)
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(
            of: Data(Self.prodigy.utf8), lastMayDiffer: true, format: SPECSColumnsFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(of: Data(Self.prodigy.utf8), count: 4_000, seed: 31, format: SPECSColumnsFormat.self)
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func aRealSpecsLab2FileAgreesWithAnIndependentReader() throws {
        let url = SharedData.file("xps/specs/specsxy_example.xy")
        let file = try SpectrumFile(contentsOf: url.path)
        let expected = try ExpectedReading(beside: url)
        #expect(file.spectra.count == expected.spectra.count)
        for (spectrum, item) in zip(file.spectra, expected.spectra) {
            expectAgreement(spectrum, item, energies: spectrum.axis.values)
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func aRealProdigyFileAgreesWithAnIndependentReader() throws {
        let url = SharedData.file("xps/specs/MgFe2O4_small.xy")
        let file = try SpectrumFile(contentsOf: url.path)
        for item in try ExpectedReading(beside: url).spectra {
            let spectrum = try #require(file.spectra.first { item.name?.hasSuffix($0.name) == true })
            expectAgreement(spectrum, item, energies: spectrum.axis.bindingEnergies)
        }
        #expect(file.spectra.count == 2)
    }
}

@Suite struct SPECSXMLTests {
    /// One region of three detector channels that see the same peak at different settings of the analyser.
    static func document(points: Int = 9, scans: Int = 2, step: Double = 0.5, gain: Double = 1) -> String {
        let shifts = [-0.1, 0, 0.1]
        let passEnergy = 10.0
        let (head, tail) = (2, 2)
        func peak(_ energy: Double) -> Int { Int(1000 * exp(-pow(energy - 1202, 2))) }
        var counts: [Int] = []
        for setting in 0..<(head + points + tail) {
            for shift in shifts {
                counts.append(peak(1200 + step * Double(setting - head) + shift * passEnergy))
            }
        }
        let text = counts.map(String.init).joined(separator: " ")
        let scan = """
            <struct type_name="ScanData"><sequence name="counts" length="\(counts.count)" type_name="CountsSeq">
            <ulong type_name="Counts">\(text)</ulong></sequence></struct>
            """
        let detectors = shifts.map {
            """
            <struct type_name="Detector"><double name="position">0</double><double name="shift">\($0)</double>
            <double name="gain">\(gain)</double></struct>
            """
        }
        return """
            <?xml version="1.0"?>
            <!-- CORBA XML document created by XMLSerializer2 1.6 -->
            <!DOCTYPE any [ <!ELEMENT any (any|struct)?> ]>
            <any version="1.6"><sequence type_id="IDL:specs.de/Serializer/RegionGroupSeq:1.0">
            <struct type_name="RegionGroup"><string name="name">sample 1</string><sequence name="regions">
            <struct type_name="RegionData"><string name="name">C1s</string>
            <struct name="region"><string name="analysis_method">XPS</string>
            <struct name="scan_mode"><string name="name">FixedAnalyzerTransmission</string></struct>
            <ulong name="num_scans">\(scans)</ulong><ulong name="curves_per_scan">1</ulong>
            <ulong name="values_per_curve">\(points)</ulong><double name="dwell_time">0.2</double>
            <double name="scan_delta">\(step)</double><double name="excitation_energy">1486.6</double>
            <double name="kinetic_energy">1200</double><double name="kinetic_energy_base">0</double>
            <double name="pass_energy">\(passEnergy)</double><double name="effective_workfunction">4.37</double></struct>
            <ulong name="mcd_head">\(head)</ulong><ulong name="mcd_tail">\(tail)</ulong>
            <struct name="analyzer_info"><string name="name">PHOIBOS</string>
            <sequence name="detectors">\(detectors.joined())</sequence></struct>
            <sequence name="cycles"><struct type_name="Cycle"><ulong name="time">1643391774</ulong>
            <sequence name="scans">\(String(repeating: scan, count: scans))</sequence></struct></sequence>
            <sequence name="transmission"><double>\((0..<points).map { "\($0 + 1)" }.joined(separator: " "))</double>
            </sequence></struct></sequence></struct></sequence></any>
            """
    }

    func read(_ text: String) throws -> SpectrumFile {
        let content = FileContent(path: "x.xml", data: Data(text.utf8))
        #expect(try FormatRegistry.format(of: content) == SPECSXMLFormat.self)
        return try SPECSXMLFormat.read(content, options: ReadOptions())
    }

    @Test func theChannelsAreAddedWhereTheySawTheElectrons() throws {
        let spectrum = try #require(try read(Self.document()).spectra.first)
        #expect(spectrum.axis.values == (0..<9).map { 1200 + 0.5 * Double($0) })
        // Two scans of three channels, each with the true peak at 1202 eV.
        let truth = spectrum.axis.values.map { Double(6 * Int(1000 * exp(-pow($0 - 1202, 2)))) }
        #expect(spectrum.intensities == truth)
        #expect(spectrum.axis.scale == .kinetic && spectrum.axis.photonEnergy == 1486.6)
        #expect(spectrum.level == .c1s && spectrum.sample == "sample 1" && spectrum.unit == .counts)
        #expect(spectrum.acquisition.sweeps == 2 && spectrum.acquisition.dwellTime == 0.2)
        #expect(spectrum.transmission == (1...9).map(Double.init))
        #expect(spectrum.acquisition.date == "2022-01-28T17:42:54")
    }

    @Test func countsThatDoNotFitTheChannelsAreAnError() {
        for (from, to) in [
            (">2</ulong>\n<struct name=\"analyzer", ">3</ulong>\n<struct name=\"analyzer"), ("\">9<", "\">8<"),
        ] {
            #expect(throws: ReadError.self) { try read(Self.document().replacing(from, with: to)) }
        }
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: Data(Self.document(scans: 1).utf8), format: SPECSXMLFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(of: Data(Self.document().utf8), count: 3_000, seed: 33, format: SPECSXMLFormat.self)
    }

    /// The other reader adds the channels without their shifts, so its sums are checked on the same raw counts, and the
    /// shifts are checked against the data: the channels must agree better where this reader puts them.
    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func aRealDocumentHasTheRawCountsOfAnIndependentReader() throws {
        let url = SharedData.file("xps/specs/In-situ_PBTTT_XPS_SPECS.xml")
        let file = try SpectrumFile(contentsOf: url.path)
        #expect(file.spectra.map(\.name) == ["Survey", "C1s"])
        #expect(agrees(file.spectra[0].axis.bindingEnergies?.first, 700))
        #expect(agrees(file.spectra[1].axis.bindingEnergies?.first, 290))
        #expect(agrees(file.spectra[0].axis.bindingEnergies?.last, -1))
        #expect(agrees(file.spectra[1].axis.bindingEnergies?.last, 280))
        #expect(file.spectra[1].acquisition.sweeps == 2)
        let root = try XMLTree(try FileContent(path: url.path))
        let regions = root.descendants("struct").filter { $0.attributes["type_name"] == "RegionData" }
        for (spectrum, region) in zip(file.spectra, regions) {
            let scans = region.descendants("sequence").filter { $0.attributes["name"] == "counts" }.map { scan in
                (scan.children.first?.text ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            }
            let head = Int(region.field("mcd_head")?.number ?? 0)
            let points = spectrum.axis.count
            let channels = (0..<5).map { channel in
                stride(from: channel, to: scans[0].count, by: 5).map { place in scans.reduce(0) { $0 + $1[place] } }
            }
            let unshifted = (head..<(head + points)).map { place in
                channels.reduce(0) { $0 + $1[place] } / Double(scans.count)
            }
            let item = try #require(
                try ExpectedReading(beside: url).spectra.first { $0.name?.hasSuffix(spectrum.name) == true })
            expectAgreement(spectrum, item, energies: nil, intensities: unshifted)
            // Aligned channels make the sharper peak: its highest point stands out further.
            let highest = (spectrum.intensities.max() ?? 0) / Double(scans.count)
            #expect(highest > 1.05 * (unshifted.max() ?? 0))
        }
    }
}
