import CXMLReader
import Foundation
import Spectra

/// Walks through an XML document: its elements begin, hold text and end.
///
/// On libxml2's reader instead of Foundation's parser, which ends the whole program on documents that it did not expect
/// (a name that is not UTF-8, a processing instruction without content, some declarations of a document type).
enum XMLEvents {
    /// What a document may hold before it is refused.
    struct Limits: Sendable {
        /// How deep elements may be nested.
        var depth = 200
        /// The number of elements.
        var elements = 5_000_000
        /// The bytes of the document.
        var bytes = 512 << 20
    }

    /// One step of the walk.
    enum Event {
        /// An element begins: its name without the prefix of its namespace, its attributes by their names as written, and
        /// its line, counted from 1.
        case start(name: String, attributes: [String: String], line: Int)
        /// A piece of the text inside the innermost open element.
        case text(String)
        /// The innermost open element ends.
        case end
    }

    /// Calls `take` for each step through the document in `data`; `file` serves for messages.
    ///
    /// Throws `ReadError.malformed` with the line where the document is not well formed, declares entities of its own or
    /// is beyond `limits`, and what `take` throws.
    static func read(
        _ data: Data, file: String, limits: Limits = Limits(), _ take: (Event) throws -> Void
    ) throws {
        guard data.count <= limits.bytes else {
            throw ReadError.malformed(
                file: file, place: .whole, expected: "an XML document of at most \(limits.bytes) bytes",
                found: "\(data.count) bytes")
        }
        let text = try XMLEncoding.utf8(data, file: file)
        // Entities that multiply are the one way in which a small document becomes a large one.
        if let range = text.range(of: Data("<!ENTITY".utf8)) {
            let line = 1 + text[..<range.lowerBound].count { $0 == ASCII.lineFeed }
            throw ReadError.malformed(
                file: file, place: .line(line), expected: "XML without entities of its own",
                found: "a declaration of an entity")
        }
        try text.withUnsafeBytes { bytes in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress, let size = Int32(exactly: bytes.count),
                let walk = interphase_xml_open(start, size)
            else {
                throw ReadError.malformed(file: file, place: .whole, expected: "an XML document", found: "nothing")
            }
            defer { interphase_xml_close(walk) }
            try go(through: walk, file: file, limits: limits, take)
        }
    }

    private static func go(
        through walk: OpaquePointer, file: String, limits: Limits, _ take: (Event) throws -> Void
    ) throws {
        func malformed(_ expected: String, _ found: String) -> ReadError {
            let line = Int(interphase_xml_line(walk))
            return .malformed(file: file, place: .line(max(1, line)), expected: expected, found: found)
        }
        var elements = 0
        var depth = 0
        while true {
            switch interphase_xml_next(walk) {
            case INTERPHASE_XML_ELEMENT:
                elements += 1
                guard depth < limits.depth else {
                    throw malformed("at most \(limits.depth) levels of elements", "more")
                }
                guard elements <= limits.elements else {
                    throw malformed("at most \(limits.elements) elements", "more")
                }
                let isEmpty = interphase_xml_is_empty(walk) == 1
                let name = string(interphase_xml_local_name(walk))
                let line = max(1, Int(interphase_xml_line(walk)))
                try take(.start(name: name, attributes: attributes(of: walk), line: line))
                if isEmpty { try take(.end) } else { depth += 1 }
            case INTERPHASE_XML_TEXT:
                try take(.text(string(interphase_xml_value(walk))))
            case INTERPHASE_XML_END_OF_ELEMENT:
                depth -= 1
                try take(.end)
            case INTERPHASE_XML_END_OF_DOCUMENT:
                guard elements > 0 else { throw malformed("well-formed XML", "no element") }
                return
            case INTERPHASE_XML_ENTITY:
                throw malformed("XML without entities of its own", "the entity \(string(interphase_xml_name(walk)))")
            default:
                let message = string(interphase_xml_message()).trimmingCharacters(in: .whitespacesAndNewlines)
                throw ReadError.malformed(
                    file: file, place: .line(max(1, interphase_xml_failure_line(walk))), expected: "well-formed XML",
                    found: message.isEmpty ? "an error" : message)
            }
        }
    }

    private static func attributes(of walk: OpaquePointer) -> [String: String] {
        var attributes: [String: String] = [:]
        while interphase_xml_next_attribute(walk) == 1 {
            attributes[string(interphase_xml_name(walk))] = string(interphase_xml_value(walk))
        }
        return attributes
    }

    private static func string(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }
}
