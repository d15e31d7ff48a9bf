import Foundation
import Spectra

/// Philips' and PANalytical's text format:
/// ```
/// SampleIdent,Sample5 ,/
/// Anode,Cu,/
/// LabdaAlpha1, 1.54060,/
/// DivergenceSlit,Fixed, 1/2,/
/// DataAngleRange,   5.0000, 120.0000,/
/// ScanStepSize,    0.020,/
/// RawScan
///     6234,    6185,    5969, ...
///     442/                                  the last number is followed by a slash, with or without a comma
/// ```
/// Angles are not stored: they follow from the start and the step.
enum PhilipsUDFFormat: DiffractionFormat {
    static let name = "PANalytical UDF"
    static let extensions = ["udf"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 512) else { return false }
        return head.lines.first { !$0.trimmed.isEmpty }?.trimmed.hasPrefix("SampleIdent,") ?? false
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        var header: [String: String] = [:]
        var index = 0
        while true {
            guard index < text.lines.count else {
                throw text.malformed(index, expected: "the line \"RawScan\"")
            }
            let line = text.lines[index].trimmed
            index += 1
            if line.lowercased() == "rawscan" { break }
            if line.isEmpty { continue }
            guard let (key, rest) = line.halves(at: ",") else {
                // Titles are written without a comma where they are empty.
                if line.hasPrefix("Title") { continue }
                throw text.malformed(index - 1, expected: "a line \"key,value,/\" or \"RawScan\"")
            }
            header[String(key)] = value(rest)
        }
        let firstDataLine = index
        let intensities = try numbers(text, from: firstDataLine)
        let range = (header["DataAngleRange"] ?? "")[...].numbers ?? []
        guard range.count >= 2, let step = (header["ScanStepSize"] ?? "")[...].trimmed.decimal else {
            throw content.malformed(
                .line(firstDataLine), expected: "DataAngleRange and ScanStepSize before RawScan",
                found: "\"\(header["DataAngleRange"] ?? "nothing")\" and \"\(header["ScanStepSize"] ?? "nothing")\"")
        }
        let announced = try content.pointCount(from: range[0], to: range[1], step: step, at: .line(firstDataLine))
        guard !intensities.isEmpty else {
            throw text.malformed(firstDataLine, expected: "\(announced) intensities after RawScan")
        }
        var notes: [String] = []
        if intensities.count < announced {
            notes.append(PatternNotes.cutOff(scan: 1, read: intensities.count, announced: announced))
        } else if intensities.count > announced {
            notes.append("scan 1: the file announces \(announced) points but holds \(intensities.count)")
        }
        let pattern = DiffractionPattern(
            name: header["Title1"] ?? "", sample: header["SampleIdent"] ?? "",
            axis: DiffractionAxis(
                try content.places(
                    from: range[0], step: step, count: intensities.count, at: .line(firstDataLine)), kind: .twoTheta),
            intensities: intensities, unit: .counts,
            countingTime: (header["ScanStepTime"] ?? "")[...].trimmed.decimal.flatMap { $0 > 0 ? .common($0) : nil },
            radiation: radiation(header), setup: setup(header),
            comments: [header["Title1"], header["Title2"]].compactMap { $0 }.filter { !$0.isEmpty },
            missingPoints: max(0, announced - intensities.count))
        return try file(content, [pattern], notes: notes)
    }

    /// The value without the comma and slash that close the line. It may hold commas itself.
    private static func value(_ rest: Substring) -> String {
        var rest = rest
        if rest.hasSuffix("/") { rest = rest.dropLast().trimmed }
        if rest.hasSuffix(",") { rest = rest.dropLast().trimmed }
        return String(rest)
    }

    /// The numbers up to the slash. It is missing in some files that are whole.
    private static func numbers(_ text: PatternText, from start: Int) throws -> [Double] {
        var values: [Double] = []
        for index in start..<text.lines.count {
            var line = text.lines[index]
            let slash = line.firstIndex(of: "/")
            if let slash { line = line[..<slash] }
            var fields = line.fields
            // A number at the end of a file that breaks off may be half of one.
            let isCut = slash == nil && index == text.lines.count - 1 && text.lastLineIsOpen
            if isCut && !fields.isEmpty && line.utf8.last != 0x2C { fields.removeLast() }
            for field in fields {
                guard let value = field.decimal else {
                    throw text.malformed(index, expected: "an intensity", found: "\"\(field.prefix(40))\"")
                }
                values.append(value)
            }
            if slash != nil { return values }
        }
        return values
    }

    private static func radiation(_ header: [String: String]) -> Radiation {
        func number(_ key: String) -> Double? { (header[key] ?? "")[...].trimmed.decimal }
        return Radiation(
            anode: header["Anode"], kAlpha1: number("LabdaAlpha1"), kAlpha2: number("LabdaAlpha2"),
            kAlpha2Ratio: number("RatioAlpha21"), origin: .file)
    }

    private static func setup(_ header: [String: String]) -> DiffractionSetup {
        var setup = DiffractionSetup(scanAxis: "2Theta", date: header["FileDateTime"], further: header)
        setup.scanMode = header["ScanType"]
        setup.instrument = header["DiffrType"].flatMap { $0 == "?" || $0.isEmpty ? nil : $0 }
        setup.divergenceSlit = header["DivergenceSlit"]
        setup.monochromator = header["MonochromatorUsed"].flatMap { $0.uppercased().hasPrefix("Y") ? "yes" : nil }
        setup.tubeVoltage = (header["GeneratorVoltage"] ?? "")[...].trimmed.decimal
        setup.tubeCurrent = (header["TubeCurrent"] ?? "")[...].trimmed.decimal
        return setup
    }
}
