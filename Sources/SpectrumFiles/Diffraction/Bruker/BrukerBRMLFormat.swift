import Foundation
import Spectra

/// Bruker's DIFFRAC.SUITE experiments: a zip archive of XML.
/// ```
/// Experiment0/DataContainer.xml     <RawDataReferenceList><string>Experiment0/RawData0.xml</string> ...
/// Experiment0/RawData0.xml          one scan
///   <DataRoutes><DataRoute RouteFlag="Measured">
///     <ScanInformation ScanName="..."> <ScanAxes><ScanAxisInfo AxisId="TwoTheta"> ... <ScaleAxes/>
///     <Datum>1,1,44,18.028,3</Datum>                one for each point: comma-separated values
///     <DataViews>                                   what the values are
///       <RawDataView xsi:type="FixedRawDataView"    Start="0" Length="1" LogicName="MeasuredTime"/>
///       <RawDataView xsi:type="FixedRawDataView"    Start="1" Length="1" LogicName="AbsorptionFactor"/>
///       <RawDataView xsi:type="VaryingRawDataView"  Start="2" Length="2"> <FieldDefinitions AxisId="TwoTheta"> ...
///       <RawDataView xsi:type="RecordedRawDataView" Start="7" Length="1"> <Recording><Unit Base="Counts"/> ...
///   <FixedInformation> ... <WaveLengthAlpha1 Value="1.5406"/> <TubeMaterial>Cu</TubeMaterial> ...
/// ```
/// The recorded intensities are already corrected for the absorber (divided by the factor they are whole numbers).
/// A detector that stands still records all channels of a point at once (Length > 1); where `ScaleAxes` says which
/// angles they have, every point is a pattern of its own.
enum BrukerBRMLFormat: DiffractionFormat {
    static let name = "Bruker BRML"
    static let extensions = ["brml"]

    static func recognises(_ content: FileContent) -> Bool {
        guard ZipArchive.recognises(content.data), let archive = try? ZipArchive(content) else { return false }
        return archive.entries.contains { isRawData($0.path) || $0.path.hasSuffix("DataContainer.xml") }
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let archive = try ZipArchive(content)
        var notes: [String] = []
        let entries = try scans(of: archive, content: content, notes: &notes)
        var patterns: [DiffractionPattern] = []
        // One document at a time: an experiment may hold a thousand scans.
        for entry in entries {
            let root = try XMLTree(archive.data(of: entry), file: "\(content.path), \(entry.path)")
            try BRMLScan(content: content, entry: entry.path, root: root).read(into: &patterns, notes: &notes)
        }
        return try file(content, patterns, notes: notes)
    }

    private static func isRawData(_ path: String) -> Bool {
        let file = path.split(separator: "/").last ?? ""
        return file.hasPrefix("RawData") && file.hasSuffix(".xml")
    }

    /// The documents with scans in the order of the archive's own list; it may differ from that of the archive.
    private static func scans(
        of archive: ZipArchive, content: FileContent, notes: inout [String]
    ) throws -> [ZipArchive.Entry] {
        var listed: [ZipArchive.Entry] = []
        for container in archive.entries where container.path.hasSuffix("DataContainer.xml") {
            let root = try XMLTree(archive.data(of: container), file: "\(content.path), \(container.path)")
            for reference in root.descendants("RawDataReferenceList").flatMap(\.children) where !reference.text.isEmpty
            {
                let path = reference.text.replacingOccurrences(of: "\\", with: "/")
                if let entry = archive.entry(path) {
                    listed.append(entry)
                } else {
                    notes.append("the archive lists \(path) but does not hold it")
                }
            }
        }
        if !listed.isEmpty { return listed }
        func number(_ entry: ZipArchive.Entry) -> Int { Int(entry.path.filter(\.isNumber).suffix(9)) ?? 0 }
        let found = archive.entries.filter { isRawData($0.path) }.sorted { number($0) < number($1) }
        guard !found.isEmpty else {
            throw content.malformed(.whole, expected: "RawData documents in the archive", found: "none")
        }
        return found
    }
}

/// One RawData document.
private struct BRMLScan {
    let content: FileContent
    let entry: String
    let root: XMLTree

    func read(into patterns: inout [DiffractionPattern], notes: inout [String]) throws {
        let routes = root.descendants("DataRoute")
        let measured = routes.filter { $0.attributes["RouteFlag"] == "Measured" }
        if !measured.isEmpty && measured.count < routes.count {
            notes.append("\(entry): \(routes.count - measured.count) processed versions of the scan were left out")
        }
        for route in measured.isEmpty ? routes : measured {
            patterns += try BRMLRoute(
                content: content, entry: entry, root: root, route: route, firstNumber: patterns.count + 1
            ).patterns(notes: &notes)
        }
    }
}

/// One series of measured points with the description of their columns.
private struct BRMLRoute {
    let content: FileContent
    let entry: String
    let root: XMLTree
    let route: XMLTree
    let firstNumber: Int

    /// Which of the comma-separated values are what.
    struct Columns {
        var time: Int?
        var absorption: Int?
        var axes: [(name: String, index: Int)] = []
        /// What was recorded: name, unit, first value and number of values.
        var recorded: [(name: String, isCounts: Bool, start: Int, length: Int)] = []
    }

    private func malformed(_ element: XMLTree, expected: String, found: String) -> ReadError {
        .malformed(file: "\(content.path), \(entry)", place: .line(element.line), expected: expected, found: found)
    }

    func patterns(notes: inout [String]) throws -> [DiffractionPattern] {
        let rows = try route.children("Datum").map { datum in
            guard let row = datum.text[...].numbers, !row.isEmpty else {
                throw malformed(datum, expected: "numbers in <Datum>", found: "\"\(datum.text.prefix(40))\"")
            }
            return row
        }
        guard !rows.isEmpty else {
            notes.append("\(entry) holds no points and was left out")
            return []
        }
        let columns = try columns(width: rows.map(\.count).min() ?? 0, notes: &notes)
        guard let main = columns.recorded.first(where: { $0.isCounts }) ?? columns.recorded.first else {
            throw malformed(route, expected: "a recorded value in <DataViews>", found: "none")
        }
        for (index, row) in rows.enumerated() where row.count < main.start + main.length {
            throw malformed(
                route, expected: "\(main.start + main.length) values in each <Datum>",
                found: "\(row.count) in number \(index + 1)")
        }
        if main.length > 1 {
            return try frames(rows, main: main, columns: columns, notes: &notes)
        }
        return [try profile(rows, main: main, columns: columns, notes: &notes)]
    }

    private func columns(width: Int, notes: inout [String]) throws -> Columns {
        var columns = Columns()
        for view in route.descendants("RawDataView") {
            guard let start = Int(view.attributes["Start"] ?? ""), let length = Int(view.attributes["Length"] ?? ""),
                (0..<1_000_000).contains(start), (1..<1_000_000).contains(length)
            else { throw malformed(view, expected: "Start and Length of a <RawDataView>", found: "none") }
            let kind = view.attributes["xsi:type"] ?? view.attributes.first { $0.key.hasSuffix(":type") }?.value ?? ""
            switch kind.split(separator: ":").last ?? "" {
            case "FixedRawDataView":
                if view.attributes["LogicName"] == "MeasuredTime" { columns.time = start }
                if view.attributes["LogicName"] == "AbsorptionFactor" { columns.absorption = start }
            case "VaryingRawDataView":
                for (offset, field) in view.descendants("FieldDefinitions").enumerated() {
                    let name = field.attributes["AxisId"] ?? field.attributes["FieldName"] ?? ""
                    columns.axes.append((name, start + offset))
                }
            case "RecordedRawDataView":
                let recording = view.firstDescendant("Recording")
                let unit = recording?.firstDescendant("Unit")?.attributes["Base"] ?? "Counts"
                columns.recorded.append(
                    (
                        recording?.attributes["VisibleName"] ?? recording?.attributes["LogicName"] ?? "",
                        unit.lowercased() == "counts", start, length
                    ))
            default: break
            }
        }
        if columns.recorded.isEmpty {
            // Early versions do not describe their columns: time, absorber, scan axes, intensity.
            let axes = route.firstDescendant("ScanAxes")?.children("ScanAxisInfo") ?? []
            guard !axes.isEmpty, width > 2 + axes.count else {
                throw malformed(route, expected: "<DataViews> that describe the values", found: "none")
            }
            notes.append("\(entry) does not describe its columns: time, absorber, scan axes and intensity were assumed")
            columns = Columns(time: 0, absorption: 1)
            columns.axes = axes.enumerated().map { ($1.attributes["AxisId"] ?? "", 2 + $0) }
            columns.recorded = [("", true, 2 + axes.count, 1)]
        }
        return columns
    }

    /// A scan in which each row is a point.
    private func profile(
        _ rows: [[Double]], main: (name: String, isCounts: Bool, start: Int, length: Int), columns: Columns,
        notes: inout [String]
    ) throws -> DiffractionPattern {
        func column(_ index: Int?) -> [Double]? {
            guard let index, rows.allSatisfy({ index < $0.count }) else { return nil }
            return rows.map { $0[index] }
        }
        let axis: DiffractionAxis
        let scanned =
            route.firstDescendant("ScanAxes")?.children("ScanAxisInfo").map { $0.attributes["AxisId"] ?? "" } ?? []
        let candidates = columns.axes.filter { candidate in
            scanned.isEmpty || scanned.contains { $0.caseInsensitiveCompare(candidate.name) == .orderedSame }
        }
        let moved =
            candidates.first { ScanAxisName.kind(of: $0.name) == .twoTheta } ?? candidates.first ?? columns.axes.first
        guard let moved, let values = column(moved.index) else {
            throw malformed(route, expected: "the values of a scan axis", found: "none")
        }
        let kind = ScanAxisName.kind(of: moved.name)
        if kind == nil { notes.append(PatternNotes.unknownAxis(moved.name, scan: firstNumber)) }
        if let kind, kind != .twoTheta { notes.append(PatternNotes.notDiffraction(moved.name, scan: firstNumber)) }
        axis = DiffractionAxis(values, kind: kind ?? .twoTheta)
        let factors = column(columns.absorption).flatMap {
            $0.allSatisfy { $0 > 0 } && $0.contains { $0 != 1 } ? $0 : nil
        }
        var pattern = common(scanAxis: moved.name)
        pattern.axis = axis
        pattern.intensities = rows.map { $0[main.start] }
        pattern.attenuationFactors = factors
        pattern.countingTime = column(columns.time).flatMap(Self.time)
        let counted = factors.map { zip(pattern.intensities, $0).map { $0 / $1 } } ?? pattern.intensities
        pattern.unit =
            main.isCounts
            ? PatternNotes.unit(counted, countingTime: pattern.countingTime, scan: firstNumber, notes: &notes)
            : .arbitrary
        pattern.columns = columns.recorded.filter { $0.start != main.start && $0.length == 1 }.compactMap { other in
            column(other.start).map { NamedColumn(name: other.name, values: $0) }
        }
        if let points = route.firstDescendant("MeasurementPoints")?.number, points > Double(rows.count), points < 1e9 {
            pattern.missingPoints = Int(points) - rows.count
            notes.append(PatternNotes.cutOff(scan: firstNumber, read: rows.count, announced: Int(points)))
        }
        return pattern
    }

    private static func time(_ values: [Double]) -> CountingTime? {
        guard let first = values.first, values.allSatisfy({ $0 > 0 }) else { return nil }
        return values.allSatisfy { $0 == first } ? .common(first) : .each(values)
    }

    /// A detector that stood still: each row holds all its channels.
    private func frames(
        _ rows: [[Double]], main: (name: String, isCounts: Bool, start: Int, length: Int), columns: Columns,
        notes: inout [String]
    ) throws -> [DiffractionPattern] {
        guard let scale = route.firstDescendant("ScaleAxes")?.child("ScaleAxisInfo"),
            let start = scale.child("Start")?.number, let stop = scale.child("Stop")?.number
        else {
            notes.append(
                "\(entry): \(main.length) channels of a detector for each point without their angles were left out")
            return []
        }
        let name = scale.attributes["AxisId"] ?? ""
        let kind = ScanAxisName.kind(of: name)
        guard kind == .twoTheta else {
            notes.append("\(entry): \(main.length) channels of a detector along \(name) were left out")
            return []
        }
        let count = main.length
        let step = scale.child("Increment")?.number ?? (count > 1 ? (stop - start) / Double(count - 1) : 1)
        let places = try content.places(from: start, step: step, count: count, at: .whole)
        var pattern = common(scanAxis: name)
        pattern.axis = DiffractionAxis(places, kind: .twoTheta)
        pattern.unit = main.isCounts ? .counts : .arbitrary
        return rows.enumerated().map { index, row in
            var frame = pattern
            frame.name = rows.count > 1 ? "\(pattern.name) \(index + 1)" : pattern.name
            frame.intensities = Array(row[main.start..<main.start + count])
            if let factor = columns.absorption.flatMap({ $0 < row.count ? row[$0] : nil }), factor > 0, factor != 1 {
                frame.attenuationFactors = [Double](repeating: factor, count: count)
            }
            frame.countingTime = columns.time.flatMap { $0 < row.count && row[$0] > 0 ? .common(row[$0]) : nil }
            for axis in columns.axes where axis.index < row.count {
                frame.setup.further[axis.name] = "\(row[axis.index])"
            }
            return frame
        }
    }

    /// What is the same for all patterns of the document.
    private func common(scanAxis: String) -> DiffractionPattern {
        func value(_ element: String) -> Double? {
            guard let found = root.firstDescendant(element) else { return nil }
            return (found.attributes["Value"] ?? found.text)[...].trimmed.decimal
        }
        func text(_ element: String) -> String? {
            guard let found = root.firstDescendant(element) else { return nil }
            let text = found.attributes["Value"] ?? found.text
            return text.isEmpty ? nil : text
        }
        let information = route.child("ScanInformation")
        var setup = DiffractionSetup(
            scanAxis: information?.attributes["ScanName"] ?? scanAxis, date: text("TimeStampStarted"))
        setup.scanMode = text("ScanModeVisibleName") ?? text("ScanMode")
        setup.goniometerRadius = (track("SecondaryTrack") ?? track("PrimaryTrack")).flatMap { $0 > 0 ? $0 : nil }
        setup.tubeVoltage = generator("Voltage")
        setup.tubeCurrent = generator("Current")
        let items = root.descendants("InfoItem").reduce(into: [String: String]()) { items, item in
            if let name = item.attributes["Name"], let value = item.attributes["Value"], !value.isEmpty {
                items[name] = value
            }
        }
        setup.further = items
        setup.monochromator = mounted(["monochromator", "channelcut"])
        setup.betaFilter = mounted(["filter"])
        let radiation = Radiation(
            anode: text("TubeMaterial"), kAlpha1: value("WaveLengthAlpha1"), kAlpha2: value("WaveLengthAlpha2"),
            kAlpha2Ratio: value("WaveLengthRatio"), kBeta: value("WaveLengthBeta"),
            kAlphaMean: value("WaveLengthAverage"), origin: .file)
        return DiffractionPattern(
            name: information?.attributes["VisibleName"]?.trimmingCharacters(in: .whitespaces) ?? "",
            sample: items["SampleName"] ?? "", axis: DiffractionAxis([], kind: .twoTheta), intensities: [],
            unit: .counts,
            radiation: radiation, setup: setup, comments: [items["Comment"] ?? ""].filter { !$0.isEmpty })
    }

    private func track(_ name: String) -> Double? {
        let tracks = root.descendants("TrackInfoData") + root.descendants("InfoData")
        return tracks.first { $0.attributes["LogicName"] == name }?.child("Radius")?.attributes["Value"]
            .flatMap { $0[...].decimal }
    }

    private func generator(_ quantity: String) -> Double? {
        guard let generator = root.firstDescendant("Generator") else { return nil }
        let found = generator.firstDescendant(quantity) ?? generator.firstDescendant("Generator\(quantity)")
        return found?.attributes["Value"].flatMap { $0[...].decimal }
    }

    /// The mounted optics whose class or name holds one of `words`.
    private func mounted(_ words: [String]) -> String? {
        let optics = root.descendants("MountedOptics").flatMap { $0.children("InfoData") }.filter { optic in
            let texts = [
                optic.attributes["VisibleName"], optic.attributes["LogicName"],
                optic.firstDescendant("BeringInfo")?.attributes["ClassPath"],
            ].compactMap { $0?.lowercased() }
            return texts.contains { text in words.contains { text.contains($0) } }
        }
        let names = optics.compactMap { $0.attributes["VisibleName"]?.nilIfEmpty }
        return names.isEmpty ? nil : names.joined(separator: "; ")
    }
}
