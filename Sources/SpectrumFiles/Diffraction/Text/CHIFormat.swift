import Foundation
import Spectra

/// The chi-plot format of Fit2D and pyFAI: four lines (title, label of the axis, label of the intensities, number of
/// points and perhaps of curves), then the points with one or more intensities each.
enum CHIFormat: DiffractionFormat {
    static let name = "chi-plot (Fit2D, pyFAI)"
    static let extensions = ["chi"]

    private static func counts(_ line: Substring) -> (points: Int, curves: Int)? {
        guard let numbers = line.numbers, (1...2).contains(numbers.count), numbers[0] >= 1, numbers[0] < 1e8,
            numbers[0] == numbers[0].rounded()
        else { return nil }
        let curves = numbers.count == 2 ? numbers[1] : 1
        guard curves >= 1, curves <= 1000, curves == curves.rounded() else { return nil }
        return (Int(numbers[0]), Int(curves))
    }

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 4096), head.lines.count >= 5,
            let counts = counts(head.lines[3]), let first = head.lines[4].numbers
        else { return false }
        // The labels are words, and the first point has as many numbers as the fourth line says.
        return first.count == counts.curves + 1 && head.lines[0..<3].allSatisfy { $0.numbers?.isEmpty ?? true }
            && !head.lines[1].trimmed.isEmpty
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        guard text.lines.count >= 5, let counts = counts(text.lines[3]) else {
            throw text.malformed(3, expected: "the number of points")
        }
        var columns = [[Double]](repeating: [], count: counts.curves + 1)
        for index in text.lines.indices.dropFirst(4) where columns[0].count < counts.points {
            if text.lines[index].trimmed.isEmpty { continue }
            let isCut = index == text.lines.count - 1 && text.lastLineIsOpen && columns[0].count + 1 < counts.points
            if isCut { break }
            guard let numbers = text.lines[index].numbers, numbers.count >= counts.curves + 1 else {
                throw text.malformed(index, expected: "\(counts.curves + 1) numbers")
            }
            for column in columns.indices { columns[column].append(numbers[column]) }
        }
        let found = columns[0].count
        guard found > 0 else { throw text.malformed(4, expected: "\(counts.points) points") }
        var notes: [String] = []
        if found < counts.points { notes.append(PatternNotes.cutOff(scan: 1, read: found, announced: counts.points)) }
        let label = text.lines[1].trimmed
        let axis = try axis(columns[0], label: String(label), text: text, options: options, notes: &notes)
        let title = String(text.lines[0].trimmed)
        let patterns = (1...counts.curves).map { curve in
            DiffractionPattern(
                name: counts.curves > 1 ? "\(title) \(curve)" : title, axis: axis, intensities: columns[curve],
                unit: options.unit ?? .arbitrary, radiation: HeaderStatements.radiation(in: [text.lines[0]]),
                setup: DiffractionSetup(scanAxis: String(label)), comments: [title, String(text.lines[2].trimmed)],
                missingPoints: counts.points - found)
        }
        return try file(content, patterns, notes: notes)
    }

    private static func axis(
        _ values: [Double], label: String, text: PatternText, options: DiffractionReadOptions, notes: inout [String]
    ) throws -> DiffractionAxis {
        if let named = AxisLabel(label) { return DiffractionAxis(named.scaled(values), kind: named.kind) }
        if let stated = options.axis { return DiffractionAxis(values, kind: stated) }
        if label.lowercased().contains("pixel") || label.lowercased().contains("mm") {
            throw text.malformed(
                1, expected: "an angle, a spacing or a momentum transfer as axis", found: "\"\(label)\"")
        }
        notes.append(
            "the label \"\(label)\" of the axis is not known here; its values were taken as two theta in degrees")
        return DiffractionAxis(values, kind: .twoTheta)
    }
}
