import CHDF5
import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

/// Builds HDF5 files for tests with the calls that the writer uses.
struct HDF5Fixture {
    private let file = interphase_hdf5_create()

    func group(_ path: String, _ attributes: [String: String] = [:]) {
        #expect(interphase_hdf5_create_group(file, path) == 0)
        for (name, value) in attributes { attribute(path, name, [value], isArray: false) }
    }

    func attribute(_ path: String, _ name: String, _ values: [String], isArray: Bool = true) {
        let texts = values.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let pointers = texts.map { UnsafePointer($0) }
        #expect(interphase_hdf5_write_attribute(file, path, name, pointers, Int32(values.count), isArray ? 1 : 0) == 0)
    }

    func numbers(_ path: String, _ values: [Double], _ lengths: [Int], units: String? = nil) {
        #expect(interphase_hdf5_write(file, path, values, Int32(lengths.count), lengths.map { UInt64($0) }) == 0)
        if let units { attribute(path, "units", [units], isArray: false) }
    }

    func text(_ path: String, _ text: String) { #expect(interphase_hdf5_write_text(file, path, text) == 0) }

    func bytes() throws -> Data {
        var size = 0
        let image = try #require(interphase_hdf5_image(file, &size))
        defer {
            free(image)
            interphase_hdf5_close(file)
        }
        return Data(bytes: image, count: size)
    }
}

@Suite(.enabled(if: interphase_hdf5_available() != 0, "HDF5 library absent")) struct NeXusTests {
    /// An entry of NXmpes with a spectrum, and one with a map of two by two places.
    static func file() throws -> Data {
        let file = HDF5Fixture()
        file.group("/sample1__C1s", ["NX_class": "NXentry", "default": "data"])
        file.text("/sample1__C1s/definition", "NXxps")
        file.text("/sample1__C1s/start_time", "2024-05-06T07:08:09+00:00")
        file.group("/sample1__C1s/data", ["NX_class": "NXdata", "signal": "data"])
        file.attribute("/sample1__C1s/data", "axes", ["energy"])
        file.attribute("/sample1__C1s/data", "auxiliary_signals", ["background"])
        file.numbers("/sample1__C1s/data/data", [10, 20, 30], [3], units: "counts_per_second")
        file.numbers("/sample1__C1s/data/data_errors", [1, 2, 3], [3])
        file.numbers("/sample1__C1s/data/background", [4, 5, 6], [3])
        file.numbers("/sample1__C1s/data/energy", [1.2, 1.2005, 1.201], [3], units: "keV")
        file.attribute("/sample1__C1s/data/energy", "type", ["kinetic"], isArray: false)
        file.group("/sample1__C1s/instrument", ["NX_class": "NXinstrument"])
        file.group("/sample1__C1s/instrument/beam_probe", ["NX_class": "NXbeam"])
        file.numbers("/sample1__C1s/instrument/beam_probe/incident_energy", [1486.6], [], units: "eV")
        file.numbers("/sample1__C1s/instrument/pass_energy", [1e37], [], units: "eV")
        file.group("/sample1__C1s/sample", ["NX_class": "NXsample"])
        file.text("/sample1__C1s/sample/name", "cell 7")
        file.group("/map", ["NX_class": "NXentry"])
        file.group("/map/data", ["NX_class": "NXdata", "signal": "counts"])
        file.attribute("/map/data", "axes", ["y", "binding_energy", "x"])
        file.numbers("/map/data/counts", (0..<12).map(Double.init), [2, 3, 2], units: "counts")
        file.numbers("/map/data/binding_energy", [290, 289, 288], [3], units: "eV")
        file.numbers("/map/data/x", [-1, 1], [2], units: "mm")
        file.numbers("/map/data/y", [5, 6], [2], units: "mm")
        return try file.bytes()
    }

    func read(_ data: Data) throws -> SpectrumFile {
        let content = FileContent(path: "x.nxs", data: data)
        #expect(try FormatRegistry.format(of: content) == NeXusFormat.self)
        return try NeXusFormat.read(content, options: ReadOptions())
    }

    @Test func anEntryIsASpectrumWithItsCurves() throws {
        let file = try read(Self.file())
        let spectrum = try #require(file.spectra.first { $0.name == "C1s" })
        #expect(spectrum.level == .c1s && spectrum.sample == "cell 7")
        #expect(spectrum.axis.values == [1200, 1200.5, 1201] && spectrum.axis.scale == .kinetic)
        #expect(spectrum.axis.photonEnergy == 1486.6 && spectrum.acquisition.passEnergy == nil)
        #expect(spectrum.intensities == [10, 20, 30] && spectrum.unit == .countsPerSecond)
        #expect(spectrum.columns.map(\.name) == ["background", "data_errors"])
        #expect(spectrum.acquisition.date == "2024-05-06T07:08:09+00:00")
    }

    @Test func placesAlongOtherDimensionsMakeASeries() throws {
        let series = try #require(try read(Self.file()).series.first)
        #expect(series.spectra.map(\.intensities) == [[0, 2, 4], [1, 3, 5], [6, 8, 10], [7, 9, 11]])
        #expect(series.variable == SeriesVariable("y", unit: "mm") && series.values == [5, 5, 6, 6])
        #expect(series.values(of: SeriesVariable("x", unit: "mm")) == [-1, 1, -1, 1])
        #expect(series.spectra[0].axis.scale == .binding && series.spectra[0].unit == .counts)
    }

    @Test func anImageOfScientaIsOneSpectrumWithItsSlices() throws {
        let file = HDF5Fixture()
        for path in ["/acquisition", "/acquisition/spectrum", "/acquisition/spectrum/data"] { file.group(path) }
        file.text("/acquisition/spectrum/name", "O1s")
        file.numbers("/acquisition/spectrum/data/data", [1, 2, 3, 4, 5, 6], [2, 3])
        file.numbers("/acquisition/spectrum/data/x_axis", [950, 951, 952], [3])
        file.numbers("/acquisition/spectrum/data/y_axis", [-7.5, 7.5], [2])
        let content = FileContent(path: "x.h5", data: try file.bytes())
        #expect(try FormatRegistry.format(of: content) == ScientaHDF5Format.self)
        let read = try ScientaHDF5Format.read(content, options: ReadOptions(photonEnergy: 1486.6))
        #expect(read.spectra.map(\.intensities) == [[5, 7, 9]] && read.spectra[0].level == .o1s)
        #expect(read.series.first?.values == [-7.5, 7.5])
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func whatIsWrittenIsReadBackIdentically(seed: UInt64) throws {
        let units: [IntensityUnit] = [.counts, .countsPerSecond, .arbitrary]
        var spectra = (0..<3).map {
            WritingTests.sample(seed: seed * 3 + UInt64($0), uneven: seed % 3 == 1, unit: units[$0])
        }
        spectra[1].name = "  Größe/µ \u{3B1}  "
        spectra[1].acquisition.coordinates = [
            SeriesCoordinate(.etchTime, 12.5), SeriesCoordinate(SeriesVariable("odd"), -1),
        ]
        spectra[1].acquisition.acquisitionTime = 3.25
        spectra[1].acquisition.emissionAngle = 45
        spectra[1].acquisition.date = "last Monday"
        spectra[1].columns = [1.0, 2].map { place in
            NamedColumn(
                name: "slice", values: spectra[1].intensities.map { $0 / place },
                coordinate: place == 1 ? nil : SeriesCoordinate(.angle, place))
        }
        spectra[2] = Spectrum(
            name: "", axis: EnergyAxis([1], scale: .kinetic, photonEnergy: nil), intensities: [2], unit: .counts)
        spectra += (0..<9).map { _ in spectra[0] }
        let original = SpectrumFile(path: "", format: "", spectra: spectra, comments: ["first", "", " third "])
        let file = try read(original.data(as: .nexus))
        #expect(file.comments == original.comments && file.notes.isEmpty)
        #expect(file.spectra.count == spectra.count)
        for (found, written) in zip(file.spectra, spectra) { #expect(found == written) }
    }

    @Test func theCurvesOfAFitMakeAnNXfit() throws {
        var spectrum = WritingTests.sample(seed: 4)
        let curve = spectrum.intensities
        spectrum.columns = ["S 2p 1", "S 2p 2", "Background", "Envelope", "Residual"].map {
            NamedColumn(name: $0, values: curve)
        }
        let data = try SpectrumFile(path: "", format: "", spectra: [spectrum]).data(as: .nexus)
        let file = try HDF5File(FileContent(path: "x.nxs", data: data))
        #expect(file.text("/S_2p/fit", attribute: "NX_class") == "NXfit")
        #expect(
            file.members(of: "/S_2p/fit").filter { $0.hasPrefix("peak") || $0.hasPrefix("background") }
                == ["background0", "peak0", "peak1"])
        #expect(file.text("/S_2p/fit/peak1/label") == "S 2p 2")
        #expect(try file.numbers("/S_2p/fit/data/fit_sum") == curve)
        #expect(try read(data).spectra == [spectrum])
    }

    /// Fits with all curves, with some, and with none; on either scale, shifted, in any unit.
    static func fits(of spectrum: Spectrum) -> [StoredFit] {
        let curve = spectrum.intensities
        var peaks = (0..<12).map { number in
            StoredFit.Peak(
                name: "S 2p \(number)", position: 160 + Double(number) / 7, width: 0.9 + Double(number) / 3,
                area: 1e3 / Double(number + 1), shape: ["GL(30)", "LA(1.53,243)", "", "own shape"][number % 4],
                curve: curve.map { $0 / Double(number + 2) })
        }
        let background = StoredFit.Background(name: "S 2p", kind: "U 2 Tougaard", curve: curve.map { $0 / 40 })
        let whole = StoredFit(
            program: "CasaXPS", name: "S 2p", scale: .binding, shift: 0.37, unit: .countsPerSecond, peaks: peaks,
            backgrounds: [background], envelope: curve.map { $0 + 1 })
        peaks[3].curve = nil
        peaks[4].position = nil
        let partial = StoredFit(
            program: "", name: "odd  name ", scale: .kinetic, unit: .counts, peaks: peaks,
            backgrounds: [background, .init(name: "second", kind: "", curve: nil)])
        let bare = StoredFit(
            program: "KherveFitting", scale: .binding, peaks: [.init(name: "p1"), .init(name: "p2", position: 71.07)])
        return [whole, partial, bare]
    }

    @Test func parametersOfFitsAreReadBackIdentically() throws {
        var spectrum = WritingTests.sample(seed: 4)
        spectrum.fits = Self.fits(of: spectrum)
        let data = try SpectrumFile(path: "", format: "", spectra: [spectrum]).data(as: .nexus)
        #expect(try read(data).spectra == [spectrum])
        let file = try HDF5File(FileContent(path: "x.nxs", data: data))
        let peak = "/S_2p/fit/peak1"
        #expect(file.text("\(peak)/function/function_type") == "Asymmetric Lorentzian")
        #expect(file.text("\(peak)/function/description") == "LA(1.53,243)")
        #expect(file.number("\(peak)/function/fit_parameters/position") == 160 + 1.0 / 7)
        #expect(file.number("\(peak)/total_area") == 500)
        #expect(file.text("/S_2p/fit/background0/function/function_type") == "Tougaard")
        // The positions are to be seen against energies on their own scale, shifted as they are.
        let energies = try file.numbers("/S_2p/fit/data/input_independent")
        #expect(energies == (try #require(spectrum.axis.bindingEnergies)).map { $0 + 0.37 })
    }

    @Test func everyTruncationIsNoticed() throws {
        try Damage.expectNoSilentTruncation(of: try Self.file(), step: 131, format: NeXusFormat.self)
    }

    @Test func damagedFilesAreReadOrRefused() throws {
        Damage.expectNoCrash(of: try Self.file(), count: 150, seed: 6, format: NeXusFormat.self)
    }

    @Test func filesOpenAtOnceAreKeptApart() async throws {
        let names = try await withThrowingTaskGroup(of: (Int, Double?).self) { group in
            for index in 0..<20 {
                group.addTask {
                    let fixture = HDF5Fixture()
                    fixture.numbers("/value", [Double(index)], [1])
                    let file = try HDF5File(FileContent(path: "x.h5", data: try fixture.bytes()))
                    await Task.yield()
                    return (index, file.number("/value"))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(names.count == 20 && names.allSatisfy { Double($0) == $1 })
    }

    @Test(
        .enabled(if: SharedData.isPresent, "shared data folder absent"),
        arguments: ["vms_regular_ref", "vms_analysis_ref"])
    func realFilesAgreeWithAnIndependentReader(name: String) throws {
        let url = SharedData.file("xps/nexus/\(name).nxs")
        let file = try SpectrumFile(contentsOf: url.path)
        let expected = try ExpectedReading(beside: url)
        #expect(file.format == NeXusFormat.name && file.spectra.count == expected.spectra.count)
        for (spectrum, item) in zip(file.spectra, expected.spectra) {
            expectAgreement(spectrum, item, energies: spectrum.axis.values)
            #expect(spectrum.axis.photonEnergy == 1486.61 && spectrum.unit == .countsPerSecond)
        }
        if name == "vms_analysis_ref" {
            let spectrum = file.spectra[0]
            #expect(spectrum.level == .fe2p && spectrum.sample == "FeO" && spectrum.axis.scale == .binding)
            #expect(spectrum.columns.map(\.name).contains("peak3_intensity"))
            // As CasaXPS printed them.
            let fit = try #require(spectrum.fits.first)
            #expect(fit.peaks.map(\.position) == [709.05, 716.0, 722.13, 729.89])
            #expect(fit.peaks.map(\.width) == [3.86, 8, 4.87, 7.83])
            #expect(fit.peaks.map(\.area) == [63507.37, 35837.06, 49042.13, 17705.16])
            #expect(fit.peaks.map(\.shape) == ["LF(0.54,10,80,100,6)", "SGL(30)", "LF(0.54,10,80,100,6)", "SGL(30)"])
            #expect(fit.backgrounds.map(\.kind) == ["U 3 Tougaard"] && fit.scale == .binding)
            #expect(spectrum.acquisition.passEnergy == nil && spectrum.acquisition.date == nil)
        }
    }
}
