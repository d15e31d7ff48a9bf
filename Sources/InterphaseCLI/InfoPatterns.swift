import Foundation
import Interphase

extension InfoTable {
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
            "\(short(places.first)) - \(short(places.last))", short(pattern.axis.meanStep), "\(places.count)",
            pattern.unit.rawValue, short(pattern.intensities.reduce(0, +)), time,
            pattern.radiation.wavelength.map(short) ?? "unknown",
        ]
    }
}
