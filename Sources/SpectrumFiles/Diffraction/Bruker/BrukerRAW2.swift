import Foundation
import Spectra

/// Version 2: a header of 256 bytes, then for each range a header that states its length.
/// ```
/// file   4  2 bytes: ranges       8  32 characters: sample      40  128 characters: comment
///      168  20 characters: date and time      188  2 characters: anode
///      190  3 floats: K-alpha1, K-alpha2, ratio      206  float: K-beta      210  float: run time, s
/// range  0  2 bytes: length of this header     2  2 bytes: points      8  float: time per step, s
///       12  float: step      16  float: start two theta      20  floats: theta, chi, phi ... (-1e6: unknown)
///       46  2 bytes: temperature, K
///       then floats: intensities
/// ```
/// As described in xylib (bruker_raw), PyXRD (BrkRAWParser) and DASH.
struct BrukerRAW2 {
    let content: FileContent
    let fields: BinaryFields

    func patterns(notes: inout [String]) throws -> [DiffractionPattern] {
        let ranges = try fields.uint16(at: 4, "the number of ranges")
        guard ranges > 0 else { throw fields.malformed(at: 4, expected: "at least one range", found: "0") }
        var patterns: [DiffractionPattern] = []
        var header = 256
        for number in 1...ranges {
            if header >= fields.count, !patterns.isEmpty {
                notes.append("the file announces \(ranges) ranges but ends after \(patterns.count)")
                break
            }
            let length = try fields.uint16(at: header, "the length of the header of range \(number)")
            guard length >= 48 else {
                throw fields.malformed(at: header, expected: "a range header of at least 48 bytes", found: "\(length)")
            }
            let range = BrukerRange(
                content: content, fields: fields, number: number,
                announced: try fields.uint16(at: header + 2, "the number of points"), dataStart: header + length,
                recordLength: 4)
            patterns.append(try pattern(range, header: header, notes: &notes))
            header = range.dataStart + 4 * range.announced
        }
        return patterns
    }

    private func pattern(_ range: BrukerRange, header: Int, notes: inout [String]) throws -> DiffractionPattern {
        let time = try fields.positive32(at: header + 8, "the time per step").map(CountingTime.common)
        let step = try fields.float32(at: header + 12, "the step")
        let first = try fields.float32(at: header + 16, "the start")
        let intensities = try range.intensities(notes: &notes)
        var setup = DiffractionSetup(
            scanAxis: "2Theta", date: try fields.label(at: 168, count: 20, "the date"))
        for (offset, name) in [(20, "THETA"), (24, "KHI"), (28, "PHI")] {
            let value = try fields.float32(at: header + offset, "an angle")
            if value.isFinite, value > -1e6 { setup.further[name] = "\(Float(value))" }
        }
        let temperature = try fields.uint16(at: header + 46, "the temperature")
        if (1..<5000).contains(temperature) { setup.temperature = Double(temperature) }
        let ratio = decimal(try fields.float32(at: 198, "the intensity ratio"))
        return DiffractionPattern(
            sample: try fields.label(at: 8, count: 32, "the sample"),
            axis: DiffractionAxis(
                try content.places(
                    from: decimal(first), step: decimal(step), count: intensities.count, at: .byte(header + 12)),
                kind: .twoTheta),
            intensities: intensities,
            unit: PatternNotes.unit(intensities, countingTime: time, scan: range.number, notes: &notes),
            countingTime: time,
            radiation: Radiation(
                anode: try fields.label(at: 188, count: 2, "the anode"), kAlpha1: try fields.wavelength32(at: 190),
                kAlpha2: try fields.wavelength32(at: 194), kAlpha2Ratio: (0...1).contains(ratio) ? ratio : nil,
                kBeta: try fields.wavelength32(at: 206), origin: .file),
            setup: setup,
            comments: [try fields.label(at: 40, count: 128, "the comment")].filter { !$0.isEmpty },
            missingPoints: range.announced - intensities.count)
    }
}
