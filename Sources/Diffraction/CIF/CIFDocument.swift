import Spectra

/// One value of a CIF, still as text, with the line it starts on.
public struct CIFValue: Sendable, Hashable {
    /// How the value was written.
    public enum Form: Sendable, Hashable {
        /// Without delimiters; `.` and `?` have a meaning only in this form.
        case bare
        /// Between single or double quotes.
        case quoted
        /// Between lines that begin with a semicolon.
        case textField
    }

    /// The value without its delimiters.
    public var text: String
    /// How the value was written.
    public var form: Form
    /// The line the value starts on, counted from 1.
    public var line: Int

    /// A value as it stands in a file.
    public init(text: String, form: Form = .bare, line: Int) {
        self.text = text
        self.form = form
        self.line = line
    }

    /// Whether nothing is stated: `?` (unknown) or `.` (inapplicable), which some programs put in quotes.
    public var isMissing: Bool { form != .textField && (text == "?" || text == "." || text.isEmpty) }
}

/// A table of a CIF: `loop_`, its tags and its values row by row.
public struct CIFLoop: Sendable, Hashable {
    /// The data names of the columns, normalised as `CIFBlock.normalized` does.
    public var tags: [String]
    /// The values row by row, `tags.count` a row. A last row that the file leaves incomplete is not in it.
    public var values: [CIFValue]
    /// The line of `loop_`.
    public var line: Int
    /// How many values were left over because they do not fill a row; more than 0 means that the columns may have
    /// slipped somewhere, so nothing in the loop can be trusted.
    public var leftOver: Int

    /// The number of complete rows.
    public var rowCount: Int { tags.isEmpty ? 0 : values.count / tags.count }

    /// The index of the first of `names` that is a column.
    public func column(_ names: String...) -> Int? { column(names) }

    func column(_ names: [String]) -> Int? {
        for name in names {
            if let index = tags.firstIndex(of: name) { return index }
        }
        return nil
    }

    /// The value in a row and a column.
    public subscript(row: Int, column: Int) -> CIFValue { values[row * tags.count + column] }
}

/// A data block, or a save frame inside one.
public struct CIFBlock: Sendable, Hashable {
    /// What follows `data_`; empty where the file has no header.
    public var name: String
    /// The line of the header.
    public var line: Int
    /// The loops in the order of the file.
    public var loops: [CIFLoop] = []
    /// The save frames, which only dictionaries use.
    public var frames: [CIFBlock] = []
    /// The tags of the block in the order of the file, normalised, with those of the loops.
    public private(set) var tags: [String] = []

    private enum Location: Hashable {
        case item(CIFValue)
        case loop(Int)
    }
    private var locations: [String: Location] = [:]

    /// An empty block.
    public init(name: String, line: Int) {
        self.name = name
        self.line = line
    }

    /// A data name as it is compared: without case, and with the dots of CIF 2 dictionaries (`_cell.length_a`)
    /// written as the underscores of CIF 1 (`_cell_length_a`).
    public static func normalized(_ tag: some StringProtocol) -> String {
        String(decoding: tag.utf8.map { $0 == 0x2E ? 0x5F : (0x41...0x5A ~= $0 ? $0 | 0x20 : $0) }, as: UTF8.self)
    }

    /// The value of the first of `names` that the block has; of a looped name, the value in the first row.
    public func value(_ names: String...) -> CIFValue? {
        for name in names {
            switch locations[name] {
            case .item(let value)?: return value
            case .loop(let index)?:
                let loop = loops[index]
                guard loop.rowCount > 0, let column = loop.tags.firstIndex(of: name) else { continue }
                return loop[0, column]
            case nil: continue
            }
        }
        return nil
    }

    /// All values of the first of `names` that the block has: a column, or one value.
    public func values(_ names: [String]) -> [CIFValue]? {
        for name in names {
            switch locations[name] {
            case .item(let value)?: return [value]
            case .loop(let index)?:
                let loop = loops[index]
                guard let column = loop.tags.firstIndex(of: name) else { continue }
                return (0..<loop.rowCount).map { loop[$0, column] }
            case nil: continue
            }
        }
        return nil
    }

    /// The loop that has a column called by one of `names`.
    public func loop(_ names: String...) -> CIFLoop? {
        for name in names {
            if case .loop(let index)? = locations[name] { return loops[index] }
        }
        return nil
    }

    /// Whether the block has an item or a column of that name.
    public func has(_ name: String) -> Bool { locations[name] != nil }

    /// Whether any data name of the block starts with `prefix`.
    public func hasTag(startingWith prefix: String) -> Bool { tags.contains { $0.hasPrefix(prefix) } }

    /// Adds an item; `false` where the block has that name already, and then the first value stays.
    mutating func add(_ tag: String, _ value: CIFValue) -> Bool {
        guard locations[tag] == nil else { return false }
        locations[tag] = .item(value)
        tags.append(tag)
        return true
    }

    /// Adds a loop and returns the names that the block had already; those stay what they were.
    mutating func add(_ loop: CIFLoop) -> [String] {
        var repeated: [String] = []
        for tag in loop.tags {
            if locations[tag] == nil {
                locations[tag] = .loop(loops.count)
                tags.append(tag)
            } else {
                repeated.append(tag)
            }
        }
        loops.append(loop)
        return repeated
    }
}

/// The content of a CIF (Crystallographic Information File, Hall, Allen & Brown 1991; syntax of CIF 1.1, with the
/// triple quotes of CIF 2.0): data blocks of items and loops, uninterpreted.
public struct CIFDocument: Sendable, Hashable {
    /// The path the document was read from, for messages.
    public var file: String
    /// The data blocks in the order of the file.
    public var blocks: [CIFBlock]
    /// Breaks of the syntax that reading could go on after, each with its line.
    public var notes: [String]
}
