import Foundation
import Spectra

/// What Thermo's Avantage calls a data space: numbers along axes, with properties. A .VGD file holds one in binary, an
/// .avg file the same one as text.
struct AvantageDataSpace {
    /// One axis in the space of the measurement.
    struct Axis {
        /// What an axis counts.
        enum Kind: Int {
            case other = 0
            case energy = 1
            case angle = 2
            case x = 3
            case y = 4
            case level = 5
            case etchLevel = 6
            case etchTime = 8
            case position = 10

            /// The kind that the text form names.
            init(name: String) {
                let kinds: [String: Kind] = [
                    "ENERGY": .energy, "ANGLE": .angle, "X": .x, "Y": .y, "LEVEL": .level, "ETCHLEVEL": .etchLevel,
                    "ETCHTIME": .etchTime, "POSITION": .position,
                ]
                self = kinds[name.uppercased()] ?? .other
            }
        }

        var kind: Kind
        /// The number of points.
        var count: Int
        /// The first value and the step of a linear axis.
        var start: Double
        var width: Double
        /// The values of an axis that is not linear; shorter than `count` where the file does not state all of them.
        var values: [Double]?
        var unit = ""
        var label = ""

        /// The value at `index`; `nil` where the file does not state it.
        func value(at index: Int) -> Double? {
            if let values { return values.indices.contains(index) ? values[index] : nil }
            return start + width * Double(index)
        }
    }

    /// Properties by the names that the text form uses, without `DS_`; numbers as in the property sets of the binary form.
    enum Property: Int, CaseIterable {
        case technique = 0x04
        case instrument = 0x06
        case valueType = 0x0C
        case valueLabel = 0x0D
        case valueUnit = 0x0F
        case isMonochromatic = 0x68
        case photonEnergy = 0x69
        case anodeVoltage = 0x6A
        case anodeCurrent = 0x6B
        case spotWidth = 0x6C
        case startTime = 0x12F
        case endTime = 0x130
        case acquisitionTime = 0x131
        case energyScale = 0x13C
        case periods = 0x148
        case passEnergy = 0x194
        case workFunction = 0x196
        case lensMode = 0x19B
        case floodGun = 0x25D
        // Not in the property set but in the standard one that every document has.
        case title = -2
        case subject = -3
        case author = -4
        case created = -12

        /// The name in the text form.
        var name: String {
            switch self {
            case .technique: "DS_GEPROPID_TECHNIQUE"
            case .instrument: "DS_GEPROPID_INSTRUMENT"
            case .valueType: "DS_GEPROPID_VALUE_TYPE"
            case .valueLabel: "DS_GEPROPID_VALUE_LABEL"
            case .valueUnit: "DS_GEPROPID_VALUE_UNIT"
            case .isMonochromatic: "DS_SOPROPID_MONO"
            case .photonEnergy: "DS_SOPROPID_ENERGY"
            case .anodeVoltage: "DS_SOPROPID_VOLTAGE"
            case .anodeCurrent: "DS_SOPROPID_CURRENT"
            case .spotWidth: "DS_SOPROPID_WIDTH"
            case .startTime: "DS_ACPROPID_START_TIME"
            case .endTime: "DS_ACPROPID_END_TIME"
            case .acquisitionTime: "DS_ACPROPID_ACQ_TIME"
            case .energyScale: "DS_ACPROPID_EV_SCALE"
            case .periods: "DS_ACPROPID_PERIODS"
            case .passEnergy: "DS_ANPROPID_PASS"
            case .workFunction: "DS_ANPROPID_WORK_FTN"
            case .lensMode: "DS_ANPROPID_LENS_MODE_NAME"
            case .floodGun: "DS_SOURCE_FLOODGUNPROPID_DESCRIPTION"
            case .title: "DS_EXT_SUPROPID_TITLE"
            case .subject: "DS_EXT_SUPROPID_SUBJECT"
            case .author: "DS_EXT_SUPROPID_AUTHOR"
            case .created: "DS_EXT_SUPROPID_CREATED"
            }
        }
    }

    /// A property's value.
    enum Value {
        case number(Double)
        case text(String)
    }

    /// The properties that the file states.
    var properties: [Property: Value] = [:]
    /// The axes, energy first in a file of spectra.
    var axes: [Axis] = []
    /// How many of the axes each dimension of the data drives: a list of points drives position, x and y at once.
    var axesOfDimension: [Int] = []
    /// One spectrum's worth of numbers for each place along the slower dimensions, the first of which changes fastest.
    var rows: [[Double]] = []
    /// The names of places, "Pt #001", by their number.
    var pointNames: [Int: String] = [:]

    func number(_ property: Property) -> Double? {
        guard case .number(let value)? = properties[property], value.isFinite else { return nil }
        return value
    }

    func text(_ property: Property) -> String? {
        guard case .text(let value)? = properties[property], !value.isEmpty else { return nil }
        return value
    }

    // MARK: Spectra

    /// The spectra of the data space, one for each place along its slower dimensions.
    ///
    /// Throws `ReadError.malformed` where it holds something else (a picture, a table of heights) or nothing.
    func spectra(of content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        guard let energy = axes.first else {
            throw content.malformed(.whole, expected: "a spectrum", found: "a data space without axes")
        }
        guard energy.kind == .energy else {
            throw content.malformed(
                .whole, expected: "a spectrum, with energy as the first axis",
                found: "\(energy.label.isEmpty ? "another quantity" : energy.label): a picture or a table")
        }
        guard !rows.isEmpty, energy.count > 0 else {
            throw content.malformed(.whole, expected: "the intensities of a spectrum", found: "none")
        }
        guard (0..<energy.count).allSatisfy({ energy.value(at: $0)?.isFinite ?? false }) else {
            throw content.malformed(.whole, expected: "\(energy.count) energies", found: "fewer, or no numbers")
        }
        var notes = try shortfall(of: content)
        let axis = energies(along: energy, options: options, notes: &notes)
        let title = text(.title)?.trimmingCharacters(in: .whitespaces) ?? fileStem(of: content)
        let identity = SpectrumIdentity(labels: [title], axis: axis, intensities: rows[0])
        let shared = acquisition
        let unit = unit(options: options, notes: &notes)
        let spectra = rows.enumerated().map { index, row in
            let place = place(of: index)
            var acquisition = shared
            acquisition.coordinates = place.coordinates
            return Spectrum(
                name: title, sample: place.name ?? text(.subject) ?? "", level: identity.level, kind: identity.kind,
                axis: axis, intensities: row, unit: unit, acquisition: acquisition)
        }
        if let note = identity.note { notes.append(note) }
        return SpectrumFile(path: content.path, format: "", spectra: spectra, notes: notes)
    }

    /// A note where there are fewer spectra than the dimensions ask for: a measurement or a file that was cut short.
    ///
    /// Throws `ReadError.malformed` where there are more.
    private func shortfall(of content: FileContent) throws -> [String] {
        var wanted = 1
        for extent in slowExtents {
            let product = wanted.multipliedReportingOverflow(by: extent)
            wanted = product.overflow ? Int.max : product.partialValue
        }
        guard rows.count <= wanted else {
            throw content.malformed(.whole, expected: "\(wanted) spectra, as the axes state", found: "\(rows.count)")
        }
        return rows.count == wanted
            ? [] : ["The file holds \(rows.count) of the \(wanted) spectra that its axes ask for."]
    }

    private func fileStem(of content: FileContent) -> String {
        URL(fileURLWithPath: content.path).deletingPathExtension().lastPathComponent
    }

    private func energies(along axis: Axis, options: ReadOptions, notes: inout [String]) -> EnergyAxis {
        let values = (0..<axis.count).map { axis.value(at: $0) ?? .nan }
        // The scale is 1 for kinetic energy in every file met; ion scattering has 0 and a kinetic axis as well.
        let isBinding = number(.energyScale) == 2
        if let scale = number(.energyScale), scale != 1, scale != 2 {
            notes.append("The energy scale has the unknown code \(Int(exactly: scale) ?? 0); taken as kinetic energy.")
        }
        let scale = options.energyScale ?? (isBinding ? .binding : .kinetic)
        return EnergyAxis(values, scale: scale, photonEnergy: options.photonEnergy ?? number(.photonEnergy))
    }

    private func unit(options: ReadOptions, notes: inout [String]) -> IntensityUnit {
        let label = text(.valueLabel)?.lowercased() ?? "counts"
        let unit = text(.valueUnit)?.lowercased() ?? ""
        guard label.hasPrefix("count") else {
            if let stated = options.unit { return stated }
            notes.append("The values are \"\(label)\", not counts; their unit is taken as arbitrary.")
            return .arbitrary
        }
        let isRate = label.contains("/") || label.contains("per s") || unit.hasPrefix("s") || unit.contains("/s")
        return isRate ? .countsPerSecond : .counts
    }

    private var acquisition: Acquisition {
        var further: [String: String] = [:]
        for (key, property) in [
            ("lens mode", Property.lensMode), ("operator", .author), ("flood gun", .floodGun), ("end", .endTime),
        ] {
            if let value = text(property) { further[key] = value }
        }
        if let width = number(.spotWidth), width > 0 { further["spot size, um"] = String(format: "%g", width) }
        if let voltage = number(.anodeVoltage), let current = number(.anodeCurrent), voltage > 0, current > 0 {
            further["anode power, W"] = String(format: "%.4g", voltage * current)
        }
        let sweeps = number(.periods).flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
        let dwell = number(.acquisitionTime).flatMap { $0 > 0 ? $0 : nil }
        return Acquisition(
            sweeps: sweeps, dwellTime: dwell, passEnergy: number(.passEnergy), workFunction: number(.workFunction),
            source: source, instrument: text(.instrument), date: text(.startTime) ?? text(.created), further: further)
    }

    private var source: String? {
        guard let energy = number(.photonEnergy) else { return nil }
        let isMonochromatic = number(.isMonochromatic).map { $0 != 0 } ?? false
        let line = abs(energy - 1486.65) < 0.5 ? "Al K-alpha" : abs(energy - 1253.6) < 0.5 ? "Mg K-alpha" : nil
        return line.map { isMonochromatic ? "\($0) mono" : $0 }
    }

    // MARK: Places

    /// The numbers of points along the slower dimensions, the one that changes fastest first.
    var slowExtents: [Int] {
        var extents: [Int] = []
        var next = axesOfDimension.first ?? 1
        for axes in axesOfDimension.dropFirst() {
            if self.axes.indices.contains(next) { extents.append(self.axes[next].count) }
            next += axes
        }
        return extents
    }

    /// Where row `index` lies, and the name of that place.
    private func place(of index: Int) -> (name: String?, coordinates: [SeriesCoordinate]) {
        var rest = index
        var next = axesOfDimension.first ?? 1
        var name: String?
        var coordinates: [SeriesCoordinate] = []
        for count in axesOfDimension.dropFirst() {
            let driven = axes[min(next, axes.count)..<min(next + max(0, count), axes.count)]
            next += max(0, count)
            guard let extent = driven.first?.count, extent > 0 else { continue }
            let point = rest % extent
            rest /= extent
            // Time says more than the number of a level, a place more than the number of a point.
            let ranked = driven.sorted { Self.rank($0.kind) < Self.rank($1.kind) }
            for axis in ranked {
                if axis.kind == .position { name = pointNames[point] ?? "Pt \(point + 1)" }
                guard let value = axis.value(at: point), value.isFinite else { continue }
                coordinates.append(SeriesCoordinate(Self.variable(of: axis), value))
            }
            if ranked.isEmpty || coordinates.isEmpty { coordinates.append(SeriesCoordinate(.point, Double(point))) }
        }
        return (name, coordinates)
    }

    private static func rank(_ kind: Axis.Kind) -> Int {
        switch kind {
        case .etchTime: 0
        case .etchLevel, .level: 2
        case .position: 1
        default: 1
        }
    }

    private static func variable(of axis: Axis) -> SeriesVariable {
        switch axis.kind {
        case .etchTime: .etchTime
        case .etchLevel, .level: .etchLevel
        case .angle: .angle
        case .x: .x
        case .y: .y
        case .position: .point
        case .energy, .other: SeriesVariable(axis.label.isEmpty ? "place" : axis.label, unit: axis.unit)
        }
    }
}
