import Foundation
import Spectra

/// The sheets of an Excel workbook (.xlsx: XML documents in a zip archive, ECMA-376).
struct Workbook: Sendable {
    /// The sheets in the order of their tabs.
    let sheets: [SheetGrid]

    /// Whether a zip archive is a workbook: its table of contents names one.
    static func recognises(_ archive: ZipArchive) -> Bool { archive.entry("xl/workbook.xml") != nil }

    /// What may be unpacked from an archive of `size` bytes: sheets of numbers shrink to a tenth or so.
    static func limits(for size: Int) -> ZipArchive.Limits {
        let bytes = max(32 << 20, min(size, 1 << 24) * 20)
        return ZipArchive.Limits(entries: 20_000, bytesPerEntry: bytes, bytesInAll: 2 * bytes)
    }

    /// Reads the cells of all sheets.
    ///
    /// Throws `ReadError.malformed` where a part is missing or not well formed.
    init(_ content: FileContent) throws {
        let archive = try ZipArchive(content, limits: Self.limits(for: content.data.count))
        guard let index = archive.entry("xl/workbook.xml") else {
            throw content.malformed(.whole, expected: "a workbook", found: "a zip archive without xl/workbook.xml")
        }
        let book = try XMLTree(try archive.data(of: index), file: "\(content.path)/xl/workbook.xml")
        let targets = try Self.targets(archive, of: content)
        var parts: [(name: String, entry: ZipArchive.Entry)] = []
        for (number, sheet) in book.descendants("sheet").enumerated() {
            let id = sheet.attributes.first { $0.key == "id" || $0.key.hasSuffix(":id") }?.value ?? ""
            let path = targets[id] ?? "xl/worksheets/sheet\(number + 1).xml"
            // Charts are sheets too, without cells.
            guard let entry = archive.entry(path), path.contains("worksheet") else { continue }
            parts.append((sheet.attributes["name"] ?? "sheet \(number + 1)", entry))
        }
        let texts = try Self.sharedTexts(archive, of: content)
        sheets = try zip(parts, try archive.data(of: parts.map(\.entry))).map { part, data in
            try SheetReader.read(
                data, name: part.name, texts: texts, file: "\(content.path)/\(part.entry.path)")
        }
    }

    /// The paths of the parts by their ids.
    private static func targets(_ archive: ZipArchive, of content: FileContent) throws -> [String: String] {
        guard let entry = archive.entry("xl/_rels/workbook.xml.rels") else { return [:] }
        let tree = try XMLTree(try archive.data(of: entry), file: "\(content.path)/\(entry.path)")
        var targets: [String: String] = [:]
        for relation in tree.children("Relationship") {
            guard let id = relation.attributes["Id"], let target = relation.attributes["Target"] else { continue }
            targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/\(target)"
        }
        return targets
    }

    /// The texts that cells refer to by number.
    private static func sharedTexts(_ archive: ZipArchive, of content: FileContent) throws -> [String] {
        guard let entry = archive.entry("xl/sharedStrings.xml") else { return [] }
        let tree = try XMLTree(try archive.data(of: entry), file: "\(content.path)/\(entry.path)")
        // A text is one piece or several, each with a format of its own; phonetic readings do not belong to it.
        return tree.children("si").map { item in
            let runs = item.children("r").compactMap { $0.child("t")?.text }
            return runs.isEmpty ? item.child("t")?.text ?? "" : runs.joined()
        }
    }
}

/// Reads the cells of one sheet element by element: a tree of all elements would take many times the memory.
private struct SheetReader {
    private var grid: SheetGrid
    private let texts: [String]
    private var open: [String] = []
    private var row = 0
    private var column = 0
    private var type = ""
    private var text = ""

    private static let lastColumn = 16_384
    private static let lastRow = 1_048_576

    private init(name: String, texts: [String]) {
        grid = SheetGrid(name: name)
        self.texts = texts
    }

    static func read(_ data: Data, name: String, texts: [String], file: String) throws -> SheetGrid {
        var reader = SheetReader(name: name, texts: texts)
        // A sheet has a million rows at most, each with many cells.
        try XMLEvents.read(data, file: file, limits: XMLEvents.Limits(elements: 50_000_000)) { event in
            switch event {
            case .start(let name, let attributes, let line):
                reader.open.append(name)
                try reader.start(name, attributes: attributes, file: file, line: line)
            case .text(let text):
                if reader.open.last == "v" || reader.open.last == "t" { reader.text += text }
            case .end:
                if reader.open.popLast() == "c", let value = reader.value {
                    reader.grid.append(value, row: reader.row, column: reader.column)
                }
            }
        }
        return reader.grid
    }

    private mutating func start(
        _ name: String, attributes: [String: String], file: String, line: Int
    ) throws {
        // Rows and cells without a reference follow the one before.
        if name == "row" {
            row = attributes["r"].flatMap { Int($0) } ?? row + 1
            column = 0
            guard (1...Self.lastRow).contains(row) else {
                throw ReadError.malformed(
                    file: file, place: .line(line), expected: "a row from 1 to \(Self.lastRow)", found: "\(row)")
            }
        } else if name == "c" {
            column = attributes["r"].flatMap(Self.column) ?? column + 1
            type = attributes["t"] ?? "n"
            text = ""
            guard (1...Self.lastColumn).contains(column) else {
                throw ReadError.malformed(
                    file: file, place: .line(line), expected: "a column from 1 to \(Self.lastColumn)",
                    found: "\(column)")
            }
        }
    }

    private var value: SheetGrid.Value? {
        guard !text.isEmpty else { return nil }
        switch type {
        case "s": return Int(text).flatMap { texts.indices.contains($0) ? .text(texts[$0]) : nil }
        case "n": return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
        case "str", "inlineStr", "d": return .text(text)
        // Truth values and errors such as #DIV/0! are no numbers.
        default: return nil
        }
    }

    /// The number of the column in a reference: 28 for "AB17".
    private static func column(of reference: String) -> Int? {
        var number = 0
        for letter in reference.utf8.prefix(while: { (65...90).contains($0) }).prefix(4) {
            number = number * 26 + Int(letter) - 64
        }
        return number > 0 ? number : nil
    }
}
