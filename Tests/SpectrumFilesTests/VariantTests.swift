import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

/// Files as programs and people of other habits write them.
@Suite struct VariantTests {
    private func read(_ data: Data) throws -> SpectrumFile {
        try FormatRegistry.read(FileContent(path: "x.txt", data: data), options: ReadOptions())
    }

    private static let columns = "Binding Energy (eV)\tCounts\n290\t1\n289.9\t2\n289.8\t3\n"

    @Test(arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf8], [false, true])
    func encodingsAndByteOrderMarks(encoding: String.Encoding, hasMark: Bool) throws {
        let text = (hasMark ? "\u{FEFF}" : "") + Self.columns
        let data = try #require(text.data(using: encoding))
        let spectrum = try #require(try read(data).spectra.first)
        #expect(spectrum.axis.values == [290, 289.9, 289.8] && spectrum.intensities == [1, 2, 3])
        #expect(spectrum.axis.scale == .binding && spectrum.unit == .counts)
    }

    @Test func aDiffractionPatternInUTF16IsRead() throws {
        let text = "2theta (deg),intensity\n10,5\n10.5,6\n11,9\n"
        let data = try #require(text.data(using: .utf16LittleEndian))
        let file = try DiffractionFile(content: FileContent(path: "x.csv", data: data))
        #expect(file.patterns[0].intensities == [5, 6, 9])
    }

    @Test(arguments: ["Bindungsenergie (eV);Zählrate", "Énergie de liaison (eV);cps"])
    func labelsAndDecimalMarksOfOtherLanguages(header: String) throws {
        let text = header + "\r\n291,5;1234,5\r\n291,4;1240,0\r\n291,3;1300,25\r\n"
        for encoding in [String.Encoding.utf8, .isoLatin1] {
            let data = try #require(text.data(using: encoding))
            let spectrum = try #require(try read(data).spectra.first)
            #expect(spectrum.axis.scale == .binding && spectrum.axis.values == [291.5, 291.4, 291.3])
            #expect(spectrum.intensities == [1234.5, 1240, 1300.25] && spectrum.unit == .countsPerSecond)
        }
    }

    @Test(arguments: ["2Theta,Intensity", "# 2-theta (deg), counts", "Two Theta\tI", "2θ I"])
    func anglesAreNotTakenForEnergies(header: String) {
        #expect(throws: ReadError.self) { try read(Data("\(header)\n10.00,5\n10.02,6\n10.04,9\n".utf8)) }
    }

    @Test func exportsOfLG4XKeepTheMeasuredCurve() throws {
        let text = """
            energy_shift,0
            corrected x,x,raw_y,data-bg,bg,sum_fit,g1_
            284.2,284.0,100,50,50,99,49
            284.3,284.1,110,60,50,109,59
            284.4,284.2,120,70,50,119,69

            """
        let spectrum = try #require(try read(Data(text.utf8)).spectra.first)
        #expect(spectrum.axis.values == [284.2, 284.3, 284.4] && spectrum.intensities == [100, 110, 120])
        #expect(spectrum.columns.map(\.name) == ["x", "data-bg", "bg", "sum_fit", "g1_"])
    }

    static let project = """
        {"FilePath": "x.xlsx", "Number of Core levels": 2, "Core levels": {
          "Pt4f": {"Name": "Pt4f", "B.E.": [72, 71.9, 71.8], "Raw Data": [5.5, 6, 7],
            "Background": {"Bkg Type": "Smart", "Bkg Low": 71.8, "Bkg Y": [5, 5, 5]},
            "Fitting": {"Peaks": {"Pt4f7/2 p1": {"Position": 71.07, "FWHM": 1.02, "Area": 7593.41,
              "Fitting Model": "LA", "Constraints": {"Position": "71:72"}}}, "Model": "LA"}},
          "C1s": {"Name": "C1s", "B.E.": [286, 285], "Raw Data": [1, 2], "Background": {"Bkg Low": "", "Bkg Y": ""},
            "Fitting": {}}}}
        """

    @Test func projectsOfKherveFittingAreRead() throws {
        let file = try read(Data(Self.project.utf8))
        #expect(file.format == KherveFittingFormat.name && file.spectra.map(\.name) == ["C1s", "Pt4f"])
        let spectrum = file.spectra[1]
        #expect(spectrum.level?.description == "Pt 4f" && spectrum.axis.values == [72, 71.9, 71.8])
        #expect(
            spectrum.intensities == [5.5, 6, 7]
                && spectrum.columns == [NamedColumn(name: "Background", values: [5, 5, 5])])
        #expect(
            spectrum.comments == ["KherveFitting peak Pt4f7/2 p1: position 71.07 eV, FWHM 1.02 eV, area 7593.41, LA"])
    }

    @Test func damagedProjectsAreRefused() throws {
        try Damage.expectNoSilentTruncation(of: Data(Self.project.utf8), format: KherveFittingFormat.self)
        Damage.expectNoCrash(of: Data(Self.project.utf8), count: 2_000, seed: 61, format: KherveFittingFormat.self)
    }
}
