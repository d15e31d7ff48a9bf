import Spectra

/// The group NXfit of a spectrum whose columns are the curves of a fit: an envelope, a background, and components.
struct NeXusFitGroup {
    private let spectrum: Spectrum
    /// The names of the columns in the group `data`, by index.
    private let names: [String]
    private let envelope: Int
    private let backgrounds: [Int]
    private let peaks: [Int]

    /// `nil` where the columns are no fit: NXfit demands the envelope.
    init?(_ spectrum: Spectrum, columns: [String]) {
        func indices(_ words: [String]) -> [Int] {
            spectrum.columns.indices.filter { index in
                let name = spectrum.columns[index].name.lowercased()
                return words.contains { name == $0 || ($0.count > 1 && name.hasPrefix($0)) }
            }
        }
        guard let envelope = indices(["envelope", "fit_sum", "fit sum", "sum_fit"]).first else { return nil }
        self.spectrum = spectrum
        self.envelope = envelope
        names = columns
        backgrounds = indices(["background", "bg"])
        let others = indices([
            "residual", "counts", "data-bg", "x", "cps", "transmission", "data_errors", "envelope", "fit",
        ])
        let known = Set(backgrounds + others)
        peaks = spectrum.columns.indices.filter { !known.contains($0) && spectrum.columns[$0].coordinate == nil }
        guard !peaks.isEmpty || !backgrounds.isEmpty else { return nil }
    }

    /// Writes the group; the curves are those of the group `data` under further names.
    func write(to file: HDF5Writer, entry: String) {
        let group = "\(entry)/fit"
        let data = "\(group)/data"
        file.group(group, "NXfit")
        file.attribute(group, "default", "data")
        file.text("\(group)/label", spectrum.name)
        file.group(data, "NXdata")
        file.attribute(data, "signal", "input_dependent")
        file.attribute(data, "axes", list: ["input_independent"])
        file.numbers("\(data)/input_independent", spectrum.axis.values, units: "eV")
        file.link("\(data)/input_dependent", to: "\(entry)/data/data")
        file.link("\(data)/fit_sum", to: "\(entry)/data/\(names[envelope])")
        var signals = ["fit_sum"]
        func write(_ index: Int, as name: String) {
            let part = "\(group)/\(name)"
            file.group(part, "NXpeak")
            file.text("\(part)/label", spectrum.columns[index].name)
            file.group("\(part)/data", "NXdata")
            file.attribute("\(part)/data", "signal", "intensity")
            file.attribute("\(part)/data", "axes", list: ["position"])
            file.numbers("\(part)/data/position", spectrum.axis.values, units: "eV")
            file.link("\(part)/data/intensity", to: "\(entry)/data/\(names[index])")
            file.link("\(data)/\(name)_intensity", to: "\(entry)/data/\(names[index])")
            signals.append("\(name)_intensity")
        }
        for (number, index) in backgrounds.enumerated() { write(index, as: "background\(number)") }
        for (number, index) in peaks.enumerated() { write(index, as: "peak\(number)") }
        file.attribute(data, "auxiliary_signals", list: signals)
    }
}
