import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

@Suite struct CompoundFileTests {
    @Test func smallAndLargeStreamsComeBackAsWritten() throws {
        var random = SeededGenerator(seed: 3)
        func noise(_ count: Int) -> Data { Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }) }
        let streams = [("a", noise(1)), ("b", noise(4095)), ("c", noise(4096)), ("d", noise(20_000)), ("e", Data())]
        let file = try CompoundFile(FileContent(path: "x", data: CompoundFixture(streams: streams).bytes))
        #expect(file.streams.map(\.path) == ["a", "b", "c", "d", "e"])
        for (name, bytes) in streams { #expect(try file.data(of: name) == bytes) }
        #expect(try file.data(of: "f") == nil)
    }

    @Test func loopsInTheTableAreErrors() throws {
        var bytes = CompoundFixture(streams: [("c", Data(repeating: 1, count: 9000))]).bytes
        // The table is sector 0: let each sector be its own successor.
        for sector in 1..<20 {
            bytes.replaceSubrange((512 + 4 * sector)..<(516 + 4 * sector), with: [UInt8(sector), 0, 0, 0])
        }
        #expect(throws: ReadError.self) {
            let file = try CompoundFile(FileContent(path: "x", data: bytes))
            _ = try file.data(of: "c")
        }
    }
}

@Suite struct AvantageBinaryTests {
    /// A data space of three spectra at etch times 0, 12 and 30 s.
    static func depthProfile(points: Int = 6) -> Data {
        var axes = ByteBuilder()
        axes.int32(0x20000, 3)
        for _ in 0..<3 { axes.wide("") }
        axes.int32(points)
        axes.float64(1188.0, 0.5)
        axes.byte(1)
        axes.int32(1)
        axes.wide("t")
        axes.wide("s")
        axes.wide("Etch Time")
        axes.int32(3)
        axes.float64(0, 0)
        axes.byte(0)
        axes.float64(0, 12, 30)
        axes.int32(8)
        for _ in 0..<3 { axes.wide("") }
        axes.int32(3)
        axes.float64(0, 1)
        axes.byte(1)
        axes.int32(6)
        var dimensions = ByteBuilder()
        dimensions.int32(0x20000, 2, 0, points - 1, 1, 0, 0, 2, 2, 0)
        var values = ByteBuilder()
        for index in 0..<(3 * points) { values.float64(Double(100 + index)) }
        return CompoundFixture(streams: [
            ("VGData", values.data), ("VGDataAxes", dimensions.data), ("VGSpaceAxes", axes.data),
            ("\u{5}Q5nw4m3lIjudbfwyAayojlptCa", properties),
            ("\u{5}SummaryInformation", summary),
        ]).bytes
    }

    private static func propertySet(_ values: [(id: Int, bytes: Data)]) -> Data {
        var set = ByteBuilder()
        set.data.append(contentsOf: [0xFE, 0xFF, 0, 0, 6, 2, 2, 0])
        set.zeros(16)
        set.int32(1)
        set.zeros(16)
        set.int32(48)
        var place = 8 + 8 * values.count
        set.int32(0, values.count)
        for value in values {
            set.int32(value.id, place)
            place += value.bytes.count
        }
        for value in values { set.data.append(value.bytes) }
        return set.data
    }

    private static func property(_ type: Int, _ write: (inout ByteBuilder) -> Void) -> Data {
        var value = ByteBuilder()
        value.int32(type)
        write(&value)
        return value.data
    }

    private static var properties: Data {
        propertySet([
            (1, property(2) { $0.int32(1200) }),
            (
                0x06,
                property(31) {
                    $0.int32(8)
                    $0.data.append(utf16("K-Alpha\0"))
                }
            ),
            (0x69, property(4) { $0.float32(1486.68) }), (0x131, property(4) { $0.float32(0.05) }),
            (0x148, property(3) { $0.int32(4) }), (0x13C, property(2) { $0.int32(1) }),
            (0x194, property(4) { $0.float32(50) }), (0x196, property(4) { $0.float32(4.2) }),
            (0x68, property(11) { $0.int32(0xFFFF) }),
        ])
    }

    private static var summary: Data {
        propertySet([(1, property(2) { $0.int32(1200) }), (2, property(30) { $0.wide("Si2p Scan") })])
    }

    private static func utf16(_ text: String) -> Data {
        Data(text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    }

    func read(_ data: Data) throws -> SpectrumFile {
        let content = FileContent(path: "Si2p Scan.VGD", data: data)
        #expect(AvantageBinaryFormat.recognises(content))
        return try AvantageBinaryFormat.read(content, options: ReadOptions())
    }

    @Test func aDepthProfileHasOneSpectrumForEachEtchTime() throws {
        let file = try read(Self.depthProfile())
        #expect(file.spectra.count == 3)
        let spectrum = file.spectra[1]
        #expect(spectrum.intensities == [106, 107, 108, 109, 110, 111])
        #expect(spectrum.axis.values == [1188, 1188.5, 1189, 1189.5, 1190, 1190.5])
        #expect(spectrum.axis.scale == .kinetic)
        #expect(spectrum.axis.photonEnergy == 1486.68)
        #expect(spectrum.level == .si2p)
        #expect(spectrum.unit == .counts)
        #expect(spectrum.acquisition.sweeps == 4)
        #expect(spectrum.acquisition.dwellTime == 0.05)
        #expect(spectrum.acquisition.passEnergy == 50)
        #expect(spectrum.acquisition.workFunction == 4.2)
        #expect(spectrum.acquisition.instrument == "K-Alpha")
        #expect(spectrum.acquisition.source == "Al K-alpha mono")
        let series = try #require(file.series.first)
        #expect(series.variable == .etchTime)
        #expect(series.values == [0, 12, 30])
        #expect(series.values(of: .etchLevel) == [0, 1, 2])
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: Self.depthProfile(), format: AvantageBinaryFormat.self)
        try Damage.expectNoSilentTruncation(
            of: Self.depthProfile(points: 300), step: 7, format: AvantageBinaryFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(of: Self.depthProfile(), count: 4_000, seed: 5, format: AvantageBinaryFormat.self)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"), arguments: ["B1s Scan", "N1s Scan"])
    func realSpectraAgreeWithAnIndependentReader(name: String) throws {
        let path = "xps/thermo/vgd/BN-graphite/\(name).VGD"
        let file = try SpectrumFile(contentsOf: SharedData.file(path).path)
        let item = try #require(try ExpectedReading(beside: SharedData.file(path)).spectra.first)
        let spectrum = try #require(file.spectra.first)
        #expect(file.spectra.count == 1 && spectrum.name == item.name)
        expectAgreement(spectrum, item, energies: spectrum.axis.kineticEnergies)
        // The chart that Avantage stores beside the file ends at this binding energy.
        let chart = try XMLTree(
            try Data(contentsOf: SharedData.file("xps/thermo/vgd/BN-graphite/\(name).xml")), file: name)
        let axis = try #require(chart.firstDescendant("AxisX"))
        let highest = try #require(axis.attributes["Maximum"].flatMap { Double($0) })
        #expect(abs((spectrum.axis.bindingEnergies?.max() ?? 0) - highest) < 1e-9)
        #expect(spectrum.acquisition.sweeps == 4 && spectrum.acquisition.dwellTime == 0.05)
        #expect(spectrum.acquisition.date?.hasPrefix("2026-06-19T02:") == true)
    }
}

@Suite struct AvantageTextTests {
    /// The data space of `AvantageBinaryTests.depthProfile()` as Avantage dumps it.
    static func depthProfile(points: Int = 6) -> String {
        var lines = [
            ";================", ";Dump of DataSpace 'C:\\data\\Si2p Scan.VGD'", "$FORMAT=4", "$PROPERTIES=SUM",
            "DS_EXT_SUPROPID_TITLE       : VT_BSTR = 'Si2p Scan'", "$PROPERTIES=STD",
            "DS_GEPROPID_INSTRUMENT                      : VT_BSTR = 'K-Alpha'",
            "DS_GEPROPID_VALUE_LABEL                     : VT_BSTR = 'Counts'",
            "DS_SOPROPID_ENERGY                          : VT_R4   = 1486.680054",
            "DS_SOPROPID_MONO                            : VT_BOOL = True",
            "DS_ACPROPID_START_TIME                      : VT_DATE = 24/8/2026   19:10:01",
            "DS_ACPROPID_ACQ_TIME                        : VT_R4   = 0.050000",
            "DS_ACPROPID_PERIODS                         : VT_I4   = 4",
            "DS_ACPROPID_EV_SCALE                        : VT_I2   = 1",
            "DS_ANPROPID_PASS                            : VT_R4   = 50.000000",
            "DS_ANPROPID_WORK_FTN                        : VT_R4   = 4.200000", "$DATAAXES=2,#empty#",
            "    0=        0,        \(points - 1),          1", "    1=        0,        2,          2",
            "$SPACEAXES=3",
            "    0=    1188.000000,       0.500000,        \(points),  ENERGY,   LINEAR,  'E',   'eV',    'Energy'",
            "    1=    0.000000,       0.000000,        3,  ETCHTIME,   NON-LINEAR,  't',   's',    'Etch Time'",
            "    2=    0.000000,       1.000000,        3,  ETCHLEVEL,   LINEAR,  '',   '',    'Etch Level'",
        ]
        for (level, time) in [0.0, 12, 30].enumerated() {
            lines.append("$AXISVALUE= DATAXIS=1 SPACEAXIS=1 LABEL='Etch Time' POINT=\(level) VALUE=\(time);")
            lines.append("$DATA=*,\(level)")
            let values = (0..<points).map { Double(100 + level * points + $0) }
            for start in stride(from: 0, to: points, by: 4) {
                let row = values[start..<min(points, start + 4)].map { String(format: "%.6f", $0) }
                    .joined(separator: ",  ")
                lines.append("LIST@   \(start)=  \(row)")
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    func read(_ data: Data) throws -> SpectrumFile {
        let content = FileContent(path: "Si2p Scan.avg", data: data)
        #expect(AvantageTextFormat.recognises(content))
        return try AvantageTextFormat.read(content, options: ReadOptions())
    }

    @Test func theDumpHasTheSpectraOfTheBinaryFile() throws {
        let text = try read(Data(Self.depthProfile().utf8))
        let content = FileContent(path: "Si2p Scan.VGD", data: AvantageBinaryTests.depthProfile())
        let binary = try AvantageBinaryFormat.read(content, options: ReadOptions())
        #expect(text.spectra.count == 3)
        for (left, right) in zip(text.spectra, binary.spectra) {
            var left = left
            #expect(left.acquisition.date == "2026-08-24T19:10:01")
            left.acquisition.date = right.acquisition.date
            #expect(left == right)
        }
        #expect(try FormatRegistry.format(of: content) == AvantageBinaryFormat.self)
    }

    @Test func dumpsInUTF16AreReadTheSame() throws {
        let text = Self.depthProfile()
        let wide = try #require(text.data(using: .utf16LittleEndian))
        #expect(try read(wide).spectra == read(Data(text.utf8)).spectra)
        #expect(try read(Data([0xFF, 0xFE]) + wide).spectra == read(Data(text.utf8)).spectra)
    }

    @Test func aDumpWithoutValuesIsAnError() {
        let empty = Self.depthProfile().replacing(/LIST@.*/, with: "LIST@   0=  #empty#")
        #expect(throws: ReadError.self) { try read(Data(empty.utf8)) }
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: Data(Self.depthProfile().utf8), format: AvantageTextFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(
            of: Data(Self.depthProfile().utf8), count: 4_000, seed: 6, format: AvantageTextFormat.self)
    }
}

@Suite struct AvantageColumnsTests {
    static func sheet(separator: String = ",", decimalMark: String = ".") -> String {
        var rows = [
            ["Axis", "Energy", "Elements=", "9"], [], ["C:\\data\\cell-7.DATA\\C1s Scan.VGD"], [],
            ["Binding Energy (E)", "", "", "", "C1s C-C", "Backgnd."],
            ["eV", "", "Counts / s", "", "Counts / s", "Counts / s"],
        ]
        for index in 0..<9 {
            let energy = String(format: "%.2f", 291.08 - 0.1 * Double(index))
            rows.append([energy, "", "\(1000 + index).25", "", "5", "900"])
        }
        return rows.map { row in
            row.map { Double($0) == nil ? $0 : $0.replacingOccurrences(of: ".", with: decimalMark) }
                .joined(separator: separator)
        }.joined(separator: "\r\n") + "\r\n"
    }

    @Test(arguments: [(",", "."), ("\t", "."), (";", ","), ("\t", ",")])
    func aSheetSavedAsTextIsReadAsTheSheet(separator: String, decimalMark: String) throws {
        let text = Self.sheet(separator: separator, decimalMark: decimalMark)
        let content = FileContent(path: "C1s Scan.csv", data: Data(text.utf8))
        #expect(try FormatRegistry.format(of: content) == AvantageColumnsFormat.self)
        let file = try AvantageColumnsFormat.read(content, options: ReadOptions())
        let spectrum = try #require(file.spectra.first)
        #expect(file.spectra.count == 1 && spectrum.level == .c1s && spectrum.sample == "cell-7")
        #expect(spectrum.intensities == (0..<9).map { 1000.25 + Double($0) })
        #expect(spectrum.axis.values.first == 291.08 && spectrum.axis.scale == .binding)
        #expect(spectrum.unit == .countsPerSecond)
        #expect(spectrum.columns.map(\.name) == ["C1s C-C", "Backgnd."])
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(of: Data(Self.sheet().utf8), count: 3_000, seed: 12, format: AvantageColumnsFormat.self)
    }

    @Test func everyTruncationIsNoticed() throws {
        let fixed = Self.sheet().replacingOccurrences(of: ",5,900", with: "")
        try Damage.expectNoSilentTruncation(
            of: Data(fixed.utf8), lastMayDiffer: true, format: AvantageColumnsFormat.self)
    }
}
