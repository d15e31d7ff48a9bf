import CExpat
import Foundation
import Spectra

/// Walks through an XML document: its elements begin, hold text and end.
///
/// On Expat instead of Foundation's parser, which ends the whole program on documents that it did not expect (a name that
/// is not UTF-8, a processing instruction without content, some declarations of a document type), and instead of libxml2,
/// which loads 30 MB of ICU's tables with every start of the program.
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
        try withoutActuallyEscaping(take) { take in
            let walk = XMLWalk(file: file, limits: limits, take: take)
            try walk.go(through: text)
        }
    }
}

/// One walk. A class because Expat's callbacks reach it through a pointer; it never leaves `XMLEvents.read`.
private final class XMLWalk {
    private let file: String
    private let limits: XMLEvents.Limits
    private let take: (XMLEvents.Event) throws -> Void
    private var parser: XML_Parser?
    private var elements = 0
    private var depth = 0
    private var failure: (any Error)?

    init(file: String, limits: XMLEvents.Limits, take: @escaping (XMLEvents.Event) throws -> Void) {
        self.file = file
        self.limits = limits
        self.take = take
    }

    private var line: Int { parser.map { max(1, Int(XML_GetCurrentLineNumber($0))) } ?? 1 }

    private func malformed(expected: String, found: String) -> ReadError {
        .malformed(file: file, place: .line(line), expected: expected, found: found)
    }

    func go(through text: Data) throws {
        guard let parser = XML_ParserCreate("UTF-8") else {
            throw ReadError.unreadable(file: file, reason: "no memory for an XML parser")
        }
        self.parser = parser
        defer { XML_ParserFree(parser) }
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser, { XMLWalk.at($0)?.start($1, attributes: $2) }, { context, _ in XMLWalk.at(context)?.end() })
        XML_SetCharacterDataHandler(parser) { XMLWalk.at($0)?.text($1, count: $2) }
        // Entities that multiply are the one way in which a small document becomes a large one.
        XML_SetEntityDeclHandler(parser) { context, _, _, _, _, _, _, _, _ in XMLWalk.at(context)?.declareEntity() }
        let finished = text.withUnsafeBytes { bytes in
            // Expat takes pieces of at most 2^31 bytes.
            var place = 0
            while true {
                let count = min(bytes.count - place, 1 << 20)
                let isLast = place + count == bytes.count
                let start = bytes.baseAddress.map { ($0 + place).assumingMemoryBound(to: CChar.self) }
                guard XML_Parse(parser, start, Int32(count), isLast ? 1 : 0) == XML_STATUS_OK else { return false }
                if isLast { return true }
                place += count
            }
        }
        if let failure { throw failure }
        guard finished else {
            let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "an error"
            throw malformed(expected: "well-formed XML", found: reason)
        }
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> XMLWalk? {
        context.map { Unmanaged<XMLWalk>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Stops at the first error; Expat may still call back for what it has at hand.
    private func attempt(_ body: () throws -> Void) {
        guard failure == nil else { return }
        do {
            try body()
        } catch {
            failure = error
            if let parser { XML_StopParser(parser, 0) }
        }
    }

    private func start(
        _ name: UnsafePointer<XML_Char>?, attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
    ) {
        attempt {
            elements += 1
            guard depth < limits.depth else {
                throw malformed(expected: "at most \(limits.depth) levels of elements", found: "more")
            }
            guard elements <= limits.elements else {
                throw malformed(expected: "at most \(limits.elements) elements", found: "more")
            }
            depth += 1
            let name = name.map { String(cString: $0) } ?? ""
            let local = name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) }
            var values: [String: String] = [:]
            // Names and values alternate; a null pointer ends them.
            var next = attributes
            while let pair = next, let key = pair[0], let value = pair[1] {
                values[String(cString: key)] = String(cString: value)
                next = pair + 2
            }
            try take(.start(name: local ?? name, attributes: values, line: line))
        }
    }

    private func text(_ text: UnsafePointer<XML_Char>?, count: Int32) {
        attempt {
            guard let text, count > 0 else { return }
            let bytes = UnsafeBufferPointer(start: text, count: Int(count))
            try take(.text(String(decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self)))
        }
    }

    private func end() {
        attempt {
            depth -= 1
            try take(.end)
        }
    }

    private func declareEntity() {
        attempt { throw malformed(expected: "XML without entities of its own", found: "a declaration of an entity") }
    }
}
