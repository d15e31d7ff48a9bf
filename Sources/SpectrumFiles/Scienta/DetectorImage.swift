import Foundation
import Spectra

/// Numbers along one to four evenly divided dimensions, as Scienta's programs store what the detector saw.
struct DetectorImage {
    /// One dimension.
    struct Dimension {
        /// The number of elements.
        var count: Int
        /// The value of the first element and the step from one to the next.
        var start: Double
        var step: Double
        /// The unit or the label, "Kinetic Energy [eV]".
        var unit: String

        /// The values of all elements.
        var values: [Double] { (0..<count).map { start + step * Double($0) } }
    }

    /// The name.
    var name: String
    /// The dimensions, the one whose elements follow each other in `values` first.
    var dimensions: [Dimension]
    /// The numbers.
    var values: [Double]
    /// The unit of the numbers.
    var unit = ""
    /// What the file says about them.
    var note = ""
}

/// Makes spectra of a detector image: energy along one dimension, slices of the detector along a second, steps of a scan
/// along a third and a fourth.
struct DetectorImageSpectra {
    private static let mostPlaces = 1 << 20

    private let wave: DetectorImage
    private let options: ReadOptions
    /// What had to be assumed.
    private(set) var notes: [String] = []

    init(_ wave: DetectorImage, options: ReadOptions) {
        self.wave = wave
        self.options = options
    }

    /// The spectra: one, with its slices beside it, or one for each step of a scan.
    ///
    /// Throws `ReadError.malformed` where a number is not finite.
    mutating func spectra(of fields: BinaryFields) throws -> [Spectrum] {
        if let bad = wave.values.firstIndex(where: { !$0.isFinite }) {
            throw fields.malformed(at: 0, expected: "intensities", found: "\(wave.values[bad]) in point \(bad)")
        }
        let info = WaveNote(wave.note)
        let along = energyDimension
        let energy = wave.dimensions[along]
        guard energy.count > 1, wave.values.count / energy.count <= Self.mostPlaces else {
            throw fields.malformed(
                at: 0, expected: "at least two energies at no more than \(Self.mostPlaces) places",
                found: "\(energy.count) of \(wave.values.count) points")
        }
        guard wave.dimensions.allSatisfy({ ($0.start + $0.step * Double($0.count)).isFinite }) else {
            throw fields.malformed(at: 0, expected: "a scale", found: "one that is not finite")
        }
        let name = info.name.isEmpty ? wave.name : info.name
        let axis = axis(energy, info: info)
        let steps = steps(energy: along)
        var spectra: [Spectrum] = []
        for step in steps {
            let sum = sum(of: step.slices, count: energy.count)
            guard sum.allSatisfy(\.isFinite) else {
                throw fields.malformed(at: 0, expected: "intensities", found: "a sum beyond all numbers")
            }
            let identity = SpectrumIdentity(labels: [name, wave.name], axis: axis, intensities: sum)
            if spectra.isEmpty, let note = identity.note { notes.append(note) }
            var acquisition = info.acquisition
            acquisition.coordinates = step.coordinates
            var spectrum = Spectrum(
                name: name, sample: info.sample, level: identity.level, kind: identity.kind, axis: axis,
                intensities: sum, unit: .arbitrary, acquisition: acquisition, comments: info.comments)
            if step.slices.count > 1 {
                spectrum.columns = step.slices.map { slice in
                    NamedColumn(
                        name: "\(slice.coordinate.variable.name) \(String(format: "%g", slice.coordinate.value))",
                        values: slice.values, coordinate: slice.coordinate)
                }
            }
            spectra.append(spectrum)
        }
        let unit = unit(of: spectra.first?.intensities ?? [], info: info)
        for index in spectra.indices { spectra[index].unit = unit }
        return spectra
    }

    /// The dimension that counts energies: the one whose unit says so, else the first.
    private var energyDimension: Int {
        wave.dimensions.firstIndex { $0.unit.lowercased().contains("energy") }
            ?? wave.dimensions.firstIndex { $0.unit.contains("eV") } ?? 0
    }

    private mutating func axis(_ energy: DetectorImage.Dimension, info: WaveNote) -> EnergyAxis {
        let stated = EnergyScale(label: energy.unit) ?? info.scale
        if options.energyScale == nil && stated == nil {
            notes.append("The wave does not say what its energies count; taken as kinetic energies.")
        }
        return EnergyAxis(
            energy.values, scale: options.energyScale ?? stated ?? .kinetic,
            photonEnergy: options.photonEnergy ?? info.photonEnergy)
    }

    private mutating func unit(of intensities: [Double], info: WaveNote) -> IntensityUnit {
        if let stated = options.unit { return stated }
        if let ses = info.ses { return ses.unit(of: intensities, options: options, notes: &notes) }
        if let unit = IntensityUnit(label: wave.unit), !wave.unit.contains("a.u.") { return unit }
        notes.append("The wave does not say what its intensities count.")
        return .arbitrary
    }

    // MARK: Dimensions

    private struct Slice {
        var coordinate: SeriesCoordinate
        var values: [Double]
    }

    private struct Step {
        var coordinates: [SeriesCoordinate]
        var slices: [Slice]
    }

    private func coordinate(_ dimension: Int, _ index: Int) -> SeriesCoordinate {
        let axis = wave.dimensions[dimension]
        return SeriesCoordinate(SESAxis.variable(label: axis.unit), axis.start + axis.step * Double(index))
    }

    /// The steps of a scan along the dimensions after energy and slices, each with its slices.
    private func steps(energy: Int) -> [Step] {
        let others = wave.dimensions.indices.filter { $0 != energy }
        var strides: [Int] = []
        var stride = 1
        for dimension in wave.dimensions {
            strides.append(stride)
            stride *= dimension.count
        }
        let count = wave.dimensions[energy].count
        func line(from start: Int) -> [Double] {
            if wave.values.count == count { return wave.values }
            return (0..<count).map { wave.values[start + $0 * strides[energy]] }
        }
        guard let across = others.first else {
            return [
                Step(coordinates: [], slices: [Slice(coordinate: SeriesCoordinate(.point, 0), values: line(from: 0))])
            ]
        }
        var places: [(start: Int, coordinates: [SeriesCoordinate])] = [(0, [])]
        for dimension in others.dropFirst() {
            places = (0..<wave.dimensions[dimension].count).flatMap { index in
                places.map { place in
                    (place.start + index * strides[dimension], place.coordinates + [coordinate(dimension, index)])
                }
            }
        }
        return places.map { place in
            let slices = (0..<wave.dimensions[across].count).map { index in
                Slice(coordinate: coordinate(across, index), values: line(from: place.start + index * strides[across]))
            }
            return Step(coordinates: place.coordinates, slices: slices)
        }
    }

    private func sum(of slices: [Slice], count: Int) -> [Double] {
        guard slices.count > 1 else { return slices.first?.values ?? [] }
        return slices.reduce(into: [Double](repeating: 0, count: count)) { sum, slice in
            for index in sum.indices { sum[index] += slice.values[index] }
        }
    }
}

/// What the note of a wave says: the lines of SES, or the JSON of PEAK.
private struct WaveNote {
    let ses: SESInfo?
    private let peak: [String: Any]

    init(_ note: String) {
        if note.first == "{", let object = try? JSONSerialization.jsonObject(with: Data(note.utf8)) as? [String: Any] {
            ses = nil
            peak = object
        } else {
            ses = note.contains("=") ? SESInfo(note) : nil
            peak = [:]
        }
    }

    private func value(_ path: String...) -> Any? {
        var current: Any? = peak
        for key in path { current = (current as? [String: Any])?[key] }
        return current
    }

    private func text(_ value: Any?) -> String? { (value as? String).flatMap { $0.isEmpty ? nil : $0 } }

    private func number(_ value: Any?) -> Double? {
        (value as? NSNumber)?.doubleValue ?? (value as? String).flatMap { Double($0) }
    }

    var name: String { ses?.name ?? text(value("Name")) ?? "" }

    var sample: String { ses?["Sample"] ?? text(value("Sample", "Name")) ?? "" }

    var comments: [String] { ses?.comments ?? [] }

    var scale: EnergyScale? { ses?.scale ?? text(value("EnergyMode")).flatMap { EnergyScale(label: $0) } }

    var photonEnergy: Double? {
        if let ses { return ses.photonEnergy }
        let source = "ExcitationSource"
        return number(value(source, "ExcitationSourceEnergyInformation", "Energy"))
            ?? number(value(source, "ExcitationSourceEnergyInformation", "TargetEnergy"))
            ?? number(value(source, "ExcitationSourcePreset", "TargetEnergy"))
    }

    var acquisition: Acquisition {
        if let ses { return ses.acquisition }
        var acquisition = Acquisition(
            passEnergy: number(value("PassEnergy")), workFunction: number(value("AnalyserWorkFunction")),
            instrument: text(value("Instrument")) ?? text(value("AnalyserModel")))
        acquisition.acquisitionTime = number(value("TimePerEnergyChannel")).flatMap { $0 > 0 ? $0 : nil }
        if let date = text(value("Date")) {
            acquisition.date = text(value("Time")).map { "\(date)T\($0)" } ?? date
        }
        for key in ["LensMode", "AcquisitionMode", "DwellTime", "UserName", "ElementSet", "SequenceName"] {
            if let value = text(value(key)) ?? number(value(key)).map({ String(format: "%g", $0) }) {
                acquisition.further[key] = value
            }
        }
        return acquisition
    }
}
