import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

@Suite struct PHIFormatTests {
    /// A depth profile of `cycles` cycles in two regions with the table of sputter times that SmartSoft writes.
    static func depthProfile(
        cycles: Int = 3, points: [Int] = [5, 4], wide: Bool = false, lineEnd: String = "\n", bigEndian: Bool = false
    ) -> Data {
        let ends = [298 - 0.2 * Double(points[0] - 1), 490 - 0.5 * Double(points[1] - 1)].map {
            String(format: "%.4f", $0)
        }
        let header = [
            "SOFH", "Platform: PC", "Technique: XPS", "FileType: DEPTHPRO", "FileDesc: (1, made up)",
            "InstrumentModel: VersaProbe 4", "AcqFileDate: 2024 1 22", "AnalyserWorkFcn: 4.506 eV",
            "IntensityRecal: no", "IntensityCalCoeff: 40.000 0.200", "NoDPDataCyc: \(cycles)", "NoPreSputterCyc: 1",
            "DepthCalDef: 1 Layer1 1 0.0000 0.0000 Ar+ 10.00 0.50 \(cycles - 1) '10kV'", "NoSpectralReg: 2",
            "SpectralRegDef: 1 1 C1s 6 \(points[0]) -0.2000 298.0000 \(ends[0]) 297.0000 279.0000 0.800000 55.00 AREA",
            "SpectralRegDef2: 1 20.0 10 0 4 180",
            "SpectralRegDef: 2 1 Sn3d5 50 \(points[1]) -0.5000 490.0000 \(ends[1]) 490.0000 488.0000 0.400000 112.00 AREA",
            "SpectralRegDef2: 2 20.0 4 0 4 180", "XraySource: Al 1486.6 mono", "EOFH", "",
        ].joined(separator: lineEnd)
        var body = Data()
        func word(_ value: Int) {
            let bits = UInt32(value)
            body.append(contentsOf: withUnsafeBytes(of: bigEndian ? bits.bigEndian : bits.littleEndian) { Array($0) })
        }
        func name(_ text: String, _ length: Int) {
            body.append(contentsOf: Array(text.utf8) + Array(repeating: 0, count: length - text.utf8.count))
        }
        func number(_ value: Double, wide: Bool) {
            if wide {
                let bits = bigEndian ? value.bitPattern.bigEndian : value.bitPattern.littleEndian
                body.append(contentsOf: withUnsafeBytes(of: bits) { Array($0) })
            } else {
                word(Int(Float(value).bitPattern))
            }
        }
        let size = wide ? 8 : 4
        var offset = 16 + 3 * 96
        for value in [1, 3, 3 * 96, 16] { word(value) }
        for region in 0..<2 {
            for value in [region + 1, 1, 1, region + 1, 1, points[region], cycles, 1] { word(value) }
            for (text, length) in [("pnt", 8), ("cyc", 8), ("", 8), ("c/s", 8), ("", 8), (wide ? "f8" : "f4", 4)] {
                name(text, length)
            }
            for value in [points[region] * cycles * size, offset, 0, 0, 0] { word(value) }
            offset += points[region] * cycles * size
        }
        for value in [3, 1, 1, 0, 8, cycles, 2, 1] { word(value) }
        for (text, length) in [("cyc", 8), ("reg", 8), ("", 8), ("s", 8), ("", 8), ("f4", 4)] { name(text, length) }
        for value in [2 * cycles * 4, offset, 0, 0, 0] { word(value) }
        for region in 0..<2 {
            for index in 0..<(points[region] * cycles) { number(Double(1000 * (region + 1) + index), wide: wide) }
        }
        for _ in 0..<2 { for cycle in 0..<cycles { number(Double(30 * cycle), wide: false) } }
        return Data(header.utf8) + body
    }

    func read(_ data: Data) throws -> SpectrumFile {
        let content = FileContent(path: "made-up.pro", data: data)
        #expect(PHIFormat.recognises(content))
        return try PHIFormat.read(content, options: ReadOptions())
    }

    @Test(arguments: [(false, "\n", false), (true, "\n", false), (false, "\r\n", false), (true, "\n", true)])
    func aDepthProfileHasOneSpectrumForEachRegionAndCycle(wide: Bool, lineEnd: String, bigEndian: Bool) throws {
        let file = try read(Self.depthProfile(wide: wide, lineEnd: lineEnd, bigEndian: bigEndian))
        #expect(file.spectra.map(\.name) == ["C1s", "C1s", "C1s", "Sn3d5", "Sn3d5", "Sn3d5"])
        #expect(file.spectra[1].intensities == [1005, 1006, 1007, 1008, 1009])
        #expect(file.spectra[3].intensities == [2000, 2001, 2002, 2003])
        #expect(file.spectra[0].axis.values.map { ($0 * 1e6).rounded() / 1e6 } == [298, 297.8, 297.6, 297.4, 297.2])
        #expect(file.spectra[0].axis.scale == .binding)
        #expect(file.spectra[0].axis.photonEnergy == 1486.6)
        #expect(file.spectra[0].level == .c1s)
        #expect(file.spectra[0].acquisition.date == "2024-01-22")
        #expect(file.spectra[0].acquisition.sweeps == 10)
        #expect(file.spectra[0].unit == .countsPerSecond)
        #expect(file.spectra[0].rawCounts.map { ($0[0] * 1e6).rounded() / 1e6 } == 800)
    }

    @Test func aDepthProfileIsASeriesOverEtchTime() throws {
        let series = try read(Self.depthProfile(cycles: 4)).series
        #expect(series.map(\.name) == ["C1s", "Sn3d5"])
        #expect(series.allSatisfy { $0.variable == .etchTime && $0.values == [0, 30, 60, 90] })
    }

    @Test func theTransmissionFallsWithKineticEnergyAsTheLawStates() throws {
        let spectrum = try #require(try read(Self.depthProfile()).spectra.first)
        let transmission = try #require(spectrum.transmission)
        // 55 (40^2 / (40^2 + (1188.6 / 55)^2))^0.2, worked out by hand.
        #expect(abs(transmission[0] - 52.2537) < 1e-3)
        #expect(transmission[0] > transmission[4])
    }

    @Test func aHeaderThatContradictsTheNumbersIsAnError() throws {
        let good = Self.depthProfile()
        let text = String(decoding: good, as: Unicode.ASCII.self)
        #expect(!text.isEmpty)
        for (from, to) in [("C1s 6 5 ", "C1s 6 6 "), ("EOFH", "EOFX"), ("298.0000", "nan00000"), ("f4", "q4")] {
            var bad = good
            let range = try #require(bad.range(of: Data(from.utf8)))
            bad.replaceSubrange(range, with: Data(to.utf8))
            #expect(throws: ReadError.self) { try read(bad) }
        }
    }

    @Test func blocksThatNameTheSameBytesAgainAndAgainAreAnError() throws {
        let good = Self.depthProfile(cycles: 100)
        let start = try #require(good.range(of: Data("EOFH\n".utf8))).upperBound
        let copies = 1000
        func words(_ values: [Int]) -> Data {
            values.reduce(into: Data()) { data, value in
                data.append(contentsOf: withUnsafeBytes(of: UInt32(value).littleEndian) { Array($0) })
            }
        }
        var block = Data(good[(start + 16)..<(start + 16 + 96)])
        block.replaceSubrange(80..<84, with: words([16 + 96 * copies]))
        let body = words([1, copies, copies * 96, 16]) + (0..<copies).reduce(into: Data()) { data, _ in data += block }
        let bad = good[..<start] + body + good[(start + 16 + 3 * 96)...]
        #expect {
            try read(Data(bad))
        } throws: { error in
            "\(error)".contains("blocks that do not share bytes")
        }
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: Self.depthProfile(), format: PHIFormat.self)
    }

    @Test func damagedFilesNeverCrashTheReader() {
        Damage.expectNoCrash(of: Self.depthProfile(), count: 4_000, seed: 1, format: PHIFormat.self)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: ["xps/phi/SnO2_10nm.spe", "xps/phi/Quantum2000_F1s_survey.spe"])
    func realSpectraAgreeWithAnIndependentReader(path: String) throws {
        let expected = try ExpectedReading(beside: SharedData.file(path))
        let file = try SpectrumFile(contentsOf: SharedData.file(path).path)
        #expect(file.format == PHIFormat.name)
        #expect(file.spectra.count == expected.spectra.count)
        for (spectrum, item) in zip(file.spectra, expected.spectra) {
            expectAgreement(spectrum, item, energies: spectrum.axis.bindingEnergies)
            #expect(spectrum.name == item.name)
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func aRealDepthProfileAgreesWithAnIndependentReader() throws {
        let path = "xps/phi/SnO2_10nm_1.pro"
        let expected = try ExpectedReading(beside: SharedData.file(path))
        let series = try SpectrumFile(contentsOf: SharedData.file(path).path).series
        #expect(series.count == expected.spectra.count)
        for item in expected.spectra {
            let profile = try #require(series.first { $0.name == item.name })
            #expect(profile.values == (0...20).map { 30 * Double($0) })
            let count = try #require(item.nPoints)
            // The other reader stores the mean over the cycles.
            let mean = (0..<count).map { point in
                profile.spectra.map { $0.intensities[point] }.reduce(0, +) / Double(profile.spectra.count)
            }
            expectAgreement(
                profile.spectra[0], item, energies: profile.spectra[0].axis.bindingEnergies, intensities: mean)
        }
    }

    /// Counts per second times the time per channel are whole numbers of electrons: proof that the stated time is the
    /// one over all sweeps.
    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: ["xps/phi/SnO2_10nm.spe", "xps/phi/SnO2_10nm_1.pro", "xps/phi/Quantum2000_F1s_survey.spe"])
    func rawCountsAreWholeNumbers(path: String) throws {
        var hasOdd = false
        for spectrum in try SpectrumFile(contentsOf: SharedData.file(path).path).spectra {
            let counts = try #require(spectrum.rawCounts)
            #expect(counts.allSatisfy { abs($0 - $0.rounded()) < 1e-6 * max(1, $0) }, "\(spectrum.name)")
            hasOdd = hasOdd || counts.contains { $0.rounded().truncatingRemainder(dividingBy: 2) != 0 }
        }
        #expect(hasOdd, "half the time would do as well")
    }

    @Test(.enabled(if: SharedData.isPresent, "shared data folder absent"))
    func realFilesCutShortAreNoticed() throws {
        let bytes = try Data(contentsOf: SharedData.file("xps/phi/SnO2_10nm.spe"))
        try Damage.expectNoSilentTruncation(of: bytes, step: 13, format: PHIFormat.self)
    }
}
