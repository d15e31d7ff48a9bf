import Foundation
import Spectra

@testable import SpectrumFiles

/// Files of about a megabyte of every format, made here, with as few bytes for each number as the format allows: what costs a
/// reader the most memory for its input.
enum LargeSamples {
    /// About how many bytes each is to have.
    static let size = 1_000_000

    private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
        var text = ""
        text.reserveCapacity(count * 8)
        for index in 0..<count {
            text += line(index)
            text += "\n"
        }
        return text
    }

    private static func list(_ count: Int, by separator: String = ",", _ value: (Int) -> String = { "\($0 % 10)" })
        -> String
    {
        (0..<count).map(value).joined(separator: separator)
    }

    private static func vamas(blocks: Int, points: Int) -> String {
        let spectrum = Spectrum(
            name: "S 2p", sample: "x",
            axis: EnergyAxis((0..<points).map { 1320 + 0.1 * Double($0) }, scale: .kinetic, photonEnergy: 1486.6),
            intensities: (0..<points).map { Double($0 % 10) }, unit: .counts)
        return SpectrumFile(path: "", format: "", spectra: Array(repeating: spectrum, count: blocks)).text(as: .vamas)
    }

    private static func casaXPS(rows: Int) -> String {
        let header =
            "/data/x.vms\nS 2p\n\tCharacteristic Energy eV\t1486.6\tAcquisition Time s\t2.5\n"
            + "KE_S 2p\tBE_S 2p\tCPS_S 2p\tS 2p_1_S 2p\tBackground_S 2p\tEnvelope_S 2p\n"
        return header + lines(rows) { "\($0)\t\(Double(14866 - 10 * $0) / 10)\t\($0 % 10)\t1\t1\t1" }
    }

    private static func sesText(points: Int) -> String {
        let energies = (0..<points).map { "\($0)" }
        return [
            "[Info]", "Number of Regions=1", "Version=1.3.1", "", "[Region 1]", "Region Name=C1s",
            "Dimension 1 name=Kinetic Energy [eV]", "Dimension 1 size=\(points)",
            "Dimension 1 scale=" + energies.joined(separator: " "), "", "[Info 1]", "Region Name=C1s",
            "Excitation Energy=520", "[Run Mode Information 1]", "", "[Data 1]",
        ].joined(separator: "\r\n") + "\r\n" + energies.map { "\($0) 1\r\n" }.joined()
    }

    private static func workbook(rows: Int) throws -> Data {
        var random = SeededGenerator(seed: 5)
        var sheet = [["Axis", "Energy", "Elements=", "\(rows)"], [], ["C:\\data\\C1s Scan.VGD"], []]
        sheet += [["Binding Energy (E)"], ["eV", "", "Counts / s"]]
        // Numbers as measured: few of their digits are to be packed away.
        for index in 0..<rows {
            sheet.append([
                String(format: "%.3f", 2000 - 0.01 * Double(index)), "",
                "\(UInt32.random(in: 0...UInt32.max, using: &random))",
            ])
        }
        return try WorkbookFixture(sheets: [("C1s Scan", sheet)]).bytes()
    }

    private static func khervefitting(points: Int) -> String {
        """
        {"FilePath": "x.xlsx", "Number of Core levels": 1, "Core levels": {"C1s": {"Name": "C1s",
        "B.E.": [\(list(points) { "\(points - $0)" })], "Raw Data": [\(list(points))],
        "Background": {"Bkg Type": "Smart", "Bkg Y": [\(list(points))]}, "Fitting": {}}}}
        """
    }

    private static func nexus(points: Int) throws -> Data {
        var random = SeededGenerator(seed: 6)
        let values = (0..<points).map { _ in Double.random(in: 0...1, using: &random) }
        var spectrum = Spectrum(
            name: "C 1s", axis: EnergyAxis((0..<points).map(Double.init), scale: .kinetic, photonEnergy: 1486.6),
            intensities: values, unit: .counts)
        spectrum.columns = [NamedColumn(name: "one", values: values.reversed())]
        return try SpectrumFile(path: "", format: "", spectra: [spectrum]).data(as: .nexus)
    }

    private static func schedule(points: Int) throws -> Data {
        let numbers = (0..<points).map { Double($0 % 10) }
        return try SPECSScheduleTests.file(
            """
            UPDATE Spectrum SET Samples = \(points) WHERE Node = 15;
            DELETE FROM CountRateData WHERE RawID = 4;
            INSERT INTO CountRateData VALUES (4, 0, \(points), \(points), \
            x'\(numbers.withUnsafeBytes { Data($0) }.map { String(format: "%02x", $0) }.joined())');
            """)
    }

    /// The files, by the names of their formats.
    static func all() throws -> [(name: String, data: Data)] {
        func text(_ name: String, _ text: String) -> (String, Data) { (name, Data(text.utf8)) }
        let spectra = OmicronTests.spectra.split(separator: "\n", omittingEmptySubsequences: false)
        return [
            text("VAMAS, one block", vamas(blocks: 1, points: size / 2)),
            text("VAMAS, many blocks", vamas(blocks: size / 900, points: 20)),
            text("plain columns", lines(size / 9) { "\($0) 1" }),
            text("plain columns, wide", lines(size / 200) { "\($0)" + String(repeating: " 1", count: 100) }),
            text("LG4X", "x,raw_y,fit_sum,bg,p1\n" + lines(size / 15) { "\($0),1,1,1,1" }),
            text("CasaXPS export", casaXPS(rows: size / 25)),
            text("Scienta SES", sesText(points: size / 16)),
            (
                "Igor wave",
                IgorTests.wave(
                    version: 5, extents: [size], type: 8, units: ["Binding Energy [eV]"], note: IgorTests.note,
                    values: Array(repeating: 1, count: size))
            ),
            (
                "Igor image",
                IgorTests.wave(
                    version: 5, extents: [100, size / 100], type: 8, units: ["Binding Energy [eV]"],
                    note: IgorTests.note, values: Array(repeating: 1, count: size))
            ),
            text(
                "SPECS columns",
                SPECSColumnsTests.prodigy.replacing(
                    "Values/Curve:                 2", with: "Values/Curve: \(size / 9)"
                ).replacing("#\n0  10\n1  20\n", with: "#\n" + lines(size / 9) { "\($0) 1" })),
            text("SPECS XML", SPECSXMLTests.document(points: size / 20)),
            ("SPECS schedule", try schedule(points: size / 8)),
            ("PHI", PHIFormatTests.depthProfile(cycles: size / 800, points: [100, 90])),
            ("PHI, few points a cycle", PHIFormatTests.depthProfile(cycles: size / 160, points: [20, 20])),
            ("Kratos, binary", KratosTests.dataSet(ordinates: (0..<(size / 4)).map { Double($0 % 10) })),
            text(
                "Kratos, text",
                KratosTests.dump.replacing("{10, 11,\n12, 13.5}", with: "{\(list(size / 3) { "\($0 % 100)" })}")),
            text("Avantage, text", AvantageTextTests.depthProfile(points: size / 45)),
            ("Avantage, workbook", try workbook(rows: size / 16)),
            text("KherveFitting", khervefitting(points: size / 10)),
            text(
                "Omicron EIS",
                String(OmicronTests.layers.prefix(while: { $0 != "L" }))
                    + String(OmicronTests.layers.drop(while: { $0 != "L" }))
                    .replacing(
                        "296.0\t1788\r\n295.5\t1671\r\n295.0\t1608\r\n",
                        with: lines(size / 10) { "\(size / 10 - $0)\t1\r" })),
            text(
                "Omicron Spectra",
                ([spectra[0]] + [
                    "   100.00000   \(100 + size / 2 - 1).00000     1.00000     5.00000     0.10000 \(size / 2)    46.1  1253.60",
                    "C1s",
                ]).joined(separator: "\n") + "\n" + lines(size / 2) { "\($0 % 10)" }),
            ("NeXus", try nexus(points: size / 24)),
        ]
    }
}
