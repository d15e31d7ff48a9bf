import Foundation
import Spectra

/// Writes diffraction patterns as a NeXus file: an entry (NXentry) for each scan, after the definition NXxrd where the axis
/// is two theta.
///
/// What NeXus has no place for stands in a collection (NXcollection) named `interphase` in each entry, so that reading
/// back gives the same patterns.
struct NeXusPatternWriter {
    private let file: HDF5Writer

    /// The bytes of a file of `patterns`.
    ///
    /// Throws `WriteError.cannotExpress` where there is none, or where the HDF5 library is missing or fails.
    static func bytes(_ patterns: [DiffractionPattern]) throws(WriteError) -> Data {
        let writer = NeXusPatternWriter(file: try HDF5Writer())
        var names = NeXusNames()
        let entries = patterns.map { "/" + names.name(for: $0.name, otherwise: "scan") }
        guard let first = entries.first else { throw .cannotExpress(format: "NeXus", reason: "there is no pattern") }
        writer.file.root(default: String(first.dropFirst()))
        for (index, pattern) in patterns.enumerated() { writer.write(pattern, index: index, at: entries[index]) }
        return try writer.file.bytes()
    }

    /// The name and the unit of the dataset with the places.
    static func axis(_ kind: DiffractionAxis.Kind) -> (name: String, unit: String?) {
        switch kind {
        case .twoTheta: ("polar_angle", "deg")
        case .dSpacing: ("d_spacing", "angstrom")
        case .momentumTransfer: ("Q", "1/angstrom")
        case .timeOfFlight: ("time_of_flight", "us")
        case .photonEnergy: ("photon_energy", "keV")
        case .goniometerAngle: ("rotation_angle", "deg")
        case .stagePosition: ("position", "mm")
        case .other: ("place", nil)
        }
    }

    private func write(_ pattern: DiffractionPattern, index: Int, at entry: String) {
        file.group(entry, "NXentry")
        file.attribute(entry, "default", "data")
        if pattern.axis.kind == .twoTheta {
            file.text("\(entry)/definition", "NXxrd")
            file.attribute("\(entry)/definition", "version", NeXusWriter.definitionVersion)
        }
        file.text("\(entry)/title", pattern.name)
        if let date = pattern.setup.date, NeXusTime.text(date) != NeXusTime.unknown {
            file.text("\(entry)/start_time", NeXusTime.text(date))
        }
        file.group("\(entry)/sample", "NXsample")
        file.text("\(entry)/sample/name", pattern.sample)
        write(data: pattern, at: "\(entry)/data")
        if let wavelength = pattern.radiation.wavelength, pattern.axis.kind == .twoTheta {
            let instrument = "\(entry)/instrument"
            file.group(instrument, "NXinstrument")
            file.group("\(instrument)/beam", "NXbeam")
            file.number("\(instrument)/beam/incident_wavelength", wavelength, units: "angstrom")
            if pattern.radiation.probe == .xRay {
                // hc in keV angstrom, exact in the SI of 2019.
                file.number("\(instrument)/beam/incident_energy", 12.398419843320026 / wavelength, units: "keV")
            }
            file.group("\(instrument)/detector", "NXdetector")
            file.link("\(instrument)/detector/polar_angle", to: "\(entry)/data/polar_angle")
        }
        write(collection: pattern, index: index, at: "\(entry)/\(NeXusWriter.collection)")
    }

    private func write(data pattern: DiffractionPattern, at group: String) {
        let axis = Self.axis(pattern.axis.kind)
        file.group(group, "NXdata")
        file.attribute(group, "signal", "data")
        file.attribute(group, "axes", list: [axis.name])
        file.attribute(group, "\(axis.name)_indices", 0)
        let units: [IntensityUnit: String] = [.counts: "counts", .countsPerSecond: "counts_per_second"]
        file.numbers("\(group)/data", pattern.intensities, units: units[pattern.unit])
        file.attribute("\(group)/data", "long_name", "intensity")
        file.numbers("\(group)/\(axis.name)", pattern.axis.values, units: axis.unit)
        if let errors = pattern.standardUncertainties { file.numbers("\(group)/data_errors", errors) }
        var names = NeXusNames(taken: ["data", "data_errors", axis.name, "title", "x", "y", "z"])
        let columns = pattern.columns.map { names.name(for: $0.name, otherwise: "column") }
        for (name, column) in zip(columns, pattern.columns) {
            file.numbers("\(group)/\(name)", column.values)
            file.attribute("\(group)/\(name)", "long_name", column.name)
        }
        if !columns.isEmpty { file.attribute(group, "auxiliary_signals", list: columns) }
    }

    private func write(collection pattern: DiffractionPattern, index: Int, at group: String) {
        file.group(group, "NXcollection")
        file.number("\(group)/index", index)
        file.text("\(group)/axis", pattern.axis.kind.rawValue)
        file.text("\(group)/unit", pattern.unit.rawValue)
        file.number("\(group)/missing_points", pattern.missingPoints)
        file.texts("\(group)/comments", pattern.comments)
        file.texts("\(group)/column_names", pattern.columns.map(\.name))
        if let factors = pattern.attenuationFactors { file.numbers("\(group)/attenuation_factors", factors) }
        switch pattern.countingTime {
        case .common(let time): file.number("\(group)/counting_time", time, units: "s")
        case .each(let times): file.numbers("\(group)/counting_times", times, units: "s")
        case nil: break
        }
        for (name, value) in NeXusPatternFacts.radiationNumbers {
            write(pattern.radiation[keyPath: value], group, name)
        }
        file.text("\(group)/probe", pattern.radiation.probe.rawValue)
        file.text("\(group)/wavelength_origin", pattern.radiation.origin.rawValue)
        if let anode = pattern.radiation.anode { file.text("\(group)/anode", anode) }
        for (name, value) in NeXusPatternFacts.setupTexts {
            if let text = pattern.setup[keyPath: value] { file.text("\(group)/\(name)", text) }
        }
        for (name, value) in NeXusPatternFacts.setupNumbers { write(pattern.setup[keyPath: value], group, name) }
        let further = pattern.setup.further.sorted { $0.key < $1.key }
        file.texts("\(group)/further_names", further.map(\.key))
        file.texts("\(group)/further_values", further.map(\.value))
    }

    private func write(_ value: Double?, _ group: String, _ name: String) {
        if let value { file.number("\(group)/\(name)", value) }
    }
}

/// The fields of a pattern by the names they have in the collection.
enum NeXusPatternFacts {
    static var radiationNumbers: [(String, WritableKeyPath<Radiation, Double?>)] {
        [
            ("k_alpha1", \.kAlpha1), ("k_alpha2", \.kAlpha2), ("k_alpha2_ratio", \.kAlpha2Ratio), ("k_beta", \.kBeta),
            ("k_alpha_mean", \.kAlphaMean), ("monochromatic", \.monochromatic),
        ]
    }

    static var setupTexts: [(String, WritableKeyPath<DiffractionSetup, String?>)] {
        [
            ("instrument", \.instrument), ("date", \.date), ("scan_axis", \.scanAxis), ("scan_mode", \.scanMode),
            ("monochromator", \.monochromator), ("beta_filter", \.betaFilter), ("divergence_slit", \.divergenceSlit),
        ]
    }

    static var setupNumbers: [(String, WritableKeyPath<DiffractionSetup, Double?>)] {
        [
            ("goniometer_radius", \.goniometerRadius), ("tube_voltage", \.tubeVoltage),
            ("tube_current", \.tubeCurrent), ("temperature", \.temperature),
        ]
    }
}
