import Foundation
import Spectra

/// Rigaku's SmartLab Studio format: a zip archive with, for each scan, a text of three columns and an XML document.
/// ```
/// root.xml                              <Data0 Type="Profile"><ContentHashList Name="Profile0.txt"/> ...
/// Data0/Profile0.txt                    two theta, intensity, factor of the attenuator
/// Data0/MesurementConditions0.xml       (spelt so)
/// ```
enum RigakuRASXFormat: DiffractionFormat {
    static let name = "Rigaku RASX"
    static let extensions = ["rasx"]

    static func recognises(_ content: FileContent) -> Bool {
        guard ZipArchive.recognises(content.data), let archive = try? ZipArchive(content) else { return false }
        return archive.entries.contains { isProfile($0.path) }
    }

    private static func isProfile(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.count == 2 && parts[0].hasPrefix("Data") && parts[1].hasPrefix("Profile")
            && parts[1].hasSuffix(".txt")
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let archive = try ZipArchive(content)
        func number(_ entry: ZipArchive.Entry) -> Int {
            Int(entry.path.split(separator: "/").first?.filter(\.isNumber).suffix(9) ?? "") ?? 0
        }
        // Folders are numbered in the order of the scans; the order in the archive is another.
        let profiles = archive.entries.filter { isProfile($0.path) }.sorted { number($0) < number($1) }
        var notes: [String] = []
        var patterns: [DiffractionPattern] = []
        for profile in profiles {
            let folder = profile.path.split(separator: "/").first ?? ""
            let conditions = archive.entries.first { entry in
                entry.path.hasPrefix("\(folder)/") && entry.path.lowercased().hasSuffix(".xml")
                    && entry.path.lowercased().contains("conditions")
            }
            let named = FileContent(path: "\(content.path), \(profile.path)", data: try archive.data(of: profile))
            let rows = try rows(PatternText(named))
            guard !rows.places.isEmpty else {
                notes.append("\(profile.path) holds no points and was left out")
                continue
            }
            let root = try conditions.map { try XMLTree(archive.data(of: $0), file: "\(content.path), \($0.path)") }
            let header = root.map(header) ?? RigakuHeader(values: [:])
            if root == nil { notes.append("\(folder) has no measurement conditions") }
            patterns.append(
                pattern(header, rows: rows, conditions: root, scan: patterns.count + 1, notes: &notes))
        }
        return try file(content, patterns, notes: notes)
    }

    private static func rows(_ text: PatternText) throws -> RigakuRows {
        var rows = RigakuRows()
        for (index, line) in text.lines.enumerated() where !line.trimmed.isEmpty {
            guard rows.add(line) else { throw text.malformed(index, expected: "two theta and an intensity") }
        }
        return rows
    }

    /// The keys of .ras files, of which the document holds a copy, completed by its own elements.
    private static func header(_ root: XMLTree) -> RigakuHeader {
        var values: [String: String] = [:]
        for pair in root.child("RASHeader")?.children("Pair") ?? [] {
            let texts = pair.children("string").map(\.text)
            if let key = texts.first, key.hasPrefix("*") {
                values[String(key.dropFirst())] = texts.dropFirst().first ?? ""
            }
        }
        func take(_ text: String?, for key: String) {
            if let text, !text.isEmpty { values[key] = text }
        }
        let generator = root.child("HWConfigurations", "XrayGenerator")
        take(generator?.child("TargetName")?.text, for: "HW_XG_TARGET_NAME")
        take(generator?.child("WavelengthKalpha1")?.text, for: "HW_XG_WAVE_LENGTH_ALPHA1")
        take(generator?.child("WavelengthKalpha2")?.text, for: "HW_XG_WAVE_LENGTH_ALPHA2")
        take(generator?.child("WavelengthKbeta")?.text, for: "HW_XG_WAVE_LENGTH_BETA")
        take(generator?.child("Voltage")?.text, for: "MEAS_COND_XG_VOLTAGE")
        take(generator?.child("Current")?.text, for: "MEAS_COND_XG_CURRENT")
        let scan = root.child("ScanInformation")
        take(scan?.child("AxisName")?.text, for: "MEAS_SCAN_AXIS_X")
        take(scan?.child("Mode")?.text, for: "MEAS_SCAN_MODE")
        take(scan?.child("Step")?.text, for: "MEAS_SCAN_STEP")
        take(scan?.child("Speed")?.text, for: "MEAS_SCAN_SPEED")
        take(scan?.child("SpeedUnit")?.text, for: "MEAS_SCAN_SPEED_UNIT")
        take(scan?.child("IntensityUnit")?.text, for: "MEAS_SCAN_UNIT_Y")
        take(scan?.child("StartTime")?.text, for: "MEAS_SCAN_START_TIME")
        take(scan?.child("DataCount")?.text, for: "MEAS_DATA_COUNT")
        let general = root.child("GeneralInformation")
        take(general?.child("SampleName")?.text, for: "FILE_SAMPLE")
        take(general?.child("Comment")?.text, for: "FILE_COMMENT")
        take(general?.child("Memo")?.text, for: "FILE_MEMO")
        take(general?.child("SystemName")?.text, for: "FILE_SYSTEM_NAME")
        return RigakuHeader(values: values)
    }

    private static func pattern(
        _ header: RigakuHeader, rows: RigakuRows, conditions: XMLTree?, scan: Int, notes: inout [String]
    ) -> DiffractionPattern {
        var pattern = header.pattern(
            places: rows.places, intensities: rows.intensities, attenuator: rows.attenuator, scan: scan, notes: &notes)
        for distance in conditions?.descendants("Distance") ?? []
        where distance.attributes["From"] == "XrayGenerator" && distance.attributes["To"] == "AttachmentStage" {
            pattern.setup.goniometerRadius = distance.attributes["Value"].flatMap { $0[...].trimmed.decimal }
        }
        let optics = conditions?.descendants("Category") ?? []
        let mounted = optics.filter { $0.attributes["Name"]?.contains("Monochro") ?? false }
            .compactMap { $0.attributes["SelectedUnit"] }.filter { $0 != "None" && $0 != "No_unit" }
        if pattern.setup.monochromator == nil, !mounted.isEmpty {
            pattern.setup.monochromator = mounted.joined(separator: "; ")
        }
        return pattern
    }
}
