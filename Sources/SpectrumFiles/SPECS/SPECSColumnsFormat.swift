import Foundation
import Spectra

/// Text that SPECS' SpecsLab2 and SpecsLab Prodigy export (.xy): comments that describe a region, then its columns.
///
///     # Created by:        SpecsLab2, Version 2.77-r27212
///     # XY-Serializer Export Settings: as follows
///     #   Kinetic Energy Axis:      yes
///     # Group:             Si_sub
///     # values in kinetic energy
///     # Region:            Si2p
///     # Dwell Time:        0.2
///     # Cycle: 0, Curve: 0, Scan: 0
///     # ColumnLabels: energy counts/s transmission
///     100  661.88211  2.441281
///
/// `# External Channel Data Cycle: 0, Ring current [mA] (Monitor)` introduces a column measured beside the spectrum before.
enum SPECSColumnsFormat: SpectrumFormat {
    static let name = "SPECS xy"
    static let extensions = ["xy"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(256) { bytes in
            var lines = ByteLines(bytes)
            guard let first = lines.next()?.text else { return false }
            return first.contains("Created by:") && first.contains("SpecsLab")
        }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        var parser = SPECSColumnsParser(content: content, options: options)
        try content.data.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            while let line = lines.next() { try parser.take(line, number: lines.number) }
            parser.endsOpen = lines.lastLineIsOpen
        }
        return try parser.finish()
    }
}

/// Takes the lines of the file one after the other.
private struct SPECSColumnsParser {
    /// One table of numbers with what the comments before it say.
    private struct Table {
        var group: String
        var region: [String: String]
        var scale: EnergyScale?
        var parameters: [(name: String, value: String)]
        var indices: [(name: String, value: Int)]
        var date: String?
        var labels: [String]
        var external: String?
        var firstLine: Int
        var cells: [Double] = []
        var width: Int { labels.count }
        var rows: Int { labels.isEmpty ? 0 : cells.count / labels.count }
    }

    private let content: FileContent
    private let options: ReadOptions
    private var prefix = "#"
    private var settings: [String: String] = [:]
    private var group = ""
    private var region: [String: String] = [:]
    private var scale: EnergyScale?
    private var parameters: [(name: String, value: String)] = []
    private var indices: [(name: String, value: Int)] = []
    private var date: String?
    private var labels: [String] = []
    private var external: String?
    private var isInSettings = false
    private var table: Table?
    private var spectra: [Spectrum] = []
    private var notes: [String] = []
    private var skipped = 0
    /// The scans of the cycle that has been read last, and how many it states, where each scan stands on its own.
    private var scansSeen = 0
    private var scansStated: Int?
    /// Whether the last line of the file has no end.
    var endsOpen = false

    init(content: FileContent, options: ReadOptions) {
        self.content = content
        self.options = options
    }

    // MARK: Lines

    mutating func take(_ line: UnsafeBufferPointer<UInt8>, number: Int) throws {
        let trimmed = line.trimmed
        if trimmed.isEmpty { return }
        if number == 1 {
            let text = trimmed.text
            if let range = text.range(of: "Created by:") {
                prefix = text[..<range.lowerBound].trimmingCharacters(in: .whitespaces)
                settings["Created by"] = text[range.upperBound...].trimmingCharacters(in: .whitespaces)
            }
            return
        }
        if !prefix.isEmpty, trimmed.starts(with: prefix.utf8) {
            let text = String(trimmed.text.dropFirst(prefix.count))
            return try takeComment(text, line: number)
        }
        try takeRow(trimmed, line: number)
    }

    private mutating func takeComment(_ text: String, line: Int) throws {
        let words = text.trimmingCharacters(in: .whitespaces)
        if words.isEmpty { return }
        try close()
        if words.hasPrefix("values in ") {
            scale = EnergyScale(label: words)
            return
        }
        guard let colon = words.firstIndex(of: ":") else { return }
        let key = words[..<colon].trimmingCharacters(in: .whitespaces)
        let value = words[words.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        switch key {
        case "XY-Serializer Export Settings": isInSettings = true
        case "Group":
            (group, isInSettings) = (value, false)
            startRegion()
        case "Region":
            isInSettings = false
            startRegion()
            region = [key: value]
        case "Cycle": startCycle("Cycle: \(value)")
        case "Parameter": if let parameter = Self.parameter(value) { parameters.append(parameter) }
        case "External Channel Data Cycle":
            external = value.drop { $0 != "," }.dropFirst().trimmingCharacters(in: .whitespaces)
        case "Acquisition Date":
            if indices.isEmpty { region[key] = value }
            date = value
        case "ColumnLabels": labels = Self.labels(value)
        case "Number of Scans":
            scansStated = Int(value)
            region[key] = region[key] ?? value
        default:
            if isInSettings { settings[key] = value } else if region[key] == nil { region[key] = value }
        }
    }

    /// Notes scans that are missing from the cycle that has ended.
    private mutating func endCycle() {
        if let stated = scansStated, scansSeen > 0, scansSeen < stated {
            notes.append("Region \(region["Region"] ?? "") states \(stated) scans in a cycle and has \(scansSeen).")
        }
        (scansSeen, scansStated) = (0, nil)
    }

    private mutating func startRegion() {
        endCycle()
        // The line on the scale of the energies stands before that on the region.
        region = [:]
        (parameters, indices, date, labels, external) = ([], [], nil, [], nil)
    }

    /// `Cycle: 0` begins a cycle, `Cycle: 0, Curve: 0, Scan: 1` a curve in it.
    private mutating func startCycle(_ text: String) {
        external = nil
        indices = text.split(separator: ",").compactMap { part in
            let fields = part.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
            return fields.count == 2 ? Int(fields[1]).map { (fields[0].lowercased(), $0) } : nil
        }
        if indices.count < 2 {
            parameters = []
            endCycle()
        }
    }

    /// `"Loop" = 1`
    private static func parameter(_ text: String) -> (name: String, value: String)? {
        guard let equals = text.range(of: "\" =") ?? text.range(of: "\"=") else { return nil }
        let name = text[..<equals.lowerBound].drop { $0 == "\"" }.trimmingCharacters(in: .whitespaces)
        return (name, text[equals.upperBound...].trimmingCharacters(in: .whitespaces))
    }

    /// `energy counts/s transmission`, or `energy Ring current [mA] (Monitor)` where the second name holds blanks.
    private static func labels(_ text: String) -> [String] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count > 1, !words.contains(where: { $0.hasPrefix("count") }) else { return words }
        return [words[0], words.dropFirst().joined(separator: " ")]
    }

    private mutating func takeRow(_ line: UnsafeBufferPointer<UInt8>, line number: Int) throws {
        guard !labels.isEmpty else {
            throw content.malformed(.line(number), expected: "ColumnLabels before the numbers", found: line.quoted)
        }
        if table == nil {
            table = Table(
                group: group, region: region, scale: scale, parameters: parameters, indices: indices, date: date,
                labels: labels, external: external, firstLine: number)
        }
        var count = 0
        var place = 0
        while place < line.count {
            if ASCII.isBlank(line[place]) {
                place += 1
                continue
            }
            guard let (value, end) = DecimalNumber.scan(line, from: place, decimalMark: ASCII.point),
                end == line.count || ASCII.isBlank(line[end])
            else {
                throw content.malformed(.line(number), expected: "\(labels.count) numbers", found: line.quoted)
            }
            table?.cells.append(value)
            count += 1
            place = end
        }
        guard count == labels.count else {
            throw content.malformed(
                .line(number), expected: "\(labels.count) numbers: \(labels.joined(separator: ", "))", found: "\(count)"
            )
        }
    }

    // MARK: Spectra

    /// Makes a spectrum of the table that has ended, or a column of the spectrum before it.
    private mutating func close() throws {
        guard let table else { return }
        self.table = nil
        let columns = (0..<table.width).map { column in
            stride(from: column, to: table.cells.count, by: table.width).map { table.cells[$0] }
        }
        if let external = table.external {
            guard let last = spectra.indices.last, columns.count > 1, columns[1].count == spectra[last].axis.count
            else {
                skipped += 1
                return
            }
            spectra[last].columns.append(NamedColumn(name: external, values: columns[1]))
            return
        }
        let name = table.region["Region"] ?? ""
        guard table.labels[0].lowercased().contains("energy"), columns.count > 1 else {
            notes.append(
                "Region \(name) (line \(table.firstLine)) is left out: it has no energies but \(table.labels[0]).")
            return
        }
        if let stated = table.region["Values/Curve"].flatMap({ Int($0) }), stated != table.rows {
            notes.append("Region \(name) (line \(table.firstLine)) states \(stated) points and has \(table.rows).")
        }
        spectra.append(spectrum(of: table, name: name, columns: columns))
        if table.indices.contains(where: { $0.name == "scan" }) { scansSeen += 1 }
    }

    private mutating func spectrum(of table: Table, name: String, columns: [[Double]]) -> Spectrum {
        let axis = EnergyAxis(
            columns[0], scale: energyScale(of: table),
            photonEnergy: options.photonEnergy ?? table.region["Excitation Energy"].flatMap { Double($0) })
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: columns[1])
        if let note = identity.note { notes.append(note) }
        let label = table.labels[1]
        var spectrum = Spectrum(
            name: name, sample: table.group, level: identity.level, kind: identity.kind, axis: axis,
            intensities: columns[1], unit: options.unit ?? IntensityUnit(label: label) ?? .arbitrary,
            acquisition: acquisition(of: table),
            comments: [table.region["Comment"] ?? ""].filter { !$0.isEmpty })
        for index in table.labels.indices.dropFirst(2) {
            if table.labels[index].lowercased() == "transmission" {
                spectrum.transmission = columns[index]
            } else {
                spectrum.columns.append(NamedColumn(name: table.labels[index], values: columns[index]))
            }
        }
        return spectrum
    }

    private func energyScale(of table: Table) -> EnergyScale {
        if let stated = options.energyScale ?? table.scale { return stated }
        if let stated = settings["Energy Axis"].flatMap({ EnergyScale(label: $0) }) { return stated }
        if settings["Kinetic Energy Axis"]?.lowercased() == "no" { return .binding }
        if settings["Kinetic Energy Axis"]?.lowercased() == "yes" { return .kinetic }
        return table.region["Binding Energy"] != nil ? .binding : .kinetic
    }

    private func acquisition(of table: Table) -> Acquisition {
        let region = table.region
        func number(_ key: String) -> Double? { region[key].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }
        // Where each scan stands on its own, it is one scan whatever their number is.
        let isOneScan = table.indices.contains { $0.name == "scan" }
        let scans = isOneScan ? 1 : region["Number of Scans"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        var further: [String: String] = [:]
        for key in [
            "Analysis Method", "Analyzer Lens", "Analyzer Slit", "Scan Mode", "Detector Voltage", "Bias Voltage",
            "Spectrum ID", "Remote",
        ] {
            if let value = region[key], !value.isEmpty { further[key] = value }
        }
        var coordinates = table.parameters.compactMap { parameter in
            Double(parameter.value).flatMap { $0.isFinite ? $0 : nil }.map { value in
                SeriesCoordinate(SESAxis.variable(label: parameter.name), value)
            }
        }
        for (name, value) in table.indices where name != "curve" || value > 0 {
            coordinates.append(SeriesCoordinate(SeriesVariable(name), Double(value)))
        }
        return Acquisition(
            sweeps: scans, dwellTime: number("Dwell Time").flatMap { $0 > 0 ? $0 : nil },
            passEnergy: number("Pass Energy"), workFunction: number("Eff. Workfunction"), source: region["Source"],
            instrument: region["Analyzer"], date: (table.date ?? region["Acquisition Date"]).map(Self.date),
            coordinates: coordinates, further: further)
    }

    /// `05/19/11 09:21:25 UTC`, the month first, as "2011-05-19T09:21:25".
    private static func date(_ text: String) -> String {
        let fields = text.split(separator: " ")
        let numbers = (fields.first ?? "").split(separator: "/").compactMap { Int($0) }
        guard fields.count >= 2, numbers.count == 3, (1...12).contains(numbers[0]), (1...31).contains(numbers[1]),
            (0...9999).contains(numbers[2])
        else { return text }
        let year = numbers[2] < 100 ? 2000 + numbers[2] : numbers[2]
        return String(format: "%04d-%02d-%02d", year, numbers[0], numbers[1]) + "T\(fields[1])"
    }

    mutating func finish() throws -> SpectrumFile {
        let isInTable = table != nil
        try close()
        endCycle()
        guard !spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "a region with energies and counts", found: notes.first ?? "none")
        }
        if endsOpen {
            notes.append(
                isInTable
                    ? "The last line has no end: if the file was cut, its last number may be wrong."
                    : "The last line has no end: the file may have been cut.")
        }
        if skipped > 0 { notes.append("\(skipped) columns of other channels do not belong to a spectrum.") }
        spectra.dropConstantCoordinates()
        return SpectrumFile(
            path: content.path, format: SPECSColumnsFormat.name, spectra: spectra,
            comments: settings["Created by"].map { [$0] } ?? [], notes: notes)
    }
}
