import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

@Suite struct SESTextTests {
    /// Two regions: one with a single column, one with two steps of a third dimension and three slices each.
    static func file(points: Int = 4) -> String {
        func row(_ values: [Double]) -> String {
            values.map { String(format: " %.14E", $0).replacing(/E([+-])/) { "E\($0.output.1)00" } }.joined(
                separator: " ")
        }
        let energies = (0..<points).map { 291 - 0.5 * Double($0) }
        let scale = energies.map { "\($0)" }.joined(separator: " ")
        var lines = [
            "[Info]", "Number of Regions=0002", "Version=1.3.1", "", "[Region 1]", "Region Name=C1s",
            "Dimension 1 name=Binding Energy [eV]", "Dimension 1 size=\(points)", "Dimension 1 scale=\(scale)", "",
            "[Info 1]", "Region Name=C1s", "Pass Energy=50", "Number of Sweeps=2", "Excitation Energy=520",
            "Energy Scale=Binding", "Step Time=203", "Instrument=R3000", "Sample=Ag", "Comments=;",
            "Date=03/08/2023", "Time=03:24:35 PM", "Time per Spectrum Channel=45.066", "DetectorMode=Pulse Counting",
            "[Run Mode Information 1]", "", "", "[Data 1]",
        ]
        for (index, energy) in energies.enumerated() { lines.append(row([energy, Double(100 + index)])) }
        lines += [
            "", "[Region 2]", "Region Name=Map", "Dimension 1 name=Kinetic Energy [eV]", "Dimension 1 size=\(points)",
            "Dimension 2 name=Y-Scale [deg]", "Dimension 2 size=3", "Dimension 2 scale=-1 0 1",
            "Dimension 3 name=Position [mm]", "Dimension 3 size=2", "Dimension 3 scale=0.5 1.5", "", "[Info 2]",
            "Excitation Energy=520", "DetectorMode=ADC",
        ]
        for step in 1...2 {
            lines.append("[Data 2:\(step)]")
            for (index, energy) in energies.enumerated() {
                let first = Double(1000 * step + 10 * index)
                lines.append(row([520 - energy, first, first + 1, first + 2]))
            }
            lines.append("")
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    func read(_ text: String) throws -> SpectrumFile {
        let content = FileContent(path: "C1s_0001.txt", data: Data(text.utf8))
        #expect(try FormatRegistry.format(of: content) == SESTextFormat.self)
        return try SESTextFormat.read(content, options: ReadOptions())
    }

    @Test func aRegionIsReadWithItsAcquisition() throws {
        let spectrum = try #require(try read(Self.file()).spectra.first)
        #expect(spectrum.name == "C1s" && spectrum.level == .c1s && spectrum.sample == "Ag")
        #expect(spectrum.axis.values == [291, 290.5, 290, 289.5] && spectrum.axis.scale == .binding)
        #expect(spectrum.intensities == [100, 101, 102, 103] && spectrum.unit == .counts)
        #expect(spectrum.axis.photonEnergy == 520)
        #expect(spectrum.acquisition.sweeps == 2 && spectrum.acquisition.dwellTime == 0.203)
        #expect(spectrum.acquisition.timePerChannel == 45.066)
        #expect(spectrum.acquisition.date == "2023-03-08T15:24:35")
        #expect(spectrum.acquisition.passEnergy == 50 && spectrum.comments.isEmpty)
    }

    @Test func slicesAreSummedAndKeptAsASeries() throws {
        let file = try read(Self.file())
        let steps = file.spectra.filter { $0.name == "Map" }
        #expect(steps.count == 2)
        #expect(steps[1].intensities == [6003, 6033, 6063, 6093])
        #expect(steps[0].axis.scale == .kinetic && steps[0].axis.bindingEnergies?.first == 291)
        #expect(steps[0].unit == .arbitrary)
        let series = file.series
        #expect(series.map(\.values) == [[0.5, 1.5], [-1, 0, 1], [-1, 0, 1]])
        #expect(series[0].variable == SeriesVariable("Position", unit: "mm"))
        #expect(series[2].variable == .angle)
        #expect(series[2].spectra[2].intensities == [2002, 2012, 2022, 2032])
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: Data(Self.file().utf8), format: SESTextFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(of: Data(Self.file().utf8), count: 4_000, seed: 21, format: SESTextFormat.self)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: ["Ag_0001", "Cu-HHTP_0001", "Cu-HHTP_0002", "Cu-HHTP_0003", "Ru02_0063"])
    func realFilesAgreeWithAnIndependentReader(name: String) throws {
        let url = SharedData.file("xps/scienta/\(name).txt")
        let file = try SpectrumFile(contentsOf: url.path)
        let item = try #require(try ExpectedReading(beside: url).spectra.first)
        #expect(file.format == SESTextFormat.name && file.spectra.count == 1)
        expectAgreement(file.spectra[0], item, energies: file.spectra[0].axis.values)
        #expect(item.name?.hasSuffix(file.spectra[0].name) == true)
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func aRealFileCutShortIsNoticed() throws {
        let bytes = try Data(contentsOf: SharedData.file("xps/scienta/Cu-HHTP_0002.txt"))
        try Damage.expectNoSilentTruncation(of: bytes, step: 11, format: SESTextFormat.self)
    }
}

@Suite struct IgorTests {
    /// An Igor wave of version 2 or 5 in either order of bytes.
    static func wave(
        version: Int, extents: [Int] = [5], type: Int = 4, bigEndian: Bool = false, units: [String] = [],
        note: String = "",
        values: [Double]? = nil
    ) -> Data {
        var data = Data()
        func bytes(_ value: some FixedWidthInteger) {
            data.append(contentsOf: withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { Array($0) })
        }
        func word(_ value: Int) { bytes(Int32(value)) }
        func half(_ value: Int) { bytes(Int16(value)) }
        func double(_ value: Double) { bytes(value.bitPattern) }
        func text(_ text: String, _ length: Int) {
            data.append(contentsOf: Array(text.utf8.prefix(length)))
            data.append(Data(repeating: 0, count: max(0, length - text.utf8.count)))
        }
        let count = extents.reduce(1, *)
        let size = [2: 4, 4: 8, 8: 1, 0x10: 2, 0x20: 4, 0x50: 2, 0x60: 4][type] ?? 8
        let numbers = values ?? (0..<count).map { Double($0) }
        if version == 5 {
            half(5)
            half(0)
            word(320 + count * size)
            for length in [0, note.utf8.count, 0] { word(length) }
            for index in 0..<4 { word(units.indices.contains(index) ? units[index].utf8.count : 0) }
            for _ in 0..<7 { word(0) }
            for _ in 0..<3 { word(0) }
            word(count)
            half(type)
            half(0)
            text("", 6)
            half(1)
            text("C1s_001", 32)
            for _ in 0..<2 { word(0) }
            for index in 0..<4 { word(extents.indices.contains(index) ? extents[index] : 0) }
            for index in 0..<4 { double(index == 0 ? -0.5 : 2) }
            for index in 0..<4 { double(index == 0 ? 291 : -1) }
            text("", 320 - 148)
        } else {
            half(version)
            word(110 + count * size + 16)
            if version >= 2 { word(note.utf8.count) }
            if version == 3 { word(0) }
            if version >= 2 { word(0) }
            half(0)
            half(type)
            word(0)
            text("C1s_001", 20)
            half(0)
            half(0)
            word(0)
            text("", 4)
            text("eV", 4)
            word(count)
            half(0)
            double(-0.5)
            double(291)
            text("", 110 - 64)
        }
        for value in numbers {
            switch type {
            case 2: bytes(Float(value).bitPattern)
            case 8: bytes(Int8(value))
            case 0x10: half(Int(value))
            case 0x20, 0x60: word(Int(value))
            case 0x50: bytes(UInt16(value))
            default: double(value)
            }
        }
        if version < 5 { text("", 16) }
        data.append(contentsOf: Array(note.utf8))
        for unit in version == 5 ? units : [] { data.append(contentsOf: Array(unit.utf8)) }
        return data
    }

    static let note =
        "[SES]\rRegion Name=C1s\rPass Energy=50\rNumber of Sweeps=2\rExcitation Energy=520\rEnergy "
        + "Scale=Binding\rStep Time=203\rSample=Ag\rDate=2023-03-08\rTime=15:24:35\rDetectorMode=Pulse Counting\r"

    func read(_ data: Data) throws -> SpectrumFile {
        let content = FileContent(path: "C1s.ibw", data: data)
        #expect(try FormatRegistry.format(of: content) == IgorWaveFormat.self)
        return try IgorWaveFormat.read(content, options: ReadOptions())
    }

    @Test(arguments: [1, 2, 3, 5], [false, true])
    func wavesOfEveryVersionAndByteOrderAreRead(version: Int, bigEndian: Bool) throws {
        for type in [2, 4, 8, 0x10, 0x20, 0x50, 0x60] {
            let data = Self.wave(
                version: version, type: type, bigEndian: bigEndian, units: ["Binding Energy [eV]"], note: Self.note)
            let file = try read(data)
            let spectrum = try #require(file.spectra.first)
            #expect(spectrum.intensities == [0, 1, 2, 3, 4])
            #expect(spectrum.axis.values == [291, 290.5, 290, 289.5, 289])
            if version > 1 {
                #expect(spectrum.name == "C1s" && spectrum.level == .c1s && spectrum.axis.scale == .binding)
                #expect(spectrum.axis.photonEnergy == 520 && spectrum.acquisition.passEnergy == 50)
                #expect(spectrum.acquisition.date == "2023-03-08T15:24:35")
            }
        }
    }

    @Test func slicesOfAnImageAreSummed() throws {
        let units = ["Kinetic Energy [eV]", "Y-Scale [deg]"]
        let file = try read(Self.wave(version: 5, extents: [4, 3], units: units, note: Self.note))
        #expect(file.spectra.count == 1)
        #expect(file.spectra[0].intensities == [12, 15, 18, 21])
        let series = try #require(file.series.first)
        #expect(series.variable == .angle && series.values == [-1, 1, 3])
        #expect(series.spectra[1].intensities == [4, 5, 6, 7])
    }

    @Test func stepsOfAScanAreSpectraOfTheirOwn() throws {
        let units = ["Y-Scale [deg]", "Kinetic Energy [eV]", "Position [mm]"]
        let file = try read(Self.wave(version: 5, extents: [2, 3, 2], units: units, note: Self.note))
        #expect(file.spectra.map(\.intensities) == [[1, 5, 9], [13, 17, 21]])
        #expect(file.spectra[0].axis.values == [-1, 1, 3])
        #expect(file.series.first?.values == [-1, 1])
    }

    @Test func theNoteOfPEAKIsRead() throws {
        let note = """
            {"Version": 1, "Name": "O1s", "ImageSource": "x", "PassEnergy": 20, "EnergyMode": "Kinetic",
            "Date": "2024-05-06", "Time": "10:11:12", "Sample": {"Name": "CuO"},
            "ExcitationSource": {"ExcitationSourceEnergyInformation": {"Energy": 1486.6}}}
            """
        let spectrum = try #require(try read(Self.wave(version: 5, units: ["Energy [eV]"], note: note)).spectra.first)
        #expect(spectrum.name == "O1s" && spectrum.sample == "CuO" && spectrum.level == .o1s)
        #expect(spectrum.axis.scale == .kinetic && spectrum.axis.photonEnergy == 1486.6)
        #expect(spectrum.acquisition.passEnergy == 20 && spectrum.acquisition.date == "2024-05-06T10:11:12")
    }

    @Test func textAndComplexWavesAreErrors() {
        for type in [0, 3, 5] {
            #expect(throws: ReadError.self) { try read(Self.wave(version: 5, type: type, values: [0, 1])) }
        }
    }

    /// A packed file: a record of variables, then waves.
    static func packed(bigEndian: Bool = false, waves: [Data]) -> Data {
        var data = Data()
        func record(_ type: Int16, _ body: Data) {
            for value in [type, 1] {
                data.append(contentsOf: withUnsafeBytes(of: bigEndian ? value.bigEndian : value) { Array($0) })
            }
            let size = Int32(body.count)
            data.append(contentsOf: withUnsafeBytes(of: bigEndian ? size.bigEndian : size) { Array($0) })
            data.append(body)
        }
        record(1, Data(repeating: 7, count: 30))
        for wave in waves { record(3, wave) }
        record(2, Data("history\r".utf8))
        return data
    }

    @Test(arguments: [false, true])
    func wavesOfAPackedFileAreRead(bigEndian: Bool) throws {
        let data = Self.packed(
            bigEndian: bigEndian,
            waves: [
                Self.wave(version: 5, bigEndian: bigEndian, units: ["Binding Energy [eV]"], note: Self.note),
                Self.wave(
                    version: 2, extents: [3], bigEndian: bigEndian, note: "Region Name=O1s\rEnergy Scale=Binding"),
            ])
        let content = FileContent(path: "x.pxt", data: data)
        #expect(try FormatRegistry.format(of: content) == IgorPackedFormat.self)
        let file = try IgorPackedFormat.read(content, options: ReadOptions())
        #expect(file.spectra.map(\.name) == ["C1s", "O1s"])
        #expect(file.spectra.map(\.intensities) == [[0, 1, 2, 3, 4], [0, 1, 2]])
    }

    @Test func everyTruncationIsNoticed() throws {
        for version in [2, 5] {
            let data = Self.wave(version: version, units: ["Binding Energy [eV]"], note: Self.note)
            try Damage.expectNoSilentTruncation(of: data, format: IgorWaveFormat.self)
            try Damage.expectNoSilentTruncation(of: Self.packed(waves: [data]), format: IgorPackedFormat.self)
        }
    }

    @Test func damagedFilesNeverCrashTheReader() {
        for (seed, version) in [2, 5].enumerated() {
            let data = Self.wave(
                version: version, extents: version == 5 ? [4, 3, 2] : [6], units: ["Binding Energy [eV]"],
                note: Self.note)
            Damage.expectNoCrash(of: data, count: 3_000, seed: UInt64(seed), format: IgorWaveFormat.self)
            Damage.expectNoCrash(
                of: Self.packed(waves: [data]), count: 3_000, seed: UInt64(seed), format: IgorPackedFormat.self)
        }
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: [
            "Ag_0001Ag__001", "Cu-HHTP_0001Cu-HHTP__001", "Cu-HHTP_0002Cu-HHTP__002", "Cu-HHTP_0003Cu-HHTP__003",
        ])
    func realWavesAgreeWithAnIndependentReader(name: String) throws {
        let url = SharedData.file("xps/scienta/\(name).ibw")
        let file = try SpectrumFile(contentsOf: url.path)
        let item = try #require(try ExpectedReading(beside: url).spectra.first)
        #expect(file.format == IgorWaveFormat.name && file.spectra.count == 1)
        expectAgreement(file.spectra[0], item, energies: file.spectra[0].axis.values)
        // The text file of the same number holds the same numbers, printed with 15 digits.
        let stem = name.prefix { $0 != "_" } + "_" + name.drop { $0 != "_" }.dropFirst().prefix(4)
        let text = try SpectrumFile(contentsOf: SharedData.file("xps/scienta/\(stem).txt").path)
        #expect(zip(text.spectra[0].intensities, file.spectra[0].intensities).allSatisfy { abs($0 - $1) < 1e-12 * $1 })
        #expect(text.spectra[0].level == file.spectra[0].level && file.spectra[0].name == text.spectra[0].name)
    }
}

@Suite struct SESMapTests {
    static func archive() throws -> Data {
        var numbers = ByteBuilder()
        for index in 0..<24 { numbers.float32(Double(index)) }
        let description = """
            [spectrum]
            width=4
            height=3
            depth=2
            widthoffset=100
            widthdelta=0.5
            heightoffset=-1
            heightdelta=1
            depthoffset=10
            depthdelta=5
            widthlabel=Kinetic Energy [eV]
            heightlabel=Y-Scale [deg]
            depthlabel=Thetax [deg]
            name=Region1
            """
        return try ZipFixture.archive([
            ("viewer.ini", Data("[viewer]\n".utf8)), ("Spectrum_Region1.ini", Data(description.utf8)),
            ("Spectrum_Region1.bin", numbers.data),
            ("Region1.ini", Data("[SES]\nRegion Name=O1s\nExcitation Energy=650\nPass Energy=20\n".utf8)),
        ])
    }

    @Test func eachStepOfTheMapIsASpectrumWithItsSlices() throws {
        let content = FileContent(path: "map.zip", data: try Self.archive())
        #expect(try FormatRegistry.format(of: content) == SESMapFormat.self)
        let file = try SESMapFormat.read(content, options: ReadOptions())
        #expect(file.spectra.map(\.intensities) == [[12, 15, 18, 21], [48, 51, 54, 57]])
        #expect(file.spectra[0].axis.values == [100, 100.5, 101, 101.5])
        #expect(file.spectra[0].level == .o1s && file.spectra[0].axis.photonEnergy == 650)
        let series = file.series
        #expect(series.map(\.values) == [[10, 15], [-1, 0, 1], [-1, 0, 1]])
        #expect(series[1].variable == .angle)
    }

    @Test func aMapThatContradictsItselfIsAnError() throws {
        let archive = try ZipArchive(FileContent(path: "x", data: try Self.archive()))
        for (from, to) in [("width=4", "width=5"), ("depth=2", "depth=0"), ("height=3", "height=9e99"), ("10", "nan")] {
            let members = try archive.data(of: archive.entries)
            let parts = zip(archive.entries, members).map { entry, data in
                guard entry.path == "Spectrum_Region1.ini" else { return (name: entry.path, data: data) }
                let text = String(decoding: data, as: UTF8.self).replacing(from, with: to)
                return (name: entry.path, data: Data(text.utf8))
            }
            let content = FileContent(path: "map.zip", data: try ZipFixture.archive(parts))
            #expect(throws: ReadError.self) { try SESMapFormat.read(content, options: ReadOptions()) }
        }
    }

    @Test func damagedArchivesNeverCrashTheReader() throws {
        Damage.expectNoCrash(of: try Self.archive(), count: 2_000, seed: 5, format: SESMapFormat.self)
        try Damage.expectNoSilentTruncation(of: try Self.archive(), format: SESMapFormat.self)
    }
}
