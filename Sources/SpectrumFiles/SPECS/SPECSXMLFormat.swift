import Foundation
import Spectra

/// SPECS' SpecsLab2 documents (.xml): CORBA structures written out as elements whose attribute `name` tells what they are.
///
///     <struct type_name="RegionData">
///       <string name="name">C1s</string>
///       <struct name="region"> <ulong name="values_per_curve">201</ulong> <double name="scan_delta">0.05</double> ...
///       <ulong name="mcd_head">33</ulong> <ulong name="mcd_tail">30</ulong>
///       <sequence name="cycles"> ... <sequence name="counts" length="1320"><ulong>20 21 31 ...</ulong>
///
/// Each scan holds the counts of all detector channels, interleaved, and begins `mcd_head` steps before the first energy
/// and ends `mcd_tail` steps after the last. A channel sees electrons of kinetic energy E + shift x pass energy while the
/// analyser is set to E, so its counts belong to another point: the sum takes each channel at its own place, rounded to
/// whole steps so that counts stay counts. (In the two regions of a real document the steps between the channels that
/// correlate best are those that the shifts predict. The reader of pynxtools-xps adds the channels without the shifts and
/// begins 1 eV too high in binding energy; its raw counts are the same.)
enum SPECSXMLFormat: SpectrumFormat {
    static let name = "SPECS SpecsLab2 XML"
    static let extensions = ["xml"]

    static func recognises(_ content: FileContent) -> Bool {
        let head = String(decodingTextFile: content.data.prefix(1 << 14))
        guard head.drop(while: \.isWhitespace).first == "<" || head.hasPrefix("\u{FEFF}<") else { return false }
        return head.contains("specs.de/")
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let root = try XMLTree(content)
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        for group in root.descendants("struct") where group.attributes["type_name"] == "RegionGroup" {
            for region in group.descendants("struct") where region.attributes["type_name"] == "RegionData" {
                var reading = SPECSRegion(
                    region, group: group.field("name")?.text ?? "", content: content, options: options)
                file.spectra += try reading.spectra()
                file.notes += reading.notes
            }
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "a region with counts", found: file.notes.first ?? "no region")
        }
        file.spectra.dropConstantCoordinates()
        return file
    }
}

extension XMLTree {
    /// The element directly below whose attribute `name` is `wanted`.
    func field(_ wanted: String) -> XMLTree? { children.first { $0.attributes["name"] == wanted } }
}

/// One region of a SpecsLab2 document.
private struct SPECSRegion {
    private let element: XMLTree
    private let region: XMLTree
    private let group: String
    private let content: FileContent
    private let options: ReadOptions
    private(set) var notes: [String] = []

    init(_ element: XMLTree, group: String, content: FileContent, options: ReadOptions) {
        self.element = element
        self.region = element.field("region") ?? element
        self.group = group
        self.content = content
        self.options = options
    }

    private var name: String { element.field("name")?.text ?? "" }

    private func number(_ field: String) throws -> Double {
        guard let number = region.field(field)?.number else {
            throw content.malformed(
                .line(region.line), expected: "a number \(field) in region \(name)",
                found: region.field(field)?.text ?? "none")
        }
        return number
    }

    private func count(_ parent: XMLTree, _ field: String, atMost limit: Int) throws -> Int {
        guard let number = parent.field(field)?.number, let count = Int(exactly: number), (0...limit).contains(count)
        else {
            throw content.malformed(
                .line(parent.line), expected: "a number \(field) in region \(name)",
                found: parent.field(field)?.text ?? "none")
        }
        return count
    }

    // MARK: Numbers

    /// All numbers in the text below `element`.
    private func numbers(_ element: XMLTree) throws -> [Double] {
        var values: [Double] = []
        for part in [element] + element.children {
            try part.text.forEachWord(separatedBy: \.isWhitespace) { word in
                guard let value = Double(word), value.isFinite else {
                    throw content.malformed(
                        .line(part.line), expected: "numbers in region \(name)", found: "\"\(word.prefix(40))\"")
                }
                values.append(value)
            }
        }
        return values
    }

    mutating func spectra() throws -> [Spectrum] {
        let cycles = (element.field("cycles")?.children ?? []) + (element.field("compact_cycles")?.children ?? [])
        let mode = region.field("scan_mode")?.field("name")?.text ?? ""
        if mode == "FixedEnergies" {
            notes.append("Region \(name) is left out: it was measured at one energy.")
            return []
        }
        let points = try count(region, "values_per_curve", atMost: 1 << 28)
        let layout = try ChannelLayout(
            points: points, head: count(element, "mcd_head", atMost: 1 << 24),
            tail: count(element, "mcd_tail", atMost: 1 << 24), steps: channelSteps(mode: mode))
        guard points > 1 else { return [] }
        var spectra: [Spectrum] = []
        for (index, cycle) in cycles.enumerated() {
            let scans = cycle.descendants("sequence").filter { $0.attributes["name"] == "counts" }
            guard !scans.isEmpty else {
                notes.append("Cycle \(index) of region \(name) has no scans.")
                continue
            }
            var sum: [Double] = []
            for scan in scans {
                let counts = try numbers(scan)
                guard counts.count == layout.valuesPerScan else {
                    throw content.malformed(
                        .line(scan.line),
                        expected: "\(layout.valuesPerScan) counts in region \(name) (\(layout))",
                        found: "\(counts.count)")
                }
                // Only now is it certain that so many points are there.
                if sum.isEmpty { sum = Array(repeating: 0, count: points) }
                layout.add(counts, to: &sum)
            }
            spectra.append(try spectrum(sum, cycle: cycle, number: index, scans: scans.count))
        }
        if spectra.isEmpty { notes.append("Region \(name) has no data.") }
        if let planned = region.field("num_scans")?.number, let last = spectra.last?.acquisition.sweeps,
            Double(last) != planned
        {
            notes.append("Region \(name) was planned with \(Int(exactly: planned) ?? 0) scans and has \(last).")
        }
        return spectra
    }

    /// For each detector channel the steps by which its counts belong to later points.
    private mutating func channelSteps(mode: String) throws -> [Int] {
        let detectors = element.field("analyzer_info")?.field("detectors")?.children ?? []
        let step = try number("scan_delta")
        let passEnergy = try number("pass_energy")
        guard !detectors.isEmpty else { return [0] }
        if detectors.contains(where: { ($0.field("gain")?.number ?? 1) != 1 }) {
            notes.append("The detector channels of region \(name) have different gains, which are not applied.")
        }
        guard mode.isEmpty || mode == "FixedAnalyzerTransmission" else {
            notes.append(
                "The detector channels of region \(name) are added as they stand: their energies in mode \(mode) are unknown."
            )
            return Array(repeating: 0, count: detectors.count)
        }
        return try detectors.map { detector in
            let steps = ((detector.field("shift")?.number ?? 0) * passEnergy / step).rounded()
            guard let whole = Int(exactly: steps) else {
                throw content.malformed(
                    .line(detector.line), expected: "the energy shift of a channel in steps", found: "\(steps)")
            }
            return whole
        }
    }

    // MARK: Spectra

    private func spectrum(_ counts: [Double], cycle: XMLTree, number index: Int, scans: Int) throws -> Spectrum {
        let first = try number("kinetic_energy") - (region.field("kinetic_energy_base")?.number ?? 0)
        let step = try number("scan_delta")
        let last = first + step * Double(counts.count - 1)
        guard step != 0, last.isFinite else {
            throw content.malformed(.line(region.line), expected: "a step of energy", found: "\(step)")
        }
        let axis = EnergyAxis(
            counts.indices.map { first + step * Double($0) }, scale: options.energyScale ?? .kinetic,
            photonEnergy: options.photonEnergy ?? region.field("excitation_energy")?.number)
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: counts)
        var acquisition = acquisition(scans: scans)
        acquisition.coordinates = coordinates(of: cycle, number: index)
        if let time = cycle.field("time")?.number, time > 0, time < 1e11 {
            acquisition.date = Date(timeIntervalSince1970: time).formatted(
                Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().time(includingFractionalSeconds: false))
        }
        let transmission = try element.field("transmission").map(numbers) ?? []
        return Spectrum(
            name: name, sample: group, level: identity.level, kind: identity.kind, axis: axis, intensities: counts,
            unit: options.unit ?? .counts, transmission: transmission.count == counts.count ? transmission : nil,
            acquisition: acquisition)
    }

    private func acquisition(scans: Int) -> Acquisition {
        func text(_ field: String) -> String? { region.field(field).map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
        var further: [String: String] = [:]
        for (key, field) in [
            ("Analysis Method", "analysis_method"), ("Analyzer Lens", "analyzer_lens"),
            ("Analyzer Slit", "analyzer_slit"),
            ("Bias Voltage", "bias_voltage"), ("Detector Voltage", "detector_voltage"),
        ] {
            if let value = text(field) { further[key] = value }
        }
        return Acquisition(
            sweeps: scans, dwellTime: region.field("dwell_time")?.number.flatMap { $0 > 0 ? $0 : nil },
            passEnergy: region.field("pass_energy")?.number,
            workFunction: region.field("effective_workfunction")?.number,
            source: element.field("source_info")?.field("name")?.text,
            instrument: element.field("analyzer_info")?.field("name")?.text, further: further)
    }

    /// The number of the cycle, after the parameters that were stepped from one to the next.
    private func coordinates(of cycle: XMLTree, number index: Int) -> [SeriesCoordinate] {
        let parameters = cycle.field("parameters")?.children ?? []
        let stepped = parameters.compactMap { parameter -> SeriesCoordinate? in
            guard let name = parameter.field("name")?.text, let value = parameter.field("value")?.children.first?.number
            else { return nil }
            return SeriesCoordinate(SESAxis.variable(label: name), value)
        }
        return stepped + [SeriesCoordinate(.cycle, Double(index))]
    }
}

/// How the counts of the detector channels lie in a scan.
private struct ChannelLayout: CustomStringConvertible {
    let points: Int
    let head: Int
    let tail: Int
    let steps: [Int]

    var valuesPerChannel: Int { head + points + tail }
    var valuesPerScan: Int { valuesPerChannel * steps.count }

    var description: String {
        "\(steps.count) channels with \(head) + \(points) + \(tail) steps"
    }

    /// Adds the counts of all channels at the places where they belong. A channel that rounding would take one step beyond
    /// the scan is taken at its end.
    func add(_ counts: [Double], to sum: inout [Double]) {
        for (channel, step) in steps.enumerated() {
            let first = min(max(head - step, 0), head + tail)
            for point in 0..<points { sum[point] += counts[(first + point) * steps.count + channel] }
        }
    }
}
