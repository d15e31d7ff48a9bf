import Foundation
import Spectra

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An element of an XML document with everything below it.
struct XMLTree: Sendable {
    /// What a document may hold before it is refused.
    struct Limits: Sendable {
        /// How deep elements may be nested.
        var depth = 200
        /// The number of elements.
        var elements = 5_000_000
        /// The bytes of the document, and of the text that its entities expand to.
        var bytes = 512 << 20
    }

    /// The name without the prefix of its namespace: "counts" for `<x:counts>`.
    let name: String
    /// The attributes by their names as written, "xsi:type".
    let attributes: [String: String]
    /// The elements directly below, in order.
    let children: [XMLTree]
    /// The text directly inside, all pieces joined, without white space at both ends.
    let text: String
    /// The line the element starts on, counted from 1.
    let line: Int

    /// The root of the XML document in `data`; `file` serves for messages.
    ///
    /// Throws `ReadError.malformed` with the line where the document is not well formed, declares entities of its own
    /// or is beyond `limits`.
    init(_ data: Data, file: String, limits: Limits = Limits()) throws {
        guard data.count <= limits.bytes else {
            throw ReadError.malformed(
                file: file, place: .whole, expected: "an XML document of at most \(limits.bytes) bytes",
                found: "\(data.count) bytes")
        }
        let builder = XMLTreeBuilder(limits: limits)
        let text = try XMLEncoding.utf8(data, file: file)
        let parser = XMLParser(data: try XMLInstructions.removed(from: text, file: file))
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        let finished = parser.parse()
        if let refusal = builder.refusal {
            throw ReadError.malformed(
                file: file, place: .line(refusal.line), expected: refusal.expected, found: refusal.found)
        }
        // The parser goes on after some errors; what it makes of such a document is a guess.
        guard finished, builder.failureLine == nil, let root = builder.root else {
            let reason = parser.parserError?.localizedDescription ?? "no element"
            throw ReadError.malformed(
                file: file, place: .line(max(1, builder.failureLine ?? parser.lineNumber)),
                expected: "well-formed XML", found: reason)
        }
        self = root
    }

    /// The root of the XML document that is the content of a file.
    ///
    /// Throws `ReadError.malformed` as the other initializer does.
    init(_ content: FileContent, limits: Limits = Limits()) throws {
        try self.init(content.data, file: content.path, limits: limits)
    }

    fileprivate init(name: String, attributes: [String: String], children: [XMLTree], text: String, line: Int) {
        self.name = name
        self.attributes = attributes
        self.children = children
        self.text = text
        self.line = line
    }

    /// The elements `name` directly below.
    func children(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    /// The first element found by going down through `path`, one name for each level; `nil` where there is none.
    func child(_ path: String...) -> XMLTree? {
        var element = self
        for name in path {
            guard let next = element.children.first(where: { $0.name == name }) else { return nil }
            element = next
        }
        return element
    }

    /// All elements `name` at any depth below, in the order of the document.
    func descendants(_ name: String) -> [XMLTree] {
        children.flatMap { ($0.name == name ? [$0] : []) + $0.descendants(name) }
    }

    /// The first element `name` at any depth below, in the order of the document; `nil` where there is none.
    func firstDescendant(_ name: String) -> XMLTree? {
        for child in children {
            if child.name == name { return child }
            if let found = child.firstDescendant(name) { return found }
        }
        return nil
    }

    /// The text as a finite number; `nil` where it is none.
    var number: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

/// Builds the tree while Foundation's parser walks through the document. A class because that parser wants one; it
/// never leaves `XMLTree.init`.
private final class XMLTreeBuilder: NSObject, XMLParserDelegate {
    private struct Open {
        var name: String
        var attributes: [String: String]
        var children: [XMLTree] = []
        var text = ""
        var line: Int
    }

    private let limits: XMLTree.Limits
    private var open: [Open] = []
    private var elements = 0
    private var textBytes = 0
    private(set) var root: XMLTree?
    private(set) var refusal: (line: Int, expected: String, found: String)?
    private(set) var failureLine: Int?

    init(limits: XMLTree.Limits) { self.limits = limits }

    private func refuse(_ parser: XMLParser, expected: String, found: String) {
        if refusal == nil { refusal = (max(1, parser.lineNumber), expected, found) }
        parser.abortParsing()
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        guard refusal == nil else { return }
        guard root == nil else { return refuse(parser, expected: "one root element", found: "another, \(elementName)") }
        elements += 1
        guard open.count < limits.depth else {
            return refuse(parser, expected: "at most \(limits.depth) levels of elements", found: "more")
        }
        guard elements <= limits.elements else {
            return refuse(parser, expected: "at most \(limits.elements) elements", found: "more")
        }
        let local = elementName.lastIndex(of: ":").map { String(elementName[elementName.index(after: $0)...]) }
        open.append(Open(name: local ?? elementName, attributes: attributes, line: max(1, parser.lineNumber)))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard refusal == nil, !open.isEmpty else { return }
        textBytes += string.utf8.count
        guard textBytes <= limits.bytes else {
            return refuse(parser, expected: "at most \(limits.bytes) bytes of text", found: "more")
        }
        open[open.count - 1].text += string
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }

    func parser(
        _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard refusal == nil, let last = open.popLast() else { return }
        let text = last.text.trimmingCharacters(in: .whitespacesAndNewlines)
        let element = XMLTree(
            name: last.name, attributes: last.attributes, children: last.children, text: text, line: last.line)
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    func parser(_ parser: XMLParser, foundInternalEntityDeclarationWithName name: String, value: String?) {
        refuse(parser, expected: "XML without entities of its own", found: "a declaration of the entity \(name)")
    }

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
        if failureLine == nil { failureLine = parser.lineNumber }
    }
}
