import Foundation
import Spectra

/// Sietronics' (Sieray) text format, also written by Siemens software:
/// ```
/// SIETRONICS XRD SCAN
/// 10.00                     start
/// 155.00                    end
/// 0.010                     step
/// Cu                        anode
/// 1.54056                   wavelength
/// 1-1-1900                  date
/// 0.600                     scan speed
/// HH117 CaO:Nb2O5           comment
/// SCANDATA
/// 8992                      one intensity in each line
/// ```
enum SietronicsCPIFormat: DiffractionFormat {
    static let name = "Sietronics CPI"
    static let extensions = ["cpi"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 256) else { return false }
        return head.lines.first?.trimmed.uppercased().hasPrefix("SIETRONICS XRD SCAN") ?? false
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        func number(_ index: Int, _ what: String) throws -> Double {
            guard index < text.lines.count, let value = text.lines[index].fields.first?.decimal else {
                throw text.malformed(index, expected: what)
            }
            return value
        }
        let start = try number(1, "the start angle")
        let end = try number(2, "the end angle")
        let step = try number(3, "the step")
        guard let mark = text.lines.firstIndex(where: { $0.trimmed.uppercased().hasPrefix("SCANDATA") }) else {
            throw text.malformed(text.lines.count, expected: "the line \"SCANDATA\"")
        }
        let header = text.lines[..<mark].map { $0.trimmed }
        var intensities: [Double] = []
        for index in mark + 1..<text.lines.count {
            // The last line of a file that breaks off may be half of one.
            if index == text.lines.count - 1 && text.lastLineIsOpen, intensities.isEmpty { break }
            guard let values = text.lines[index].numbers else { throw text.malformed(index, expected: "an intensity") }
            intensities += values
        }
        let announced = try content.pointCount(from: start, to: end, step: step, at: .line(2))
        guard !intensities.isEmpty else { throw text.malformed(mark + 1, expected: "\(announced) intensities") }
        var notes: [String] = []
        if intensities.count < announced {
            // Only then can the last number have been cut.
            if text.lastLineIsOpen && intensities.count > 1 { intensities.removeLast() }
            notes.append(PatternNotes.cutOff(scan: 1, read: intensities.count, announced: announced))
        } else if intensities.count > announced {
            notes.append("scan 1: the file announces \(announced) points but holds \(intensities.count)")
        }
        var setup = DiffractionSetup(scanAxis: "2Theta", date: header.count > 6 ? String(header[6]) : nil)
        if header.count > 7 { setup.further["scan speed"] = String(header[7]) }
        let anode = header.count > 4 && header[4].first?.isLetter ?? false ? String(header[4]) : nil
        let pattern = DiffractionPattern(
            sample: header.count > 8 ? String(header[8]) : "",
            axis: DiffractionAxis(
                try content.places(from: start, step: step, count: intensities.count, at: .line(2)), kind: .twoTheta),
            intensities: intensities, unit: .counts,
            radiation: TubeLine.radiation(
                wavelength: header.count > 5 ? header[5].fields.first?.decimal : nil, anode: anode),
            setup: setup, missingPoints: max(0, announced - intensities.count))
        return try file(content, [pattern], notes: notes)
    }
}
