import Foundation

/// A value of a row, in one of the five kinds that SQLite 3 stores.
public enum DatabaseValue: Sendable, Hashable {
    /// No value.
    case null
    /// A whole number of 64 bits.
    case integer(Int)
    /// A floating-point number of 64 bits.
    case real(Double)
    /// Text.
    case text(String)
    /// Bytes as they are (a BLOB).
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
