import Foundation
import Spectra

/// The text formats that a diffraction pattern can be written in.
public enum DiffractionTextFormat: String, Sendable, Hashable, CaseIterable {
    /// Two columns: two theta in degrees and intensity, no header.
    case xy
    /// Three columns: two theta in degrees, intensity and its standard uncertainty, no header.
    case xye
    /// Comma-separated values with a line of names and, before it, lines of what is known, each starting with `#`.
    case csv
    /// A CIF with the powder dictionary of the IUCr.
    case pdCIF = "cif"
}

extension DiffractionFile {
    /// The patterns as a NeXus file (HDF5), an entry for each scan.
    ///
    /// Throws `WriteError.cannotExpress` where there is none, or where the HDF5 library is missing.
    public func nexus() throws(WriteError) -> Data { try NeXusPatternWriter.bytes(patterns) }
}

extension DiffractionPattern {
    /// The pattern as a text in `format`.
    ///
    /// Throws `WriteError.cannotExpress` where the format cannot hold it: without two theta for .xy and .xye, without
    /// uncertainties (and no way to work them out) for .xye.
    public func text(as format: DiffractionTextFormat) throws(WriteError) -> String {
        switch format {
        case .xy:
            let angles = try requireTwoTheta(format)
            return Self.rows([angles, intensities], separator: " ")
        case .xye:
            let angles = try requireTwoTheta(format)
            guard let variances else {
                throw .cannotExpress(
                    format: format.rawValue,
                    reason: "the pattern has no standard uncertainties and its unit is not counts")
            }
            return Self.rows([angles, intensities, variances.map { $0.squareRoot() }], separator: " ")
        case .csv: return csv
        case .pdCIF: return powderCIF
        }
    }

    /// Writes the pattern to the file at `path` in `format`; the file appears whole or not at all.
    ///
    /// Throws `WriteError`.
    public func write(to path: String, as format: DiffractionTextFormat) throws(WriteError) {
        try AtomicFile.write(text(as: format), to: path)
    }

    /// The pattern as a NeXus file (HDF5), after the definition NXxrd where its axis is two theta.
    ///
    /// Throws `WriteError.cannotExpress` where the HDF5 library is missing.
    public func nexus() throws(WriteError) -> Data { try NeXusPatternWriter.bytes([self]) }

    private func requireTwoTheta(_ format: DiffractionTextFormat) throws(WriteError) -> [Double] {
        guard let twoTheta else {
            throw .cannotExpress(
                format: format.rawValue, reason: "the axis is \(axis.kind.rawValue) and the wavelength is not known")
        }
        return twoTheta
    }

    /// The shortest text that reads back as the same number; whole numbers without a point.
    private static func text(of value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }

    private static func rows(_ columns: [[Double]], separator: String) -> String {
        guard let count = columns.first?.count else { return "" }
        var text = ""
        for row in 0..<count {
            text += columns.map { Self.text(of: $0[row]) }.joined(separator: separator)
            text += "\n"
        }
        return text
    }

    /// A text in one line without the marks that would end a field.
    private static func inOneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private var csv: String {
        var text = ""
        func state(_ key: String, _ value: String?) {
            if let value, !value.isEmpty { text += "# \(key): \(Self.inOneLine(value))\n" }
        }
        state("sample", sample)
        state("name", name)
        state("date", setup.date)
        state("scan axis", setup.scanAxis)
        state("anode", radiation.anode)
        state("wavelength K-alpha1 (angstrom)", radiation.kAlpha1.map(Self.text))
        state("wavelength K-alpha2 (angstrom)", radiation.kAlpha2.map(Self.text))
        state("ratio K-alpha2/K-alpha1", radiation.kAlpha2Ratio.map(Self.text))
        state("wavelength K-beta (angstrom)", radiation.kBeta.map(Self.text))
        state("wavelength (angstrom)", (radiation.monochromatic ?? radiation.kAlphaMean).map(Self.text))
        state("goniometer radius (mm)", setup.goniometerRadius.map(Self.text))
        if case .common(let time) = countingTime { state("time per step (s)", Self.text(of: time)) }
        var names = [axisName, unitName]
        var columns = [axis.values, intensities]
        if let standardUncertainties {
            names.append("su")
            columns.append(standardUncertainties)
        }
        if case .each(let times) = countingTime {
            names.append("time per step (s)")
            columns.append(times)
        }
        if let attenuationFactors {
            names.append("attenuation factor")
            columns.append(attenuationFactors)
        }
        for column in self.columns {
            names.append(Self.inOneLine(column.name.replacingOccurrences(of: ",", with: " ")))
            columns.append(column.values)
        }
        return text + names.joined(separator: ",") + "\n" + Self.rows(columns, separator: ",")
    }

    private var axisName: String {
        switch axis.kind {
        case .twoTheta: "2theta (deg)"
        case .dSpacing: "d (angstrom)"
        case .momentumTransfer: "Q (1/angstrom)"
        case .timeOfFlight: "time of flight (us)"
        case .photonEnergy: "photon energy (keV)"
        case .goniometerAngle: "\(setup.scanAxis ?? "angle") (deg)"
        case .stagePosition: "\(setup.scanAxis ?? "position") (mm)"
        case .other: setup.scanAxis ?? "place"
        }
    }

    private var unitName: String {
        switch unit {
        case .counts: "intensity (counts)"
        case .countsPerSecond: "intensity (cps)"
        case .arbitrary: "intensity"
        }
    }

    private var powderCIF: String {
        let label = (name.isEmpty ? sample : name).map { $0.isLetter && $0.isASCII || $0.isNumber ? $0 : "_" }
        var text = "data_\(label.isEmpty ? "pattern" : String(label.prefix(60)))\n"
        func state(_ key: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            // A text field holds anything but a line that starts with a semicolon.
            let line = Self.inOneLine(value)
            text += line.contains("'") ? "\(key)\n;\(line)\n;\n" : "\(key) '\(line)'\n"
        }
        state("_pd_phase_name", sample)
        state("_pd_meas_datetime_initiated", setup.date)
        state("_diffrn_radiation_probe", radiation.probe.rawValue)
        state("_diffrn_source_target", radiation.anode)
        state("_diffrn_radiation_monochromator", setup.monochromator)
        if let radius = setup.goniometerRadius { text += "_pd_instr_dist_spec/detc \(Self.text(of: radius))\n" }
        if case .common(let time) = countingTime { text += "_pd_meas_step_count_time \(Self.text(of: time))\n" }
        if let first = radiation.kAlpha1, let second = radiation.kAlpha2, radiation.monochromatic == nil {
            text +=
                "loop_\n_diffrn_radiation_wavelength_id\n_diffrn_radiation_wavelength\n_diffrn_radiation_wavelength_wt\n"
            let ratio = radiation.kAlpha2Ratio.map(Self.text) ?? "?"
            text += "1 \(Self.text(of: first)) 1\n2 \(Self.text(of: second)) \(ratio)\n"
        } else if let wavelength = radiation.wavelength {
            text += "_diffrn_radiation_wavelength \(Self.text(of: wavelength))\n"
        }
        let place: String =
            switch axis.kind {
            case .twoTheta: "_pd_meas_2theta_scan"
            case .dSpacing: "_pd_proc_d_spacing"
            case .momentumTransfer: "_pd_proc_recip_len_Q"
            case .timeOfFlight: "_pd_meas_time_of_flight"
            default: "_pd_meas_position"
            }
        var names = [
            place, unit == .counts && attenuationFactors == nil ? "_pd_meas_counts_total" : "_pd_meas_intensity_total",
        ]
        var columns = [axis.values, intensities]
        if case .each(let times) = countingTime {
            names.append("_pd_meas_step_count_time")
            columns.append(times)
        }
        let uncertainties =
            standardUncertainties ?? (names[1] == "_pd_meas_counts_total" ? nil : variances?.map { $0.squareRoot() })
        if let uncertainties, uncertainties.allSatisfy({ $0 > 0 }) {
            names.append("_pd_proc_ls_weight")
            columns.append(uncertainties.map { 1 / ($0 * $0) })
        }
        return text + "loop_\n" + names.map { "\($0)\n" }.joined() + Self.rows(columns, separator: " ")
    }
}
