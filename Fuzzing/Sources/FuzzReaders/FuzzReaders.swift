import Diffraction
import Foundation
import Spectra

@testable import SpectrumFiles

/// What libFuzzer calls first: with INTERPHASE_FUZZ_SAMPLES=FROM:TO it only turns the files of a folder into inputs.
@_cdecl("LLVMFuzzerInitialize") public func initialize(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> CInt
{
    if let folders = ProcessInfo.processInfo.environment["INTERPHASE_FUZZ_SAMPLES"]?.split(separator: ":"),
        folders.count == 2
    {
        FuzzReaders.makeInputs(from: String(folders[0]), to: String(folders[1]))
        exit(0)
    }
    return 0
}

/// What libFuzzer calls with one input after the other; it brings the program's `main`.
@_cdecl("LLVMFuzzerTestOneInput") public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    if let bytes, size > 0 { FuzzReaders.read(Data(bytes: bytes + 1, count: size - 1), with: Int(bytes[0])) }
    return 0
}

/// Feeds each input to one reader, which its first byte chooses, and what that reads to the writers.
///
/// A crash, an error that is not a `ReadError`, or a result that breaks its own rules stops the run.
enum FuzzReaders {
    /// The readers by the byte that chooses them. Those of HDF5 read in a process of their own, see CHDF5, and are left out.
    private static let spectra = FormatRegistry.formats.filter {
        ![NeXusFormat.name, ScientaHDF5Format.name].contains($0.name)
    }
    private static let patterns = DiffractionFormatRegistry.formats.filter {
        $0.name != NeXusPatternFormat.name
    }

    static func read(_ data: Data, with reader: Int) {
        let content = FileContent(path: "fuzz", data: data)
        if spectra.indices.contains(reader) {
            let format = spectra[reader]
            guard format.recognises(content) else { return }
            attempt(format.name) { check(try format.read(content, options: ReadOptions())) }
        } else if patterns.indices.contains(reader - spectra.count) {
            let format = patterns[reader - spectra.count]
            guard format.recognises(content) else { return }
            attempt(format.name) { check(try format.read(content, options: DiffractionReadOptions())) }
        } else if reader == spectra.count + patterns.count {
            attempt("CIF") { _ = try CrystalStructure(cif: String(decoding: data, as: UTF8.self)) }
        }
    }

    /// Puts the byte of each reader that recognises it before each file of a folder.
    static func makeInputs(from source: String, to target: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: source)) ?? [] {
            guard let data = FileManager.default.contents(atPath: "\(source)/\(name)"), !HDF5File.recognises(data)
            else { continue }
            let content = FileContent(path: name, data: data)
            let recognised =
                spectra.indices.filter { spectra[$0].recognises(content) }
                + patterns.indices.filter { patterns[$0].recognises(content) }.map { $0 + spectra.count }
                + (name.hasSuffix(".cif") ? [spectra.count + patterns.count] : [])
            for reader in recognised {
                let input = Data([UInt8(reader)]) + data
                FileManager.default.createFile(atPath: "\(target)/\(reader)-\(name)", contents: input)
            }
        }
    }

    private static func attempt(_ name: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch let error as ReadError {
            precondition(!"\(error)".isEmpty)
        } catch {
            fatalError("\(name): \(error)")
        }
    }

    private static func check(_ file: SpectrumFile) {
        for spectrum in file.spectra {
            precondition(spectrum.axis.values.allSatisfy(\.isFinite), "\(file.format): an energy is no number")
            precondition(spectrum.intensities.allSatisfy(\.isFinite), "\(file.format): an intensity is no number")
            precondition(
                spectrum.columns.allSatisfy { $0.values.count == spectrum.axis.count }, "\(file.format): columns")
        }
        _ = file.series
        guard file.spectra.reduce(0, { $0 + $1.axis.count * (1 + $1.columns.count) }) < 2000 else { return }
        _ = try? file.data(as: .vamas)
        _ = try? file.data(as: .csv)
    }

    private static func check(_ file: DiffractionFile) {
        for pattern in file.patterns {
            precondition(pattern.axis.values.allSatisfy(\.isFinite), "\(file.format): a place is no number")
            precondition(pattern.intensities.allSatisfy(\.isFinite), "\(file.format): an intensity is no number")
            _ = pattern.variances
            if pattern.intensities.count < 2000 {
                for format in DiffractionTextFormat.allCases { _ = try? pattern.text(as: format) }
            }
        }
    }
}
