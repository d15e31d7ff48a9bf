import Foundation
import Spectra

/// GSAS powder data (Larson & Von Dreele, Los Alamos report LAUR 86-748), any extension:
/// ```
/// title
/// # comments, or "Instrument parameter file: inst.prm"
/// BANK 1  5753  576 CONST 1500 2 0 0 STD       bank, channels, records, binning, coefficients, type
///      609     612 ...
/// ```
/// Types: STD (ten of: number of detectors in 2 columns, counts in 6), ESD (five of: intensity and uncertainty in 8
/// columns each), FXYE (place, intensity, uncertainty), FXY (place, intensity), ALT (four of: time in 1/32 us, intensity,
/// uncertainty in 8, 7 and 5 columns). Places are in centidegrees at a fixed wavelength and in us for a time of flight.
enum GSASFormat: DiffractionFormat {
    static let name = "GSAS powder data"
    static let extensions = ["fxye", "gsa", "gsas", "gss", "gda", "xra", "raw"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content) else { return false }
        return records(head).prefix(200).contains { bankFields($0) != nil }
    }

    /// The lines; a file without line ends consists of records of 80 characters.
    private static func records(_ text: PatternText) -> [Substring] {
        guard text.lines.count == 1, let line = text.lines.first, line.utf8.count > 160 else { return text.lines }
        var records: [Substring] = []
        var rest = line
        while !rest.isEmpty {
            records.append(rest.prefix(80))
            rest = rest.dropFirst(80)
        }
        return records
    }

    private static func bankFields(_ line: Substring) -> [Substring]? {
        guard line.prefix(4).uppercased() == "BANK" else { return nil }
        let fields = line.dropFirst(4).fields
        guard fields.count >= 4, fields[0].decimal != nil, fields[1].decimal != nil else { return nil }
        return fields
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        let lines = records(text)
        let starts = lines.indices.filter { bankFields(lines[$0]) != nil }
        guard let first = starts.first else { throw text.malformed(0, expected: "a BANK record") }
        let header = lines[..<first].map { $0.trimmed }
        var notes: [String] = []
        if let instrument = header.first(where: { $0.lowercased().hasPrefix("instrument parameter") }) {
            notes.append("GSAS keeps the wavelength in another file: \(instrument)")
        }
        let title = String(header.first { !$0.isEmpty && !$0.hasPrefix("#") } ?? "")
        var patterns: [DiffractionPattern] = []
        for (number, start) in starts.enumerated() {
            let end = number + 1 < starts.count ? starts[number + 1] : lines.count
            let bank = GSASBank(
                text: text, lines: lines, start: start, end: end, number: number + 1, options: options)
            var pattern = try bank.pattern(fields: bankFields(lines[start]) ?? [], notes: &notes)
            pattern.name = starts.count > 1 ? "\(title) bank \(number + 1)" : title
            pattern.comments = header.map(String.init).filter { !$0.isEmpty }
            pattern.radiation = HeaderStatements.radiation(in: header)
            patterns.append(pattern)
        }
        if patterns.contains(where: { $0.axis.kind == .twoTheta && $0.radiation.wavelength == nil }) {
            notes.append("the file does not state the wavelength")
        }
        return try file(content, patterns, notes: notes)
    }
}
