import CHDF5
import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

/// Laws that hold for every format alike.
@Suite("every format") struct EveryFormatTests {
    /// The samples of spectra, with those of HDF5 where its library is there.
    static func samples() throws -> [(name: String, data: Data)] {
        let spectra = try Samples.everyFormat().filter { !$0.name.hasPrefix("xrd-") }
        return interphase_hdf5_available() == 0 ? spectra : spectra + [("nexus", try NeXusTests.file())]
    }

    @Test("the samples are of every format")
    func all() throws {
        let formats = try Self.samples().map { name, data in
            try FormatRegistry.format(of: FileContent(path: name, data: data)).name
        }
        let missing = Set(FormatRegistry.formats.map { $0.name }).subtracting(formats)
            .subtracting(interphase_hdf5_available() == 0 ? [NeXusFormat.name] : [])
        // Its file is made in the test of its own.
        #expect(missing == [ScientaHDF5Format.name])
    }

    @Test("cut at any byte, a file is an error, a beginning that is flagged, or all that had been written before")
    func truncation() throws {
        for (name, data) in try Self.samples() where !name.hasPrefix("text-") && name != "nexus" {
            let format = try FormatRegistry.format(of: FileContent(path: name, data: data))
            // Most pages of a database are reached by the size that it states; columns that end with a line say no size.
            let step = name == "specs-schedule" ? 37 : 1
            let bytes = [UInt8](data)
            let mayEndWithLine = format == PlainColumnsFormat.self
            let lengths = stride(from: 1, to: bytes.count, by: step).filter {
                !mayEndWithLine || ![10, 13].contains(bytes[$0 - 1])
            }
            try Damage.expectNoSilentTruncation(
                of: data, at: lengths, lastMayDiffer: true, mayEndEarly: true, format: format)
        }
    }

    @Test("what is read of any format and written in any other is read back with the same numbers")
    func conversions() throws {
        for (name, data) in try Self.samples() {
            let file = try FormatRegistry.read(FileContent(path: name, data: data), options: ReadOptions())
            for format in SpectrumOutputFormat.allCases where format != .nexus || interphase_hdf5_available() != 0 {
                let isAlone = format == .xy && file.spectra.count > 1
                let source = isAlone ? SpectrumFile(path: "", format: "", spectra: [file.spectra[0]]) : file
                let bytes = try source.data(as: format)
                let content = FileContent(path: "out.\(format.rawValue)", data: bytes)
                // A text of columns does not tell what its energies count where its spectrum does not.
                let options = ReadOptions(energyScale: source.spectra[0].axis.scale)
                let back = try FormatRegistry.read(content, options: format == .xy ? options : ReadOptions())
                let comment: Comment = "\(name) as \(format.rawValue)"
                try #require(back.spectra.count == source.spectra.count, comment)
                for (found, written) in zip(back.spectra, source.spectra) {
                    #expect(found.intensities == written.intensities, comment)
                    #expect(found.axis.scale == written.axis.scale, comment)
                    let agrees = zip(found.axis.values, written.axis.values).allSatisfy { abs($0 - $1) < 1e-6 }
                    #expect(found.axis.count == written.axis.count && agrees, comment)
                    if format == .nexus {
                        #expect(found.fits == written.fits && found.columns == written.columns, comment)
                    }
                    if format != .xy {
                        #expect(found.axis.photonEnergy == written.axis.photonEnergy, comment)
                        #expect(found.transmission == nil || found.transmission == written.transmission, comment)
                        #expect(found.level == written.level, comment)
                    }
                }
            }
        }
    }
}
