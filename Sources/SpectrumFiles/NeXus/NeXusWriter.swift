import Foundation
import Spectra

/// Writes spectra as a NeXus file: an entry (NXentry) for each spectrum after the application definition NXxps, with a fit
/// (NXfit) for each that is stored with it or whose curves are its columns.
///
/// What NeXus has no place for, or demands in another form, stands in a collection (NXcollection) named `interphase` in
/// each entry, so that reading back gives the same spectra. Numbers that NXxps demands and the spectrum does not have are
/// written as nan, never invented.
struct NeXusWriter {
    private let file: HDF5Writer

    /// The name of the collection with what NeXus has no place for.
    static let collection = "interphase"
    /// Where the definitions of NeXus are kept; NXxps is part of them since the release of this version.
    static let definitionVersion = "v2026.01"

    private init() throws(WriteError) { file = try HDF5Writer() }

    /// The bytes of a file of `spectra`.
    ///
    /// Throws `WriteError.cannotExpress` where there is none, or where the HDF5 library is missing or fails.
    static func bytes(_ spectra: [Spectrum], comments: [String]) throws(WriteError) -> Data {
        let writer = try NeXusWriter()
        var names = NeXusNames()
        let entries = spectra.map { "/" + names.name(for: $0.name, otherwise: "spectrum") }
        guard let first = entries.first else { throw .cannotExpress(format: "NeXus", reason: "there is no spectrum") }
        writer.file.root(default: String(first.dropFirst()))
        for (index, spectrum) in spectra.enumerated() {
            writer.write(spectrum, index: index, comments: index == 0 ? comments : [], at: entries[index])
        }
        return try writer.file.bytes()
    }

    // MARK: One spectrum

    private func write(_ spectrum: Spectrum, index: Int, comments: [String], at entry: String) {
        file.group(entry, "NXentry")
        file.attribute(entry, "default", "data")
        file.text("\(entry)/definition", "NXxps")
        file.attribute("\(entry)/definition", "version", Self.definitionVersion)
        file.text("\(entry)/title", spectrum.name)
        file.text("\(entry)/method", spectrum.axis.photonEnergy.map { $0 < 100 } ?? false ? "UPS" : "XPS")
        file.text("\(entry)/start_time", NeXusTime.text(spectrum.acquisition.date))
        if let level = spectrum.level {
            file.texts("\(entry)/transitions", [level.description.replacing(" ", with: "")])
        }
        file.group("\(entry)/sample", "NXsample")
        file.text("\(entry)/sample/name", spectrum.sample)
        let columns = write(data: spectrum, at: "\(entry)/data")
        write(instrument: spectrum, at: "\(entry)/instrument")
        for (number, fit) in NeXusFitGroup.fits(of: spectrum).enumerated() {
            NeXusFitGroup(fit, of: spectrum, columns: columns)
                .write(to: file, entry: entry, name: NeXusFitGroup.name(number))
        }
        write(collection: spectrum, index: index, comments: comments, at: "\(entry)/\(Self.collection)")
    }

    /// What NeXus calls a unit; `nil` for none.
    static func units(_ unit: IntensityUnit) -> String? {
        switch unit {
        case .counts: "counts"
        case .countsPerSecond: "counts_per_second"
        case .arbitrary: nil
        }
    }

    /// Writes the numbers; returns the names given to the columns.
    private func write(data spectrum: Spectrum, at group: String) -> [String] {
        file.group(group, "NXdata")
        file.attribute(group, "signal", "data")
        file.attribute(group, "axes", list: ["energy"])
        file.attribute(group, "energy_indices", 0)
        file.numbers("\(group)/data", spectrum.intensities, units: Self.units(spectrum.unit))
        file.attribute("\(group)/data", "long_name", "intensity")
        file.numbers("\(group)/energy", spectrum.axis.values, units: "eV")
        file.attribute("\(group)/energy", "type", spectrum.axis.scale.rawValue)
        file.attribute("\(group)/energy", "long_name", "\(spectrum.axis.scale.rawValue) energy")
        var names = NeXusNames(taken: ["data", "energy", "title", "scaling_factor", "offset", "x", "y", "z"])
        let columns = spectrum.columns.map { names.name(for: $0.name, otherwise: "column") }
        for (name, column) in zip(columns, spectrum.columns) {
            file.numbers("\(group)/\(name)", column.values)
            file.attribute("\(group)/\(name)", "long_name", column.name)
        }
        if !columns.isEmpty { file.attribute(group, "auxiliary_signals", list: columns) }
        return columns
    }

    private func write(instrument spectrum: Spectrum, at group: String) {
        let acquisition = spectrum.acquisition
        file.group(group, "NXinstrument")
        if let model = acquisition.instrument {
            file.group("\(group)/device_information", "NXfabrication")
            file.text("\(group)/device_information/model", model)
        }
        file.group("\(group)/beam_probe", "NXbeam")
        file.number("\(group)/beam_probe/incident_energy", spectrum.axis.photonEnergy ?? .nan, units: "eV")
        if let source = acquisition.source, let type = Self.sourceType(source) {
            file.group("\(group)/source_probe", "NXsource")
            file.text("\(group)/source_probe/name", source)
            file.text("\(group)/source_probe/type", type)
            file.text("\(group)/source_probe/associated_beam", "\(group)/beam_probe")
        }
        let analyser = "\(group)/electronanalyzer"
        file.group(analyser, "NXelectronanalyzer")
        file.number("\(analyser)/work_function", acquisition.workFunction ?? .nan, units: "eV")
        if let pass = acquisition.passEnergy {
            // What has a pass energy is a hemisphere, of which mode is told by VAMAS alone.
            file.group("\(analyser)/energydispersion", "NXenergydispersion")
            file.text("\(analyser)/energydispersion/scheme", "hemispherical")
            let isRetarding = acquisition.further["analyser mode"] == "FRR"
            file.text(
                "\(analyser)/energydispersion/energy_scan_mode",
                isRetarding ? "fixed_retardation_ratio" : "fixed_analyzer_transmission")
            file.number("\(analyser)/energydispersion/pass_energy", pass, units: "eV")
        }
        file.group("\(analyser)/detector", "NXelectron_detector")
        if let dwell = acquisition.dwellTime { file.number("\(analyser)/detector/count_time", dwell, units: "s") }
        if let transmission = spectrum.transmission, let energies = spectrum.axis.kineticEnergies {
            let function = "\(analyser)/transmission_function"
            file.group(function, "NXdata")
            file.attribute(function, "signal", "relative_intensity")
            // Without `axes`: NXmpes allows one value only, and the validator of pynxtools does not recognise it.
            file.numbers("\(function)/kinetic_energy", energies, units: "eV")
            file.numbers("\(function)/relative_intensity", transmission)
        }
    }

    /// What NeXus calls the kind of a source, where its label tells.
    private static func sourceType(_ label: String) -> String? {
        let words = Set(label.split { !$0.isLetter }.map { $0.lowercased() })
        if !words.isDisjoint(with: ["synchrotron", "undulator", "beamline"]) { return "Synchrotron X-ray Source" }
        if !words.isDisjoint(with: ["he", "hei", "heii", "ne", "uv"]) { return "UV lamp" }
        let anodes: Set = ["al", "mg", "ag", "zr", "ti", "cr", "ga", "cu", "si", "y", "alk", "mgk", "aluminium"]
        return words.isDisjoint(with: anodes) ? nil : "Fixed Tube X-ray"
    }

    // MARK: What NeXus has no place for

    private func write(collection spectrum: Spectrum, index: Int, comments: [String], at group: String) {
        let acquisition = spectrum.acquisition
        file.group(group, "NXcollection")
        file.number("\(group)/index", index)
        file.text("\(group)/kind", spectrum.kind.rawValue)
        file.text("\(group)/unit", spectrum.unit.rawValue)
        if let level = spectrum.level { file.text("\(group)/level", level.description) }
        if let sweeps = acquisition.sweeps { file.number("\(group)/sweeps", sweeps) }
        if let time = acquisition.acquisitionTime { file.number("\(group)/acquisition_time", time, units: "s") }
        if let angle = acquisition.emissionAngle { file.number("\(group)/emission_angle", angle, units: "degree") }
        if let source = acquisition.source { file.text("\(group)/source", source) }
        if let date = acquisition.date { file.text("\(group)/date", date) }
        if let transmission = spectrum.transmission { file.numbers("\(group)/transmission", transmission) }
        file.texts("\(group)/comments", spectrum.comments)
        file.texts("\(group)/file_comments", comments)
        let fits = spectrum.fits.filter { !$0.peaks.isEmpty }
        if !fits.isEmpty { file.numbers("\(group)/fit_shifts", fits.map(\.shift), units: "eV") }
        let further = acquisition.further.sorted { $0.key < $1.key }
        file.texts("\(group)/further_names", further.map(\.key))
        file.texts("\(group)/further_values", further.map(\.value))
        write(coordinates: acquisition.coordinates, at: "\(group)/coordinate")
        file.texts("\(group)/column_names", spectrum.columns.map(\.name))
        let places = spectrum.columns.map(\.coordinate)
        if places.contains(where: { $0 != nil }) {
            // A column without a place gets an empty name.
            write(
                coordinates: places.map { $0 ?? SeriesCoordinate(SeriesVariable(""), 0) },
                at: "\(group)/column_coordinate")
        }
    }

    private func write(coordinates: [SeriesCoordinate], at path: String) {
        guard !coordinates.isEmpty else { return }
        file.texts("\(path)_names", coordinates.map(\.variable.name))
        file.texts("\(path)_units", coordinates.map(\.variable.unit))
        file.numbers("\(path)_values", coordinates.map(\.value))
    }
}

extension HDF5Writer {
    /// The attributes of the root of a NeXus file.
    func root(default entry: String) {
        attribute("/", "NX_class", "NXroot")
        attribute("/", "default", entry)
        attribute("/", "creator", "Interphase")
    }
}

/// Makes the names of groups and datasets: letters, digits and underscores, as NeXus demands, each once.
struct NeXusNames {
    private var taken: Set<String>

    /// Names other than those `taken`.
    init(taken: Set<String> = []) { self.taken = taken }

    /// A name after `label`, or after `fallback` where that has no letter or digit.
    mutating func name(for label: String, otherwise fallback: String) -> String {
        let letters = label.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(Character(scalar)))
                ? Character(scalar) : "_"
        }
        let words = String(letters.prefix(60)).split(separator: "_")
        var name = words.isEmpty ? fallback : words.joined(separator: "_")
        if name.first?.isNumber ?? true { name = "\(fallback)_\(name)" }
        var unique = name
        var number = 2
        while !taken.insert(unique).inserted {
            unique = "\(name)_\(number)"
            number += 1
        }
        return unique
    }
}

/// Times as NeXus wants them: ISO 8601 with a zone.
enum NeXusTime {
    /// What stands for a time that is not known.
    static let unknown = "0001-01-01T00:00:00+00:00"

    /// The time in `date`, with the zone of universal time where it has none (the collection keeps the date as it is);
    /// `unknown` for what is no time.
    static func text(_ date: String?) -> String {
        guard let date else { return unknown }
        let time = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?/
        guard let match = date.wholeMatch(of: time) else {
            return date.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) == nil ? unknown : "\(date)T00:00:00+00:00"
        }
        let text = date.replacing(" ", with: "T", maxReplacements: 1)
        return match.output.3 == nil ? text + "+00:00" : text
    }
}
