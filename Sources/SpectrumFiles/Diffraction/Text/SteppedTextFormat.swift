import Foundation
import Spectra

/// Text files whose header gives start, step and stop, followed by the intensities alone: DBWS (`3F8.2`), RIET7 and
/// LHPM, FullProf's free format, Koalariet XDD (after a comment in `/* */`), and of neutron instruments D1A/D2B at the
/// ILL and DMC/HRPT at PSI, whose second half are the standard uncertainties:
/// ```
/// title                                       up to five lines of any text
///    5.00   0.02   77.00   a comment          start, step, stop
///     1097      1133      1099 ...            any number of intensities in a line
/// ```
enum SteppedTextFormat: DiffractionFormat {
    static let name = "start, step, stop and intensities (DBWS, RIET7, FullProf, DMC)"
    static let extensions = ["dat", "dbw", "rit", "neu", "xdd"]

    /// Where the line with start, step and stop stands, and what it says.
    private struct Range {
        let line: Int
        let start: Double
        let step: Double
        let stop: Double
        let count: Int
    }

    /// The first of the first lines that starts with three numbers of which the third is a whole number of steps from
    /// the first, and after which the lines look different (otherwise they are columns).
    private static func range(_ lines: [Substring]) -> Range? {
        for index in lines.indices.prefix(8) {
            let fields = lines[index].fields
            guard fields.count >= 3, let start = fields[0].decimal, let step = fields[1].decimal,
                let stop = fields[2].decimal, step > 0, step <= 10, stop > start, abs(start) <= 1000, stop <= 100_000
            else { continue }
            let exact = (stop - start) / step
            guard exact.isFinite, exact >= 3, exact < 1e7, abs(exact - exact.rounded()) < 0.02 else { continue }
            guard let next = lines.dropFirst(index + 1).first(where: { !$0.trimmed.isEmpty }),
                let values = next.numbers,
                fields.contains(where: { $0.decimal == nil }) || values.count != fields.count
            else { continue }
            return Range(line: index, start: start, step: step, stop: stop, count: Int(exact.rounded()) + 1)
        }
        return nil
    }

    /// The lines with a leading comment in `/* */` blanked out.
    private static func withoutComment(_ lines: [Substring]) -> [Substring] {
        guard lines.first?.trimmed.hasPrefix("/*") ?? false,
            let end = lines.firstIndex(where: { $0.contains("*/") })
        else { return lines }
        var lines = lines
        for index in 0..<end { lines[index] = "" }
        if let range = lines[end].range(of: "*/") { lines[end] = lines[end][range.upperBound...] }
        // Only what follows the comment counts as the beginning; line numbers stay those of the file.
        return lines
    }

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content) else { return false }
        return range(skippingBlank(withoutComment(head.lines))) != nil
    }

    /// The lines from the first that is not blank after a comment.
    private static func skippingBlank(_ lines: [Substring]) -> [Substring] {
        guard lines.first?.isEmpty ?? false else { return lines }
        return Array(lines.drop { $0.trimmed.isEmpty })
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        let cleaned = withoutComment(text.lines)
        let lines = skippingBlank(cleaned)
        let offset = cleaned.count - lines.count
        guard let range = range(lines) else { throw text.malformed(0, expected: "a line with start, step and stop") }
        var notes: [String] = []
        var values: [Double] = []
        for index in lines.indices.dropFirst(range.line + 1) {
            guard var numbers = lines[index].numbers else {
                // Some instruments write notes after the numbers.
                if values.count >= range.count { break }
                throw text.malformed(offset + index, expected: "intensities")
            }
            let isCut = index == lines.count - 1 && text.lastLineIsOpen && values.count + numbers.count < range.count
            if isCut, !numbers.isEmpty { numbers.removeLast() }
            values += numbers
        }
        guard !values.isEmpty else {
            throw text.malformed(offset + range.line + 1, expected: "\(range.count) intensities")
        }
        let count = min(values.count, range.count)
        if count < range.count { notes.append(PatternNotes.cutOff(scan: 1, read: count, announced: range.count)) }
        let header = lines[0..<range.line].map { $0.trimmed }
        var uncertainties: [Double]?
        if values.count == 2 * range.count, isFollowedByUncertainties(header) {
            uncertainties = Array(values.suffix(range.count))
        } else if values.count > range.count {
            notes.append("\(values.count - range.count) numbers after the \(range.count) intensities were left out")
        }
        let tail = lines[range.line].fields.dropFirst(3).joined(separator: " ")
        let comments = (header.map(String.init) + [tail]).filter { !$0.isEmpty }
        let isNeutron = header.contains { $0.lowercased().contains("lambda=") } && uncertainties != nil
        var radiation = HeaderStatements.radiation(in: header)
        if isNeutron { radiation.probe = .neutron }
        let pattern = DiffractionPattern(
            name: comments.first ?? "",
            axis: DiffractionAxis(
                try content.places(
                    from: range.start, step: range.step, count: count, at: .line(offset + range.line + 1)),
                kind: .twoTheta),
            intensities: Array(values.prefix(count)), unit: uncertainties == nil ? unit(values, options) : .arbitrary,
            standardUncertainties: uncertainties, radiation: radiation, setup: DiffractionSetup(scanAxis: "2Theta"),
            comments: comments, missingPoints: range.count - count)
        if radiation.wavelength == nil { notes.append("the file does not state the wavelength") }
        return try file(content, [pattern], notes: notes)
    }

    /// Whether the header is that of DMC at PSI (a line with `lambda=`) or, as D1A and D2B write it, has a line of six
    /// numbers of which the fourth says that uncertainties follow.
    private static func isFollowedByUncertainties(_ header: [Substring]) -> Bool {
        header.contains { line in
            if line.lowercased().contains("lambda=") { return true }
            guard let numbers = line.numbers, numbers.count == 6 else { return false }
            return numbers[3] == 1
        }
    }

    /// Whole numbers without uncertainties are counts; anything else is not known.
    private static func unit(_ values: [Double], _ options: DiffractionReadOptions) -> IntensityUnit {
        if let stated = options.unit { return stated }
        return values.allSatisfy { $0 >= 0 && $0 == $0.rounded() } ? .counts : .arbitrary
    }
}
