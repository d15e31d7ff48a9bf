import Foundation
import Spectra

/// The text format of Siemens and Bruker (DIFFRAC-AT, DIFFRAC plus):
/// ```
/// ; a comment
/// _FILEVERSION=2
/// _WL1=1.540600                    keys of the file
/// ; (Data for Range number 1)
/// _DRIVE='COUPLED'                 a range starts: keys not repeated stay as they were
/// _STEPTIME=0.500000
/// _STEPSIZE=0.015592
/// _START=3.000000
/// _COUNTS                          intensities only, any number in a line; or _CPS,
///    1048   1162 ...               or _2THETACOUNTS, _2THETACPS: angle and intensity in each line,
///                                  or _2THETACOUNTSTIME: angle, counts and time in each line
/// ```
/// The first column is the position of the axis that `_DRIVE` names, whatever the keyword says.
enum BrukerUXDFormat: DiffractionFormat {
    static let name = "Bruker/Siemens UXD"
    static let extensions = ["uxd"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content) else { return false }
        let first = head.lines.first { !$0.trimmed.isEmpty && !$0.trimmed.hasPrefix(";") }
        return first?.trimmed.uppercased().hasPrefix("_FILEVERSION") ?? false
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        var notes: [String] = []
        var patterns: [DiffractionPattern] = []
        var header: [String: String] = [:]
        var block: UXDBlock?
        var skipsPeaks = false
        for (index, line) in text.lines.enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix(";") { continue }
            if line.hasPrefix("_") {
                let (key, value) = line.halves(at: "=") ?? (line, "")
                let name = key.dropFirst().uppercased()
                if let columns = UXDBlock.columns(name) {
                    if let block { patterns.append(try block.pattern(patterns.count + 1, notes: &notes)) }
                    block = UXDBlock(text: text, line: index, columns: columns, header: header)
                    skipsPeaks = false
                } else if ["D-I", "2THETA-I", "ACTUAL_I100"].contains(name) {
                    skipsPeaks = true
                    notes.append("line \(index + 1): a list of peaks was left out")
                } else {
                    if let done = block {
                        patterns.append(try done.pattern(patterns.count + 1, notes: &notes))
                        block = nil
                    }
                    header[name] = value.unquoted
                }
            } else if skipsPeaks {
                continue
            } else {
                guard block != nil else {
                    throw text.malformed(index, expected: "_COUNTS or another keyword before the intensities")
                }
                try block?.add(line, at: index)
            }
        }
        if let block { patterns.append(try block.pattern(patterns.count + 1, notes: &notes)) }
        return try file(content, patterns, notes: notes)
    }
}

/// The numbers of one range of a UXD file.
private struct UXDBlock {
    /// What stands in a line.
    enum Columns {
        case intensities(IntensityUnit)
        case anglesAndIntensities(IntensityUnit)
        case anglesCountsAndTimes
    }

    let text: PatternText
    let line: Int
    let columns: Columns
    let header: [String: String]
    private var rows: [[Double]] = []
    private var values: [Double] = []

    init(text: PatternText, line: Int, columns: Columns, header: [String: String]) {
        self.text = text
        self.line = line
        self.columns = columns
        self.header = header
    }

    static func columns(_ keyword: String) -> Columns? {
        switch keyword {
        case "COUNTS": .intensities(.counts)
        case "CPS": .intensities(.countsPerSecond)
        case "2THETACOUNTS": .anglesAndIntensities(.counts)
        case "2THETACPS": .anglesAndIntensities(.countsPerSecond)
        case "2THETACOUNTSTIME": .anglesCountsAndTimes
        default: nil
        }
    }

    mutating func add(_ line: Substring, at index: Int) throws {
        guard var numbers = line.numbers else { throw text.malformed(index, expected: "intensities") }
        let isCut = index == text.lines.count - 1 && text.lastLineIsOpen
        switch columns {
        case .intensities:
            let announced = number("STEPCOUNT") ?? 0
            if isCut, Double(values.count + numbers.count) < announced, !numbers.isEmpty { numbers.removeLast() }
            values += numbers
        case .anglesAndIntensities, .anglesCountsAndTimes:
            let width = if case .anglesCountsAndTimes = columns { 3 } else { 2 }
            guard numbers.count >= width else {
                if isCut { return }
                throw text.malformed(index, expected: "\(width) numbers")
            }
            numbers.removeLast(numbers.count - width)
            rows.append(numbers)
        }
    }

    private func number(_ key: String) -> Double? { header[key].flatMap { $0[...].trimmed.decimal } }

    func pattern(_ scan: Int, notes: inout [String]) throws -> DiffractionPattern {
        var countingTime = number("STEPTIME").flatMap { $0 > 0 ? CountingTime.common($0) : nil }
        let unit: IntensityUnit
        let places: [Double]
        let intensities: [Double]
        switch columns {
        case .intensities(let stated):
            unit = stated
            intensities = values
            guard let start = number("START"), let step = number("STEPSIZE") else {
                throw text.malformed(line, expected: "_START and _STEPSIZE before the intensities")
            }
            places = try text.content.places(from: start, step: step, count: values.count, at: .line(line + 1))
        case .anglesAndIntensities(let stated):
            unit = stated
            places = rows.map { $0[0] }
            intensities = rows.map { $0[1] }
        case .anglesCountsAndTimes:
            unit = .counts
            places = rows.map { $0[0] }
            intensities = rows.map { $0[1] }
            if rows.allSatisfy({ $0[2] > 0 }) { countingTime = .each(rows.map { $0[2] }) }
        }
        guard !intensities.isEmpty else { throw text.malformed(line + 1, expected: "intensities") }
        let drive = header["DRIVE"] ?? ""
        let kind = ScanAxisName.kind(of: drive)
        if kind == nil && !drive.isEmpty { notes.append(PatternNotes.unknownAxis(drive, scan: scan)) }
        if let kind, kind != .twoTheta { notes.append(PatternNotes.notDiffraction(drive, scan: scan)) }
        let announced = number("STEPCOUNT").flatMap { $0 > 0 && $0 < 1e9 ? Int($0) : nil } ?? intensities.count
        if announced > intensities.count {
            notes.append(PatternNotes.cutOff(scan: scan, read: intensities.count, announced: announced))
        }
        return DiffractionPattern(
            sample: header["SAMPLE"] ?? "", axis: DiffractionAxis(places, kind: kind ?? .twoTheta),
            intensities: intensities, unit: unit, countingTime: countingTime, radiation: radiation, setup: setup,
            missingPoints: max(0, announced - intensities.count))
    }

    private var radiation: Radiation {
        // Lines of a tube where there is an anode; _RANGE_WL is the wavelength that the range was measured with.
        let first = number("WL1")
        return Radiation(
            anode: header["ANODE"], kAlpha1: first, kAlpha2: number("WL2"), kAlpha2Ratio: number("WLRATIO"),
            kBeta: number("WL3"), monochromatic: first == nil ? number("RANGE_WL") : nil, origin: .file)
    }

    private var setup: DiffractionSetup {
        var setup = DiffractionSetup(scanAxis: header["DRIVE"], date: header["DATEMEASURED"], further: header)
        setup.scanMode = header["STEPMODE"].map { $0 == "C" ? "Continuous" : $0 == "S" ? "Step" : $0 }
        setup.goniometerRadius = number("GONIOMETER_RADIUS").flatMap { $0 > 0 ? $0 : nil }
        setup.divergenceSlit = number("FIXED_DIVSLIT").flatMap { $0 > 0 ? "\($0) deg" : nil }
        setup.monochromator =
            [
                header["MONOCHROMATOR"].flatMap { $0 == "0" || $0.isEmpty ? nil : "primary, code \($0)" },
                header["ANALYZER_CODE"].flatMap { $0 == "0" || $0.isEmpty ? nil : "secondary, code \($0)" },
            ].compactMap { $0 }.joined(separator: "; ").nilIfEmpty
        setup.betaFilter = header["BETA_FILTER"] == "Y" ? "yes" : nil
        setup.tubeVoltage = number("KV").flatMap { $0 > 0 ? $0 : nil }
        setup.tubeCurrent = number("MA").flatMap { $0 > 0 ? $0 : nil }
        setup.temperature = number("TEMPERATURE").flatMap { $0 > 0 ? $0 : nil }
        return setup
    }
}

extension String {
    /// The text, or `nil` where it is empty.
    var nilIfEmpty: String? { isEmpty ? nil : self }
}
