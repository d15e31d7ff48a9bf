import Yams

/// A place in a YAML document, read strictly: unknown keys, wrong types and numbers that are not finite are errors that
/// name file, line and column.
package struct YAMLValue {
    private let node: Node
    /// The name of the file, for errors.
    package let file: String

    private init(_ node: Node, file: String) {
        self.node = node
        self.file = file
    }

    /// The root of the only document in `text`. `file` names it in errors.
    package init(text: String, file: String) throws(ReferenceDataError) {
        let root: Node?
        do {
            // Without the rules by which Yams tells numbers and dates from texts, regular expressions that would take most
            // of the time: what a value is meant to be is known here.
            root = try Yams.compose(yaml: text, .basic)
        } catch let problem as YamlError {
            throw ReferenceDataError(yaml: problem, file: file)
        } catch {
            throw ReferenceDataError(file: file, expected: "a YAML document", found: "\(error)")
        }
        guard let root else { throw ReferenceDataError(file: file, expected: "a YAML document", found: "nothing") }
        self.init(root, file: file)
    }

    /// An error at this place.
    package func error(expected: String, found: String? = nil) -> ReferenceDataError {
        ReferenceDataError(
            file: file, line: node.mark?.line, column: node.mark?.column, expected: expected, found: found ?? summary)
    }

    /// What is here, in a few words.
    package var summary: String {
        switch node {
        case .scalar(let scalar): "\"\(scalar.string.prefix(60))\""
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// The mapping here, whose keys must be among `keys`.
    package func fields(_ keys: String...) throws(ReferenceDataError) -> YAMLFields { try fields(among: keys) }

    /// The same for keys in a list.
    package func fields(among keys: [String]) throws(ReferenceDataError) -> YAMLFields {
        var values: [String: YAMLValue] = [:]
        for (key, value) in try pairs() {
            let name = try key.text()
            guard keys.contains(name) else {
                let hint = closest(to: name, among: keys).first.map { "; did you mean \"\($0)\"?" } ?? ""
                throw key.error(
                    expected: "one of the keys \(keys.joined(separator: ", "))", found: "\"\(name)\"\(hint)")
            }
            values[name] = value
        }
        return YAMLFields(owner: self, values: values)
    }

    /// The mapping here in the order of the document, whatever its keys.
    package func pairs() throws(ReferenceDataError) -> [(key: YAMLValue, value: YAMLValue)] {
        guard case .mapping(let mapping) = node else { throw error(expected: "a mapping") }
        return mapping.map { (YAMLValue($0.key, file: file), YAMLValue($0.value, file: file)) }
    }

    /// The list here.
    package func list() throws(ReferenceDataError) -> [YAMLValue] {
        guard case .sequence(let sequence) = node else { throw error(expected: "a list") }
        return sequence.map { YAMLValue($0, file: file) }
    }

    /// The list here, or this one value as a list.
    package func oneOrMore() -> [YAMLValue] {
        guard case .sequence(let sequence) = node else { return [self] }
        return sequence.map { YAMLValue($0, file: file) }
    }

    /// The text here; never empty.
    package func text() throws(ReferenceDataError) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw error(expected: "a text") }
        return scalar.string
    }

    /// The number here; finite.
    package func number() throws(ReferenceDataError) -> Double {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any,
            let number = Double(scalar.string), number.isFinite
        else { throw error(expected: "a number") }
        return number
    }

    /// The whole number here, not negative.
    package func count() throws(ReferenceDataError) -> Int {
        guard case .scalar(let scalar) = node, let number = Int(scalar.string), number >= 0 else {
            throw error(expected: "a whole number")
        }
        return number
    }

    /// `true` or `false`.
    package func boolean() throws(ReferenceDataError) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        default: throw error(expected: "true or false")
        }
    }

    /// The interval `[low, high]` here.
    package func interval() throws(ReferenceDataError) -> ClosedRange<Double> {
        let ends = try list()
        guard ends.count == 2 else {
            throw error(expected: "two numbers [low, high]", found: "a list of \(ends.count)")
        }
        let (low, high) = (try ends[0].number(), try ends[1].number())
        guard low <= high else { throw error(expected: "[low, high]", found: "[\(low), \(high)]") }
        return low...high
    }
}

/// The keys and values of a mapping that was checked for unknown keys.
package struct YAMLFields {
    fileprivate let owner: YAMLValue
    fileprivate let values: [String: YAMLValue]

    /// The value of `key` where it is given.
    package subscript(key: String) -> YAMLValue? { values[key] }

    /// The value of `key`, which must be given.
    package func require(_ key: String) throws(ReferenceDataError) -> YAMLValue {
        guard let value = values[key] else { throw owner.error(expected: "the key \"\(key)\"", found: "none") }
        return value
    }
}

extension ReferenceDataError {
    /// The parser's complaint with its place.
    fileprivate init(yaml problem: YamlError, file: String) {
        switch problem {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
            self.init(file: file, line: mark.line, column: mark.column, expected: "YAML", found: text)
        case .duplicatedKeysInMapping(let duplicates, let context):
            self.init(
                file: file, line: context.mark.line, column: context.mark.column, expected: "each key once",
                found: duplicates.map(String.init(describing:)).sorted().joined(separator: ", ") + " twice")
        case .reader(let text, let offset, _, _):
            self.init(
                file: file, expected: "UTF-8 text", found: text + (offset.map { " at character \($0)" } ?? ""))
        default:
            self.init(file: file, expected: "YAML", found: "\(problem)")
        }
    }
}
