import Foundation
import Spectra

/// Rigaku's older text format (.asc, .dat):
/// ```
/// *TYPE           =  Raw
/// *GROUP_COUNT    =  2
/// *BEGIN                                for each scan; keys before the first belong to all
/// *SCAN_AXIS      =  2theta/theta
/// *START          =  10.0000
/// *STOP           =  103.1200
/// *STEP           =  0.0200
/// *YUNIT          =  Counts             or CPS
/// *COUNT          =  4657
///  1048, 1162, 1108, 1163
/// *END
/// *EOF
/// ```
enum RigakuTextFormat: DiffractionFormat {
    static let name = "Rigaku ASC/DAT"
    static let extensions = ["asc", "dat"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 512) else { return false }
        return head.lines.first { !$0.trimmed.isEmpty }?.trimmed.uppercased().hasPrefix("*TYPE") ?? false
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        var notes: [String] = []
        var patterns: [DiffractionPattern] = []
        var common: [String: String] = [:]
        var group: RigakuTextGroup?
        for (index, line) in text.lines.enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            guard line.hasPrefix("*") else {
                guard group != nil else { throw text.malformed(index, expected: "*BEGIN before the intensities") }
                try group?.add(line, at: index)
                continue
            }
            let (key, value) = line.dropFirst().halves(at: "=") ?? (line.dropFirst().trimmed, "")
            switch key.uppercased() {
            case "BEGIN":
                if let group {
                    patterns += try group.patterns(scan: patterns.count + 1, isClosed: false, notes: &notes)
                }
                group = RigakuTextGroup(text: text, line: index, header: common)
            case "END":
                if let group { patterns += try group.patterns(scan: patterns.count + 1, isClosed: true, notes: &notes) }
                group = nil
            case "EOF": break
            case let name:
                if group != nil { group?.header[name] = value.unquoted } else { common[name] = value.unquoted }
                if name == "TYPE", value.lowercased().hasPrefix("peak") {
                    throw text.malformed(index, expected: "a scan", found: "a list of peaks")
                }
            }
        }
        if let group { patterns += try group.patterns(scan: patterns.count + 1, isClosed: false, notes: &notes) }
        return try file(content, patterns, notes: notes)
    }
}

/// One scan of an older Rigaku text.
private struct RigakuTextGroup {
    let text: PatternText
    let line: Int
    var header: [String: String]
    private var intensities: [Double] = []

    init(text: PatternText, line: Int, header: [String: String]) {
        self.text = text
        self.line = line
        self.header = header
    }

    mutating func add(_ line: Substring, at index: Int) throws {
        guard var numbers = line.numbers else { throw text.malformed(index, expected: "intensities") }
        // The last number of a file that breaks off may be half of one.
        if index == text.lines.count - 1, text.lastLineIsOpen, !numbers.isEmpty { numbers.removeLast() }
        intensities += numbers
    }

    private func number(_ key: String) -> Double? { header[key].flatMap { $0[...].trimmed.decimal } }

    func patterns(scan: Int, isClosed: Bool, notes: inout [String]) throws -> [DiffractionPattern] {
        guard let start = number("START"), let step = number("STEP") else {
            throw text.malformed(line, expected: "*START and *STEP in the scan that begins here")
        }
        guard !intensities.isEmpty else {
            notes.append("the scan that begins in line \(line + 1) holds no points and was left out")
            return []
        }
        let announced = number("COUNT").flatMap { $0 > 0 && $0 < 1e9 ? Int($0) : nil } ?? intensities.count
        if isClosed, announced != intensities.count {
            throw text.malformed(
                line, expected: "\(announced) intensities in the scan that begins here", found: "\(intensities.count)")
        }
        let missing = max(isClosed ? 0 : 1, announced - intensities.count)
        if missing > 0 {
            notes.append(PatternNotes.cutOff(scan: scan, read: intensities.count, announced: announced))
        }
        let axisName = header["SCAN_AXIS"] ?? ""
        let kind = ScanAxisName.kind(of: axisName)
        if kind == nil && !axisName.isEmpty { notes.append(PatternNotes.unknownAxis(axisName, scan: scan)) }
        if let kind, kind != .twoTheta { notes.append(PatternNotes.notDiffraction(axisName, scan: scan)) }
        let places = try text.content.places(from: start, step: step, count: intensities.count, at: .line(line + 1))
        return [
            DiffractionPattern(
                sample: header["SAMPLE"] ?? "", axis: DiffractionAxis(places, kind: kind ?? .twoTheta),
                intensities: intensities, unit: unit, countingTime: countingTime(step: step), radiation: radiation,
                setup: setup, comments: [header["COMMENT"] ?? "", header["MEMO"] ?? ""].filter { !$0.isEmpty },
                missingPoints: missing)
        ]
    }

    private var unit: IntensityUnit {
        switch header["YUNIT"]?.lowercased() {
        case "counts", "count", nil: .counts
        case "cps", "counts/s", "counts/sec.": .countsPerSecond
        default: .arbitrary
        }
    }

    private func countingTime(step: Double) -> CountingTime? {
        guard let speed = number("SCAN_SPEED"), speed > 0, step > 0 else { return nil }
        let dimension = (header["SPEED_DIM"] ?? "").lowercased().filter { $0.isLetter || $0 == "/" }
        if dimension.hasPrefix("deg/min") { return .common(step * 60 / speed) }
        if dimension.hasPrefix("deg/s") { return .common(step / speed) }
        if dimension.hasPrefix("sec") { return .common(speed) }
        return nil
    }

    private var radiation: Radiation {
        let anodes = [24: "Cr", 26: "Fe", 27: "Co", 29: "Cu", 42: "Mo", 45: "Rh", 47: "Ag", 74: "W"]
        let target = header["TARGET"] ?? ""
        let anode = Int(target).flatMap { anodes[$0] } ?? (target.first?.isLetter ?? false ? target : nil)
        return Radiation(
            anode: anode, kAlpha1: number("WAVE_LENGTH1") ?? number("WAVELENGTH1") ?? number("WAVE_LENGTH"),
            kAlpha2: number("WAVE_LENGTH2") ?? number("WAVELENGTH2"), origin: .file)
    }

    private var setup: DiffractionSetup {
        var setup = DiffractionSetup(
            scanAxis: header["SCAN_AXIS"], date: header["DATE"], further: header.filter { !$0.value.isEmpty })
        setup.scanMode = header["SCAN_MODE"] ?? header["MEAS_MODE"]
        setup.instrument = header["GONIO"]
        setup.monochromator = (header["MONOCHRO"] ?? header["MONOCHROMATOR"])?.nilIfEmpty
        setup.betaFilter = header["FILTER"].flatMap {
            ["", "none", "no", "nothing"].contains($0.lowercased()) ? nil : $0
        }
        setup.divergenceSlit = (header["DS"] ?? header["SLIT_DS"])?.nilIfEmpty
        setup.tubeVoltage = number("KV")
        setup.tubeCurrent = number("MA") ?? number("mA")
        return setup
    }
}
