// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase

@c @implementation
public func interphase_spectrum_create(
    _ energies: UnsafePointer<Double>?, _ intensities: UnsafePointer<Double>?, _ points: Int,
    _ options: UnsafePointer<CChar>?, _ spectrum: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(spectrum, "spectrum")
        let points = try Arguments.count(points, "points")
        let options = try Options(
            options,
            [
                "name", "sample", "level", "axis", "photon_energy", "unit", "sweeps", "dwell", "pass_energy",
                "variable",
                "value", "variable_unit", "shift", "shift_u",
            ])
        var level: CoreLevel?
        if let value = options["level"] {
            level = CoreLevel(label: try value.text())
            if level == nil { throw value.error(expected: "a core level such as S 2p") }
        }
        let energies = try Arguments.finiteNumbers(energies, points, "energies")
        let axis = EnergyAxis(
            energies, scale: try options.choice("axis", [EnergyScale.binding, .kinetic]) ?? .binding,
            photonEnergy: try options.number("photon_energy", in: 1e-3...1e5))
        guard points == 1 || axis.isStrictlyMonotonic else {
            throw InterfaceFailure.argument("energies must rise, or fall, from each point to the next")
        }
        var made = Spectrum(
            name: try options.text("name") ?? level?.description ?? "spectrum",
            sample: try options.text("sample") ?? "",
            level: level, kind: level == nil ? .other : .coreLevel, axis: axis,
            intensities: try Arguments.finiteNumbers(intensities, points, "intensities"),
            unit: try options.choice("unit", [IntensityUnit.counts, .countsPerSecond, .arbitrary]) ?? .counts,
            acquisition: Acquisition(
                sweeps: try options.count("sweeps", in: 1...1_000_000_000),
                dwellTime: try options.number("dwell", in: 1e-12...1e12),
                passEnergy: try options.number("pass_energy", in: 0...1e5),
                coordinates: try coordinate(options)))
        if let shift = try options.number("shift", in: -1e5...1e5) {
            made.calibration = .shift(
                Measured(shift, standardUncertainty: try options.number("shift_u", in: 0...1e5)))
        }
        result.pointee = HandleTable.shared.add(.spectrum(MeasuredSpectrum(made)))
    }
}

/// Where the spectrum lies in a series, if the options say so.
private func coordinate(_ options: Options) throws -> [SeriesCoordinate] {
    guard let variable = options["variable"] else { return [] }
    guard let value = try options.number("value") else {
        throw variable.error(expected: "\"value\" beside \"variable\"")
    }
    let unit = try options.text("variable_unit")
    return [SeriesCoordinate(SeriesVariable(named: try variable.text(), unit: unit), value)]
}

@c @implementation
public func interphase_spectrum_info(
    _ spectrum: interphase_handle, _ json: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let entry = InfoReport.SpectrumEntry(try HandleTable.shared.spectrum(spectrum).spectrum)
        try Arguments.give(Arguments.json(entry), to: json)
    }
}

@c @implementation
public func interphase_spectrum_points(
    _ spectrum: interphase_handle, _ points: UnsafeMutablePointer<Int>?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let count = try HandleTable.shared.spectrum(spectrum).spectrum.axis.count
        guard let points else { throw InterfaceFailure.argument("points is NULL; expected a place for a number") }
        points.pointee = count
    }
}

@c @implementation
public func interphase_spectrum_copy(
    _ spectrum: interphase_handle, _ which: Int32, _ values: UnsafeMutablePointer<Double>?, _ points: Int,
    _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let spectrum = try HandleTable.shared.spectrum(spectrum).spectrum
        let found: [Double]?
        switch Int(which) {
        case INTERPHASE_ENERGIES: found = spectrum.axis.values
        case INTERPHASE_BINDING_ENERGIES: found = spectrum.axis.bindingEnergies
        case INTERPHASE_KINETIC_ENERGIES: found = spectrum.axis.kineticEnergies
        case INTERPHASE_INTENSITIES: found = spectrum.intensities
        case INTERPHASE_TRANSMISSION:
            guard let transmission = spectrum.transmission else {
                throw InterfaceFailure.argument("\"\(spectrum.name)\" has no transmission")
            }
            found = transmission
        case let column:
            let index = column - INTERPHASE_FIRST_COLUMN
            guard spectrum.columns.indices.contains(index) else {
                throw InterfaceFailure.argument(
                    "which is \(which); \"\(spectrum.name)\" has \(spectrum.columns.count) further columns")
            }
            found = spectrum.columns[index].values
        }
        guard let found else {
            throw InterfaceFailure.argument("\"\(spectrum.name)\": the photon energy is not known")
        }
        try Arguments.copy(found, to: values, points)
    }
}

@c @implementation
public func interphase_spectrum_svg(
    _ spectrum: interphase_handle, _ svg: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let svg = try Arguments.result(svg, "svg")
        try Arguments.give(try HandleTable.shared.spectrum(spectrum).spectrum.plot.svg.text, to: svg)
    }
}
