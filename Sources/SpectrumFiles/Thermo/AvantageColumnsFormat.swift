import Foundation
import Spectra

/// A sheet of an Avantage report saved as text (.csv, .txt): the layout of `SheetSpectra` with commas, semicolons or tabs
/// between the cells.
///
///     Axis,Energy,Elements=,371
///     C:\data\CC-A.DATA\Zn2p Scan.VGD
///     Binding Energy (E),,,,Zn2p3,Backgnd.
///     eV,,Counts / s,,Counts / s,Counts / s
///     1052.08,,2086.99,,0,2086.99
enum AvantageColumnsFormat: SpectrumFormat {
    static let name = "Thermo Avantage columns"
    static let extensions = ["csv", "txt"]

    static func recognises(_ content: FileContent) -> Bool {
        // Every table has the units of its columns above them.
        let isPossible = content.withBeginning(1 << 16) { bytes in
            zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: "e") && ($1 == UInt8(ascii: "V") || $1 == 0) }
                || bytes.contains(0)
        }
        return isPossible
            && layout(of: TextEncoding.utf8Bytes(of: content.data.prefix(1 << 16))) != nil
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let text = TextEncoding.utf8Bytes(of: content.data)
        guard let dialect = layout(of: text) else {
            throw content.malformed(.whole, expected: "columns headed by eV and Counts / s", found: "none")
        }
        let stem = URL(fileURLWithPath: content.path).deletingPathExtension().lastPathComponent
        var grid = SheetGrid(name: stem)
        var isOpen = false
        text.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            var width = 0
            while let line = lines.next() {
                let fields = line.split(separator: dialect.separator, omittingEmptySubsequences: false)
                // A number cut short would make energies that turn back.
                if lines.lastLineIsOpen, fields.count < width { break }
                width = fields.count
                for (index, field) in fields.enumerated() {
                    let cell = UnsafeBufferPointer(rebasing: field).unquoted
                    guard !cell.isEmpty, index < 16_384 else { continue }
                    let number = DecimalNumber.parse(cell, decimalMark: dialect.decimalMark)
                    grid.append(
                        number.map { .number($0) } ?? .text(cell.text), row: lines.number, column: index + 1)
                }
            }
            isOpen = lines.lastLineIsOpen
        }
        let found = SheetSpectra(grid, options: options)
        guard !found.spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "a column of energies and one of intensities", found: "no such columns")
        }
        var file = SpectrumFile(path: content.path, format: name, spectra: found.spectra, notes: found.notes)
        if isOpen {
            file.notes.append(
                "The last line has no end: if the file was cut, its last row is left out or may be wrong.")
        }
        return file
    }

    private struct Dialect {
        var separator: UInt8
        var decimalMark: UInt8
    }

    /// The separators, where a line of units stands below one that names an energy.
    private static func layout(of text: Data) -> Dialect? {
        text.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            var previous: UnsafeBufferPointer<UInt8>?
            while let line = lines.next(), lines.number < 200 {
                defer { previous = line }
                guard line.unquoted.starts(with: "eV".utf8), let above = previous?.unquoted.text else { continue }
                let text = line.text
                for separator in [ASCII.tab, ASCII.semicolon, ASCII.comma] {
                    let cells = text.split(
                        separator: Character(Unicode.Scalar(separator)), omittingEmptySubsequences: false
                    ).map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"")) }
                    guard cells.count > 1, cells[0] == "eV", cells.contains(where: { $0.hasPrefix("Counts") }),
                        EnergyScale(label: above) != nil
                    else { continue }
                    // Where commas do not separate the cells, they may stand for the decimal point.
                    let next = lines.peek()
                    let hasComma = separator != ASCII.comma && (next?.contains(ASCII.comma) ?? false)
                    return Dialect(separator: separator, decimalMark: hasComma ? ASCII.comma : ASCII.point)
                }
            }
            return nil
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The part between blanks and quotation marks at both ends.
    fileprivate var unquoted: UnsafeBufferPointer<UInt8> {
        let isOuter = { (byte: UInt8) in ASCII.isBlank(byte) || byte == 34 }
        guard let first = firstIndex(where: { !isOuter($0) }), let last = lastIndex(where: { !isOuter($0) }) else {
            return UnsafeBufferPointer(rebasing: self[0..<0])
        }
        return UnsafeBufferPointer(rebasing: self[first...last])
    }
}
