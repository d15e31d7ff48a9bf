import Foundation
import Spectra

/// Thermo Avantage data spaces dumped as text, .avg:
///
///     ;Dump of DataSpace 'C:\data\C1s Scan.VGD'
///     $FORMAT=3
///     $PROPERTIES=STD
///     DS_SOPROPID_ENERGY                          : VT_R4   = 1486.680054
///     $DATAAXES=1,#empty#
///         0=        0,        7,          1
///     $SPACEAXES=1
///         0=    1188.600000,       0.100000,        8,  ENERGY,   LINEAR,  'E',   'eV',    'Energy'
///     $DATA=*
///     LIST@   0=  100.000000,  101.000000,  102.000000,  103.000000
///
/// A data space with slower axes has a `$DATA=*,index,...` for each place, behind lines
/// `$AXISVALUE= DATAXIS=1 SPACEAXIS=1 LABEL='Etch Time' POINT=2 VALUE=12.500000;`.
enum AvantageTextFormat: SpectrumFormat {
    static let name = "Thermo Avantage text dump"
    static let extensions = ["avg"]

    static func recognises(_ content: FileContent) -> Bool {
        // Each of the marks has a dollar sign or a semicolon before it: files of numbers have none, or no such beginning.
        let isPossible = content.withBeginning(4096) { bytes in
            bytes.contains { $0 == UInt8(ascii: "$") || $0 == ASCII.semicolon }
        }
        guard isPossible else { return false }
        let head = String(decodingTextFile: content.data.prefix(4096))
        return head.contains("Dump of DataSpace") || (head.contains("$FORMAT=") && head.contains("$PROPERTIES="))
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let bytes = TextEncoding.utf8Bytes(of: content.data)
        var parser = AvantageTextParser(content: content)
        try bytes.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            while let line = lines.next() {
                try parser.take(line.trimmed, line: lines.number, isOpen: lines.lastLineIsOpen)
            }
        }
        var file = try parser.finish().spectra(of: content, options: options)
        file.format = name
        return file
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The number of bytes after the decimal point; 0 where there is none.
    fileprivate var decimals: Int { firstIndex(of: ASCII.point).map { count - $0 - 1 } ?? 0 }
}

/// Takes the lines of an .avg file one after the other.
private struct AvantageTextParser {
    private enum Section {
        case properties, dimensions, axes, data
    }

    private struct Row {
        var place: [Int]
        var values: [Double] = []
        var isEmpty = false
        var line: Int
    }

    private let content: FileContent
    private var space = AvantageDataSpace()
    private var extents: [Int] = []
    private var section = Section.properties
    private var rows: [Row] = []

    init(content: FileContent) { self.content = content }

    private func malformed(_ line: Int, expected: String, found: String) -> ReadError {
        content.malformed(.line(line), expected: expected, found: found)
    }

    mutating func take(_ line: UnsafeBufferPointer<UInt8>, line number: Int, isOpen: Bool) throws {
        guard let first = line.first, first != UInt8(ascii: ";") else { return }
        if section == .data, line.starts(with: "LIST@".utf8) { return try takeValues(line, number, isOpen: isOpen) }
        let text = line.text
        if first == UInt8(ascii: "$") {
            try takeDirective(text, number)
        } else if text.hasPrefix("DS_") {
            takeProperty(text)
        } else if section == .dimensions {
            try takeDimension(text, number)
        } else if section == .axes {
            try takeAxis(text, number)
        }
    }

    private mutating func takeDirective(_ text: String, _ line: Int) throws {
        if text.hasPrefix("$DATAAXES=") {
            section = .dimensions
        } else if text.hasPrefix("$SPACEAXES=") {
            section = .axes
        } else if text.hasPrefix("$AXISVALUE=") {
            takeAxisValue(text)
        } else if text.hasPrefix("$DATA=") {
            guard let energy = space.axes.first, energy.count > 0 else {
                throw malformed(line, expected: "axes before the data", found: "none")
            }
            section = .data
            rows.append(Row(place: text.split(separator: ",").dropFirst().compactMap { integer($0) }, line: line))
        } else {
            section = .properties
        }
    }

    private func integer(_ field: some StringProtocol) -> Int? { Int(field.trimmingCharacters(in: .whitespaces)) }

    private func number(_ field: some StringProtocol) -> Double? {
        Double(field.trimmingCharacters(in: .whitespaces)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// `DS_SOPROPID_ENERGY : VT_R4 = 1486.680054`
    private mutating func takeProperty(_ text: String) {
        guard let equals = text.firstIndex(of: "="), let colon = text.firstIndex(of: ":"), colon < equals else {
            return
        }
        let name = text[..<colon].trimmingCharacters(in: .whitespaces)
        let type = text[..<equals].split(whereSeparator: { $0 == ":" || $0.isWhitespace }).last ?? ""
        let raw = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        guard let property = AvantageDataSpace.Property.allCases.first(where: { $0.name == name }) else { return }
        switch type {
        case "VT_BSTR", "VT_LPSTR", "VT_LPWSTR":
            space.properties[property] = .text(raw.trimmingCharacters(in: CharacterSet(charactersIn: "'")))
        case "VT_DATE", "VT_FILETIME": space.properties[property] = .text(Self.date(raw))
        case "VT_BOOL": space.properties[property] = .number(raw.lowercased() == "true" || raw == "-1" ? 1 : 0)
        case "VT_R4": number(raw).map { space.properties[property] = .number(PropertySet.decimal($0)) }
        default: number(raw).map { space.properties[property] = .number($0) }
        }
    }

    /// `24/8/2026   19:10:01`, the day first, as "2026-08-24T19:10:01"; anything else as it is.
    private static func date(_ text: String) -> String {
        let fields = text.split(whereSeparator: { $0 == "/" || $0 == ":" || $0.isWhitespace }).compactMap { Int($0) }
        guard fields.count == 6, (1...31).contains(fields[0]), (1...12).contains(fields[1]) else { return text }
        return String(
            format: "%04d-%02d-%02dT%02d:%02d:%02d", fields[2], fields[1], fields[0], fields[3], fields[4], fields[5])
    }

    /// `0= 0, 7, 1`: first index, last index, number of axes.
    private mutating func takeDimension(_ text: String, _ line: Int) throws {
        let fields = text.split(separator: "=").last?.split(separator: ",").compactMap { integer($0) } ?? []
        guard fields.count >= 3, fields[0] >= 0, fields[1] >= fields[0], fields[1] < 1 << 31,
            (0...16).contains(fields[2])
        else {
            throw malformed(
                line, expected: "a dimension: first index, last index, number of axes", found: "\"\(text.prefix(60))\"")
        }
        extents.append(fields[1] - fields[0] + 1)
        space.axesOfDimension.append(fields[2])
    }

    /// `0= 1188.600000, 0.100000, 8, ENERGY, LINEAR, 'E', 'eV', 'Energy'`
    private mutating func takeAxis(_ text: String, _ line: Int) throws {
        let fields = text.drop { $0 != "=" }.dropFirst().split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t'")) }
        guard fields.count >= 5, let start = number(fields[0]), let width = number(fields[1]),
            let count = integer(fields[2]), (0..<(1 << 31)).contains(count)
        else {
            throw malformed(
                line, expected: "an axis: first value, step, number of points, kind, LINEAR or NON-LINEAR",
                found: "\"\(text.prefix(60))\"")
        }
        let isLinear = fields[4].uppercased() == "LINEAR"
        space.axes.append(
            AvantageDataSpace.Axis(
                kind: AvantageDataSpace.Axis.Kind(name: fields[3]), count: count, start: start, width: width,
                values: isLinear ? nil : [], unit: fields.count > 6 ? fields[6] : "",
                label: fields.count > 7 ? fields[7] : ""))
    }

    /// `$AXISVALUE= DATAXIS=1 SPACEAXIS=1 LABEL='Etch Time' POINT=2 VALUE=12.500000;` A value that cannot be read is left
    /// out: the place then has no such coordinate.
    private mutating func takeAxisValue(_ text: String) {
        func field(_ key: String) -> Substring? {
            guard let range = text.range(of: key + "=") else { return nil }
            let rest = text[range.upperBound...]
            if rest.hasPrefix("'") { return rest.dropFirst().prefix { $0 != "'" } }
            return rest.prefix { $0 != " " && $0 != ";" }
        }
        guard let axis = field("SPACEAXIS").flatMap({ integer($0) }), space.axes.indices.contains(axis),
            let point = field("POINT").flatMap({ integer($0) }), point >= 0, point < space.axes[axis].count,
            let value = field(" VALUE")
        else { return }
        if space.axes[axis].kind == .position { space.pointNames[point] = String(value) }
        // Points come in order, once for each spectrum; a gap cannot be filled.
        guard let value = number(value), var values = space.axes[axis].values, values.count == point else { return }
        values.append(value)
        space.axes[axis].values = values
    }

    /// `LIST@   4=  104.000000,  105.000000`, or `#empty#` where nothing was measured.
    private mutating func takeValues(_ line: UnsafeBufferPointer<UInt8>, _ number: Int, isOpen: Bool) throws {
        let count = space.axes[0].count
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")),
            let first = DecimalNumber.parse(UnsafeBufferPointer(rebasing: line[5..<equals])),
            let row = rows.indices.last
        else { throw malformed(number, expected: "LIST@ index= values", found: line.quoted) }
        guard first == Double(rows[row].values.count) else {
            throw malformed(
                number, expected: "the values from index \(rows[row].values.count)", found: "from index \(first)")
        }
        for field in line[(equals + 1)...].split(separator: ASCII.comma, omittingEmptySubsequences: false) {
            let bytes = UnsafeBufferPointer(rebasing: field).trimmed
            if bytes.isEmpty { continue }
            // Avantage prints six decimals; a number with fewer at the very end of the file has been cut.
            let isCut = isOpen && field.endIndex == line.endIndex && bytes.decimals < 6
            if bytes.elementsEqual("#empty#".utf8) {
                rows[row].isEmpty = true
                continue
            }
            guard !isCut, let value = DecimalNumber.parse(bytes), rows[row].values.count < count else {
                throw malformed(number, expected: "at most \(count) intensities", found: bytes.quoted)
            }
            rows[row].values.append(value)
        }
    }

    /// The data space, with its rows in the order of their places.
    ///
    /// Throws `ReadError.malformed` where a row is not complete or lies outside the dimensions.
    mutating func finish() throws -> AvantageDataSpace {
        guard let energy = space.axes.first else { return space }
        let slow = Array(extents.dropFirst())
        var next = 0
        for row in rows {
            if row.isEmpty && row.values.isEmpty { continue }
            guard row.values.count == energy.count, !row.isEmpty else {
                throw malformed(
                    row.line, expected: "\(energy.count) intensities", found: "\(row.values.count) and empty ones")
            }
            // The place of the row in the file is its place along the slower axes; a stated index must say the same.
            if !row.place.isEmpty, row.place.count == slow.count {
                var index = 0
                var weight = 1
                for (place, extent) in zip(row.place, slow) {
                    guard (0..<extent).contains(place) else {
                        throw malformed(row.line, expected: "an index below \(extent)", found: "\(place)")
                    }
                    let step = place.multipliedReportingOverflow(by: weight)
                    let wider = weight.multipliedReportingOverflow(by: extent)
                    guard !step.overflow, !wider.overflow else {
                        throw malformed(row.line, expected: "an index", found: "\(row.place)")
                    }
                    index += step.partialValue
                    weight = wider.partialValue
                }
                guard index == next else {
                    throw malformed(row.line, expected: "the spectrum number \(next)", found: "number \(index)")
                }
            }
            space.rows.append(row.values)
            next += 1
        }
        return space
    }
}
