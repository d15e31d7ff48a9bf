import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

@Suite("VAMAS")
struct VAMASTests {
    @Test("items in the exclusion list are as in the first block")
    func exclusionList() throws {
        let file = try read(Samples.excludingVamas)
        #expect(file.spectra.map(\.axis.values) == [[950.5, 951, 951.5], [950.5, 951, 951.5, 952]])
        #expect(file.spectra.map(\.axis.photonEnergy) == [1486.6, 1486.6])
        #expect(file.spectra.map(\.intensities) == [[10, 20, 30], [11, 21, 31, 41]])
        #expect(file.spectra.map { $0.acquisition.further["Etch Time"] } == ["0.0 s", "60.0 s"])
        #expect(file.spectra[1].acquisition.date == "2026-11-21T08:15:00")
        #expect(file.spectra[1].acquisition.source == "Al")
        #expect(file.spectra[1].level == .o1s)
        #expect(file.notes.isEmpty)
    }

    @Test("an experimental variable that differs between blocks of one name makes a series, a constant one does not")
    func series() throws {
        let file = try read(Samples.excludingVamas)
        #expect(file.spectra.map { $0.acquisition.coordinates.map(\.variable) } == [[.etchTime], [.etchTime]])
        #expect(file.series.map(\.values) == [[0, 60]])
        let constant = try read(Samples.excludingVamas.replacingOccurrences(of: "XPS\n60\n", with: "XPS\n0\n"))
        #expect(constant.spectra.allSatisfy { $0.acquisition.coordinates.isEmpty })
        #expect(constant.series.isEmpty)
    }

    @Test("a positive list includes only its items in later blocks")
    func inclusionList() throws {
        var lines = Samples.excludingVamas.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // Of the second block only item 11 (etch time) is sent.
        let list = try #require(lines.firstIndex(of: "-3"))
        lines.replaceSubrange(list...(list + 3), with: ["1", "11"])
        let second = try #require(lines.lastIndex(of: "O 1s"))
        let ordinates = try #require(lines.lastIndex(of: "4"))
        lines.replaceSubrange((second + 2)..<ordinates, with: ["60"])
        let file = try read(lines.joined(separator: "\n"))
        #expect(file.spectra[1].axis.values == [950.5, 951, 951.5, 952])
        #expect(file.spectra[1].acquisition.further["Etch Time"] == "60.0 s")
        #expect(file.spectra[1].comments == ["a comment"])
    }

    @Test("every experiment mode has the items the standard gives it", arguments: VAMASExperiment.Mode.allCases)
    func modes(mode: VAMASExperiment.Mode) throws {
        var experiment = VAMASExperiment(spectra: [WritingTests.sample(seed: 1), WritingTests.sample(seed: 2)])
        experiment.mode = mode
        experiment.spectralRegions = mode.hasSpectralRegions ? 2 : nil
        if mode.hasPositions { experiment.fullMap = .init(positions: 2, xCoordinates: 3, yCoordinates: 4) }
        for index in experiment.blocks.indices {
            experiment.blocks[index].date = ["2026", "1", "2", "3", "4", "5", "0"]
            experiment.blocks[index].particleCharge = -1
            if mode.hasPositions { experiment.blocks[index].position = .init(x: 1, y: 2) }
            if mode.hasFieldOfView { experiment.blocks[index].fieldOfView = .init(x: 3, y: 4) }
            if mode.hasLinescans { experiment.blocks[index].linescans = [1, 2, 3, 4, 5, 6] }
            if mode.hasSputtering {
                experiment.blocks[index].ion.atomicNumber = 18
                experiment.blocks[index].sputtering.energy = 3000
                experiment.blocks[index].sputtering.mode = "cyclic"
            }
        }
        let content = FileContent(path: "", data: Data(experiment.text.utf8))
        let again = try VAMASParser.parse(content).experiment
        #expect(RewritingTests.comparable(again) == RewritingTests.comparable(experiment))
    }

    @Test("line ends, blank lines before the header and capitals do not matter")
    func quirks() throws {
        let expected = try read(Samples.vamas).spectra
        let newlines = Samples.vamas.replacingOccurrences(of: "\r\n", with: "\n")
        let carriageReturns = Samples.vamas.replacingOccurrences(of: "\r\n", with: "\r")
        let doubled = Samples.vamas.replacingOccurrences(of: "\r\n", with: "\r\r\n")
        let blank = "\r\n  \r\n" + Samples.vamas
        let mark = "\u{FEFF}" + Samples.vamas
        let capitals = newlines.replacingOccurrences(of: "NORM\nREGULAR", with: "norm\nRegular")
            .replacingOccurrences(of: "\nXPS\n", with: "\nxps\n")
            .replacingOccurrences(of: VAMASExperiment.identifier, with: VAMASExperiment.identifier.uppercased())
        for text in [newlines, carriageReturns, doubled, blank, mark, capitals] {
            #expect(try read(text).spectra == expected)
        }
    }

    @Test("a label is no number: 2p where a number belongs is an error that names line and finding")
    func labelIsNoNumber() throws {
        let text = Samples.vamas.replacingOccurrences(of: "\r\n", with: "\n")
            .replacingOccurrences(of: "\nkinetic", with: "\nKinetic")
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = try #require(lines.firstIndex { $0.hasSuffix("Energy") }) + 2
        lines[place] = "2p"
        #expect(
            throws: ReadError.malformed(
                file: "test.vms", place: .line(place + 1), expected: "the start of the abscissa, a number",
                found: "\"2p\"")
        ) { try read(lines.joined(separator: "\n")) }
    }

    @Test(
        "ordinates that are no finite numbers are errors at their line",
        arguments: ["nan", "inf", "1e999", "0x10", "", "1 2", "12,5", "1e", "--1", "1.2.3", "Infinity"])
    func badOrdinates(value: String) throws {
        var lines = Samples.excludingVamas.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = try #require(lines.firstIndex(of: "20") == nil ? nil : lines.lastIndex(of: "21"))
        lines[place] = value
        #expect {
            try read(lines.joined(separator: "\n"))
        } throws: { error in
            guard case ReadError.malformed(_, .line(let line), _, _) = error else { return false }
            return line == place + 1
        }
    }

    @Test("negative counts are read as they are, and said")
    func negativeCounts() throws {
        let file = try read(Samples.excludingVamas.replacingOccurrences(of: "\n21\n", with: "\n-21\n"))
        #expect(file.spectra[1].intensities == [11, -21, 31, 41])
        #expect(file.notes.contains { $0.contains("negative") })
    }

    @Test("points marked as unknown are left out, and said")
    func unknownPoints() throws {
        let file = try read(Samples.excludingVamas.replacingOccurrences(of: "\n21\n", with: "\n1E37\n"))
        #expect(file.spectra[1].intensities == [11, 31, 41])
        #expect(file.spectra[1].axis.values == [950.5, 951.5, 952])
        #expect(file.notes.contains { $0.contains("1 points without a value") })
    }

    @Test("a block of one point is a spectrum of one point, a block of none is left out and said")
    func fewPoints() throws {
        let one = Samples.excludingVamas.replacingOccurrences(
            of: "\n3\n10\n30\n10\n20\n30\n", with: "\n1\n10\n10\n10\n")
        #expect(try read(one).spectra[0].axis.values == [950.5])
        let none = Samples.excludingVamas.replacingOccurrences(of: "\n3\n10\n30\n10\n20\n30\n", with: "\n0\n0\n0\n")
        let file = try read(none)
        #expect(file.spectra.count == 1)
        #expect(file.notes.contains { $0.contains("no points") })
    }

    @Test(
        "counts that the file cannot hold are errors, not memory",
        arguments: ["1000000000000000", "9007199254740993", "-4", "4.5", "1E37", "99999999999999999999999999"])
    func absurdCounts(count: String) {
        for target in ["\n4\n11\n41\n", "\n0\n0\n0\n2\n", "\n0\nSDP"] {
            let first = target.dropFirst().prefix { $0 != "\n" }
            let text =
                target == "\n0\n0\n0\n2\n"
                ? Samples.excludingVamas.replacingOccurrences(of: target, with: "\n0\n0\n0\n\(count)\n")
                : Samples.excludingVamas.replacingOccurrences(
                    of: target, with: "\n\(count)\(target.dropFirst(1 + first.count))")
            #expect(throws: ReadError.self) { try read(text) }
        }
    }

    @Test("values beyond the stated number are an error, not dropped")
    func leftOverValues() {
        let text = Samples.excludingVamas.replacingOccurrences(of: "\n4\n11\n41\n", with: "\n3\n11\n41\n")
        #expect {
            try read(text)
        } throws: { error in
            "\(error)".contains("end of experiment")
        }
    }

    @Test("maps of images are refused with the reason")
    func mapping() {
        let text = Samples.vamas.replacingOccurrences(of: "REGULAR\r\n", with: "MAPPING\r\n")
        #expect(throws: ReadError.self) { try read(text) }
    }

    @Test("the unit comes from the ordinate's unit, then its label, then the user")
    func units() throws {
        func unit(_ label: String, _ unit: String, _ mode: String = "pulse counting", options: ReadOptions = .init())
            throws -> IntensityUnit
        {
            let text = Samples.excludingVamas.replacingOccurrences(
                of: "counts\nd\npulse counting", with: "\(label)\n\(unit)\n\(mode)")
            return try read(text, options: options).spectra[0].unit
        }
        #expect(try unit("counts", "d") == .counts)
        #expect(try unit("Intensity", "d") == .counts)
        #expect(try unit("0,0 Counts", "d") == .counts)
        #expect(try unit("count rate", "c/s") == .countsPerSecond)
        #expect(try unit("Intensity", "c/s") == .countsPerSecond)
        #expect(try unit("counts per second", "d") == .countsPerSecond)
        #expect(try unit("Intensity", "d", "analogue") == .arbitrary)
        #expect(try unit("current", "nA") == .arbitrary)
        #expect(try unit("current", "nA", options: ReadOptions(unit: .counts)) == .counts)
    }

    @Test("counts per second and raw counts follow from dwell time and sweeps")
    func countsPerSecond() throws {
        let spectrum = try read(Samples.excludingVamas).spectra[0]
        #expect(spectrum.acquisition.sweeps == 3)
        #expect(spectrum.acquisition.dwellTime == 0.1)
        let rates = try #require(spectrum.countsPerSecond)
        #expect(zip(rates, [10 / 0.3, 20 / 0.3, 30 / 0.3]).allSatisfy { abs($0 - $1) < 1e-9 })
    }
}
