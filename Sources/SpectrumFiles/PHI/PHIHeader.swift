import Foundation
import Spectra

/// The text at the beginning of a PHI file, between the lines SOFH and EOFH.
struct PHIHeader {
    /// One spectral region as its line `SpectralRegDef` defines it.
    struct Region {
        /// The number by which the binary part refers to the region.
        var number: Int
        /// The name, "C1s" or "Su1s".
        var name: String
        /// The number of points.
        var points: Int
        /// The first and the last binding energy, eV.
        var first: Double
        var last: Double
        /// The step, eV, negative for descending energies.
        var step: Double
        /// The time for each point over all sweeps, s.
        var timePerPoint: Double
        /// The pass energy, eV.
        var passEnergy: Double
        /// The number of sweeps, from the line `SpectralRegDef2`.
        var sweeps: Int?
    }

    /// The lines `key: value` in order.
    private(set) var lines: [(key: String, value: String, line: Int)] = []
    /// Where the binary part starts.
    private(set) var end = 0
    /// The line of EOFH.
    private(set) var endLine = 0

    /// Reads the header.
    ///
    /// Throws `ReadError.malformed` where there is no line EOFH.
    init(_ content: FileContent) throws {
        let found: (lines: [(String, String, Int)], end: Int, line: Int)? = content.data.withUnsafeBytes { raw in
            var source = ByteLines(raw.bindMemory(to: UInt8.self))
            var lines: [(String, String, Int)] = []
            while let bytes = source.next() {
                let line = bytes.trimmed
                if line.elementsEqual("EOFH".utf8) { return (lines, source.offset, source.number) }
                // A header is text; where it stops being text, the file is not what its first line says.
                if line.contains(0) { return nil }
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
                let key = UnsafeBufferPointer(rebasing: line[..<colon]).trimmed.text
                let value = UnsafeBufferPointer(rebasing: line[(colon + 1)...]).trimmed.text
                lines.append((key, value, source.number))
            }
            return nil
        }
        guard let found else {
            throw content.malformed(
                .whole, expected: "a PHI header that ends with the line EOFH", found: "no such line")
        }
        lines = found.lines.map { (key: $0.0, value: $0.1, line: $0.2) }
        end = found.end
        endLine = found.line
    }

    /// The value of the first line `key`; `nil` where there is none or it is empty.
    subscript(key: String) -> String? {
        lines.first { $0.key == key }.map(\.value).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The first number in the value of `key`, "4.506 eV" is 4.506.
    func number(_ key: String) -> Double? {
        self[key]?.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The regions that were measured, in the order of the header.
    ///
    /// Throws `ReadError.malformed` where a definition is not complete.
    func regions(of content: FileContent) throws -> [Region] {
        var regions: [Region] = []
        for entry in lines where entry.key == "SpectralRegDef" {
            let fields = entry.value.split(whereSeparator: \.isWhitespace).map(String.init)
            // number number name Z points step first last first' last' time pass-energy mode; the primed energies are
            // the range that MultiPak shows. Counted from the end, because a name could hold a blank.
            let tail = Array(fields.suffix(10))
            guard fields.count >= 13, let number = Int(fields[0]), let points = Int(tail[1]),
                let step = Double(tail[2]), let first = Double(tail[3]), let last = Double(tail[4]),
                let time = Double(tail[7]), let passEnergy = Double(tail[8]),
                [step, first, last, time, passEnergy].allSatisfy(\.isFinite)
            else {
                throw content.malformed(
                    .line(entry.line),
                    expected: "a region: number number name Z points step first last first last time pass-energy mode",
                    found: "\"\(entry.value.prefix(80))\"")
            }
            guard points > 0 else {
                throw content.malformed(.line(entry.line), expected: "a number of points", found: "\(points)")
            }
            regions.append(
                Region(
                    number: number, name: fields[2..<(fields.count - 10)].joined(separator: " "), points: points,
                    first: first, last: last, step: step, timePerPoint: time, passEnergy: passEnergy))
        }
        for entry in lines where entry.key == "SpectralRegDef2" {
            let fields = entry.value.split(whereSeparator: \.isWhitespace)
            guard fields.count > 2, let number = Int(fields[0]), let sweeps = Int(fields[2]), sweeps > 0,
                let index = regions.firstIndex(where: { $0.number == number })
            else { continue }
            regions[index].sweeps = sweeps
        }
        return regions
    }

    /// The names of the places on the sample by their numbers, from the lines `SpatialAreaDesc`.
    var areaNames: [Int: String] {
        var names: [Int: String] = [:]
        for entry in lines where entry.key == "SpatialAreaDesc" {
            let fields = entry.value.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            if fields.count == 2, let number = Int(fields[0]) { names[number] = String(fields[1]) }
        }
        return names
    }

    /// The date of the acquisition, "2024-01-22" for `2024 1 22`.
    var date: String? {
        guard let text = self["AcqFileDate"] ?? self["FileDate"] else { return nil }
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard fields.count >= 3, (1000...9999).contains(fields[0]), (1...12).contains(fields[1]),
            (1...31).contains(fields[2])
        else { return text }
        let month = fields[1] < 10 ? "0\(fields[1])" : "\(fields[1])"
        let day = fields[2] < 10 ? "0\(fields[2])" : "\(fields[2])"
        return "\(fields[0])-\(month)-\(day)"
    }

    /// The sputter times after each cycle in s, from the lines `DepthCalDef` (number, name, layer, two depths, ion, rate,
    /// interval in min, number of intervals, ...): one value for each cycle, the first ones zero for spectra taken
    /// before sputtering. `nil` where the number of cycles does not come out as stated.
    func plannedSputterTimes(cycles: Int) -> [Double]? {
        var times: [Double] = []
        if let before = number("NoPreSputterCyc"), before >= 0, before <= Double(cycles) {
            times = Array(repeating: 0, count: Int(before))
        }
        for entry in lines where entry.key == "DepthCalDef" {
            let fields = entry.value.split(whereSeparator: \.isWhitespace)
            guard fields.count > 8, let interval = Double(fields[7]), interval.isFinite, interval >= 0,
                let count = Int(fields[8]), count >= 0, count <= cycles - times.count
            else { return nil }
            for _ in 0..<count { times.append((times.last ?? 0) + 60 * interval) }
        }
        return times.count == cycles ? times : nil
    }
}
