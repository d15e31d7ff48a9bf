import Foundation
import Spectra

/// An element of an XML document with everything below it.
struct XMLTree: Sendable {
    /// What a document may hold before it is refused.
    typealias Limits = XMLEvents.Limits

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
        var open: [Open] = []
        var root: XMLTree?
        try XMLEvents.read(data, file: file, limits: limits) { event in
            switch event {
            case .start(let name, let attributes, let line):
                open.append(Open(name: name, attributes: attributes, line: line))
            case .text(let text):
                if !open.isEmpty { open[open.count - 1].text += text }
            case .end:
                guard let element = open.popLast().map(XMLTree.init) else { return }
                if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
            }
        }
        guard let root else {
            throw ReadError.malformed(file: file, place: .whole, expected: "well-formed XML", found: "no element")
        }
        self = root
    }

    /// An element of which the end has not been met.
    private struct Open {
        var name: String
        var attributes: [String: String]
        var children: [XMLTree] = []
        var text = ""
        var line: Int
    }

    private init(_ open: Open) {
        name = open.name
        attributes = open.attributes
        children = open.children
        text = open.text.trimmingCharacters(in: .whitespacesAndNewlines)
        line = open.line
    }

    /// The root of the XML document that is the content of a file.
    ///
    /// Throws `ReadError.malformed` as the other initializer does.
    init(_ content: FileContent, limits: Limits = Limits()) throws {
        try self.init(content.data, file: content.path, limits: limits)
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
