import Foundation
import Testing

/// A small diffraction file of each format, written by this project's own code after the description of the format,
/// with what a reader has to find in it.
struct DiffractionFixture: CustomTestStringConvertible, Sendable {
    let name: String
    /// The beginning of the name that the reader gives the format.
    let format: String
    let data: Data
    /// Places and intensities of each scan.
    let scans: [(places: [Double], intensities: [Double])]
    /// Whether the format announces the number of points or marks the end of the data, so that a file that is cut can be
    /// told from a whole one.
    var announcesEnd = true

    var testDescription: String { name }

    static func text(
        _ name: String, format: String, _ text: String, scans: [([Double], [Double])], announcesEnd: Bool = true
    ) -> Self {
        Self(
            name: name, format: format, data: Data(text.utf8), scans: scans.map { ($0.0, $0.1) },
            announcesEnd: announcesEnd)
    }

    static func places(_ start: Double, _ step: Double, _ count: Int) -> [Double] {
        (0..<count).map { start + step * Double($0) }
    }
}

/// The fixtures.
enum DiffractionFixtures {
    static let counts: [Double] = [120, 98, 131, 450, 2210, 870, 140, 101]
    static let more: [Double] = [7, 0, 3, 1_000_001, 12]

    static func all() throws -> [DiffractionFixture] {
        binary + text + [try brml(), try brmlFrames(), try rasx()]
    }

    // MARK: Bruker RAW

    static func raw1(repeatsSignature: Bool) -> DiffractionFixture {
        var bytes = PlacedBytes()
        bytes.put("RAW ", at: 0)
        var start = 4
        for (index, values) in [counts, more].enumerated() {
            if index > 0 && repeatsSignature {
                bytes.put("RAW ", at: start)
                start += 4
            }
            bytes.put(UInt32(values.count), at: start)
            bytes.put(Float(4), at: start + 4)
            bytes.put(Float(0.02), at: start + 8)
            bytes.put(Float(10 + 20 * index), at: start + 20)
            for offset in [24, 28, 32] { bytes.put(Float(-1e6), at: start + offset) }
            bytes.put("VINEGAR     ", at: start + 36)
            bytes.put(Float(1.5406), at: start + 68)
            bytes.put(Float(1.54439), at: start + 72)
            bytes.put(UInt32(index == 0 ? 1 : 0), at: start + 148)
            bytes.append(floats: values)
            start = bytes.data.count
        }
        return DiffractionFixture(
            name: "RAW1\(repeatsSignature ? "" : " without repeated signature")",
            format: "Bruker/Siemens RAW version 1",
            data: bytes.data,
            scans: [
                (DiffractionFixture.places(10, 0.02, 8), counts), (DiffractionFixture.places(30, 0.02, 5), more),
            ])
    }

    static func raw2() -> DiffractionFixture {
        var bytes = PlacedBytes(count: 256)
        bytes.put("RAW2", at: 0)
        bytes.put(UInt16(2), at: 4)
        bytes.put("ZINCITE", at: 8)
        bytes.put("19-12-1997 21:57", at: 168)
        bytes.put("Co", at: 188)
        bytes.put(Float(1.78897), at: 190)
        bytes.put(Float(1.79285), at: 194)
        bytes.put(Float(0.5), at: 198)
        bytes.put(Float(1.62079), at: 206)
        for (index, values) in [counts, more].enumerated() {
            let start = bytes.data.count
            // The second header is longer, and not a multiple of four bytes.
            let length = index == 0 ? 60 : 66
            bytes.put(UInt16(length), at: start)
            bytes.put(UInt16(values.count), at: start + 2)
            bytes.put(Float(3), at: start + 8)
            bytes.put(Float(0.05), at: start + 12)
            bytes.put(Float(5 + 40 * index), at: start + 16)
            for offset in [20, 24, 28] { bytes.put(Float(-1e6), at: start + offset) }
            bytes.put(UInt16(298), at: start + 46)
            bytes.put(UInt8(0), at: start + length - 1)
            bytes.append(floats: values)
        }
        return DiffractionFixture(
            name: "RAW2", format: "Bruker/Siemens RAW version 2", data: bytes.data,
            scans: [(DiffractionFixture.places(5, 0.05, 8), counts), (DiffractionFixture.places(45, 0.05, 5), more)])
    }

    /// Two ranges: the first with extra records before the data, the second with a measured angle at each point.
    static func raw3() -> DiffractionFixture {
        var bytes = PlacedBytes(count: 712)
        bytes.put("RAW1.01", at: 0)
        bytes.put(Int32(1), at: 8)
        bytes.put(Int32(2), at: 12)
        bytes.put("03/04/10", at: 16)
        bytes.put("20:59:14", at: 26)
        bytes.put("BT86", at: 326)
        bytes.put(Float(200.5), at: 564)
        bytes.put("Cu", at: 608)
        for (offset, value) in [(616, 1.5418), (624, 1.5406), (632, 1.54439), (640, 1.39222), (648, 0.5)] {
            bytes.put(value, at: offset)
        }
        let measured = [40.0, 40.013, 40.021, 40.034, 40.041]
        for index in 0..<2 {
            let start = bytes.data.count
            let values = index == 0 ? counts : more
            bytes.put(Int32(304), at: start)
            bytes.put(Int32(values.count), at: start + 4)
            bytes.put(index == 0 ? 5.0 : 20.0, at: start + 8)
            bytes.put(index == 0 ? 10.0 : 40.0, at: start + 16)
            bytes.put(0.01, at: start + 176)
            bytes.put(Float(0.5), at: start + 192)
            bytes.put(Int32(0), at: start + 196)
            bytes.put(UInt32(40), at: start + 224)
            bytes.put(UInt32(30), at: start + 228)
            bytes.put(1.5406, at: start + 240)
            bytes.put(UInt32(index), at: start + 248)
            bytes.put(Int32(index == 0 ? 4 : 12), at: start + 252)
            bytes.put(Int32(index == 0 ? 40 : 0), at: start + 256)
            bytes.put(UInt8(0), at: start + 304 + (index == 0 ? 40 : 0) - 1)
            if index == 0 {
                bytes.append(floats: values)
            } else {
                for (value, angle) in zip(values, measured) {
                    bytes.put(Float(value), at: bytes.data.count)
                    bytes.put(angle, at: bytes.data.count)
                }
            }
        }
        return DiffractionFixture(
            name: "RAW3", format: "Bruker/Siemens RAW version 3", data: bytes.data,
            scans: [(DiffractionFixture.places(10, 0.01, 8), counts), (measured, more)])
    }

    /// Two ranges with points of 4 and of 8 bytes.
    static func raw4() -> DiffractionFixture {
        var bytes = PlacedBytes(count: 61)
        bytes.put("RAW4.00", at: 0)
        bytes.put("08/30/2021", at: 12)
        bytes.put("20:35:58", at: 24)
        var start = 61
        bytes.put(UInt32(10), at: start)
        bytes.put(UInt32(36 + 5), at: start + 4)
        bytes.put("SAMPLEID", at: start + 12)
        bytes.put("LTO-1", at: start + 36)
        start += 41
        bytes.put(UInt32(30), at: start)
        bytes.put(UInt32(120), at: start + 4)
        bytes.put(Float(560), at: start + 24)
        for (offset, value) in [(72, 1.5418), (80, 1.5406), (88, 1.54439), (96, 1.39222), (104, 0.5)] {
            bytes.put(value, at: start + offset)
        }
        bytes.put("Cu\0\0", at: start + 116)
        start += 120
        for (index, values) in [counts, more].enumerated() {
            let first = 10.0 + 30 * Double(index)
            bytes.put(UInt32(index == 0 ? 0 : 160), at: start)
            bytes.put(index == 0 ? "Locked Coupled" : "Unlocked Coupled", at: start + 32)
            bytes.put(first, at: start + 72)
            bytes.put(0.02, at: start + 80)
            bytes.put(UInt32(values.count), at: start + 88)
            bytes.put(Float(288), at: start + 92)
            bytes.put(Float(40), at: start + 100)
            bytes.put(Float(25), at: start + 104)
            bytes.put(1.5406, at: start + 112)
            bytes.put(UInt32(index == 0 ? 4 : 8), at: start + 136)
            bytes.put(UInt32(92 + 32), at: start + 140)
            let drive = start + 160
            bytes.put(UInt32(50), at: drive)
            bytes.put(UInt32(92), at: drive + 4)
            bytes.put("2Theta", at: drive + 12)
            bytes.put(first, at: drive + 56)
            bytes.put(UInt32(110), at: drive + 92)
            bytes.put(UInt32(32), at: drive + 96)
            bytes.put(UInt8(0), at: drive + 92 + 31)
            for value in values {
                bytes.put(Float(value), at: bytes.data.count)
                if index == 1 { bytes.put(UInt32(1), at: bytes.data.count) }
            }
            start = bytes.data.count
        }
        return DiffractionFixture(
            name: "RAW4", format: "Bruker/Siemens RAW version 4", data: bytes.data,
            scans: [(DiffractionFixture.places(10, 0.02, 8), counts), (DiffractionFixture.places(40, 0.02, 5), more)])
    }

    // MARK: Other binary formats

    /// Two ranges, stored with 4 and with 2 bytes for a point.
    static func stoe() -> DiffractionFixture {
        var bytes = PlacedBytes(count: 3 * 512)
        bytes.put("RAW_1.06Powdat", at: 0)
        bytes.put("22-Sep-20 17:18", at: 16)
        bytes.put("Co3O4", at: 32)
        bytes.put(UInt16(2), at: 308)
        bytes.put(UInt16(3), at: 310)
        bytes.put(UInt16(40), at: 318)
        bytes.put(UInt16(30), at: 320)
        bytes.put(Float(1.5406), at: 322)
        bytes.put(Float(1.54439), at: 326)
        bytes.put(UInt16(1), at: 358)
        bytes.put(UInt16(3), at: 360)
        bytes.put(UInt16(2), at: 378)
        bytes.put(UInt32(16), at: 466)
        bytes.put(UInt16(4), at: 480)
        bytes.put(UInt16(6), at: 482)
        for (index, start) in [3 * 512, 5 * 512].enumerated() {
            bytes.put("22-Sep-20 17:18", at: start)
            bytes.put(UInt16(counts.count), at: start + 34)
            bytes.put(UInt16(index), at: start + 38)
            bytes.put(Float(index == 0 ? 1 : 2), at: start + 40)
            bytes.put(Float(10 + 30 * index), at: start + 44)
            bytes.put(Float(0.015), at: start + 60)
            bytes.put(Float(30), at: start + 68)
            for (point, value) in counts.enumerated() {
                if index == 0 {
                    bytes.put(UInt32(value), at: start + 512 + 4 * point)
                } else {
                    bytes.put(UInt16(2 * value), at: start + 512 + 2 * point)
                }
            }
            bytes.put(UInt8(0), at: start + 1023)
        }
        return DiffractionFixture(
            name: "Stoe", format: "Stoe RAW", data: bytes.data,
            scans: [
                (DiffractionFixture.places(10, 0.015, 8), counts), (DiffractionFixture.places(40, 0.015, 8), counts),
            ])
    }

    static func philips(version: Int, continuous: Bool = false) -> DiffractionFixture {
        var bytes = PlacedBytes(count: version == 3 ? 250 : 810)
        bytes.put(version == 3 ? "V3RD" : "V5RD", at: 0)
        bytes.put(UInt8(3), at: 84)
        bytes.put(UInt8(0), at: 85)
        bytes.put(UInt8(3), at: 86)
        bytes.put(1.54056, at: 94)
        bytes.put(1.54439, at: 102)
        bytes.put(0.5, at: 110)
        bytes.put(UInt8(continuous ? 1 : 0), at: 126)
        bytes.put("CPD-1A  ", at: 138)
        bytes.put("round robin sample 1", at: 146)
        bytes.put(0.02, at: 214)
        bytes.put(5.0, at: 222)
        bytes.put(continuous ? 5.16 : 5.14, at: 230)
        // floor(v x v / 100): 124 stands for 153 counts.
        let packed: [UInt16] = [124, 126, 300, 1500, 65_535, 10, 0, 9]
        for value in packed { bytes.put(value, at: bytes.data.count) }
        let expected: [Double] = [153, 158, 900, 22_500, 42_948_362, 1, 0, 0]
        return DiffractionFixture(
            name: "Philips V\(version)\(continuous ? " continuous" : "")", format: "Philips PC-APD", data: bytes.data,
            scans: [(DiffractionFixture.places(continuous ? 5.01 : 5, 0.02, 8), expected)])
    }

    static func rigakuParts() -> DiffractionFixture {
        var bytes = PlacedBytes(count: 1400)
        bytes.put("FI", at: 0)
        bytes.put(UInt8(216), at: 4)
        bytes.put(1.540593, at: 1212)
        bytes.put(1.544414, at: 1220)
        for (index, values) in [counts, more].enumerated() {
            let part = bytes.data.count
            bytes.put("PI", at: part)
            bytes.put(Float(20 + 30 * index), at: part + 826)
            bytes.put(Float(20 + 30 * Double(index) + 0.02 * Double(values.count - 1)), at: part + 830)
            bytes.put(Float(0.02), at: part + 834)
            let data = part + 900
            bytes.put("DA", at: data)
            bytes.put(UInt32(values.count), at: data + 16)
            bytes.append(floats: values)
        }
        return DiffractionFixture(
            name: "Rigaku RAW in parts", format: "Rigaku RAW", data: bytes.data,
            scans: [(DiffractionFixture.places(20, 0.02, 8), counts), (DiffractionFixture.places(50, 0.02, 5), more)],
            announcesEnd: false)
    }

    static func rigakuSingle() -> DiffractionFixture {
        var bytes = PlacedBytes(count: 3058)
        bytes.put("FI", at: 0)
        bytes.put(1.540593, at: 984)
        bytes.put(1.544414, at: 992)
        bytes.put(Float(20), at: 3004)
        bytes.put(Float(20.14), at: 3008)
        bytes.put(Float(0.02), at: 3012)
        bytes.append(floats: counts)
        return DiffractionFixture(
            name: "Rigaku RAW without parts", format: "Rigaku RAW", data: bytes.data,
            scans: [(DiffractionFixture.places(20, 0.02, 8), counts)])
    }

    static var binary: [DiffractionFixture] {
        [
            raw1(repeatsSignature: true), raw1(repeatsSignature: false), raw2(), raw3(), raw4(), stoe(),
            philips(version: 3), philips(version: 3, continuous: true), philips(version: 5), rigakuParts(),
            rigakuSingle(),
        ]
    }
}
