import Foundation
import Spectra

/// One entry (NXentry) of a NeXus file.
struct NeXusEntry {
    private let path: String
    private let file: HDF5File
    private let content: FileContent
    private let options: ReadOptions
    /// The paths of all datasets of the entry by their names.
    private let datasets: [String: [String]]
    /// The groups directly in the entry.
    private let groups: [String]
    /// What had to be assumed.
    private(set) var notes: [String] = []
    /// The place of the entry in the file's own order, and the comments of the file; of files that our own writer wrote.
    private(set) var index: Int?
    private(set) var comments: [String] = []

    /// What programs write for a number that is not known: VAMAS' own mark 1e37, or beyond.
    private static let unknown = 1e36
    private static let mostSpectra = 100_000

    init(_ path: String, of file: HDF5File, content: FileContent, options: ReadOptions) {
        self.path = path
        self.file = file
        self.content = content
        self.options = options
        // The nearest to the entry come first.
        let paths = file.datasets(below: path).map { (path: $0, depth: $0.filter { $0 == "/" }.count) }
        datasets = Dictionary(grouping: paths.sorted { ($0.depth, $0.path) < ($1.depth, $1.path) }.map(\.path)) {
            Self.lastName(of: $0)
        }
        groups = file.members(of: path).map { HDF5File.join(path, $0) }.filter { file.isGroup($0) }
    }

    private static func lastName(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    private func isClass(_ name: String, _ path: String) -> Bool { file.text(path, attribute: "NX_class") == name }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    // MARK: Finding the data

    /// The spectra: one, or one for each place along the dimensions other than energy.
    ///
    /// Throws `ReadError.malformed` where the data contradict themselves.
    mutating func spectra() throws -> [Spectrum] {
        guard let group = dataGroup, let signal = signal(of: group), let shape = file.shape(signal), !shape.isEmpty
        else {
            note("The entry \(path) has no data.")
            return []
        }
        let axes = axes(of: group, signal: signal, rank: shape.count)
        guard let energyIndex = energyIndex(of: axes), let energyPath = axes[energyIndex] else {
            note("The data of \(path) have no energy axis.")
            return []
        }
        let energies = try energies(energyPath)
        guard energies.values.count == shape[energyIndex], !energies.values.isEmpty else {
            throw content.malformed(
                .whole, expected: "\(shape[energyIndex]) energies in \(energyPath)", found: "\(energies.values.count)")
        }
        let values = try file.numbers(signal)
        guard values.allSatisfy(\.isFinite) else {
            throw content.malformed(.whole, expected: "intensities in \(signal)", found: "numbers that are not finite")
        }
        let places = try places(axes: axes, shape: shape, energy: energyIndex)
        let stride = shape[(energyIndex + 1)...].reduce(1, *)
        if let collection = NeXusCollection(of: path, in: file), shape.count == 1 {
            return [try own(collection, group: group, energies: energies, intensities: values)]
        }
        let columns = places.count == 1 ? columns(group: group, signal: signal, points: energies.values.count) : []
        var spectra = places.map { place in
            let intensities = energies.values.indices.map { values[place.offset + $0 * stride] }
            return spectrum(intensities, energies: energies, signal: signal, place: place.coordinates, columns: columns)
        }
        if spectra.count == 1 { spectra[0].fits = NeXusFitReader(file, axis: spectra[0].axis).fits(at: groups) }
        return spectra
    }

    /// The NXdata group of the measurement: the one that `default` leads to, unless that is a fit, or else the group
    /// `data`, or else the first.
    private var dataGroup: String? {
        let direct = groups.filter { isClass("NXdata", $0) }
        if let name = file.text(path, attribute: "default") {
            let target = HDF5File.join(path, name)
            if isClass("NXdata", target) { return target }
        }
        return direct.first { $0.hasSuffix("/data") } ?? direct.first
    }

    private func signal(of group: String) -> String? {
        if let name = file.text(group, attribute: "signal") { return HDF5File.join(group, name) }
        // An older convention marks the dataset instead of the group.
        return file.members(of: group).map { HDF5File.join(group, $0) }.first {
            file.text($0, attribute: "signal") == "1" || file.number($0, attribute: "signal") == 1
        }
    }

    /// The path of the dataset along each dimension; `nil` where there is none.
    private func axes(of group: String, signal: String, rank: Int) -> [String?] {
        var names = file.texts(group, attribute: "axes") ?? file.texts(signal, attribute: "axes") ?? []
        if names.count == 1, rank > 1 {
            names = names[0].split(whereSeparator: { $0 == ":" || $0 == "," }).map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " []"))
            }
        }
        return (0..<rank).map { index in
            guard names.indices.contains(index), names[index] != "." else { return nil }
            let path = HDF5File.join(group, names[index])
            return file.isDataset(path) ? path : nil
        }
    }

    /// The dimension of energies: by the name or else the unit of its axis.
    private func energyIndex(of axes: [String?]) -> Int? {
        let byName = axes.firstIndex { path in
            let name = path.map { Self.lastName(of: $0).lowercased() } ?? ""
            return name.contains("energy") || ["be", "ke", "ev"].contains(name)
        }
        return byName
            ?? axes.firstIndex { path in
                path.flatMap { file.text($0, attribute: "units") }?.hasSuffix("eV") ?? false
            }
    }

    private struct Energies {
        var values: [Double]
        var scale: EnergyScale
    }

    private mutating func energies(_ path: String) throws -> Energies {
        let unit = file.text(path, attribute: "units") ?? "eV"
        let factors = ["eV": 1.0, "electronvolt": 1, "keV": 1000, "meV": 0.001]
        if factors[unit] == nil { note("The energies of \(path) have the unit \(unit), taken as eV.") }
        let factor = factors[unit] ?? 1
        let values = try file.numbers(path).map { $0 * factor }
        guard values.allSatisfy(\.isFinite) else {
            throw content.malformed(.whole, expected: "energies in \(path)", found: "numbers that are not finite")
        }
        let labels = [
            file.text(path, attribute: "type"), file.text(path, attribute: "long_name"),
            Self.lastName(of: path).replacingOccurrences(of: "_", with: " "),
        ]
        let stated = labels.compactMap { $0 }.compactMap { EnergyScale(label: $0) }.first
        let isFalling = (values.first ?? 0) > (values.last ?? 0)
        let guessed: EnergyScale = isFalling || values.contains { $0 < 0 } ? .binding : .kinetic
        if stated == nil && options.energyScale == nil {
            note("\(path) does not say which energies it counts; taken as \(guessed.rawValue) energies.")
        }
        return Energies(values: values, scale: options.energyScale ?? stated ?? guessed)
    }

    /// Where each spectrum begins in the signal, and where it lies along the other dimensions.
    private func places(
        axes: [String?], shape: [Int], energy: Int
    ) throws -> [(offset: Int, coordinates: [SeriesCoordinate])] {
        var places: [(offset: Int, coordinates: [SeriesCoordinate])] = [(0, [])]
        for (index, length) in shape.enumerated() where index != energy {
            let stride = shape[(index + 1)...].reduce(1, *)
            let values = try axes[index].map { try file.numbers($0) }
            let name = axes[index].map { Self.lastName(of: $0) } ?? "dimension \(index + 1)"
            let variable = SeriesVariable(name, unit: axes[index].flatMap { file.text($0, attribute: "units") } ?? "")
            guard places.count <= Self.mostSpectra / max(1, length) else {
                throw content.malformed(
                    .whole, expected: "at most \(Self.mostSpectra) spectra in \(path)", found: "\(shape)")
            }
            places = places.flatMap { place in
                (0..<length).map { step in
                    let value = values.flatMap { $0.indices.contains(step) ? $0[step] : nil } ?? Double(step)
                    let coordinates = length > 1 ? [SeriesCoordinate(variable, value)] : []
                    return (place.offset + step * stride, place.coordinates + coordinates)
                }
            }
        }
        return places
    }

    /// Further curves as long as the spectrum: auxiliary signals, errors, and those of a fit.
    private func columns(group: String, signal: String, points: Int) -> [NamedColumn] {
        let fits = groups.filter { isClass("NXfit", $0) }
        var columns: [NamedColumn] = []
        for group in [group] + fits.map({ HDF5File.join($0, "data") }) {
            let names = file.texts(group, attribute: "auxiliary_signals") ?? []
            for name in names + ["\(Self.lastName(of: signal))_errors"] {
                let path = HDF5File.join(group, name)
                guard file.shape(path) == [points], let values = try? file.numbers(path),
                    values.contains(where: { !$0.isNaN })
                else { continue }
                columns.append(NamedColumn(name: name, values: values))
            }
        }
        return columns
    }

    /// A spectrum that our own writer wrote.
    private mutating func own(
        _ collection: NeXusCollection, group: String, energies: Energies, intensities: [Double]
    ) throws -> Spectrum {
        index = collection.index
        comments = collection.fileComments
        let paths = (file.texts(group, attribute: "auxiliary_signals") ?? []).map { HDF5File.join(group, $0) }
        let columns = try paths.map { path in
            let values = try file.numbers(path)
            guard values.count == intensities.count else {
                throw content.malformed(
                    .whole, expected: "\(intensities.count) numbers in \(path)", found: "\(values.count)")
            }
            return values
        }
        let axis = EnergyAxis(
            energies.values, scale: energies.scale, photonEnergy: options.photonEnergy ?? energy("incident_energy"))
        let spectrum = Spectrum(
            name: file.verbatimTexts(HDF5File.join(path, "title")).first ?? "",
            sample: file.verbatimTexts(HDF5File.join(path, "sample/name")).first ?? "", axis: axis,
            intensities: intensities, unit: .arbitrary, acquisition: acquisition)
        return try collection.restored(spectrum, columns: columns, unit: options.unit, content: content)
    }

    // MARK: Describing the spectrum

    private mutating func spectrum(
        _ intensities: [Double], energies: Energies, signal: String, place: [SeriesCoordinate], columns: [NamedColumn]
    ) -> Spectrum {
        let axis = EnergyAxis(
            energies.values, scale: energies.scale,
            photonEnergy: options.photonEnergy ?? energy("incident_energy") ?? energy("excitation_energy"))
        let entryName = Self.lastName(of: path)
        // pynxtools puts sample and region together: FeO__Fe2p.
        let region = entryName.components(separatedBy: "__").last ?? entryName
        let name = file.text(HDF5File.join(path, "transitions")) ?? region
        let identity = SpectrumIdentity(
            labels: [name, entryName.replacingOccurrences(of: "_", with: " ")], axis: axis, intensities: intensities)
        if let text = identity.note { note(text) }
        var acquisition = acquisition
        acquisition.coordinates = place
        return Spectrum(
            name: name, sample: sampleName, level: identity.level, kind: identity.kind,
            axis: axis,
            intensities: intensities, unit: unit(file.text(signal, attribute: "units") ?? ""),
            acquisition: acquisition, columns: columns)
    }

    private mutating func unit(_ unit: String) -> IntensityUnit {
        if let stated = options.unit { return stated }
        switch unit.lowercased().replacingOccurrences(of: "_", with: " ") {
        case "counts per second", "1/s", "hz": return .countsPerSecond
        case "counts", "count": return .counts
        default:
            if let known = IntensityUnit(label: unit) { return known }
            note("The intensities of \(path) have the unit \"\(unit)\", taken as arbitrary.")
            return .arbitrary
        }
    }

    /// The first number called `name` in the entry, where its path contains `part`.
    private func number(_ name: String, in part: String = "/") -> Double? {
        (datasets[name] ?? []).filter { $0.contains(part) }.lazy.compactMap { file.number($0) }
            .first { abs($0) < Self.unknown }
    }

    private func text(_ name: String, in part: String = "/") -> String? {
        (datasets[name] ?? []).filter { $0.contains(part) }.lazy.compactMap { file.text($0) }.first { !$0.isEmpty }
    }

    private func energy(_ name: String, in part: String = "/") -> Double? {
        for path in datasets[name] ?? [] where path.contains(part) {
            guard let value = file.number(path), abs(value) < Self.unknown else { continue }
            return file.text(path, attribute: "units") == "keV" ? value * 1000 : value
        }
        return nil
    }

    private var sampleName: String {
        groups.first { isClass("NXsample", $0) }.flatMap { file.text(HDF5File.join($0, "name")) } ?? ""
    }

    private var acquisition: Acquisition {
        let scans = number("number_of_scans") ?? number("number_of_sweeps") ?? number("number_of_cycles")
        var further: [String: String] = [:]
        for name in ["definition", "method", "energy_scan_mode", "lens_mode", "program_name", "title"] {
            if let value = text(name) { further[name] = value }
        }
        // The year 1 stands for an unknown start.
        let date = file.text(HDF5File.join(path, "start_time")).flatMap { $0.hasPrefix("0001") ? nil : $0 }
        return Acquisition(
            sweeps: scans.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil },
            dwellTime: number("count_time", in: "detector").flatMap { $0 > 0 ? $0 : nil },
            passEnergy: energy("pass_energy"), workFunction: energy("work_function", in: "/instrument/"),
            source: text("name", in: "/source"), instrument: text("model", in: "/instrument/device_information"),
            date: date, further: further)
    }
}
