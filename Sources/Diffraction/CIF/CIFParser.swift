import Foundation
import Spectra

extension CIFDocument {
    /// Reads the CIF at `url`.
    ///
    /// - Throws: `ReadError` where there is no such file, where it is not a CIF, or where its syntax cannot be followed.
    public init(contentsOf url: URL) throws(ReadError) {
        guard FileManager.default.fileExists(atPath: url.path) else { throw .noSuchFile(file: url.path) }
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw .unreadable(file: url.path, reason: error.localizedDescription)
        }
        try self.init(bytes: [UInt8](data), file: url.path)
    }

    /// Reads a CIF from a text.
    ///
    /// - Parameters:
    ///   - text: the CIF, as text.
    ///   - file: the name to use in messages.
    public init(text: String, file: String = "CIF") throws(ReadError) {
        try self.init(bytes: Array(text.utf8), file: file)
    }

    /// Reads a CIF from bytes, in time proportional to their number.
    ///
    /// - Parameters:
    ///   - bytes: the CIF, in UTF-8, UTF-16 or Latin-1.
    ///   - file: the name to use in messages.
    public init(bytes: [UInt8], file: String) throws(ReadError) {
        guard let text = CIFText.utf8(bytes) else {
            throw .malformed(file: file, place: .byte(0), expected: "the text of a CIF", found: "binary data")
        }
        var parser = CIFParser(lexer: CIFLexer(bytes: text, file: file), file: file)
        try parser.run()
        self.init(file: file, blocks: parser.blocks, notes: parser.lexer.notes + parser.notes)
    }
}

/// Puts tokens together to blocks. Slips that leave the rest readable become notes; only a text without any data name
/// is refused, because a reader that stops at the first slip in an author's address helps nobody.
private struct CIFParser {
    var lexer: CIFLexer
    let file: String
    var blocks: [CIFBlock] = []
    var notes: [String] = []

    private var block: CIFBlock?
    private var frame: CIFBlock?
    private var token: CIFLexer.Token = .end
    private var line = 1
    /// Notes are for people: after this many, one more says that there are more.
    private static let noteLimit = 50

    init(lexer: CIFLexer, file: String) {
        self.lexer = lexer
        self.file = file
    }

    mutating func run() throws(ReadError) {
        try advance()
        var stray: CIFValue?
        loop: while true {
            switch token {
            case .end: break loop
            case .dataHeader(let name):
                closeBlock()
                block = CIFBlock(name: name, line: line)
                try advance()
            case .saveHeader(let name):
                closeFrame()
                frame = CIFBlock(name: name, line: line)
                try advance()
            case .saveEnd:
                closeFrame()
                try advance()
            case .reserved(let word):
                note("'\(word)' has no meaning in a CIF and is passed over")
                try advance()
            case .loop: try readLoop()
            case .tag(let tag): try readItem(tag)
            case .value(let value):
                if stray == nil && block == nil { stray = value }
                note("'\(Self.shortened(value.text))' belongs to no data name")
                try advance()
            }
        }
        closeBlock()
        if blocks.isEmpty {
            throw .malformed(
                file: file, place: .line(stray?.line ?? 1),
                expected: "a CIF: 'data_' and data names that start with '_'",
                found: stray.map { "'\(Self.shortened($0.text))'" } ?? "an empty file")
        }
    }

    private mutating func advance() throws(ReadError) { token = try lexer.next(tokenLine: &line) }

    private mutating func note(_ message: String, line noted: Int? = nil) {
        if notes.count < Self.noteLimit { notes.append("line \(noted ?? line): \(message)") }
        if notes.count == Self.noteLimit { notes.append("more breaks of the syntax follow") }
    }

    private static func shortened(_ text: String) -> String {
        text.count > 40 ? text.prefix(40) + "..." : text
    }

    private mutating func closeFrame() {
        guard let closed = frame else { return }
        openBlock()
        block?.frames.append(closed)
        frame = nil
    }

    private mutating func closeBlock() {
        closeFrame()
        if let block { blocks.append(block) }
        block = nil
    }

    /// Opens a block without a name where the file gives data before any `data_`.
    private mutating func openBlock() {
        guard block == nil else { return }
        note("data names before any 'data_' header")
        block = CIFBlock(name: "", line: line)
    }

    private mutating func readItem(_ tag: String) throws(ReadError) {
        openBlock()
        let tagLine = line
        try advance()
        var value = CIFValue(text: "?", line: tagLine)
        if case .value(let given) = token {
            value = given
            try advance()
        } else {
            note("\(tag) has no value", line: tagLine)
        }
        let isNew = frame == nil ? block?.add(tag, value) : frame?.add(tag, value)
        if isNew == false { note("\(tag) is given twice; the first value is used", line: tagLine) }
    }

    private mutating func readLoop() throws(ReadError) {
        openBlock()
        var loop = CIFLoop(tags: [], values: [], line: line, leftOver: 0)
        try advance()
        while case .tag(let tag) = token {
            loop.tags.append(tag)
            try advance()
        }
        while case .value(let value) = token {
            loop.values.append(value)
            try advance()
        }
        guard !loop.tags.isEmpty else {
            note("the loop_ has no data names", line: loop.line)
            return
        }
        loop.leftOver = loop.values.count % loop.tags.count
        if loop.leftOver > 0 {
            note("the loop_ has \(loop.tags.count) columns but \(loop.values.count) values", line: loop.line)
            loop.values.removeLast(loop.leftOver)
        }
        let repeated = frame == nil ? block?.add(loop) : frame?.add(loop)
        for tag in repeated ?? [] { note("\(tag) is given twice; the first is used", line: loop.line) }
    }
}
