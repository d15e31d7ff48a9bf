import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

/// Real files against what independent readers find in them.
@Suite(.enabled(if: SharedData.isPresent, "shared data folder absent")) struct SharedDiffractionTests {
    /// What an independent reader (rietx 1.10 or xylib) gives; written beside each file.
    struct Expected: Decodable {
        var points: Int
        var first: Double
        var last: Double
        var intensitySum: Double
        var intensityMax: Double
        var oracle: String

        enum CodingKeys: String, CodingKey {
            case points, first, last, oracle
            case intensitySum = "intensity_sum"
            case intensityMax = "intensity_max"
        }
    }

    static let files = SharedData.files(in: "xrd/formats", suffix: ".expected.json").map {
        String($0.lastPathComponent.dropLast(".expected.json".count))
    }

    static func read(_ name: String) throws -> DiffractionFile {
        try DiffractionFile(contentsOf: SharedData.file("xrd/formats/\(name)").path)
    }

    @Test(arguments: files) func everyFileAgreesWithAnIndependentReader(_ name: String) throws {
        let data = try Data(contentsOf: SharedData.file("xrd/formats/\(name).expected.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        let pattern = try Self.read(name).patterns[0].sortedByAxis()
        #expect(pattern.axis.count == expected.points)
        #expect(abs((pattern.axis.values.first ?? .nan) - expected.first) < 1e-5)
        #expect(abs((pattern.axis.values.last ?? .nan) - expected.last) < 1e-5)
        // Of this one the other reader gives a second column of angles as the intensities.
        if name == "1517474.cif" { return }
        let sum = pattern.intensities.reduce(0, +)
        #expect(abs(sum - expected.intensitySum) <= 1e-9 * abs(expected.intensitySum))
        #expect(abs((pattern.intensities.max() ?? .nan) - expected.intensityMax) <= 1e-9 * expected.intensityMax)
        #expect(pattern.missingPoints == 0)
    }

    @Test func threeRangesOfOneFileAreThreePatterns() throws {
        // xylib joins them: 178 points with the sum 1432.
        let file = try Self.read("format1.raw")
        #expect(file.patterns.map(\.axis.count) == [101, 26, 51])
        #expect(file.patterns.flatMap(\.intensities).reduce(0, +) == 1432)
        #expect(file.patterns.last?.axis.values.last == 45)
    }

    @Test func intensitiesOfAPowderCIFAreThoseOfItsLoop() throws {
        // Sum and largest of the column _pd_meas_intensity_total as gemmi reads the loop.
        let pattern = try Self.read("1517474.cif").patterns[0]
        #expect(pattern.intensities.reduce(0, +) == 1_481_903)
        #expect(pattern.intensities.max() == 8440)
        #expect(pattern.radiation.probe == .neutron && pattern.radiation.wavelength == 2.0785)
    }

    /// Anode, K-alpha1, goniometer radius and time per step as rietx 1.10 reads them (radius and time where it does).
    static let radiations: [(file: String, anode: String, kAlpha1: Double, radius: Double?, time: Double?)] = [
        ("BT86.raw", "Cu", 1.5406, 200.5, 0.5), ("BT86_.UXD", "Cu", 1.5406, 200.5, 0.5),
        ("Cu3Au-1.raw", "Cu", 1.5406, 200.5, 0.5), ("D5000_1.RAW", "Co", 1.78897, 217.5, 2),
        ("D5000_2.RAW", "Co", 1.78897, 217.5, 2), ("D5000_4.RAW", "Co", 1.78897, 217.5, 2),
        ("format1.raw", "Cu", 1.5406, 200.5, 0.1), ("bruker_raw4_scrambled.raw", "Cu", 1.5406, nil, nil),
        ("bruker_absorber.brml", "Cu", 1.5406, nil, 1), ("rigaku_nims.ras", "Cu", 1.540593, nil, 0.075),
        ("rigaku_three_column.ras", "Mo", 0.709319, nil, nil), ("rigaku_powder.rasx", "Cu", 1.540593, nil, 2.4),
        ("XRD-918-16_10.xrdml", "Cu", 1.540598, 240, 39.27), ("empyrean.xrdml", "Cu", 1.540598, 240, 0.44),
        ("m54313_om2th_10.xrdml", "Cu", 1.540598, 320, 0.5),
    ]

    @Test(arguments: radiations) func wavelengthsAreThoseOfTheFile(
        _ expected: (file: String, anode: String, kAlpha1: Double, radius: Double?, time: Double?)
    ) throws {
        let pattern = try Self.read(expected.file).patterns[0]
        #expect(pattern.radiation.anode == expected.anode)
        #expect(abs((pattern.radiation.kAlpha1 ?? 0) - expected.kAlpha1) < 1e-7)
        #expect(pattern.radiation.origin == .file)
        if let radius = expected.radius { #expect(pattern.setup.goniometerRadius == radius) }
        if let time = expected.time { #expect(pattern.countingTime == .common(time)) }
    }

    @Test(arguments: ["D5000_1.xy", "single.csv", "hrpt_lbco.xye", "D1A5.dat"])
    func filesThatStateNoWavelengthHaveNone(_ name: String) throws {
        let file = try Self.read(name)
        #expect(file.patterns[0].radiation.wavelength == nil && file.patterns[0].radiation.origin == .unknown)
        #expect(file.notes.contains("the file does not state the wavelength"))
    }

    @Test(arguments: [
        ("BT86.raw", "BT86_.UXD", 5.01e-3), ("D5000_1.RAW", "D5000_1.xy", 1e-9), ("D5000_2.RAW", "D5000_2.xy", 1e-9),
        ("D5000_4.RAW", "D5000_4.xy", 1e-9), ("XRD-918-16_10.xrdml", "panalytical_powder.xrdml", 0),
        ("TwoTheta_scan_powder.rasx", "rigaku_powder.rasx", 0),
    ])
    func twoFilesOfTheSameScanAgree(_ first: String, _ second: String, _ tolerance: Double) throws {
        let one = try Self.read(first).patterns[0]
        let other = try Self.read(second).patterns[0]
        #expect(one.intensities == other.intensities)
        #expect(one.axis.count == other.axis.count)
        // The text of BT86 has its angles with two decimals.
        let distances = zip(one.axis.values, other.axis.values).map { abs($0 - $1) }
        #expect((distances.max() ?? .infinity) <= tolerance)
    }

    @Test func attenuatorsOfPANalyticalAndBruker() throws {
        // Five points around the apex of a substrate line: counted 1877 behind a foil of factor 188.
        let pattern = try Self.read("m54313_om2th_10.xrdml").patterns[0]
        let apex = try #require(pattern.intensities.indices.max { pattern.intensities[$0] < pattern.intensities[$1] })
        #expect(pattern.intensities[apex] == 1877 * 188 && pattern.rawCounts?[apex] == 1877)
        #expect(pattern.intensities[apex - 1] == 14602 && pattern.intensities[apex + 1] == 13749)
        let bruker = try Self.read("bruker_absorber.brml").patterns[0]
        #expect(bruker.attenuationFactors?.max() == 8.3)
        let counts = try #require(bruker.rawCounts)
        #expect(counts.allSatisfy { abs($0 - $0.rounded()) < 1e-6 })
    }

    @Test func stoeDataLieWithinTheLimitsOfTheirHeader() throws {
        // The range header states the smallest and largest count, which the reader does not use.
        let data = try Data(contentsOf: SharedData.file("xrd/formats/stoe.raw"))
        let fields = BinaryFields(file: "stoe.raw", data: data)
        let header = (try fields.uint16(at: 480, "record") - 1) * 512
        let pattern = try Self.read("stoe.raw").patterns[0]
        #expect(pattern.intensities.min() == Double(try fields.uint32(at: header + 120, "smallest")))
        #expect(pattern.intensities.max() == Double(try fields.uint32(at: header + 124, "largest")))
        #expect(pattern.axis.count == 5404 && abs((pattern.axis.values.last ?? 0) - 91.045) < 1e-4)
    }

    /// Points, first and last angle, sum of intensities and largest, as rietx 1.10 reads the weighed mixtures.
    static let mixtures: [(file: String, points: Int, sum: Double, max: Double)] = [
        ("In2O3_0p5002-MnCO3_0p5000--2min", 2071, 2_774_355, 15919),
        ("In2O3_0p5002-MnCO3_0p5000--8min", 8282, 12_617_280, 18311),
        ("NiO_0p1031-La(OH)3_0p2025-TiO2_0p7014--2min", 2071, 1_809_287, 11447),
        ("NiO_0p1031-La(OH)3_0p2025-TiO2_0p7014--8min", 8282, 8_291_664, 14119),
        ("NiO_0p3035-Bi2O3_0p3016-Li2CO3_0p3997--2min", 2071, 5_051_914, 16574),
        ("NiO_0p3035-Bi2O3_0p3016-Li2CO3_0p3997--8min", 8282, 22_836_317, 19048),
        ("NiO_0p7028-La(OH)3_0p1010-ZnO_0p2000--2min", 2071, 7_174_812, 28182),
        ("NiO_0p7028-La(OH)3_0p1010-ZnO_0p2000--8min", 8282, 32_020_834, 32510),
        ("V2O5_0p1012-In2O3_0p2008-TiO2_0p7001--2min", 2071, 1_259_266, 8655),
        ("V2O5_0p1012-In2O3_0p2008-TiO2_0p7001--8min", 8282, 5_988_488, 10725),
        ("V2O5_0p2013-La(OH)3_0p5000-ZrO2_0p3001--2min", 2071, 1_955_336, 5540),
        ("V2O5_0p2013-La(OH)3_0p5000-ZrO2_0p3001--8min", 8282, 8_892_355, 6220),
        ("V2O5_0p3015-TiO2_0p6998--2min", 2071, 1_321_960, 15909),
        ("V2O5_0p3015-TiO2_0p6998--8min", 8282, 6_074_022, 18971),
        ("V2O5_0p4013-In2O3_0p4021-La(OH)3_0p2014--2min", 2071, 1_460_272, 10126),
        ("V2O5_0p4013-In2O3_0p4021-La(OH)3_0p2014--8min", 8282, 6_781_130, 12540),
        ("V2O5_0p7006-MnCO3_0p3001--2min", 2071, 2_213_030, 7947),
        ("V2O5_0p7006-MnCO3_0p3001--8min", 8282, 9_963_700, 8703),
        ("ZnO_0p4006-In2O3_0p6008--2min", 2071, 1_693_635, 25392),
        ("ZnO_0p4006-In2O3_0p6008--8min", 8282, 7_817_013, 29221),
    ]

    @Test(arguments: mixtures) func weighedMixturesAgreeWithAnIndependentReader(
        _ expected: (file: String, points: Int, sum: Double, max: Double)
    ) throws {
        let file = try DiffractionFile(contentsOf: SharedData.file("xrd/patterns/dara/\(expected.file).xrdml").path)
        let pattern = file.patterns[0]
        #expect(file.patterns.count == 1 && pattern.axis.count == expected.points)
        #expect(abs((pattern.axis.values.first ?? 0) - (expected.points == 2071 ? 10.02173288 : 10.00943322)) < 1e-9)
        #expect(abs((pattern.axis.values.last ?? 0) - (expected.points == 2071 ? 99.99585608 : 99.99442286)) < 1e-9)
        #expect(pattern.intensities.reduce(0, +) == expected.sum && pattern.intensities.max() == expected.max)
        #expect(pattern.radiation.kAlpha1 == 1.540598 && pattern.setup.goniometerRadius == 145)
        #expect(!pattern.sample.isEmpty && pattern.setup.betaFilter == "Ni" && pattern.unit == .counts)
    }

    @Test(arguments: [
        ("cpd/corundum.prn", 7251, 902_301.0), ("cpd/cpd-1a.prn", 7251, 501_025), ("cpd/cpd-1d.prn", 7251, 763_533),
        ("cpd/cpd-1g.prn", 7251, 867_965), ("cpd/fluorite.prn", 7251, 464_089), ("cpd/zincite.prn", 7251, 1_567_326),
        ("autoanalyzer/Li2MnO3+MnO+TiO2.xy", 9001, 11_937_850), ("autoanalyzer/LiMnO2.xy", 9001, 14_442_709),
    ])
    func columnsAgreeWithAnIndependentReader(_ file: String, _ points: Int, _ sum: Double) throws {
        let pattern = try DiffractionPattern(contentsOf: SharedData.file("xrd/patterns/\(file)").path)
        #expect(pattern.axis.count == points && pattern.intensities.reduce(0, +) == sum)
        #expect(pattern.standardUncertainties == nil && pattern.radiation.origin == .unknown)
    }

    @Test func noFileOfPhotoelectronsBearsAMarkOfADiffractionFormat() throws {
        let files = SharedData.files(in: "xps", suffix: "").filter { !$0.hasDirectoryPath && $0.pathExtension != "md" }
        for file in files where !file.lastPathComponent.hasSuffix(".json") {
            #expect(try DiffractionFile.markedFormat(ofFileAt: file.path) == nil, "\(file.lastPathComponent)")
        }
    }
}
