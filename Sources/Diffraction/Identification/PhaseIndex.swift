import Foundation

/// The lines of many structures as they are kept on disk.
struct PhaseIndex: Sendable {
    /// What tells whether a file is still the one that was read.
    struct Stamp: Sendable, Hashable {
        var size: Int64
        var changed: Double

        init(size: Int64, changed: Double) {
            self.size = size
            self.changed = changed
        }

        init(file: String) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            size = (attributes?[.size] as? NSNumber)?.int64Value ?? -1
            changed = (attributes?[.modificationDate] as? Date)?.timeIntervalSinceReferenceDate ?? 0
        }
    }

    /// One file.
    struct Entry: Sendable {
        var stamp: Stamp
        var result: Result<PhaseLines, PreparedPhases.Omission>
    }

    var wavelength: Double
    /// By the path of the file.
    var entries: [String: Entry]

    init(wavelength: Double, entries: [String: Entry]) {
        self.wavelength = wavelength
        self.entries = entries
    }

    /// Changes with the format and with what lines are computed.
    private static let signature: UInt64 = 0x4950_4858_0000_0002

    // MARK: - Writing

    var encoded: Data {
        var data = Data()
        func put<Value: FixedWidthInteger>(_ value: Value) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        func put(_ value: Double) { put(value.bitPattern) }
        func put(_ text: String) {
            put(UInt32(text.utf8.count))
            data.append(contentsOf: text.utf8)
        }
        put(Self.signature)
        put(wavelength)
        put(UInt32(entries.count))
        for (file, entry) in entries.sorted(by: { $0.key < $1.key }) {
            put(file)
            put(entry.stamp.size)
            put(entry.stamp.changed)
            switch entry.result {
            case .failure(let omission):
                put(UInt8(0))
                put(omission.text)
            case .success(let phase):
                put(UInt8(1))
                put(phase.name)
                put(phase.formula)
                put(phase.elements.sorted().joined(separator: " "))
                put(phase.density)
                for value in [
                    phase.cell.a, phase.cell.b, phase.cell.c, phase.cell.alpha, phase.cell.beta, phase.cell.gamma,
                ] {
                    put(value)
                }
                put(phase.axisGroups.map { $0.map(String.init).joined() }.joined(separator: " "))
                put(UInt32(phase.lines.count))
                for line in phase.lines {
                    put(Int16(clamping: line.index.h))
                    put(Int16(clamping: line.index.k))
                    put(Int16(clamping: line.index.l))
                    put(line.intensity)
                }
            }
        }
        put(Self.checksum(data))
        return data
    }

    private static func checksum(_ data: Data) -> UInt64 {
        // Whole words at a time: the index of a large folder has many bytes.
        data.withUnsafeBytes { bytes in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            let words = bytes.count / 8
            for k in 0..<words {
                hash = (hash ^ bytes.loadUnaligned(fromByteOffset: 8 * k, as: UInt64.self)) &* 0x100_0000_01b3
                hash ^= hash >> 29
            }
            for byte in bytes[(8 * words)...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return hash
        }
    }

    // MARK: - Reading

    /// The index in `data`; `nil` where it is not one of this format, or damaged.
    init?(decoding data: Data) {
        guard data.count >= 28 else { return nil }
        let body = data.dropLast(8)
        var tail = Reader(data: data.suffix(8))
        guard let stored: UInt64 = tail.integer(), stored == Self.checksum(Data(body)) else { return nil }
        var reader = Reader(data: body)
        guard reader.integer() == Self.signature, let wavelength = reader.double(),
            let count: UInt32 = reader.integer()
        else { return nil }
        self.init(wavelength: wavelength, entries: [:])
        for _ in 0..<count {
            guard let file = reader.text(), let entry = Self.entry(&reader) else { return nil }
            entries[file] = entry
        }
    }

    private static func entry(_ reader: inout Reader) -> Entry? {
        guard let size: Int64 = reader.integer(), let changed = reader.double(), let kind: UInt8 = reader.integer()
        else { return nil }
        let stamp = Stamp(size: size, changed: changed)
        if kind == 0 { return reader.text().map { Entry(stamp: stamp, result: .failure(.init(text: $0))) } }
        guard let name = reader.text(), let formula = reader.text(), let elements = reader.text(),
            let density = reader.double()
        else { return nil }
        let numbers = (0..<6).compactMap { _ in reader.double() }
        guard numbers.count == 6,
            let cell = UnitCell(
                a: numbers[0], b: numbers[1], c: numbers[2], alpha: numbers[3], beta: numbers[4], gamma: numbers[5]),
            let groups = reader.text(), let count: UInt32 = reader.integer()
        else { return nil }
        var lines: [(index: MillerIndex, intensity: Double)] = []
        for _ in 0..<count {
            guard let h: Int16 = reader.integer(), let k: Int16 = reader.integer(), let l: Int16 = reader.integer(),
                let intensity = reader.double()
            else { return nil }
            lines.append((MillerIndex(Int(h), Int(k), Int(l)), intensity))
        }
        let axes = groups.split(separator: " ").map { $0.compactMap(\.wholeNumberValue) }
        guard axes.joined().sorted() == [0, 1, 2] else { return nil }
        return Entry(
            stamp: stamp,
            result: .success(
                PhaseLines(
                    name: name, formula: formula, elements: Set(elements.split(separator: " ").map(String.init)),
                    density: density, cell: cell, axisGroups: axes, lines: lines)))
    }

    /// Reads numbers and texts one after another; `nil` beyond the end.
    private struct Reader {
        let data: Data
        var place: Int

        init(data: Data) {
            self.data = data
            place = data.startIndex
        }

        mutating func integer<Value: FixedWidthInteger>() -> Value? {
            let size = MemoryLayout<Value>.size
            guard data.endIndex - place >= size else { return nil }
            defer { place += size }
            return data.withUnsafeBytes {
                Value(littleEndian: $0.loadUnaligned(fromByteOffset: place - data.startIndex, as: Value.self))
            }
        }

        mutating func double() -> Double? { (integer() as UInt64?).map(Double.init(bitPattern:)) }

        mutating func text() -> String? {
            guard let count: UInt32 = integer(), data.endIndex - place >= Int(count) else { return nil }
            defer { place += Int(count) }
            return String(decoding: data[place..<(place + Int(count))], as: UTF8.self)
        }
    }
}
