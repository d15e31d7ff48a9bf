import CHDF5
import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

@Suite struct DiffractionWriterTests {
    static let pattern: DiffractionPattern = {
        var setup = DiffractionSetup(scanAxis: "Gonio", date: "2024-11-14")
        setup.goniometerRadius = 145
        return DiffractionPattern(
            name: "scan 1", sample: "LCO, washed",
            axis: DiffractionAxis([10, 10.1, 10.3, 1.0 / 3 + 11], kind: .twoTheta),
            intensities: [120, 0, 2210, 7], unit: .counts, countingTime: .common(0.5),
            radiation: Radiation(anode: "Cu", kAlpha1: 1.540598, kAlpha2: 1.544426, kAlpha2Ratio: 0.5, origin: .file),
            setup: setup)
    }()

    static func reread(_ pattern: DiffractionPattern, as format: DiffractionTextFormat) throws -> DiffractionPattern {
        let text = try pattern.text(as: format)
        return try DiffractionFormatTests.read(Data(text.utf8)).patterns[0]
    }

    @Test(arguments: DiffractionTextFormat.allCases)
    func whatIsWrittenReadsBackExactly(_ format: DiffractionTextFormat) throws {
        let back = try Self.reread(Self.pattern, as: format)
        #expect(back.axis == Self.pattern.axis)
        #expect(back.intensities == Self.pattern.intensities)
    }

    @Test(arguments: [DiffractionTextFormat.csv, .pdCIF])
    func wavelengthsAndUnitSurvive(_ format: DiffractionTextFormat) throws {
        let back = try Self.reread(Self.pattern, as: format)
        #expect(back.radiation == Self.pattern.radiation)
        #expect(back.unit == .counts)
    }

    @Test(.enabled(if: interphase_hdf5_available() != 0, "HDF5 library absent"))
    func whatIsWrittenAsNeXusReadsBackIdentically() throws {
        var full = Self.pattern
        full.setup.temperature = 300
        full.setup.further = ["detector": "strip", "USER": ""]
        full.countingTime = .each([1, 2, 3, 4])
        full.attenuationFactors = [1, 1, 10.5, 1]
        full.standardUncertainties = [1, 2, 3, 4]
        full.columns = [
            NamedColumn(name: "2θ/°", values: [1, 2, 3, 4]), NamedColumn(name: "2θ/°", values: [0, 0, 0, 1]),
        ]
        full.comments = [" a ", ""]
        full.missingPoints = 3
        var flight = Self.pattern.inArbitraryUnits
        flight.axis = DiffractionAxis([1, 2, 3, 4], kind: .timeOfFlight)
        flight.radiation = Radiation(probe: .neutron, monochromatic: 1.5, origin: .user)
        let patterns = [Self.pattern, full, flight] + (0..<9).map { _ in Self.pattern }
        let file = DiffractionFile(path: "", format: "", patterns: patterns)
        let back = try DiffractionFormatTests.read(file.nexus())
        #expect(back.patterns.count == patterns.count)
        for (found, written) in zip(back.patterns, patterns) { #expect(found == written) }
    }

    @Test func uncertaintiesComeFromCountingStatisticsWhereTheFileHasNone() throws {
        let lines = try Self.pattern.text(as: .xye).split(separator: "\n").map {
            $0.split(separator: " ").compactMap { Double($0) }
        }
        #expect(lines.map { $0[2] } == [120.squareRoot(), 1, 2210.squareRoot(), 7.squareRoot()])
        var own = Self.pattern
        own.standardUncertainties = [1, 2, 3, 4]
        #expect(try Self.reread(own, as: .csv).standardUncertainties == [1, 2, 3, 4])
        let fromWeights = try #require(try Self.reread(own.inArbitraryUnits, as: .pdCIF).standardUncertainties)
        for (found, expected) in zip(fromWeights, [1.0, 2, 3, 4]) { #expect(abs(found - expected) < 1e-12) }
    }

    @Test func whatAFormatCannotHoldIsRefused() {
        #expect(throws: WriteError.self) { try Self.pattern.inArbitraryUnits.text(as: .xye) }
        var flight = Self.pattern
        flight.axis = DiffractionAxis([1, 2, 3, 4], kind: .timeOfFlight)
        #expect(throws: WriteError.self) { try flight.text(as: .xy) }
    }

    @Test func aFileAppearsWholeOrNotAtAll() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        #expect(throws: WriteError.self) {
            try Self.pattern.write(to: folder.appendingPathComponent("a.xy").path, as: .xy)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.xy").path
        try Self.pattern.write(to: path, as: .xy)
        #expect(try DiffractionFile(contentsOf: path).patterns[0].intensities == Self.pattern.intensities)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.xy"])
    }
}

extension DiffractionPattern {
    /// The same numbers without their unit.
    fileprivate var inArbitraryUnits: DiffractionPattern {
        var copy = self
        copy.unit = .arbitrary
        return copy
    }
}
