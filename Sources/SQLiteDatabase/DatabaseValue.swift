import Foundation

/// A value of a row, in one of the five kinds that SQLite 3 stores.
public enum DatabaseValue: Sendable, Hashable {
    case null
    case integer(Int)
    case real(Double)
    case text(String)
    case bytes(Data)

    /// The number, where it is a finite one.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value.isFinite ? value : nil
        default: nil
        }
    }

    /// The whole number, where it is one.
    public var count: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The text, where it is one.
    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The bytes, where there are any.
    public var bytes: Data? {
        if case .bytes(let value) = self { value } else { nil }
    }
}
