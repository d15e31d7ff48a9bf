import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

/// Files read spectrum by spectrum, against the same files read whole.
@Suite("spectrum streams")
struct SpectrumStreamTests {
    /// All elements, and the error that ended them.
    private func elements(_ path: String) -> (elements: [SpectrumStream.Element], notes: [String], error: String?) {
        var elements: [SpectrumStream.Element] = []
        do {
            var stream = try SpectrumStream(contentsOf: path)
            do {
                while let element = try stream.next() { elements.append(element) }
                return (elements, stream.notes, nil)
            } catch {
                return (elements, stream.notes, "\(error)")
            }
        } catch {
            return ([], [], "\(error)")
        }
    }

    /// The same spectrum without its place in a series: a stream cannot know which variables differ between blocks.
    private func bare(_ spectrum: Spectrum) -> Spectrum {
        var copy = spectrum
        copy.acquisition.coordinates = []
        return copy
    }

    @Test(
        "a stream gives the spectra of the file read whole, or its error",
        .enabled(if: SharedData.isPresent, "shared data folder absent"))
    func sharedFiles() throws {
        let files = SharedData.files(in: "xps", suffix: ".vms") + SharedData.files(in: "xps", suffix: ".npl")
        #expect(files.count > 10)
        for url in files + SharedData.files(in: "xps", suffix: ".csv").prefix(5) {
            let streamed = elements(url.path)
            do {
                let whole = try SpectrumFile(contentsOf: url.path)
                #expect(streamed.error == nil, "\(url.path)")
                let spectra = try streamed.elements.map { try $0.spectrum.get() }
                #expect(spectra.map(bare) == whole.spectra.map(bare), "\(url.path)")
                #expect(streamed.elements.map(\.number) == spectra.indices.map { $0 + 1 })
                // Blocks without points have notes in the file and no element that could carry them.
                let notes = Set(streamed.notes + streamed.elements.flatMap(\.notes))
                #expect(notes.isSubset(of: Set(whole.notes)), "\(url.path)")
                for (element, spectrum) in zip(streamed.elements, whole.spectra) {
                    let own = try element.spectrum.get().acquisition.coordinates
                    #expect(spectrum.acquisition.coordinates.allSatisfy(own.contains), "\(url.path)")
                }
            } catch {
                let complaints =
                    [streamed.error].compactMap { $0 }
                    + streamed.elements.compactMap { element in
                        if case .failure(let error) = element.spectrum { "\(error)" } else { nil }
                    }
                #expect(complaints.contains("\(error)"), "\(url.path)")
            }
        }
    }

    /// A VAMAS file of `count` blocks of different counts.
    static func blocks(_ count: Int) -> VAMASExperiment {
        VAMASExperiment(
            spectra: (0..<count).map { index in
                Spectrum(
                    name: "S 2p", axis: EnergyAxis([160, 160.5, 161, 161.5], scale: .binding, photonEnergy: 1486.6),
                    intensities: [1, 5, Double(index), 2], unit: .counts,
                    acquisition: Acquisition(sweeps: 2, dwellTime: 0.5))
            })
    }

    @Test("a file that was cut gives the spectra before the cut, then the error of the whole file")
    func cut() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("cut.vms")
        let text = Self.blocks(5).text
        try AtomicFile.write(String(text.prefix(text.count * 7 / 10)), to: path)
        let streamed = elements(path)
        #expect(streamed.elements.count == 3)
        let error = #expect(throws: ReadError.self) { try SpectrumFile(contentsOf: path) }
        #expect(streamed.error == error?.description)
    }

    @Test("a block that is no spectrum does not end the stream")
    func faultyBlock() throws {
        let folder = try TemporaryFolder()
        var experiment = Self.blocks(3)
        experiment.blocks[1].increment = nil
        try experiment.write(to: folder.path("a.vms"))
        let streamed = elements(folder.path("a.vms"))
        #expect(streamed.error == nil)
        let isThere = streamed.elements.map { (try? $0.spectrum.get()) != nil }
        #expect(isThere == [true, false, true])
        let error = #expect(throws: ReadError.self) { try SpectrumFile(contentsOf: folder.path("a.vms")) }
        #expect(streamed.elements[1].spectrum == .failure(try #require(error)))
    }

    @Test("empty files, folders and files that are not there are errors")
    func noFiles() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("", to: folder.path("empty.vms"))
        #expect(elements(folder.path("empty.vms")).error?.contains("it is empty") == true)
        #expect(elements(folder.path("none.vms")).error?.contains("no such file") == true)
        #expect(elements(folder.path(".")).error?.contains("it is a folder") == true)
    }

    @Test("memory that was given back is read again as it was")
    func release() throws {
        let folder = try TemporaryFolder()
        let data = Data((0..<(12 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        try AtomicFile.write(data, to: folder.path("large"))
        var file = try MappedFile(path: folder.path("large"))
        for count in [1, 5 << 20, 9 << 20, 12 << 20] {
            file.release(first: count)
            #expect(Data(buffer: file.bytes) == data)
        }
    }
}
