import Foundation
import Spectra

/// Philips PC-APD binary scans, versions 3 (.rd) and 5 (.sd), little endian:
/// ```
/// offset 0    "V3RD" or "V5RD" (other letters instead of RD: peaks, background, derivative)
///        84   byte: diffractometer, 85 byte: anode (0 Cu, 1 Mo), 86 byte: focus
///        94   3 doubles: K-alpha1, K-alpha2, ratio
///       126   byte: 0 step scan, 1 continuous scan
///       138   8 characters file name, 20 characters sample
///       214   3 doubles: step, start, end (degrees two theta)
///       250   the data of version 3; 810 that of version 5
/// ```
/// Each intensity is two bytes v that stand for floor(v x v / 100) counts. The layout was published with the vendor's
/// permission in the readers of xylib (philips_raw) and DASH; the compression is confirmed by the scans of the IUCr's
/// round robin on quantitative analysis, which exist in this format and in plain numbers.
enum PhilipsRDFormat: DiffractionFormat {
    static let name = "Philips PC-APD RD/SD"
    static let extensions = ["rd", "sd"]

    static func recognises(_ content: FileContent) -> Bool {
        let magic = content.data.prefix(4)
        return ["V3RD", "V5RD", "V3DI", "V5DI", "V3BK", "V5BK", "V32D", "V52D"].contains {
            magic.elementsEqual($0.utf8)
        }
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let fields = BinaryFields(file: content.path, data: content.data)
        let magic = try fields.text(at: 0, count: 4, "the signature")
        guard magic.hasSuffix("RD") else {
            let kinds = ["DI": "a list of peaks", "BK": "a background", "2D": "a second derivative"]
            throw content.malformed(
                .byte(2), expected: "a scan (V3RD or V5RD)", found: "\(magic), \(kinds[String(magic.suffix(2))] ?? "")")
        }
        let dataStart = magic.hasPrefix("V3") ? 250 : 810
        let step = try fields.float64(at: 214, "the step")
        var start = try fields.float64(at: 222, "the start")
        let end = try fields.float64(at: 230, "the end")
        guard step > 0 else { throw fields.malformed(at: 214, expected: "a positive step", found: "\(step)") }
        var announced = try content.pointCount(from: start, to: end, step: step, at: .byte(214))
        let available = max(0, content.data.count - dataStart) / 2
        var notes: [String] = []
        let isContinuous = try fields.uint8(at: 126, "the scan mode") == 1
        if isContinuous && available < announced {
            // A continuous scan has one channel for each interval, and its angle is the middle of the interval.
            start += step / 2
            announced -= 1
            notes.append("scan 1: a continuous scan with one point for each interval; the angles are their middles")
        }
        let count = min(announced, available)
        guard count > 0 else {
            throw fields.malformed(at: dataStart, expected: "\(announced) intensities", found: "the end")
        }
        if count < announced { notes.append(PatternNotes.cutOff(scan: 1, read: count, announced: announced)) }
        let packed = try fields.numbers(.uint16, at: dataStart, count: count, "the intensities")
        let pattern = DiffractionPattern(
            name: try fields.text(at: 138, count: 8, "the name").trimmingCharacters(in: .whitespaces),
            sample: try fields.text(at: 146, count: 20, "the sample").trimmingCharacters(in: .whitespaces),
            axis: DiffractionAxis(
                try content.places(from: start, step: step, count: count, at: .byte(214)), kind: .twoTheta),
            intensities: packed.map { ($0 * $0 / 100).rounded(.down) }, unit: .counts,
            radiation: try radiation(fields), setup: try setup(fields, isContinuous: isContinuous),
            missingPoints: announced - count)
        return try file(content, [pattern], notes: notes)
    }

    private static func radiation(_ fields: BinaryFields) throws -> Radiation {
        // The two published descriptions agree on the codes 0 and 1 only, so that others are left to the wavelength.
        let anodes = [0: "Cu", 1: "Mo"]
        let ratio = try fields.float64(at: 110, "the intensity ratio")
        return Radiation(
            anode: anodes[try fields.uint8(at: 85, "the anode")],
            kAlpha1: plausible(try fields.float64(at: 94, "K-alpha1")),
            kAlpha2: plausible(try fields.float64(at: 102, "K-alpha2")),
            kAlpha2Ratio: ratio.isFinite && (0...1).contains(ratio) ? ratio : nil, origin: .file)
    }

    private static func plausible(_ wavelength: Double) -> Double? {
        wavelength.isFinite && (0.05...20).contains(wavelength) ? wavelength : nil
    }

    private static func setup(_ fields: BinaryFields, isContinuous: Bool) throws -> DiffractionSetup {
        let instruments = ["PW1800", "PW1710 based system", "PW1840", "PW3710 based system", "undefined", "X'Pert MPD"]
        let foci = ["BF", "NF", "FF", "LFF"]
        let code = try fields.uint8(at: 84, "the diffractometer")
        let focus = try fields.uint8(at: 86, "the focus")
        var setup = DiffractionSetup(scanAxis: "2Theta")
        setup.scanMode = isContinuous ? "Continuous" : "Step"
        setup.instrument = instruments.indices.contains(code) ? instruments[code] : nil
        setup.further["focus"] = foci.indices.contains(focus) ? foci[focus] : nil
        return setup
    }
}
