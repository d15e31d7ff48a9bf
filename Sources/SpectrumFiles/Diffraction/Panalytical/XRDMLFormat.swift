import Foundation
import Spectra

/// PANalytical's (now Malvern Panalytical's) XRDML, all versions of the schema:
/// ```
/// <xrdMeasurements>                                  in a namespace that names the version
///   <sample><id/><name/></sample>
///   <xrdMeasurement>
///     <usedWavelength> <kAlpha1/> <kAlpha2/> <kBeta/> <ratioKAlpha2KAlpha1/> </usedWavelength>
///     <incidentBeamPath> <radius/> <xRayTube/> <monochromator/> ... <diffractedBeamPath> ...
///     <scan scanAxis="Gonio" mode="Continuous" status="Completed">
///       <header><startTimeStamp/>...
///       <dataPoints>
///         <positions axis="2Theta"> <startPosition/> <endPosition/>, or <listPositions/>, or <commonPosition/>
///         <beamAttenuationFactors/>
///         <commonCountingTime/> or <countingTimes/>
///         <counts/> (as counted) or <intensities/> (corrected for the attenuator)
/// ```
/// `counts` are what the detector saw behind the attenuator: they have to be multiplied by the attenuation factors.
/// `intensities` are already corrected.
enum XRDMLFormat: DiffractionFormat {
    static let name = "PANalytical XRDML"
    static let extensions = ["xrdml"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 4096) else { return false }
        guard let first = head.lines.first(where: { !$0.trimmed.isEmpty }), first.trimmed.hasPrefix("<") else {
            return false
        }
        return head.lines.contains { $0.contains("xrdMeasurements") }
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let root = try XMLTree(content)
        guard root.name == "xrdMeasurements" else {
            throw content.malformed(.line(root.line), expected: "<xrdMeasurements>", found: "<\(root.name)>")
        }
        var notes: [String] = []
        var patterns: [DiffractionPattern] = []
        var number = 0
        for measurement in root.children("xrdMeasurement") {
            for scan in measurement.children("scan") {
                number += 1
                let reader = XRDMLScan(
                    content: content, sample: root.child("sample"), measurement: measurement, scan: scan,
                    number: number)
                if let pattern = try reader.pattern(notes: &notes) { patterns.append(pattern) }
            }
        }
        return try file(content, patterns, notes: notes)
    }
}

/// One scan of an XRDML document.
private struct XRDMLScan {
    let content: FileContent
    let sample: XMLTree?
    let measurement: XMLTree
    let scan: XMLTree
    let number: Int

    func pattern(notes: inout [String]) throws -> DiffractionPattern? {
        guard let points = scan.child("dataPoints") else {
            notes.append("scan \(number) has no data points and was left out")
            return nil
        }
        guard let element = points.child("counts") ?? points.child("intensities") else {
            notes.append("scan \(number) has neither counts nor intensities and was left out")
            return nil
        }
        var intensities = try numbers(element)
        guard !intensities.isEmpty else {
            notes.append("scan \(number) holds no points and was left out")
            return nil
        }
        let count = intensities.count
        let axis = try axis(points, count: count, notes: &notes)
        let factors = try points.child("beamAttenuationFactors").map {
            try perPoint($0, count: count, requirePositive: true)
        }
        let attenuation = factors.flatMap { $0.contains { $0 != 1 } ? $0 : nil }
        let time = try countingTime(points, count: count)
        var unit = statedUnit(of: element, notes: &notes)
        if unit == .counts {
            let isCorrected = element.name == "intensities"
            let counted = isCorrected ? zip(intensities, attenuation ?? []).map { $0 / $1 } : intensities
            unit = PatternNotes.unit(
                attenuation == nil ? intensities : counted, countingTime: time, scan: number, notes: &notes)
        }
        if let attenuation, element.name == "counts" {
            intensities = zip(intensities, attenuation).map { $0 * $1 }
            notes.append("scan \(number): the counts were multiplied by the attenuation factors of the file")
        }
        return DiffractionPattern(
            name: "", sample: sampleName, axis: axis, intensities: intensities, unit: unit,
            attenuationFactors: attenuation, countingTime: time,
            radiation: radiation, setup: setup(points), comments: comments)
    }

    private func malformed(_ element: XMLTree, expected: String, found: String) -> ReadError {
        content.malformed(.line(element.line), expected: expected, found: found)
    }

    private func numbers(_ element: XMLTree) throws -> [Double] {
        var values: [Double] = []
        for field in element.text[...].fields {
            guard let value = field.decimal else {
                throw malformed(element, expected: "numbers in <\(element.name)>", found: "\"\(field.prefix(40))\"")
            }
            values.append(value)
        }
        return values
    }

    private func perPoint(_ element: XMLTree, count: Int, requirePositive: Bool) throws -> [Double] {
        let values = try numbers(element)
        guard values.count == count else {
            throw malformed(
                element, expected: "\(count) values in <\(element.name)>, one for each point", found: "\(values.count)")
        }
        if requirePositive, let wrong = values.first(where: { $0 <= 0 }) {
            throw malformed(element, expected: "positive values in <\(element.name)>", found: "\(wrong)")
        }
        return values
    }

    private func statedUnit(of element: XMLTree, notes: inout [String]) -> IntensityUnit {
        switch element.attributes["unit"]?.lowercased() {
        case "counts", nil: return .counts
        case "cps", "counts/s", "counts per second": return .countsPerSecond
        case let other?:
            notes.append("scan \(number): the unit \"\(other)\" of the intensities is not known here")
            return .arbitrary
        }
    }

    /// The places in one of the three ways in which the schema gives them; `nil` for an axis that stood still.
    private func places(_ element: XMLTree, count: Int) throws -> [Double]? {
        if let list = element.child("listPositions") {
            return try perPoint(list, count: count, requirePositive: false)
        }
        guard let first = element.child("startPosition"), let last = element.child("endPosition") else { return nil }
        guard let start = first.number, let end = last.number else {
            throw malformed(
                element, expected: "a start and an end of <positions>", found: "\(first.text), \(last.text)")
        }
        guard count > 1 else { return [start] }
        _ = try content.places(
            from: start, step: start == end ? 1 : (end - start) / Double(count - 1), count: count,
            at: .line(element.line))
        return (0..<count).map { start + (end - start) * Double($0) / Double(count - 1) }
    }

    private func axis(_ points: XMLTree, count: Int, notes: inout [String]) throws -> DiffractionAxis {
        let positions = points.children("positions")
        func element(of name: String) -> XMLTree? {
            positions.first { $0.attributes["axis"]?.lowercased() == name.lowercased() }
        }
        let scanned = scan.attributes["scanAxis"] ?? ""
        let kind = ScanAxisName.kind(of: scanned)
        if kind == .twoTheta || kind == nil, let element = element(of: "2Theta"),
            let values = try places(element, count: count), Set(values).count > 1 || count == 1
        {
            if kind == nil && !scanned.isEmpty {
                notes.append(PatternNotes.unknownAxis(scanned, scan: number))
            }
            return DiffractionAxis(values, kind: .twoTheta)
        }
        // Another axis was moved: the one the scan is named after, else the first that did not stand still.
        let candidates = [element(of: scanned)].compactMap { $0 } + positions
        for element in candidates {
            guard let values = try places(element, count: count), Set(values).count > 1 || count == 1 else { continue }
            let name = element.attributes["axis"] ?? scanned
            notes.append(PatternNotes.notDiffraction(name, scan: number))
            return DiffractionAxis(values, kind: ScanAxisName.kind(of: name) ?? .other)
        }
        throw malformed(points, expected: "<positions> of an axis that moves", found: "none for \(count) points")
    }

    private func countingTime(_ points: XMLTree, count: Int) throws -> CountingTime? {
        if let each = points.child("countingTimes") {
            return .each(try perPoint(each, count: count, requirePositive: true))
        }
        return points.child("commonCountingTime")?.number.flatMap { $0 > 0 ? .common($0) : nil }
    }

    private var radiation: Radiation {
        let used = measurement.child("usedWavelength")
        let anode = measurement.child("incidentBeamPath", "xRayTube", "anodeMaterial")?.text
        return Radiation(
            anode: anode, kAlpha1: used?.child("kAlpha1")?.number, kAlpha2: used?.child("kAlpha2")?.number,
            kAlpha2Ratio: used?.child("ratioKAlpha2KAlpha1")?.number, kBeta: used?.child("kBeta")?.number,
            origin: .file)
    }

    private var sampleName: String {
        let name = sample?.child("name")?.text ?? ""
        return name.isEmpty ? sample?.child("id")?.text ?? "" : name
    }

    private var comments: [String] {
        measurement.children("comment").flatMap { $0.children("entry") }.map(\.text).filter { !$0.isEmpty }
    }

    private func setup(_ points: XMLTree) -> DiffractionSetup {
        let paths = ["incidentBeamPath", "diffractedBeamPath"].compactMap { measurement.child($0) }
        func named(_ element: String) -> String? {
            let names = paths.flatMap { $0.children(element) }.compactMap {
                $0.attributes["name"] ?? $0.child("material")?.text
            }
            return names.isEmpty ? nil : names.joined(separator: "; ")
        }
        var setup = DiffractionSetup(
            scanAxis: scan.attributes["scanAxis"], date: scan.child("header", "startTimeStamp")?.text)
        setup.scanMode = scan.attributes["mode"]
        setup.instrument = scan.child("header", "source", "instrumentControlSoftware")?.text
        setup.goniometerRadius = paths.compactMap { $0.child("radius")?.number }.first
        setup.monochromator = named("monochromator")
        setup.betaFilter = paths.flatMap { $0.children("filter") }.compactMap { $0.child("material")?.text }.first
        setup.divergenceSlit = named("divergenceSlit")
        setup.tubeVoltage = measurement.child("incidentBeamPath", "xRayTube", "tension")?.number
        setup.tubeCurrent = measurement.child("incidentBeamPath", "xRayTube", "current")?.number
        setup.further["usedWavelength"] = measurement.child("usedWavelength")?.attributes["intended"]
        setup.further["status"] = scan.attributes["status"]
        setup.further["detector"] = measurement.child("diffractedBeamPath", "detector")?.attributes["name"]
        for element in points.children("positions") {
            guard let axis = element.attributes["axis"], let fixed = element.child("commonPosition")?.text else {
                continue
            }
            setup.further[axis] = fixed
        }
        return setup
    }
}
