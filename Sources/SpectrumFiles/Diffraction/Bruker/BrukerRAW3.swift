import Foundation
import Spectra

/// Version 3 ("RAW1.01", DIFFRAC plus): a header of 712 bytes, then for each range a header of 304 bytes, extra records
/// and the data. As described in the DIFFRAC plus XCH manual (appendix A), after which xylib, DASH and reductus read it.
struct BrukerRAW3 {
    let content: FileContent
    let fields: BinaryFields

    func patterns(notes: inout [String]) throws -> [DiffractionPattern] {
        let ranges = try fields.int32(at: 12, "the number of ranges")
        guard ranges > 0 else { throw fields.malformed(at: 12, expected: "at least one range", found: "\(ranges)") }
        let states = [2: "still being measured", 3: "aborted", 4: "interrupted"]
        if let state = states[try fields.int32(at: 8, "the state of the file")] {
            notes.append("the measurement was \(state) when the file was written")
        }
        var patterns: [DiffractionPattern] = []
        var header = 712
        for number in 1...ranges {
            if header >= fields.count, !patterns.isEmpty {
                notes.append("the file announces \(ranges) ranges but ends after \(patterns.count)")
                break
            }
            let range = try range(number, at: header, notes: &notes)
            // A range that was not measured yet has a header but no data.
            if range.announced > 0 {
                patterns.append(try pattern(range, header: header, notes: &notes))
            } else {
                notes.append("range \(number) holds no points and was left out")
            }
            let end = range.announced.multipliedReportingOverflow(by: range.recordLength)
            let next = range.dataStart.addingReportingOverflow(end.partialValue)
            if end.overflow || next.overflow { break }
            header = next.partialValue
        }
        return patterns
    }

    private func range(_ number: Int, at header: Int, notes: inout [String]) throws -> BrukerRange {
        let length = try fields.int32(at: header, "the length of the header of range \(number)")
        guard (260...1_000_000).contains(length) else {
            throw fields.malformed(at: header, expected: "the length of a range header, 304", found: "\(length)")
        }
        let announced = try fields.int32(at: header + 4, "the number of points")
        guard announced >= 0 else {
            throw fields.malformed(at: header + 4, expected: "the number of points", found: "\(announced)")
        }
        let extra = try fields.int32(at: header + 256, "the length of the extra records")
        guard (0...10_000_000).contains(extra) else {
            throw fields.malformed(at: header + 256, expected: "the length of the extra records", found: "\(extra)")
        }
        let varying = try fields.uint32(at: header + 248, "the varying parameters")
        var recordLength = try fields.int32(at: header + 252, "the length of a data record")
        if recordLength != 4 + 8 * varying.nonzeroBitCount, recordLength != 4 {
            guard (4...4 + 8 * 32).contains(recordLength) else {
                throw fields.malformed(
                    at: header + 252, expected: "the length of a data record, \(4 + 8 * varying.nonzeroBitCount)",
                    found: "\(recordLength)")
            }
            notes.append("range \(number): data records of \(recordLength) bytes do not fit the parameters that vary")
            recordLength = max(recordLength, 4)
        }
        return BrukerRange(
            content: content, fields: fields, number: number, announced: announced, dataStart: header + length + extra,
            recordLength: recordLength)
    }

    /// The kinds of scan by their code in the range header, and where the header has the start of the axis that moves.
    private static let scans: [Int: (name: String, start: Int)] = [
        0: ("Locked Coupled", 16), 1: ("Unlocked Coupled", 16), 2: ("Detector Scan", 16), 3: ("Rocking Curve", 8),
        4: ("Chi Scan", 24), 5: ("Phi Scan", 32), 6: ("X Scan", 40), 7: ("Y Scan", 48), 8: ("Z Scan", 56),
        9: ("Aux1", 64), 10: ("Aux2", 72), 11: ("Aux3", 80), 12: ("Psi Scan", 24), 13: ("hkl Scan", 16),
        14: ("Reciprocal-space Scan", 16), 20: ("Unlocked Coupled HR XRD", 16), 129: ("PSD Fixed Scan", 16),
        130: ("PSD Fast Scan", 16),
    ]

    private func pattern(_ range: BrukerRange, header: Int, notes: inout [String]) throws -> DiffractionPattern {
        let code = try fields.int32(at: header + 196, "the kind of scan")
        let scan = Self.scans[code] ?? ("scan type \(code)", 16)
        let kind = ScanAxisName.kind(of: scan.name)
        if kind == nil { notes.append(PatternNotes.unknownAxis(scan.name, scan: range.number)) }
        if let kind, kind != .twoTheta { notes.append(PatternNotes.notDiffraction(scan.name, scan: range.number)) }
        let time = try fields.positive32(at: header + 192, "the time per step").map { CountingTime.common(decimal($0)) }
        let intensities = try range.intensities(notes: &notes)
        var setup = try setup(header)
        setup.scanAxis = scan.name
        return DiffractionPattern(
            sample: try fields.label(at: 326, count: 60, "the sample"),
            axis: DiffractionAxis(
                try places(range, count: intensities.count, header: header, start: scan.start),
                kind: kind ?? .twoTheta),
            intensities: intensities,
            unit: PatternNotes.unit(intensities, countingTime: time, scan: range.number, notes: &notes),
            countingTime: time, radiation: try radiation(header), setup: setup,
            comments: [try fields.label(at: 386, count: 160, "the comment")].filter { !$0.isEmpty },
            missingPoints: range.announced - intensities.count)
    }

    /// The places: measured ones where two theta is the first of the values that vary, else start and step.
    private func places(_ range: BrukerRange, count: Int, header: Int, start: Int) throws -> [Double] {
        let varying = try fields.uint32(at: header + 248, "the varying parameters")
        if start == 16, varying & 1 == 1, range.recordLength >= 12,
            count * range.recordLength + range.dataStart <= fields.count
        {
            let measured = try fields.numbers(
                .float64, at: range.dataStart + 4, count: count, stride: range.recordLength, "two theta of each point")
            try content.requireFinite(measured, at: range.dataStart + 4, stride: range.recordLength, "angles")
            return measured
        }
        return try content.places(
            from: try fields.float64(at: header + start, "the start"),
            step: try fields.float64(at: header + 176, "the step"), count: count, at: .byte(header + 176))
    }

    private func radiation(_ header: Int) throws -> Radiation {
        let ratio = try fields.float64(at: 648, "the intensity ratio")
        var radiation = Radiation(
            anode: try fields.label(at: 608, count: 4, "the anode"), kAlpha1: try fields.wavelength64(at: 624),
            kAlpha2: try fields.wavelength64(at: 632), kAlpha2Ratio: (0...1).contains(ratio) ? ratio : nil,
            kBeta: try fields.wavelength64(at: 640),
            kAlphaMean: try fields.wavelength64(at: 616), origin: .file)
        // The wavelength of the range counts where the file has no lines of a tube, as at a synchrotron.
        if radiation.wavelength == nil, let used = try fields.wavelength64(at: header + 240) {
            radiation = Radiation(anode: radiation.anode, monochromatic: used, origin: .file)
        }
        return radiation
    }

    private func setup(_ header: Int) throws -> DiffractionSetup {
        let day = try fields.label(at: 16, count: 10, "the date")
        let time = try fields.label(at: 26, count: 10, "the time")
        var setup = DiffractionSetup(date: [day, time].filter { !$0.isEmpty }.joined(separator: " "))
        setup.goniometerRadius = try fields.positive32(at: 564, "the goniometer radius").map(decimal)
        setup.divergenceSlit = try fields.positive32(at: 568, "the divergence slit").map { "\(decimal($0)) deg" }
        let first = try fields.int32(at: 580, "the primary monochromator")
        let second = try fields.int32(at: 604, "the secondary monochromator")
        // 9999 stands for a device that the program does not know.
        let codes = [("primary", first), ("secondary", second)].filter { (1..<9999).contains($0.1) }
        if !codes.isEmpty { setup.monochromator = codes.map { "\($0.0), code \($0.1)" }.joined(separator: "; ") }
        let filter = try fields.int32(at: 600, "the beta filter")
        if (1..<9999).contains(filter) { setup.betaFilter = "code \(filter)" }
        let mode = try fields.int32(at: header + 168, "the scan mode")
        setup.scanMode = [0: "Step", 1: "Continuous"][mode]
        let kilovolt = try fields.uint32(at: header + 224, "the tube voltage")
        let milliampere = try fields.uint32(at: header + 228, "the tube current")
        if (1..<1000).contains(kilovolt) { setup.tubeVoltage = Double(kilovolt) }
        if (1..<10_000).contains(milliampere) { setup.tubeCurrent = Double(milliampere) }
        setup.temperature = try fields.positive32(at: header + 212, "the temperature").flatMap { $0 < 5000 ? $0 : nil }
        setup.further["USER"] = try fields.label(at: 36, count: 72, "the user")
        setup.further["SITE"] = try fields.label(at: 108, count: 218, "the site")
        for (offset, axis) in [(8, "THETA"), (16, "2THETA"), (24, "KHI"), (32, "PHI"), (40, "X"), (48, "Y"), (56, "Z")]
        {
            let value = try fields.float64(at: header + offset, "a start position")
            if value.isFinite { setup.further["START_\(axis)"] = "\(value)" }
        }
        setup.further = setup.further.filter { !$0.value.isEmpty }
        return setup
    }
}
