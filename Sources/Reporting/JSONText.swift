import Foundation
import Spectra

/// A JSON value whose keys keep the order in which they are given.
///
/// Foundation's encoder sorts keys or leaves their order open and refuses numbers that are not finite; documents that
/// people read and compare need the order of the schema, and write such a number as `null`.
indirect enum JSONText: Sendable {
    case object([(String, JSONText)])
    case array([JSONText])
    case string(String)
    case number(Double)
    case integer(Int)
    case boolean(Bool)
    case null

    /// A list of numbers.
    static func numbers(_ values: [Double]) -> JSONText { .array(values.map(JSONText.number)) }

    /// A quantity as `{"value": x, "u": y}`; `null` where there is none.
    static func quantity(_ quantity: Measured?) -> JSONText {
        guard let quantity else { return .null }
        let uncertainty = quantity.standardUncertainty.map(JSONText.number) ?? .null
        return .object([("value", .number(quantity.value)), ("u", uncertainty)])
    }

    /// A text, `null` where there is none.
    static func optional(_ text: String?) -> JSONText { text.map(JSONText.string) ?? .null }

    /// An object whose keys may repeat in the source: later ones get a number.
    static func uniquelyNamed(_ members: [(String, JSONText)]) -> JSONText {
        var used: Set<String> = []
        return .object(
            members.map { name, value in
                var key = name
                var count = 2
                while !used.insert(key).inserted {
                    key = "\(name) (\(count))"
                    count += 1
                }
                return (key, value)
            })
    }

    /// The document, indented by two spaces, lists of plain values on one line, with a line break at its end.
    var document: String {
        var text = ""
        write(into: &text, indent: 0)
        return text + "\n"
    }

    private var isPlain: Bool {
        switch self {
        case .object, .array: false
        default: true
        }
    }

    private func write(into text: inout String, indent: Int) {
        switch self {
        case .object(let members): writeObject(members, into: &text, indent: indent)
        case .array(let items): writeArray(items, into: &text, indent: indent)
        case .string(let string): text += Self.quoted(string)
        // Swift's description of a finite Double is valid JSON and the shortest text that reads back as the same number.
        case .number(let number): text += number.isFinite ? number.description : "null"
        case .integer(let number): text += String(number)
        case .boolean(let value): text += value ? "true" : "false"
        case .null: text += "null"
        }
    }

    private func writeObject(_ members: [(String, JSONText)], into text: inout String, indent: Int) {
        // Quantities and other small objects of plain values stay on one line.
        let short = members.count <= 3 && members.allSatisfy(\.1.isPlain) && indent > 1
        text += "{"
        for (index, (key, value)) in members.enumerated() {
            if index > 0 { text += "," }
            text += short ? (index > 0 ? " " : "") : "\n" + String(repeating: "  ", count: indent + 1)
            text += Self.quoted(key) + ": "
            value.write(into: &text, indent: indent + 1)
        }
        if !short && !members.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
        text += "}"
    }

    private func writeArray(_ items: [JSONText], into text: inout String, indent: Int) {
        let short = items.allSatisfy(\.isPlain)
        text += "["
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            text += short ? (index > 0 ? " " : "") : "\n" + String(repeating: "  ", count: indent + 1)
            item.write(into: &text, indent: indent + 1)
        }
        if !short { text += "\n" + String(repeating: "  ", count: indent) }
        text += "]"
    }

    /// `text` as a JSON string (RFC 8259, section 7). Control characters beyond those that must be escaped, and the two
    /// line separators that JavaScript does not allow, are escaped too.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                let value = scalar.value
                if value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029 {
                    result += String(format: "\\u%04x", value)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
