import Spectra

/// The group NXfit of a fit that is stored with a spectrum.
struct NeXusFitGroup {
    private let fit: StoredFit
    private let spectrum: Spectrum
    /// The names of the columns in the group `data`, by index.
    private let columns: [String]

    /// The group of `fit` in the entry of `spectrum`, whose columns are named `columns` there.
    init(_ fit: StoredFit, of spectrum: Spectrum, columns: [String]) {
        self.fit = fit
        self.spectrum = spectrum
        self.columns = columns
    }

    /// The fits of `spectrum` that have a peak, as NXxps demands: those it has, or else the one whose curves are its columns.
    static func fits(of spectrum: Spectrum) -> [StoredFit] {
        let fits = spectrum.fits.isEmpty ? [StoredFit(curvesOf: spectrum)].compactMap { $0 } : spectrum.fits
        return fits.filter { !$0.peaks.isEmpty }
    }

    /// The name of the fit of that number, counted from 0.
    static func name(_ number: Int) -> String { number == 0 ? "fit" : "fit_\(number + 1)" }

    /// The energies that the positions are to be seen against, and their scale.
    private var energies: (values: [Double], scale: EnergyScale) {
        let axis = spectrum.axis
        let own = fit.scale == .binding ? axis.bindingEnergies : axis.kineticEnergies
        let scale = own == nil ? axis.scale : fit.scale
        let shift = scale == .binding ? fit.shift : -fit.shift
        return ((own ?? axis.values).map { $0 + shift }, scale)
    }

    /// Writes the group `name` in the group `entry`; curves that are columns of the entry become links to them. Of curves
    /// that nobody has stored, which the definition demands, every point is nan.
    func write(to file: HDF5Writer, entry: String, name: String) {
        let group = "\(entry)/\(name)"
        let data = "\(group)/data"
        file.group(group, "NXfit")
        file.attribute(group, "default", "data")
        file.text("\(group)/label", fit.name)
        if !fit.program.isEmpty { file.text("\(group)/program", fit.program) }
        var unknown: String?
        func writeCurve(_ curve: [Double]?, at path: String) {
            if let curve, let index = spectrum.columns.firstIndex(where: { $0.values == curve }) {
                file.link(path, to: "\(entry)/data/\(columns[index])")
            } else if let curve {
                file.numbers(path, curve, units: NeXusWriter.units(spectrum.unit))
            } else if let unknown {
                file.link(path, to: unknown)
            } else {
                file.numbers(path, [Double](repeating: .nan, count: spectrum.axis.count))
                unknown = path
            }
        }
        let energies = energies
        file.group(data, "NXdata")
        file.attribute(data, "signal", "input_dependent")
        file.attribute(data, "axes", list: ["input_independent"])
        file.numbers("\(data)/input_independent", energies.values, units: "eV")
        file.attribute("\(data)/input_independent", "long_name", "\(energies.scale.rawValue) energy")
        file.link("\(data)/input_dependent", to: "\(entry)/data/data")
        writeCurve(fit.envelope, at: "\(data)/fit_sum")
        var signals = ["fit_sum"]
        func writePart(_ name: String, label: String, curve: [Double]?) -> String {
            let part = "\(group)/\(name)"
            file.group(part, "NXpeak")
            file.text("\(part)/label", label)
            file.group("\(part)/data", "NXdata")
            file.attribute("\(part)/data", "signal", "intensity")
            file.attribute("\(part)/data", "axes", list: ["position"])
            file.link("\(part)/data/position", to: "\(data)/input_independent")
            writeCurve(curve, at: "\(part)/data/intensity")
            file.link("\(data)/\(name)_intensity", to: "\(part)/data/intensity")
            signals.append("\(name)_intensity")
            return part
        }
        for (number, background) in fit.backgrounds.enumerated() {
            let part = writePart("background\(number)", label: background.name, curve: background.curve)
            if !background.kind.isEmpty {
                write(function: NeXusFunctionType.background(background.kind), background.kind, to: file, at: part)
            }
        }
        for (number, peak) in fit.peaks.enumerated() {
            let part = writePart("peak\(number)", label: peak.name, curve: peak.curve)
            write(peak, to: file, at: part)
        }
        file.attribute(data, "auxiliary_signals", list: signals)
    }

    private func write(function type: String, _ description: String, to file: HDF5Writer, at part: String) {
        file.group("\(part)/function", "NXfit_function")
        file.text("\(part)/function/function_type", type)
        if !NeXusFunctionType.known.contains(type) { file.attribute("\(part)/function/function_type", "custom", 1) }
        file.text("\(part)/function/description", description)
    }

    private func write(_ peak: StoredFit.Peak, to file: HDF5Writer, at part: String) {
        let areaUnit = fit.unit.flatMap { NeXusWriter.units($0) }.map { "eV*\($0)" }
        let parameters = [
            ("area", peak.area, areaUnit), ("width", peak.width, "eV"), ("position", peak.position, "eV"),
        ]
        guard !peak.shape.isEmpty || parameters.contains(where: { $0.1 != nil }) else { return }
        write(function: NeXusFunctionType.peak(peak.shape), peak.shape, to: file, at: part)
        let group = "\(part)/function/fit_parameters"
        file.group(group, "NXparameters")
        for (name, value, unit) in parameters {
            if let value { file.number("\(group)/\(name)", value, units: unit) }
        }
        if peak.position != nil {
            file.attribute("\(group)/position", "description", "\(fit.scale.rawValue) energy")
        }
        if let area = peak.area { file.number("\(part)/total_area", area, units: areaUnit) }
    }
}

/// The words that NXxps has for kinds of lines and backgrounds.
enum NeXusFunctionType {
    /// The words; others are to be marked as such.
    static let known: Set = [
        "Gaussian", "Lorentzian", "Voigt", "Gaussian-Lorentzian Sum", "Gaussian-Lorentzian Product",
        "Asymmetric Lorentzian", "Asymmetric Finite", "Doniach-Sunjic", "Linear", "Shirley", "Tougaard",
    ]

    /// The kind of a line by its notation in a fitting program: "GL(30)", "LA (Area, ...)".
    static func peak(_ shape: String) -> String {
        switch shape.prefix(while: \.isLetter).uppercased() {
        case "GL": "Gaussian-Lorentzian Product"
        case "SGL", "PSEUDO": "Gaussian-Lorentzian Sum"
        case "LA": "Asymmetric Lorentzian"
        case "LF": "Asymmetric Finite"
        case "DS", "DSG", "DONIACH": "Doniach-Sunjic"
        case "VOIGT": "Voigt"
        case "G", "GAUSSIAN", "GAUSS": "Gaussian"
        case "L", "LORENTZIAN": "Lorentzian"
        case "": shape.isEmpty ? "unspecified" : shape
        default: shape
        }
    }

    /// The kind of a background by its name in a fitting program.
    static func background(_ kind: String) -> String {
        ["Linear", "Shirley", "Tougaard"].first { kind.contains($0) && !kind.contains("Smart") } ?? kind
    }
}
