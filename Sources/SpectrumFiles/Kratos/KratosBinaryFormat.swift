import Foundation
import Spectra

/// Data sets of Kratos Vision 2 as the instrument stores them (.dset).
///
///     byte 0        00 00 DE 01 00 00 00 02, all numbers big-endian words of 32 bits
///     byte 20       the number of objects
///     byte 0xB10    the objects, one behind the other: size in bytes, number, 0, 0, then records, then 0, 0
///     a record      the number of the field (see `KratosDumpFormat`), then its value
///     a value       one word (whole number, flag); two (double); a length and a character in each word; a length and
///                   numbers (whole, float or double)
///
/// Kratos has not published the layout; this is what public readers found in files and the dumps made of them. A field
/// that is not known here is stepped over where the next one can be told.
enum KratosBinaryFormat: SpectrumFormat {
    static let name = "Kratos Vision data set"
    static let extensions = ["dset"]

    private static let mark: [UInt8] = [0, 0, 0xDE, 1, 0, 0, 0, 2]
    private static let firstObject = 0xB10

    static func recognises(_ content: FileContent) -> Bool { content.data.starts(with: mark) }

    private enum Kind {
        case flag([Int: String])
        case whole
        case double
        case text
        case floats
        case doubles
        case wholes
        case container
    }

    private static let fields: [Int: (name: String, kind: Kind)] = [
        1: ("Technique", .flag([1: "F_ISS", 3: "F_XPS"])), 2: ("Scan type", .flag([0: "F_SPECTRUM", 2: "F_MAPPING"])),
        3: ("Spectrum scan start", .double), 4: ("Spectrum scan step size", .double), 5: ("Abscissa label", .text),
        6: ("Abscissa units", .text), 7: ("Dwell time", .double), 8: ("Ordinate label", .text),
        9: ("Ordinate units", .text), 12: ("Ordinate values", .floats), 25: ("# points per line in map", .whole),
        26: ("# lines in map", .whole), 37: ("Acquisition name", .text), 38: ("State change type", .flag([:])),
        42: ("Pass energy", .double), 51: ("Map energy/mass", .double), 59: ("Loop index", .whole),
        99: ("# Sweeps completed", .whole), 151: ("Date Acquired", .text), 3013: ("Enabled detectors", .wholes),
        3045: ("Type Of Analyser", .flag([:])), 3046: ("Analyser Scan Mode", .flag([0: "F_FAT"])),
        3047: ("Analyser Pass Energy", .flag([:])),
        3049: (
            "HSA Lens Mode", .flag([0: "F_HSA_LENS_HYBRID", 3: "F_HSA_LENS_ELECTROSTATIC", 6: "F_HSA_LENS_ISS"])
        ),
        3050: ("MHSA Lens Mode", .flag([:])), 3065: ("Charge Neutraliser Charge Balance", .double),
        3066: ("Charge Neutraliser Filament Current", .double), 3067: ("Charge Neutraliser Filament Bias", .double),
        3070: ("Neutraliser Switch State", .flag([3: "F_NEUTRALISER_MANUAL_SETTINGS"])),
        3080: ("Xray Reference Energy", .flag([2: "F_REFER_TO_NONE", 8: "F_REFER_TO_XRAY_MONO_AL"])),
        3087: ("Stage Position Name", .text), 3088: ("Stage X Position", .double), 3089: ("Stage Y Position", .double),
        3090: ("Stage Z Position", .double), 3091: ("Stage X Rotation", .double), 3112: ("Work function", .double),
        3113: ("Chemical symbol or formula", .text), 3114: ("Transition or charge state", .text),
        3282: ("Descriptor for aperture size used in acquisition", .text),
        3283: ("Descriptor for iris position used in acquisition", .text), 3290: ("Vision Software Version", .text),
        5587: ("Transmission Function Object (ke,t)", .container),
        5615: ("Transmission Function Kinetic Energy", .doubles), 5616: ("Transmission Function Value", .doubles),
    ]

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let bytes = BinaryFields(file: content.path, data: content.data, order: .bigEndian)
        let announced = try bytes.uint32(at: 20, "the number of objects")
        guard content.data.count > firstObject else {
            throw content.malformed(
                .byte(content.data.count), expected: "objects behind the index",
                found: "the end of the file: the data lie in the other files of the data set")
        }
        var notes: [String] = []
        var objects: [KratosObject] = []
        var offset = firstObject
        while offset < content.data.count, objects.count < announced {
            let size = try bytes.uint32(at: offset, "the size of an object")
            guard size >= 16, size % 4 == 0, size <= content.data.count - offset - 4 else {
                throw bytes.malformed(
                    at: offset, expected: "the size of object \(objects.count + 1) of \(announced)", found: "\(size)")
            }
            let start = offset + 4
            let words = (0..<(size / 4)).map { index in
                UInt32(truncatingIfNeeded: (try? bytes.uint32(at: start + index * 4, "a word")) ?? 0)
            }
            objects.append(object(words, &notes))
            offset = start + size
        }
        if objects.count < announced {
            throw bytes.malformed(at: offset, expected: "\(announced) objects", found: "\(objects.count)")
        }
        return try KratosDataSet.file(objects, format: name, content: content, options: options, notes: notes)
    }

    private static func object(_ words: [UInt32], _ notes: inout [String]) -> KratosObject {
        var object = KratosObject(name: "object \(words[0])")
        var position = 3
        if let field = records(words, &position, &object, depth: 0) {
            notes.append("\(object.name): what follows field \(field) is not understood and left out.")
        }
        if let name = object.text("Acquisition name") { object.name = "\(name)/\(words[0])" }
        return object
    }

    /// Reads records up to the two zeros behind them; the number of a field that is not understood, `nil` when all are.
    private static func records(
        _ words: [UInt32], _ position: inout Int, _ object: inout KratosObject, depth: Int
    ) -> Int? {
        while position + 1 < words.count {
            let number = Int(words[position])
            if number == 0 {
                position += 2
                return nil
            }
            guard let field = fields[number] else {
                guard let next = end(ofUnknown: words, position) else { return number }
                position = next
                continue
            }
            if case .container = field.kind {
                position += 4
                guard depth < 4, records(words, &position, &object, depth: depth + 1) == nil else { return number }
                continue
            }
            guard let (value, length) = value(field.kind, words, position + 1) else { return number }
            if let value { object.fields[field.name] = value }
            position += 1 + length
        }
        return position >= words.count ? nil : Int(words[position])
    }

    /// A value and how many words it takes; `nil` where it does not fit.
    private static func value(_ kind: Kind, _ words: [UInt32], _ at: Int) -> (KratosObject.Value?, Int)? {
        func double(_ index: Int) -> Double {
            Double(bitPattern: UInt64(words[index]) << 32 | UInt64(words[index + 1]))
        }
        guard at < words.count else { return nil }
        let count = Int(words[at])
        let left = words.count - at - 1
        switch kind {
        case .flag(let names): return (names[count].map { .text($0) }, 1)
        case .whole: return (.numbers([Double(Int32(bitPattern: words[at]))]), 1)
        case .double:
            guard left >= 1 else { return nil }
            return (.numbers([double(at)]), 2)
        case .text:
            guard count >= 1, count <= left, let text = text(words[(at + 1)..<(at + 1 + count)]) else { return nil }
            return (.text(text), 1 + count)
        case .floats:
            guard count <= left else { return nil }
            return (.numbers(words[(at + 1)..<(at + 1 + count)].map { Double(Float(bitPattern: $0)) }), 1 + count)
        case .wholes:
            guard count <= left else { return nil }
            return (.numbers(words[(at + 1)..<(at + 1 + count)].map { Double(Int32(bitPattern: $0)) }), 1 + count)
        case .doubles:
            guard count <= left / 2 else { return nil }
            return (.numbers((0..<count).map { double(at + 1 + 2 * $0) }), 1 + 2 * count)
        case .container: return nil
        }
    }

    /// The text of characters that end with a zero; `nil` where they are none.
    private static func text(_ words: ArraySlice<UInt32>) -> String? {
        guard words.last == 0 else { return nil }
        var text = String.UnicodeScalarView()
        for word in words.dropLast() {
            guard word >= 9, let scalar = Unicode.Scalar(word) else { return nil }
            text.append(scalar)
        }
        return String(text)
    }

    /// Where the record behind an unknown one starts: field numbers ascend, so that the first length that leads to a
    /// larger one, or to the two zeros at the end, is taken.
    private static func end(ofUnknown words: [UInt32], _ position: Int) -> Int? {
        func isRecord(_ index: Int) -> Bool {
            guard index + 1 < words.count else { return false }
            if words[index] == 0 { return words[index + 1] == 0 }
            return words[index] > words[position] && (words[index] < 0x2000 || fields[Int(words[index])] != nil)
        }
        let count = position + 1 < words.count ? Int(words[position + 1]) : 0
        var candidates: [Int] = []
        if count > 1, count < 4096, position + 2 + count <= words.count,
            text(words[(position + 2)..<(position + 2 + count)]) != nil
        {
            candidates.append(position + 2 + count)
        }
        candidates += [position + 2, position + 3]
        if count > 0, count < 1_000_000 { candidates += [position + 2 + count, position + 2 + 2 * count] }
        return candidates.first(where: isRecord)
    }
}
