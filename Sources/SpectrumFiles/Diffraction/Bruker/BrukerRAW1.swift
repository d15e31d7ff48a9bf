import Foundation
import Spectra

/// Version 1 (DIFFRAC-AT): one block for each range, no header for the file.
/// ```
/// offset  0  "RAW " (left out before later ranges by early programs)
///         4  unsigned: points             8  float: time per step, s    12  float: step, degrees
///        16  scan mode                   24  float: start two theta     28  3 floats: theta, chi, phi (-1e6: unknown)
///        40  32 characters: sample       72  2 floats: K-alpha1, K-alpha2
///       152  unsigned: 0 in the last range
///       156  floats: intensities
/// ```
/// As described in xylib (bruker_raw) and PyXRD (BrkRAWParser).
struct BrukerRAW1 {
    let content: FileContent
    let fields: BinaryFields

    func patterns(notes: inout [String]) throws -> [DiffractionPattern] {
        var patterns: [DiffractionPattern] = []
        var start = 4
        while true {
            let number = patterns.count + 1
            if number > 1, try fields.text(at: start, count: 4, "the next range") == "RAW " { start += 4 }
            let range = BrukerRange(
                content: content, fields: fields, number: number,
                announced: try fields.uint32(at: start, "the number of points"), dataStart: start + 152,
                recordLength: 4)
            let isLast = try fields.uint32(at: start + 148, "the mark of further ranges") == 0
            patterns.append(try pattern(range, header: start, notes: &notes))
            let end = range.dataStart.addingReportingOverflow(range.announced * 4)
            if isLast || end.overflow { break }
            start = end.partialValue
            if start >= fields.count {
                notes.append("the file announces a further range after range \(number) but ends")
                break
            }
        }
        return patterns
    }

    private func pattern(_ range: BrukerRange, header: Int, notes: inout [String]) throws -> DiffractionPattern {
        let time = try fields.positive32(at: header + 4, "the time per step").map(CountingTime.common)
        let step = try fields.float32(at: header + 8, "the step")
        let first = try fields.float32(at: header + 20, "the start")
        let intensities = try range.intensities(notes: &notes)
        var setup = DiffractionSetup(scanAxis: "2Theta")
        for (offset, name) in [(24, "THETA"), (28, "KHI"), (32, "PHI")] {
            let value = try fields.float32(at: header + offset, "an angle")
            if value.isFinite, value != -1e6 { setup.further[name] = "\(Float(value))" }
        }
        return DiffractionPattern(
            sample: try fields.label(at: header + 36, count: 32, "the sample"),
            axis: DiffractionAxis(
                try content.places(
                    from: decimal(first), step: decimal(step), count: intensities.count, at: .byte(header + 8)),
                kind: .twoTheta),
            intensities: intensities,
            unit: PatternNotes.unit(intensities, countingTime: time, scan: range.number, notes: &notes),
            countingTime: time,
            radiation: Radiation(
                kAlpha1: try fields.wavelength32(at: header + 68), kAlpha2: try fields.wavelength32(at: header + 72),
                origin: .file),
            setup: setup, missingPoints: range.announced - intensities.count)
    }
}

/// The decimal number that a float was made from: 0.02 rather than 0.0199999995529652, an error that would add up over
/// thousands of steps.
func decimal(_ value: Double) -> Double {
    guard value.isFinite, Double(Float(value)) == value else { return value }
    return Double("\(Float(value))") ?? value
}
