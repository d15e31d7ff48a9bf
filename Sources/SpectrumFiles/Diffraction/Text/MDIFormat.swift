import Foundation
import Spectra

/// The text format of MDI's programs (Jade):
/// ```
/// 04/25/01 09:33 DIF  Demo file                                  date, time and title
///    5.0000 0.0200  1.00 CU 1.540598   90.000   4251             start, step, time, anode, wavelength, stop, points
///      123      118 ...                                          intensities, any number in a line
/// ```
enum MDIFormat: DiffractionFormat {
    static let name = "MDI Jade"
    static let extensions = ["mdi"]

    private struct Header {
        var start: Double
        var step: Double
        var time: Double
        var anode: String
        var wavelength: Double
        var stop: Double
        var points: Int
    }

    private static func header(_ text: PatternText) -> Header? {
        guard text.lines.count >= 2 else { return nil }
        let fields = text.lines[1].fields
        guard fields.count >= 7, let start = fields[0].decimal, let step = fields[1].decimal,
            let time = fields[2].decimal,
            fields[3].first?.isLetter ?? false, let wavelength = fields[4].decimal, let stop = fields[5].decimal,
            let points = fields[6].decimal, step > 0, stop > start, points >= 2, points < 1e8,
            abs((stop - start) / step + 1 - points) < 1.5
        else { return nil }
        return Header(
            start: start, step: step, time: time, anode: String(fields[3]), wavelength: wavelength, stop: stop,
            points: Int(points))
    }

    static func recognises(_ content: FileContent) -> Bool {
        PatternText.head(of: content, length: 2048).flatMap(header) != nil
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        guard let header = header(text) else {
            throw text.malformed(1, expected: "start, step, time, anode, wavelength, stop and number of points")
        }
        var intensities: [Double] = []
        for index in text.lines.indices.dropFirst(2) where intensities.count < header.points {
            guard var numbers = text.lines[index].numbers else { throw text.malformed(index, expected: "intensities") }
            let isCut = index == text.lines.count - 1 && text.lastLineIsOpen
            if isCut, intensities.count + numbers.count < header.points, !numbers.isEmpty { numbers.removeLast() }
            intensities += numbers
        }
        guard !intensities.isEmpty else { throw text.malformed(2, expected: "\(header.points) intensities") }
        var notes: [String] = []
        let count = min(intensities.count, header.points)
        if count < header.points { notes.append(PatternNotes.cutOff(scan: 1, read: count, announced: header.points)) }
        let title = String(text.lines[0].trimmed)
        let time = header.time > 0 ? CountingTime.common(header.time) : nil
        let values = Array(intensities.prefix(count))
        let pattern = DiffractionPattern(
            name: title,
            axis: DiffractionAxis(
                try content.places(from: header.start, step: header.step, count: count, at: .line(2)), kind: .twoTheta),
            intensities: values, unit: PatternNotes.unit(values, countingTime: time, scan: 1, notes: &notes),
            countingTime: time, radiation: TubeLine.radiation(wavelength: header.wavelength, anode: header.anode),
            setup: DiffractionSetup(scanAxis: "2Theta"), comments: [title].filter { !$0.isEmpty },
            missingPoints: header.points - count)
        return try file(content, [pattern], notes: notes)
    }
}
