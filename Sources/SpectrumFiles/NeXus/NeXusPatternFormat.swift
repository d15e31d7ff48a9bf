import Foundation
import Spectra

/// NeXus files of diffraction patterns (application definitions NXxrd, NXmonopd and others): HDF5 with an entry for each
/// scan, whose NXdata has an axis of two theta, d or Q.
enum NeXusPatternFormat: DiffractionFormat {
    static let name = "NeXus diffraction"
    static let extensions = ["nxs", "h5", "hdf5"]

    private static let kinds: [String: DiffractionAxis.Kind] = {
        var kinds: [String: DiffractionAxis.Kind] = [
            "two_theta": .twoTheta, "twotheta": .twoTheta, "2theta": .twoTheta, "tth": .twoTheta,
            "q": .momentumTransfer,
            "d": .dSpacing, "tof": .timeOfFlight,
        ]
        for kind in DiffractionAxis.Kind.allCases { kinds[NeXusPatternWriter.axis(kind).name.lowercased()] = kind }
        return kinds
    }()

    private struct Entry {
        var path: String
        var data: String
        var signal: String
        var axis: String
        var kind: DiffractionAxis.Kind
    }

    static func recognises(_ content: FileContent) -> Bool {
        guard HDF5File.recognises(content.data), let file = try? HDF5File(content) else { return false }
        return !entries(of: file).isEmpty
    }

    private static func entries(of file: HDF5File) -> [Entry] {
        func groups(_ type: String, in path: String) -> [String] {
            file.members(of: path).map { HDF5File.join(path, $0) }
                .filter { file.text($0, attribute: "NX_class") == type }
        }
        return groups("NXentry", in: "/").compactMap { entry in
            for data in groups("NXdata", in: entry) {
                guard let axes = file.texts(data, attribute: "axes"), axes.count == 1,
                    let signal = file.text(data, attribute: "signal"), let kind = kinds[axes[0].lowercased()]
                else { continue }
                return Entry(
                    path: entry, data: data, signal: HDF5File.join(data, signal), axis: HDF5File.join(data, axes[0]),
                    kind: kind)
            }
            return nil
        }
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let file = try HDF5File(content)
        var notes: [String] = []
        let patterns = try entries(of: file).enumerated().map { number, entry in
            let pattern = try pattern(entry, of: file, content: content, notes: &notes)
            let index = file.number("\(entry.path)/\(NeXusWriter.collection)/index") ?? Double(number)
            return (index: index, number: number, pattern: pattern)
        }
        let sorted = patterns.sorted { ($0.index, $0.number) < ($1.index, $1.number) }.map(\.pattern)
        return try self.file(content, sorted, notes: notes)
    }

    private static func pattern(
        _ entry: Entry, of file: HDF5File, content: FileContent, notes: inout [String]
    ) throws -> DiffractionPattern {
        let places = try file.numbers(entry.axis)
        func numbers(_ path: String) throws -> [Double] {
            let values = try file.numbers(path)
            guard values.count == places.count else {
                throw content.malformed(
                    .whole, expected: "\(places.count) numbers in \(path)", found: "\(values.count)")
            }
            return values
        }
        let intensities = try numbers(entry.signal)
        guard (places + intensities).allSatisfy(\.isFinite) else {
            throw content.malformed(.whole, expected: "finite numbers in \(entry.data)", found: "some that are not")
        }
        var setup = DiffractionSetup()
        var unit = IntensityUnit.arbitrary
        switch file.text(entry.signal, attribute: "units")?.lowercased() {
        case "counts", "count": unit = .counts
        case "counts_per_second", "1/s", "hz": unit = .countsPerSecond
        default: notes.append("\(entry.signal) does not say what its intensities count")
        }
        let own = "\(entry.path)/\(NeXusWriter.collection)"
        let isOwn = file.isDataset("\(own)/index")
        let errors = "\(entry.data)/\(entry.signal.split(separator: "/").last ?? "data")_errors"
        let columnPaths = (file.texts(entry.data, attribute: "auxiliary_signals") ?? []).map {
            HDF5File.join(entry.data, $0)
        }
        let columnNames = isOwn ? file.verbatimTexts("\(own)/column_names") : []
        var kind = entry.kind
        if isOwn {
            kind = file.text("\(own)/axis").flatMap { DiffractionAxis.Kind(rawValue: $0) } ?? kind
            for (name, key) in NeXusPatternFacts.setupTexts {
                setup[keyPath: key] = file.verbatimTexts("\(own)/\(name)").first
            }
            for (name, key) in NeXusPatternFacts.setupNumbers { setup[keyPath: key] = file.number("\(own)/\(name)") }
            let names = file.verbatimTexts("\(own)/further_names")
            setup.further = Dictionary(zip(names, file.verbatimTexts("\(own)/further_values"))) { first, _ in first }
        } else {
            setup.date = file.text("\(entry.path)/start_time")
        }
        return DiffractionPattern(
            name: file.verbatimTexts("\(entry.path)/title").first ?? "",
            sample: file.verbatimTexts("\(entry.path)/sample/name").first ?? "",
            axis: DiffractionAxis(places, kind: kind), intensities: intensities, unit: unit,
            standardUncertainties: file.isDataset(errors) ? try numbers(errors) : nil,
            attenuationFactors: file.isDataset("\(own)/attenuation_factors")
                ? try numbers("\(own)/attenuation_factors") : nil,
            countingTime: file.isDataset("\(own)/counting_times")
                ? .each(try numbers("\(own)/counting_times"))
                : file.number("\(own)/counting_time").map { .common($0) },
            radiation: radiation(of: file, entry: entry.path, own: isOwn ? own : nil), setup: setup,
            comments: isOwn ? file.verbatimTexts("\(own)/comments") : [],
            columns: try columnPaths.enumerated().map { index, path in
                NamedColumn(
                    name: columnNames.indices.contains(index)
                        ? columnNames[index] : String(path.split(separator: "/").last ?? ""), values: try numbers(path))
            },
            missingPoints: file.number("\(own)/missing_points").flatMap { Int(exactly: $0) } ?? 0)
    }

    private static func radiation(of file: HDF5File, entry: String, own: String?) -> Radiation {
        guard let own else {
            // In the beam, or in the monochromator of NXmonopd.
            let path = file.datasets(below: entry).first {
                $0.hasSuffix("/incident_wavelength") || $0.hasSuffix("/wavelength")
            }
            let factor = path.flatMap { file.text($0, attribute: "units") } == "nm" ? 10.0 : 1
            return Radiation(monochromatic: path.flatMap { file.number($0) }.map { $0 * factor }, origin: .file)
        }
        var radiation = Radiation(
            probe: file.text("\(own)/probe").flatMap { Radiation.Probe(rawValue: $0) } ?? .xRay,
            anode: file.text("\(own)/anode"), origin: .unknown)
        for (name, key) in NeXusPatternFacts.radiationNumbers {
            radiation[keyPath: key] = file.number("\(own)/\(name)")
        }
        radiation.origin =
            file.text("\(own)/wavelength_origin").flatMap { Radiation.Origin(rawValue: $0) } ?? .unknown
        return radiation
    }
}
