import Foundation
import Interphase

extension InfoReport {
    /// One scan of a diffraction file.
    struct PatternEntry: Encodable {
        var pattern: DiffractionPattern

        enum CodingKeys: String, CodingKey {
            case name, sample, axis, points, first, last, step, unit, anode, instrument, date, columns, further
            case intensitySum = "intensity_sum"
            case wavelength = "wavelength_A"
            case wavelengthOrigin = "wavelength_origin"
            case time = "time_per_step_s"
            case scanAxis = "scan_axis"
            case attenuated
            case missingPoints = "missing_points"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            let places = pattern.axis.values
            try container.encode(pattern.name, forKey: .name)
            try container.encode(pattern.sample, forKey: .sample)
            try container.encode(pattern.axis.kind, forKey: .axis)
            try container.encode(places.count, forKey: .points)
            try container.encode(places.first, forKey: .first)
            try container.encode(places.last, forKey: .last)
            try container.encode(InfoTable.meanStep(places), forKey: .step)
            try container.encode(pattern.unit, forKey: .unit)
            try container.encode(pattern.intensities.reduce(0, +), forKey: .intensitySum)
            try container.encode(pattern.radiation.wavelength, forKey: .wavelength)
            try container.encode(pattern.radiation.origin, forKey: .wavelengthOrigin)
            try container.encode(pattern.radiation.anode, forKey: .anode)
            if case .common(let time) = pattern.countingTime {
                try container.encode(time, forKey: .time)
            } else {
                try container.encodeNil(forKey: .time)
            }
            try container.encode(pattern.setup.scanAxis, forKey: .scanAxis)
            try container.encode(pattern.setup.instrument, forKey: .instrument)
            try container.encode(pattern.setup.date, forKey: .date)
            try container.encode(pattern.setup.further, forKey: .further)
            try container.encode(pattern.attenuationFactors != nil, forKey: .attenuated)
            try container.encode(pattern.columns.map(\.name), forKey: .columns)
            try container.encode(pattern.missingPoints, forKey: .missingPoints)
        }
    }
}

extension InfoTable {
    /// The mean step of `places`; `nil` for fewer than two.
    static func meanStep(_ places: [Double]) -> Double? {
        guard let first = places.first, let last = places.last, places.count > 1 else { return nil }
        return (last - first) / Double(places.count - 1)
    }

    /// The scans of a diffraction file as a table below its name, with the notes of the reader.
    static func text(of file: DiffractionFile) -> String {
        var rows = [["#", "name", "axis", "range", "step", "points", "unit", "sum", "time / s", "wavelength / A"]]
        rows += file.patterns.enumerated().map { row(of: $1, number: $0 + 1) }
        let count = file.patterns.count
        var lines = ["\(file.path): \(file.format), \(count) \(count == 1 ? "scan" : "scans")"]
        lines += aligned(rows).map { "  " + $0 }
        for (index, pattern) in file.patterns.enumerated() {
            var parts: [String] = []
            if !pattern.sample.isEmpty { parts.append("sample \(pattern.sample)") }
            if let anode = pattern.radiation.anode { parts.append("\(anode) anode") }
            if let instrument = pattern.setup.instrument { parts.append("instrument \(instrument)") }
            if let date = pattern.setup.date { parts.append("measured \(date)") }
            if pattern.attenuationFactors != nil { parts.append("attenuator corrected") }
            if pattern.missingPoints > 0 { parts.append("\(pattern.missingPoints) points missing") }
            if !parts.isEmpty { lines.append("  #\(index + 1): " + parts.joined(separator: "; ")) }
        }
        lines += file.notes.map { "  note: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(of pattern: DiffractionPattern, number: Int) -> [String] {
        let places = pattern.axis.values
        let unit = pattern.axis.unit
        var time = "-"
        if case .common(let seconds) = pattern.countingTime { time = short(seconds) }
        if case .each = pattern.countingTime { time = "varies" }
        return [
            "\(number)", pattern.name, pattern.axis.kind.rawValue + (unit.isEmpty ? "" : " / \(unit)"),
            "\(short(places.first)) - \(short(places.last))", short(meanStep(places)), "\(places.count)",
            pattern.unit.rawValue, short(pattern.intensities.reduce(0, +)), time,
            pattern.radiation.wavelength.map(short) ?? "unknown",
        ]
    }
}
