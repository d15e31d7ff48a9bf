/// What changes from one spectrum of a series to the next, with its unit.
public struct SeriesVariable: Sendable, Hashable, Codable {
    /// The name, "etch time".
    public var name: String
    /// The unit of the values, "s"; empty for numbers without unit.
    public var unit: String

    /// A variable `name` counted in `unit`.
    public init(_ name: String, unit: String = "") {
        self.name = name
        self.unit = unit
    }

    /// The time for which the surface has been sputtered, s.
    public static let etchTime = SeriesVariable("etch time", unit: "s")
    /// The number of the sputtering step, from 0 for the surface as it was.
    public static let etchLevel = SeriesVariable("etch level")
    /// The depth below the original surface, nm.
    public static let depth = SeriesVariable("depth", unit: "nm")
    /// The number of a repetition: a charging cycle of a cell, or a cycle of the measurement.
    public static let cycle = SeriesVariable("cycle")
    /// The number of a scan that was stored on its own.
    public static let scan = SeriesVariable("scan")
    /// The number of a place on the sample.
    public static let point = SeriesVariable("point")
    /// A coordinate on the sample, um.
    public static let x = SeriesVariable("x", unit: "um")
    /// The other coordinate on the sample, um.
    public static let y = SeriesVariable("y", unit: "um")
    /// The angle of emission from the surface normal or along the detector, degrees.
    public static let angle = SeriesVariable("angle", unit: "deg")
    /// The time since the start, s.
    public static let time = SeriesVariable("time", unit: "s")
    /// The temperature of the sample, K.
    public static let temperature = SeriesVariable("temperature", unit: "K")
}

extension SeriesVariable: CustomStringConvertible {
    /// The name with the unit behind a slash, "etch time / s".
    public var description: String { unit.isEmpty ? name : "\(name) / \(unit)" }
}

/// Where one spectrum lies along a variable.
public struct SeriesCoordinate: Sendable, Hashable, Codable {
    /// The variable.
    public var variable: SeriesVariable
    /// Its value, in the unit of `variable`.
    public var value: Double

    /// The point `value` of `variable`.
    public init(_ variable: SeriesVariable, _ value: Double) {
        self.variable = variable
        self.value = value
    }
}

/// Spectra of one kind measured along a variable: a depth profile, a map, a line of points, repeated cycles.
public struct SpectrumSeries: Sendable, Hashable {
    /// The name that the spectra share, "C1s".
    public var name: String
    /// What changes from spectrum to spectrum; where several things do (x and y of a map), the first of them.
    public var variable: SeriesVariable
    /// The values of `variable`, one for each spectrum, in `variable.unit`.
    public var values: [Double]
    /// The spectra, in the order of the measurement.
    public var spectra: [Spectrum]

    /// A series of `spectra` at the `values` of `variable`, one value for each spectrum.
    public init(name: String, variable: SeriesVariable, values: [Double], spectra: [Spectrum]) {
        precondition(values.count == spectra.count, "a series has one value for each spectrum")
        self.name = name
        self.variable = variable
        self.values = values
        self.spectra = spectra
    }

    /// The values of another variable that the spectra know of, such as the y of a map; `nil` where one of them does
    /// not know it.
    public func values(of wanted: SeriesVariable) -> [Double]? {
        if wanted == variable { return values }
        let found = spectra.compactMap { spectrum in
            spectrum.acquisition.coordinates.first { $0.variable == wanted }?.value
        }
        return found.count == spectra.count ? found : nil
    }
}

extension SpectrumFile {
    /// The series that the file holds: spectra of the same name and sample that know where they lie along the same
    /// variables, at two or more places, in the order in which the file has their first members; then the slices of
    /// spectra that were recorded as an image.
    public var series: [SpectrumSeries] {
        seriesOfSpectra + spectra.compactMap(\.slices)
    }

    private var seriesOfSpectra: [SpectrumSeries] {
        struct Key: Hashable {
            var name: String
            var sample: String
            var variables: [SeriesVariable]
        }
        var order: [Key] = []
        var members: [Key: [Spectrum]] = [:]
        for spectrum in spectra where !spectrum.acquisition.coordinates.isEmpty {
            let key = Key(
                name: spectrum.name, sample: spectrum.sample,
                variables: spectrum.acquisition.coordinates.map(\.variable))
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(spectrum)
        }
        return order.compactMap { key in
            guard let spectra = members[key], spectra.count > 1, let variable = key.variables.first else { return nil }
            let values = spectra.compactMap(\.acquisition.coordinates.first?.value)
            return SpectrumSeries(name: key.name, variable: variable, values: values, spectra: spectra)
        }
    }
}

extension Spectrum {
    /// The columns that are spectra measured at single places, as a series; `nil` where there are fewer than two.
    public var slices: SpectrumSeries? {
        let placed = columns.compactMap { column in column.coordinate.map { (column, $0) } }
        guard placed.count > 1, let variable = placed.first?.1.variable,
            placed.allSatisfy({ $0.1.variable == variable && $0.0.values.count == axis.count })
        else { return nil }
        let spectra = placed.map { column, coordinate in
            var slice = self
            slice.intensities = column.values
            slice.columns = []
            slice.acquisition.coordinates.append(coordinate)
            return slice
        }
        return SpectrumSeries(name: name, variable: variable, values: placed.map(\.1.value), spectra: spectra)
    }
}
