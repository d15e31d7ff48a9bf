import Foundation
import Spectra

/// The collection in which our own writer keeps what NeXus has no place for, see `NeXusWriter`.
struct NeXusCollection {
    private let entry: String
    private let path: String
    private let file: HDF5File

    /// `nil` where the entry has none.
    init?(of entry: String, in file: HDF5File) {
        self.entry = entry
        path = HDF5File.join(entry, NeXusWriter.collection)
        self.file = file
        guard file.text(path, attribute: "NX_class") == "NXcollection", file.isDataset("\(path)/index") else {
            return nil
        }
    }

    /// The place of the entry in the order of the file.
    var index: Int? { file.number("\(path)/index").flatMap { Int(exactly: $0) } }

    /// The comments of the file, in its first entry.
    var fileComments: [String] { file.verbatimTexts("\(path)/file_comments") }

    /// The fits of the entry, with the shifts that the collection has of them.
    private func fits(axis: EnergyAxis) -> [StoredFit] {
        let shifts = (try? file.numbers("\(path)/fit_shifts")) ?? []
        let reader = NeXusFitReader(file, axis: axis)
        return shifts.prefix(100).enumerated().flatMap { number, shift in
            reader.fits(at: [HDF5File.join(entry, NeXusFitGroup.name(number))]).map { fit in
                var shifted = fit
                shifted.shift = shift
                return shifted
            }
        }
    }

    private func text(_ name: String) -> String? { file.verbatimTexts("\(path)/\(name)").first }

    private func coordinates(_ name: String) -> [SeriesCoordinate] {
        let names = file.verbatimTexts("\(path)/\(name)_names")
        let units = file.verbatimTexts("\(path)/\(name)_units")
        let values = (try? file.numbers("\(path)/\(name)_values")) ?? []
        guard names.count == units.count, names.count == values.count else { return [] }
        return names.indices.map { SeriesCoordinate(SeriesVariable(names[$0], unit: units[$0]), values[$0]) }
    }

    /// `spectrum`, of which the standard places told what they can, with the rest and with `columns`; `unit` is what the
    /// user stated.
    ///
    /// Throws `ReadError.malformed` where something has another number of points than the spectrum.
    func restored(
        _ spectrum: Spectrum, columns: [[Double]], unit: IntensityUnit?, content: FileContent
    ) throws -> Spectrum {
        var result = spectrum
        result.unit = unit ?? text("unit").flatMap { IntensityUnit(rawValue: $0) } ?? .arbitrary
        result.kind = text("kind").flatMap { SpectrumKind(rawValue: $0) } ?? .other
        result.level = text("level").flatMap { CoreLevel(within: $0) }
        result.comments = file.verbatimTexts("\(path)/comments")
        if file.isDataset("\(path)/transmission") {
            let transmission = try file.numbers("\(path)/transmission")
            guard transmission.count == spectrum.axis.count else {
                throw content.malformed(
                    .whole, expected: "\(spectrum.axis.count) numbers in \(path)/transmission",
                    found: "\(transmission.count)")
            }
            result.transmission = transmission
        }
        result.columns = named(columns)
        result.fits = fits(axis: spectrum.axis)
        result.acquisition.sweeps = file.number("\(path)/sweeps").flatMap { Int(exactly: $0) }
        result.acquisition.acquisitionTime = file.number("\(path)/acquisition_time")
        result.acquisition.emissionAngle = file.number("\(path)/emission_angle")
        result.acquisition.source = text("source")
        result.acquisition.date = text("date")
        result.acquisition.coordinates = coordinates("coordinate")
        let names = file.verbatimTexts("\(path)/further_names")
        let values = file.verbatimTexts("\(path)/further_values")
        result.acquisition.further = Dictionary(zip(names, values)) { first, _ in first }
        return result
    }

    private func named(_ columns: [[Double]]) -> [NamedColumn] {
        let names = file.verbatimTexts("\(path)/column_names")
        let places = coordinates("column_coordinate")
        return columns.indices.map { index in
            let place = places.indices.contains(index) && !places[index].variable.name.isEmpty ? places[index] : nil
            return NamedColumn(
                name: names.indices.contains(index) ? names[index] : "column \(index + 1)", values: columns[index],
                coordinate: place)
        }
    }
}
