import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite struct DiffractionFormatTests {
    static func read(_ data: Data, _ options: DiffractionReadOptions = .init()) throws -> DiffractionFile {
        try DiffractionFile(content: FileContent(path: "fixture", data: data), options: options)
    }

    static func fixture(_ name: String) throws -> DiffractionFixture {
        try #require(try DiffractionFixtures.all().first { $0.name == name })
    }

    static func patterns(_ name: String) throws -> [DiffractionPattern] { try read(fixture(name).data).patterns }

    @Test(arguments: try DiffractionFixtures.all())
    func everyFormatIsToldByContentAndReadCompletely(_ fixture: DiffractionFixture) throws {
        let file = try Self.read(fixture.data)
        #expect(file.format.hasPrefix(fixture.format))
        #expect(file.patterns.count == fixture.scans.count)
        for (pattern, scan) in zip(file.patterns, fixture.scans) {
            #expect(pattern.axis.count == scan.places.count)
            #expect(pattern.intensities == scan.intensities)
            for (found, expected) in zip(pattern.axis.values, scan.places) {
                #expect(abs(found - expected) < 1e-9 * max(1, abs(expected)))
            }
            #expect(pattern.missingPoints == 0)
        }
    }

    @Test(arguments: try DiffractionFixtures.all())
    func noOtherMarkedFormatClaimsAFile(_ fixture: DiffractionFixture) throws {
        let content = FileContent(path: "fixture", data: fixture.data)
        let claims = DiffractionFormatRegistry.signed.filter { $0.recognises(content) }
        #expect(claims.count <= 1)
    }

    @Test func versions1And2OfBrukerKeepWavelengthsTimesAndSample() throws {
        let first = try Self.patterns("RAW1")[0]
        #expect(first.sample == "VINEGAR")
        #expect(first.radiation.kAlpha1 == 1.5406 && first.radiation.kAlpha2 == 1.54439)
        #expect(first.radiation.anode == nil && first.radiation.origin == .file)
        #expect(first.countingTime == .common(4))
        #expect(first.unit == .counts)
        let second = try Self.patterns("RAW2")[1]
        #expect(
            second.radiation.anode == "Co" && second.radiation.kAlpha2Ratio == 0.5 && second.radiation.kBeta == 1.62079)
        #expect(second.setup.temperature == 298 && second.setup.date == "19-12-1997 21:57")
    }

    @Test func versions3And4OfBrukerKeepRadiusTubeAndScan() throws {
        let third = try Self.patterns("RAW3")
        #expect(third[0].setup.goniometerRadius == 200.5 && third[0].setup.tubeVoltage == 40)
        #expect(third[0].setup.scanAxis == "Locked Coupled" && third[0].sample == "BT86")
        #expect(third[0].radiation.kAlphaMean == 1.5418)
        let fourth = try Self.patterns("RAW4")
        #expect(fourth[0].setup.goniometerRadius == 280 && fourth[0].countingTime == .common(288))
        #expect(fourth[1].setup.scanAxis == "Unlocked Coupled" && fourth[1].sample == "LTO-1")
    }

    @Test func aRockingCurveIsNotTakenForAPattern() throws {
        let xrdml = try Self.read(Self.fixture("XRDML").data)
        #expect(xrdml.patterns.map(\.axis.kind) == [.twoTheta, .twoTheta, .goniometerAngle])
        #expect(xrdml.notes.contains { $0.contains("Omega") && $0.contains("scan 3") })
        #expect(try Self.patterns("UXD")[2].axis.kind == .goniometerAngle)
        #expect(try Self.patterns("RAS")[1].axis.kind == .goniometerAngle)
        #expect(try Self.patterns("BRML")[1].axis.kind == .goniometerAngle)
    }

    @Test func theAttenuatorOfPANalyticalIsAppliedToCountsOnly() throws {
        let first = try Self.patterns("XRDML")[0]
        #expect(first.attenuationFactors?[4] == 188)
        #expect(first.rawCounts?[4] == 2210)
        // Variance of k n is k^2 n.
        #expect(abs((first.variances?[4] ?? 0) / (2210 * 188 * 188) - 1) < 1e-12)
        let corrected = DiffractionFixtures.xrdml.replacing("counts unit", with: "intensities unit")
            .replacing("</counts>", with: "</intensities>")
        let second = try Self.read(Data(corrected.replacing("2210 870", with: "415480 870").utf8)).patterns[0]
        #expect(second.intensities == first.intensities)
        #expect(second.rawCounts == first.rawCounts)
    }

    @Test func theAbsorberOfBrukerIsAlreadyApplied() throws {
        let pattern = try Self.patterns("BRML")[0]
        #expect(pattern.intensities[4] == 2210 * 8.5 && pattern.rawCounts?[4] == 2210)
        #expect(pattern.unit == .counts && pattern.countingTime == .common(1.5))
        #expect(pattern.columns.map(\.name) == ["Temperature"])
        #expect(pattern.setup.goniometerRadius == 280 && pattern.sample == "LATP")
    }

    @Test func xrdmlKeepsWhatWasMeasuredHow() throws {
        let patterns = try Self.patterns("XRDML")
        #expect(patterns[0].radiation.anode == "Co" && patterns[0].radiation.kAlpha2Ratio == 0.497)
        #expect(patterns[0].radiation.isDoublet)
        #expect(patterns[0].setup.goniometerRadius == 240 && patterns[0].setup.monochromator == "Graphite")
        #expect(patterns[0].setup.betaFilter == "Fe" && patterns[0].sample == "LTO on Co3O4")
        #expect(patterns[1].countingTime == .each([1, 2, 3, 4, 5]))
        #expect(patterns[2].unit == .countsPerSecond && patterns[2].rawCounts == [2, 5, 2])
        #expect(patterns[2].radiation.origin == .unknown)
    }

    @Test func rigakuKeepsTheAttenuatorColumnWithoutApplyingIt() throws {
        let file = try Self.read(Self.fixture("RAS").data)
        #expect(file.patterns[0].countingTime == .common(0.3))
        #expect(file.patterns[0].setup.goniometerRadius == 300)
        #expect(file.patterns[0].columns.isEmpty)
        #expect(file.patterns[1].columns == [NamedColumn(name: "attenuator", values: [1, 10])])
        #expect(file.notes.contains { $0.contains("attenuator") })
    }

    @Test func intensitiesThatAreNotWholeAreNotCounts() throws {
        let text = try String(decoding: Self.fixture("RAS").data, as: UTF8.self).replacing(
            "2210.0000", with: "2210.4000")
        let file = try Self.read(Data(text.utf8))
        #expect(file.patterns[0].unit == .arbitrary && file.patterns[0].variances == nil)
        #expect(file.notes.contains { $0.contains("not whole numbers") })
    }

    @Test func stoeDividesByItsFactorAndKeepsTheMonochromator() throws {
        let patterns = try Self.patterns("Stoe")
        #expect(patterns[1].radiation.anode == "Cu" && patterns[1].setup.monochromator == "curved Ge(111)")
        #expect(patterns[0].sample == "Co3O4" && patterns[0].countingTime == .common(30))
    }

    @Test func philipsListsOfPeaksAreRefusedByName() throws {
        var bytes = PlacedBytes(count: 900)
        bytes.put("V5DI", at: 0)
        #expect { try Self.read(bytes.data) } throws: { "\($0)".contains("a list of peaks") }
    }

    @Test func gsasUncertaintiesAndPlaces() throws {
        let detectors = try Self.patterns("GSAS STD with detectors")[0]
        #expect(detectors.standardUncertainties?[0] == 120.squareRoot())
        #expect(detectors.standardUncertainties?[4] == (2210.0 / 12).squareRoot())
        let fxye = try Self.patterns("GSAS FXYE")[0]
        #expect(fxye.standardUncertainties == [Double](repeating: 11.5, count: 8))
        #expect(fxye.radiation.monochromatic == 0.413909 && fxye.radiation.origin == .file)
        #expect(try Self.patterns("GSAS time of flight")[0].axis.kind == .timeOfFlight)
        #expect(try Self.patterns("GSAS STD")[0].unit == .counts)
    }

    @Test func gsasRecordsOf80CharactersWithoutLineEnds() throws {
        let records = [
            "title", "BANK 1  8  1 CONST 1000.0 2.0 0 0 STD",
            DiffractionFixtures.counts.map { String(format: "%8d", Int($0)) }.joined(),
        ]
        let text = records.map { $0.padding(toLength: 80, withPad: " ", startingAt: 0) }.joined()
        #expect(try Self.read(Data(text.utf8)).patterns[0].intensities == DiffractionFixtures.counts)
    }

    @Test func pdCIFKeepsUncertaintiesWavelengthsAndBlocks() throws {
        let patterns = try Self.patterns("pdCIF")
        #expect(patterns.map(\.name) == ["first", "second"])
        #expect(patterns[0].radiation.kAlpha1 == 1.5406 && patterns[0].radiation.kAlpha2 == 1.5444)
        #expect(patterns[0].radiation.kAlpha2Ratio == 0.5 && patterns[0].unit == .counts)
        #expect(patterns[1].standardUncertainties == [1, 2, 1.5, 1000, 3])
        #expect(patterns[1].radiation.monochromatic == 0.4139)
    }

    @Test func aCIFWithoutPowderDataIsRefusedAsSuch() {
        let text = "data_x\n_cell_length_a 4.2\nloop_\n_atom_site_label\nLi1 O1\n"
        #expect { try Self.read(Data(text.utf8)) } throws: { "\($0)".contains("powder data") }
    }

    @Test func oneWavelengthInAHeaderIsKAlpha1ItsMeanOrNeither() throws {
        #expect(try Self.patterns("MDI")[0].radiation.kAlpha1 == 1.540598)
        #expect(TubeLine.radiation(wavelength: 1.54184, anode: "CU").kAlphaMean == 1.54184)
        #expect(TubeLine.radiation(wavelength: 0.7, anode: "Cu").monochromatic == 0.7)
        #expect(TubeLine.radiation(wavelength: nil, anode: "Cu").origin == .unknown)
        #expect(TubeLine.radiation(wavelength: 1.5406, anode: nil).kAlpha1 == nil)
    }

    @Test func columnFilesStateTheirUnitAxisAndRadiation() throws {
        #expect(try Self.patterns("xy")[0].unit == .counts)
        #expect(try Self.patterns("xy")[0].radiation.origin == .unknown)
        #expect(try Self.patterns("xye")[0].standardUncertainties?.count == 8)
        #expect(try Self.patterns("xye with wavelength")[0].radiation.monochromatic == 1.54056)
        let comma = try Self.patterns("csv with decimal commas")[0]
        #expect(comma.unit == .countsPerSecond && comma.setup.scanAxis == "Winkel [\u{B0}2\u{3B8}]")
        let panalytical = try Self.patterns("csv of PANalytical")[0]
        #expect(
            panalytical.radiation
                == Radiation(anode: "Cu", kAlpha1: 1.540598, kAlpha2: 1.544426, kAlpha2Ratio: 0.5, origin: .file))
        #expect(panalytical.countingTime == .common(0.5) && panalytical.standardUncertainties != nil)
        #expect(try Self.patterns("pyFAI")[0].radiation.wavelength == 1.5406)
        #expect(try Self.patterns("momentum transfer in 1/nm")[0].axis.kind == .momentumTransfer)
    }

    @Test func theWavelengthIsNeverAssumed() throws {
        for fixture in try DiffractionFixtures.all() {
            for pattern in try Self.read(fixture.data).patterns {
                #expect((pattern.radiation.wavelength == nil) == (pattern.radiation.origin == .unknown))
            }
        }
    }

    @Test func aStatedWavelengthReplacesThatOfTheFileAndIsNoted() throws {
        let stated = DiffractionReadOptions(radiation: Radiation(anode: "Mo", kAlpha1: 0.70932, origin: .user))
        let file = try Self.read(Self.fixture("UDF").data, stated)
        #expect(file.patterns[0].radiation.kAlpha1 == 0.70932 && file.patterns[0].radiation.origin == .user)
        #expect(file.notes.contains { $0.contains("0.70932") })
        let plain = try Self.read(Self.fixture("xy").data, stated)
        #expect(plain.patterns[0].radiation.origin == .user)
    }

    @Test func aThirdColumnThatIsNoUncertaintyStaysAColumn() throws {
        let text = (0..<20).map { "\(10 + 0.1 * Double($0)) \(1000 + 200 * ($0 % 3)) \(990 + $0)" }.joined(
            separator: "\n")
        let pattern = try Self.read(Data(text.utf8)).patterns[0]
        #expect(pattern.standardUncertainties == nil && pattern.columns.map(\.name) == ["column 3"])
    }

    @Test(arguments: [
        ("10.0 5\n10.1 6\n10.2 x\n10.3 8\n", "line 3"), ("10.0 5\n9.0 6\n11.0 7\n8.0 8\n", "ascends"),
        ("500 5\n510 6\n520 7\n", "two theta"), ("2theta,I,h,k,l\n10,5,1,0,0\n20,5,1,1,0\n", "peaks"),
    ])
    func columnsThatAreNoPatternAreRefusedWithTheReason(_ text: String, _ reason: String) {
        #expect { try Self.read(Data(text.utf8)) } throws: { error in
            error is ReadError && "\(error)".contains(reason)
        }
    }

    @Test(arguments: [
        "", "hello\nworld\n", "\u{0}\u{1}\u{2}binary", "Binding Energy (eV) Counts\n10 5\n20 6\n", "{\"a\": 1}",
    ])
    func whatIsNoDiffractionFileIsRefused(_ text: String) {
        #expect(throws: ReadError.self) { try Self.read(Data(text.utf8)) }
    }

    @Test func utf16IsRead() throws {
        let data = try #require("2theta intensity\r\n10.0 5\r\n10.1 6\r\n".data(using: .utf16LittleEndian))
        #expect(try Self.read(Data([0xFF, 0xFE]) + data).patterns[0].intensities == [5, 6])
    }

    @Test func thePatternOfAFileIsItsFirstScanOfTwoTheta() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).xrdml")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(DiffractionFixtures.xrdml.utf8).write(to: url)
        #expect(try DiffractionPattern(contentsOf: url.path).axis.count == 8)
        #expect(try DiffractionPattern(contentsOf: url.path, scan: 2).axis.count == 5)
        #expect(throws: ReadError.self) { try DiffractionPattern(contentsOf: url.path, scan: 4) }
        #expect(try DiffractionFile.markedFormat(ofFileAt: url.path) == "PANalytical XRDML")
        #expect(throws: ReadError.noSuchFile(file: "/nowhere")) { try DiffractionFile(contentsOf: "/nowhere") }
    }
}
