import Foundation
import Spectra

/// Rigaku's text format of SmartLab and MiniFlex:
/// ```
/// *RAS_DATA_START
/// *RAS_HEADER_START                 for each scan
/// *MEAS_SCAN_AXIS_X "TwoThetaTheta"
/// *RAS_HEADER_END
/// *RAS_INT_START
/// 10.0000 250.0 1.0000              two theta, intensity, factor of the attenuator
/// *RAS_INT_END
/// *RAS_DATA_END
/// ```
enum RigakuRASFormat: DiffractionFormat {
    static let name = "Rigaku RAS"
    static let extensions = ["ras"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 4096) else { return false }
        let first = head.lines.first { !$0.trimmed.isEmpty }?.trimmed ?? ""
        return first.hasPrefix("*RAS_DATA_START") || first.hasPrefix("*RAS_HEADER_START")
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        var notes: [String] = []
        var patterns: [DiffractionPattern] = []
        var header = RigakuHeader(values: [:])
        var rows: RigakuRows?
        for (index, line) in text.lines.enumerated() {
            let line = line.trimmed
            if line.isEmpty { continue }
            if line.hasPrefix("*RAS_HEADER_START") {
                header = RigakuHeader(values: [:])
            } else if line.hasPrefix("*RAS_INT_START") {
                rows = RigakuRows()
            } else if line.hasPrefix("*RAS_INT_END") {
                guard let done = rows else {
                    throw text.malformed(index, expected: "*RAS_INT_START before *RAS_INT_END")
                }
                rows = nil
                append(done, header, to: &patterns, notes: &notes)
            } else if rows != nil {
                // The last line of a file that breaks off may be half of one.
                if index == text.lines.count - 1 && text.lastLineIsOpen { break }
                guard rows?.add(line) ?? false else {
                    throw text.malformed(index, expected: "two theta and an intensity")
                }
            } else if line.hasPrefix("*"), let (key, value) = line.dropFirst().halves(at: " ") {
                header.values[String(key)] = value.unquoted
            }
        }
        if let cut = rows, !cut.places.isEmpty {
            let scan = patterns.count + 1
            append(cut, header, to: &patterns, notes: &notes)
            if patterns[scan - 1].missingPoints == 0 {
                patterns[scan - 1].missingPoints = 1
                notes.append(
                    "scan \(scan): the file ends after \(cut.places.count) points without *RAS_INT_END: the "
                        + "measurement or the copy was broken off")
            }
        }
        return try file(content, patterns, notes: notes)
    }

    private static func append(
        _ rows: RigakuRows, _ header: RigakuHeader, to patterns: inout [DiffractionPattern], notes: inout [String]
    ) {
        let scan = patterns.count + 1
        guard !rows.places.isEmpty else {
            notes.append("a scan after scan \(patterns.count) holds no points and was left out")
            return
        }
        patterns.append(
            header.pattern(
                places: rows.places, intensities: rows.intensities, attenuator: rows.attenuator, scan: scan,
                notes: &notes))
    }
}
