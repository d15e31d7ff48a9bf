/// Any JSON document, as read by a `Decoder`.
enum DecodedJSON: Decodable, Equatable {
    case object([String: DecodedJSON])
    case array([DecodedJSON])
    case string(String)
    case number(Double)
    case boolean(Bool)
    case null

    init(from decoder: Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let value = try? single.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? single.decode(Double.self) {
            self = .number(value)
        } else if let value = try? single.decode(String.self) {
            self = .string(value)
        } else if let value = try? single.decode([DecodedJSON].self) {
            self = .array(value)
        } else {
            self = .object(try single.decode([String: DecodedJSON].self))
        }
    }

    subscript(key: String) -> DecodedJSON? {
        if case .object(let members) = self { return members[key] }
        return nil
    }

    subscript(index: Int) -> DecodedJSON? {
        if case .array(let items) = self, items.indices.contains(index) { return items[index] }
        return nil
    }

    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var number: Double? {
        if case .number(let number) = self { return number }
        return nil
    }

    var numbers: [Double]? {
        if case .array(let items) = self { return items.compactMap(\.number) }
        return nil
    }

    var items: [DecodedJSON] {
        if case .array(let items) = self { return items }
        return []
    }

    var keys: [String]? {
        if case .object(let members) = self { return members.keys.sorted() }
        return nil
    }
}
