import Spectra

/// Reads the fits (NXfit) of an entry, with the parameters of their peaks.
struct NeXusFitReader {
    /// What may be read of one entry.
    private static let mostParts = 1000

    private let file: HDF5File
    private let axis: EnergyAxis

    init(_ file: HDF5File, axis: EnergyAxis) {
        self.file = file
        self.axis = axis
    }

    /// The fits in the groups at `paths`, those that are of class NXfit.
    func fits(at paths: [String]) -> [StoredFit] {
        var left = Self.mostParts
        return paths.filter { file.text($0, attribute: "NX_class") == "NXfit" }.prefix(100).compactMap { path in
            let fit = fit(at: path, mostParts: left)
            left -= fit.peaks.count + fit.backgrounds.count
            return fit.peaks.isEmpty && fit.backgrounds.isEmpty ? nil : fit
        }
    }

    private func fit(at path: String, mostParts: Int) -> StoredFit {
        let energies = "\(path)/data/input_independent"
        let scale = file.text(energies, attribute: "long_name").flatMap { EnergyScale(label: $0) } ?? axis.scale
        var fit = StoredFit(
            program: text("\(path)/program"), name: text("\(path)/label"), scale: scale,
            envelope: curve("\(path)/data/fit_sum"))
        // A link to a group and the group itself are one part.
        let parts = file.members(of: path).filter { file.text("\(path)/\($0)", attribute: "NX_class") == "NXpeak" }
        let order = parts.map { (number: Self.number(in: $0), name: $0) }.sorted { $0 < $1 }
        for (_, name) in order.prefix(max(0, mostParts)) {
            let part = "\(path)/\(name)"
            let label = file.isDataset("\(part)/label") ? text("\(part)/label") : name
            let description = text("\(part)/function/description")
            let type = text("\(part)/function/function_type")
            let kind = description.isEmpty && type != "unspecified" ? type : description
            let curve = curve("\(part)/data/intensity")
            if name.hasPrefix("background") {
                // pynxtools writes one without a function that repeats the others.
                if kind.isEmpty && order.contains(where: { $0.name == "background0" }) && name == "background" {
                    continue
                }
                fit.backgrounds.append(.init(name: label, kind: kind, curve: curve))
                continue
            }
            let parameters = "\(part)/function/fit_parameters"
            if let scale = file.text("\(parameters)/position", attribute: "description").flatMap({
                EnergyScale(label: $0)
            }) {
                fit.scale = scale
            }
            let areaPath = file.isDataset("\(parameters)/area") ? "\(parameters)/area" : "\(part)/total_area"
            if fit.unit == nil, let unit = file.text(areaPath, attribute: "units") {
                fit.unit =
                    unit.contains("counts_per_second") ? .countsPerSecond : unit.contains("counts") ? .counts : nil
            }
            fit.peaks.append(
                .init(
                    name: label, position: energy("\(parameters)/position"), width: energy("\(parameters)/width"),
                    area: file.number(areaPath), shape: kind, curve: curve))
        }
        return fit
    }

    private func text(_ path: String) -> String { file.verbatimTexts(path).first ?? "" }

    private func energy(_ path: String) -> Double? {
        guard let value = file.number(path) else { return nil }
        return file.text(path, attribute: "units") == "keV" ? value * 1000 : value
    }

    private func curve(_ path: String) -> [Double]? {
        guard file.shape(path) == [axis.count], let values = try? file.numbers(path) else { return nil }
        // The definition demands curves; those that nobody has stored are written as nan.
        return values.contains { !$0.isNaN } ? values : nil
    }

    /// The number at the end of a name, so that peak10 comes behind peak9.
    private static func number(in name: String) -> Int {
        Int(String(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())) ?? -1
    }
}
