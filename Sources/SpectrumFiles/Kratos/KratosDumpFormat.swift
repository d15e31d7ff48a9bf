import Foundation
import Spectra

/// The text that Kratos' `dump_dataset` makes of a Vision data set (.kal): objects with a field on each line.
///
///     Dataset filename          = sample.dset
///     Object name               = hy160/1
///        3 Spectrum scan start       = 100 eV
///        4 Spectrum scan step size   = 2 eV
///       12 Ordinate values           = {10, 11,
///     12, 13}
///       42 Pass energy               = 160 eV
///     5587 Transmission Function Object (ke,t) = {
///         5615 Transmission Function Kinetic Energy = {100, 110}
///         5616 Transmission Function Value = {1.0, 0.5}
///     }
enum KratosDumpFormat: SpectrumFormat {
    static let name = "Kratos Vision dump"
    static let extensions = ["kal"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(1 << 14) { bytes in
            var lines = ByteLines(bytes)
            var hasDataSet = false
            for _ in 0..<200 {
                guard let line = lines.next() else { return false }
                hasDataSet = hasDataSet || isField(line, "Dataset filename")
                if isField(line, "Object name") { return hasDataSet }
            }
            return false
        }
    }

    private static func isField(_ line: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
        guard line.first == name.utf8Start.pointee, line.count > name.utf8CodeUnitCount,
            line.starts(with: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        else { return false }
        return line[name.utf8CodeUnitCount...].first { !ASCII.isBlank($0) } == UInt8(ascii: "=")
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let objects = try content.data.withUnsafeBytes { raw in
            try parsed(ByteLines(raw.bindMemory(to: UInt8.self)), content: content)
        }
        var notes: [String] = []
        if let last = content.data.last, last != 0x0A, last != 0x0D {
            notes.append("The file does not end with a line end: its last line may be cut.")
        }
        return try KratosDataSet.file(objects, format: name, content: content, options: options, notes: notes)
    }

    private static func parsed(_ text: ByteLines, content: FileContent) throws -> [KratosObject] {
        var lines = text
        var objects: [KratosObject] = []
        while let bytes = lines.next() {
            let line = String(looselyDecoding: bytes.trimmed)
            guard let equals = line.firstIndex(of: "=") else { continue }
            var name = line[..<equals].trimmingCharacters(in: .whitespaces)
            // A part of the line, which may be a list of megabytes.
            let value = line[line.index(after: equals)...].drop { $0 == " " || $0 == "\t" }
            if name == "Object name" {
                objects.append(KratosObject(name: String(value)))
                continue
            }
            // A number of the field stands before its name, except in dumps of some versions.
            if let number = name.split(separator: " ").first, Int(number) != nil {
                name = name.dropFirst(number.count).trimmingCharacters(in: .whitespaces)
            }
            guard !objects.isEmpty, value != "{" else { continue }
            if value.hasPrefix("{") {
                objects[objects.count - 1].fields[name] = .numbers(try list(value, &lines, content))
            } else {
                objects[objects.count - 1].fields[name] = .text(String(value))
            }
        }
        return objects
    }

    /// The numbers of a list that begins with `start` and may go on over the next lines.
    private static func list(_ start: Substring, _ lines: inout ByteLines, _ content: FileContent) throws -> [Double] {
        let first = lines.number
        var numbers: [Double] = []
        var part = start.dropFirst()
        while true {
            let isLast = part.contains("}")
            numbers.reserveCapacity(numbers.count + part.utf8.count / 2)
            try part.prefix(while: { $0 != "}" }).forEachWord(separatedBy: { $0 == "," || $0.isWhitespace }) { item in
                guard let number = Double(item), number.isFinite else {
                    throw content.malformed(.line(lines.number), expected: "numbers", found: "\"\(item.prefix(40))\"")
                }
                numbers.append(number)
            }
            if isLast { return numbers }
            guard let next = lines.next() else {
                throw content.malformed(.line(first), expected: "a list that ends with }", found: "the end of the file")
            }
            part = String(looselyDecoding: next)[...]
        }
    }
}
