import Foundation
import Spectra

/// HDF5 files of Scienta Omicron's PEAK: one image of the detector with its axes.
///
///     /                                    vendor = "Scienta Omicron"
///       acquisition/spectrum/name
///       acquisition/spectrum/data/data     the numbers, energy along the last dimension
///       acquisition/spectrum/data/x_axis   the energies; y_axis and others along the dimensions before
///
/// The layout is that which the reader of pynxtools-xps uses.
enum ScientaHDF5Format: SpectrumFormat {
    static let name = "Scienta HDF5"
    static let extensions = ["h5", "hdf5"]

    private static let data = "/acquisition/spectrum/data"

    static func recognises(_ content: FileContent) -> Bool {
        guard HDF5File.recognises(content.data), let file = try? HDF5File(content) else { return false }
        return file.shape("\(data)/data") != nil && file.shape("\(data)/x_axis") != nil
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let file = try HDF5File(content)
        guard let shape = file.shape("\(data)/data"), let energyCount = shape.last, energyCount > 1 else {
            throw content.malformed(.whole, expected: "numbers in \(data)/data", found: "none")
        }
        let values = try file.numbers("\(data)/data")
        let energies = try file.numbers("\(data)/x_axis")
        guard energies.count == energyCount, (energies + values).allSatisfy(\.isFinite) else {
            throw content.malformed(
                .whole, expected: "\(energyCount) energies in \(data)/x_axis", found: "\(energies.count)")
        }
        var notes: [String] = []
        let label =
            file.text("\(data)/x_axis", attribute: "name") ?? file.text("\(data)/x_axis", attribute: "label") ?? ""
        let mode = texts(of: file, named: "energy_mode") ?? ""
        let stated = EnergyScale(label: label) ?? EnergyScale(label: mode)
        if stated == nil && options.energyScale == nil {
            notes.append("The file does not say what its energies count; taken as kinetic energies.")
        }
        let axis = EnergyAxis(
            energies, scale: options.energyScale ?? stated ?? .kinetic,
            photonEnergy: options.photonEnergy ?? photonEnergy(of: file))
        let slices = try slices(of: values, shape: shape, file: file)
        let sum = (0..<energyCount).map { point in slices.reduce(0) { $0 + $1.values[point] } }
        let name = file.text("/acquisition/spectrum/name") ?? file.text("/title") ?? ""
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: sum)
        notes.append("The file does not say what its intensities count.")
        let spectrum = Spectrum(
            name: name, sample: file.text("/sample/name") ?? "", level: identity.level, kind: identity.kind, axis: axis,
            intensities: sum, unit: options.unit ?? .arbitrary,
            acquisition: Acquisition(
                passEnergy: number(of: file, named: "pass_energy"), instrument: file.text("/instrument/name"),
                date: file.text("/start_time")),
            columns: slices.count > 1 ? slices : [])
        return SpectrumFile(path: content.path, format: self.name, spectra: [spectrum], notes: notes)
    }

    private static func slices(of values: [Double], shape: [Int], file: HDF5File) throws -> [NamedColumn] {
        let points = shape.last ?? 1
        let count = values.count / points
        let places = shape.count == 2 ? (try? file.numbers("\(data)/y_axis")) ?? [] : []
        let unit = file.text("\(data)/y_axis", attribute: "unit") ?? ""
        let variable = SeriesVariable(shape.count == 2 && !places.isEmpty ? "y" : "slice", unit: unit)
        return (0..<count).map { index in
            let place = places.indices.contains(index) ? places[index] : Double(index)
            return NamedColumn(
                name: "\(variable.name) \(String(format: "%g", place))",
                values: Array(values[(index * points)..<((index + 1) * points)]),
                coordinate: SeriesCoordinate(variable, place))
        }
    }

    private static func path(of file: HDF5File, named name: String) -> String? {
        file.datasets(below: "/").first { $0.hasSuffix("/\(name)") }
    }

    private static func number(of file: HDF5File, named name: String) -> Double? {
        path(of: file, named: name).flatMap { file.number($0) }
    }

    private static func texts(of file: HDF5File, named name: String) -> String? {
        path(of: file, named: name).flatMap { file.text($0) }
    }

    private static func photonEnergy(of file: HDF5File) -> Double? {
        file.datasets(below: "/").filter { $0.contains("source") && $0.hasSuffix("/energy") }
            .compactMap { file.number($0) }.first { $0 > 0 }
    }
}
